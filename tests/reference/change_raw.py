"""Partially overlapping samples, and the verdicts of a small file, beside the same formulas written in R with limma."""

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from reciproque.science.change_raw import changes, partially_overlapping
from reference.table import Comparison

DATA = Path(__file__).parent / "data"


def columns() -> dict[str, list]:
    """The rows of the small file: relationship, side, wave, person, value."""
    with gzip.open(DATA / "change_raw.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    found: dict[str, list] = {name: [row[name] for row in rows] for name in rows[0]}
    return found | {"value": [float(value) for value in found["value"]]}


def comparisons() -> Iterator[Comparison]:
    figures = json.loads((DATA / "change_raw.json").read_text())
    example = figures["example"]
    a, b = example["a"], example["b"]
    found = partially_overlapping(a["alone"], b["alone"], a["linked"], b["linked"])
    for part in ("difference", "se", "df", "p"):
        yield Comparison(f"partially overlapping, {part}", getattr(found, part), example[part], "formula in R")
    yield Comparison("partially overlapping, p, documented", found.p, 0.026, "Partiallyoverlapping", 2e-3)
    data = columns()
    ours = changes(data["relationship"], data["side"], data["wave"], data["value"], person=data["person"])
    yield Comparison("correlation of linked people", ours.spread.correlation, figures["correlation"], "R")
    for i, row in enumerate(ours.relationships):
        for part in ("difference", "margin", "p", "adjusted"):
            theirs = figures["gate"][part][i]
            yield Comparison(f"composite {i + 1}, {part}", getattr(row.gate, part), theirs, "R and limma::squeezeVar")
        for j, move in enumerate(row.sides.values()):
            yield Comparison(
                f"side {2 * i + j + 1}, p", move.p, figures["sides"]["p"][2 * i + j], "R and limma::squeezeVar"
            )
