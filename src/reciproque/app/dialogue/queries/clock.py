"""The clock of the room: one deadline on the server, from which every screen counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from reciproque.app.dialogue.models import Live
from reciproque.app.shared import clock

GRACE = timedelta(seconds=10)  # what a phone was sending when its time ran out is still taken


def is_over(live: Live) -> bool:
    """The time given is past, and the moment of grace after it."""
    return live.deadline is not None and clock.now() >= live.deadline + GRACE


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
