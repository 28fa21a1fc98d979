"""Every measure of the product: its name, unit and range, where it comes from and where it is explained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reciproque.science import change, derive, disclosure, margins, mirror, publication, scores, trend


@dataclass(frozen=True)
class Measure:
    """`low` and `high` bound the values in `unit`, None when unbounded; `page` is a file of docs/measures/{en,fr}."""

    key: str
    name: str
    unit: str
    low: float | None
    high: float | None
    source: str
    reference: str
    page: str
    function: Callable[..., Any]


MEASURES: tuple[Measure, ...] = (
    Measure(
        "points",
        "answer in points",
        "points",
        0,
        100,
        "scale of the instrument",
        "linear map, checked by hand",
        "scores.md",
        scores.points,
    ),
    Measure(
        "person_values",
        "a person's value on a dimension",
        "points",
        0,
        100,
        "half rule: Fairclough and Cella 1996",
        "mean of answered items, checked by hand",
        "scores.md",
        scores.person_values,
    ),
    Measure(
        "side_value",
        "a side's value on a dimension",
        "points",
        0,
        100,
        "plain mean of people",
        "numpy.nanmean",
        "scores.md",
        scores.side_value,
    ),
    Measure(
        "missing_share",
        "share not in a position to answer",
        "share",
        0,
        1,
        "plain count",
        "numpy.isnan",
        "scores.md",
        scores.missing_share,
    ),
    Measure(
        "gaps",
        "reciprocity, lucidity and assumed agreement",
        "points",
        -100,
        100,
        "coorientation: McLeod and Chaffee 1973",
        "identities R = P + L",
        "mirror.md",
        mirror.gaps,
    ),
    Measure(
        "state",
        "state of a comparison",
        "word",
        None,
        None,
        "design of the double mirror",
        "truth table",
        "mirror.md",
        mirror.state,
    ),
    Measure(
        "standard_error",
        "standard error of a published figure",
        "points",
        0,
        None,
        "finite population sampling",
        "worked examples of the design",
        "margins.md",
        margins.standard_error,
    ),
    Measure(
        "margin",
        "margin of a published figure",
        "points",
        0,
        None,
        "moderated t: Smyth 2004",
        "worked examples of the design; scipy.stats.t",
        "margins.md",
        margins.margin,
    ),
    Measure(
        "reading",
        "profile, index, gaps and ranks",
        "points",
        0,
        100,
        "interval arithmetic on published rows",
        "enumeration of the intervals",
        "mirror.md",
        derive.read,
    ),
    Measure(
        "change",
        "change between two waves",
        "word",
        None,
        None,
        "top-down gatekeeping",
        "verdicts of the demonstration stories",
        "change.md",
        change.change,
    ),
    Measure(
        "trend",
        "trend word when few people moved",
        "word",
        None,
        None,
        "margin 6 x changes / n",
        "same word whatever the movers answered",
        "change.md",
        trend.trend_figures,
    ),
    Measure(
        "publication",
        "the published table",
        "points of the scale",
        1,
        7,
        "publication rules of the design",
        "independent attacker in tests/science/attacker.py",
        "publication.md",
        publication.publish,
    ),
    Measure(
        "audit",
        "values left to each answer",
        "values",
        0,
        7,
        "difference constraints: Murota 2003; sdcTable's attack",
        "brute force over all worlds; scipy.optimize.milp",
        "disclosure.md",
        disclosure.wave_safe,
    ),
)
