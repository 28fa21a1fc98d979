"""Between and within groups: bh1996 and klein2000 of multilevel, lme4's Dyestuff, the table of Shrout and Fleiss."""

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from reciproque.science.variance_components import icc, one_way_reml, shrout_fleiss
from reference.table import Comparison

DATA = Path(__file__).parent / "data"
LME4 = "lme4::lmer"


def answers(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Scores and groups of one data set."""
    with gzip.open(DATA / "variance_components.csv.gz", "rt") as file:
        rows = [row for row in csv.DictReader(file) if row["set"] == name]
    return np.array([float(row["score"]) for row in rows]), np.array([int(row["group"]) for row in rows])


def comparisons() -> Iterator[Comparison]:
    figures = json.loads((DATA / "variance_components.json").read_text())
    for name, theirs in figures["sets"].items():
        yield from of_set(name, theirs)
    six = shrout_fleiss(figures["judges"])
    for form, value in figures["shrout_fleiss"].items():
        yield Comparison(f"{form}, table of 1979", getattr(six, form), value, "psych::ICC")


def of_set(name: str, theirs: dict) -> Iterator[Comparison]:
    scores, groups = answers(name)
    found, model = icc(scores, groups), one_way_reml(scores, groups)
    for form, software in (
        ("icc1", "stats::aov"),
        ("icc1_mean_size", "multilevel::ICC1"),
        ("icc2", "multilevel::ICC2"),
        ("msb", "stats::aov"),
        ("msw", "stats::aov"),
    ):
        yield Comparison(f"{form}, {name}", getattr(found, form), theirs[form], software)
    # lme4 stops a hair above 0 on klein2000: variances are compared within a millionth.
    yield Comparison(f"icc1_reml, {name}", found.icc1_reml, theirs["icc1_reml"], LME4, absolute=1e-9)
    yield Comparison(f"between, {name}", model.between, theirs["between"], LME4, absolute=1e-9)
    for part in ("within", "mean", "mean_se", "loglik"):
        yield Comparison(f"{part}, {name}", getattr(model, part), theirs[part], LME4)
