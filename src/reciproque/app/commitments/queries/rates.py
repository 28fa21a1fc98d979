"""Counts and rates of words kept, per side and per function of the bearer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from reciproque.app.commitments.models import Commitment, State
from reciproque.app.directory.models import Relationship
from reciproque.app.shared.vocabulary import SIDES
from reciproque.science.kept_rate import KeptRate, kept_rate


@dataclass(frozen=True)
class Tally:
    """Promises of a side, or all of them. In `rate`, those that are due and not settled are the contested ones."""

    given: int
    rate: KeptRate
    disputed: int
    waiting: int
    overdue: int


def tally(rows: Sequence[Commitment], side: str, today: date) -> Tally:
    """Of one side, or of the whole when the side is empty. A joint promise counts for each side that gave it."""
    mine = [row for row in rows if not side or side in row.bearing_sides]

    def number(state: str) -> int:
        return sum(row.state == state for row in mine)

    overdue = sum(row.is_overdue(today) for row in mine)
    unsettled = number(State.DISPUTED) + number(State.SAID) + overdue
    return Tally(
        given=len(mine),
        rate=kept_rate(number(State.KEPT), number(State.LATE), number(State.BROKEN), unsettled),
        disputed=number(State.DISPUTED),
        waiting=number(State.SAID),
        overdue=overdue,
    )


def function_rows(rows: Sequence[Commitment], relationship: Relationship, today: date) -> tuple[tuple[str, ...], ...]:
    """Per company and function of the bearer: given, due, kept, kept late, not kept, not settled, rate."""
    groups: dict[tuple[str, str], list[Commitment]] = {}
    for side in SIDES:
        for row in rows:
            if side in row.bearing_sides:
                name = str(row.function(side) or _("function not known"))
                groups.setdefault((str(side), name), []).append(row)
    return tuple(
        _row(f"{relationship.organisation(side)}, {name}", tally(group, side, today))
        for (side, name), group in groups.items()
    )


def _row(name: str, counted: Tally) -> tuple[str, ...]:
    rate = counted.rate
    share = "–"
    if rate.rated:
        share = f"{round(100 * rate.lowest)} % ({round(100 * rate.low)}–{round(100 * rate.high)})"
    return (
        name,
        *(str(n) for n in (counted.given, rate.due, rate.kept, rate.late, rate.broken, rate.contested)),
        share,
    )
