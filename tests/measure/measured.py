"""Example files and small variations of them, measured, for the tests of what is shown."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema

from reciproque import instruments
from reciproque.measure import as_json, language, measuring, pages, study
from reciproque.measure.results import Results
from reciproque.reports.measure_page import MeasurePage

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
FORGE, TWO_WAVES = EXAMPLES / "forge.csv", EXAMPLES / "deux-vagues.csv"
INSTRUMENT = instruments.parse(instruments.source())
SCHEMA = jsonschema.Draft202012Validator(json.loads(as_json.schema()))
Cells = list[list[str]]


def measured(path: Path, *, raw: bool, engine: str = "polars") -> Results:
    return _measured(path, raw, engine, language.current())


@lru_cache(maxsize=16)
def _measured(path: Path, raw: bool, engine: str, _spoken: str) -> Results:
    with study.open_study(path, INSTRUMENT, engine=engine) as it:
        found = measuring.measure(it, raw_figures=raw)
        if raw:
            list(found.relationships)  # made while the file is open
        return found


def as_document(path: Path, *, raw: bool, engine: str = "polars") -> dict[str, Any]:
    """The JSON as a reader gets it, held to the schema."""
    document = json.loads(text_of(path, raw=raw, engine=engine))
    SCHEMA.validate(document)
    return document


def text_of(path: Path, *, raw: bool, engine: str = "polars") -> str:
    return as_json.text(measured(path, raw=raw, engine=engine))


def page_of(path: Path, *, raw: bool, sheets: int = 20) -> MeasurePage:
    return pages.page(measured(path, raw=raw), INSTRUMENT, day=date(2026, 3, 23), sheets=sheets)


def wide(path: Path = TWO_WAVES) -> tuple[list[str], Cells]:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return header, rows


def changed(target: Path, change: Callable[[list[str], Cells], Cells], *names: str) -> Path:
    """Some relationships of the example of two waves, one row a person, after a change of its rows."""
    header, rows = wide()
    write(target, header, change(header, [row for row in rows if any(name in row[0] for name in names)]))
    return target


def write(target: Path, header: list[str], rows: Cells) -> Path:
    with target.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return target


def one_of(document: dict[str, Any], name: str, wave: str = "0") -> dict[str, Any]:
    found = [r for r in document["relationships"] if name in r["id"] and r["wave"] == wave]
    assert len(found) == 1
    return found[0]
