"""Two waves of raw data: the relationship first; linked people count for more; nothing is opened without cause."""

from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reciproque.science.change_raw import changes, partially_overlapping

ALONE = [20, 21, 16, 18, 14, 12, 14, 17], [10, 16, 18, 16, 15, 14, 13, 10]
LINKED = [14, 15, 18, 20, 11, 19, 14, 15], [15, 10, 15, 17, 13, 19, 12, 13]


def file_of(moves, *, people=6, stay=1.0, seed=0):
    """One relationship per (client move, supplier move); the same people in both waves, apart from those who leave."""
    rng = np.random.default_rng(seed)
    rows = []
    for k, move in enumerate(moves):
        for side, shift in zip(("client", "supplier"), move, strict=True):
            before = rng.normal(55, 12, people)
            stays = rng.random(people) < stay
            after = np.where(stays, before, rng.normal(55, 12, people)) + shift + rng.normal(0, 5, people)
            names = [f"{side[0]}{i}" for i in range(people)]
            later = [name if same else name + "b" for name, same in zip(names, stays, strict=True)]
            rows += [(f"r{k}", side, 0, name, value) for name, value in zip(names, before, strict=True)]
            rows += [(f"r{k}", side, 1, name, value) for name, value in zip(later, after, strict=True)]
    return rows


def run(rows, *, linked=True, **more):
    relationship, side, wave, person, value = (list(column) for column in zip(*rows, strict=True))
    return changes(relationship, side, wave, value, person=person if linked else None, **more)


def words(found):
    return {row.relationship: row.gate.word for row in found.relationships}


def test_the_documented_example():
    found = partially_overlapping(*ALONE, *LINKED)
    assert found.p == pytest.approx(0.025968, abs=5e-7)
    assert found.df == 18.5
    assert found.difference == np.mean([*ALONE[1], *LINKED[1]]) - np.mean([*ALONE[0], *LINKED[0]])
    turned = partially_overlapping(ALONE[1], ALONE[0], LINKED[1], LINKED[0])
    assert turned.p == pytest.approx(found.p)
    assert turned.low == pytest.approx(-found.high)


def test_people_seen_twice_only_give_nearly_the_paired_test():
    found = partially_overlapping([], [], *LINKED)
    assert found.df == 7
    a, b = np.array(LINKED)
    assert found.se**2 == pytest.approx((a.var(ddof=1) + b.var(ddof=1)) / 8 * (1 - np.corrcoef(a, b)[0, 1]))


def test_nothing_to_link_gives_no_test():
    assert isnan(partially_overlapping(*ALONE, [], []).p)
    assert isnan(partially_overlapping([], [], [], []).difference)
    with pytest.raises(ValueError, match="two numbers"):
        partially_overlapping(*ALONE, [1, 2], [1])


def test_the_two_that_fell_are_found_and_the_others_left_alone():
    found = run(file_of([(-20, -20), (0, 0), (0, 0), (-18, -22), (0, 0), (0, 0), (0, 0), (0, 0)]))
    moved = {name for name, word in words(found).items() if word != "cannot_tell"}
    assert moved == {"r0", "r3"}
    assert all(word != "clear_rise" for word in words(found).values())
    assert 0.7 < found.spread.correlation < 1


def test_linking_people_finds_what_anonymous_waves_miss():
    rows = file_of([(-9, -9), (0, 0), (0, 0), (0, 0), (0, 0)], seed=2)
    assert words(run(rows))["r0"] == "clear_fall"
    assert words(run(rows, linked=False))["r0"] == "cannot_tell"
    assert run(rows, linked=False).spread.correlation == 0


def test_sides_are_opened_under_a_clear_composite_only_and_dimensions_under_a_clear_side():
    rows = file_of([(-30, 0), (0, 0), (0, 0)], seed=3)
    values = np.array([row[4] for row in rows])
    quiet = np.random.default_rng(1).normal(50, 10, len(rows))
    found = run(rows, dimensions={"F": values, "C": quiet}).relationships
    assert {side: move.word for side, move in found[0].sides.items()} == {
        "client": "clear_fall",
        "supplier": "cannot_tell",
    }
    assert set(found[0].dimensions) == {"client"}
    assert {code: move.word for code, move in found[0].dimensions["client"].items()} == {
        "F": "clear_fall",
        "C": "cannot_tell",
    }
    assert found[1].sides == {}
    assert found[1].dimensions == {}


