"""How often the intervals of science hold the truth, for sides of three to thirty people of three shapes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
from truth import SHAPES, Array, Sides, answered, leanings, scored, simulate
from validity_pages import Line, Section, Table, Text

from reciproque.science.change_raw import partially_overlapping
from reciproque.science.coorientation import coorientation
from reciproque.science.gaps import cliff_delta, hedges_g, welch_from
from reciproque.science.margins import (
    Moderated,
    cautious_variance,
    mean_interval,
    moderated_interval,
    moderated_variance,
)
from reciproque.science.reliability import alpha_interval, cronbach_alpha
from reciproque.science.shrinkage import empirical_bayes, random_effects

PEOPLE = (3, 5, 8, 12, 20, 30)
COLUMNS: tuple[Text, ...] = tuple((f"n={n}", f"n={n}") for n in PEOPLE)
FROM_FIVE = (1, 2, 3, 4, 5)
SCALES = (7, 5)
SIDES = 48
SHAPE_NAMES = {"central": "centrée", "high": "haute", "polarised": "partagée en deux camps"}
Hits = dict[str, Array]
CAMPS: Text = (
    "Five people of a side of two camps are all of one camp about once in twelve, and nothing in their answers tells "
    "it; in a "
    "file where most sides agree, nothing in the other sides does either. Read an interval on five people as a 90 % "
    "one "
    "when a side may be divided. From eight people on it holds.",
    "Cinq personnes d’un côté partagé en deux camps sont toutes du même camp une fois sur douze environ, et rien dans "
    "leurs "
    "réponses ne le dit ; dans un fichier où la plupart des côtés sont unis, rien chez les autres non plus. Quand un "
    "côté "
    "peut être divisé, lisez un intervalle sur cinq personnes comme un intervalle à 90 %. À partir de huit, il tient.",
)
TOO_WIDE: Text = (
    "Too wide, not too narrow: when sides hardly differ beyond chance, the interval is kept from claiming that they do "
    "not differ at all. It costs precision, never a false certainty.",
    "Trop large, pas trop étroit : quand les côtés diffèrent à peine plus que le hasard, l’intervalle se garde "
    "d’affirmer qu’ils ne diffèrent pas du tout. Il en coûte de la précision, jamais une fausse certitude.",
)
SCATTERED: Text = (
    "Too wide, not too narrow, under twelve people: the resemblance of the few who answered twice is itself poorly "
    "known. The verdicts of a whole file (section 3) take it from all the sides together.",
    "Trop large, pas trop étroit, sous douze personnes : la ressemblance des quelques personnes qui ont répondu deux "
    "fois est elle-même mal connue. Les verdicts d’un fichier entier (section 3) la prennent sur tous les côtés "
    "réunis.",
)
CEILING: Text = (
    "Both intervals of alpha suppose answers spread like a bell. Against the top of a five-step scale they are not, "
    "and more people do not cure it: the truth is missed about 7 times in 100 instead of 5.",
    "Les deux intervalles d’alpha supposent des réponses réparties en cloche. Contre le haut d’une échelle à cinq "
    "échelons elles ne le sont pas, et davantage de personnes n’y changent rien : la vérité est manquée environ 7 fois "
    "sur 100 au lieu de 5.",
)
A_HAIR: Text = (
    "Wider than needed by a hair, within what chance explains at this number of draws.",
    "Plus large que nécessaire d’un cheveu, ce que le hasard explique à ce nombre de tirages.",
)
REMAINS = {
    "mixed file, interval of a side, polarised": CAMPS,
    "mixed file, gap, moderated spread, polarised": CAMPS,
    "gap drawn in (BLUP), polarised": TOO_WIDE,
    "side drawn in (Morris), polarised": TOO_WIDE,
    **{f"change, seven in ten answer twice, {shape}": SCATTERED for shape in SHAPES},
    "alpha, Feldt, high": CEILING,
    "alpha, Bonett, high": CEILING,
    **{f"Cliff delta, {shape}": A_HAIR for shape in SHAPES},
    "alpha, Bonett, polarised": A_HAIR,
}
Found = dict[tuple[str, str, int, int], list[float]]  # method, shape, scale, people -> share of hits of each file


def within(low: Array, high: Array, truth: Array) -> Array:
    return ((low <= truth) & (truth <= high)).astype(float)


def of_one_file(file: Sides) -> Hits:
    """For each method, whether each side's (or gap's) interval holds the truth; gaps pair the halves of the file."""
    mean, variance, n = file.values.mean(axis=1), file.values.var(axis=1, ddof=1), file.n
    half = len(mean) // 2
    client, supplier = slice(0, half), slice(half, 2 * half)
    gap = file.truth[client] - file.truth[supplier]
    prior, limma = cautious_variance(variance, n - 1), moderated_variance(variance, n - 1)
    shown, plain = mean_interval(mean, n, prior), moderated_interval(mean, n, variance, limma)
    alone = welch_from(n, mean[client], variance[client], n, mean[supplier], variance[supplier])
    borrowed = welch_from(
        *(n, mean[client], prior.posterior[client], n, mean[supplier], prior.posterior[supplier]), lent=prior.d0
    )
    drawn = random_effects(borrowed.difference, borrowed.se)
    bayes = empirical_bayes(np.full(len(mean), n), mean, variance * (n - 1))
    own = mean_interval(mean, n, Moderated(0.0, np.nan, variance, np.full(len(mean), n - 1.0)))
    return {
        "shown": within(shown.low, shown.high, file.truth),
        "limma": within(plain.low, plain.high, file.truth),
        "own": within(own.low, own.high, file.truth),
        "bayes": within(bayes.low, bayes.high, file.truth),
        "gap": within(alone.low, alone.high, gap),
        "gap shown": within(borrowed.low, borrowed.high, gap),
        "gap drawn": within(drawn.low, drawn.high, gap),
    }


def alike(files: int) -> Found:
    """Files whose sides all have the same shape."""
    found: Found = defaultdict(list)
    for place, (name, shape) in enumerate(SHAPES.items()):
        for points in SCALES:
            for n in PEOPLE:
                for file in range(files):
                    rng = np.random.default_rng([1, place, points, n, file])
                    for method, hits in of_one_file(simulate(shape, points, SIDES, n, rng)).items():
                        found[method, name, points, n].append(float(hits.mean()))
    return found


def mixed(files: int) -> Found:
    """Files in which a third of the sides has each shape, in turn: client and supplier of a pair are of one shape."""
    found: Found = defaultdict(list)
    for points in SCALES:
        for n in PEOPLE:
            for number in range(files):
                rng = np.random.default_rng([2, points, n, number])
                parts = [simulate(shape, points, SIDES // 3, n, rng) for shape in SHAPES.values()]
                values, truth = (
                    np.stack([getattr(part, name) for part in parts], axis=1).reshape(SIDES, *shape)
                    for name, shape in (("values", (n,)), ("truth", ()))
                )
                for method, hits in of_one_file(Sides(values, truth)).items():
                    for place, name in enumerate(SHAPES):
                        found[method, name, points, n].append(float(hits[place::3].mean()))
    return found


def line(found: Found, method: str, shape: str, what: Text, target: tuple[float | None, float | None] | None) -> Line:
    cells = tuple(tuple(float(np.mean(found[method, shape, points, n])) for points in SCALES) for n in PEOPLE)
    files = [np.array(found[method, shape, points, n]) for points in SCALES for n in PEOPLE]
    error = max(float(one.std(ddof=1) / np.sqrt(one.size)) for one in files)
    low, high = target or (None, None)
    shape_en, shape_fr = shape, SHAPE_NAMES[shape]
    name = (f"{what[0]}, {shape_en}", f"{what[1]}, {shape_fr}")
    count = files[0].size * (SIDES if method in ("shown", "limma", "own", "bayes") else SIDES // 2)
    return Line(name, cells, count, error, low, high, FROM_FIVE if target else ())


def of_files(files: int) -> tuple[Table, Table, Table]:
    same, mix = alike(files), mixed(files)
    target, at_least = (0.93, 0.97), (0.93, None)
    gap: Text = ("gap, moderated spread", "écart, dispersion modérée")
    first = [line(same, "shown", shape, ("interval of a side", "intervalle d’un côté"), target) for shape in SHAPES]
    mixed_side: Text = ("mixed file, interval of a side", "fichier mélangé, intervalle d’un côté")
    second = [line(mix, "shown", shape, mixed_side, at_least) for shape in SHAPES]
    second += [
        line(mix, method, "polarised", (f"mixed file, {what[0]}", f"fichier mélangé, {what[1]}"), bound)
        for method, what, bound in (
            ("gap shown", gap, at_least),
            ("limma", ("plain moderated t", "t modéré sans précaution"), None),
            ("own", ("plain t, own spread", "t simple, dispersion propre"), None),
        )
    ]
    third = [
        line(same, method, shape, what, target)
        for method, what in (
            ("gap shown", gap),
            ("gap", ("gap, own spread (Welch)", "écart, dispersion propre (Welch)")),
            ("gap drawn", ("gap drawn in (BLUP)", "écart rapproché (BLUP)")),
            ("bayes", ("side drawn in (Morris)", "côté rapproché (Morris)")),
        )
        for shape in SHAPES
    ]
    return table(first), table(second), table(third)


def table(lines: list[Line]) -> Table:
    return Table(COLUMNS, tuple(lines), REMAINS)


def means(files: int) -> Section:
    return Section(
        ("Do the intervals hold the truth?", "Les intervalles contiennent-ils la vérité ?"),
        (
            "A side of n people answers four questions. *Central*: opinions around the middle; *high*: near the top "
            "of the scale; *polarised*: two camps. "
            f"A file holds {SIDES} sides. The first table is about files whose sides are alike, the second about a "
            "file that mixes the three shapes, "
            "where a side of two camps stands among sides that agree.",
            "Un côté de n personnes répond à quatre questions. *Centrée* : des avis autour du milieu ; *haute* : près "
            "du haut de l’échelle ; *partagée* : deux camps. "
            f"Un fichier contient {SIDES} côtés. Le premier tableau porte sur des fichiers dont les côtés se "
            "ressemblent, le deuxième sur un fichier qui mêle les trois formes, "
            "où un côté partagé en deux camps côtoie des côtés unis.",
        ),
        (*of_files(files), others(files), alphas(files)),
    )


# ------------------------------------------------------------------ intervals drawn one at a time


def pairs(name: str, points: int, n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Two sides of fixed leaning, half a point of leaning apart, in points 0..100."""
    shape = SHAPES[name]
    people = []
    for center in (shape.mean, shape.mean - 0.5):
        camp = rng.choice([shape.camps, -shape.camps], size=n)
        people.append(scored(answered(center + camp + rng.normal(size=n), points, rng), points))
    return people[0], people[1]


