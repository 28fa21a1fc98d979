"""The attacker who does not know who abstained: on each question, everybody answered 1 to 7 or said nothing.

One wave of one side, as a whole-number programme of two unknowns for each kind of interchangeable cells: how many
answered and what they add up to. A mean that is published as a value bounds the sum by the number of answers, whatever
that number is. Bands, whose place depends on numbers of answers that this attacker does not know, are not used beyond
their end ("5.6 or more"). An insider knows his own answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from attack.solver import KEPT, VALUES, Truth, questions

EXISTS = 5  # answers to each question of a published figure, as everybody may know from the rules
Cell = tuple[str, str]


@dataclass(frozen=True)
class Shown:
    """What is left to think of one person and question."""

    attacker: tuple[str, ...]
    person: str
    question: str
    possible: tuple[int, ...]
    may_be_silent: bool

    @property
    def narrowed(self) -> bool:
        return 0 < len(self.possible) < KEPT

    @property
    def surely_silent(self) -> bool:
        return not self.possible


class Silence:
    """The cells of one side and wave, in kinds that no fact tells apart."""

    def __init__(self, facts: Mapping[str, Any], truth: Truth, side: str, wave: str = "w1") -> None:
        self.truth = truth[wave]
        self.people = list(facts["groups"].get(f"{wave}:{side}", ()))
        told = [f for f in facts["facts"] if f["wave"] == wave and f["group"].split(":")[1] == side]
        self.facts = [f for f in told if f["kind"] in ("mean", "share") and questions(f)]
        self.groups = facts["groups"]
        asked = sorted(set(chain.from_iterable(questions(f) for f in self.facts)))
        self.cells = [(p, q) for p in self.people for q in asked]
        self.asked = asked

    def kinds(self, apart: Sequence[Cell]) -> dict[tuple, list[Cell]]:
        """Cells that appear in the same facts; those set apart stand alone."""
        member = [(set(self.groups[f["group"]]), set(questions(f))) for f in self.facts]
        found: dict[tuple, list[Cell]] = defaultdict(list)
        for p, q in self.cells:
            alone = (p, q) if (p, q) in apart else ()
            found[q, tuple(n for n, (people, qs) in enumerate(member) if p in people and q in qs), alone].append((p, q))
        return found

    def _rows(self, kinds: Sequence[tuple]) -> Iterator[tuple[dict[int, Fraction], Fraction | float, Fraction | float]]:
        """(coefficients, low, high): unknown 2k is the number of answers of kind k, 2k + 1 their sum."""
        for k in range(len(kinds)):
            yield {2 * k: Fraction(-1), 2 * k + 1: Fraction(1)}, 0, np.inf
            yield {2 * k: Fraction(-7), 2 * k + 1: Fraction(1)}, -np.inf, 0
        for question in self.asked:
            yield {2 * k: Fraction(1) for k, kind in enumerate(kinds) if kind[0] == question}, EXISTS, np.inf
        for number, fact in enumerate(self.facts):
            inside = [k for k, kind in enumerate(kinds) if number in kind[1]]
            if fact["kind"] == "mean":
                yield from _mean_rows(fact, inside)
            elif fact["values"] == [None]:
                whole = len(self.people)
                low, high = (Fraction(str(end)) * whole for end in fact["interval"])
                yield {2 * k: Fraction(1) for k in inside}, whole - high, whole - low

    def possible(self, known: Mapping[Cell, int | None], target: Cell) -> tuple[tuple[int, ...], bool]:
        """Values that the target may have answered, and whether it may have said nothing."""
        table = self.kinds([*known, target])
        kinds = list(table)
        sizes = np.array([len(table[kind]) for kind in kinds])
        rows = [(c, float(low), float(high)) for c, low, high in self._rows(kinds)]
        matrix = np.zeros((len(rows), 2 * len(kinds)))
        for r, (coefficients, _, _) in enumerate(rows):
            for place, factor in coefficients.items():
                matrix[r, place] = float(factor)
        limits = LinearConstraint(matrix, [r[1] for r in rows], [r[2] for r in rows])
        lows, highs = np.zeros(2 * len(kinds)), np.zeros(2 * len(kinds))
        highs[::2], highs[1::2] = sizes, 7 * sizes
        for cell, value in known.items():
            _fix(lows, highs, kinds.index(next(k for k in kinds if k[2] == cell)), value)
        place = next(k for k, kind in enumerate(kinds) if kind[2] == target)

        def fits(value: int | None) -> bool:
            low, high = lows.copy(), highs.copy()
            _fix(low, high, place, value)
            found = milp(
                np.zeros(len(low)), constraints=limits, bounds=Bounds(low, high), integrality=np.ones(len(low))
            )
            return bool(found.status == 0)

        return tuple(value for value in VALUES if fits(value)), fits(None)

    def look(self, insiders: Sequence[str], target: Cell) -> Shown:
        known = {(p, q): self.truth[q][p] for p in insiders for q in self.asked}
        values, silent = self.possible(known, target)
        return Shown(tuple(insiders), *target, values, silent)


def _fix(lows: np.ndarray, highs: np.ndarray, kind: int, value: int | None) -> None:
    given = (0, 0) if value is None else (1, value)
    lows[2 * kind : 2 * kind + 2] = highs[2 * kind : 2 * kind + 2] = given


def _mean_rows(fact: Mapping[str, Any], inside: Sequence[int]) -> Iterator[tuple[dict[int, Fraction], Any, Any]]:
    """sum - bound * answers, on the right side of nought; a hundredth of an answer stands for "strictly"."""

    def against(bound: Fraction) -> dict[int, Fraction]:
        return {2 * k: -bound for k in inside} | {2 * k + 1: Fraction(1) for k in inside}

    strict = Fraction(1, 1000)
    if "value" in fact:
        step = Fraction(1, 2 * 10 ** fact["decimals"])
        middle = Fraction(str(fact["value"]))
        yield against(middle - step), 0, np.inf
        yield against(middle + step), -np.inf, -strict
        return
    low, high = fact["interval"]
    if low is not None:
        yield against(Fraction(str(low))), 0, np.inf
    if high is not None:
        yield against(Fraction(str(high))), -np.inf, -strict if fact["decimals"] > 1 else 0
