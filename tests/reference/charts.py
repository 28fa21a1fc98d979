"""Run lengths, limits and paths of the charts against spc, and the Nile's break against least squares."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from reciproque.science import change_points, charts
from reference.table import Comparison

DATA = Path(__file__).parent / "data"
SPC = "spc 0.6.7"


def nile() -> np.ndarray:
    """Yearly flow at Aswan, 1871 to 1970, 1e8 cubic metres (R datasets::Nile)."""
    with gzip.open(DATA / "nile.csv.gz", "rt") as lines:
        return np.loadtxt(lines, delimiter=",", skiprows=1)[:, 1]


def comparisons() -> Iterator[Comparison]:
    stored = json.loads((DATA / "charts.json").read_text())
    for row in stored["cusum"]:
        k, h, shift, two = row["k"], row["h"], row["shift"], row["sided"] == "two"
        name = f"CUSUM ARL, k={k} h={h} shift={shift} {row['sided']}-sided"
        yield Comparison(name, charts.cusum_arl(k, h, shift, two), row["arl"], f"{SPC} xcusum.arl")
    for row in stored["cusum_limits"]:
        ours = charts.cusum_limit(row["k"], row["arl0"])
        yield Comparison(f"CUSUM limit, k={row['k']} ARL0={row['arl0']}", ours, row["h"], f"{SPC} xcusum.crit")
    for row in stored["ewma"]:
        lam, limit, shift, steady = row["lam"], row["limit"], row["shift"], row["limits"] == "fix"
        name = f"EWMA ARL, lam={lam} limit={limit} shift={shift}{'' if steady else ', early limits'}"
        yield Comparison(name, charts.ewma_arl(lam, limit, shift, steady), row["arl"], f"{SPC} xewma.arl")
    for row in stored["ewma_limits"]:
        ours = charts.ewma_limit(row["lam"], row["arl0"])
        yield Comparison(f"EWMA limit, lam={row['lam']} ARL0={row['arl0']}", ours, row["limit"], f"{SPC} xewma.crit")
    for row in stored["poisson"]:
        ours = charts.poisson_cusum_arl(row["rate0"], row["rate1"], row["h"], rate=row["rate"])
        name = f"counts: ARL, {row['rate0']} to {row['rate1']}, h={row['h']}, true rate {row['rate']}"
        yield Comparison(name, ours, row["arl"], f"{SPC} pois.cusum.arl")
    yield from _nile(stored["nile"])


def _nile(stored: dict) -> Iterator[Comparison]:
    paths, smooth = charts.cusum(stored["z"], 0.5, 5), charts.ewma(stored["z"], 0.2, 3)
    for name, ours in (("upper", paths.upper), ("lower", paths.lower), ("ewma", smooth.path)):
        gap = float(np.abs(ours - np.array(stored[name])).max())
        yield Comparison(f"Nile, {name} path, largest difference", gap, 0.0, "R Reduce", absolute=1e-9)
    found = change_points.bocpd(nile(), 0.01, mean=1000, rate=150.0**2)
    yield Comparison(
        "Nile, first year of the new level",
        1871 + found.starts[0],
        1871 + stored["first_of_second_run"],
        "R least squares",
    )
