"""Has the series changed its level? Bayesian online change points: how long has the present run lasted?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, logsumexp

from reciproque.science.charts import Floats


@dataclass(frozen=True)
class RunLengths:
    """After each value: the likeliest length of the present run, and the chance that it began lately; NaN = missing.

    `alarms` = indices where the likeliest length drops, `starts` = index of the first value of the run then found.
    """

    likeliest: Floats
    lately: Floats
    alarms: tuple[int, ...]
    starts: tuple[int, ...]
    reason: str | None = None


@dataclass(frozen=True)
class _Runs:
    """Normal-gamma beliefs, one entry per possible run length."""

    mean: Floats
    weight: Floats
    shape: Floats
    rate: Floats

    def log_density(self, value: float) -> Floats:
        """Student's t, what each run predicts of the next value."""
        spread = 2 * self.rate * (1 + 1 / self.weight)
        power = self.shape + 0.5
        scaled = (value - self.mean) ** 2 / spread
        density: Floats = gammaln(power) - gammaln(self.shape) - 0.5 * np.log(np.pi * spread) - power * np.log1p(scaled)
        return density

    def after(self, value: float) -> _Runs:
        """Every run one value longer, and the run that begins next, which has seen nothing."""
        gained = self.weight * (value - self.mean) ** 2 / (2 * (self.weight + 1))
        longer = (
            (self.weight * self.mean + value) / (self.weight + 1),
            self.weight + 1,
            self.shape + 0.5,
            self.rate + gained,
        )
        first = (self.mean[0], self.weight[0], self.shape[0], self.rate[0])
        return _Runs(*(np.concatenate([[new], old]) for new, old in zip(first, longer, strict=True)))


def bocpd(
    x: ArrayLike,
    hazard: float,
    *,
    mean: float = 0.0,
    weight: float = 1.0,
    shape: float = 1.0,
    rate: float = 1.0,
    lately: int = 3,
) -> RunLengths:
    """Run lengths of one series whose level and spread may change at any value, read as the values come.

    x: one series, NaN = missing, skipped; hazard: chance of a change at each value, above 0 and under 1. Prior of a
    run: level about `mean`, worth `weight` values; precision gamma of `shape` and `rate`, so a spread of about
    `sqrt(rate / shape)`, in the unit of x. lately: the chance given is that the run has at most so many values.
    An alarm is a drop of the likeliest length, never the chance of length 0, which is `hazard` whatever the data.
    Formula: `P(r + 1, x) = P(r) p(x | run) (1 - hazard)`, `P(0, x) = sum of P(r) p(x | run) hazard`, then normalised.
    Source: Adams and MacKay (2007), normal-gamma runs.

    >>> found = bocpd([0.1, -0.2, 0, 0.1, 5, 5.2, 4.9], hazard=0.1, rate=0.1)
    >>> found.likeliest.tolist(), found.alarms, found.starts
    ([1.0, 2.0, 3.0, 4.0, 1.0, 2.0, 3.0], (4,), (4,))
    """
    values = np.array(x, dtype=np.float64).ravel()
    likeliest, chance = np.full(values.size, np.nan), np.full(values.size, np.nan)
    seen = np.flatnonzero(np.isfinite(values))
    reason = _refusal(hazard, min(weight, shape, rate), seen)
    if reason is not None:
        return RunLengths(likeliest, chance, (), (), reason)
    runs = _Runs(*(np.array([prior], dtype=np.float64) for prior in (mean, weight, shape, rate)))
    beliefs = np.zeros(1)
    alarms, starts = [], []
    for place, index in enumerate(seen):
        joint = beliefs + runs.log_density(values[index])
        beliefs = np.concatenate([[np.log(hazard) + logsumexp(joint)], np.log1p(-hazard) + joint])
        beliefs -= logsumexp(beliefs)
        runs = runs.after(values[index])
        likeliest[index] = length = int(np.argmax(beliefs[1:])) + 1
        chance[index] = np.exp(beliefs[: lately + 1]).sum()
        if place and length < likeliest[seen[place - 1]]:
            alarms.append(int(index))
            starts.append(int(seen[place + 1 - length]))
    return RunLengths(likeliest, chance, tuple(alarms), tuple(starts))


def _refusal(hazard: float, smallest: float, seen: NDArray[np.intp]) -> str | None:
    if not 0 < hazard < 1:
        return "the hazard must lie between 0 and 1"
    if not smallest > 0:
        return "weight, shape and rate must be above 0"
    return None if seen.size else "no value"
