"""What all actions on a workshop share: who may act, in which state, and the record they leave."""

from __future__ import annotations

from django.utils.translation import gettext as _

from reciproque.app.dialogue import access
from reciproque.app.dialogue.access import Seated
from reciproque.app.dialogue.actions.deadline import seal_past
from reciproque.app.dialogue.actions.records import log as log
from reciproque.app.dialogue.models import Participant, Session
from reciproque.app.dialogue.states import ForbiddenTransition, transition
from reciproque.app.shared.audit import SYSTEM, Actor
from reciproque.app.shared.errors import Refused


def participant_actor(participant: Participant) -> Actor:
    """Somebody who acts by name from a phone, without account."""
    person = participant.person
    return Actor(key=participant.key, name=participant.name, person_key=person.key if person else "")


def locked(session: Session) -> Session:
    """The session as it is now, kept from other writers until the end of the transaction."""
    fresh = (
        Session.objects.select_for_update(of=("self",))
        .select_related("relationship__client", "relationship__supplier", "facilitator")
        .get(pk=session.pk)
    )
    seal_past(by=SYSTEM, session=fresh)
    return fresh


def same(session: Session, fresh: Session) -> None:
    """Bring the caller's object up to date with the row that was just written."""
    for field in Session._meta.concrete_fields:
        setattr(session, field.attname, getattr(fresh, field.attname))


def moved(by: Actor, session: Session, name: str) -> Session:
    """The locked session in the state that the transition leads to, not saved yet; refused when it may not happen."""
    fresh = locked(session)
    try:
        step = transition(name, fresh.state)
    except ForbiddenTransition as error:
        raise Refused(too_late()) from error
    if by.is_system:
        allowed = True
    else:
        seat = seat_of(by, fresh)
        allowed = ("facilitator" in step.who and seat.facilitates) or ("sponsor" in step.who and bool(seat.sponsors))
    if not allowed:
        raise Refused(not_yours())
    fresh.state = step.target
    return fresh


def seat_of(by: Actor, session: Session) -> Seated:
    membership = access.membership_on(session, by.account) if by.account else None
    if membership is None:
        raise Refused(not_yours())
    return Seated(session, membership)


def require_facilitator(by: Actor, session: Session) -> None:
    """The one who holds the seat; the demonstration and the jobs act as the system."""
    if not by.is_system and not seat_of(by, session).facilitates:
        raise Refused(_("Only the facilitator of this workshop can do that."))


def require_state(session: Session, *states: str) -> None:
    if session.state not in states:
        raise Refused(too_late())


def too_late() -> str:
    return _("This workshop has moved on in the meantime: look at the page again to see where it stands.")


def not_yours() -> str:
    return _("Your role does not allow this in this workshop.")
