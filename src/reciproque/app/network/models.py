"""Tables of the web of relations. A tie is not stored: it is what two declarations say of the same two people."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from reciproque.app.directory.models import Account, Function, Person, Relationship
from reciproque.app.shared.vocabulary import KeyField, Side, other_side


class Frequency(models.TextChoices):
    """How often two people exchange, on a scale short enough to answer without thinking."""

    DAILY = "daily", _("Several times a week")
    WEEKLY = "weekly", _("Every week")
    MONTHLY = "monthly", _("Every month")
    QUARTERLY = "quarterly", _("Every quarter")
    RARE = "rare", _("Less often")


EXCHANGES = {
    Frequency.DAILY: 12.0,
    Frequency.WEEKLY: 4.0,
    Frequency.MONTHLY: 1.0,
    Frequency.QUARTERLY: 1 / 3,
    Frequency.RARE: 1 / 12,
}
"""Exchanges a month that each word stands for."""


class Shown(models.TextChoices):
    """Who may read a declaration, besides the company that made it."""

    OWN = "own", _("My company only")
    FACILITATOR = "facilitator", _("My company and the neutral facilitator")
    BOTH = "both", _("Both companies")


class Source(models.TextChoices):
    """How a declaration came in."""

    TYPED = "typed", _("Typed by the company")
    LINK = "link", _("Given by the person, by a short link")
    CALENDAR = "calendar", _("Read in a calendar")
    MAIL = "mail", _("Read in mail headers")


class WebState(models.Model):
    """Where the two halves stand: each side says when its half is ready; with both, they are laid side by side."""

    relationship = models.OneToOneField(Relationship, on_delete=models.CASCADE, related_name="web_state")
    ready_client_at = models.DateTimeField(null=True)
    ready_supplier_at = models.DateTimeField(null=True)
    compared_at = models.DateTimeField(null=True)

    def ready(self, side: str) -> bool:
        return (self.ready_client_at if side == Side.CLIENT else self.ready_supplier_at) is not None


class Contact(models.Model):
    """Somebody of the other company, as one side names them. No company reads the other's directory for this."""

    relationship = models.ForeignKey(Relationship, on_delete=models.CASCADE, related_name="contacts")
    side = models.CharField(max_length=8, choices=Side.choices)  # the side that names, not that of the person
    name = models.CharField(_("name"), max_length=160)
    folded_name = models.CharField(max_length=170, editable=False)
    email = models.EmailField(_("e-mail address"), blank=True)
    function = models.ForeignKey(Function, null=True, blank=True, on_delete=models.PROTECT, related_name="contacts")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="named_as")

    class Meta:
        ordering = ["folded_name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["relationship", "side", "folded_name"], name="contact_named_once")
        ]

    def __str__(self) -> str:
        return self.name


class Declaration(models.Model):
    """One side's word about a tie. Once the halves are laid side by side, a change ends this row and begins another."""

    key = KeyField()
    relationship = models.ForeignKey(Relationship, on_delete=models.CASCADE, related_name="declarations")
    side = models.CharField(max_length=8, choices=Side.choices)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="declarations")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="declarations")
    subject = models.CharField(_("on what"), max_length=120, blank=True)
    frequency = models.CharField(_("how often"), max_length=12, choices=Frequency.choices)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    shown = models.CharField(_("who may read it"), max_length=12, choices=Shown.choices, default=Shown.BOTH)
    source = models.CharField(max_length=12, choices=Source.choices, default=Source.TYPED)
    declared_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL)
    said_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="said")
    created_at = models.DateTimeField()
    replaces = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["person__folded_name", "contact__folded_name", "id"]
        indexes = [models.Index(fields=["relationship", "side"], name="declaration_side")]
        constraints = [
            models.UniqueConstraint(
                fields=["relationship", "side", "person", "contact"],
                condition=models.Q(withdrawn_at=None),
                name="one_word_per_tie_and_side",
            ),
            models.CheckConstraint(
                condition=models.Q(until=None) | models.Q(since=None) | models.Q(until__gte=models.F("since")),
                name="tie_ends_after_it_begins",
            ),
        ]


class ExpectedPair(models.Model):
    """Two functions that should meet, or need not, on this perimeter. One list for both companies."""

    relationship = models.ForeignKey(Relationship, on_delete=models.CASCADE, related_name="expected_pairs")
    client_function = models.ForeignKey(Function, on_delete=models.CASCADE, related_name="+")
    supplier_function = models.ForeignKey(Function, on_delete=models.CASCADE, related_name="+")
    expected = models.BooleanField(default=True)
    set_by = models.CharField(max_length=8, blank=True)  # the side that last decided; empty for a third party

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["relationship", "client_function", "supplier_function"], name="expected_pair_once"
            )
        ]


class TieLink(models.Model):
    """A short link for one key actor. Only a hash of its secret is kept; the secret is made again when it is sent."""

    key = KeyField()
    relationship = models.ForeignKey(Relationship, on_delete=models.CASCADE, related_name="tie_links")
    side = models.CharField(max_length=8, choices=Side.choices)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tie_links")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["person__folded_name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["relationship", "person"],
                condition=models.Q(revoked_at=None),
                name="one_living_link_per_person",
            )
        ]

    @property
    def other_side(self) -> str:
        return other_side(self.side)


class WaitingTie(models.Model):
    """A tie with somebody whom nobody of the side had named yet: it waits for a yes of that side."""

    key = KeyField()
    link = models.ForeignKey(TieLink, on_delete=models.CASCADE, related_name="waiting")
    name = models.CharField(max_length=160)
    folded_name = models.CharField(max_length=170, editable=False)
    function = models.ForeignKey(Function, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=120, blank=True)
    frequency = models.CharField(max_length=12, choices=Frequency.choices)
    since = models.DateField(null=True, blank=True)
    shown = models.CharField(max_length=12, choices=Shown.choices, default=Shown.BOTH)
    said_at = models.DateTimeField()

    class Meta:
        ordering = ["said_at", "id"]
        constraints = [models.UniqueConstraint(fields=["link", "folded_name"], name="waiting_tie_once")]
