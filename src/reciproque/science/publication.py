"""The publication of a wave: the only figures about answers that will ever exist.

Which kinds of figure exist depends on numbers of people only, and the side with fewer ballots decides for both. The
table is audited (`disclosure`) before it is returned; whole kinds are dropped until nothing can be worked out, never
a single cell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reciproque.science.breakdown import (
    abstain_figure,
    class_figures,
    group_sizes,
    groups,
    word_figures,
    words_allowed,
)
from reciproque.science.disclosure import SideTable, pair_safe, wave_safe
from reciproque.science.figures import (
    BALLOTS,
    CLASSES_FROM,
    INDEX,
    ITEMS_FROM,
    MINIMUM,
    MIRROR_INDEX,
    WORDS_FROM,
    AuditReport,
    EarlierWave,
    Figure,
    InstrumentShape,
    Level,
    Publication,
    SideBallots,
    band,
    insiders,
    mean_figure,
    sum_bounds,
)
from reciproque.science.solver import Tally
from reciproque.science.trend import reference_of, says_nothing, trend_figures

People = Mapping[str, frozenset[int]]


@dataclass(frozen=True)
class _Wave:
    """The opened wave: both sides' ballots and what they add up to."""

    shape: InstrumentShape
    sides: tuple[SideBallots, SideBallots]

    @property
    def fewest(self) -> int:
        return min(side.n for side in self.sides)


def publish(
    shape: InstrumentShape,
    client: SideBallots,
    supplier: SideBallots,
    *,
    people: People | None = None,
    earlier: Sequence[EarlierWave] = (),
) -> Publication:
    """The clean table of both sides, as rich as numbers of people and the audit allow.

    shape: dimensions and mirrored items of the form; client, supplier: opened ballots (answers 1..7, NaN for "cannot
    say"); people: ids of those who answered, per side, needed when there are earlier waves; earlier: publications of
    the same relationship. Returns level "none" without figures when a side has fewer than five ballots.
    Raises ValueError for answers off the scale, sides of the same name, ragged ballots or missing ids.
    Source: the publication rules of the design; figures from numbers of people, Kenthapadi, Mishra and Nissim (2005).

    >>> from reciproque.science.figures import Dimension
    >>> form = InstrumentShape((Dimension("F", "facet", ("F1", "F2")),), ())
    >>> def six(side):
    ...     return SideBallots(side, ("sales",) * 6, {"F1": np.array([4.0, 5, 3, 4, 6, 2]), "F2": np.full(6, 5.0)})
    >>> [(f.kind, f.value) for f in publish(form, six("client"), six("supplier")).figures if f.side == "client"]
    [('count', 6.0), ('mean', 4.5)]
    """
    wave = _Wave(shape, (client, supplier))
    _check(wave, people, earlier)
    answered = {side.side: _answered(side) for side in wave.sides}
    past = [one for one in earlier if one.publication.level != "none"]
    if wave.fewest < MINIMUM:
        return Publication("none", (), answered)
    tally = Tally()
    ladder = _ladder(wave, people or {}, past)
    for level, kinds in ladder:
        figures = _figures(wave, level, kinds, people or {}, past)
        if _clean(wave, figures, answered, people or {}, past, level, tally):
            return Publication(level, figures, answered, _report(ladder, kinds, tally))
    return Publication("none", (), answered, _report(ladder, (), tally))


def _report(ladder: Sequence[tuple[Level, tuple[str, ...]]], kept: tuple[str, ...], tally: Tally) -> AuditReport:
    """Kinds that numbers of people allowed and the audit refused."""
    refused = [kind for kind in (ladder[0][1] if ladder else ()) if kind not in kept]
    return AuditReport(tuple(refused), tally.checks)


def changes(one: People, other: People, side: str) -> int:
    """Arrivals plus departures between two waves on a side.

    >>> changes({"client": frozenset({1, 2, 3})}, {"client": frozenset({2, 3, 4, 5})}, "client")
    3
    """
    return len(one[side] ^ other[side])


