"""The attack: campaigns are published, then read by an exact attacker who shares no code with the product.

The attacker has every figure that any role can obtain, of every wave; knows who answered, in which function, who
abstained where (and, apart, not); what he answered himself and, from twelve ballots on a side, what one other person
answered; how figures are rounded, banded and when words are used. He supposes that nobody else changed an answer
between two waves, on every subject or on one. An answer leaks when fewer than five of its seven values are left.

Most campaigns are published by the formulas alone; a sample goes through the whole product, with its urn, its keys and
its two databases, and must give the very same tables. Rules loosened on purpose must be caught.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from scratch import FOLDER
from claims import Claim, none_of, run

from attack import runs
from attack.campaigns import Recipe
from attack.runs import Found

FULL, PULSE = "full", "pulse"
# name, recipe, campaigns by default, campaigns with --full
RUNS = (
    ("ordinary, one wave", Recipe(), 600, 3000),
    ("ordinary, one wave, short form", Recipe((PULSE,)), 67, 300),
    ("ordinary, two waves, 0 to 8 move and nobody else changes", Recipe((FULL, FULL)), 333, 1500),
    ("stressed, one wave", Recipe(stress=True), 600, 3000),
    ("stressed, one wave, short form", Recipe((PULSE,), stress=True), 67, 300),
    ("stressed, two waves, 0 to 8 move and nobody else changes", Recipe((FULL, FULL), stress=True), 333, 1500),
    ("two waves, three in ten change their answers", Recipe((FULL, FULL), drift=0.3), 60, 300),
    ("two waves of different forms", Recipe((FULL, PULSE), stress=True), 60, 300),
    ("two waves of different forms, the short one first", Recipe((PULSE, FULL)), 60, 300),
    ("two waves, many cannot say", Recipe((FULL, FULL), silence=0.12), 60, 300),
    ("three waves, nobody else changes", Recipe((FULL,) * 3), 30, 150),
    ("three short waves, nobody else changes", Recipe((PULSE,) * 3, stress=True), 30, 150),
)
SEED = 2026


def attacks(full: bool) -> Iterator[Claim]:
    for name, recipe, some, many in RUNS:
        found = Found()
        for one in runs.run(recipe, SEED, many if full else some):
            found += one
            if found.campaigns % 50 == 0:
                print(f"{name}: {found}", file=sys.stderr, flush=True)
        yield leaks(name, found)


def leaks(name: str, found: Found) -> Claim:
    return Claim(
        f"Nobody fixes an answer, or narrows one under 5 of its 7 values: {name}",
        f"0 of {found.campaigns:,} campaigns",
        f"{found.leaking:,} ({found.fixed:,} fixed, {found.narrowed:,} narrowed, from {found.figures:,} figures)",
        found.leaking == 0 and found.figures > 0,
    )


def prove(full: bool) -> Iterator[Claim]:
    yield from attacks(full)


if __name__ == "__main__":
    run(prove)
