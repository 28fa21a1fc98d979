"""Two waves: the relationship first, then the sides, then the dimensions; the stories' verdicts."""

from math import isnan

import pytest

from reciproque.science.change import Verdict, change, verdict
from reciproque.science.derive import Reading, Score, SideReading
from reciproque.science.margins import standard_error


def score(code, points, n, people=None, width=0.0):
    return Score(code, points - width, points + width, 8, standard_error(n, people))


def reading(client, supplier, client_n=(11, 14), supplier_n=(8, 10), **dimensions):
    sides = {}
    for name, points, (n, people) in (("client", client, client_n), ("supplier", supplier, supplier_n)):
        found = {code: score(code, values[name], n, people) for code, values in dimensions.items()}
        profile = None if points is None else score("profile", points, n, people)
        sides[name] = SideReading(name, n, found, {}, profile)
    return Reading(sides, (), "dimensions")


def test_the_borrowed_plant_rises_clearly_on_both_sides():
    found = change(reading(29, 43), reading(61, 62, client_n=(12, 14)))
    assert found.gate.word == "clear_rise"
    assert found.sides["client"].word == found.sides["supplier"].word == "clear_rise"
    assert found.sides["client"].margin == pytest.approx(8.0, abs=0.05)
    assert found.sides["supplier"].margin == pytest.approx(8.8, abs=0.5)


@pytest.mark.parametrize(
    ("before", "after", "n", "people", "word"),
    [
        (48, 57, (10, 9), 13, "cannot_tell"),  # the outage at month 3
        (48, 66, (10, 10), 13, "clear_rise"),  # and at month 6
        (68, 54, (7, 7), 9, "clear_fall"),  # two and a half years in
        (76, 52, (5, 5), 6, "clear_fall"),  # the new marketing director: dialogue
        (72, 66, (5, 5), 6, "cannot_tell"),  # and committed trust
        (34, 52, (6, 6), 8, "clear_rise"),  # thirty years in maintenance
    ],
)
def test_the_verdicts_of_the_stories(before, after, n, people, word):
    assert verdict(score("x", before, n[0], people), score("x", after, n[1], people)).word == word


def test_sixty_one_to_fifty_seven_is_not_a_fall():
    assert verdict(score("x", 61, 12, 16), score("x", 57, 11, 16)).word == "cannot_tell"


def test_nothing_is_opened_under_a_composite_that_did_not_move():
    one = reading(50, 50, F={"client": 20, "supplier": 20})
    other = reading(54, 47, F={"client": 80, "supplier": 20})
    found = change(one, other)
    assert found.gate.word == "cannot_tell"
    assert found.sides == {}
    assert found.dimensions == {}


def test_dimensions_are_opened_only_on_the_side_that_moved():
    one = reading(40, 50, F={"client": 40, "supplier": 50})
    other = reading(70, 51, F={"client": 70, "supplier": 90})
    found = change(one, other)
    assert found.sides["supplier"].word == "cannot_tell"
    assert set(found.dimensions) == {"client"}
    assert found.dimensions["client"]["F"].word == "clear_rise"


def test_the_gate_is_the_mean_of_both_sides_with_half_their_joint_error():
    gate = change(reading(40, 50), reading(60, 60)).gate
    errors = [standard_error(11, 14)] * 2 + [standard_error(8, 10)] * 2
    assert gate.low == gate.high == pytest.approx(15)
    assert gate.margin == pytest.approx(1.96 * sum(e**2 for e in errors) ** 0.5 / 2)


def test_exactly_at_the_margin_is_not_clear():
    error = 5 / (1.96 * 2**0.5)
    at = verdict(Score("x", 50, 50, 8, error), Score("x", 55, 55, 8, error))
    assert at.word == "cannot_tell"
    assert verdict(Score("x", 50, 50, 8, error), Score("x", 55.01, 55.01, 8, error)).word == "clear_rise"


def test_an_open_band_counts_at_its_least_telling_end():
    closed, opened = Score("x", 50, 50, 8, 3), Score("x", 55, 100, 8, 3, "high")
    assert verdict(closed, opened).word == "cannot_tell"
    assert verdict(closed, Score("x", 70, 100, 8, 3, "high")).word == "clear_rise"


def test_turning_time_turns_the_verdict():
    rise = verdict(score("x", 30, 9, 12), score("x", 60, 9, 12))
    fall = verdict(score("x", 60, 9, 12), score("x", 30, 9, 12))
    assert (rise.word, fall.word) == ("clear_rise", "clear_fall")
    assert (rise.low, rise.margin) == (-fall.high, fall.margin)


def test_a_missing_profile_cannot_tell_and_never_crashes():
    found = change(reading(None, 50), reading(60, 60))
    assert found.gate.word == "cannot_tell"
    assert isnan(found.gate.low)
    assert verdict(None, score("x", 50, 9)) == verdict(score("x", 50, 9), None)
    assert Verdict("cannot_tell").word == "cannot_tell"
