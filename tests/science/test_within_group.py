"""Agreement inside groups: hand computations, every possible answer sheet, and what must not change a figure."""

from itertools import product
from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reciproque.science import within_group
from reciproque.science.values import Undefined

INDICES = ("rwg_j", "r_star_wg_j", "a_wg", "ad_mean", "ad_median")


def figures(items, groups, points=7):
    found = within_group.agreement(items, groups, points)
    return {name: getattr(found, name) for name in INDICES}


def same(one, other):
    return all(one[name] == pytest.approx(other[name], nan_ok=True, abs=1e-12) for name in INDICES)


def sheets(seed, missing=0.0):
    """Answers of 60 people in 12 groups of 1 to 9, in no order."""
    rng = np.random.default_rng(seed)
    groups = rng.permutation(np.repeat(np.arange(12), [1, 2, 3, 4, 5, 6, 7, 8, 9, 5, 5, 5]))
    items = rng.integers(1, 8, size=(60, 3)).astype(float)
    items[rng.random(items.shape) < missing] = np.nan
    return items, groups


def test_one_group_by_hand():
    # 2, 4, 4, 6: mean 4, squares 8, variance 8/3; distances 2 0 0 2; widest variance (1 + 7) * 4 - 16 - 7 = 9.
    found = within_group.agreement([2, 4, 4, 6], ["x"] * 4, 7)
    assert found.r_star_wg_j.tolist() == [pytest.approx(1 - 8 / 3 / 4)]
    assert found.rwg_j.tolist() == [pytest.approx(1 - 8 / 3 / 4)]
    assert found.a_wg.tolist() == [pytest.approx(1 - 2 * (8 / 3) / (9 * 4 / 3))]
    assert (found.ad_mean.tolist(), found.ad_median.tolist()) == ([1.0], [1.0])
    assert (found.n.tolist(), found.reasons) == ([4], (None,))


def test_several_items_by_hand():
    # Variances 1 and 3, mean 2, chance 4: S = 0.5; two items: 2 * 0.5 / (2 * 0.5 + 0.5).
    items = [[3, 2], [4, 4], [5, 5.464101615137754]]
    assert within_group.r_star_wg_j(items, [0, 0, 0], 7)[0] == pytest.approx(
        1 - (1 + np.var([2, 4, 2 + 12**0.5], ddof=1)) / 8
    )
    agreed = within_group.r_star_wg_j(items, [0, 0, 0], 7)[0]
    assert within_group.rwg_j(items, [0, 0, 0], 7)[0] == pytest.approx(2 * agreed / (2 * agreed + 1 - agreed))


def test_the_median_weighs_one_distant_person_less():
    found = within_group.agreement([4, 4, 4, 4, 7], [1] * 5, 7)
    assert found.ad_median[0] == pytest.approx(3 / 5)
    assert found.ad_mean[0] == pytest.approx((4 * 0.6 + 2.4) / 5)
    assert within_group.ad_median([1, 2, 5, 6], [1] * 4, 7)[0] == 2.0


def test_full_agreement_and_two_camps():
    found = within_group.agreement([[4, 5], [4, 5], [4, 5], [1, 7], [7, 1], [1, 7], [7, 1]], [0] * 3 + [1] * 4, 7)
    assert found.rwg_j.tolist() == [1.0, 0.0]
    assert found.r_star_wg_j.tolist() == [1.0, pytest.approx(-2.0)]
    assert found.a_wg[1] == pytest.approx(-1.0)
    assert found.ad_mean.tolist() == [0.0, 3.0]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([7, 7, 7], 1.0),
        ([1, 1, 1], 1.0),
        ([7, 7, 6], np.nan),  # mean above (7 * 2 + 1) / 3
        ([7, 7, 1], -1.0),  # exactly at it: as wide as can be
        ([1, 2, 1], np.nan),
    ],
)
def test_a_wg_near_the_ends_of_the_scale(answers, expected):
    found = within_group.agreement(answers, ["g"] * 3, 7)
    assert found.a_wg[0] == pytest.approx(expected, nan_ok=True)
    assert found.reasons == ((within_group.AT_AN_END if np.isnan(expected) else None),)


def test_a_wg_leaves_out_the_items_that_cannot_tell():
    both = within_group.a_wg([[7, 3], [7, 4], [6, 5]], [0] * 3, 7)
    assert both == pytest.approx(within_group.a_wg([3, 4, 5], [0] * 3, 7))


