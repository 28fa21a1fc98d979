"""One promise, whole: terms, owners, words, history, what it should move, and what the reader may do."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from reciproque.app.commitments import access
from reciproque.app.commitments.access import Chair
from reciproque.app.commitments.models import Change, Commitment, Origin, Owed, State
from reciproque.app.commitments.queries import words
from reciproque.app.commitments.queries.seen import Effect, effects, publications
from reciproque.app.commitments.queries.words import SideWord, Stand
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
    over = commitment.state not in (State.PROPOSED, State.OPEN, State.SAID, State.DISPUTED)
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
    account, today = chair.account, clock.today()
    side = access.owned_side(commitment, account)
    if commitment.state == State.PROPOSED:
        return _offer_gestures(commitment, chair, side)
    over = Gestures(again=commitment.state == State.BROKEN and chair.proposes, expose=_exposes(commitment, chair))
    if not side:
        return over
    if commitment.accepted_at(side) is None:
        return Gestures(accept=commitment.state in (State.OPEN, State.SAID, State.DISPUTED), expose=over.expose)
    bears = side in commitment.bearing_sides
    waiting = words.pending(commitment)
    early = access.before_its_date(commitment, today)
    spoken = words.last_words(commitment)
    theirs, mine = spoken.get(other_side(side)), spoken.get(side)
    may_speak = commitment.state in (State.OPEN, State.DISPUTED) or (commitment.state == State.SAID and mine is None)
    return Gestures(
        first_step=bears and commitment.state == State.OPEN and commitment.first_step_done_on is None,
        say_kept=bears and may_speak and (theirs is None or theirs.outcome != "kept"),
        confirm=str(theirs.get_outcome_display()) if theirs and may_speak else "",
        otherwise=_otherwise(commitment, theirs.outcome if theirs else "", mine.outcome if mine else "", may_speak),
        change=early and waiting is None,
        answer=early and waiting is not None and waiting.side != side,
        take_back=waiting is not None and waiting.side == side,
        again=over.again,
        expose=over.expose,
    )


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
