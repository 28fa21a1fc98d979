"""A session from its creation to the room: mandate, signatures, the steps of its life, cancelling."""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.dialogue import access, urn
from reciproque.app.dialogue.actions.common import (
    locked,
    log,
    moved,
    not_yours,
    require_facilitator,
    require_state,
    same,
    seat_of,
)
from reciproque.app.dialogue.actions.minutes import draft_minutes
from reciproque.app.dialogue.actions.promises import promise
from reciproque.app.dialogue.actions.votes import FOR_THE_MINUTES, destroy_boxes, open_round
from reciproque.app.dialogue.models import Live, Round, Session, SessionState, Signature, Theme
from reciproque.app.dialogue.states import IN_PROGRESS
from reciproque.app.directory.models import Account, Membership, Relationship
from reciproque.app.shared import clock
from reciproque.app.shared.audit import SYSTEM, Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import ALPHABET, SIDES, Seat

MANDATE = ("purpose", "people", "rules", "recipients")
ROOM_CODE = 6


@transaction.atomic
def create_session(
    *,
    by: Actor,
    relationship: Relationship,
    title: str,
    planned_at: datetime,
    facilitator: Account,
    employer: str = Seat.NEUTRAL,
) -> Session:
    """A new workshop, whose mandate is to be written and signed. One at a time in a relationship."""
    Relationship.objects.select_for_update().get(pk=relationship.pk)
    membership = _facilitates(relationship, facilitator)
    if not by.is_system and not _may_create(by, relationship):
        raise Refused(not_yours())
    if Session.objects.filter(relationship=relationship, state__in=IN_PROGRESS, rehearsal_of=None).exists():
        raise Refused(_("A workshop is already being prepared in this relationship: finish or cancel it first."))
    session = Session.objects.create(
        relationship=relationship,
        title=title,
        planned_at=planned_at,
        room_code=room_code(),
        facilitator=facilitator,
        employer=membership.side if membership.side in SIDES else employer,
    )
    urn.make_links(session)
    log(by, session, "created", employer=session.employer)
    return session


def _facilitates(relationship: Relationship, account: Account) -> Membership:
    found = Membership.objects.filter(
        relationship=relationship, account=account, role=Membership.Role.FACILITATOR
    ).first()
    if found is None:
        raise Refused(_("Choose a facilitator of this relationship, or add one to its members first."))
    return found


def _may_create(by: Actor, relationship: Relationship) -> bool:
    membership = Membership.objects.filter(relationship=relationship, account=by.account).first()
    return membership is not None and access.may_create(membership)


def room_code() -> str:
    while True:
        code = "".join(secrets.choice(ALPHABET) for _place in range(ROOM_CODE))
        if not Session.objects.filter(room_code=code).exists():
            return code


@transaction.atomic
def change_mandate(
    *,
    by: Actor,
    session: Session,
    title: str,
    planned_at: datetime,
    purpose: str,
    people: str,
    rules: str,
    recipients: str,
) -> None:
    """Write or rewrite the mandate, until both sponsors have signed. What was signed before is void."""
    fresh = locked(session)
    require_state(fresh, SessionState.MANDATE)
    if not by.is_system and not seat_of(by, fresh).prepares:
        raise Refused(not_yours())
    before = digest_of(fresh)
    fresh.title, fresh.planned_at = title, planned_at
    fresh.purpose, fresh.people, fresh.rules, fresh.recipients = purpose, people, rules, recipients
    fresh.save()
    if digest_of(fresh) != before:
        fresh.signatures.all().delete()
    log(by, fresh, "mandate_changed")
    same(session, fresh)


def digest_of(session: Session) -> str:
    """What a signature stands for: the mandate word for word, and for whom the facilitator works."""
    words = [session.title, session.planned_at.timestamp(), session.employer]
    words += [getattr(session, name) for name in MANDATE]
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


@transaction.atomic
def sign_mandate(*, by: Actor, session: Session, digest: str) -> None:
    """A sponsor signs what was on the screen. With the second signature, statements can be gathered."""
    fresh = locked(session)
    require_state(fresh, SessionState.MANDATE)
    side = seat_of(by, fresh).sponsors
    if not side:
        raise Refused(_("Only the sponsors of both companies sign the mandate."))
    if digest != digest_of(fresh):
        raise Refused(_("The mandate has changed since you opened this page: read it again before signing."))
    if not all(getattr(fresh, name).strip() for name in MANDATE):
        raise Refused(_("The mandate is not complete: fill in its four parts before anybody signs."))
    Signature.objects.update_or_create(
        session=fresh, side=side, defaults={"signed_by": by.name, "signed_at": clock.now(), "digest": digest}
    )
    log(by, fresh, "mandate_signed", side=side)
    if fresh.signatures.count() == len(SIDES):
        fresh = moved(by, fresh, "sign")
        fresh.save(update_fields=["state"])
        open_round(
            by=SYSTEM, session=fresh, kind=Round.Kind.THEMES, items=[(f"t:{theme}", 1) for theme in Theme.values]
        )
        log(SYSTEM, fresh, "deck_opened")
    same(session, fresh)


@transaction.atomic
def begin(*, by: Actor, session: Session) -> Live:
    """The room is there."""
    fresh = moved(by, session, "begin")
    fresh.started_at = clock.now()
    fresh.save(update_fields=["state", "started_at"])
    live = Live.objects.create(session=fresh)
    log(by, fresh, "began")
    same(session, fresh)
    return live


@transaction.atomic
def end(*, by: Actor, session: Session) -> None:
    """The room is over: promises are handed to their owners, the minutes are drafted, five working days begin."""
    fresh = moved(by, session, "end")
    if fresh.counted_at is None:
        raise Refused(_("The votes were never revealed: reveal them, or cancel the workshop."))
    fresh.ended_at = clock.now()
    fresh.amend_until = working_days_after(fresh.ended_at, 5)
    fresh.save(update_fields=["state", "ended_at", "amend_until"])
    destroy_boxes(by=by, session=fresh, kept=FOR_THE_MINUTES)
    if not fresh.is_rehearsal:
        promise(by=by, session=fresh)
    draft_minutes(by=by, session=fresh)
    log(by, fresh, "ended")
    same(session, fresh)


def working_days_after(moment: datetime, days: int) -> datetime:
    """The same hour that many days later, Saturdays and Sundays not counted."""
    while days:
        moment += timedelta(days=1)
        days -= moment.weekday() < 5
    return moment


@transaction.atomic
def cancel_session(*, by: Actor, session: Session, reason: str) -> None:
    """The workshop will not take place: votes, concerns and links are destroyed, the reason is kept."""
    fresh = moved(by, session, "cancel")
    fresh.save(update_fields=["state"])
    destroy_boxes(by=by, session=fresh)
    fresh.notes.all().delete()
    fresh.participants.update(token_hash=None)
    transaction.on_commit(partial(urn.destroy_links, fresh))
    log(by, fresh, "cancelled", reason=reason[:300])
    same(session, fresh)


@transaction.atomic
def say_equity(*, by: Actor, session: Session) -> None:
    """The facilitator has told the room how evenly this workshop was prepared, before anybody sees a result."""
    fresh = locked(session)
    require_state(fresh, SessionState.READY, SessionState.LIVE)
    require_facilitator(by, fresh)
    fresh.equity_said_at = clock.now()
    fresh.save(update_fields=["equity_said_at"])
    log(by, fresh, "equity_said")
    same(session, fresh)
