"""Simulated truth: coverage of intervals, verdicts of change, errors, recovery of models, run lengths of charts.

python benchmarks/validity.py            writes docs/validity.md and docs/validite.md
python benchmarks/validity.py --quick    prints them, from a few draws: tries the machinery, proves nothing
"""

from __future__ import annotations

import os
import sys
import time
from math import sqrt
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import intervals
import numpy as np
import verdicts
from recovery import Recovered, recovery
from validity_pages import Line, Section, Table, Text, missed_without_a_sentence, page

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGES = {"en": "validity.md", "fr": "validite.md"}
SEEDS = 8
FRENCH = {
    "graded response": "réponses graduées",
    "ordinal mixed": "modèle ordinal mixte",
    "log discrimination": "logarithme des discriminations",
    "thresholds": "seuils",
    "people": "personnes",
    "item effects": "effets des questions",
    "side effect": "effet du côté",
    "sd of relationships": "écart type des relations",
    "sd of sides": "écart type des côtés",
    "sd of raters": "écart type des répondants",
    "relationships": "relations",
    "sides": "côtés",
}


def models(repeats: int) -> Section:
    batches = [recovery(seed, repeats) for seed in range(1, SEEDS + 1)]
    lines = [_model_line(list(batch), repeats) for batch in zip(*batches, strict=True)]
    columns: tuple[Text, ...] = (
        ("bias", "biais"),
        ("root mean square error", "erreur quadratique"),
        ("interval holds", "intervalle juste"),
    )
    return Section(
        ("Do the models find what was put in?", "Les modèles retrouvent-ils ce qu’on y a mis ?"),
        (
            "Graded response model: 500 people, 10 questions, one answer in twenty missing. Ordinal mixed model: 60 "
            "relationships, two sides of "
            "8 people, 5 questions. Parameters must be unbiased within "
            "0.05; the intervals of people, relationships and "
            "sides must hold.",
            "Modèle de réponses graduées : 500 personnes, 10 questions, une réponse sur vingt manquante. Modèle "
            "ordinal mixte : 60 relations, deux côtés de "
            "8 personnes, 5 questions. Les paramètres doivent "
            "être sans biais à 0,05 près ; les intervalles des personnes, des relations et "
            "des côtés doivent être justes.",
        ),
        (Table(columns, tuple(lines)),),
    )


def _model_line(batch: list[Recovered], repeats: int) -> Line:
    first = batch[0]
    bias = float(np.mean([one.bias for one in batch]))
    rmse = sqrt(float(np.mean([one.rmse**2 for one in batch])))
    covered = float("nan") if first.coverage is None else float(np.mean([one.coverage for one in batch]))
    watched = [one.bias if one.coverage is None else one.coverage for one in batch]
    target = (-0.05, 0.05, (0,)) if first.coverage is None else (0.93, 0.97, (2,))
    what = f"{first.model}: {first.parameter}", f"{FRENCH[first.model]} : {FRENCH[first.parameter]}"
    error = float(np.std(watched, ddof=1)) / sqrt(len(batch))
    return Line(what, ((bias,), (rmse,), (covered,)), repeats * len(batch), error, *target)


def sections(effort: float) -> list[Section]:
    """Everything, with this share of the documented numbers of draws."""

    def draws(full: int) -> int:
        return max(round(full * effort), 3)

    return [
        intervals.means(draws(250)),
        verdicts.published(draws(40_000)),
        verdicts.moves(draws(500)),
        verdicts.errors(draws(25)),
        models(draws(10)),
        verdicts.charts(draws(2500)),
    ]


def main(quick: bool) -> int:
    start = time.process_time()
    found = sections(0.02 if quick else 1.0)
    unexplained = [] if quick else missed_without_a_sentence(found)
    for language, name in PAGES.items():
        text = page(found, language)
        if quick:
            print(text)
        else:
            (DOCS / name).write_text(text)
    lines = [line for section in found for table in section.tables for line in table.lines]
    reached = [line.reached for line in lines if line.reached is not None]
    print(f"{sum(reached)} of {len(reached)} targets reached, {time.process_time() - start:.0f} s of CPU.")
    for name in unexplained:
        print(f"No sentence says what remains of: {name}")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main("--quick" in sys.argv))
