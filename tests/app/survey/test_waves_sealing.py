"""The two keys: a phrase is seen once by one person, and one key alone opens nothing."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

import wave_steps
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.models import AuditRecord
from reciproque.app.survey.actions import closing, opening, sealing, waves
from reciproque.app.survey.models import Wave, WrappedHalf
from reciproque.app.survey.urn import store

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
    pytest.mark.usefixtures("urn_store"),
]


def sign_in(account) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    return client


def words_on(response) -> list[str]:
    return response.context["words"]


def everything_stored(folder: Path) -> bytes:
    """Every row of both databases as text, and every file of the secrets folder."""
    rows = []
    for alias in ("default", "ballots"):
        rows += list(connections[alias].connection.iterdump())
    return "\n".join(rows).encode() + b"".join(path.read_bytes() for path in folder.glob("*"))


@pytest.mark.sqlite
def test_a_phrase_is_shown_once_and_kept_nowhere(cast, settings, caplog):
    caplog.set_level(logging.DEBUG)
    made = wave_steps.sealing_of(cast)
    browser, url = sign_in(cast.client_sponsor), reverse("wave-seal", args=[made.wave.key])
    shown = browser.post(url, {"accepted": "on"})
    words = words_on(shown)
    assert len(words) == 7
    assert shown.headers["Cache-Control"] == "no-store"
    phrase = " ".join(words)
    for page in (url, reverse("wave", args=[made.wave.key]), reverse("wave-record", args=[made.wave.key])):
        assert " ".join(words[:2]) not in strip_tags(browser.get(page).content.decode(errors="replace"))
    confirmed = browser.post(reverse("wave-seal-confirm", args=[made.wave.key]), {"phrase": phrase.upper()})
    assert confirmed.status_code == 302
    stored = everything_stored(settings.SECRETS_DIR)
    assert b"key_sealed" in stored  # the dump is a real one
    for trace in (phrase, "-".join(words), " ".join(words[:2]), " ".join(words[2:4])):
        assert trace.encode() not in stored
        assert trace not in caplog.text
        assert not any(trace in message.body for message in mail.outbox)


def test_looking_at_the_ceremony_gives_no_phrase_and_writes_nothing(cast):
    made = wave_steps.sealing_of(cast)
    browser, url = sign_in(cast.client_sponsor), reverse("wave-seal", args=[made.wave.key])
    before = AuditRecord.objects.count()
    assert "words" not in browser.get(url).context
    refused = browser.post(url, {})
    assert "words" not in refused.context
    assert (WrappedHalf.objects.count(), AuditRecord.objects.count()) == (0, before)


def test_a_key_counts_only_once_its_phrase_was_typed_back(cast):
    made = wave_steps.sealing_of(cast)
    made.seal("client_sponsor")
    made.seal("supplier_sponsor")
    made.confirm("client_sponsor")
    assert Wave.objects.get(pk=made.wave.pk).state == "sealing"
    with pytest.raises(Refused, match="not your opening phrase"):
        sealing.confirm_phrase(by=actor(cast.supplier_sponsor), wave=made.wave, phrase=made.phrases["client_sponsor"])
    made.confirm("supplier_sponsor")
    assert Wave.objects.get(pk=made.wave.pk).state == "collecting"


def test_a_lost_phrase_can_be_drawn_again_until_it_is_confirmed(cast):
    made = wave_steps.sealing_of(cast)
    first = made.seal("client_sponsor")
    second = made.seal("client_sponsor")
    with pytest.raises(Refused):
        sealing.confirm_phrase(by=actor(cast.client_sponsor), wave=made.wave, phrase=first)
    sealing.confirm_phrase(by=actor(cast.client_sponsor), wave=made.wave, phrase=second)
    with pytest.raises(Refused):
        made.seal("client_sponsor")


@pytest.mark.parametrize("deputy_first", [True, False])
def test_a_deputy_holds_an_own_phrase_for_the_same_key(cast, settings, deputy_first):
    made = wave_steps.sealing_of(cast)
    if deputy_first:
        made.take_deputy("client_deputy")
        made.seal("client_sponsor")
    else:
        made.seal("client_sponsor")
        made.take_deputy("client_deputy")
    assert list(settings.SECRETS_DIR.glob("*client-half.key"))
    for name in ("client_sponsor", "client_deputy"):
        made.confirm(name)
    assert not list(settings.SECRETS_DIR.glob("*client-half.key"))  # both hold a phrase: nothing is on hold any more
    made.seal("supplier_sponsor")
    made.confirm("supplier_sponsor")
    assert not list(settings.SECRETS_DIR.glob("*half.key"))  # the collection is open
    assert made.phrases["client_deputy"] != made.phrases["client_sponsor"]
    made.answer_all()
    made.close()
    assert made.turn("client_deputy") is None
    assert made.turn("supplier_sponsor") is not None


def test_back_to_preparation_voids_keys_and_phrases(cast, settings):
    made = wave_steps.sealing_of(cast)
    old = made.seal("client_sponsor")
    made.confirm("client_sponsor")
    waves.back_to_draft(by=actor(cast.supplier_sponsor), wave=made.wave)
    assert not WrappedHalf.objects.exists()
    assert not list(settings.SECRETS_DIR.glob("*half.key"))
    waves.start_sealing(by=actor(cast.facilitator), wave=made.wave)
    assert made.seal("client_sponsor") != old
    with pytest.raises(Refused):
        sealing.confirm_phrase(by=actor(cast.client_sponsor), wave=made.wave, phrase=old)


def test_a_sealed_wave_waits_for_its_day(cast):
    tomorrow = clock.now() + timedelta(days=1)
    made = wave_steps.sealing_of(cast, opens_at=tomorrow)
    for name in ("client_sponsor", "supplier_sponsor"):
        made.seal(name)
        made.confirm(name)
    assert sealing.open_due() == 0
    with clock.at(tomorrow + timedelta(minutes=1)):
        assert sealing.open_due() == 1
    assert Wave.objects.get(pk=made.wave.pk).state == "collecting"


def test_one_key_alone_opens_nothing_and_no_screen_says_whose_it_was(cast):
    made = wave_steps.closed(cast)
    assert made.turn("client_sponsor") is None
    assert made.turn("client_sponsor") is None
    assert not AuditRecord.objects.filter(action="wave.key_turned").exists()
    for name in ("supplier_sponsor", "supplier_member", "client_member", "observer"):
        text = strip_tags(sign_in(getattr(cast, name)).get(reverse("wave", args=[made.wave.key])).content.decode())
        assert "Turn the key of" not in text
    neutral = sign_in(cast.facilitator).get(reverse("wave", args=[made.wave.key])).content.decode()
    assert f"Turn the key of {cast.relationship.supplier}" in neutral
    assert f"Turn the key of {cast.relationship.client}" not in neutral


def test_phrases_are_drawn_and_tried_ten_times_an_hour(cast):
    """Each costs the machine a second and 256 MiB."""
    made = wave_steps.sealing_of(cast)
    wrong = made.seal("supplier_sponsor")
    for _ in range(10):
        made.seal("client_sponsor")
    with pytest.raises(Refused, match="Ten attempts"):
        made.seal("client_sponsor")
    for _ in range(10):
        with pytest.raises(Refused, match="not your opening phrase"):
            sealing.confirm_phrase(by=actor(cast.client_sponsor), wave=made.wave, phrase=wrong)
    with pytest.raises(Refused, match="Ten attempts"):
        made.confirm("client_sponsor")
    made.confirm("supplier_sponsor")  # the other company is not held up


def test_wrong_phrases_are_refused_in_plain_words_and_only_ten_an_hour(cast):
    made = wave_steps.closed(cast)
    by = actor(cast.client_sponsor)
    mistyped = " ".join([*made.phrases["client_sponsor"].split()[:6], "zzzzzz"])
    with pytest.raises(Refused, match="“zzzzzz” is not in the list"):
        opening.turn_key(by=by, wave=made.wave, phrase=mistyped)
    for _ in range(9):
        with pytest.raises(Refused):
            opening.turn_key(by=by, wave=made.wave, phrase=made.phrases["supplier_sponsor"])
    with pytest.raises(Refused, match="Ten attempts"):
        opening.turn_key(by=by, wave=made.wave, phrase=made.phrases["client_sponsor"])
    assert made.turn("supplier_sponsor") is None  # the other company is not held up


@pytest.mark.parametrize("name", ["facilitator", "client_member", "supplier_deputy", "outsider", "host_admin"])
def test_nobody_else_can_turn_a_key(cast, name):
    made = wave_steps.closed(cast)
    with pytest.raises(Refused):
        opening.turn_key(by=actor(getattr(cast, name)), wave=made.wave, phrase=made.phrases["client_sponsor"])


def test_a_recount_within_thirty_days_gives_the_same_figures_then_everything_is_destroyed(cast):
    made = wave_steps.closed(cast)
    made.turn("client_sponsor")
    first = made.turn("supplier_sponsor")
    opening.mark_open(by=actor(cast.client_sponsor), wave=made.wave, opened_at=clock.now())
    opening.forget(made.wave)
    assert made.turn("supplier_sponsor") is None
    again = made.turn("client_sponsor")
    assert again.digest == first.digest
    assert again.publication.figures == first.publication.figures
    with clock.at(clock.now() + timedelta(days=30, minutes=1)):
        with pytest.raises(Refused, match="thirty days"):
            made.turn("client_sponsor")
        assert closing.purge_due() == 1
    assert sum(store.counts(made.wave.pk).values()) == 0
    assert not WrappedHalf.objects.filter(key__wave=made.wave).exists()


def test_a_training_wave_says_so_on_all_its_pages(cast):
    made = wave_steps.closed(cast, level=1)
    for page in ("wave", "wave-receipts", "wave-cancel"):
        text = sign_in(cast.client_sponsor).get(reverse(page, args=[made.wave.key])).content.decode()
        assert "Not for real answers." in text
    waves.cancel_wave(by=actor(cast.facilitator), wave=made.wave)
    other = wave_steps.closed(cast)  # two keys: no such banner
    text = sign_in(cast.client_sponsor).get(reverse("wave", args=[other.wave.key])).content.decode()
    assert "Not for real answers." not in text
