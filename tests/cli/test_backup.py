"""A backup is complete or absent, verified before it is put back, and never holds a wave's secret."""

import json
import sqlite3

import pytest
from django.conf import settings

from reciproque.cli import backup

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


def test_secrets_are_in_no_backup(tmp_path):
    (settings.SECRETS_DIR).mkdir(exist_ok=True)
    (settings.SECRETS_DIR / "wave-canary.key").write_bytes(b"S3CRET-OF-A-WAVE" * 2)
    try:
        backup.write(tmp_path / "copy")
        assert not any(
            b"S3CRET-OF-A-WAVE" in path.read_bytes() for path in (tmp_path / "copy").rglob("*") if path.is_file()
        )
    finally:
        (settings.SECRETS_DIR / "wave-canary.key").unlink()


def test_a_flipped_bit_is_refused(folder):
    path = folder / "ballots.sqlite3"
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    with pytest.raises(backup.BadBackup, match="hash differs"):
        backup.verified(folder)


def test_a_missing_file_is_refused(folder):
    (folder / "default.sqlite3").unlink()
    with pytest.raises(backup.BadBackup, match="missing"):
        backup.verified(folder)


def test_a_folder_that_is_no_backup_is_refused(tmp_path):
    with pytest.raises(backup.BadBackup, match="not a complete backup"):
        backup.verified(tmp_path)


def test_a_folder_in_use_is_not_overwritten(tmp_path):
    (tmp_path / "something").write_text("mine")
    with pytest.raises(backup.BadBackup, match="not empty"):
        backup.write(tmp_path)
    assert (tmp_path / "something").read_text() == "mine"
