"""A backup is complete or absent, verified before it is put back whole or not at all, and holds no wave's secret."""

import fcntl
import json
import random
import sqlite3
from pathlib import Path

import pytest
from django.conf import settings

from attack import continuity
from installations import Installation
from reciproque.cli import backup, restore

pytestmark = pytest.mark.django_db(databases=["default", "ballots"], transaction=True)


@pytest.fixture
def folder(tmp_path):
    backup.write(tmp_path / "copy")
    return tmp_path / "copy"


def test_a_backup_holds_both_databases_and_their_hashes(folder):
    about = json.loads((folder / "manifest.json").read_text())
    assert set(about["sha256"]) == {"default.sqlite3", "ballots.sqlite3"}
    with sqlite3.connect(folder / "default.sqlite3") as copy:
        assert copy.execute("SELECT count(*) FROM app_function").fetchone()[0] >= 12
    assert folder.stat().st_mode & 0o777 == 0o700


def test_secrets_are_in_no_backup(tmp_path):
    settings.SECRETS_DIR.mkdir(exist_ok=True)
    (settings.SECRETS_DIR / "wave-canary.key").write_bytes(b"S3CRET-OF-A-WAVE" * 2)
    try:
        backup.write(tmp_path / "copy")
        assert continuity.secrets_found(settings.SECRETS_DIR, tmp_path / "copy") == []
        (tmp_path / "copy/leak").write_bytes(b"..." + b"S3CRET-OF-A-WAVE".hex().encode())
        assert continuity.secrets_found(settings.SECRETS_DIR, tmp_path / "copy") == ["wave-canary.key"]
    finally:
        (settings.SECRETS_DIR / "wave-canary.key").unlink()


def test_a_folder_in_use_is_not_overwritten(tmp_path):
    (tmp_path / "something").write_text("mine")
    with pytest.raises(backup.BadBackup, match="not empty"):
        backup.write(tmp_path)
    assert (tmp_path / "something").read_text() == "mine"
    with pytest.raises(backup.BadBackup, match="not empty"):
        backup.write(tmp_path / "something")


def test_the_empty_folder_in_which_one_stands_is_named_by_a_point(tmp_path, monkeypatch):
    here = tmp_path / "copy"
    here.mkdir()
    monkeypatch.chdir(here)
    assert str(here) in backup.write(Path("."))
    assert restore.listed(here)
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


def test_a_folder_that_is_no_backup_is_refused(tmp_path):
    with pytest.raises(backup.BadBackup, match="not a complete backup"):
        restore.restore(tmp_path, replace=True)


