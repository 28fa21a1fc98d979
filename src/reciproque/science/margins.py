"""Margins of published figures: they depend on numbers of people only, never on what people answered."""

from __future__ import annotations

from math import hypot, isnan, nan, sqrt

from scipy.special import stdtrit

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
