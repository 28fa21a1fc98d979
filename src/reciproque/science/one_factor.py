"""One common factor behind several items, by maximum likelihood, also when answers are missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

# A share of variance of its own that would fall under this is held here (a Heywood case).
SMALLEST = 1e-6
ROUNDS = 500


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

    items: people x k items, NaN = missing, every item answered with some variance. Nothing is imputed: given the
    current factor, the missing parts enter by their expectation, then the factor is fitted again (EM).
    Source: Rubin and Thayer (1982).

    >>> answers = [[1, 2, 1], [2, 2, float("nan")], [4, 3, 4], [5, 5, 3], [3, 4, 4], [2, 1, 2]]
    >>> bool(fit_answers(answers).loadings.min() > 0)
    True
    """
    table = np.asarray(items, dtype=np.float64)
    table = table[~np.isnan(table).all(axis=1)]
    missing = np.isnan(table)
    mean = np.nanmean(table, axis=0)
    if not missing.any():
        return fit(np.cov(table, rowvar=False, bias=True))
    scale = np.nanstd(table, axis=0)
    table = (table - mean) / scale
    center = np.zeros(len(mean))
    factor = fit(_expected_correlation(table, missing, np.eye(len(mean))))
    for _ in range(ROUNDS):
        center, covariance = _expectation(table, missing, center, factor)
        spread = np.diag(covariance)
        later = fit(covariance, start=np.clip(factor.uniquenesses / spread, SMALLEST, 1.0))
        moved = np.abs(later.loadings - factor.loadings).max()
        factor = later
        if moved < 1e-9:
            break
    return OneFactor(factor.loadings * scale, factor.uniquenesses * scale**2, factor.boundary)


def _expected_correlation(table: FloatArray, missing: NDArray[np.bool_], prior: FloatArray) -> FloatArray:
    """A first guess: missing standardised answers at 0, on the diagonal what the prior says."""
    filled = np.where(missing, 0.0, table)
    return filled.T @ filled / len(table) + np.diag(missing.mean(axis=0)) * prior


def _expectation(
    table: FloatArray, missing: NDArray[np.bool_], center: FloatArray, factor: OneFactor
) -> tuple[FloatArray, FloatArray]:
    """Mean and covariance of the items, the missing answers entering by their expectation given the others."""
    people = len(table)
    residual = np.where(missing, 0.0, table - center)
    weight = factor.loadings / factor.uniquenesses
    variance = 1.0 / (1.0 + ~missing @ (weight * factor.loadings))
    score = variance * (residual @ weight)
    filled = np.where(missing, score[:, None] * factor.loadings, residual)
    shift = filled.mean(axis=0)
    unsure = missing * factor.loadings
    second = filled.T @ filled + (unsure * variance[:, None]).T @ unsure
    second += np.diag(missing.sum(axis=0) * factor.uniquenesses)
    return center + shift, second / people - np.outer(shift, shift)


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
