"""A quick slice of proof/continuity.py: what is killed ends whole; each detector sees a planted defect."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from attack import continuity
from installations import Installation

HERE = Path(__file__).parent
MAKE = "from reciproque.cli.prepare import prepare; prepare()"


@pytest.fixture(scope="module")
def installation(tmp_path_factory) -> Installation:
    made = Installation(tmp_path_factory.mktemp("killed") / "data", {"PYTHONPATH": str(HERE.parent)})
    made.python(MAKE)
    return made


def killed(made: Installation, what: str, *more: str) -> dict:
    words = [sys.executable, str(HERE / "continuity_kills.py"), what, *more]
    done = subprocess.run(words, env=made.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for left in made.folder.parent.glob("kills-*"):
        subprocess.run(["rm", "-r", str(left)], check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("what", ["restore", "backup"])
def test_killed_at_several_points_it_ends_whole(installation, what):
    found = killed(installation, what, "--points", "6")
    assert found["kills"] >= 5
    assert found["wrong"] == []


def test_a_restore_that_nobody_finishes_is_noticed(installation):
    """What the same kills find when the next command does not look: the proof can fail."""
    assert killed(installation, "restore", "--points", "12", "--forgetful")["wrong"]


def test_a_lost_row_a_changed_one_and_a_lost_rule_are_noticed(installation, tmp_path):
    before = continuity.content(installation.folder)
    assert continuity.differences(before, before, leap=0) == []
    tables = dict(before.tables)
    name, (rows, hashed) = next((name, two) for name, two in tables.items() if two[0])
    for planted in ((rows - 1, hashed), (rows, "another hash")):
        spoiled = continuity.Content(tables | {name: planted}, before.counters, before.rules)
        assert len(continuity.differences(before, spoiled, leap=0)) == 1
    assert continuity.differences(before, continuity.Content(tables, before.counters, before.rules[1:]), leap=0)
    counters = dict(before.counters) | {"default.app_wave": 7}
    assert continuity.differences(before, continuity.Content(tables, counters, before.rules), leap=0)


def test_a_secret_in_a_backup_is_found_however_it_is_written(tmp_path):
    secrets, copy = tmp_path / "secrets", tmp_path / "copy"
    secrets.mkdir()
    copy.mkdir()
    key = bytes(range(7, 39))
    (secrets / "wave-1.key").write_bytes(key)
    (copy / "data").write_bytes(b"nothing here")
    assert continuity.secrets_found(secrets, copy) == []
    for written in (key, key.hex().encode(), key[8:24]):
        (copy / "data").write_bytes(b"before " + written + b" after")
        assert continuity.secrets_found(secrets, copy) == ["wave-1.key"]
