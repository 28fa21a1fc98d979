"""Small groups borrow from the others, never too much, and never without saying how much."""

from math import isnan, nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reciproque.science.shrinkage import empirical_bayes, random_effects, tau2_off_zero, tau2_reml

N, MEAN, SS = [3, 3, 12, 12, 12], [20, 70, 40, 50, 60], [800, 800, 4400, 4400, 4400]
EFFECTS, SE = [24, -3.5, 11, 0.5, 18, -12], [7.1, 4.2, 9.8, 5.5, 3.9, 8.4]
sides = st.lists(
    st.tuples(st.integers(0, 15), st.floats(0, 100), st.just(0.0) | st.floats(0.01, 900)), min_size=1, max_size=12
)


def test_the_weight_is_the_share_of_true_variance():
    found = empirical_bayes(N, MEAN, SS)
    assert found.weight == pytest.approx(found.between / (found.between + found.within / np.array(N)))
    assert found.shrunken == pytest.approx(found.mean + found.weight * (np.array(MEAN) - found.mean))
    assert found.weight[0] < found.weight[2]


def test_the_intervals_are_wider_than_if_everything_were_known_and_narrower_than_raw():
    found = empirical_bayes(N, MEAN, SS)
    known = np.sqrt(found.weight * found.within / np.array(N))
    assert (found.se > known).all()
    assert (found.se < 1.05 * np.sqrt(found.within / np.array(N))).all()
    wider = empirical_bayes(N, MEAN, SS, level=0.99)
    assert (wider.low < found.low).all()


def test_morris_by_hand_with_equal_variances():
    y, v = np.array([10.0, 20, 30, 60]), 25.0
    found = random_effects(y, [5, 5, 5, 5])
    b = 1 / 3 * v / (v + tau2_off_zero(y, [v] * 4))
    expected = v * (1 - 3 / 4 * b) + 2 * b**2 * (y - 30) ** 2
    assert found.tau2 == pytest.approx(y.var(ddof=1) - v)
    assert (found.high - found.low) / 2 == pytest.approx(1.959964 * np.sqrt(expected), rel=1e-6)


@given(sides)
def test_a_shrunken_mean_lies_between_its_own_and_the_common_one(rows):
    n, mean, ss = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    before = mean.copy()
    found = empirical_bayes(n, mean, ss)
    assert np.array_equal(before, mean)
    known = ~np.isnan(found.shrunken)
    assert not (known & (n == 0)).any()
    low, high = np.minimum(mean, found.mean)[known], np.maximum(mean, found.mean)[known]
    if found.reason is None:
        assert ((found.shrunken[known] >= low - 1e-6) & (found.shrunken[known] <= high + 1e-6)).all()
    assert (found.low[known] < found.high[known]).all()
    assert ((found.weight[known] >= 0) & (found.weight[known] <= 1)).all()


@given(st.integers(0, 999))
def test_the_order_of_sides_is_irrelevant(seed):
    order = np.random.default_rng(seed).permutation(6)
    one, other = random_effects(EFFECTS, SE), random_effects(np.array(EFFECTS)[order], np.array(SE)[order])
    assert other.blups == pytest.approx(one.blups[order])
    assert other.tau2 == pytest.approx(one.tau2)
    turned = random_effects(-np.array(EFFECTS), SE)
    assert turned.blups == pytest.approx(-one.blups)
    assert turned.low == pytest.approx(-one.high)


def test_gaps_that_chance_explains_all_shrink_to_their_mean_and_keep_an_interval():
    found = random_effects([4, 5.5, 3, 6, 2.5], [6, 8, 5, 9, 7])
    assert (found.tau2, found.boundary) == (0, True)
    assert found.blups == pytest.approx(np.full(5, found.mean))
    assert (found.high - found.low > 4).all()
    assert found.mean_se == pytest.approx(1 / sqrt(sum(1 / se**2 for se in (6, 8, 5, 9, 7))))


def test_an_effect_known_perfectly_is_hardly_moved():
    found = random_effects([24, -3, 11, 0, 18], [0.001, 4, 5, 6, 4])
    assert found.blups[0] == pytest.approx(24, abs=1e-3)


