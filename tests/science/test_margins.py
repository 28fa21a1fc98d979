"""Margins: the worked examples of the design, and what they must not depend on."""

from math import isnan

import pytest

from reciproque.science.margins import SD_ITEM, combined, margin, standard_error


@pytest.mark.parametrize(
    ("n", "people", "expected"),
    [(6, 7, 7.5), (6, None, 15.5), (9, 12, 7.5), (13, 18, 6.6), (6, 6, 4.5)],
)
def test_worked_examples(n, people, expected):
    assert round(margin(n, people), 1) == expected


def test_standard_error_by_hand():
    assert standard_error(6, 7) == pytest.approx((256 / 6 * 1 / 6 + 4) ** 0.5)
    assert standard_error(4) == pytest.approx((256 / 4 + 4) ** 0.5)


def test_nobody_gives_no_margin_and_one_person_of_one_gives_the_floor():
    assert isnan(margin(0))
    assert standard_error(1, 1) == 2.0


def test_more_answers_than_key_people_is_refused():
    with pytest.raises(ValueError, match="key people"):
        margin(8, 7)


def test_more_answers_narrow_and_an_unknown_list_widens():
    widths = [margin(n, 30) for n in range(2, 31)]
    assert widths == sorted(widths, reverse=True)
    assert margin(9) > margin(9, 30) > margin(9, 12)


def test_questions_are_wider_than_dimensions():
    assert margin(12, sd=SD_ITEM) > margin(12)


def test_combined_is_the_root_of_squares():
    assert combined(3, 4) == 5
