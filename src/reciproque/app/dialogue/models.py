"""Tables of the workshop. None of them holds one person's answer, nor who wrote a sentence."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from reciproque.app.commitments.models import Effort, Owed
from reciproque.app.directory.models import Account, Person, Relationship
from reciproque.app.shared.vocabulary import KeyField, Seat, Side

LONGEST_STATEMENT = 140


class SessionState(models.TextChoices):
    MANDATE = "mandate", _("Mandate to be signed")
    DECK = "deck", _("Statements are being gathered")
    VOTING = "voting", _("Private vote in progress")
    READY = "ready", _("Votes sealed, ready to begin")
    LIVE = "live", _("In session")
    MINUTES = "minutes", _("Minutes open to amendments")
    FROZEN = "frozen", _("Minutes frozen")
    CANCELLED = "cancelled", pgettext_lazy("workshop", "Cancelled")


class Session(models.Model):
    """One workshop of a relationship, from its mandate to its frozen minutes."""

    key = KeyField()
    relationship = models.ForeignKey(Relationship, on_delete=models.CASCADE, related_name="sessions")
    title = models.CharField(_("title"), max_length=120)
    planned_at = models.DateTimeField(_("day and hour"))
    state = models.CharField(max_length=10, choices=SessionState.choices, default=SessionState.MANDATE)
    room_code = models.CharField(max_length=6, unique=True)
    facilitator = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    employer = models.CharField(_("the facilitator is employed by"), max_length=8, choices=Seat.choices)
    rehearsal_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="rehearsals")
    purpose = models.TextField(_("what the workshop is for"), max_length=600, blank=True)
    people = models.TextField(_("who takes part"), max_length=600, blank=True)
    rules = models.TextField(_("rules"), max_length=1200, blank=True)
    recipients = models.TextField(_("who receives what"), max_length=600, blank=True)
    deposits_closed = models.BooleanField(default=False)
    vote_closes_at = models.DateTimeField(_("votes until"), null=True)
    counted_at = models.DateTimeField(null=True)  # the votes were revealed: cells exist, the box is gone
    programme = models.JSONField(default=dict)  # {"common": [keys], "divides": [keys], "unsaid": [keys]}
    equity_said_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    amend_until = models.DateTimeField(null=True)
    frozen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-planned_at", "-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def has_external_facilitator(self) -> bool:
        return self.employer == Seat.NEUTRAL

    @property
    def is_rehearsal(self) -> bool:
        return self.rehearsal_of_id is not None


class Signature(models.Model):
    """A sponsor signed the mandate as it stood; any change of the mandate deletes both signatures."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="signatures")
    side = models.CharField(max_length=8, choices=Side.choices)
    signed_by = models.CharField(max_length=200)
    signed_at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "side"], name="one_signature_per_side")]


class Participant(models.Model):
    """Somebody who takes part, on a side. The link is known by its hash alone."""

    key = KeyField()
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="participants")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")  # none for a robot
    name = models.CharField(max_length=170)
    side = models.CharField(max_length=8, choices=Side.choices)
    language = models.CharField(max_length=2, default="fr")
    token_hash = models.CharField(max_length=64, unique=True, null=True)
    joined = models.BooleanField(default=False)
    ready_step = models.PositiveSmallIntegerField(null=True)  # ready to leave this step; counted, never named
    left = models.BooleanField(default=False)

    class Meta:
        ordering = ["side", "name", "id"]
        constraints = [models.UniqueConstraint(fields=["session", "person"], name="participant_once")]

    def __str__(self) -> str:
        return self.name


# ---------------------------------------------------------------- the deck
class Theme(models.TextChoices):
    """What a concern may be about, for the twin locks. The list is the same for both sides and never changes."""

    PRICE = "price", _("Prices and margins")
    PAYMENT = "payment", _("Payments and invoices")
    DELAYS = "delays", _("Deadlines and planning")
    QUALITY = "quality", _("Quality and defects")
    CHANGES = "changes", _("Changes of plan and urgencies")
    INFORMATION = "information", _("Information that does not come")
    DECISIONS = "decisions", _("Decisions made elsewhere")
    CONTRACT = "contract", _("The contract and its limits")
    DEPENDENCE = "dependence", _("Dependence on each other")
    IDEAS = "ideas", _("Ideas, know-how and who owns them")
    RESPECT = "respect", _("Respect between people")
    FUTURE = "future", _("The future of the relationship")