@given(seed=st.integers(0, 999))
@settings(max_examples=20, deadline=None)
def test_order_labels_direction_and_type_change_nothing(seed):
    items, groups = sheets(seed, missing=0.1)
    before, labels, expected = items.copy(), groups.copy(), figures(items, groups)
    order = np.random.default_rng(seed).permutation(60)
    assert same(figures(items[order], groups[order]), expected)
    assert same(figures(items[:, [2, 0, 1]], groups), expected)
    assert same(figures(8 - items, groups), expected)
    assert same(figures(items, [f"side-{group:02d}" for group in groups]), expected)
    assert np.array_equal(items, before, equal_nan=True)
    assert np.array_equal(groups, labels)


@given(seed=st.integers(0, 999))
@settings(max_examples=20, deadline=None)
def test_bounds_and_single_functions(seed):
    items, groups = sheets(seed, missing=0.1)
    found = figures(items, groups)
    for name, (low, high) in {"rwg_j": (0, 1), "r_star_wg_j": (-np.inf, 1), "a_wg": (-1, 1)}.items():
        known = found[name][~np.isnan(found[name])]
        assert ((known >= low - 1e-12) & (known <= high + 1e-12)).all(), name
    for name in ("ad_mean", "ad_median"):
        known = found[name][~np.isnan(found[name])]
        assert ((known >= 0) & (known <= 3)).all()
    assert (found["ad_median"] <= found["ad_mean"] + 1e-12)[~np.isnan(found["ad_mean"])].all()
    for name in INDICES:
        assert getattr(within_group, name)(items, groups, 7) == pytest.approx(found[name], nan_ok=True)


def test_small_integers_give_the_same_figures():
    items, groups = sheets(3)
    assert same(figures(items.astype(np.int8), groups.astype(np.int32)), figures(items, groups))


def test_a_missing_answer_counts_for_its_item_only():
    items, groups = sheets(4, missing=0.2)
    by_item = [within_group.ad_mean(items[:, j], groups, 7) for j in range(3)]
    given = ~np.isnan(by_item)
    mean = np.where(given, by_item, 0).sum(axis=0)[given.any(axis=0)] / given.sum(axis=0)[given.any(axis=0)]
    assert within_group.ad_mean(items, groups, 7)[given.any(axis=0)] == pytest.approx(mean)


def test_groups_without_two_answers_have_no_figure_and_say_why():
    found = within_group.agreement([[5, 5], [np.nan, 4], [4, np.nan], [np.nan, np.nan]], ["a", "b", "b", "c"], 7)
    assert (found.groups.tolist(), found.n.tolist()) == (["a", "b", "c"], [1, 2, 0])
    assert all(np.isnan(getattr(found, name)).all() for name in INDICES)
    assert set(found.reasons) == {within_group.ALONE}
    nobody = within_group.agreement(np.empty((0, 3)), [], 7)
    assert (nobody.groups.size, nobody.reasons) == (0, ())


def test_rwg_of_one_score_and_its_skewed_chance():
    scores, groups = [4.5, 5.0, 5.5, 1, 7, 7, np.nan], ["a", "a", "a", "b", "b", "b", "b"]
    assert within_group.rwg(scores, groups, 7).tolist() == [pytest.approx(1 - 0.25 / 4), 0.0]
    assert within_group.rwg(scores, groups, 7, null="slight_skew")[0] == pytest.approx(1 - 0.25 / 2.9)
    assert within_group.rwg_j(np.array(scores)[:, None], groups, 7, "slight_skew")[0] == pytest.approx(1 - 0.25 / 2.9)


@pytest.mark.parametrize(
    "call",
    [
        lambda: within_group.agreement([0, 3], [1, 1], 7),
        lambda: within_group.agreement([8, 3], [1, 1], 7),
        lambda: within_group.agreement([3, 3], [1], 7),
        lambda: within_group.rwg([1, 1], [1, 1], 1),
        lambda: within_group.rwg([1, 1], [1, 1], 4, null="slight_skew"),
        lambda: within_group.null_quantile("rwgj", 5, 7),
        lambda: within_group.null_quantile("rwg_j", 5, 7, items=0),
    ],
)
def test_a_wrong_call_is_refused(call):
    with pytest.raises(ValueError):
        call()


