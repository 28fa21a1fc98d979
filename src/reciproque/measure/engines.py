"""Where groups are made and added up: Polars, DuckDB or Spark. The questions themselves are asked through Narwhals."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from reciproque.measure.damaged import Errors, refusing
from reciproque.measure.errors import Refused
from reciproque.measure.language import gettext as _

Arrays = dict[str, NDArray[Any]]


class Engine(Protocol):
    name: str
    failures: Errors

    def scan(self, path: Path) -> nw.LazyFrame[Any]:
        """A Parquet file, read when needed."""

    def take(self, rows: pl.DataFrame) -> nw.LazyFrame[Any]:
        """Rows that are in memory."""

    def keep(self, asked: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Run once, and hold the rows for the questions that follow."""

    def collect(self, asked: nw.LazyFrame[Any]) -> Arrays:
        """Run; one array a column. Missing numbers are NaN, missing texts None."""

    def close(self) -> None:
        """Let go of everything."""


def start(name: str) -> Engine:
    """Raises Refused when the engine is not installed here."""
    engines: dict[str, Callable[[], Engine]] = {"polars": PolarsEngine, "duckdb": DuckEngine, "spark": SparkEngine}
    return engines[name]()


@contextmanager
def answering(engine: Engine) -> Iterator[None]:
    """An engine that gives up, over a damaged file most often, ends in a sentence."""

    def sentence(error: BaseException) -> str:
        lines = str(error).strip().splitlines()
        reason = lines[0][:200] if lines else type(error).__name__
        return _("%(engine)s cannot read this file to its end: %(reason)s") % {"engine": engine.name, "reason": reason}

    with refusing(sentence, engine.failures):
        yield


class PolarsEngine:
    name = "polars"
    failures: Errors = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)

    def scan(self, path: Path) -> nw.LazyFrame[Any]:
        return nw.from_native(pl.scan_parquet(path, glob=False))

    def take(self, rows: pl.DataFrame) -> nw.LazyFrame[Any]:
        return nw.from_native(rows.lazy())

    def keep(self, asked: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        return self.take(self._run(asked))

    def collect(self, asked: nw.LazyFrame[Any]) -> Arrays:
        found = self._run(asked)
        return {name: found[name].to_numpy() for name in found.columns}

    def _run(self, asked: nw.LazyFrame[Any]) -> pl.DataFrame:
        found: pl.DataFrame = nw.to_native(asked).collect(engine="streaming")
        return found

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
        self.failures: Errors = (duckdb.Error, OSError)
        self._connection = duckdb.connect(config={"temp_directory": self._folder.name})

    def scan(self, path: Path) -> nw.LazyFrame[Any]:
        name = re.sub(r"[*?\[]", r"[\g<0>]", str(path))  # a name, not a pattern
        return nw.from_native(self._connection.read_parquet(name))

    def take(self, rows: pl.DataFrame) -> nw.LazyFrame[Any]:
        return self.scan(self._written(rows))

    def keep(self, asked: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        self._files += 1
        table = f"kept_{self._files}"
        nw.to_native(asked).create(table)
        return nw.from_native(self._connection.table(table))

    def collect(self, asked: nw.LazyFrame[Any]) -> Arrays:
        return {name: _plain(column) for name, column in nw.to_native(asked).fetchnumpy().items()}

    def close(self) -> None:
        self._connection.close()
        super().close()


def _plain(column: NDArray[Any]) -> NDArray[Any]:
    """A masked column as a plain one."""
    if not isinstance(column, np.ma.MaskedArray):
        return column
    if column.dtype != object:
        column = column.astype(np.float64)
    return np.ma.filled(column, None if column.dtype == object else np.nan)


class SparkEngine(_WithFolder):
    name = "spark"

    def __init__(self) -> None:
        try:
            from py4j.protocol import Py4JError
            from pyspark.errors import PySparkException
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise Refused(
                _("Spark is not installed here: install reciproque[spark], or choose another engine.")
            ) from error
        super().__init__()
        self.failures: Errors = (Py4JError, PySparkException, OSError)
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
        name = re.sub(r"[*?\[\]{}\\]", r"\\\g<0>", str(path.resolve()))
        rows: nw.LazyFrame[Any] = nw.from_native(self._session.read.parquet(name))
        return rows

    def take(self, rows: pl.DataFrame) -> nw.LazyFrame[Any]:
        return self.scan(self._written(rows))

    def keep(self, asked: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        rows: nw.LazyFrame[Any] = nw.from_native(nw.to_native(asked).cache())
        return rows

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
