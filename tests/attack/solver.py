"""An exact attacker that reads a facts file and nothing of the product: no code is shared with what it attacks.

It knows who answered, who abstained where, how figures are rounded and banded, and what one or two insiders answered.
It supposes, when asked, that nobody changed an answer from one wave to the next, on every question or on one subject.
Answers that appear in exactly the same facts are interchangeable, and the sum of c free answers of 1..7 takes every
value from c to 7c: so the table is a small whole-number programme, solved by HiGHS. Solutions already found are tried
first, and a new one is sought far from the ends of the scale, so that it serves other attackers as well.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

VALUES = range(1, 8)
KEPT, PAIRS_FROM = 5, 12
GRID = 20_000  # combinations of sums that may be listed
WIDE = 40  # kinds of a puzzle whose solutions are bent before others are sought
ROOM = 18  # more than two insiders and one answer sought can take out of a sum
WHOLE = ((1, 7),)
THIRDS = ((1, 2), (3, 5), (6, 7))
Cell = tuple[str, ...]
Row = tuple[frozenset[Cell], int, int]
Truth = Mapping[str, Mapping[str, Mapping[str, "int | None"]]]


@dataclass(frozen=True)
class Leak:
    """One answer that somebody could fix or narrow."""

    attacker: tuple[str, ...]
    person: str
    question: str
    possible: tuple[int, ...]
    hypothesis: str


# ---------------------------------------------------------------- What a fact says of whole numbers
def _ceil(number: Fraction) -> int:
    return -((-number.numerator) // number.denominator)


def band(questions: int, fewest: int, ballots: int) -> tuple[Fraction, Fraction]:
    """Published rule: values exist strictly between these means only (design, section 4)."""
    colleagues = 1 if ballots < 12 else 2
    margin = (6 * colleagues + Fraction(4, questions)) / fewest
    high = Fraction((10 * (7 - margin)).__floor__(), 10)
    return 8 - high, high


def mean_bounds(fact: Mapping[str, Any], given: int, edges: tuple[Fraction, Fraction] | None) -> tuple[int, int]:
    """Smallest and largest sum of `given` answers; `edges`: the band inside which a value may be published."""
    low, high = given, 7 * given
    if "value" in fact:
        step = Fraction(1, 10 ** fact["decimals"])
        middle = Fraction(str(fact["value"]))
        low, high = _ceil((middle - step / 2) * given), _ceil((middle + step / 2) * given) - 1
        if edges and edges[0] < edges[1]:
            low, high = max(low, (edges[0] * given).__floor__() + 1), min(high, _ceil(edges[1] * given) - 1)
        return low, high
    least, most = fact["interval"]
    same, word = fact.get("word") == "same", fact["decimals"] > 1  # "same" is strictly between, a word under its top
    if least is not None:
        bottom = Fraction(str(least)) * given
        low = max(low, bottom.__floor__() + 1 if same else _ceil(bottom))
    if most is not None:
        top = Fraction(str(most)) * given
        high = min(high, _ceil(top) - 1 if word or same else top.__floor__())
    return low, high


def share_bounds(fact: Mapping[str, Any], given: int) -> tuple[int, int]:
    low, high = (Fraction(str(end)) for end in fact["interval"])
    return _ceil(low * given), given if high == 1 else _ceil(high * given) - 1


# ---------------------------------------------------------------- The puzzle
@dataclass
class Puzzle:
    """Interchangeable answers (kinds) and what is said of their sums; `shares` counts answers by third of the scale."""

    kinds: list[frozenset[Cell]]
    sums: list[tuple[list[int], int, int]]
    shares: list[tuple[list[int], int, int, int]]
    bins: tuple[tuple[int, int], ...]
    pool: list[np.ndarray] = field(default_factory=list)
    tried: dict[bytes, np.ndarray | None] = field(default_factory=dict)
    stacked: np.ndarray | None = None
    table: tuple[np.ndarray, ...] | None = None

    def vector(self, answers: Mapping[Cell, int]) -> np.ndarray:
        """One line per kind: its sum, then how many of its answers are in each bin."""
        rows = np.zeros((len(self.kinds), 1 + len(self.bins)), dtype=np.int64)
        for k, kind in enumerate(self.kinds):
            for cell in kind:
                if cell in answers:
                    rows[k] += self.line(answers[cell])
        return rows

    def line(self, value: int) -> np.ndarray:
        return np.array([value, *(int(low <= value <= high) for low, high in self.bins)])

    def holds(self, rows: np.ndarray) -> bool:
        return all(low <= rows[ks, 0].sum() <= high for ks, low, high in self.sums) and all(
            low <= rows[ks, 1 + b].sum() <= high for ks, b, low, high in self.shares
        )

    def fits(self, rest: np.ndarray) -> np.ndarray:
        """Which lines of a stack (.., 1 + bins) are sums of free answers."""
        lows, highs = np.array(self.bins).T
        counts, total = rest[..., 1:], rest[..., 0]
        return (counts >= 0).all(-1) & (counts @ lows <= total) & (total <= counts @ highs)

    def wander(self, answers: Mapping[Cell, int], steps: int) -> None:
        """Other solutions in the neighbourhood of one: answers changed two by two, at random, always the same way."""
        chance = random.Random(steps)
        current, rows = dict(answers), self.pool[0]
        places = [(cell, k) for k, kind in enumerate(self.kinds) for cell in sorted(kind)]
        for step in range(steps):
            changed, after = dict[Cell, int](), rows.copy()
            for cell, kind in chance.sample(places, min(2, len(places))):
                changed[cell] = chance.choice(VALUES)
                after[kind] += self.line(changed[cell]) - self.line(current[cell])
            if self.holds(after):
                current, rows = current | changed, after
            if step % 8 == 0:
                self.pool.append(rows)

    def stack(self) -> np.ndarray:
        """All solutions in store, in one array."""
        if self.stacked is None or len(self.stacked) != len(self.pool):
            self.stacked = np.stack(self.pool)
        return self.stacked

    def reachable(self, known: np.ndarray, fixed: Sequence[tuple[int, int]]) -> bool:
        """Whether answers `fixed` (kind, value) are possible beside what insiders know."""
        gone = known.copy()
        for kind, value in fixed:
            gone[kind] += self.line(value)
        if self.pool and self.fits(self.stack() - gone).all(1).any():
            return True
        key = gone.tobytes()
        if key not in self.tried:
            self.tried[key] = self._mended(known, gone, fixed) if len(fixed) == 1 else None
            if self.tried[key] is None:
                self.tried[key] = self._solve(gone)
            if (found := self.tried[key]) is not None:
                self.pool.append(found)
        return self.tried[key] is not None

    def _mended(self, known: np.ndarray, gone: np.ndarray, fixed: Sequence[tuple[int, int]]) -> np.ndarray | None:
        """A solution in store that suits the insiders, bent to the answer sought, one or two other sums making up."""
        if self.bins != WHOLE or len(self.kinds) > WIDE:
            return None
        if self.table is None:
            self.table = self._tables()
        rows, lows, highs, first, second = self.table
        (kind, _) = fixed[0]
        count = np.array([len(one) for one in self.kinds]) - gone[:, 1]
        stack = self.stack()
        for base in stack[self.fits(stack - known).all(1)][-3:]:
            free = base[:, 0] - gone[:, 0]
            aim = min(max(free[kind], count[kind]), 7 * count[kind])
            change = aim - free[kind]
            moved = free + change * (np.arange(len(self.kinds)) == kind) - change * first + change * second
            sums = (moved + gone[:, 0]) @ rows
            good = ((count <= moved) & (moved <= 7 * count)).all(1) & ((lows <= sums) & (sums <= highs)).all(1)
            if good.any():
                found = gone.copy()
                found[:, 0] += moved[np.argmax(good)]
                found[:, 1] += count
                return found
        return None

    def _tables(self) -> tuple[np.ndarray, ...]:
        """Facts as columns; and every choice of none, one or two sums that make up for a change."""
        kinds = len(self.kinds)
        rows = np.zeros((kinds, len(self.sums)), np.int64)
        for r, (ks, _, _) in enumerate(self.sums):
            rows[ks, r] = 1
        one = np.vstack([np.zeros(kinds, np.int64), np.eye(kinds, dtype=np.int64)])
        lows, highs = (np.array([row[end] for row in self.sums]) for end in (1, 2))
        return rows, lows, highs, np.repeat(one, kinds + 1, axis=0), np.tile(one, (kinds + 1, 1))

    def _listed(self, left: np.ndarray, gone: np.ndarray) -> np.ndarray | None:
        """Few kinds: every sum of all but the largest is tried, and what the largest must then add up to."""
        main = int(np.argmax(left))
        others = [k for k in range(len(self.kinds)) if k != main]
        sums = dict(zip(others, np.meshgrid(*(np.arange(left[k], 7 * left[k] + 1) for k in others)), strict=True))
        shape = next(iter(sums.values())).shape if sums else (1,)
        least, most = np.full(shape, left[main]), np.full(shape, 7 * left[main])
        fits = np.ones(shape, bool)
        for ks, low, high in self.sums:
            told = sum((sums[k] for k in ks if k != main), np.zeros(shape, np.int64)) + int(gone[ks, 0].sum())
            if main in ks:
                least, most = np.maximum(least, low - told), np.minimum(most, high - told)
            else:
                fits &= (low <= told) & (told <= high)
        fits &= least <= most
        if not fits.any():
            return None
        room = np.minimum.reduce(
            [(most - least) // 2, *(np.minimum(x - left[k], 7 * left[k] - x) for k, x in sums.items())]
        )
        best = np.unravel_index(np.argmax(np.where(fits, room, -1)), shape)
        found = gone.copy()
        found[:, 1] += left
        found[main, 0] += (least[best] + most[best]) // 2
        for k, x in sums.items():
            found[k, 0] += x[best]
        return found

    def _solve(self, gone: np.ndarray) -> np.ndarray | None:
        """Whole-number programme over what is left of each kind: its sum and its counts per bin."""
        width, kinds = 1 + len(self.bins), len(self.kinds)
        left = np.array([len(kind) for kind in self.kinds]) - gone[:, 1:].sum(1)
        if (left < 0).any():
            return None
        if self.bins == WHOLE and np.prod(np.sort(6.0 * left + 1)[:-1]) <= GRID:
            return self._listed(left, gone)
        rows, lows, highs = [], [], []

        def add(terms: Iterable[tuple[int, float]], low: float, high: float) -> None:
            row = np.zeros(width * kinds + 1)
            for place, factor in terms:
                row[place] += factor
            rows.append(row), lows.append(low), highs.append(high)

        for ks, low, high in self.sums:
            out = int(gone[ks, 0].sum())
            add([(width * k, 1) for k in ks], low - out, high - out)
        for ks, b, low, high in self.shares:
            out = int(gone[ks, 1 + b].sum())
            add([(width * k + 1 + b, 1) for k in ks], low - out, high - out)
        for k in range(kinds):
            counts = [width * k + 1 + b for b in range(len(self.bins))]
            add([(place, 1) for place in counts], left[k], left[k])
            add([(width * k, 1), *((p, -low) for p, (low, _) in zip(counts, self.bins, strict=True))], 0, np.inf)
            add([(width * k, 1), *((p, -high) for p, (_, high) in zip(counts, self.bins, strict=True))], -np.inf, 0)
        free = width * kinds
        for k in np.nonzero(left > 1)[0]:  # the last unknown: how far every sum stays from both ends, as far as ROOM
            add([(width * k, 1), (free, -1)], left[k], np.inf)
            add([(width * k, 1), (free, 1)], -np.inf, 7 * left[k])
        found = milp(
            np.append(np.zeros(free), -1),
            constraints=LinearConstraint(np.array(rows), lows, highs),
            bounds=Bounds(0, np.append(np.repeat(7.0 * left, width), ROOM)),
            integrality=np.append(np.ones(free), 0),
        )
        if found.status == 2:
            return None
        if found.status != 0:
            raise RuntimeError(found.message)
        whole = np.rint(found.x[:free]).astype(np.int64).reshape(kinds, width) + gone
        if not self.holds(whole) or not self.fits(whole - gone).all():
            raise RuntimeError("the solver returned a solution that does not hold")
        return whole


# ---------------------------------------------------------------- From facts to puzzles
class Attack:
    """One side of a campaign under one hypothesis: in `waves`, seen together, nobody changed an answer.

    What cannot be true of one subject (no solution, or somebody silent in one wave only) is not supposed of it, and
    the others are attacked still. `apart`: facts that tie several subjects together are left aside.
    """

    def __init__(
        self,
        facts: Mapping[str, Any],
        truth: Truth,
        side: str,
        waves: Sequence[str],
        *,
        rules: bool = True,
        apart: bool = False,
    ) -> None:
        self.truth, self.rules, self.side = truth, rules, side
        self.hypothesis = "+".join(waves) + (" subject by subject" if apart else "")
        self.groups = facts["groups"]
        self.answers: dict[Cell, int] = {}
        self.refuted = False
        self.puzzles: list[Puzzle] = []
        told = [
            f
            for f in facts["facts"]
            if f["wave"] in waves and f["group"].split(":")[1] == side and f["kind"] in ("mean", "share")
        ]
        self.casts = [frozenset(self.groups.get(f"{wave}:{side}", ())) for wave in waves]
        changed = self._read_answers(facts, waves)
        told = [f for f in told if not changed & set(questions(f))]
        if apart:
            told = [f for f in told if not _ties(f, told)]
        self._assemble(*self._rows(told))

    def _read_answers(self, facts: Mapping[str, Any], waves: Sequence[str]) -> set[str]:
        """Same cell in every wave. Returns questions on which somebody silent in one wave only surely changed."""
        silent: set[Cell] = set()
        asked = {q for f in facts["facts"] for q in questions(f)}
        for wave in waves:
            for person in self.groups.get(f"{wave}:{self.side}", ()):
                for question in asked & self.truth[wave].keys():
                    value = self.truth[wave][question][person]
                    cell = (person, question)
                    if value is None:
                        silent.add(cell)
                    else:
                        self.answers[cell] = value
        return {question for _, question in silent & self.answers.keys()}

    def _rows(self, told: Sequence[Mapping[str, Any]]) -> tuple[list[Row], list[tuple[frozenset[Cell], int, int, int]]]:
        rows, shares = [], []
        for fact in told:
            cells = self.cells(fact)
            if fact["kind"] == "mean":
                rows.append((cells, *mean_bounds(fact, len(cells), self._edges(fact))))
            elif fact["values"] != [None]:
                place = THIRDS.index((fact["values"][0], fact["values"][-1]))
                shares.append((cells, place, *share_bounds(fact, len(cells))))
        return rows, shares

    def cells(self, fact: Mapping[str, Any]) -> frozenset[Cell]:
        members = self.groups[fact["group"]]
        return frozenset((p, q) for p in members for q in questions(fact) if (p, q) in self.answers)

    def _edges(self, fact: Mapping[str, Any]) -> tuple[Fraction, Fraction] | None:
        if not self.rules or fact["group"].count(":") > 1:
            return None
        members = self.groups[fact["group"]]
        fewest = min(sum((p, q) in self.answers for p in members) for q in questions(fact))
        return band(len(questions(fact)), fewest, len(members)) if fewest else None

    def _assemble(self, rows: list[Row], shares: list[tuple[frozenset[Cell], int, int, int]]) -> None:
        """Kinds of interchangeable answers, then the separate puzzles that they make."""
        seen: dict[Cell, list[int]] = defaultdict(list)
        sets = [cells for cells, *_ in rows] + [cells for cells, *_ in shares]
        for number, cells in enumerate(sets):
            for cell in cells:
                seen[cell].append(number)
        kinds: dict[tuple[int, ...], set[Cell]] = defaultdict(set)
        for cell, numbers in seen.items():
            kinds[tuple(numbers)].add(cell)
        for component in _components(list(kinds)):
            numbers = {number for signature in component for number in signature}
            members = [frozenset(kinds[signature]) for signature in component]
            thirds = any(number >= len(rows) for number in numbers)
            self._puzzle(component, members, numbers, rows, shares, thirds=thirds)

    def _puzzle(self, component: Any, members: Any, numbers: set[int], rows: Any, shares: Any, *, thirds: bool) -> None:
        holds = {n: [k for k, signature in enumerate(component) if n in signature] for n in numbers}
        puzzle = Puzzle(
            members,
            [(holds[n], *rows[n][1:]) for n in sorted(numbers) if n < len(rows)],
            [(holds[n], *shares[n - len(rows)][1:]) for n in sorted(numbers) if n >= len(rows)],
            THIRDS if thirds else WHOLE,
        )
        start = puzzle.vector(self.answers)
        if puzzle.holds(start):
            puzzle.pool.append(start)
            puzzle.wander(self.answers, 12 * len(members) + 36)
        elif not puzzle.reachable(np.zeros_like(start), ()):
            self.refuted = True
            return
        self.puzzles.append(puzzle)

    # ------------------------------------------------------------ Attackers
    def people(self) -> list[str]:
        return sorted({person for person, _ in self.answers})

    def attackers(self, most: int) -> Iterator[tuple[str, ...]]:
        """An outsider, everybody alone and, up to `most`, every two who are not two in a wave of under twelve."""
        for count in range(most + 1):
            for together in combinations(self.people(), count):
                if all(len(cast) >= PAIRS_FROM or len(cast.intersection(together)) < 2 for cast in self.casts):
                    yield together

    def leaks(self, most: int) -> list[Leak]:
        """Every answer fixed or narrowed under five values, for an outsider and up to `most` insiders together."""
        return [leak for puzzle in self.puzzles for leak in self._puzzle_leaks(puzzle, most)]

    def _known(self, puzzle: Puzzle, insiders: Sequence[str]) -> np.ndarray:
        mine = {cell: self.answers[cell] for kind in puzzle.kinds for cell in kind if cell[0] in insiders}
        return puzzle.vector(mine)

    def _puzzle_leaks(self, puzzle: Puzzle, most: int) -> Iterator[Leak]:
        single = {person: self._known(puzzle, (person,)) for person in self.people()}
        nothing = np.zeros((len(puzzle.kinds), 1 + len(puzzle.bins)), np.int64)
        known = {}
        for insiders in self.attackers(most):
            said = sum((single[person] for person in insiders), nothing)
            known.setdefault(said.tobytes(), (insiders, said))
        sizes = np.array([len(kind) for kind in puzzle.kinds])
        for insiders, said, unproven in _unproven(puzzle, list(known.values())):
            if not puzzle.reachable(said, ()):
                continue  # only when people did change: the attacker sees that the hypothesis is wrong
            for kind in np.nonzero((sizes > said[:, 1:].sum(1)) & unproven)[0]:
                possible = tuple(value for value in VALUES if puzzle.reachable(said, ((int(kind), value),)))
                if len(possible) < KEPT:
                    cell = min(cell for cell in puzzle.kinds[kind] if cell[0] not in insiders)
                    yield Leak(insiders, *cell, possible, self.hypothesis)

    def comparisons(self) -> list[tuple[Cell, Cell, str]]:
        """Pairs of people of whom an outsider learns that they answered alike, or that they did not."""
        found = []
        for puzzle in self.puzzles:
            nothing = np.zeros((len(puzzle.kinds), 1 + len(puzzle.bins)), np.int64)
            for one, other in _couples(puzzle.kinds):
                a, b = ({cell[1] for cell in puzzle.kinds[k]} for k in (one, other))
                if not a & b:
                    continue
                alike = any(puzzle.reachable(nothing, ((one, v), (other, v))) for v in VALUES)
                apart = any(puzzle.reachable(nothing, ((one, v), (other, w))) for v in VALUES for w in VALUES if v != w)
                if not (alike and apart):
                    found.append((min(puzzle.kinds[one]), max(puzzle.kinds[other]), "apart" if apart else "alike"))
        return found


def _unproven(
    puzzle: Puzzle, known: Sequence[tuple[tuple[str, ...], np.ndarray]]
) -> Iterator[tuple[tuple[str, ...], np.ndarray, np.ndarray]]:
    """For each attacker, the kinds of which the solutions in store do not already prove five values possible."""
    for start in range(0, len(known), 64):
        some = known[start : start + 64]
        free = puzzle.stack()[-80:, None] - np.stack([said for _, said in some])
        fits = puzzle.fits(free)
        others = fits.sum(2, keepdims=True) - fits == len(puzzle.kinds) - 1
        proven = sum((others & puzzle.fits(free - puzzle.line(value))).any(0).astype(int) for value in VALUES)
        yield from ((*one, proven[n] < KEPT) for n, one in enumerate(some) if (proven[n] < KEPT).any())


def questions(fact: Mapping[str, Any]) -> list[str]:
    return [fact["question"]] if "question" in fact else list(fact.get("questions", ()))


def _ties(fact: Mapping[str, Any], facts: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a fact shares some questions, and not all, with two other facts or more: the index does."""
    mine = frozenset(questions(fact))
    return len({o for f in facts if mine & (o := frozenset(questions(f))) and not (mine <= o or o <= mine)}) > 1


