"""Intervals of small groups, with caution: others may widen an interval, and hardly narrow it."""

from math import isinf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reciproque.science.margins import (
    Moderated,
    cautious_variance,
    mean_interval,
    moderated_interval,
    moderated_variance,
)

groups = st.lists(st.tuples(st.floats(1, 900), st.integers(1, 20)), min_size=2, max_size=15)


@settings(deadline=None)
@given(groups)
def test_nobody_receives_less_than_their_own_variance_nor_more_than_four_degrees_of_freedom(rows):
    variances, df = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    before = variances.copy()
    found = cautious_variance(variances, df)
    assert np.array_equal(variances, before)
    assert (found.posterior >= variances * (1 - 1e-9)).all()
    assert found.d0 <= 4
    assert (found.df <= df + 4).all()


@settings(deadline=None)
@given(groups, st.floats(0.1, 50), st.integers(0, 99))
def test_the_unit_and_the_order_of_groups_are_irrelevant(rows, unit, seed):
    variances, df = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    order = np.random.default_rng(seed).permutation(len(rows))
    one, other = cautious_variance(variances, df), cautious_variance(unit**2 * variances[order], df[order])
    assert other.posterior == pytest.approx(unit**2 * one.posterior[order], rel=1e-6)


def test_by_hand_when_variances_are_alike():
    variances = np.array([240.0, 310, 275, 290, 262, 255])
    assert isinf(moderated_variance(variances, 6).d0)
    found = cautious_variance(variances, 6)
    common = variances.mean()
    assert found.posterior == pytest.approx(np.maximum(variances, (4 * common + 6 * variances) / 10))
    interval = mean_interval(np.full(6, 50.0), 7, found)
    assert interval.high[1] - 50 == pytest.approx(2.228139 * (310 / 7) ** 0.5, rel=1e-6)


def test_a_side_of_two_camps_keeps_its_wide_interval_among_sides_that_agree():
    variances = np.array([150.0, 170, 160, 140, 155, 165, 145, 150, 160, 1700])
    plain, prior = moderated_variance(variances, 4), cautious_variance(variances, 4)
    narrow = moderated_interval(np.zeros(10), 5, variances, plain).high
    wide = mean_interval(np.zeros(10), 5, prior).high
    assert wide[-1] > narrow[-1]
    assert prior.posterior[-1] == 1700


def test_people_who_happen_to_agree_still_have_an_interval_and_do_not_decide_for_all():
    found = cautious_variance([0, 120, 310, 240, 260, 450, 180, 290], 2)
    without = cautious_variance([120, 310, 240, 260, 450, 180, 290], 2)
    assert found.posterior[0] > 50
    assert found.s0_squared == pytest.approx(without.s0_squared, rel=0.5)


def test_with_nobody_to_lend_the_interval_is_the_plain_one_and_says_so():
    alone = cautious_variance([300], 4)
    assert alone.reason
    assert mean_interval([60], [5], alone).high == pytest.approx(60 + 2.776445 * (300 / 5) ** 0.5, rel=1e-6)
    nothing = mean_interval(
        [60, 60, 60], [5, 0, 5], Moderated(0.0, nan, np.array([0.0, 300, nan]), np.array([4.0, 4, 4]))
    )
    assert np.isnan(nothing.low).all()
    assert np.isnan(nothing.high).all()


def test_a_group_of_one_borrows_the_usual_spread():
    found = cautious_variance([nan, 300, 280, 310, 320], [0, 5, 5, 5, 5])
    assert found.posterior[0] == pytest.approx(found.s0_squared)
    assert mean_interval([50] * 5, [1, 6, 6, 6, 6], found).high[0] > 60
