"""Answers to points, people and sides."""

from math import isnan, nan

import numpy as np
import pytest

from reciproque.science.scores import missing_share, person_values, points, side_value


def test_the_ends_and_the_middle():
    assert points([1, 4, 7]).tolist() == [0, 50, 100]


def test_half_answered_counts_and_less_does_not():
    values = person_values([[7, 4, nan, nan], [7, nan, nan, nan], [nan] * 4, [1, 1, 1, nan]])
    assert values[0] == 75
    assert values[3] == 0
    assert np.isnan(values[1:3]).all()


def test_a_side_is_the_mean_of_people_not_of_answers():
    assert side_value([[7, 7, 7], [1, 1, nan], [1, 1, nan]]) == pytest.approx(100 / 3)


def test_nobody_is_missing_not_zero():
    assert isnan(side_value([[nan, nan]]))
    assert isnan(side_value(np.empty((0, 4))))
    assert isnan(missing_share([]))
    assert missing_share([[7, nan], [nan, nan]]) == 0.75


@pytest.mark.parametrize("wrong", [0, 8, 7.5])
def test_off_the_scale_is_refused(wrong):
    with pytest.raises(ValueError, match="between 1 and 7"):
        points([4, wrong])


def test_a_flat_list_is_not_a_table():
    with pytest.raises(ValueError, match="people x items"):
        person_values([1, 2, 3])
