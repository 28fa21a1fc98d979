"""The outbox as a queue: one row per recipient, taken by one worker at a time, taken back from a worker that died.

A row says who gets which letter. The text and its link are made when the mail leaves and are stored nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet
from nacl.encoding import Base64Encoder
from nacl.secret import SecretBox

from reciproque.app.directory.models import Account
from reciproque.app.shared import clock
from reciproque.app.shared.worker import living
from reciproque.app.survey.models import Invitation, OutboxMail, Wave, WaveState

Kind, State = OutboxMail.Kind, OutboxMail.State

# Waits after each failed try, five days in all as between mail servers; one failure more, and the mail is refused.
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    *[timedelta(hours=12)] * 9,
)
UNCONFIRMED = "unconfirmed"
# Rows of these kinds would tell who had not answered, or who asked for a link: they vanish when they are taken or done.
FLEETING = (Kind.REMINDER, Kind.RESEND, Kind.LINK)
FINISHED = (State.SENT, State.REFUSED, State.CANCELLED)
LONGEST_ADDRESS = 320
STALE = timedelta(days=7)
KEPT_DAYS = 30


def letter_to(invitation: Invitation, kind: str, *, once: str) -> OutboxMail:
    return OutboxMail(
        kind=kind,
        wave_id=invitation.wave_id,
        invitation=invitation,
        recipient=invitation.person.email,
        language=invitation.language,
        once=once,
    )


def letter_again(invited: OutboxMail, kind: str, *, once: str) -> OutboxMail:
    """To the address that was invited, whatever the directory says now: whoever keeps a list of people could otherwise
    have somebody's link sent elsewhere while answers come in."""
    assert invited.invitation is not None
    letter = letter_to(invited.invitation, kind, once=once)
    letter.recipient = invited.recipient
    return letter


def letter_to_account(
    account: Account, kind: str, *, once: str, wave: Wave | None = None, data: dict[str, object] | None = None
) -> OutboxMail:
    return OutboxMail(
        kind=kind,
        wave=wave,
        account=account,
        recipient=account.email,
        language=account.language,
        once=once,
        data=data or {},
    )


def hide(email: str) -> str:
    """An address for the server's eyes only, always as long: the row does not even tell the length of a name."""
    plain = email.encode().ljust(LONGEST_ADDRESS)[:LONGEST_ADDRESS]
    return _box().encrypt(plain, encoder=Base64Encoder).decode()


def show(hidden: str) -> str:
    return _box().decrypt(hidden.encode(), encoder=Base64Encoder).decode().strip()


def fingerprint(text: str) -> str:
    """Stands for an address in memory, without being one."""
    return hmac.new(settings.SECRET_KEY.encode(), text.lower().encode(), hashlib.sha256).hexdigest()


def _box() -> SecretBox:
    return SecretBox(hashlib.sha256(b"outbox address:" + settings.SECRET_KEY.encode()).digest())


def queue(mails: Iterable[OutboxMail]) -> None:
    """Add mails, all due at the same moment; one queued before under the same ``once`` is left as it is."""
    rows, now = list(mails), clock.now()
    for row in rows:
        row.not_before = now
    OutboxMail.objects.bulk_create(rows, ignore_conflicts=True)


def _due() -> QuerySet[OutboxMail]:
    """What may leave now. Nothing waits for longer than the longest wait: a later moment is a clock that was wrong."""
    now = clock.now()
    due = Q(not_before__lte=now) | Q(not_before__gt=now + max(WAITS) + timedelta(hours=1))
    return OutboxMail.objects.filter(due, state=State.QUEUED)


def next_due() -> OutboxMail | None:
    """The next mail to try, with all that its letter needs."""
    return (
        _due()
        .select_related(
            "wave__relationship__client", "wave__relationship__supplier", "invitation__person", "account__organisation"
        )
        .order_by("not_before", "id")
        .first()
    )


def take(mail: OutboxMail, holder: str) -> bool:
    """Take a mail for sending; False when another worker was faster."""
    free = _due().filter(pk=mail.pk)
    if mail.kind == Kind.REMINDER:
        return free.delete()[0] == 1
    taken = free.update(state=State.SENDING, holder=holder, attempts=F("attempts") + 1)
    mail.attempts += taken
    return taken == 1


