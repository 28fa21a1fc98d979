"""Do the models find what was put in? Bias and error of their parameters on simulated answers with a known truth.

python benchmarks/recovery.py
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

import numpy as np

from reciproque.science import graded_response, ordinal_mixed

ITEM_EASE = np.array([0.0, 0.4, -0.3, 0.6, 0.1])
THRESHOLDS = np.array([-1.6, -0.6, 0.4, 1.5])
SPREADS = (0.6, 0.4, 0.5)
SUPPLIER = 0.3


@dataclass(frozen=True)
class Recovered:
    """`bias` = mean of (estimate - truth), `rmse` = root of the mean square of it; `coverage` of the 95 % intervals."""

    model: str
    parameter: str
    bias: float
    rmse: float
    coverage: float | None = None


@dataclass(frozen=True)
class Graded:
    answers: np.ndarray
    discrimination: np.ndarray
    thresholds: np.ndarray
    theta: np.ndarray


@dataclass(frozen=True)
class Ordinal:
    """The five columns that `ordinal_mixed.fit` takes, and the effects that were drawn."""

    columns: tuple[np.ndarray, ...]
    relationships: np.ndarray
    sides: np.ndarray


def graded_answers(rng: np.random.Generator, people: int, items: int, *, missing: float = 0.05) -> Graded:
    """Five categories; discriminations around 1.4, thresholds spread over the people."""
    a = rng.lognormal(0.3, 0.3, items)
    b = np.linspace(-1.5, 1.5, 4) + np.sort(rng.normal(0, 0.4, (items, 4)), axis=1)
    theta = rng.normal(size=people)
    chance = rng.random((people, items))
    answers = np.ones((people, items))
    for rank in range(4):
        answers += chance < 1 / (1 + np.exp(-a * (theta[:, None] - b[:, rank])))
    answers[rng.random(answers.shape) < missing] = np.nan
    return Graded(answers, a, b, theta)


def ordinal_answers(rng: np.random.Generator, relationships: int, people: int, *, missing: float = 0.05) -> Ordinal:
    """Every relationship with two sides of as many people, five items of five categories."""
    shape = (relationships, 2, people, ITEM_EASE.size)
    of_relation = rng.normal(0, SPREADS[0], relationships)
    of_side = rng.normal(0, SPREADS[1], (relationships, 2))
    of_rater = rng.normal(0, SPREADS[2], shape[:3])
    centre = of_relation[:, None] + of_side + np.array([0.0, SUPPLIER])
    hidden = (centre[:, :, None] + of_rater)[..., None] + ITEM_EASE + rng.normal(size=shape)
    kept = rng.random(shape) >= missing
    relation, side, person, item = (axis[kept] for axis in np.indices(shape))
    answers = 1.0 + np.searchsorted(THRESHOLDS, hidden[kept])
    names = np.array(["client", "supplier"])[side]
    return Ordinal((answers, relation, names, (relation * 2 + side) * people + person, item), of_relation, of_side)


def recovery(seed: int, repeats: int = 40) -> list[Recovered]:
    """Both models, each on `repeats` simulated files: 500 people x 10 items; 60 relationships x 2 sides x 8 people."""
    rng = np.random.default_rng(seed)
    graded = [_graded_errors(graded_answers(rng, 500, 10)) for _ in range(repeats)]
    ordinal = [_ordinal_errors(ordinal_answers(rng, 60, 8)) for _ in range(repeats)]
    return [*_summary("graded response", graded), *_summary("ordinal mixed", ordinal)]


def _graded_errors(truth: Graded) -> dict[str, tuple[np.ndarray, np.ndarray | None]]:
    model = graded_response.fit(truth.answers)
    scores = graded_response.eap(model, truth.answers)
    return {
        "log discrimination": (np.log(model.discrimination / truth.discrimination), None),
        "thresholds": (model.thresholds - truth.thresholds, None),
        "people": (scores.theta - truth.theta, scores.se),
    }


def _ordinal_errors(truth: Ordinal) -> dict[str, tuple[np.ndarray, np.ndarray | None]]:
    model = ordinal_mixed.fit(*truth.columns)
    modes = model.modes
    return {
        "thresholds": (model.thresholds - THRESHOLDS, None),
        "item effects": (model.item_effects[1:] - ITEM_EASE[1:], None),
        "side effect": (np.array([model.side_effect - SUPPLIER]), None),
        "sd of relationships": (np.array([model.sd_relationship - SPREADS[0]]), None),
        "sd of sides": (np.array([model.sd_side - SPREADS[1]]), None),
        "sd of raters": (np.array([model.sd_rater - SPREADS[2]]), None),
        "relationships": (modes.relationships.value - truth.relationships, modes.relationships.se),
        "sides": (modes.sides.value - truth.sides.ravel(), modes.sides.se),
    }


def _summary(model: str, runs: list[dict[str, tuple[np.ndarray, np.ndarray | None]]]) -> Iterator[Recovered]:
    for parameter in runs[0]:
        error = np.concatenate([run[parameter][0].ravel() for run in runs])
        known = ~np.isnan(error)
        spreads = [run[parameter][1] for run in runs]
        covered = None
        if spreads[0] is not None:
            covered = float(
                (np.abs(error) < 1.96 * np.concatenate([s for s in spreads if s is not None]))[known].mean()
            )
        yield Recovered(model, parameter, float(error[known].mean()), sqrt((error[known] ** 2).mean()), covered)


if __name__ == "__main__":
    for row in recovery(1):
        covered = "" if row.coverage is None else f"   95 % intervals cover {row.coverage:.3f}"
        print(f"{row.model:18}{row.parameter:22}bias {row.bias:+.4f}   rmse {row.rmse:.4f}{covered}")
