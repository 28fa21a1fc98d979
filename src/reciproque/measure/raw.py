"""The raw mode, for the owner of the data: straight from the answers, without any rule of publication."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import isnan
from typing import overload

import numpy as np
from numpy.typing import NDArray

from reciproque.measure import results
from reciproque.measure.answers import Answers
from reciproque.measure.arrays import Arrays, Gaps
from reciproque.measure.results import (
    INDEX,
    PROFILE,
    SIDES,
    Agreement,
    ChangeOf,
    Difference,
    Estimate,
    GapsOver,
    Mirror,
    Relationship,
    Reliability,
    SideResult,
    Spread,
    StateOf,
    Verdict,
    WholeFile,
)
from reciproque.measure.scales import Scale
from reciproque.measure.study import Study
from reciproque.science import change_raw, gaps
from reciproque.science.coorientation import Coorientation, coorientation
from reciproque.science.mirror import Span
from reciproque.science.reliability import alpha_interval, cronbach_alpha, omega_total
from reciproque.science.variance_components import one_way_reml_from
from reciproque.science.within_group import null_quantile

OMEGA_FROM = 30  # people: with fewer, one factor fits noise
NORMAL = 1.959963984540054


class RawRelationships(Sequence[Relationship]):
    """One relationship and wave at a time, made when it is asked for: a file may hold tens of thousands."""

    def __init__(self, study: Study) -> None:
        self.study, self.sums = study, study.sums()
        self.arrays = Arrays(self.sums, study.answers(), study.instrument.points)
        self.dimensions = [s for s in self.sums.scales if s.role in ("facet", "outcome", "unsaid")]
        self.columns = {scale.code: place for place, scale in enumerate(self.sums.scales)}
        self.mirrored = self._mirrored()

    def _mirrored(self) -> dict[str, tuple[str, str]]:
        """Each comparison, with the scale of what is said and that of what is imagined."""
        found = {INDEX: (INDEX, "index_m")} if INDEX in self.columns else {}
        parts = {d.code: (f"{d.code}_d", f"{d.code}_m") for d in self.dimensions}
        return found | {code: both for code, both in parts.items() if both[0] in self.columns}

    def __len__(self) -> int:
        return len(self.arrays.pairs[0])

    @overload
    def __getitem__(self, place: int) -> Relationship: ...
    @overload
    def __getitem__(self, place: slice) -> list[Relationship]: ...
    def __getitem__(self, place: int | slice) -> Relationship | list[Relationship]:
        if isinstance(place, slice):
            return [self._one(one) for one in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        return self._one(place % len(self))

    # ------------------------------------------------------------ One relationship in one wave
    def _one(self, pair: int) -> Relationship:
        rows = [int(side[pair]) for side in self.arrays.pairs]
        row = int(self.arrays.first_rows[pair])
        compared = {code: self._compared(code, rows) for code in self.mirrored}
        return Relationship(
            self.study.relationships[int(self.sums.relationship[row])],
            self.study.waves[int(self.sums.wave[row])],
            "raw",
            {side: self._side(place) for side, place in zip(SIDES, rows, strict=True)},
            {
                code: self._gap(pair, code)
                for code in (*(d.code for d in self.dimensions), PROFILE)
                if code in self.columns
            },
            {code: self._mirror(code, rows, found) for code, found in compared.items()},
            {code: StateOf(found.state.name, found.state.mistaken) for code, found in compared.items()},
            None if min(rows) >= 0 else results.ONE_SIDE,
        )

    def _side(self, row: int) -> SideResult:
        unsaid = next((d.code for d in self.dimensions if d.role == "unsaid"), "")
        found = {d.code: self._estimate(row, d.code) for d in self.dimensions}
        if row < 0:
            return SideResult(0, {c: e for c, e in found.items() if c != unsaid}, _absent(), _absent())
        return SideResult(
            int(self.sums.people[row]),
            {code: one for code, one in found.items() if code != unsaid},
            self._estimate(row, PROFILE),
            found.get(unsaid, Estimate(reason=results.NOT_ASKED)),
            items={item: self._item(row, place) for place, item in enumerate(self.sums.items)},
            reliability={d.code: self._reliability(row, d) for d in self.dimensions},
            agreement={d.code: self._agreement(row, d) for d in self.dimensions},
            cannot_say=self._cannot_say(row),
        )

    def _estimate(self, row: int, code: str) -> Estimate:
        if code not in self.columns:
            return Estimate(reason=results.NOT_ASKED)
        if row < 0:
            return _absent()
        column, arrays = self.columns[code], self.arrays
        n = int(self.sums.n[row, column])
        low, high = _clipped(arrays.intervals.low[row, column], arrays.intervals.high[row, column])
        shrunken = arrays.shrunken
        return Estimate(
            _number(self.sums.mean[row, column]),
            low,
            high,
            n,
            _why(n, low),
            None,
            _number(shrunken.mean[row, column]),
            *_clipped(shrunken.low[row, column], shrunken.high[row, column]),
        )

    def _item(self, row: int, place: int) -> Estimate:
        n, intervals = int(self.sums.item_n[row, place]), self.arrays.item_intervals
        low, high = _clipped(intervals.low[row, place], intervals.high[row, place])
        return Estimate(_number(self.sums.item_mean[row, place]), low, high, n, _why(n, low))

    def _cannot_say(self, row: int) -> float | None:
        direct = [place for place, item in enumerate(self.sums.items) if item in self.study.shape.direct_items]
        asked = int(self.sums.people[row]) * len(direct)
        return 1 - int(self.sums.item_n[row, direct].sum()) / asked if asked else None

    # ------------------------------------------------------------ Gaps and mirrors
    def _gap(self, pair: int, code: str) -> Difference:
        found, column = self.arrays.gaps, self.columns[code]
        low, high = float(found.low[pair, column]), float(found.high[pair, column])
        difference = _number(found.difference[pair, column])
        if difference is None:
            return Difference(reason=results.ONE_SIDE if self._one_sided(pair) else results.NO_ANSWER)
        shrunken = [_number(part[pair, column]) for part in (found.shrunken, found.shrunken_low, found.shrunken_high)]
        return _difference(difference, low, high, *shrunken)

    def _one_sided(self, pair: int) -> bool:
        return min(int(side[pair]) for side in self.arrays.pairs) < 0

    def _people(self, row: int) -> slice:
        """The rows of a group's people in `answers`; they follow each other."""
        if row < 0:
            return slice(0, 0)
        start, end = np.searchsorted(self.arrays.group_of, (row, row + 1))
        return slice(int(start), int(end))

    def _compared(self, code: str, rows: Sequence[int]) -> Coorientation:
        says, imagines = (self.arrays.values[scale] for scale in self.mirrored[code])
        client, supplier = (self._people(row) for row in rows)
        return coorientation(says[client], imagines[client], says[supplier], imagines[supplier], sides=SIDES)

    def _mirror(self, code: str, rows: Sequence[int], found: Coorientation) -> Mirror:
        says, imagines = self.mirrored[code]
        return Mirror(
            {side: self._estimate(row, says) for side, row in zip(SIDES, rows, strict=True)},
            {side: self._estimate(row, imagines) for side, row in zip(SIDES, rows, strict=True)},
            {side: _of_science(one) for side, one in zip(SIDES, found.accuracy, strict=True)},
            {side: _of_science(one) for side, one in zip(SIDES, found.congruency, strict=True)},
        )

    # ------------------------------------------------------------ Within a side
    def _reliability(self, row: int, dimension: Scale) -> Reliability:
        table = self.study.answers().matrix(dimension.items, _rows(self._people(row)))
        return reliability(table)

    def _agreement(self, row: int, dimension: Scale) -> Agreement:
        found = self.arrays.agreement[dimension.code]
        place = int(np.searchsorted(found.groups, row))
        if place == len(found.groups) or found.groups[place] != row:
            return Agreement(0, reason=results.NO_ANSWER)
        n = int(found.n[place])
        chance = _chance(n, self.study.instrument.points, len(dimension.items))
        ad, a_wg, rwg_j = (_number(part[place]) for part in (found.ad_mean, found.a_wg, found.rwg_j))
        return Agreement(n, ad, a_wg, rwg_j, chance, results.TOO_FEW_PEOPLE if ad is None else None)


