"""An attacker written apart from the product's solver: bitsets of reachable sums, and integer programmes.

It knows who answered, their functions, who abstained where, and what its colleagues answered; it reads the published
figures (rounded values as closed intervals) and lists the values that one answer may still have.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from reciproque.science.figures import Dimension, EarlierWave, Figure, InstrumentShape, Publication, SideBallots

SMALL = InstrumentShape(
    (
        Dimension("F", "facet", ("F1", "F2", "F3")),
        Dimension("C", "facet", ("C1", "C2")),
        Dimension("T", "outcome", ("T1", "T2")),
        Dimension("N", "unsaid", ("N1",)),
    ),
    ("F2", "C1", "T1"),
)
FUNCTIONS = ("purchasing", "quality", "production", "sales")


@dataclass
class Wave:
    """One side in one wave: ids, functions and answers (None = cannot say), all in the same order."""

    ids: list[int]
    functions: list[str]
    answers: dict[str, list[int | None]]

    def ballots(self, side: str) -> SideBallots:
        columns = {q: np.array([np.nan if x is None else x for x in xs], dtype=float) for q, xs in self.answers.items()}
        return SideBallots(side, tuple(self.functions), columns)


@dataclass
class Campaign:
    shape: InstrumentShape
    waves: list[dict[str, Wave]]
    published: list[Publication] = field(default_factory=list)


def draw_answers(rng: np.random.Generator, functions: Sequence[str], missing: float) -> list[int | None]:
    """One question: ordinary, unanimous, lone dissenter, functions far apart, or at the ends of the scale."""
    n, style = len(functions), rng.choice(["plain", "same", "lone", "apart", "ends"], p=[0.45, 0.15, 0.15, 0.15, 0.10])
    if style == "same":
        values = np.full(n, rng.integers(1, 8))
    elif style == "lone":
        values = np.full(n, rng.choice([1, 7]))
        values[rng.integers(n)] = rng.integers(1, 8)
    elif style == "apart":
        levels = {f: int(rng.choice([1, 2, 6, 7])) for f in sorted(set(functions))}
        values = np.clip([levels[f] + rng.integers(-1, 2) for f in functions], 1, 7)
    elif style == "ends":
        values = np.where(rng.random(n) < rng.random(), 1, 7)
    else:
        values = np.clip(np.round(rng.normal(rng.normal(4.3, 1.2), 1.4, n)), 1, 7).astype(int)
    return [None if rng.random() < missing else int(v) for v in values]


def draw_wave(rng: np.random.Generator, shape: InstrumentShape, n: int, start: int, missing: float) -> Wave:
    functions = [str(f) for f in rng.choice(FUNCTIONS[: int(rng.integers(1, 5))], n)]
    questions = (*shape.direct_items, *shape.mirror_items)
    return Wave(list(range(start, start + n)), functions, {q: draw_answers(rng, functions, missing) for q in questions})


def move(rng: np.random.Generator, wave: Wave, moves: int, start: int, missing: float) -> Wave:
    """The next wave when `moves` people come or leave and nobody else changes an answer."""
    leaving = int(rng.integers(0, min(moves, len(wave.ids) - 1) + 1))
    kept = sorted(rng.permutation(len(wave.ids))[leaving:].tolist())
    arrivals = moves - leaving
    functions = [wave.functions[i] for i in kept] + [str(f) for f in rng.choice(FUNCTIONS, arrivals)]
    answers = {}
    for question, values in wave.answers.items():
        new = draw_answers(rng, functions[len(kept) :], missing) if arrivals else []
        answers[question] = [values[i] for i in kept] + new
    return Wave([wave.ids[i] for i in kept] + list(range(start, start + arrivals)), functions, answers)


def earlier(campaign: Campaign, until: int) -> list[EarlierWave]:
    return [
        EarlierWave(publication, {side: frozenset(wave.ids) for side, wave in waves.items()})
        for publication, waves in zip(campaign.published[:until], campaign.waves[:until], strict=True)
    ]


def spread(figure: Figure) -> tuple[float, float]:
    """What a figure about a mean says, ends included."""
    if figure.value is not None:
        return figure.value - 0.05, figure.value + 0.05
    return (1.0 if figure.low is None else figure.low), (7.0 if figure.high is None else figure.high)


def sums(figure: Figure, given: int) -> tuple[int, int]:
    low, high = spread(figure)
    return math.ceil(low * given - 1e-7), math.floor(high * given + 1e-7)


def mask(low: int, high: int) -> int:
    return ((1 << (high + 1)) - 1) & ~((1 << max(low, 0)) - 1) if high >= low else 0


def reachable(people: int, known: Iterable[int] = ()) -> int:
    """Bits of all sums of `people` unknown answers and some known ones."""
    bits = 1
    for _ in range(people):
        bits = sum_bits(bits, 0b11111110)
    return bits << sum(known)


def sum_bits(one: int, other: int) -> int:
    total, shift = 0, 0
    while other:
        if other & 1:
            total |= one << shift
        other >>= 1
        shift += 1
    return total


def item_values(figures: Sequence[Figure], wave: Wave, item: str, target: int, known: Sequence[int]) -> list[int]:
    """Values left to person `target` on one question of one wave, whose own figure, words or classes are published."""
    answers = wave.answers[item]
    present = [i for i, x in enumerate(answers) if x is not None]
    mean = next(f for f in figures if f.code == item and f.kind in ("mean", "interval"))
    words = [f for f in figures if f.code == item and f.kind == "word"]
    shares = [f for f in figures if f.code == item and f.kind == "share"]
    assert not (words and shares)
    total = mask(*sums(mean, len(present)))
    if shares:
        return class_values(shares, total, answers, present, target, known)
    groups = [((f.group or "").split("+"), sums(f, 1)) for f in words] or [(list(set(wave.functions)), (0, 0))]
    left = []
    for value in range(1, 8):
        bits = 1
        for names, _ in groups:
            inside = [i for i in present if wave.functions[i] in names]
            fixed = [value if i == target else int(answers[i] or 0) for i in inside if i == target or i in known]
            group = reachable(len(inside) - len(fixed), fixed)
            if words:
                figure = next(f for f in words if (f.group or "").split("+") == names)
                group &= mask(*sums(figure, len(inside)))
            bits = sum_bits(bits, group) if len(groups) > 1 else group
        if bits & total:
            left.append(value)
    return left


def class_values(
    shares: Sequence[Figure], total: int, answers: list, present: list[int], target: int, known: Sequence[int]
) -> list[int]:
    """Same, with classes: sums reachable for each number of people in 1-2 and 6-7."""
    n = len(present)
    limits = {f.values: (math.ceil(f.low * n - 1e-7), math.floor(f.high * n + 1e-7)) for f in shares}
    unknown = n - 1 - sum(1 for i in known if answers[i] is not None)
    table = {(a, b): _sums_by_class(a, unknown - a - b, b) for a in range(unknown + 1) for b in range(unknown + 1 - a)}
    left = []
    for value in range(1, 8):
        fixed = [value, *(answers[i] for i in known if answers[i] is not None)]
        low_fixed, high_fixed = sum(x <= 2 for x in fixed), sum(x >= 6 for x in fixed)
        for (a, b), (first, last) in table.items():
            low, high = a + low_fixed, b + high_fixed
            counts = {(1, 2): low, (6, 7): high, (3, 4, 5): n - low - high}
            inside = all(limits[k][0] <= c <= limits[k][1] for k, c in counts.items())
            if inside and mask(first + sum(fixed), last + sum(fixed)) & total:
                left.append(value)
                break
    return left


def _sums_by_class(low: int, middle: int, high: int) -> tuple[int, int]:
    return low + 3 * middle + 6 * high, 2 * low + 5 * middle + 7 * high


def programme_values(
    tables: Sequence[tuple[Sequence[Figure], Wave]], target: tuple[int, str], known: Sequence[int]
) -> int:
    """How many values are left to (person id, question), jointly over waves in which nobody changed an answer.

    An integer programme with one unknown per person and question; -1 when no world fits (the premise is refuted).
    """
    cells, fixed = _cells(tables, known)
    rows = [row for figures, wave in tables for row in _rows(figures, wave, cells)]
    matrix = LinearConstraint(np.array([row for row, _, _ in rows]), [r[1] for r in rows], [r[2] for r in rows])
    bounds = Bounds(np.ones(len(cells)), np.full(len(cells), 7))
    for cell, value in fixed.items():
        bounds.lb[cells[cell]] = bounds.ub[cells[cell]] = value
    ends = []
    for sign in (1, -1):
        cost = np.zeros(len(cells))
        cost[cells[target]] = sign
        found = milp(cost, constraints=matrix, bounds=bounds, integrality=np.ones(len(cells)))
        if not found.success:
            return -1
        ends.append(round(found.x[cells[target]]))
    return ends[1] - ends[0] + 1


Cells = dict[tuple[int, str], int]


def _cells(tables: Sequence[tuple[Sequence[Figure], Wave]], known: Sequence[int]) -> tuple[Cells, Cells]:
    """One unknown per person and question answered, and the answers of the colleagues."""
    cells: Cells = {}
    fixed: Cells = {}
    for _, wave in tables:
        for question, values in wave.answers.items():
            for person, value in zip(wave.ids, values, strict=True):
                if value is not None:
                    cells.setdefault((person, question), len(cells))
                    if person in known:
                        fixed[person, question] = value
    return cells, fixed


def _rows(figures: Sequence[Figure], wave: Wave, cells: Cells) -> Iterable[tuple[np.ndarray, int, int]]:
    for figure in figures:
        if figure.kind in ("mean", "interval", "trend"):
            row = np.zeros(len(cells))
            for question in figure.questions:
                for person, value in zip(wave.ids, wave.answers[question], strict=True):
                    if value is not None:
                        row[cells[person, question]] = 1
            yield row, *sums(figure, int(row.sum()))


def circles(people: Sequence[int], answers: Sequence[int | None], size: int) -> list[tuple[int, ...]]:
    """Colleagues worth trying: everybody alone, and pairs of the lowest and highest answers."""
    present = sorted((i for i in people if answers[i] is not None), key=lambda i: answers[i])
    if size == 1:
        return [(i,) for i in present]
    ends = {*present[:2], *present[-2:]}
    return list(combinations(sorted(ends), 2))
