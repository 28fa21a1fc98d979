"""The auditor against brute force: every possible world of tiny puzzles is listed."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reciproque.science.disclosure import SideTable, pair_safe, wave_safe
from reciproque.science.figures import Dimension, Figure, InstrumentShape
from reciproque.science.hexagon import ANYWHERE, Hexagon, add, answers, box, meet, minus, tight
from reciproque.science.solver import KINDS, Block, Part, Puzzle, Tally, circles, safe, unlinked

ONE = InstrumentShape((Dimension("F", "facet", ("F1",)),), ())


def members(h: Hexagon) -> set[tuple[int, int]]:
    return {
        (x, y)
        for x in range(h.x_low, h.x_high + 1)
        for y in range(h.y_low, h.y_high + 1)
        if h.z_low <= x - y <= h.z_high
    }


@st.composite
def hexagons(draw):
    x, y, z = (sorted(draw(st.tuples(st.integers(-4, 6), st.integers(-4, 6)))) for _ in range(3))
    return Hexagon(*x, *y, *z)


@given(hexagons(), hexagons())
@settings(max_examples=150, deadline=None)
def test_sums_differences_and_meetings_of_hexagons_are_exact(a, b):
    a, b = meet(a, ANYWHERE), meet(b, ANYWHERE)
    assert a.empty == (members(a) == set())
    assert members(meet(a, b)) == members(a) & members(b)
    if a.empty or b.empty:
        return
    assert members(add(a, b)) == {(x + u, y + v) for x, y in members(a) for u, v in members(b)}
    assert members(minus(a, b)) == {(x - u, y - v) for x, y in members(a) for u, v in members(b)}


def test_a_tight_hexagon_reaches_each_bound():
    h = tight(Hexagon(0, 9, 2, 3, 1, 2))
    found = members(h)
    assert {x for x, _ in found} == {3, 4, 5}
    assert {x - y for x, y in found} == {1, 2}


@pytest.mark.parametrize(("stayed", "left", "came"), [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 1), (2, 0, 1)])
def test_answers_fill_their_hexagon_without_holes(stayed, left, came):
    people = [(1, 1)] * stayed + [(1, 0)] * left + [(0, 1)] * came
    worlds = product(range(1, 8), repeat=len(people))
    totals = {tuple(sum(v * w[k] for v, w in zip(world, people, strict=True)) for k in (0, 1)) for world in worlds}
    assert members(answers(stayed, left, came)) == totals


# Brute force over whole puzzles ------------------------------------------------------------------------------------


def unknowns(puzzle: Puzzle) -> list[tuple[int, int, int]]:
    """(part, block, kind) of every unknown answer."""
    return [
        (p, b, kind)
        for p, part in enumerate(puzzle.parts)
        for b, block in enumerate(part.blocks)
        for kind in range(3)
        for _ in range(block.patterns[0][kind])
    ]


def worlds(puzzle: Puzzle) -> np.ndarray:
    """Every assignment of 1..7 that satisfies every published bound."""
    cells = unknowns(puzzle)
    grid = np.array(list(product(range(1, 8), repeat=len(cells))))
    keep = np.ones(len(grid), dtype=bool)

    def inside(h: Hexagon, chosen: list[int]) -> np.ndarray:
        x = sum((grid[:, i] * KINDS[cells[i][2]][0] for i in chosen), np.zeros(len(grid), dtype=int))
        y = sum((grid[:, i] * KINDS[cells[i][2]][1] for i in chosen), np.zeros(len(grid), dtype=int))
        return (
            (x >= h.x_low)
            & (x <= h.x_high)
            & (y >= h.y_low)
            & (y <= h.y_high)
            & (x - y >= h.z_low)
            & (x - y <= h.z_high)
        )

    tied = []
    for p, part in enumerate(puzzle.parts):
        keep &= inside(part.known, [i for i, c in enumerate(cells) if c[0] == p])
        for b, block in enumerate(part.blocks):
            mine = [i for i, c in enumerate(cells) if c[:2] == (p, b)]
            keep &= inside(block.known, mine)
            tied += mine if block.linked else []
    if tied:
        keep &= inside(puzzle.known, tied)
    return grid[keep]


def brute(puzzle: Puzzle, colleagues: int) -> bool:
    """True when every answer keeps five values, for every choice of colleagues' cells and answers."""
    found = worlds(puzzle)
    cells = unknowns(puzzle)
    for target in range(len(cells)):
        others = [i for i in range(len(cells)) if i != target]
        if colleagues == 0 or not others:
            if 0 < len(set(found[:, target])) < 5:
                return False
            continue
        for ally in others:
            for value in set(found[:, ally]):
                if len(set(found[found[:, ally] == value][:, target])) < 5:
                    return False
    return True


