"""What the reading says, in words and figures already chosen: the page, the PDF and the spreadsheet only lay it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reciproque.reports.charts.spec import Axis, Lane, Legend, Pair


@dataclass(frozen=True)
class Table:
    """Rows of cells; the first cell of a row names it."""

    key: str
    title: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: bool = True


@dataclass(frozen=True)
class Row:
    """One subject: both views drawn, the situation, what it means, the gap with its margin."""

    code: str
    heading: str
    definition: str
    pair: Pair
    glyph: str
    situation: str
    says: tuple[str, ...]
    note: str


@dataclass(frozen=True)
class Cell:
    """One of the four situations and the subjects that are in it."""

    state: str
    label: str
    topics: tuple[str, ...]
    note: str
    first: bool = False


@dataclass(frozen=True)
class Surprise:
    """A sentence with its two figures apart, so that they can be set off."""

    before: str
    imagined: str
    between: str
    answered: str
    after: str

    @property
    def text(self) -> str:
        return f"{self.before}{self.imagined}{self.between}{self.answered}{self.after}"


@dataclass(frozen=True)
class SideSurprises:
    side: str
    name: str
    heading: str
    surprises: tuple[Surprise, ...]
    note: str


@dataclass(frozen=True)
class SideUnsaid:
    side: str
    name: str
    written: str
    lane: Lane
    says: str


@dataclass(frozen=True)
class Quote:
    text: str
    reworded: bool = False


@dataclass(frozen=True)
class Quotes:
    """The texts of one prompt, the same number on both pages."""

    prompt: str
    client: tuple[Quote, ...]
    supplier: tuple[Quote, ...]


@dataclass(frozen=True)
class Move:
    """How one subject moved in the eyes of one side."""

    side: str
    lane: Lane
    figures: str
    verdict: str
    clear: bool


@dataclass(frozen=True)
class Since:
    """What changed since an earlier wave, from the whole to the parts."""

    title: str
    note: str
    verdict: str
    rows: tuple[tuple[str, Move, Move], ...]
    caution: str


@dataclass(frozen=True)
class Trend:
    """Words instead of figures, when few people came or left."""

    note: str
    table: Table


@dataclass(frozen=True)
class Regard:
    """One company as the other sees it, on the whole."""

    side: str
    name: str
    label: str
    written: str
    around: str
    lane: Lane
    trend: str = ""
    trend_icon: str = ""


@dataclass(frozen=True)
class Unknown:
    """Something that cannot be told yet, and why."""

    what: str
    why: str


@dataclass(frozen=True)
class ReadingPage:
    language: str
    client: str
    supplier: str
    relationship: str
    kicker: str
    title: str
    lead: str
    seal: str
    fingerprint: str
    opened_on: str
    level: str
    regards: tuple[Regard, ...]
    axis: Axis
    legend: Legend
    rows_title: str
    rows_note: str
    rows: tuple[Row, ...]
    whole: Row | None
    apart: Row | None
    table: Table
    cells: tuple[Cell, ...]
    undecided: tuple[str, ...]
    surprises: tuple[SideSurprises, ...]
    unsaid: tuple[SideUnsaid, ...]
    quotes: tuple[Quotes, ...]
    since: Since | None
    trend: Trend | None
    details: tuple[Table, ...]
    unknowns: tuple[Unknown, ...]
    coverage: tuple[str, ...]
    instrument: str
    labels: Mapping[str, str]

    @property
    def has_figures(self) -> bool:
        return self.level in ("dimensions", "items")

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table of the page, for the spreadsheet and the PDF."""
        trend = (self.trend.table,) if self.trend else ()
        return (*((self.table,) if self.rows else ()), *trend, *self.details)
