"""Ranking on several criteria when only the order of their importance is known: stochastic acceptability analysis.

Alternatives have levels on criteria (0 to 1, more is higher); the value of an alternative is the weighted sum of its
levels. People state an order of the criteria, in groups: every criterion of a group weighs at least as much as every
criterion of the groups that follow; inside a group nothing is said. All weights compatible with that order are equally
likely, and so are all levels between the lowest and the highest that people gave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Order = Sequence[Sequence[int]]
DRAWS = 4_000
BLOCK = 2_000_000
# Between these two shares of the compatible weights, the order of criteria does not settle whether one is in or out.
CLEARLY_OUT, CLEARLY_IN = 0.2, 0.8


class Rng(Protocol):
    """What is asked of a generator, as NumPy's."""

    def standard_exponential(self, size: tuple[int, ...]) -> Any: ...

    def uniform(self, low: Any, high: Any, size: tuple[int, ...]) -> Any: ...

    def permuted(self, x: Any, *, axis: int) -> Any: ...


@dataclass(frozen=True)
class Acceptability:
    """The indices of SMAA-2, one row per alternative.

    `matrix` [i, r]: share of the weights and levels that give alternative i rank r + 1. `central_weights` [i]: mean of
    the weights that put it first, NaN when none does. `confidence` [i]: share of the levels that put it first under
    its central weights, NaN likewise.
    """

    matrix: Floats
    central_weights: Floats
    confidence: Floats


@dataclass(frozen=True)
class Robustness:
    """How far each alternative's place depends on the weights: one entry per alternative, ranks from 1.

    `value` and `rank` at the central weights and levels; `low`, `high` the ranks that hold 95 % of the acceptability;
    `share` of the compatible weights and levels for which the rank is within capacity.
    """

    value: Floats
    rank: Whole
    low: Whole
    high: Whole
    share: Floats

    @property
    def fragile(self) -> NDArray[np.bool_]:
        """Neither clearly in nor clearly out."""
        return (self.share > CLEARLY_OUT) & (self.share < CLEARLY_IN)


@dataclass(frozen=True)
class Change:
    """What would carry each alternative over the threshold, in or out. -1 where nothing of the kind would.

    `criterion` and `level`: the smallest move on one criterion; `order` [i]: index in `orders` of the nearest strict
    order of criteria that does it.
    """

    criterion: Whole
    level: Floats
    order: Whole
    orders: tuple[tuple[int, ...], ...]


def central_weights(order: Order) -> Floats:
    """Centroid of the weights compatible with an order of criteria in groups: the weights of SMARTER.

    order: groups of criterion numbers 0..m-1, most important group first, each number once. Returns m weights >= 0
    that sum to 1; those of one group are equal.
    Formula: for a strict order, the k-th weight is `(1/m) * sum(1/i for i = k..m)`; a group shares the mean of its
    places. Source: Barron and Barrett 1996; Edwards and Barron 1994.

    >>> central_weights([[0], [1], [2]]).round(3).tolist()
    [0.611, 0.278, 0.111]
    >>> central_weights([[1], [0, 2]]).round(3).tolist()
    [0.194, 0.611, 0.194]
    """
    count = _checked(order)
    places = np.cumsum(1 / np.arange(count, 0, -1))[::-1] / count
    weights = np.empty(count)
    start = 0
    for group in order:
        weights[list(group)] = places[start : start + len(group)].mean()
        start += len(group)
    return weights


def sample_weights(order: Order, rng: Rng, draws: int = DRAWS) -> Floats:
    """Weights drawn uniformly among those compatible with an order of criteria in groups, (draws, m), rows sum to 1.

    order: as `central_weights`; rng: a NumPy generator; draws >= 1. A point of the simplex is sorted, and each group
    takes its places in any order. Source: Tervonen and Lahdelma 2007.

    >>> drawn = sample_weights([[1], [0, 2]], getattr(np, "random").default_rng(1), 500)
    >>> bool((drawn[:, 1] >= drawn[:, [0, 2]].max(axis=1)).all()), bool(np.allclose(drawn.sum(axis=1), 1))
    (True, True)
    """
    count = _checked(order)
    points = np.sort(rng.standard_exponential((draws, count)), axis=1)[:, ::-1]
    points /= points.sum(axis=1, keepdims=True)
    weights = np.empty((draws, count))
    start = 0
    for group in order:
        weights[:, list(group)] = rng.permuted(points[:, start : start + len(group)], axis=1)
        start += len(group)
    return weights


def sample_levels(low: Floats, high: Floats, rng: Rng, draws: int = DRAWS) -> Floats:
    """Levels drawn uniformly between the lowest and the highest that people gave, (draws, n, m).

    low, high: (n, m) in 0..1, `low <= high`; rng, draws: as `sample_weights`.
    Source: uniform intervals of criteria, Lahdelma and Salminen 2001.

    >>> levels = sample_levels(np.array([[0.5]]), np.array([[0.5]]), getattr(np, "random").default_rng(1), 2)
    >>> levels.ravel().tolist()
    [0.5, 0.5]
    """
    drawn: Floats = rng.uniform(low, high, (draws, *np.shape(low)))
    return drawn