@cache
def effects_truth(name: str, points: int) -> tuple[float, float]:
    """Standardised difference and dominance of the two sides, from two hundred thousand people each."""
    a, b = pairs(name, points, 200_000, np.random.default_rng([3, points]))
    values = np.unique(np.concatenate([a, b]))
    p, q = (np.searchsorted(np.sort(side), values, "right") / side.size for side in (a, b))
    mass = np.diff(p, prepend=0)
    dominance = float((mass * (np.concatenate([[0], q[:-1]]) - (1 - q))).sum())
    return float((a.mean() - b.mean()) / np.sqrt((a.var() + b.var()) / 2)), dominance


def effect_hits(name: str, points: int, n: int, runs: int) -> Iterator[tuple[str, float]]:
    standard, dominance = effects_truth(name, points)
    rng = np.random.default_rng([4, points, n])
    for _ in range(runs):
        a, b = pairs(name, points, n, rng)
        for method, found, truth in (("g", hedges_g(a, b), standard), ("delta", cliff_delta(a, b), dominance)):
            if not np.isnan(found.low):
                yield method, float(found.low <= truth <= found.high)


def view_hits(name: str, points: int, n: int, runs: int) -> Iterator[tuple[str, float]]:
    """Congruency of the first side (own view less belief, person by person), whose truth is 0: they believe alike."""
    shape, rng = SHAPES[name], np.random.default_rng([5, points, n])
    for _ in range(runs):
        leaning = shape.mean + rng.choice([shape.camps, -shape.camps], size=(2, n)) + rng.normal(size=(2, n))
        views = [[scored(answered(side, points, rng), points) for _ in range(2)] for side in leaning]
        found = coorientation(views[0][0], views[0][1], views[1][0], views[1][1]).congruency[0]
        if not np.isnan(found.low):
            yield "view", float(found.low <= 0 <= found.high)


