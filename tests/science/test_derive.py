"""What the reading page shows, computed from published rows alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reciproque.science.derive import Rank, Score, difference, mean, read
from reciproque.science.figures import Dimension, Figure, InstrumentShape
from reciproque.science.margins import SD_ITEM, margin
from reciproque.science.mirror import State

FACETS = tuple(Dimension(code, "facet", (f"{code}1", f"{code}2")) for code in "FCIBDA")
FORM = InstrumentShape(
    (*FACETS, Dimension("T", "outcome", ("T1",)), Dimension("N", "unsaid", ("N1",))), ("F2", "C1", "T1")
)
PULSE = InstrumentShape(tuple(Dimension(code, "facet", (f"{code}1",)) for code in "FC"), ("F1", "C1"))


def raw(points):
    return round(1 + points * 6 / 100, 1)


def rows(side, n=9, **values):
    """Mean rows at those points (to the nearest tenth of the scale)."""
    return [Figure(side, "mean", code, (code,), value=raw(v), n=n) for code, v in values.items()]


def s1():
    """The sole-source forging story: figures in points, to the grid."""
    client = rows("client", 9, F=78.3, C=81.7, I=71.7, B=70, D=68.3, A=73.3, T=70, N=30, index=73.3, index_m=71.7)
    supplier = rows("supplier", 13, F=55, C=66.7, I=50, B=38.3, D=41.7, A=41.7, T=50, N=50, index=48.3, index_m=58.3)
    return read([*client, *supplier], FORM, key_people={"client": 11, "supplier": 15})


def gap(reading, code):
    return next(g for g in reading.gaps if g.code == code)


def test_the_profile_is_the_plain_mean_of_the_six_facets():
    reading = s1()
    assert reading.sides["client"].profile.value == pytest.approx((78.3 + 81.7 + 71.7 + 70 + 68.3 + 73.3) / 6, abs=0.1)
    assert reading.level == "dimensions"


def test_sole_source_forging_says_false_agreement_on_the_client_side():
    reading = s1()
    assert gap(reading, "profile").reciprocity.value == pytest.approx(25, abs=0.1)
    assert gap(reading, "profile").reciprocity.settled == 1
    assert reading.sides["client"].lucidity.value == pytest.approx(23.3, abs=0.1)
    assert reading.sides["supplier"].lucidity.value == pytest.approx(-15, abs=0.1)
    assert gap(reading, "index").state == State("false_agreement", ("client",))


def test_gaps_of_one_comparison_obey_the_identities():
    index = gap(s1(), "index")
    for side, sign in (("client", 1), ("supplier", -1)):
        assert index.assumed[side].value + index.lucidity[side].value == pytest.approx(sign * index.reciprocity.value)


def test_swapping_the_sides_turns_every_gap():
    figures = [*rows("client", F=60), *rows("supplier", F=40)]
    one = read(figures, FORM).gaps[0].reciprocity
    other = read(figures, FORM, client="supplier", supplier="client").gaps[0].reciprocity
    assert other == one.turned()


def test_points_of_a_value_and_of_open_bands():
    figures = [
        Figure("client", "mean", "F", ("F1",), value=4.0, n=9),
        Figure("client", "interval", "C", ("C1",), low=5.8, n=9),
        Figure("client", "interval", "D", ("D1",), high=2.2, n=9),
    ]
    side = read(figures, FORM).sides["client"]
    assert side.dimensions["F"].value == pytest.approx(50)
    assert side.dimensions["F"].high - side.dimensions["F"].low == pytest.approx(100 / 60)
    assert (side.dimensions["C"].low, side.dimensions["C"].high) == (pytest.approx(80), 100)
    assert (side.dimensions["C"].open, side.dimensions["C"].value) == ("high", None)
    assert (side.dimensions["D"].low, side.dimensions["D"].high) == (0, pytest.approx(20))
    assert side.dimensions["D"].open == "low"


def test_dimensions_come_from_questions_when_questions_are_published():
    figures = [*rows("client", 14, F1=50, F2=70), Figure("client", "interval", "C1", ("C1",), low=5.8, n=14)]
    side = read(figures, FORM).sides["client"]
    assert side.dimensions["F"].value == pytest.approx(60)
    assert side.dimensions["F"].margin == margin(14)
    assert side.items["F1"].margin == margin(14, sd=SD_ITEM)
    assert "C" not in side.dimensions
    assert side.profile is None
    assert read(figures, FORM).level == "items"


def test_a_dimension_takes_its_state_from_its_mirrored_questions():
    client = rows("client", 14, F1=20, F2=75, F2m=73.3)
    supplier = rows("supplier", 14, F1=80, F2=50, F2m=73.3)
    reading = read([*client, *supplier], FORM, key_people={"client": 15, "supplier": 15})
    assert gap(reading, "F").reciprocity.value == pytest.approx(47.5 - 65, abs=0.1)
    assert gap(reading, "F").state == gap(reading, "F2").state == State("false_agreement", ("client",))


def test_margins_of_a_comparison_join_both_sides():
    reading = s1()
    expected = (margin(9, 11) ** 2 + margin(13, 15) ** 2) ** 0.5
    assert gap(reading, "F").reciprocity.margin == pytest.approx(expected)


def test_without_a_complete_list_the_margin_is_wider():
    known = read([*rows("client", F=60), *rows("supplier", F=40)], FORM, key_people={"client": 12, "supplier": 12})
    blind = read([*rows("client", F=60), *rows("supplier", F=40)], FORM, key_people={"client": None})
    assert blind.gaps[0].reciprocity.margin > known.gaps[0].reciprocity.margin


def test_the_short_form_derives_its_direct_index():
    client = rows("client", F=70, C=50, index_m=60)
    supplier = rows("supplier", F=60, C=60, index_m=60)
    reading = read([*client, *supplier], PULSE)
    assert reading.sides["client"].mirror_direct.value == pytest.approx(60)
    assert gap(reading, "index").state == State("lucid_agreement")


def test_ranks_are_ranges_when_intervals_overlap():
    figures = [
        *rows("client", F=70, C=70),
        *rows("client", I=40),
        Figure("client", "interval", "B", ("B1",), high=2.2, n=9),
    ]
    ranks = read(figures, FORM).sides["client"].ranks
    assert set(ranks) == {Rank("F", 1, 2), Rank("C", 1, 2), Rank("I", 3, 3), Rank("B", 4, 4)}


def test_neither_committed_trust_nor_the_unsaid_enters_profile_or_ranks():
    story = s1()
    figures = [*rows("client", F=78, C=82, I=72, B=70, D=68, A=73, T=1, N=99)]
    assert read(figures, FORM).sides["client"].profile.value == pytest.approx(74, abs=0.5)
    assert {rank.code for rank in story.sides["client"].ranks} == set("FCIBDA")


def test_nothing_published_reads_as_nothing():
    reading = read([], FORM)
    assert reading.level == "none"
    assert reading.gaps == ()
    assert reading.sides["client"].profile is None


def test_trend_words_are_not_figures():
    figures = [Figure("client", "trend", "F", ("F1",), word="up", low=5.0, n=9)]
    reading = read(figures, FORM)
    assert reading.level == "trend"
    assert reading.sides["client"].dimensions == {}


def test_open_at_both_ends():
    found = mean("x", [Score("F", 0, 20, 8, 4, "low"), Score("C", 80, 100, 8, 4, "high")], (8, 4))
    assert found == Score("x", 40, 60, 8, 4, "both")
    assert found.value is None
    assert mean("x", [], (8, 4)) is None


interval = st.tuples(st.floats(0, 100), st.floats(0, 100)).map(sorted)


@given(interval, interval, st.floats(0, 1), st.floats(0, 1))
def test_a_difference_contains_every_difference(a, b, s, t):
    span = difference(Score("a", *a, 1, 1), Score("b", *b, 1, 1))
    x, y = a[0] + s * (a[1] - a[0]), b[0] + t * (b[1] - b[0])
    assert span.low - 1e-9 <= x - y <= span.high + 1e-9
