"""The law of one ordered answer: a hidden opinion falls between two thresholds, and how that chance moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log, pi

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit, log_ndtr, logit, ndtri

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FAR = 1e3


@dataclass(frozen=True)
class Link:
    """A symmetric law of the hidden opinion: log of its distribution, of its density f, then f'/f and f''/f."""

    name: str
    log_cdf: Callable[[Floats], Floats]
    log_density: Callable[[Floats], Floats]
    first: Callable[[Floats], Floats]
    second: Callable[[Floats], Floats]
    quantile: Callable[[Floats], Floats]


PROBIT = Link("probit", log_ndtr, lambda x: -(x**2 + log(2 * pi)) / 2, lambda x: -x, lambda x: x**2 - 1, ndtri)
LOGIT = Link(
    "logit",
    log_expit,
    lambda x: log_expit(x) + log_expit(-x),
    lambda x: -np.tanh(x / 2),
    lambda x: 1 - 6 * expit(x) * expit(-x),
    logit,
)
LINKS = {link.name: link for link in (PROBIT, LOGIT)}


@dataclass(frozen=True)
class Law:
    """Of each answer: log probability, slope and curvature by eta (`weight`, positive), and what derives them."""

    log: Floats
    slope: Floats
    weight: Floats
    upper: Floats
    lower: Floats
    dense_upper: Floats
    dense_lower: Floats


def law_of(thresholds: Floats, y: Ints, eta: Floats, link: Link) -> Law:
    """Log probability of each answer, and its derivatives by the centre eta, exact far into both tails.

    thresholds: C - 1 increasing values; y: category of each answer, 0 .. C - 1; eta: centre of each answer; link:
    PROBIT or LOGIT. Returns a Law, one value per answer. Formula: `log(F(tau_y - eta) - F(tau_(y-1) - eta))`, worked
    in the lower tail. Source: McCullagh (1980).

    >>> law = law_of(np.array([-1.0, 1.0]), np.array([0, 1, 2]), np.zeros(3), PROBIT)
    >>> np.exp(law.log).round(4).tolist(), law.slope.round(4).tolist()
    ([0.1587, 0.6827, 0.1587], [-1.5251, -0.0, 1.5251])
    """
    edges = np.concatenate([[-FAR], thresholds, [FAR]])
    upper, lower = edges[y + 1] - eta, edges[y] - eta
    turned = upper + lower > 0
    high, low = link.log_cdf(np.where(turned, -lower, upper)), link.log_cdf(np.where(turned, -upper, lower))
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        chance = high + np.log(-np.expm1(low - high))
        dense_upper, dense_lower = (np.exp(link.log_density(edge) - chance) for edge in (upper, lower))
        slope = dense_upper - dense_lower
        weight = slope**2 - link.first(upper) * dense_upper + link.first(lower) * dense_lower
    return Law(chance, -slope, np.maximum(weight, 0.0), upper, lower, dense_upper, dense_lower)


@dataclass(frozen=True)
class Bend:
    """Derivatives of curvature and slope: `turn` of the weight by eta; of both by the upper and the lower threshold."""

    turn: Floats
    slope_upper: Floats
    slope_lower: Floats
    weight_upper: Floats
    weight_lower: Floats


def bend_of(law: Law, link: Link) -> Bend:
    """How slope and weight of each answer move with its two thresholds and its centre.

    law: from `law_of`, with the same link. Returns a Bend, one value per answer. Formula: with m = -slope, derivatives
    of m and of m' = -weight by each threshold; their sum is the derivative by -eta. Source: differentiation by hand.

    >>> law = law_of(np.array([-1.0, 1.0]), np.array([0, 1, 2]), np.zeros(3), PROBIT)
    >>> bend_of(law, PROBIT).turn.round(4).tolist()
    [0.1169, 0.0, -0.1169]
    """
    m, curve = -law.slope, -law.weight
    by: dict[str, tuple[Floats, Floats]] = {}
    for name, edge, dense, sign in (
        ("upper", law.upper, law.dense_upper, 1.0),
        ("lower", law.lower, law.dense_lower, -1.0),
    ):
        of_m = sign * dense * (link.first(edge) - m)
        of_curve = sign * dense * (link.second(edge) - (curve + m**2)) - 2 * m * of_m
        by[name] = (of_m, of_curve)
    turn = by["upper"][1] + by["lower"][1]
    return Bend(turn, by["upper"][0], by["lower"][0], by["upper"][1], by["lower"][1])
