"""Graded response model: where a person stands, from answers on an ordered scale, given how each question works.

Notation: N people, J items, C categories at most, Q = 61 nodes of the standard normal law on [-6, 6]. Inside, an item
is written with slope a and intercepts d_1 > d_2 > ...; what is returned is a and the thresholds b_k = -d_k / a.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, log_expit, logit

from reciproque.science.values import Undefined

Floats = NDArray[np.float64]
NODES: Floats = np.linspace(-6.0, 6.0, 61)
LOG_WEIGHTS: Floats = -(NODES**2) / 2 - np.log(np.exp(-(NODES**2) / 2).sum())
STEEPEST = 20.0
TOLERANCE = 1e-10
MAX_ITERATIONS = 200
MEMORY = 5
SAMPLE = 4000
CHUNK = 2048
NO_ITEM = "fewer than three items have two different answers"
STEEP = "the answers to some items follow the scale perfectly: their discrimination has no finite estimate"
UNFINISHED = "the search did not settle"


@dataclass(frozen=True)
class GradedResponse:
    """`discrimination` has one value per item and `thresholds` (items x C-1), NaN where undefined or not needed.

    `categories` holds the answers in use for each item, low to high: a category that nobody chose does not exist, so
    threshold k of an item separates its k-th category in use from the next. `reason` is None when all is well.
    """

    discrimination: Floats
    thresholds: Floats
    categories: tuple[tuple[int, ...], ...]
    loglik: float
    iterations: int
    converged: bool
    reason: str | None


@dataclass(frozen=True)
class Scores:
    """One value per person, in standard deviations of the people fitted; NaN for who answered nothing."""

    theta: Floats
    se: Floats


@dataclass(frozen=True)
class _Curves:
    """`log` (J, C, Q): log probability of each category; `slope` (J, C, C, Q): its derivatives by a, d_1 .. d_C-1."""

    log: Floats
    slope: Floats


def fit(items: ArrayLike) -> GradedResponse:
    """Fit Samejima's graded response model by marginal maximum likelihood.

    items: array (people x items) of integers, low to high, NaN = no answer; any integers, and a category that nobody
    chose is left out (see `GradedResponse`). Returns a GradedResponse; an item with a single answer has NaN. Fewer
    than three usable items: loglik Undefined and a reason. Formula: `P(Y >= k) = 1 / (1 + exp(-a (theta - b_k)))`,
    theta standard normal. Method: expectation-maximisation on 61 nodes, one Fisher scoring step per round, Anderson
    acceleration; stops when the next step promises less than 1e-10 in log-likelihood. The answers are read so that the
    discriminations of most items are positive. Raises ValueError when an answer is not an integer.
    Source: Samejima (1969); Bock and Aitkin (1981). Reference: mirt.

    >>> person = np.arange(300)[:, None]
    >>> answers = np.digitize(np.sin(person) + np.sin(person * [2.3, 3.7, 5.1, 7.9]), [-0.8, 0, 0.8]) + 1
    >>> model = fit(answers)
    >>> model.converged, model.discrimination.shape, model.thresholds.shape
    (True, (4,), (4, 3))
    """
    table = _table(items)
    categories = tuple(_values(column) for column in table.T)
    usable = np.array([len(values) > 1 for values in categories], bool)
    if usable.sum() < 3:
        return _nothing(categories)
    kept = table[:, usable]
    codes = _codes(kept, [values for values in categories if len(values) > 1])
    codes = codes[(codes >= 0).any(axis=1)]
    width = int(codes.max()) + 1
    free, start = _start(codes, width)
    iterations = 0
    if len(codes) > 2 * SAMPLE:
        rows = codes[np.linspace(0, len(codes) - 1, SAMPLE).astype(int)]
        start, _, iterations, _ = _climb(_seen(rows, width), free, start, tolerance=1e-2)
    beta, loglik, more, settled = _climb(_seen(codes, width), free, start, tolerance=TOLERANCE)
    return _result(beta, free, usable, categories, loglik=loglik, iterations=iterations + more, settled=settled)


def eap(model: GradedResponse, items: ArrayLike) -> Scores:
    """Where each person stands: mean and standard deviation of the law of theta given the answers.

    model: from `fit`; items: array (people x items) in the same order of items, NaN = no answer; an answer that
    nobody gave when the model was fitted is read as no answer. Returns Scores (theta, se), in standard deviations;
    NaN for a person without any answer, and for all when the model is undefined.
    Formula: `theta = sum(t p(t)) / sum(p(t))`, p = normal weight x likelihood at the 61 nodes.
    Source: Bock and Mislevy (1982). Reference: mirt::fscores.

    >>> person = np.arange(300)[:, None]
    >>> model = fit(np.digitize(np.sin(person) + np.sin(person * [2.3, 3.7, 5.1, 7.9]), [-0.8, 0, 0.8]) + 1)
    >>> eap(model, [[1, 1, 1, 1], [4, 4, 4, 4]]).theta.round(1).tolist()
    [-1.8, 1.8]
    """
    table = _table(items)
    theta, se = np.full(len(table), np.nan), np.full(len(table), np.nan)
    usable = ~np.isnan(model.discrimination)
    if isnan(model.loglik) or not usable.any():
        return Scores(theta, se)
    codes = _codes(table[:, usable], [v for v, good in zip(model.categories, usable, strict=True) if good])
    answered = (codes >= 0).any(axis=1)
    a, b = model.discrimination[usable], model.thresholds[usable]
    beta = np.column_stack([a, np.where(np.isnan(b), -np.inf, -a[:, None] * b)])
    log = _curves(beta).log.reshape(-1, NODES.size)
    seen = _seen(codes[answered], beta.shape[1])
    mass = np.vstack([_posterior(seen[rows], log)[1] for rows in _chunks(len(seen))])
    theta[answered] = mass @ NODES
    se[answered] = np.sqrt(np.maximum(mass @ NODES**2 - theta[answered] ** 2, 0.0))
    return Scores(theta, se)


def _table(items: ArrayLike) -> Floats:
    table = np.atleast_2d(np.asarray(items, dtype=float))
    known = table[~np.isnan(table)]
    if not (np.isfinite(known).all() and np.array_equal(known, np.round(known))):
        raise ValueError("answers must be integers, or NaN when there is none")
    return table


def _values(column: Floats) -> tuple[int, ...]:
    return tuple(int(value) for value in np.unique(column[~np.isnan(column)]))


def _codes(table: Floats, categories: list[tuple[int, ...]]) -> NDArray[np.int16]:
    """Rank of each answer among the categories in use of its item, -1 when there is none."""
    codes = np.full(table.shape, -1, np.int16)
    for item, values in enumerate(categories):
        rank = np.searchsorted(values, table[:, item]).clip(max=len(values) - 1)
        codes[:, item] = np.where(np.asarray(values)[rank] == table[:, item], rank, -1)
    return codes


def _seen(codes: NDArray[np.int16], width: int) -> NDArray[np.bool_]:
    """One column per item and category, true where the person gave that answer."""
    seen: NDArray[np.bool_] = (codes[:, :, None] == np.arange(width)).reshape(len(codes), -1)
    return seen


def _chunks(people: int) -> list[slice]:
    return [slice(first, first + CHUNK) for first in range(0, people, CHUNK)]


def _start(codes: NDArray[np.int16], width: int) -> tuple[NDArray[np.bool_], Floats]:
    """Which of (a, d_1 .. d_C-1) exist for each item, and a first guess from correlations and proportions."""
    known = codes >= 0
    counts = np.array([np.bincount(column[column >= 0], minlength=width) for column in codes.T])
    above = 1 - counts.cumsum(axis=1)[:, :-1] / counts.sum(axis=1, keepdims=True)
    free = np.column_stack([np.ones(len(counts), bool), np.arange(1, width) < (counts > 0).sum(axis=1)[:, None]])
    mean = np.where(known, codes, 0).sum(axis=0) / known.sum(axis=0)
    centred = np.where(known, codes - mean, 0.0)
    spread = np.sqrt((centred**2).sum(axis=0))
    values, vectors = np.linalg.eigh(centred.T @ centred / np.outer(spread, spread))
    loading = vectors[:, -1] * np.sqrt(values[-1])
    loading = np.clip(loading * (1 if loading.sum() >= 0 else -1), -0.85, 0.85)
    a = 1.7 * loading / np.sqrt(1 - loading**2)
    a = np.where(np.abs(a) < 0.3, np.copysign(0.3, a), a)
    d = logit(np.clip(above, 1e-4, 1 - 1e-4)) * np.sqrt(1 + (a[:, None] / 1.7) ** 2)
    d = d - 1e-3 * np.arange(width - 1)
    return free, np.column_stack([a, np.where(free[:, 1:], d, -np.inf)])


def _curves(beta: Floats) -> _Curves:
    """Probability of each category at each node, as log S(u) + log S(-v) + log(1 - exp(v - u)), u above v."""
    items, width = beta.shape
    edge = beta[:, :1, None] * NODES + beta[:, 1:, None]
    upper = np.concatenate([np.full((items, 1, NODES.size), np.inf), edge], axis=1)
    lower = np.concatenate([edge, np.full((items, 1, NODES.size), -np.inf)], axis=1)
    exists = upper > -np.inf
    ends = np.concatenate([np.full((items, 1), np.inf), beta[:, 1:], np.full((items, 1), -np.inf)], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = -np.expm1(ends[:, 1:] - ends[:, :-1])[:, :, None]
        log = log_expit(upper) + log_expit(-lower) + np.log(apart)
        by_upper = expit(-upper) / (expit(-lower) * apart)
        by_lower = -expit(lower) / (expit(upper) * apart)
    by_upper, by_lower = np.where(exists, by_upper, 0.0), np.where(exists, by_lower, 0.0)
    slope = np.zeros((items, width, width, NODES.size))
    slope[:, :, 0] = (by_upper + by_lower) * NODES
    rank = np.arange(1, width)
    slope[:, rank, rank] = by_upper[:, 1:]
    slope[:, rank - 1, rank] = by_lower[:, :-1]
    return _Curves(np.where(exists, log, 0.0), slope)


def _posterior(seen: NDArray[np.bool_], log: Floats) -> tuple[Floats, Floats, Floats]:
    """Log-likelihood of each person, law of theta at the nodes (people x Q), and the answers as numbers."""
    answers = seen.astype(float)
    mass = answers @ log
    mass += LOG_WEIGHTS
    top = mass.max(axis=1)
    mass -= top[:, None]
    np.exp(mass, out=mass)
    total = mass.sum(axis=1)
    mass /= total[:, None]
    return top + np.log(total), mass, answers


def _expected(seen: NDArray[np.bool_], log: Floats) -> tuple[float, Floats]:
    """Log-likelihood, and expected number of people at each item, category and node (J, C, Q)."""
    loglik, counts = 0.0, np.zeros((seen.shape[1], NODES.size))
    flat = log.reshape(-1, NODES.size)
    for rows in _chunks(len(seen)):
        each, mass, answers = _posterior(seen[rows], flat)
        loglik += float(each.sum())
        counts += answers.T @ mass
    return loglik, counts.reshape(log.shape)


def _scoring(curves: _Curves, counts: Floats, free: NDArray[np.bool_]) -> tuple[Floats, float]:
    """Fisher scoring step of each item, and the gain in log-likelihood that it promises."""
    weight = np.exp(curves.log) * counts.sum(axis=1, keepdims=True)
    rows = curves.slope.transpose(0, 2, 1, 3).reshape(*free.shape, -1)
    gradient = (rows @ counts.reshape(len(free), -1, 1))[:, :, 0]
    information = (rows * weight.reshape(len(free), 1, -1)) @ rows.transpose(0, 2, 1)
    diagonal = np.einsum("jpp->jp", information)
    diagonal += np.where(free, 1e-8 * diagonal.max(axis=1, keepdims=True) + 1e-12, 1.0)
    step = np.linalg.solve(information, np.where(free, gradient, 0.0)[:, :, None])[:, :, 0]
    return step, float((step * np.where(free, gradient, 0.0)).sum())


def _moved(beta: Floats, step: Floats) -> Floats:
    """The new parameters; each item's step is shortened until its intercepts keep their order and it stays sane."""
    length = np.minimum(1.0, 2.0 / np.maximum(np.abs(step).max(axis=1, keepdims=True), 1e-300))
    for _ in range(60):
        moved = beta + length * step
        with np.errstate(invalid="ignore"):
            wrong = ((moved[:, 2:] >= moved[:, 1:-1]) & np.isfinite(moved[:, 2:])).any(axis=1)
        if not wrong.any():
            break
        length[wrong] /= 2
    return np.column_stack([moved[:, 0].clip(-STEEPEST, STEEPEST), moved[:, 1:]])


