"""Differences between two groups, effect sizes, many tests at once: by hand, symmetric, and never a crash."""

from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reciproque.science.gaps import adjust, cliff_delta, hedges_g, welch, welch_from

CLIENT, SUPPLIER = [70, 80, 90], [40, 60, 50, 50]
people = st.lists(st.one_of(st.integers(0, 100).map(float), st.just(nan)), max_size=12)
MEASURES = (welch, hedges_g, cliff_delta)


def central(found):
    return found.difference if hasattr(found, "difference") else found.value


def test_welch_by_hand():
    found = welch(CLIENT, SUPPLIER)
    assert found.difference == 30
    assert found.se == pytest.approx((100 / 3 + 200 / 3 / 4) ** 0.5)
    assert found.df == pytest.approx(50**2 / ((100 / 3) ** 2 / 2 + (50 / 3) ** 2 / 3))
    assert found.high - 30 == pytest.approx(30 - found.low)
    assert 0.01 < found.p < 0.02


@given(people, people)
@pytest.mark.parametrize("measure", MEASURES)
def test_swapping_the_sides_turns_the_sign(measure, a, b):
    one, other = measure(a, b), measure(b, a)
    assert central(other) == pytest.approx(-central(one), nan_ok=True)
    assert other.low == pytest.approx(-one.high, rel=1e-5, abs=1e-6, nan_ok=True)


@given(people, people, st.integers(0, 99))
@pytest.mark.parametrize("measure", MEASURES)
def test_order_and_missing_answers_are_irrelevant_and_the_arrays_stay(measure, a, b, seed):
    array = np.array(a)
    shuffled = np.random.default_rng(seed).permutation(array)
    before = shuffled.copy()
    one, other = measure(a, b), measure([*shuffled, nan], b)
    assert np.array_equal(shuffled, before, equal_nan=True)
    assert central(other) == pytest.approx(central(one), nan_ok=True)
    assert other.high == pytest.approx(one.high, rel=1e-5, abs=1e-6, nan_ok=True)


@given(people, people)
def test_cliff_stays_on_its_scale_and_depends_on_order_only(a, b):
    found = cliff_delta(a, b)
    stretched = cliff_delta(np.array(a) ** 3, np.array(b) ** 3)
    assert stretched.value == pytest.approx(found.value, nan_ok=True)
    if not isnan(found.value):
        assert -1 <= found.low <= found.value <= found.high <= 1


def test_cliff_by_counting():
    found = cliff_delta([4, 5, 6, 7], [3, 4, 5, 5, 2])
    above = sum(x > y for x in (4, 5, 6, 7) for y in (3, 4, 5, 5, 2))
    below = sum(x < y for x in (4, 5, 6, 7) for y in (3, 4, 5, 5, 2))
    assert found.value == pytest.approx((above - below) / 20)


def test_groups_that_do_not_overlap_keep_an_honest_inner_end():
    found = cliff_delta([8, 9, 10, 11, 12, 13], [1, 2, 3, 4, 5, 6])
    assert (found.value, found.high) == (1, 1)
    assert 0 < found.low < 0.2
    turned = cliff_delta([1, 2, 3, 4, 5, 6], [8, 9, 10, 11, 12, 13])
    assert (turned.low, turned.high) == (-1, -found.low)


def test_hedges_is_smaller_than_the_plain_standardised_difference():
    plain = 30 / ((2 * 100 + 3 * 200 / 3) / 5) ** 0.5
    found = hedges_g(CLIENT, SUPPLIER)
    assert found.value == pytest.approx(plain * 0.8408, rel=1e-3)
    assert found.low < found.value < found.high


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        ([50], [40, 60], "fewer than two people"),
        ([50, 50], [40, 40], "no spread on either side"),
        ([], [40, 60], "nobody on one side"),
    ],
)
def test_what_cannot_be_told_says_why(a, b, reason):
    found = welch(a, b)
    assert found.low.reason == found.p.reason == reason
    assert isnan(hedges_g(a, b).value)
    assert hedges_g(a, b).low.reason in (reason, "fewer than two people")
    if a:
        assert found.difference == np.mean(a) - np.mean(b)


def test_aggregates_give_the_same_as_answers_for_many_pairs_at_once():
    a, b = np.array(CLIENT, float), np.array(SUPPLIER, float)
    found = welch_from([3, 3], a.mean(), a.var(ddof=1), [4, 1], b.mean(), [b.var(ddof=1), nan])
    single = welch(a, b)
    assert found.low.tolist() == [pytest.approx(single.low), pytest.approx(nan, nan_ok=True)]
    assert found.p[0] == pytest.approx(single.p)
    assert found.difference.tolist() == [30, 30]


def test_what_a_prior_lends_counts_as_people():
    own = welch_from(3, 80, 100, 4, 50, 70)
    lent = welch_from(3, 80, 100, 4, 50, 70, lent=4)
    assert lent.se == own.se
    assert lent.df > own.df + 4
    assert lent.low > own.low
    endless = welch_from(1, 80, 100, 4, 50, 70, lent=np.inf)
    assert endless.df == np.inf
    assert endless.high - endless.low == pytest.approx(2 * 1.959964 * (100 + 70 / 4) ** 0.5, rel=1e-6)


@given(st.lists(st.one_of(st.floats(0, 1), st.just(nan)), max_size=20), st.integers(0, 99))
@pytest.mark.parametrize("method", ["bh", "by", "holm"])
def test_corrected_values_are_larger_keep_their_order_and_their_holes(method, p, seed):
    values = np.array(p, dtype=float)
    before = values.copy()
    found = adjust(values, method)
    assert np.array_equal(values, before, equal_nan=True)
    assert np.array_equal(np.isnan(found), np.isnan(values))
    known = ~np.isnan(values)
    assert ((found[known] >= values[known]) & (found[known] <= 1)).all()
    assert (np.diff(found[known][np.argsort(values[known])]) >= 0).all()
    order = np.random.default_rng(seed).permutation(len(values))
    assert adjust(values[order], method) == pytest.approx(found[order], nan_ok=True)


def test_the_fifteen_values_of_1995():
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    p += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert (adjust(p) <= 0.05).sum() == 4
    assert (adjust(p, "holm") <= 0.05).sum() == 3
    assert (adjust(p, "by") <= 0.05).sum() == 3


def test_a_p_value_off_its_range_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjust([0.5, 1.2])