def test_opposite_moves_of_the_two_sides_cancel_and_open_nothing():
    found = run(file_of([(-25, 25), (0, 0), (0, 0)], seed=1))
    assert words(found)["r0"] == "cannot_tell"


@settings(max_examples=15)
@given(st.integers(0, 999))
def test_order_is_irrelevant_and_turning_time_turns_the_verdicts(seed):
    rows = file_of([(-20, -14), (0, 0), (16, 9)], stay=0.7, seed=seed)
    one = run(rows)
    order = np.random.default_rng(seed).permutation(len(rows))
    other = run([rows[i] for i in order])
    turned = run([(k, side, 1 - wave, person, value) for k, side, wave, person, value in rows])
    for a, b, c in zip(one.relationships, other.relationships, turned.relationships, strict=True):
        assert (a.gate.word, a.gate.p) == (b.gate.word, pytest.approx(b.gate.p))
        assert c.gate.difference == pytest.approx(-a.gate.difference)
        assert c.gate.margin == pytest.approx(a.gate.margin)


def test_a_wave_with_one_person_cannot_tell_and_says_why():
    rows = file_of([(-20, -20), (-20, -20)])
    alone = [row for row in rows if not (row[0] == "r1" and row[1] == "client" and row[2] == 1 and row[3] != "c0")]
    gate = run(alone).relationships[1].gate
    assert (gate.word, gate.reason) == ("cannot_tell", "too few people, or no spread")
    assert isnan(gate.margin)
    without = [row for row in rows if not (row[0] == "r1" and row[1] == "client" and row[2] == 1)]
    assert run(without).relationships[1].gate.word == "cannot_tell"


def test_few_links_are_noise_and_are_not_used():
    rows = [(k, s, w, p if p in ("c0", "s0", "c1") else "", v) for k, s, w, p, v in file_of([(-5, -5), (0, 0)])]
    spread = run(rows).spread
    assert (spread.correlation, spread.pairs) == (0, 6)


def test_the_same_name_on_the_other_side_or_elsewhere_is_another_person():
    rows = file_of([(0, 0), (0, 0), (0, 0)])
    renamed = [(k, s, w, p[1:], v) for k, s, w, p, v in rows]
    one, other = run(rows).spread, run(renamed).spread
    assert (other.pairs, other.correlation) == (one.pairs, pytest.approx(one.correlation))


def test_missing_values_are_left_out_and_the_arrays_stay():
    rows = file_of([(-20, -20), (0, 0)])
    holed = [*rows, ("r0", "client", 0, "new", nan)]
    assert run(holed).relationships[0].gate.p == pytest.approx(run(rows).relationships[0].gate.p)
    values = np.array([row[4] for row in rows])
    before = values.copy()
    changes([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows], values)
    assert np.array_equal(values, before)


def test_everybody_answering_alike_cannot_tell():
    rows = [(k, s, w, p, 50 + 10 * w) for k, s, w, p, _ in file_of([(0, 0), (0, 0)])]
    assert set(words(run(rows)).values()) == {"cannot_tell"}


def test_a_person_twice_in_a_wave_or_a_third_wave_is_refused():
    rows = file_of([(0, 0)])
    with pytest.raises(ValueError, match="twice"):
        run([*rows, rows[0]])
    with pytest.raises(ValueError, match="two waves"):
        run([*rows, ("r0", "client", 2, "x", 50.0)])


def test_a_file_with_one_side_or_one_wave_or_nobody_cannot_tell():
    rows = file_of([(-20, -20), (0, 0)])
    for kept in ([row for row in rows if row[1] == "client"], [row for row in rows if row[2] == 1]):
        assert words(run(kept)) == {"r0": "cannot_tell", "r1": "cannot_tell"}
    assert changes([], [], [], [], person=[]).relationships == ()


def test_false_verdicts_stay_rare_when_sides_spread_differently():
    rng = np.random.default_rng(7)
    wrong = 0
    for _ in range(40):
        rows = []
        for row in file_of([(0, 0)] * 12, stay=0.7, seed=int(rng.integers(1e6))):
            wide = 0.5 + (int(row[0][1:]) % 4)
            rows.append((*row[:4], 50 + (row[4] - 55) * wide))
        wrong += any(word != "cannot_tell" for word in words(run(rows)).values())
    assert wrong <= 6
