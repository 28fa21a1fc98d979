"""Groups and sums on an engine: from one row a person to what each side adds up to.

Asked once, through Narwhals, of whichever engine is used. Values of people are whole numbers of a small unit
(`Scale.unit`), so that all engines find the same sums to the last bit, in whatever order they add.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from reciproque.measure.engines import Arrays, Engine
from reciproque.measure.scales import Scale

KEYS = ("relationship", "wave", "side")
Lazy = nw.LazyFrame[Any]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Moments = tuple[Floats, Floats, Floats]
Keys = tuple[Ints, Ints, Ints]


@dataclass(frozen=True)
class Sums:
    """What each group (relationship, wave, side) adds up to, in points and squared points; NaN where undefined.

    n, mean, ss: groups x scales, people with a value, their mean, the sum of squared deviations (exactly 0 when all are
    equal). item_n, item_mean, item_ss: groups x items, the same for each question.
    """

    relationship: Ints
    wave: Ints
    side: Ints
    people: Ints
    scales: tuple[Scale, ...]
    n: Ints
    mean: Floats
    ss: Floats
    items: tuple[str, ...]
    item_n: Ints
    item_mean: Floats
    item_ss: Floats

    @cached_property
    def _places(self) -> dict[tuple[int, int, int], int]:
        keys = zip(self.relationship.tolist(), self.wave.tolist(), self.side.tolist(), strict=True)
        return {key: place for place, key in enumerate(keys)}

    def group(self, relationship: int, wave: int, side: int) -> int:
        """The row of a group; -1 when nobody is in it."""
        return self._places.get((relationship, wave, side), -1)

    def scale(self, code: str) -> int:
        """The column of a scale. Raises KeyError when the file has none of its questions."""
        for place, scale in enumerate(self.scales):
            if scale.code == code:
                return place
        raise KeyError(code)

    @property
    def variance(self) -> Floats:
        """Groups x scales, n - 1 in the denominator; NaN under two people."""
        return _over(self.ss, self.n)


@dataclass(frozen=True)
class Whole:
    """Groups x dimensions, over people who answered every question of the dimension; squared points, NaN under two.

    n: how many they are; item_variance: the sum of the variances of the questions; total_variance: the variance of the
    person's total. With J questions, alpha is J / (J - 1) * (1 - item_variance / total_variance), and the mean variance
    that the agreement within a group (rwg(j)) needs is item_variance / J.
    """

    n: Ints
    item_variance: Floats
    total_variance: Floats


def dimensions_of(scales: Sequence[Scale]) -> tuple[Scale, ...]:
    return tuple(scale for scale in scales if scale.role in ("facet", "outcome", "unsaid"))


def _is_an_item(scale: Scale) -> bool:
    """Whether the scale is one question: its moments are those of the question."""
    return scale.role != "profile" and len(scale.items) == 1


def _of_items(scale: Scale) -> bool:
    return scale.role != "profile" and len(scale.items) > 1


def add_up(engine: Engine, people: Lazy, scales: tuple[Scale, ...], items: tuple[str, ...]) -> Arrays:
    """One row a group: `people`, then for each scale and question its count, sum and sum of squares.

    people: one row a person, with the columns `KEYS` and one column a question, a whole number or nothing.
    Questions and scales are asked one after the other, which takes half the memory.
    """
    rows = _whole_numbers(people, items)
    of_items = [one for item in items for one in _moments(item)]
    of_scales = [one for scale in scales if not _is_an_item(scale) for one in _moments(f"v_{scale.code}")]
    found = _by_group(engine, _valued(rows, scales), [nw.len().alias("people"), *of_scales])
    return found | _by_group(engine, rows, of_items)


def add_up_whole(engine: Engine, people: Lazy, scales: tuple[Scale, ...]) -> Arrays:
    """The same over people who answered a whole dimension, for each dimension."""
    dimensions = dimensions_of(scales)
    rows = _whole_numbers(people, [item for scale in dimensions for item in scale.items])
    given = rows.with_columns(*(part for scale in dimensions for part in _given_and_total(scale)))
    asked = [one for scale in dimensions for one in _whole_dimension(scale)]
    return _by_group(engine, given, asked)


def _by_group(engine: Engine, rows: Lazy, asked: Sequence[nw.Expr]) -> Arrays:
    """One row a group; an engine always gives the same groups in the same order."""
    return engine.collect(rows.group_by(*KEYS).agg(*asked).sort(*KEYS))


def _whole_numbers(people: Lazy, items: Sequence[str]) -> Lazy:
    return people.select(*KEYS, *(nw.col(item).cast(nw.Int64) for item in items))


def _valued(people: Lazy, scales: tuple[Scale, ...]) -> Lazy:
    """Each person's value on each scale beside the answers."""
    simple = [scale for scale in scales if _of_items(scale)]
    valued = people
    if simple:
        valued = valued.with_columns(*(part for scale in simple for part in _given_and_total(scale)))
        valued = valued.with_columns(*(_value(scale) for scale in simple))
    for scale in scales:
        if scale.role == "profile":
            valued = _with_profile(valued, scale, scales)
    return valued


