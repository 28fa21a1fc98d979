"""Charts and change points: paths by hand, symmetry, run lengths against simulation, missing values, odd input."""

from itertools import product
from math import inf, isinf, isnan, log, nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reciproque.science import change_points, charts
from reciproque.science.values import Undefined
from reference.charts import nile

series = arrays(float, st.integers(1, 30), elements=st.one_of(st.floats(-6, 6), st.just(nan)))


def run_lengths(alarms):
    """First alarm of each row, or the width of the table when there is none."""
    return np.where(alarms.any(axis=1), alarms.argmax(axis=1) + 1, alarms.shape[1])


# ------------------------------------------------------------------ paths


def test_cusum_path_by_hand():
    found = charts.cusum([1, -0.25, 2, -3, -3, nan, -1], k=0.5, h=4)
    assert found.upper.tolist() == pytest.approx([0.5, 0, 1.5, 0, 0, nan, 0], nan_ok=True)
    assert found.lower.tolist() == pytest.approx([0, 0, 0, 2.5, 5, nan, 5.5], nan_ok=True)
    assert found.alarm == 4
    assert found.reason is None


def test_ewma_path_by_hand_and_limits_that_widen():
    found = charts.ewma([2, nan, -2, 4], lam=0.25, limit=2)
    assert found.path.tolist() == pytest.approx([0.5, nan, -0.125, 0.90625], nan_ok=True)
    exact = [0.5, nan, 2 * (0.0625 * (1 + 0.5625)) ** 0.5, 2 * (0.0625 * (1 + 0.5625 + 0.5625**2)) ** 0.5]
    assert found.limit.tolist() == pytest.approx(exact, nan_ok=True)
    assert found.alarm == 3
    steady = charts.ewma([2, nan, -2, 4], lam=0.25, limit=2, steady=True)
    assert steady.limit[[0, 2, 3]].tolist() == pytest.approx([2 / 7**0.5] * 3)


def test_counts_by_hand_with_exposure():
    reference = (0.4 - 0.2) / log(2)
    found = charts.poisson_cusum([4, 1, nan, 9], [10, 10, 10, 20], 0.2, 0.4, h=4)
    assert found.path.tolist() == pytest.approx([4 - 10 * reference, 0, nan, 9 - 20 * reference], nan_ok=True)
    assert found.reference == pytest.approx(reference)
    assert found.alarm is None
    assert charts.poisson_cusum([4, 1, nan, 9], [10, 10, 10, 20], 0.2, 0.4, h=2).alarm == 3


def test_twice_the_commitments_and_twice_the_breaks_is_not_news():
    calm = charts.poisson_cusum([1, 2, 4, 8], [10, 20, 40, 80], 0.1, 0.2, h=3)
    assert calm.path.tolist() == [0, 0, 0, 0]
    assert charts.poisson_cusum([1, 2, 4, 8], 10, 0.1, 0.2, h=5).alarm == 3


def test_a_fall_of_counts_is_watched_with_the_sign_reversed():
    found = charts.poisson_cusum([4, 0, 0], 1, 4, 2, h=5)
    k = 2 / log(2)
    assert found.path.tolist() == pytest.approx([0, k, 2 * k])
    assert found.alarm == 2


@settings(deadline=None)
@given(series, st.floats(0, 2), st.floats(0.1, 8))
def test_reading_a_series_upside_down_exchanges_the_paths(z, k, h):
    one, other = charts.cusum(z, k, h), charts.cusum(-z, k, h)
    assert np.array_equal(one.upper, other.lower, equal_nan=True)
    assert one.alarm == other.alarm


@settings(deadline=None)
@given(series, st.floats(0.05, 1), st.floats(0.5, 4))
def test_ewma_upside_down_and_never_outside_the_values(z, lam, limit):
    found, other = charts.ewma(z, lam, limit), charts.ewma(-z, lam, limit)
    assert np.array_equal(found.path, -other.path, equal_nan=True)
    assert found.alarm == other.alarm
    seen = np.isfinite(z)
    if seen.any():
        assert np.abs(found.path[seen]).max() <= np.abs(z[seen]).max() + 1e-9


