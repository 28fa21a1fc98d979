"""A clean Parquet file is never read whole: it is checked, grouped and added up where it is, on the engine.

When a check finds anything to refuse, `None` is returned and the file is read piece by piece instead (`intake`), which
names every line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from numpy.typing import NDArray

from reciproque.instruments import Instrument
from reciproque.measure import cells
from reciproque.measure.engines import Arrays, Engine
from reciproque.measure.layout import Layout
from reciproque.measure.scales import scales_of, shape_of
from reciproque.measure.sums import KEYS, Keys, Sums, add_up, settle
from reciproque.measure.table import Table

Lazy = nw.LazyFrame[Any]
Codes = dict[tuple[str, ...], str]  # what is written in a file, and the question that it means
DIGIT, PRESENT, DIGITS = 32, 16, 10
"""Ten questions travel in one whole number: a digit in base 32 is 16 plus the answer, or 16 alone for no answer."""


@dataclass(frozen=True)
class Direct:
    """What the engine found in a clean file."""

    frame: Lazy  # one row a person
    keys: Keys  # of the groups, as the engine gives them
    sums: Sums
    relationships: tuple[str, ...]
    waves: tuple[str, ...]
    items: tuple[str, ...]
    rows: int
    people: int
    answers: int
    cannot_say: int
    linked: bool


@dataclass(frozen=True)
class _Asked:
    """A table with its layout and questionnaire, on an engine."""

    engine: Engine
    table: Table
    layout: Layout
    instrument: Instrument
    frame: Lazy

    def name(self, role: str) -> str | None:
        rank = self.layout.columns.get(role)
        return None if rank is None else self.table.columns[rank]

    def type_of(self, name: str) -> pl.DataType:
        assert self.table.schema is not None  # Parquet has one
        return self.table.schema[name]


def measure(engine: Engine, table: Table, layout: Layout, instrument: Instrument) -> Direct | None:
    """The sums of a clean Parquet file; None when it must be read line by line."""
    if table.kind != "parquet" or layout.unknown or len(set(table.columns)) < len(table.columns):
        return None
    asked = _Asked(engine, table, layout, instrument, engine.scan(table.path))
    sides = _sides(asked)
    if sides is None or not _keys_are_plain(asked) or not _named_one_way(asked):
        return None
    return _wide(asked, sides) if layout.name == "wide" else _long(asked, sides)


# Whose answers.


def _keys_are_plain(asked: _Asked) -> bool:
    """Texts or whole numbers, and nothing missing where something is needed."""
    must = [asked.name(role) for role in ("relationship", "wave")]
    if asked.layout.name == "long":
        must.append(asked.name("respondent"))
    needed = [name for name in must if name is not None]
    respondent = asked.name("respondent")
    for name in (*needed, *([respondent] if respondent else [])):
        kind = asked.type_of(name)
        if not (kind.is_integer() or kind == pl.String):
            return False
    if not needed:
        return True
    found = asked.engine.collect(
        asked.frame.select(*(nw.col(name).is_null().cast(nw.Int64).sum().alias(name) for name in needed))
    )
    return not any(column[0] for column in found.values())


def _named_one_way(asked: _Asked) -> bool:
    """Whether nobody is named twice, with other capitals or with spaces around."""
    name = asked.name("respondent")
    if name is None or asked.type_of(name) != pl.String:
        return True
    named = asked.frame.filter(~nw.col(name).is_null()).group_by(name).agg(nw.len().alias("rows"))
    folded = nw.col(name).str.strip_chars().str.to_lowercase()
    found = asked.engine.collect(named.select(folded.n_unique().alias("people"), nw.len().alias("names")))
    return bool(found["people"][0] == found["names"][0])


def _sides(asked: _Asked) -> tuple[list[str], int] | None:
    """The spellings of the client side in the file, and the number of rows; None when a side is neither."""
    name = asked.name("side")
    if name is None or asked.type_of(name) != pl.String:
        return None
    found = asked.engine.collect(asked.frame.group_by(name).agg(nw.len().alias("rows")))
    spellings = found[name].tolist()
    if not spellings or any(text is None or cells.side(text) < 0 for text in spellings):
        return None
    return [text for text in spellings if cells.side(text) == 0], int(np.sum(found["rows"]))


def _keys(asked: _Asked, clients: list[str]) -> list[nw.Expr]:
    keys = []
    for role in ("relationship", "wave"):
        name = asked.name(role)
        keys.append((nw.lit("") if name is None else nw.col(name)).alias(role))
    is_client = nw.col(asked.name("side") or "").is_in(clients)
    return [*keys, nw.when(is_client).then(nw.lit(0)).otherwise(nw.lit(1)).alias("side")]


def _labels(column: NDArray[Any]) -> tuple[NDArray[np.int64], tuple[str, ...]] | None:
    """Numbers in the natural order of the labels, and the labels; None when a label is not written plainly."""
    found = column.tolist()
    texts = {cell: str(cell) for cell in set(found)}
    if any(text != text.strip() for text in texts.values()):
        return None
    ordered = sorted(texts, key=lambda cell: cells.natural(texts[cell]))
    places = {cell: place for place, cell in enumerate(ordered)}
    return np.array([places[cell] for cell in found], dtype=np.int64), tuple(texts[cell] for cell in ordered)


def _numbers(asked: _Asked, name: str) -> nw.Expr:
    """A column of answers; what is not a number there is no answer."""
    column = nw.col(name)
    return nw.when(~column.is_nan()).then(column) if asked.type_of(name).is_float() else column


# One person a row.


def _wide(asked: _Asked, sides: tuple[list[str], int]) -> Direct | None:
    clients, rows = sides
    columns = {code: asked.table.columns[rank] for code, rank in asked.layout.items.items()}
    if not all(asked.type_of(name).is_numeric() for name in columns.values()):
        return None
    if not _on_scale(asked, list(columns.values())) or _repeated(asked, clients):
        return None
    people = asked.frame.select(
        *_keys(asked, clients), *(_numbers(asked, name).alias(code) for code, name in columns.items())
    )
    return _settled(asked, people, tuple(columns), rows)


def _on_scale(asked: _Asked, names: Sequence[str]) -> bool:
    """Whether every answer is a whole number from 1 to the highest point."""
    values = {name: _numbers(asked, name) for name in names}
    bounds = [
        bound
        for name, value in values.items()
        for bound in (value.min().alias(f"low_{name}"), value.max().alias(f"high_{name}"))
    ]
    found = asked.engine.collect(asked.frame.select(*bounds))
    for name in names:
        low, high = (found[f"{end}_{name}"][0] for end in ("low", "high"))
        if low is not None and (low < 1 or high > asked.instrument.points):
            return False
    return _whole_numbers(asked, [name for name in names if not asked.type_of(name).is_integer()])


def _whole_numbers(asked: _Asked, names: Sequence[str]) -> bool:
    if not names:
        return True
    parts = [
        (_numbers(asked, name) != _numbers(asked, name).round()).cast(nw.Int64).sum().alias(name) for name in names
    ]
    found = asked.engine.collect(asked.frame.select(*parts))
    return not any(np.nan_to_num(float(column[0] or 0)) for column in found.values())


def _repeated(asked: _Asked, clients: list[str]) -> bool:
    """Whether somebody has two rows."""
    respondent = asked.name("respondent")
    if respondent is None:
        return False
    named = asked.frame.filter(~nw.col(respondent).is_null())
    people = named.select(*_keys(asked, clients), nw.col(respondent).alias("respondent"))
    twice = people.group_by(*KEYS, "respondent").agg(nw.len().alias("rows")).filter(nw.col("rows") > 1)
    return bool(asked.engine.collect(twice.select(nw.len().alias("people")))["people"][0])


# One answer a row.


def _long(asked: _Asked, sides: tuple[list[str], int]) -> Direct | None:
    clients, rows = sides
    value, codes = asked.name("value") or "", _codes(asked)
    if codes is None or not asked.type_of(value).is_numeric() or not _on_scale(asked, [value]):
        return None
    rank = {code: place for place, code in enumerate(cells.questions(asked.instrument))}
    items = tuple(sorted(set(codes.values()), key=rank.__getitem__))
    people = asked.engine.keep(_unpacked(_packed(asked, clients, codes, items), items))
    counts = asked.engine.collect(people.select(nw.col("rows").sum(), nw.col("valid").sum()))
    if counts["rows"][0] != counts["valid"][0]:
        return None
    return _settled(asked, people, items, rows)


def _codes(asked: _Asked) -> Codes | None:
    """The question that each item, or item and view, of the file means; None when one is unknown."""
    names = [name for name in (asked.name("item"), asked.name("view")) if name is not None]
    if any(asked.type_of(name) != pl.String for name in names):
        return None
    meanings = cells.meanings(asked.instrument)
    found = asked.engine.collect(asked.frame.group_by(*names).agg(nw.len().alias("rows")))
    written = zip(*(found[name] for name in names), strict=True)
    codes = {texts: _code(meanings, *texts) for texts in written}
    known = {texts: code for texts, code in codes.items() if code is not None}
    return known if len(known) == len(codes) else None


def _code(meanings: cells.Meanings, item: str | None, view: str | None = "direct") -> str | None:
    """None when the questionnaire has no such question, or the view is neither direct nor mirror."""
    place = -1 if item is None else meanings.item(item)
    kind = -1 if view is None else cells.view(view)
    if place < 0 or kind < 0:
        return None
    place = meanings.mirrored(place) if kind == 1 else place
    return meanings.items[place] if place >= 0 else None


def _packed(asked: _Asked, clients: list[str], codes: Codes, items: tuple[str, ...]) -> Lazy:
    """One row a person: all answers packed in a few whole numbers, a sum that every engine knows how to make."""
    written = ["item", "view"] if asked.name("view") else ["item"]
    ranks = [items.index(code) for code in codes.values()]
    table: dict[str, list[Any]] = {name: [texts[place] for texts in codes] for place, name in enumerate(written)}
    table |= {"word": [rank // DIGITS for rank in ranks], "factor": [DIGIT ** (rank % DIGITS) for rank in ranks]}
    digit = _numbers(asked, asked.name("value") or "").cast(nw.Int64).fill_null(0) + PRESENT
    named = asked.frame.select(
        *_keys(asked, clients),
        *(nw.col(asked.name(role) or "").alias(role) for role in ("respondent", *written)),
        digit.alias("digit"),
    ).join(asked.engine.take(pl.DataFrame(table)), on=written, how="inner")
    packed = nw.col("digit") * nw.col("factor")
    words = [
        nw.when(nw.col("word") == word).then(packed).sum().alias(f"word_{word}")
        for word in range(-(-len(items) // DIGITS))
    ]
    return named.group_by(*KEYS, "respondent").agg(nw.len().alias("rows"), *words)


def _unpacked(packed: Lazy, items: tuple[str, ...]) -> Lazy:
    """One column a question; `rows` and `valid` differ in all when somebody answered a question twice."""
    digits = [_digit(nw.col(f"word_{place // DIGITS}"), place % DIGITS).alias(item) for place, item in enumerate(items)]
    spread = packed.select(*KEYS, "rows", *digits)
    valid = nw.sum_horizontal(*((nw.col(item) >= PRESENT).cast(nw.Int64) for item in items))
    answers = [nw.when(nw.col(item) > PRESENT).then(nw.col(item) - PRESENT).alias(item) for item in items]
    return spread.select(*KEYS, "rows", valid.alias("valid"), *answers)


def _digit(word: nw.Expr, place: int) -> nw.Expr:
    """A digit of a packed number: under 2 to the power 50, so that dividing by powers of two loses nothing."""
    whole = word.fill_null(0).cast(nw.Float64)
    above = (whole * float(DIGIT) ** -(place + 1)).floor()
    return ((whole * float(DIGIT) ** -place).floor() - above * float(DIGIT)).cast(nw.Int8)


# What was found.


def _settled(asked: _Asked, people: Lazy, items: tuple[str, ...], rows: int) -> Direct | None:
    shape = shape_of(asked.instrument, items)
    scales = scales_of(shape)
    found: Arrays = add_up(asked.engine, people, scales, items)
    relationship, wave = _labels(found["relationship"]), _labels(found["wave"])
    if relationship is None or wave is None:
        return None
    keys = (relationship[0], wave[0], np.asarray(found["side"], dtype=np.int64))
    sums = settle(found, keys, scales, items, asked.instrument.points)
    given = int(sums.item_n.sum())
    number = int(sums.people.sum())
    return Direct(
        frame=people,
        keys=keys,
        sums=sums,
        relationships=relationship[1],
        waves=wave[1],
        items=items,
        rows=rows,
        people=number,
        answers=given,
        cannot_say=(rows if asked.layout.name == "long" else number * len(items)) - given,
        linked=asked.name("respondent") is not None,
    )
