"""The five scales of psych::bfi: alpha, its interval, omega, ordinal figures, beside psych, lavaan and semTools."""

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from reciproque.science import reliability
from reference.table import Comparison

DATA = Path(__file__).parent / "data"


def answers() -> dict[str, np.ndarray]:
    """The five items of each scale, keyed; people x items, NaN = missing."""
    with gzip.open(DATA / "bfi.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    return {
        scale: np.array([[float(row[f"{scale}{item}"] or "nan") for item in range(1, 6)] for row in rows])
        for scale in "ACENO"
    }


def comparisons() -> Iterator[Comparison]:
    figures = json.loads((DATA / "reliability.json").read_text())
    for scale, items in answers().items():
        yield from of_scale(scale, items, figures[scale])


def of_scale(scale: str, items: np.ndarray, figures: dict) -> Iterator[Comparison]:
    def row(name: str, ours: float, key: str, software: str) -> Comparison:
        return Comparison(f"{name}, bfi {scale}", ours, figures[key], software)

    complete = items[~np.isnan(items).any(axis=1)]
    interval = reliability.alpha_interval(items)
    yield row("cronbach_alpha", reliability.cronbach_alpha(items), "alpha", "psych::alpha")
    yield row(
        "cronbach_alpha pairwise", reliability.cronbach_alpha(items, "pairwise"), "alpha_pairwise", "psych::alpha"
    )
    yield row("alpha_interval feldt low", interval.low, "low", "psych::alpha.ci")
    yield row("alpha_interval feldt high", interval.high, "high", "psych::alpha.ci")
    yield row("omega_total", reliability.omega_total(complete), "omega", "lavaan::cfa")
    yield row("omega_total, answers missing", reliability.omega_total(items), "omega_fiml", "lavaan::cfa fiml")
    yield row("ordinal_alpha", reliability.ordinal_alpha(items), "ordinal_alpha_psych", "psych::polychoric")
    yield row("ordinal_alpha", reliability.ordinal_alpha(items), "ordinal_alpha_lavaan", "lavaan::lavCor")
    yield row("categorical_omega", reliability.categorical_omega(items), "green_yang", "semTools::compRelSEM")
    two = reliability.spearman_brown(complete[:, 1:3])
    yield row("spearman_brown, items 2 and 3", two, "spearman_brown", "psych::alpha standardised")
    found = reliability.polychoric(items)
    upper = [found[i, j] for j in range(5) for i in range(j)]
    for name, ours, key, software in (
        ("polychoric, ten pairs", upper, "polychoric_lavaan", "lavaan::lavCor"),
        ("item_rest", reliability.item_rest(items), "item_rest", "psych::alpha"),
        ("alpha_if_dropped", reliability.alpha_if_dropped(items), "alpha_if_dropped", "psych::alpha"),
    ):
        worst = max(zip(ours, figures[key], strict=True), key=lambda pair: abs(pair[0] - pair[1]))
        yield Comparison(f"{name}, bfi {scale}, furthest", *worst, software)
