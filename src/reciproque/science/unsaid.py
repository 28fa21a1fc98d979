"""What is thought in private and not said: the lift of a topic, and the blind spot of the other side's forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv

from reciproque.science.counts import Counts
from reciproque.science.values import Undefined

LISTED_AGREEMENT = 0.3


@dataclass(frozen=True)
class Unsaid:
    """`lift` in log-odds: positive when more people agree in private than have said so. `listed` when it is worth
    bringing to the table: positive lift, and at least 0.3 of the side agrees even at the cautious bound `agree_low`."""

    agree_low: float
    lift: float
    listed: bool


def unsaid_lift(counts: Counts, raised: int, size: int) -> Unsaid:
    """How much more a side agrees in private with a topic than it has said openly.

    Parameters
    ----------
    counts : Counts
        Private answers of the side.
    raised : int in 0..size
        Distinct people of the side who had raised the topic openly before it was proposed.
    size : int >= 1
        People of the side.

    Returns
    -------
    Unsaid

    Raises
    ------
    ValueError
        When `raised` is not in 0..size.

    Formula: logit(L) - logit((raised + 1/2) / (size + 1)), L the 10 % quantile of Beta(a + 1/2, d + p + 1).
    Source: log-odds with a Jeffreys bound; tested on a simulator in the tests, which is no evidence about companies.

    Examples
    --------
    >>> found = unsaid_lift(Counts(6, 1, 0), raised=0, size=8)
    >>> round(found.lift, 2), found.listed
    (3.12, True)
    """
    if not 0 <= raised <= size or size < 1:
        raise ValueError(f"{raised} people out of {size} cannot have raised the topic")
    if counts.answers == 0:
        return Unsaid(Undefined("nobody answered"), Undefined("nobody answered"), False)
    low = float(betaincinv(counts.agree + 0.5, counts.disagree + counts.passing + 1, 0.1))
    lift = _logit(low) - _logit((raised + 0.5) / (size + 1))
    return Unsaid(low, lift, lift > 0 and low >= LISTED_AGREEMENT)


def _logit(share: float) -> float:
    return float(np.log(share) - np.log1p(-share))


def blind_spot(counts: Counts, forecasts: Sequence[float]) -> float:
    """What a side agrees to, less what the other side expected of it.

    Parameters
    ----------
    counts : Counts
        Private answers of the side.
    forecasts : sequence of floats in 0..1, NaN when not given
        The share of agreement that each person of the other side expected.

    Returns
    -------
    float in -1..1
        Positive: more agree than the other side believes. Undefined when nobody answered or nobody forecast.

    Raises
    ------
    ValueError
        When a forecast is outside 0..1.

    Formula: a / (a + d + p) - mean forecast. Source: the question "how many of them agree?" (Prelec et al. 2017 use it
    to correct a crowd; here it measures what one company does not know of the other).

    Examples
    --------
    >>> blind_spot(Counts(6, 2, 0), [0.25, 0.5, 0.15])
    0.45
    """
    given = np.asarray(forecasts, dtype=float)
    given = given[~np.isnan(given)]
    if ((given < 0) | (given > 1)).any():
        raise ValueError("a forecast is a share from 0 to 1")
    if counts.answers == 0:
        return Undefined("nobody answered")
    if given.size == 0:
        return Undefined("nobody made a forecast")
    return float(counts.agree / counts.answers - given.mean())
