"""A file of answers as rows of cells, read piece by piece, whatever wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from numpy import int64
from numpy.typing import NDArray


@dataclass(frozen=True)
class Piece:
    """Some rows, with the number of each line; `wrong` are lines without the expected number of cells."""

    rows: pl.DataFrame
    lines: NDArray[int64]
    wrong: tuple[tuple[int, int], ...] = ()  # line, number of cells
    share: float = 1.0  # how much of the file has been read


@dataclass(frozen=True)
class Table:
    """A file that can be read piece by piece. Columns keep the names of the file; cells are text, except in Parquet."""

    path: Path
    kind: str  # csv, xlsx, parquet
    columns: tuple[str, ...]
    pieces: Callable[[], Iterator[Piece]]
    header_line: int = 1
    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    schema: pl.Schema | None = None  # Parquet only
