"""Margins of published figures, from numbers of people only; and, for raw data of one's own, the moderated t."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, inf, isnan, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, polygamma, stdtrit

Array = NDArray[np.float64]

# Reference standard deviations, in points. Version 0.1: assumed, not calibrated yet.
SD_DIMENSION = 16.0
SD_ITEM = 24.0
FLOOR = 2.0
PRIOR_DF = 4
NIL = 1e-12  # a variance under this share of the largest is 0, but for the rounding of sums


def standard_error(n: int, key_people: int | None = None, *, sd: float = SD_DIMENSION, floor: float = FLOOR) -> float:
    """Standard error of a side's figure, in points.

    n: people who answered; key_people: N, only when both sponsors declared the list of key people complete, else
    None; sd, floor: points. Returns points, NaN when n < 1. Raises ValueError when more people answered than exist.
    Formula: `se^2 = (sd^2 / n) * (N - n) / (N - 1) + floor^2`, the factor being 1 without N.
    Source: survey sampling, finite population correction; constants of version 0.1.

    >>> round(standard_error(6, 7), 3)
    3.333
    """
    if n < 1:
        return nan
    if key_people is not None and key_people < n:
        raise ValueError("more people answered than there are key people")
    factor = 1.0 if key_people is None else (key_people - n) / max(key_people - 1, 1)
    return sqrt(sd**2 / n * factor + floor**2)


def margin(
    n: int,
    key_people: int | None = None,
    *,
    sd: float = SD_DIMENSION,
    floor: float = FLOOR,
    d0: int = PRIOR_DF,
) -> float:
    """Half-width of the 95 % interval around a published figure, in points.

    n, key_people, sd, floor: as `standard_error`; d0: degrees of freedom lent by the prior. NaN when n < 1.
    Formula: `t(0.975; d0 + n - 1) * se`. Source: moderated t, Smyth (2004).

    >>> round(margin(6, 7), 1), round(margin(6), 1), round(margin(9, 12), 1), round(margin(6, 6), 1)
    (7.5, 15.5, 7.5, 4.5)
    """
    error = standard_error(n, key_people, sd=sd, floor=floor)
    return error if isnan(error) else float(stdtrit(d0 + n - 1, 0.975)) * error


def combined(one: float, other: float) -> float:
    """Margin, or standard error, of the difference of two figures: the root of the sum of squares, in points.

    >>> combined(6.0, 8.0)
    10.0
    """
    return hypot(one, other)


@dataclass(frozen=True)
class Moderated:
    """The prior (`d0` degrees of freedom, maybe infinite, around `s0_squared`) and each group's `posterior` and `df`.

    `reason` says why the prior lends nothing.
    """

    d0: float
    s0_squared: float
    posterior: Array
    df: Array
    reason: str | None = None


@dataclass(frozen=True)
class MeanInterval:
    """Interval of each mean, not clipped to the scale."""

    low: Array
    high: Array
    se: Array
    df: Array


def moderated_variance(variances: ArrayLike, df: ArrayLike) -> Moderated:
    """Variances of small groups, each drawn towards the one that the whole collection suggests.

    variances: squared units, one a group; df: their degrees of freedom (people - 1), one number or one a group. A
    group with df = 0 or a NaN variance says nothing and receives s0_squared. Returns `Moderated`.
    Formula: `(d0 s0^2 + df s^2) / (d0 + df)`; d0 and s0^2 from the mean and variance of `log s^2 - digamma(df / 2)
    + log(df / 2)`, whose variance exceeds the mean of trigamma(df / 2) by trigamma(d0 / 2); not exceeded: d0 infinite,
    s0^2 the mean of all. A variance of 0 is a rounding of the scale, which no such law gives: it is moderated like the
    others but kept out of the logarithms. Source: Smyth (2004), as in limma (which replaces 0 by a small number).

    >>> found = moderated_variance([100, 400, 225, 90, 1600], 4)
    >>> round(found.d0, 3), round(found.s0_squared, 2), found.posterior.round(1).tolist()
    (3.583, 255.73, [173.6, 331.8, 239.5, 168.3, 964.8])
    """
    s2 = np.array(variances, dtype=np.float64)
    free = np.broadcast_to(np.array(df, dtype=np.float64), s2.shape)
    known = (free > 0) & np.isfinite(s2)
    fitted = known & (s2 > NIL * s2[known].max(initial=0.0))
    if fitted.sum() < 2:
        own = np.where(known, s2, nan)
        return Moderated(0.0, nan, own, np.where(known, free, nan), "fewer than two groups with a spread")
    half = free[fitted] / 2
    logs = np.log(s2[fitted]) - digamma(half) + np.log(half)
    excess = float(logs.var(ddof=1) - polygamma(1, half).mean())
    if excess > 0:
        d0 = 2 * trigamma_inverse(excess)
        s0 = float(np.exp(logs.mean() + digamma(d0 / 2) - np.log(d0 / 2)))
    else:
        d0, s0 = inf, float(s2[known].mean())
    df_own = np.where(known, free, 0)
    weight = np.ones(s2.shape) if d0 == inf else d0 / (d0 + df_own)
    posterior = (1 - weight) * np.where(known, s2, 0) + weight * s0
    return Moderated(d0, s0, posterior, d0 + df_own)


def moderated_interval(
    mean: ArrayLike, n: ArrayLike, variance: ArrayLike, prior: Moderated, *, level: float = 0.95
) -> MeanInterval:
    """Interval of means of small groups, with their own variance moderated by the prior of the collection.

    mean, n, variance: one a group (people and sample variance, NaN when one person); prior: of `moderated_variance`.
    Returns `MeanInterval` in the units of the mean, not clipped to the scale; NaN without people, or when neither the
    group nor the prior knows a spread. Formula: `mean +- t(d0 + n - 1) s / sqrt(n)`,
    `s^2 = (d0 s0^2 + (n - 1) variance) / (d0 + n - 1)`. Source: Smyth (2004).

    >>> prior = Moderated(4, 400, np.empty(0), np.empty(0))
    >>> found = moderated_interval([60], [5], [300], prior)
    >>> found.low.round(2).tolist(), found.high.round(2).tolist(), found.df.tolist()
    ([40.71], [79.29], [8.0])
    """
    center, people, s2 = (np.array(x, dtype=np.float64) for x in (mean, n, variance))
    alone = (people <= 1) | np.isnan(s2)
    free = np.where(alone, 0.0, people - 1)
    df = np.where((people >= 1) & (prior.d0 + free > 0), prior.d0 + free, nan)
    lent = 1.0 if prior.d0 == inf else prior.d0 / df
    own = np.where(alone, 0.0, s2)
    pooled = lent * (0.0 if prior.d0 == 0 else prior.s0_squared) + (1 - lent) * own
    se = np.sqrt(np.where(np.isnan(df), nan, pooled) / np.where(people >= 1, people, nan))
    se = np.where(se > 0, se, nan)
    half = stdtrit(df, (1 + level) / 2) * se
    return MeanInterval(center - half, center + half, se, df)


def cautious_variance(variances: ArrayLike, df: ArrayLike) -> Moderated:
    """Moderated variances to draw intervals with: the collection may widen a group's interval, never much narrow it.

    variances, df: as `moderated_variance`, of which this is the answer with three limits: at most 4 degrees of freedom
    are lent; no group is given a smaller variance than its own; the prior is fitted with no variance under a twentieth
    of the median, so that three people who happen to agree do not decide for all. Without them a side of two camps, in
    a file of sides that agree, gets intervals far too narrow. Returns `Moderated`; draw with `mean_interval`.
    Formula: `max(s^2, (d0 s0^2 + df s^2) / (d0 + df))`, d0 at most 4.
    Source: Smyth (2004); the limits by simulation, docs/validity.md.

    >>> found = cautious_variance([100, 400, 225, 90, 1600], 4)
    >>> round(found.d0, 3), found.posterior.round(1).tolist()
    (3.583, [173.6, 400.0, 239.5, 168.3, 1600.0])
    """
    s2 = np.array(variances, dtype=np.float64)
    free = np.where(np.isfinite(s2), np.broadcast_to(np.array(df, dtype=np.float64), s2.shape), 0.0)
    own = np.where(free > 0, s2, 0.0)
    floor = np.median(s2[free > 0]) / 20 if (free > 0).any() else 0.0
    found = moderated_variance(np.maximum(s2, floor), free)
    d0 = min(found.d0, float(PRIOR_DF))
    if not d0 > 0:
        return found
    posterior = np.maximum(own, (d0 * found.s0_squared + free * own) / (d0 + free))
    return Moderated(d0, found.s0_squared, posterior, d0 + free, found.reason)


def mean_interval(mean: ArrayLike, n: ArrayLike, prior: Moderated, *, level: float = 0.95) -> MeanInterval:
    """Interval of each mean from its variance in `prior`, whichever way that was moderated.

    mean, n: one a group, as many as `prior.posterior`. Returns `MeanInterval` in the units of the mean, not clipped;
    NaN without people or without spread. Formula: `mean +- t(df) sqrt(posterior / n)`. Source: Smyth (2004).

    >>> prior = cautious_variance([100, 400, 225, 90, 1600], 4)
    >>> found = mean_interval([50, 50, 50, 50, 50], 5, prior)
    >>> found.low.round(1).tolist(), found.df.round(1).tolist()
    ([36.3, 29.2, 33.9, 36.5, 8.4], [7.6, 7.6, 7.6, 7.6, 7.6])
    """
    center, people = np.array(mean, dtype=np.float64), np.array(n, dtype=np.float64)
    se = np.sqrt(prior.posterior / np.where(people >= 1, people, nan))
    se = np.where(se > 0, se, nan)
    half = stdtrit(np.where(prior.df > 0, prior.df, nan), (1 + level) / 2) * se
    return MeanInterval(center - half, center + half, se, prior.df)


def trigamma_inverse(x: float) -> float:
    """The y > 0 whose trigamma is x > 0, by Newton's method on 1 / trigamma, which is nearly a straight line.

    >>> round(trigamma_inverse(float(polygamma(1, 2.5))), 9)
    2.5
    """
    if x > 1e7:
        return 1 / sqrt(x)
    if x < 1e-6:
        return 1 / x
    y = 0.5 + 1 / x
    for _ in range(50):
        value = float(polygamma(1, y))
        step = value * (1 - value / x) / float(polygamma(2, y))
        y += step
        if -step / y < 1e-12:
            break
    return y
