"""Reliability: hand computations, simulated truth, what must not change a figure, and what has no figure."""

from math import exp, isnan, log, pi, sin, sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import approx_fprime
from scipy.special import ndtr

from reciproque.science import one_factor, polychoric, reliability
from reciproque.science.values import Undefined
from reference.reliability import answers as public_answers

DOCS = Path(__file__).parents[2] / "docs" / "measures"
SCALARS = [
    reliability.cronbach_alpha,
    reliability.omega_total,
    reliability.ordinal_alpha,
    reliability.categorical_omega,
]


def of_one_factor(seed, people=120, loadings=(0.8, 0.7, 0.6, 0.5), steps=5):
    """Answers 1..steps driven by one leaning."""
    rng = np.random.default_rng(seed)
    carried = np.array(loadings)
    leaning = rng.normal(size=(people, 1)) * carried + rng.normal(size=(people, len(carried))) * np.sqrt(1 - carried**2)
    return np.digitize(leaning, np.linspace(-1.2, 1.2, steps - 1)) + 1.0


@pytest.mark.parametrize("measure", SCALARS)
@given(seed=st.integers(0, 999))
@settings(max_examples=5, deadline=None)
def test_order_direction_and_empty_rows_change_nothing(measure, seed):
    table = of_one_factor(seed)
    before, figure = table.copy(), measure(table)
    order = np.random.default_rng(seed).permutation(len(table))
    for same in (table[order], table[:, [2, 0, 3, 1]], 6 - table, 10 * table, np.vstack([table, np.full(4, np.nan)])):
        assert measure(same) == pytest.approx(figure, abs=2e-7)
    assert np.array_equal(table, before)
    assert figure <= 1


def test_alpha_by_hand():
    # Variances 1 and 3 + 1/3, covariance 1 + 1/3: total 7; alpha = 2 * (1 - (13/3) / 7).
    table = np.array([[1, 1], [2, 2], [3, 5], [2, 3]])
    assert reliability.cronbach_alpha(table) == pytest.approx(
        2 * (1 - (np.var(table[:, 0], ddof=1) + np.var(table[:, 1], ddof=1)) / np.var(table.sum(axis=1), ddof=1))
    )


def test_the_same_question_asked_again_is_perfectly_reliable():
    table = np.repeat(np.arange(1, 8.0)[:, None], 4, axis=1)
    assert reliability.cronbach_alpha(table) == pytest.approx(1)
    assert reliability.alpha_interval(table) == reliability.Interval(pytest.approx(1), pytest.approx(1))
    assert reliability.omega_total(table) == pytest.approx(1, abs=1e-4)
    assert reliability.spearman_brown(table[:, :2]) == pytest.approx(1)
    assert reliability.item_rest(table) == pytest.approx(np.ones(4))


def test_pairwise_alpha_is_the_complete_one_when_nothing_is_missing_and_uses_more_otherwise():
    table = of_one_factor(1)
    assert reliability.cronbach_alpha(table, "pairwise") == pytest.approx(reliability.cronbach_alpha(table))
    table[:60, 0] = np.nan
    both = np.cov(table[60:, [0, 1]].T)[0, 1]
    assert reliability._covariance(table, "pairwise")[0, 1] == pytest.approx(both)
    assert reliability.cronbach_alpha(table) == pytest.approx(reliability.cronbach_alpha(table[60:]))


def test_intervals_hold_the_figure_widen_with_the_level_and_agree_on_many_people():
    table = of_one_factor(2, people=2000)
    alpha, feldt = reliability.cronbach_alpha(table), reliability.alpha_interval(table)
    wider, bonett = reliability.alpha_interval(table, level=0.99), reliability.alpha_interval(table, "bonett")
    assert wider.low < feldt.low < alpha < feldt.high < wider.high
    assert (bonett.low, bonett.high) == (pytest.approx(feldt.low, abs=1e-3), pytest.approx(feldt.high, abs=1e-3))
    wide = 1.959963984540054 * sqrt(2 * 4 / (3 * 1998))
    assert log(1 - bonett.low) == pytest.approx(log(1 - alpha) + wide)
    assert bonett.high == pytest.approx(1 - (1 - alpha) * exp(-wide))


