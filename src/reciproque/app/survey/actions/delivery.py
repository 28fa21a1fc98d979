"""Sending what is due. Marks made here say how far a mail got; they change no state of a wave and name no actor.

A mail leaves once. At most one leaves too many, when a worker dies between the server's yes and our note of it, or when
the server has the whole message and never answers; if that happens twice to one mail, somebody is asked.
A reminder is forgotten before it leaves, so it may be lost but never doubled.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import translation
from nacl.exceptions import CryptoError

from reciproque.app.directory.models import Account, Membership
from reciproque.app.shared import clock
from reciproque.app.shared.worker import JobFailed
from reciproque.app.survey.actions.invitations import TOO_LATE, office_hours
from reciproque.app.survey.mail import letters, outbox, render, transport
from reciproque.app.survey.mail.letters import Letter
from reciproque.app.survey.mail.makers import MAKERS
from reciproque.app.survey.models import Invitation, OutboxMail, Wave, WaveState
from reciproque.app.survey.urn import collect
from reciproque.app.survey.urn.errors import UrnError

logger = logging.getLogger("reciproque.mail")

Kind = OutboxMail.Kind
# Mails, and seconds, before the other jobs get their turn: a slow mail server must not keep a wave from closing.
ROUND = 200
LONGEST_ROUND = 30.0
AGAIN_EACH_HOUR = 3
NEXT_LOOK = timedelta(minutes=30)
_asked_again: dict[str, deque[datetime]] = {}


class Line:
    """One connection to the mail server for many mails, made again after a failure."""

    def __init__(self) -> None:
        self._backend: BaseEmailBackend | None = None

    def open(self) -> BaseEmailBackend:
        if self._backend is None:
            self._backend = transport.connect()
        return self._backend

    def close(self) -> None:
        backend, self._backend = self._backend, None
        if backend is not None:
            transport.hang_up(backend)


@contextmanager
def _line() -> Iterator[Line]:
    line = Line()
    try:
        yield line
    finally:
        line.close()


def send_due_mails(*, holder: str, stopping: Callable[[], bool] = lambda: False) -> bool:
    """Send what is due, up to a round; says whether more is waiting. JobFailed when the mail server cannot be used."""
    outbox.take_back_from_the_dead()
    until = time.monotonic() + LONGEST_ROUND
    with _line() as line:
        for _ in range(ROUND):
            mail = None if stopping() else outbox.next_due()
            if mail is None:
                return False
            _one(mail, line, holder)
            if time.monotonic() > until:
                break
    return True


def _one(mail: OutboxMail, line: Line, holder: str) -> None:
    """Connect first, so that a server that is down costs no mail a try; then take, then send."""
    if mail.kind == Kind.RESEND:
        _look_up(mail, holder)
        return
    if mail.kind == Kind.REMINDER and not office_hours(clock.now()):
        outbox.wait_until(mail, clock.now() + NEXT_LOOK)
        return
    try:
        line.open()
        if outbox.take(mail, holder):
            _send(mail, line)
    except transport.Unavailable as error:
        outbox.postpone(mail)
        raise JobFailed(error.reason) from None


def _send(mail: OutboxMail, line: Line) -> None:
    try:
        parcel = _parcel(mail)
        if parcel is None:
            outbox.cancel(mail)
            return
        transport.send(line.open(), parcel)
    except transport.NotDelivered as error:
        outbox.failed(mail, error.reason, permanent=error.permanent)
        if not error.permanent:
            line.close()
    except transport.Unconfirmed:
        outbox.unconfirmed(mail)
        line.close()
    except transport.Unavailable:
        raise
    except Exception as error:
        logger.warning("a mail of kind %s could not be made: %s", mail.kind, type(error).__name__)
        outbox.failed(mail, "unknown", permanent=False)
    else:
        outbox.sent(mail)


def _look_up(mail: OutboxMail, holder: str) -> None:
    """Who asks for a link is worked out here, where nobody can time it: one mail per wave that asked the address."""
    if not outbox.take(mail, holder):
        return
    try:
        email = outbox.show(mail.data["box"])
    except (CryptoError, KeyError, ValueError):
        email = ""
    if email and not _too_often(email):
        asked = OutboxMail.objects.filter(
            kind=Kind.INVITATION, recipient__iexact=email, wave__state=WaveState.COLLECTING
        )
        outbox.queue(
            outbox.letter_again(invited, Kind.LINK, once=f"link:{invited.invitation_id}:{mail.key}")
            for invited in asked.select_related("invitation__person")
        )
    outbox.drop(mail)


def _too_often(email: str) -> bool:
    """Per address and hour, in the memory of this process only."""
    now, name = clock.now(), outbox.fingerprint(email)
    for other in [n for n, times in _asked_again.items() if not now - timedelta(hours=1) <= times[-1] <= now]:
        del _asked_again[other]
    times = _asked_again.setdefault(name, deque(maxlen=AGAIN_EACH_HOUR))
    if len(times) == AGAIN_EACH_HOUR and times[0] > now - timedelta(hours=1):
        return True
    times.append(now)
    return False


# ---------------------------------------------------------------- The letter of a mail, now
def _parcel(mail: OutboxMail) -> transport.Parcel | None:
    with translation.override(mail.language):
        letter = letter_of(mail)
        if letter is None:
            return None
        name = str(mail.invitation.person if mail.invitation else mail.account or "")
        return render.parcel(letter, name=name, address=mail.recipient, key=mail.key, language=mail.language)


def letter_of(mail: OutboxMail) -> Letter | None:
    """The letter as it stands now, or None when it is no longer wanted."""
    if mail.kind in MAKERS:
        return MAKERS[mail.kind](mail)
    if mail.invitation is not None:
        return _letter_to_person(mail, mail.invitation)
    return _letter_to_account(mail)


def _letter_to_person(mail: OutboxMail, invitation: Invitation) -> Letter | None:
    wave = mail.wave
    if wave is None or not _still_asked(wave):
        return None
    invitation.wave = wave
    try:
        if mail.kind == Kind.REMINDER and _needless(wave, invitation):
            return None
        code = collect.invitation_token(wave.pk, invitation.pk)
    except UrnError:
        return None
    make = {Kind.INVITATION: letters.invitation, Kind.REMINDER: letters.reminder, Kind.LINK: letters.link_again}
    return make[Kind(mail.kind)](invitation, code)


def _still_asked(wave: Wave) -> bool:
    if wave.state != WaveState.COLLECTING or wave.closes_at <= clock.now():
        return False
    invented = wave.relationship.is_demo and "smtp" in settings.EMAIL_BACKEND
    return not invented


def _needless(wave: Wave, invitation: Invitation) -> bool:
    """The only place where a mail depends on who has answered; what it finds is written nowhere."""
    late = wave.closes_at - clock.now() < TOO_LATE or wave.quorums_reached_at is not None
    return late or bool(collect.answered(wave.pk, [invitation.pk]))


def _letter_to_account(mail: OutboxMail) -> Letter | None:
    account, wave = mail.account, mail.wave
    if account is None or not account.is_active:
        return None
    if mail.kind == Kind.CLOSED and wave is not None and wave.state == WaveState.CLOSED:
        return letters.closed(wave, account)
    if mail.kind == Kind.OPENED and wave is not None and wave.state in (WaveState.OPEN, WaveState.PURGED):
        return letters.opened(wave, account)
    if mail.kind == Kind.LOG_HEAD:
        return letters.log_head(account, fingerprint=mail.data["hash"])
    if mail.kind == Kind.ACCOUNT:
        return _invitation_to_sign_in(mail, account)
    return None


def _invitation_to_sign_in(mail: OutboxMail, account: Account) -> Letter | None:
    """It may have waited for long: nothing to whoever has come in, changed address or lost the seat meanwhile."""
    if account.last_login is not None or account.email.lower() != mail.recipient.lower():
        return None
    membership = (
        Membership.objects.filter(pk=mail.data["membership"])
        .select_related("account", "relationship__client", "relationship__supplier")
        .first()
    )
    return letters.account_invitation(membership) if membership else None
