"""Answers that give a wanted picture: whole points on the scale whose means are the ones a story tells."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from reciproque.instruments import Instrument

LOWEST, HIGHEST = 1, 7


@dataclass(frozen=True)
class View:
    """What one side says, from 0 to 100: a mean for each dimension, and what it believes is said of it."""

    dimensions: Mapping[str, float]
    mirror: float
    on_mirrored: float | None = None  # mean of the mirrored facet items; the profile's own mean when not given
    cannot_say: float = 0.02
    items: Mapping[str, float] = field(default_factory=dict)


def to_scale(points: float) -> float:
    return 1 + points / 100 * (HIGHEST - LOWEST)


def column(random: Random, mean: float, people: int) -> list[int]:
    """Whole answers with that mean, as near as whole answers can be, varied from one person to the next."""
    total = max(LOWEST * people, min(HIGHEST * people, round(mean * people)))
    low, more = divmod(total, people)
    answers = [low + 1] * more + [low] * (people - more)
    random.shuffle(answers)
    for _ in range(people):
        up, down = random.randrange(people), random.randrange(people)
        if up != down and answers[up] < HIGHEST and answers[down] > LOWEST and answers[up] - answers[down] < 2:
            answers[up] += 1
            answers[down] -= 1
    return answers


def _item_means(view: View, instrument: Instrument, form: str) -> dict[str, float]:
    """A mean for each direct item: the dimension's, shifted on mirrored facet items and balanced on the others."""
    facets = {d.code for d in instrument.dimensions if d.role == "facet"}
    profile = sum(view.dimensions[code] for code in facets) / len(facets)
    shift = (view.on_mirrored - profile) if view.on_mirrored is not None else 0.0
    means = {}
    for dimension in instrument.dimensions_of(form):
        items = [item for item in instrument.items_of(form) if item.dimension == dimension.code]
        others = sum(not item.mirror for item in items)
        for item in items:
            moved = shift if item.mirror else (-shift / others if others else 0.0)
            means[item.code] = view.items.get(
                item.code, view.dimensions[dimension.code] + (moved if dimension.code in facets else 0)
            )
    return means


def _balanced(random: Random, means: Mapping[str, float], people: int) -> dict[str, list[int]]:
    """One column per item; rounding is carried from item to item so that the mean of the dimension stays right."""
    columns, carried = {}, 0.0
    for code, mean in means.items():
        wanted = to_scale(mean) * people + carried
        answers = column(random, wanted / people, people)
        carried = wanted - sum(answers)
        columns[code] = answers
    return columns


def side_answers(
    random: Random, view: View, instrument: Instrument, form: str, people: int
) -> list[dict[str, int | None]]:
    """One set of answers per person, for direct and mirror questions of a form."""
    means = _item_means(view, instrument, form)
    columns: dict[str, list[int]] = {}
    for dimension in instrument.dimensions_of(form):
        of_dimension = {i.code: means[i.code] for i in instrument.items_of(form) if i.dimension == dimension.code}
        columns |= _balanced(random, of_dimension, people)
    mirrored = {item.mirror_code: view.mirror for item in instrument.items_of(form) if item.mirror}
    columns |= _balanced(random, mirrored, people)
    return [{code: values[person] for code, values in columns.items()} for person in range(people)]
