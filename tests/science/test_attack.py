"""Campaigns thrown at the publication, read by an attacker that shares no code with the auditor: nothing leaks."""

import numpy as np
import pytest

from reciproque.science.figures import KEPT_VALUES
from reciproque.science.publication import publish
from science.attacker import (
    SMALL,
    Campaign,
    circles,
    draw_wave,
    earlier,
    item_values,
    move,
    programme_values,
)

SIDES = ("client", "supplier")


def campaign(rng, sizes, moves=None):
    """One or two waves, published; in the second nobody else changes an answer."""
    missing = rng.choice([0, 0, 0.06])
    first = {s: draw_wave(rng, SMALL, int(rng.integers(*sizes)), 1000 * k, missing) for k, s in enumerate(SIDES)}
    made = Campaign(SMALL, [first])
    made.published.append(publish(SMALL, *(first[s].ballots(s) for s in SIDES)))
    if moves is not None:
        second = {
            s: move(rng, first[s], int(rng.integers(*moves)), 5000 + 1000 * k, missing) for k, s in enumerate(SIDES)
        }
        made.waves.append(second)
        people = {s: frozenset(wave.ids) for s, wave in second.items()}
        ballots = (second[s].ballots(s) for s in SIDES)
        made.published.append(publish(SMALL, *ballots, people=people, earlier=earlier(made, 1)))
    return made


def side_figures(publication, side):
    return [figure for figure in publication.figures if figure.side == side]


def leaks_by_question(made, side):
    """Every person, question and circle of colleagues, exactly, where questions have their own figures."""
    wave, figures = made.waves[0][side], side_figures(made.published[0], side)
    people = range(len(wave.ids))
    tried = set()
    for figure in (f for f in figures if f.kind in ("mean", "interval") and len(f.questions) == 1):
        answers = wave.answers[figure.code]
        allies = [(), *circles(people, answers, 1 if len(people) < 12 else 2)]
        for known, target in ((k, t) for k in allies for t in people):
            key = (figure.code, tuple(sorted((wave.functions[i], answers[i]) for i in known)), wave.functions[target])
            if answers[target] is None or target in known or key in tried:
                continue
            tried.add(key)
            left = item_values(figures, wave, figure.code, target, known)
            if len(left) < KEPT_VALUES:
                yield figure, known, target, left


def leaks_jointly(rng, made, side, tries):
    """Random targets, movers first, alone and with the most telling colleagues, over all waves together."""
    tables = [(side_figures(p, side), w[side]) for p, w in zip(made.published, made.waves, strict=True)]
    tables = [
        (figures, wave) for figures, wave in tables if any(f.kind in ("mean", "interval", "trend") for f in figures)
    ]
    if not tables:
        return
    held = {
        (i, q): x for _, wave in tables for q, xs in wave.answers.items() for i, x in zip(wave.ids, xs, strict=True)
    }
    stayed = set.intersection(*(set(wave.ids) for _, wave in tables))
    everybody = sorted({i for i, _ in held})
    movers = [i for i in everybody if i not in stayed]
    size = 1 if min(len(wave.ids) for _, wave in tables) < 12 else 2
    for _ in range(tries):
        question = str(rng.choice(list(tables[0][1].answers)))
        pool = [i for i in (movers if movers and rng.random() < 0.6 else everybody) if held[i, question] is not None]
        if not pool:
            continue
        target = int(rng.choice(pool))
        others = [i for i in (movers if movers and rng.random() < 0.5 else everybody) if i != target]
        others = sorted((i for i in others if held[i, question] is not None), key=lambda i: held[i, question])
        known = [(), others[:size], others[-size:], list(rng.permutation(others)[:size])][int(rng.integers(4))]
        left = programme_values(tables, (target, question), known)
        if -1 < left < KEPT_VALUES:
            yield question, target, known, left


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("sizes", [(12, 16), (16, 27)])
def test_no_answer_is_narrowed_where_questions_have_their_own_figure(seed, sizes):
    rng = np.random.default_rng(seed)
    for _ in range(8):
        made = campaign(rng, sizes)
        for side in SIDES:
            assert list(leaks_by_question(made, side)) == []


@pytest.mark.parametrize("seed", range(4))
def test_no_answer_is_narrowed_by_dimensions_and_the_mirror_index_together(seed):
    rng = np.random.default_rng(100 + seed)
    for _ in range(12):
        made = campaign(rng, (5, 12))
        for side in SIDES:
            assert list(leaks_jointly(rng, made, side, 4)) == []


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("sizes", "moves"), [((5, 14), (0, 9)), ((12, 24), (0, 9)), ((12, 30), (5, 20))])
def test_no_answer_is_narrowed_by_two_waves_when_only_the_movers_differ(seed, sizes, moves):
    rng = np.random.default_rng(200 + seed)
    for _ in range(8):
        made = campaign(rng, sizes, moves)
        for side in SIDES:
            assert list(leaks_jointly(rng, made, side, 5)) == []


def test_the_attacker_does_find_what_a_careless_table_gives_away():
    """A test of the test: one mean to two decimals, five unanimous people."""
    from reciproque.science.figures import Figure

    wave = draw_wave(np.random.default_rng(1), SMALL, 5, 0, 0)
    wave.answers["F1"] = [7, 7, 7, 7, 7]
    careless = [Figure("client", "mean", "F1", ("F1",), value=7.0, n=5)]
    assert item_values(careless, wave, "F1", 0, ()) == [7]
    assert programme_values([(careless, wave)], (0, "F1"), ()) == 1
