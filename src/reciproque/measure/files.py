"""Opening a file of answers by what it holds, not by its name: CSV, XLSX or Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from reciproque.measure import text_file, workbook
from reciproque.measure.damaged import refusing
from reciproque.measure.errors import Refused
from reciproque.measure.language import gettext as _
from reciproque.measure.table import Piece, Table

ROWS = 500_000  # of a Parquet file at once
PARQUET, ZIP, OLD_EXCEL, GZIP = b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b"


def read(path: Path, *, sheet: str | None = None) -> Table:
    """The columns of a file, and how to read its rows piece by piece. Raises Refused."""
    start = _start(path)
    if sheet is not None and start != ZIP:
        raise Refused(_("Only a workbook has sheets: leave --sheet out."))
    if start == ZIP:
        return workbook.read(path, sheet)
    if start == PARQUET:
        return _parquet(path)
    if start == OLD_EXCEL:
        raise Refused(_("This is a workbook of an old or protected kind: save it as XLSX, without a password."))
    if start[:2] == GZIP:
        raise Refused(_("This file is compressed: unpack it first."))
    return text_file.read(path)


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except FileNotFoundError as error:
        raise Refused(_("There is no file %(path)s.") % {"path": path}) from error
    except OSError as error:
        raise Refused(
            _("The file %(path)s cannot be read: %(reason)s.") % {"path": path, "reason": error.strerror}
        ) from error
    if not start:
        raise Refused(_("The file is empty."))
    return start


def _damaged(_error: BaseException) -> str:
    return _("This Parquet file is cut short or damaged: export it again.")


def _parquet(path: Path) -> Table:
    with refusing(_damaged):
        scan = pl.scan_parquet(path, glob=False)
        schema = scan.collect_schema()
        rows = int(scan.select(pl.len()).collect().item())

    def pieces() -> Iterator[Piece]:
        for start in range(0, rows, ROWS):
            count = min(ROWS, rows - start)
            with refusing(_damaged):
                part = scan.slice(start, count).collect()
            part.columns = [f"column_{rank}" for rank in range(part.width)]
            lines = np.arange(start + 1, start + count + 1, dtype=np.int64)
            yield Piece(part, lines, share=(start + count) / rows)

    return Table(path=path, kind="parquet", columns=tuple(schema), pieces=pieces, header_line=0, schema=schema)
