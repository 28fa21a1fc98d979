"""The rules of publication, one by one, on tables made by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reciproque.science.breakdown import groups, word_bounds, words_allowed
from reciproque.science.figures import (
    Band,
    Dimension,
    EarlierWave,
    Figure,
    InstrumentShape,
    SideBallots,
    band,
    limits,
    mean_figure,
    sum_bounds,
)
from reciproque.science.publication import publish
from reciproque.science.trend import reference_of, says_nothing, trend_figures
from science.attacker import SMALL

QUESTIONS = (*SMALL.direct_items, *SMALL.mirror_items)
PLAIN = (4, 3, 5, 6, 2)


def side(name, n, functions=("quality",), shift=0, **answers):
    """n ballots with middling answers, except for the questions given."""
    columns = {q: np.array([PLAIN[(i + shift) % 5] for i in range(n)], dtype=float) for q in QUESTIONS}
    columns |= {q: np.array(x, dtype=float) for q, x in answers.items()}
    return SideBallots(name, tuple(functions[i % len(functions)] for i in range(n)), columns)


def table(n_client, n_supplier=None, functions=("quality",), **answers):
    client = side("client", n_client, functions, **answers)
    return publish(SMALL, client, side("supplier", n_supplier or n_client, functions))


def codes(publication, name, *kinds):
    kinds = kinds or ("mean", "interval")
    return {f.code for f in publication.figures if f.side == name and f.kind in kinds}


def row(publication, name, code):
    return next(f for f in publication.figures if f.side == name and f.code == code)


# One figure --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "fewest", "ballots", "expected"),
    [
        (1, 12, 12, Band(24, 56)),  # m = 16/12
        (1, 11, 11, Band(20, 60)),  # m = 10/11
        (1, 11, 12, Band(25, 55)),  # two colleagues as soon as the side has twelve ballots
        (4, 5, 5, Band(24, 56)),  # m = 7/5
        (6, 9, 9, Band(18, 62)),  # m = (6 + 4/6)/9
        (1, 20, 20, Band(18, 62)),
    ],
)
def test_the_band_by_hand(items, fewest, ballots, expected):
    assert band(items, fewest, ballots) == expected


def test_at_the_edge_of_the_band_a_mean_becomes_an_open_band():
    grid = Band(24, 56)
    assert mean_figure("client", "F1", ("F1",), 67, 12, grid, 12).value == 5.6  # 5.583 rounds to it
    assert mean_figure("client", "F1", ("F1",), 68, 12, grid, 12).low == 5.6
    assert mean_figure("client", "F1", ("F1",), 28, 12, grid, 12).high == 2.4  # 2.333
    assert mean_figure("client", "F1", ("F1",), 29, 12, grid, 12).value == 2.4  # 2.417


@given(st.integers(5, 40), st.data())
@settings(max_examples=200, deadline=None)
def test_a_published_figure_always_contains_the_truth(given_answers, data):
    total = data.draw(st.integers(given_answers, 7 * given_answers))
    grid = band(1, given_answers, given_answers)
    figure = mean_figure("client", "F1", ("F1",), total, given_answers, grid, given_answers)
    low, high = sum_bounds(figure, given_answers)
    assert low <= total <= high
    assert limits(figure)[0] - 1e-9 <= total / given_answers <= limits(figure)[1] + 1e-9


@given(st.integers(6, 40), st.data())
@settings(max_examples=200, deadline=None)
def test_every_sum_in_the_bounds_gives_the_same_figure_and_none_outside(n, data):
    total = data.draw(st.integers(n, 7 * n))
    grid = band(1, n, n)
    figure = mean_figure("client", "F1", ("F1",), total, n, grid, n)
    low, high = sum_bounds(figure, n)
    if figure.value is None or (10 * low > grid.low * n and 10 * high < grid.high * n):
        assert mean_figure("client", "F1", ("F1",), low, n, grid, n) == figure
        assert mean_figure("client", "F1", ("F1",), high, n, grid, n) == figure
    if low > n:
        assert mean_figure("client", "F1", ("F1",), low - 1, n, grid, n) != figure
    if high < 7 * n:
        assert mean_figure("client", "F1", ("F1",), high + 1, n, grid, n) != figure


# Which kinds exist -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("client", "supplier"), [(4, 30), (30, 4), (1, 1)])
def test_under_five_on_a_side_there_is_nothing_at_all(client, supplier):
    publication = table(client, supplier)
    assert publication.level == "none"
    assert publication.figures == ()


@pytest.mark.parametrize(("client", "supplier"), [(5, 5), (11, 11), (7, 30), (500, 9)])
def test_from_five_dimensions_and_two_mirror_means_on_both_sides(client, supplier):
    publication = table(client, supplier)
    assert publication.level == "dimensions"
    for name in ("client", "supplier"):
        assert codes(publication, name) == {"F", "C", "T", "N", "index", "index_m"}
    assert {f.kind for f in publication.figures} <= {"count", "mean", "interval"}


def test_the_mirror_index_leaves_out_committed_trust_and_the_unsaid():
    publication = table(9)
    assert row(publication, "client", "index").questions == ("F2", "C1")
    assert row(publication, "client", "index_m").questions == ("F2m", "C1m")


def test_with_one_question_per_facet_the_direct_index_is_not_a_row():
    shape = InstrumentShape((Dimension("F", "facet", ("F2",)), Dimension("C", "facet", ("C1",))), ("F2", "C1"))
    publication = publish(shape, side("client", 8), side("supplier", 8))
    assert codes(publication, "client") == {"F", "C", "index_m"}


@pytest.mark.parametrize(("client", "supplier"), [(12, 12), (12, 40), (19, 13)])
def test_from_twelve_every_question_and_no_dimension_row(client, supplier):
    publication = table(client, supplier)
    assert publication.level == "items"
    assert codes(publication, "client") == codes(publication, "supplier") == set(QUESTIONS)


def test_words_need_sixteen_ballots_and_two_groups_of_eight_on_both_sides():
    two = ("quality", "sales")
    assert codes(table(16, functions=two), "client", "word")
    assert not codes(table(15, functions=two), "client", "word")
    assert not codes(table(16, functions=("quality",)), "client", "word")
    lopsided = publish(SMALL, side("client", 16, two), side("supplier", 30, ("quality",)))
    assert not codes(lopsided, "client", "word")


def test_classes_and_abstentions_start_at_twenty_on_the_smaller_side():
    mixed = {q: [1, 2, 3, 4, 4, 5, 6, 7, 4, 3, 5, 2, 6, 4, 4, 3, 5, 1, 7, 4] * 2 for q in QUESTIONS}
    many = SideBallots("client", ("quality",) * 40, {q: np.array(x, dtype=float) for q, x in mixed.items()})
    few = {q: np.array(x[:20], dtype=float) for q, x in mixed.items()}
    twenty = SideBallots("supplier", ("quality",) * 20, few)
    nineteen = SideBallots("supplier", ("quality",) * 19, {q: x[:19] for q, x in few.items()})
    publication = publish(SMALL, many, twenty)
    assert codes(publication, "supplier", "share") == codes(publication, "supplier", "abstain") == set(QUESTIONS)
    share = [f for f in publication.figures if f.kind == "share" and f.side == "supplier" and f.code == "F1"]
    assert [(f.values, f.low, f.high) for f in share] == [
        ((1, 2), 0.2, 0.4),
        ((3, 4, 5), 0.6, 0.8),
        ((6, 7), 0.2, 0.4),
    ]
    assert not codes(publish(SMALL, many, nineteen), "client", "share", "abstain")


def test_a_question_never_shows_words_and_classes_together():
    publication = table(40, functions=("quality", "sales"))
    assert not codes(publication, "client", "word") & codes(publication, "client", "share")
    assert codes(publication, "client", "word")


def test_a_question_with_fewer_than_five_answers_takes_its_dimension_away_on_both_sides():
    publication = table(8, F1=[4, 4, 4, 4, *[np.nan] * 4])
    for name in ("client", "supplier"):
        assert codes(publication, name) == {"C", "T", "N", "index", "index_m"}


def test_five_answers_of_eight_are_enough_for_a_dimension():
    assert "F" in codes(table(8, F1=[4, 4, 4, 4, 5, *[np.nan] * 3]), "supplier")


def test_two_colleagues_leave_no_band_to_five_answers_from_twelve_ballots():
    assert "F1" not in codes(table(12, F1=[4, 4, 4, 4, 4, *[np.nan] * 7]), "supplier")
    assert "F1" in codes(table(12, F1=[4, 4, 4, 4, 4, 4, *[np.nan] * 6]), "supplier")


def test_what_exists_does_not_depend_on_what_was_said():
    nice, harsh = table(14, F1=[7] * 14), table(14, F1=[1] * 14)
    keys = [{(f.side, f.code) for f in p.figures} for p in (nice, harsh)]
    assert keys[0] == keys[1]


def test_unanimous_answers_are_an_open_band():
    figure = row(table(12, F1=[7] * 12), "client", "F1")
    assert (figure.kind, figure.value, figure.low, figure.high) == ("interval", None, 5.6, None)


def test_a_mean_is_over_all_answers_given():
    publication = table(8, T1=[4] * 8, T2=[2, 2, 2, 2, 2, np.nan, np.nan, np.nan])
    assert row(publication, "client", "T").value == 3.2  # (32 + 10) / 13


def test_counts_are_ballots_and_every_row_carries_them():
    publication = table(8, 13)
    assert row(publication, "client", "ballots").value == 8
    assert {f.n for f in publication.figures if f.side == "supplier"} == {13}


def test_the_order_of_ballots_is_irrelevant_and_nothing_is_changed_in_place():
    client = side("client", 18, ("quality", "sales"))
    before = {q: x.copy() for q, x in client.answers.items()}
    order = np.random.default_rng(3).permutation(18)
    shuffled = SideBallots(
        "client", tuple(client.functions[i] for i in order), {q: x[order] for q, x in client.answers.items()}
    )
    other = side("supplier", 18, ("quality", "sales"))
    assert publish(SMALL, client, other) == publish(SMALL, shuffled, other)
    assert all(np.array_equal(client.answers[q], before[q]) for q in before)


@pytest.mark.parametrize("wrong", [[0] * 6, [8] * 6, [4.5] * 6, [4] * 5])
def test_impossible_ballots_are_refused(wrong):
    with pytest.raises(ValueError, match="numbers from 1 to 7"):
        publish(SMALL, side("client", 6, F1=wrong), side("supplier", 6))


def test_sides_need_two_names():
    with pytest.raises(ValueError, match="two names"):
        publish(SMALL, side("client", 6), side("client", 6))


# Groups and words --------------------------------------------------------------------------------------------------


def test_small_functions_are_merged_until_all_reach_eight():
    assert groups(["a"] * 8 + ["b"] * 8) == {"a": ("a",), "b": ("b",)}
    assert groups(["a"] * 20 + ["b"] * 5 + ["c"] * 3) == {"a": ("a",), "b+c": ("b", "c")}
    assert groups(["a"] * 9 + ["b"] * 8 + ["c"] * 2) == {"a": ("a",), "b+c": ("b", "c")}
    assert groups(["a"] * 15 + ["b"] * 7) == {}
    assert groups([]) == {}


def brute_words_allowed(total, sizes, colleagues):
    """Every combination of words, every place for the colleagues at an end of the scale."""
    from itertools import combinations_with_replacement, product

    for words in product(("low", "mixed", "high"), repeat=len(sizes)):
        spans = [word_bounds(word, size) for word, size in zip(words, sizes, strict=True)]
        if sum(s[0] for s in spans) > total[1] or sum(s[1] for s in spans) < total[0]:
            continue
        for target in range(len(sizes)):
            for allies in combinations_with_replacement(range(len(sizes)), colleagues):
                for ends in product((1, 7), repeat=colleagues):
                    left = 0
                    for value in range(1, 8):
                        lows, highs = [], []
                        for g, size in enumerate(sizes):
                            known = sum(e for a, e in zip(allies, ends, strict=True) if a == g) + value * (g == target)
                            free = size - allies.count(g) - (g == target)
                            lows.append(max(spans[g][0], known + free))
                            highs.append(min(spans[g][1], known + 7 * free))
                        fits = all(a <= b for a, b in zip(lows, highs, strict=True))
                        left += fits and sum(lows) <= total[1] and sum(highs) >= total[0]
                    if left < 5:
                        return False
    return True


@pytest.mark.parametrize("sizes", [(8, 8), (8, 12), (9, 9, 9)])
@pytest.mark.parametrize("colleagues", [1, 2])
def test_words_are_allowed_only_where_brute_force_finds_everybody_safe(sizes, colleagues):
    n, shown = sum(sizes), 0
    for tenths in range(band(1, n, n).low, band(1, n, n).high + 1):
        total = sum_bounds(Figure("client", "mean", "F1", ("F1",), value=tenths / 10), n)
        allowed = words_allowed(total, sizes, colleagues)
        shown += allowed
        if allowed:
            assert brute_words_allowed(total, sizes, colleagues)
    assert shown > 0


def test_words_are_not_allowed_for_small_or_single_groups():
    assert not words_allowed((64, 64), (9, 7), 1)
    assert not words_allowed((64, 64), (16,), 1)


# Later waves -------------------------------------------------------------------------------------------------------


def ids(client, supplier):
    return {"client": frozenset(client), "supplier": frozenset(supplier)}


def second(first_sizes, people, shift=0, level=0):
    """Second wave of a relationship whose first had ids 0.. on each side; everybody's answers move up by `level`."""
    sides = [side(name, n) for name, n in zip(("client", "supplier"), first_sizes, strict=True)]
    past = EarlierWave(publish(SMALL, *sides), ids(range(first_sizes[0]), range(first_sizes[1])))
    now = []
    for name in ("client", "supplier"):
        ballots = side(name, len(people[name]), shift=shift)
        raised = {q: np.clip(x + level, 1, 7) for q, x in ballots.answers.items()}
        now.append(SideBallots(name, ballots.functions, raised))
    return publish(SMALL, *now, people=people, earlier=[past])


