"""Where groups are made and added up: Polars, DuckDB or Spark. The questions themselves are asked through Narwhals."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Protocol

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from reciproque.measure.errors import Refused
from reciproque.measure.language import gettext as _

Arrays = dict[str, NDArray[Any]]
NAMES = ("polars", "duckdb", "spark")


class Engine(Protocol):
    name: str

    def scan(self, path: Path) -> nw.LazyFrame[Any]:
        """A Parquet file, read when needed."""

    def take(self, rows: pl.DataFrame) -> nw.LazyFrame[Any]:
        """Rows that are in memory."""

    def collect(self, asked: nw.LazyFrame[Any]) -> Arrays:
        """Run; one array a column. Missing numbers are NaN, missing texts None."""

    def close(self) -> None:
        """Let go of everything."""


def start(name: str) -> Engine:
    """Raises Refused when the engine is not installed here."""
    return {"polars": PolarsEngine, "duckdb": DuckEngine, "spark": SparkEngine}[name]()


class PolarsEngine:
    name = "polars"

    def scan(self, path: Path) -> nw.LazyFrame[Any]:
        return nw.from_native(pl.scan_parquet(path))

    def take(self, rows: pl.DataFrame) -> nw.LazyFrame[Any]:
        return nw.from_native(rows.lazy())

    def collect(self, asked: nw.LazyFrame[Any]) -> Arrays:
        found = nw.to_native(asked).collect(engine="streaming")
        return {name: found[name].to_numpy() for name in found.columns}

    def close(self) -> None:
        """Nothing is held."""


class _WithFolder:
    """Rows reach the engine through a private folder that is removed at the end."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="reciproque-measure-")
        self._files = 0

    def _written(self, rows: pl.DataFrame) -> Path:
        self._files += 1
        path = Path(self._folder.name) / f"{self._files}.parquet"
        rows.write_parquet(path)
        return path

    def close(self) -> None:
        self._folder.cleanup()


class DuckEngine(_WithFolder):
    name = "duckdb"

    def __init__(self) -> None:
        import duckdb

        super().__init__()
        self._connection = duckdb.connect(config={"temp_directory": self._folder.name})

    def scan(self, path: Path) -> nw.LazyFrame[Any]:
        return nw.from_native(self._connection.read_parquet(str(path)))

    def take(self, rows: pl.DataFrame) -> nw.LazyFrame[Any]:
        return self.scan(self._written(rows))

    def collect(self, asked: nw.LazyFrame[Any]) -> Arrays:
        return {name: _plain(column) for name, column in nw.to_native(asked).fetchnumpy().items()}

    def close(self) -> None:
        self._connection.close()
        super().close()


def _plain(column: NDArray[Any]) -> NDArray[Any]:
    """A masked column as a plain one."""
    if not isinstance(column, np.ma.MaskedArray):
        return column
    return column.filled(None) if column.dtype == object else column.astype(np.float64).filled(np.nan)


class SparkEngine(_WithFolder):
    name = "spark"

    def __init__(self) -> None:
        try:
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise Refused(
                _("Spark is not installed here: install reciproque[spark], or choose another engine.")
            ) from error
        super().__init__()
        self._session = (
            SparkSession.builder.master("local[*]")
            .appName("reciproque measure")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.sql.shuffle.partitions", "8")
            .getOrCreate()
        )
        self._session.sparkContext.setLogLevel("ERROR")

    def scan(self, path: Path) -> nw.LazyFrame[Any]:
        return nw.from_native(self._session.read.parquet(str(path.resolve())))

    def take(self, rows: pl.DataFrame) -> nw.LazyFrame[Any]:
        return self.scan(self._written(rows))

    def collect(self, asked: nw.LazyFrame[Any]) -> Arrays:
        native = nw.to_native(asked)
        names = native.columns
        columns = list(zip(*native.collect(), strict=True)) or [() for _name in names]
        return {name: _from_python(column) for name, column in zip(names, columns, strict=True)}

    def close(self) -> None:
        self._session.stop()
        super().close()


def _from_python(column: tuple[Any, ...]) -> NDArray[Any]:
    if any(isinstance(cell, str) for cell in column):
        return np.array(column, dtype=object)
    return np.array([np.nan if cell is None else cell for cell in column])