def test_intervals_cover_the_truth():
    truth = reliability._alpha(np.full((4, 4), 0.5) + np.eye(4) * 0.5)
    rng = np.random.default_rng(5)
    samples = rng.normal(size=(300, 20, 1)) * sqrt(0.5) + rng.normal(size=(300, 20, 4)) * sqrt(0.5)
    found = [reliability.alpha_interval(table) for table in samples]
    assert 0.92 <= np.mean([one.low <= truth <= one.high for one in found]) <= 0.98


@pytest.mark.parametrize(
    ("measure", "table", "reason"),
    [
        (reliability.cronbach_alpha, [[1], [2], [3]], "fewer than two items"),
        (reliability.cronbach_alpha, [[1, 2]], "fewer than two people answered every item"),
        (reliability.cronbach_alpha, [[1, np.nan], [np.nan, 2], [3, 3]], "fewer than two people answered every item"),
        (reliability.cronbach_alpha, [[1, 4], [2, 4], [3, 4]], "everybody gave the same answer to an item"),
        (reliability.cronbach_alpha, [[1, 3], [2, 2], [3, 1]], "the total score does not vary"),
        (reliability.cronbach_alpha, np.empty((0, 3)), "fewer than two people answered every item"),
        (reliability.ordinal_alpha, [[1, 4], [2, 4]], "everybody gave the same answer to an item"),
        (reliability.spearman_brown, [[1, 3], [2, 2], [3, 1]], "the total score does not vary"),
        (reliability.omega_total, [[1, 2], [2, 1], [3, 3]], "one factor needs at least three items"),
        (reliability.omega_total, [[1, 2, 3], [2, 3, 1], [3, 1, 1]], "one factor needs more people than items"),
        (reliability.categorical_omega, [[1, 2], [2, 1], [3, 3]], "one factor needs at least three items"),
        (reliability.omega_total, [[1, 2, 5]] * 3 + [[2, 1, 5]] * 3, "everybody gave the same answer to an item"),
        (
            reliability.categorical_omega,
            [[1, 1, 2], [2, 2, 1], [3, 3, 2], [2, 2, 3], [1, 1, 1]],
            "answers are too few, or too alike, for the correlations behind them",
        ),
        (
            reliability.omega_total,
            [[1, 2, np.nan], [2, 1, np.nan], [2, np.nan, 1], [1, np.nan, 2], [3, 2, np.nan], [2, np.nan, 3]],
            "two items were never answered by the same two people",
        ),
    ],
)
def test_what_has_no_figure_says_why(measure, table, reason):
    value = measure(table)
    assert isnan(value)
    assert isinstance(value, Undefined)
    assert value.reason == reason


def test_an_undefined_alpha_has_an_undefined_interval_and_items():
    found = reliability.alpha_interval([[1, 4], [2, 4], [3, 4]])
    assert found.low.reason == found.high.reason == "everybody gave the same answer to an item"
    assert reliability.alpha_interval([[1, 2], [2, 3]], "bonett").low.reason.startswith("fewer than three people")
    assert np.isnan(reliability.item_rest([[1, 4], [2, 4], [3, 4]])).all()
    assert np.isnan(reliability.alpha_if_dropped([[1, 2], [2, 3]])).all()
    assert np.isnan(polychoric.polychoric([[1, 4], [2, 4], [3, 4]])[0, 1])


@pytest.mark.parametrize("call", [lambda: reliability.cronbach_alpha([1, 2, 3]),
                                  lambda: reliability.alpha_interval([[1, 2], [2, 1]], level=95),
                                  lambda: reliability.spearman_brown([[1, 2, 3]])])  # fmt: skip
def test_a_wrong_call_is_refused(call):
    with pytest.raises(ValueError):
        call()


def test_item_figures_by_hand_and_dropping():
    table = of_one_factor(3)
    for item in range(4):
        rest = np.delete(table, item, axis=1)
        assert reliability.item_rest(table)[item] == pytest.approx(np.corrcoef(table[:, item], rest.sum(axis=1))[0, 1])
        assert reliability.alpha_if_dropped(table)[item] == pytest.approx(reliability.cronbach_alpha(rest))


def test_a_reversed_question_is_found():
    table = of_one_factor(4)
    table[:, 1] = 6 - table[:, 1]
    assert reliability.item_rest(table).argmin() == 1
    assert reliability.item_rest(table)[1] < 0
    assert reliability.alpha_if_dropped(table).argmax() == 1


