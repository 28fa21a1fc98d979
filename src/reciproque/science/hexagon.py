"""Pairs of whole numbers (x, y) limited by bounds on x, on y and on x - y: exact sums and intersections.

A wave's sum of answers is x, a later wave's is y. Who answered both adds (1, 1), who left (1, 0), who came (0, 1):
any set of people with answers between two whole numbers fills such a shape without holes, and so do sums and
intersections of shapes (the three directions form a unimodular system), so bounds are exact in whole numbers. Source:
difference constraints and L-natural convexity, Murota, Discrete Convex Analysis (2003), chapter 5.
"""

from __future__ import annotations

from typing import NamedTuple

FAR = 10**9


class Hexagon(NamedTuple):
    """Bounds of x, y and z = x - y; empty when a lower bound exceeds its upper bound."""

    x_low: int
    x_high: int
    y_low: int
    y_high: int
    z_low: int
    z_high: int

    @property
    def empty(self) -> bool:
        return self.x_low > self.x_high or self.y_low > self.y_high or self.z_low > self.z_high


ANYWHERE = Hexagon(-FAR, FAR, -FAR, FAR, -2 * FAR, 2 * FAR)
ORIGIN = Hexagon(0, 0, 0, 0, 0, 0)


def tight(h: Hexagon) -> Hexagon:
    """The same pairs with every bound reached by some pair.

    >>> tight(Hexagon(0, 9, 2, 3, 1, 2))
    Hexagon(x_low=3, x_high=5, y_low=2, y_high=3, z_low=1, z_high=2)
    """
    x_low, x_high, y_low, y_high, z_low, z_high = h
    return Hexagon(
        max(x_low, y_low + z_low),
        min(x_high, y_high + z_high),
        max(y_low, x_low - z_high),
        min(y_high, x_high - z_low),
        max(z_low, x_low - y_high),
        min(z_high, x_high - y_low),
    )


def add(a: Hexagon, b: Hexagon) -> Hexagon:
    """All sums of a pair of `a` and a pair of `b` (both tight and not empty).

    >>> add(answers(1, 0, 0), answers(0, 1, 0)) == answers(1, 1, 0)
    True
    """
    return Hexagon(a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4], a[5] + b[5])


def minus(a: Hexagon, b: Hexagon) -> Hexagon:
    """All differences of a pair of `a` and a pair of `b` (both tight and not empty).

    >>> minus(box((5, 5), (0, 0)), box((1, 2), (0, 0)))[:2]
    (3, 4)
    """
    return Hexagon(a[0] - b[1], a[1] - b[0], a[2] - b[3], a[3] - b[2], a[4] - b[5], a[5] - b[4])


def meet(a: Hexagon, b: Hexagon) -> Hexagon:
    """Pairs in both, tight; empty when there is none.

    >>> meet(Hexagon(0, 4, 0, 4, -4, 4), Hexagon(3, 9, 0, 1, -9, 9)).z_low
    2
    """
    h = Hexagon(max(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), min(a[3], b[3]), max(a[4], b[4]), min(a[5], b[5]))
    return h if h.empty else tight(h)


def hull(a: Hexagon, b: Hexagon) -> Hexagon:
    """The smallest shape that holds both.

    >>> hull(box((1, 2), (0, 0)), box((5, 6), (0, 0)))[:2]
    (1, 6)
    """
    return Hexagon(min(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), max(a[3], b[3]), min(a[4], b[4]), max(a[5], b[5]))


def box(x: tuple[int, int] | None, y: tuple[int, int] | None) -> Hexagon:
    """Pairs with x and y between given bounds; None where nothing is known.

    >>> box((1, 3), (0, 0)).z_high
    3
    """
    x_low, x_high = (-FAR, FAR) if x is None else x
    y_low, y_high = (-FAR, FAR) if y is None else y
    return Hexagon(x_low, x_high, y_low, y_high, x_low - y_high, x_high - y_low)


def answers(stayed: int, left: int, came: int) -> Hexagon:
    """Sums of answers 1..7 of people present in both waves, only in the earlier one, only in the later one.

    >>> answers(0, 2, 0)
    Hexagon(x_low=2, x_high=14, y_low=0, y_high=0, z_low=2, z_high=14)
    """
    return Hexagon(
        stayed + left, 7 * (stayed + left), stayed + came, 7 * (stayed + came), left - 7 * came, 7 * left - came
    )


def shift(h: Hexagon, x: int, y: int) -> Hexagon:
    """The shape moved by x and y.

    >>> shift(ORIGIN, 2, 1)
    Hexagon(x_low=2, x_high=2, y_low=1, y_high=1, z_low=1, z_high=1)
    """
    return Hexagon(h[0] + x, h[1] + x, h[2] + y, h[3] + y, h[4] + x - y, h[5] + x - y)
