"""Campaigns made by the product itself and by its formulas, attacked with nothing but what is published."""

import json
import os
import subprocess
import sys

import pytest

from attack import campaigns, denials, loosened, oracle, runs
from attack.campaigns import Recipe
from attack.runs import Found
from attack.silence import Silence
from attack.solver import attack

COMMAND = "import sys; from reciproque.cli.main import main; sys.exit(main())"
ROLES = ("client-member", "supplier-member", "sponsor-client", "facilitator")
FULL, PULSE = "full", "pulse"


def simulate(out, *arguments):
    subprocess.run(
        [sys.executable, "-c", COMMAND, "simulate", *arguments, "--drift", "0", "--out", str(out)],
        env=os.environ | {"RECIPROQUE_SIMULATE": "1", "DJANGO_SETTINGS_MODULE": "reciproque.config.settings"},
        check=True,
        capture_output=True,
    )
    return sorted(out.iterdir())


def read(campaign, name):
    return json.loads((campaign / f"{name}.json").read_text())


def test_the_whole_product_publishes_the_tables_of_the_formulas_and_nobody_finds_an_answer(tmp_path):
    """Outsiders, every colleague and, from twelve ballots, every two colleagues: five of the seven values remain."""
    sizes = ("--client", "9-22", "--supplier", "9-22", "--functions", "2", "--waves", "2", "--moves", "0-8")
    figures = 0
    for campaign in simulate(tmp_path / "out", "--campaigns", "2", *sizes, "--seed", "32"):
        facts, truth = read(campaign, "facts-client-member"), read(campaign, "truth")
        figures += sum(fact["kind"] == "mean" for fact in facts["facts"])
        assert attack(facts, truth) == []
        opened = sum(name.endswith(":client") for name in facts["groups"])
        assert campaigns.again(facts, truth, [FULL] * opened)["facts"] == facts["facts"]
        assert all(read(campaign, f"facts-{role}") == facts for role in ROLES), (
            "a role reads figures that another does not"
        )
    assert figures > 20


@pytest.mark.parametrize(
    ("recipe", "number"),
    [
        (Recipe(stress=True), 5),
        (Recipe((FULL, FULL)), 3),
        (Recipe((FULL, FULL), (8, 20), moves=(5, 8), stress=True), 2),
        (Recipe((FULL, PULSE), drift=0.3), 2),
        (Recipe((PULSE,) * 3, silence=0.05), 1),
    ],
    ids=["one wave", "two waves", "two waves, many move", "two forms, some change", "three waves, some silent"],
)
def test_nobody_finds_or_narrows_an_answer(recipe, number):
    found = sum(runs.run(recipe, 31, number), Found())
    assert (found.fixed, found.narrowed) == (0, 0)
    assert found.figures > 20


@pytest.mark.parametrize("name", ["no open bands, subjects only", "a second wave in full after one to four moves"])
def test_loosened_rules_are_caught(name):
    assert next(one for one in loosened.LOOSENED if one.name == name).caught()


def test_the_audit_clears_no_table_in_which_the_attacker_finds_an_answer():
    verdicts = [(case.leaks, case.cleared) for case in oracle.cases(5, 20)]
    assert (True, True) not in verdicts
    assert {(True, False), (False, True)} <= set(verdicts)


def test_who_does_not_know_abstentions_learns_no_more():
    made = campaigns.campaign(Recipe((PULSE,), (8, 8), stress=True, silence=0.03), 3, 2)
    table = Silence(made.facts, made.truth, "client")
    shown = [table.look((table.people[0],), cell) for cell in table.cells[7:40:11]]
    assert shown
    assert not any(one.narrowed or one.surely_silent for one in shown)


def test_without_knowing_abstentions_an_end_of_the_scale_is_found_too():
    people = [f"p{n}" for n in range(6)]
    fact = {"kind": "mean", "group": "w1:client", "wave": "w1", "questions": ["F1"], "decimals": 1, "value": 7.0}
    facts = {"groups": {"w1:client": people}, "facts": [fact]}
    shown = Silence(facts, {"w1": {"F1": dict.fromkeys(people, 7)}}, "client").look((), ("p0", "F1"))
    assert (shown.possible, shown.may_be_silent, shown.narrowed) == ((7,), True, True)


def test_a_refusal_has_more_than_one_possible_cause():
    refused = [campaigns.campaign(Recipe(sizes=(20, 24), stress=True), 11, number) for number in range(2)]
    assert all(denials.refused(made, "classes") for made in refused)
    assert all(denials.class_causes(made) == 2 for made in refused)
    mirror = campaigns.campaign(Recipe(sizes=(5, 12), functions=(1, 5), stress=True), 11, 36)
    assert denials.refused(mirror, "mirror")
    assert denials.mirror_causes(mirror) == 2
