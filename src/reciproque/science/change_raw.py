"""What changed between two waves of raw data, top-down: relationships first, then their sides, then the dimensions.

For an analyst who holds the answers; published figures have `change`. People who answered both waves may be linked by
an identifier: their two answers resemble each other, and the test gains what that resemblance is worth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

from reciproque.science.change import Word
from reciproque.science.gaps import Difference, adjust
from reciproque.science.margins import moderated_variance

Array = NDArray[np.float64]
FEWEST = 2  # people in each wave of a side
UNLINKED = ("", "None", "nan")  # no identifier
FEWEST_PAIRS = 10  # linked people, less one a side: with fewer their resemblance is noise, and is not used


@dataclass(frozen=True)
class Move:
    """Later minus earlier, its 95 % half-width, its p-value, and that corrected for the tests of its family."""

    word: Word
    difference: float = nan
    margin: float = nan
    p: float = nan
    adjusted: float = nan
    reason: str | None = None


@dataclass(frozen=True)
class RawChange:
    """`sides` is empty unless the composite of both moved clearly; `dimensions` holds sides that moved clearly only."""

    relationship: str
    gate: Move
    sides: Mapping[str, Move] = field(default_factory=dict)
    dimensions: Mapping[str, Mapping[str, Move]] = field(default_factory=dict)


@dataclass(frozen=True)
class Spread:
    """What all the sides together say of one measure: standard deviation of people, resemblance of linked answers."""

    sd: float
    correlation: float
    pairs: int


@dataclass(frozen=True)
class Changes:
    """One row a relationship, sorted; `spread` is that of the composites."""

    relationships: tuple[RawChange, ...]
    spread: Spread


@dataclass(frozen=True)
class People:
    """The rows of two waves, as codes: relationship, side (0 or 1), wave (0 earlier, 1 later), and links."""

    relationships: NDArray[np.generic]
    sides: NDArray[np.generic]
    cell: NDArray[np.intp]  # relationship x side
    wave: NDArray[np.intp]
    first: NDArray[np.intp]  # rows of linked people, in the earlier wave
    second: NDArray[np.intp]  # and in the later one


@dataclass(frozen=True)
class Sides:
    """One row a side: change, its standard error and degrees of freedom; `total` is what all sides have together."""

    difference: Array
    error: Array
    df: Array
    total: float
    spread: Spread


def partially_overlapping(
    earlier: ArrayLike, later: ArrayLike, linked_earlier: ArrayLike, linked_later: ArrayLike, *, level: float = 0.95
) -> Difference[float]:
    """Two samples with some people in common: all answers count, and the common people's resemblance too.

    earlier, later: one number for each person seen once; linked_earlier, linked_later: the two numbers of each person
    seen twice, in the same order. Returns `Difference`, later minus earlier; NaN under two linked people or without
    spread. Formula: `se^2 = s^2 (1 / n1 + 1 / n2 - 2 r c / (n1 n2))`, s^2 pooled, c linked people, r their correlation;
    d.f. `(c - 1) + (a + b + c - 1) / (a + b + 2 c) (a + b)`, a and b people seen once.
    Source: Derrick, Russ, Toher and White (2017), equal variances; the example is theirs.

    >>> found = partially_overlapping([20, 21, 16, 18, 14, 12, 14, 17], [10, 16, 18, 16, 15, 14, 13, 10],
    ...                               [14, 15, 18, 20, 11, 19, 14, 15], [15, 10, 15, 17, 13, 19, 12, 13])
    >>> round(found.p, 6), round(found.difference, 4)
    (0.025968, -2.0)
    """
    alone = [np.array(x, dtype=np.float64) for x in (earlier, later)]
    linked = [np.array(x, dtype=np.float64) for x in (linked_earlier, linked_later)]
    if linked[0].shape != linked[1].shape:
        raise ValueError("each linked person has two numbers")
    waves = [np.concatenate(pair) for pair in zip(alone, linked, strict=True)]
    (n1, n2), c = (len(wave) for wave in waves), len(linked[0])
    if c < 2 or not linked[0].std() * linked[1].std() > 0:
        return Difference(float(waves[1].mean() - waves[0].mean()) if n1 and n2 else nan, nan, nan, nan, nan, nan)
    variance = sum(float(((wave - wave.mean()) ** 2).sum()) for wave in waves) / (n1 + n2 - 2)
    r = float(np.corrcoef(linked[0], linked[1])[0, 1])
    return _tested(
        float(waves[1].mean() - waves[0].mean()),
        sqrt(variance * _precision(n1, n2, c, r)),
        float(_freedom(n1, n2, c)),
        level,
    )


def changes(
    relationship: ArrayLike,
    side: ArrayLike,
    wave: ArrayLike,
    composite: ArrayLike,
    *,
    person: ArrayLike | None = None,
    dimensions: Mapping[str, ArrayLike] | None = None,
    q: float = 0.05,
) -> Changes:
    """Every relationship of a file between its two waves, opened from the top.

    relationship, side, wave: labels, one row for each person and wave; two sides, two waves, the earlier sorting
    first. composite: the person's value over all dimensions, points, NaN when missing; dimensions: code -> the same
    per dimension; person: a label that links a person's two rows, empty when unknown; None: nobody is linked.
    q: expected share of false verdicts among the clear ones, at each level.
    Returns `Changes`. A relationship whose sides do not both have two people in both waves cannot tell; nor
    can a file with one side or one wave only.
    Formula: a side's change has variance `s^2 (1 / n1 + 1 / n2 - 2 r c / (n1 n2))`, s^2 the side's variance over both
    waves moderated by all the sides (`margins.moderated_variance`: fully pooled when sides spread alike), r pooled over
    all linked people, each around their own side's mean; a relationship's composite is the mean of its two sides.
    Benjamini-Hochberg over relationships; then within a relationship that moved, over its sides; then within a side
    that moved, over its dimensions. A person who appears twice in a wave of a side is refused (ValueError).
    Source: top-down families of tests, Yekutieli (2008); Derrick and others (2017); measured in docs/validity.md.

    >>> import numpy as np
    >>> people = np.array([40, 50, 60, 45, 55, 65])
    >>> found = changes(["forge"] * 24, (["client"] * 6 + ["supplier"] * 6) * 2, [0] * 12 + [1] * 12,
    ...                 np.concatenate([people, people, people - 25, people + 2]))
    >>> found.relationships[0].gate.word, {side: move.word for side, move in found.relationships[0].sides.items()}
    ('clear_fall', {'client': 'clear_fall', 'supplier': 'cannot_tell'})
    """
    people = _people(relationship, side, wave, person)
    values = np.array(composite, dtype=np.float64)
    found_sides = _sides(people, values)
    difference, error, freedom = (x.reshape(-1, 2) for x in (found_sides.difference, found_sides.error, found_sides.df))
    gates = _moves(difference.mean(axis=1), np.hypot(*error.T) / 2, _joint(error, freedom, found_sides.total), q)
    parts = {code: _sides(people, np.array(column, dtype=np.float64)) for code, column in (dimensions or {}).items()}
    found = []
    for i, gate in enumerate(gates):
        if gate.word == "cannot_tell":
            found.append(RawChange(str(people.relationships[i]), gate))
            continue
        sides = dict(zip(map(str, people.sides), _moves(difference[i], error[i], freedom[i], q), strict=True))
        opened = {
            name: _dimensions(parts, 2 * i + j, q)
            for j, (name, move) in enumerate(sides.items())
            if move.word != "cannot_tell"
        }
        found.append(RawChange(str(people.relationships[i]), gate, sides, opened))
    return Changes(tuple(found), found_sides.spread)


def _people(relationship: ArrayLike, side: ArrayLike, wave: ArrayLike, person: ArrayLike | None) -> People:
    names, relation = np.unique(np.asarray(relationship), return_inverse=True)
    sides, which = np.unique(np.asarray(side), return_inverse=True)
    waves, when = np.unique(np.asarray(wave), return_inverse=True)
    if len(sides) > 2 or len(waves) > 2:
        raise ValueError("two sides and two waves are expected")
    cell = relation * 2 + which
    first, second = _links(cell, when, np.asarray(person)) if person is not None else _nobody()
    return People(names, sides, cell, when, first, second)


def _nobody() -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)


def _links(
    cell: NDArray[np.intp], wave: NDArray[np.intp], person: NDArray[np.generic]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows of the people found in both waves of the same side of the same relationship."""
    names = person.astype(str)
    rows = np.flatnonzero(~np.isin(names, UNLINKED))
    _, codes = np.unique(names[rows], return_inverse=True)
    key = codes * (int(cell.max(initial=0)) + 1) + cell[rows]
    order = np.lexsort((wave[rows], key))
    rows, key = rows[order], key[order]
    same = key[1:] == key[:-1]
    if (same & (wave[rows][1:] == wave[rows][:-1])).any():
        raise ValueError("a person appears twice in a wave")
    return rows[:-1][same], rows[1:][same]