def reliability(table: NDArray[np.float64]) -> Reliability:
    """Alpha with Feldt's interval, and omega when enough people answered; people x questions."""
    people, items = int((~np.isnan(table)).all(axis=1).sum()), table.shape[1]
    if items < 2 or people < 3:
        return Reliability(people, items, reason=results.ONE_ITEM if items < 2 else results.TOO_FEW_PEOPLE)
    alpha = _number(cronbach_alpha(table))
    if alpha is None:
        return Reliability(people, items, reason=results.NO_VARIANCE)
    interval = alpha_interval(table)
    omega = _number(omega_total(table)) if people >= OMEGA_FROM and items > 2 else None
    return Reliability(people, items, alpha, _number(interval.low), _number(interval.high), omega)


# ---------------------------------------------------------------- The whole file, latest waves
def whole_file(found: RawRelationships) -> WholeFile:
    if len(found.study.relationships) < 2:
        return WholeFile()
    return WholeFile(
        {side: dict(_pooled(found, place)) for place, side in enumerate(SIDES)},
        {side: dict(_spreads(found, place)) for place, side in enumerate(SIDES)},
        dict(_gaps_over(found)),
    )


def _pooled(found: RawRelationships, side: int) -> Iterator[tuple[str, Reliability]]:
    """Everybody of one kind of side, each compared with their own side's mean."""
    answers, arrays = found.study.answers(), found.arrays
    rows = np.flatnonzero((answers.side == side) & (arrays.turn[arrays.group_of] == 0))
    for dimension in found.dimensions:
        table = answers.matrix(dimension.items, rows)
        kept = ~np.isnan(table).any(axis=1)
        groups = arrays.group_of[rows][kept]
        yield dimension.code, reliability(_centred(table[kept], groups))