def test_the_same_people_are_published_in_full():
    assert second((9, 9), ids(range(9), range(9)), level=1).level == "dimensions"
    assert second((14, 14), ids(range(14), range(14))).level == "items"


@pytest.mark.parametrize("moved", [1, 2, 3, 4])
def test_one_to_four_changes_on_one_side_leave_trend_words_on_both(moved):
    publication = second((10, 10), ids(range(10), range(moved, 10)))
    assert publication.level == "trend"
    assert {f.kind for f in publication.figures} == {"count", "trend"}
    assert codes(publication, "client", "trend") == {"F", "C", "T", "N"}
    assert {f.word for f in publication.figures if f.kind == "trend"} == {"same"}


def test_arrivals_and_departures_add_up():
    assert second((10, 10), ids(range(2, 12), range(10)), level=3).level == "trend"
    assert second((10, 10), ids(range(3, 13), range(10)), level=3).level == "dimensions"


def test_five_unanimous_movers_fall_back_to_trend_words():
    first = side("client", 20, **{q: [4] * 15 + [7] * 5 for q in QUESTIONS})
    after = side("client", 15, **{q: [4] * 15 for q in QUESTIONS})
    other = side("supplier", 20)
    past = EarlierWave(publish(SMALL, first, other), ids(range(20), range(20)))
    publication = publish(SMALL, after, other, people=ids(range(15), range(20)), earlier=[past])
    assert publication.level == "trend"
    assert "items" in publication.report.dropped


