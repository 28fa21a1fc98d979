"""The cumulative mixed model beside ordinal::clmm: the wine tasting, raters in one relationship, buyers in several."""

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from reciproque.science.ordinal_mixed import OrdinalMixed, fit
from reference.table import Comparison

DATA = Path(__file__).parent / "data"
CLMM = "ordinal::clmm"
NOTED = {"log-likelihood": -81.565409, "sd of judges": 1.131133, "warm": 3.062997, "contact": 1.834885}


def columns(name: str, *wanted: str) -> list[np.ndarray]:
    with gzip.open(DATA / name, "rt") as file:
        rows = list(csv.DictReader(file))
    return [np.array([row[column] for row in rows]) for column in wanted]


def farthest(ours: np.ndarray, theirs: list[float]) -> tuple[float, float]:
    """Of many figures, the pair that differs most."""
    place = int(np.argmax(np.abs(ours - np.array(theirs))))
    return float(ours[place]), float(theirs[place])


def tasting(theirs: dict) -> Iterator[Comparison]:
    rating, judge, contact, temperature = columns("wine.csv.gz", "rating", "judge", "contact", "temp")
    model = fit(rating.astype(float), judge, contact, judge, temperature, link="logit", varying=("relationship",))
    judges = model.modes.relationships
    alone = fit(rating.astype(float), judge, contact, judge, temperature, link="logit", varying=())
    yield Comparison("wine: log-likelihood without judges", alone.loglik, -86.491923, "ordinal::clm")
    ours = {
        "log-likelihood": model.loglik,
        "sd of judges": model.sd_relationship,
        "warm": model.item_effects[1],
        "contact": model.side_effect,
    }
    reference = {
        "log-likelihood": theirs["loglik"],
        "sd of judges": theirs["sd"],
        "warm": theirs["effects"]["tempwarm"],
        "contact": theirs["effects"]["contactyes"],
    }
    for label, value in ours.items():
        yield Comparison(f"wine: {label}", value, reference[label], CLMM)
        yield Comparison(f"wine: {label}, clmm as it comes", value, NOTED[label], CLMM)
    yield Comparison("wine: threshold that differs most", *farthest(model.thresholds, theirs["thresholds"]), CLMM)
    yield Comparison("wine: judge that differs most", *farthest(judges.value, theirs["modes"]), CLMM, 1e-4)
    yield Comparison("wine: variance that differs most", *farthest(judges.se**2, theirs["variances"]), CLMM, 1e-4)


def fitted(name: str) -> OrdinalMixed:
    answers, *codes = columns(f"ordinal_{name}.csv.gz", "answer", "relationship", "side", "rater", "item")
    return fit(answers.astype(float), codes[0].astype(int), *codes[1:])


def simulation(name: str, theirs: dict) -> Iterator[Comparison]:
    model = fitted(name)
    sds = [model.sd_relationship, model.sd_side, model.sd_rater]
    effects = [*model.item_effects[1:], model.side_effect]
    raters = dict(zip(model.modes.raters.codes, model.modes.raters.value, strict=True))
    place = int(np.argmax(np.abs(np.array([raters[code] for code in theirs["rater_names"]]) - theirs["raters"])))
    yield Comparison(f"{name}: log-likelihood", model.loglik, theirs["loglik"], CLMM, relative=0, absolute=1e-4)
    for label, ours, reference in (
        ("threshold", model.thresholds, theirs["thresholds"]),
        ("fixed effect", np.array(effects), list(theirs["effects"].values())),
        ("spread", np.array(sds), [theirs["sd"][term] for term in ("relationship", "pair", "rater")]),
        ("relationship", model.modes.relationships.value, theirs["modes"]),
        ("variance of one", model.modes.relationships.se**2, theirs["variances"]),
        ("variance of a rater", np.sort(model.modes.raters.se**2), sorted(theirs["rater_variances"])),
    ):
        yield Comparison(f"{name}: {label} that differs most", *farthest(ours, reference), CLMM, 1e-4, 1e-4)
    ours, reference = raters[theirs["rater_names"][place]], theirs["raters"][place]
    yield Comparison(f"{name}: rater that differs most", ours, reference, CLMM, 1e-4, 1e-4)


def comparisons() -> Iterator[Comparison]:
    stored = json.loads((DATA / "ordinal_mixed.json").read_text())
    yield from tasting(stored["wine"])
    for name in ("small", "crossed", "large"):
        yield from simulation(name, stored[name])
