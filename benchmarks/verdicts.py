"""Published margins, verdicts of change, errors of drawn-in means, and run lengths of charts, on simulated truth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import numpy as np
from truth import SHAPES, Array, TwoWaves, simulate, two_waves
from validity_pages import Line, Section, Table, Text

from reciproque.science.change import verdict
from reciproque.science.change_points import bocpd
from reciproque.science.change_raw import changes
from reciproque.science.charts import (
    cusum,
    cusum_limit,
    ewma,
    ewma_limit,
    poisson_cusum,
    poisson_cusum_arl,
    poisson_cusum_limit,
)
from reciproque.science.derive import Score
from reciproque.science.gaps import adjust, welch_from
from reciproque.science.margins import SD_DIMENSION, margin
from reciproque.science.shrinkage import empirical_bayes

LISTS = ((6, 7), (9, 12), (13, 18), (6, 6), (6, None), (12, None))


def spread_of(hits: Array) -> float:
    return float(hits.std(ddof=1) / np.sqrt(hits.size))


# ------------------------------------------------------------------ published margins


def published(runs: int) -> Section:
    lines = [
        _published_line(sd, runs, target)
        for sd, target in ((SD_DIMENSION, (0.95, None)), (12.0, (None, None)), (24.0, (None, None)))
    ]
    columns = tuple(
        (f"{n} of {people}" if people else f"{n}, no list", f"{n} sur {people}" if people else f"{n}, sans liste")
        for n, people in LISTS
    )
    return Section(
        ("The published margin", "La marge publiée"),
        (
            "The margin beside a published figure looks at numbers of people only. It supposes that people differ by "
            "16 points "
            "and that any answer is imprecise by 2. Under that supposition it must hold the mean of all the key "
            "people at least 95 times in 100; "
            "if people differ by 24 points, it does not, and the line says by how much.",
            "La marge à côté d’un chiffre publié ne regarde que des nombres de personnes. Elle suppose que les "
            "personnes diffèrent de 16 points "
            "et que toute réponse est imprécise de 2. Sous cette hypothèse, elle doit contenir la moyenne de toutes "
            "les personnes clés au moins 95 fois sur 100 ; "
            "si les personnes diffèrent de 24 points, elle ne le fait pas, et la ligne dit de combien.",
        ),
        (Table(columns, tuple(lines)), _published_changes(runs)),
        (
            "The real spread will be known after the first waves; the constant is versioned so that it can then be "
            "corrected. A change between two published waves is called clear with great caution: it never cries wolf "
            "here, and it needs a fall of twenty points to be called about every other time on one side alone.",
            "La vraie dispersion sera connue après les premières vagues ; la constante porte une version pour pouvoir "
            "alors être corrigée. Une évolution entre deux vagues publiées n’est dite nette qu’avec une grande "
            "prudence : elle ne crie jamais au loup ici, et il faut une baisse de vingt points pour qu’elle soit dite "
            "à peu près une fois sur deux, sur un seul côté.",
        ),
    )


def _published_line(sd: float, runs: int, target: tuple[float | None, float | None]) -> Line:
    cells, errors = [], []
    for n, people in LISTS:
        rng = np.random.default_rng([21, n, people or 0, int(sd)])
        values = rng.normal(0, sd, (runs, people or n))
        truth = values.mean(axis=1) if people else np.zeros(runs)
        found = values[:, :n].mean(axis=1) + rng.normal(0, 2, runs)
        hits = (np.abs(found - truth) <= margin(n, people)).astype(float)
        cells.append((float(hits.mean()),))
        errors.append(spread_of(hits))
    what = (f"people differ by {sd:.0f} points", f"les personnes diffèrent de {sd:.0f} points")
    judged = tuple(range(len(LISTS))) if target != (None, None) else ()
    return Line(what, tuple(cells), runs, max(errors), *target, judged)


def _published_changes(runs: int) -> Table:
    """Verdict between two waves of a side, 8 of 10 people in each, nothing or something having changed."""
    cells: dict[float, float] = {}
    half, errors = margin(8, 10), []
    for fall in (0.0, 10.0, 15.0, 20.0):
        rng = np.random.default_rng([22, int(fall)])
        people = rng.normal(60, SD_DIMENSION, (runs // 4, 10))
        waves = []
        for drop in (0.0, fall):
            chosen = rng.permuted(people, axis=1)[:, :8]
            waves.append(chosen.mean(axis=1) - drop + rng.normal(0, 2, len(people)))
        hits = np.array([_clear(half, float(a), float(b)) for a, b in zip(*waves, strict=True)])
        cells[fall] = float(hits.mean())
        errors.append(spread_of(hits))
    columns: tuple[Text, ...] = (
        ("nothing changed", "rien n’a changé"),
        ("fall of 10", "baisse de 10"),
        ("fall of 15", "baisse de 15"),
        ("fall of 20", "baisse de 20"),
    )
    what = ("published change said clear, 8 of 10 people", "évolution publiée dite nette, 8 personnes sur 10")
    return Table(columns, (Line(what, tuple((x,) for x in cells.values()), runs // 4, max(errors), None, 0.05, (0,)),))


def _clear(half: float, before: float, after: float) -> float:
    scores = [Score("profile", value, value, 8, half) for value in (before, after)]
    return float(verdict(*scores).word != "cannot_tell")


# ------------------------------------------------------------------ change verdicts

SCHEMES: dict[str, Text] = {
    "naive": ("a Welch test per side and dimension", "un test de Welch par côté et dimension"),
    "anonymous": ("relationship first, nobody linked", "la relation d’abord, personne n’est relié"),
    "linked": ("relationship first, answers linked", "la relation d’abord, réponses reliées"),
}


def moves(runs: int) -> Section:
    lines = []
    for fall in (0.0, 0.35, 0.7, 1.0):
        found: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
        for run in range(runs):
            one = two_waves(fall, np.random.default_rng([31, int(100 * fall), run]), falling=4 if fall else 0)
            for scheme in SCHEMES:
                said = naive(one) if scheme == "naive" else top_down(one, scheme == "linked")
                right = len(said & one.fallen) / len(one.fallen) if one.fallen else np.nan
                wrong = len(said - one.fallen)
                found[scheme].append((right, wrong / max(len(said), 1), float(wrong > 0)))
        lines += [_move_line(fall, scheme, np.array(found[scheme])) for scheme in SCHEMES]
    columns: tuple[Text, ...] = (
        ("found", "trouvées"),
        ("false among those said", "fausses parmi les annoncées"),
        ("any false", "au moins une fausse"),
    )
    linked = next(line for line in lines if line.what[0] == f"0.70: {SCHEMES['linked'][0]}")
    power = Line(
        ("fall of 0.70, answers linked", "baisse de 0,70, réponses reliées"),
        *(linked.cells, linked.runs, linked.error, 0.8, None, (0,)),
    )
    return Section(
        ("Are real falls found, and no others?", "Trouve-t-on les vraies baisses, et elles seules ?"),
        (
            "24 relationships, 3 to 12 people a side, seven in ten stay from one wave to the next; four relationships "
            "really fall, by 0.35, "
            "0.70 or 1.00 on the scale of leanings (people of a side differ by about 0.6). A relationship counts as "
            "found when its composite (or, for the naive scheme, "
            "any of its six figures) is said to have fallen clearly. The share of false ones among those said must "
            "stay under 5 %.",
            "24 relations, 3 à 12 personnes par côté, sept sur dix restent d’une vague à l’autre ; quatre relations "
            "baissent vraiment, de 0,35, "
            "0,70 ou 1,00 sur l’échelle des penchants (les personnes d’un côté diffèrent d’environ 0,6). Une relation "
            "est trouvée quand son indice d’ensemble (ou, pour la méthode naïve, "
            "un quelconque de ses six chiffres) est dit en nette baisse. La part de fausses parmi les annoncées doit "
            "rester sous 5 %.",
        ),
        (Table(columns, tuple(lines)), Table(columns, (power,))),
        (
            "Testing everything at once is nearly blind. Linking the two answers of a person finds most.",
            "Tout tester à la fois rend presque aveugle. C’est en reliant les deux réponses d’une personne que l’on "
            "trouve le plus.",
        ),
    )


def _move_line(fall: float, scheme: str, found: Array) -> Line:
    name, nom = SCHEMES[scheme]
    what = (f"{fall:.2f}: {name}", f"{fall:.2f} : {nom}".replace(".", ","))
    target = (None, None) if scheme == "naive" else (None, 0.05)
    cells = tuple((float(column.mean()),) for column in found.T)
    error = max(spread_of(column) for column in found.T if not np.isnan(column).any())
    return Line(what, cells, len(found), error, *target, () if scheme == "naive" else (1,))


def top_down(one: TwoWaves, linked: bool) -> frozenset[int]:
    found = changes(one.relationship, one.side, one.wave, one.composite, person=one.person if linked else None)
    return frozenset(int(row.relationship) for row in found.relationships if row.gate.word == "clear_fall")


def naive(one: TwoWaves) -> frozenset[int]:
    """A Welch test for each side and dimension of every relationship, corrected together by Benjamini-Hochberg."""
    place = 4 * one.relationship + 2 * one.side + one.wave
    n = np.bincount(place).astype(float)
    tests, falls = [], []
    for values in one.dimensions.values():
        mean = np.bincount(place, values) / n
        variance = np.bincount(place, (values - mean[place]) ** 2) / (n - 1)
        found = welch_from(*(x[half::2] for half in (1, 0) for x in (n, mean, variance)))
        tests.append(found.p)
        falls.append(found.difference < 0)
    clear = adjust(np.array(tests)) <= 0.05
    said = np.flatnonzero((clear & np.array(falls)).any(axis=0)) // 2
    return frozenset(said.tolist())


# ------------------------------------------------------------------ errors of drawn-in means


def errors(runs: int) -> Section:
    people = (3, 5, 8, 12, 20, 30)
    lines = []
    for place, (name, shape) in enumerate(SHAPES.items()):
        raw, drawn = [], []
        for n in people:
            squares = []
            for run in range(runs):
                file = simulate(shape, 5, 200, n, np.random.default_rng([41, place, n, run]))
                mean, variance = file.values.mean(axis=1), file.values.var(axis=1, ddof=1)
                bayes = empirical_bayes(np.full(200, n), mean, variance * (n - 1)).shrunken
                squares.append([((mean - file.truth) ** 2).mean(), ((bayes - file.truth) ** 2).mean()])
            roots = np.sqrt(np.array(squares))
            raw.append(roots[:, 0])
            drawn.append(roots[:, 1])
        lines += _error_lines(name, raw, drawn, runs)
    columns = tuple((f"n={n}", f"n={n}") for n in people)
    return Section(
        ("How far is a mean from the truth?", "À quelle distance de la vérité se trouve une moyenne ?"),
        (
            "200 sides of one shape, questions on 1 to 5. Root of the mean squared error, in points, of the plain "
            "mean and of the mean drawn towards the others "
            "(empirical Bayes). Drawn in, a mean must never be further off: the last line of each shape is the ratio.",
            "200 côtés d’une même forme, questions de 1 à 5. Racine de l’erreur quadratique moyenne, en points, de la "
            "moyenne simple et de la moyenne rapprochée des autres "
            "(Bayes empirique). Rapprochée, une moyenne ne doit jamais être plus loin : la dernière ligne de chaque "
            "forme est le rapport.",
        ),
        (Table(columns, tuple(lines)),),
        (
            "The gain is an average over sides: the one side that is truly unlike the others is drawn too far in, "
            "which is why the plain mean always stands beside.",
            "Le gain est une moyenne sur les côtés : celui qui est vraiment à part est trop rapproché, et c’est "
            "pourquoi la moyenne simple reste toujours à côté.",
        ),
    )


def _error_lines(name: str, raw: list[Array], drawn: list[Array], runs: int) -> list[Line]:
    french = {"central": "centrée", "high": "haute", "polarised": "partagée"}[name]

    def one(what: Text, values: list[Array], target: tuple[float | None, float | None], digits: int) -> Line:
        cells = tuple((float(column.mean()),) for column in values)
        judged = tuple(range(len(values))) if target != (None, None) else ()
        return Line(what, cells, runs, max(map(spread_of, values)), *target, judged, digits)

    ratio = [b / a for a, b in zip(raw, drawn, strict=True)]
    return [
        one((f"plain mean, {name}", f"moyenne simple, {french}"), raw, (None, None), 1),
        one((f"drawn in, {name}", f"rapprochée, {french}"), drawn, (None, None), 1),
        one((f"ratio, {name}", f"rapport, {french}"), ratio, (None, 1.0), 2),
    ]


# ------------------------------------------------------------------ charts


def charts(runs: int) -> Section:
    rng = np.random.default_rng(61)
    h50, h200 = cusum_limit(0.5, 50), cusum_limit(0.5, 200)
    narrow, steady = ewma_limit(0.2, 50, steady=False), ewma_limit(0.2, 200)
    rare = poisson_cusum_limit(0.05, 0.1, 60, 20)
    designed = poisson_cusum_arl(0.05, 0.1, rare, 20)

    def normal(size: int) -> Array:
        return rng.normal(size=size)

    def counts(size: int) -> Array:
        return rng.poisson(1.0, size).astype(float)

    def months() -> tuple[Array, Array]:
        due = rng.integers(10, 31, size=760).astype(float)
        return rng.poisson(0.05 * due).astype(float), due

    fifty: list[tuple[Text, Callable[[], int | None], bool]] = [
        (("CUSUM k=0.5, run of 50", "CUSUM k=0,5, durée 50"), lambda: cusum(normal(600), 0.5, h50).alarm, True),
        (
            ("EWMA 0.2, run of 50, early limits", "EWMA 0,2, durée 50, limites du début"),
            lambda: ewma(normal(600), 0.2, narrow).alarm,
            True,
        ),
        (
            ("CUSUM k=0.5, level learnt from 20 values", "CUSUM k=0,5, niveau appris sur 20 valeurs"),
            lambda: cusum(_learnt(normal(620)), 0.5, h50).alarm,
            False,
        ),
    ]
    long: list[tuple[Text, Callable[[], int | None], bool]] = [
        (("CUSUM k=0.5, run of 200", "CUSUM k=0,5, durée 200"), lambda: cusum(normal(2400), 0.5, h200).alarm, True),
        (
            ("EWMA 0.2, run of 200, constant limits", "EWMA 0,2, durée 200, limites constantes"),
            lambda: ewma(normal(2400), 0.2, steady, steady=True).alarm,
            True,
        ),
    ]
    events: list[tuple[Text, Callable[[], int | None], bool]] = [
        (
            ("counts, 20 due each month", "comptage, 20 échéances par mois"),
            lambda: poisson_cusum(counts(760), 20, 0.05, 0.1, rare).alarm,
            True,
        ),
        (
            ("counts, 10 to 30 due each month", "comptage, 10 à 30 échéances par mois"),
            lambda: poisson_cusum(*months(), 0.05, 0.1, rare).alarm,
            False,
        ),
    ]
    lines = [
        _chart(what, arl, runs, alarm, judged=judged)
        for arl, charted in ((50.0, fifty), (200.0, long), (designed, events))
        for what, alarm, judged in charted
    ]
    columns: tuple[Text, ...] = (
        ("designed", "prévue"),
        ("achieved", "obtenue"),
        ("achieved / designed", "obtenue / prévue"),
        ("alarm in the first fifth", "alerte dans le premier cinquième"),
    )
    return Section(
        ("Do the charts run as long as designed?", "Les cartes tournent-elles aussi longtemps que prévu ?"),
        (
            "Values before a false alarm, on average, when nothing changes; within 10 % of the design. The lines "
            "without a target bend an assumption, to show what it costs: a level learnt from the first values, a "
            "number due that varies.",
            "Valeurs avant une fausse alerte, en moyenne, quand rien ne change ; à 10 % près de ce qui est prévu. Les "
            "lignes sans cible plient une hypothèse, pour montrer ce qu’il en coûte : un niveau appris sur les "
            "premières valeurs, un nombre d’échéances qui varie.",
        ),
        (Table(columns, tuple(lines)), _breaks(runs)),
        (
            "A level learnt from twenty values leaves the average nearly right and hides the cost: early false alarms "
            "are "
            "far more frequent, and so are long silences. Learn the level from fifty values or more, or choose a "
            "longer "
            "run. Change points have no designed run: here a hundred calm values give a false alarm about once in six. "
            "An alarm is a question, not a finding.",
            "Un niveau appris sur vingt valeurs laisse la moyenne presque juste et cache ce qu’il en coûte : les "
            "fausses "
            "alertes précoces sont bien plus fréquentes, et les longs silences aussi. Apprenez le niveau sur cinquante "
            "valeurs ou plus, ou choisissez une durée plus longue. Les points de rupture n’ont pas de durée prévue : "
            "ici, "
            "cent valeurs calmes donnent une fausse alerte une fois sur six environ. Une alerte est une question, pas "
            "un "
            "constat.",
        ),
    )


def _learnt(z: Array) -> Array:
    return (z[20:] - z[:20].mean()) / z[:20].std(ddof=1)


def _chart(what: Text, designed: float, runs: int, alarm: Callable[[], int | None], *, judged: bool) -> Line:
    """Every series is twelve run lengths long: one without an alarm is as good as impossible, and counts as that."""
    found = [alarm() for _ in range(runs)]
    lengths = np.array([12 * designed if one is None else one + 1 for one in found], dtype=float)
    ratio = lengths / designed
    cells = ((designed,), (float(lengths.mean()),), (float(ratio.mean()),), (float((ratio <= 0.2).mean()),))
    target = (0.9, 1.1, (2,)) if judged else (None, None, ())
    return Line(what, cells, runs, spread_of(ratio), *target, digits=2)


def _breaks(runs: int) -> Table:
    """Change points on a hundred values: false alarms when calm, and what happens to a shift of two deviations."""
    rng, calm, found, near = np.random.default_rng(62), [], [], []
    for _ in range(max(runs // 5, 4)):
        z = rng.normal(size=100)
        calm.append(float(bool(bocpd(z, 0.01).alarms)))
        z[50:] += 2
        one = bocpd(z, 0.01)
        late = [start for alarm, start in zip(one.alarms, one.starts, strict=True) if 50 <= alarm < 65]
        found.append(float(bool(late)))
        near.append(float(any(abs(start - 50) <= 3 for start in late)))
    columns: tuple[Text, ...] = (
        ("false alarm in 100 calm values", "fausse alerte en 100 valeurs calmes"),
        ("shift of 2 found within 15", "décalage de 2 trouvé en 15"),
        ("and dated within 3", "et daté à 3 près"),
    )
    cells = tuple((float(np.mean(x)),) for x in (calm, found, near))
    error = max(spread_of(np.array(x)) for x in (calm, found, near))
    what = ("change points, hazard 0.01", "points de rupture, risque 0,01")
    return Table(columns, (Line(what, cells, len(calm), error, digits=2),))
