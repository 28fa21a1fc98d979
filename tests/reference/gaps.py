"""Differences of two groups, effect sizes and corrections for many tests, beside R."""

import json
from collections.abc import Iterator
from pathlib import Path

from reciproque.science.gaps import adjust, cliff_delta, hedges_g, welch
from reference.table import Comparison

DATA = Path(__file__).parent / "data"


def comparisons() -> Iterator[Comparison]:
    figures = json.loads((DATA / "gaps.json").read_text())
    for name, theirs in figures["pairs"].items():
        yield from of_pair(name, theirs)
    tests = figures["adjust"]
    for method in ("bh", "by", "holm"):
        for i, (ours, other) in enumerate(zip(adjust(tests["p"], method), tests[method], strict=True), 1):
            yield Comparison(f"{method}, p-value {i}", ours, other, "stats::p.adjust")
    yield Comparison("bh, rejected of 15", int((adjust(tests["p"]) <= 0.05).sum()), 4, "Benjamini and Hochberg (1995)")
    yield Comparison("holm, rejected of 15", int((adjust(tests["p"], "holm") <= 0.05).sum()), 3, "stats::p.adjust")


def of_pair(name: str, theirs: dict) -> Iterator[Comparison]:
    found = welch(theirs["a"], theirs["b"])
    for part in ("difference", "se", "df", "low", "high", "p"):
        yield Comparison(f"welch {part}, {name}", getattr(found, part), theirs[part], "stats::t.test")
    g, delta = hedges_g(theirs["a"], theirs["b"]), cliff_delta(theirs["a"], theirs["b"])
    yield Comparison(f"hedges_g, {name}", g.value, theirs["g"], "metafor::escalc")
    yield Comparison(f"cliff_delta, {name}", delta.value, theirs["cliff"], "stats::wilcox.test")
    for ours, interval, how in (
        (g, theirs["g_interval"], "stats::pt, noncentral"),
        (delta, theirs["cliff_interval"], "formula in R"),
    ):
        what = "hedges_g" if ours is g else "cliff_delta"
        yield Comparison(f"{what} low, {name}", ours.low, interval[0], how)
        yield Comparison(f"{what} high, {name}", ours.high, interval[1], how)
