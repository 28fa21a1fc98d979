"""What one cell means: a side, a view, a question, an answer, or the reason why it is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reciproque.instruments import Instrument
from reciproque.measure.layout import SIDES, VIEWS, plain, question_codes

MISSING, OFF_SCALE, NOT_A_NUMBER = 0, -1, -2
REASON = {OFF_SCALE: "off_scale", NOT_A_NUMBER: "not_a_number"}
NO_ANSWER = (
    *("", "na", "nan", "n/a", "#n/a", "null", "none", "-", "–", "—", ".", "?"),
    *("nsp", "ne sait pas", "je ne sais pas", "sans opinion", "non applicable"),
    *("cannot say", "don't know", "no opinion", "not applicable"),
)
DIGITS = re.compile("[0-9]+")
YEARS = range(1900, 2200)
NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]*)?")


def text_of(column: pl.Series) -> pl.Series:
    """Cells as text without spaces around; nothing at all is null. Whole numbers lose their `.0`."""
    if column.dtype.is_float():
        whole = column.cast(pl.Int64, strict=False)
        text = pl.select(pl.when(whole.cast(column.dtype) == column).then(whole.cast(pl.String))).to_series()
        column = text.zip_with(text.is_not_null(), column.cast(pl.String))
    elif column.dtype != pl.String:
        column = column.cast(pl.String, strict=False)
    column = column.str.strip_chars(" \t\r\n\u00a0\u202f\ufeff")
    return column.set(column == "", None)


@dataclass
class Labels:
    """Each distinct text gets the next number; the same text always has the same."""

    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, column: pl.Series) -> NDArray[np.int32]:
        """Numbers of the texts of a column; -1 for nothing."""
        for label in column.unique(maintain_order=True).drop_nulls():
            self.numbers.setdefault(label, len(self.numbers))
        return translated(column, lambda label: self.numbers[label], nothing=-1)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.numbers)


def translated(column: pl.Series, meaning: Callable[[Any], int], *, nothing: int) -> NDArray[np.int32]:
    """The number that each cell means, worked out once for each distinct cell."""
    distinct = column.unique().drop_nulls()
    if not len(distinct):
        return np.full(len(column), nothing, dtype=np.int32)
    numbers = [meaning(cell) for cell in distinct]
    return column.replace_strict(distinct, numbers, default=nothing, return_dtype=pl.Int32).to_numpy()


def natural(label: str) -> tuple[str, str]:
    """Sorting key under which 2 comes before 10."""
    return DIGITS.sub(lambda found: found[0].rjust(20, "0"), label), label


def follow(labels: Sequence[str]) -> bool:
    """Whether labels in their natural order surely follow each other: not `after, before` nor `T1 2026, T4 2025`.

    They differ by their numbers, and no number goes down from one to the next unless a year stands first.
    """
    if len(labels) < 2:
        return True
    if len({"".join(DIGITS.sub("#", label.casefold()).split()) for label in labels}) > 1:
        return False
    numbers = [tuple(int(found) for found in DIGITS.findall(label)) for label in labels]
    year_first = all(found and found[0] in YEARS for found in numbers)
    return all(
        earlier != later and (year_first or all(a <= b for a, b in zip(earlier, later, strict=True)))
        for earlier, later in pairwise(numbers)
    )


@dataclass(frozen=True)
class Meanings:
    """How cells are understood for one questionnaire."""

    points: int
    items: tuple[str, ...]
    codes: dict[str, str]
    labels: dict[str, int]  # words of the scale and ways to say nothing, as written and as `plain` text

    def answer(self, cell: Hashable) -> int:
        """1..points, or MISSING, OFF_SCALE, NOT_A_NUMBER."""
        text = str(cell).strip().casefold()
        if text in self.labels:
            return self.labels[text]
        if not NUMBER.fullmatch(text):
            return self.labels.get(plain(text), NOT_A_NUMBER)
        value = float(text.replace(",", "."))
        return int(value) if value.is_integer() and 1 <= value <= self.points else OFF_SCALE

    def item(self, cell: str) -> int:
        code = self.codes.get(plain(cell))
        return self.items.index(code) if code in self.items else -1

    def mirrored(self, item: int) -> int:
        """The mirror form of a question; -1 when there is none."""
        code = self.items[item]
        return item if code.endswith("m") else self.items.index(f"{code}m") if f"{code}m" in self.items else -1


def meanings(instrument: Instrument) -> Meanings:
    return Meanings(
        points=instrument.points,
        items=questions(instrument),
        codes=question_codes(instrument),
        labels=_labels(instrument),
    )


def _labels(instrument: Instrument) -> dict[str, int]:
    """What each word means; saying nothing wins. Spreadsheets turn apostrophes and spaces into others: see `plain`."""
    written = {
        word.casefold(): rank for words in instrument.scale.values() for rank, word in enumerate(words, 1)
    } | dict.fromkeys((*NO_ANSWER, *(words.casefold() for words in instrument.cannot_say.values())), MISSING)
    loose = {plain(word): rank for word, rank in written.items() if plain(word)}
    return loose | written


def questions(instrument: Instrument) -> tuple[str, ...]:
    """Every question: the direct ones, then their mirror forms."""
    direct = tuple(item.code for item in instrument.items)
    return direct + tuple(item.mirror_code for item in instrument.items if item.mirror)


def side(cell: str) -> int:
    """0 client, 1 supplier, -1 neither."""
    return SIDES.get(plain(cell), -1)


def view(cell: str) -> int:
    """0 direct, 1 mirror, -1 neither."""
    return int(VIEWS[plain(cell)]) if plain(cell) in VIEWS else -1