def _sides(people: People, values: Array) -> Sides:
    """NaN where a wave of a side has under two people."""
    cells = 2 * len(people.relationships)
    known = ~np.isnan(values)
    place = 2 * people.cell[known] + people.wave[known]
    n = np.bincount(place, minlength=2 * cells).astype(np.float64)
    mean = np.bincount(place, values[known], 2 * cells) / np.where(n > 0, n, nan)
    squares = np.bincount(place, (values[known] - mean[place]) ** 2, 2 * cells).reshape(cells, 2).sum(axis=1)
    n1, n2 = (np.where(n.reshape(cells, 2).min(axis=1) >= FEWEST, x, nan) for x in n.reshape(cells, 2).T)
    c, correlation, pairs = _resemblance(people, values, cells)
    variance, lent = _variance(squares, n1 + n2 - 2)
    error = np.sqrt(variance * _precision(n1, n2, c, correlation))
    own = _freedom(n1, n2, c)
    total = float(np.nansum(own))
    before, after = mean.reshape(cells, 2).T
    spread = Spread(sqrt(float(np.nanmean(variance))) if total else nan, correlation, pairs)
    return Sides(after - before, np.where(error > 0, error, nan), np.minimum(lent + own, total), total, spread)


def _variance(squares: Array, own: Array) -> tuple[Array, float]:
    """Each side's variance drawn towards that of all, and the degrees of freedom lent; pooled when that is in doubt."""
    prior = moderated_variance(squares / own, own)
    if prior.reason is None:
        return np.where(np.isnan(own), nan, prior.posterior), prior.d0
    total = float(np.nansum(own))
    pooled = float(squares[~np.isnan(own)].sum()) / total if total else nan
    return np.where(np.isnan(own), nan, pooled), inf


