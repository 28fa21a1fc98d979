"""What each side believes: identities, people who answered half, states, and how alike two profiles are."""

from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reciproque.science.coorientation import coorientation, similarity
from reciproque.science.mirror import gaps

answers = st.lists(st.tuples(*[st.one_of(st.integers(0, 100).map(float), st.just(nan))] * 2), min_size=1, max_size=9)
profile = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=1, max_size=6)


def columns(rows):
    return (np.array(column, dtype=float) for column in zip(*rows, strict=True))


@given(answers, answers)
def test_agreement_is_congruency_plus_accuracy(x, y):
    (dx, mx), (dy, my) = columns(x), columns(y)
    before = dx.copy()
    found = coorientation(dx, mx, dy, my)
    assert np.array_equal(dx, before, equal_nan=True)
    total = found.congruency[0].difference + found.accuracy[0].difference
    assert found.agreement.difference == pytest.approx(total, nan_ok=True)
    other = found.congruency[1].difference + found.accuracy[1].difference
    assert -found.agreement.difference == pytest.approx(other, nan_ok=True)


def test_the_figures_are_those_of_the_double_mirror():
    found = coorientation([75, 70, 77], [70, 70, 73], [50, 45, 52], [60, 55, 59])
    plain = gaps((74, 49), (71, 58))
    assert found.agreement.difference == pytest.approx(plain.reciprocity)
    assert [round(one.difference, 9) for one in found.accuracy] == list(plain.lucidity)
    assert [round(one.difference, 9) for one in found.congruency] == list(plain.assumed)
    assert found.n == (3, 3)


def test_congruency_is_person_by_person():
    own, belief = [20, 50, 80, 95], [15, 46, 74, 90]
    found = coorientation(own, belief, [10, 20], [10, 25]).congruency[0]
    each = np.array(own) - np.array(belief)
    assert found.difference == 5
    assert found.se == pytest.approx(each.std(ddof=1) / 2)
    assert found.df == 3
    assert found.low > 0


def test_people_who_answered_half_are_left_out_of_all_three():
    whole = coorientation([75, 70, 77], [70, 70, 73], [50, 45, 52], [60, 55, 59])
    holed = coorientation([75, 70, 77, 0], [70, 70, 73, nan], [50, 45, 52, nan], [60, 55, 59, 100])
    assert holed == whole


def test_swapping_the_sides_turns_the_agreement_and_names_the_same_people():
    x, y = ([75, 70, 77], [70, 70, 73]), ([50, 45, 52], [60, 55, 59])
    one = coorientation(*x, *y)
    other = coorientation(*y, *x, sides=("supplier", "client"))
    assert other.agreement.difference == -one.agreement.difference
    assert other.accuracy == one.accuracy[::-1]
    assert other.state.name == one.state.name
    assert set(other.state.mistaken) == set(one.state.mistaken)


def test_a_difference_without_an_interval_settles_no_state():
    assert coorientation([75], [70], [50], [60]).state.name == "cannot_tell"
    assert coorientation([50, 50], [50, 50], [50, 50], [50, 50]).state.name == "cannot_tell"
    nobody = coorientation([nan], [50], [50, 60], [50, 60])
    assert nobody.state.name == "cannot_tell"
    assert nobody.congruency[0].difference.reason == "nobody answered both"


def test_two_answers_a_person_are_expected():
    with pytest.raises(ValueError, match="one own view"):
        coorientation([1, 2], [1], [1], [1])


@given(profile)
def test_similarity_is_symmetric_and_bounded(rows):
    x, y = columns(rows)
    one, other = similarity(x, y), similarity(y, x)
    assert other.d2 == pytest.approx(one.d2)
    assert other.double_entry == pytest.approx(one.double_entry, nan_ok=True)
    assert isnan(one.double_entry) or -1.000001 <= one.double_entry <= 1.000001
    assert isnan(one.r) or -1.000001 <= one.r <= 1.000001
    assert one.rms <= 100
    assert one.rms**2 * len(rows) == pytest.approx(one.d2)


def test_the_same_shape_at_another_level_is_not_the_same_profile():
    x = np.array([78, 81, 72, 70, 68, 73])
    found = similarity(x, x - 20)
    assert found.r == pytest.approx(1)
    assert found.double_entry < 0
    assert found.rms == 20
    assert similarity(x, x).double_entry == 1


def test_double_entry_is_the_correlation_of_both_profiles_entered_both_ways():
    x, y = [78, 81, 72, 70, 68, 73], [75, 66, 80, 68, 61, 72]
    assert similarity(x, y).double_entry == pytest.approx(np.corrcoef([*x, *y], [*y, *x])[0, 1])


def test_what_cannot_be_told_says_why():
    assert similarity([nan, 50], [50, nan]).rms.reason == "no dimension in common"
    assert similarity([50, 60], [40, 70]).r.reason == "fewer than three dimensions, or a flat profile"
    assert similarity([50, 50, 50], [40, 70, 20]).r.reason == "fewer than three dimensions, or a flat profile"
    assert similarity([50, 50], [50, 50]).double_entry.reason == "no spread"
    assert similarity([50, 60, nan], [40, 70, 10]).dimensions == 2
