"""Shrunken means of groups beside lme4's conditional modes; shrunken effects beside metafor's REML and blup."""

import json
from collections.abc import Iterator
from pathlib import Path

from reciproque.science.shrinkage import empirical_bayes, random_effects
from reciproque.science.variance_components import group_sums
from reference.table import Comparison
from reference.variance_components import answers

DATA = Path(__file__).parent / "data"
METAFOR = "metafor::rma + blup"


def comparisons() -> Iterator[Comparison]:
    figures = json.loads((DATA / "shrinkage.json").read_text())
    for name, theirs in figures["means"].items():
        sums = group_sums(*answers(name))
        ours = empirical_bayes(sums.n, sums.mean, sums.ss).shrunken
        for group, (mine, other) in zip(theirs["group"], zip(ours, theirs["shrunken"], strict=True), strict=True):
            yield Comparison(f"shrunken mean, {name} {group}", mine, other, "lme4::coef", relative=1e-6)
    for name, theirs in figures["effects"].items():
        yield from of_effects(name, theirs)


def of_effects(name: str, theirs: dict) -> Iterator[Comparison]:
    found = random_effects(theirs["effects"], theirs["se"])
    for part in ("tau2", "mean", "mean_se"):
        yield Comparison(f"{part}, {name}", getattr(found, part), theirs[part], METAFOR, 1e-6, absolute=1e-6)
    for part in ("blups", "blup_se"):
        for i, (mine, other) in enumerate(zip(getattr(found, part), theirs[part], strict=True), 1):
            yield Comparison(f"{part} {i}, {name}", mine, other, METAFOR, 1e-6)