def _to_line(beta: Floats, free: NDArray[np.bool_]) -> Floats:
    """The parameters as one vector without constraints: a, d_1, logs of the distances between intercepts."""
    line = beta.copy()
    with np.errstate(invalid="ignore", divide="ignore"):
        line[:, 2:] = np.log(beta[:, 1:-1] - beta[:, 2:])
    return line[free]


def _from_line(line: Floats, free: NDArray[np.bool_]) -> Floats:
    full = np.full(free.shape, np.inf)
    full[free] = line
    beta = np.column_stack([full[:, :2], full[:, 1:2] - np.cumsum(np.exp(full[:, 2:]), axis=1)])
    beta[:, 0] = beta[:, 0].clip(-STEEPEST, STEEPEST)
    return beta


def _mixed(points: list[Floats], images: list[Floats]) -> Floats:
    """Anderson's mixture: the combination of past images whose residuals cancel best."""
    residual = np.array([image - point for point, image in zip(points, images, strict=True)])
    change = np.diff(residual, axis=0)
    weights = np.linalg.lstsq(change.T, residual[-1], rcond=1e-10)[0]
    mixed: Floats = images[-1] - weights @ np.diff(np.array(images), axis=0)
    return mixed


def _climb(
    seen: NDArray[np.bool_], free: NDArray[np.bool_], beta: Floats, *, tolerance: float
) -> tuple[Floats, float, int, bool]:
    """Rounds of expectation and scoring, accelerated; a round that loses likelihood is undone without acceleration."""
    points: list[Floats] = []
    images: list[Floats] = []
    best, safe = -np.inf, beta
    for iteration in range(1, MAX_ITERATIONS + 1):
        curves = _curves(beta)
        loglik, counts = _expected(seen, curves.log)
        if not loglik >= best - 1e-6 and points:
            points, images, beta = [], [], safe
            continue
        best = max(best, loglik)
        step, promise = _scoring(curves, counts, free)
        if promise < tolerance:
            return beta, loglik, iteration, True
        safe = _moved(beta, step)
        points, images = [*points, _to_line(beta, free)][-MEMORY:], [*images, _to_line(safe, free)][-MEMORY:]
        beta = _from_line(_mixed(points, images), free) if len(points) > 1 else safe
    return beta, loglik, MAX_ITERATIONS, False


