"""How much of a scale's score is the thing measured, rather than the accident of its questions."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import exp, sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import fdtri, ndtr, ndtri

from reciproque.science.one_factor import fit_answers
from reciproque.science.polychoric import EDGE, Ordinal, both_below, ordinal, polychoric, precision
from reciproque.science.values import Undefined

FloatArray = NDArray[np.float64]

FEW_ITEMS = "fewer than two items"
FEW_PEOPLE = "fewer than two people answered every item"
CONSTANT = "everybody gave the same answer to an item"
NO_TOTAL = "the total score does not vary"
NO_FACTOR = "one factor needs at least three items"
TOO_ALIKE = "answers are too few, or too alike, for the correlations behind them"
MORE_PEOPLE = "one factor needs more people than items"
UNSHARED = "two items were never answered by the same two people"


@dataclass(frozen=True)
class Interval:
    """An interval of confidence; both ends are undefined, with the same reason, when the figure is."""

    low: float
    high: float


def cronbach_alpha(items: ArrayLike, missing: Literal["complete", "pairwise"] = "complete") -> float:
    """Cronbach's alpha, the usual reliability of the sum or mean of several items.

    items: people x items, already keyed in one direction, NaN = missing. missing: "complete" leaves out people with a
    missing answer; "pairwise" takes each covariance over those who answered both items (`raw_alpha` of psych::alpha on
    incomplete data). Returns at most 1, negative when items contradict each other; undefined with a reason.
    Formula: `k / (k - 1) * (1 - sum of item variances / variance of the total)`. Source: Cronbach (1951).

    >>> round(cronbach_alpha([[1, 2, 2], [3, 3, 4], [4, 5, 4], [2, 2, 3]]), 4)
    0.9388
    """
    covariance = _covariance(_table(items), missing)
    return covariance if isinstance(covariance, Undefined) else _alpha(covariance)


def alpha_interval(items: ArrayLike, method: Literal["feldt", "bonett"] = "feldt", level: float = 0.95) -> Interval:
    """Confidence interval of Cronbach's alpha, on the people who answered every item.

    items: people x items, NaN = missing; level: 0..1. "feldt": `1 - (1 - alpha) * F`, F quantiles with n - 1 and
    (n - 1)(k - 1) degrees of freedom (Feldt, Woodruff and Salih 1987). "bonett":
    `1 - (1 - alpha) * exp(+-z * sqrt(2k / ((k - 1)(n - 2))))` (Bonett 2002). Both assume normal answers.

    >>> found = alpha_interval([[1, 2, 2], [3, 3, 4], [4, 5, 4], [2, 2, 3]])
    >>> round(found.low, 3), round(found.high, 3)
    (0.596, 0.996)
    """
    if not 0 < level < 1:
        raise ValueError("a level lies between 0 and 1")
    table = _complete(_table(items))
    alpha, (people, count) = cronbach_alpha(table), table.shape
    if isinstance(alpha, Undefined):
        return Interval(alpha, alpha)
    tail = (1 - level) / 2
    if method == "feldt":
        narrow, wide = (float(fdtri(people - 1, (people - 1) * (count - 1), p)) for p in (tail, 1 - tail))
    elif people < 3:
        undefined = Undefined("fewer than three people answered every item")
        return Interval(undefined, undefined)
    else:
        wide = exp(float(ndtri(1 - tail)) * sqrt(2 * count / ((count - 1) * (people - 2))))
        narrow = 1 / wide
    return Interval(1 - (1 - alpha) * wide, 1 - (1 - alpha) * narrow)


def omega_total(items: ArrayLike) -> float:
    """McDonald's omega of one factor: reliability of the total when items carry unequal parts of it.

    items: people x at least 3 items, keyed in one direction, NaN = missing (each person counts with the answers given,
    by full information maximum likelihood). Returns 0..1, undefined with a reason. An item whose own variance would
    turn negative (Heywood) has it held just above 0. Formula: `(sum l)^2 / ((sum l)^2 + sum u)`, l loadings and u
    uniquenesses. Source: McDonald (1999).

    >>> round(omega_total([[1, 2, 2], [3, 3, 4], [4, 5, 4], [2, 2, 3], [3, 4, 5], [5, 4, 5]]), 4)
    0.9314
    """
    table = _table(items)
    table = table[~np.isnan(table).all(axis=1)]
    reason = _no_factor(table)
    if reason is None and isinstance(_covariance(table, "pairwise"), Undefined):
        reason = UNSHARED
    if reason is not None:
        return Undefined(reason)
    factor = fit_answers(table)
    common = factor.loadings.sum() ** 2
    return float(common / (common + factor.uniquenesses.sum()))


def ordinal_alpha(items: ArrayLike) -> float:
    """Alpha of the leanings behind the answers: a diagnostic, not the reliability of the score in use.

    items: people x items, few distinct answers, complete people only. Returns at most 1, undefined with a reason.
    Formula: alpha of the polychoric correlations. Source: Zumbo, Gadermann and Zeisser (2007).

    >>> round(ordinal_alpha([[1, 1, 2], [1, 2, 1], [2, 2, 2], [3, 3, 3], [3, 2, 3], [2, 1, 1]]), 4)
    0.9123
    """
    table = _complete(_table(items))
    covariance = _covariance(table, "complete")
    return covariance if isinstance(covariance, Undefined) else _alpha(polychoric(table))


def categorical_omega(items: ArrayLike) -> float:
    """Omega of Green and Yang: reliability of the score in use when answers are a few steps of a scale.

    items: people x at least 3 items, few distinct answers, complete people only. Returns 0..1, undefined with a reason.
    One factor is fitted to the polychoric correlations, each weighted by its precision; then
    `var(part due to the factor) / var(total)`, both as sums of normal probabilities over pairs of thresholds.
    Source: Green and Yang (2009).

    >>> answers = [[1, 1, 2], [1, 2, 1], [2, 2, 2], [3, 3, 3], [3, 2, 3], [2, 1, 1], [2, 3, 2]]
    >>> round(categorical_omega(answers), 4)
    0.8197
    """
    table = _complete(_table(items))
    reason = _no_factor(table)
    if reason is not None:
        return Undefined(reason)
    columns = [ordinal(column) for column in table.T]
    seen = polychoric(table)
    if np.abs(seen - np.eye(len(seen))).max() >= EDGE:
        return Undefined(TOO_ALIKE)
    loadings = _weighted_loadings(seen, columns)
    shared = total = 0.0
    for i, one in enumerate(columns):
        shared += _covered(one, one, min(loadings[i] ** 2, 1.0))
        total += _covered(one, one, 1.0)
    for i, j in combinations(range(len(columns)), 2):
        shared += 2 * _covered(columns[i], columns[j], loadings[i] * loadings[j])
        total += 2 * _covered(columns[i], columns[j], seen[i, j])
    return shared / total if 0 <= shared <= total else Undefined(TOO_ALIKE)


def spearman_brown(items: ArrayLike) -> float:
    """Reliability of the mean of two items.

    items: people x 2 items, complete people only. Returns at most 1, undefined with a reason.
    Formula: `2 r / (1 + r)`. Source: Spearman (1910), Brown (1910); advised for two items by Eisinga et al. (2013).

    >>> round(spearman_brown([[1, 2], [2, 2], [4, 3], [5, 5]]), 4)
    0.9494
    """
    table = _table(items)
    if table.shape[1] != 2:
        raise ValueError("two items are expected")
    covariance = _covariance(table, "complete")
    if isinstance(covariance, Undefined):
        return covariance
    shared = float(covariance[0, 1] / sqrt(covariance[0, 0] * covariance[1, 1]))
    return 2 * shared / (1 + shared) if shared > -1 + 1e-12 else Undefined(NO_TOTAL)


def item_rest(items: ArrayLike) -> FloatArray:
    """Correlation of each item with the sum of the others: near 0, the item measures something else.

    items: people x items, complete people only. Returns one figure per item, -1..1; NaN where one side never varies.
    Source: corrected item-total correlation, Henrysson (1963).

    >>> item_rest([[1, 2, 2], [3, 3, 4], [4, 5, 4], [2, 2, 3]]).round(3).tolist()
    [0.99, 0.85, 0.855]
    """
    table = _table(items)
    covariance = _covariance(table, "complete")
    if isinstance(covariance, Undefined):
        return np.full(table.shape[1], np.nan)
    own = np.diag(covariance)
    along = covariance.sum(axis=1) - own
    rest = covariance.sum() - 2 * along - own
    varies = rest > 1e-12 * own
    return np.where(varies, along / np.sqrt(own * np.where(varies, rest, 1.0)), np.nan)


def alpha_if_dropped(items: ArrayLike) -> FloatArray:
    """Alpha of the scale without each item in turn, on the people who answered every item.

    items: people x at least 3 items. Returns one alpha per item, NaN where undefined.

    >>> alpha_if_dropped([[1, 2, 2], [3, 3, 4], [4, 5, 4], [2, 2, 3]]).round(3).tolist()
    [0.814, 0.949, 0.952]
    """
    table = _complete(_table(items))
    kept = (np.delete(table, drop, axis=1) for drop in range(table.shape[1]))
    return np.array([cronbach_alpha(part) for part in kept], dtype=np.float64)


def _table(items: ArrayLike) -> FloatArray:
    table = np.array(items, dtype=np.float64)
    if not table.size and table.ndim == 1:
        return table.reshape(0, 0)
    if table.ndim != 2:
        raise ValueError("people x items is expected")
    return table


def _complete(table: FloatArray) -> FloatArray:
    complete: FloatArray = table[~np.isnan(table).any(axis=1)]
    return complete


def _covariance(table: FloatArray, missing: str) -> FloatArray | Undefined:
    """Covariances of the items, or why there are none."""
    if table.shape[1] < 2:
        return Undefined(FEW_ITEMS)
    table = _complete(table) if missing == "complete" else table
    given = ~np.isnan(table)
    both = given.T.astype(float) @ given
    if len(table) < 2:
        return Undefined(FEW_PEOPLE)
    if both.min() < 2:
        return Undefined(UNSHARED)
    if (np.nanmax(table, axis=0) == np.nanmin(table, axis=0)).any():
        return Undefined(CONSTANT)
    centred = np.where(given, table - np.nanmean(table, axis=0), 0.0)
    sums = centred.T @ given
    covariance: FloatArray = (centred.T @ centred - sums * sums.T / both) / (both - 1)
    return covariance


def _alpha(covariance: FloatArray) -> float:
    count, total, own = len(covariance), covariance.sum(), np.trace(covariance)
    if total <= 1e-12 * own:
        return Undefined(NO_TOTAL)
    return float(count / (count - 1) * (1 - own / total))


def _no_factor(table: FloatArray) -> str | None:
    if table.shape[1] < 3:
        return NO_FACTOR
    if len(table) <= table.shape[1]:
        return MORE_PEOPLE
    given = ~np.isnan(table)
    if not given.any(axis=0).all() or (np.nanmax(table, axis=0) == np.nanmin(table, axis=0)).any():
        return CONSTANT
    return None


def _weighted_loadings(seen: FloatArray, columns: list[Ordinal]) -> FloatArray:
    """Loadings l that bring l_i l_j nearest to the correlations, each weighted by its precision; at most 1."""
    from scipy.optimize import least_squares  # heavy, and no page needs it

    one, other = np.triu_indices(len(seen), 1)
    weights = np.sqrt([precision(columns[i], columns[j], seen[i, j]) for i, j in zip(one, other, strict=True)])
    values, vectors = np.linalg.eigh(seen)
    rows = np.arange(len(one))

    def misses(loadings: FloatArray) -> FloatArray:
        return weights * (seen[one, other] - loadings[one] * loadings[other])

    def slopes(loadings: FloatArray) -> FloatArray:
        table = np.zeros((len(one), len(seen)))
        table[rows, one], table[rows, other] = -weights * loadings[other], -weights * loadings[one]
        return table

    start = np.clip(vectors[:, -1] * np.sqrt(values[-1]) * 0.9, -0.99, 0.99)
    found = least_squares(misses, start, jac=slopes, bounds=(-1, 1), xtol=1e-15, ftol=1e-15, gtol=1e-12)
    loadings: FloatArray = found.x
    return loadings


def _covered(one: Ordinal, other: Ordinal, correlation: float) -> float:
    """Covariance of two items' answers when their leanings have this correlation."""
    h, k = one.thresholds, other.thresholds
    joint = both_below(h[:, None], k[None, :], correlation) - np.outer(ndtr(h), ndtr(k))
    return float(one.steps @ joint @ other.steps)