def rank_acceptability(levels: Floats, order: Order, rng: Rng, draws: int = DRAWS) -> Acceptability:
    """Rank acceptabilities, central weights and confidence factors of SMAA-2, by simulation.

    levels: (n, m) when they are certain, else sampled, (draws, n, m); more is better; order, rng, draws: as
    `sample_weights`. Alternatives with equal values share their ranks evenly, so rows and columns of the matrix sum
    to 1. The error of a share p is `sqrt(p (1 - p) / draws)`.
    Source: Lahdelma and Salminen 2001; Tervonen and Lahdelma 2007.

    >>> levels = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> found = rank_acceptability(levels, [[0], [1]], getattr(np, "random").default_rng(1), 200)
    >>> found.matrix.tolist(), found.confidence.tolist()
    ([[1.0, 0.0], [0.0, 1.0]], [1.0, nan])
    """
    weights = sample_weights(order, rng, draws)
    top, bottom = _ranks(_weighted(levels, weights))
    count, rows = top.shape[1], np.arange(top.shape[1])
    steps, part = np.zeros((count, count + 2)), 1.0 / (bottom - top + 1)
    for draw in range(draws):
        steps[rows, top[draw]] += part[draw]
        steps[rows, bottom[draw] + 1] -= part[draw]
    won = np.where(top == 1, part, 0.0)
    favourable = np.full((count, weights.shape[1]), np.nan)
    some = won.sum(axis=0) > 0
    favourable[some] = (won.T @ weights)[some] / won.sum(axis=0)[some, None]
    confidence = np.full(count, np.nan)
    for row in np.nonzero(some)[0].tolist():
        confidence[row] = _first(_weighted(levels, np.repeat(favourable[row][None, :], draws, axis=0)), row)
    return Acceptability(np.cumsum(steps, axis=1)[:, 1 : count + 1] / draws, favourable, confidence)


def robustness(
    low: Floats, middle: Floats, high: Floats, order: Order, capacity: int, rng: Rng, draws: int = DRAWS
) -> Robustness:
    """Value, rank, interval of ranks and share within capacity of each alternative.

    low, middle, high: levels (n, m) in 0..1; middle is what the central rank is computed on; capacity: how many places
    there are, >= 1; order, rng, draws: as `rank_acceptability`. Equal values share the best of their ranks; at the
    threshold they share the places that are left.
    Source: cumulative acceptability of the best ranks, Lahdelma and Salminen 2001.

    >>> levels = np.array([[0.9, 0.9], [0.8, 0.2], [0.2, 0.8]])
    >>> found = robustness(levels, levels, levels, [[0], [1]], 2, getattr(np, "random").default_rng(1), 200)
    >>> found.rank.tolist(), found.share.tolist(), found.fragile.tolist()
    ([1, 2, 3], [1.0, 1.0, 0.0], [False, False, False])
    """
    value = _weighted(middle, central_weights(order)[None, :])[0]
    tops, bottoms, share = [], [], np.zeros(len(low))
    for weights in _blocks(sample_weights(order, rng, draws), low.size):
        top, bottom = _ranks(_values(low, high, weights, rng))
        share += np.clip((capacity + 1 - top) / (bottom - top + 1), 0, 1).sum(axis=0)
        tops.append(top.astype(np.uint16 if len(low) < 65_536 else np.int32))
        bottoms.append(bottom.astype(tops[0].dtype))
    best, worst = _quantile(tops, 0.025), _quantile(bottoms, 0.975)
    rank = _ranks(value[None, :])[0][0]
    return Robustness(value, rank, np.minimum(best, rank), np.maximum(worst, rank), share / draws)


def what_would_change(middle: Floats, order: Order, capacity: int, steps: int = 4) -> Change:
    """The smallest change that takes each alternative across the threshold of capacity, everything else being equal.

    middle: levels (n, m) in 0..1; steps: how many steps a scale has between 0 and 1; order, capacity: as `robustness`.
    Those within capacity are asked what would make them leave, the others what would make them enter. The nearest
    order is the strict order of criteria with the fewest inversions from the stated one, at its central weights.

    >>> levels = np.array([[1.0, 0.5], [0.5, 0.5], [0.5, 0.0]])
    >>> found = what_would_change(levels, [[0], [1]], 1)
    >>> found.criterion.tolist(), found.level.tolist()
    ([0, 0, -1], [0.25, 1.0, -1.0])
    """
    weights = central_weights(order)
    value = _weighted(middle, weights[None, :])[0]
    inside = _ranks(value[None, :])[0][0] <= capacity
    criterion, level = _nearest_level(middle, weights, value, inside, capacity, steps)
    orders = _orders(order)
    crossed = np.stack(
        [
            (_ranks(_weighted(middle, central_weights([[one] for one in strict])[None, :]))[0][0] <= capacity) != inside
            for strict in orders
        ]
    )
    nearest = np.where(crossed.any(axis=0), crossed.argmax(axis=0), -1)
    return Change(criterion, level, nearest, orders)


