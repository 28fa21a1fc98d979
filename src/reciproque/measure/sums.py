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
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Sums:
    """What each group (relationship, wave, side) adds up to, in points and squared points; NaN where undefined.

    n, mean, ss: groups x scales, people with a value, their mean, the sum of squared deviations (exactly 0 when all are
    equal). item_n, item_mean, item_ss: groups x items, the same for each question. complete_n, item_variance,
    total_variance: groups x dimensions, over people who answered the whole dimension: how many, the sum of the variances
    of its questions, the variance of the person's total.
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
    complete_n: Ints
    item_variance: Floats
    total_variance: Floats

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
        return np.divide(self.ss, self.n - 1, out=np.full(self.ss.shape, np.nan), where=self.n > 1)


def dimensions_of(scales: Sequence[Scale]) -> tuple[Scale, ...]:
    return tuple(scale for scale in scales if scale.role in ("facet", "outcome", "unsaid"))


def _is_an_item(scale: Scale) -> bool:
    """Whether the scale is one question: its moments are those of the question."""
    return scale.role != "profile" and len(scale.items) == 1


def _of_items(scale: Scale) -> bool:
    return scale.role != "profile" and len(scale.items) > 1


def add_up(
    engine: Engine,
    people: nw.LazyFrame[Any],
    scales: tuple[Scale, ...],
    items: tuple[str, ...],
    counts: tuple[str, ...] = (),
) -> Arrays:
    """One row a group: `people`, then for each scale, question and whole dimension its count, sum and sum of squares.

    people: one row a person, with the columns `KEYS` and one column a question, a whole number or nothing; counts: more
    columns to add up.
    """
    valued = people.select(*KEYS, *counts, *(nw.col(item).cast(nw.Int64) for item in items))
    simple = [scale for scale in scales if _of_items(scale)]
    valued = valued.with_columns(*(part for scale in simple for part in _given_and_total(scale)))
    valued = valued.with_columns(*(_value(scale) for scale in simple))
    for scale in scales:
        if scale.role == "profile":
            valued = _with_profile(valued, scale, scales)
    asked = [nw.len().alias("people"), *(nw.col(name).sum() for name in counts)]
    asked += [one for scale in scales if not _is_an_item(scale) for one in _moments(f"v_{scale.code}")]
    asked += [one for item in items for one in _moments(item)]
    for scale in dimensions_of(scales):
        if len(scale.items) > 1:
            asked += _whole_dimension(scale)
    return engine.collect(valued.group_by(*KEYS).agg(*asked))


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


def _with_profile(valued: nw.LazyFrame[Any], scale: Scale, scales: Sequence[Scale]) -> nw.LazyFrame[Any]:
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
    whole = nw.col(f"k_{scale.code}") == len(scale.items)
    total = nw.when(whole).then(nw.col(f"s_{scale.code}"))
    asked = [
        total.count().alias(f"c_{scale.code}_n"),
        total.sum().alias(f"c_{scale.code}_s"),
        (total * total).sum().alias(f"c_{scale.code}_q"),
    ]
    for item in scale.items:
        answer = nw.when(whole).then(nw.col(item))
        asked += [answer.sum().alias(f"c_{item}_s"), (answer * answer).sum().alias(f"c_{item}_q")]
    return asked


class _Reading:
    """From the arrays of an engine to counts, means and sums of squared deviations, in the order wanted."""

    def __init__(self, found: Arrays, order: NDArray[np.int64], points: int) -> None:
        self.found, self.order, self.point = found, order, 100.0 / (points - 1)

    def column(self, name: str) -> Floats:
        values = np.asarray(self.found[name], dtype=np.float64)[self.order]
        return np.nan_to_num(values, copy=False)

    def moments(self, name: str, unit: int, lowest: float) -> tuple[Ints, Floats, Floats]:
        """Count, mean in points and sum of squared deviations of values kept in units above `lowest`."""
        n, total, squares = (self.column(f"{name}_{part}") for part in "nsq")
        return n.astype(np.int64), *_centred(n, total, squares, self.point / unit, lowest)


def _centred(n: Floats, total: Floats, squares: Floats, factor: float, lowest: float) -> tuple[Floats, Floats]:
    empty = np.full(n.shape, np.nan)
    mean = np.divide(total, n, out=empty.copy(), where=n > 0)
    spread = np.divide(n * squares - total * total, n, out=empty, where=n > 0)
    return (mean - lowest) * factor, np.maximum(spread, 0.0, where=n > 0, out=spread) * factor**2


def settle(
    found: Arrays, keys: tuple[Ints, Ints, Ints], scales: tuple[Scale, ...], items: tuple[str, ...], points: int
) -> Sums:
    """The sums of an engine as figures in points. keys: the numbers of relationship, wave and side of each row."""
    order = np.lexsort(keys[::-1])
    reading = _Reading(found, order, points)
    per_item = [reading.moments(item, 1, 1.0) for item in items]
    places = {item: place for place, item in enumerate(items)}
    per_scale = [
        per_item[places[scale.items[0]]] if _is_an_item(scale) else reading.moments(f"v_{scale.code}", scale.unit, 0.0)
        for scale in scales
    ]
    whole = [_whole(reading, scale, per_item, places) for scale in dimensions_of(scales)]
    return Sums(
        *(key[order] for key in keys),
        people=reading.column("people").astype(np.int64),
        scales=scales,
        items=items,
        **_stacked(("n", "mean", "ss"), per_scale),
        **_stacked(("item_n", "item_mean", "item_ss"), per_item),
        **_stacked(("complete_n", "item_variance", "total_variance"), whole),
    )


def _stacked(names: tuple[str, ...], columns: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    return {name: np.column_stack([column[rank] for column in columns]) for rank, name in enumerate(names)}


Moments = tuple[Ints, Floats, Floats]


def _whole(reading: _Reading, scale: Scale, per_item: Sequence[Moments], places: dict[str, int]) -> Moments:
    """How many answered the whole dimension, the sum of the variances of its questions, the variance of the total."""
    if len(scale.items) == 1:
        n, _mean, ss = per_item[places[scale.items[0]]]
        variance = _over(ss, n)
        return n, variance, variance
    n, _mean, total = reading.moments(f"c_{scale.code}", 1, 0.0)
    ss = np.zeros(n.shape)
    for item in scale.items:
        sums, squares = reading.column(f"c_{item}_s"), reading.column(f"c_{item}_q")
        ss += _centred(n.astype(np.float64), sums, squares, reading.point, 1.0)[1]
    return n, _over(ss, n), _over(total, n)


def _over(ss: Floats, n: Ints) -> Floats:
    return np.divide(ss, n - 1, out=np.full(ss.shape, np.nan), where=n > 1)