def test_one_factor_is_recovered_from_its_own_covariance():
    loadings, own = np.array([2.0, 0.5, 1.5, 0.9]), np.array([1.0, 0.4, 2.0, 0.3])
    found = one_factor.fit(np.outer(loadings, loadings) + np.diag(own))
    assert found.loadings == pytest.approx(loadings, abs=1e-5)
    assert found.uniquenesses == pytest.approx(own, abs=1e-5)
    assert not found.boundary


def test_the_slope_of_the_discrepancy_is_its_derivative():
    correlation = np.corrcoef(of_one_factor(6).T)
    at = np.array([0.5, 0.6, 0.7, 0.4])
    numeric = approx_fprime(at, lambda u: one_factor._discrepancy(u, correlation)[0], 1e-7)
    assert one_factor._discrepancy(at, correlation)[1] == pytest.approx(numeric, abs=1e-5)


def test_the_slope_of_the_misfit_of_incomplete_answers_is_its_derivative():
    rng = np.random.default_rng(11)
    given = (rng.random((40, 4)) < 0.7).astype(float)
    answers, at = rng.normal(size=(40, 4)) * given, rng.random(12) + 0.2
    numeric = approx_fprime(at, lambda x: one_factor._misfit(x, answers, given)[0], 1e-7)
    assert one_factor._misfit(at, answers, given)[1] == pytest.approx(numeric, abs=1e-5)


def test_the_misfit_is_that_of_normal_answers():
    center, loadings, own = np.array([0.1, -0.2, 0.3]), np.array([0.9, 0.5, 0.7]), np.array([0.4, 0.8, 0.6])
    row, seen = np.array([[1.0, 0.0, -0.5]]), np.array([[1.0, 0.0, 1.0]])
    covariance = (np.outer(loadings, loadings) + np.diag(own))[np.ix_([0, 2], [0, 2])]
    away = (row - center)[0, [0, 2]]
    expected = np.log(np.linalg.det(covariance)) + away @ np.linalg.solve(covariance, away)
    found, _ = one_factor._misfit(np.concatenate([center, loadings, own]), row, seen)
    assert found == pytest.approx(expected)


def test_few_and_gappy_answers_give_a_share_or_a_reason():
    rng = np.random.default_rng(12)
    for _ in range(25):
        table = rng.integers(1, 5, size=(rng.integers(4, 14), 3)).astype(float)
        table[rng.random(table.shape) < 0.3] = np.nan
        for measure in (reliability.omega_total, reliability.categorical_omega):
            value = measure(table)
            assert value.reason if isinstance(value, Undefined) else 0 <= value <= 1


def test_an_item_that_asks_for_a_negative_variance_is_held_at_the_edge():
    table = np.array([[1, 0.8, 0.8], [0.8, 1, 0.5], [0.8, 0.5, 1]])
    found = one_factor.fit(table)
    assert found.boundary
    assert found.uniquenesses[0] == pytest.approx(0, abs=1e-5)
    best = one_factor._discrepancy(found.uniquenesses, table)[0]
    for step in ([1e-3, 0, 0], [0, 0.01, 0], [0, 0, -0.01]):
        assert one_factor._discrepancy(np.add(found.uniquenesses, step), table)[0] > best


def test_omega_uses_the_answers_given_and_stays_near_the_truth():
    rng = np.random.default_rng(7)
    carried = np.array([0.9, 0.7, 0.5, 0.3])
    truth = carried.sum() ** 2 / (carried.sum() ** 2 + (1 - carried**2).sum())
    table = rng.normal(size=(4000, 1)) * carried + rng.normal(size=(4000, 4)) * np.sqrt(1 - carried**2)
    table[table[:, 0] > 0.3, 1] = np.nan  # missing because of what was answered elsewhere
    assert reliability.omega_total(table) == pytest.approx(truth, abs=0.03)
    assert reliability.omega_total(table[~np.isnan(table).any(axis=1)]) < truth - 0.1


def test_both_below_against_integration_and_at_the_edges():
    for h, k, correlation in [(0.3, -0.7, 0.6), (0, 0, 0.5), (0, 1.2, -0.4), (-1.5, 0, 0.9), (-2, -1, -0.8), (1, 1, 0)]:
        free = sqrt(1 - correlation**2)
        whole, _ = quad(lambda x: exp(-(x**2) / 2) / sqrt(2 * pi) * ndtr((k - correlation * x) / free), -12, h)  # noqa: B023
        assert float(polychoric.both_below(h, k, correlation)) == pytest.approx(whole, abs=1e-9)
    assert float(polychoric.both_below(0.5, -0.5, 1)) == pytest.approx(ndtr(-0.5))
    assert float(polychoric.both_below(0.5, -0.2, -1)) == pytest.approx(ndtr(0.5) + ndtr(-0.2) - 1)


