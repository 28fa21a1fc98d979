from __future__ import annotations

import hashlib
import math

import pytest

from reciproque.app.survey.urn import phrases
from reciproque.app.survey.urn.errors import UnknownWord, WrongNumberOfWords

DESIGN = "brume cordage avril pivoine silex vitrail nuage"


@pytest.mark.parametrize("language", phrases.LANGUAGES)
def test_seven_words_are_worth_ninety_bits(language: str) -> None:
    assert round(phrases.WORDS * math.log2(len(set(phrases.words(language)))), 1) >= 89.9


@pytest.mark.parametrize("language", phrases.LANGUAGES)
def test_words_need_no_accent_and_no_hyphen(language: str) -> None:
    assert all(word.isascii() and word.isalpha() and word.islower() for word in phrases.words(language))


@pytest.mark.parametrize(
    ("language", "digest"),
    [("fr", "07662d4ccb29b475"), ("en", "dc76fed855bc6384")],
)
def test_an_upgrade_of_the_lists_is_noticed(language: str, digest: str) -> None:
    assert hashlib.sha256(" ".join(phrases.words(language)).encode()).hexdigest()[:16] == digest


def test_a_drawn_phrase_is_read_back() -> None:
    drawn = phrases.draw("fr")
    assert len(drawn) == 7
    assert phrases.read(" ".join(drawn), "fr") == phrases.canonical(drawn)


def test_phrases_do_not_repeat() -> None:
    assert len({phrases.draw("en") for _ in range(200)}) == 200


@pytest.mark.parametrize(
    "typed",
    [
        "BRUME Cordage avril pivoine silex vitrail nuage",
        "  brume cordage\tavril\npivoine   silex vitrail nuage ",
        "brume-cordage-avril-pivoine-silex-vitrail-nuage",
        "brume, cordage, avril, pivoine, silex, vitrail, nuage.",
        "brûme cordàge àvril pivoïne silex vitrail nuâge",
        "1. brume 2. cordage 3. avril 4. pivoine 5. silex 6. vitrail 7. nuage",
        "brume\u00a0cordage\u202favril pivoine silex vitrail nuage",
    ],
)
def test_typing_is_forgiven(typed: str) -> None:
    assert phrases.read(typed, "fr") == DESIGN


def test_an_unknown_word_gets_a_suggestion() -> None:
    with pytest.raises(UnknownWord) as refusal:
        phrases.read("brume cordage avril pivoine sile", "fr")
    assert (refusal.value.word, refusal.value.suggestion) == ("sile", "silex")


def test_a_letter_typed_wrong_gets_the_nearest_word() -> None:
    with pytest.raises(UnknownWord) as refusal:
        phrases.read(DESIGN.replace("vitrail", "vitrial"), "fr")
    assert refusal.value.suggestion == "vitrail"


def test_a_word_like_no_other_gets_no_suggestion() -> None:
    with pytest.raises(UnknownWord) as refusal:
        phrases.read(DESIGN.replace("vitrail", "qqqqqqqq"), "fr")
    assert refusal.value.suggestion == ""


@pytest.mark.parametrize("typed", ["", "brume", DESIGN + " brume"])
def test_another_number_of_words_is_refused(typed: str) -> None:
    with pytest.raises(WrongNumberOfWords) as refusal:
        phrases.read(typed, "fr")
    assert refusal.value.found == len(typed.split())


def test_a_french_phrase_is_read_on_an_english_screen() -> None:
    assert phrases.read(DESIGN, "en") == DESIGN


def test_the_refusal_never_repeats_the_other_words() -> None:
    with pytest.raises(UnknownWord) as refusal:
        phrases.read("brume cordage avril pivoine sile vitrail nuage", "fr")
    assert not any(word in str(refusal.value) for word in DESIGN.split() if word != "silex")


def test_there_is_no_list_for_another_language() -> None:
    with pytest.raises(ValueError):
        phrases.draw("de")
