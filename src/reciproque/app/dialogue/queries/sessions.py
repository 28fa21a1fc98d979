"""Where a session stands, what it offers to each, and who is on its lists."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reciproque.app.dialogue.access import Seated
from reciproque.app.dialogue.models import Participant, Session, SessionState, Signature
from reciproque.app.dialogue.queries.equity import Equity, equity
from reciproque.app.dialogue.queries.projection import Viewer, everybody_answered, project
from reciproque.app.directory.models import Person
from reciproque.app.shared.vocabulary import SIDES

S = SessionState
ORDER = (S.MANDATE, S.DECK, S.VOTING, S.READY, S.LIVE, S.MINUTES, S.FROZEN)


@dataclass(frozen=True)
class Step:
    label: str
    done: bool
    here: bool


@dataclass(frozen=True)
class Signing:
    side: str
    company: str
    signature: Signature | None
    mine: bool


@dataclass(frozen=True)
class Hub:
    """The page of a session: a sentence, the one thing to do, and the facts that both companies read."""

    sentence: str
    then: str
    steps: tuple[Step, ...]
    signings: tuple[Signing, ...]
    answered: dict[str, bool]
    equity: Equity
    offers: frozenset[str]


def hub(seat: Seated) -> Hub:
    session = seat.session
    sentence, then = _sentences()[S(session.state)]
    return Hub(
        sentence=sentence,
        then=then,
        steps=steps(session),
        signings=_signings(seat),
        answered=dict(project(session, Viewer.EVERYONE).answered),
        equity=equity(session),
        offers=_offers(seat),
    )


def _sentences() -> dict[str, tuple[str, str]]:
    return {
        S.MANDATE: (
            _("The mandate waits for both signatures."),
            _("Purpose, people, rules, who receives what: nothing begins before both sponsors have signed it."),
        ),
        S.DECK: (
            _("Both sides bring in what they want to talk about."),
            _("At most 25 statements, a third at least from each side, without names."),
        ),
        S.VOTING: (
            _("Everybody votes in private."),
            _("Nothing shows before the room, to anybody. Answers can be changed until the deadline."),
        ),
        S.READY: (
            _("The votes are sealed. The room can begin."),
            _("How evenly the workshop was prepared is said before any result."),
        ),
        S.LIVE: (_("The workshop is in session."), _("Phones, room screen and console follow the same clock.")),
        S.MINUTES: (
            _("The minutes can be read and amended."),
            _("For five working days everybody who took part may add a remark. Then they are frozen."),
        ),
        S.FROZEN: (
            _("The minutes are frozen."),
            _("Both companies hold the same file, and anybody can check its fingerprint."),
        ),
        S.CANCELLED: (_("This workshop was cancelled."), _("What had been answered was destroyed unread.")),
    }


def steps(session: Session) -> tuple[Step, ...]:
    names = (
        pgettext("step of a workshop", "Mandate"),
        pgettext("step of a workshop", "Statements"),
        pgettext("step of a workshop", "Private vote"),
        pgettext("step of a workshop", "Ready"),
        pgettext("step of a workshop", "In session"),
        pgettext("step of a workshop", "Minutes"),
        pgettext("step of a workshop", "Frozen"),
    )
    here = ORDER.index(S(session.state)) if session.state in ORDER else -1
    return tuple(Step(name, place < here, place == here) for place, name in enumerate(names))


def _signings(seat: Seated) -> tuple[Signing, ...]:
    signed = {one.side: one for one in seat.session.signatures.all()}
    mine = seat.sponsors if seat.session.state == S.MANDATE else ""
    return tuple(
        Signing(side, str(seat.relationship.organisation(side)), signed.get(side), mine == side and side not in signed)
        for side in SIDES
    )


def _offers(seat: Seated) -> frozenset[str]:
    """What this member can do now, as names that the page knows."""
    session, state = seat.session, seat.session.state
    offered = {
        "mandate": state == S.MANDATE and seat.prepares,
        "people": bool(seat.chooses_people_of) and state in ORDER[:5],
        "deck": state not in (S.MANDATE, S.CANCELLED),
        "voting": state == S.DECK and seat.facilitates,
        "seal": state == S.VOTING and seat.facilitates and everybody_answered(session),
        "preview": state in (S.READY, S.LIVE) and seat.facilitates,
        "begin": state == S.READY and seat.facilitates,
        "minutes": state in (S.MINUTES, S.FROZEN),
        "cancel": state in ORDER[:5] and seat.prepares,
    }
    return frozenset(name for name, holds in offered.items() if holds)


# ---------------------------------------------------------------- people
@dataclass(frozen=True)
class PeopleList:
    side: str
    company: str
    people: tuple[Participant, ...]
    candidates: tuple[Person, ...]


def people_lists(seat: Seated) -> tuple[PeopleList, ...]:
    """The lists that this member draws up, with who may still be added."""
    return tuple(_people_list(seat.session, side) for side in seat.chooses_people_of)


def _people_list(session: Session, side: str) -> PeopleList:
    there = tuple(
        session.participants.filter(side=side, left=False)
        .select_related("person")
        .order_by("person__folded_name", "pk")
    )
    company = session.relationship.organisation(side)
    candidates = company.people.exclude(pk__in=[one.person_id for one in there])
    return PeopleList(side, str(company), there, tuple(candidates))