def _centred(table: NDArray[np.float64], groups: NDArray[np.int64]) -> NDArray[np.float64]:
    _, place = np.unique(groups, return_inverse=True)
    n = np.bincount(place)
    means = np.column_stack([np.bincount(place, column) / n for column in table.T]) if len(n) else table
    centred: NDArray[np.float64] = table - means[place]
    return centred


def _spreads(found: RawRelationships, side: int) -> Iterator[tuple[str, Spread]]:
    sums, arrays = found.sums, found.arrays
    rows = (sums.side == side) & (arrays.turn == 0)
    for code in (*(d.code for d in found.dimensions), PROFILE):
        if code not in found.columns:
            continue
        column = found.columns[code]
        n = sums.n[rows, column]
        fit = one_way_reml_from(n, sums.mean[rows, column], sums.ss[rows, column])
        if fit.reason or fit.groups < 4:
            yield code, Spread(fit.groups, reason=results.FEW_RELATIONSHIPS)
            continue
        size = float(1 / np.mean(1 / n[n > 0]))  # harmonic: the reliability of a side of typical size
        total = fit.between + fit.within
        yield (
            code,
            Spread(
                fit.groups,
                _number(fit.mean),
                fit.between**0.5,
                fit.within**0.5,
                fit.between / total if total > 0 else None,
                fit.between / (fit.between + fit.within / size) if total > 0 else None,
            ),
        )


def _gaps_over(found: RawRelationships) -> Iterator[tuple[str, GapsOver]]:
    arrays: Arrays = found.arrays
    over: Gaps = arrays.gaps
    rows = np.flatnonzero(arrays.turn[arrays.first_rows] == 0)
    for code in (*(d.code for d in found.dimensions), PROFILE):
        if code not in found.columns:
            continue
        fit = arrays.effects(over, rows, found.columns[code])
        if fit.reason:
            yield code, GapsOver(fit.k, reason=results.FEW_RELATIONSHIPS)
            continue
        half = NORMAL * fit.mean_se
        yield code, GapsOver(fit.k, fit.mean, fit.mean - half, fit.mean + half, fit.tau2**0.5)


