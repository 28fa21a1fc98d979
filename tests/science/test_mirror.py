"""The double mirror: identities, and the four states with their near misses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reciproque.science.mirror import Span, State, gaps, state

score = st.integers(0, 100)


@given(score, score, score, score)
def test_identities(x, y, believes_x, believes_y):
    found = gaps((x, y), (believes_x, believes_y))
    assert found.reciprocity == found.assumed[0] + found.lucidity[0]
    assert -found.reciprocity == found.assumed[1] + found.lucidity[1]
    turned = gaps((y, x), (believes_y, believes_x))
    assert turned.reciprocity == -found.reciprocity
    assert turned.lucidity == found.lucidity[::-1]


@given(score)
def test_equal_views_leave_no_gap(x):
    assert gaps((x, x), (x, x)) == gaps((0, 0), (0, 0))


def span(value, width=0, margin=8):
    return Span(value - width, value + width, margin)


def verdict(direct, mirror, **kind):
    found = gaps(direct, mirror)
    spans = [span(v, **kind) for v in (found.reciprocity, *found.lucidity, *found.assumed)]
    return state(spans[0], dict(zip("xy", spans[1:3], strict=True)), dict(zip("xy", spans[3:5], strict=True)))


@pytest.mark.parametrize(
    ("direct", "mirror", "expected"),
    [
        ((60, 62), (61, 60), State("lucid_agreement")),
        ((75, 50), (52, 73), State("lucid_disagreement")),
        ((75, 50), (72, 73), State("false_agreement", ("x",))),
        ((75, 50), (74, 51), State("false_agreement", ("x", "y"))),
        ((60, 60), (40, 60), State("false_conflict", ("x",))),
        ((60, 60), (40, 85), State("false_conflict", ("x", "y"))),
        ((74, 49), (71, 58), State("false_agreement", ("x", "y"))),
    ],
)
def test_states(direct, mirror, expected):
    assert verdict(direct, mirror) == expected


def test_a_supplier_that_underrates_itself_just_under_the_limit_is_not_named_when_the_interval_reaches_over():
    assert verdict((74, 49), (71, 58), width=1.7) == State("false_agreement", ("x",))


def test_swapping_the_sides_names_the_same_people():
    assert verdict((75, 50), (72, 73)).mistaken == ("x",)
    assert verdict((50, 75), (73, 72)).mistaken == ("y",)


def test_a_wide_margin_or_an_open_band_cannot_tell():
    assert verdict((75, 50), (72, 73), margin=30).name == "cannot_tell"
    assert verdict((75, 50), (72, 73), width=16).name == "cannot_tell"


@pytest.mark.parametrize(
    ("low", "high", "margin", "expected"),
    [
        (10.1, 12, 8, 1),
        (10.0, 12, 8, None),
        (-12, -10.1, 8, -1),
        (-10, 10, 8, 0),
        (-10.1, 10, 8, None),
        (11, 13, 12, None),
        (12.1, 13, 12, 1),
        (-3, 3, 40, 0),
    ],
)
def test_large_is_beyond_both_ten_points_and_the_margin(low, high, margin, expected):
    assert Span(low, high, margin).settled == expected


def test_turning_a_span():
    assert Span(1, 4, 2).turned() == Span(-4, -1, 2)
    assert Span(1, 4, 2).value == 2.5
