"""Moderated variances beside limma::squeezeVar, and the half-widths that follow."""

import json
from collections.abc import Iterator
from math import inf
from pathlib import Path

import numpy as np

from reciproque.science.margins import moderated_interval, moderated_variance, trigamma_inverse
from reference.table import Comparison

DATA = Path(__file__).parent / "data"


def comparisons() -> Iterator[Comparison]:
    figures = json.loads((DATA / "margins.json").read_text())
    for name, theirs in figures["sets"].items():
        found = moderated_variance(theirs["variances"], theirs["df"])
        expected = inf if theirs["d0"] == "infinite" else theirs["d0"]
        yield Comparison(f"d0, {name}", found.d0, expected, "limma::fitFDist")
        yield Comparison(f"s0_squared, {name}", found.s0_squared, theirs["s0_squared"], "limma::fitFDist")
        n = np.array(theirs["df"]) + 1
        ours = moderated_interval(np.zeros(len(n)), n, theirs["variances"], found)
        for i in range(len(n)):
            yield Comparison(
                f"variance {i + 1}, {name}", found.posterior[i], theirs["posterior"][i], "limma::squeezeVar"
            )
            yield Comparison(f"half-width {i + 1}, {name}", ours.high[i], theirs["half"][i], "limma and stats::qt")
    inverse = figures["trigamma_inverse"]
    for x, y in zip(inverse["x"], inverse["y"], strict=True):
        yield Comparison(f"trigamma_inverse({x})", trigamma_inverse(x), y, "limma::trigammaInverse")
