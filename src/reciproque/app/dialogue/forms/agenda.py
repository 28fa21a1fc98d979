"""The programme of the room as a form: a row for the step where it is and for each step to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from reciproque.app.dialogue.models import Session
from reciproque.app.dialogue.queries.agenda import MOVABLE, OPTIONAL, agenda_of, left_out, place_of
from reciproque.app.dialogue.states import STEPS, Phase
from reciproque.app.shared.errors import Refused

PROPOSALS = STEPS["proposals"]


@dataclass(frozen=True)
class AgendaRow:
    """One step that can still change. `place` counts from one among those that may change places."""

    phase: Phase
    minutes: int
    here: bool
    movable: bool
    optional: bool
    skipped: bool
    place: int


def agenda_rows(session: Session, here: int) -> tuple[AgendaRow, ...]:
    """From the step where the room is; what was left out stands last among the steps that lead to proposals."""
    ahead = agenda_of(session)[max(0, place_of(session, here)) :]
    out = _may_come_back(session, here)
    minutes = {phase.code: phase.minutes for phase in out} | {one.phase.code: one.minutes for one in ahead}
    current, *following = [one.phase for one in ahead]
    leading = [phase for phase in following if STEPS[phase.code] < PROPOSALS]
    phases = [current, *leading, *out, *following[len(leading) :]]
    movable = [phase for phase in phases[1:] if phase.code in MOVABLE]
    return tuple(
        AgendaRow(
            phase=phase,
            minutes=minutes[phase.code],
            here=phase == current,
            movable=phase in movable,
            optional=phase.code in OPTIONAL and phase != current,
            skipped=phase in out,
            place=movable.index(phase) + 1 if phase in movable else 0,
        )
        for phase in phases
    )


def _may_come_back(session: Session, here: int) -> list[Phase]:
    """Steps left out that the room can still take up: before proposals, and the mirror only at the very beginning."""
    if place_of(session, here) >= place_of(session, PROPOSALS):
        return []
    return [phase for phase in left_out(session) if phase.code in MOVABLE or place_of(session, here) == 0]


def agenda(data: QueryDict, session: Session, here: int) -> list[tuple[str, int]]:
    """The programme that was asked for: the steps behind as they are, then those to come in their new order."""
    rows, skipped = agenda_rows(session, here), set(data.getlist("skip"))
    behind = [(one.phase.code, one.minutes) for one in agenda_of(session)[: max(0, place_of(session, here))]]
    kept = [row for row in rows if not (row.optional and row.phase.code in skipped)]
    moved = iter(sorted((row for row in kept if row.movable), key=lambda row: _typed(data, "place", row, row.place)))
    ordered = [next(moved) if row.movable else row for row in kept]
    return [*behind, *((row.phase.code, _typed(data, "minutes", row, row.minutes)) for row in ordered)]


def _typed(data: QueryDict, name: str, row: AgendaRow, otherwise: int) -> int:
    typed: Any = data.get(f"{name}-{row.phase.code}", "")
    if not typed.strip():
        return otherwise
    if not typed.strip().isdecimal() or len(typed.strip()) > 3:
        raise Refused(_("Type whole numbers of minutes, and a place for each step."))
    return int(typed)
