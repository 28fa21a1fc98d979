"""How often a word is kept, with an honest interval; and whether it is seen.

Counts first: under ten due promises a rate would say more than is known. A due promise that is not settled (the sides
differ, or one has not spoken) is never split in two: the rate is read once as if it were kept, once as if it were not.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

from scipy.special import betaincinv

from reciproque.science.values import Undefined

MINIMUM = 10
LEVEL = 0.95
HALF = 0.5
MIDDLE = 50.0


@dataclass(frozen=True)
class KeptRate:
    """Counts of due promises, and the share of them that was kept, in time or late.

    `lowest` and `highest` are the share when the contested ones count as not kept and as kept; equal when none is.
    `low` and `high` bound what is compatible with them. All four are Undefined under `MINIMUM` due promises.
    """

    kept: int
    late: int
    broken: int
    contested: int
    lowest: float
    highest: float
    low: float
    high: float

    @property
    def due(self) -> int:
        return self.kept + self.late + self.broken + self.contested

    @property
    def rated(self) -> bool:
        """Whether there are enough due promises for a rate."""
        return not isnan(self.lowest)


def jeffreys(successes: int, trials: int, level: float = LEVEL) -> tuple[float, float]:
    """Interval of a proportion.

    Parameters
    ----------
    successes : int in 0..trials
    trials : int >= 0
    level : float in 0..1
        Share of such intervals that hold the true proportion.

    Returns
    -------
    (low, high) : floats in 0..1

    Raises
    ------
    ValueError
        When the counts make no sense.

    Formula: the quantiles (1 - level) / 2 and (1 + level) / 2 of Beta(successes + 1/2, trials - successes + 1/2); 0
    when there is no success, 1 when there is no failure.
    Source: Brown, Cai and DasGupta 2001, who recommend it for 40 trials or fewer.

    Examples
    --------
    >>> [round(bound, 3) for bound in jeffreys(8, 10)]
    [0.497, 0.956]
    >>> jeffreys(0, 0)
    (0.0, 1.0)
    """
    if not 0 <= successes <= trials:
        raise ValueError("successes must be between 0 and trials")
    tail = (1 - level) / 2
    a, b = successes + 0.5, trials - successes + 0.5
    low = float(betaincinv(a, b, tail)) if successes else 0.0
    high = float(betaincinv(a, b, 1 - tail)) if successes < trials else 1.0
    return low, high


def kept_rate(kept: int, late: int, broken: int, contested: int = 0, *, minimum: int = MINIMUM) -> KeptRate:
    """The kept-rate of a side, or of a function.

    Parameters
    ----------
    kept, late, broken : int
        Due promises on which both sides agree: kept in time, kept late, not kept.
    contested : int
        Due promises that are not settled: the two sides say different things, or one has not spoken.
    minimum : int
        Due promises below which there are counts and no rate.

    Returns
    -------
    KeptRate

    Formula: share = (kept + late) / due, once without and once with the contested ones among the kept; the interval
    goes from the lower Jeffreys bound of the first to the upper bound of the second.
    Source: `jeffreys`; bounds for unknown outcomes: Manski 1990.

    Examples
    --------
    >>> rate = kept_rate(7, 1, 2)
    >>> rate.lowest, rate.highest, round(rate.low, 3), round(rate.high, 3)
    (0.8, 0.8, 0.497, 0.956)
    >>> kept_rate(3, 1, 1).lowest
    Undefined('fewer than 10 due promises')
    """
    good, due = kept + late, kept + late + broken + contested
    if min(kept, late, broken, contested) < 0:
        raise ValueError("counts cannot be negative")
    if due < max(minimum, 1):
        unknown = Undefined(f"fewer than {minimum} due promises")
        return KeptRate(kept, late, broken, contested, unknown, unknown, unknown, unknown)
    low, high = jeffreys(good, due)[0], jeffreys(good + contested, due)[1]
    return KeptRate(kept, late, broken, contested, good / due, (good + contested) / due, low, high)


def kept_and_seen(rate: KeptRate, seen_low: float, seen_high: float) -> str:
    """Whether a side keeps its word, and whether the other side sees it.

    Parameters
    ----------
    rate : KeptRate
        Promises of one side; a rate is not needed, the counts are enough.
    seen_low, seen_high : float in 0..100
        Between which points the other side sees its reliability, margin included; NaN when it is not published.

    Returns
    -------
    str
        kept_and_seen, kept_not_seen, seen_not_kept, neither, or cannot_tell.

    Formula: kept when the interval of the share lies above one half, not kept when below; seen when the interval of
    the view lies above the middle of the scale, not seen when below. Anything that straddles is cannot_tell.
    Source: own decision rule: two intervals, two middles, no figure that mixes acts and views.

    Examples
    --------
    >>> kept_and_seen(kept_rate(9, 0, 0), 28, 41), kept_and_seen(kept_rate(4, 0, 1), 28, 41)
    ('kept_not_seen', 'cannot_tell')
    """
    good, due = rate.kept + rate.late, rate.due
    low, high = jeffreys(good, due)[0], jeffreys(good + rate.contested, due)[1]
    kept = 1 if low > HALF else -1 if high < HALF else 0
    seen = 1 if seen_low > MIDDLE else -1 if seen_high < MIDDLE else 0
    words = {(1, 1): "kept_and_seen", (1, -1): "kept_not_seen", (-1, 1): "seen_not_kept", (-1, -1): "neither"}
    return words.get((kept, seen), "cannot_tell")
