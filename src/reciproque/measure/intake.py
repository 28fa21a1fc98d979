"""From the rows of a file to answers of one byte each, with everything that was refused on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from reciproque.instruments import Instrument
from reciproque.measure import cells
from reciproque.measure.answers import Answers
from reciproque.measure.cells import MISSING, REASON, Labels, Meanings
from reciproque.measure.errors import Refused
from reciproque.measure.language import gettext as _
from reciproque.measure.layout import Layout
from reciproque.measure.progress import Progress, silent
from reciproque.measure.table import Piece, Table
from reciproque.measure.understood import SHOWN, Refusals

Ints = NDArray[np.int32]
Mask = NDArray[np.bool_]
TOO_MANY = 0.2  # of the answers: the others would no longer stand for the file


@dataclass(frozen=True)
class Intake:
    """Everything that a file says, and what was left out."""

    answers: Answers
    refusals: Refusals
    rows: int
    cannot_say: int
    decimal_comma: bool


@dataclass
class _Columns:
    """What the pieces of a file added up to so far; one array a piece in each list."""

    relationship: list[Ints] = field(default_factory=list)
    wave: list[Ints] = field(default_factory=list)
    side: list[NDArray[np.int8]] = field(default_factory=list)
    respondent: list[Ints] = field(default_factory=list)
    function: list[Ints] = field(default_factory=list)
    line: list[NDArray[np.int64]] = field(default_factory=list)
    item: list[NDArray[np.int16]] = field(default_factory=list)  # long only
    value: list[NDArray[np.int8]] = field(default_factory=list)  # wide: rows x items


class Reader:
    """Takes the pieces of a table one after the other."""

    def __init__(self, table: Table, layout: Layout, instrument: Instrument) -> None:
        self.table, self.layout = table, layout
        self.meanings: Meanings = cells.meanings(instrument)
        self.refusals = Refusals(instrument.points)
        self.relationships, self.waves, self.respondents, self.functions = Labels(), Labels(), Labels(), Labels()
        self.columns = _Columns()
        self.rows = self.given = self.cannot_say = 0
        self.decimal_comma = False

    def read(self, progress: Progress = silent) -> Intake:
        for name in self.layout.unknown:
            self.refusals.add("unknown_item", self.table.header_line, name, name)
        for piece in self.table.pieces():
            self._take(piece)
            progress(_("Reading the answers"), piece.share)
        self._check_scale()
        answers = self._wide() if self.layout.name == "wide" else self._long()
        if not answers.values.any():
            raise Refused(self._nothing())
        self._check_words()
        return Intake(answers, self.refusals, self.rows, self.cannot_say, self.decimal_comma)

    def _take(self, piece: Piece) -> None:
        for line, width in piece.wrong:
            self.refusals.add("wrong_width", line, "", f"{width} / {len(self.table.columns)}")
        self.rows += piece.rows.height + len(piece.wrong)
        keys, good = self._keys(piece)
        if self.layout.name == "wide":
            self._take_wide(piece, keys, good)
        else:
            self._take_long(piece, keys, good)

    # Whose answer it is.

    def _column(self, piece: Piece, role: str) -> pl.Series | None:
        rank = self.layout.columns.get(role)
        return None if rank is None else cells.text_of(piece.rows[f"column_{rank}"])

    def _keys(self, piece: Piece) -> tuple[dict[str, Ints], Mask]:
        """Numbers of the relationship, wave, side, respondent and function of each row, and which rows have them."""
        good = np.ones(piece.rows.height, dtype=np.bool_)
        keys: dict[str, Ints] = {}
        for role, labels in (("relationship", self.relationships), ("wave", self.waves)):
            keys[role] = self._labelled(piece, role, labels, good, default="")
        keys["side"] = self._sides(piece, good)
        must = self.layout.name == "long"
        keys["respondent"] = self._labelled(piece, "respondent", self.respondents, good, default=None, must=must)
        keys["function"] = self._labelled(piece, "function", self.functions, good, default="", must=False)
        return keys, good

    def _labelled(
        self, piece: Piece, role: str, labels: Labels, good: Mask, *, default: str | None, must: bool = True
    ) -> Ints:
        column = self._column(piece, role)
        if column is None:
            number = -1 if default is None else labels.numbers.setdefault(default, len(labels.numbers))
            return np.full(piece.rows.height, number, dtype=np.int32)
        numbers = labels.number(column.str.to_lowercase() if role == "respondent" else column)
        if must:
            self._refuse(piece, role, "no_key", column, good & (numbers < 0), good)
        return numbers

    def _sides(self, piece: Piece, good: Mask) -> Ints:
        column = self._column(piece, "side")
        if column is None:
            raise Refused(_("No column says the side: add a column “side” with client or supplier in each row."))
        sides = cells.translated(column, cells.side, nothing=-2)
        self._refuse(piece, "side", "no_key", column, good & (sides == -2), good)
        self._refuse(piece, "side", "unknown_side", column, good & (sides == -1), good)
        return sides

    def _refuse(self, piece: Piece, role: str, code: str, column: pl.Series, bad: Mask, good: Mask) -> None:
        """Leave rows out of `good` and say why."""
        if bad.any():
            self._say(code, self.table.columns[self.layout.columns[role]], column, piece.lines, bad)
            good &= ~bad

    def _say(self, code: str, name: str, column: pl.Series, lines: NDArray[np.int64], bad: Mask) -> None:
        found = np.flatnonzero(bad)
        shown = found[: self.refusals.wants(code)]
        for rank in shown:
            self.refusals.add(code, int(lines[rank]), name, column[int(rank)])
        self.refusals.more(code, found.size - shown.size)

    # What was answered.

    def _values(self, piece: Piece, rank: int, good: Mask) -> NDArray[np.int8]:
        """Answers of a column, 0 where there is none; what cannot be an answer is refused and becomes none."""
        column = piece.rows[f"column_{rank}"]
        if column.dtype == pl.String and not self.decimal_comma:
            self.decimal_comma = bool(column.unique().drop_nulls().str.contains(r"^\s*\d+,\d*\s*$").any())
        values = cells.translated(column, self.meanings.answer, nothing=MISSING)
        self.given += int(np.count_nonzero(good & (values != MISSING)))
        self.cannot_say += int(np.count_nonzero(good & (values == MISSING)))
        if values.size and values.min() < MISSING:
            for bad, code in REASON.items():
                self._say(code, self.table.columns[rank], column, piece.lines, good & (values == bad))
        return values.astype(np.int8)

    def _take_wide(self, piece: Piece, keys: dict[str, Ints], good: Mask) -> None:
        values = np.zeros((piece.rows.height, len(self.layout.items)), dtype=np.int8)
        for place, rank in enumerate(self.layout.items.values()):
            values[:, place] = self._values(piece, rank, good)
        self._keep(piece, keys, np.maximum(values, MISSING), good)

    def _take_long(self, piece: Piece, keys: dict[str, Ints], good: Mask) -> None:
        items = self._items(piece, good)
        values = self._values(piece, self.layout.columns["value"], good)
        good &= values >= MISSING
        self._keep(piece, keys, values, good)
        self.columns.item.append(items[good].astype(np.int16))

    def _items(self, piece: Piece, good: Mask) -> Ints:
        column = self._column(piece, "item")
        assert column is not None  # the long layout has one
        items = cells.translated(column, self.meanings.item, nothing=-2)
        self._refuse(piece, "item", "no_key", column, good & (items == -2), good)
        self._refuse(piece, "item", "unknown_item", column, good & (items == -1), good)
        views = self._column(piece, "view")
        if views is None:
            return items
        seen = cells.translated(views, cells.view, nothing=0)
        self._refuse(piece, "view", "unknown_view", views, good & (seen == -1), good)
        forms = np.array([self.meanings.mirrored(rank) for rank in range(len(self.meanings.items))])
        items = np.where(seen == 1, forms[items], items).astype(np.int32)
        self._refuse(piece, "item", "unknown_item", column, good & (items == -1), good)
        return items

    def _keep(self, piece: Piece, keys: dict[str, Ints], values: NDArray[np.int8], good: Mask) -> None:
        kept = self.columns
        kept.relationship.append(keys["relationship"][good])
        kept.wave.append(keys["wave"][good])
        kept.side.append(keys["side"][good].astype(np.int8))
        kept.respondent.append(keys["respondent"][good])
        kept.function.append(keys["function"][good])
        kept.line.append(piece.lines[good])
        kept.value.append(values[good])

    # Everything together.

    def _check_scale(self) -> None:
        off = self.refusals.counts["off_scale"]
        if off > TOO_MANY * max(self.given, 1):
            raise Refused(
                _(
                    "%(off)d answers of %(given)d lie outside the scale, 1 to %(points)d: this looks like another "
                    "questionnaire. Name it with --instrument."
                )
                % {"off": off, "given": self.given, "points": self.meanings.points}
            )

    def _check_words(self) -> None:
        bad = self.refusals.counts["not_a_number"]
        if bad > TOO_MANY * self.given:
            raise Refused(
                _(
                    "%(bad)d answers of %(given)d are neither numbers nor words of the questionnaire: the others alone "
                    "would mislead. Write the answers 1 to %(points)d."
                )
                % {"bad": bad, "given": self.given, "points": self.meanings.points}
            )

    def _nothing(self) -> str:
        """Where the first problem is; not what stands there, which may be somebody's answer."""
        sentence = _("No usable answer was found in %(rows)d rows.") % {"rows": self.rows}
        if not self.refusals.first:
            return sentence
        one = self.refusals.first[0]
        where = {"line": one.line, "column": one.column, "reason": one.sentence}
        if not one.column:
            return f"{sentence} " + _("Line %(line)d: %(reason)s") % where
        return f"{sentence} " + _("Line %(line)d, column “%(column)s”: %(reason)s") % where

    def _joined(self, arrays: Iterable[NDArray], dtype: type = np.int32) -> NDArray:
        found = list(arrays)
        return np.concatenate(found) if found else np.zeros(0, dtype=dtype)

    def _wide(self) -> Answers:
        columns = self.columns
        value = self._joined(columns.value, np.int8).reshape(-1, len(self.layout.items))
        people = self._people()
        named = people.respondent >= 0
        key = people.keys(with_wave=True)
        key[~named] = -1 - np.arange(key.size)[~named]  # a row without a name is a person of its own
        first = _first_of(key)
        self._say_duplicates(first, self._joined(columns.line, np.int64), people)
        return self._answers(people.only(first), value[first], tuple(self.layout.items), linked=bool(named.any()))

    def _long(self) -> Answers:
        people = self._people()
        item = self._joined(self.columns.item, np.int16).astype(np.int64)
        value = self._joined(self.columns.value, np.int8)
        key = people.keys(with_wave=True)
        _distinct, start, person = np.unique(key, return_index=True, return_inverse=True)
        width = len(self.meanings.items)
        first = _first_of(person * width + item)
        self._say_duplicates(first, self._joined(self.columns.line, np.int64), people)
        table = np.zeros((start.size, width), dtype=np.int8)
        table[person[first], item[first]] = value[first]
        used = np.zeros(width, dtype=np.bool_)
        used[item] = True
        items = tuple(code for code, here in zip(self.meanings.items, used, strict=True) if here)
        one_each = people.only(start)
        one_each.function = _first_function(people.function, person, start.size)
        return self._answers(one_each, table[:, used], items, linked=True)

    def _people(self) -> _People:
        columns = self.columns
        return _People(
            *(
                self._joined(part)
                for part in (
                    columns.relationship,
                    columns.wave,
                    columns.side,
                    columns.respondent,
                    columns.function,
                )
            )
        )

    def _say_duplicates(self, first: NDArray[np.int64], lines: NDArray[np.int64], people: _People) -> None:
        again = np.ones(lines.size, dtype=np.bool_)
        again[first] = False
        if not again.any():
            return
        name = self.table.columns[self.layout.columns["respondent"]]
        names = self.respondents.names
        found = np.flatnonzero(again)
        found = found[np.argsort(lines[found], kind="stable")]
        for rank in found[:SHOWN]:
            self.refusals.add("duplicate", int(lines[rank]), name, names[people.respondent[rank]])
        self.refusals.more("duplicate", max(0, found.size - SHOWN))

    def _answers(self, people: _People, values: NDArray[np.int8], items: tuple[str, ...], *, linked: bool) -> Answers:
        relationship, relationships = _in_order(people.relationship, self.relationships.names)
        wave, waves = _in_order(people.wave, self.waves.names)
        person = people.keys(with_wave=False)
        unnamed = people.respondent < 0
        person[unnamed] = -1 - np.arange(person.size)[unnamed]
        order = np.lexsort((people.side, wave, relationship))
        return Answers(
            relationship=relationship[order],
            wave=wave[order],
            side=people.side[order],
            person=np.unique(person, return_inverse=True)[1].astype(np.int32)[order],
            function=people.function[order],
            values=values[order],
            items=items,
            relationships=relationships,
            waves=waves,
            functions=self.functions.names,
            linked=linked,
            points=self.meanings.points,
        )


