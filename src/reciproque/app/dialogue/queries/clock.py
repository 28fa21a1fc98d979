"""The clock of the room: one deadline on the server, from which every screen counts."""

from __future__ import annotations

from datetime import timedelta

from reciproque.app.dialogue.models import Live
from reciproque.app.shared import clock

GRACE = timedelta(seconds=10)  # what a phone was sending when its time ran out is still taken


def is_over(live: Live) -> bool:
    """The time given is past, and the moment of grace after it."""
    return live.deadline is not None and clock.now() >= live.deadline + GRACE


def seconds_left(live: Live) -> int | None:
    """Until the deadline, never below zero; nothing when no timer runs."""
    return None if live.deadline is None else max(0, round((live.deadline - clock.now()).total_seconds()))
