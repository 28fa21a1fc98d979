"""The kept-rate against scipy.stats.beta, by hand, and by its properties."""

from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from reciproque.science.kept_rate import jeffreys, kept_and_seen, kept_rate

counts = st.integers(0, 40)


@pytest.mark.parametrize(("good", "due"), [(1, 3), (8, 10), (5, 12), (39, 40)])
def test_the_interval_is_the_one_of_the_beta_law(good, due):
    assert jeffreys(good, due) == pytest.approx(beta.ppf([0.025, 0.975], good + 0.5, due - good + 0.5), abs=1e-12)


def test_the_interval_reaches_the_end_when_every_word_was_kept_or_none():
    assert jeffreys(6, 6)[1] == 1
    assert jeffreys(0, 6)[0] == 0


def test_under_ten_due_promises_there_are_counts_and_no_rate():
    few, enough = kept_rate(8, 1, 0), kept_rate(8, 1, 1)
    assert few.due == 9
    assert not few.rated
    assert all(isnan(value) for value in (few.lowest, few.highest, few.low, few.high))
    assert "10" in few.lowest.reason
    assert enough.rated
    assert enough.lowest == enough.highest == pytest.approx(0.9)


def test_a_contested_promise_is_read_both_ways_and_never_halved():
    rate = kept_rate(7, 1, 1, 1)
    assert (rate.lowest, rate.highest) == pytest.approx((0.8, 0.9))
    assert rate.low == pytest.approx(beta.ppf(0.025, 8.5, 2.5), abs=1e-12)
    assert rate.high == pytest.approx(beta.ppf(0.975, 9.5, 1.5), abs=1e-12)


@pytest.mark.parametrize("wrong", [(-1, 0, 0), (0, -1, 0), (0, 0, -1), (3, 0, 0, -1)])
def test_counts_cannot_be_negative(wrong):
    with pytest.raises(ValueError, match="negative"):
        kept_rate(*wrong)
    with pytest.raises(ValueError, match="between"):
        jeffreys(4, 3)


@pytest.mark.parametrize(
    ("counted", "seen", "word"),
    [
        ((9, 0, 0), (28, 41), "kept_not_seen"),
        ((9, 0, 0), (64, 74), "kept_and_seen"),
        ((0, 0, 9), (64, 74), "seen_not_kept"),
        ((0, 0, 9), (28, 41), "neither"),
        ((4, 0, 1), (28, 41), "cannot_tell"),
        ((9, 0, 0), (45, 55), "cannot_tell"),
        ((9, 0, 0), (float("nan"), float("nan")), "cannot_tell"),
        ((0, 0, 0), (64, 74), "cannot_tell"),
        ((9, 0, 0, 9), (28, 41), "cannot_tell"),
    ],
)
def test_kept_and_seen_in_words(counted, seen, word):
    assert kept_and_seen(kept_rate(*counted), *seen) == word


@given(counts, counts, counts, counts)
def test_one_more_kept_word_never_lowers_and_a_contested_one_only_widens(kept, late, broken, contested):
    base = kept_rate(kept, late, broken, contested, minimum=1)
    more = kept_rate(kept + 1, late, broken, contested, minimum=1)
    if base.rated:
        assert more.low >= base.low
        assert more.high >= base.high
        assert 0 <= base.low <= base.lowest + 1e-12
        assert base.lowest <= base.highest <= base.high + 1e-12
        assert base.high <= 1
        settled_well = kept_rate(kept + contested, late, broken, minimum=1)
        settled_badly = kept_rate(kept, late, broken + contested, minimum=1)
        assert base.low == settled_badly.low
        assert base.high == settled_well.high
