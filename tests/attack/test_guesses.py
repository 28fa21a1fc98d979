"""Guessing a link: it would take for ever, and after ten wrong ones a minute the place is told to wait."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

import personas
import wave_steps
import workshops
from reciproque.app.dialogue import urn
from reciproque.app.shared import clock
from reciproque.app.survey.urn import collect


@pytest.fixture(autouse=True)
def _folders(tmp_path, settings):
    settings.SECRETS_DIR = tmp_path / "secrets"
    settings.SECRETS_DIR.mkdir()


def holds(path):
    """A link that opens something at that address."""
    cast = personas.cast(people=5)
    if path == "/r":
        wave = wave_steps.collecting(cast).wave
        return collect.invitation_token(wave.pk, wave.invitations.first().pk)
    session = workshops.signed(cast)
    participant = workshops.invite(cast, session)["client"][0]
    participant.session = session
    return urn.link_of(participant)


@pytest.mark.parametrize("path", ["/r", "/d"])
def test_ten_wrong_links_a_minute_then_none_for_that_place_alone(path):
    right, now = holds(path), clock.now()
    here, elsewhere = Client(REMOTE_ADDR="192.0.2.1"), Client(REMOTE_ADDR="192.0.2.2")
    with clock.at(now):
        wrong = [here.post(path, {"token": f"{number:026d}"}).status_code for number in range(12)]
        assert 429 not in wrong[:10]
        assert wrong[10:] == [429, 429]
        refused = here.post(path, {"token": right, "kept": "sealed", "on": "2"})
        assert refused.status_code == 429
        assert "essais" in refused.content.decode()
        assert path != "/r" or 'name="kept" value="sealed"' in refused.content.decode()
        assert elsewhere.post(path, {"token": right}).status_code == 302
    with clock.at(now + timedelta(seconds=61)):
        assert here.post(path, {"token": right}).status_code == 302


@pytest.mark.parametrize("path", ["/r", "/d"])
def test_a_whole_network_of_ipv6_is_one_place(path):
    """Whoever rents one has 2^64 addresses: a new one for each try must not start the count again."""
    with clock.at(clock.now()):
        wrong = [
            Client(REMOTE_ADDR=f"2001:db8:1:2::{number:x}").post(path, {"token": f"{number:026d}"}).status_code
            for number in range(12)
        ]
        assert 429 not in wrong[:10]
        assert wrong[10:] == [429, 429]
        elsewhere = Client(REMOTE_ADDR="2001:db8:1:3::1")
        assert elsewhere.post(path, {"token": f"{12:026d}"}).status_code != 429


def test_tries_at_invented_accounts_do_not_make_those_at_a_real_one_forgotten():
    cache.set("a-tried-account", "five times", 300)
    for number in range(1000):
        cache.set(f"invented-{number:04d}", "once", 300)
    assert cache.get("a-tried-account") == "five times"
