"""Reading comma, semicolon or tab separated text: encoding, separator and every line checked, in pieces.

Line ends and separators are found by their bytes outside quotation marks, so that each row keeps the number of its line
even when cells hold line breaks; Polars then parses rows that are known to be whole.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reciproque.measure.errors import Refused
from reciproque.measure.language import gettext as _
from reciproque.measure.layout import TITLES, names_a_side
from reciproque.measure.table import Piece, Table

PIECE = 1 << 23
LONGEST_ROW = 1 << 25
SEPARATORS = (";", ",", "\t")
BOM = b"\xef\xbb\xbf"
QUOTE, NEWLINE, RETURN, SPACE = b'"'[0], b"\n"[0], b"\r"[0], b" "[0]


@dataclass(frozen=True)
class _Dialect:
    encoding: str
    separator: str
    width: int
    after_header: int  # bytes, in the file
    lines_before: int  # lines of the header and above it
    old_ends: bool  # lines end with a lone carriage return


def read(path: Path) -> Table:
    """Understand the encoding, the separator and the header. Raises Refused."""
    encoding = _encoding(path)
    dialect, columns = _header(path, encoding)
    return Table(
        path=path,
        kind="csv",
        columns=columns,
        pieces=lambda: _pieces(path, dialect, columns),
        header_line=dialect.lines_before,
        encoding=encoding,
        separator=dialect.separator,
    )


def _encoding(path: Path) -> str:
    """UTF-8 when every byte is, else Windows-1252 when every byte is."""
    with path.open("rb") as file:
        start = file.read(4)
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or b"\0" in start:
        raise Refused(_("This is not a text that can be read here: save it as CSV UTF-8, as XLSX or as Parquet."))
    for encoding in ("utf-8", "cp1252"):
        if _decodes(path, encoding):
            return "utf-8-sig" if start.startswith(BOM) and encoding == "utf-8" else encoding
    raise Refused(_("This is not a text that can be read here: save it as CSV UTF-8, as XLSX or as Parquet."))


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while data := file.read(PIECE):
                if b"\0" in data:
                    return False
                decoder.decode(data)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _header(path: Path, encoding: str) -> tuple[_Dialect, tuple[str, ...]]:
    """The line that names the columns: titles, and the `sep=;` that Excel writes, may stand above it."""
    with path.open("rb") as file:
        start = file.read(1 << 20)
    old_ends = b"\n" not in start and b"\r" in start
    tops = list(islice(_tops(_unix(start) if old_ends else start, encoding), TITLES))
    if not tops:
        raise Refused(_("The file is empty."))
    top = next((one for one in tops if one.names_a_side), tops[0])
    separator = top.announced or _separator(top.text)
    columns = _names(top.text, separator)
    return _Dialect(encoding, separator, len(columns), top.after, top.lines, old_ends), columns


@dataclass(frozen=True)
class _Top:
    """One of the first lines that hold something, the separator announced above it, and where the next line begins."""

    text: str
    announced: str | None
    after: int  # bytes
    lines: int

    @property
    def names_a_side(self) -> bool:
        return names_a_side(self.text.split(self.announced or max(SEPARATORS, key=self.text.count)))


def _tops(data: bytes, encoding: str) -> Iterator[_Top]:
    position = len(BOM) if data.startswith(BOM) else 0
    lines, announced = 0, None
    while position < len(data):
        end = _row_end(data, position)
        text = data[position:end].decode(encoding, errors="ignore").strip("\r\n")
        lines += data[position:end].count(b"\n") or 1
        position = end
        if text.casefold().startswith("sep=") and len(text) <= 5:
            announced = text[4:] or "\t"
        elif text.strip(' ;,\t"'):
            yield _Top(text, announced, position, lines)


def _names(header: str, separator: str) -> tuple[str, ...]:
    try:
        cells = next(csv.reader([header.replace("\r", " ")], delimiter=separator))
    except csv.Error as error:
        raise Refused(_("The first line cannot be read as names of columns.")) from error
    return tuple(cell.strip() for cell in cells)


def _row_end(data: bytes, start: int) -> int:
    """Where the row that begins at `start` ends, line breaks inside quotation marks passed over."""
    end = data.find(b"\n", start) + 1 or len(data)
    while data[start:end].count(b'"') % 2 and end < len(data):
        end = data.find(b"\n", end) + 1 or len(data)
    return end


def _separator(header: str) -> str:
    outside = "".join(header.split('"')[::2])
    found = max(SEPARATORS, key=outside.count)
    if found not in outside:
        raise Refused(
            _("The first line holds a single name of column: cells are expected to be separated by ; or , or tabs.")
        )
    return found


def _unix(data: bytes) -> bytes:
    """Old line ends made usual."""
    return data.replace(b"\r", b"\n")


def _pieces(path: Path, dialect: _Dialect, columns: tuple[str, ...]) -> Iterator[Piece]:
    size = path.stat().st_size
    line, rest, opened = dialect.lines_before + 1, b"", False
    with path.open("rb") as file:
        file.seek(dialect.after_header)
        while not opened:
            fresh = file.read(PIECE)
            opened = len(fresh) < PIECE
            data = rest + (_unix(fresh) if dialect.old_ends else fresh)
            if not data:
                return
            rows = _Rows(data, dialect, line, last=opened)
            rest = data[rows.end :]
            if len(rest) > LONGEST_ROW:
                raise Refused(rows.unclosed())
            line = rows.next_line
            if rows.count:
                yield rows.piece(columns, share=(file.tell() - len(rest)) / max(size, 1))


class _Rows:
    """The whole rows at the start of some bytes: where each begins, its line and its number of cells."""

    def __init__(self, data: bytes, dialect: _Dialect, line: int, *, last: bool) -> None:
        self.data, self.dialect, self.line = data, dialect, line
        self.bytes = np.frombuffer(data, dtype=np.uint8)
        self.quoted = b'"' in data
        outside = self._outside()
        ends = np.flatnonzero((self.bytes == NEWLINE) & outside) + 1
        if last and (not ends.size or ends[-1] < len(data)):
            ends = np.append(ends, len(data))
            self._check_the_end(int(ends[-2]) if ends.size > 1 else 0)
        self.ends = ends
        self.end = int(ends[-1]) if ends.size else 0
        self.starts = np.append(np.zeros(1, dtype=ends.dtype), ends)[:-1]
        self.count = ends.size
        self.widths = self._counts(dialect.separator, outside) + 1
        self.outside = outside
        self.lines = self._lines()
        self.next_line = line + int(np.count_nonzero(self.bytes[: self.end] == NEWLINE))

    def _outside(self) -> NDArray[np.bool_]:
        """Which bytes stand outside quotation marks."""
        if not self.quoted:
            return np.ones(self.bytes.size, dtype=np.bool_)
        outside: NDArray[np.bool_] = np.cumsum(self.bytes == QUOTE, dtype=np.uint8) & 1 == 0
        return outside

    def _counts(self, separator: str, outside: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How many separators each row holds."""
        if not self.count:
            return np.zeros(0, dtype=np.int64)
        found = (self.bytes[: self.end] == ord(separator)) & outside[: self.end]
        return np.add.reduceat(found, self.starts, dtype=np.int64)

    def _lines(self) -> NDArray[np.int64]:
        if not self.quoted:
            return self.line + np.arange(self.count, dtype=np.int64)
        breaks = np.flatnonzero(self.bytes[: self.end] == NEWLINE)
        return self.line + np.searchsorted(breaks, self.starts).astype(np.int64)

    def unclosed(self) -> str:
        marks = np.flatnonzero(self.bytes == QUOTE)
        line = self.line + int(np.count_nonzero(self.bytes[: marks[-1]] == NEWLINE)) if marks.size else self.line
        return _(
            "The file is cut short: the quotation mark opened on line %(line)d is never closed. Export it again."
        ) % {"line": line}

    def _check_the_end(self, start: int) -> None:
        """The last line has no end: it must at least have all its cells."""
        last = self.data[start:]
        if last.count(b'"') % 2:
            raise Refused(self.unclosed())
        cells = "".join(last.decode("cp1252", errors="replace").split('"')[::2]).count(self.dialect.separator) + 1
        others = [other for other in SEPARATORS if other != self.dialect.separator]
        if last.strip() and cells < self.dialect.width and not any(ord(other) in last for other in others):
            line = self.line + int(np.count_nonzero(self.bytes[:start] == NEWLINE))
            raise Refused(
                _("The file is cut short: line %(line)d stops after %(cells)d cells of %(width)d. Export it again.")
                % {"line": line, "cells": cells, "width": self.dialect.width}
            )

    def piece(self, columns: tuple[str, ...], share: float) -> Piece:
        good = self.widths == self.dialect.width
        blank = self._blank()
        odd = np.flatnonzero(~good & ~blank)
        if odd.size:
            self._check_separators(odd)
        kept = good & ~blank
        wrong = tuple((int(self.lines[i]), int(self.widths[i])) for i in odd)
        return Piece(self._parse(kept, columns), self.lines[kept], wrong, share)

    def _blank(self) -> NDArray[np.bool_]:
        """Rows of spaces and separators only."""
        silent = np.zeros(256, dtype=np.bool_)
        silent[[NEWLINE, RETURN, SPACE, QUOTE, ord(self.dialect.separator)]] = True
        return np.logical_and.reduceat(silent[self.bytes[: self.end]], self.starts)

    def _check_separators(self, odd: NDArray[np.int64]) -> None:
        """A line that has the right number of cells with another separator betrays two files glued together."""
        for other in SEPARATORS:
            if other == self.dialect.separator:
                continue
            others = self._counts(other, self.outside)[odd]
            mixed = odd[(others > 0) & (others + self.widths[odd] == self.dialect.width)]
            if mixed.size:
                raise Refused(
                    _(
                        "Separators are mixed: the first line has “%(first)s” between its cells, line %(line)d has "
                        "“%(other)s”. Export the file again with a single separator."
                    )
                    % {
                        "first": self.dialect.separator.replace("\t", "tab"),
                        "line": int(self.lines[mixed[0]]),
                        "other": other.replace("\t", "tab"),
                    }
                )

    def _parse(self, kept: NDArray[np.bool_], columns: tuple[str, ...]) -> pl.DataFrame:
        names = [f"column_{rank}" for rank in range(len(columns))]
        if not kept.any():
            return pl.DataFrame({name: pl.Series([], dtype=pl.String) for name in names})
        chosen = self.bytes[: self.end]
        if not kept.all():
            chosen = chosen[np.repeat(kept, self.ends - self.starts)]
        text = chosen.tobytes()
        if self.dialect.encoding == "cp1252":
            text = text.decode("cp1252").encode()
        try:
            rows = pl.read_csv(
                io.BytesIO(text),
                has_header=False,
                new_columns=names,
                separator=self.dialect.separator,
                quote_char='"' if self.quoted else None,
                infer_schema=False,
            )
        except pl.exceptions.PolarsError as error:
            raise Refused(self._unreadable(kept)) from error
        if rows.height != kept.sum() or rows.width != len(columns):
            raise Refused(self._unreadable(kept))
        return rows

    def _unreadable(self, kept: NDArray[np.bool_]) -> str:
        lines = self.lines[kept]
        return _("Quotation marks are not used as in CSV somewhere from line %(first)d to line %(last)d.") % {
            "first": int(lines[0]),
            "last": int(lines[-1]),
        }
