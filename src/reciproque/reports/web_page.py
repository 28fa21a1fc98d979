"""What the web of relations says, in words already chosen: the page, the PDF and the spreadsheet only lay it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reciproque.reports.charts.web import WebChart
from reciproque.reports.page import Table


@dataclass(frozen=True)
class Column:
    """The head of one side of the drawing."""

    side: str
    name: str
    people: str


@dataclass(frozen=True)
class MatrixCell:
    """One pair of functions: how many ties, and what there is to say of them."""

    count: str
    state: str
    note: str


@dataclass(frozen=True)
class MatrixRow:
    name: str
    cells: tuple[MatrixCell | None, ...]


@dataclass(frozen=True)
class Matrix:
    """Functions of the client, row by row, facing those of the supplier."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[MatrixRow, ...]

    @property
    def table(self) -> tuple[tuple[str, ...], ...]:
        """The same in plain cells."""
        return tuple(
            (row.name, *(f"{cell.count} {cell.note}".strip() if cell else "" for cell in row.cells))
            for row in self.rows
        )


@dataclass(frozen=True)
class TieText:
    """One tie in words."""

    client: str
    supplier: str
    details: str
    declared: str
    side: str


@dataclass(frozen=True)
class PairText:
    """One pair of functions in words, for the list that a phone reads instead of the drawing."""

    title: str
    state: str
    says: str
    ties: tuple[TieText, ...]


@dataclass(frozen=True)
class FindingText:
    """Fact, consequence, first gesture; which company can make it."""

    code: str
    icon: str
    heading: str
    text: str
    mend: str
    sides: tuple[str, ...]
    who: str


@dataclass(frozen=True)
class WebPage:
    language: str
    relationship: str
    kicker: str
    title: str
    lead: str
    note: str
    on: str
    written: str
    columns: tuple[Column, ...]
    chart: WebChart | None
    matrix: Matrix
    pairs: tuple[PairText, ...]
    findings: tuple[FindingText, ...]
    ties: Table
    people: Table
    labels: Mapping[str, str]

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table, for the spreadsheet."""
        label = self.labels
        matrix = Table("matrix", label["matrix"], self.matrix.caption, ("", *self.matrix.columns), self.matrix.table)
        found = tuple((one.heading, one.text, one.mend, one.who) for one in self.findings)
        heads = (label["fact"], label["consequence"], label["gesture"], label["who"])
        findings = Table("findings", label["findings"], label["findings_note"], heads, found, numeric=False)
        return self.ties, matrix, findings, self.people