def sent(mail: OutboxMail) -> None:
    if mail.kind in FLEETING:
        drop(mail)
    else:
        _held(mail).update(state=State.SENT, holder="", last_error="")


def wait_until(mail: OutboxMail, moment: datetime) -> None:
    OutboxMail.objects.filter(pk=mail.pk, state=State.QUEUED).update(not_before=moment)


def drop(mail: OutboxMail) -> None:
    OutboxMail.objects.filter(pk=mail.pk).delete()


def cancel(mail: OutboxMail) -> None:
    if mail.kind in FLEETING:
        drop(mail)
    else:
        _held(mail).update(state=State.CANCELLED, holder="")


def postpone(mail: OutboxMail) -> None:
    """Give a mail back untried: the mail server cannot be used now, which is not this mail's doing."""
    _held(mail).update(state=State.QUEUED, holder="", attempts=F("attempts") - 1)


def failed(mail: OutboxMail, reason: str, *, permanent: bool) -> None:
    """Refused for good, or to be tried again later. A reminder is not tried twice: another may come another day."""
    if permanent or mail.attempts > len(WAITS) or mail.kind == Kind.REMINDER:
        _refuse(mail, reason)
        return
    _wait(mail, UNCONFIRMED if mail.last_error == UNCONFIRMED else reason)


def unconfirmed(mail: OutboxMail) -> None:
    """It may have arrived. It is sent once more, and only once: then somebody is asked."""
    if mail.last_error == UNCONFIRMED or mail.attempts > len(WAITS):
        _refuse(mail, UNCONFIRMED)
    else:
        _wait(mail, UNCONFIRMED)


def _wait(mail: OutboxMail, reason: str) -> None:
    wait = WAITS[max(mail.attempts, 1) - 1]
    _held(mail).update(state=State.QUEUED, holder="", last_error=reason, not_before=clock.now() + wait)


def _refuse(mail: OutboxMail, reason: str) -> None:
    if mail.kind in FLEETING:
        drop(mail)
    else:
        _held(mail).update(state=State.REFUSED, holder="", last_error=reason)


def _held(mail: OutboxMail) -> QuerySet[OutboxMail]:
    return OutboxMail.objects.filter(pk=mail.pk, state=State.SENDING)


def take_back_from_the_dead() -> None:
    """What silent workers held may have left without being noted: tried once more, unless that was the second time."""
    held = OutboxMail.objects.filter(state=State.SENDING).exclude(holder__in=living())
    again = held.filter(last_error=UNCONFIRMED)
    again.filter(kind__in=FLEETING).delete()
    again.update(state=State.REFUSED, holder="")
    held.exclude(last_error=UNCONFIRMED).update(state=State.QUEUED, holder="", last_error=UNCONFIRMED)


def prune() -> None:
    """Mails too old to make sense are cancelled; old finished ones forgotten, or at least their addresses.

    The address that was invited is known until the wave no longer takes answers: links go there and nowhere else.
    An invitation to sign in never grows too old: it carries no code, only the address of a page that sends one.
    """
    now = clock.now()
    waiting = OutboxMail.objects.filter(state=State.QUEUED)
    waiting.filter(kind__in=FLEETING, not_before__lt=now - timedelta(days=1)).delete()
    waiting.filter(attempts=0, not_before__lt=now - STALE).exclude(kind=Kind.ACCOUNT).update(state=State.CANCELLED)
    # One that was called off did not invite anybody: if there is a reason again, it is queued again.
    OutboxMail.objects.filter(kind=Kind.ACCOUNT, state=State.CANCELLED).delete()
    finished = OutboxMail.objects.filter(state__in=FINISHED, not_before__lt=now - timedelta(days=KEPT_DAYS))
    finished.exclude(_stays()).delete()
    needed = Q(kind=Kind.INVITATION, wave__state=WaveState.COLLECTING)
    finished.exclude(Q(recipient="") | needed).update(recipient="")


def _stays() -> Q:
    """Rows that say what was done already: who was invited, and up to where the log was mailed."""
    last_head = OutboxMail.objects.filter(kind=Kind.LOG_HEAD).order_by("-pk").values("pk")[:1]
    return Q(kind__in=[Kind.INVITATION, Kind.ACCOUNT]) | Q(pk__in=last_head)
