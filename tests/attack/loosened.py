"""The rules of publication, loosened in memory one at a time: an attacker who sees nothing then is no attacker.

The product audits its own table as well, so a loosened rule alone would mostly be stopped by the audit: what each line
below loosens is published unaudited, and the audit is loosened on lines of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import numpy as np

from attack import campaigns, solver
from attack.campaigns import Campaign, Recipe
from attack.solver import Attack
from reciproque.science import breakdown, figures, publication, trend
from reciproque.science.figures import CLASSES, INDEX, MIRROR_INDEX, Band, Figure

Change = tuple[Any, str, Any]
UNAUDITED: tuple[Change, ...] = (
    (publication, "wave_safe", lambda *_: True),
    (publication, "pair_safe", lambda *_: True),
)
FEW, SOME, MANY = (5, 9), (12, 16), (20, 30)
FULL, PULSE = "full", "pulse"


@dataclass(frozen=True)
class Loosened:
    """A rule, what replaces it, and campaigns in which that should show."""

    name: str
    changes: tuple[Change, ...]
    recipe: Recipe
    tries: int = 60
    seed: int = 7
    agreed: bool = False  # everybody answers 7 to the sentences of the mirror, both ways

    def caught(self) -> int:
        """The number of the first campaign in which the attacker finds an answer; 0 when none is found."""
        with ExitStack() as stack:
            for place, name, replacement in self.changes:
                stack.enter_context(patch.object(place, name, replacement))
            for number in range(self.tries):
                made = campaigns.campaign(self.recipe, self.seed, number)
                if self.agreed:
                    _agree(made, self.recipe)
                if _leaks(made):
                    return number + 1
        return 0


def _agree(made: Campaign, recipe: Recipe) -> None:
    shape = campaigns.shape_of(recipe.forms[0])
    for item in shape.index_items:
        for question in (item, f"{item}m"):
            made.truth["w1"][question] = dict.fromkeys(made.truth["w1"][question], 7)
    made.publications[0] = campaigns.published(made, shape, 1)


def _leaks(campaign: Campaign) -> bool:
    """The same attacker, who is not told where bands would lie under the right rules."""
    facts, truth = campaign.facts, campaign.truth
    waves = sorted({fact["wave"] for fact in facts["facts"]})
    return any(
        Attack(facts, truth, side, together, rules=False).leaks(2)
        for side in campaigns.SIDES
        for together in solver.hypotheses(waves)
    )


def _everywhere(name: str, replacement: Any, places: Sequence[Any] = (figures, publication, breakdown, trend)) -> tuple:
    return tuple((place, name, replacement) for place in places if hasattr(place, name))


def _plain_mean(
    side: str, code: str, questions: tuple[str, ...], total: int, given: int, _grid: Band, n: int
) -> Figure:
    return Figure(side, "mean", code, questions, value=(20 * total + given) // (2 * given) / 10, n=n)


def _plain_mirror(side: str, code: str, *more: Any, banded: Callable = publication.mean_figure) -> Figure:
    return (_plain_mean if code in (INDEX, MIRROR_INDEX) else banded)(side, code, *more)


def _exact_classes(side: str, item: str, answers: np.ndarray, n: int) -> list[Figure]:
    given = answers[~np.isnan(answers)]
    shares = [(values, np.isin(given, values).mean()) for values in CLASSES]
    return [
        Figure(side, "share", item, (item,), low=max(0.0, s - 1e-6), high=s + 1e-6, values=values, n=n)
        for values, s in shares
    ]


def _with_subjects(wave: Any, level: Any, kinds: Any, *more: Any, figures_of: Callable = publication._figures) -> tuple:
    rows = figures_of(wave, level, kinds, *more)
    subjects = [d for d in wave.shape.dimensions if len(d.items) > 1 and "items" in kinds]
    found = ((side, d) for side in wave.sides for d in subjects if publication._exists(side, d.items))
    return (*rows, *(publication._mean(side, d.code, d.items) for side, d in found))


def _first_time_again(wave: Any, _past: Any, extra: Callable[..., Any] = publication._extra_kinds) -> Any:
    return extra(wave, [])


def _both_at_once(wave: Any, kinds: Any, shown: Any, rows: Any, extras: Callable = publication._extras) -> list[Figure]:
    classes = [figure for figure in extras(wave, ("classes",), shown, rows) if figure.kind == "share"]
    return [*extras(wave, ("words",), shown, rows), *classes]


ONE, TWO = (FULL,), (FULL, FULL)
LOOSENED = (
    Loosened("no open bands", (*UNAUDITED, (publication, "mean_figure", _plain_mean)), Recipe(ONE, SOME, stress=True)),
    Loosened(
        "no open bands, subjects only",
        (*UNAUDITED, (publication, "mean_figure", _plain_mean)),
        Recipe((PULSE,), FEW, stress=True),
    ),
    Loosened(
        "bands that reckon with no colleague",
        (*UNAUDITED, *_everywhere("insiders", lambda _ballots: 0)),
        Recipe(ONE, SOME, stress=True),
    ),
    Loosened(
        "bands that reckon with one colleague where two may pool",
        (*UNAUDITED, *_everywhere("insiders", lambda _ballots: 1)),
        Recipe(ONE, SOME, stress=True),
    ),
    Loosened(
        "bands that leave two values", (*UNAUDITED, *_everywhere("KEPT_VALUES", 2)), Recipe(ONE, SOME, stress=True)
    ),
    Loosened(
        "figures from three answers, as they are",
        (*UNAUDITED, *_everywhere("MINIMUM", 3), (publication, "mean_figure", _plain_mean)),
        Recipe((PULSE,), (3, 4)),
    ),
    Loosened(
        "subjects computed from answers beside their questions",
        (*UNAUDITED, (publication, "_figures", _with_subjects)),
        Recipe(ONE, SOME, stress=True),
    ),
    Loosened(
        "the mirror as it is, without bands, beside the subjects",
        (*UNAUDITED, (publication, "mean_figure", _plain_mirror)),
        Recipe(ONE, FEW, stress=True),
        agreed=True,
    ),
    Loosened(
        "words wherever there are groups",
        (*UNAUDITED, (publication, "_words_allowed", lambda *_: True)),
        Recipe(ONE, MANY, (2, 3), stress=True),
    ),
    Loosened(
        "words for groups of two",
        (*UNAUDITED, *_everywhere("GROUP_MINIMUM", 2), (publication, "_words_allowed", lambda *_: True)),
        Recipe(ONE, (16, 19), (3, 5), stress=True),
    ),
    Loosened("classes unaudited", UNAUDITED, Recipe(ONE, MANY, stress=True), seed=11),
    Loosened(
        "classes in exact shares",
        (*UNAUDITED, (publication, "class_figures", _exact_classes)),
        Recipe(ONE, MANY),
    ),
    Loosened(
        "classes from twelve answers",
        (*UNAUDITED, (publication, "CLASSES_FROM", 12)),
        Recipe(ONE, SOME, stress=True),
    ),
    Loosened(
        "words and classes on the same question",
        (*UNAUDITED, (publication, "_extras", _both_at_once)),
        Recipe(ONE, MANY, (2, 3), stress=True),
    ),
    Loosened(
        "a second wave in full after one to four moves",
        (*UNAUDITED, (publication, "_full_allowed", lambda *_: True)),
        Recipe(TWO, SOME, moves=(1, 3)),
    ),
    Loosened(
        "two waves never looked at together, five to eight moves",
        (UNAUDITED[1],),
        Recipe(TWO, SOME, moves=(5, 8), stress=True),
    ),
    Loosened(
        "trend words without a margin",
        (*UNAUDITED, (trend, "trend_margin", lambda *_: 0.0)),
        Recipe(TWO, (8, 12), moves=(1, 1)),
        200,
    ),
    Loosened(
        "classes again in a second wave",
        (*UNAUDITED, (publication, "_extra_kinds", _first_time_again)),
        Recipe(TWO, MANY, moves=(5, 8)),
    ),
)
