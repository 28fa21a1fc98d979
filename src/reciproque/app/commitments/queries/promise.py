"""One promise, whole: terms, owners, words, history, what it should move, and what the reader may do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from reciproque.app.commitments import access
from reciproque.app.commitments.access import Chair
from reciproque.app.commitments.models import Change, Commitment, ExposedSponsor, Origin, Outcome, Owed, State
from reciproque.app.commitments.queries import words
from reciproque.app.commitments.queries.seen import Effect, effects, publications
from reciproque.app.commitments.queries.words import SideWord, Stand
from reciproque.app.commitments.states import ALIVE
from reciproque.app.directory.models import Account
from reciproque.app.shared import clock
from reciproque.app.shared.vocabulary import SIDES, other_side


@dataclass(frozen=True)
class OwnerLine:
    """One side of a promise: who owns it, as what, whether accepted, and the effort it asks."""

    side: str
    company: str
    role: str
    name: str
    accepted: str
    effort: str
    may_name: bool
    may_take: bool


@dataclass(frozen=True)
class Gestures:
    """What this reader may do now. Everything else is not on the page."""

    accept: bool = False
    decline: bool = False
    counter: bool = False
    withdraw: bool = False
    first_step: bool = False
    say_kept: bool = False
    confirm: str = ""
    otherwise: tuple[str, ...] = ()
    change: bool = False
    answer: bool = False
    take_back: bool = False
    again: bool = False
    expose: bool = False


@dataclass(frozen=True)
class PromisePage:
    commitment: Commitment
    gives: str
    stand: Stand
    owners: tuple[OwnerLine, ...]
    dates: tuple[tuple[str, str], ...]
    origin: str
    words: tuple[SideWord, ...]
    history: tuple[tuple[str, str], ...]
    effects: tuple[Effect, ...]
    pending: Change | None
    pending_words: str
    exposed: tuple[ExposedSponsor, ...]
    do: Gestures

    @property
    def spoken(self) -> tuple[str, ...]:
        """The sides that have given their word."""
        return tuple(word.side for word in self.words)


def promise_page(commitment: Commitment, chair: Chair) -> PromisePage:
    today = clock.today()
    published = publications(commitment.relationship) if commitment.questions else []
    waiting = words.pending(commitment)
    return PromisePage(
        commitment=commitment,
        gives=_gives(commitment),
        stand=words.stand(commitment, today),
        owners=tuple(_owner(commitment, str(side), chair) for side in SIDES),
        dates=_dates(commitment),
        origin=str(Origin(commitment.origin_kind).label) if commitment.origin_kind else "",
        words=words.side_words(commitment),
        history=words.history(commitment),
        effects=effects(commitment, published),
        pending=waiting,
        pending_words=words.history(commitment)[0][0] if waiting else "",
        exposed=tuple(access.exposed_by(commitment, chair)),
        do=gestures(commitment, chair),
    )


def _gives(commitment: Commitment) -> str:
    if commitment.owed_by == Owed.BOTH:
        return _("Both companies give their word")
    return _("%(company)s gives its word") % {"company": commitment.relationship.organisation(commitment.owed_by)}


def _owner(commitment: Commitment, side: str, chair: Chair) -> OwnerLine:
    owner = commitment.owner(side)
    accepted = commitment.accepted_at(side)
    said = _("accepted on %(date)s") % {"date": words.day(accepted)} if accepted else _("has not accepted yet")
    over = commitment.state not in ALIVE
    return OwnerLine(
        side=side,
        company=str(commitment.relationship.organisation(side)),
        role=_("Bears it") if side in commitment.bearing_sides else _("Witness"),
        name=str(owner) if owner else "",
        accepted=said if owner else "",
        effort=commitment.effort(side),
        may_name=not over and access.names_owners(chair.membership) == side,
        may_take=not over and owner is None and access.carries(chair.membership) == side,
    )


def _dates(commitment: Commitment) -> tuple[tuple[str, str], ...]:
    taken = commitment.first_step_done_on
    when = (
        (_("First step taken on"), words.day(taken))
        if taken
        else (_("First step before"), words.day(commitment.first_step_by))
    )
    return (
        (_("First step"), commitment.first_step),
        when,
        (_("Date"), words.day(commitment.due_on)),
        (_("Expected proof"), commitment.proof),
    )


def gestures(commitment: Commitment, chair: Chair) -> Gestures:
    side = access.owned_side(commitment, chair.account)
    if commitment.state == State.PROPOSED:
        return _offer_gestures(commitment, chair, side)
    anyone = Gestures(again=commitment.state == State.BROKEN and chair.proposes, expose=_exposes(commitment, chair))
    if not side or commitment.state not in ALIVE:
        return anyone
    if commitment.accepted_at(side) is None:
        return replace(anyone, accept=True)
    return _owner_gestures(commitment, side, anyone)


def _owner_gestures(commitment: Commitment, side: str, anyone: Gestures) -> Gestures:
    bears, is_open = side in commitment.bearing_sides, commitment.state == State.OPEN
    spoken = words.last_words(commitment)
    theirs, mine = (word.outcome if (word := spoken.get(one)) else "" for one in (other_side(side), side))
    may_speak = commitment.state != State.SAID or not mine
    return replace(
        _change_gestures(commitment, side, anyone),
        first_step=bears and is_open and commitment.first_step_done_on is None,
        say_kept=bears and may_speak and theirs != Outcome.KEPT,
        confirm=str(Outcome(theirs).label) if theirs and may_speak else "",
        otherwise=_otherwise(commitment, theirs, mine, may_speak),
    )


def _change_gestures(commitment: Commitment, side: str, anyone: Gestures) -> Gestures:
    """Before the date: ask for a change, or deal with the one that waits."""
    waiting, early = words.pending(commitment), access.before_its_date(commitment, clock.today())
    if waiting is None:
        return replace(anyone, change=early)
    mine = waiting.side == side
    return replace(anyone, answer=early and not mine, take_back=mine)


def _otherwise(commitment: Commitment, theirs: str, mine: str, may_speak: bool) -> tuple[str, ...]:
    """Which other words are possible: once the date has passed, or against the word of the other side."""
    if not may_speak:
        return ()
    if commitment.state == State.OPEN:
        return ("broken",) if commitment.is_overdue(clock.today()) else ()
    return tuple(one for one in ("late", "broken") if one not in (theirs, mine))


def _offer_gestures(commitment: Commitment, chair: Chair, side: str) -> Gestures:
    accepted = bool(side) and commitment.accepted_at(side) is not None
    return Gestures(
        accept=bool(side) and not accepted,
        decline=bool(side) and not accepted,
        counter=chair.proposes,
        withdraw=access.takes_back(commitment, chair.membership),
    )


def _exposes(commitment: Commitment, chair: Chair) -> bool:
    hurt = commitment.state in (State.BROKEN, State.LATE, State.DISPUTED)
    return chair.exposes and (hurt or commitment.is_overdue(clock.today()))


# ---------------------------------------------------------------- who may own a promise
def owners_offered(chair: Chair, side: str) -> list[Account]:
    """The people of a side whom this reader may name: all of the own side, opposite only who holds its keys."""
    return [seat.account for seat in access.seats_offered(chair, side)]
