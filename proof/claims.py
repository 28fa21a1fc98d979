"""What a part of the proof promises, and what was measured; each part is a script that prints its own claims."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Claim:
    """One line of the table. `claim` says it in plain words; `target` and `measured` are short, with their units."""

    claim: str
    target: str
    measured: str
    kept: bool

    def __str__(self) -> str:
        return f"{'kept  ' if self.kept else 'MISSED'}  {self.claim}  |  {self.target}  |  {self.measured}"


Part = Callable[[bool], Iterator[Claim]]


def none_of(claim: str, found: int, tried: int, unit: str) -> Claim:
    """Nothing may be found; and something must have been tried."""
    return Claim(claim, f"0 of {tried:,} {unit}", f"{found:,}", found == 0 and tried > 0)


def at_most(claim: str, measured: float, limit: float, unit: str) -> Claim:
    return Claim(claim, f"at most {limit:g} {unit}", f"{measured:.3g} {unit}", measured <= limit)


def _measured(prove: Part, full: bool) -> Iterator[Claim]:
    """What a part that breaks had measured before, and that it broke."""
    try:
        yield from prove(full)
    except Exception as error:
        traceback.print_exc()
        name = Path(sys.argv[0]).stem
        yield Claim(f"The part “{name}” runs to its end", "yes", f"no: {str(error)[:120]}", False)


def run(prove: Part) -> None:
    """The part as a command: ``python proof/PART.py [--full] [--json FILE]``; exits with 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=sys.modules[prove.__module__].__doc__)
    parser.add_argument("--full", action="store_true", help="the whole scale, which takes longer than `make prove` may")
    parser.add_argument("--json", type=Path, help="also write the claims here")
    options = parser.parse_args()
    started, claims = time.monotonic(), []
    for claim in _measured(prove, options.full):
        claims.append(claim)
        print(claim, flush=True)
    if options.json:
        options.json.write_text(json.dumps([asdict(claim) for claim in claims]))
    missed = sum(not claim.kept for claim in claims)
    print(
        f"{len(claims)} claims, {missed} missed, {time.monotonic() - started:.0f} s, load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    sys.exit(1 if missed or not claims else 0)
