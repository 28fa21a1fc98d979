"""Whoever writes a long text stays signed in, and whoever only leaves a page open does not."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse

import personas
from browsing import Seat

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
]
MINUTE = 60


@pytest.fixture
def seat(transactional_db, browser, live_server, settings, tmp_path):
    settings.SECRETS_DIR = tmp_path / "secrets"
    settings.SECOND_FACTOR_REQUIRED = False
    person = Seat(browser, live_server.url)
    person.enter(personas.account("Alice Client", personas.organisation("Client Works")))
    person.page.clock.install()
    person.go(reverse("account-profile"))
    yield person
    assert person.complaints == []
    person.leave()


def _session(seat):
    kept = {cookie["name"]: cookie["value"] for cookie in seat.context.cookies()}
    return SessionStore(kept[settings.SESSION_COOKIE_NAME])


def _last_page(seat, minutes_ago):
    session = _session(seat)
    session["seen"] = int(time.time()) - minutes_ago * MINUTE
    session.save()


def _minutes_since_last_page(seat):
    return (time.time() - _session(seat)["seen"]) / MINUTE


def test_typing_keeps_a_sign_in(seat):
    _last_page(seat, minutes_ago=28)
    seat.fill(name="Alice of the Works")
    with seat.page.expect_response(lambda answer: answer.request.method == "HEAD") as asked:
        seat.page.clock.fast_forward("06:00")
    assert asked.value.ok
    assert _minutes_since_last_page(seat) < 2
    assert seat.page.locator("[name=name]").input_value() == "Alice of the Works"


def test_a_page_left_open_does_not(seat):
    _last_page(seat, minutes_ago=20)
    sent = []
    seat.page.on("request", lambda request: sent.append(urlsplit(request.url).path))
    seat.page.clock.fast_forward("06:00")
    seat.fill(name="Alice again")
    seat.page.clock.fast_forward("04:00")
    seat.page.wait_for_timeout(500)
    assert [path for path in sent if not path.startswith(settings.STATIC_URL)] == []
    assert _minutes_since_last_page(seat) > 19
