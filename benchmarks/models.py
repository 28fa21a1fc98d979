"""The two heavy models: CPU seconds beside the reference software, and whether they reach the top of the likelihood.

python benchmarks/models.py            # the figures of record of the peers
python benchmarks/models.py --peers    # ordinal::clmm timed now, when R is there; takes a minute or two
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import csv
import gzip
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from recovery import graded_answers, ordinal_answers
from scipy.optimize import minimize

from reciproque.science import graded_response, ordinal_mixed

T = TypeVar("T")
REFERENCE = Path(__file__).parents[1] / "tests" / "reference"
MIRT_SECONDS = 11.6
CLMM = """
suppressMessages(library(ordinal))
file <- read.csv(gzfile("data/ordinal_large.csv.gz"))
file$pair <- interaction(file$relationship, file$side, drop = TRUE)
for (name in c("relationship", "rater")) file[[name]] <- factor(file[[name]])
started <- proc.time()
m <- clmm(factor(answer) ~ item + side + (1 | relationship) + (1 | pair) + (1 | rater), data = file, link = "probit")
cat((proc.time() - started)[["user.self"]], format(as.numeric(logLik(m)), digits = 15))
"""


def best_of(repeats: int, work: Callable[[], T]) -> tuple[float, T]:
    """Least CPU seconds of the process, and what the work gives."""
    seconds = []
    for _ in range(repeats):
        started = time.process_time()
        result = work()
        seconds.append(time.process_time() - started)
    return min(seconds), result


def line(claim: str, target: str, measured: str, reached: bool) -> bool:
    print(f"{claim:58} target {target:18} measured {measured}{'' if reached else '   MISSED'}", flush=True)
    return reached


def left_to_climb(model: graded_response.GradedResponse, answers: np.ndarray) -> float:
    """What a search of another kind (L-BFGS on the marginal likelihood itself) still adds to the log-likelihood."""
    codes = np.where(np.isnan(answers), 0, answers).astype(np.int16) - 1
    seen = graded_response._seen(codes, 5)
    start = np.column_stack([model.discrimination, -model.discrimination[:, None] * model.thresholds])

    def loss(line: np.ndarray) -> tuple[float, np.ndarray]:
        curves = graded_response._curves(line.reshape(start.shape))
        loglik, counts = graded_response._expected(seen, curves.log)
        return -loglik, -np.einsum("jcpq,jcq->jp", curves.slope, counts).ravel()

    found = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 30, "ftol": 1e-15})
    return -float(found.fun) - model.loglik


def graded() -> bool:
    answers = graded_answers(np.random.default_rng(1), 40_000, 25).answers
    seconds, model = best_of(3, lambda: graded_response.fit(answers))
    scoring, _ = best_of(3, lambda: graded_response.eap(model, answers))
    left = left_to_climb(model, answers)
    return all(
        [
            line(
                f"graded response 40,000 x 25 (mirt {MIRT_SECONDS} s, of record)",
                f"<= {MIRT_SECONDS / 5:.2f} CPU s",
                f"{seconds:.2f} CPU s, {MIRT_SECONDS / seconds:.0f} times faster; scores {scoring:.2f}",
                seconds <= MIRT_SECONDS / 5,
            ),
            line("  its log-likelihood below the top", "<= 1e-3", f"{left:.1e}", model.converged and left <= 1e-3),
        ]
    )


def clmm(now: bool) -> tuple[float, float, str]:
    """CPU seconds and log-likelihood of ordinal::clmm."""
    if now and shutil.which("Rscript"):
        done = subprocess.run(["Rscript", "-e", CLMM], cwd=REFERENCE, capture_output=True, text=True, check=True)
        seconds, loglik = map(float, done.stdout.split())
        return seconds, loglik, "timed now"
    record = json.loads((REFERENCE / "data" / "ordinal_mixed.json").read_text())["large"]
    return record["seconds"], record["loglik"], "of record"


def ordinal(now: bool) -> bool:
    with gzip.open(REFERENCE / "data" / "ordinal_large.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    columns = [np.array([row[name] for row in rows]) for name in ("relationship", "side", "rater", "item")]
    answers = np.array([float(row["answer"]) for row in rows])
    seconds, model = best_of(3, lambda: ordinal_mixed.fit(answers, *columns))
    many = ordinal_answers(np.random.default_rng(2), 2000, 10).columns
    scored = ordinal_mixed.fit(*[column[many[1] < 100] for column in many])
    scoring, _ = best_of(3, lambda: ordinal_mixed.score(scored, *many))
    peer, loglik, when = clmm(now)
    apart = loglik - model.loglik
    return all(
        [
            line(
                f"ordinal mixed {len(rows):,} answers (clmm {peer:.1f} s, {when})",
                ">= 10 times faster",
                f"{peer / seconds:.0f} times, {seconds:.2f} CPU s",
                peer / seconds >= 10,
            ),
            line(
                "  its log-likelihood below that of clmm", "<= 1e-4", f"{apart:.1e}", model.converged and apart <= 1e-4
            ),
            line(
                f"  scoring 2,000 relationships, {many[0].size:,} answers",
                "<= 0.3 CPU s",
                f"{scoring:.2f} CPU s",
                scoring <= 0.3,
            ),
        ]
    )


def main() -> bool:
    return all([graded(), ordinal("--peers" in sys.argv)])


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