@pytest.mark.parametrize(("people", "points", "items"), [(3, 5, 1), (4, 4, 1), (5, 3, 1), (3, 3, 2), (2, 3, 3)])
@pytest.mark.parametrize("index", ["rwg", "rwg_j", "r_star_wg_j", "ad_mean", "ad_median"])
def test_chances_are_those_of_every_possible_answer_sheet(index, people, points, items):
    every = np.array(list(product(range(1, points + 1), repeat=people * items)))
    groups = np.repeat(np.arange(len(every)), people)
    measure = within_group.rwg_j if index == "rwg" else getattr(within_group, index)
    values = measure(every.reshape(-1, items), groups, points)
    for value in np.unique(values[~np.isnan(values)].round(9))[::3]:
        agreeing = values <= value + 1e-6 if index.startswith("ad_") else values >= value - 1e-6
        stated = within_group.null_probability(index, value, people, points, items)
        assert stated == pytest.approx(agreeing.mean(), abs=1e-9)


@pytest.mark.parametrize(("people", "points"), [(3, 5), (4, 4), (5, 3)])
def test_chances_of_a_wg_count_what_cannot_be_told_as_disagreement(people, points):
    every = np.array(list(product(range(1, points + 1), repeat=people)))
    values = within_group.a_wg(every.ravel(), np.repeat(np.arange(len(every)), people), points)
    for value in np.unique(values[~np.isnan(values)].round(9)):
        stated = within_group.null_probability("a_wg", value, people, points)
        assert stated == pytest.approx(np.mean(values >= value - 1e-6), abs=1e-9)


def test_chances_of_record():
    assert within_group.null_probability("rwg", 0.70, 3, 5) == pytest.approx(29 / 125)
    assert within_group.null_probability("ad_mean", 5 / 6, 3, 5) == pytest.approx(47 / 125)
    quantiles = [within_group.null_quantile("rwg", n, 5) for n in (3, 4, 5, 8, 12)]
    assert [round(value, 3) for value in quantiles] == [1.0, 1.0, 0.85, 0.607, 0.455]


@pytest.mark.parametrize("index", INDICES)
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_a_quantile_is_rare_and_the_next_value_is_not(index, level):
    limit = within_group.null_quantile(index, 7, 7, level=level)
    looser = limit + 1e-3 if index.startswith("ad_") else limit - 1e-3
    values, _ = within_group._chance(index, 7, 7, 1)
    following = values[values > limit + 1e-6].min() if index.startswith("ad_") else values[values < limit - 1e-6].max()
    assert within_group.null_probability(index, limit, 7, 7) <= 1 - level
    assert within_group.null_probability(index, looser, 7, 7) <= within_group.null_probability(index, following, 7, 7)
    assert within_group.null_probability(index, following, 7, 7) > 1 - level


@pytest.mark.parametrize("index", INDICES)
def test_all_outcomes_together_are_certain(index):
    worst = 99 if index.startswith("ad_") else -99
    told = within_group.null_probability(index, worst, 6, 5)
    assert told == pytest.approx(1) if index != "a_wg" else 0.9 < told < 1
    if index != "a_wg":
        assert within_group.null_probability(index, worst, 6, 5, items=4) == pytest.approx(1)


def test_agreement_by_chance_that_cannot_be_told_says_why():
    assert within_group.null_quantile("rwg", 2, 5).reason == "chance alone often gives full agreement"
    for n, reason in ((1, "fewer than two people"), (60, "too many people to count every way of answering")):
        for value in (within_group.null_quantile("rwg", n, 7), within_group.null_probability("rwg", 0.7, n, 7)):
            assert isinstance(value, Undefined)
            assert isnan(value)
            assert value.reason == reason
    assert within_group.null_quantile("a_wg", 5, 7, items=3).reason.startswith("a_wg by chance")


def test_a_mean_deviation_needs_no_scale_and_refuses_what_lies_off_it_when_told():
    items, groups = [[5, 4], [5, 4], [4, 9], [1, 2]], ["a", "a", "a", "b"]
    assert within_group.ad_mean(items, groups)[0] == pytest.approx((4 / 9 + 20 / 9) / 2)
    assert within_group.ad_median(items, groups)[0] == pytest.approx((1 / 3 + 5 / 3) / 2)
    with pytest.raises(ValueError, match="between 1 and 7"):
        within_group.ad_mean(items, groups, 7)
