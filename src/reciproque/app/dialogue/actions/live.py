"""The room, led from the console: steps, statements, timer, votes, silence, speaking turns, the seat.

Every change raises the version of the room, so that each screen knows that it must look again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.dialogue import access, urn
from reciproque.app.dialogue.actions.common import (
    locked,
    log,
    not_yours,
    require_facilitator,
    require_state,
    same,
    seat_of,
    too_late,
)
from reciproque.app.dialogue.actions.proposals import open_points
from reciproque.app.dialogue.actions.rehearsal import erase_rehearsals
from reciproque.app.dialogue.actions.sessions import begin
from reciproque.app.dialogue.actions.votes import cast, count_round, enter_on_paper, open_round, seal_round
from reciproque.app.dialogue.actions.voting import show_statement
from reciproque.app.dialogue.models import (
    Live,
    Note,
    Participant,
    Round,
    Session,
    SessionState,
    SpeakingTurn,
    Statement,
)
from reciproque.app.dialogue.queries.agenda import KEY as AGENDA
from reciproque.app.dialogue.queries.agenda import agenda_of, fits, may_look_at, place_of
from reciproque.app.dialogue.queries.clock import is_over
from reciproque.app.dialogue.queries.mirror import mirror_items
from reciproque.app.dialogue.states import PHASES, Activity, turns_of
from reciproque.app.directory.models import Account, Membership
from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import SIDES, Seat

LONGEST_TIMER = 3600
LONGEST_NOTE = 500
SHORTEST_KEY = 16
SPEAK, RESTATE = 180, 60
AGREE, FORECAST = 3, 3
CLOSING_QUESTIONS = 3
A = Activity
State, Kind = Round.State, Round.Kind


# ---------------------------------------------------------------- what every command does
def _room(by: Actor, session: Session) -> tuple[Session, Live]:
    """The session and its room, kept from other writers; only whoever holds the seat of the facilitator."""
    fresh = locked(session)
    require_state(fresh, SessionState.LIVE)
    require_facilitator(by, fresh)
    live = Live.objects.select_for_update(of=("self",)).select_related("statement", "round").get(session=fresh)
    live.session = fresh
    return fresh, live


def _keep(by: Actor, live: Live, what: str, *, clock_only: bool = False, **data: Any) -> None:
    """Write it down. A change of the clock alone leaves the pages, and what is being typed in them, as they are."""
    live.version += not clock_only
    live.save()
    log(by, live.session, "room", what=what, step=PHASES[live.participants_step].code, **data)


def _leave_activity(by: Actor, live: Live) -> None:
    """End what is going on: a vote is sealed, a speaking turn is written down, the clock stops."""
    if live.round is not None and live.round.state == State.OPEN:
        live.round.session = live.session
        live.round = seal_round(by=by, round=live.round)
    _end_turn(live)
    live.activity, live.deadline = "", None


def _timer(seconds: int) -> datetime:
    if not 0 < seconds <= LONGEST_TIMER:
        raise Refused(_("A timer runs for an hour at most."))
    return clock.now() + timedelta(seconds=seconds)


# ---------------------------------------------------------------- steps and statements
@transaction.atomic
def open_room(*, by: Actor, session: Session) -> Live:
    """The room is there: rehearsals are erased, the real session begins."""
    erase_rehearsals(by=by, session=session)
    return begin(by=by, session=session)


@transaction.atomic
def look_ahead(*, by: Actor, session: Session, step: int) -> None:
    """The facilitator reads a step on the console: any that the room has been to, and the next one."""
    fresh, live = _room(by, session)
    if not may_look_at(fresh, live.participants_step, step):
        raise Refused(_("One step at a time: the next one is the furthest you can look."))
    live.facilitator_step = step
    _keep(by, live, "looked", clock_only=True, ahead=step)


@transaction.atomic
def open_step(*, by: Actor, session: Session) -> None:
    """The room follows to where the facilitator is. Back is always possible, forward one step at a time."""
    fresh, live = _room(by, session)
    _leave_activity(by, live)
    live.participants_step = live.facilitator_step
    live.place, live.round = 0, None
    live.statement = _topic(fresh, live.participants_step, live.place)
    phase = PHASES[live.participants_step]
    if phase.code == "pause":
        minutes = next((one.minutes for one in agenda_of(fresh) if one.phase == phase), phase.minutes)
        live.activity, live.deadline = A.PAUSE, _timer(60 * minutes)
    fresh.participants.update(ready_step=None)
    _keep(by, live, "step")


@transaction.atomic
def change_agenda(*, by: Actor, session: Session, rows: Sequence[tuple[str, int]]) -> None:
    """Steps to come change places, are left out or taken up again, last longer. What the room has been to stays."""
    fresh, live = _room(by, session)
    if not fits(fresh, live.participants_step, rows):
        raise Refused(
            _(
                "The programme cannot run like this: steps behind the room stay, proposals come after what leads to "
                "them, and a step lasts from 1 to 90 minutes."
            )
        )
    fresh.programme = {**fresh.programme, AGENDA: [list(row) for row in rows]}
    fresh.save(update_fields=["programme"])
    live.facilitator_step = live.participants_step
    _keep(by, live, "agenda", steps=[code for code, _minutes in rows])
    same(session, fresh)


@transaction.atomic
def take_place(*, by: Actor, session: Session, place: int) -> None:
    """Another statement of the same step."""
    fresh, live = _room(by, session)
    if not 0 <= place < max(1, len(_topics(fresh, live.participants_step))):
        raise Refused(too_late())
    _leave_activity(by, live)
    live.place, live.round = place, None
    live.statement = _topic(fresh, live.participants_step, live.place)
    fresh.participants.update(ready_step=None)
    _keep(by, live, "place", place=place)


def _topics(session: Session, step: int) -> Sequence[str]:
    keys: list[str] = session.programme.get(PHASES[step].topics, [])
    return keys


def _topic(session: Session, step: int, place: int) -> Statement | None:
    keys = _topics(session, step)
    return session.statements.filter(key=keys[place]).first() if place < len(keys) else None


# ---------------------------------------------------------------- timer
@transaction.atomic
def start_timer(*, by: Actor, session: Session, seconds: int) -> None:
    """A time for what is going on; it locks nothing but a vote."""
    _fresh, live = _room(by, session)
    live.deadline = _timer(seconds)
    _keep(by, live, "timer", clock_only=True, seconds=seconds)


@transaction.atomic
def extend(*, by: Actor, session: Session, seconds: int) -> None:
    """More time, for everybody at once. A vote whose time is over stays sealed."""
    _fresh, live = _room(by, session)
    round_ = live.round
    if live.deadline is None or (round_ is not None and live.activity == A.VOTE and is_over(live)):
        raise Refused(_("This time is over: start again if the room wants to."))
    live.deadline = max(live.deadline, clock.now()) + timedelta(seconds=seconds)
    if live.activity == A.VOTE and round_ is not None:
        round_.closes_at = live.deadline
        round_.save(update_fields=["closes_at"])
    _keep(by, live, "extended", clock_only=True, seconds=seconds)


@transaction.atomic
def stop_timer(*, by: Actor, session: Session) -> None:
    """Time is over now. What is being sent at this second is still taken; nothing typed is lost."""
    _fresh, live = _room(by, session)
    live.deadline = clock.now()
    if live.activity == A.VOTE and live.round is not None and live.round.state == State.OPEN:
        live.round.closes_at = live.deadline
        live.round.save(update_fields=["closes_at"])
    _keep(by, live, "time_over", clock_only=True)


# ---------------------------------------------------------------- votes
@transaction.atomic
def start_vote(*, by: Actor, session: Session, seconds: int) -> Round:
    """The vote of this step, on every phone: test, mirror, second vote, private points, closing questions."""
    fresh, live = _room(by, session)
    _leave_activity(by, live)
    deadline = _timer(seconds)
    round_ = _opened(by, fresh, live)
    round_.closes_at = deadline
    round_.save(update_fields=["closes_at"])
    live.round, live.activity, live.deadline = round_, A.VOTE, deadline
    _keep(by, live, "vote", seconds=seconds)
    return round_


def _opened(by: Actor, session: Session, live: Live) -> Round:
    code = PHASES[live.participants_step].code
    if code == "choice":
        return open_points(by=by, session=session)
    if code == "divides" and live.statement is not None:
        if not live.statement.shown:
            raise Refused(_("Show the first result before asking for a second vote."))
        key = live.statement.key
        items = [(f"v:{key}", AGREE)]  # a guess of the second answer would be shown to nobody
        return open_round(by=by, session=session, kind=Kind.REVOTE, items=items, statement=live.statement)
    if code not in ROUNDS:
        raise Refused(_("There is nothing to vote on in this step."))
    kind, items = ROUNDS[code]
    if kind == Kind.MIRROR:
        items = mirror_items(session) or items
    return open_round(by=by, session=session, kind=kind, items=items)


ROUNDS: Mapping[str, tuple[str, list[tuple[str, int]]]] = {
    "arrive": (Kind.TEST, [("m:test", AGREE)]),
    "mirror": (Kind.MIRROR, [("m:trust", AGREE), ("m:guess", FORECAST)]),
    "closing": (Kind.CLOSING, [(f"c:{number}", AGREE) for number in range(1, CLOSING_QUESTIONS + 1)]),
}


def answer_vote(*, participant: Participant, token: bytes, answers: Mapping[str, int]) -> None:
    """One slip from a phone, until the time is over. Without actor nor record, as for every vote."""
    live = Live.objects.select_related("round").filter(session=participant.session).first()
    if live is None or live.activity != A.VOTE or live.round is None:
        raise Refused(_("The votes are sealed: nothing can be added or changed any more."))
    cast(round=live.round, token=token, answers=answers)


@transaction.atomic
def show(*, by: Actor, session: Session) -> None:
    """Reveal to everybody at the same moment: the result of the vote that just ended, or of the statement at hand."""
    _fresh, live = _room(by, session)
    round_ = live.round
    if live.activity == A.VOTE and round_ is not None:
        if round_.state != State.COUNTED:
            round_.session = live.session
            _leave_activity(by, live)
            assert live.round is not None
            live.round.session = live.session
            count_round(by=by, round=live.round)
    elif live.statement is not None and PHASES[live.participants_step].code in ("common", "divides"):
        live.statement.session = live.session
        show_statement(by=by, statement=live.statement)
        _leave_activity(by, live)
    else:
        raise Refused(_("There is nothing to show here yet."))
    live.activity, live.deadline = A.RESULT, None
    _keep(by, live, "shown")


@transaction.atomic
def count_on_paper(*, by: Actor, session: Session, counts: Mapping[tuple[str, str], Sequence[int]]) -> None:
    """Paper instead of phones: the numbers of each side, typed by a facilitator employed by neither company."""
    fresh, live = _room(by, session)
    if not by.is_system and not seat_of(by, fresh).external:
        raise Refused(_("Only a facilitator employed by neither company may count slips of paper."))
    if live.round is None or live.activity != A.VOTE:
        raise Refused(_("Start the vote first, then type what the slips say."))
    live.round.session = fresh
    enter_on_paper(by=by, round=live.round, counts=counts)
    live.activity, live.deadline = A.RESULT, None
    _keep(by, live, "paper")


# ---------------------------------------------------------------- silence
@transaction.atomic
def start_silence(*, by: Actor, session: Session, seconds: int) -> None:
    """Everybody writes, nobody speaks."""
    _fresh, live = _room(by, session)
    if PHASES[live.participants_step].code not in ("divides", "unsaid"):
        raise Refused(_("There is nothing to write about in this step."))
    _leave_activity(by, live)
    live.activity, live.deadline = A.SILENCE, _timer(seconds)
    _keep(by, live, "silence", seconds=seconds)


@transaction.atomic
def write_note(*, participant: Participant, step: int, place: int, key: str, text: str) -> None:
    """A sentence for the facilitator, without a name. Taken even when the room has just gone on: nothing typed is lost.

    The key is drawn by the page and known to it alone; with it the sentence can be changed.
    """
    session = participant.session
    live = Live.objects.filter(session=session).first()
    if not session.has_external_facilitator:
        raise Refused(_("Sentences are handed to a facilitator employed by neither company only: keep yours to speak."))
    reached = live is not None and 0 <= place_of(session, step) <= place_of(session, live.participants_step)
    if session.state != SessionState.LIVE or not reached:
        raise Refused(_("The room is elsewhere. Your sentence was not handed over."))
    if PHASES[step].code not in ("divides", "unsaid") or len(key) < SHORTEST_KEY or not text.strip():
        raise Refused(_("Write a sentence first."))
    about = _topic(session, step, place)
    values = {"text": " ".join(text.split())[:LONGEST_NOTE], "statement": about, "side": participant.side}
    Note.objects.update_or_create(session=session, edit_hash=urn.hash_of_sentence(key), defaults=values)


@transaction.atomic
def hide_note(*, by: Actor, session: Session, key: str) -> None:
    """The facilitator has read it, or will not read it out."""
    fresh, live = _room(by, session)
    if not seat_of(by, fresh).external:
        raise Refused(not_yours())
    if not fresh.notes.filter(key=key).update(hidden=True):
        raise Refused(not_yours())
    _keep(by, live, "note_hidden", clock_only=True)


# ---------------------------------------------------------------- speaking
@transaction.atomic
def next_turn(*, by: Actor, session: Session) -> None:
    """One side speaks three minutes, the other restates what it heard in one; then the other way round."""
    _fresh, live = _room(by, session)
    if PHASES[live.participants_step].code != "divides":
        raise Refused(_("Speaking turns belong to the divides."))
    turns = turns_of(live.place)
    now = (live.speaking, live.restating)
    position = turns.index(now) + 1 if live.activity == A.TURNS and now in turns else 0
    _leave_activity(by, live)
    if position < len(turns):
        live.speaking, live.restating = turns[position]
        live.speaking_since = clock.now()
        live.activity, live.deadline = A.TURNS, _timer(RESTATE if live.restating else SPEAK)
    _keep(by, live, "turn", side=live.speaking)


def _end_turn(live: Live) -> None:
    """Write down for how long the side that speaks has spoken."""
    if live.speaking and live.speaking_since:
        seconds = max(0, round((clock.now() - live.speaking_since).total_seconds()))
        SpeakingTurn.objects.create(
            session=live.session,
            statement=live.statement,
            side=live.speaking,
            restating=live.restating,
            seconds=min(seconds, LONGEST_TIMER),
        )
    live.speaking, live.restating, live.speaking_since = "", False, None


# ---------------------------------------------------------------- people
@transaction.atomic
def be_ready(*, participant: Participant) -> None:
    """Here, and ready for what comes after this step. Counted by side, never shown by name.

    A page left open from another moment says it of a room that is not there: nothing is kept.
    """
    live = Live.objects.filter(session=participant.session).first()
    if live is None:
        return
    participant.joined, participant.ready_step = True, live.participants_step
    participant.save(update_fields=["joined", "ready_step"])


@transaction.atomic
def take_seat(*, by: Actor, session: Session) -> bool:
    """Another facilitator goes on in place of one who cannot. True when it is done, False when it is asked for.

    Somebody employed by neither company, or by the same one, goes on at once. Somebody whom the other company employs
    needs the word of a sponsor whom he or she does not work for. A seat never sees more after the change than before.
    """
    fresh = locked(session)
    require_state(fresh, SessionState.READY, SessionState.LIVE)
    membership = _may_lead(by, fresh)
    if membership.side in (Seat.NEUTRAL, fresh.employer):
        _seat(by, fresh, membership)
        same(session, fresh)
        return True
    live = Live.objects.select_for_update().filter(session=fresh).first()
    if live is None:
        raise Refused(_("The seat changes to somebody of another employer once the room is open, with consent."))
    live.seat_asked_by_id = membership.account_id
    live.version += 1
    live.save()
    log(by, fresh, "seat_asked", side=membership.side)
    return False


@transaction.atomic
def grant_seat(*, by: Actor, session: Session) -> None:
    """A sponsor agrees that somebody of another employer leads the room from here."""
    fresh = locked(session)
    require_state(fresh, SessionState.LIVE)
    live = Live.objects.select_for_update().get(session=fresh)
    newcomer = access.membership_on(fresh, live.seat_asked_by) if live.seat_asked_by else None
    side = seat_of(by, fresh).sponsors
    if newcomer is None or not side or side == newcomer.side:
        raise Refused(_("A sponsor of a company that does not employ the new facilitator agrees to it."))
    _seat(by, fresh, newcomer)
    same(session, fresh)


def _may_lead(by: Actor, session: Session) -> Membership:
    membership = access.membership_on(session, by.account) if isinstance(by.account, Account) else None
    if membership is None or membership.role != Membership.Role.FACILITATOR:
        raise Refused(not_yours())
    return membership


def _seat(by: Actor, session: Session, membership: Membership) -> None:
    session.facilitator = membership.account
    if membership.side in SIDES:
        session.employer = membership.side
    session.save(update_fields=["facilitator", "employer"])
    for live in Live.objects.select_for_update().filter(session=session):
        live.seat_asked_by, live.facilitator_step = None, live.participants_step
        live.version += 1
        live.save()
    log(by, session, "seat_taken", employer=session.employer)
