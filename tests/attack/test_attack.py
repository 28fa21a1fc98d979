"""Campaigns made by the product itself, attacked with nothing but what it publishes."""

import json
import os
import subprocess
import sys

import pytest

from attack.solver import attack

COMMAND = "import sys; from reciproque.cli.main import main; sys.exit(main())"
ROLES = ("client-member", "supplier-member", "sponsor-client", "facilitator")


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


@pytest.mark.parametrize(
    "arguments",
    [
        (
            "--campaigns",
            "6",
            "--client",
            "4-30",
            "--supplier",
            "4-30",
            "--functions",
            "3",
            "--waves",
            "1",
            "--stress",
            "--seed",
            "31",
        ),
        (
            "--campaigns",
            "5",
            "--client",
            "5-14",
            "--supplier",
            "5-14",
            "--functions",
            "2",
            "--waves",
            "2",
            "--moves",
            "0-8",
            "--seed",
            "32",
        ),
    ],
    ids=["one wave", "two waves in which nobody else changes"],
)
def test_nobody_finds_or_narrows_an_answer(tmp_path, arguments):
    """Outsiders, every colleague and, from twelve ballots, every two colleagues: five of the seven values remain."""
    campaigns = simulate(tmp_path / "out", *arguments)
    figures = 0
    for campaign in campaigns:
        facts, truth = read(campaign, "facts-client-member"), read(campaign, "truth")
        figures += sum(fact["kind"] == "mean" for fact in facts["facts"])
        assert attack(facts, truth) == []
        assert all(read(campaign, f"facts-{role}") == facts for role in ROLES), (
            "a role reads figures that another does not"
        )
    assert figures > 100