def _resemblance(people: People, values: Array, cells: int) -> tuple[Array, float, int]:
    """Linked people of each side, and their correlation around the means of their own side."""
    both = ~np.isnan(values[people.first]) & ~np.isnan(values[people.second])
    cell = people.cell[people.first[both]]
    c = np.bincount(cell, minlength=cells).astype(np.float64)
    x, y = (_centred(values[rows[both]], cell, c) for rows in (people.first, people.second))
    scale = sqrt(float((x**2).sum() * (y**2).sum()))
    pairs = int(c.sum())
    if pairs - int((c > 0).sum()) < FEWEST_PAIRS or scale <= 0:
        return np.zeros(cells), 0.0, pairs
    return c, float((x * y).sum()) / scale, pairs


def _centred(values: Array, cell: NDArray[np.intp], c: Array) -> Array:
    means = np.bincount(cell, values, len(c)) / np.maximum(c, 1)
    centred: Array = values - means[cell]
    return centred


def _precision(n1: Array | int, n2: Array | int, c: Array | int, r: float) -> Array | float:
    return 1 / n1 + 1 / n2 - 2 * r * c / (n1 * n2)


def _freedom(n1: Array | int, n2: Array | int, c: Array | int) -> Array | float:
    once = n1 + n2 - 2 * c
    return (c - 1) + (once + c - 1) / (n1 + n2) * once


def _joint(error: Array, df: Array, total: float) -> Array:
    """Degrees of freedom of the mean of two sides, after Satterthwaite, never more than all sides have together."""
    joint: Array = np.minimum((error**2).sum(axis=1) ** 2 / (error**4 / df).sum(axis=1), total)
    return joint


def _dimensions(parts: Mapping[str, Sides], cell: int, q: float) -> dict[str, Move]:
    rows = [(part.difference[cell], part.error[cell], part.df[cell]) for part in parts.values()]
    columns = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    return dict(zip(parts, _moves(columns[0], columns[1], columns[2], q), strict=True))


def _moves(difference: Array, error: Array, freedom: Array, q: float) -> Sequence[Move]:
    """One family of tests, each with its verdict."""
    half = stdtrit(freedom, 0.975) * error
    p = 2 * stdtr(freedom, -np.abs(difference / error))
    return [
        _move(*row, q) for row in zip(difference.tolist(), half.tolist(), p.tolist(), adjust(p).tolist(), strict=True)
    ]


def _move(difference: float, half: float, p: float, adjusted: float, q: float) -> Move:
    if np.isnan(adjusted):
        return Move("cannot_tell", difference, reason="too few people, or no spread")
    if adjusted > q:
        return Move("cannot_tell", difference, half, p, adjusted)
    return Move("clear_rise" if difference > 0 else "clear_fall", difference, half, p, adjusted)


def _tested(difference: float, error: float, free: float, level: float) -> Difference[float]:
    half = float(stdtrit(free, (1 + level) / 2)) * error
    p = 2 * float(stdtr(free, -abs(difference / error)))
    return Difference(difference, error, free, difference - half, difference + half, p)
