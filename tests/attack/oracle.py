"""The product's auditor against the attacker: tables drawn at random, most of them careless, some that leak.

The auditor supposes the worst colleagues and may refuse what would have been harmless. It may never clear a table in
which the attacker, who knows the true answers of real colleagues, finds an answer.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from attack.campaigns import Facts, Truth, fact_of
from attack.solver import Attack
from reciproque.science.disclosure import SideTable, pair_safe, wave_safe
from reciproque.science.figures import INDEX, MIRROR_INDEX, Dimension, Figure, InstrumentShape, band, mean_figure
from reciproque.science.solver import Tally

FORM = InstrumentShape(
    (
        Dimension("F", "facet", ("F1", "F2", "F3")),
        Dimension("C", "facet", ("C1", "C2")),
        Dimension("T", "outcome", ("T1",)),
    ),
    ("F1", "C2"),
)
QUESTIONS = (*FORM.direct_items, *FORM.mirror_items)


Answers = dict[str, dict[int, int | None]]


@dataclass
class Case:
    """One side in one wave or two, and what a careless house published."""

    tables: list[SideTable]
    facts: Facts
    truth: Truth

    @property
    def cleared(self) -> bool:
        """The verdict of the product."""
        if len(self.tables) == 1:
            return wave_safe(self.tables[0], FORM, Tally())
        return pair_safe(self.tables[0], self.tables[1], FORM, Tally())

    @property
    def leaks(self) -> bool:
        """The verdict of the attacker, with one real colleague."""
        waves = [f"w{rank}" for rank in range(1, len(self.tables) + 1)]
        return bool(Attack(self.facts, self.truth, "client", waves, rules=False).leaks(1))


def cases(seed: int, number: int) -> Iterator[Case]:
    chance = random.Random(seed)
    for rank in range(number):
        yield case(chance, waves=1 + rank % 2)


def case(chance: random.Random, waves: int) -> Case:
    people = list(range(chance.randint(4, 9)))
    silent = chance.choice((0, 0, 0.08))
    answers = {q: _column(chance, people, silent) for q in QUESTIONS}
    made = Case([], {"groups": {}, "facts": []}, {})
    shown = _shown(chance)
    careful = chance.random() < 0.4
    for rank in range(1, waves + 1):
        if rank == 2:
            people = _moved(chance, people, answers, silent)
        given = {q: {p: answers[q][p] for p in people} for q in QUESTIONS}
        counts = {q: sum(v is not None for v in column.values()) for q, column in given.items()}
        told = [(code, asked) for code, asked in shown if all(counts[q] for q in asked)]
        figures = tuple(_figure(*one, given, counts, len(people), careful) for one in told)
        made.tables.append(SideTable(figures, counts, len(people), frozenset(people)))
        made.truth[f"w{rank}"] = {q: {str(p): v for p, v in column.items()} for q, column in given.items()}
        made.facts["groups"][f"w{rank}:client"] = [str(p) for p in people]
        made.facts["facts"] += [fact_of(f"w{rank}", n, f, made.facts["groups"]) for n, f in enumerate(figures)]
    return made


def _column(chance: random.Random, people: Sequence[int], silent: float) -> dict[int, int | None]:
    level, spread = chance.uniform(1, 7), chance.choice((0.0, 0.7, 1.5))
    drawn = {p: max(1, min(7, round(chance.gauss(level, spread)))) for p in people}
    return {p: None if chance.random() < silent else value for p, value in drawn.items()}


def _moved(
    chance: random.Random, people: list[int], answers: dict[str, dict[int, int | None]], silent: float
) -> list[int]:
    """Up to three leave and up to six come; nobody else changes."""
    stay = chance.sample(people, len(people) - chance.randint(0, min(3, len(people) - 3)))
    come = list(range(100, 100 + chance.randint(0, 6)))
    for question in QUESTIONS:
        answers[question] |= _column(chance, come, silent)
    return sorted(stay) + come


def _shown(chance: random.Random) -> list[tuple[str, tuple[str, ...]]]:
    """Questions one by one, or subjects with or without the mirror."""
    if chance.random() < 0.4:
        return [(q, (q,)) for q in QUESTIONS]
    found = [(d.code, d.items) for d in FORM.dimensions]
    if chance.random() < 0.7:
        found += [(INDEX, FORM.index_items), (MIRROR_INDEX, tuple(f"{q}m" for q in FORM.index_items))]
    return found


def _figure(
    code: str, asked: tuple[str, ...], given: dict, counts: dict[str, int], ballots: int, careful: bool
) -> Figure:
    """A rounded mean; the careful house uses the bands of the product where they exist."""
    total = sum(value for q in asked for value in given[q].values() if value is not None)
    answers = sum(counts[q] for q in asked)
    grid = band(len(asked), min(counts[q] for q in asked), ballots)
    if careful and grid.exists:
        return mean_figure("client", code, asked, total, answers, grid, ballots)
    return Figure("client", "mean", code, asked, value=(20 * total + answers) // (2 * answers) / 10, n=ballots)