def _given_and_total(scale: Scale) -> Iterator[nw.Expr]:
    yield nw.sum_horizontal(*((~nw.col(item).is_null()).cast(nw.Int64) for item in scale.items)).alias(
        f"k_{scale.code}"
    )
    yield nw.sum_horizontal(*(nw.col(item) for item in scale.items)).alias(f"s_{scale.code}")


def _value(scale: Scale) -> nw.Expr:
    """The mean of the answers given, in units above the lowest point, with at least half of the questions answered."""
    given, total = nw.col(f"k_{scale.code}"), nw.col(f"s_{scale.code}").cast(nw.Float64)
    enough = (given * 2 >= len(scale.items)) & (given > 0)
    value = total * float(scale.unit) / nw.when(enough).then(given) - float(scale.unit)
    return value.alias(f"v_{scale.code}")


def _with_profile(valued: Lazy, scale: Scale, scales: Sequence[Scale]) -> Lazy:
    """The mean of a person's facets, with at least half of them."""
    facets = [one for one in scales if one.code in scale.items and one.role == "facet"]
    parts = [_in_units(one, scale.unit) for one in facets]
    valued = valued.with_columns(
        nw.sum_horizontal(*((~part.is_null()).cast(nw.Int64) for part in parts)).alias("k_profile"),
        nw.sum_horizontal(*parts).alias("s_profile"),
    )
    given = nw.col("k_profile")
    enough = (given * 2 >= len(facets)) & (given > 0)
    return valued.with_columns((nw.col("s_profile") / nw.when(enough).then(given)).alias(f"v_{scale.code}"))


