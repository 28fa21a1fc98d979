"""The steps of a session in the order of this room: some may change places, be left out, or last longer.

Kept in the programme of the session as [code, minutes] pairs; a step that is not in it is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reciproque.app.dialogue.models import Session
from reciproque.app.dialogue.states import PHASES, STEPS, Phase

MOVABLE = ("common", "divides", "unsaid", "pause")  # what leads to proposals, in any order
OPTIONAL = ("mirror", *MOVABLE)
LONGEST_STEP = 90
KEY = "agenda"
Rows = Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Planned:
    """One step of this session; `number` is the one that the room keeps, whatever its place."""

    number: int
    phase: Phase
    minutes: int


def agenda_of(session: Session) -> tuple[Planned, ...]:
    """The steps that this session goes through, in its own order."""
    rows: Rows = session.programme.get(KEY) or [(phase.code, phase.minutes) for phase in PHASES]
    return tuple(Planned(STEPS[code], PHASES[STEPS[code]], minutes) for code, minutes in rows)


def place_of(session: Session, step: int) -> int:
    """Where a step stands in this session; -1 when it is left out."""
    return next((place for place, one in enumerate(agenda_of(session)) if one.number == step), -1)


def next_step(session: Session, step: int) -> Planned | None:
    """What comes after a step, if anything does."""
    following = agenda_of(session)[place_of(session, step) + 1 :]
    return following[0] if following else None


def may_look_at(session: Session, here: int, step: int) -> bool:
    """Any step behind the room, and the next one."""
    return 0 <= place_of(session, step) <= place_of(session, here) + 1


def left_out(session: Session) -> tuple[Phase, ...]:
    kept = {one.phase.code for one in agenda_of(session)}
    return tuple(phase for phase in PHASES if phase.code not in kept)


def fits(session: Session, here: int, rows: Rows) -> bool:
    """Whether this may become the programme: what the room has been to stays, proposals come after what leads there."""
    codes = [code for code, _minutes in rows]
    behind = [one.phase.code for one in agenda_of(session)[: place_of(session, here) + 1]]
    lasting = all(1 <= minutes <= LONGEST_STEP for _code, minutes in rows)
    return codes[: len(behind)] == behind and lasting and _complete(codes) and _in_order(codes)


def _complete(codes: Sequence[str]) -> bool:
    """Each step once, and none missing but those that may be left out."""
    missing = set(STEPS) - set(codes)
    return len(set(codes)) == len(codes) and set(codes) <= set(STEPS) and missing <= set(OPTIONAL)


def _in_order(codes: Sequence[str]) -> bool:
    """What may change places lies between arriving and proposals; everything else keeps its order."""
    usual = [phase.code for phase in PHASES if phase.code in codes and phase.code not in MOVABLE]
    between = codes[codes.index("arrive") : codes.index("proposals")]
    return [code for code in codes if code not in MOVABLE] == usual and set(codes) & set(MOVABLE) <= set(between)
