"""Everything shown that is not a published row: points, profile, gaps, states and ranks.

Computed from published rows with interval arithmetic, never from answers: a mean on the grid is known to half a step,
an open band to its end of the scale, and both uncertainties are carried through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from reciproque.science.figures import (
    HIGHEST,
    INDEX,
    LOWEST,
    MIRROR_INDEX,
    Figure,
    InstrumentShape,
    limits,
)
from reciproque.science.margins import PRIOR_DF, SD_DIMENSION, SD_ITEM, combined, margin, standard_error
from reciproque.science.mirror import Span, State, state

PROFILE = "profile"
UNKNOWN = State("cannot_tell")
Open = Literal["none", "low", "high", "both"]


@dataclass(frozen=True)
class Score:
    """A published or derived figure in points: between low and high; `open` tells which end is an open band.

    margin: 95 % half-width; error: standard error; both in points, from numbers of people only.
    """

    code: str
    low: float
    high: float
    margin: float
    error: float
    open: Open = "none"

    @property
    def value(self) -> float | None:
        """The middle, when no end is open."""
        return (self.low + self.high) / 2 if self.open == "none" else None


@dataclass(frozen=True)
class Rank:
    """Possible ranks of a dimension within a side: 1 is the highest."""

    code: str
    first: int
    last: int


@dataclass(frozen=True)
class SideReading:
    """What one side says: of the other (dimensions, items, profile, mirror_direct) and of itself as seen (mirror)."""

    side: str
    n: int
    dimensions: Mapping[str, Score]
    items: Mapping[str, Score]
    profile: Score | None = None
    mirror_direct: Score | None = None
    mirror: Score | None = None
    lucidity: Span | None = None
    ranks: tuple[Rank, ...] = ()


@dataclass(frozen=True)
class Gap:
    """One comparison between the two sides; `code` is a dimension, a mirrored item, "profile" or "index".

    Of a dimension, reciprocity is about all its items; lucidity, assumed and state about its mirrored items alone.
    """

    code: str
    reciprocity: Span
    lucidity: Mapping[str, Span] = field(default_factory=dict)
    assumed: Mapping[str, Span] = field(default_factory=dict)
    state: State = UNKNOWN


@dataclass(frozen=True)
class Reading:
    """Both sides and their comparisons; `level` is none, trend, dimensions or items."""

    sides: Mapping[str, SideReading]
    gaps: tuple[Gap, ...]
    level: str


def read(
    figures: Sequence[Figure],
    shape: InstrumentShape,
    *,
    client: str = "client",
    supplier: str = "supplier",
    key_people: Mapping[str, int | None] | None = None,
) -> Reading:
    """Derive what the reading page shows from the rows of one publication.

    figures: published rows; shape: the form; client, supplier: names of the sides, in that order (reciprocity is client
    minus supplier); key_people: N per side, None or absent unless both sponsors declared the lists complete.

    >>> from reciproque.science.figures import Dimension
    >>> rows = [Figure(side, "mean", "F", ("F1",), value=x, n=9) for side, x in (("client", 5.5), ("supplier", 4.0))]
    >>> form = InstrumentShape((Dimension("F", "facet", ("F1",)),), ())
    >>> round(read(rows, form).gaps[0].reciprocity.value, 1)
    25.0
    """
    people = key_people or {}
    sides = {name: _side(name, figures, shape, people.get(name)) for name in (client, supplier)}
    one, other = sides[client], sides[supplier]
    sides = {client: _with_lucidity(one, other), supplier: _with_lucidity(other, one)}
    return Reading(sides, tuple(_gaps(sides[client], sides[supplier], shape)), _level(figures, shape))


def mean(code: str, scores: Sequence[Score], spread: tuple[float, float]) -> Score | None:
    """Plain mean of scores by interval arithmetic; None of none. spread: (margin, error) of the mean.

    >>> mean("profile", [Score("F", 40, 42, 8, 4), Score("C", 60, 100, 8, 4, "high")], (8, 4))
    Score(code='profile', low=50.0, high=71.0, margin=8, error=4, open='high')
    """
    if not scores:
        return None
    low = sum(score.low for score in scores) / len(scores)
    high = sum(score.high for score in scores) / len(scores)
    return Score(code, low, high, spread[0], spread[1], _opening(score.open for score in scores))


def difference(one: Score, other: Score) -> Span:
    """`one - other`, with the intervals of both and their combined margin.

    >>> difference(Score("F", 70, 72, 6, 3), Score("F", 49, 51, 8, 4))
    Span(low=19, high=23, margin=10.0)
    """
    return Span(one.low - other.high, one.high - other.low, combined(one.margin, other.margin))


def _level(figures: Sequence[Figure], shape: InstrumentShape) -> str:
    shown = {figure.kind for figure in figures}
    if shown & {"mean", "interval"}:
        codes = {figure.code for figure in figures}
        return "items" if codes & {*shape.direct_items, *shape.mirror_items} else "dimensions"
    return "trend" if "trend" in shown else "none"


def _opening(ends: Iterable[Open]) -> Open:
    found = set(ends) - {"none"}
    if not found:
        return "none"
    return found.pop() if len(found) == 1 else "both"


def _score(figure: Figure, spread: tuple[float, float]) -> Score:
    low, high = ((x - LOWEST) / (HIGHEST - LOWEST) * 100 for x in limits(figure))
    opened: Open = "none"
    if figure.kind == "interval":
        opened = "high" if figure.high is None else "low"
    return Score(figure.code, low, high, spread[0], spread[1], opened)


def _spread(n: int, people: int | None, sd: float) -> tuple[float, float]:
    return margin(n, people, sd=sd, d0=PRIOR_DF), standard_error(n, people, sd=sd)


def _side(side: str, figures: Sequence[Figure], shape: InstrumentShape, people: int | None) -> SideReading:
    rows = [figure for figure in figures if figure.side == side]
    means = {figure.code: figure for figure in rows if figure.kind in ("mean", "interval")}
    n = max((figure.n or 0 for figure in rows), default=0)
    dimension_spread, item_spread = _spread(n, people, SD_DIMENSION), _spread(n, people, SD_ITEM)
    items = {code: _score(means[code], item_spread) for code in _questions(shape) if code in means}
    found = [_dimension(d.code, d.items, means, items, dimension_spread) for d in shape.dimensions]
    dimensions = {score.code: score for score in found if score is not None}
    facets = _facets(shape)
    shown = [dimensions[code] for code in facets if code in dimensions]
    direct = _dimension(INDEX, shape.index_items, means, items, dimension_spread)
    return SideReading(
        side,
        n,
        dimensions,
        items,
        mean(PROFILE, shown, dimension_spread) if len(shown) == len(facets) else None,
        direct or _from_single_facets(shape, dimensions, dimension_spread),
        _dimension(MIRROR_INDEX, tuple(f"{item}m" for item in shape.index_items), means, items, dimension_spread),
        None,
        _ranks(shown),
    )


def _facets(shape: InstrumentShape) -> list[str]:
    return [dimension.code for dimension in shape.dimensions if dimension.role == "facet" and dimension.items]


def _questions(shape: InstrumentShape) -> tuple[str, ...]:
    return shape.direct_items + shape.mirror_items


def _dimension(
    code: str,
    questions: tuple[str, ...],
    means: Mapping[str, Figure],
    items: Mapping[str, Score],
    spread: tuple[float, float],
) -> Score | None:
    if code in means:
        return _score(means[code], spread)
    if not questions or any(question not in items for question in questions):
        return None
    return mean(code, [items[question] for question in questions], spread)


def _from_single_facets(
    shape: InstrumentShape, dimensions: Mapping[str, Score], spread: tuple[float, float]
) -> Score | None:
    """The direct mirror index of a short form, in which each facet is its one mirrored item."""
    wanted = set(shape.index_items)
    codes = [d.code for d in shape.dimensions if set(d.items) & wanted]
    single = all(len(d.items) == 1 for d in shape.dimensions if d.code in codes)
    if not codes or not single or any(code not in dimensions for code in codes):
        return None
    return mean(INDEX, [dimensions[code] for code in codes], spread)


def _ranks(scores: Sequence[Score]) -> tuple[Rank, ...]:
    return tuple(
        Rank(
            score.code,
            1 + sum(other.low > score.high for other in scores),
            len(scores) - sum(other.high < score.low for other in scores),
        )
        for score in scores
    )


def _with_lucidity(one: SideReading, other: SideReading) -> SideReading:
    if one.mirror is None or other.mirror_direct is None:
        return one
    return replace(one, lucidity=difference(one.mirror, other.mirror_direct))


def _gaps(one: SideReading, other: SideReading, shape: InstrumentShape) -> list[Gap]:
    found = []
    if one.profile and other.profile:
        found.append(Gap(PROFILE, difference(one.profile, other.profile)))
    if one.mirror_direct and other.mirror_direct:
        direct = {one.side: one.mirror_direct, other.side: other.mirror_direct}
        found.append(_compared(INDEX, direct, {one.side: one.mirror, other.side: other.mirror}))
    return found + _dimension_gaps(one, other, shape) + _item_gaps(one, other, shape)


def _dimension_gaps(one: SideReading, other: SideReading, shape: InstrumentShape) -> list[Gap]:
    return [
        _dimension_gap(
            dimension.code,
            difference(one.dimensions[dimension.code], other.dimensions[dimension.code]),
            one,
            other,
            [item for item in dimension.items if item in shape.mirrored],
        )
        for dimension in shape.dimensions
        if dimension.code in one.dimensions and dimension.code in other.dimensions
    ]


def _item_gaps(one: SideReading, other: SideReading, shape: InstrumentShape) -> list[Gap]:
    found = []
    for item in shape.mirrored:
        if item in one.items and item in other.items:
            direct = {side.side: side.items[item] for side in (one, other)}
            found.append(_compared(item, direct, {side.side: side.items.get(f"{item}m") for side in (one, other)}))
    return found


def _dimension_gap(code: str, whole: Span, one: SideReading, other: SideReading, mirrored: Sequence[str]) -> Gap:
    wanted = [*mirrored, *(f"{item}m" for item in mirrored)]
    if not mirrored or any(item not in side.items for side in (one, other) for item in wanted):
        return Gap(code, whole)
    direct, mirror = {}, {}
    for side in (one, other):
        first = side.items[mirrored[0]]
        spread = (first.margin, first.error)
        direct[side.side] = mean(code, [side.items[item] for item in mirrored], spread) or first
        mirror[side.side] = mean(code, [side.items[f"{item}m"] for item in mirrored], spread)
    compared = _compared(code, direct, mirror)
    return Gap(code, whole, compared.lucidity, compared.assumed, compared.state)


def _compared(code: str, direct: Mapping[str, Score], mirror: Mapping[str, Score | None]) -> Gap:
    """Reciprocity of two sides and, where both mirrors exist, lucidity, assumed agreement and the state."""
    one, other = direct
    apart = difference(direct[one], direct[other])
    lucidity, assumed = {}, {}
    for side, facing in ((one, other), (other, one)):
        believed = mirror[side]
        if believed is not None:
            lucidity[side] = difference(believed, direct[facing])
            assumed[side] = difference(direct[side], believed)
    if len(lucidity) < 2:
        return Gap(code, apart, lucidity, assumed)
    return Gap(code, apart, lucidity, assumed, state(apart, lucidity, assumed))
