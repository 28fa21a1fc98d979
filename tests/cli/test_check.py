"""``reciproque check`` names each thing that is wrong and says how to mend it; its exit code is for machines."""

import argparse
import socket
import sqlite3
import sys

import pytest

import worlds
from reciproque.app.shared import audit, worker
from reciproque.app.shared.models import AuditRecord
from reciproque.app.survey.models import WaveState
from reciproque.app.survey.urn import lock
from reciproque.cli import check

pytestmark = pytest.mark.django_db(databases=["default", "ballots"])


@pytest.fixture(autouse=True)
def sound(settings, tmp_path, monkeypatch):
    """An installation where nothing is wrong: a private folder, a living worker, a mail server, an https address."""
    for folder in (tmp_path, tmp_path / "secrets"):
        folder.mkdir(exist_ok=True, mode=0o700)
    settings.DATA_DIR, settings.SECRETS_DIR = tmp_path, tmp_path / "secrets"
    settings.HTTPS, settings.BASE_URL = True, "https://trust.example"
    settings.PACKAGE_DIR = _built(tmp_path / "package")
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.getsockname()
        worker.beat("test")
        yield tmp_path


def _built(package):
    for name in ("static/built/.vite/manifest.json", "locale/fr/LC_MESSAGES/django.mo"):
        (package / name).parent.mkdir(parents=True)
        (package / name).touch()
    return package


def wrong(*, fatal=True):
    return [finding.what for finding in check.findings() if finding.fatal == fatal]


def exit_code():
    return check.run(argparse.Namespace())


def test_nothing_is_wrong(capsys):
    assert check.findings() == []
    assert exit_code() == 0
    assert "works" in capsys.readouterr().out


def test_no_worker_is_alive(capsys):
    worker.WorkerBeat.objects.all().delete()
    assert exit_code() == 1
    said = capsys.readouterr().out
    assert "No worker is running" in said
    assert "reciproque worker" in said
    assert "This installation works" not in said


def test_mails_wait_without_a_mail_server(settings):
    settings.EMAIL_HOST = ""
    assert "wait in the outbox" in wrong(fatal=False)[0]
    assert exit_code() == 0


def test_a_mail_server_that_does_not_answer(settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings.EMAIL_PORT = taken.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert "does not answer" in wrong()[0]


def test_a_mail_server_whose_name_cannot_be_one(settings):
    settings.EMAIL_HOST = "mail..example.test"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert "mail..example.test does not answer" in wrong()[0]


@pytest.mark.parametrize("state", [WaveState.COLLECTING, WaveState.CLOSING, WaveState.CLOSED])
def test_a_lost_lock_stops_a_wave(cast, settings, state):
    made = worlds.wave(cast.relationship, state=state)
    assert "can never be opened" in wrong()[0]
    lock.create(settings.SECRETS_DIR, made.pk)
    assert wrong() == []


def test_a_lost_lock_after_opening_is_only_a_note(cast):
    worlds.wave(cast.relationship, state=WaveState.OPEN)
    assert wrong() == []
    assert "counted again" in wrong(fatal=False)[0]


@pytest.mark.parametrize("state", [WaveState.DRAFT, WaveState.SEALING, WaveState.PURGED, WaveState.CANCELLED])
def test_a_wave_without_ballots_needs_no_lock(cast, state):
    worlds.wave(cast.relationship, state=state)
    assert check.findings() == []


def test_folders_that_others_can_read(sound):
    sound.chmod(0o755)
    (sound / "secrets").chmod(0o750)
    assert [what.split()[-1] for what in wrong()] == [f"{sound}.", f"{sound / 'secrets'}."]


def test_secrets_that_others_can_read_or_nobody(sound, monkeypatch):
    (sound / "secrets/wave-1.key").touch(mode=0o644)
    assert "Other users of this machine can read" in wrong()[0]
    monkeypatch.setattr(check.os, "access", lambda path, mode: str(path) != str(sound / "secrets"))
    assert "cannot be read and written" in wrong()[0]
    monkeypatch.setattr(check.os, "access", lambda path, mode: not str(path).endswith(".key"))
    assert wrong()[0].endswith("wave-1.key cannot be read.")


def test_a_disk_almost_full(monkeypatch):
    monkeypatch.setattr(check, "LEAST_FREE", 10**18)
    assert "MB are free" in wrong()[0]


def test_python_and_sqlite_too_old(monkeypatch, settings):
    monkeypatch.setattr(check, "PYTHON", (sys.version_info.major + 1, 0))
    monkeypatch.setattr(check, "SQLITE", (sqlite3.sqlite_version_info[0] + 1, 0))
    assert [what.split()[0] for what in wrong()] == ["Python", "SQLite"]


def test_styles_not_built_and_french_not_compiled(settings, tmp_path):
    settings.PACKAGE_DIR = tmp_path / "nothing"
    assert ["styles" in wrong()[0], "French" in wrong()[1]] == [True, True]
    assert exit_code() == 1


def test_a_changed_log():
    audit.record(by=audit.SYSTEM, action="wave.created", subject="Wave 1", audience="both")
    AuditRecord.objects.filter(sequence=1).update(subject="Wave 2")
    assert "does not hold" in wrong()[0]


def test_databases_that_are_not_up_to_date(monkeypatch):
    monkeypatch.setattr(check, "pending", lambda: ["default: app.0009"])
    assert "not up to date" in wrong()[0]


def test_a_database_that_does_not_answer(monkeypatch):
    monkeypatch.setattr(check.connections["ballots"], "ensure_connection", _refuse)
    assert wrong() == ["The ballots database does not answer: nobody there"]


def _refuse():
    raise OSError("nobody there")


def test_demonstration_mode_and_plain_addresses_are_notes(settings, cast):
    settings.DEMO, settings.HTTPS = True, False
    assert len(wrong(fatal=False)) == 2
    settings.DEMO, settings.HTTPS = False, True
    cast.relationship.is_demo = True
    cast.relationship.save()
    assert wrong(fatal=False) == ["The demonstration stories are in this installation."]
