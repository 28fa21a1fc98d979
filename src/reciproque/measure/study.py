"""A file of answers, opened: what was understood, its sums on an engine, its answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import polars as pl

from reciproque.instruments import Instrument
from reciproque.measure import cells, direct, engines, files, layout
from reciproque.measure.answers import Answers
from reciproque.measure.direct import Direct
from reciproque.measure.engines import Arrays, Engine, answering
from reciproque.measure.errors import Refused
from reciproque.measure.intake import Intake, Reader
from reciproque.measure.language import gettext as _
from reciproque.measure.layout import Layout
from reciproque.measure.progress import Progress, silent
from reciproque.measure.scales import Scale, scales_of, shape_of
from reciproque.measure.sums import KEYS, Keys, Lazy, Sums, Whole, add_up, add_up_whole, settle, settle_whole
from reciproque.measure.table import Table
from reciproque.measure.understood import Refusals, Understood
from reciproque.science.figures import InstrumentShape


@contextmanager
def open_study(
    path: Path,
    instrument: Instrument,
    *,
    engine: str = "polars",
    sheet: str | None = None,
    progress: Progress | None = None,
) -> Iterator[Study]:
    """Read and check a file. Raises Refused for whatever stops it."""
    table = files.read(path, sheet=sheet)
    found = layout.recognise(table, instrument)
    running = engines.start(engine)
    try:
        yield Study(table, found, instrument, running, progress or silent)
    finally:
        running.close()


def _unsure(waves: tuple[str, ...]) -> str:
    sentence = _(
        "Nothing sure says which wave comes first: %(waves)s. Number them (1, 2), or write dates as 2026-03-31."
    )
    return sentence % {"waves": ", ".join(waves)[:200]}


class Study:
    """Everything that the figures need. A clean Parquet file is added up where it is; others are read once."""

    def __init__(self, table: Table, found: Layout, instrument: Instrument, engine: Engine, progress: Progress) -> None:
        self.instrument, self.engine, self.layout = instrument, engine.name, found.name
        self._table, self._layout, self._engine, self._progress = table, found, engine, progress
        with answering(engine):
            self._direct: Direct | None = direct.measure(engine, table, found, instrument)
        known = self._direct or self._intake.answers
        self.relationships, self.waves, self.linked = known.relationships, known.waves, known.linked
        if not cells.follow(self.waves):
            raise Refused(_unsure(self.waves))
        self.shape: InstrumentShape = shape_of(instrument, known.items)
        self.understood = self._understood()

    @cached_property
    def _intake(self) -> Intake:
        return Reader(self._table, self._layout, self.instrument).read(self._progress)

    def answers(self, relationships: Collection[int] | None = None) -> Answers:
        """Every answer, or those of some relationships."""
        everything = self._intake.answers
        return everything if relationships is None else everything.only(relationships)

    def sums(self) -> Sums:
        """Groups and sums, made on the engine."""
        return self._direct.sums if self._direct else self._added

    def whole(self) -> Whole:
        """The same groups over people who answered whole dimensions: what consistency and agreement need."""
        people = self._direct.frame if self._direct else self._people
        with answering(self._engine):
            found = add_up_whole(self._engine, people, self._scales)
        return settle_whole(found, self._keys(found), self._scales, self.instrument.points)

    @cached_property
    def _scales(self) -> tuple[Scale, ...]:
        return scales_of(self.shape)

    def _keys(self, found: Arrays) -> Keys:
        """The numbers of the relationship, wave and side of each group found."""
        if self._direct:
            return self._direct.keys
        relationship, wave, side = (found[name].astype("int64") for name in KEYS)
        return relationship, wave, side

    @cached_property
    def _people(self) -> Lazy:
        """Answers read line by line, handed to the engine: one row a person."""
        answers = self._intake.answers
        columns = {"relationship": answers.relationship, "wave": answers.wave, "side": answers.side}
        columns |= {item: answers.values[:, rank] for rank, item in enumerate(answers.items)}
        rows = pl.DataFrame(columns).with_columns(pl.col(item).replace(0, None) for item in answers.items)
        return self._engine.take(rows)

    @cached_property
    def _added(self) -> Sums:
        items = self._intake.answers.items
        with answering(self._engine):
            found = add_up(self._engine, self._people, self._scales, items)
        return settle(found, self._keys(found), self._scales, items, self.instrument.points)

    def _understood(self) -> Understood:
        table, found = self._table, self._layout
        if self._direct:
            refusals, known = Refusals(self.instrument.points), self._direct
            rows, people, answers, cannot_say, comma = known.rows, known.people, known.answers, known.cannot_say, False
        else:
            intake = self._intake
            refusals, rows, cannot_say, comma = intake.refusals, intake.rows, intake.cannot_say, intake.decimal_comma
            people, answers = intake.answers.people, int((intake.answers.values > 0).sum())
        return Understood(
            path_name=table.path.name,
            kind=table.kind,
            layout=found.name,
            why=found.why,
            encoding=table.encoding,
            separator=table.separator,
            decimal_comma=comma,
            sheet=table.sheet,
            rows=rows,
            people=people,
            answers=answers,
            cannot_say=cannot_say,
            columns=self._columns(),
            ignored=found.ignored,
            notes=self._notes(),
            refused=refusals.first,
            refused_count=refusals.total,
            refused_by_reason=dict(refusals.counts),
        )

    def _columns(self) -> dict[str, str]:
        taken = {**self._layout.columns, **self._layout.items}
        return {self._table.columns[rank]: what for what, rank in sorted(taken.items(), key=lambda pair: pair[1])}

    def _notes(self) -> tuple[str, ...]:
        columns = self._layout.columns
        notes = []
        if "relationship" not in columns:
            notes.append(_("No column names the relationship: the whole file is one relationship."))
        if "wave" not in columns:
            notes.append(_("No column names the wave: the whole file is one wave."))
        if not self.linked:
            notes.append(_("Nothing names the respondents: each row is a person, and waves are not linked."))
        if self._layout.name == "long" and "view" not in columns:
            notes.append(_("No column says the view: codes that end in m are mirror questions."))
        return tuple(notes)
