"""Tables of the directory."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from reciproque.app.shared.vocabulary import KeyField, Seat, Side

ERASED_DOMAIN = "@erased.invalid"


class RelationshipStep(models.TextChoices):
    """Where a relationship stands on the path."""

    SPOT = "spot", _("Spot")
    MAP = "map", _("Map")
    MEASURE = "measure", _("Measure")
    DEBATE = "debate", _("Debate")
    ACT = "act", _("Act")
    WATCH = "watch", _("Watch")


class Organisation(models.Model):
    """A company. The natural key is its registration number when known, else its folded name."""

    key = KeyField()
    name = models.CharField(_("name"), max_length=200)
    folded_name = models.CharField(max_length=200, unique=True, editable=False)
    registration_number = models.CharField(_("registration number (SIREN, VAT…)"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2, default="FR")

    class Meta:
        ordering = ["folded_name"]

    def __str__(self) -> str:
        return self.name


class Function(models.Model):
    """What people do in a company. The standard list is shared; an organisation may add its own."""

    code = models.SlugField(max_length=40)
    name_fr = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.CASCADE)
    rank = models.PositiveSmallIntegerField(default=100)

    class Meta:
        ordering = ["rank", "name_fr"]
        constraints = [
            models.UniqueConstraint(fields=["code", "organisation"], name="function_code_unique"),
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(organisation=None), name="shared_function_code_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name_fr if (get_language() or "fr").startswith("fr") else self.name_en


class Person(models.Model):
    """Someone of a company. Natural key: the e-mail address when known, else the folded full name in the company."""

    key = KeyField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="people")
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80)
    folded_name = models.CharField(max_length=170, editable=False, db_index=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=[("fr", "Français"), ("en", "English")], default="fr"
    )

    class Meta:
        ordering = ["folded_name", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"), "organisation", name="person_email_unique", condition=~models.Q(email="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or gettext("somebody erased")

    @property
    def is_erased(self) -> bool:
        """The row stays because others point to it; the name and the addresses are gone."""
        return not self.last_name


class Post(models.Model):
    """A function that a person holds during a period."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="posts")
    function = models.ForeignKey(Function, on_delete=models.PROTECT, related_name="posts")
    title = models.CharField(_("job title"), max_length=120, blank=True)
    started_on = models.DateField(_("in post since"), null=True, blank=True)
    ended_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["-started_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_on__isnull=True)
                | models.Q(started_on__isnull=True)
                | models.Q(ended_on__gte=models.F("started_on")),
                name="post_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(ended_on__isnull=True), name="one_current_post_per_person"
            ),
        ]


class AccountManager(BaseUserManager["Account"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Account":
        account = self.model(email=self.normalize_email(email).lower(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Account":
        return self.create_user(email, password, is_host_admin=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(email__iexact=username)


class Account(AbstractBaseUser, PermissionsMixin):
    """A login. May be linked to a person; belongs to one company, or to none for a third party or the host."""

    key = KeyField()
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=160, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=[("fr", "Français"), ("en", "English")], default="fr"
    )
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="accounts"
    )
    person = models.OneToOneField(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="account")
    is_host_admin = models.BooleanField(_("runs this installation"), default=False)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    objects = AccountManager()

    class Meta:
        ordering = ["name", "email"]

    def __str__(self) -> str:
        return gettext("somebody erased") if self.is_erased else self.name or self.email

    @property
    def is_erased(self) -> bool:
        """The row stays because others point to it; nothing in it says who it was."""
        return self.email.endswith(ERASED_DOMAIN)

    @property
    def is_staff(self) -> bool:
        return self.is_host_admin

    @property
    def needs_second_factor(self) -> bool:
        return self.is_host_admin or self.memberships.filter(role__in=Membership.POWERFUL).exists()


class Relationship(models.Model):
    """One client organisation and one supplier organisation, on a perimeter."""

    key = KeyField()
    client = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="as_client")
    supplier = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="as_supplier")
    perimeter = models.CharField(_("perimeter"), max_length=200, blank=True)
    started_on = models.DateField(_("working together since"), null=True, blank=True)
    step = models.CharField(max_length=12, choices=RelationshipStep.choices, default=RelationshipStep.MEASURE)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["client__folded_name", "supplier__folded_name", "perimeter"]
        constraints = [
            models.UniqueConstraint(fields=["client", "supplier", "perimeter"], name="relationship_unique"),
            models.CheckConstraint(condition=~models.Q(client=models.F("supplier")), name="relationship_two_companies"),
        ]

    def __str__(self) -> str:
        return f"{self.client} ⇌ {self.supplier}"

    def organisation(self, side: str) -> Organisation:
        return self.client if side == Side.CLIENT else self.supplier


class Membership(models.Model):
    """An account's role on a relationship, and its side. A facilitator employed by one side sits on that side."""

    class Role(models.TextChoices):
        FACILITATOR = "facilitator", _("Facilitator")
        SPONSOR = "sponsor", _("Sponsor")
        DEPUTY = "deputy", _("Deputy")
        MEMBER = "member", _("Member")
        OBSERVER = "observer", _("Observer")

    POWERFUL = (Role.FACILITATOR, Role.SPONSOR, Role.DEPUTY)

    relationship = models.ForeignKey(Relationship, on_delete=models.CASCADE, related_name="memberships")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices)
    side = models.CharField(max_length=8, choices=Seat.choices)

    class Meta:
        ordering = ["relationship", "side", "role"]
        constraints = [
            models.UniqueConstraint(fields=["relationship", "account"], name="one_role_per_relationship"),
            models.UniqueConstraint(
                fields=["relationship", "side", "role"],
                condition=models.Q(role__in=["sponsor", "deputy"]),
                name="one_sponsor_and_one_deputy_per_side",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=["facilitator", "observer"]) | ~models.Q(side="neutral"),
                name="only_facilitators_and_observers_are_neutral",
            ),
        ]


class KeyPerson(models.Model):
    """Somebody who carries a relationship, listed by the own company. The other company never sees this list."""

    relationship = models.ForeignKey(Relationship, on_delete=models.CASCADE, related_name="key_people")
    side = models.CharField(max_length=8, choices=Side.choices)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="key_in")

    class Meta:
        ordering = ["person__folded_name", "id"]
        constraints = [models.UniqueConstraint(fields=["relationship", "person"], name="key_person_once")]


class KeyList(models.Model):
    """Whether a sponsor declared the own company's list of key people complete. Any change of the list undoes it."""

    relationship = models.ForeignKey(Relationship, on_delete=models.CASCADE, related_name="key_lists")
    side = models.CharField(max_length=8, choices=Side.choices)
    complete = models.BooleanField(default=False)
    declared_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["relationship", "side"], name="one_key_list_per_side")]
