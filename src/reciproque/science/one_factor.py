"""One common factor behind several items, by maximum likelihood, also when answers are missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

# A share of variance of its own that would fall under this is held here (a Heywood case).
SMALLEST = 1e-6


@dataclass(frozen=True)
class OneFactor:
    """Loadings and variances of their own (k items); `boundary` when one of these had to be held above 0."""

    loadings: FloatArray
    uniquenesses: FloatArray
    boundary: bool


def fit(covariance: ArrayLike, start: FloatArray | None = None) -> OneFactor:
    """Maximum likelihood loadings of one factor.

    covariance: k x k, k >= 3, positive variances; start: shares of own variance to begin from, 0..1.
    Formula: minimum over the uniquenesses of the discrepancy `sum(t - log t - 1)`, t being the eigenvalues of
    `U^-1/2 S U^-1/2` left to the uniquenesses once the largest has gone to the factor. Source: Joreskog (1967).

    >>> fit([[1, 0.42, 0.35], [0.42, 1, 0.30], [0.35, 0.30, 1]]).loadings.round(4).tolist()
    [0.7, 0.6, 0.5]
    """
    from scipy.optimize import minimize  # heavy, and no page needs it

    table = np.asarray(covariance, dtype=np.float64)
    scale = np.sqrt(np.diag(table))
    correlation = table / np.outer(scale, scale)
    found = minimize(
        _discrepancy,
        _start(correlation) if start is None else start,
        args=(correlation,),
        jac=True,
        method="L-BFGS-B",
        bounds=[(SMALLEST, 1.0)] * len(scale),
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 1000},
    )
    loadings, _ = _loadings(found.x, correlation)
    loadings = loadings if loadings.sum() >= 0 else -loadings
    return OneFactor(loadings * scale, found.x * scale**2, bool((found.x <= SMALLEST).any()))


def fit_answers(items: ArrayLike) -> OneFactor:
    """The same from answers, each person counting with the answers given (full information when some are missing).

    items: people x k items, NaN = missing, every item answered with some variance. Nothing is imputed: the likelihood
    of each person is that of the answers given. Source: the one-factor form of the likelihood of Rubin and Thayer
    (1982), climbed along its gradient.

    >>> answers = [[1, 2, 1], [2, 2, float("nan")], [4, 3, 4], [5, 5, 3], [3, 4, 4], [2, 1, 2]]
    >>> bool(fit_answers(answers).loadings.min() > 0)
    True
    """
    from scipy.optimize import minimize  # heavy, and no page needs it

    table = np.asarray(items, dtype=np.float64)
    table = table[~np.isnan(table).all(axis=1)]
    given = ~np.isnan(table)
    if given.all():
        return fit(np.cov(table, rowvar=False, bias=True))
    mean, scale = np.nanmean(table, axis=0), np.nanstd(table, axis=0)
    answers = np.where(given, (table - mean) / scale, 0.0)
    first = fit(answers.T @ answers / len(table) + np.diag(1.0 - given.mean(axis=0)))
    found = minimize(
        _misfit,
        np.concatenate([np.zeros(len(mean)), first.loadings, np.clip(first.uniquenesses, 0.05, 1.0)]),
        args=(answers, given.astype(np.float64)),
        jac=True,
        method="L-BFGS-B",
        bounds=[(None, None)] * (2 * len(mean)) + [(SMALLEST, None)] * len(mean),
        options={"ftol": 1e-14, "gtol": 1e-8, "maxiter": 500},
    )
    _, loadings, own = np.split(found.x, 3)
    loadings = loadings if loadings.sum() >= 0 else -loadings
    return OneFactor(loadings * scale, own * scale**2, bool((own <= SMALLEST).any()))


def _misfit(at: FloatArray, answers: FloatArray, given: FloatArray) -> tuple[float, FloatArray]:
    """Minus twice the mean log-likelihood of the answers given, but for a constant, and its gradient.

    at: centers, loadings, uniquenesses; answers: 0 where missing; given: 1 or 0.
    """
    center, loadings, own = np.split(at, 3)
    residual = (answers - center) * given
    weight = loadings / own
    variance = 1.0 / (1.0 + given @ (weight * loadings))  # of a person's place on the factor, given the answers
    place = variance * (residual @ weight)
    rest = (residual - np.outer(place, loadings)) * given
    square = residual**2 @ (1.0 / own) - place**2 / variance
    value = (given @ np.log(own) - np.log(variance) + square).sum()
    unsure = (given * variance[:, None]).sum(axis=0)
    gradient = (
        -2.0 * rest.sum(axis=0) / own,
        -2.0 * (place @ rest - loadings * unsure) / own,
        (given.sum(axis=0) - ((rest**2).sum(axis=0) + loadings**2 * unsure) / own) / own,
    )
    return float(value) / len(answers), np.concatenate(gradient) / len(answers)


def _start(correlation: FloatArray) -> FloatArray:
    """A share of own variance to begin from: half of what the other items leave unexplained, never at an end."""
    common: FloatArray = np.abs(correlation - np.eye(len(correlation))).max(axis=1)
    return np.clip(1.0 - common, 0.1, 0.9)


def _loadings(uniquenesses: FloatArray, correlation: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The best loadings for given uniquenesses, and the eigenvalues in rising order."""
    root = np.sqrt(uniquenesses)
    values, vectors = np.linalg.eigh(correlation / np.outer(root, root))
    return root * vectors[:, -1] * np.sqrt(max(values[-1] - 1.0, 0.0)), values


def _discrepancy(uniquenesses: FloatArray, correlation: FloatArray) -> tuple[float, FloatArray]:
    loadings, values = _loadings(uniquenesses, correlation)
    left = np.maximum(values[:-1] if values[-1] > 1.0 else values, 1e-12)
    gradient = (loadings**2 + uniquenesses - np.diag(correlation)) / uniquenesses**2
    return float((left - np.log(left) - 1.0).sum()), gradient
