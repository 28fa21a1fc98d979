"""The correlation of two leanings of which only answers on a scale are seen."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri, owens_t

FloatArray = NDArray[np.float64]
EDGE = 0.9999  # answers that always go together have no correlation of maximum likelihood: it is held here


@dataclass(frozen=True)
class Ordinal:
    """One item: each person's category (0, 1, ...), the steps between categories, and the thresholds below them."""

    codes: NDArray[np.int64]
    steps: FloatArray
    shares: FloatArray
    thresholds: FloatArray


def ordinal(answers: ArrayLike) -> Ordinal:
    """An item seen as a cut leaning: thresholds are normal quantiles of the cumulated shares.

    answers: one per person, none missing. Categories that nobody chose do not exist.

    >>> ordinal([1, 2, 2, 4]).steps.tolist()
    [1.0, 2.0]
    """
    values, codes, counts = np.unique(np.asarray(answers, dtype=np.float64), return_inverse=True, return_counts=True)
    shares = counts / counts.sum()
    return Ordinal(codes, np.diff(values), shares, ndtri(np.cumsum(counts)[:-1] / counts.sum()))


def both_below(h: ArrayLike, k: ArrayLike, correlation: float) -> FloatArray:
    """Probability that two standard normal variables with this correlation lie below h and k.

    h, k: arrays of one shape; correlation: -1..1. Source: Owen (1956).

    >>> round(float(both_below(0.0, 0.0, 0.5)), 6)
    0.333333
    """
    one, other = np.broadcast_arrays(np.asarray(h, dtype=np.float64), np.asarray(k, dtype=np.float64))
    if abs(correlation) > 1.0 - 1e-12:
        lower, upper = ndtr(one) + ndtr(other) - 1.0, np.minimum(ndtr(one), ndtr(other))
        edge: FloatArray = upper if correlation > 0 else np.maximum(lower, 0.0)
        return edge
    one, other = (np.where(x == 0.0, 1e-300, x) for x in (one, other))
    root = np.sqrt(1.0 - correlation**2)
    parts = owens_t(one, (other / one - correlation) / root) + owens_t(other, (one / other - correlation) / root)
    below: FloatArray = (ndtr(one) + ndtr(other)) / 2 - parts - np.where((one < 0) != (other < 0), 0.5, 0.0)
    return below


def polychoric(items: ArrayLike) -> FloatArray:
    """Correlations between the leanings behind the items, two by two.

    items: people x items, few distinct answers; people with a missing answer are left out. Returns items x items,
    -1..1; NaN beside an item that never varies. Two-step maximum likelihood: thresholds from the shares of each
    item, then the correlation from the table of each pair. Source: Olsson (1979).

    >>> polychoric([[1, 1], [1, 2], [2, 2], [3, 3], [3, 2], [2, 1]]).round(4).tolist()
    [[1.0, 0.735], [0.735, 1.0]]
    """
    table = np.asarray(items, dtype=np.float64)
    table = table[~np.isnan(table).any(axis=1)]
    columns = [ordinal(column) for column in table.T]
    found = np.eye(len(columns))
    for i, j in combinations(range(len(columns)), 2):
        found[i, j] = found[j, i] = _correlation(columns[i], columns[j])
    return found


def precision(one: Ordinal, other: Ordinal, correlation: float) -> float:
    """One over the sampling variance of a polychoric correlation, thresholds being estimated too.

    Both items from the same people; correlation: theirs, inside the edges. Returns 0 when it cannot be told.
    Source: Muthen (1984), with the outer products of scores.

    >>> a, b = ordinal([1, 1, 2, 3, 3, 2]), ordinal([1, 2, 2, 3, 2, 1])
    >>> round(precision(a, b, 0.735), 2)
    8.01
    """
    counts = _counts(one, other)
    chances, slopes = _cells(one, other, correlation)
    seen = counts > 0
    safe = np.where(seen, chances, 1.0)
    score = np.where(seen, slopes / safe, 0.0)
    own = _threshold_part(one, other, correlation, counts, score, safe)
    its = _threshold_part(other, one, correlation, counts.T, score.T, safe.T)
    influence = score - own[:, None] - its[None, :]
    spread = float((counts * influence**2).sum())
    return float((counts * score**2).sum() ** 2) / spread if spread > 0 else 0.0


def _counts(one: Ordinal, other: Ordinal) -> FloatArray:
    shape = (len(one.shares), len(other.shares))
    return np.bincount(one.codes * shape[1] + other.codes, minlength=shape[0] * shape[1]).reshape(shape).astype(float)


def _cells(one: Ordinal, other: Ordinal, correlation: float) -> tuple[FloatArray, FloatArray]:
    """Chance of each pair of categories, and its slope along the correlation."""
    h, k = one.thresholds[:, None], other.thresholds[None, :]
    below = np.zeros((len(one.shares) + 1, len(other.shares) + 1))
    below[1:-1, 1:-1] = both_below(h, k, correlation)
    below[1:, -1], below[-1, 1:] = np.cumsum(one.shares), np.cumsum(other.shares)
    slope = np.zeros_like(below)
    free = 1.0 - correlation**2
    slope[1:-1, 1:-1] = np.exp((2 * correlation * h * k - h**2 - k**2) / (2 * free)) / (2 * np.pi * np.sqrt(free))
    chances, slopes = (np.diff(np.diff(grid, axis=0), axis=1) for grid in (below, slope))
    return np.maximum(chances, 1e-300), slopes


def _correlation(one: Ordinal, other: Ordinal) -> float:
    """Where the slope of the likelihood of the pair's table is 0.

    Looked for from 0 outwards: far on the wrong side, what was seen has no chance left but the noise of the arithmetic.
    """
    from scipy.optimize import brentq  # heavy, and no page needs it

    if min(len(one.shares), len(other.shares)) < 2:
        return float("nan")
    counts = _counts(one, other)
    seen = counts > 0

    def slope(correlation: float) -> float:
        chances, slopes = _cells(one, other, correlation)
        return float((counts[seen] * slopes[seen] / chances[seen]).sum())

    towards, near = 1.0 if slope(0.0) > 0 else -1.0, 0.0
    for far in (0.5, 0.9, 0.99, 0.999, EDGE):
        if towards * slope(towards * far) <= 0:
            return float(brentq(slope, towards * near, towards * far, xtol=1e-13))
        near = far
    return towards * EDGE


def _threshold_part(
    one: Ordinal, other: Ordinal, correlation: float, counts: FloatArray, score: FloatArray, chances: FloatArray
) -> FloatArray:
    """What the sampling of the thresholds of `one` adds to the score of the correlation, by its category."""
    cut = one.thresholds
    density = np.exp(-(cut**2) / 2) / np.sqrt(2 * np.pi)
    bounds = np.concatenate([[-np.inf], other.thresholds, [np.inf]])
    between = np.diff(ndtr((bounds - correlation * cut[:, None]) / np.sqrt(1 - correlation**2)), axis=1)
    rows = np.arange(len(cut))
    alone = np.zeros((len(one.shares), len(cut)))
    alone[rows, rows], alone[rows + 1, rows] = density / one.shares[:-1], -density / one.shares[1:]
    edge = density[:, None] * between
    cross = (counts * score / chances)[:-1] * edge - (counts * score / chances)[1:] * edge
    information = alone.T @ (counts.sum(axis=1)[:, None] * alone)
    part: FloatArray = alone @ np.linalg.solve(information, cross.sum(axis=1))
    return part
