"""Coorientation from raw answers: what each side says, what it believes the other says, and how alike two profiles are.

For an analyst who holds the answers; published figures have `mirror`, whose five differences and states are used here.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isnan, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

from reciproque.science.gaps import Difference, welch
from reciproque.science.mirror import Span, State, state
from reciproque.science.values import Undefined

Array = NDArray[np.float64]
Two = tuple[Difference[float], Difference[float]]


@dataclass(frozen=True)
class Coorientation:
    """Sides in the order given: `agreement` X - Y, `congruency` own view - belief, `accuracy` belief - other's view."""

    agreement: Difference[float]
    congruency: Two
    accuracy: Two
    n: tuple[int, int]
    state: State


@dataclass(frozen=True)
class Similarity:
    """How alike two profiles are: `d2` and `rms` in points, `r` (shape only) and `double_entry` (shape and level)."""

    d2: float
    rms: float
    r: float
    double_entry: float
    dimensions: int


def coorientation(
    direct_x: ArrayLike,
    mirror_x: ArrayLike,
    direct_y: ArrayLike,
    mirror_y: ArrayLike,
    *,
    sides: tuple[str, str] = ("client", "supplier"),
    level: float = 0.95,
) -> Coorientation:
    """Agreement, congruency and accuracy on one dimension, each with its interval, and the state they add up to.

    direct, mirror: one value a person of that side, points: what the person says of the other company, and what the
    person believes the other company says of theirs; people with only one of the two are left out, so that the
    identities hold exactly. sides: their names in the state. Returns `Coorientation`; what rests on nobody or on one
    person is Undefined. Formula: agreement `D_X - D_Y` and accuracy `M_X - D_Y` by `gaps.welch`; congruency
    `D_X - M_X` person by person, t with n - 1 degrees of freedom; agreement = congruency_X + accuracy_X.
    Source: McLeod and Chaffee (1973); accuracy is the lucidity of `mirror`, congruency its assumed agreement.

    >>> found = coorientation([75, 70, 77], [70, 70, 73], [50, 45, 52], [60, 55, 59])
    >>> round(found.agreement.difference), round(found.congruency[0].difference), round(found.accuracy[0].difference)
    (25, 3, 22)
    >>> found.state
    State(name='false_agreement', mistaken=('client', 'supplier'))
    """
    x, y = _complete(direct_x, mirror_x), _complete(direct_y, mirror_y)
    agreement = welch(x[0], y[0], level=level)
    congruency = (_paired(*x, level), _paired(*y, level))
    accuracy = (welch(x[1], y[0], level=level), welch(y[1], x[0], level=level))
    return Coorientation(
        agreement,
        congruency,
        accuracy,
        (len(x[0]), len(y[0])),
        state(
            _span(agreement),
            dict(zip(sides, map(_span, accuracy), strict=True)),
            dict(zip(sides, map(_span, congruency), strict=True)),
        ),
    )


def similarity(x: ArrayLike, y: ArrayLike) -> Similarity:
    """How alike two profiles of the same dimensions are; a description, without interval: dimensions are few.

    x, y: one value a dimension, points, in the same order; a dimension missing in one is left out. Returns
    `Similarity`: `d2` the sum of squared gaps, `rms` the root of their mean, `r` the correlation of shapes (blind to
    level), `double_entry` the correlation of both profiles entered both ways (1 only when they coincide).
    Undefined: r under three dimensions or for a flat profile, the rest under one or without any spread.
    Formula: `double_entry = sum 2 (x - g)(y - g) / sum ((x - g)^2 + (y - g)^2)`, g the mean of all values.
    Source: Cronbach and Gleser (1953); Furr (2010).

    >>> found = similarity([78, 81, 72, 70, 68, 73], [55, 66, 50, 38, 41, 42])
    >>> round(found.rms, 1), round(found.r, 2), round(found.double_entry, 2)
    (25.7, 0.92, -0.55)
    """
    one, two = np.array(x, dtype=np.float64), np.array(y, dtype=np.float64)
    known = ~np.isnan(one) & ~np.isnan(two)
    one, two = one[known], two[known]
    if not len(one):
        why = Undefined("no dimension in common")
        return Similarity(why, why, why, why, 0)
    d2 = float(((one - two) ** 2).sum())
    return Similarity(d2, sqrt(d2 / len(one)), _shape(one, two), _double_entry(one, two), len(one))


def _complete(direct: ArrayLike, mirror: ArrayLike) -> tuple[Array, Array]:
    one, two = np.array(direct, dtype=np.float64), np.array(mirror, dtype=np.float64)
    if one.shape != two.shape:
        raise ValueError("each person has one own view and one belief")
    both = ~np.isnan(one) & ~np.isnan(two)
    return one[both], two[both]


def _paired(own: Array, belief: Array, level: float) -> Difference[float]:
    n = len(own)
    if not n:
        why = Undefined("nobody answered both")
        return Difference(why, why, why, why, why, why)
    each = own - belief
    mean = float(each.mean())
    se = float(each.std(ddof=1)) / sqrt(n) if n > 1 else nan
    if not se > 0:
        why = Undefined("everybody answered the same" if n > 1 else "fewer than two people")
        return Difference(mean, why, why, why, why, why)
    half = float(stdtrit(n - 1, (1 + level) / 2)) * se
    return Difference(mean, se, n - 1.0, mean - half, mean + half, 2 * float(stdtr(n - 1, -abs(mean / se))))


def _span(found: Difference[float]) -> Span:
    """A difference without an interval could be anything."""
    if isnan(found.high):
        return Span(-inf, inf, inf)
    return Span(found.difference, found.difference, found.high - found.difference)


def _shape(one: Array, two: Array) -> float:
    if len(one) < 3 or not one.std() * two.std() > 0:
        return Undefined("fewer than three dimensions, or a flat profile")
    return float(np.corrcoef(one, two)[0, 1])


def _double_entry(one: Array, two: Array) -> float:
    center = (one.mean() + two.mean()) / 2
    a, b = one - center, two - center
    total = float((a**2 + b**2).sum())
    return 2 * float((a * b).sum()) / total if total > 0 else Undefined("no spread")
