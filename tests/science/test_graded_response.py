"""The graded response model: it finds what was put in, whoever answers first, and says why when it cannot."""

from math import isnan, nan
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from reciproque.science import graded_response
from reciproque.science.graded_response import NO_ITEM, STEEP, GradedResponse, eap, fit


def simulated(people, seed, *, missing=0.0):
    rng = np.random.default_rng(seed)
    a = np.array([0.8, 1.2, 1.6, 2.0, 2.4, 1.4])
    b = np.array([-1.8, -0.6, 0.6, 1.8]) + np.linspace(-0.4, 0.4, 6)[:, None]
    theta = rng.normal(size=people)
    above = 1 / (1 + np.exp(-a[:, None] * (theta[:, None, None] - b)))
    items = 1.0 + (rng.random((people, 6, 1)) < above).sum(axis=2)
    items[rng.random(items.shape) < missing] = nan
    return items, a, b, theta


@pytest.fixture(scope="module")
def small():
    return simulated(400, 5, missing=0.08)[0]


def exact_loglik(items, a, b):
    """The marginal likelihood written the slow way, person by person."""
    nodes = np.linspace(-6, 6, 61)
    weights = np.exp(-(nodes**2) / 2)
    weights /= weights.sum()
    total = 0.0
    for person in items:
        chance = np.ones(61)
        for item, answer in enumerate(person):
            if not isnan(answer):
                edges = 1 / (1 + np.exp(-a[item] * (nodes[:, None] - b[item])))
                edges = np.column_stack([np.ones(61), edges, np.zeros(61)])
                chance *= edges[:, int(answer) - 1] - edges[:, int(answer)]
        total += np.log(chance @ weights)
    return total


def test_it_finds_the_parameters_and_the_people_put_in():
    items, a, b, theta = simulated(12_000, 1, missing=0.1)
    model = fit(items)
    assert model.converged
    assert np.abs(model.discrimination - a).max() < 0.12
    assert np.abs(model.thresholds - b).max() < 0.12
    scores = eap(model, items)
    assert np.corrcoef(scores.theta, theta)[0, 1] ** 2 == pytest.approx(1 - (scores.se**2).mean(), abs=0.01)
    covered = np.abs(scores.theta - theta) < 1.96 * scores.se
    assert 0.94 < covered.mean() < 0.96


def test_it_stands_at_the_top_of_the_likelihood(small):
    model = fit(small)
    a, b = model.discrimination, model.thresholds
    assert exact_loglik(small, a, b) == pytest.approx(model.loglik, abs=1e-8)
    packed = np.concatenate([a[:2], b[:2].ravel()])

    def around(line):
        return exact_loglik(small, np.concatenate([line[:2], a[2:]]), np.vstack([line[2:].reshape(2, -1), b[2:]]))

    assert np.abs(approx_fprime(packed, around, 1e-6)).max() < 2e-3


def test_the_order_of_people_and_of_items_is_irrelevant(small):
    rng = np.random.default_rng(2)
    rows, columns = rng.permutation(len(small)), rng.permutation(6)
    before = small.copy()
    one, other = fit(small), fit(small[rows][:, columns])
    assert np.array_equal(small, before, equal_nan=True)
    assert other.loglik == pytest.approx(one.loglik, abs=1e-6)
    assert other.discrimination == pytest.approx(one.discrimination[columns], abs=1e-4)
    assert eap(other, small[:, columns]).theta == pytest.approx(eap(one, small).theta, abs=1e-4)


def test_a_scale_read_backwards_turns_the_people(small):
    straight, turned = fit(small), fit(6 - small)
    assert turned.discrimination == pytest.approx(straight.discrimination, abs=1e-4)
    assert turned.thresholds == pytest.approx(-straight.thresholds[:, ::-1], abs=1e-4)
    assert eap(turned, 6 - small).theta == pytest.approx(-eap(straight, small).theta, abs=1e-4)


def test_one_reversed_question_has_a_negative_discrimination(small):
    table = small.copy()
    table[:, 2] = 6 - table[:, 2]
    model = fit(table)
    assert model.discrimination == pytest.approx(fit(small).discrimination * [1, 1, -1, 1, 1, 1], abs=1e-4)


def test_a_person_without_answers_changes_nothing_and_has_no_place(small):
    table = np.vstack([small, np.full((3, 6), nan)])
    assert fit(table).loglik == pytest.approx(fit(small).loglik, abs=1e-8)
    scores = eap(fit(small), table)
    assert np.isnan(scores.theta[-3:]).all()
    assert np.isnan(scores.se[-3:]).all()
    assert np.isfinite(scores.theta[:-3]).all()