def _check(wave: _Wave, people: People | None, earlier: Sequence[EarlierWave]) -> None:
    if wave.sides[0].side == wave.sides[1].side:
        raise ValueError("the two sides need two names")
    if earlier and people is None:
        raise ValueError("the ids of those who answered are needed when there are earlier waves")
    for side in wave.sides:
        for code in (*wave.shape.direct_items, *wave.shape.mirror_items):
            answers = np.asarray(side.answers[code], dtype=np.float64)
            given = answers[~np.isnan(answers)]
            if answers.shape != (side.n,) or not np.isin(given, range(1, 8)).all():
                raise ValueError(f"answers to {code} must be {side.n} numbers from 1 to 7 or missing")
        if earlier and people is not None and len(people[side.side]) != side.n:
            raise ValueError("as many ids as ballots are needed on each side")


def _answered(side: SideBallots) -> dict[str, int]:
    return {code: int((~np.isnan(answers)).sum()) for code, answers in side.answers.items()}


def _full_allowed(wave: _Wave, people: People, past: Sequence[EarlierWave]) -> bool:
    """Full publication only if nobody or at least five people moved, on the worse side, since every full wave.

    Waves are audited two by two; a third cast of people is published in full only if no combination of waves can single
    out fewer than five of them.
    """
    full = [one for one in past if one.publication.level != "trend"]
    return all(
        changes(people, one.people, side.side) not in range(1, MINIMUM) for one in full for side in wave.sides
    ) and all(_crowded(people[side.side], [one.people[side.side] for one in full]) for side in wave.sides if full)


def _crowded(now: frozenset[int], casts: Sequence[frozenset[int]]) -> bool:
    """Whether people present in exactly the same waves are never one to four, when this is a third cast or more."""
    if len(set(casts)) < 2 or now in casts:
        return True
    waves = [*set(casts), now]
    presence = Counter(tuple(person in wave for wave in waves) for person in frozenset().union(*waves))
    return min(presence.values()) >= MINIMUM


def _ladder(wave: _Wave, people: People, past: Sequence[EarlierWave]) -> list[tuple[Level, tuple[str, ...]]]:
    """Candidate tables, richest first: words are given up first, then classes, questions, mirror, all figures."""
    steps: list[tuple[Level, tuple[str, ...]]] = []
    if _full_allowed(wave, people, past):
        if wave.fewest >= ITEMS_FROM:
            steps += [("items", (*extras, "items")) for extras in _extra_kinds(wave, past)]
        steps += [("dimensions", ("mirror", "dimensions")), ("dimensions", ("dimensions",))]
    if reference_of(past) is not None:
        steps.append(("trend", ("trend",)))
    return steps


def _extra_kinds(wave: _Wave, past: Sequence[EarlierWave]) -> list[tuple[str, ...]]:
    """Words and classes belong to the first publication of a relationship only: later ones could be laid over them."""
    words = not past and wave.fewest >= WORDS_FROM and all(groups(side.functions) for side in wave.sides)
    classes = not past and wave.fewest >= CLASSES_FROM
    wanted: list[tuple[str, ...]] = [("words", "classes")] if words and classes else []
    return [*wanted, *([("classes",)] if classes else []), *([("words",)] if words else []), ()]


def _figures(
    wave: _Wave, level: Level, kinds: tuple[str, ...], people: People, past: Sequence[EarlierWave]
) -> tuple[Figure, ...]:
    counts = [Figure(s.side, "count", BALLOTS, (), value=float(s.n), decimals=0, n=s.n) for s in wave.sides]
    if level == "trend":
        reference = reference_of(past)
        rows = [] if reference is None else trend_figures(wave.shape, wave.sides, people, reference)
        return (*counts, *rows) if rows else ()
    codes = _items(wave.shape) if "items" in kinds else _means(wave.shape, mirror="mirror" in kinds)
    shown = [(code, questions) for code, questions in codes if all(_exists(side, questions) for side in wave.sides)]
    rows = [_mean(side, code, questions) for side in wave.sides for code, questions in shown]
    extras = _extras(wave, kinds, {code for code, _ in shown}, rows)
    return (*counts, *rows, *extras)


