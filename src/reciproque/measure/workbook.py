"""Reading one sheet of an Excel workbook."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reciproque.measure.damaged import refusing
from reciproque.measure.errors import Refused
from reciproque.measure.language import gettext as _
from reciproque.measure.layout import TITLES, names_a_side
from reciproque.measure.table import Piece, Table

UNPACKED = 2_000_000_000  # bytes of XML
CELLS = 60_000_000  # of the rectangle from the first to the last cell used
PIECE = 1 << 22
ADDRESS = re.compile(rb'<(?:\w+:)?c\s[^>]*?r="([A-Z]{1,3})([0-9]{1,7})"')


@dataclass
class _Extent:
    """The first row used, and the farthest row and column."""

    first: int = 1 << 30
    last: int = 0
    width: int = 0

    def see(self, data: bytes) -> None:
        for letters, row in set(ADDRESS.findall(data)):
            number = int(row)
            self.first, self.last = min(self.first, number), max(self.last, number)
            self.width = max(self.width, _column(letters))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


@dataclass(frozen=True)
class _Sheet:
    name: str
    rows: pl.DataFrame
    first: int  # number of the first row used
    filled: NDArray[np.int64]  # ranks of the rows that hold something

    def names(self, place: int) -> tuple[str, ...]:
        """The cells of a row that holds something."""
        return tuple(str(name or "").strip() for name in self.rows.row(int(self.filled[place])))

    @property
    def header(self) -> int | None:
        """The place of the names of columns: titles may stand above them."""
        return next((place for place in range(min(TITLES, self.filled.size)) if names_a_side(self.names(place))), None)


def read(path: Path, sheet: str | None) -> Table:
    """The sheet named, or the first one with a column for the side, or else the first. Raises Refused."""
    _check_size(path)
    with refusing(_unreadable):
        chosen = _chosen(path, sheet)
    if not chosen.filled.size:
        raise Refused(_("The sheet “%(sheet)s” is empty.") % {"sheet": chosen.name})
    header = chosen.header or 0
    below = chosen.filled[header + 1 :]
    body = chosen.rows[below.tolist()] if below.size else chosen.rows.clear()
    body.columns = [f"column_{rank}" for rank in range(body.width)]

    def pieces() -> Iterator[Piece]:
        yield Piece(body, below + chosen.first)

    return Table(
        path=path,
        kind="xlsx",
        columns=chosen.names(header),
        pieces=pieces,
        header_line=int(chosen.filled[header]) + chosen.first,
        sheet=chosen.name,
    )


def _unreadable(_error: BaseException) -> str:
    return _("This workbook cannot be read: open it and save it again as XLSX.")


def _chosen(path: Path, sheet: str | None) -> _Sheet:
    import fastexcel

    try:
        book = fastexcel.read_excel(path)
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise Refused(
                _("There is no sheet “%(sheet)s”. This workbook has: %(names)s.")
                % {"sheet": sheet, "names": ", ".join(names)}
            )
        if sheet is not None:
            return _sheet(path, book, sheet)
        read = (_sheet(path, book, name) for name in names)
        first = next(read, None)
        if first is None:
            raise Refused(_unreadable(LookupError()))
        return next((one for one in (first, *read) if one.header is not None), first)
    except fastexcel.FastExcelError as error:
        raise Refused(_unreadable(error)) from error


def _sheet(path: Path, book: Any, name: str) -> _Sheet:
    first = _first_row(path, name)
    rows = book.load_sheet(name, header_row=None, dtypes="string").to_polars()
    if not rows.width:
        return _Sheet(name, rows, first, np.zeros(0, dtype=np.int64))
    empty = rows.select(pl.all_horizontal(pl.all().is_null())).to_series().to_numpy()
    return _Sheet(name, rows, first, np.flatnonzero(~empty).astype(np.int64))


def _check_size(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as book:
            unpacked = sum(entry.file_size for entry in book.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Refused(_("This workbook is cut short or damaged: export it again.")) from error
    if unpacked > UNPACKED:
        raise Refused(_("This workbook is too large to be opened: save it as CSV or as Parquet."))


def _first_row(path: Path, sheet: str) -> int:
    """The number of the first row used; refuses a sheet whose last cell is so far that reading it fills the memory."""
    with zipfile.ZipFile(path) as book, book.open(_part(book, sheet)) as part:
        extent, rest = _Extent(), b""
        while data := part.read(PIECE):
            data = rest + data
            extent.see(data)
            rest = data[-100:]
    if (extent.last - extent.first + 1) * extent.width > CELLS:
        raise Refused(_("A cell of this sheet stands very far from the others: remove it, or save the file as CSV."))
    return extent.first if extent.last else 1


def _part(book: zipfile.ZipFile, sheet: str) -> str:
    """The part of the workbook that holds a sheet."""
    from xml.etree import ElementTree

    def parsed(name: str) -> Any:
        return ElementTree.fromstring(book.read(name))  # noqa: S314

    targets = {link.get("Id"): link.get("Target", "") for link in parsed("xl/_rels/workbook.xml.rels")}
    for entry in parsed("xl/workbook.xml").iter():
        if entry.tag.endswith("}sheet") and entry.get("name") == sheet:
            key = next(value for name, value in entry.attrib.items() if name.endswith("}id"))
            target = targets[key].lstrip("/")
            return target if target.startswith("xl/") else f"xl/{target}"
    raise KeyError(sheet)