# ---------------------------------------------------------------- From one wave to the next
def changes(found: RawRelationships) -> tuple[ChangeOf, ...]:
    """Each relationship between its consecutive waves; all those of the same turn are tested together.

    The gate is the profile: without a question of the six subjects, nothing is compared.
    """
    if PROFILE not in found.columns:
        return ()
    turns = found.arrays.turn
    return tuple(
        one for turn in range(int(turns.max(initial=0)), 0, -1) for one in _between(found, turn, turn - 1)
    )  # fmt: skip


def _between(found: RawRelationships, earlier: int, later: int) -> Iterator[ChangeOf]:
    answers, arrays = found.study.answers(), found.arrays
    turn = arrays.turn[arrays.group_of]
    has_both = np.isin(answers.relationship, answers.relationship[turn == earlier])
    rows = np.flatnonzero(has_both & np.isin(turn, (earlier, later)))
    people = np.char.add("p", answers.person[rows].astype(str)) if found.study.linked else None
    moved = change_raw.changes(
        answers.relationship[rows],
        answers.side[rows],
        (turn[rows] == later).astype(int),
        arrays.values[PROFILE][rows],
        person=people,
        dimensions={d.code: arrays.values[d.code][rows] for d in found.dimensions},
    )
    for one in moved.relationships:
        number = int(one.relationship)
        mine = rows[answers.relationship[rows] == number]
        before, after = (found.study.waves[int(answers.wave[mine[turn[mine] == t][0]])] for t in (earlier, later))
        yield ChangeOf(
            found.study.relationships[number],
            before,
            after,
            one.gate.word,
            {SIDES[int(side)]: _verdict(move) for side, move in one.sides.items()},
            {SIDES[int(side)]: {c: _verdict(m) for c, m in parts.items()} for side, parts in one.dimensions.items()},
            _linked(answers, mine, turn[mine] == later) if found.study.linked else None,
            _verdict(one.gate),
            results.TOO_FEW_PEOPLE if isnan(one.gate.difference) else None,
        )


def _linked(answers: Answers, rows: NDArray[np.int64], later: NDArray[np.bool_]) -> int:
    key = answers.person[rows].astype(np.int64) * 2 + answers.side[rows]
    return len(np.intersect1d(key[later], key[~later]))


def _verdict(move: change_raw.Move) -> Verdict:
    if isnan(move.difference) or isnan(move.margin):
        return Verdict(move.word)
    return Verdict(move.word, move.difference, move.difference - move.margin, move.difference + move.margin)


# ---------------------------------------------------------------- Numbers
def _rows(people: slice) -> NDArray[np.int64]:
    return np.arange(people.start, people.stop, dtype=np.int64)


def _number(value: float) -> float | None:
    return None if isnan(value) else float(value)


def _clipped(low: float, high: float) -> tuple[float | None, float | None]:
    return (None, None) if isnan(low) or isnan(high) else (max(0.0, float(low)), min(100.0, float(high)))


def _why(n: int, low: float | None) -> str | None:
    """Why there is no figure, or no interval around it."""
    if n == 0:
        return results.NO_ANSWER
    if low is None:
        return results.ONE_PERSON if n == 1 else results.NO_VARIANCE
    return None


def _absent() -> Estimate:
    return Estimate(n=0, reason=results.ONE_SIDE)


def _difference(
    difference: float,
    low: float,
    high: float,
    shrunken: float | None = None,
    shrunken_low: float | None = None,
    shrunken_high: float | None = None,
) -> Difference:
    if isnan(low) or isnan(high):
        return Difference(difference, reason=results.NO_VARIANCE)
    half = (high - low) / 2
    settled = Span(difference, difference, half).settled
    verdict = "cannot_tell" if settled is None else "clear" if settled else "not_large"
    bounds = (max(-100.0, low), min(100.0, high))
    return Difference(difference, *bounds, half, shrunken, shrunken_low, shrunken_high, verdict)


def _of_science(one: gaps.Difference[float]) -> Difference:
    if isnan(one.difference):
        return Difference(reason=results.NO_MIRROR)
    return _difference(one.difference, one.low, one.high)


@lru_cache(maxsize=1024)
def _chance(n: int, points: int, items: int) -> float | None:
    """The rwg(j) that random answers reach at most one time in twenty."""
    return _number(null_quantile("rwg_j", n, points, items))