def test_a_trend_word_is_the_same_whatever_the_people_who_moved_answered():
    other = side("supplier", 10)
    for before in (1, 7):
        for after in (1, 7):
            first = side("client", 10, **{q: [4] * 9 + [before] for q in QUESTIONS})
            later = side("client", 10, **{q: [4] * 9 + [after] for q in QUESTIONS})
            past = EarlierWave(publish(SMALL, first, other), ids(range(10), range(10)))
            publication = publish(SMALL, later, other, people=ids(range(1, 11), range(10)), earlier=[past])
            words = {f.word for f in publication.figures if f.kind == "trend" and f.side == "client"}
            assert words == {"same"}


@pytest.mark.parametrize(("before", "after", "word"), [(2, 5, "up"), (6, 3, "down"), (4, 4, "same")])
def test_a_real_move_of_everybody_is_said(before, after, word):
    other = side("supplier", 11)
    first = side("client", 11, **{q: [before] * 11 for q in QUESTIONS})
    later = side("client", 11, **{q: [after] * 10 + [4] for q in QUESTIONS})
    past = EarlierWave(publish(SMALL, first, other), ids(range(11), range(11)))
    publication = publish(SMALL, later, other, people=ids(range(1, 12), range(11)), earlier=[past])
    figure = next(f for f in publication.figures if f.kind == "trend" and f.code == "F" and f.side == "client")
    assert figure.word == word
    low, high = limits(figure)
    assert low <= (after * 10 + 4) / 11 <= high


