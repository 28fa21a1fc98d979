"""The attack: campaigns are published, then read by an exact attacker who shares no code with the product.

The attacker has every figure that any role can obtain, of every wave; knows who answered, in which function, who
abstained where (and, apart, not); what he answered himself and, from twelve ballots on a side, what one other person
answered; how figures are rounded, banded and when words are used. He supposes that nobody else changed an answer
between two waves, on every subject or on one. An answer leaks when fewer than five of its seven values are left.

Most campaigns are published by the formulas alone; a sample goes through the whole product, with its urn, its keys and
its two databases, and must give the very same tables. Rules loosened on purpose must be caught.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from claims import Claim, none_of, run
from scratch import FOLDER

from attack import campaigns, denials, loosened, oracle, runs, solver
from attack.campaigns import Recipe
from attack.runs import Found
from attack.silence import Silence
from reciproque.cli import simulate
from science import test_coded_display as room

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


# ---------------------------------------------------------------- The whole product
def product(full: bool) -> Iterator[Claim]:
    """Campaigns through ``reciproque simulate``: links, sealed ballots, two keys, publication, facts of each role."""
    asked = (("--waves", "1", "--stress"), ("--waves", "2", "--moves", "0-8"))
    each, found, unlike, elsewhere = 250 if full else 12, Found(), 0, 0
    for number, arguments in enumerate(asked):
        for place in _simulated(FOLDER / f"simulated-{number}", each, arguments):
            facts, truth = (_read(place, name) for name in ("facts-client-member", "truth"))
            found += runs.count(facts["facts"], solver.attack(facts, truth))
            elsewhere += any(_read(place, f"facts-{role}") != facts for role in simulate.ROLES)
            unlike += facts["facts"] != campaigns.again(facts, truth, _forms(facts))["facts"]
        print(f"whole product: {found}", file=sys.stderr, flush=True)
    yield leaks("through the whole product", found)
    yield none_of("Campaigns in which a role reads other figures than another", elsewhere, found.campaigns, "campaigns")
    yield none_of(
        "Campaigns in which the whole product publishes something else than the formulas attacked here",
        unlike,
        found.campaigns,
        "campaigns",
    )


def _read(place: Path, name: str) -> dict[str, Any]:
    return json.loads((place / f"{name}.json").read_text())


def _forms(facts: dict[str, Any]) -> list[str]:
    """One form per opened wave: where people left, the last may have been cancelled for want of a quorum."""
    return [FULL] * sum(name.endswith(":client") for name in facts["groups"])


def _simulated(out: Path, number: int, arguments: Sequence[str]) -> list[Path]:
    sizes = ("--client", "5-30", "--supplier", "5-30", "--functions", "3", "--drift", "0", "--seed", str(SEED))
    command = "import sys; from reciproque.cli.main import main; sys.exit(main())"
    subprocess.run(
        [sys.executable, "-c", command, "simulate", "--campaigns", str(number), *sizes, *arguments, "--out", str(out)],
        env=os.environ | {"RECIPROQUE_SIMULATE": "1"},
        check=True,
        capture_output=True,
    )
    return sorted(out.iterdir())


# ---------------------------------------------------------------- Other knowledge
def silence(full: bool) -> Iterator[Claim]:
    """An insider who knows nobody's abstentions but his own, and one random cell at a time."""
    chance, looked, narrowed, silent = random.Random(SEED), 0, 0, 0
    for number in range(400 if full else 60):
        made = campaigns.campaign(Recipe(sizes=(5, 24), stress=number % 2 == 1, silence=0.05), SEED, number)
        facts = made.facts
        for side in campaigns.SIDES:
            table = Silence(facts, made.truth, side)
            for target in chance.sample(table.cells, min(6, len(table.cells))):
                insiders = [p for p in table.people if p != target[0]]
                shown = table.look(chance.sample(insiders, 1 + (len(insiders) > 11)), target)
                looked, narrowed, silent = looked + 1, narrowed + shown.narrowed, silent + shown.surely_silent
    yield none_of("Answers narrowed under 5 values by who does not know abstentions", narrowed, looked, "answers")
    yield none_of("People found to have said nothing on a question", silent, looked, "answers")


def refusals(full: bool) -> Iterator[Claim]:
    """What the audit took away may have had a cause elsewhere."""
    for kind, causes, recipe, number in (
        ("classes", denials.class_causes, Recipe(sizes=(20, 30), stress=True), 60),
        ("mirror", denials.mirror_causes, Recipe(sizes=(5, 12), stress=True), 500),
    ):
        refused = telling = 0
        for made in campaigns.campaigns(recipe, SEED, range(number * 8 if full else number)):
            if denials.refused(made, kind):
                refused, telling = refused + 1, telling + (causes(made) < 2)
        yield none_of(
            f"Refusals of {kind} that only one question or side can have caused", telling, refused, "refusals"
        )


# ---------------------------------------------------------------- Detectors, the auditor, the workshop
def detectors(full: bool) -> Iterator[Claim]:
    caught = [one for one in loosened.LOOSENED if one.caught()]
    missed = ", ".join(one.name for one in loosened.LOOSENED if one not in caught)
    claim = f"Loosened rules that the attack catches ({len(loosened.LOOSENED)} tried)"
    many = len(loosened.LOOSENED)
    yield Claim(
        claim, f"{many} of {many}", f"{len(caught)} of {many}" + (f": not {missed}" if missed else ""), not missed
    )
    kind = leaking = total = 0
    for case in oracle.cases(SEED, 4000 if full else 500):
        total, leaking = total + 1, leaking + case.leaks
        kind += case.leaks and case.cleared
    yield none_of(
        f"Careless tables that leak and that the product's own audit clears ({total:,} drawn)",
        kind,
        leaking,
        "leaking tables",
    )


def workshop() -> Iterator[Claim]:
    """What a room may see of a vote, for every table of counts of every two sides of 5 to 15."""
    told = tried = 0
    for n in room.SIZES:
        for m in room.SIZES:
            for other in room.one_table_per_display(m):
                views = {table: room.displayed(table, other) for table in room.tables(n)}
                told, tried = told + room.leaks(n, views), tried + len(set(views.values()))
    yield none_of(
        "Displays of a workshop's vote, sides of 5 to 15, that make a colleague's vote certain", told, tried, "displays"
    )


def prove(full: bool) -> Iterator[Claim]:
    yield from detectors(full)
    yield from attacks(full)
    yield from product(full)
    yield from silence(full)
    yield from refusals(full)
    yield from workshop()


if __name__ == "__main__":
    run(prove)
