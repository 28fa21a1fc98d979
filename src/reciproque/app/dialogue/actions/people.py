"""Who takes part, and their links."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.dialogue import urn
from reciproque.app.dialogue.actions.common import locked, log, not_yours, require_state, same, seat_of
from reciproque.app.dialogue.actions.votes import add_slips
from reciproque.app.dialogue.models import Participant, Session, SessionState
from reciproque.app.dialogue.queries.clock import vote_is_open
from reciproque.app.dialogue.queries.equity import equity
from reciproque.app.directory.models import Person
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import new_key

S = SessionState
OPEN_TO_PEOPLE = (S.MANDATE, S.DECK, S.VOTING, S.READY, S.LIVE)


@transaction.atomic
def add_participants(*, by: Actor, session: Session, side: str, people: Iterable[Person]) -> list[Participant]:
    """People of one side who take part; those already there are left as they are. Each gets an own link."""
    fresh = locked(session)
    require_state(fresh, *OPEN_TO_PEOPLE)
    _require_choice(by, fresh, side)
    company = fresh.relationship.organisation(side)
    there = {one.person_id: one for one in fresh.participants.filter(side=side)}
    added = []
    for person in people:
        if person.organisation_id != company.pk:
            raise Refused(_("Only people of %(company)s can be on this list.") % {"company": company})
        known = there.get(person.pk)
        if known is None or known.left:
            added.append(_enter(fresh, side, person, known))
    if added:
        add_slips(by=by, session=fresh, people=added)
    _say_again(fresh)
    log(by, fresh, "people", audience=side, people=len(added))
    same(session, fresh)
    return added


def _require_choice(by: Actor, session: Session, side: str) -> None:
    if not by.is_system and side not in seat_of(by, session).chooses_people_of:
        raise Refused(_("Each company draws up its own list: you cannot change this one."))


def _enter(session: Session, side: str, person: Person, known: Participant | None) -> Participant:
    """Whoever is put back comes under a new key: neither the old link nor what a browser kept under it opens again."""
    participant = known or Participant(session=session, person=person, side=side)
    participant.session, participant.key = session, new_key()
    participant.name, participant.language, participant.left = str(person), person.language, False
    participant.token_hash = urn.hash_of(urn.token_of(participant))
    participant.save()
    return participant


def _say_again(session: Session) -> None:
    """Lists that lean to one side since the room was told that they were even: it must be told before any result."""
    if session.counted_at is None and session.equity_said_at is not None and equity(session).lopsided:
        session.equity_said_at = None
        session.save(update_fields=["equity_said_at"])


@transaction.atomic
def remove_participant(*, by: Actor, session: Session, participant: Participant) -> None:
    """Somebody will not take part: the link opens nothing any more, for good.

    Not while a vote is open: whoever looks at who is still waited for would learn whether that person has voted, and a
    company could take out the people whose answers it would rather not see counted. What lies in a box stays in it,
    whoever goes: themes under twin locks too, or a list emptied around one person would show that person's theme.
    """
    fresh = locked(session)
    require_state(fresh, *OPEN_TO_PEOPLE)
    _require_choice(by, fresh, participant.side)
    if participant.session_id != fresh.pk:
        raise Refused(not_yours())
    if vote_is_open(fresh):
        raise Refused(_("A vote is open: nobody can be taken off the lists before it is sealed."))
    participant.session = fresh
    participant.left, participant.token_hash = True, None
    participant.save(update_fields=["left", "token_hash"])
    _say_again(fresh)
    log(by, fresh, "person_left", audience=participant.side)
    same(session, fresh)
