"""Down, about the same, up: all that a wave may say when one to four people came or left.

The word compares this wave's mean with the figure published earlier, beyond a margin larger than anything the people
who moved could do alone. So if nobody else changed an answer the word is "same", whatever those people answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from reciproque.science.figures import (
    HIGHEST,
    LOWEST,
    MINIMUM,
    EarlierWave,
    Figure,
    InstrumentShape,
    SideBallots,
    band,
    limits,
)

NEAR = 1e-6


def reference_of(past: Sequence[EarlierWave]) -> EarlierWave | None:
    """The latest earlier wave published in full, or None.

    >>> reference_of([]) is None
    True
    """
    return next((one for one in reversed(past) if one.publication.level in ("dimensions", "items")), None)


def trend_figures(
    shape: InstrumentShape,
    sides: tuple[SideBallots, SideBallots],
    people: Mapping[str, frozenset[int]],
    reference: EarlierWave,
) -> list[Figure]:
    """One word per dimension and side, for dimensions asked with the same questions and published in the reference.

    people: ids of those who answered, per side; the side with more changes sets the margin of both.
    Formula: up when `mean >= published high + 6 * changes / n`, down likewise, rounded outwards to the grid.

    >>> from reciproque.science.figures import Dimension, Publication
    >>> form = InstrumentShape((Dimension("F", "facet", ("F1",)),), ())
    >>> rows = tuple(Figure(side, "mean", "F", ("F1",), value=3.0, n=10) for side in ("client", "supplier"))
    >>> counts, ids = {"client": {"F1": 10}, "supplier": {"F1": 10}}, frozenset(range(10))
    >>> before = EarlierWave(Publication("dimensions", rows, counts), {"client": ids, "supplier": ids})
    >>> def ten(side):
    ...     return SideBallots(side, ("sales",) * 10, {"F1": np.full(10, 5.0)})
    >>> now = {"client": frozenset(range(1, 11)), "supplier": ids}
    >>> [f.word for f in trend_figures(form, (ten("client"), ten("supplier")), now, before)]
    ['up', 'up']
    """
    moved = max(1, *(len(people[side.side] ^ reference.people[side.side]) for side in sides))
    rows = []
    for dimension in shape.dimensions:
        found = [_trend(side, dimension.code, dimension.items, reference, moved) for side in sides]
        rows += [row for row in found if row is not None] if None not in found else []
    return rows


def trend_margin(moved: int, fewest: int) -> float:
    """Margin of a trend word, in points of the scale: `6 * changes / n`.

    moved: arrivals plus departures; fewest: smallest number of answers to a question in either wave.

    >>> trend_margin(2, 12)
    1.0
    """
    return (HIGHEST - LOWEST) * moved / fewest


def says_nothing(rows: Sequence[Figure], side: SideBallots, people: frozenset[int], one: EarlierWave) -> bool:
    """Whether the words of one side add nothing to an earlier wave, had nobody else changed an answer.

    rows: trend figures; people: ids of those who answered on that side; one: a wave published in full.

    >>> from reciproque.science.figures import Publication
    >>> one = EarlierWave(Publication("dimensions", (), {}), {"client": frozenset({1})})
    >>> says_nothing([], SideBallots("client", ("sales",), {}), frozenset({1}), one)
    True
    """
    if one.publication.level == "trend":
        return False
    moved = len(people ^ one.people[side.side])
    for row in (row for row in rows if row.side == side.side and row.kind == "trend"):
        counts = one.publication.answered[side.side]
        before = _published(one, side.side, row.code, row.questions, counts)
        if before is None:
            return False
        margin = trend_margin(moved, min(*_given(side, row.questions), *(counts[q] for q in row.questions)))
        if row.low is not None and row.low > before[0] - margin + NEAR:
            return False
        if row.high is not None and row.high < before[1] + margin - NEAR:
            return False
    return True


def _given(side: SideBallots, questions: tuple[str, ...]) -> list[int]:
    return [int((~np.isnan(side.answers[question])).sum()) for question in questions]


def _trend(
    side: SideBallots, code: str, questions: tuple[str, ...], reference: EarlierWave, moved: int
) -> Figure | None:
    earlier_counts = reference.publication.answered[side.side]
    before = _published(reference, side.side, code, questions, earlier_counts)
    counts = _given(side, questions)
    if before is None or min(counts, default=0) < MINIMUM:
        return None
    grid = band(len(questions), min(counts), side.n)
    if not grid.exists:
        return None
    margin = trend_margin(moved, min(*counts, *(earlier_counts[question] for question in questions)))
    up, down = _ceil_tenths(before[1] + margin), -_ceil_tenths(-(before[0] - margin))
    total = sum(int(np.nansum(side.answers[question])) for question in questions)
    word, low, high = _word(total, sum(counts), down if down >= grid.low else None, up if up <= grid.high else None)
    edges = [None if edge is None else edge / 10 for edge in (low, high)]
    return Figure(side.side, "trend", code, questions, low=edges[0], high=edges[1], n=side.n, word=word)


def _word(total: int, given: int, down: int | None, up: int | None) -> tuple[str, int | None, int | None]:
    """The word and the edges that it implies, in tenths; an edge that may not be said is None."""
    if up is not None and 10 * total >= up * given:
        return "up", up, None
    if down is not None and 10 * total <= down * given:
        return "down", None, down
    return "same", down, up


def _published(
    reference: EarlierWave, side: str, code: str, questions: tuple[str, ...], counts: Mapping[str, int]
) -> tuple[float, float] | None:
    """What the reference said of the mean of all answers to these questions, on 1..7."""
    rows = {f.code: f for f in reference.publication.figures if f.side == side and f.kind in ("mean", "interval")}
    if code in rows:
        return limits(rows[code]) if set(rows[code].questions) == set(questions) else None
    if any(question not in rows for question in questions):
        return None
    given = sum(counts[question] for question in questions)
    low = sum(limits(rows[question])[0] * counts[question] for question in questions) / given
    high = sum(limits(rows[question])[1] * counts[question] for question in questions) / given
    return low, high


def _ceil_tenths(value: float) -> int:
    """Value in tenths, rounded up, one part in a million below the grid counting as on it."""
    return int(np.ceil(round(value * 10, 6)))
