"""A quick slice of the proof of faults, and defects planted to see them found."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from attack import power
from attack.ground import SCRIPT
from attack.submissions import Seeded, count, hand_in, seed
from installations import Installation
from reciproque.app.shared.worker import Job
from reciproque.app.survey.urn.models import Ballot, SealedBallot, ShutUrn

HERE = Path(__file__).parent
WRITER = HERE / "power_writer.py"


@pytest.fixture(scope="module")
def measured(tmp_path_factory) -> dict[str, Any]:
    """One installation of its own, and processes killed on it."""
    place = Installation(
        tmp_path_factory.mktemp("faults") / "data",
        {"RECIPROQUE_PHRASE_MEMORY_MIB": "1", "PYTHONPATH": str(HERE.parent), "DJANGO_ALLOW_ASYNC_UNSAFE": "1"},
    )
    scenarios = ["kills", "4", "--", "worn out", "2", "--", "kill jobs", "1", "--", "planted job"]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *scenarios], env=place.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_by_killed_submitters(measured):
    found = measured["kills"]
    assert (found["kills"], found["people"]) == (4, 40)
    assert (found["lost"], found["missing"], found["twice"], found["holds"]) == (0, 0, 0, True)


@pytest.mark.slow
def test_a_disk_that_refuses_to_write_is_said_plainly_and_forgotten(measured):
    found = measured["worn out"]
    assert found["statuses"] == {"503": 2}
    assert (found["lost"], found["unlike"], found["stuck"], found["damaged"]) == (0, 0, 0, 0)


@pytest.mark.slow
def test_every_job_is_killed_and_ends_as_if_it_had_not_been(measured):
    assert len(measured["kill jobs"]) >= 11
    assert {name: found["wrong"] for name, found in measured["kill jobs"].items() if found["wrong"]} == {}


@pytest.mark.slow
def test_a_job_that_counts_twice_is_found(measured):
    assert any("auditrecord" in wrong for wrong in measured["planted job"])


# ---------------------------------------------------------------- The count
@pytest.fixture
def ballots(transactional_db, tmp_path, settings):
    settings.SECRETS_DIR = tmp_path / "secrets"
    yield
    for table in (Ballot, SealedBallot, ShutUrn):
        table.objects.all().delete()


@pytest.mark.django_db(transaction=True, databases=["default", "ballots"])
def test_the_count_finds_what_is_lost_and_what_is_counted_twice(ballots):
    seeded: Seeded = seed(10)
    told = {token: hand_in(token) for token in seeded.tokens}
    first, second, *_others = seeded.tokens
    never_stored = told | {first: "AAAABBBBCCCC"}
    one_person_less = {token: receipt for token, receipt in told.items() if token != second}
    found = count(seeded, told)
    assert (found.lost, found.twice, found.missing, found.holds) == (0, 0, 0, True)
    assert count(seeded, never_stored).lost == 1
    assert count(seeded, one_person_less).twice == 1
    assert count(seeded, told | {"somebody else": told[first]}).missing == 1


# ---------------------------------------------------------------- Power cuts
def test_what_was_not_synced_may_be_gone_after_a_cut():
    content = power.Content()
    content.changes.append((0, b"a" * 600))
    states = {content.after_a_cut(random.Random(number)) for number in range(60)}
    assert {b"", b"a" * 600} < states
    assert any(0 < state.count(b"a") < 600 for state in states)  # torn
    content.sync()
    content.changes.append((600, b"b"))
    assert {content.after_a_cut(random.Random(n))[:600] for n in range(20)} == {b"a" * 600}


def test_a_file_whose_folder_was_not_synced_may_be_gone(tmp_path):
    before = tmp_path / "before"
    before.mkdir()
    disk = power.Disk(Path("/data"), before)
    path = b"/data/wave.key"
    for call in (
        power.Call("openat", 5, (path,), (), "AT_FDCWD, , O_WRONLY|O_CREAT"),
        power.Call("write", 3, (b"key",), (5, 3), ""),
        power.Call("fsync", 0, (), (5,), ""),
    ):
        disk.play(call)
    assert {len(disk.after_a_cut(random.Random(number))) for number in range(30)} == {0, 1}
    disk.play(power.Call("openat", 6, (b"/data",), (), "AT_FDCWD, , O_RDONLY"))
    disk.play(power.Call("fsync", 0, (), (6,), ""))
    assert all(disk.after_a_cut(random.Random(n)) == {"/data/wave.key": b"key"} for n in range(30))


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
@pytest.mark.parametrize(("synchronous", "loses"), [("FULL", False), ("OFF", True)])
def test_a_store_that_does_not_wait_for_the_disk_is_found(tmp_path, synchronous, loses):
    before, folder, trace = tmp_path / "before", tmp_path / "folder", tmp_path / "trace"
    before.mkdir()
    with sqlite3.connect(before / "store.sqlite3") as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE ballot (name TEXT)")
    connection.close()
    shutil.copytree(before, folder)
    power.record(power.python(WRITER, folder / "store.sqlite3", synchronous), trace, dict(os.environ))
    lost = 0
    for number, cut in enumerate(power.cuts(folder, before, trace, 25)):
        place = tmp_path / f"cut-{number}"
        place.mkdir()
        for name, content in cut.files.items():
            (place / Path(name).name).write_bytes(content)
        lost += _lost(place / "store.sqlite3", {word.split()[1] for word in cut.told})
    assert (lost > 0) == loses


def _lost(store: Path, told: set[str]) -> bool:
    try:
        with sqlite3.connect(store) as connection:
            return not told <= {name for (name,) in connection.execute("SELECT name FROM ballot")}
    except sqlite3.DatabaseError:
        return True
    finally:
        connection.close()


def test_every_job_of_the_product_has_something_due_in_the_proof():
    from attack import job_kills

    assert all(isinstance(job, Job) for job in job_kills.JOBS)
    assert len({job.name for job in job_kills.JOBS}) == len(job_kills.JOBS) >= 12
