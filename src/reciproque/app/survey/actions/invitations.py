"""Who gets which mail, decided here; mails leave later, in actions/delivery.py."""

from __future__ import annotations

import secrets
from datetime import datetime, time, timedelta
from itertools import chain, zip_longest

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from reciproque.app.directory.access import log_for
from reciproque.app.directory.models import Account, Membership
from reciproque.app.shared import clock
from reciproque.app.shared.audit import SYSTEM, Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.models import AuditRecord
from reciproque.app.shared.vocabulary import SIDES, new_key
from reciproque.app.survey import access
from reciproque.app.survey.actions.common import locked, log, membership_of, require_state
from reciproque.app.survey.mail import letters, outbox, render, transport
from reciproque.app.survey.models import Invitation, MailCheck, OutboxMail, Wave, WaveState
from reciproque.app.survey.urn import collect

Kind, State = OutboxMail.Kind, OutboxMail.State

# Reminders are polite: few, apart, in office hours, and none when it is nearly over.
REMINDERS = 2
APART = timedelta(days=4)
TOO_LATE = timedelta(hours=12)
OFFICE_HOURS = (time(9), time(18))
MORNING = time(7)
# "Send it again" waiting at once; more than that is somebody playing.
MOST_WAITING = 1000
LOG_READERS = (Membership.Role.SPONSOR, Membership.Role.FACILITATOR)


# ---------------------------------------------------------------- Invitations and reminders
def queue_invitations(*, by: Actor, wave: Wave) -> None:
    """One mail to each person asked who has an address and has none yet; nothing when links are handed out by hand."""
    with transaction.atomic():
        if not wave.links_by_hand:
            asked = wave.invitations.exclude(person__email="").select_related("person")
            outbox.queue(outbox.letter_to(i, Kind.INVITATION, once=f"invitation:{i.pk}") for i in asked)
        Wave.objects.filter(pk=wave.pk).update(last_mailed_at=clock.now())
        log(by, wave, "invitations_queued", by_hand=wave.links_by_hand)


def queue_due_reminders(*, by: Actor = SYSTEM) -> int:
    """A reminder for everybody who was written to, alike: who has answered is looked up when each one would leave.

    So no table ever tells who had not answered. Returns the number of waves reminded.
    """
    if not office_hours(clock.now()):
        return 0
    due = [wave for wave in _waves_to_remind() if _queue_reminders(by, wave)]
    return len(due)


def _waves_to_remind() -> list[Wave]:
    """Once both quorums are reached the wave is about to close: nobody is pressed any more."""
    now = clock.now()
    waves = Wave.objects.filter(
        state=WaveState.COLLECTING,
        links_by_hand=False,
        quorums_reached_at=None,
        reminders__lt=REMINDERS,
        last_mailed_at__lte=now - APART,
        closes_at__gt=now + TOO_LATE,
    )
    return list(waves.select_related("relationship__client", "relationship__supplier"))


def _queue_reminders(by: Actor, wave: Wave) -> bool:
    """One statement counts the reminder: of two workers, one goes on."""
    with transaction.atomic():
        here = Wave.objects.filter(pk=wave.pk, reminders=wave.reminders, last_mailed_at=wave.last_mailed_at)
        if not here.update(reminders=F("reminders") + 1, last_mailed_at=clock.now()):
            return False
        number = wave.reminders + 1
        sent = wave.mails.filter(kind=Kind.INVITATION, state=State.SENT).exclude(recipient="")
        outbox.queue(
            outbox.letter_again(mail, Kind.REMINDER, once=f"reminder:{number}:{mail.invitation_id}")
            for mail in sent.select_related("invitation__person")
        )
        log(by, wave, "reminder_queued", number=number)
    return True


def office_hours(moment: datetime) -> bool:
    """Monday to Friday, in the hours of work of the installation's time zone."""
    local = timezone.localtime(moment)
    return local.weekday() < 5 and OFFICE_HOURS[0] <= local.time() < OFFICE_HOURS[1]


def resend_link(email: str) -> None:
    """Note that somebody asks for the link of an address. The same single row whoever asks; a job looks it up later."""
    if OutboxMail.objects.filter(kind=Kind.RESEND).count() >= MOST_WAITING:
        return
    request = OutboxMail(
        kind=Kind.RESEND,
        once=f"again:{secrets.token_hex(16)}",
        data={"box": outbox.hide(email)},
    )
    outbox.queue([request])


# ---------------------------------------------------------------- News for sponsors and members
def queue_closed(*, wave: Wave) -> None:
    """Part of closing: both sponsors learn at the same minute that the urn waits for both phrases."""
    _tell(wave, Kind.CLOSED, (Membership.Role.SPONSOR,))


def queue_opened(*, wave: Wave) -> None:
    """Part of opening: everybody with a seat on the relationship, one of each side in turn."""
    _tell(wave, Kind.OPENED, tuple(Membership.Role))


def _tell(wave: Wave, kind: str, roles: tuple[str, ...]) -> None:
    members = Membership.objects.filter(relationship=wave.relationship, role__in=roles, account__is_active=True)
    members = members.select_related("account").order_by("role", "pk")
    sides = [[m.account for m in members if m.side == side] for side in SIDES]
    others = [m.account for m in members if m.side not in SIDES]
    in_turn = [account for pair in zip_longest(*sides) for account in pair if account]
    outbox.queue(
        outbox.letter_to_account(account, kind, wave=wave, once=f"{kind}:{wave.pk}:{account.pk}")
        for account in chain(in_turn, others)
    )


