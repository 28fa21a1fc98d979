"""V9, V11: what a browser carries for us, and the chance that names are drawn from."""

import json
import math
from base64 import b64decode, urlsafe_b64encode
from datetime import timedelta

import pytest
from django.core import signing
from nacl.public import PrivateKey
from nacl.secret import SecretBox

from reciproque.app.directory import setup
from reciproque.app.shared import clock
from reciproque.app.shared.vocabulary import new_key
from reciproque.app.survey.forms import envelope
from reciproque.app.survey.forms.envelope import BadEnvelope, StaleEnvelope, Visit

VISIT = Visit(wave_id=1, invitation_id=2, token=b"t" * 16, language="fr")


def forged(content, key=b"k" * 32):
    return urlsafe_b64encode(SecretBox(key).encrypt(json.dumps(content).encode())).decode()


def test_only_what_we_sealed_under_one_algorithm_is_read(settings):
    plain = {"t": 9e9, "w": 1, "i": 2, "k": "00", "l": "fr", "s": {}, "x": {}, "r": ""}
    unsealed = urlsafe_b64encode(json.dumps(plain).encode()).decode()
    header = urlsafe_b64encode(b'{"alg":"none"}').decode()
    for text in (unsealed, f"{header}.{unsealed}.", signing.dumps(plain), forged(plain), "", "é", "A" * 64):
        with pytest.raises(BadEnvelope):
            envelope.read(text, envelope.COOKIE)


def test_the_key_is_this_installation_s_own(settings):
    sealed = envelope.close(VISIT, envelope.COOKIE)
    assert envelope.read(sealed, envelope.COOKIE) == VISIT
    settings.SECRET_KEY = "another installation"
    with pytest.raises(BadEnvelope):
        envelope.read(sealed, envelope.COOKIE)


def test_each_use_has_its_own_key():
    with pytest.raises(BadEnvelope):
        envelope.read(envelope.close(VISIT, envelope.PAGE), envelope.COOKIE)


def test_an_envelope_lives_as_long_as_is_written(monkeypatch):
    sealed = envelope.close(VISIT, envelope.COOKIE)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=121))
    with pytest.raises(StaleEnvelope):
        envelope.read(sealed, envelope.COOKIE)


def test_the_same_visit_is_never_sealed_alike():
    nonces = {b64decode(envelope.close(VISIT, envelope.COOKIE), altchars=b"-_")[:24] for _time in range(200)}
    assert len(nonces) == 200


def test_keys_are_worth_128_bits_at_least(settings, tmp_path):
    assert len(bytes(PrivateKey.generate())) == SecretBox.KEY_SIZE == 32
    settings.SECRETS_DIR = tmp_path
    code = setup.ensure_setup_code()
    assert len(code) * math.log2(64) >= 128
    assert len(settings.SECRET_KEY) >= 64


def test_names_of_rows_are_drawn_and_do_not_follow_each_other():
    drawn = [new_key() for _time in range(500)]
    assert len(set(drawn)) == 500
    assert sorted(drawn) != drawn
