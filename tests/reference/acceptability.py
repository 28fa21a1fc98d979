"""Rank acceptability beside JSMAA on a published model, and rank-order centroid weights beside their published tables.

The model: T. Tervonen and others, "A state-of-the-art multi-criteria model for drug benefit-risk analysis", University
of Groningen, SOM Research Report 10001, 2010: four antidepressants, six criteria, normal and log-normal measurements,
no preference information. JSMAA's authors keep its figures in their own tests (SMAA2SimulationTest), to two decimals
and within 0.02, 0.03 for confidence factors: the same tolerance is used here. Weights of an order: F. H. Barron and
B. E. Barrett, "Decision quality using ranked attribute weights", Management Science 42, 1996.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from reciproque.science.acceptability import central_weights, rank_acceptability, sample_weights
from reference.table import Comparison

DATA = json.loads((Path(__file__).parent / "data/acceptability.json").read_text())
JSMAA = "JSMAA, SOM 10001"
DRAWS = 10_000


def comparisons() -> Iterator[Comparison]:
    yield from _of_the_model()
    yield from _of_an_order()


def _levels(rng: np.random.Generator) -> np.ndarray:
    """Measurements sampled, then linear between the two ends of the 95 % intervals, 1 at the preferred end."""
    model = DATA["model"]
    columns = []
    for criterion in model["criteria"]:
        mean, deviation = np.array(criterion["mean"]), np.array(criterion["deviation"])
        sampled = rng.normal(mean, deviation, (DRAWS, len(mean)))
        low, high = (mean - 1.96 * deviation).min(), (mean + 1.96 * deviation).max()
        if criterion["lognormal"]:
            sampled, low, high = np.exp(sampled), np.exp(low), np.exp(high)
        share = (sampled - low) / (high - low)
        columns.append(share if criterion["more_is_better"] else 1 - share)
    return np.stack(columns, axis=2)


def _of_the_model() -> Iterator[Comparison]:
    model, rng = DATA["model"], np.random.default_rng(7)
    found = rank_acceptability(_levels(rng), [list(range(len(model["criteria"])))], rng, DRAWS)
    for row, name in enumerate(model["alternatives"]):
        for rank, share in enumerate(model["rank_acceptability"][row]):
            ours = found.matrix[row, rank]
            yield Comparison(f"{name}, acceptability of rank {rank + 1}", ours, share, JSMAA, absolute=0.02)
        for column, weight in enumerate(model["central_weights"][row]):
            label = f"{name}, central weight of {model['criteria'][column]['name']}"
            yield Comparison(label, found.central_weights[row, column], weight, JSMAA, absolute=0.02)
        yield Comparison(
            f"{name}, confidence factor", found.confidence[row], model["confidence"][row], JSMAA, absolute=0.03
        )


def _of_an_order() -> Iterator[Comparison]:
    for weights in DATA["rank_order_centroids"]:
        order = [[place] for place in range(len(weights))]
        sampled = sample_weights(order, np.random.default_rng(3), DRAWS).mean(axis=0)
        for place, weight in enumerate(weights):
            label = f"weight {place + 1} of {len(weights)}"
            yield Comparison(label, central_weights(order)[place], weight, "Barron 1996", absolute=6e-5)
            yield Comparison(f"mean of the draws, {label}", sampled[place], weight, "Barron 1996", absolute=5e-3)
