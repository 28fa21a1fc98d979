"""Margins of published figures, from numbers of people only; and, for raw data of one's own, the moderated t."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, inf, isnan, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import digamma, polygamma, stdtrit

Array = NDArray[np.float64]

# Reference standard deviations, in points. Version 0.1: assumed, not calibrated yet.
CONSTANTS_VERSION = "0.1-uncalibrated"
SD_DIMENSION = 16.0
SD_ITEM = 24.0
FLOOR = 2.0
PRIOR_DF = 4


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

    `reason` says why the prior lends nothing, or is doubtful.
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
    s0^2 the mean. A variance under 1e-5 of the median counts as that in the fit. Source: Smyth (2004); as in limma.

    >>> found = moderated_variance([100, 400, 225, 90, 1600], 4)
    >>> round(found.d0, 3), round(found.s0_squared, 2), found.posterior.round(1).tolist()
    (3.583, 255.73, [173.6, 331.8, 239.5, 168.3, 964.8])
    """
    s2 = np.array(variances, dtype=np.float64)
    free = np.broadcast_to(np.array(df, dtype=np.float64), s2.shape)
    known = (free > 0) & np.isfinite(s2)
    fitted, inside = s2[known], free[known]
    if len(fitted) < 2 or not fitted.any():
        reason = "fewer than two groups with a variance" if len(fitted) < 2 else "no group has any spread"
        return Moderated(0.0, nan, np.where(known, s2, nan), np.where(known, free, nan), reason)
    middle = float(np.median(fitted))
    doubt = None if middle > 0 else "half of the groups or more have no spread"
    fitted = np.maximum(fitted, 1e-5 * (middle or 1.0))
    logs = np.log(fitted) - digamma(inside / 2) + np.log(inside / 2)
    excess = float(logs.var(ddof=1) - polygamma(1, inside / 2).mean())
    if excess > 0:
        d0 = 2 * trigamma_inverse(excess)
        s0 = float(np.exp(logs.mean() + digamma(d0 / 2) - np.log(d0 / 2)))
    else:
        d0, s0 = inf, float(fitted.mean())
    weight = np.ones(s2.shape) if d0 == inf else d0 / (d0 + np.where(known, free, 0))
    posterior = (1 - weight) * np.where(known, s2, 0) + weight * s0
    return Moderated(d0, s0, posterior, d0 + np.where(known, free, 0), doubt)


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
