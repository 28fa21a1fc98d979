"""Ordered answers explained by the question, the side, the relationship, the side in it, and how severe each person is.

Notation: an answer in category k of C says that a hidden opinion lies between two thresholds; the centre of that
opinion is `eta = item + side + relationship + relationship's side + rater`, the last three drawn from normal laws of
unknown spread. Inside, each of these is written `sd * b`, b standard normal: a spread of nil is nothing special.
A cell is one rater on one side of one relationship. Relationships tied by a common rater form one block; blocks
are independent given the parameters (`Web`), and raters are eliminated before anything is inverted (`_Curvature`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reciproque.science.answer_web import Web, columns, names_of, sums, web_of, without_ends
from reciproque.science.cumulative_link import LINKS, Floats, Law, Link, bend_of, law_of
from reciproque.science.values import Undefined

Term = Literal["relationship", "side", "rater"]
TERMS: tuple[Term, ...] = ("relationship", "side", "rater")
LARGEST_FITTED, LARGEST_SCORED = 1500, 3000
FARTHEST, LOST, NOWHERE = 12.0, 50.0, 1e6
MOST_STEPS, MOST_STARTS = 50, 3
ONE_ANSWER = "all answers are the same, or there are none"
TIED = "common raters tie too many relationships together: fit on some of them, then score the others"
UNFINISHED = "the search did not settle"
ONE_SIDE = "only one side answers, or the other one only at one end of the scale"
RUNAWAY = "an effect has no finite estimate: some groups only give answers at one end of the scale"
CONFOUNDED: dict[Term, str] = {
    "relationship": "fewer than two relationships, or one answer in each",
    "side": "one side answers in each relationship, or one answer on each side",
    "rater": "one rater on each side, or one answer from each rater",
}


@dataclass(frozen=True)
class Effects:
    """Most likely value of each effect given the answers, and its standard error, in the order of `codes`."""

    codes: tuple[Any, ...]
    value: Floats
    se: Floats


@dataclass(frozen=True)
class Modes:
    """`sides` are deviations of (relationship, side) pairs from their relationship; `raters` from their side."""

    relationships: Effects
    sides: Effects
    raters: Effects


@dataclass(frozen=True)
class OrdinalMixed:
    """Everything is in standard deviations of one answer around its centre (probit) or in logits.

    `item_effects` are relative to the first item, NaN for an item whose answers all lie at one end; `side_effect` is
    the second side minus the first (in sorted order); `categories` are the answers in use, low to high, one more than
    there are thresholds. A spread that the data cannot tell is Undefined with its reason. `reason` is None when all
    is well.
    """

    link: str
    categories: tuple[float, ...]
    items: tuple[Any, ...]
    side_names: tuple[Any, ...]
    thresholds: Floats
    item_effects: Floats
    side_effect: float
    sd_relationship: float
    sd_side: float
    sd_rater: float
    loglik: float
    modes: Modes
    iterations: int
    converged: bool
    reason: str | None


def fit(
    answers: ArrayLike,
    relationship: ArrayLike,
    side: ArrayLike,
    rater: ArrayLike,
    item: ArrayLike,
    *,
    link: Literal["probit", "logit"] = "probit",
    varying: Sequence[Term] = TERMS,
) -> OrdinalMixed:
    """Fit a cumulative model of ordered answers with three nested or crossed sources of variation.

    answers: one value per answer, ordered categories, NaN = none; relationship, side (two at most), rater, item: the
    codes of each answer, as long as answers. A rater has the same code wherever they answer: in one relationship or
    in several. link: law of the hidden opinion; varying: the sources of variation to estimate. Returns an
    OrdinalMixed; with fewer than two categories, or blocks of tied relationships too large, everything in it is
    Undefined. Formula: `P(Y <= k) = F(tau_k - eta)`; the log-likelihood is Laplace's approximation, maximised with its
    exact gradient. Raises ValueError when lengths differ or there are more than two sides.
    Source: McCullagh (1980); Tutz and Hennevogl (1996). Reference: ordinal::clmm.

    >>> answers = [1, 2, 2, 3, 2, 2, 3, 3, 1, 1, 2, 1, 3, 2, 3, 3]
    >>> relationship, side = ["a"] * 8 + ["b"] * 8, (["client"] * 4 + ["supplier"] * 4) * 2
    >>> rater, item = [number // 2 for number in range(16)], ["F1", "F2"] * 8
    >>> model = fit(answers, relationship, side, rater, item)
    >>> model.converged, model.thresholds.size, model.side_effect > 0
    (True, 2, True)
    """
    table = columns(answers, relationship, side, rater, item)
    categories, table = without_ends(table)
    names = names_of(table)
    if len(categories) < 2:
        return _undefined(link, categories, item, names, ONE_ANSWER)
    if len(names["side"]) > 2:
        raise ValueError("a relationship has two sides at most")
    web = web_of(table, names, categories)
    if web.largest > LARGEST_FITTED:
        return _undefined(link, categories, item, names, TIED)
    shape = _shape(web, len(categories), names, varying)
    return _fitted(web, shape, LINKS[link], categories, sorted(set(np.asarray(item).tolist())), names)


def score(
    model: OrdinalMixed,
    answers: ArrayLike,
    relationship: ArrayLike,
    side: ArrayLike,
    rater: ArrayLike,
    item: ArrayLike,
) -> Modes:
    """Effects of other relationships, sides and raters, with the parameters of a fitted model.

    model: from `fit`; the other parameters: as `fit`, of any number of relationships. Answers to an unknown item, on
    an unknown side or in a category that the model does not know are left out. Returns Modes; NaN for a source of
    variation that the model does not have, nothing at all without a usable answer or parameter. Raises ValueError
    when common raters tie too many relationships together. Formula: the mode of the effects given the answers, with
    standard errors from the curvature there. Source: as `fit`. Reference: ordinal::ranef and condVar.

    >>> answers = [1, 2, 2, 3, 2, 2, 3, 3, 1, 1, 2, 1, 3, 2, 3, 3]
    >>> relationship, side = ["a"] * 8 + ["b"] * 8, (["client"] * 4 + ["supplier"] * 4) * 2
    >>> rater, item = [number // 2 for number in range(16)], ["F1", "F2"] * 8
    >>> model = fit(answers, relationship, side, rater, item)
    >>> score(model, [3, 3], ["c", "c"], ["client", "client"], [99, 99], ["F1", "F2"]).relationships.codes
    ('c',)
    """
    table = columns(answers, relationship, side, rater, item)
    usable = [code for code, effect in zip(model.items, model.item_effects, strict=True) if not np.isnan(effect)]
    known = np.isin(table["answers"], model.categories) & np.isin(table["item"], np.array(usable))
    table = {name: column[known & np.isin(table["side"], np.array(model.side_names))] for name, column in table.items()}
    names = names_of(table) | {"side": np.array(model.side_names), "item": np.array(usable)}
    if isnan(model.loglik) or not table["answers"].size:
        return _modes_nowhere()
    web = web_of(table, names, model.categories)
    if web.largest > LARGEST_SCORED:
        raise ValueError(TIED)
    sd = np.nan_to_num([model.sd_relationship, model.sd_side, model.sd_rater])
    side_effect = np.nan_to_num([0.0, model.side_effect])[: len(model.side_names)]
    effects = model.item_effects[~np.isnan(model.item_effects)]
    fixed = _Fixed(model.thresholds, effects[web.item] + side_effect[web.side], sd)
    state = _settle(web, fixed, LINKS[model.link], np.zeros(web.nodes), np.zeros(web.raters))
    absent = np.isnan([model.sd_relationship, model.sd_side, model.sd_rater])
    return _modes(web, fixed.sd, state, names, absent)


# --- the effects given the parameters -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Fixed:
    """Parameters of one evaluation: thresholds, fixed part of eta, spreads of relationship, side and rater."""

    thresholds: Floats
    eta: Floats
    sd: Floats


@dataclass(frozen=True)
class _Curvature:
    """H = 1 + Z'WZ with the raters eliminated: `flat` holds what is left for the nodes, block after block."""

    flat: Floats
    rater: Floats
    cell_weight: Floats


@dataclass(frozen=True)
class _State:
    """Effects b at their mode, the law of each answer there, the curvature, and minus the height reached."""

    nodes: Floats
    raters: Floats
    law: Law
    curvature: _Curvature
    loss: float


def _curvature(web: Web, sd: Floats, weight: Floats) -> _Curvature:
    by_rater = 1 + sd[2] ** 2 * sums(web.cell_rater, weight, web.raters)
    pair = -(sd[2] ** 2) * weight[web.one] * weight[web.other] / by_rater[web.cell_rater[web.one]]
    pair[web.one == web.other] += weight[web.one[web.one == web.other]]
    scaled = [sd[0] ** 2 * pair, sd[0] * sd[1] * pair, sd[0] * sd[1] * pair, sd[1] ** 2 * pair]
    flat = sums(web.spots, np.concatenate(scaled), sum(size**2 * many for size, many in web.sizes))
    flat[web.diagonal] += 1
    return _Curvature(flat, by_rater, weight)


def _blocks(web: Web, flat: Floats) -> Iterator[Floats]:
    """The blocks of each size, as one stack of square matrices; what is written there is written in `flat`."""
    first = 0
    for size, many in web.sizes:
        yield flat[first : first + size**2 * many].reshape(many, size, size)
        first += size**2 * many


def _log_determinant(web: Web, curvature: _Curvature) -> float:
    blocks = sum(float(np.linalg.slogdet(block)[1].sum()) for block in _blocks(web, curvature.flat))
    return float(np.log(curvature.rater).sum()) + blocks


def _divided(web: Web, flat: Floats, vector: Floats) -> Floats:
    """The node values x with (blocks) x = vector."""
    out, first = np.empty_like(vector), 0
    for block in _blocks(web, flat):
        many, size, _ = block.shape
        part = slice(first, first + size * many)
        out[part] = np.linalg.solve(block, vector[part].reshape(many, size, 1)).ravel()
        first = part.stop
    return out


def _gather(web: Web, sd: Floats, per_cell: Floats) -> tuple[Floats, Floats]:
    """Z' of one value per cell: sums over the cells of each node and of each rater, times the spreads."""
    nodes = sd[0] * sums(web.cell_relationship, per_cell, web.nodes)
    nodes += sd[1] * sums(web.cell_side, per_cell, web.nodes)
    return nodes, sd[2] * sums(web.cell_rater, per_cell, web.raters)


def _spread(web: Web, sd: Floats, nodes: Floats, raters: Floats) -> Floats:
    """Z of the effects: what they add to eta in each cell."""
    added: Floats = sd[0] * nodes[web.cell_relationship] + sd[1] * nodes[web.cell_side] + sd[2] * raters[web.cell_rater]
    return added


def _solve(web: Web, sd: Floats, curvature: _Curvature, nodes: Floats, raters: Floats) -> tuple[Floats, Floats]:
    """The effects x with H x = (nodes, raters)."""
    none = np.zeros(web.raters)
    passed = _gather(web, sd, curvature.cell_weight * sd[2] * (raters / curvature.rater)[web.cell_rater])[0]
    x = _divided(web, curvature.flat, nodes - passed)
    back = _gather(web, sd, curvature.cell_weight * _spread(web, sd, x, none))[1]
    return x, (raters - back) / curvature.rater


def _settle(web: Web, fixed: _Fixed, link: Link, nodes: Floats, raters: Floats) -> _State:
    """The most likely effects, by Newton's method with halved steps: the height is concave."""
    sd, cells = fixed.sd, web.cell_side.size
    law, loss = _height(web, fixed, link, nodes, raters)
    for _ in range(MOST_STEPS):
        curvature = _curvature(web, sd, sums(web.cell, law.weight, cells))
        pull = _gather(web, sd, sums(web.cell, law.slope, cells))
        force = pull[0] - nodes, pull[1] - raters
        step = _solve(web, sd, curvature, *force)
        promise = float(step[0] @ force[0] + step[1] @ force[1])
        if not promise > 1e-20:
            break
        for halving in range(40):
            length = 0.5**halving
            new = nodes + length * step[0], raters + length * step[1]
            new_law, new_loss = _height(web, fixed, link, *new)
            if new_loss <= loss - 1e-4 * length * promise + 1e-13 * abs(loss):
                break
        nodes, raters, law, loss = *new, new_law, new_loss
    return _State(nodes, raters, law, curvature, loss)


def _height(web: Web, fixed: _Fixed, link: Link, nodes: Floats, raters: Floats) -> tuple[Law, float]:
    law = law_of(fixed.thresholds, web.y, fixed.eta + _spread(web, fixed.sd, nodes, raters)[web.cell], link)
    return law, float((nodes @ nodes + raters @ raters) / 2 - law.log.sum())


@dataclass(frozen=True)
class _Covariance:
    """In each cell: covariance of eta with the b of its relationship, side and rater. Then the variance of each b, of
    relationships followed by their sides (`nodes`), and of raters."""

    relationship: Floats
    side: Floats
    rater: Floats
    nodes: Floats
    raters: Floats


def _covariance(web: Web, sd: Floats, curvature: _Curvature) -> _Covariance:
    cells, pairs = web.cell_side.size, web.one.size
    inverse = np.empty_like(curvature.flat)
    for block, target in zip(_blocks(web, curvature.flat), _blocks(web, inverse), strict=True):
        target[:] = np.linalg.inv(block)
    corner = inverse[web.spots].reshape(4, pairs)
    by_relation = sd[0] * corner[0] + sd[1] * corner[1]
    by_side = sd[0] * corner[2] + sd[1] * corner[3]
    weight = curvature.cell_weight
    share = (sd[2] ** 2 / curvature.rater)[web.cell_rater]
    same = web.one == web.other

    def own_and_passed(pair: Floats) -> tuple[Floats, Floats]:
        own = np.zeros(cells)
        own[web.one[same]] = pair[same]
        return own, sums(web.one, weight[web.other] * pair, cells)

    own, passed = own_and_passed(by_relation)
    relation = own - share * passed
    own, passed = own_and_passed(by_side)
    side = own - share * passed
    row = own_and_passed(sd[0] * by_relation + sd[1] * by_side)[1]
    total = sums(web.cell_rater, weight * row, web.raters)
    rater = sd[2] / curvature.rater[web.cell_rater] * (1 - row + share * total[web.cell_rater])
    raters = 1 / curvature.rater + (sd[2] / curvature.rater) ** 2 * total
    return _Covariance(relation, side, rater, inverse[web.diagonal], raters)


# --- the parameters -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Shape:
    """How the vector of parameters is cut: thresholds, items, sides, then the spreads that exist."""

    thresholds: int
    items: int
    sides: int
    terms: tuple[bool, bool, bool]


def _shape(web: Web, categories: int, names: dict[str, NDArray[Any]], varying: Sequence[Term]) -> _Shape:
    """A spread exists when its groups differ from single answers and from those of a wider source of variation."""
    answers, relations, sides = web.y.size, web.relationship_place.size, web.side_place.size
    alone = sides == web.cell_side.size == web.raters
    relationship = "relationship" in varying and 1 < relations < answers
    side = "side" in varying and 1 < sides < answers and not (relationship and sides == relations)
    wider = side or (relationship and sides == relations)
    rater = "rater" in varying and 1 < web.raters < answers and not (wider and alone)
    return _Shape(categories - 1, names["item"].size, names["side"].size, (relationship, side, rater))


def _fixed(web: Web, shape: _Shape, line: Floats) -> _Fixed:
    cuts = np.cumsum([shape.thresholds, shape.items - 1, shape.sides - 1])
    tau, items, sides, spreads = np.split(line, cuts)
    gaps = np.exp(np.clip(tau[1:], -FARTHEST, FARTHEST))
    thresholds = tau[0] + np.concatenate([[0.0], np.cumsum(gaps)])
    sd = np.zeros(3)
    sd[np.array(shape.terms)] = spreads
    eta = np.concatenate([[0.0], items])[web.item] + np.concatenate([[0.0], sides])[web.side]
    return _Fixed(thresholds, eta, sd)


def _loglik(web: Web, state: _State) -> float:
    return -state.loss - _log_determinant(web, state.curvature) / 2


def _gradient(web: Web, shape: _Shape, fixed: _Fixed, link: Link, state: _State) -> Floats:
    """Exact gradient of Laplace's log-likelihood: the effects follow the parameters, the curvature follows both."""
    sd, law, cells = fixed.sd, state.law, web.cell_side.size
    cov, bend = _covariance(web, sd, state.curvature), bend_of(law, link)
    variance = (sd[0] * cov.relationship + sd[1] * cov.side + sd[2] * cov.rater)[web.cell]
    turned = sums(web.cell, variance * bend.turn, cells)
    adjoint = _solve(web, sd, state.curvature, *_gather(web, sd, turned))
    answer = _spread(web, sd, *adjoint)[web.cell]
    each = law.slope - variance * bend.turn / 2 + law.weight * answer / 2
    upper = law.dense_upper + (variance * bend.weight_upper + answer * bend.slope_upper) / 2
    lower = -law.dense_lower + (variance * bend.weight_lower + answer * bend.slope_lower) / 2
    width = shape.thresholds + 2
    tau = (sums(web.y + 1, upper, width) + sums(web.y, lower, width))[1:-1]
    gaps = np.diff(fixed.thresholds) * tau[::-1].cumsum()[::-1][1:]
    moved, slope = sums(web.cell, each, cells), sums(web.cell, law.slope, cells)
    spreads = [
        moved @ b[where] - slope @ a[where] / 2 - state.curvature.cell_weight @ covariance
        for b, a, where, covariance in (
            (state.nodes, adjoint[0], web.cell_relationship, cov.relationship),
            (state.nodes, adjoint[0], web.cell_side, cov.side),
            (state.raters, adjoint[1], web.cell_rater, cov.rater),
        )
    ]
    return np.concatenate(
        [
            [tau.sum()],
            gaps,
            sums(web.item, each, shape.items)[1:],
            sums(web.side, each, shape.sides)[1:],
            np.array(spreads)[np.array(shape.terms)],
        ]
    )


def _climb(web: Web, shape: _Shape, link: Link) -> tuple[Floats, _State, int, bool]:
    from scipy.optimize import minimize

    answers = web.y.size
    last = {"nodes": np.zeros(web.nodes), "raters": np.zeros(web.raters)}

    def loss(line: Floats) -> tuple[float, Floats]:
        fixed = _fixed(web, shape, line)
        if max(np.abs(values).max() for values in (fixed.thresholds, fixed.eta, fixed.sd)) > LOST:
            return NOWHERE, np.zeros_like(line)
        state = _settle(web, fixed, link, last["nodes"], last["raters"])
        last.update(nodes=state.nodes, raters=state.raters)
        return -_loglik(web, state) / answers, -_gradient(web, shape, fixed, link, state) / answers

    line, iterations, settled = _start(web, shape, link), 0, False
    for _ in range(MOST_STARTS):
        found = minimize(loss, line, jac=True, method="BFGS", options={"gtol": 1e-7, "maxiter": 500})
        line, iterations, settled = found.x, iterations + int(found.nit), bool(np.abs(found.jac).max() < 1e-5)
        if settled:
            break
    line = _without_dust(lambda x: loss(x)[0], line, sum(shape.terms), 1e-8 / answers)
    state = _settle(web, _fixed(web, shape, line), link, last["nodes"], last["raters"])
    return line, state, iterations, settled


def _start(web: Web, shape: _Shape, link: Link) -> Floats:
    share = np.bincount(web.y, minlength=shape.thresholds + 1).cumsum()[:-1] / web.y.size
    thresholds = 1.3 * link.quantile(share)
    rest = np.zeros(shape.items - 1 + shape.sides - 1)
    return np.concatenate([thresholds[:1], np.log(np.diff(thresholds)), rest, np.full(sum(shape.terms), 0.5)])


def _without_dust(loss: Callable[[Floats], float], line: Floats, spreads: int, margin: float) -> Floats:
    """A spread that adds nothing to the likelihood is nil, not a tiny number left by the search."""
    for place in range(line.size - spreads, line.size):
        nil = line.copy()
        nil[place] = 0.0
        if abs(line[place]) < 0.1 and loss(nil) <= loss(line) + margin:
            line = nil
    return line


# --- what is returned ---------------------------------------------------------------------------------------------


def _fitted(
    web: Web,
    shape: _Shape,
    link: Link,
    categories: tuple[float, ...],
    items: list[Any],
    names: dict[str, NDArray[Any]],
) -> OrdinalMixed:
    line, state, iterations, settled = _climb(web, shape, link)
    fixed = _fixed(web, shape, line)
    kept = np.isin(np.array(items), names["item"])
    effects = np.full(len(items), nan)
    effects[kept] = np.concatenate([[0.0], line[shape.thresholds : shape.thresholds + shape.items - 1]])
    side = _finite(line[shape.thresholds + shape.items - 1]) if shape.sides == 2 else Undefined(ONE_SIDE)
    terms = zip(TERMS, shape.terms, np.abs(fixed.sd), strict=True)
    sd = [_finite(spread) if there else Undefined(CONFOUNDED[term]) for term, there, spread in terms]
    runaway = any(isinstance(value, Undefined) and value.reason == RUNAWAY for value in (side, *sd))
    reason = RUNAWAY if runaway else None if settled else UNFINISHED
    return OrdinalMixed(
        link=link.name,
        categories=categories,
        items=tuple(items),
        side_names=tuple(names["side"].tolist()),
        thresholds=fixed.thresholds,
        item_effects=effects,
        side_effect=side,
        sd_relationship=sd[0],
        sd_side=sd[1],
        sd_rater=sd[2],
        loglik=_loglik(web, state),
        modes=_modes(web, fixed.sd, state, names, ~np.array(shape.terms)),
        iterations=iterations,
        converged=reason is None,
        reason=reason,
    )


def _finite(value: float) -> float:
    return float(value) if abs(value) < FARTHEST else Undefined(RUNAWAY)


def _modes(web: Web, sd: Floats, state: _State, names: dict[str, NDArray[Any]], absent: NDArray[np.bool_]) -> Modes:
    cov = _covariance(web, sd, state.curvature)
    scale = np.where(absent, nan, sd)
    pairs = [
        (names["relationship"][code // 2].item(), names["side"][code % 2].item()) for code in web.side_codes.tolist()
    ]

    def effects(codes: Sequence[Any], sd: float, b: Floats, variance: Floats) -> Effects:
        return Effects(tuple(codes), sd * b, abs(sd) * np.sqrt(variance))

    relation, side = web.relationship_place, web.side_place
    return Modes(
        effects(names["relationship"].tolist(), scale[0], state.nodes[relation], cov.nodes[: relation.size]),
        effects(pairs, scale[1], state.nodes[side], cov.nodes[relation.size :]),
        effects(names["rater"].tolist(), scale[2], state.raters, cov.raters),
    )


def _modes_nowhere() -> Modes:
    none = np.full(0, nan)
    return Modes(Effects((), none, none), Effects((), none, none), Effects((), none, none))


def _undefined(
    link: str, categories: tuple[float, ...], item: ArrayLike, names: dict[str, NDArray[Any]], reason: str
) -> OrdinalMixed:
    items = tuple(sorted(set(np.asarray(item).ravel().tolist())))
    why = Undefined(reason)
    return OrdinalMixed(
        link=link,
        categories=categories,
        items=items,
        side_names=tuple(names["side"].tolist()),
        thresholds=np.full(max(len(categories) - 1, 0), nan),
        item_effects=np.full(len(items), nan),
        side_effect=why,
        sd_relationship=why,
        sd_side=why,
        sd_rater=why,
        loglik=why,
        modes=_modes_nowhere(),
        iterations=0,
        converged=False,
        reason=reason,
    )
