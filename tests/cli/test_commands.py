"""What the command says to people who typed something else than what it expects, and what it leaves behind: nothing."""

import subprocess
import sys

import pytest

from installations import Installation


@pytest.fixture
def installation(tmp_path):
    return Installation(tmp_path / "data")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """An installation with databases, and nothing in them."""
    made = Installation(tmp_path_factory.mktemp("prepared"))
    made.python("from reciproque.cli.prepare import prepare; prepare()")
    return made


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["serve", "--help"], ["facts", "--help"]])
def test_asking_for_help_makes_no_folder(installation, words):
    done = installation.run(*words)
    assert done.returncode == 0
    assert done.stdout
    assert not installation.folder.exists()


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["paint"],
        ["serve", "--port", "0"],
        ["serve", "--port", "70000"],
        ["serve", "--port", "many"],
        ["serve", "--workers", "0"],
        ["facts", "abc"],
        ["facts", "abc", "--role", "curious"],
        ["audit", "erase"],
        ["account", "rename", "a@b.test"],
        ["account", "disable"],
        ["urn", "open"],
        ["backup"],
        ["simulate", "--out", "x", "--client", "9-4"],
        ["simulate", "--out", "x", "--campaigns", "0"],
        ["simulate", "--out", "x"],
        ["check"],
        ["backup", "copy"],
        ["facts", "abc", "--role", "facilitator"],
    ],
)
def test_what_cannot_be_understood_is_said_without_a_traceback(installation, words):
    done = installation.run(*words)
    assert done.returncode == 2
    assert "reciproque" in done.stderr
    assert "Traceback" not in done.stderr
    assert not installation.folder.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://somebody@somewhere/db"),
        ("RECIPROQUE_DEMO", "perhaps"),
        ("RECIPROQUE_PROXIES", "two"),
        ("RECIPROQUE_URL", "trust.example.org"),
        ("RECIPROQUE_TIME_ZONE", "Europe/Atlantis"),
        ("SMTP_PASSWORD_FILE", "/nowhere/at/all"),
        ("RECIPROQUE_DATA", "/proc/nothing"),
        ("DATABASE_URL", "postgresql://somebody:secret@somewhere:secret/db"),
        ("DATABASE_URL", "postgresql://[somewhere/db"),
        ("BALLOTS_DATABASE_URL", "postgresql://somebody@somewhere/db"),
        ("RECIPROQUE_URL", "http://["),
        ("RECIPROQUE_URL", "https://trust.example.org:many"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path, name, value):
    done = Installation(tmp_path / "data", {name: value}).run("worker")
    assert done.returncode == 2
    assert name.removesuffix("_FILE") in done.stderr or value in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("url", ["mysql://somebody@somewhere/db", "postgresql://x:secret@[y/db", "postgresql://x:y/db"])
def test_of_two_addresses_the_one_that_is_wrong_is_named_and_not_shown(tmp_path, url):
    both = {"DATABASE_URL": "postgresql://somebody@somewhere/db", "BALLOTS_DATABASE_URL": url}
    done = Installation(tmp_path / "data", both).run("worker")
    assert done.returncode == 2
    assert done.stderr.startswith("reciproque: BALLOTS_DATABASE_URL must look like")
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


def test_two_ways_to_encrypt_mail_are_one_too_many(tmp_path):
    both = {"SMTP_HOST": "mail.example.test", "SMTP_TLS": "yes", "SMTP_STARTTLS": "yes"}
    done = Installation(tmp_path / "data", both).run("worker")
    assert done.returncode == 2
    assert "SMTP_TLS and SMTP_STARTTLS" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_without_tables_is_a_sentence(installation):
    installation.folder.mkdir(mode=0o700)
    done = installation.run("audit", "verify")
    assert done.returncode == 1
    assert "the database cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_does_not_answer_is_a_sentence(installation):
    installation.extra = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=1"}
    installation.folder.mkdir(mode=0o700)
    done = installation.run("check")
    assert done.returncode == 1
    assert "does not answer" in done.stdout
    assert "Traceback" not in done.stderr


def test_an_empty_installation_verifies(prepared):
    assert "The log holds" in prepared.run("audit", "verify").stdout
    assert "nothing to verify" in prepared.run("urn", "verify").stdout


def test_unknown_waves_and_heads_are_said(prepared):
    facts = prepared.run("facts", "no-such-wave", "--role", "facilitator")
    assert (facts.returncode, facts.stdout) == (1, "")
    assert "no-such-wave" in facts.stderr
    urn = prepared.run("urn", "verify", "no-such-wave")
    assert urn.returncode == 1
    assert "no-such-wave" in urn.stderr
    assert prepared.run("audit", "verify", "--head", "0" * 64).returncode == 1


def test_demonstration_needs_its_switch(prepared):
    done = prepared.run("demo")
    assert done.returncode == 2
    assert "RECIPROQUE_DEMO" in done.stderr


def test_a_newer_database_is_left_alone(tmp_path):
    newer = Installation(tmp_path / "data")
    newer.python(
        "from reciproque.cli.prepare import prepare; prepare()\n"
        "from django.db import connection\n"
        "connection.cursor().execute("
        "\"INSERT INTO django_migrations (app, name, applied) VALUES ('app', '0999_later', '2026-01-01')\")"
    )
    done = newer.run("worker")
    assert done.returncode == 1
    assert "newer version" in done.stderr
    assert "0999_later" in done.stderr


def test_a_server_key_is_never_read_half_written(tmp_path):
    """Several processes at a first start all end with the same whole key."""
    folder = tmp_path / "data"
    ask = [sys.executable, "-c", "from reciproque.config.settings import SECRET_KEY; print(SECRET_KEY)"]
    started = [
        subprocess.Popen(ask, env=Installation(folder).environment, stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    keys = [process.communicate()[0].strip() for process in started]
    assert len(set(keys)) == 1
    assert len(keys[0]) > 60
    assert (folder / "secrets/server.key").stat().st_mode & 0o777 == 0o600


def test_an_empty_server_key_is_refused(tmp_path):
    folder = tmp_path / "data"
    (folder / "secrets").mkdir(parents=True, mode=0o700)
    (folder / "secrets/server.key").touch(mode=0o600)
    done = Installation(folder).run("worker")
    assert done.returncode == 2
    assert "server.key is empty" in done.stderr
