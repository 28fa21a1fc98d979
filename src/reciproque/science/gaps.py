"""How far apart two groups of people are: a difference with its interval, two effect sizes, several tests at once."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt
from typing import Generic, Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, nctdtrinc, stdtr, stdtrit

from reciproque.science.values import Undefined

Array = NDArray[np.float64]
Number = TypeVar("Number", float, Array)


@dataclass(frozen=True)
class Difference(Generic[Number]):
    """First minus second, its standard error, degrees of freedom, interval and two-sided p-value."""

    difference: Number
    se: Number
    df: Number
    low: Number
    high: Number
    p: Number


@dataclass(frozen=True)
class Effect:
    """An effect size without unit, with its interval."""

    value: float
    low: float
    high: float


def welch(a: ArrayLike, b: ArrayLike, *, level: float = 0.95) -> Difference[float]:
    """Difference of two means, with the interval of Welch: the two sides may spread differently.

    a, b: one number a person, same unit, NaN when missing. Returns `Difference` in that unit; everything but the
    difference is Undefined with under two people on a side or without any spread.
    Formula: `se^2 = v1 / n1 + v2 / n2`, d.f. `se^4 / (v1^2 / (n1^2 (n1 - 1)) + v2^2 / (n2^2 (n2 - 1)))`.
    Source: Welch (1947).

    >>> found = welch([70, 80, 90], [40, 60, 50, 50])
    >>> round(found.difference, 1), round(found.se, 3), round(found.df, 3), round(found.low, 1), round(found.high, 1)
    (30.0, 7.071, 3.857, 10.1, 49.9)
    """
    first, second = _given(a), _given(b)
    if not len(first) or not len(second):
        why = Undefined("nobody on one side")
        return Difference(why, why, why, why, why, why)
    found = welch_from(*_moments(first), *_moments(second), level=level)
    if np.isnan(found.low):
        why = Undefined("no spread on either side" if min(len(first), len(second)) > 1 else "fewer than two people")
        return Difference(float(found.difference), why, why, why, why, why)
    return Difference(*(float(x) for x in (found.difference, found.se, found.df, found.low, found.high, found.p)))


def welch_from(
    n1: ArrayLike,
    m1: ArrayLike,
    v1: ArrayLike,
    n2: ArrayLike,
    m2: ArrayLike,
    v2: ArrayLike,
    *,
    lent: float = 0.0,
    level: float = 0.95,
) -> Difference[Array]:
    """The same from people, means and variances, for as many pairs as wanted.

    n, m, v: arrays that broadcast, or numbers; lent: degrees of freedom that a prior lends to each variance, d0 of
    `margins.moderated_variance` when v are its posterior variances. Undefined entries are NaN: under two people (one
    when a prior lends), a missing number, no spread. Formula: as `welch`, with n - 1 + lent degrees of freedom a side.
    Source: Welch (1947); Satterthwaite (1946).

    >>> found = welch_from([3, 1], [80, 80], [100, float("nan")], [4, 4], [50, 50], [66.66666666666667, 60])
    >>> found.low.round(1).tolist(), found.df.round(3).tolist()
    ([10.1, nan], [3.857, nan])
    """
    people = [np.array(n, dtype=np.float64) for n in (n1, n2)]
    free = [np.where(n - 1 + lent > 0, n - 1 + lent, nan) for n in people]
    parts = [np.array(v, dtype=np.float64) / np.where(n > 0, n, nan) for v, n in zip((v1, v2), people, strict=True)]
    total = np.where((parts[0] + parts[1] > 0) & ~np.isnan(free[0] + free[1]), parts[0] + parts[1], nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        df = total**2 / (parts[0] ** 2 / free[0] + parts[1] ** 2 / free[1])
    se = np.sqrt(total)
    difference = np.array(m1, dtype=np.float64) - np.array(m2, dtype=np.float64) + 0 * (people[0] + people[1])
    half = stdtrit(df, (1 + level) / 2) * se
    return Difference(difference, se, df, difference - half, difference + half, 2 * stdtr(df, -np.abs(difference / se)))


def hedges_g(a: ArrayLike, b: ArrayLike, *, level: float = 0.95) -> Effect:
    """Difference of means in pooled standard deviations, freed of its small-sample bias, with an exact interval.

    a, b: one number a person, NaN when missing. Returns `Effect`, no unit; Undefined with under two people on a side
    or without spread. Formula: `g = J (m1 - m2) / s`, s^2 pooled, J = gamma(f / 2) / (sqrt(f / 2) gamma((f - 1) / 2)),
    f = n1 + n2 - 2; the interval inverts the noncentral t and is multiplied by J like g.
    Source: Hedges (1981); Hedges and Olkin (1985).

    >>> found = hedges_g([70, 80, 90], [40, 60, 50, 50])
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (2.82, 0.669, 4.889)
    """
    first, second = _given(a), _given(b)
    (n1, m1, v1), (n2, m2, v2) = _moments(first), _moments(second)
    if min(n1, n2) < 2:
        return _no_effect("fewer than two people")
    free = n1 + n2 - 2
    spread = sqrt(((n1 - 1) * v1 + (n2 - 1) * v2) / free)
    if spread <= 0:
        return _no_effect("no spread on either side")
    scale = sqrt(1 / n1 + 1 / n2)
    d = (m1 - m2) / spread
    j = float(np.exp(gammaln(free / 2) - gammaln((free - 1) / 2))) / sqrt(free / 2)
    tail = (1 - level) / 2
    low, high = (float(nctdtrinc(free, p, d / scale)) * scale * j for p in (1 - tail, tail))
    return Effect(j * d, low, high)


def cliff_delta(a: ArrayLike, b: ArrayLike, *, level: float = 0.95) -> Effect:
    """How often a person of the first group is above one of the second, minus how often below: -1..1.

    a, b: one number a person, NaN when missing; only their order matters. Returns `Effect`; Undefined with under two
    people on a side. Formula: `(#(a > b) - #(a < b)) / (n1 n2)`; Cliff's unbiased variance, not under
    (1 - d^2) / (n1 n2 - 1); asymmetric interval `(d - d^3 +- t s sqrt((1 - d^2)^2 + t^2 s^2)) / (1 - d^2 + t^2 s^2)`,
    t with n1 + n2 - 2 degrees of freedom; when the groups do not overlap the inner end is (n - t^2) / (n + t^2), n the
    smaller group. Source: Cliff (1993); Feng and Cliff (2004).

    >>> found = cliff_delta([4, 5, 6, 7], [3, 4, 5, 5, 2])
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (0.65, -0.175, 0.939)
    """
    first, second = _given(a), _given(b)
    n1, n2 = len(first), len(second)
    if min(n1, n2) < 2:
        return _no_effect("fewer than two people")
    rows, columns = _dominance(first, second), -_dominance(second, first)
    d = float(rows.mean())
    t = float(stdtrit(n1 + n2 - 2, (1 + level) / 2))
    if abs(d) == 1:
        inner = (min(n1, n2) - t**2) / (min(n1, n2) + t**2)
        return Effect(d, inner if d > 0 else -1.0, 1.0 if d > 0 else -inner)
    untied = _untied(first, second)
    squares = n2**2 * ((rows - d) ** 2).sum() + n1**2 * ((columns - d) ** 2).sum() - (untied - n1 * n2 * d**2)
    variance = max(float(squares) / (n1 * n2 * (n1 - 1) * (n2 - 1)), (1 - d**2) / (n1 * n2 - 1))
    half = t * sqrt(variance * ((1 - d**2) ** 2 + t**2 * variance))
    below = 1 - d**2 + t**2 * variance
    return Effect(d, (d - d**3 - half) / below, (d - d**3 + half) / below)


def adjust(p: ArrayLike, method: Literal["bh", "by", "holm"] = "bh") -> Array:
    """p-values corrected for being many: compare each with the level wanted for all together.

    p: 0..1, NaN where there was no test (stays NaN and does not count). Returns an array of the same shape, 0..1.
    bh: share of false discoveries; by: the same under any dependence; holm: chance of any false discovery.
    Formula: `bh: min over j >= i of p(j) m / j`; by: times 1 + 1/2 + ... + 1/m; holm: max over j <= i of
    (m - j + 1) p(j); at most 1. Source: Benjamini and Hochberg (1995); Benjamini and Yekutieli (2001); Holm (1979).

    >>> adjust([0.01, 0.04, 0.03, float("nan")]).round(3).tolist()
    [0.03, 0.04, 0.04, nan]
    >>> adjust([0.01, 0.04, 0.03], "holm").round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    values = np.array(p, dtype=np.float64)
    known = ~np.isnan(values)
    tests = values[known]
    if ((tests < 0) | (tests > 1)).any():
        raise ValueError("p-values lie between 0 and 1, or are missing")
    m = len(tests)
    order = np.argsort(tests)
    rank = np.arange(1, m + 1)
    if method == "holm":
        worst = np.maximum.accumulate((m - rank + 1) * tests[order])
    else:
        lost = (1 / rank).sum() if method == "by" else 1.0
        worst = np.minimum.accumulate((lost * m / rank * tests[order])[::-1])[::-1]
    corrected = np.empty(m)
    corrected[order] = np.minimum(worst, 1)
    values[known] = corrected
    return values


def _given(values: ArrayLike) -> Array:
    array = np.array(values, dtype=np.float64).ravel()
    return array[~np.isnan(array)]


def _moments(values: Array) -> tuple[int, float, float]:
    n = len(values)
    return n, float(values.mean()) if n else nan, float(values.var(ddof=1)) if n > 1 else nan


def _dominance(values: Array, others: Array) -> Array:
    """For each value, the share of others below it minus the share above it."""
    ordered = np.sort(others)
    above = len(ordered) - np.searchsorted(ordered, values, "right")
    share: Array = (np.searchsorted(ordered, values, "left") - above) / len(ordered)
    return share


def _untied(first: Array, second: Array) -> int:
    ordered = np.sort(second)
    ties = np.searchsorted(ordered, first, "right") - np.searchsorted(ordered, first, "left")
    return len(first) * len(second) - int(ties.sum())


def _no_effect(reason: str) -> Effect:
    why = Undefined(reason)
    return Effect(why, why, why)
