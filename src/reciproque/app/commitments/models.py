"""Tables of the word that is given. Both companies read all of them, but for exposed sponsors and calendars."""

from __future__ import annotations

from datetime import date, datetime

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reciproque.app.directory.models import Account, Function, Organisation, Person, Relationship
from reciproque.app.shared.vocabulary import SIDES, KeyField, Seat, Side, other_side


class Owed(models.TextChoices):
    """The side that gives its word; its owner bears the promise, the owner opposite is the witness."""

    CLIENT = "client", _("The client")
    SUPPLIER = "supplier", _("The supplier")
    BOTH = "both", _("Both companies")


class State(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("word given", "Proposed")
    OPEN = "open", pgettext_lazy("word given", "In progress")
    SAID = "said", pgettext_lazy("word given", "Waits for the other side’s word")
    KEPT = "kept", pgettext_lazy("word given", "Kept")
    LATE = "late", pgettext_lazy("word given", "Kept late")
    BROKEN = "broken", pgettext_lazy("word given", "Not kept")
    DISPUTED = "disputed", pgettext_lazy("word given", "Two different words")
    DECLINED = "declined", pgettext_lazy("word given", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("word given", "Withdrawn")
    RELEASED = "released", pgettext_lazy("word given", "Released by both")


class Outcome(models.TextChoices):
    """What became of a promise, in the words of one side."""

    KEPT = "kept", pgettext_lazy("word given", "kept")
    LATE = "late", pgettext_lazy("word given", "kept late")
    BROKEN = "broken", pgettext_lazy("word given", "not kept")


class Effort(models.TextChoices):
    NONE = "none", pgettext_lazy("effort", "none")
    LIGHT = "light", pgettext_lazy("effort", "light")
    MEDIUM = "medium", pgettext_lazy("effort", "medium")
    HEAVY = "heavy", pgettext_lazy("effort", "heavy")


class Origin(models.TextChoices):
    """What a promise came from."""

    NONE = "", pgettext_lazy("origin of a promise", "a conversation")
    PROPOSAL = "proposal", pgettext_lazy("origin of a promise", "a proposal chosen together")


class Terms(models.Model):
    """What is promised, and how one will know."""

    what = models.CharField(_("what is promised"), max_length=280)
    proof = models.CharField(_("expected proof"), max_length=200)
    first_step = models.CharField(_("first step"), max_length=200)
    first_step_by = models.DateField(_("first step before"))
    due_on = models.DateField(_("date"))
    effort_client = models.CharField(max_length=8, choices=Effort.choices, default=Effort.NONE)
    effort_supplier = models.CharField(max_length=8, choices=Effort.choices, default=Effort.NONE)

    class Meta:
        abstract = True

    def effort(self, side: str) -> str:
        return str(Effort(self.effort_client if side == Side.CLIENT else self.effort_supplier).label)


class Commitment(Terms):
    """One promise, with the terms that both owners accepted last. It counts once both have accepted."""

    key = KeyField()
    relationship = models.ForeignKey(Relationship, on_delete=models.CASCADE, related_name="commitments")
    number = models.PositiveIntegerField()
    owed_by = models.CharField(_("who gives its word"), max_length=8, choices=Owed.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    why = models.CharField(_("why"), max_length=280, blank=True)
    origin_kind = models.CharField(max_length=10, choices=Origin.choices, blank=True)
    origin_key = models.CharField(max_length=40, blank=True)
    origin_text = models.CharField(max_length=400, blank=True)
    questions = models.JSONField(default=list)  # codes of the questionnaire that this should move
    owner_client = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    owner_supplier = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    function_client = models.ForeignKey(Function, null=True, on_delete=models.SET_NULL, related_name="+")
    function_supplier = models.ForeignKey(Function, null=True, on_delete=models.SET_NULL, related_name="+")
    accepted_client_at = models.DateTimeField(null=True)
    accepted_supplier_at = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    proposed_side = models.CharField(max_length=8, choices=Seat.choices)
    proposed_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    first_step_done_on = models.DateField(null=True)
    announced_on = models.DateField(null=True)  # when a later date was asked for, before this one
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_on", "number"]
        indexes = [models.Index(fields=["state", "due_on"], name="commitment_due")]
        constraints = [
            models.UniqueConstraint(fields=["relationship", "number"], name="commitment_number_unique"),
            models.CheckConstraint(
                condition=models.Q(first_step_by__lte=models.F("due_on")), name="commitment_first_step_first"
            ),
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def bearing_sides(self) -> tuple[str, ...]:
        return tuple(SIDES) if self.owed_by == Owed.BOTH else (self.owed_by,)

    def owner(self, side: str) -> Account | None:
        return self.owner_client if side == Side.CLIENT else self.owner_supplier

    def accepted_at(self, side: str) -> datetime | None:
        return self.accepted_client_at if side == Side.CLIENT else self.accepted_supplier_at

    def function(self, side: str) -> Function | None:
        return self.function_client if side == Side.CLIENT else self.function_supplier

    @property
    def witness_side(self) -> str:
        """The side that confirms; empty when both give their word, each being the other's witness."""
        return "" if self.owed_by == Owed.BOTH else str(other_side(self.owed_by))

    def is_overdue(self, today: date) -> bool:
        """Derived, never stored: the date has passed and neither side has said what became of it."""
        return self.state == State.OPEN and self.due_on < today


class Change(Terms):
    """An offer, other terms, a release, another owner: who asked, when, why, and what came of it."""

    class Kind(models.TextChoices):
        OFFER = "offer", pgettext_lazy("change of a promise", "First offer")
        COUNTER = "counter", pgettext_lazy("change of a promise", "Other terms, before acceptance")
        TERMS = "terms", pgettext_lazy("change of a promise", "Other terms")
        RELEASE = "release", pgettext_lazy("change of a promise", "Release")
        OWNER = "owner", pgettext_lazy("change of a promise", "Another owner")

    class Status(models.TextChoices):
        PENDING = "pending", pgettext_lazy("change of a promise", "waits for an answer")
        ACCEPTED = "accepted", pgettext_lazy("change of a promise", "accepted")
        REFUSED = "refused", pgettext_lazy("change of a promise", "refused")
        REPLACED = "replaced", pgettext_lazy("change of a promise", "replaced")
        WITHDRAWN = "withdrawn", pgettext_lazy("change of a promise", "taken back")

    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="changes")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=Kind.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    why = models.CharField(max_length=280, blank=True)
    side = models.CharField(max_length=8, choices=Seat.choices)
    by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    answered_by_name = models.CharField(max_length=200, blank=True)
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=280, blank=True)

    class Meta:
        ordering = ["commitment", "number"]
        constraints = [
            models.UniqueConstraint(fields=["commitment", "number"], name="change_number_unique"),
            models.UniqueConstraint(
                fields=["commitment"], condition=models.Q(status="pending"), name="one_change_waits_at_a_time"
            ),
        ]


class Word(models.Model):
    """What one side says became of a promise. Rows are added, never changed: the last one of a side is its word."""

    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="words")
    side = models.CharField(max_length=8, choices=Side.choices)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    text = models.CharField(max_length=400, blank=True)  # the proof, or the reason
    done_on = models.DateField(null=True)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]


class ExposedSponsor(models.Model):
    """Somebody who defended the choice inside and is hurt by a broken promise. Read by the own company only."""

    key = KeyField()
    commitment = models.ForeignKey(Commitment, on_delete=models.CASCADE, related_name="exposed")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    defended = models.CharField(_("what this person defended inside"), max_length=280)
    gesture = models.CharField(_("what we owe this person"), max_length=280, blank=True)
    named_at = models.DateTimeField()

    class Meta:
        ordering = ["person__folded_name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["commitment", "person"], name="exposed_once"),
        ]


class CalendarAddress(models.Model):
    """The secret address of somebody's calendar of promises, kept as a digest only."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="calendar_address")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