def test_a_trend_beyond_the_band_is_not_said():
    """From 5.0, six answers and one change: up would mean 6 or more, which would pin everybody."""
    sides = (side("client", 6, **{q: [7] * 6 for q in QUESTIONS}), side("supplier", 6))
    first = (side("client", 6, **{q: [5] * 6 for q in QUESTIONS}), side("supplier", 6))
    people = ids([*range(5), 9], range(6))
    past = EarlierWave(publish(SMALL, *first), ids(range(6), range(6)))
    rows = [f for f in trend_figures(SMALL, sides, people, past) if f.side == "client" and f.code == "F"]
    assert (rows[0].word, rows[0].high) == ("same", None)


def test_the_reference_is_the_latest_full_wave_and_every_earlier_wave_is_audited():
    other = side("supplier", 10)
    full = EarlierWave(publish(SMALL, side("client", 10), other), ids(range(10), range(10)))
    people = ids(range(1, 11), range(10))
    trend = EarlierWave(publish(SMALL, side("client", 10), other, people=people, earlier=[full]), people)
    assert trend.publication.level == "trend"
    assert reference_of([full, trend]) is full
    back = publish(SMALL, side("client", 10), other, people=ids(range(10), range(10)), earlier=[full, trend])
    assert back.level == "dimensions"


