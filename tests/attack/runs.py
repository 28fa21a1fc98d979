"""Campaigns attacked one after the other, and what was found, added up. Results can be kept and taken up again."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import reciproque.science
from attack import campaigns, solver
from attack.campaigns import Campaign, Recipe
from attack.solver import Leak

KEEP = "RECIPROQUE_PROOF_KEEP"  # a folder: what was found there by the same code is not sought again


@dataclass(frozen=True)
class Found:
    """What one attacked campaign gave, or several added up."""

    campaigns: int = 0
    published: int = 0  # those with figures
    figures: int = 0
    leaking: int = 0  # campaigns with a leak
    fixed: int = 0  # answers fixed
    narrowed: int = 0  # answers that keep two to four of the seven values

    def __add__(self, other: Found) -> Found:
        return Found(*(a + b for a, b in zip(asdict(self).values(), asdict(other).values(), strict=True)))


def attacked(campaign: Campaign) -> Found:
    """The campaign as every attacker sees it."""
    facts = campaign.facts
    return count(facts["facts"], solver.attack(facts, campaign.truth))


def count(facts: list[dict[str, object]], leaks: Iterable[Leak]) -> Found:
    told = sum(fact["kind"] in ("mean", "share") for fact in facts)
    found = {(leak.person, leak.question): len(leak.possible) for leak in leaks}
    fixed = sum(left == 1 for left in found.values())
    return Found(1, int(told > 0), told, int(bool(found)), fixed, len(found) - fixed)


def run(recipe: Recipe, seed: int, campaigns_wanted: int) -> Iterator[Found]:
    """Campaigns 0, 1, 2... of a recipe, attacked."""
    kept = _kept(recipe, seed)
    done = [Found(**json.loads(line)) for line in kept.read_text().splitlines()] if kept and kept.exists() else []
    yield from done[:campaigns_wanted]
    for number in range(len(done), campaigns_wanted):
        found = attacked(campaigns.campaign(recipe, seed, number))
        if kept:
            with kept.open("a") as file:
                file.write(json.dumps(asdict(found)) + "\n")
        yield found


def _kept(recipe: Recipe, seed: int) -> Path | None:
    """Named after everything that could change what is found."""
    if KEEP not in os.environ:
        return None
    sources = [*Path(reciproque.science.__file__).parent.glob("*.py"), *Path(__file__).parent.glob("[crs]*.py")]
    said = [path.read_bytes() for path in sorted(sources) if path.name in SOURCES]
    name = hashlib.sha256(b"".join([repr((recipe, seed)).encode(), *said])).hexdigest()[:16]
    return Path(os.environ[KEEP]) / f"{name}.jsonl"


SOURCES = {
    "breakdown.py",
    "campaigns.py",
    "disclosure.py",
    "figures.py",
    "hexagon.py",
    "publication.py",
    "solver.py",
    "trend.py",
}