@settings(max_examples=30, deadline=None)
@given(series)
def test_missing_values_are_skipped_and_the_series_stays_as_it_was(z):
    before, seen = z.copy(), np.isfinite(z)
    full, short = charts.cusum(z, 0.5, 3), charts.cusum(z[seen], 0.5, 3)
    assert np.array_equal(full.upper[seen], short.upper)
    assert np.array_equal(charts.ewma(z, 0.3, 2).limit[seen], charts.ewma(z[seen], 0.3, 2).limit)
    counts = np.abs(np.round(z))
    assert np.array_equal(
        charts.poisson_cusum(counts, 1, 1, 2, 3).path[seen], charts.poisson_cusum(counts[seen], 1, 1, 2, 3).path
    )
    runs = change_points.bocpd(z, 0.1)
    assert np.array_equal(runs.likeliest[seen], change_points.bocpd(z[seen], 0.1).likeliest)
    assert np.array_equal(z, before, equal_nan=True)


# ------------------------------------------------------------------ run lengths


def test_figures_of_record():
    assert charts.cusum_arl(0.5, 5) == pytest.approx(465.4435, abs=1e-4)
    assert charts.cusum_arl(0.5, 4, two_sided=False) == pytest.approx(335.3676, abs=1e-4)
    assert charts.ewma_limit(0.2, 500) == pytest.approx(2.962178, abs=1e-6)


def test_without_memory_the_run_length_is_that_of_one_test():
    assert charts.ewma_arl(1, 3) == pytest.approx(370.3983, abs=1e-3)
    assert charts.ewma_arl(1, 3, steady=False) == charts.ewma_arl(1, 3)


@pytest.mark.parametrize(("shift", "sided"), [(0.0, True), (1.0, True), (-0.5, True), (0.5, False)])
def test_cusum_run_length_against_simulation(shift, sided):
    rng = np.random.default_rng(11)
    z = rng.normal(shift, 1, (4000, 500))
    up, down, alarms = np.zeros(4000), np.zeros(4000), np.zeros((4000, 500), dtype=bool)
    for place in range(500):
        up, down = np.maximum(0, up + z[:, place] - 0.5), np.maximum(0, down - z[:, place] - 0.5)
        alarms[:, place] = (up > 2.5) | (sided & (down > 2.5))
    lengths = run_lengths(alarms)
    assert lengths.max() < 500
    error = lengths.std() / 4000**0.5
    assert charts.cusum_arl(0.5, 2.5, shift, sided) == pytest.approx(lengths.mean(), abs=3.5 * error)


@pytest.mark.parametrize("steady", [True, False])
def test_ewma_run_length_against_the_chart_itself(steady):
    rng = np.random.default_rng(5)
    found = [charts.ewma(rng.normal(0, 1, 400), 0.3, 1.8, steady).alarm for _ in range(800)]
    lengths = np.array([400 if alarm is None else alarm + 1 for alarm in found])
    error = lengths.std() / len(lengths) ** 0.5
    assert charts.ewma_arl(0.3, 1.8, steady=steady) == pytest.approx(lengths.mean(), abs=3.5 * error)


@pytest.mark.parametrize(("rate0", "rate1", "rate"), [(2, 3.5, 2), (2, 3.5, 3.5), (3, 1.5, 3), (0.4, 1, 0.4)])
def test_run_length_of_counts_against_the_chart_itself(rate0, rate1, rate):
    rng = np.random.default_rng(3)
    h = charts.poisson_cusum_limit(rate0, rate1, 30)
    found = [charts.poisson_cusum(rng.poisson(rate, 400), 1, rate0, rate1, h).alarm for _ in range(800)]
    lengths = np.array([400 if alarm is None else alarm + 1 for alarm in found])
    designed = charts.poisson_cusum_arl(rate0, rate1, h, rate=rate)
    assert designed == pytest.approx(lengths.mean(), abs=3.5 * lengths.std() / len(lengths) ** 0.5)


@pytest.mark.parametrize(("k", "arl0", "sided"), [(0.25, 50, True), (0.5, 500, True), (1, 1e6, False), (0, 40, True)])
def test_a_cusum_limit_gives_its_run_length(k, arl0, sided):
    assert charts.cusum_arl(k, charts.cusum_limit(k, arl0, sided), two_sided=sided) == pytest.approx(arl0, rel=1e-7)


