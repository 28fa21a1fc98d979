"""Small files of answers, in every format, for the tests of this folder."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import openpyxl
import polars as pl

from reciproque import instruments
from reciproque.measure import study

INSTRUMENT = instruments.parse(instruments.source())
LONG = ("relationship", "side", "wave", "respondent", "function", "item", "view", "value")
FRENCH = ("Relation", "Côté", "Vague", "Répondant", "Fonction", "Question", "Regard", "Valeur")
ITEMS = tuple(item.code for item in INSTRUMENT.items)
ALL = ITEMS + tuple(item.mirror_code for item in INSTRUMENT.items if item.mirror)
Row = tuple[object, ...]


def people(relationships: int = 3, each: int = 6, waves: int = 1, seed: int = 4) -> list[tuple[Row, list[int | None]]]:
    """Keys (relationship, side, wave, respondent, function) and an answer to each question, some missing."""
    chance = np.random.default_rng(seed)
    found = []
    for number in range(relationships):
        for side in ("client", "supplier"):
            for wave in range(1, waves + 1):
                for rank in range(each):
                    key = (f"R{number + 8}", side, wave, f"{side[0]}{rank}", ("sales", "quality")[rank % 2])
                    answers = [int(x) if chance.random() > 0.1 else None for x in chance.integers(1, 8, len(ALL))]
                    found.append((key, answers))
    return found


def long_rows(crowd: Iterable[tuple[Row, list[int | None]]]) -> list[Row]:
    return [
        (*key, code.removesuffix("m"), "mirror" if code.endswith("m") else "direct", answer)
        for key, answers in crowd
        for code, answer in zip(ALL, answers, strict=True)
    ]


def wide_rows(crowd: Iterable[tuple[Row, list[int | None]]]) -> tuple[Row, list[Row]]:
    return (*LONG[:5], *ALL), [(*key, *answers) for key, answers in crowd]


def text(header: Sequence[object], rows: Iterable[Row], separator: str = ";") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    return out.getvalue()


def write(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


def workbook(
    path: Path, header: Sequence[object], rows: Iterable[Row], title: str = "Réponses", above: int = 0
) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for line, row in enumerate([header, *rows], start=1 + above):
        for column, cell in enumerate(row, start=1):
            if cell is not None:
                sheet.cell(line, column, cell)
    book.create_sheet("Notes")["A1"] = "nothing to read"
    book.save(path)
    return path


def parquet(path: Path, header: Sequence[str], rows: Sequence[Row]) -> Path:
    pl.DataFrame(rows, schema=list(header), orient="row").write_parquet(path)
    return path


def opened(path: Path, **options: object):
    return study.open_study(path, INSTRUMENT, **options)


def figures(path: Path, **options: object) -> dict[str, np.ndarray]:
    """All sums of a file by name, with its labels."""
    with opened(path, **options) as it:
        sums = it.sums()
        names = ("relationship", "wave", "side", "people", "n", "mean", "ss", "item_n", "item_mean", "item_ss")
        found = {name: getattr(sums, name) for name in names}
        found |= {f"whole_{name}": value for name, value in vars(it.whole()).items()}
        return found | {"labels": np.array([*it.relationships, *it.waves])}


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    """Whether two sets of sums are the same to the last bit."""
    return all(np.array_equal(values, other[name], equal_nan=values.dtype.kind == "f") for name, values in one.items())
