"""Agreement in the 49 companies of multilevel::lq2002, and in the first three people of each, beside R."""

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from reciproque.science import reliability, within_group
from reference.table import Comparison

DATA = Path(__file__).parent / "data"
POINTS = 5
SOFTWARE = {
    "rwg": "multilevel::rwg",
    "rwg_slight_skew": "multilevel::rwg",
    "rwg_j": "multilevel::rwg.j",
    "r_star_wg_j": "multilevel::rwg.j.lindell",
    "a_wg": "multilevel::awg",
    "a_wg_one": "multilevel::awg",
    "ad_mean": "multilevel::ad.m",
    "ad_median": "multilevel::ad.m",
}


def answers() -> tuple[np.ndarray, np.ndarray]:
    """Company of each person, and the eleven answers."""
    with gzip.open(DATA / "lq2002.csv.gz", "rt") as file:
        rows = np.array(list(csv.reader(file))[1:], dtype=int)
    return rows[:, 0], rows[:, 1:]


def first_people(company: np.ndarray, number: int) -> np.ndarray:
    return np.concatenate([np.flatnonzero(company == name)[:number] for name in np.unique(company)])


def comparisons() -> Iterator[Comparison]:
    figures = json.loads((DATA / "within_group.json").read_text())
    company, items = answers()
    three = first_people(company, 3)
    yield from of_companies("all people", items, company, figures["all"])
    yield from of_companies("three people each", items[three], company[three], figures["three"])
    names, whose = np.unique(company, return_inverse=True)
    means = np.array([items[whose == rank].mean(axis=0) for rank in range(len(names))])
    for name, table in (("all", items), ("within", items - means[whose]), ("between", means)):
        ours = reliability.cronbach_alpha(table)
        yield Comparison(f"cronbach_alpha, {name}", ours, figures["alpha"][name], "psych::alpha")


def of_companies(who: str, items: np.ndarray, company: np.ndarray, figures: dict) -> Iterator[Comparison]:
    found = within_group.agreement(items, company, POINTS)
    ours = {index: getattr(found, index) for index in ("rwg_j", "r_star_wg_j", "a_wg", "ad_mean", "ad_median")}
    ours["rwg"] = within_group.rwg(items[:, 0], company, POINTS)
    ours["rwg_slight_skew"] = within_group.rwg(items[:, 0], company, POINTS, null="slight_skew")
    ours["a_wg_one"] = within_group.a_wg(items[:, 0], company, POINTS)
    for index, values in ours.items():
        theirs = np.array(figures[index], dtype=float)
        yield Comparison(f"{index}, mean, {who}", np.nanmean(values), np.nanmean(theirs), SOFTWARE[index])
        undefined = np.isnan(theirs)
        yield Comparison(f"{index}, undefined, {who}", np.isnan(values).sum(), undefined.sum(), SOFTWARE[index])
        furthest = np.abs(values - theirs)[~undefined].max()
        yield Comparison(f"{index}, furthest company, {who}", furthest, 0.0, SOFTWARE[index], absolute=1e-9)