class StatementState(models.TextChoices):
    DEPOSITED = "deposited", _("Deposited")
    KEPT = "kept", pgettext_lazy("statement", "In the deck")
    MERGED = "merged", pgettext_lazy("statement", "Merged with another")
    WITHHELD = "withheld", pgettext_lazy("statement", "Not in the deck")


class Reason(models.TextChoices):
    """Why a sentence was changed or left out. A topic is never a reason."""

    WORDING = "wording", _("reworded neutrally")
    DUPLICATE = "duplicate", _("says the same as another")
    TWO_IDEAS = "two_ideas", _("holds two ideas")
    UNCLEAR = "unclear", _("cannot be voted on as it is written")
    RECOGNISABLE = "recognisable", _("somebody could be recognised")
    ATTACK = "attack", _("attacks a person")
    FULL = "full", _("the deck is full")


class Statement(models.Model):
    """One sentence. No author: the browser that deposited it keeps a key, whose hash stands here."""

    key = KeyField()
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="statements")
    side = models.CharField(max_length=8, choices=Side.choices)
    state = models.CharField(max_length=10, choices=StatementState.choices, default=StatementState.DEPOSITED)
    raw = models.CharField(max_length=LONGEST_STATEMENT)  # as deposited
    language = models.CharField(max_length=2, default="fr")
    text_fr = models.CharField(_("in French"), max_length=LONGEST_STATEMENT, blank=True)
    text_en = models.CharField(_("in English"), max_length=LONGEST_STATEMENT, blank=True)
    edit_hash = models.CharField(max_length=64, blank=True)  # blank: drawn up by the facilitator from interviews
    merged_into = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="merged")
    rank = models.PositiveSmallIntegerField(default=0)
    forecast = models.BooleanField(default=False)  # the other side's answer is forecast too
    raised_client = models.PositiveSmallIntegerField(null=True)  # people who had raised it openly before
    raised_supplier = models.PositiveSmallIntegerField(null=True)
    shown = models.BooleanField(default=False)  # its result was shown in the room

    class Meta:
        ordering = ["rank", "key"]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The wording accepted for debate, in the reader's language; empty while it is only deposited."""
        french = (get_language() or "fr").startswith("fr")
        return (self.text_fr or self.text_en) if french else (self.text_en or self.text_fr)

    def raised(self, side: str) -> int | None:
        return self.raised_client if side == Side.CLIENT else self.raised_supplier


class Moderation(models.Model):
    """What the facilitator decided about a sentence, and why. Its author reads it with the key of the sentence."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="moderations")
    decision = models.CharField(max_length=10, choices=StatementState.choices)
    reason = models.CharField(max_length=14, choices=Reason.choices, blank=True)
    remark = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["decided_at", "id"]


class RemovalRequest(models.Model):
    """A sponsor holds that a sentence attacks a person. The facilitator decides, and says why."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="removal_requests")
    side = models.CharField(max_length=8, choices=Side.choices)
    why = models.CharField(max_length=200)
    granted = models.BooleanField(null=True)
    answer = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]


# ---------------------------------------------------------------- votes
class Round(models.Model):
    """One vote of everybody. All answers lie together in one sealed box, written anew as a whole each time."""

    class Kind(models.TextChoices):
        THEMES = "themes"  # twin locks
        DECK = "deck"
        TEST = "test"
        MIRROR = "mirror"
        REVOTE = "revote"
        POINTS = "points"
        CLOSING = "closing"

    class State(models.TextChoices):
        OPEN = "open"
        SEALED = "sealed"
        COUNTED = "counted"

    key = KeyField()
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="rounds")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    statement = models.ForeignKey(Statement, null=True, on_delete=models.CASCADE, related_name="rounds")
    items = models.JSONField(default=list)  # [[code, number of possible answers], ...]
    closes_at = models.DateTimeField(null=True)
    box = models.BinaryField(null=True)
    on_paper = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]


class Participation(models.Model):
    """Whether somebody has answered a round. Made for all at once; shown as "everybody" or "not yet", never by name."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="participations")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="participations")
    answered = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "participant"], name="participation_once")]


class Cell(models.Model):
    """How many of one side gave each answer to one item: all that is left of a vote. Read through the projection."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="cells")
    item = models.CharField(max_length=40)
    side = models.CharField(max_length=8, choices=Side.choices)
    counts = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "item", "side"], name="cell_once")]


