"""Where a function crosses zero, without the weight of a library of optimisers: pages and commands start sooner."""

from __future__ import annotations

from collections.abc import Callable
from math import nextafter

MOST_STEPS = 200


def bracketed_root(function: Callable[[float], float], low: float, high: float) -> float:
    """A root between two points where the function has opposite signs, to the precision of the machine.

    function: a continuous function of one number; low, high: any unit, the root has the same. Returns a number from low
    to high. Raises ValueError when both ends have the same sign.
    Formula: inverse quadratic interpolation where it is safe, halving elsewhere. Source: Chandrupatla (1997), Advances
    in Engineering Software 28.

    >>> bracketed_root(lambda x: x * x - 2, 0.0, 2.0)
    1.4142135623730951
    """
    newest, other = low, high
    at_newest, at_other = function(low), function(high)
    if at_newest * at_other > 0:
        raise ValueError("the function needs opposite signs at the two ends")
    share = 0.5
    for _step in range(MOST_STEPS):
        place = newest + share * (other - newest)
        at_place = function(place)
        if (at_place > 0) == (at_newest > 0):
            third, at_third = newest, at_newest
        else:
            third, at_third = other, at_other
            other, at_other = newest, at_newest
        newest, at_newest = place, at_place
        nearest = newest if abs(at_newest) < abs(at_other) else other
        step = nextafter(abs(nearest), float("inf")) - abs(nearest)
        width = abs(other - newest)
        if at_newest == 0 or at_other == 0 or width <= 2 * step:
            return nearest
        share = _share(newest, other, third, at_newest, at_other, at_third)
        share = min(1 - step / width, max(step / width, share))
    return nearest


def _share(a: float, b: float, c: float, fa: float, fb: float, fc: float) -> float:
    """How far to go from a to b: by interpolation through three points when it cannot mislead, else half-way."""
    if c == b or fb == fa or fc in (fa, fb):
        return 0.5
    along, up = (a - b) / (c - b), (fa - fb) / (fc - fb)
    if not (up * up < along and (1 - up) ** 2 < 1 - along):
        return 0.5
    return fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