bounds = st.integers(1, 21).flatmap(lambda low: st.integers(0, 12).map(lambda width: (low, low + width)))


@st.composite
def puzzles(draw, index: bool):
    parts = []
    room = 4
    people = draw(st.sampled_from([(1, 1, 1), (2, 1, 0), (0, 2, 1), (0, 3, 0)]))
    for _ in range(draw(st.integers(1, 2))):
        blocks = []
        for b in range(draw(st.integers(1, 2))):
            pattern = tuple(draw(st.integers(0, k)) for k in people)
            room -= sum(pattern)
            if sum(pattern) == 0 or room < 0:
                continue
            known = draw(st.sampled_from([ANYWHERE, None]))
            known = known or box(draw(bounds), None)
            blocks.append(Block(1, (pattern,), known, linked=index and b == 0))
        if blocks:
            parts.append(Part(tuple(blocks), box(draw(st.none() | bounds), draw(st.none() | bounds))))
    known = box(draw(bounds), draw(st.none() | bounds)) if index else ANYWHERE
    tied = any(block.linked for part in parts for block in part.blocks)
    return Puzzle(tuple(parts), people, (0, 0), known if tied else ANYWHERE)


@given(puzzles(index=False))
@settings(max_examples=80, deadline=None)
def test_the_verdict_without_an_index_equals_brute_force(puzzle):
    if len(puzzle.parts) == 0:
        return
    expected = all(brute(single, 0) for single in unlinked(puzzle))
    assert all(safe(single, Tally()) for single in unlinked(puzzle)) == expected


@given(puzzles(index=True))
@settings(max_examples=80, deadline=None)
def test_the_verdict_with_an_index_equals_brute_force(puzzle):
    if puzzle.parts:
        assert safe(puzzle, Tally()) == brute(puzzle, 0)


@given(st.sampled_from([(0, 4, 0), (1, 1, 2), (2, 1, 1), (0, 3, 0), (3, 1, 0)]), bounds, st.none() | bounds)
@settings(max_examples=150, deadline=None)
def test_with_one_colleague_the_verdict_is_never_kinder_than_brute_force(people, x, y):
    block = Block(1, (people,))
    puzzle = Puzzle((Part((block,), box(x, y)),), people, (1, 1))
    if len(worlds(puzzle)) and safe(puzzle, Tally()):
        assert brute(puzzle, 1)


def test_a_refuted_premise_is_safe_and_a_pinned_sum_is_not():
    block = Block(1, ((0, 3, 0),))
    assert safe(Puzzle((Part((block,), box((40, 50), None)),), (0, 3, 0), (0, 0)), Tally())
    assert not safe(Puzzle((Part((block,), box((20, 21), None)),), (0, 3, 0), (0, 0)), Tally())


def test_five_values_are_enough_and_four_are_not():
    block = Block(1, ((0, 2, 0),))
    five, four = box((10, 14), None), box((11, 14), None)
    assert safe(Puzzle((Part((block,), five),), (0, 2, 0), (0, 0)), Tally())
    assert not safe(Puzzle((Part((block,), four),), (0, 2, 0), (0, 0)), Tally())


def test_a_colleague_makes_a_difference():
    puzzle = Part((Block(1, ((0, 3, 0),)),), box((15, 15), None))
    assert safe(Puzzle((puzzle,), (0, 3, 0), (0, 0)), Tally())
    assert not safe(Puzzle((puzzle,), (0, 3, 0), (1, 1)), Tally())


def test_two_colleagues_may_be_of_any_kind_but_only_as_many_as_each_wave_allows():
    assert circles((0, 9, 0), (2, 2)) == [(1, 1)]
    assert set(circles((3, 1, 2), (1, 2))) == {(0, 2), (1, 2), (2, 2)}
    assert set(circles((3, 2, 0), (1, 2))) == {(0,), (1,)}
    assert circles((0, 1, 0), (1, 1)) == [()]


@pytest.mark.parametrize(("low", "high", "expected"), [(6, 22, True), (6, 21, False), (26, 42, True), (27, 42, False)])
def test_a_colleague_s_answer_to_one_question_tells_about_another_through_the_index(low, high, expected):
    """Two questions of three people; the colleague answered both at the same end, which leaves four answers in all."""
    part = Part((Block(1, ((0, 3, 0),), linked=True),))
    assert safe(Puzzle((part, part), (0, 3, 0), (1, 1), box((low, high), None)), Tally()) == expected