@dataclass
class _People:
    """Keys of rows, as numbers."""

    relationship: Ints
    wave: Ints
    side: NDArray[np.int8]
    respondent: Ints
    function: Ints

    def keys(self, *, with_wave: bool) -> NDArray[np.int64]:
        """One number for each person of a relationship and side, and wave when asked for."""
        key = self.relationship.astype(np.int64)
        if with_wave:
            key = key * (int(self.wave.max(initial=0)) + 1) + self.wave
        key = key * 2 + self.side
        return key * (int(self.respondent.max(initial=0)) + 1) + self.respondent

    def only(self, rows: NDArray[np.int64]) -> _People:
        return _People(
            self.relationship[rows], self.wave[rows], self.side[rows], self.respondent[rows], self.function[rows]
        )


def _first_of(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each distinct key stands first, in the order of the file."""
    return np.sort(np.unique(keys, return_index=True)[1])


def _first_function(function: Ints, person: NDArray[np.int64], people: int) -> Ints:
    """The first function named for each person; -1 when none is."""
    found = np.full(people, -1, dtype=np.int32)
    named = np.flatnonzero(function >= 0)[::-1]
    found[person[named]] = function[named]
    return found


def _in_order(numbers: Ints, names: tuple[str, ...]) -> tuple[Ints, tuple[str, ...]]:
    """Labels in their natural order, only those used, and the numbers that follow that order."""
    used = np.unique(numbers)
    ranked = sorted(used.tolist(), key=lambda number: cells.natural(names[number]))
    places = np.zeros(len(names), dtype=np.int32)
    places[ranked] = np.arange(len(ranked), dtype=np.int32)
    return places[numbers], tuple(names[number] for number in ranked)
