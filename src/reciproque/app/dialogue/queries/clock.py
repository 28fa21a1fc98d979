"""The clock of the room: one deadline on the server, from which every screen counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from reciproque.app.dialogue.models import Live, Round, Session
from reciproque.app.dialogue.states import Activity
from reciproque.app.shared import clock

GRACE = timedelta(seconds=10)  # what a phone was sending when its time ran out is still taken
BEFORE_THE_ROOM = (Round.Kind.DECK, Round.Kind.THEMES)


def is_over(live: Live) -> bool:
    """The time given is past. All screens say at once that a vote is sealed; a sentence gets the moment of grace."""
    grace = timedelta(0) if live.activity == Activity.VOTE else GRACE
    return live.deadline is not None and clock.now() >= live.deadline + grace


def is_shut(round_: Round) -> bool:
    """The box takes nothing more, whether or not the worker has already written it down."""
    grace = timedelta(0) if round_.kind in BEFORE_THE_ROOM else GRACE
    past = round_.closes_at is not None and clock.now() >= round_.closes_at + grace
    return past or round_.state != Round.State.OPEN


def vote_is_open(session: Session) -> bool:
    """A vote takes answers, and shows whether somebody is still waited for. Twin locks show nothing of the kind."""
    votes = session.rounds.filter(state=Round.State.OPEN).exclude(kind=Round.Kind.THEMES).defer("box")
    return any(not is_shut(one) for one in votes)


@dataclass(frozen=True)
class Left:
    """What is left of the time: seconds to count down from, and the same in minutes and seconds."""

    seconds: int

    @property
    def text(self) -> str:
        return f"{self.seconds // 60}:{self.seconds % 60:02d}"


def left_of(live: Live) -> Left | None:
    """Until the deadline, never below zero; nothing when no timer runs."""
    if live.deadline is None:
        return None
    return Left(max(0, round((live.deadline - clock.now()).total_seconds())))