@pytest.mark.parametrize(("lam", "arl0", "steady"), [(0.1, 50, False), (0.1, 50, True), (0.4, 1000, True)])
def test_an_ewma_limit_gives_its_run_length(lam, arl0, steady):
    assert charts.ewma_arl(lam, charts.ewma_limit(lam, arl0, steady), steady=steady) == pytest.approx(arl0, rel=1e-7)


@pytest.mark.parametrize(("rate0", "rate1", "exposure"), [(2, 3.5, 1), (0.05, 0.1, 20), (4, 2, 1), (0.005, 0.01, 30)])
def test_a_limit_of_counts_is_the_smallest_that_suffices(rate0, rate1, exposure):
    h = charts.poisson_cusum_limit(rate0, rate1, 100, exposure)
    assert charts.poisson_cusum_arl(rate0, rate1, h, exposure) >= 100
    assert charts.poisson_cusum_arl(rate0, rate1, h - 0.04, exposure) < 100


def test_the_limit_of_counts_depends_on_expected_counts_only():
    assert charts.poisson_cusum_limit(0.1, 0.2, 200, 20) == charts.poisson_cusum_limit(2, 4, 200)


def test_a_larger_shift_is_found_sooner_and_a_run_too_long_to_tell_is_infinite():
    lengths = [charts.cusum_arl(0.5, 5, shift) for shift in (0, 0.25, 0.5, 1, 2, 40)]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[-1] == 1
    assert isinf(charts.cusum_arl(0.5, 60))
    assert isinf(charts.ewma_arl(0.2, 12))


# ------------------------------------------------------------------ change points


def brute_force(x, hazard, mean, weight, shape, rate):
    """Chance of each run length after the last value: every way to cut the series, weighted by its likelihood."""
    from scipy.special import gammaln

    def evidence(values):
        n, centre = len(values), np.mean(values)
        worth = weight + n
        after = rate + ((values - centre) ** 2).sum() / 2 + weight * n * (centre - mean) ** 2 / (2 * worth)
        return (
            gammaln(shape + n / 2) - gammaln(shape) + shape * np.log(rate) - (shape + n / 2) * np.log(after)
            + (np.log(weight) - np.log(worth)) / 2 - n / 2 * np.log(2 * np.pi)
        )  # fmt: skip

    chances = np.zeros(len(x) + 1)
    for cuts in product([False, True], repeat=len(x)):
        places = [0, *(i + 1 for i, cut in enumerate(cuts) if cut)]
        parts = [x[a:b] for a, b in zip(places, [*places[1:], len(x)], strict=True)]
        prior = hazard ** sum(cuts) * (1 - hazard) ** (len(x) - sum(cuts))
        chances[len(parts[-1])] += prior * np.exp(sum(evidence(part) for part in parts if len(part)))
    return chances / chances.sum()


def test_run_lengths_against_every_way_to_cut_the_series():
    x = np.array([0.3, -0.5, 0.2, 2.9, 3.4, 2.2, 3.1])
    prior = {"mean": 0.5, "weight": 0.7, "shape": 1.5, "rate": 0.8}
    for n in range(1, len(x) + 1):
        exact = brute_force(x[:n], 0.15, **prior)
        found = change_points.bocpd(x[:n], 0.15, lately=2, **prior)
        assert found.lately[-1] == pytest.approx(exact[:3].sum())
        assert found.likeliest[-1] == exact[1:].argmax() + 1
        assert exact[0] == pytest.approx(0.15)


def test_the_dam_on_the_nile_is_found_within_five_years():
    found = change_points.bocpd(nile(), 0.01, mean=1000, rate=150.0**2)
    assert [1871 + start for start in found.starts] == [1899]
    assert 1899 <= 1871 + found.alarms[0] <= 1904
    early = (nile() - nile()[:20].mean()) / nile()[:20].std(ddof=1)
    assert 1871 + charts.cusum(early, 0.5, 5).alarm in range(1899, 1906)


def test_a_calm_series_gives_no_change_and_the_order_of_units_is_irrelevant():
    x = np.random.default_rng(2).normal(0, 1, 120)
    assert change_points.bocpd(x, 0.01).alarms == ()
    moved = change_points.bocpd(nile() * 10 + 7, 0.01, mean=10_007, rate=150.0**2 * 100)
    assert np.array_equal(moved.likeliest, change_points.bocpd(nile(), 0.01, mean=1000, rate=150.0**2).likeliest)


