"""Answers whose truth is known: sides of people with a leaning, answering four questions on 5 or 7 steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Array = NDArray[np.float64]
ITEMS = 4
# Where one answer becomes the next, on the leaning's own scale; a person's leaning and each answer vary by 1 around it.
CUTS = {5: np.array([-1.8, -0.6, 0.6, 1.8]), 7: np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5])}
OFFSETS = np.array([-0.45, -0.15, 0.15, 0.45])


@dataclass(frozen=True)
class Shape:
    """Leaning of a side: its mean and how it varies over sides; `camps` = distance of each of two camps from it."""

    mean: float
    between: float
    camps: float = 0.0


SHAPES = {"central": Shape(0.0, 0.5), "high": Shape(1.7, 0.4), "polarised": Shape(0.0, 0.3, camps=1.6)}


@dataclass(frozen=True)
class Sides:
    """`values`: sides x people in points 0..100; `truth`: what the mean of a side tends to with ever more people."""

    values: Array
    truth: Array

    @property
    def n(self) -> int:
        return int(self.values.shape[-1])


def scored(answers: Array, points: int) -> Array:
    """Mean of the last axis, in points 0..100."""
    result: Array = (answers.mean(axis=-1) - 1) / (points - 1) * 100
    return result


def answered(leaning: Array, points: int, rng: np.random.Generator) -> Array:
    """Answers 1..points of people with these leanings to each question: one more axis."""
    felt = leaning[..., None] + OFFSETS + rng.normal(size=(*leaning.shape, ITEMS))
    result: Array = 1.0 + np.searchsorted(CUTS[points], felt.ravel()).reshape(felt.shape)
    return result


def expected(center: Array, points: int, camps: float = 0.0, share: Array | float = 0.5) -> Array:
    """Exact mean in points of a side: the person's leaning and the answer vary by 1 each, so by root 2 together."""
    total = np.zeros(np.shape(center))
    for cut in CUTS[points]:
        for offset in OFFSETS:
            up, down = ((center + camp + offset - cut) / np.sqrt(2) for camp in (camps, -camps))
            total = total + share * ndtr(up) + (1 - share) * ndtr(down)
    result: Array = total / ITEMS / (points - 1) * 100
    return result


def leanings(shape: Shape, sides: int, n: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Centre of each side, share of its upper camp, leaning of each of its people."""
    center = shape.mean + shape.between * rng.normal(size=sides)
    share = rng.uniform(0.35, 0.65, size=sides)
    camp = np.where(rng.uniform(size=(sides, n)) < share[:, None], shape.camps, -shape.camps)
    return center, share, center[:, None] + camp + rng.normal(size=(sides, n))


def simulate(shape: Shape, points: int, sides: int, n: int, rng: np.random.Generator) -> Sides:
    """One file: sides of one shape, n people each."""
    center, share, leaning = leanings(shape, sides, n, rng)
    return Sides(scored(answered(leaning, points, rng), points), expected(center, points, shape.camps, share))


@dataclass(frozen=True)
class TwoWaves:
    """One row a person and wave; `fallen` = the relationships whose leaning really fell."""

    relationship: NDArray[np.int64]
    side: NDArray[np.int64]
    wave: NDArray[np.int64]
    person: NDArray[np.str_]
    dimensions: dict[str, Array]
    fallen: frozenset[int]

    @property
    def composite(self) -> Array:
        return np.mean(list(self.dimensions.values()), axis=0)


def two_waves(fall: float, rng: np.random.Generator, relationships: int = 24, falling: int = 4) -> TwoWaves:
    """3 to 12 people a side, seven in ten stay, the others are replaced; three dimensions of four questions 1..5."""
    sides = 2 * relationships
    n = rng.integers(3, 13, size=sides)
    gone = n - np.round(0.7 * n).astype(int)
    first = np.concatenate([np.arange(k) for k in n])
    cell = np.repeat(np.arange(sides), n)
    cell = np.concatenate([cell, cell])
    person = np.concatenate([first, first + np.repeat(gone, n)])
    wave = np.repeat([0, 1], n.sum())
    fallen = rng.choice(relationships, size=falling, replace=False)
    place = 0.5 * rng.normal(size=relationships)[cell // 2] + 0.4 * rng.normal(size=sides)[cell]
    own = 0.5 * rng.normal(size=(sides, 24))[cell, person]
    level = place + own - fall * (np.isin(cell // 2, fallen) & (wave == 1))
    dimensions = {}
    for code in "FCI":
        leaning = level + 0.3 * rng.normal(size=(sides, 24))[cell, person] + 0.3 * rng.normal(size=cell.size)
        dimensions[code] = scored(answered(leaning, 5, rng), 5)
    names = np.char.add(np.char.add(cell.astype(str), "-"), person.astype(str))
    return TwoWaves(cell // 2, cell % 2, wave, names, dimensions, frozenset(fallen.tolist()))
