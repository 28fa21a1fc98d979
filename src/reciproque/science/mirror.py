"""The double mirror: what each company says of the other, and what it believes the other says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

LARGE = 10.0  # points
StateName = Literal["lucid_agreement", "lucid_disagreement", "false_agreement", "false_conflict", "cannot_tell"]


@dataclass(frozen=True)
class Span:
    """A signed difference in points: it lies between low and high; margin is its 95 % half-width."""

    low: float
    high: float
    margin: float

    @property
    def value(self) -> float:
        return (self.low + self.high) / 2

    @property
    def settled(self) -> int | None:
        """+1 or -1: large; 0: not large; None: cannot tell. Large = beyond both 10 points and the margin.

        >>> Span(20, 24, 8).settled, Span(-3, 1, 8).settled, Span(8, 12, 8).settled, Span(11, 12, 15).settled
        (1, 0, None, None)
        """
        limit = max(LARGE, self.margin)
        if self.low > limit:
            return 1
        if self.high < -limit:
            return -1
        return 0 if self.low >= -LARGE and self.high <= LARGE else None

    def turned(self) -> Span:
        return Span(-self.high, -self.low, self.margin)


@dataclass(frozen=True)
class State:
    """One of four states, or "cannot_tell"; `mistaken` names the sides whose belief about the other is wrong."""

    name: StateName
    mistaken: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gaps:
    """Plain differences of one comparison: reciprocity R, and lucidity L and assumed agreement P of each side."""

    reciprocity: float
    lucidity: tuple[float, float]
    assumed: tuple[float, float]


def gaps(direct: tuple[float, float], mirror: tuple[float, float]) -> Gaps:
    """The five differences, in points, for sides X and Y in that order.

    direct: (what X says of Y, what Y says of X); mirror: (what X believes Y says of X, what Y believes X says of Y);
    0..100, NaN gives NaN. Identities: `R = P_X + L_X`, `-R = P_Y + L_Y`. Positive L: a side believes it is better seen
    than it is. Source: coorientation, McLeod and Chaffee (1973).

    >>> gaps((74, 49), (71, 58))
    Gaps(reciprocity=25, lucidity=(22, -16), assumed=(3, -9))
    """
    x, y = direct
    believes_x, believes_y = mirror
    return Gaps(x - y, (believes_x - y, believes_y - x), (x - believes_x, y - believes_y))


def state(reciprocity: Span, lucidity: Mapping[str, Span], assumed: Mapping[str, Span]) -> State:
    """The state of one comparison, from differences that may be intervals; unsettled comparisons give "cannot_tell".

    lucidity, assumed: by side, two sides. Lucid: a side whose L is settled as not large. False agreement: R is large
    and a side that is not lucid assumes agreement. False conflict: R is not large and such a side assumes a gap.

    >>> small, large = Span(-2, 2, 8), Span(20, 24, 8)
    >>> state(large, {"client": large, "supplier": small}, {"client": small, "supplier": large})
    State(name='false_agreement', mistaken=('client',))
    """
    apart = reciprocity.settled
    if apart is None:
        return State("cannot_tell")
    lucid = {side: span.settled for side, span in lucidity.items()}
    if set(lucid.values()) == {0}:
        return State("lucid_disagreement" if apart else "lucid_agreement")
    mistaken = tuple(side for side, blind in lucid.items() if blind and _deceived(apart, assumed[side].settled))
    if not mistaken:
        return State("cannot_tell")
    return State("false_agreement" if apart else "false_conflict", mistaken)


def _deceived(apart: int, believed: int | None) -> bool:
    """Whether a side believes in agreement where there is a gap, or in a gap where there is none."""
    return believed is not None and bool(apart) != bool(believed)
