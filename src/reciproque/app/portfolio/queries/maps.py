"""The two maps of a ranking: five criteria in one drawing, and Kraljic’s squares as a projection of the same data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from reciproque.app.portfolio.criteria import STEPS
from reciproque.app.portfolio.models import Portfolio, RankedPartner
from reciproque.reports.charts.partners import Dot, Map

MOST_DOTS = 60
LISTED = 20


def strategic_map(portfolio: Portfolio, rows: Sequence[RankedPartner]) -> Map:
    """Right: harder to replace; up and down: potential; size: volume; fill: stance; rings: market."""
    side = portfolio.partner_side
    return Map(
        id="partner-map",
        title=_("Strategic map of partners"),
        description=_(
            "Each mark is a partner. To the right, more critical; upwards, potential up; downwards, potential down. "
            "Size: volumes. Fill: stance towards us. Rings: market position. The ranked table gives the same data."
        ),
        side=side,
        dots=tuple(
            _dot(row, across=row.criticality / STEPS, up=0.5 + _signed(row) / (2 * STEPS)) for row in rows[:MOST_DOTS]
        ),
        above=_("potential up"),
        below=_("potential down"),
        left=_("easy to replace"),
        right=_("critical, irreplaceable"),
    )


def _signed(row: RankedPartner) -> float:
    return -row.down if row.down > row.up else row.up


def _dot(row: RankedPartner, *, across: float, up: float) -> Dot:
    return Dot(
        label=row.partner.name,
        rank=f"{row.rank}.",
        across=across,
        up=up,
        size=row.volume / STEPS,
        fill="full" if row.stance >= 3 else "hatched" if row.stance >= 1.5 else "hollow",
        rings=2 if row.market >= 3.5 else 1 if row.market >= 1.5 else 0,
        outside=not row.within,
    )


@dataclass(frozen=True)
class Square:
    """One of Kraljic's four squares: its name, what it calls for, who stands there."""

    name: str
    advice: str
    partners: tuple[RankedPartner, ...]
    more: int


@dataclass(frozen=True)
class Kraljic:
    chart: Map
    squares: tuple[Square, ...]


def risk(row: RankedPartner) -> float:
    """Supply risk, 0..1: how hard to replace, how closed the market."""
    return (row.criticality + row.market) / (2 * STEPS)


def impact(row: RankedPartner) -> float:
    """Profit impact, 0..1: volume, and what may grow."""
    return (row.volume + row.up) / (2 * STEPS)


def kraljic(portfolio: Portfolio, rows: QuerySet[RankedPartner], drawn: Sequence[RankedPartner]) -> Kraljic:
    """``rows``: every ranked partner, counted by the database; ``drawn``: the few that are on the map."""
    chart = Map(
        id="kraljic-map",
        title=_("Kraljic’s squares"),
        description=_("To the right, more supply risk; upwards, more impact on profit. The four lists say the same."),
        side=portfolio.partner_side,
        dots=tuple(_dot(row, across=risk(row), up=impact(row)) for row in drawn[:MOST_DOTS]),
        above=_("more impact on profit"),
        below=_("less impact on profit"),
        left=_("low supply risk"),
        right=_("high supply risk"),
        vertical=0.5,
    )
    places = (
        (_("Leverage"), _("Compare and negotiate; volume is on your side."), "lt", "gte"),
        (_("Strategic"), _("Build the relationship, at the top of both companies."), "gte", "gte"),
        (_("Routine"), _("Simplify; spend little time."), "lt", "lt"),
        (_("Bottleneck"), _("Secure the supply, look for a second way."), "gte", "lt"),
    )
    both = rows.annotate(risk=F("criticality") + F("market"), impact=F("volume") + F("up"))
    conditions = [Q(**{f"risk__{risky}": STEPS, f"impact__{strong}": STEPS}) for _n, _a, risky, strong in places]
    listed = [tuple(both.filter(one).order_by("rank", "pk")[:LISTED]) for one in conditions]
    counts = _counts(both, conditions) if any(len(rows) == LISTED for rows in listed) else [len(one) for one in listed]
    return Kraljic(
        chart,
        tuple(
            Square(name, advice, there, count - len(there))
            for (name, advice, _r, _s), there, count in zip(places, listed, counts, strict=True)
        ),
    )


def _counts(rows: QuerySet[RankedPartner], conditions: Sequence[Q]) -> list[int]:
    """How many stand in each square, in one reading of the table."""
    counted = rows.aggregate(**{f"square_{place}": Count("pk", filter=one) for place, one in enumerate(conditions)})
    return [counted[f"square_{place}"] for place in range(len(conditions))]
