"""What is left on the disk and in the logs after somebody has answered, with real commits."""

from __future__ import annotations

import io
import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

import personas
from answering_wave import Collecting, collecting
from reciproque.app.survey.urn.models import Ballot
from reciproque.config.logs import NoRespondentPaths

pytestmark = [
    pytest.mark.sqlite,
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
    pytest.mark.usefixtures("urn_store"),
]
CANARY = "The canary sings in the third workshop"


@pytest.fixture
def wave(urn_store) -> Collecting:
    return collecting(personas.cast().relationship)


def answer(token: str) -> Client:
    browser = Client()
    browser.post("/r", {"token": token})
    browser.post("/r/answer/2", {"F1": "6", "O1": CANARY})
    assert browser.post("/r/hand-in", {"F1": "6", "O1": CANARY, "O1-reader": "publish"}).status_code == 302
    assert browser.get("/r/receipt").status_code == 200
    return browser


def test_no_file_holds_the_words_nor_the_link(wave):
    token = wave.token(wave.client_people[0])
    answer(token)
    folders = (settings.DATA_DIR, settings.SECRETS_DIR)
    contents = [path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert any(b"purchasing" in content for content in contents)  # the databases were read
    for secret in (CANARY, CANARY.lower(), token, token.lower()):
        assert not any(secret.encode() in content for content in contents)


def test_two_browsers_at_once_make_one_ballot(wave):
    token, together = wave.token(wave.client_people[0]), Barrier(4)

    def one(score: int) -> int:
        try:
            browser = Client()
            browser.post("/r", {"token": token})
            together.wait(timeout=20)
            return browser.post("/r/hand-in", {"F1": str(score)}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as browsers:
        assert list(browsers.map(one, (1, 3, 5, 7))) == [302] * 4
    assert Ballot.objects.count() == 1


def test_nothing_about_a_respondent_reaches_the_log(wave):
    """The handler of the product with its filter, on everything that Django says of these pages."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(NoRespondentPaths())
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        browser = answer(wave.token(wave.client_people[0]))
        browser.post("/r", {"token": "wrong"})
        browser.post("/r/hand-in", {"state": "wrong"})
        browser.get("/r/answer/99")
        browser.post("/receipt/", {"receipt": "wrong"})
        Client(enforce_csrf_checks=True).post("/r", {"token": wave.token(wave.client_people[0])})
        assert written.getvalue() == ""
        browser.get("/reading/nothing-here/")
        browser.get("/nothing-here")
    finally:
        logger.removeHandler(handler)
    assert "nothing-here" in written.getvalue()
