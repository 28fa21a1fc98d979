import django.db.models.deletion
import django.db.models.functions.text
import reciproque.app.shared.vocabulary
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Ballot',
            fields=[
                ('slot', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('wave_id', models.BigIntegerField()),
                ('side', models.CharField(max_length=8)),
                ('box_client', models.BinaryField()),
                ('box_supplier', models.BinaryField()),
                ('body', models.BinaryField()),
            ],
            options={
                'db_table': 'ballot',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='SealedBallot',
            fields=[
                ('draw', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('wave_id', models.BigIntegerField()),
                ('side', models.CharField(max_length=8)),
                ('box_client', models.BinaryField()),
                ('box_supplier', models.BinaryField()),
                ('body', models.BinaryField()),
            ],
            options={
                'db_table': 'sealed_ballot',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='ShutUrn',
            fields=[
                ('wave_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('stage', models.CharField(choices=[('shut', 'Shut'), ('mixed', 'Mixed'), ('destroyed', 'Destroyed')], default='shut', max_length=10)),
            ],
            options={
                'db_table': 'shut_urn',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='AuditRecord',
            fields=[
                ('sequence', models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('actor_key', models.CharField(blank=True, max_length=12)),
                ('actor_name', models.CharField(max_length=200)),
                ('action', models.CharField(max_length=60)),
                ('subject', models.CharField(max_length=300)),
                ('relationship_key', models.CharField(blank=True, db_index=True, max_length=12)),
                ('organisation_key', models.CharField(blank=True, db_index=True, max_length=12)),
                ('audience', models.CharField(choices=[('client', 'Client only'), ('supplier', 'Supplier only'), ('both', 'Both companies'), ('facilitator', 'Facilitator only'), ('organisation', 'One company only')], max_length=12)),
                ('data', models.JSONField(default=dict)),
                ('previous_hash', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
            ],
            options={
                'ordering': ['sequence'],
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', reciproque.app.shared.vocabulary.KeyField(default=reciproque.app.shared.vocabulary.new_key, editable=False, max_length=12, unique=True)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('folded_name', models.CharField(editable=False, max_length=200, unique=True)),
                ('registration_number', models.CharField(blank=True, max_length=40, verbose_name='registration number (SIREN, VAT…)')),
                ('country', models.CharField(default='FR', max_length=2, verbose_name='country')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', reciproque.app.shared.vocabulary.KeyField(default=reciproque.app.shared.vocabulary.new_key, editable=False, max_length=12, unique=True)),
                ('opened_at', models.DateTimeField()),
                ('digest', models.CharField(max_length=64)),
                ('level', models.CharField(max_length=12)),
                ('dropped', models.JSONField(default=list)),
                ('answered', models.JSONField(default=dict)),
                ('people_client', models.PositiveIntegerField(null=True)),
                ('people_supplier', models.PositiveIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ScheduledJob',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('next_at', models.DateTimeField()),
                ('holder', models.CharField(blank=True, max_length=24)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('last_error', models.CharField(blank=True, max_length=40)),
            ],
        ),
        migrations.CreateModel(
            name='WorkerBeat',
            fields=[
                ('holder', models.CharField(max_length=24, primary_key=True, serialize=False)),
                ('beat_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='AuditHead',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('sequence', models.PositiveBigIntegerField(default=0)),
                ('hash', models.CharField(max_length=64)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='audit_head_is_single')],
            },
        ),
        migrations.CreateModel(
            name='MailCheck',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('settings_digest', models.CharField(max_length=64)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='mail_check_is_single')],
            },
        ),
        migrations.CreateModel(
            name='Function',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=40)),
                ('name_fr', models.CharField(max_length=80)),
                ('name_en', models.CharField(max_length=80)),
                ('rank', models.PositiveSmallIntegerField(default=100)),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='app.organisation')),
            ],
            options={
                'ordering': ['rank', 'name_fr'],
            },
        ),
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', reciproque.app.shared.vocabulary.KeyField(default=reciproque.app.shared.vocabulary.new_key, editable=False, max_length=12, unique=True)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('matched_name', models.CharField(editable=False, max_length=200)),
                ('code', models.CharField(blank=True, max_length=40, verbose_name='code in your own system')),
                ('siren', models.CharField(blank=True, max_length=9, verbose_name='SIREN')),
                ('vat', models.CharField(blank=True, max_length=20, verbose_name='VAT number')),
                ('country', models.CharField(blank=True, max_length=2, verbose_name='country')),
                ('category', models.CharField(blank=True, max_length=80, verbose_name='category')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('archived_at', models.DateTimeField(blank=True, null=True)),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='merged', to='app.partner')),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Amount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('direction', models.CharField(choices=[('bought', 'bought'), ('sold', 'sold')], max_length=6)),
                ('currency', models.CharField(max_length=3)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=16)),
                ('converted', models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                ('source', models.CharField(blank=True, max_length=64)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='amounts', to='app.partner')),
            ],
            options={
                'ordering': ['-year', 'direction', 'currency'],
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', reciproque.app.shared.vocabulary.KeyField(default=reciproque.app.shared.vocabulary.new_key, editable=False, max_length=12, unique=True)),
                ('first_name', models.CharField(blank=True, max_length=80, verbose_name='first name')),
                ('last_name', models.CharField(max_length=80, verbose_name='last name')),
                ('folded_name', models.CharField(db_index=True, editable=False, max_length=170)),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='phone')),
                ('language', models.CharField(choices=[('fr', 'Français'), ('en', 'English')], default='fr', max_length=2, verbose_name='language')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='people', to='app.organisation')),
            ],
            options={
                'ordering': ['last_name', 'first_name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('client', 'Client'), ('supplier', 'Supplier')], max_length=8)),
                ('language', models.CharField(default='fr', max_length=2)),
                ('cancelled', models.BooleanField(default=False)),
                ('answered', models.BooleanField(null=True)),
                ('function', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='app.function')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='app.person')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('client', 'Client'), ('supplier', 'Supplier')], max_length=8)),
                ('name', models.CharField(max_length=160, verbose_name='name')),
                ('folded_name', models.CharField(editable=False, max_length=170)),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail address')),
                ('function', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='app.function')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='named_as', to='app.person')),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('key', reciproque.app.shared.vocabulary.KeyField(default=reciproque.app.shared.vocabulary.new_key, editable=False, max_length=12, unique=True)),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail address')),
                ('name', models.CharField(blank=True, max_length=160, verbose_name='name')),
                ('language', models.CharField(choices=[('fr', 'Français'), ('en', 'English')], default='fr', max_length=2, verbose_name='language')),
                ('is_host_admin', models.BooleanField(default=False, verbose_name='runs this installation')),
                ('is_active', models.BooleanField(default=True)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='app.organisation')),
                ('person', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='account', to='app.person')),
            ],
            options={
                'ordering': ['name', 'email'],
            },
        ),
        migrations.CreateModel(
            name='Portfolio',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', reciproque.app.shared.vocabulary.KeyField(default=reciproque.app.shared.vocabulary.new_key, editable=False, max_length=12, unique=True)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('chair', models.CharField(choices=[('client', 'Client'), ('supplier', 'Supplier')], max_length=8, verbose_name='chair')),
                ('currency', models.CharField(default='EUR', max_length=3, verbose_name='currency')),
                ('capacity', models.PositiveSmallIntegerField(default=9, verbose_name='partners that can be given real effort')),
                ('kept_apart', models.JSONField(default=list)),
                ('is_demo', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='portfolios', to='app.organisation')),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.AddField(
            model_name='partner',
            name='portfolio',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='partners', to='app.portfolio'),
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=120)),
                ('lines', models.PositiveIntegerField()),
                ('imported_at', models.DateTimeField()),
                ('imported_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('portfolio', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='app.portfolio')),
            ],
            options={
                'ordering': ['-imported_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(blank=True, max_length=120, verbose_name='job title')),
                ('started_on', models.DateField(blank=True, null=True, verbose_name='in post since')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='until')),
                ('function', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='app.function')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='posts', to='app.person')),
            ],
            options={
                'ordering': ['-started_on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='PublishedFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('client', 'Client'), ('supplier', 'Supplier')], max_length=8)),
                ('kind', models.CharField(max_length=10)),
                ('code', models.CharField(max_length=20)),
                ('questions', models.JSONField(default=list)),
                ('group', models.CharField(blank=True, max_length=400)),
                ('values', models.JSONField(default=list)),
                ('value', models.FloatField(null=True)),
                ('low', models.FloatField(null=True)),
                ('high', models.FloatField(null=True)),
                ('decimals', models.PositiveSmallIntegerField(default=1)),
                ('n', models.PositiveIntegerField(null=True)),
                ('word', models.CharField(blank=True, max_length=10)),
                ('publication', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='figures', to='app.publication')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='PublishedText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', reciproque.app.shared.vocabulary.KeyField(default=reciproque.app.shared.vocabulary.new_key, editable=False, max_length=12, unique=True)),
                ('side', models.CharField(choices=[('client', 'Client'), ('supplier', 'Supplier')], max_length=8)),
                ('prompt', models.CharField(max_length=8)),
                ('position', models.PositiveSmallIntegerField()),
                ('destiny', models.CharField(choices=[('publish', 'Publish'), ('reword', 'Reword'), ('facilitator', 'Facilitator')], max_length=12)),
                ('text', models.TextField()),
                ('reworded', models.TextField(blank=True)),
                ('withheld', models.BooleanField(default=False)),
                ('publication', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='app.publication')),
            ],
            options={
                'ordering': ['publication', 'prompt', 'side', 'position'],
            },
        ),
        migrations.CreateModel(
            name='Ranking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', reciproque.app.shared.vocabulary.KeyField(default=reciproque.app.shared.vocabulary.new_key, editable=False, max_length=12, unique=True)),
                ('computed_at', models.DateTimeField()),
                ('computed_by_name', models.CharField(max_length=160)),
                ('order', models.JSONField()),
                ('weights', models.JSONField()),
                ('capacity', models.PositiveSmallIntegerField()),
                ('draws', models.PositiveIntegerField()),
                ('ranked', models.PositiveIntegerField()),
                ('waiting', models.PositiveIntegerField()),
                ('apart', models.PositiveIntegerField()),
                ('portfolio', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rankings', to='app.portfolio')),
            ],
            options={
                'ordering': ['-computed_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='RankedPartner',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rank', models.PositiveIntegerField()),
                ('rank_low', models.PositiveIntegerField()),
                ('rank_high', models.PositiveIntegerField()),
                ('share', models.FloatField()),
                ('value', models.FloatField()),
                ('fragile', models.BooleanField()),
                ('within', models.BooleanField()),
                ('volume', models.FloatField()),
                ('up', models.FloatField()),
                ('down', models.FloatField()),
                ('potential', models.FloatField()),
                ('criticality', models.FloatField()),
                ('stance', models.FloatField()),
                ('market', models.FloatField()),
                ('ranges', models.JSONField()),
                ('amount', models.DecimalField(decimal_places=2, max_digits=16)),
                ('amount_share', models.FloatField()),
                ('change_criterion', models.CharField(blank=True, max_length=12)),
                ('change_level', models.PositiveSmallIntegerField(null=True)),
                ('change_order', models.JSONField(default=list)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='app.partner')),
                ('ranking', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='app.ranking')),
            ],
            options={
                'ordering': ['rank', 'partner__name', 'partner_id'],
            },
        ),
        migrations.CreateModel(
            name='Relationship',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', reciproque.app.shared.vocabulary.KeyField(default=reciproque.app.shared.vocabulary.new_key, editable=False, max_length=12, unique=True)),
                ('perimeter', models.CharField(blank=True, max_length=200, verbose_name='perimeter')),
                ('started_on', models.DateField(blank=True, null=True, verbose_name='working together since')),
                ('step', models.CharField(choices=[('spot', 'Spot'), ('map', 'Map'), ('measure', 'Measure'), ('debate', 'Debate'), ('act', 'Act'), ('watch', 'Watch')], default='measure', max_length=12)),
                ('is_demo', models.BooleanField(default=False)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='as_client', to='app.organisation')),
                ('supplier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='as_supplier', to='app.organisation')),
            ],
            options={
                'ordering': ['client__name', 'supplier__name', 'perimeter'],
            },
        ),
        migrations.AddField(
            model_name='partner',
            name='relationship',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='app.relationship'),
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('facilitator', 'Facilitator'), ('sponsor', 'Sponsor'), ('deputy', 'Deputy'), ('member', 'Member'), ('observer', 'Observer')], max_length=12)),
                ('side', models.CharField(choices=[('client', 'Client'), ('supplier', 'Supplier'), ('neutral', 'Neutral third party')], max_length=8)),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('relationship', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='app.relationship')),
            ],
            options={
                'ordering': ['relationship', 'side', 'role'],
            },
        ),
        migrations.CreateModel(
            name='KeyPerson',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('client', 'Client'), ('supplier', 'Supplier')], max_length=8)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='key_in', to='app.person')),
                ('relationship', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='key_people', to='app.relationship')),
            ],
            options={
                'ordering': ['person__last_name', 'person__first_name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='KeyList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('client', 'Client'), ('supplier', 'Supplier')], max_length=8)),
                ('complete', models.BooleanField(default=False)),
                ('declared_at', models.DateTimeField()),
                ('relationship', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='key_lists', to='app.relationship')),
            ],
        ),
        migrations.CreateModel(
            name='ExpectedPair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('expected', models.BooleanField(default=True)),
                ('set_by', models.CharField(blank=True, max_length=8)),
                ('client_function', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='app.function')),
                ('supplier_function', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='app.function')),
                ('relationship', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='expected_pairs', to='app.relationship')),
            ],
        ),
        migrations.CreateModel(
            name='Engagement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=1000)),
                ('facts', models.JSONField()),
                ('decided_by_name', models.CharField(max_length=160)),
                ('decided_at', models.DateTimeField()),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='engagements', to='app.partner')),
                ('relationship', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='app.relationship')),
            ],
            options={
                'ordering': ['-decided_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Declaration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', reciproque.app.shared.vocabulary.KeyField(default=reciproque.app.shared.vocabulary.new_key, editable=False, max_length=12, unique=True)),
                ('side', models.CharField(choices=[('client', 'Client'), ('supplier', 'Supplier')], max_length=8)),
                ('subject', models.CharField(blank=True, max_length=120, verbose_name='on what')),
                ('frequency', models.CharField(choices=[('daily', 'Several times a week'), ('weekly', 'Every week'), ('monthly', 'Every month'), ('quarterly', 'Every quarter'), ('rare', 'Less often')], max_length=12, verbose_name='how often')),
                ('since', models.DateField(blank=True, null=True, verbose_name='since')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('shown', models.CharField(choices=[('own', 'My company only'), ('facilitator', 'My company and the neutral facilitator'), ('both', 'Both companies')], default='both', max_length=12, verbose_name='who may read it')),
                ('source', models.CharField(choices=[('typed', 'Typed by the company'), ('link', 'Given by the person, by a short link'), ('calendar', 'Read in a calendar'), ('mail', 'Read in mail headers')], default='typed', max_length=12)),
                ('created_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('contact', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='declarations', to='app.contact')),
                ('declared_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL)),
                ('replaces', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='app.declaration')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='declarations', to='app.person')),
                ('said_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='said', to='app.person')),
                ('relationship', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='declarations', to='app.relationship')),
            ],
            options={
                'ordering': ['person__last_name', 'person__first_name', 'contact__name', 'id'],
            },
        ),
        migrations.AddField(
            model_name='contact',
            name='relationship',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='app.relationship'),
        ),
        migrations.CreateModel(
            name='Score',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scale', models.CharField(choices=[('volume', 'Volume at stake'), ('up', 'Potential up'), ('down', 'Potential down'), ('criticality', 'Specificity or criticality'), ('declared', 'Stance towards us, as declared'), ('estimated', 'Stance towards us, as estimated'), ('market', 'Market position')], max_length=12)),
                ('level', models.PositiveSmallIntegerField()),
                ('evidence', models.CharField(blank=True, max_length=500)),
                ('scorer_name', models.CharField(max_length=160)),
                ('scored_at', models.DateTimeField()),
                ('superseded_at', models.DateTimeField(blank=True, null=True)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scores', to='app.partner')),
                ('scorer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['scale', '-scored_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Wave',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', reciproque.app.shared.vocabulary.KeyField(default=reciproque.app.shared.vocabulary.new_key, editable=False, max_length=12, unique=True)),
                ('number', models.PositiveSmallIntegerField()),
                ('state', models.CharField(choices=[('draft', 'In preparation'), ('sealing', 'Waiting for both keys'), ('collecting', 'Answers are coming in'), ('closing', 'Closing'), ('closed', 'Closed, waiting for both phrases'), ('open', 'Open for both companies'), ('purged', 'Open, ballots destroyed'), ('cancelled', 'Cancelled')], default='draft', max_length=12)),
                ('level', models.PositiveSmallIntegerField(choices=[(1, 'Server key: demonstration only'), (2, 'Two keys')], default=2)),
                ('form', models.CharField(choices=[('full', 'Full questionnaire'), ('pulse', 'Short pulse')], default='full', max_length=8, verbose_name='questionnaire')),
                ('languages', models.JSONField(default=list, verbose_name='languages')),
                ('instrument_name', models.CharField(max_length=40)),
                ('instrument_version', models.CharField(max_length=20)),
                ('instrument_digest', models.CharField(max_length=64)),
                ('instrument_text', models.TextField()),
                ('opens_at', models.DateTimeField(verbose_name='invitations leave on')),
                ('closes_at', models.DateTimeField(verbose_name='answers until')),
                ('grace_hours', models.PositiveSmallIntegerField(default=24, verbose_name='hours of grace once both quorums are reached')),
                ('quorum_client', models.PositiveSmallIntegerField(default=5, verbose_name='quorum, client side')),
                ('quorum_supplier', models.PositiveSmallIntegerField(default=5, verbose_name='quorum, supplier side')),
                ('list_complete_client', models.BooleanField(null=True)),
                ('list_complete_supplier', models.BooleanField(null=True)),
                ('extended', models.BooleanField(default=False)),
                ('links_by_hand', models.BooleanField(default=False, verbose_name='links handed out by hand, no mail')),
                ('reminders', models.PositiveSmallIntegerField(default=0)),
                ('last_mailed_at', models.DateTimeField(null=True)),
                ('quorums_reached_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('receipts', models.JSONField(default=list)),
                ('receipts_root', models.CharField(blank=True, max_length=64)),
                ('ballots_client', models.PositiveIntegerField(null=True)),
                ('ballots_supplier', models.PositiveIntegerField(null=True)),
                ('opened_at', models.DateTimeField(null=True)),
                ('contest_until', models.DateTimeField(null=True)),
                ('cloned_from', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='clones', to='app.wave')),
                ('relationship', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waves', to='app.relationship')),
            ],
            options={
                'ordering': ['relationship', 'number'],
            },
        ),
        migrations.CreateModel(
            name='SealingKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('client', 'Client'), ('supplier', 'Supplier')], max_length=8)),
                ('public_key', models.BinaryField()),
                ('accepted_by', models.CharField(max_length=200)),
                ('accepted_at', models.DateTimeField()),
                ('wave', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='keys', to='app.wave')),
            ],
        ),
        migrations.AddField(
            model_name='publication',
            name='wave',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='publication', to='app.wave'),
        ),
        migrations.CreateModel(
            name='OutboxMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', reciproque.app.shared.vocabulary.KeyField(default=reciproque.app.shared.vocabulary.new_key, editable=False, max_length=12, unique=True)),
                ('kind', models.CharField(choices=[('invitation', 'Invitation'), ('reminder', 'Reminder'), ('resend', 'Request to send a link again'), ('link', 'Link sent again'), ('closed', 'Waiting for both phrases'), ('opened', 'Results are open'), ('log_head', 'Head of the log'), ('account', 'Invitation to sign in'), ('test', 'Test message')], max_length=12)),
                ('recipient', models.EmailField(blank=True, max_length=254)),
                ('language', models.CharField(default='fr', max_length=2)),
                ('once', models.CharField(max_length=80, unique=True)),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('sending', 'Being sent'), ('sent', 'Sent'), ('refused', 'Refused'), ('cancelled', 'Cancelled')], default='queued', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('not_before', models.DateTimeField()),
                ('last_error', models.CharField(blank=True, max_length=40)),
                ('holder', models.CharField(blank=True, max_length=24)),
                ('data', models.JSONField(default=dict)),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ('invitation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='mails', to='app.invitation')),
                ('wave', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='mails', to='app.wave')),
            ],
            options={
                'ordering': ['not_before', 'id'],
            },
        ),
        migrations.AddField(
            model_name='invitation',
            name='wave',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='app.wave'),
        ),
        migrations.CreateModel(
            name='WebState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ready_client_at', models.DateTimeField(null=True)),
                ('ready_supplier_at', models.DateTimeField(null=True)),
                ('compared_at', models.DateTimeField(null=True)),
                ('relationship', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='web_state', to='app.relationship')),
            ],
        ),
        migrations.CreateModel(
            name='Weighting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.JSONField()),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('stated_by_name', models.CharField(max_length=160)),
                ('stated_at', models.DateTimeField()),
                ('portfolio', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='weightings', to='app.portfolio')),
                ('stated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-stated_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='WrappedHalf',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('salt', models.BinaryField()),
                ('memory_mib', models.PositiveIntegerField()),
                ('box', models.BinaryField()),
                ('confirmed', models.BooleanField(default=False)),
                ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('key', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wrapped', to='app.sealingkey')),
            ],
        ),
        migrations.AddConstraint(
            model_name='function',
            constraint=models.UniqueConstraint(fields=('code', 'organisation'), name='function_code_unique'),
        ),
        migrations.AddConstraint(
            model_name='function',
            constraint=models.UniqueConstraint(condition=models.Q(('organisation', None)), fields=('code',), name='shared_function_code_unique'),
        ),
        migrations.AddConstraint(
            model_name='amount',
            constraint=models.UniqueConstraint(fields=('partner', 'year', 'direction', 'currency'), name='amount_unique'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('email'), models.F('organisation'), condition=models.Q(('email', ''), _negated=True), name='person_email_unique'),
        ),
        migrations.AddConstraint(
            model_name='portfolio',
            constraint=models.UniqueConstraint(fields=('organisation', 'name'), name='portfolio_name_unique'),
        ),
        migrations.AddConstraint(
            model_name='portfolio',
            constraint=models.CheckConstraint(condition=models.Q(('capacity__gte', 1)), name='portfolio_capacity_positive'),
        ),
        migrations.AddConstraint(
            model_name='post',
            constraint=models.CheckConstraint(condition=models.Q(('ended_on__isnull', True), ('started_on__isnull', True), ('ended_on__gte', models.F('started_on')), _connector='OR'), name='post_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='post',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_on__isnull', True)), fields=('person',), name='one_current_post_per_person'),
        ),
        migrations.AddIndex(
            model_name='rankedpartner',
            index=models.Index(fields=['ranking', 'rank'], name='ranked_by_rank'),
        ),
        migrations.AddConstraint(
            model_name='rankedpartner',
            constraint=models.UniqueConstraint(fields=('ranking', 'partner'), name='ranked_once'),
        ),
        migrations.AddConstraint(
            model_name='relationship',
            constraint=models.UniqueConstraint(fields=('client', 'supplier', 'perimeter'), name='relationship_unique'),
        ),
        migrations.AddConstraint(
            model_name='relationship',
            constraint=models.CheckConstraint(condition=models.Q(('client', models.F('supplier')), _negated=True), name='relationship_two_companies'),
        ),
        migrations.AddIndex(
            model_name='partner',
            index=models.Index(fields=['portfolio', 'matched_name'], name='partner_by_name'),
        ),
        migrations.AddIndex(
            model_name='partner',
            index=models.Index(fields=['portfolio', 'siren'], name='partner_by_siren'),
        ),
        migrations.AddConstraint(
            model_name='partner',
            constraint=models.UniqueConstraint(condition=models.Q(('code', ''), _negated=True), fields=('portfolio', 'code'), name='partner_code_unique'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('relationship', 'account'), name='one_role_per_relationship'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(condition=models.Q(('role__in', ['sponsor', 'deputy'])), fields=('relationship', 'side', 'role'), name='one_sponsor_and_one_deputy_per_side'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['facilitator', 'observer']), models.Q(('side', 'neutral'), _negated=True), _connector='OR'), name='only_facilitators_and_observers_are_neutral'),
        ),
        migrations.AddConstraint(
            model_name='keyperson',
            constraint=models.UniqueConstraint(fields=('relationship', 'person'), name='key_person_once'),
        ),
        migrations.AddConstraint(
            model_name='keylist',
            constraint=models.UniqueConstraint(fields=('relationship', 'side'), name='one_key_list_per_side'),
        ),
        migrations.AddConstraint(
            model_name='expectedpair',
            constraint=models.UniqueConstraint(fields=('relationship', 'client_function', 'supplier_function'), name='expected_pair_once'),
        ),
        migrations.AddIndex(
            model_name='declaration',
            index=models.Index(fields=['relationship', 'side'], name='declaration_side'),
        ),
        migrations.AddConstraint(
            model_name='declaration',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('relationship', 'side', 'person', 'contact'), name='one_word_per_tie_and_side'),
        ),
        migrations.AddConstraint(
            model_name='declaration',
            constraint=models.CheckConstraint(condition=models.Q(('until', None), ('since', None), ('until__gte', models.F('since')), _connector='OR'), name='tie_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.UniqueConstraint(fields=('relationship', 'side', 'folded_name'), name='contact_named_once'),
        ),
        migrations.AddIndex(
            model_name='score',
            index=models.Index(fields=['partner', 'superseded_at'], name='score_in_force'),
        ),
        migrations.AddConstraint(
            model_name='score',
            constraint=models.CheckConstraint(condition=models.Q(('level__lte', 4)), name='score_level_on_scale'),
        ),
        migrations.AddConstraint(
            model_name='score',
            constraint=models.UniqueConstraint(condition=models.Q(('scorer__isnull', False), ('superseded_at', None)), fields=('partner', 'scale', 'scorer'), name='one_score_in_force_per_scorer'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=models.UniqueConstraint(fields=('relationship', 'number'), name='wave_number_unique'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=models.CheckConstraint(condition=models.Q(('closes_at__gt', models.F('opens_at'))), name='wave_closes_after_it_opens'),
        ),
        migrations.AddConstraint(
            model_name='wave',
            constraint=models.CheckConstraint(condition=models.Q(('quorum_client__gte', 5), ('quorum_supplier__gte', 5)), name='wave_quorum_at_least_five'),
        ),
        migrations.AddConstraint(
            model_name='sealingkey',
            constraint=models.UniqueConstraint(fields=('wave', 'side'), name='one_key_per_side'),
        ),
        migrations.AddIndex(
            model_name='outboxmail',
            index=models.Index(fields=['state', 'not_before'], name='outbox_due'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.UniqueConstraint(fields=('wave', 'person'), name='one_invitation_per_person'),
        ),
        migrations.AddConstraint(
            model_name='wrappedhalf',
            constraint=models.UniqueConstraint(fields=('key', 'holder'), name='one_phrase_per_holder'),
        ),
    ]
