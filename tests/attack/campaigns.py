"""Made-up campaigns published by the formulas themselves, without databases: what a role reads, and the truth.

People and answers come from the same generator as ``reciproque simulate`` (functions far apart, ends of the scale,
unanimous, one dissenter), and the figures from the same `publish` as the product: a test and the proof check that the
whole product, with its urn and its databases, publishes the very same table.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from reciproque import instruments
from reciproque.cli import simulate
from reciproque.science import publication
from reciproque.science.figures import (
    BALLOTS,
    Dimension,
    EarlierWave,
    Figure,
    InstrumentShape,
    Publication,
    SideBallots,
)

SIDES = ("client", "supplier")
Facts = dict[str, Any]
Truth = dict[str, dict[str, dict[str, int | None]]]


@dataclass(frozen=True)
class Recipe:
    """What kind of campaigns; `forms` of successive waves, one per wave."""

    forms: tuple[str, ...] = ("full",)
    sizes: tuple[int, int] = (4, 30)
    functions: tuple[int, int] = (1, 5)
    stress: bool = False
    moves: tuple[int, int] = (0, 8)
    drift: float = 0.0
    silence: float = 0.0  # share of answers withheld, beyond the few of the generator


@dataclass
class Campaign:
    """`facts` as ``reciproque facts`` tells them, `truth` as ``reciproque simulate`` writes it."""

    publications: list[Publication] = field(default_factory=list)
    people: list[dict[str, list[tuple[str, str]]]] = field(default_factory=list)
    truth: Truth = field(default_factory=dict)

    @property
    def facts(self) -> Facts:
        groups: dict[str, list[str]] = {}
        for rank, sides in enumerate(self.people, start=1):
            for side, people in sides.items():
                groups[f"w{rank}:{side}"] = sorted(key for key, _ in people)
                for key, function in sorted(people):
                    groups.setdefault(f"w{rank}:{side}:{function}", []).append(key)
        told = [
            fact_of(f"w{rank}", number, figure, groups)
            for rank, made in enumerate(self.publications, start=1)
            for number, figure in enumerate(made.figures, start=1)
        ]
        return {"groups": groups, "facts": told}


def fact_of(wave: str, number: int, figure: Figure, groups: dict[str, list[str]]) -> Facts:
    """One figure, as the command tells it."""
    group = f"{wave}:{figure.side}"
    if figure.group:
        codes, group = figure.group.split("+"), f"{group}:{figure.group}"
        groups.setdefault(group, sorted(p for c in codes for p in groups.get(f"{wave}:{figure.side}:{c}", ())))
    asked = {"question": figure.questions[0]} if len(figure.questions) == 1 else {"questions": list(figure.questions)}
    return {"id": f"{wave}-{number}", "group": group, "wave": wave, **asked, **_said(figure)}


def _said(figure: Figure) -> Facts:
    if figure.code == BALLOTS:
        return {"kind": "count", "value": int(figure.value or 0), "decimals": 0}
    if figure.kind == "mean":
        return {"kind": "mean", "value": figure.value, "decimals": figure.decimals}
    interval = {"interval": [figure.low, figure.high]}
    if figure.kind == "share":
        return {"kind": "share", "values": list(figure.values or ()), "of": "answers", **interval}
    if figure.kind == "abstain":
        return {"kind": "share", "values": [None], "of": "people", **interval}
    return {"kind": "mean", "decimals": figure.decimals, "word": figure.word, **interval}


def shape_of(form: str) -> InstrumentShape:
    instrument = instruments.parse(instruments.source())
    items = instrument.items_of(form)
    dimensions = tuple(
        Dimension(d.code, d.role, tuple(i.code for i in items if i.dimension == d.code))
        for d in instrument.dimensions_of(form)
    )
    return InstrumentShape(dimensions, tuple(i.code for i in items if i.mirror))


def ballots(
    side: str,
    people: Sequence[tuple[str, str]],
    answers: Mapping[str, Mapping[str, int | None]],
    shape: InstrumentShape,
) -> SideBallots:
    """The ballots of a side as the urn gives them. people: (key, function); answers: question -> key -> value."""

    def column(question: str) -> np.ndarray:
        values = (answers[question][key] for key, _ in people)
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)

    return SideBallots(
        side,
        tuple(function for _, function in people),
        {question: column(question) for question in (*shape.direct_items, *shape.mirror_items)},
    )


# ---------------------------------------------------------------- Making them
def campaigns(recipe: Recipe, seed: int, numbers: range) -> Iterator[Campaign]:
    for number in numbers:
        yield campaign(recipe, seed, number)


def campaign(recipe: Recipe, seed: int, number: int) -> Campaign:
    """Always the same for the same recipe, seed and number."""
    chance = random.Random(f"{seed}-{number}")
    everything = instruments.parse(instruments.source()).questions_of("full")
    functions = chance.randint(*recipe.functions)
    options = simulate.Options(1, {}, functions, 1, recipe.moves, recipe.drift, recipe.stress, seed, Path())
    crowds = {side: simulate.Crowd(chance, options, chance.randint(*recipe.sizes), everything) for side in SIDES}
    spare = recipe.moves[1] * (len(recipe.forms) - 1)
    everybody = {side: _people(chance, side, crowds[side].size + spare, functions) for side in SIDES}
    present = {side: everybody[side][: crowds[side].size] for side in SIDES}
    waiting = {side: everybody[side][crowds[side].size :] for side in SIDES}
    known: dict[str, dict[str, int | None]] = {}
    made = Campaign()
    for rank, form in enumerate(recipe.forms, start=1):
        if rank > 1:
            present = {side: simulate._moved(chance, present[side], waiting[side], recipe.moves) for side in SIDES}
        for side in SIDES:
            anew = [one for one in present[side] if one[0] not in known or chance.random() < recipe.drift]
            if anew:
                known |= _withheld(chance, crowds[side].answers(anew), recipe.silence)
        _publish(made, shape_of(form), present, known, rank)
    return made


def _people(chance: random.Random, side: str, size: int, functions: int) -> list[tuple[str, str]]:
    return [(f"{side}-{rank:03d}", chance.choice(simulate.FUNCTIONS[:functions])) for rank in range(size)]


def _withheld(
    chance: random.Random, answers: Mapping[str, Mapping[str, int | None]], share: float
) -> dict[str, dict[str, int | None]]:
    return {
        key: {q: None if share and chance.random() < share else value for q, value in given.items()}
        for key, given in answers.items()
    }


def _publish(
    made: Campaign,
    shape: InstrumentShape,
    present: Mapping[str, Sequence[tuple[str, str]]],
    known: Mapping[str, Mapping[str, int | None]],
    rank: int,
) -> None:
    questions = (*shape.direct_items, *shape.mirror_items)
    here = [key for side in SIDES for key, _ in present[side]]
    truth = {question: {key: known[key][question] for key in here} for question in questions}
    made.truth[f"w{rank}"] = truth
    made.people.append({side: list(present[side]) for side in SIDES})
    made.publications.append(published(made, shape, rank))


def published(made: Campaign, shape: InstrumentShape, rank: int) -> Publication:
    """The publication of a wave, after the earlier ones, by the formulas of the product."""
    earlier = [
        EarlierWave(one, ids(people))
        for one, people in zip(made.publications[: rank - 1], made.people[: rank - 1], strict=True)
    ]
    now, truth = made.people[rank - 1], made.truth[f"w{rank}"]
    client, supplier = (ballots(side, now[side], truth, shape) for side in SIDES)
    return publication.publish(shape, client, supplier, people=ids(now), earlier=earlier)


def ids(people: Mapping[str, Sequence[tuple[str, str]]]) -> dict[str, frozenset[Any]]:
    return {side: frozenset(key for key, _ in people[side]) for side in SIDES}


# ---------------------------------------------------------------- The same table as the whole product
def again(facts: Facts, truth: Truth, forms: Sequence[str]) -> Facts:
    """The campaign of a facts file and its truth, published anew by the formulas alone."""
    made = Campaign(truth=truth)
    for rank, form in enumerate(forms, start=1):
        made.people.append({side: _members(facts["groups"], f"w{rank}:{side}") for side in SIDES})
        made.publications.append(published(made, shape_of(form), rank))
    return made.facts


def _members(groups: Mapping[str, Sequence[str]], side: str) -> list[tuple[str, str]]:
    """(key, function) of those who answered."""
    found = [
        (person, name.rpartition(":")[2])
        for name, people in groups.items()
        if name.startswith(f"{side}:") and "+" not in name
        for person in people
    ]
    assert sorted(key for key, _ in found) == sorted(groups[side])
    return found
