"""V16: what is written of security events, and what never is."""

import logging
import re
import time

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reciproque.app.directory.setup import verify_address
from reciproque.config import logs
from reciproque.config.settings import LOGGING

LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ reciproque\.security: [a-z -]+ account=[0-9A-Za-z-]+( \w+=[\w.-]+)*"
)
HEADERS = {"REMOTE_ADDR": "203.0.113.77", "HTTP_USER_AGENT": "Secret Browser/7"}


@pytest.fixture
def lines():
    """What standard error would show, through the handler and the formatter of the product."""
    shown = []

    class Shown(logging.Handler):
        def emit(self, record):
            shown.append(self.format(record))

    handler = Shown()
    made = LOGGING["formatters"]["dated"]
    handler.setFormatter(logs.Utc(made["format"]))
    handler.addFilter(logs.NoRespondentPaths())
    logger = logging.getLogger("reciproque.security")
    logger.addHandler(handler)
    yield shown
    logger.removeHandler(handler)


@pytest.fixture
def member(cast):
    verify_address(cast.client_member)
    return cast.client_member


def enter(account, password="a long password"):
    browser = Client(**HEADERS)
    browser.post(reverse("account_login"), {"login": account.email, "password": password})
    return browser


def test_signing_in_and_out_and_trying_are_written_by_key(lines, member):
    enter(member).post(reverse("account_logout"))
    enter(member, "a wrong password")
    said = "\n".join(lines)
    for event in ("signed in", "signed out"):
        assert f"{event} account={member.key}" in said
    assert "sign-in refused" in said


def test_a_changed_password_and_a_changed_factor_are_written(lines, member):
    browser = enter(member)
    words = "gruyère patine enclume dortoir"
    browser.post(
        reverse("account_change_password"), {"oldpassword": "a long password", "password1": words, "password2": words}
    )
    assert f"password changed account={member.key}" in "\n".join(lines)


def test_a_refused_page_is_written_with_who_and_which_never_with_what_was_asked(lines, cast):
    browser = Client(**HEADERS)
    browser.force_login(cast.outsider)
    browser.get(reverse("relationship-members", args=[cast.relationship.key]))
    browser.get("/nowhere/%0aforged%20line?x=1")
    Client(enforce_csrf_checks=True, **HEADERS).post(reverse("send-again"), {"email": "alice@x.test"})
    refused = [line for line in lines if "refused" in line]
    assert f"refused account={cast.outsider.key} page=relationship-members status=404" in refused[0]
    assert "page=- status=404" in refused[1]
    assert cast.relationship.key not in "\n".join(refused)


def test_a_line_is_one_line_that_a_program_reads_and_holds_nothing_typed(lines, member):
    enter(member, "pass\nword\n2026-01-01T00:00:00Z reciproque.security: signed in account=forged")
    browser = enter(member)
    browser.get("/directory/people/xxxx\r\nforged/")
    assert lines
    for line in lines:
        assert LINE.fullmatch(line), line
    said = "\n".join(lines)
    for never in (member.email, "203.0.113.77", "Secret Browser", "forged", "sessionid"):
        assert never not in said


def test_times_are_said_in_utc(lines, member, settings):
    record = logging.LogRecord("reciproque.security", logging.INFO, "", 0, "x", (), None)
    record.created = 0.0
    assert logs.Utc(LOGGING["formatters"]["dated"]["format"]).format(record).startswith("1970-01-01T00:00:00Z ")


def test_respondents_leave_no_line(lines, client):
    for address in ("/r", "/r/nothing/", "/d", "/d/vote", "/d/nothing/", "/receipt/", "/receipt/?receipt=ABCD"):
        client.get(address, **HEADERS)
        client.post(address, {"token": "x"}, **HEADERS)
    assert lines == []


def test_who_answers_while_signed_in_leaves_no_line_and_no_time(lines, member):
    """A session that would be renewed, or that is over: neither is written at the minute of somebody's answer."""
    browser = enter(member)
    for away in (600, settings.SESSION_IDLE_SECONDS + 600):
        session = browser.session
        session["seen"] = int(time.time()) - away
        session.save()
        kept, said = Session.objects.get(session_key=session.session_key).session_data, len(lines)
        for address in ("/r", "/r/promise", "/r/nothing/", "/d", "/d/vote", "/receipt/"):
            with CaptureQueriesContext(connection) as asked:
                browser.get(address)
            assert not any(one["sql"].startswith(("INSERT", "UPDATE", "DELETE")) for one in asked)
        assert Session.objects.get(session_key=session.session_key).session_data == kept
        assert len(lines) == said
    assert browser.get(reverse("directory")).status_code == 302, "elsewhere, a session that is over is over"


def test_a_fault_of_ours_is_written_and_not_shown(client, cast, monkeypatch, caplog):
    from reciproque.app.directory.views import companies

    def broken(account):
        raise ValueError("secret detail of the server")

    monkeypatch.setattr(companies.queries, "companies", broken)
    browser = Client(raise_request_exception=False)
    browser.force_login(cast.client_sponsor)
    with caplog.at_level(logging.ERROR):
        response = browser.get(reverse("directory"))
    assert response.status_code == 500
    page = response.content.decode()
    for hidden in ("secret detail", "Traceback", "ValueError", "settings", ".py"):
        assert hidden not in page
    assert "secret detail of the server" in caplog.text
    assert browser.get("/health").status_code == 200
