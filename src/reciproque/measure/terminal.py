"""The report in a terminal: both sides beside each other with the same weight, readable at 80 columns and more.

Colours only repeat what marks and words say; they vanish when the output is not a terminal.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import TextIO

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table as Grid
from rich.text import Text

from reciproque.measure import words
from reciproque.measure.language import gettext as _
from reciproque.measure.results import CLIENT, SUPPLIER
from reciproque.reports.charts.spec import Sign
from reciproque.reports.measure_page import MeasurePage, Sheet
from reciproque.reports.page import Row, Table

NARROWEST, WIDEST = 60, 132
MARKS = {CLIENT: "●", SUPPLIER: "◆"}
HOLLOW = {CLIENT: "○", SUPPLIER: "◇"}
COLOURS = {CLIENT: "bright_blue", SUPPLIER: "yellow"}


def write(page: MeasurePage, out: TextIO | None = None, *, width: int | None = None) -> None:
    console = Console(file=out or sys.stdout, width=width, highlight=False, soft_wrap=False)
    console.width = max(NARROWEST, min(WIDEST, console.width))
    _opening(console, page)
    if page.summary:
        _summary(console, page.summary)
    for one in page.sheets:
        _sheet(console, one, page.labels)
    if page.more:
        console.print(Padding(escape(page.more), (1, 0)))
    if page.tables:
        console.print(Rule(page.labels["whole"], style="dim", align="left"))
    for table in page.tables:
        _table(console, table)
    console.print(Text(page.instrument, style="dim"))


def _opening(console: Console, page: MeasurePage) -> None:
    console.print(Text.assemble((page.title, "bold"), "  ", (page.kicker, "italic")))
    console.print(Text(page.lead))
    facts = Grid.grid(padding=(0, 2))
    for fact in page.facts:
        facts.add_row(Text(fact.name, style="dim"), Text(fact.value))
    console.print(Padding(facts, (1, 0, 0, 0)))
    for note in page.notes:
        console.print(Text(note, style="dim"))
    if page.refused:
        _table(console, page.refused)


# ---------------------------------------------------------------- One relationship
def _sheet(console: Console, one: Sheet, labels: Mapping[str, str]) -> None:
    console.print()
    console.print(Rule(Text(one.heading, style="bold"), align="left", characters="━", style="default"))
    console.print(Text(one.kicker, style="dim"))
    console.print(Padding(Text(one.finding, style="bold"), (1, 0, 0, 0)))
    for note in one.notes:
        console.print(Text(note))
    if one.rows or one.apart:
        _chapter(console, labels["says"])
        console.print(_lanes(one.rows, labels, console.width, apart=one.apart))
        console.print(Text(_legend(), style="dim"))
    if one.mirrors:
        _chapter(console, labels["imagines"])
        console.print(_lanes(one.mirrors, labels, console.width, mirrored=True))
        _sentences(console, one.mirrors)
    if one.unsaid:
        _chapter(console, labels["unsaid"], labels["unsaid_note"])
        console.print(_unsaid(one, labels, console.width))
    if one.moved:
        _chapter(console, labels["moved"], labels["moved_note"])
        _bullets(console, one.moved)
    for table in one.tables:
        _table(console, table)
    if one.unknowns:
        _chapter(console, labels["unknown"])
        _bullets(console, [f"{unknown.what} {unknown.why}".strip() for unknown in one.unknowns])


def _chapter(console: Console, title: str, note: str = "") -> None:
    console.print()
    console.print(Text(title, style="bold underline"))
    if note:
        console.print(Text(note, style="dim"))


def _bullets(console: Console, lines: Iterable[str]) -> None:
    grid = Grid.grid(padding=(0, 1))
    for line in lines:
        grid.add_row("·", Text(line))
    console.print(grid)


def _legend() -> str:
    return _(
        "● the client, ◆ the supplier, hollow: what the other side imagines. ━ margin, ▶ ◀ open end. "
        "Scale from 0 to 100; the gap is client minus supplier."
    )


def _sentences(console: Console, rows: Iterable[Row]) -> None:
    said = [
        " ".join((words.named(row.heading, f"{row.situation}."), *row.says, row.note)).strip()
        for row in rows
        if row.glyph != "cannot_tell" or row.note
    ]
    _bullets(console, said)


# ---------------------------------------------------------------- Lanes
def _columns(width: int) -> tuple[int, int, int]:
    """Widths of the subject, of each lane and of the gap."""
    last = 15 if width < 100 else 22
    first = 16 if width < 100 else 26
    return first, (width - first - last - 3) // 2, last


def _lanes(
    rows: Iterable[Row], labels: Mapping[str, str], width: int, *, mirrored: bool = False, apart: Row | None = None
) -> Grid:
    first, lane, last = _columns(width)
    grid = Grid(box=None, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    grid.add_column(labels["subject"], width=first, header_style="dim")
    for side in (CLIENT, SUPPLIER):
        grid.add_column(Text(labels[side], style=COLOURS[side]), width=lane)
    grid.add_column(labels["situation"] if mirrored else labels["gap"], width=last, header_style="dim")
    for row in rows:
        grid.add_row(*_cells(row, lane - 1, mirrored=mirrored))
    if apart:
        grid.add_row()
        grid.add_row(*_cells(apart, lane - 1, mirrored=False))
    return grid


def _cells(row: Row, width: int, *, mirrored: bool) -> tuple[Text, ...]:
    pair = row.pair
    return (
        Text(row.heading),
        _cell(CLIENT, pair.client, pair.supplier_imagines, width),
        _cell(SUPPLIER, pair.supplier, pair.client_imagines, width),
        Text(row.situation if mirrored else f"{pair.gap}\n{row.situation}"),
    )


def _unsaid(one: Sheet, labels: Mapping[str, str], width: int) -> Grid:
    first, lane, last = _columns(width)
    grid = Grid.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=first)
    grid.add_column(width=lane)
    grid.add_column(width=lane + last)
    cells = {part.side: part for part in one.unsaid}
    for side in (CLIENT, SUPPLIER):
        if part := cells.get(side):
            name = Text(labels[side], style=COLOURS[side])
            grid.add_row(name, _cell(side, part.lane.sign, None, lane - 1), Text(part.says))
    return grid


def _cell(side: str, said: Sign | None, imagined: Sign | None, width: int) -> Text:
    if said is None:
        return Text("–")
    other = SUPPLIER if side == CLIENT else CLIENT
    text = _lane(side, said, imagined, other, width)
    text.append(f"\n{said.text}, {said.around}" if said.around else f"\n{said.text}")
    if imagined:
        text.append("\n" + _("imagined: %(figure)s") % {"figure": imagined.text}, style=COLOURS[other])
    return text


def _lane(side: str, said: Sign, imagined: Sign | None, other: str, width: int) -> Text:
    """0 to 100 across `width` signs: the margin, the mark, and hollow what the other side imagines."""
    cells = [("·", "dim")] * width

    def place(points: float) -> int:
        return max(0, min(width - 1, round(points / 100 * (width - 1))))

    low, high = said.reach
    for at in range(place(low), place(high) + 1):
        cells[at] = ("━", COLOURS[side])
    if said.open_high:
        cells[-1] = ("▶", COLOURS[side])
    if said.open_low:
        cells[0] = ("◀", COLOURS[side])
    if imagined and imagined.value is not None:
        cells[place(imagined.value)] = (HOLLOW[other], COLOURS[other])
    if said.value is not None:
        cells[place(said.value)] = (MARKS[side], f"bold {COLOURS[side]}")
    return Text.assemble(*cells)


# ---------------------------------------------------------------- Tables
def _table(console: Console, table: Table) -> None:
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, title=None, padding=(0, 1), expand=False)
    for rank, name in enumerate(table.columns):
        grid.add_column(Text(name), justify="right" if rank and table.numeric else "left", overflow="fold")
    for row in table.rows:
        grid.add_row(*(Text(cell) for cell in row))
    _heading(console, table)
    console.print(grid)


def _summary(console: Console, table: Table) -> None:
    """Names on lines of their own, so that all figures stand in columns at any width."""
    _heading(console, table)
    widths = [*(6, 9), *((console.width - 50) // 2,) * 2, 9, 12, 10]
    parts = list(zip(table.columns[1:], widths, strict=False))
    grid = _figures(parts)
    grid.add_row(*(Text(name, style="dim") for name, _width in parts))
    console.print(grid)
    last = ""
    for name, *cells in table.rows:
        if name != last:
            console.print(Text(name, style="bold"))
        last = name
        grid = _figures(parts)
        grid.add_row(*(Text(cell) for cell in cells))
        console.print(grid)


def _figures(parts: Iterable[tuple[str, int]]) -> Grid:
    grid = Grid.grid(padding=(0, 1, 0, 0))
    for _name, width in parts:
        grid.add_column(width=width - 1)
    return grid


def _heading(console: Console, table: Table) -> None:
    console.print()
    console.print(Text(table.title, style="bold underline"))
    if table.caption:
        console.print(Text(table.caption, style="dim"))
