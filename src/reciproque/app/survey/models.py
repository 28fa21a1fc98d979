"""Tables of the survey. None of them holds an answer, a token, or the moment at which someone answered."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from reciproque.app.directory.models import Account, Function, Person, Relationship
from reciproque.app.shared.vocabulary import KeyField, Side


class WaveState(models.TextChoices):
    DRAFT = "draft", _("In preparation")
    SEALING = "sealing", _("Waiting for both keys")
    COLLECTING = "collecting", _("Answers are coming in")
    CLOSING = "closing", _("Closing")
    CLOSED = "closed", _("Closed, waiting for both phrases")
    OPEN = "open", _("Open for both companies")
    PURGED = "purged", _("Open, ballots destroyed")
    CANCELLED = "cancelled", _("Cancelled")


class Wave(models.Model):
    """One measure of both sides with one locked questionnaire."""

    class Form(models.TextChoices):
        FULL = "full", _("Full questionnaire")
        PULSE = "pulse", _("Short pulse")

    class Level(models.IntegerChoices):
        DEMO = 1, _("Server key: demonstration only")
        TWO_KEYS = 2, _("Two keys")

    key = KeyField()
    relationship = models.ForeignKey(Relationship, on_delete=models.PROTECT, related_name="waves")
    number = models.PositiveSmallIntegerField()
    cloned_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="clones")
    state = models.CharField(max_length=12, choices=WaveState.choices, default=WaveState.DRAFT)
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.TWO_KEYS)
    form = models.CharField(_("questionnaire"), max_length=8, choices=Form.choices, default=Form.FULL)
    languages = models.JSONField(_("languages"), default=list)
    instrument_name = models.CharField(max_length=40)
    instrument_version = models.CharField(max_length=20)
    instrument_digest = models.CharField(max_length=64)
    instrument_text = models.TextField()
    opens_at = models.DateTimeField(_("invitations leave on"))
    closes_at = models.DateTimeField(_("answers until"))
    grace_hours = models.PositiveSmallIntegerField(_("hours of grace once both quorums are reached"), default=24)
    quorum_client = models.PositiveSmallIntegerField(_("quorum, client side"), default=5)
    quorum_supplier = models.PositiveSmallIntegerField(_("quorum, supplier side"), default=5)
    list_complete_client = models.BooleanField(null=True)
    list_complete_supplier = models.BooleanField(null=True)
    extended = models.BooleanField(default=False)
    links_by_hand = models.BooleanField(_("links handed out by hand, no mail"), default=False)
    reminders = models.PositiveSmallIntegerField(default=0)
    last_mailed_at = models.DateTimeField(null=True)
    quorums_reached_at = models.DateTimeField(null=True)
    quorum_seen_client = models.BooleanField(default=False)
    quorum_seen_supplier = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True)
    receipts = models.JSONField(default=list)
    receipts_root = models.CharField(max_length=64, blank=True)
    ballots_client = models.PositiveIntegerField(null=True)
    ballots_supplier = models.PositiveIntegerField(null=True)
    opened_at = models.DateTimeField(null=True)
    contest_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["relationship", "number"]
        constraints = [
            models.UniqueConstraint(fields=["relationship", "number"], name="wave_number_unique"),
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")), name="wave_closes_after_it_opens"
            ),
            models.CheckConstraint(
                condition=models.Q(quorum_client__gte=5, quorum_supplier__gte=5), name="wave_quorum_at_least_five"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.relationship}, {self.number}"

    def quorum(self, side: str) -> int:
        return self.quorum_client if side == Side.CLIENT else self.quorum_supplier

    def list_complete(self, side: str) -> bool | None:
        return self.list_complete_client if side == Side.CLIENT else self.list_complete_supplier

    def quorum_seen(self, side: str) -> bool:
        return self.quorum_seen_client if side == Side.CLIENT else self.quorum_seen_supplier

    def ballots(self, side: str) -> int:
        """Ballots of a side, known from the closing on."""
        return (self.ballots_client if side == Side.CLIENT else self.ballots_supplier) or 0

    @property
    def is_training(self) -> bool:
        return self.level == self.Level.DEMO


class Invitation(models.Model):
    """A person asked to answer. ``answered`` is unknown (null) until closing, then set for all in one statement."""

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="invitations")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="invitations")
    side = models.CharField(max_length=8, choices=Side.choices)
    function = models.ForeignKey(Function, null=True, on_delete=models.PROTECT)
    language = models.CharField(max_length=2, default="fr")
    answered = models.BooleanField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["wave", "person"], name="one_invitation_per_person")]


class SealingKey(models.Model):
    """The public half of one side's key pair for a wave."""

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="keys")
    side = models.CharField(max_length=8, choices=Side.choices)
    public_key = models.BinaryField()
    accepted_by = models.CharField(max_length=200)
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["wave", "side"], name="one_key_per_side")]


class WrappedHalf(models.Model):
    """The private half of a side's key, readable only with the holder's opening phrase."""

    key = models.ForeignKey(SealingKey, on_delete=models.CASCADE, related_name="wrapped")
    holder = models.ForeignKey(Account, on_delete=models.PROTECT)
    salt = models.BinaryField()
    memory_mib = models.PositiveIntegerField()
    box = models.BinaryField()
    confirmed = models.BooleanField(default=False)  # the holder typed the phrase back and it opened

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "holder"], name="one_phrase_per_holder")]


class OutboxMail(models.Model):
    """One mail to one recipient. Its text is made when it is sent, so that no link is ever stored."""

    class Kind(models.TextChoices):
        INVITATION = "invitation", _("Invitation")
        REMINDER = "reminder", _("Reminder")
        RESEND = "resend", _("Request to send a link again")
        LINK = "link", _("Link sent again")
        CLOSED = "closed", _("Waiting for both phrases")
        OPENED = "opened", _("Results are open")
        LOG_HEAD = "log_head", _("Head of the log")
        ACCOUNT = "account", _("Invitation to sign in")
        PROMISE = "promise", _("Reminder of a promise")
        DIGEST = "digest", _("The promises of the week")
        WORKSHOP = "workshop", _("Link to a workshop")
        MINUTES = "minutes", _("Minutes of a workshop")
        TIES = "ties", _("Link to say with whom one works")

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        REFUSED = "refused", _("Refused")
        CANCELLED = "cancelled", _("Cancelled")

    key = KeyField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    wave = models.ForeignKey(Wave, null=True, blank=True, on_delete=models.CASCADE, related_name="mails")
    invitation = models.ForeignKey(Invitation, null=True, blank=True, on_delete=models.CASCADE, related_name="mails")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE)
    recipient = models.EmailField(blank=True)
    language = models.CharField(max_length=2, default="fr")
    once = models.CharField(max_length=80, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    last_error = models.CharField(max_length=40, blank=True)  # a reason of mail.transport, put in words when shown
    holder = models.CharField(max_length=24, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["not_before", "id"]
        indexes = [models.Index(fields=["state", "not_before"], name="outbox_due")]


class MailCheck(models.Model):
    """The settings of the mail server with which a test message last left. One row; other settings void it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    settings_digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="mail_check_is_single")]
