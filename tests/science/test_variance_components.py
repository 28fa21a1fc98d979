"""Variance between groups and inside them: hand computations, the boundary, and good manners with numbers."""

from math import isfinite, isnan, log, nan, pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reciproque.science.variance_components import (
    group_sums,
    icc,
    lowest,
    one_way_reml,
    one_way_reml_from,
    shrout_fleiss,
)

TABLE = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
UNEQUAL = ([61, 48, 55, 70, 72, 30, 41, 35, 44, 66], list("aaabbccccd"))

files = st.lists(st.tuples(st.integers(0, 100), st.sampled_from("abcd")), min_size=1, max_size=25)


def deviance(scores, groups, between, within):
    """-2 log restricted likelihood from the full covariance matrix, the long way."""
    y, labels = np.array(scores, float), np.array(groups)
    v = within * np.eye(len(y)) + between * (labels[:, None] == labels[None, :])
    inverse = np.linalg.inv(v)
    total = inverse.sum()
    rest = y - inverse.sum(axis=0) @ y / total
    return (len(y) - 1) * log(2 * pi) + np.linalg.slogdet(v)[1] + log(total) + rest @ inverse @ rest


def test_balanced_groups_by_hand():
    found = icc([1, 2, 5, 6], ["a", "a", "b", "b"])
    assert (found.msb, found.msw, found.n0, found.k, found.n) == (16, 0.5, 2, 2, 4)
    assert found.icc1 == found.icc1_mean_size == pytest.approx(15.5 / 16.5)
    assert found.icc1_reml == pytest.approx(found.icc1)
    assert found.icc2 == pytest.approx(15.5 / 16)


def test_with_unequal_sizes_n0_is_under_the_arithmetic_mean_size():
    found = icc(*UNEQUAL)
    assert found.n0 == pytest.approx((10 - (9 + 4 + 16 + 1) / 10) / 3)
    assert found.n0 < 2.5
    assert found.icc1 != pytest.approx(found.icc1_mean_size)


def test_reml_is_the_top_of_the_full_likelihood():
    found = one_way_reml(*UNEQUAL)
    best = deviance(*UNEQUAL, found.between, found.within)
    assert best == pytest.approx(-2 * found.loglik)
    for factor in (0.97, 1.03):
        assert deviance(*UNEQUAL, found.between * factor, found.within) > best
        assert deviance(*UNEQUAL, found.between, found.within * factor) > best


def test_groups_more_alike_than_chance_stop_at_the_boundary_and_keep_the_negative_anova_form():
    scores, groups = [10, 90, 50, 11, 89, 53, 12, 88, 47], list("aaabbbccc")
    found = one_way_reml(scores, groups)
    assert found.between == 0
    assert found.boundary
    assert found.within == pytest.approx(np.var(scores, ddof=1))
    assert icc(scores, groups).icc1 < 0
    assert icc(scores, groups).icc2 < 0
    assert icc(scores, groups).icc1_reml == 0


def test_sums_of_an_engine_give_the_same_as_the_answers():
    sums = group_sums(*UNEQUAL)
    assert sums.labels.tolist() == list("abcd")
    assert one_way_reml_from(sums.n, sums.mean, sums.ss) == one_way_reml(*UNEQUAL)
    padded = one_way_reml_from([*sums.n, 0, 5], [*sums.mean, nan, 50], [*sums.ss[:3], nan, 0, nan])
    assert padded == one_way_reml(*UNEQUAL)


def test_a_shift_of_a_million_loses_no_digits():
    scores, groups = UNEQUAL
    moved = one_way_reml(np.array(scores) + 1e6, groups)
    assert moved.between == pytest.approx(one_way_reml(scores, groups).between, rel=1e-6)
    assert moved.mean - 1e6 == pytest.approx(one_way_reml(scores, groups).mean, abs=1e-6)


