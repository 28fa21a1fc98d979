"""Agreement inside 4,000 groups: 1,000,000 answers, every index, beside the R package multilevel in the same run.

python benchmarks/within_group.py
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from reciproque.science.within_group import agreement

GROUPS, PEOPLE, DIMENSIONS, ITEMS, POINTS = 4_000, 10, 5, 5, 7
MOST_SECONDS, LEAST_RATIO, FURTHEST = 0.30, 50.0, 1e-9
OF_RECORD = 16.6  # CPU seconds of the two R functions on this data, when R is not installed
PEER = """
suppressMessages(library(multilevel))
table <- as.matrix(read.csv("answers.csv", header = FALSE))
begun <- proc.time()
sums <- c(0, 0)
for (d in 0:4) {
  items <- table[, 2 + d * 5 + 0:4]
  one <- rwg.j(items, table[, 1], ranvar = 4)
  other <- awg(items, table[, 1], range = c(1, 7))
  sums <- sums + c(sum(one$rwg.j), sum(other$a.wg, na.rm = TRUE))
}
cat(sum((proc.time() - begun)[1:2]), format(sums, digits = 15), "\\n")
"""


def answers() -> tuple[np.ndarray, np.ndarray]:
    """Group of each person, and 25 answers of 1 to 7: groups differ, people differ."""
    chance = np.random.default_rng(1)
    groups = np.repeat(np.arange(GROUPS), PEOPLE)
    level = np.repeat(chance.normal(4.8, 0.8, GROUPS), PEOPLE)[:, None] + chance.normal(0, 0.7, (len(groups), 1))
    items = level + chance.normal(0, 1, (len(groups), DIMENSIONS * ITEMS))
    return groups, np.clip(np.round(items), 1, POINTS).astype(np.int8)


def every_index(groups: np.ndarray, items: np.ndarray) -> np.ndarray:
    """Sums over groups and dimensions of the two indices that the peer gives too."""
    sums = np.zeros(2)
    for first in range(0, DIMENSIONS * ITEMS, ITEMS):
        found = agreement(items[:, first : first + ITEMS], groups, POINTS)
        sums += np.nansum(found.rwg_j), np.nansum(found.a_wg)
    return sums


def cpu_seconds(work: Callable[[], object]) -> float:
    """Best of three."""
    spent = []
    for _ in range(3):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return min(spent)


def peer(groups: np.ndarray, items: np.ndarray) -> tuple[float, np.ndarray] | None:
    """CPU seconds of multilevel and its sums, reading the file not counted; None when R or the package is absent."""
    if not shutil.which("Rscript"):
        return None
    with tempfile.TemporaryDirectory(prefix="reciproque-bench-") as folder:
        np.savetxt(Path(folder) / "answers.csv", np.column_stack([groups, items]), fmt="%d", delimiter=",")
        ran = subprocess.run(["Rscript", "-e", PEER], cwd=folder, capture_output=True, text=True)
    if ran.returncode:
        return None
    seconds, *sums = (float(word) for word in ran.stdout.split())
    return seconds, np.array(sums)


def line(claim: str, target: str, measured: str, reached: bool) -> bool:
    print(f"{claim:58} target {target:>10}    measured {measured:>10}{'' if reached else '    MISSED'}", flush=True)
    return reached


def main() -> bool:
    groups, items = answers()
    order = np.random.default_rng(2).permutation(len(groups))
    missing = np.where(np.random.default_rng(3).random(items.shape) < 0.05, np.nan, items)
    every_index(groups, items)
    seconds = cpu_seconds(lambda: every_index(groups, items))
    reached = True
    for what, spent in (
        ("sorted, small integers", seconds),
        ("in no order, 5 % missing", cpu_seconds(lambda: every_index(groups[order], missing[order]))),
    ):
        claim = f"agreement, {items.size:,} answers, {what}"
        reached &= line(claim, f"<= {MOST_SECONDS:.2f} s", f"{spent:.3f} s", spent <= MOST_SECONDS)
    found = peer(groups, items)
    if found is None:
        print(f"R multilevel is not here: its figure of record, {OF_RECORD} s for rwg.j and awg, stands in.")
        theirs = OF_RECORD
    else:
        theirs, sums = found
        apart = float(np.abs(every_index(groups, items) / sums - 1).max())
        reached &= line("same rwg(j) and a_wg as multilevel", f"<= {FURTHEST:.0e}", f"{apart:.1e}", apart <= FURTHEST)
    ratio = theirs / seconds
    claim = f"five indices, beside {theirs:.1f} s for multilevel's rwg.j and awg"
    reached &= line(claim, f">= {LEAST_RATIO:.0f} x", f"{ratio:.0f} x", ratio >= LEAST_RATIO)
    print(f"CPU seconds, best of three; load {os.getloadavg()[0]:.1f}")
    return reached


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
