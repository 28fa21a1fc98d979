"""Charts for streams of figures: CUSUM, EWMA and the CUSUM of counts, with limits designed for a chosen run length.

A repeated test at 5 % cries wolf every twenty looks. These charts are designed the other way round: choose how long
they may run before a false alarm (the average run length, ARL), and their limit follows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, log, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, ndtr

from reciproque.science.values import Undefined

Floats = NDArray[np.float64]
ROOT_TWO_PI = sqrt(2 * np.pi)


@dataclass(frozen=True)
class Cusum:
    """Both paths, NaN where the value is missing; `alarm` = first index where a path is beyond h, None when none is."""

    upper: Floats
    lower: Floats
    alarm: int | None
    reason: str | None = None


@dataclass(frozen=True)
class Ewma:
    """Path and its limit (the chart alarms beyond plus or minus it); `alarm` = first such index, None when none is."""

    path: Floats
    limit: Floats
    alarm: int | None
    reason: str | None = None


@dataclass(frozen=True)
class PoissonCusum:
    """Path, NaN where a count is missing; `reference` = counts allowed per unit of exposure; `alarm` as in `Cusum`."""

    path: Floats
    reference: float
    alarm: int | None
    reason: str | None = None


def cusum(z: ArrayLike, k: float, h: float) -> Cusum:
    """Two-sided cumulative sum: what exceeds k standard errors is added up, on both sides, and alarms beyond h.

    z: one series of standardised values (mean 0, sd 1 when nothing changes), NaN = missing, skipped.
    k: half the shift to find, h: limit, both in standard deviations, k >= 0 and h > 0. Returns a `Cusum`.
    Formula: `C+ = max(0, C+ + z - k)`, `C- = max(0, C- - z - k)`. Source: Page (1954).

    >>> found = cusum([0, 1, 2, 2], k=0.5, h=3)
    >>> found.upper.tolist(), found.alarm
    ([0.0, 0.5, 2.0, 3.5], 3)
    """
    values = np.array(z, dtype=np.float64).ravel()
    blank = np.full(values.size, np.nan)
    if not (k >= 0 and h > 0):
        return Cusum(blank, blank, None, "k must be 0 or more and h above 0")
    if not np.isfinite(values).any():
        return Cusum(blank, blank, None, "no value")
    upper, lower = _sums(values - k), _sums(-values - k)
    return Cusum(upper, lower, _first((upper > h) | (lower > h)))


def cusum_arl(k: float, h: float, shift: float = 0.0, two_sided: bool = True) -> float:
    """Average number of values before the CUSUM alarms, for independent normal values of mean `shift` and sd 1.

    k, h: as `cusum`; shift: in standard deviations; one-sided = the upper path alone. Returns a number of values >= 1,
    infinite beyond 1e11; Undefined unless k >= 0 and h > 0.
    Formula: `L(u) = 1 + L(0) Phi(k - u) + integral over 0..h of L(x) phi(x + k - u) dx` on Gauss-Legendre nodes;
    both sides together: `1 / L = 1 / L+ + 1 / L-`. Source: Page (1954); Kemp (1961); Vance (1986).

    >>> round(cusum_arl(0.5, 5), 4), round(cusum_arl(0.5, 4, two_sided=False), 4)
    (465.4435, 335.3676)
    """
    if not (k >= 0 and h > 0 and np.isfinite(k + h + shift)):
        return Undefined("k must be 0 or more and h above 0")
    alarms = 1 / _one_sided_arl(k, h, shift) + (1 / _one_sided_arl(k, h, -shift) if two_sided else 0.0)
    return 1 / alarms if alarms else float("inf")


def cusum_limit(k: float, arl0: float, two_sided: bool = True) -> float:
    """The limit h for which the CUSUM gives one false alarm every `arl0` values on average.

    k: as `cusum`, 0 or more; arl0: values, above the run length of a chart without memory. Returns standard
    deviations; Undefined when no limit reaches it. Source: root of `cusum_arl`.

    >>> round(cusum_limit(0.5, 465.4435), 4)
    5.0
    """
    if not k >= 0:
        return Undefined("k must be 0 or more")
    return _limit(lambda h: cusum_arl(k, h, two_sided=two_sided), arl0, 1e-6)


def ewma(z: ArrayLike, lam: float, limit: float, steady: bool = False) -> Ewma:
    """Exponentially weighted moving average, which alarms beyond `limit` of its own standard deviations.

    z: as `cusum`; lam: weight of the newest value, 0 < lam <= 1; limit: standard deviations, above 0; steady: use the
    long-run deviation from the first value on, instead of the exact one, which is smaller at the start.
    Formula: `E = lam z + (1 - lam) E`; limit times `sqrt(lam / (2 - lam) (1 - (1 - lam)^(2 t)))`, t = values seen.
    Source: Roberts (1959); Lucas and Saccucci (1990).

    >>> found = ewma([0, 3, 3], lam=0.5, limit=2.5)
    >>> found.path.tolist(), found.limit.round(3).tolist(), found.alarm
    ([0.0, 1.5, 2.25], [1.25, 1.398, 1.432], 1)
    """
    values = np.array(z, dtype=np.float64).ravel()
    path, limits = np.full(values.size, np.nan), np.full(values.size, np.nan)
    if not (0 < lam <= 1 and limit > 0):
        return Ewma(path, limits, None, "lam must lie above 0 and up to 1, the limit above 0")
    seen = np.flatnonzero(np.isfinite(values))
    if not seen.size:
        return Ewma(path, limits, None, "no value")
    now = 0.0
    for index in seen:
        now = path[index] = lam * values[index] + (1 - lam) * now
    limits[seen] = limit * (_ewma_sd(lam) if steady else _ewma_sd(lam, np.arange(1, seen.size + 1)))
    return Ewma(path, limits, _first(np.abs(path) > limits))


def ewma_arl(lam: float, limit: float, shift: float = 0.0, steady: bool = True) -> float:
    """Average number of values before the EWMA chart alarms, for independent normal values of mean `shift` and sd 1.

    lam, limit, shift: as `ewma` and `cusum_arl`; steady: the limits of the tables, or False for the exact early limits
    that `ewma` draws. Returns a number of values >= 1; Undefined outside the range.
    Formula: `L(u) = 1 + integral over -c..c of L(x) phi((x - (1 - lam) u) / lam) / lam dx`, c = limit; with the early
    limits, the same step backwards from the value where they have settled. Source: Crowder (1987).

    >>> round(ewma_arl(0.2, 2.962178), 2), round(ewma_arl(0.2, 2.962178, steady=False), 2)
    (500.0, 494.65)
    """
    if not (0 < lam <= 1 and limit > 0 and np.isfinite(limit + shift)):
        return Undefined("lam must lie above 0 and up to 1, the limit above 0")
    nodes, weights = np.polynomial.legendre.leggauss(min(240, max(50, ceil(16 * limit / sqrt(lam * (2 - lam))))))
    long_run = limit * float(_ewma_sd(lam))

    def step(start: Floats | float, reach: float) -> Floats:
        gap = (reach * nodes - (1 - lam) * np.atleast_1d(start)[:, None]) / lam - shift
        density: Floats = reach * weights * np.exp(-(gap**2) / 2) / (lam * ROOT_TWO_PI)
        return density

    lengths = _lengths(step(long_run * nodes, long_run))
    if steady or lam == 1:
        return _longest(1 + (step(0.0, long_run) @ lengths)[0])
    settled = ceil(log(1e-10) / (2 * log(1 - lam)))
    reaches = limit * _ewma_sd(lam, np.arange(1, settled + 1))
    reach = long_run
    for earlier in reaches[::-1]:
        lengths, reach = 1 + step(earlier * nodes, reach) @ lengths, earlier
    return _longest(1 + (step(0.0, reach) @ lengths)[0])


def ewma_limit(lam: float, arl0: float, steady: bool = True) -> float:
    """The limit for which the EWMA chart gives one false alarm every `arl0` values on average.

    lam, steady: as `ewma_arl`; arl0: values, above 1. Returns standard deviations of the EWMA; Undefined when no limit
    reaches it. Source: root of `ewma_arl`; tables of Lucas and Saccucci (1990).

    >>> round(ewma_limit(0.2, 500), 6)
    2.962178
    """
    if not 0 < lam <= 1:
        return Undefined("lam must lie above 0 and up to 1")
    return _limit(lambda limit: ewma_arl(lam, limit, steady=steady), arl0, 1e-6)


def poisson_reference(rate0: float, rate1: float) -> float:
    """Count allowed per unit of exposure before a CUSUM of counts adds up: between the rate of today and that to find.

    rate0, rate1: events per unit of exposure, above 0 and different; else Undefined.
    Formula: `k = (rate1 - rate0) / (log rate1 - log rate0)`. Source: Lucas (1985).

    >>> round(poisson_reference(0.1, 0.2), 4)
    0.1443
    """
    if not (rate0 > 0 and rate1 > 0 and rate0 != rate1):
        return Undefined("two different rates above 0 are needed")
    return (rate1 - rate0) / (log(rate1) - log(rate0))


def poisson_cusum(counts: ArrayLike, exposure: ArrayLike, rate0: float, rate1: float, h: float) -> PoissonCusum:
    """Cumulative sum of counts beyond what the exposure explains; alarms beyond h events.

    counts: events per period, NaN = missing, skipped; exposure: occasions per period (commitments due), one number or
    one per period, 0 or more; rate0, rate1: as `poisson_reference`, rate1 < rate0 watches a fall; h: events, above 0.
    Formula: `C = max(0, C + x - k exposure)`, sign reversed for a fall. Source: Lucas (1985).

    >>> found = poisson_cusum([1, 3, 2], [10, 10, 5], rate0=0.1, rate1=0.2, h=2.5)
    >>> found.path.round(3).tolist(), found.alarm
    ([0.0, 1.557, 2.836], 2)
    """
    values = np.array(counts, dtype=np.float64).ravel()
    due = np.broadcast_to(np.array(exposure, dtype=np.float64), values.shape)
    blank, reference = np.full(values.size, np.nan), poisson_reference(rate0, rate1)
    seen = np.isfinite(values) & np.isfinite(due)
    if isinstance(reference, Undefined):
        return PoissonCusum(blank, reference, None, reference.reason)
    if not h > 0 or (values[seen] < 0).any() or (due[seen] < 0).any():
        return PoissonCusum(blank, reference, None, "counts and exposures are 0 or more, h is above 0")
    if not seen.any():
        return PoissonCusum(blank, reference, None, "no value")
    path = _sums(np.where(seen, values - reference * due, np.nan) * (1 if rate1 > rate0 else -1))
    return PoissonCusum(path, reference, _first(path > h))


def poisson_cusum_arl(rate0: float, rate1: float, h: float, exposure: float = 1.0, rate: float | None = None) -> float:
    """Average number of periods before the CUSUM of counts alarms, when every period has the same exposure.

    rate0, rate1, h, exposure: as `poisson_cusum`, exposure above 0; rate: the true rate, rate0 when None. Returns a
    number of periods >= 1; Undefined outside the range.
    Formula: Markov chain on a lattice, `k exposure` taken as a fraction within 0.0005 and 0.5 % of it; the chances of
    running on are summed to their geometric tail. Source: Brook and Evans (1972).

    >>> round(poisson_cusum_arl(2, 3.5, 5), 1), round(poisson_cusum_arl(2, 3.5, 5, rate=3.5), 1)
    (118.9, 6.7)
    """
    reference = poisson_reference(rate0, rate1)
    if isinstance(reference, Undefined):
        return reference
    true = rate0 if rate is None else rate
    if not (h > 0 and exposure > 0 and true > 0):
        return Undefined("h, the exposure and the rate must be above 0")
    step = _fraction(reference * exposure)
    return _lattice_arl(step, floor(h * step.denominator + 1e-9), true * exposure, 1 if rate1 > rate0 else -1)


def poisson_cusum_limit(rate0: float, rate1: float, arl0: float, exposure: float = 1.0) -> float:
    """The smallest limit h for which the CUSUM of counts gives at most one false alarm every `arl0` periods.

    rate0, rate1, exposure: as `poisson_cusum_arl`; use the usual exposure when it varies. arl0: periods, above 1.
    Returns events, half-way between two values that the sum can reach; Undefined outside the range. Counts move in
    steps, so the run length is `arl0` or a little more. Source: Lucas (1985).

    >>> round(poisson_cusum_limit(2, 3.5, 200), 2), round(poisson_cusum_arl(2, 3.5, 5.98), 1)
    (5.98, 214.7)
    """
    reference = poisson_reference(rate0, rate1)
    if isinstance(reference, Undefined):
        return reference
    if not (exposure > 0 and 1 < arl0 < np.inf):
        return Undefined("the exposure must be above 0 and the run length above 1")
    step, sign = _fraction(reference * exposure), 1 if rate1 > rate0 else -1
    low, high = 0, step.denominator
    while _lattice_arl(step, high, rate0 * exposure, sign) < arl0:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        short = _lattice_arl(step, middle, rate0 * exposure, sign) < arl0
        low, high = (middle, high) if short else (low, middle)
    return (high + 0.5) / step.denominator


def _sums(steps: Floats) -> Floats:
    """Sums that never fall under 0; a missing step leaves the sum where it was and NaN in the path."""
    path, now = np.full(steps.size, np.nan), 0.0
    for index in np.flatnonzero(np.isfinite(steps)):
        now = path[index] = max(0.0, now + steps[index])
    return path


def _first(beyond: NDArray[np.bool_]) -> int | None:
    return int(np.argmax(beyond)) if beyond.any() else None


def _one_sided_arl(k: float, h: float, shift: float) -> float:
    nodes, weights = np.polynomial.legendre.leggauss(min(300, max(40, ceil(12 * h))))
    states = np.concatenate([[0.0], h * (nodes + 1) / 2])
    to = states[None, 1:] + k - shift - states[:, None]
    moves = np.empty((states.size, states.size))
    moves[:, 0] = ndtr(k - shift - states)
    moves[:, 1:] = h / 2 * weights * np.exp(-(to**2) / 2) / ROOT_TWO_PI
    return _longest(_lengths(moves)[0])


def _lengths(moves: Floats) -> Floats:
    """Run length from each state, `(I - moves)^-1 1`; infinite when leaving is too rare for the arithmetic."""
    try:
        return np.asarray(np.linalg.solve(np.eye(len(moves)) - moves, np.ones(len(moves))), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.full(len(moves), np.inf)


def _longest(length: float) -> float:
    """Beyond 1e11 values the arithmetic no longer tells run lengths apart: infinite."""
    return float(length) if 0 < length < 1e11 else float("inf")


def _ewma_sd(lam: float, seen: ArrayLike = np.inf) -> Floats:
    """Standard deviation of the moving average after some values, for values of sd 1."""
    return np.sqrt(lam / (2 - lam) * (1 - (1 - lam) ** (2 * np.asarray(seen, dtype=np.float64))))


def _limit(arl: Callable[[float], float], arl0: float, near: float) -> float:
    """Limit whose run length is arl0, by chords (Illinois rule) on the logarithm, in which run lengths are smooth."""

    def miss(limit: float) -> float:
        return log(min(arl(limit), 1e11)) - log(arl0)

    if not 1 < arl0 < 1e9 or (below := miss(near)) > 0:
        return Undefined("no limit gives this run length")
    low, high = near, 1.0
    while (above := miss(high)) < 0:
        low, high, below = high, 2 * high, above
    side = 0
    for _ in range(40):
        guess = low - below * (high - low) / (above - below)
        found = miss(guess)
        if abs(found) < 1e-9:
            break
        if found < 0:
            low, below, above = guess, found, above / 2 if side < 0 else above
        else:
            high, above, below = guess, found, below / 2 if side > 0 else below
        side = -1 if found < 0 else 1
    return guess


def _fraction(value: float) -> Fraction:
    """A simple fraction, within 0.0005 and within half a percent."""
    exact = Fraction(value)
    allowed = min(Fraction(1, 2000), exact / 200)
    for denominator in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000):
        near = exact.limit_denominator(denominator)
        if abs(near - exact) <= allowed:
            return near
    return exact.limit_denominator(10**6)


def _lattice_arl(step: Fraction, top: int, mean: float, sign: int) -> float:
    """Run length of a sum on 0..top (in 1 / denominator), moved by sign (count - step), count ~ Poisson(mean)."""
    counts = np.arange((top + step.numerator) // step.denominator + 1)
    chances = np.exp(counts * log(mean) - mean - gammaln(counts + 1))
    moves = (sign * (counts * step.denominator - step.numerator)).tolist()
    inside = [(move, chance) for move, chance in zip(moves, chances.tolist(), strict=True) if abs(move) <= top]
    to_zero = _chance_of_zero(step, top, sign, np.cumsum(chances))
    state = np.zeros(top + 1)
    state[0] = alive = total = 1.0
    for _ in range(1_000_000):
        after = np.zeros(top + 1)
        for move, chance in inside:
            if move > 0:
                after[move:] += chance * state[: top + 1 - move]
            else:
                after[: top + 1 + move] += chance * state[-move:]
        after[0] = state @ to_zero
        left = float(after.sum())
        if left < 1e-12 or np.abs(after / left - state).max() < 1e-14:
            return _longest(total + (alive * left / (1 - left) if left < 1 else np.inf))
        alive *= left
        total += alive
        state = after / left
    return total


def _chance_of_zero(step: Fraction, top: int, sign: int, below: Floats) -> Floats:
    """Chance to fall to 0 or under from each state; below: chance of at most 0, 1, 2, ... events."""
    edge = (step.numerator - sign * np.arange(top + 1)) / step.denominator
    reached = (np.floor(edge) if sign > 0 else np.ceil(edge) - 1).astype(int)
    chance = np.where(reached >= 0, below[np.clip(reached, 0, below.size - 1)], 0.0)
    return chance if sign > 0 else 1 - chance