def test_a_backup_that_cannot_be_written_is_a_sentence_and_leaves_nothing(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(backup.BadBackup, match="No backup was written"):
        backup.write(tmp_path / "file/copy")


# ---------------------------------------------------------------- On an installation of its own
MAKE = """
from reciproque.cli.prepare import prepare; prepare()
from reciproque.app.directory.actions.organisations import create_organisation
from reciproque.app.shared.audit import SYSTEM
for name in ("One", "Two"):
    create_organisation(by=SYSTEM, name=name)
from reciproque.app.survey.urn.models import Ballot
Ballot.objects.create(slot="ab" * 32, wave_id=7, side="client", box_client=b"c", box_supplier=b"s", body=b"b")
"""
MORE = """
from reciproque.app.directory.actions.organisations import create_organisation
from reciproque.app.shared.audit import SYSTEM
print(create_organisation(by=SYSTEM, name="Three").pk)
"""


@pytest.fixture(scope="module")
def origin(tmp_path_factory) -> tuple[Installation, Path]:
    """An installation and a backup of it."""
    place = tmp_path_factory.mktemp("continuity")
    made = Installation(place / "data")
    made.python(MAKE)
    done = made.run("backup", place / "copy")
    assert done.returncode == 0, done.stderr
    return made, place / "copy"


def test_restored_elsewhere_every_row_and_rule_is_the_same_and_no_number_is_given_twice(origin, tmp_path):
    made, copy = origin
    elsewhere = Installation(tmp_path / "data")
    done = elsewhere.run("restore", copy)
    assert done.returncode == 0, done.stderr
    before = continuity.content(made.folder)
    assert before.rows > 20
    assert continuity.differences(before, continuity.content(elsewhere.folder)) == []
    assert continuity.damaged(elsewhere.folder) == []
    assert int(elsewhere.python(MORE)) > 1_000_000
    assert "The log holds" in elsewhere.run("audit", "verify").stdout
    again = elsewhere.run("restore", copy)
    assert again.returncode == 1
    assert "add --replace" in again.stderr
    assert elsewhere.run("restore", copy, "--replace").returncode == 0
    assert not list(elsewhere.folder.glob("restoring*"))


def test_what_differs_is_noticed(origin, tmp_path):
    made, copy = origin
    elsewhere = Installation(tmp_path / "data")
    elsewhere.run("restore", copy)
    before = continuity.content(made.folder)
    for statement in (
        "DELETE FROM app_organisation WHERE name = 'One'",
        "UPDATE app_organisation SET name = 'one' WHERE name = 'Two'",
        "UPDATE sqlite_sequence SET seq = seq - 1 WHERE name = 'app_organisation'",
        "DROP INDEX ballot_wave",
    ):
        name = continuity.FILES["ballots" if "ballot" in statement else "default"]
        with sqlite3.connect(elsewhere.folder / name) as store:
            store.execute(statement)
        assert continuity.differences(before, continuity.content(elsewhere.folder)), statement
        elsewhere.run("restore", copy, "--replace")


def test_a_spoiled_backup_is_refused_and_leaves_everything_as_it_was(origin, tmp_path):
    made, copy = origin
    spoiled = tmp_path / "spoiled"
    spoiled.mkdir()
    for path in copy.iterdir():
        (spoiled / path.name).write_bytes(path.read_bytes())
    before = continuity.content(made.folder)
    tried = 0
    for what, _path in continuity.tamperings(spoiled, flips=1, chance=random.Random(6)):
        with pytest.raises(backup.BadBackup):
            _restore_into(tmp_path / "elsewhere", spoiled)
        assert not list((tmp_path / "elsewhere").glob("*restoring*")), what
        tried += 1
    assert tried >= 15
    assert continuity.differences(before, continuity.content(made.folder), leap=0) == []
    _restore_into(tmp_path / "elsewhere", spoiled)  # put right again, it is taken


def _restore_into(place: Path, copy: Path) -> None:
    """The two steps before anything is put in place, in this process."""
    place.mkdir(exist_ok=True)
    restore.stage(copy, restore.listed(copy), place / "restoring")


def test_a_database_that_cannot_be_read_any_more_is_replaced(origin, tmp_path):
    made, copy = origin
    broken = Installation(tmp_path / "data")
    broken.run("restore", copy)
    for name in continuity.FILES.values():
        (broken.folder / name).write_bytes(b"not a database" * 1000)
        (broken.folder / f"{name}-wal").write_bytes(b"nor a journal")
    assert broken.run("audit", "verify").returncode == 1
    done = broken.run("restore", copy, "--replace")
    assert done.returncode == 0, done.stderr
    assert continuity.differences(continuity.content(made.folder), continuity.content(broken.folder)) == []


def test_no_room_for_a_backup_is_a_sentence_and_the_data_stays(origin, tmp_path):
    made, _copy = origin
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000));"
        "from reciproque.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    cramped = Installation(made.folder, command=(made.command[0], "-c", code))
    for words in (("backup", tmp_path / "small"), ("restore", _copy, "--replace")):
        done = cramped.run(*words)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "No backup was written" in done.stderr or "Nothing was restored" in done.stderr
    assert not list(tmp_path.iterdir())
    assert not list(made.folder.glob("restoring*"))
    assert continuity.damaged(made.folder) == []


def test_a_restore_decided_and_cut_is_finished_by_the_next_command(origin, tmp_path):
    made, copy = origin
    cut = Installation(tmp_path / "data")
    cut.run("restore", copy)
    cut.python(MORE)
    code = "import os, sys; from reciproque.cli import restore; restore._place = lambda: os._exit(9);"
    done = Installation(
        cut.folder, command=(cut.command[0], "-c", code + "from reciproque.cli.main import main; main(sys.argv[1:])")
    ).run("restore", copy, "--replace")
    assert done.returncode == 9
    assert (cut.folder / "restoring").is_dir()
    assert "The log holds" in cut.run("audit", "verify").stdout
    assert continuity.differences(continuity.content(made.folder), continuity.content(cut.folder)) == []
    assert not list(cut.folder.glob("restoring*"))


def test_nothing_else_works_on_the_folder_while_a_backup_is_put_back(origin, tmp_path):
    _made, copy = origin
    busy = Installation(tmp_path / "data")
    busy.run("restore", copy)
    with (busy.folder / "running.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for words in (("check",), ("backup", tmp_path / "other"), ("worker",)):
            done = busy.run(*words)
            assert done.returncode == 1
            assert "is being put back" in done.stderr