def test_two_halves_have_a_correlation_in_closed_form():
    table = [[1, 1]] * 30 + [[1, 2]] * 20 + [[2, 1]] * 20 + [[2, 2]] * 30
    assert polychoric.polychoric(table)[0, 1] == pytest.approx(sin(2 * pi * 0.05), abs=1e-10)


def test_answers_that_always_go_together_are_held_at_the_edge():
    table = np.repeat(np.arange(1, 5.0)[:, None], 2, axis=1)
    assert polychoric.polychoric(table)[0, 1] == polychoric.EDGE
    assert polychoric.polychoric(np.column_stack([table[:, 0], 5 - table[:, 1]]))[0, 1] == -polychoric.EDGE


def test_polychoric_finds_the_correlation_behind_coarse_answers():
    carried = (0.9, 0.6, 0.7)
    found = polychoric.polychoric(of_one_factor(8, people=20_000, loadings=carried, steps=4))
    assert found == pytest.approx(np.outer(carried, carried) + np.diag(1 - np.square(carried)), abs=0.02)
    assert np.corrcoef(of_one_factor(8, 20_000, carried, 4).T)[0, 1] < 0.9 * 0.6 - 0.03


def test_precision_is_that_of_repeated_samples():
    samples = [of_one_factor(seed, people=300, loadings=(0.8, 0.7), steps=3) for seed in range(200)]
    found = [polychoric.polychoric(table)[0, 1] for table in samples]
    stated = [
        polychoric.precision(*(polychoric.ordinal(column) for column in table.T), correlation)
        for table, correlation in zip(samples, found, strict=True)
    ]
    assert 1 / sqrt(np.mean(stated)) == pytest.approx(np.std(found), rel=0.15)


def test_categorical_omega_is_the_correlation_with_a_parallel_questionnaire():
    table = of_one_factor(9, people=40_000, loadings=(0.8, 0.7, 0.5, 0.4) * 2, steps=3)
    parallel = np.corrcoef(table[:, :4].sum(axis=1), table[:, 4:].sum(axis=1))[0, 1]
    assert reliability.categorical_omega(table[:, :4]) == pytest.approx(parallel, abs=0.01)
    assert reliability.ordinal_alpha(table[:, :4]) > parallel + 0.03


def test_a_step_that_nobody_chose_weighs_what_it_is():
    table = of_one_factor(10, people=400, steps=4)
    shifted = np.where(table == 4, 6, table)  # the scale jumps from 3 to 6
    total = np.var(shifted.sum(axis=1))
    columns = [polychoric.ordinal(column) for column in shifted.T]
    covered = sum(reliability._covered(one, one, 1.0) for one in columns)
    assert covered == pytest.approx(np.var(shifted, axis=0).sum())
    assert reliability.categorical_omega(shifted) != pytest.approx(reliability.categorical_omega(table), abs=1e-4)
    assert total > covered


@pytest.mark.parametrize(("language", "comma"), [("en", "."), ("fr", ",")])
def test_the_public_figures_of_the_page(language, comma):
    items = public_answers()["A"]
    complete = items[~np.isnan(items).any(axis=1)]
    text = (DOCS / language / "reliability.md").read_text()
    for measure in SCALARS:
        assert f"{measure(complete):.3f}".replace(".", comma) in text
    assert f"{len(complete):,}".replace(",", {".": ",", ",": "\u202f"}[comma]) in text


@pytest.mark.parametrize("seed", [603, 737])
def test_a_scale_read_backwards_keeps_its_correlations(seed):
    """Far on the wrong side, the arithmetic once said -0.9999 where the correlation was 0.59."""
    table = of_one_factor(seed)
    assert polychoric.polychoric(6 - table) == pytest.approx(polychoric.polychoric(table), abs=1e-9)
    assert reliability.categorical_omega(6 - table) == pytest.approx(reliability.categorical_omega(table), abs=2e-7)


def test_no_answers_at_all_say_why_instead_of_stopping():
    for measure in (reliability.cronbach_alpha, reliability.omega_total, reliability.ordinal_alpha):
        found = measure([])
        assert isinstance(found, Undefined)
        assert found.reason
    assert reliability.item_rest([]).size == 0