def test_an_unusable_effect_is_left_out_and_stays_unknown():
    found = random_effects([*EFFECTS, nan, 3, 4], [*SE, 5, 0, nan])
    alone = random_effects(EFFECTS, SE)
    assert found.k == 6
    assert found.blups[:6] == pytest.approx(alone.blups)
    assert np.isnan(found.blups[6:]).all()
    assert np.isnan(found.low[6:]).all()


def test_under_four_groups_nothing_is_shrunk_and_it_is_said():
    found = random_effects([10, 20, 30], [3, 3, 3])
    assert found.blups.tolist() == [10, 20, 30]
    assert found.low == pytest.approx(np.array([10, 20, 30]) - 1.959964 * 3, rel=1e-6)
    assert found.reason == "fewer than four groups: nothing is shrunk"
    assert random_effects([], []).reason is not None


def test_without_anything_to_separate_the_variances_the_raw_mean_is_all_there_is():
    alone = empirical_bayes([1, 1, 1, 1], [10, 20, 30, 40], [0, 0, 0, 0])
    assert alone.reason == "no group has two people"
    assert np.isnan(alone.shrunken).all()
    assert alone.raw.tolist() == [10, 20, 30, 40]
    agreeing = empirical_bayes([5] * 4, [10, 20, 30, 40], [0] * 4)
    assert agreeing.reason == "no spread in groups"
    assert np.isnan(agreeing.low).all()


def test_the_variance_of_effects_by_hand():
    assert tau2_reml([0, 10, 20], [9, 9, 9]) == pytest.approx(100 - 9)
    assert tau2_reml([10, 11, 12], [9, 9, 9]) == 0
    assert isnan(tau2_reml([10], [9]))


def test_the_variance_for_widths_stands_above_the_likeliest_and_off_zero():
    for effects, se in (([0, 10, 20], 3), ([10, 11, 12], 3), (EFFECTS, np.array(SE)), ([5, 5, 5, 5], 2)):
        variances = np.full(len(effects), 1.0) * np.square(se)
        wide = tau2_off_zero(effects, variances)
        assert wide > tau2_reml(effects, variances)
        around = [_penalised(effects, variances, wide * factor) for factor in (0.99, 1, 1.01)]
        assert around[1] == min(around)
    assert isnan(tau2_off_zero([10], [9]))


def _penalised(effects, variances, tau2):
    w = 1 / (variances + tau2)
    mu = (w * effects).sum() / w.sum()
    return -np.log(w).sum() + np.log(w.sum()) + (w * (effects - mu) ** 2).sum() - np.log(tau2)


def test_means_of_sides_that_hardly_differ_are_inside_too():
    rng, inside = np.random.default_rng(8), []
    for _ in range(150):
        truth = rng.normal(50, 4, 40)
        found = empirical_bayes([6] * 40, rng.normal(truth, 20 / np.sqrt(6)), 400 * rng.chisquare(5, 40))
        inside.append(((found.low < truth) & (truth < found.high)).mean())
    assert np.mean(inside) > 0.94


def test_true_means_are_inside_their_intervals_about_nineteen_times_in_twenty():
    rng = np.random.default_rng(4)
    inside = []
    for _ in range(60):
        n = rng.integers(3, 12, 40)
        truth = rng.normal(50, 10, 40)
        found = empirical_bayes(n, rng.normal(truth, 20 / np.sqrt(n)), 400 * rng.chisquare(n - 1))
        inside.append(((found.low < truth) & (truth < found.high)).mean())
    assert 0.93 < np.mean(inside) < 0.97


def test_twenty_thousand_relationships_shrink_in_a_blink():
    from time import process_time

    rng = np.random.default_rng(1)
    n = rng.integers(3, 30, 40_000).astype(float)
    mean = rng.normal(50, np.sqrt(100 + 300 / n))
    start = process_time()
    found = empirical_bayes(n, mean, 300 * rng.chisquare(n - 1))
    gaps = random_effects(mean, np.sqrt(300 / n))
    assert process_time() - start < 0.5
    assert sqrt(found.between) == pytest.approx(10, abs=0.3)
    assert sqrt(gaps.tau2) == pytest.approx(10, abs=0.3)


def test_a_standard_error_below_nil_is_no_standard_error():
    found = random_effects([10, -4, 22, 3, 5], [4, 5, 6, 4, -2])
    assert found.k == 4
    assert isnan(found.blups[4])
    assert found.tau2 == random_effects([10, -4, 22, 3], [4, 5, 6, 4]).tau2
