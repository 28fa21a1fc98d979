"""A ranking of partners, frozen: what the spreadsheet and the document print, already in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reciproque.reports.charts.partners import Map, RankRange


@dataclass(frozen=True)
class PrintedRow:
    """One partner on paper."""

    rank: str
    name: str
    why: str
    cells: tuple[str, ...]
    places: str
    fragile: bool
    within: bool
    chart: RankRange


@dataclass(frozen=True)
class Sheet:
    """A table of the spreadsheet; numbers stay numbers."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | int, ...], ...]


@dataclass(frozen=True)
class PortfolioReport:
    language: str
    organisation: str
    portfolio: str
    kicker: str
    title: str
    lead: str
    computed_on: str
    seal: str
    chart: Map
    order: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[PrintedRow, ...]
    notes: tuple[str, ...]
    sheets: tuple[Sheet, ...]
    labels: Mapping[str, str]
