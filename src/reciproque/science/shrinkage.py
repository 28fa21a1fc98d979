"""Small groups borrow from all the others: shrunken side means, and shrunken gaps, with honest intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, log, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from reciproque.science.variance_components import lowest, one_way_reml_from

Array = NDArray[np.float64]
FEWEST = 4  # groups: with fewer, nothing says how far apart groups are, and nothing is shrunk


@dataclass(frozen=True)
class EmpiricalBayes:
    """A row a group: `raw` mean, `weight` (B) left to it, `shrunken` mean, interval; `between`, `within`: variances."""

    n: Array
    raw: Array
    weight: Array
    shrunken: Array
    se: Array
    low: Array
    high: Array
    mean: float
    between: float
    within: float
    boundary: bool
    reason: str | None = None


@dataclass(frozen=True)
class RandomEffects:
    """One row an effect. `blup_se` takes tau2 as known (as metafor does); `low` and `high` do not: they are wider."""

    weight: Array
    blups: Array
    blup_se: Array
    low: Array
    high: Array
    mean: float
    mean_se: float
    tau2: float
    boundary: bool
    k: int
    reason: str | None = None


def empirical_bayes(n: ArrayLike, mean: ArrayLike, ss: ArrayLike, *, level: float = 0.95) -> EmpiricalBayes:
    """Each group's mean drawn towards the mean of all, the more so the fewer people stand behind it.

    n, mean, ss: people, mean and sum of squared deviations of each group (see `group_sums`); a group without people is
    NaN in the result. Returns `EmpiricalBayes` in the units of the mean. Under four groups, or when the variances
    cannot be told apart, nothing is shrunk (B = 1) or known (NaN), and `reason` says so.
    Formula: `mu + B (m - mu)`, B = tau2 / (tau2 + s2 / n), tau2 and s2 by REML; Morris's interval adds what is not
    known of mu and B: `se^2 = v (1 - (k - l) / k b) + 2 / (k - 3) b^2 (vbar + tau2) / (v + tau2) (m - mu)^2`,
    v = s2 / n, b = (k - 3) / (k - 1) v w, l = k w / sum w, w = 1 / (v + tau2), vbar the mean of v weighted by w, with
    tau2 of `tau2_off_zero`; quantile of t with N - k degrees of freedom.
    Source: Efron and Morris (1975); Morris (1983).

    >>> found = empirical_bayes([3, 3, 12, 12, 12], [20, 70, 40, 50, 60], [800, 800, 4400, 4400, 4400])
    >>> found.shrunken.round(1).tolist(), found.weight.round(2).tolist()
    ([31.3, 61.4, 41.2, 49.8, 58.4], [0.6, 0.6, 0.86, 0.86, 0.86])
    """
    people, raw = np.array(n, dtype=np.float64), np.array(mean, dtype=np.float64)
    fit = one_way_reml_from(people, raw, ss)
    known = (people > 0) & ~np.isnan(raw) & (fit.within > 0)
    variance = fit.within / np.where(known, people, nan)
    weight, center, error, half = _shrink(
        raw, variance, fit.between, fit.mean, float(stdtrit(max(fit.n - fit.groups, 1), (1 + level) / 2))
    )
    return EmpiricalBayes(
        people,
        raw,
        weight,
        center,
        error,
        center - half,
        center + half,
        fit.mean,
        fit.between,
        fit.within,
        fit.boundary,
        fit.reason or _too_few(int(known.sum())),
    )


def random_effects(effects: ArrayLike, se: ArrayLike, *, level: float = 0.95) -> RandomEffects:
    """Effects known with their standard errors (gaps of many relationships), their mean, and each one shrunken.

    effects: any unit; se: same unit, > 0; a pair with a NaN, or without such a se, gives NaN. Returns `RandomEffects`.
    Formula: tau2 by REML, minimise `sum log(v + tau2) + log(sum w) + sum w (y - mu)^2`, w = 1 / (v + tau2), v = se^2;
    blup = mu + B (y - mu), B = tau2 / (tau2 + v), its se^2 = B v + (1 - B)^2 / sum w; Morris's
    interval as `empirical_bayes`, with the normal quantile.
    Source: random-effects meta-analysis, Viechtbauer (2005); Morris (1983).

    >>> found = random_effects([10, -4, 22, 3], [4, 5, 6, 4])
    >>> round(found.tau2, 4), round(found.mean, 4), found.blups.round(2).tolist()
    (85.1616, 7.379, [9.59, -1.42, 17.66, 3.69])
    """
    y, errors = np.array(effects, dtype=np.float64), np.array(se, dtype=np.float64)
    known = np.isfinite(y) & (errors > 0) & np.isfinite(errors)
    v = np.where(known, errors**2, nan)
    k = int(known.sum())
    tau2 = tau2_reml(y[known], v[known])
    w = 1 / (v[known] + tau2)
    mu, mu_se = (float((w * y[known]).sum() / w.sum()), sqrt(1 / w.sum())) if k else (nan, nan)
    weight, center, _, half = _shrink(y, v, tau2, mu, float(stdtrit(inf, (1 + level) / 2)))
    error = np.sqrt(weight * v + (1 - weight) ** 2 * mu_se**2)
    return RandomEffects(
        weight, center, error, center - half, center + half, mu, mu_se, tau2, tau2 == 0, k, _too_few(k)
    )


def tau2_reml(effects: ArrayLike, variances: ArrayLike) -> float:
    """Variance of the true effects by restricted maximum likelihood; exactly 0 at the boundary, NaN under two effects.

    effects, variances: no missing value, variances > 0. Formula and source: as `random_effects`.

    >>> tau2_reml([10, 11, 12], [9, 9, 9]), round(tau2_reml([0, 10, 20], [9, 9, 9]), 9)
    (0.0, 91.0)
    """
    y, v = np.array(effects, dtype=np.float64), np.array(variances, dtype=np.float64)
    if len(y) < 2:
        return nan
    deviance, slope = _restricted(y, v)
    return lowest(deviance, slope, float(np.median(v)))


def tau2_off_zero(effects: ArrayLike, variances: ArrayLike) -> float:
    """Variance of the true effects for the width of intervals: by restricted likelihood times the square root of tau2.

    effects, variances: as `tau2_reml`. Never 0: intervals drawn with a tau2 of 0 are too narrow, because few groups
    cannot prove that they are all alike (docs/validity.md). NaN under two effects.
    Formula: lowest `deviance - log tau2`. Source: Chung, Rabe-Hesketh, Dorie, Gelman and Liu (2013).

    >>> round(tau2_off_zero([10, 11, 12], [9, 9, 9]), 3), round(tau2_off_zero([0, 10, 20], [9, 9, 9]), 3)
    (10.055, 200.404)
    """
    y, v = np.array(effects, dtype=np.float64), np.array(variances, dtype=np.float64)
    if len(y) < 2:
        return nan
    deviance, slope = _restricted(y, v)
    return lowest(
        lambda tau2: deviance(tau2) - log(tau2) if tau2 > 0 else inf,
        lambda tau2: tau2 * slope(tau2) - 1,
        float(np.median(v)),
    )


def _restricted(y: Array, v: Array) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """Minus twice the restricted log-likelihood of tau2, and its derivative."""
    y = y - y.mean()

    def fitted(tau2: float) -> tuple[Array, float, Array]:
        w = 1 / (v + tau2)
        total = float(w.sum())
        return w, total, y - float((w * y).sum()) / total

    def deviance(tau2: float) -> float:
        w, total, rest = fitted(tau2)
        return float(np.log(v + tau2).sum() + np.log(total) + (w * rest**2).sum())

    def slope(tau2: float) -> float:
        w, total, rest = fitted(tau2)
        return total - float((w**2).sum()) / total - float(((w * rest) ** 2).sum())

    return deviance, slope


def _shrink(y: Array, v: Array, tau2: float, mu: float, quantile: float) -> tuple[Array, Array, Array, Array]:
    """Weights, shrunken values, Morris's standard errors and half-widths."""
    w = 1 / (v + tau2)
    k = int((~np.isnan(w)).sum())
    if k < FEWEST:
        error = np.sqrt(v)
        return np.where(np.isnan(w), nan, 1.0), np.where(np.isnan(w), nan, y), error, quantile * error
    weight = tau2 * w
    known = ~np.isnan(w)
    wide = tau2_off_zero(y[known], v[known])
    w = 1 / (v + wide)
    total = np.nansum(w)
    lost = v * w
    b = (k - 3) / (k - 1) * lost
    doubt = 2 / (k - 3) * b**2 * (np.nansum(lost) / total + wide) * w
    error = np.sqrt(v * (1 - (k - k * w / total) / k * b) + doubt * (y - mu) ** 2)
    return weight, mu + weight * (y - mu), error, quantile * error


def _too_few(k: int) -> str | None:
    return None if k >= FEWEST else "fewer than four groups: nothing is shrunk"