def _couples(kinds: Sequence[frozenset[Cell]]) -> Iterator[tuple[int, int]]:
    for one in range(len(kinds)):
        if max(Counter(question for _, question in kinds[one]).values()) > 1:
            yield one, one
        yield from ((one, other) for other in range(one + 1, len(kinds)))


def _components(signatures: list[tuple[int, ...]]) -> list[list[tuple[int, ...]]]:
    parent: dict[int, int] = {}

    def root(number: int) -> int:
        while parent.setdefault(number, number) != number:
            number = parent[number]
        return number

    for signature in signatures:
        for number in signature[1:]:
            parent[root(number)] = root(signature[0])
    found: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for signature in signatures:
        found[root(signature[0])].append(signature)
    return [sorted(component) for component in found.values()]


# ---------------------------------------------------------------- A whole campaign
def hypotheses(waves: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Each wave alone, each couple, all together."""
    for size in range(1, len(waves) + 1):
        yield from combinations(waves, size)


def attack(facts: Mapping[str, Any], truth: Truth, *, pairs: bool = True, alone: bool = True) -> list[Leak]:
    """Every leak of a campaign: outsider, each insider, and each pair among twelve ballots or more."""
    waves = sorted({f["wave"] for f in facts["facts"]})
    found = []
    for side in ("client", "supplier"):
        for together in hypotheses(waves):
            if len(together) == 1 and len(waves) > 1 and not alone:
                continue
            one = Attack(facts, truth, side, together)
            found += one.leaks(1 + pairs)
            if one.refuted and len(together) > 1:
                found += Attack(facts, truth, side, together, apart=True).leaks(1 + pairs)
    return found
