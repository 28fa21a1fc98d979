"""What a refusal tells: the audit took a whole kind of figures away, and everybody knows why it does such things.

Classes go when, on some question of some side, they would have pinned somebody beside the published total. A refusal
with two questions or more that may have caused it, whatever two insiders answered there, tells nothing of either: each
answer may be anything that the published figures allow, the other question being the cause. The same holds for the
mirror of a wave told by subjects, whose cause may lie on either side. A later wave falls back to words because of some
subject of some side: newcomers, or those who left, may have caused it on any.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement

from attack.campaigns import SIDES, Campaign, shape_of
from reciproque.science.breakdown import classes_safe, fifth
from reciproque.science.disclosure import SideTable, wave_safe
from reciproque.science.figures import Figure, band, insiders, mean_figure, sum_bounds
from reciproque.science.solver import Tally

CLASS = {1: 0, 2: 0, 3: 1, 4: 1, 5: 1, 6: 2, 7: 2}


def refused(campaign: Campaign, kind: str) -> bool:
    return kind in campaign.publications[0].report.dropped


# ---------------------------------------------------------------- Classes
def class_causes(campaign: Campaign, enough: int = 2) -> int:
    """Questions and sides on which classes may have pinned somebody; counted up to `enough`."""
    made = campaign.publications[0]
    worded = {figure.code for figure in made.figures if figure.kind == "word"}
    found = 0
    for figure in made.figures:
        if figure.kind in ("mean", "interval") and figure.code not in worded:
            given = made.answered[figure.side][figure.code]
            found += _may_have_pinned(sum_bounds(figure, given), given, insiders(figure.n or 0))
        if found >= enough:
            break
    return found


def _may_have_pinned(total: tuple[int, int], given: int, colleagues: int) -> bool:
    """Whether, whatever the insiders answered, some numbers of people per class fit the total and would have pinned."""
    return all(
        any(not classes_safe(total, steps, given, colleagues) for steps in _steps(total, given, known))
        for known in combinations_with_replacement(range(1, 8), colleagues)
    )


def _steps(total: tuple[int, int], given: int, known: tuple[int, ...]) -> Iterator[tuple[int, int, int]]:
    taken, rest = [sum(CLASS[value] == k for value in known) for k in range(3)], given - len(known)
    for low in range(rest + 1):
        for high in range(rest + 1 - low):
            middle = rest - low - high
            least = sum(known) + low + 3 * middle + 6 * high
            most = sum(known) + 2 * low + 5 * middle + 7 * high
            if least <= total[1] and most >= total[0]:
                counts = (low + taken[0], middle + taken[1], high + taken[2])
                yield tuple(fifth(count, given) for count in counts)  # type: ignore[misc]


# ---------------------------------------------------------------- The mirror of a wave told by subjects
def mirror_causes(campaign: Campaign, form: str = "full") -> int:
    """Sides on which the mirror may have pinned somebody beside the published subjects: two tell nothing."""
    return sum(any(_unsafe_mirrors(campaign, form, side)) for side in SIDES)


def _unsafe_mirrors(campaign: Campaign, form: str, side: str) -> Iterator[bool]:
    made, shape = campaign.publications[0], shape_of(form)
    shown = tuple(f for f in made.figures if f.side == side and f.kind in ("mean", "interval"))
    answered, items = made.answered[side], shape.index_items
    ballots, given = shown[0].n or 0, sum(answered[item] for item in items)
    grid = band(len(items), min(answered[item] for item in items), ballots)
    low, high = _reach(shown, answered, items)
    seen: set[Figure] = set()
    for total in range(low, high + 1):
        figure = mean_figure(side, "index", items, total, given, grid, ballots)
        if figure not in seen:
            seen.add(figure)
            yield not wave_safe(SideTable((*shown, figure), answered, ballots), shape, Tally())


def _reach(shown: tuple[Figure, ...], answered: dict[str, int], items: tuple[str, ...]) -> tuple[int, int]:
    """Sums that the mirrored sentences may have, given the published subjects: each sum between is possible."""
    lowest = highest = 0
    for figure in shown:
        mine = sum(answered[q] for q in figure.questions if q in items)
        rest = sum(answered[q] for q in figure.questions if q not in items)
        least, most = sum_bounds(figure, mine + rest)
        if mine:
            lowest, highest = lowest + max(mine, least - 7 * rest), highest + min(7 * mine, most - rest)
    return lowest, highest
