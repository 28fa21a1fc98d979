"""Which letters about promises are due: the same for both sides, at the same minute; none for the demonstration."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta

from django.utils import timezone

from reciproque.app.commitments import access
from reciproque.app.commitments.models import Commitment, State
from reciproque.app.directory.models import Membership
from reciproque.app.shared import clock
from reciproque.app.shared.vocabulary import SIDES
from reciproque.app.survey.mail import outbox
from reciproque.app.survey.models import OutboxMail

Kind = OutboxMail.Kind
MORNING = time(7)
WEEK = timedelta(days=7)
# A worker that was stopped catches up on a date this far back; later, the reminder would only be noise.
CATCHES_UP = timedelta(days=3)
MONDAY = 0


def queue_promise_reminders() -> int:
    """A reminder of each date that comes today to both owners: the first step, a week before, the day after."""
    if timezone.localtime(clock.now()).time() < MORNING:
        return 0
    open_ones = access.promises().filter(state=State.OPEN, relationship__is_demo=False)
    mails = [mail for commitment in open_ones for mail in _mails(commitment)]
    outbox.queue(mails)
    return len(mails)


def _mails(commitment: Commitment) -> Iterator[OutboxMail]:
    for moment, on in _due_today(commitment):
        for side in SIDES:
            owner = commitment.owner(side)
            if owner is not None and owner.is_active:
                data: dict[str, object] = {"commitment": commitment.pk, "moment": moment, "date": on.isoformat()}
                once = f"promise:{moment}:{commitment.pk}:{on}:{owner.pk}"
                yield outbox.letter_to_account(owner, Kind.PROMISE, once=once, data=data)


def _due_today(commitment: Commitment) -> Iterator[tuple[str, date]]:
    today, due = clock.today(), commitment.due_on
    if commitment.first_step_done_on is None and _just_now(commitment.first_step_by, today):
        yield "step", commitment.first_step_by
    opened_on = timezone.localdate(commitment.opened_at) if commitment.opened_at else today
    if opened_on < due - WEEK and _just_now(due - WEEK, today):
        yield "week", due
    if _just_now(due + timedelta(days=1), today):
        yield "after", due


def _just_now(day: date, today: date) -> bool:
    return day <= today <= day + CATCHES_UP


def queue_digests() -> int:
    """On Monday mornings, the promises in progress to both sponsors of each relationship that has some."""
    now = timezone.localtime(clock.now())
    if now.weekday() != MONDAY or now.time() < MORNING:
        return 0
    alive = Commitment.objects.filter(
        state__in=[State.OPEN, State.SAID, State.DISPUTED], relationship__is_demo=False
    ).values("relationship")
    seats = Membership.objects.filter(
        relationship__in=alive, role=Membership.Role.SPONSOR, account__is_active=True
    ).select_related("account")
    mails = [
        outbox.letter_to_account(
            seat.account,
            Kind.DIGEST,
            once=f"digest:{now.date()}:{seat.relationship_id}:{seat.account_id}",
            data={"relationship": seat.relationship_id},
        )
        for seat in seats.order_by("relationship", "side")
    ]
    outbox.queue(mails)
    return len(mails)