def _nearest_level(
    middle: Floats, weights: Floats, value: Floats, inside: NDArray[np.bool_], capacity: int, steps: int
) -> tuple[Whole, Floats]:
    """For each alternative, the criterion with the fewest whole steps to the threshold, and the level reached."""
    count = len(value)
    ordered = np.sort(value)[::-1]
    to_enter = ordered[min(capacity, count) - 1]
    to_leave = ordered[capacity] if capacity < count else -np.inf
    gap = np.where(inside, to_leave - value, to_enter - value)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = np.abs(gap) * steps / weights[None, :]
    # Coming level with the last one in is enough to enter; leaving takes falling below the first one out.
    whole = np.where(inside[:, None], np.floor(needed + 1e-9) + 1, np.maximum(1, np.ceil(needed - 1e-9)))
    sign = np.where(inside, -1, 1)[:, None]
    reached = np.round(middle * steps) + sign * whole
    possible = (reached >= 0) & (reached <= steps) & np.isfinite(gap)
    cost = np.where(possible, whole - weights[None, :] / 100, np.inf)
    chosen = cost.argmin(axis=1)
    rows = np.arange(count)
    some = np.isfinite(cost[rows, chosen])
    return np.where(some, chosen, -1), np.where(some, reached[rows, chosen] / steps, -1.0)


def _orders(order: Order) -> tuple[tuple[int, ...], ...]:
    """Every strict order of the criteria, those nearest to the stated one first."""
    group = {one: place for place, members in enumerate(order) for one in members}

    def inversions(strict: tuple[int, ...]) -> int:
        return sum(group[a] > group[b] for i, a in enumerate(strict) for b in strict[i + 1 :])

    return tuple(sorted(permutations(range(len(group))), key=lambda strict: (inversions(strict), strict)))


def _checked(order: Order) -> int:
    flat = [one for group in order for one in group]
    if not flat or sorted(flat) != list(range(len(flat))) or not all(order):
        raise ValueError("an order names each criterion once, in groups that are not empty")
    return len(flat)


def _blocks(weights: Floats, size: int) -> list[Floats]:
    return np.array_split(weights, max(1, min(len(weights), -(-len(weights) * size // BLOCK))))


def _values(low: Floats, high: Floats, weights: Floats, rng: Rng) -> Floats:
    """(draws, n): the levels are drawn anew for each weights, only where they are uncertain."""
    values = _weighted(low, weights)
    for row, column in zip(*np.nonzero(high > low), strict=True):
        drawn = rng.uniform(0.0, high[row, column] - low[row, column], (len(weights),))
        values[:, row] += drawn * weights[:, column]
    return values


def _weighted(levels: Floats, weights: Floats) -> Floats:
    """(draws, n): sum over criteria, in one fixed order, so that equal rows have exactly equal values."""
    values = np.zeros((len(weights), levels.shape[-2]))
    for column in range(levels.shape[-1]):
        values += weights[:, column, None] * levels[..., column]
    return np.round(values, 12)


def _ranks(values: Floats) -> tuple[Whole, Whole]:
    """(draws, n) twice: the first and the last of the ranks that each alternative shares with its equals."""
    count = values.shape[1]
    places = np.arange(1, count + 1)
    top, bottom = np.empty(values.shape, dtype=np.int64), np.empty(values.shape, dtype=np.int64)
    for draw, line in enumerate(values):
        descending = np.argsort(-line)
        ordered = line[descending]
        starts = np.concatenate(([True], ordered[1:] != ordered[:-1]))
        ends = np.concatenate((starts[1:], [True]))
        top[draw, descending] = np.maximum.accumulate(np.where(starts, places, 0))
        bottom[draw, descending] = np.minimum.accumulate(np.where(ends, places, count)[::-1])[::-1]
    return top, bottom


def _first(values: Floats, row: int) -> float:
    top, bottom = _ranks(values)
    return float(np.where(top[:, row] == 1, 1.0 / (bottom[:, row] - top[:, row] + 1), 0.0).mean())


def _quantile(blocks: list[Any], share: float) -> Whole:
    """The rank below or at which that share of the draws lies."""
    ranks = np.concatenate(blocks)
    place = min(len(ranks) - 1, max(0, int(np.ceil(share * len(ranks))) - 1))
    found: Whole = np.partition(ranks, place, axis=0)[place].astype(np.int64)
    return found