def test_a_word_that_the_movers_could_explain_says_nothing():
    ballots, people = side("client", 10), frozenset(range(1, 11))
    past = EarlierWave(publish(SMALL, side("client", 10), side("supplier", 10)), ids(range(10), range(10)))
    wide = Figure("client", "trend", "F", ("F1", "F2", "F3"), low=2.0, high=6.0, word="same")
    narrow = Figure("client", "trend", "F", ("F1", "F2", "F3"), low=3.9, high=None, word="up")
    assert says_nothing([wide], ballots, people, past)
    assert not says_nothing([narrow], ballots, people, past)


def test_words_and_classes_belong_to_the_first_publication_only():
    two = ("quality", "sales")
    sides = (side("client", 40, two), side("supplier", 40, two))
    first = publish(SMALL, *sides)
    assert codes(first, "client", "word")
    people = ids(range(40), range(40))
    later = publish(SMALL, *sides, people=people, earlier=[EarlierWave(first, people)])
    assert later.level == "items"
    assert not codes(later, "client", "word", "share", "abstain")


def test_ids_are_needed_and_must_match_the_ballots():
    past = EarlierWave(publish(SMALL, side("client", 9), side("supplier", 9)), ids(range(9), range(9)))
    with pytest.raises(ValueError, match="ids of those who answered"):
        publish(SMALL, side("client", 9), side("supplier", 9), earlier=[past])
    with pytest.raises(ValueError, match="as many ids"):
        publish(SMALL, side("client", 9), side("supplier", 9), people=ids(range(8), range(9)), earlier=[past])


def test_after_a_wave_without_figures_the_next_is_a_first_one():
    past = EarlierWave(publish(SMALL, side("client", 4), side("supplier", 9)), ids(range(4), range(9)))
    people = ids(range(5), range(9))
    publication = publish(SMALL, side("client", 5), side("supplier", 9), people=people, earlier=[past])
    assert publication.level == "dimensions"


def test_a_thousand_ballots_are_audited_in_seconds():
    from time import process_time

    start = process_time()
    publication = table(500, 500, functions=("quality", "sales", "legal", "production"))
    assert publication.level == "items"
    assert publication.report.checks > 0
    assert process_time() - start < 4


def test_a_third_cast_is_full_only_when_no_combination_of_waves_singles_out_fewer_than_five():
    """First everybody, then one half, then the other: first minus second minus third is the one person left over."""
    other = side("supplier", 15)

    def wave(people, past):
        return publish(SMALL, side("client", len(people)), other, people=ids(people, range(15)), earlier=past)

    def relationship(*casts):
        past = []
        for cast in casts:
            past.append(EarlierWave(wave(cast, past), ids(cast, range(15))))
        return [one.publication.level for one in past]

    assert relationship(range(31), range(15), range(15, 30))[2] == "trend"
    assert relationship(range(30), range(15), range(15, 30))[2] == "items"
    assert relationship(range(31), range(15), range(31))[2] == "items"
