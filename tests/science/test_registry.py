"""What every measure owes: an entry, a page in both languages, and good manners with numbers."""

import doctest
import importlib
import inspect
from math import isnan, nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reciproque.science import margins, mirror, reliability, scores, within_group
from reciproque.science.registry import MEASURES

DOCS = Path(__file__).parents[2] / "docs" / "measures"
SCIENCE = Path(__file__).parents[2] / "src" / "reciproque" / "science"

# One number out of a table of answers (people x items), for the measures that read answers.
OF_ANSWERS = {
    "points": lambda table: float(np.nanmean(scores.points(table))) if np.isfinite(table).any() else nan,
    "person_values": lambda table: _mean(scores.person_values(table)),
    "side_value": scores.side_value,
    "missing_share": scores.missing_share,
}

# The same for measures of spread: reading the scale backwards leaves them as they are.
OF_SPREAD = {
    "cronbach_alpha": reliability.cronbach_alpha,
    "alpha_interval": lambda table: reliability.alpha_interval(table).low,
    "item_rest": lambda table: _mean(reliability.item_rest(table)),
    "alpha_if_dropped": lambda table: _mean(reliability.alpha_if_dropped(table)),
    **{
        key: lambda table, key=key: getattr(within_group, key)(table, np.zeros(len(table)), 7)[0]
        for key in ("rwg_j", "r_star_wg_j", "a_wg", "ad_mean", "ad_median")
    },
}

answers = arrays(
    float,
    st.tuples(st.integers(1, 6), st.integers(1, 4)),
    elements=st.one_of(st.integers(1, 7).map(float), st.just(nan)),
)


def _mean(values):
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else nan


def same(a, b):
    return (isnan(a) and isnan(b)) or a == pytest.approx(b)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda m: m.key)
def test_every_measure_is_described_and_explained_in_both_languages(measure):
    assert measure.name
    assert measure.unit
    assert measure.source
    assert measure.reference
    for language in ("en", "fr"):
        page = (DOCS / language / measure.page).read_text()
        assert len(page.split()) > 150
        assert f"`{measure.function.__name__}`" in page
    assert ">>>" in (measure.function.__doc__ or "")


def test_every_public_function_has_a_runnable_example():
    for path in SCIENCE.glob("[a-z]*.py"):
        module = importlib.import_module(f"reciproque.science.{path.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if not name.startswith("_") and function.__module__ == module.__name__:
                assert ">>>" in (function.__doc__ or ""), (path.name, name)


@pytest.mark.parametrize("stem", sorted(p.stem for p in SCIENCE.glob("[a-z]*.py")))
def test_examples_run(stem):
    assert doctest.testmod(importlib.import_module(f"reciproque.science.{stem}")).failed == 0


def test_keys_are_unique_and_every_page_belongs_to_a_measure():
    assert len({m.key for m in MEASURES}) == len(MEASURES)
    for language in ("en", "fr"):
        assert {p.name for p in (DOCS / language).glob("*.md")} - {"README.md"} == {m.page for m in MEASURES}


def test_the_science_reads_no_file_no_clock_and_no_framework():
    for path in SCIENCE.glob("*.py"):
        text = path.read_text()
        for word in (
            "django",
            "open(",
            "import time",
            "datetime",
            "import random",
            "np.random",
            "numpy.random",
            "requests",
            "os.environ",
        ):
            assert word not in text, (path.name, word)


@pytest.mark.parametrize("key", OF_ANSWERS | OF_SPREAD)
@given(table=answers, seed=st.integers(0, 999))
def test_the_order_of_people_is_irrelevant(key, table, seed):
    order = np.random.default_rng(seed).permutation(len(table))
    measure = (OF_ANSWERS | OF_SPREAD)[key]
    assert same(measure(table), measure(table[order]))


@pytest.mark.parametrize("key", OF_ANSWERS | OF_SPREAD)
@given(table=answers)
def test_values_stay_in_range_and_the_table_stays_as_it_was(key, table):
    before = table.copy()
    measure = next(m for m in MEASURES if m.key == key)
    value = (OF_ANSWERS | OF_SPREAD)[key](table)
    low = -np.inf if measure.low is None else measure.low
    high = np.inf if measure.high is None else measure.high
    assert np.array_equal(table, before, equal_nan=True)
    assert isnan(value) or low - 1e-12 <= value <= high + 1e-12


@pytest.mark.parametrize("key", ["points", "person_values", "side_value"])
@given(table=answers)
def test_reading_the_scale_backwards_turns_the_points(key, table):
    assert same(OF_ANSWERS[key](8 - table), 100 - OF_ANSWERS[key](table))


@pytest.mark.parametrize("key", OF_SPREAD)
@given(table=answers)
def test_reading_the_scale_backwards_leaves_the_spread(key, table):
    assert same(OF_SPREAD[key](8 - table), OF_SPREAD[key](table))


@pytest.mark.parametrize("key", OF_SPREAD)
def test_the_spread_of_one_person_or_of_nobody_is_unknown(key):
    assert isnan(OF_SPREAD[key](np.array([[4.0, 5.0, 6.0]])))
    assert isnan(OF_SPREAD[key](np.full((3, 2), nan)))


@pytest.mark.parametrize("key", OF_ANSWERS)
def test_one_person_no_variance_and_nobody(key):
    expected = 0 if key == "missing_share" else 50
    assert OF_ANSWERS[key](np.array([[4.0, 4.0]])) == expected
    assert OF_ANSWERS[key](np.full((5, 3), 4.0)) == expected
    assert same(OF_ANSWERS[key](np.full((3, 2), nan)), 1 if key == "missing_share" else nan)


@given(st.integers(1, 200), st.integers(0, 200))
def test_margins_are_finite_positive_and_never_above_the_blind_one(n, more):
    known = margins.margin(n, n + more)
    assert 0 < known <= margins.margin(n) * 1.0000001


@given(*[st.floats(0, 100)] * 4)
def test_gaps_stay_within_a_hundred_points(a, b, c, d):
    found = mirror.gaps((a, b), (c, d))
    assert all(-100 <= value <= 100 for value in (found.reciprocity, *found.lucidity, *found.assumed))


def test_an_unknown_view_is_an_unknown_gap():
    found = mirror.gaps((nan, 50), (60, 60))
    assert isnan(found.reciprocity)
    assert found.lucidity[0] == 10
