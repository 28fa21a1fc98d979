"""Which errors of the machine pass, and what a visitor reads then; never for our own mistakes."""

from __future__ import annotations

import errno
import sqlite3
from datetime import timedelta

import psycopg
import pytest
from django.db import InterfaceError, OperationalError
from django.db.utils import IntegrityError
from django.test import Client

import personas
from reciproque.app.shared import clock, middleware
from reciproque.app.shared.errors import passes
from reciproque.app.shared.views import Visits


def caused(kind: type[Exception], cause: Exception) -> Exception:
    error = kind("trouble")
    error.__cause__ = cause
    return error


def sqlite(code: int) -> Exception:
    cause = sqlite3.OperationalError("trouble")
    cause.sqlite_errorcode = code
    return caused(OperationalError, cause)


@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_SNAPSHOT, sqlite3.SQLITE_IOERR_WRITE]
)
def test_a_disk_or_a_lock_passes(code):
    assert passes(sqlite(code), "GET")
    assert passes(sqlite(code), "POST")


def test_a_database_that_can_only_be_read_passes_for_who_writes_and_is_our_mistake_for_who_reads():
    assert passes(sqlite(sqlite3.SQLITE_READONLY), "POST")
    assert not passes(sqlite(sqlite3.SQLITE_READONLY), "GET")
    refused = caused(OperationalError, psycopg.errors.ReadOnlySqlTransaction())
    assert passes(refused, "POST")
    assert not passes(refused, "GET")


@pytest.mark.parametrize(
    "cause", [psycopg.OperationalError(), psycopg.errors.DiskFull(), psycopg.errors.AdminShutdown()]
)
def test_postgresql_that_is_full_stopped_or_away_passes(cause):
    assert passes(caused(OperationalError, cause))


def test_our_own_mistakes_do_not_pass():
    assert not passes(sqlite(sqlite3.SQLITE_ERROR))  # no such table
    assert not passes(caused(IntegrityError, psycopg.errors.UniqueViolation()))
    assert not passes(ValueError("x"))
    assert not passes(FileNotFoundError(errno.ENOENT, "x"))
    assert not passes(None)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), InterfaceError("closed"), OperationalError("gone")])
def test_troubles_without_a_code_pass(error):
    assert passes(error)


@pytest.fixture
def visitor(db) -> Client:
    made = Client(raise_request_exception=False)
    made.force_login(personas.account("Host", None, is_host_admin=True))
    return made


def test_a_trouble_is_a_503_that_says_what_to_do_in_both_languages(visitor, monkeypatch):
    def full(**_what: object) -> None:
        raise sqlite(sqlite3.SQLITE_FULL)

    monkeypatch.setattr("reciproque.app.directory.views.companies.actions.create_organisation", full)
    answer = visitor.post("/directory/organisations/new/", {"name": "Alpha", "country": "FR"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "Rien n’a été enregistré à moitié" in answer.text
    assert "Nothing was half saved" in answer.text


def test_a_trouble_before_any_page_is_a_503_too(visitor, monkeypatch):
    def gone() -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr(middleware, "read_only", gone)
    assert visitor.get("/").status_code == 503


def test_a_mistake_of_ours_stays_a_500(visitor, monkeypatch):
    def wrong(**_what: object) -> None:
        raise sqlite(sqlite3.SQLITE_ERROR)

    monkeypatch.setattr("reciproque.app.directory.views.companies.actions.create_organisation", wrong)
    assert visitor.post("/directory/organisations/new/", {"name": "Alpha", "country": "FR"}).status_code == 500


def test_visits_counted_by_a_clock_that_was_ahead_lock_nobody_out():
    visits = Visits(2)
    with clock.at(clock.now() + timedelta(days=1)):
        assert [visits.too_many("here") for _ in range(3)] == [False, False, True]
    assert [visits.too_many("here") for _ in range(3)] == [False, False, True]