@given(files)
def test_any_file_gives_shares_or_a_reason_and_stays_as_it_was(rows):
    scores = np.array([score for score, _ in rows], dtype=float)
    groups = np.array([group for _, group in rows])
    before = scores.copy()
    found, model = icc(scores, groups), one_way_reml(scores, groups)
    assert np.array_equal(scores, before)
    for share in (found.icc1, found.icc2, found.icc1_mean_size, found.icc1_reml):
        assert (isnan(share) and share.reason) or share <= 1 + 1e-12
    assert model.reason is not None or (model.between >= 0 and model.within > 0 and isfinite(model.loglik))


@given(files, st.integers(0, 99), st.integers(1, 9))
def test_order_is_irrelevant_and_units_scale(rows, seed, unit):
    order = np.random.default_rng(seed).permutation(len(rows))
    scores, groups = np.array([r[0] for r in rows], float), np.array([r[1] for r in rows])
    one, other = one_way_reml(scores, groups), one_way_reml(unit * scores[order], groups[order])
    assert other.between == pytest.approx(unit**2 * one.between, rel=1e-6, abs=1e-6, nan_ok=True)
    assert other.within == pytest.approx(unit**2 * one.within, rel=1e-6, nan_ok=True)


@pytest.mark.parametrize(
    ("scores", "groups", "reason"),
    [
        ([], [], "fewer than two groups"),
        ([50], ["a"], "fewer than two groups"),
        ([50, 60, nan], ["a", "a", "b"], "fewer than two groups"),
        ([50, 60, 70], ["a", "b", "c"], "no group has two people"),
    ],
)
def test_what_cannot_be_told_says_why(scores, groups, reason):
    model, found = one_way_reml(scores, groups), icc(scores, groups)
    assert isnan(model.between)
    assert isnan(model.within)
    assert model.reason == reason
    assert found.icc1.reason == found.icc2.reason == found.icc1_reml.reason == reason


def test_everybody_agreeing_inside_groups_leaves_all_the_variance_between():
    model = one_way_reml([40, 40, 60, 60], ["a", "a", "b", "b"])
    assert (model.within, model.between, model.mean) == (0, 200, 50)
    assert model.reason == "no spread in groups"
    assert icc([40, 40, 60, 60], ["a", "a", "b", "b"]).icc1 == 1
    assert isnan(icc([5, 5, 5, 5], ["a", "a", "b", "b"]).icc1)


def test_ragged_input_is_refused():
    with pytest.raises(ValueError, match="one group label"):
        icc([1, 2, 3], ["a", "b"])
    with pytest.raises(ValueError, match="subjects x judges"):
        shrout_fleiss([1, 2, 3])


def test_the_table_of_1979_and_its_symmetries():
    found = shrout_fleiss(TABLE)
    assert round(found.icc1_1, 2) == 0.17
    assert round(found.icc3_1, 2) == 0.71
    table = np.array(TABLE, dtype=float)
    turned = shrout_fleiss(table[::-1, ::-1])
    assert turned.icc2_1 == pytest.approx(found.icc2_1)
    harsher = table + np.array([0, 50, 0, 0])
    assert shrout_fleiss(harsher).icc3_1 == pytest.approx(found.icc3_1)
    assert shrout_fleiss(harsher).icc2_1 < found.icc2_1
    assert found.icc3_k == pytest.approx(4 * found.icc3_1 / (1 + 3 * found.icc3_1))


def test_judges_with_a_missing_answer_lose_that_subject_only():
    holed = [*TABLE, [nan, 1, 1, 1]]
    assert shrout_fleiss(holed) == shrout_fleiss(TABLE)
    assert shrout_fleiss([[1, 2]]).icc1_1.reason == "fewer than two complete subjects or two judges"
    assert isnan(shrout_fleiss([[3, 3], [3, 3]]).icc1_1)


def test_a_valley_far_from_the_expected_scale_is_found():
    assert lowest(lambda x: (x - 3e9) ** 2, lambda x: 2 * (x - 3e9), 1.0) == pytest.approx(3e9)
    assert lowest(lambda x: (x - 1e-7) ** 2, lambda x: 2 * (x - 1e-7), 1.0) == pytest.approx(1e-7, rel=1e-6)


def test_no_table_at_all_says_why():
    assert shrout_fleiss([]).subjects == 0
    assert isnan(shrout_fleiss([]).icc1_1)
