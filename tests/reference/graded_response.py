"""The graded response model beside an exact maximisation written in R, and beside what mirt prints for lq2002."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from reciproque.science.graded_response import GradedResponse, Scores, eap, fit
from reference.table import Comparison

DATA = Path(__file__).parent / "data"
FILES = {"lq2002": "lq2002_tsig.csv.gz", "simulated": "graded_simulated.csv.gz"}
R = "R optim, exact"


def items(name: str) -> np.ndarray:
    return np.genfromtxt(DATA / FILES[name], delimiter=",", skip_header=1)


def farthest(ours: np.ndarray, theirs: list) -> tuple[float, float]:
    """Of many figures, the pair that differs most."""
    reference = np.concatenate([np.atleast_1d(value) for value in theirs])
    mine = ours[~np.isnan(ours)]
    place = int(np.argmax(np.abs(mine - reference)))
    return float(mine[place]), float(reference[place])


def of(name: str, model: GradedResponse, scores: Scores, theirs: dict) -> Iterator[Comparison]:
    yield Comparison(f"{name}: log-likelihood", model.loglik, theirs["loglik"], R, relative=0, absolute=1e-3)
    for label, ours, reference in (
        ("discrimination that differs most", model.discrimination, theirs["a"]),
        ("threshold that differs most", model.thresholds, theirs["b"]),
        ("person's place that differs most", scores.theta[:5], theirs["theta"]),
        ("standard error that differs most", scores.se[:5], theirs["se"]),
    ):
        yield Comparison(f"{name}: {label}", *farthest(ours, reference), R, relative=1e-5, absolute=1e-6)


def comparisons() -> Iterator[Comparison]:
    stored = json.loads((DATA / "graded_response.json").read_text())
    for name, theirs in stored.items():
        answers = items(name)
        model = fit(answers)
        answered = answers[~np.isnan(answers).all(axis=1)]
        yield from of(name, model, eap(model, answered), theirs)
    model = fit(items("lq2002"))
    yield Comparison("lq2002: log-likelihood", model.loglik, -7816.72, "mirt 1.41", relative=0, absolute=5e-3)
