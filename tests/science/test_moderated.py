"""Variances of small groups lend each other strength: by hand, bounds, and what nobody can tell."""

from math import inf, isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import polygamma, stdtrit

from reciproque.science.margins import Moderated, moderated_interval, moderated_variance, trigamma_inverse

groups = st.lists(st.tuples(st.integers(0, 12), st.floats(0, 2500)), min_size=1, max_size=15)


@given(groups)
def test_a_moderated_variance_lies_between_its_own_and_the_common_one(rows):
    df, variances = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    before = variances.copy()
    found = moderated_variance(variances, df)
    assert np.array_equal(variances, before)
    if found.reason is None:
        own = np.where(df > 0, variances, found.s0_squared)
        low, high = np.minimum(own, found.s0_squared), np.maximum(own, found.s0_squared)
        assert ((found.posterior >= low * 0.999999) & (found.posterior <= high * 1.000001)).all()
        assert (found.df == found.d0 + np.where(df > 0, df, 0)).all()


@given(groups, st.integers(0, 99), st.integers(1, 9))
def test_order_is_irrelevant_and_units_scale(rows, seed, unit):
    df, variances = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    order = np.random.default_rng(seed).permutation(len(df))
    one, other = moderated_variance(variances, df), moderated_variance(unit**2 * variances[order], df[order])
    assert other.posterior == pytest.approx(unit**2 * one.posterior[order], rel=1e-6, nan_ok=True)


def test_variances_no_further_apart_than_chance_are_wholly_pooled():
    found = moderated_variance([240, 310, 275, 290, 262, 255], 6)
    assert found.d0 == inf
    assert found.posterior == pytest.approx(np.full(6, 272))
    interval = moderated_interval([50], [7], [240], found)
    assert interval.high[0] - 50 == pytest.approx(1.959964 * (272 / 7) ** 0.5, rel=1e-6)


def test_the_interval_by_hand():
    prior = Moderated(4, 400, np.empty(0), np.empty(0))
    found = moderated_interval([60, 60], [5, 5], [300, 0], prior)
    assert found.df.tolist() == [8, 8]
    expected = stdtrit(8, 0.975) * np.sqrt(np.array([(4 * 400 + 4 * 300) / 8, 4 * 400 / 8]) / 5)
    assert found.high - 60 == pytest.approx(expected)
    assert 60 - found.low == pytest.approx(expected)


def test_three_people_who_agree_do_not_get_an_interval_of_nil():
    found = moderated_variance([0, 120, 310, 240, 0, 450, 180, 90], 2)
    assert found.posterior.min() > 50
    interval = moderated_interval([70.0], [3], [0.0], found)
    assert interval.high[0] - interval.low[0] > 15


def test_a_zero_does_not_decide_for_the_others():
    others = [120, 310, 240, 450, 180, 90, 260, 205]
    assert moderated_variance([*others, 0], 5).d0 == moderated_variance(others, 5).d0
    assert moderated_variance([*others, 1e-28], 5).d0 == moderated_variance(others, 5).d0


def test_one_person_borrows_the_spread_of_the_others():
    found = moderated_variance([nan, 120, 310, 240, 800, 15], [0, 5, 5, 5, 5, 5])
    assert found.posterior[0] == found.s0_squared
    interval = moderated_interval([40.0], [1], [nan], found)
    assert interval.df[0] == pytest.approx(found.d0)
    assert interval.low[0] < 40 < interval.high[0]


@pytest.mark.parametrize("variances", [[], [100.0], [0.0, 0.0, 0.0], [nan, nan], [0.0, 90.0]])
def test_a_collection_that_says_nothing_lends_nothing(variances):
    found = moderated_variance(variances, 4)
    assert found.d0 == 0
    assert isnan(found.s0_squared)
    assert found.reason == "fewer than two groups with a spread"
    plain = moderated_interval([50], [5], [200], found)
    assert plain.high[0] - 50 == pytest.approx(stdtrit(4, 0.975) * (200 / 5) ** 0.5)


def test_nobody_and_no_spread_give_no_interval():
    nothing = Moderated(0, nan, np.empty(0), np.empty(0))
    found = moderated_interval([50, 50, nan], [0, 5, 0], [nan, 0, nan], nothing)
    assert np.isnan(found.low).all()
    assert np.isnan(found.high).all()


@given(st.floats(1e-9, 1e9))
def test_the_inverse_of_trigamma(x):
    assert float(polygamma(1, trigamma_inverse(x))) == pytest.approx(x, rel=1e-6)


def test_intervals_hold_nineteen_times_in_twenty_when_spreads_differ():
    rng = np.random.default_rng(8)
    inside = []
    for _ in range(80):
        sd = 15 * np.exp(rng.normal(0, 0.25, 40))
        answers = rng.normal(50, sd[:, None], (40, 5))
        variances = answers.var(axis=1, ddof=1)
        found = moderated_interval(answers.mean(axis=1), np.full(40, 5), variances, moderated_variance(variances, 4))
        inside.append(((found.low < 50) & (found.high > 50)).mean())
    assert 0.93 < np.mean(inside) < 0.97
