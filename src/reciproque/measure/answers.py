"""Every answer of a file, one byte each: one row a person and wave, one column a question."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reciproque.measure.scales import Scale
from reciproque.science.figures import SideBallots

CLIENT, SUPPLIER = 0, 1
SIDES = ("client", "supplier")
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class Answers:
    """Rows are in the order of relationship, wave and side, which are numbers of `relationships`, `waves` and `SIDES`.

    person: the same number for the same person of a relationship and side, whatever the wave; function: a number of
    `functions`, -1 when the file names none; values: people x items, 1..points, 0 where there is no answer.
    """

    relationship: Ints
    wave: Ints
    side: NDArray[np.int8]
    person: Ints
    function: Ints
    values: NDArray[np.int8]
    items: tuple[str, ...]
    relationships: tuple[str, ...]
    waves: tuple[str, ...]
    functions: tuple[str, ...]
    linked: bool
    points: int

    @property
    def people(self) -> int:
        return int(self.values.shape[0])

    def only(self, relationships: Collection[int]) -> Answers:
        """The rows of some relationships."""
        kept = np.isin(self.relationship, np.fromiter(relationships, dtype=np.int32))
        return replace(
            self,
            relationship=self.relationship[kept],
            wave=self.wave[kept],
            side=self.side[kept],
            person=self.person[kept],
            function=self.function[kept],
            values=self.values[kept],
        )

    def rows(self, relationship: int, wave: int, side: int) -> NDArray[np.int64]:
        """The rows of a group; they follow each other."""
        here = slice(*np.searchsorted(self.relationship, (relationship, relationship + 1)))
        within = (self.wave[here] == wave) & (self.side[here] == side)
        found: NDArray[np.int64] = here.start + np.flatnonzero(within)
        return found

    def matrix(self, codes: Sequence[str], where: NDArray[np.generic] | None = None) -> NDArray[np.float64]:
        """People x questions, 1..points, NaN where there is no answer."""
        columns = [self.items.index(code) for code in codes]
        chosen = self.values if where is None else self.values[where]
        table = chosen[:, columns].astype(np.float64)
        table[table == 0] = np.nan
        return table

    def ballots(self, relationship: int, wave: int, side: int) -> SideBallots:
        """The answers of a group as the publication takes them."""
        rows = self.rows(relationship, wave, side)
        table = self.matrix(self.items, rows)
        functions = tuple(self.functions[number] if number >= 0 else "" for number in self.function[rows])
        return SideBallots(SIDES[side], functions, {code: table[:, rank] for rank, code in enumerate(self.items)})

    def values_of(self, scale: Scale, scales: Sequence[Scale] = ()) -> NDArray[np.float64]:
        """Each person's value in points, NaN when under half is answered; a profile needs the scales of its facets."""
        parts = {one.code: one for one in scales}
        if scale.role == "profile":
            table = np.column_stack([self.values_of(parts[code]) for code in scale.items])
        else:
            table = (self.matrix(scale.items) - 1) / (self.points - 1) * 100
        given = (~np.isnan(table)).sum(axis=1)
        enough = (2 * given >= len(scale.items)) & (given > 0)
        found = np.full(self.people, np.nan)
        found[enough] = np.nansum(table[enough], axis=1) / given[enough]
        return found