# ---------------------------------------------------------------- the room
class Live(models.Model):
    """Where the room stands. The facilitator may be one step ahead, participants never."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="live")
    facilitator_step = models.PositiveSmallIntegerField(default=0)
    participants_step = models.PositiveSmallIntegerField(default=0)
    place = models.PositiveSmallIntegerField(default=0)  # which statement of the step
    statement = models.ForeignKey(Statement, null=True, on_delete=models.SET_NULL, related_name="+")
    round = models.ForeignKey(Round, null=True, on_delete=models.SET_NULL, related_name="+")
    activity = models.CharField(max_length=8, blank=True)
    deadline = models.DateTimeField(null=True)
    speaking = models.CharField(max_length=8, choices=Side.choices, blank=True)
    restating = models.BooleanField(default=False)
    speaking_since = models.DateTimeField(null=True)
    seat_asked_by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    version = models.PositiveIntegerField(default=0)


class SpeakingTurn(models.Model):
    """A side spoke, or restated what it heard, for so many seconds."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="turns")
    statement = models.ForeignKey(Statement, null=True, on_delete=models.SET_NULL, related_name="turns")
    side = models.CharField(max_length=8, choices=Side.choices)
    restating = models.BooleanField(default=False)
    seconds = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]


class Note(models.Model):
    """A sentence written in silence for the facilitator. No author; deleted when the minutes are frozen."""

    key = KeyField()
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="notes")
    statement = models.ForeignKey(Statement, null=True, on_delete=models.SET_NULL, related_name="notes")
    side = models.CharField(max_length=8, choices=Side.choices)
    text = models.CharField(max_length=500)
    edit_hash = models.CharField(max_length=64)  # of the key that the page of its author holds
    hidden = models.BooleanField(default=False)

    class Meta:
        ordering = ["key"]


# ---------------------------------------------------------------- what comes out of it
class Proposal(models.Model):
    """If…, we will…, seen by…: named, written by a pair, born of a statement."""

    class State(models.TextChoices):
        PUBLISHED = "published", pgettext_lazy("proposal", "On the table")
        MERGED = "merged", pgettext_lazy("proposal", "Merged with another")
        CHOSEN = "chosen", pgettext_lazy("proposal", "Chosen")
        LEFT = "left", pgettext_lazy("proposal", "Left for later")

    OwedBy = Owed

    key = KeyField()
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="proposals")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="proposals")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PUBLISHED)
    condition = models.CharField(_("If or when…"), max_length=200, blank=True)
    action = models.CharField(_("We will…"), max_length=280)
    proof = models.CharField(_("It will be seen by…"), max_length=200)
    owed_by = models.CharField(_("who acts"), max_length=8, choices=OwedBy.choices)
    effort_client = models.CharField(max_length=8, choices=Effort.choices, default=Effort.NONE)
    effort_supplier = models.CharField(max_length=8, choices=Effort.choices, default=Effort.NONE)
    author = models.ForeignKey(Participant, null=True, on_delete=models.SET_NULL, related_name="+")
    partner = models.ForeignKey(Participant, null=True, on_delete=models.SET_NULL, related_name="+")
    merged_into = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="merged")
    owner_client = models.ForeignKey(Participant, null=True, on_delete=models.SET_NULL, related_name="+")
    owner_supplier = models.ForeignKey(Participant, null=True, on_delete=models.SET_NULL, related_name="+")
    client_accepted = models.BooleanField(default=False)
    supplier_accepted = models.BooleanField(default=False)
    first_step = models.CharField(_("first step"), max_length=200, blank=True)
    first_step_by = models.DateField(_("first step before"), null=True)
    due_on = models.DateField(_("date"), null=True)
    commitment_key = models.CharField(max_length=12, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.action

    def owner(self, side: str) -> Participant | None:
        return self.owner_client if side == Side.CLIENT else self.owner_supplier

    def accepted(self, side: str) -> bool:
        return self.client_accepted if side == Side.CLIENT else self.supplier_accepted


class Objection(models.Model):
    """A side cannot live with a proposal; somebody of that side says why, by name."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="objections")
    side = models.CharField(max_length=8, choices=Side.choices)
    participant = models.ForeignKey(Participant, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=280)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]


class Minutes(models.Model):
    """What was said and decided: drafted at once, amended for five working days, then frozen with its fingerprint."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="minutes")
    content = models.JSONField()
    digest = models.CharField(max_length=64, blank=True)
    pdf_fr = models.BinaryField(null=True)
    pdf_en = models.BinaryField(null=True)


class Amendment(models.Model):
    """A remark on the draft, by name. It is never refused: it stands beside the text, with what was made of it."""

    key = KeyField()
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="amendments")
    side = models.CharField(max_length=8, choices=Seat.choices)
    name = models.CharField(max_length=200)
    text = models.CharField(_("your remark"), max_length=600)
    answer = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["made_at", "id"]