def overlap_hits(name: str, points: int, n: int, runs: int) -> Iterator[tuple[str, float]]:
    """Change of a side, which is 0, when seven people in ten answer twice."""
    shape, rng = SHAPES[name], np.random.default_rng([6, points, n])
    stay = max(2, round(0.7 * n))
    for _ in range(runs):
        people = 2 * n - stay
        leaning = shape.mean + rng.choice([shape.camps, -shape.camps], size=people) + rng.normal(size=people)
        before, after = (scored(answered(part, points, rng), points) for part in (leaning[:n], leaning[n - stay :]))
        found = partially_overlapping(before[: n - stay], after[stay:], before[n - stay :], after[:stay])
        if not np.isnan(found.low):
            yield "overlap", float(found.low <= 0 <= found.high)


def gathered(hits: Callable[[str, int, int, int], Iterator[tuple[str, float]]], runs: int) -> Found:
    found: Found = defaultdict(list)
    for name in SHAPES:
        for points in SCALES:
            for n in PEOPLE:
                for method, hit in hits(name, points, n, runs):
                    found[method, name, points, n].append(hit)
    return found


def single(
    found: Found,
    method: str,
    shape: str,
    what: Text,
    target: tuple[float | None, float | None] | None,
    judged: tuple[int, ...] = FROM_FIVE,
) -> Line:
    columns = [[found.get((method, shape, points, n), []) for points in SCALES] for n in PEOPLE]
    cells = tuple(tuple(float(np.mean(hits)) if len(hits) > 1 else np.nan for hits in column) for column in columns)
    counts = [len(hits) for column in columns for hits in column if hits]
    error = max(
        float(np.sqrt(p * (1 - p) / len(h)))
        for c, column in zip(cells, columns, strict=True)
        for p, h in zip(c, column, strict=True)
        if h
    )
    low, high = target or (None, None)
    name = (f"{what[0]}, {shape}", f"{what[1]}, {SHAPE_NAMES[shape]}")
    return Line(name, cells, max(counts), error, low, high, judged if target else ())