# ------------------------------------------------------------------ odd input


@pytest.mark.parametrize(
    "value",
    [
        charts.cusum_arl(-1, 5),
        charts.cusum_arl(0.5, 0),
        charts.cusum_arl(0.5, nan),
        charts.cusum_limit(-1, 100),
        charts.cusum_limit(0.5, 1.5),
        charts.cusum_limit(0.5, inf),
        charts.ewma_arl(0, 3),
        charts.ewma_arl(1.2, 3),
        charts.ewma_limit(0, 100),
        charts.ewma_limit(0.2, 1),
        charts.poisson_reference(2, 2),
        charts.poisson_cusum_arl(2, 2, 5),
        charts.poisson_cusum_arl(2, 3, 0),
        charts.poisson_cusum_limit(0, 3, 100),
        charts.poisson_cusum_limit(2, 3, 100, exposure=0),
        charts.poisson_cusum_limit(2, 3, nan),
    ],
)
def test_what_is_undefined_is_missing_with_a_reason(value):
    assert isinstance(value, Undefined)
    assert isnan(value)
    assert value.reason


@pytest.mark.parametrize(
    "found",
    [
        charts.cusum([nan, nan], 0.5, 5),
        charts.cusum([1.0], -1, 5),
        charts.ewma([], 0.2, 3),
        charts.ewma([1.0], 0, 3),
        charts.poisson_cusum([nan], 1, 1, 2, 3),
        charts.poisson_cusum([-1], 1, 1, 2, 3),
        charts.poisson_cusum([1], 1, 2, 2, 3),
        charts.poisson_cusum([1], 1, 1, 2, nan),
    ],
)
def test_a_chart_of_nothing_says_why(found):
    assert found.reason
    assert found.alarm is None


def test_change_points_of_nothing_say_why():
    for found in (
        change_points.bocpd([nan], 0.1),
        change_points.bocpd([1.0], 1),
        change_points.bocpd([1.0], 0.1, rate=0),
    ):
        assert found.reason
        assert found.alarms == ()
        assert np.isnan(found.likeliest).all()


def test_one_value_and_no_spread_at_all():
    assert change_points.bocpd([3.0], 0.1).likeliest.tolist() == [1]
    assert change_points.bocpd(np.zeros(50), 0.05).alarms == ()
    assert charts.cusum(np.zeros(50), 0.5, 5).alarm is None


# ------------------------------------------------------------------ pages


def page_figures():
    h = charts.poisson_cusum_limit(0.05, 0.1, 60, 20)
    months = charts.poisson_cusum([1, 0, 2, 3, 1, 4, 3], [20, 18, 22, 20, 20, 24, 20], 0.05, 0.1, h)
    limit = charts.ewma_limit(0.3, 50, steady=False)
    assert months.alarm == 5
    yield from (f"{value:.2f}" for value in (20 * months.reference, h, *months.path, limit))
    yield f"{charts.poisson_cusum_arl(0.05, 0.1, h, 20):.1f}"
    yield f"{charts.poisson_cusum_arl(0.05, 0.1, h, 20, rate=0.1):.1f}"
    yield f"{charts.ewma_arl(0.3, limit, 1, steady=False):.1f}"
    yield from (f"{charts.cusum_arl(0.5, 5, shift):.1f}" for shift in (0, 1))
    yield f"{charts.ewma_limit(0.2, 500):.3f}"


@pytest.mark.parametrize(("language", "comma"), [("en", "."), ("fr", ",")])
def test_the_figures_of_the_pages_are_those_of_the_formulas(language, comma):
    folder = Path(__file__).parents[2] / "docs" / "measures" / language
    text = (folder / "charts.md").read_text()
    assert [one for one in page_figures() if one.replace(".", comma) not in text] == []
    found = change_points.bocpd(nile(), 0.01, mean=1000, rate=150.0**2)
    alarm = found.alarms[0]
    years = [int(found.likeliest[alarm - 1]), int(found.likeliest[alarm]), 1871 + alarm, 1871 + found.starts[0]]
    text = (folder / "change_points.md").read_text()
    assert [year for year in years if str(year) not in text] == []