def test_a_category_that_nobody_chose_does_not_exist(small):
    table = small.copy()
    table[table == 3] = nan
    model = fit(table)
    assert model.categories == ((1, 2, 4, 5),) * 6
    assert model.thresholds.shape == (6, 3)
    relabelled = np.select([table == 1, table == 2, table == 4, table == 5], [10, 20, 30, 40], nan)
    assert fit(relabelled).loglik == pytest.approx(model.loglik, abs=1e-8)
    unknown = table[:4].copy()
    unknown[:, 0] = 3
    without = unknown.copy()
    without[:, 0] = nan
    assert np.array_equal(eap(model, unknown).theta, eap(model, without).theta)


def test_items_with_fewer_categories_have_fewer_thresholds(small):
    table = small.copy()
    table[:, 1] = np.where(np.isnan(table[:, 1]), nan, table[:, 1] > 3)
    model = fit(table)
    assert model.converged
    assert np.isfinite(model.thresholds[1, 0])
    assert np.isnan(model.thresholds[1, 1:]).all()
    assert np.isfinite(np.delete(model.thresholds, 1, axis=0)).all()


def test_a_constant_item_is_set_aside(small):
    table = small.copy()
    table[:, 4] = 4
    model = fit(table)
    assert model.converged
    assert isnan(model.discrimination[4])
    assert np.isnan(model.thresholds[4]).all()
    assert model.loglik == pytest.approx(fit(np.delete(table, 4, axis=1)).loglik, abs=1e-8)
    assert eap(model, table).theta == pytest.approx(
        eap(fit(np.delete(table, 4, axis=1)), np.delete(table, 4, axis=1)).theta, abs=1e-6
    )


@pytest.mark.parametrize(
    "table",
    [np.full((5, 4), nan), np.ones((6, 4)), [[1, 2, 3, 4]], np.empty((0, 4)), np.empty((4, 0)), [[1, 2], [2, 1]]],
    ids=["all missing", "constant", "one person", "nobody", "no item", "two items"],
)
def test_too_little_to_fit_is_undefined_with_a_reason(table):
    model = fit(table)
    assert isnan(model.loglik)
    assert model.loglik.reason == model.reason == NO_ITEM
    assert not model.converged
    assert np.isnan(eap(model, table).theta).all()


def perfect_scale():
    theta = np.random.default_rng(3).normal(size=200)
    return np.column_stack([theta > cut for cut in (-1, -0.4, 0, 0.4, 1)]).astype(float)


@pytest.mark.parametrize("table", [perfect_scale(), np.repeat(np.arange(1.0, 6), 20)[:, None].repeat(4, axis=1)])
def test_a_perfect_scale_has_no_finite_discrimination(table):
    model = fit(table)
    assert not model.converged
    assert model.reason == model.loglik.reason == STEEP
    assert np.isnan(model.discrimination).any()
    assert np.isnan(eap(model, table).theta).all()


@pytest.mark.parametrize("people", range(2, 12))
def test_a_handful_of_people_never_breaks_it(people):
    model = fit(simulated(people, people)[0])
    assert model.converged == (model.reason is None)
    assert isnan(model.loglik) or model.loglik < 0


def test_answers_off_the_grid_are_refused():
    for wrong in (1.5, np.inf):
        with pytest.raises(ValueError, match="integers"):
            fit([[1, 2, wrong], [2, 1, 2]])


def test_the_start_on_a_sample_leads_to_the_same_place(monkeypatch):
    items, *_ = simulated(1500, 4)
    direct = fit(items)
    monkeypatch.setattr(graded_response, "SAMPLE", 200)
    sampled = fit(items)
    assert sampled.iterations > direct.iterations
    assert sampled.loglik == pytest.approx(direct.loglik, abs=1e-7)
    assert sampled.thresholds == pytest.approx(direct.thresholds, abs=1e-5)


@pytest.mark.parametrize(("language", "comma"), [("en", "."), ("fr", ",")])
def test_the_figures_of_its_page_are_computed(language, comma):
    a, b = np.array([2.5, 1.5, 1.0, 0.6]), np.array([-1.5, -0.5, 0.5, 1.5])
    model = GradedResponse(a, np.tile(b, (4, 1)), ((1, 2, 3, 4, 5),) * 4, -1.0, 1, True, None)
    scores = eap(model, [[4, 4, 2, 2], [2, 2, 4, 4], [4, 4, nan, nan]])
    chances = [round(100 / (1 + np.exp(-slope * (theta - 0.5)))) for slope in (2.5, 0.6) for theta in (0, 1)]
    text = (Path(__file__).parents[2] / "docs" / "measures" / language / "graded_response.md").read_text()
    for figure in [*scores.theta, *scores.se]:
        assert f"{figure:.2f}".replace(".", comma).replace("-", "−") in text
    for chance in chances:
        assert f"{chance}\u202f%" in text or f"{chance} %" in text
