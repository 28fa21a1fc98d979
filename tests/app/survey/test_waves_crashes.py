"""Killed at any point of starting, closing, opening or cancelling, a wave ends as if nothing had happened."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]
CLOSED = {
    "state": "closed",
    "counts": [6, 5],
    "marked": True,
    "unmarked": 0,
    "list holds": True,
    "secrets left": ["wave-N.lock"],  # destroyed with the ballots, not before
}
OPEN = {"state": "open", "publications": 1, "sides": ["client", "supplier"]}
SHUT = {"state": "closed", "publications": 0, "sides": []}


@pytest.fixture(scope="module")
def crashes(tmp_path_factory: pytest.TempPathFactory) -> dict:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "reciproque.config.settings",
        "RECIPROQUE_DATA": str(tmp_path_factory.mktemp("crashes")),
        "RECIPROQUE_SIMULATE": "1",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")]),
    }
    environment.pop("DATABASE_URL", None)
    script = Path(__file__).with_name("crash_script.py")
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def test_a_closing_killed_anywhere_is_finished_by_the_next_round(crashes):
    assert crashes["closing"] == dict.fromkeys(crashes["closing"], CLOSED)
    assert len(crashes["closing"]) == 7


def test_an_opening_killed_anywhere_leaves_nothing_or_both_sides(crashes):
    for point, found in crashes["opening"].items():
        assert found["amid"] in (SHUT, OPEN), point
        assert found["end"] == OPEN, point
    assert crashes["opening"]["amid the publication"]["amid"] == SHUT
    assert crashes["opening"]["after the commit"]["amid"] == OPEN


def test_a_cancellation_killed_anywhere_still_destroys_everything(crashes):
    gone = {"state": "cancelled", "ballots": 0, "halves": 0, "secrets left": []}
    assert crashes["cancelling"] == dict.fromkeys(crashes["cancelling"], gone)


def test_a_start_killed_before_the_invitations_is_done_by_the_next_round(crashes):
    assert crashes["starting"] == {"before": "sealing", "after": "collecting"}


def test_the_log_holds_after_every_crash(crashes):
    assert crashes["log"] is True
