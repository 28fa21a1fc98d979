"""Every promise of the product as a figure; prints *claim, target, measured*; exits with 1 when one is missed.

    python proof/all.py [--full] [PART ...]

Each part is a process of its own. Two run at a time, except those that measure time, which run alone at the end.
What was measured replaces its line in docs/security/figures.md, with the date.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from claims import Claim
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
FIGURES = HERE.parent / "docs/security/figures.md"
POSTGRES = str(HERE.parent / "tools/with_postgres.sh")
# Longest first, so that two lanes end together; on which database.
TOGETHER = (
    ("attack", "sqlite"),
    ("hostile", "sqlite"),
    ("faults", "sqlite"),
    ("isolation", "sqlite"),
    ("fairness", "sqlite"),
    ("storage", "sqlite"),
    ("storage", "postgresql"),
    ("faults", "postgresql"),
    ("keys", "sqlite"),
    ("census", "sqlite"),
    ("continuity", "sqlite"),
    ("continuity", "postgresql"),
)
ALONE = (("timing", "sqlite"), ("load", "sqlite"), ("load", "postgresql"))


def prove(part: str, database: str, full: bool) -> list[Claim]:
    """Run one part; what it could not measure is a claim that was missed."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "claims.json"
        command = [*([POSTGRES] if database == "postgresql" else []), sys.executable, str(HERE / f"{part}.py")]
        done = subprocess.run(
            [*command, *(["--full"] if full else []), "--json", str(out)], text=True, capture_output=True, check=False
        )
        claims = [Claim(**row) for row in json.loads(out.read_text())] if out.exists() else []
    if done.returncode and all(claim.kept for claim in claims):
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        claims.append(Claim(f"The part “{part}” runs to its end", "yes", f"no: {last[:120]}", False))
    if done.returncode:
        print("".join(done.stderr.splitlines(keepends=True)[-200:]), file=sys.stderr)
    print(f"{part} on {database}: {len(claims)} claims, {time.monotonic() - started:.0f} s", flush=True)
    label = " (PostgreSQL)" if database == "postgresql" else ""
    return [Claim(claim.claim + label, claim.target, claim.measured, claim.kept) for claim in claims]


def table(claims: Iterable[Claim]) -> Table:
    made = Table("claim", "target", "measured", "", show_lines=False)
    for claim in claims:
        made.add_row(claim.claim, claim.target, claim.measured, "kept" if claim.kept else "[bold red]MISSED")
    return made


def record(claims: Iterable[Claim], full: bool, *, all_of_them: bool = False) -> None:
    """Each claim keeps one line a scale: its last measure and the day. Claims that are no longer made go."""
    today, scale = datetime.now(UTC).date().isoformat(), "whole" if full else "an hour's"
    head, rule, rows = FIGURES.read_text().partition("| --- | --- | --- | --- | --- |\n")
    lines = {(row.split(" | ")[0], row.split(" | ")[3]): row for row in rows.splitlines() if row}
    measured = {}
    for claim in claims:
        said = [text.replace("|", "/") for text in (claim.claim, claim.target, claim.measured)]
        result = said[2] if claim.kept else f"**missed**: {said[2]}"
        measured[f"| {said[0]}", scale] = f"| {said[0]} | {said[1]} | {result} | {scale} | {today} |"
    if all_of_them:
        lines = {key: row for key, row in lines.items() if key[1] != scale}
    FIGURES.write_text(head + rule + "\n".join((lines | measured).values()) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="the whole scale (hours)")
    parser.add_argument("parts", nargs="*", help="only these parts")
    options = parser.parse_args()
    asked = [[run for run in runs if not options.parts or run[0] in options.parts] for runs in (TOGETHER, ALONE)]
    started, one_at_a_time = time.monotonic(), threading.Lock()

    def proved(run: tuple[str, str]) -> list[Claim]:
        found = prove(*run, options.full)
        with one_at_a_time:  # as each part ends: a run that is stopped keeps what it has measured
            record(found, options.full)
        return found

    with ThreadPoolExecutor(2) as lanes:
        parts = list(lanes.map(proved, asked[0]))
    parts += [proved(run) for run in asked[1]]
    claims = [claim for part in parts for claim in part]
    if not options.parts:
        record(claims, options.full, all_of_them=True)
    Console(width=160).print(table(claims))
    missed = sum(not claim.kept for claim in claims)
    print(f"{len(claims)} claims, {missed} missed, {(time.monotonic() - started) / 60:.1f} minutes")
    return 1 if missed or not claims else 0


if __name__ == "__main__":
    sys.exit(main())
