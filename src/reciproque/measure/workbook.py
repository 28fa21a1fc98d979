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

from reciproque.measure.errors import Refused
from reciproque.measure.language import gettext as _
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


def read(path: Path, sheet: str | None) -> Table:
    """The first sheet, or the one named. Raises Refused."""
    rows, chosen, first = _rows(path, sheet)
    filled = np.flatnonzero(~rows.select(pl.all_horizontal(pl.all().is_null())).to_series().to_numpy())
    if not filled.size:
        raise Refused(_("The sheet “%(sheet)s” is empty.") % {"sheet": chosen})
    header = int(filled[0])
    columns = tuple(str(name or "").strip() for name in rows.row(header))
    body = rows[filled[1:].tolist()] if filled.size > 1 else rows.clear()
    body.columns = [f"column_{rank}" for rank in range(body.width)]
    lines = filled[1:].astype(np.int64) + first

    def pieces() -> Iterator[Piece]:
        yield Piece(body, lines)

    return Table(path=path, kind="xlsx", columns=columns, pieces=pieces, header_line=header + first, sheet=chosen)


def _rows(path: Path, sheet: str | None) -> tuple[pl.DataFrame, str, int]:
    import fastexcel

    _check_size(path)
    try:
        book = fastexcel.read_excel(path)
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise Refused(
                _("There is no sheet “%(sheet)s”. This workbook has: %(names)s.")
                % {"sheet": sheet, "names": ", ".join(names)}
            )
        chosen = sheet or names[0]
        first = _first_row(path, chosen)
        return book.load_sheet(chosen, header_row=None, dtypes="string").to_polars(), chosen, first
    except (fastexcel.FastExcelError, zipfile.BadZipFile, OSError, ValueError, IndexError, KeyError) as error:
        raise Refused(_("This workbook cannot be read: open it and save it again as XLSX.")) from error


def _check_size(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as book:
            unpacked = sum(entry.file_size for entry in book.infolist())
    except (zipfile.BadZipFile, OSError) as error:
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