def test_the_most_telling_abstentions_are_supposed():
    """Two answers by the two who left, or one: then the difference of the waves is that one answer."""
    sure = Block(1, ((3, 2, 0),), box((15, 15), (6, 6)))
    unsure = Block(1, ((3, 2, 0), (4, 1, 0)), box((15, 15), (6, 12)))
    assert not safe(Puzzle((Part((sure,)),), (4, 2, 0), (0, 0)), Tally())
    assert safe(Puzzle((Part((Block(1, ((3, 2, 0),), box((15, 15), (6, 12))),)),), (4, 2, 0), (0, 0)), Tally())
    assert safe(Puzzle((Part((unsure,)),), (4, 2, 0), (0, 0)), Tally())


def test_too_many_ways_to_have_abstained_are_refused():
    before = table([mean(4.0)], 200, range(200), answered={"F1": 150})
    after = table([mean(4.0)], 200, range(100, 300), answered={"F1": 150})
    assert not pair_safe(before, after, ONE, Tally())


# Tables ------------------------------------------------------------------------------------------------------------


def table(figures, n, people=(), sizes=None, answered=None):
    return SideTable(tuple(figures), answered or {"F1": n}, n, frozenset(people), sizes)


def mean(value, question="F1"):
    return Figure("client", "mean", question, (question,), value=value, n=12)


def test_a_published_mean_at_the_end_of_the_scale_is_refused():
    assert not wave_safe(table([mean(6.8)], 12), ONE, Tally())
    assert wave_safe(table([mean(4.0)], 12), ONE, Tally())


def test_words_that_pin_a_group_are_refused():
    def rows(value, first, second):
        words = [("a", first), ("b", second)]
        return [mean(value)] + [Figure("client", "word", "F1", ("F1",), group=g, word=w, n=16) for g, w in words]

    sizes = {"F1": {"a": 8, "b": 8}}
    assert not wave_safe(table(rows(5.1, "high", "low"), 16, sizes=sizes), ONE, Tally())
    assert wave_safe(table(rows(4.8, "mixed", "high"), 16, sizes=sizes), ONE, Tally())


def test_words_are_refused_at_the_low_end_as_at_the_high_end():
    rows = [Figure("client", "mean", "F1", ("F1",), value=2.9, n=16)]
    rows += [Figure("client", "word", "F1", ("F1",), group=g, word=w, n=16) for g, w in (("a", "low"), ("b", "high"))]
    assert not wave_safe(table(rows, 16, sizes={"F1": {"a": 8, "b": 8}}), ONE, Tally())


def test_classes_that_pin_are_refused():
    def rows(value, steps):
        shares = zip(((1, 2), (3, 4, 5), (6, 7)), steps, strict=True)
        return [mean(value)] + [
            Figure("client", "share", "F1", ("F1",), low=s / 5, high=(s + 1) / 5, values=v, n=20) for v, s in shares
        ]

    assert not wave_safe(table(rows(5.3, (0, 4, 0)), 20), ONE, Tally())
    assert wave_safe(table(rows(4.1, (1, 2, 1)), 20), ONE, Tally())


def test_words_and_classes_on_the_same_question_are_refused():
    rows = [mean(4.0), Figure("client", "word", "F1", ("F1",), group="a", word="mixed", n=20)]
    rows += [Figure("client", "share", "F1", ("F1",), low=0.2, high=0.4, values=(1, 2), n=20)]
    assert not wave_safe(table(rows, 20, sizes={"F1": {"a": 20}}), ONE, Tally())


def test_one_person_more_is_found_out_and_five_balanced_ones_are_not():
    before = table([mean(4.0)], 30, range(30))
    assert not pair_safe(before, table([mean(4.0)], 31, range(31)), ONE, Tally())
    crowd = table([mean(4.0)], 30, range(15, 45))
    assert pair_safe(before, crowd, ONE, Tally())


def test_unanimous_movers_are_found_out():
    before = table([mean(4.0)], 30, range(30))
    after = table([mean(3.4)], 25, range(25))
    assert not pair_safe(before, after, ONE, Tally())


def test_when_answers_changed_more_than_movers_can_explain_nothing_is_learnt():
    before = table([mean(2.7)], 30, range(30))
    after = table([mean(4.6)], 30, range(5, 35))
    assert pair_safe(before, after, ONE, Tally())


