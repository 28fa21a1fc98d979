"""Tables of the portfolio. Everything belongs to one organisation and is never shown to another."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from reciproque.app.directory.models import Account, Organisation, Relationship
from reciproque.app.portfolio.criteria import Scale
from reciproque.app.shared.vocabulary import KeyField, Side


class Direction(models.TextChoices):
    BOUGHT = "bought", _("bought")
    SOLD = "sold", _("sold")


class Portfolio(models.Model):
    """The partners that an organisation compares, from one chair: ``client`` when they are its suppliers."""

    key = KeyField()
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="portfolios")
    name = models.CharField(_("name"), max_length=120)
    chair = models.CharField(_("chair"), max_length=8, choices=Side.choices)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    capacity = models.PositiveSmallIntegerField(_("partners that can be given real effort"), default=9)
    kept_apart = models.JSONField(default=list)  # groups of look-alikes that people said are different companies
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="portfolio_name_unique"),
            models.CheckConstraint(condition=models.Q(capacity__gte=1), name="portfolio_capacity_positive"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def partner_side(self) -> str:
        return Side.SUPPLIER if self.chair == Side.CLIENT else Side.CLIENT


class Partner(models.Model):
    """A company of the portfolio. Merged into another one, it keeps its rows and counts there; undone at any time."""

    key = KeyField()
    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="partners")
    name = models.CharField(_("name"), max_length=200)
    matched_name = models.CharField(max_length=200, editable=False)
    code = models.CharField(_("code in your own system"), max_length=40, blank=True)
    siren = models.CharField(_("SIREN"), max_length=9, blank=True)
    vat = models.CharField(_("VAT number"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    category = models.CharField(_("category"), max_length=80, blank=True)
    note = models.TextField(_("note"), blank=True)
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="merged")
    relationship = models.ForeignKey(Relationship, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["portfolio", "matched_name"], name="partner_by_name"),
            models.Index(fields=["portfolio", "siren"], name="partner_by_siren"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["portfolio", "code"], condition=~models.Q(code=""), name="partner_code_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Amount(models.Model):
    """What was bought from or sold to a partner in one year. ``converted``: in the portfolio's currency, if known."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="amounts")
    year = models.PositiveSmallIntegerField()
    direction = models.CharField(max_length=6, choices=Direction.choices)
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    converted = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    source = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-year", "direction", "currency"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "year", "direction", "currency"], name="amount_unique"),
        ]


class Delivery(models.Model):
    """A file of amounts that was imported: the same one again is recognised."""

    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="deliveries")
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=120)
    lines = models.PositiveIntegerField()
    imported_at = models.DateTimeField()
    imported_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-imported_at", "-id"]


class Score(models.Model):
    """One person's level on one scale, with what it rests on. A new one by the same person supersedes it."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="scores")
    scale = models.CharField(max_length=12, choices=Scale.choices)
    level = models.PositiveSmallIntegerField()
    evidence = models.CharField(max_length=500, blank=True)
    scorer = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    scorer_name = models.CharField(max_length=160)
    scored_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["scale", "-scored_at", "-id"]
        indexes = [models.Index(fields=["partner", "superseded_at"], name="score_in_force")]
        constraints = [
            models.CheckConstraint(condition=models.Q(level__lte=4), name="score_level_on_scale"),
            models.UniqueConstraint(
                fields=["partner", "scale", "scorer"],
                condition=models.Q(superseded_at=None, scorer__isnull=False),
                name="one_score_in_force_per_scorer",
            ),
        ]


class Weighting(models.Model):
    """An order of the criteria, in groups, as people stated it. The latest one is in force."""

    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="weightings")
    order = models.JSONField()
    reason = models.CharField(max_length=500, blank=True)
    stated_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    stated_by_name = models.CharField(max_length=160)
    stated_at = models.DateTimeField()

    class Meta:
        ordering = ["-stated_at", "-id"]


class Ranking(models.Model):
    """A computation, dated: pages only read it."""

    key = KeyField()
    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="rankings")
    computed_at = models.DateTimeField()
    computed_by_name = models.CharField(max_length=160)
    order = models.JSONField()
    weights = models.JSONField()
    capacity = models.PositiveSmallIntegerField()
    draws = models.PositiveIntegerField()
    ranked = models.PositiveIntegerField()
    waiting = models.PositiveIntegerField()  # partners with too few criteria known to be ranked
    apart = models.PositiveIntegerField()  # partners with amounts in a currency without a rate

    class Meta:
        ordering = ["-computed_at", "-id"]


class RankedPartner(models.Model):
    """One partner in one ranking: levels as they counted, place, and what would move it."""

    ranking = models.ForeignKey(Ranking, on_delete=models.CASCADE, related_name="rows")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+")
    rank = models.PositiveIntegerField()
    rank_low = models.PositiveIntegerField()
    rank_high = models.PositiveIntegerField()
    share = models.FloatField()
    value = models.FloatField()
    fragile = models.BooleanField()
    within = models.BooleanField()
    volume = models.FloatField()
    up = models.FloatField()
    down = models.FloatField()
    potential = models.FloatField()
    criticality = models.FloatField()
    stance = models.FloatField()
    market = models.FloatField()
    ranges = models.JSONField()  # criterion -> [low, high], where people disagree or nobody knows
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    amount_share = models.FloatField()
    change_criterion = models.CharField(max_length=12, blank=True)
    change_level = models.PositiveSmallIntegerField(null=True)
    change_order = models.JSONField(default=list)

    class Meta:
        ordering = ["rank", "partner__name", "partner_id"]
        indexes = [models.Index(fields=["ranking", "rank"], name="ranked_by_rank")]
        constraints = [models.UniqueConstraint(fields=["ranking", "partner"], name="ranked_once")]


class Engagement(models.Model):
    """A decision to open a relationship with a partner, with the reasons as they stood that day."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="engagements")
    relationship = models.ForeignKey(Relationship, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=1000)
    facts = models.JSONField()
    decided_by_name = models.CharField(max_length=160)
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["-decided_at", "-id"]
