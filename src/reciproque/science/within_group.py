"""Do the people of one group answer alike? Agreement inside each group, and what chance alone would give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import accumulate
from math import comb
from operator import add
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from reciproque.science.values import Undefined

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Null = Literal["uniform", "slight_skew"]
Index = Literal["rwg", "rwg_j", "r_star_wg_j", "a_wg", "ad_mean", "ad_median"]

ALONE = "fewer than two people answered an item"
AT_AN_END = "the mean is too near an end of the scale for a_wg"
# Variance of chance answers that lean a little to one side, by number of points (LeBreton and Senter 2008).
SLIGHT_SKEW = {5: 1.34, 6: 1.85, 7: 2.90}
MOST_WAYS = 2_000_000
SAME = 1e-9  # figures nearer than this are one figure


@dataclass(frozen=True)
class Agreement:
    """All indices by group, in the order of `groups` (sorted); n people with an answer; `reasons` says why a NaN."""

    groups: NDArray[Any]
    n: IntArray
    rwg_j: FloatArray
    r_star_wg_j: FloatArray
    a_wg: FloatArray
    ad_mean: FloatArray
    ad_median: FloatArray
    reasons: tuple[str | None, ...]


@dataclass(frozen=True)
class _Answers:
    """Every answer given, in the cell of its group and item; arrays of cells are groups x items."""

    groups: NDArray[Any]
    n: IntArray
    cell: IntArray
    values: FloatArray
    count: FloatArray
    mean: FloatArray

    def summed(self, what: FloatArray) -> FloatArray:
        return np.bincount(self.cell, what, self.count.size).reshape(self.count.shape).astype(np.float64)


def rwg(scores: ArrayLike, groups: ArrayLike, points: int, null: Null = "uniform") -> FloatArray:
    """Agreement on one score: 1 when all agree, 0 when they spread as much as chance answers, or more.

    scores: one per person, 1..points, NaN = missing; groups: one label per person; points: of the scale, at least 2.
    null: chance answers spread evenly, or with a slight skew (5, 6 or 7 points only). Returns 0..1 in the order of the
    sorted labels, NaN under two answers. Formula: `1 - s2 / chance`, never under 0, as R multilevel and its authors
    do; `r_star_wg_j` keeps the sign. Source: James, Demaree and Wolf (1984).

    >>> rwg([5, 5, 4, 1, 5, 3], ["a", "a", "a", "b", "b", "b"], 5).round(3).tolist()
    [0.833, 0.0]
    """
    answers = _answers(np.reshape(np.asarray(scores), (-1, 1)), groups, points)
    return np.maximum(1.0 - _mean_variance(answers) / chance_variance(points, null), 0.0)


def rwg_j(items: ArrayLike, groups: ArrayLike, points: int, null: Null = "uniform") -> FloatArray:
    """Agreement on the mean of J items.

    items: people x items, 1..points, NaN = missing; each item counts with the answers given to it, and is left out of
    a group where fewer than two people answered it. Returns 0..1 by sorted label, NaN without any such item.
    Formula: `J (1 - S) / (J (1 - S) + S)`, S the mean variance of the items over that of chance, at most 1.
    It rises with J. Source: James, Demaree and Wolf (1984, 1993).

    >>> rwg_j([[5, 4], [5, 4], [4, 4], [1, 2], [5, 4], [3, 1]], ["a", "a", "a", "b", "b", "b"], 5).round(3).tolist()
    [0.957, 0.0]
    """
    return _james(_answers(items, groups, points), chance_variance(points, null))


def r_star_wg_j(items: ArrayLike, groups: ArrayLike, points: int) -> FloatArray:
    """Agreement on J items, not inflated by their number; negative when answers spread more than chance.

    items, groups, points: as `rwg_j`. Returns at most 1. Formula: `1 - mean item variance / ((A^2 - 1) / 12)`.
    Source: Lindell, Brandt and Whitney (1999).

    >>> r_star_wg_j([[5, 4], [5, 4], [4, 4], [1, 2], [5, 4], [3, 1]], list("aaabbb"), 5).round(3).tolist()
    [0.917, -0.583]
    """
    return 1.0 - _mean_variance(_answers(items, groups, points)) / chance_variance(points)


def a_wg(items: ArrayLike, groups: ArrayLike, points: int) -> FloatArray:
    """Agreement against the widest spread possible around the same mean; mean over the items where it exists.

    items, groups, points: as `rwg_j`. Returns -1..1, NaN when, for every item, the mean is so near an end of the scale
    that the widest spread cannot be told. Formula: `1 - 2 s2 (n - 1) / (n ((H + L) m - m^2 - H L))`, L and H the ends.
    Source: Brown and Hauenstein (2005).

    >>> a_wg([[3, 4], [3, 5], [4, 4], [1, 2], [5, 4], [3, 1]], list("aaabbb"), 5).round(3).tolist()
    [0.886, -0.104]
    """
    return _over_items(_brown(_answers(items, groups, points), points))


def ad_mean(items: ArrayLike, groups: ArrayLike, points: int | None = None) -> FloatArray:
    """How far people are, on average, from the mean of their group, in points of the scale; mean over items.

    items, groups, points: as `rwg_j`; the figure does not need `points`, which only refuses answers off the scale.
    Returns 0 (all agree) to (points - 1) / 2, NaN under two answers.
    Source: Burke, Finkelstein and Dusig (1999).

    >>> ad_mean([[5, 4], [5, 4], [4, 4], [1, 2], [5, 4], [3, 1]], list("aaabbb"), 5).round(3).tolist()
    [0.222, 1.222]
    """
    answers = _answers(items, groups, points)
    return _over_items(_spread(answers, answers.mean))


def ad_median(items: ArrayLike, groups: ArrayLike, points: int | None = None) -> FloatArray:
    """The same about the median of the group: one person far away weighs less.

    items, groups, points: as `ad_mean`. Returns 0..(points - 1) / 2, NaN under two answers.
    Source: Burke, Finkelstein and Dusig (1999).

    >>> ad_median([[5, 4], [5, 4], [4, 4], [1, 2], [5, 4], [3, 1]], list("aaabbb"), 5).round(3).tolist()
    [0.167, 1.167]
    """
    answers = _answers(items, groups, points)
    return _over_items(_spread(answers, _medians(answers)))


def agreement(items: ArrayLike, groups: ArrayLike, points: int) -> Agreement:
    """Every index for every group, in one pass: 1,000,000 answers in a fraction of a second.

    items: people x items (or one score per person), 1..points, NaN = missing; groups: one label per person, in any
    order; points: of the scale. Each array follows the sorted labels; see the functions of the same names.

    >>> found = agreement([[3, 4], [3, 4], [4, 4], [1, 2]], ["a", "a", "a", "b"], 5)
    >>> found.n.tolist(), found.ad_mean.round(3).tolist(), found.reasons
    ([3, 1], [0.222, nan], (None, 'fewer than two people answered an item'))
    """
    answers = _answers(items, groups, points)
    chance = chance_variance(points)
    awg, ad = _over_items(_brown(answers, points)), _over_items(_spread(answers, answers.mean))
    gaps = zip(np.isnan(ad), np.isnan(awg), strict=True)
    return Agreement(
        groups=answers.groups,
        n=answers.n,
        rwg_j=_james(answers, chance),
        r_star_wg_j=1.0 - _mean_variance(answers) / chance,
        a_wg=awg,
        ad_mean=ad,
        ad_median=_over_items(_spread(answers, _medians(answers))),
        reasons=tuple(ALONE if alone else AT_AN_END if end else None for alone, end in gaps),
    )


def chance_variance(points: int, null: Null = "uniform") -> float:
    """Variance of answers given by chance, in squared points of the scale.

    points: at least 2. Uniform: `(A^2 - 1) / 12`; a slight skew is tabulated for 5, 6 and 7 points.

    >>> chance_variance(7), chance_variance(7, "slight_skew")
    (4.0, 2.9)
    """
    if points < 2:
        raise ValueError("a scale has at least 2 points")
    if null == "uniform":
        return (points**2 - 1) / 12
    if points not in SLIGHT_SKEW:
        raise ValueError("the slight skew is known for scales of 5, 6 and 7 points")
    return SLIGHT_SKEW[points]


def null_probability(index: Index, value: float, n: int, points: int, items: int = 1) -> float:
    """Chance that n people who answer by chance agree at least this much: AD of `value` or less, others or more.

    n: people in the group; points: of the scale, all equally likely; items: answered independently. Exact: all the
    ways n answers can spread over the points are counted, then convolved over the items. Returns 0..1; undefined with
    fewer than two people, or beyond 2,000,000 ways (30 people on 7 points). a_wg: one item only, and an answer for
    which it is undefined counts as disagreement.
    Source: exact form of the simulations of Dunlap, Burke and Smith-Crowe (2003).

    >>> null_probability("rwg", 0.70, 3, 5), round(null_probability("ad_mean", 5 / 6, 3, 5), 3)
    (0.232, 0.376)
    """
    chance = _chance(index, n, points, items)
    if isinstance(chance, Undefined):
        return chance
    values, probabilities = chance
    agreeing = values <= value + SAME if index.startswith("ad_") else values >= value - SAME
    return round(float(probabilities[agreeing].sum()), 12)


def null_quantile(index: Index, n: int, points: int, items: int = 1, level: float = 0.95) -> float:
    """The least agreement that chance reaches in at most 1 - level of cases: beyond it, people truly agree.

    index, n, points, items: as `null_probability`. Returns a value of the index (for AD, the largest such value);
    undefined when even full agreement is not that rare.

    >>> [round(null_quantile("rwg", n, 5), 3) for n in (3, 4, 5, 8, 12)]
    [1.0, 1.0, 0.85, 0.607, 0.455]
    """
    chance = _chance(index, n, points, items)
    if isinstance(chance, Undefined):
        return chance
    values, probabilities = chance
    best_first = np.argsort(values if index.startswith("ad_") else -values, kind="stable")
    values, reached = values[best_first], np.cumsum(probabilities[best_first])
    last_of_value = np.append(np.abs(np.diff(values)) > SAME, True)
    rare = last_of_value & (reached <= 1 - level + SAME)
    return float(values[rare][-1]) if rare.any() else Undefined("chance alone often gives full agreement")


def _answers(items: ArrayLike, groups: ArrayLike, points: int | None) -> _Answers:
    if points is not None:
        chance_variance(points)
    table, labels = np.asarray(items, dtype=np.float64), np.asarray(groups)
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2 or labels.shape != (len(table),):
        raise ValueError("people x items and one group label per person are expected")
    names, group = np.unique(labels, return_inverse=True)
    order = np.argsort(group, kind="stable")
    table, group = table[order], group[order]
    given = ~np.isnan(table)
    cell, values = (group[:, None] * table.shape[1] + np.arange(table.shape[1]))[given], table[given]
    if points is not None and values.size and (values.min() < 1 or values.max() > points):
        raise ValueError(f"answers lie between 1 and {points}, or are missing")
    shape = (len(names), table.shape[1])
    count = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)
    total = np.bincount(cell, values, count.size).reshape(shape)
    people = np.bincount(group[given.any(axis=1)], minlength=shape[0])
    return _Answers(names, people, cell, values, count, total / np.where(count, count, np.nan))


def _over_items(by_item: FloatArray) -> FloatArray:
    """Mean over the items that have a figure; NaN without any."""
    known = ~np.isnan(by_item)
    count = known.sum(axis=1)
    mean: FloatArray = np.where(known, by_item, 0.0).sum(axis=1) / np.where(count, count, np.nan)
    return mean


def _variance(answers: _Answers) -> FloatArray:
    squares = answers.summed((answers.values - answers.mean.ravel()[answers.cell]) ** 2)
    return squares / np.where(answers.count >= 2, answers.count - 1, np.nan)


def _mean_variance(answers: _Answers) -> FloatArray:
    return _over_items(_variance(answers))


def _james(answers: _Answers, chance: float) -> FloatArray:
    spread = np.minimum(_mean_variance(answers) / chance, 1.0)
    agreed = (answers.count >= 2).sum(axis=1) * (1.0 - spread)
    index: FloatArray = agreed / (agreed + spread)
    return index


def _brown(answers: _Answers, points: int) -> FloatArray:
    count, mean = answers.count, answers.mean
    total, ends = mean * count, 1 + points
    widest = ends * mean - mean**2 - points
    told = (count >= 2) & (total >= ends + count - 2 - SAME) & (total <= points * (count - 1) + 1 + SAME)
    ratio = 2 * _variance(answers) * (count - 1) / (count * np.where(told, widest, np.nan))
    at_an_end = (count >= 2) & ((total <= count + SAME) | (total >= points * count - SAME))
    return np.where(at_an_end, 1.0, 1.0 - ratio)


def _spread(answers: _Answers, middle: FloatArray) -> FloatArray:
    """Mean distance to a middle, by group and item."""
    distance = answers.summed(np.abs(answers.values - middle.ravel()[answers.cell]))
    return distance / np.where(answers.count >= 2, answers.count, np.nan)


def _medians(answers: _Answers) -> FloatArray:
    ordered = answers.values[np.lexsort((answers.values, answers.cell))]
    count = answers.count.ravel().astype(np.int64)
    known = count > 0
    first = (np.cumsum(count) - count)[known]
    medians = np.full(count.size, np.nan)
    medians[known] = (ordered[first + (count[known] - 1) // 2] + ordered[first + count[known] // 2]) / 2
    return medians.reshape(answers.count.shape)


def _chance(index: Index, n: int, points: int, items: int) -> tuple[FloatArray, FloatArray] | Undefined:
    """Values of an index under answers by chance, in no order, and their probabilities."""
    if index not in get_args(Index) or items < 1:
        raise ValueError(f"an index among {', '.join(get_args(Index))}, and at least one item, are expected")
    chance = chance_variance(points)
    if n < 2:
        return Undefined("fewer than two people")
    if comb(n + points - 1, points - 1) > MOST_WAYS:
        return Undefined("too many people to count every way of answering")
    if index == "a_wg":
        return _chance_brown(n, points) if items == 1 else Undefined("a_wg by chance is known for one item only")
    law = _law(index if index.startswith("ad_") else "variance", n, points)
    whole = law
    for _ in range(items - 1):
        whole = np.convolve(whole, law)
    sums = np.flatnonzero(whole) / items
    if index == "ad_mean":
        return sums / n**2, whole[whole > 0]
    if index == "ad_median":
        return sums / (2 * n), whole[whole > 0]
    spread = sums / (n * (n - 1)) / chance
    if index == "r_star_wg_j":
        return 1.0 - spread, whole[whole > 0]
    agreed = items * (1.0 - np.minimum(spread, 1.0))
    return agreed / (agreed + np.minimum(spread, 1.0)), whole[whole > 0]


@lru_cache(maxsize=64)
def _law(statistic: str, n: int, points: int) -> FloatArray:
    """Probabilities of 0, 1, 2... of a whole-number measure of spread of n chance answers to one item."""
    counts, chances = _vectors(n, points)
    total, squares = _moments(counts)
    if statistic == "variance":
        spread = n * squares - total**2
    elif statistic == "ad_mean":
        spread = _sum(count * np.abs(n * point - total) for point, count in enumerate(counts, 1))
    else:
        reached = list(accumulate(counts))
        twice = 2 + _sum(np.add(r <= (n - 1) // 2, r <= n // 2, dtype=np.int64) for r in reached)
        spread = _sum(count * np.abs(2 * point - twice) for point, count in enumerate(counts, 1))
    law = np.bincount(spread, chances).astype(np.float64)
    law.setflags(write=False)
    return law


def _chance_brown(n: int, points: int) -> tuple[FloatArray, FloatArray]:
    counts, chances = _vectors(n, points)
    total, squares = _moments(counts)
    mean = total / n
    told = (total >= n - 1 + points) & (total <= points * (n - 1) + 1)
    widest = np.where(told, (1 + points) * mean - mean**2 - points, np.nan)
    values = 1.0 - 2 * (squares / n - mean**2) / widest
    values[(counts[0] == n) | (counts[-1] == n)] = 1.0
    known = ~np.isnan(values)
    return values[known], chances[known]


def _vectors(n: int, points: int) -> tuple[list[IntArray], FloatArray]:
    """All the ways n answers can spread over the points, one array of counts per point, and the chance of each way."""
    counts: list[IntArray] = []
    left = np.array([n])
    for _ in range(points - 1):
        sizes = left + 1
        chosen = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        counts = [*(np.repeat(count, sizes) for count in counts), chosen]
        left = np.repeat(left, sizes) - chosen
    counts.append(left)
    logs = gammaln(np.arange(n + 1) + 1.0)
    chances = np.full(len(left), logs[n] - n * np.log(points))
    for count in counts:
        chances -= logs[count]
    return counts, np.exp(chances)


def _moments(counts: list[IntArray]) -> tuple[IntArray, IntArray]:
    """Sum of the answers, and of their squares, in each way."""
    return (
        _sum(point * count for point, count in enumerate(counts, 1)),
        _sum(point**2 * count for point, count in enumerate(counts, 1)),
    )


def _sum(parts: Iterator[IntArray]) -> IntArray:
    return reduce(add, parts)
