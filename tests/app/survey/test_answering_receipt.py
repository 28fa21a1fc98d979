"""Checking a receipt: open to anybody, silent until a wave is closed."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from answering_wave import collecting
from reciproque.app.survey.actions.answering import submit_ballot
from reciproque.app.survey.models import Wave, WaveState
from reciproque.app.survey.urn import receipts


@pytest.fixture(autouse=True)
def secrets_folder(tmp_path, settings):
    settings.SECRETS_DIR = tmp_path / "secrets"


@pytest.fixture
def wave(cast):
    return collecting(cast.relationship)


def ask(typed: str) -> str:
    response = Client(headers={"accept-language": "en"}).post("/receipt/", {"receipt": typed})
    assert response.status_code == 200
    return re.sub(r'value="[^"]*"', "", response.content.decode())


def close(wave: Wave, listed: list[str]) -> None:
    Wave.objects.filter(pk=wave.pk).update(
        state=WaveState.CLOSED,
        receipts=sorted(listed),
        receipts_root=receipts.merkle_root(listed),
        closed_at=timezone.now(),
    )


def test_before_closing_a_real_receipt_and_an_invented_one_get_the_same_words(wave):
    real = submit_ballot(token=wave.token(wave.client_people[0]), answers={"F1": 3})
    assert ask(real) == ask("ABCDEFGHIJKL")
    assert "No published list holds this receipt" in ask(real)


def test_after_closing_the_receipt_is_found_however_it_is_typed(cast, wave):
    close(wave.wave, ["ABCDEFGHIJKL", "MNOPQRSTUVWX"])
    for typed in ("ABCDEFGHIJKL", "abcd efgh ijkl", "A8CD-EFGH-1JKL"):
        page = ask(typed)
        assert "ABCD EFGH IJKL is in the published list" in page
        assert f"{cast.relationship.client} and {cast.relationship.supplier}, wave 1" in page
        assert receipts.merkle_root(["ABCDEFGHIJKL", "MNOPQRSTUVWX"]) in page
        assert "MNOP QRST UVWX" in page


def test_a_receipt_that_is_not_there_tells_nothing_of_any_wave(cast, wave):
    close(wave.wave, ["ABCDEFGHIJKL"])
    page = ask("MNOPQRSTUVWX")
    assert "No published list holds this receipt" in page
    assert cast.relationship.client.name not in page


@pytest.mark.parametrize(
    "typed", ["", "ABC", "ABCDEFGHIJKLM", "ABCDEFGHIJK!", "<script>", '"ABCDEFGHIJKL"', "%%%%%%%%%%%%"]
)
def test_what_cannot_be_a_receipt_is_said_plainly(wave, typed):
    close(wave.wave, ["ABCDEFGHIJKL"])
    page = ask(typed)
    assert "A receipt has twelve signs" in page
    assert "<script>x" not in page


def test_cancelled_wave_has_no_list(wave):
    close(wave.wave, ["ABCDEFGHIJKL"])
    Wave.objects.filter(pk=wave.wave.pk).update(state=WaveState.CANCELLED)
    assert "No published list" in ask("ABCDEFGHIJKL")
