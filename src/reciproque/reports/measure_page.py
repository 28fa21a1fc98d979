"""What the analyst's report says, in words and figures already chosen: terminal, PDF and HTML only lay it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reciproque.reports.charts.spec import Axis, Legend
from reciproque.reports.page import Regard, Row, SideUnsaid, Table, Unknown


@dataclass(frozen=True)
class Sheet:
    """One relationship in one wave. `rows`: what each says; `mirrors`: the questions asked both ways."""

    key: str
    heading: str
    kicker: str
    finding: str
    notes: tuple[str, ...]
    regards: tuple[Regard, ...]
    rows: tuple[Row, ...]
    apart: Row | None
    mirrors: tuple[Row, ...]
    unsaid: tuple[SideUnsaid, ...]
    moved: tuple[str, ...]
    tables: tuple[Table, ...]
    unknowns: tuple[Unknown, ...]


@dataclass(frozen=True)
class Fact:
    """One thing that was understood of the file."""

    name: str
    value: str


@dataclass(frozen=True)
class MeasurePage:
    language: str
    day: str  # ISO date, written in the document
    kicker: str
    title: str
    lead: str
    facts: tuple[Fact, ...]
    notes: tuple[str, ...]
    refused: Table | None
    summary: Table | None
    sheets: tuple[Sheet, ...]
    more: str
    tables: tuple[Table, ...]
    instrument: str
    axis: Axis
    legend: Legend
    labels: Mapping[str, str]