def _items(shape: InstrumentShape) -> list[tuple[str, tuple[str, ...]]]:
    return [(item, (item,)) for item in (*shape.direct_items, *shape.mirror_items)]


def _means(shape: InstrumentShape, *, mirror: bool) -> list[tuple[str, tuple[str, ...]]]:
    """Dimensions and the two mirror indices; with facets of one question each the direct index is derived, no row."""
    rows = [(dimension.code, dimension.items) for dimension in shape.dimensions if dimension.items]
    items = shape.index_items
    if mirror and items:
        if any(len(d.items) > 1 for d in shape.dimensions if set(d.items) & set(items)):
            rows.append((INDEX, items))
        rows.append((MIRROR_INDEX, tuple(f"{item}m" for item in items)))
    return rows


def _fewest(side: SideBallots, questions: tuple[str, ...]) -> int:
    return min(int((~np.isnan(side.answers[question])).sum()) for question in questions)


def _exists(side: SideBallots, questions: tuple[str, ...]) -> bool:
    fewest = _fewest(side, questions)
    return fewest >= MINIMUM and band(len(questions), fewest, side.n).exists


def _mean(side: SideBallots, code: str, questions: tuple[str, ...]) -> Figure:
    grid = band(len(questions), _fewest(side, questions), side.n)
    total = sum(int(np.nansum(side.answers[question])) for question in questions)
    given = sum(int((~np.isnan(side.answers[question])).sum()) for question in questions)
    return mean_figure(side.side, code, questions, total, given, grid, side.n)


def _extras(wave: _Wave, kinds: tuple[str, ...], shown: set[str], rows: Sequence[Figure]) -> list[Figure]:
    """Function words where the totals allow them, classes on the other questions, shares of "cannot say"."""
    extras: list[Figure] = []
    means = {(row.side, row.code): row for row in rows}
    for code in (item for item, _ in _items(wave.shape) if item in shown):
        worded = "words" in kinds and all(_words_allowed(side, means[side.side, code]) for side in wave.sides)
        for side in wave.sides:
            answers = side.answers[code]
            if worded:
                extras += word_figures(side.side, code, answers, side.functions, groups(side.functions), side.n)
            elif "classes" in kinds:
                extras += class_figures(side.side, code, answers, side.n)
            if "classes" in kinds:
                extras.append(abstain_figure(side.side, code, answers, side.n))
    return extras


def _words_allowed(side: SideBallots, row: Figure) -> bool:
    answers = side.answers[row.code]
    sizes = group_sizes(answers, side.functions, groups(side.functions))
    return words_allowed(sum_bounds(row, sum(sizes)), sizes, insiders(side.n))


def _clean(
    wave: _Wave,
    figures: tuple[Figure, ...],
    answered: Mapping[str, Mapping[str, int]],
    people: People,
    past: Sequence[EarlierWave],
    level: Level,
    tally: Tally,
) -> bool:
    """The audit of a candidate table: each side alone, then with each earlier wave of the relationship."""
    if not figures:
        return False
    for side in wave.sides:
        name = side.side
        table = SideTable(
            tuple(f for f in figures if f.side == name),
            answered[name],
            side.n,
            people.get(name, frozenset()),
            _sizes(side),
        )
        if not wave_safe(table, wave.shape, tally):
            return False
        for one in past:
            silent = level == "trend" and says_nothing(figures, side, table.people, one)
            if not silent and not pair_safe(_table(one, name), table, wave.shape, tally):
                return False
    return True


def _table(one: EarlierWave, side: str) -> SideTable:
    publication = one.publication
    figures = tuple(f for f in publication.figures if f.side == side)
    return SideTable(figures, publication.answered[side], len(one.people[side]), one.people[side])


def _sizes(side: SideBallots) -> dict[str, dict[str, int]]:
    found = groups(side.functions)
    return {
        code: dict(zip(found, group_sizes(answers, side.functions, found), strict=True))
        for code, answers in side.answers.items()
    }
