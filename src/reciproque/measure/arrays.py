"""Raw mode, all relationships at once: intervals, shrunken means, gaps and agreement, as arrays over groups.

A group is a side of a relationship in a wave. Groups are compared with those of the same kind of side and the same
rank from the end: the latest wave of each relationship together, then the one before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from reciproque.measure.answers import Answers
from reciproque.measure.sums import Sums
from reciproque.science import within_group
from reciproque.science.gaps import welch_from
from reciproque.science.margins import Moderated, cautious_variance, mean_interval
from reciproque.science.shrinkage import EmpiricalBayes, RandomEffects, empirical_bayes, random_effects

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FEW_GROUPS = 10  # fewer sides than this say little about how variances differ: all subjects then lend to each other
ROLES = {"facet": "subject", "outcome": "subject", "unsaid": "subject", "profile": "mean", "index": "mean"}


@dataclass(frozen=True)
class Intervals:
    """groups x columns; `variance` is the moderated one, worth `lent` more degrees of freedom than the group's own."""

    low: Floats
    high: Floats
    variance: Floats
    lent: Floats


@dataclass(frozen=True)
class Shrunken:
    """groups x scales; NaN where too few others exist."""

    mean: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Gaps:
    """pairs x scales: client minus supplier of the same relationship and wave."""

    difference: Floats
    low: Floats
    high: Floats
    se: Floats
    shrunken: Floats
    shrunken_low: Floats
    shrunken_high: Floats


class Arrays:
    """What all groups of a file have, computed once."""

    def __init__(self, sums: Sums, answers: Answers, points: int) -> None:
        self.sums, self.answers, self.points = sums, answers, points

    # ------------------------------------------------------------ Groups and pairs
    @cached_property
    def pairs(self) -> tuple[Ints, Ints]:
        """Rows of client and of supplier for each relationship and wave; -1 when a side is missing."""
        key = self.sums.relationship * (int(self.sums.wave.max(initial=0)) + 1) + self.sums.wave
        keys, place = np.unique(key, return_inverse=True)
        rows = np.full((2, len(keys)), -1, dtype=np.int64)
        rows[self.sums.side, place] = np.arange(len(key))
        return rows[0], rows[1]

    @cached_property
    def first_rows(self) -> Ints:
        """A row of each pair, for its relationship and wave."""
        client, supplier = self.pairs
        found: Ints = np.where(client >= 0, client, supplier)
        return found

    @cached_property
    def turn(self) -> Ints:
        """For each group, how many later waves its relationship has: 0 for the latest."""
        pair_relationship = self.sums.relationship[self.first_rows]
        after = np.searchsorted(pair_relationship, pair_relationship, "right") - 1 - np.arange(len(pair_relationship))
        key = self.sums.relationship * (int(self.sums.wave.max(initial=0)) + 1) + self.sums.wave
        _, place = np.unique(key, return_inverse=True)
        found: Ints = after[place]
        return found

    def _alike(self) -> Iterator[NDArray[np.bool_]]:
        """Groups of the same kind of side and the same turn."""
        for turn in np.unique(self.turn):
            for side in (0, 1):
                yield (self.turn == turn) & (self.sums.side == side)

    # ------------------------------------------------------------ Side means
    @cached_property
    def intervals(self) -> Intervals:
        families = [ROLES.get(scale.role, "part") for scale in self.sums.scales]
        return _moderated(self.sums.n, self.sums.mean, self.sums.variance, families)

    @cached_property
    def item_intervals(self) -> Intervals:
        n, ss = self.sums.item_n, self.sums.item_ss
        variance = np.divide(ss, n - 1, out=np.full(ss.shape, np.nan), where=n > 1)
        return _moderated(n, self.sums.item_mean, variance, ["question"] * n.shape[1])

    @cached_property
    def shrunken(self) -> Shrunken:
        shape = self.sums.mean.shape
        found = Shrunken(*(np.full(shape, np.nan) for _ in range(3)))
        for alike in self._alike():
            for column in range(shape[1]):
                one = self.bayes(alike, column)
                if one.reason is None:
                    found.mean[alike, column] = one.shrunken
                    found.low[alike, column], found.high[alike, column] = one.low, one.high
        return found

    def bayes(self, rows: NDArray[np.bool_], column: int) -> EmpiricalBayes:
        return empirical_bayes(*(part[rows, column] for part in (self.sums.n, self.sums.mean, self.sums.ss)))

    # ------------------------------------------------------------ Gaps
    @cached_property
    def gaps(self) -> Gaps:
        client, supplier = self.pairs
        both = (client >= 0) & (supplier >= 0)
        shape = (len(client), len(self.sums.scales))
        found = Gaps(*(np.full(shape, np.nan) for _ in range(7)))
        turns = self.turn[self.first_rows]
        for column in range(shape[1]):
            parts = [self._moments(side[both], column) for side in (client, supplier)]
            welch = welch_from(*parts[0], *parts[1], lent=float(self.intervals.lent[column]))
            found.difference[both, column], found.se[both, column] = welch.difference, welch.se
            found.low[both, column], found.high[both, column] = welch.low, welch.high
            for turn in np.unique(turns):
                self._shrink_gaps(found, np.flatnonzero(turns == turn), column)
        return found

    def _moments(self, rows: Ints, column: int) -> tuple[Floats, Floats, Floats]:
        n, mean = self.sums.n[rows, column].astype(np.float64), self.sums.mean[rows, column]
        return n, mean, self.intervals.variance[rows, column]

    def _shrink_gaps(self, found: Gaps, rows: Ints, column: int) -> None:
        one = self.effects(found, rows, column)
        if one.reason is None:
            found.shrunken[rows, column] = one.blups
            found.shrunken_low[rows, column], found.shrunken_high[rows, column] = one.low, one.high

    @staticmethod
    def effects(found: Gaps, rows: Ints, column: int) -> RandomEffects:
        return random_effects(found.difference[rows, column], found.se[rows, column])

    # ------------------------------------------------------------ Within a side
    @cached_property
    def group_of(self) -> Ints:
        """The group of each person."""
        return _places(self.sums, self.answers)

    @cached_property
    def agreement(self) -> dict[str, within_group.Agreement]:
        """By dimension, over the groups that have an answer to it."""
        found = {}
        for scale in self.sums.scales:
            if scale.role in ("facet", "outcome", "unsaid"):
                table = self.answers.matrix(scale.items)
                found[scale.code] = within_group.agreement(table, self.group_of, self.points)
        return found

    @cached_property
    def values(self) -> dict[str, Floats]:
        """Each person's value on each scale, in points."""
        return {scale.code: self.answers.values_of(scale, self.sums.scales) for scale in self.sums.scales}