def others(files: int) -> Table:
    runs = 8 * files
    effects, views, overlaps = (gathered(hits, runs) for hits in (effect_hits, view_hits, overlap_hits))
    lines = [
        single(found, method, shape, what, (0.93, 0.97))
        for found, method, what in (
            (effects, "g", ("Hedges g", "g de Hedges")),
            (effects, "delta", ("Cliff delta", "delta de Cliff")),
            (views, "view", ("own view less belief", "avis moins croyance")),
            (overlaps, "overlap", ("change, seven in ten answer twice", "évolution, sept sur dix répondent deux fois")),
        )
        for shape in SHAPES
    ]
    return table(lines)


@cache
def everyone(name: str, points: int) -> tuple[Array, float]:
    """Answers of a whole population, and its alpha."""
    _, _, leaning = leanings(SHAPES[name], 1, 200_000, np.random.default_rng([7, points]))
    answers = answered(leaning[0], points, np.random.default_rng([8, points]))
    return answers, cronbach_alpha(answers)


def alpha_hits(name: str, points: int, n: int, runs: int) -> Iterator[tuple[str, float]]:
    (people, truth), rng = everyone(name, points), np.random.default_rng([9, points, n])
    for _ in range(runs if n > 3 else 0):
        items = people[rng.integers(0, len(people), size=n)]
        for method in ("feldt", "bonett"):
            found = alpha_interval(items, "feldt" if method == "feldt" else "bonett")
            if not np.isnan(found.low):
                yield method, float(found.low <= truth <= found.high)


def alphas(files: int) -> Table:
    found = gathered(alpha_hits, 8 * files)
    lines = [
        single(found, method, shape, (f"alpha, {method.title()}", f"alpha, {method.title()}"), (0.93, 0.97))
        for method in ("feldt", "bonett")
        for shape in SHAPES
    ]
    return table(lines)