def queue_account_invitations() -> None:
    """Accounts with a seat that have never come in are written to, once."""
    waiting = Membership.objects.filter(
        account__last_login=None, account__is_active=True, relationship__is_demo=False
    ).exclude(account__in=Account.objects.filter(outboxmail__kind=Kind.ACCOUNT))
    outbox.queue(
        outbox.letter_to_account(m.account, Kind.ACCOUNT, once=f"account:{m.account_id}", data={"membership": m.pk})
        for m in waiting.select_related("account").order_by("pk")
    )


def queue_log_heads() -> None:
    """Once a day, in the morning: to sponsors and facilitators of whose relationships they can read a new line.

    Each is sent the fingerprint of the last line that this reader can read, which vouches for all before it. A later
    one, a number, or a mail for the sake of a line of the other company would tell that there is such a line. So would
    the hour, if a line of today could make a mail leave today: lines wait for the next morning, whoever reads them.
    """
    now = timezone.localtime(clock.now())
    morning = now.replace(hour=MORNING.hour, minute=0, second=0, microsecond=0)
    if now < morning:
        return
    today = f"head:{clock.today()}:"
    if OutboxMail.objects.filter(kind=Kind.LOG_HEAD, once__startswith=today).exists():
        return
    head = AuditRecord.objects.filter(at__lt=morning).aggregate(last=Max("sequence"))["last"] or 0
    last = OutboxMail.objects.filter(kind=Kind.LOG_HEAD).order_by("-pk").first()
    since = last.data["sequence"] if last else 0
    if head <= since:
        return
    changed = AuditRecord.objects.filter(sequence__gt=since, sequence__lte=head).exclude(relationship_key="")
    readers = Account.objects.filter(
        memberships__relationship__key__in=changed.values("relationship_key"),
        memberships__relationship__is_demo=False,
        memberships__role__in=LOG_READERS,
        is_active=True,
    ).distinct()
    found = [(reader, _last_line(reader, since, head)) for reader in readers.order_by("pk")]
    outbox.queue(
        outbox.letter_to_account(
            reader, Kind.LOG_HEAD, once=f"{today}{reader.pk}", data={"sequence": head, "hash": fingerprint}
        )
        for reader, fingerprint in found
        if fingerprint
    )


def _last_line(reader: Account, since: int, head: int) -> str:
    """Of the log as its page shows it to the reader; "" when nothing was added there about a relationship in hand."""
    lines = log_for(reader).filter(sequence__lte=head)
    seats = Membership.objects.filter(account=reader, role__in=LOG_READERS, relationship__is_demo=False)
    new = lines.filter(sequence__gt=since, relationship_key__in=seats.values("relationship__key"))
    return lines.values_list("hash", flat=True).first() or "" if new.exists() else ""


# ---------------------------------------------------------------- What a person does on the outbox page
def reveal_link(*, by: Actor, invitation: Invitation) -> str:
    """The 26 signs of one person, to hand over by hand. Both companies read in the log that it was done."""
    wave = invitation.wave
    if invitation.side not in access.reveals_links_of(membership_of(by, wave)):
        raise Refused(_("Only the sponsor of this person’s company can see this link."))
    require_state(wave, WaveState.COLLECTING)
    code = collect.invitation_token(wave.pk, invitation.pk)
    with transaction.atomic():
        log(by, wave, "link_revealed", side=invitation.side)
    return code


def retry_refused(*, by: Actor, mail: OutboxMail) -> None:
    """Try a refused invitation again, at the address that the person has now."""
    invitation = mail.invitation
    if mail.kind != Kind.INVITATION or invitation is None:
        raise Refused(_("Only an invitation can be sent again from here."))
    if invitation.side not in access.sees_outbox_of(membership_of(by, invitation.wave)):
        raise Refused(_("Your role does not allow this on this wave."))
    require_state(invitation.wave, WaveState.COLLECTING)
    with transaction.atomic():
        again = OutboxMail.objects.filter(pk=mail.pk, state=State.REFUSED).update(
            state=State.QUEUED, attempts=0, last_error="", not_before=clock.now(), recipient=invitation.person.email
        )
        if not again:
            raise Refused(_("This mail is no longer refused: look at the page again."))
        log(by, invitation.wave, "invitation_retried", audience=invitation.side, person=invitation.person.key)


def hand_out_links(*, by: Actor, wave: Wave, by_hand: bool) -> None:
    """Choose, before the wave opens, whether its links leave by mail or are handed out by hand."""
    if not access.sees_outbox_of(membership_of(by, wave)):
        raise Refused(_("Your role does not allow this on this wave."))
    with transaction.atomic():
        fresh = locked(wave)  # it may have opened since the page was read
        require_state(fresh, WaveState.DRAFT, WaveState.SEALING)
        fresh.links_by_hand = by_hand
        fresh.save(update_fields=["links_by_hand"])
        log(by, fresh, "links_by_hand" if by_hand else "links_by_mail")
    wave.links_by_hand = by_hand


def check_mail(*, by: Actor, wave: Wave, account: Account) -> None:
    """Send a test message to oneself now; what the mail server answers is said in plain words."""
    if not access.sees_outbox_of(membership_of(by, wave)):
        raise Refused(_("Your role does not allow this on this wave."))
    try:
        backend = transport.connect()
        try:
            transport.send(backend, _test_parcel(account))
        finally:
            transport.hang_up(backend)
    except (transport.Unavailable, transport.NotDelivered) as error:
        raise Refused(transport.explain(error.reason)) from None
    except transport.Unconfirmed:
        raise Refused(transport.explain("timeout")) from None
    with transaction.atomic():
        MailCheck.objects.update_or_create(id=1, defaults={"settings_digest": transport.settings_digest()})
        log(by, wave, "mail_checked", host=settings.EMAIL_HOST)


def _test_parcel(account: Account) -> transport.Parcel:
    with translation.override(account.language):
        return render.parcel(
            letters.test(account), name=account.name, address=account.email, key=new_key(), language=account.language
        )