def _places(sums: Sums, answers: Answers) -> Ints:
    """The row of `sums` of each row of `answers`; both are in the order of relationship, wave and side."""
    waves = int(max(sums.wave.max(initial=0), answers.wave.max(initial=0))) + 1
    groups = (sums.relationship * waves + sums.wave) * 2 + sums.side
    people = (answers.relationship.astype(np.int64) * waves + answers.wave) * 2 + answers.side
    found: Ints = np.searchsorted(groups, people)
    return found


def _moderated(n: Ints, mean: Floats, variance: Floats, families: list[str]) -> Intervals:
    """One prior a column; with few groups, one a family of columns, whose variances are of the same kind."""
    groups, columns = n.shape
    low, high, moderated = (np.full((groups, columns), np.nan) for _ in range(3))
    found = Intervals(low, high, moderated, np.zeros(columns))
    kinds = families if groups < FEW_GROUPS else [str(column) for column in range(columns)]
    for kind in dict.fromkeys(kinds):
        chosen = [column for column in range(columns) if kinds[column] == kind]
        people, squares = n[:, chosen], variance[:, chosen]
        prior: Moderated = cautious_variance(squares.ravel(), np.maximum(people - 1, 0).ravel())
        interval = mean_interval(mean[:, chosen].ravel(), people.ravel(), prior)
        shape = people.shape
        found.low[:, chosen], found.high[:, chosen] = interval.low.reshape(shape), interval.high.reshape(shape)
        found.variance[:, chosen] = prior.posterior.reshape(shape)
        found.lent[chosen] = prior.d0
    return found
