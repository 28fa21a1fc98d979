"""Screens of a wave, seen by everybody: buyer side, supplier side, facilitator, outsider, anonymous."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

import wave_steps

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
    pytest.mark.usefixtures("urn_store"),
]
EVERYBODY = [
    "client_sponsor",
    "supplier_sponsor",
    "client_deputy",
    "client_member",
    "supplier_member",
    "facilitator",
    "observer",
]
PREPARERS = {"client_sponsor", "supplier_sponsor", "facilitator"}
HOLDERS = {"client_sponsor", "supplier_sponsor", "client_deputy"}
CHOOSERS = PREPARERS | {"client_deputy"}
# Page, the state in which it is shown, who may see it.
PAGES = [
    ("wave", "draft", set(EVERYBODY)),
    ("wave-settings", "draft", PREPARERS),
    ("wave-people", "draft", CHOOSERS),
    ("wave", "sealing", set(EVERYBODY)),
    ("wave-seal", "sealing", HOLDERS),
    ("wave-record", "sealing", set(EVERYBODY)),
    ("wave-cancel", "sealing", PREPARERS),
    ("wave", "collecting", set(EVERYBODY)),
    ("wave-late", "collecting", CHOOSERS),
    ("wave-extend", "collecting", PREPARERS),
    ("wave", "closed", set(EVERYBODY)),
    ("wave-receipts", "closed", set(EVERYBODY)),
]
MAKERS = {
    "draft": wave_steps.draft,
    "sealing": wave_steps.sealing_of,
    "collecting": wave_steps.collecting,
    "closed": wave_steps.closed,
}


def sign_in(cast, name: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(getattr(cast, name))
    return client


@pytest.mark.parametrize(("screen", "state", "allowed"), PAGES)
def test_a_page_is_for_those_it_concerns(cast, screen, state, allowed):
    made = MAKERS[state](cast, level=1)
    url = reverse(screen, args=[made.wave.key])
    seen = {name for name in EVERYBODY if sign_in(cast, name).get(url).status_code == 200}
    assert seen == allowed
    assert sign_in(cast, "outsider").get(url).status_code == 404
    assert sign_in(cast, "host_admin").get(url).status_code == 404
    assert Client().get(url).url.startswith("/accounts/login/")