def test_a_mover_who_may_have_abstained_counts_against_publication():
    before = table([mean(4.0)], 30, range(30))
    crowd = table([mean(4.0)], 30, range(6, 36))
    fewer = table([mean(4.0)], 30, range(6, 36), answered={"F1": 24})
    assert pair_safe(before, crowd, ONE, Tally())
    assert not pair_safe(table([mean(4.0)], 30, range(30), answered={"F1": 24}), fewer, ONE, Tally())


def test_two_colleagues_of_the_later_wave_count_even_if_the_earlier_one_allowed_one():
    """Five newcomers add 18 or 19: harmless to one of them, not to two who pool what they know."""
    before = table([mean(4.0)], 11, range(11))
    assert not pair_safe(before, table([mean(3.9)], 16, range(16)), ONE, Tally())
    newcomers = Block(1, ((11, 0, 5),), box((44, 44), (62, 63)))
    assert safe(Puzzle((Part((newcomers,)),), (11, 0, 5), (1, 1)), Tally())


def test_earlier_words_or_classes_forbid_a_second_wave_with_other_people():
    share = Figure("client", "share", "F1", ("F1",), low=0.2, high=0.4, values=(1, 2), n=30)
    before = table([mean(4.0), share], 30, range(30))
    assert not pair_safe(before, table([mean(4.0)], 30, range(15, 45)), ONE, Tally())
    assert pair_safe(before, table([mean(4.0)], 30, range(30)), ONE, Tally())


TWO = InstrumentShape((Dimension("F", "facet", ("F1", "F2")), Dimension("C", "facet", ("C1", "C2"))), ("F2", "C1"))


def two_dimensions(people, **values):
    questions = {"F": ("F1", "F2"), "C": ("C1", "C2"), "index": ("F2", "C1")}
    rows = [Figure("client", "mean", code, questions[code], value=value) for code, value in values.items()]
    answered = {q: len(people) for q in ("F1", "F2", "C1", "C2")}
    return SideTable(tuple(rows), answered, len(people), frozenset(people))


def test_a_dimension_that_did_change_does_not_clear_one_that_did_not():
    """Ability moved by more than leavers can explain; on reliability they are unanimous, and readable."""
    before = two_dimensions(range(10), F=4.0, C=1.0, index=3.0)
    after = two_dimensions(range(5, 10), F=1.0, C=7.0, index=4.0)
    assert not pair_safe(before, after, TWO, Tally())
    changed = two_dimensions(range(5, 10), F=7.0, C=7.0, index=4.0)
    assert pair_safe(two_dimensions(range(10), F=1.0, C=1.0, index=3.0), changed, TWO, Tally())


EIGHT = InstrumentShape(tuple(Dimension(code, "facet", (f"{code}1",)) for code in "FCIBDATN"), ())


def eight_dimensions(people, *, changed, value, others):
    rows = [mean(value if rank < changed else others, f"{code}1") for rank, code in enumerate("FCIBDATN")]
    return SideTable(tuple(rows), {f"{code}1": len(people) for code in "FCIBDATN"}, len(people), frozenset(people))


@pytest.mark.parametrize("changed", [0, 4, 7])
def test_subjects_that_did_change_never_clear_one_that_did_not(changed):
    """Five unanimous leavers are readable on a subject where nobody else moved, however much moved elsewhere."""
    before = eight_dimensions(range(30), changed=changed, value=2.7, others=4.0)
    after = eight_dimensions(range(25), changed=changed, value=5.0, others=3.4)
    assert not pair_safe(before, after, EIGHT, Tally())


def test_two_waves_clear_themselves_when_every_subject_proves_that_people_changed():
    before = eight_dimensions(range(30), changed=8, value=2.7, others=4.0)
    after = eight_dimensions(range(25), changed=8, value=5.0, others=3.4)
    assert pair_safe(before, after, EIGHT, Tally())


def test_an_index_of_questions_outside_the_form_is_refused():
    other = InstrumentShape(TWO.dimensions[:1], ("F2",))
    before = two_dimensions(range(10), F=4.0, C=4.0, index=4.0)
    assert pair_safe(before, before, TWO, Tally())
    assert not pair_safe(before, two_dimensions(range(10), F=4.0), other, Tally())


def test_the_silence_of_all_who_left_is_an_answer_too():
    """Thirty answered of thirty-five; the same thirty answered again when five left: the five had said nothing."""
    before = table([mean(4.0)], 35, range(35), answered={"F1": 30})
    after = table([mean(4.0)], 30, range(30), answered={"F1": 30})
    assert not pair_safe(before, after, ONE, Tally())


def test_the_tally_counts_checks():
    tally = Tally()
    wave_safe(table([mean(4.0)], 12), ONE, tally)
    assert tally.checks == 7 * 4
