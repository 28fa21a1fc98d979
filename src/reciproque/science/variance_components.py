"""How much of the spread of answers lies between groups, how much inside them: intraclass correlations and REML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log, nan, pi, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reciproque.science.roots import bracketed_root
from reciproque.science.values import Undefined

Array = NDArray[np.float64]
STEPS = 17  # points of the first, coarse look along a likelihood


@dataclass(frozen=True)
class OneWay:
    """`between` (tau2) and `within` (s2) are variances; `boundary`: the best tau2 is 0; `reason`: why undefined."""

    mean: float
    mean_se: float
    between: float
    within: float
    loglik: float
    boundary: bool
    groups: int
    n: int
    reason: str | None = None


@dataclass(frozen=True)
class Icc:
    """Three conventions of ICC(1): n0 (`icc1`), arithmetic mean size, REML. Negative values are kept as they are."""

    icc1: float
    icc2: float
    icc1_mean_size: float
    icc1_reml: float
    msb: float
    msw: float
    n0: float
    k: int
    n: int


@dataclass(frozen=True)
class ShroutFleiss:
    """Reliability of one judge (`icc1_1`, `icc2_1`, `icc3_1`) and of the mean of all k judges (`icc1_k` ...)."""

    icc1_1: float
    icc2_1: float
    icc3_1: float
    icc1_k: float
    icc2_k: float
    icc3_k: float
    subjects: int
    judges: int


@dataclass(frozen=True)
class Sums:
    """One row a group, sorted by label: people, mean, and sum of squared deviations from that mean."""

    labels: NDArray[np.generic]
    n: Array
    mean: Array
    ss: Array


def group_sums(scores: ArrayLike, groups: ArrayLike) -> Sums:
    """Number, mean and sum of squares of each group; missing scores are left out, and groups without any score.

    scores: one number a person, any unit, NaN when missing; groups: one label a person. Returns `Sums`.
    Formula: two passes, so that large means lose no digits. Raises ValueError when the lengths differ.

    >>> sums = group_sums([1, 3, 10, float("nan")], ["a", "a", "b", "b"])
    >>> sums.n.tolist(), sums.mean.tolist(), sums.ss.tolist()
    ([2.0, 1.0], [2.0, 10.0], [2.0, 0.0])
    """
    values, names = np.array(scores, dtype=np.float64), np.asarray(groups)
    if values.ndim != 1 or values.shape != names.shape:
        raise ValueError("one score and one group label per person are expected")
    known = ~np.isnan(values)
    labels, codes = np.unique(names[known], return_inverse=True)
    n = np.bincount(codes, minlength=len(labels)).astype(np.float64)
    mean = np.bincount(codes, values[known], len(labels)) / n
    ss = np.bincount(codes, (values[known] - mean[codes]) ** 2, len(labels)).astype(np.float64)
    return Sums(labels, n, mean, ss)


def icc(scores: ArrayLike, groups: ArrayLike) -> Icc:
    """Share of the variance that lies between groups, for one person (ICC(1)) and for a group's mean (ICC(2)).

    scores: one number a person, NaN when missing; groups: one label a person. Returns shares, at most 1, negative
    when groups differ less than chance would make them; Undefined without two groups or without spread.
    Formula: `ICC(1) = (MSB - MSW) / (MSB + (m - 1) MSW)`, m = n0 = (N - sum n^2 / N) / (k - 1) or the arithmetic mean
    size; `ICC(2) = (MSB - MSW) / MSB`; REML: tau2 / (tau2 + s2). Source: Shrout and Fleiss (1979); Bliese (2000).

    >>> found = icc([1, 2, 5, 6], ["a", "a", "b", "b"])
    >>> round(found.icc1, 4), round(found.icc2, 4), found.msb, found.msw
    (0.9394, 0.9688, 16.0, 0.5)
    """
    sums = group_sums(scores, groups)
    k, n = len(sums.n), int(sums.n.sum())
    if k < 2 or n <= k:
        why = Undefined("fewer than two groups" if k < 2 else "no group has two people")
        return Icc(why, why, why, why, why, why, why, k, n)
    grand = float((sums.n * sums.mean).sum()) / n
    msb = float((sums.n * (sums.mean - grand) ** 2).sum()) / (k - 1)
    msw = float(sums.ss.sum()) / (n - k)
    n0 = (n - float((sums.n**2).sum()) / n) / (k - 1)
    reml = one_way_reml_from(sums.n, sums.mean, sums.ss)
    return Icc(
        _share(msb - msw, msb + (n0 - 1) * msw),
        _share(msb - msw, msb),
        _share(msb - msw, msb + (n / k - 1) * msw),
        _share(reml.between, reml.between + reml.within),
        msb,
        msw,
        n0,
        k,
        n,
    )


def shrout_fleiss(table: ArrayLike) -> ShroutFleiss:
    """The six intraclass correlations of judges who rate the same subjects; incomplete subjects are left out.

    table: subjects x judges, any unit. Returns shares, at most 1, negatives kept; Undefined with under two complete
    subjects, two judges, or without spread. Formula: from the mean squares of subjects, judges and residual;
    1: judges differ by subject, 2: judges drawn at large, 3: these very judges. Source: Shrout and Fleiss (1979).

    >>> found = shrout_fleiss([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    >>> round(found.icc1_1, 4), round(found.icc2_1, 4), round(found.icc3_k, 4)
    (0.1657, 0.2898, 0.9093)
    """
    rows = np.array(table, dtype=np.float64)
    rows = rows if rows.size else rows.reshape(0, 0)
    if rows.ndim != 2:
        raise ValueError("subjects x judges is expected")
    rows = rows[~np.isnan(rows).any(axis=1)]
    n, k = rows.shape
    if n < 2 or k < 2:
        why = Undefined("fewer than two complete subjects or two judges")
        return ShroutFleiss(why, why, why, why, why, why, n, k)
    grand, subjects, judges = rows.mean(), rows.mean(axis=1), rows.mean(axis=0)
    between = k * float(((subjects - grand) ** 2).sum()) / (n - 1)
    within = float(((rows - subjects[:, None]) ** 2).sum()) / (n * (k - 1))
    judge = n * float(((judges - grand) ** 2).sum()) / (k - 1)
    rest = float(((rows - subjects[:, None] - judges + grand) ** 2).sum()) / ((n - 1) * (k - 1))
    return ShroutFleiss(
        _share(between - within, between + (k - 1) * within),
        _share(between - rest, between + (k - 1) * rest + k * (judge - rest) / n),
        _share(between - rest, between + (k - 1) * rest),
        _share(between - within, between),
        _share(between - rest, between + (judge - rest) / n),
        _share(between - rest, between),
        n,
        k,
    )


def one_way_reml(scores: ArrayLike, groups: ArrayLike) -> OneWay:
    """Variance between groups and inside them by restricted maximum likelihood, with unequal sizes and missing scores.

    scores: one number a person, NaN when missing; groups: one label a person. Returns `OneWay`, variances in squared
    units of the scores, never negative. Source: Patterson and Thompson (1971); same criterion as lme4.

    >>> found = one_way_reml([1, 2, 5, 6], ["a", "a", "b", "b"])
    >>> round(found.mean, 6), round(found.between, 6), round(found.within, 6), found.boundary
    (3.5, 7.75, 0.5, False)
    """
    sums = group_sums(scores, groups)
    return one_way_reml_from(sums.n, sums.mean, sums.ss)


def one_way_reml_from(n: ArrayLike, mean: ArrayLike, ss: ArrayLike) -> OneWay:
    """The same from what an engine adds up: people, mean and sum of squared deviations of each group.

    n, mean, ss: one number a group; groups with n = 0 or a missing figure are left out. Returns `OneWay`; Undefined
    when nothing can separate the two variances: under two groups, or no group of two people.
    Formula: with r = tau2 / s2 and w = n / (1 + n r), minimise over r >= 0
    `(N - 1)(1 + log(2 pi Q / (N - 1))) + sum log(1 + n r) + log(sum w)`, Q = sum ss + sum w (mean - mu)^2, mu the
    weighted mean, s2 = Q / (N - 1); groups of equal size are added up first. Source: as `one_way_reml`.

    >>> found = one_way_reml_from([2, 2], [1.5, 5.5], [0.5, 0.5])
    >>> round(found.between, 6), round(found.within, 6)
    (7.75, 0.5)
    """
    sizes, means, squares = (np.array(column, dtype=np.float64) for column in (n, mean, ss))
    squares = np.where(sizes == 1, 0.0, squares)
    known = (sizes > 0) & np.isfinite(means) & np.isfinite(squares)
    sizes, means, squares = sizes[known], means[known], squares[known]
    groups, total, inside = len(sizes), int(sizes.sum()), float(squares.sum())
    if groups < 2 or total <= groups:
        return _unknown(groups, total, "fewer than two groups" if groups < 2 else "no group has two people")
    shift = float((sizes * means).sum()) / total
    likelihood = _Profile.of(sizes, means - shift, inside)
    if inside <= 0:
        return _without_spread(means, groups, total)
    ratio = lowest(likelihood.deviance, likelihood.slope, groups / total)
    w, mu = likelihood.weights(ratio)
    within = likelihood.quadratic(ratio) / (total - 1)
    weight = float(likelihood.count @ w)
    return OneWay(
        shift + mu,
        sqrt(within / weight),
        ratio * within,
        within,
        -likelihood.deviance(ratio) / 2,
        ratio == 0,
        groups,
        total,
    )


def lowest(deviance: Callable[[float], float], slope: Callable[[float], float], scale: float) -> float:
    """The variance (or ratio of variances) >= 0 at which a deviance is lowest; 0 exactly at the boundary.

    deviance, slope: the function and its derivative on [0, inf); scale: a typical size of the answer, > 0. A coarse
    look from scale / 10^4 to scale * 10^4 finds the valley, then the slope's root is bracketed and solved.

    >>> round(lowest(lambda x: (x - 3) ** 2, lambda x: 2 * (x - 3), 1.0), 9)
    3.0
    >>> lowest(lambda x: (x + 3) ** 2, lambda x: 2 * (x + 3), 1.0)
    0.0
    """
    grid: list[float] = [0.0, *(scale * np.logspace(-4, 4, STEPS)).tolist()]
    heights = [deviance(x) for x in grid]
    best = int(np.argmin(heights))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    if slope(low) >= 0:
        return low
    while slope(high) <= 0:
        low, high = high, high * 10
        if high > scale * 1e16:
            return low
    return bracketed_root(slope, low, high)


@dataclass(frozen=True)
class _Profile:
    """The restricted likelihood of the ratio tau2 / s2, on one row per distinct group size."""

    size: Array
    count: Array
    mean: Array  # mean, and sum of squares around it, of the group means of that size
    spread: Array
    inside: float

    @staticmethod
    def of(sizes: Array, means: Array, inside: float) -> _Profile:
        size, codes = np.unique(sizes, return_inverse=True)
        count = np.bincount(codes).astype(np.float64)
        mean = np.bincount(codes, means) / count
        spread = np.bincount(codes, (means - mean[codes]) ** 2).astype(np.float64)
        return _Profile(size, count, mean, spread, inside)

    @property
    def free(self) -> float:
        return float((self.count * self.size).sum()) - 1

    def weights(self, ratio: float) -> tuple[Array, float]:
        w = self.size / (1 + self.size * ratio)
        return w, float((self.count * w) @ self.mean / (self.count @ w))

    def _squares(self, mu: float) -> Array:
        squares: Array = self.spread + self.count * (self.mean - mu) ** 2
        return squares

    def quadratic(self, ratio: float) -> float:
        w, mu = self.weights(ratio)
        return self.inside + float(w @ self._squares(mu))

    def deviance(self, ratio: float) -> float:
        w, _ = self.weights(ratio)
        spread = float(self.count @ np.log1p(self.size * ratio)) + log(float(self.count @ w))
        return self.free * (1 + log(2 * pi * self.quadratic(ratio) / self.free)) + spread

    def slope(self, ratio: float) -> float:
        w, mu = self.weights(ratio)
        falls = self.free * float((w**2) @ self._squares(mu)) / self.quadratic(ratio)
        total = float(self.count @ w)
        return total - float(self.count @ w**2) / total - falls


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else Undefined("no spread to compare with")


def _unknown(groups: int, n: int, reason: str) -> OneWay:
    return OneWay(nan, nan, nan, nan, nan, False, groups, n, reason)


def _without_spread(means: Array, groups: int, n: int) -> OneWay:
    """Everybody agrees inside every group: nothing is left to chance, and the likelihood has no top."""
    between = float(means.var(ddof=1))
    return OneWay(
        float(means.mean()), sqrt(between / groups), between, 0.0, nan, between == 0, groups, n, "no spread in groups"
    )