def _result(
    beta: Floats,
    free: NDArray[np.bool_],
    usable: NDArray[np.bool_],
    categories: tuple[tuple[int, ...], ...],
    *,
    loglik: float,
    iterations: int,
    settled: bool,
) -> GradedResponse:
    a = beta[:, 0] if beta[:, 0].sum() >= 0 else -beta[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        b = np.where(free[:, 1:], -beta[:, 1:] / a[:, None], np.nan)
    steep = np.abs(a) > (STEEPEST - 1e-9 if settled else STEEPEST / 2)
    discrimination = np.full(usable.size, np.nan)
    thresholds = np.full((usable.size, b.shape[1]), np.nan)
    discrimination[usable], thresholds[usable] = np.where(steep, np.nan, a), b
    if steep.any():
        return GradedResponse(discrimination, thresholds, categories, Undefined(STEEP), iterations, False, STEEP)
    reason = None if settled else UNFINISHED
    return GradedResponse(discrimination, thresholds, categories, loglik, iterations, settled, reason)


def _nothing(categories: tuple[tuple[int, ...], ...]) -> GradedResponse:
    width = max((len(values) for values in categories), default=1)
    empty = np.full((len(categories), max(width - 1, 0)), np.nan)
    return GradedResponse(np.full(len(categories), np.nan), empty, categories, Undefined(NO_ITEM), 0, False, NO_ITEM)