def _in_units(scale: Scale, unit: int) -> nw.Expr:
    if len(scale.items) == 1:
        return (nw.col(scale.items[0]).cast(nw.Float64) - 1.0) * float(unit)
    return nw.col(f"v_{scale.code}") * float(unit // scale.unit)


def _moments(name: str) -> list[nw.Expr]:
    value = nw.col(name)
    return [
        value.count().alias(f"{name}_n"),
        value.sum().alias(f"{name}_s"),
        (value * value).sum().alias(f"{name}_q"),
    ]


def _whole_dimension(scale: Scale) -> list[nw.Expr]:
    """Over people who answered the whole dimension: of their totals, and of each question."""
    whole = (nw.col(f"k_{scale.code}") == len(scale.items)).cast(nw.Int64)
    total = nw.col(f"s_{scale.code}")
    squares = nw.sum_horizontal(*(nw.col(item) * nw.col(item) for item in scale.items))
    return [
        whole.sum().alias(f"c_{scale.code}_n"),
        (total * whole).sum().alias(f"c_{scale.code}_s"),
        (total * total * whole).sum().alias(f"c_{scale.code}_q"),
        (squares * whole).sum().alias(f"c_{scale.code}_squares"),
        *((nw.col(item) * whole).sum().alias(f"c_{item}_s") for item in scale.items),
    ]


class _Reading:
    """From the arrays of an engine to counts, means and sums of squared deviations, in the order wanted."""

    def __init__(self, found: Arrays, order: NDArray[np.int64], points: int) -> None:
        self.found, self.order, self.point = found, order, 100.0 / (points - 1)

    def column(self, name: str) -> Floats:
        """A column, let go of once it is read."""
        values = np.asarray(self.found.pop(name), dtype=np.float64)[self.order]
        return np.nan_to_num(values, copy=False)

    def moments(self, name: str, unit: int, lowest: float) -> Moments:
        """Count, mean in points and sum of squared deviations of values kept in units above `lowest`."""
        n, total, squares = (self.column(f"{name}_{part}") for part in "nsq")
        factor = self.point / unit
        return n, (_ratio(total, n) - lowest) * factor, _spread(n, total**2, squares) * factor**2

    def whole(self, scale: Scale) -> Moments:
        """How many answered a whole dimension, the sum of the variances of its questions, that of their totals."""
        n, total, squares = (self.column(f"c_{scale.code}_{part}") for part in "nsq")
        squared = np.zeros(n.shape)
        for item in scale.items:
            squared += self.column(f"c_{item}_s") ** 2
        items = _spread(n, squared, self.column(f"c_{scale.code}_squares"))
        return n, _over(items * self.point**2, n), _over(_spread(n, total**2, squares) * self.point**2, n)


def _spread(n: Floats, squared_total: Floats, squares: Floats) -> Floats:
    """The sum of squared deviations; whole numbers until the division, so that no variance is exactly 0."""
    return _ratio(n * squares - squared_total, n)


def _over(ss: Floats, n: Floats | Ints) -> Floats:
    """Variances, n - 1 in the denominator; NaN under two people."""
    return _ratio(ss, np.asarray(n, dtype=np.float64) - 1)


def _ratio(above: Floats, below: Floats) -> Floats:
    found = np.full(above.shape, np.nan)
    np.divide(above, below, out=found, where=below > 0)
    return found


def settle(found: Arrays, keys: Keys, scales: tuple[Scale, ...], items: tuple[str, ...], points: int) -> Sums:
    """The sums of an engine, which are used up, as figures in points.

    keys: the numbers of relationship, wave and side of each row.
    """
    order = np.lexsort(keys[::-1])
    reading = _Reading(found, order, points)
    per_item = _Block(order.size, len(items))
    for place, item in enumerate(items):
        per_item.put(place, reading.moments(item, 1, 1.0))
    per_scale = _Block(order.size, len(scales))
    for place, scale in enumerate(scales):
        if _is_an_item(scale):
            per_scale.put(place, per_item.get(items.index(scale.items[0])))
        else:
            per_scale.put(place, reading.moments(f"v_{scale.code}", scale.unit, 0.0))
    return Sums(
        relationship=keys[0][order],
        wave=keys[1][order],
        side=keys[2][order],
        people=reading.column("people").astype(np.int64),
        scales=scales,
        n=per_scale.n,
        mean=per_scale.first,
        ss=per_scale.second,
        items=items,
        item_n=per_item.n,
        item_mean=per_item.first,
        item_ss=per_item.second,
    )


def settle_whole(found: Arrays, keys: Keys, scales: tuple[Scale, ...], points: int) -> Whole:
    """The sums of whole dimensions, which are used up, in squared points and in the order of `Sums`."""
    order = np.lexsort(keys[::-1])
    reading = _Reading(found, order, points)
    block = _Block(order.size, len(dimensions_of(scales)))
    for place, scale in enumerate(dimensions_of(scales)):
        block.put(place, reading.whole(scale))
    return Whole(block.n, block.first, block.second)


class _Block:
    """Three tables of groups x columns, filled column by column."""

    def __init__(self, groups: int, columns: int) -> None:
        self.n = np.empty((groups, columns), dtype=np.int64)
        self.first, self.second = np.empty((groups, columns)), np.empty((groups, columns))

    def put(self, place: int, moments: Moments) -> None:
        self.n[:, place], self.first[:, place], self.second[:, place] = moments

    def get(self, place: int) -> Moments:
        return self.n[:, place].astype(np.float64), self.first[:, place], self.second[:, place]
