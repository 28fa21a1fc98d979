from __future__ import annotations

import dataclasses
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reciproque.app.survey.urn import keys, seal
from reciproque.app.survey.urn.errors import Damaged, TooLong
from urns import open_ballot

CLIENT, SUPPLIER, LOCK = keys.new_half(), keys.new_half(), bytes(range(32))
ANSWERS = seal.Answers(
    function="Achats",
    scores={"F1": 7, "F2": None, "F2m": 1},
    texts=(seal.Text("O1", "Dire plus tôt ce qui coince.", seal.REWORD),),
)


def sealed(answers: seal.Answers = ANSWERS, side: str = seal.CLIENT) -> seal.SealedRow:
    return seal.seal(answers, wave_id=3, side=side, client=CLIENT.public, supplier=SUPPLIER.public, lock=LOCK)


def opened(row: seal.SealedRow, wave_id: int = 3) -> seal.Answers:
    return open_ballot(row, wave_id=wave_id, client=CLIENT, supplier=SUPPLIER, lock=LOCK)


def test_both_halves_give_the_answers_back() -> None:
    assert opened(sealed()) == ANSWERS


texts = st.builds(seal.Text, st.sampled_from(["O1", "O5"]), st.text(max_size=300), st.sampled_from(seal.CONSENTS))


@settings(max_examples=60)
@given(
    st.text(max_size=40),
    st.dictionaries(st.text(min_size=1, max_size=4), st.none() | st.integers(1, 7), max_size=40),
    st.lists(texts, max_size=5),
    st.sampled_from(seal.SIDES),
)
def test_whatever_was_answered_comes_back(function: str, scores: dict, written: list, side: str) -> None:
    answers = seal.Answers(function, scores, tuple(written))
    assert opened(sealed(answers, side)) == answers


def test_one_half_opens_nothing() -> None:
    row = sealed()
    for half, other in ((CLIENT, row.box_supplier), (SUPPLIER, row.box_client)):
        with pytest.raises(Damaged):
            seal.open_share(other, half)
    share = seal.open_share(row.box_client, CLIENT)
    for guess in (share, bytes(32), keys.new_half().private):
        with pytest.raises(Damaged):
            seal.open_row(row, wave_id=3, share_client=share, share_supplier=guess, lock=LOCK)


def test_the_same_half_twice_opens_nothing() -> None:
    with pytest.raises(Damaged):
        open_ballot(sealed(), wave_id=3, client=CLIENT, supplier=CLIENT, lock=LOCK)


@pytest.mark.parametrize("part", ["box_client", "box_supplier", "body"])
def test_any_flipped_bit_is_refused(part: str) -> None:
    row = sealed()
    content = getattr(row, part)
    places = range(len(content)) if len(content) < 200 else random.Random(1).sample(range(len(content)), 150)
    for place in places:
        for bit in (0, 7):
            changed = bytearray(content)
            changed[place] ^= 1 << bit
            with pytest.raises(Damaged):
                opened(dataclasses.replace(row, **{part: bytes(changed)}))


@pytest.mark.parametrize("part", ["box_client", "box_supplier", "body"])
@pytest.mark.parametrize("content", [b"", b"short", bytes(80)])
def test_a_part_cut_or_replaced_is_refused(part: str, content: bytes) -> None:
    with pytest.raises(Damaged):
        opened(dataclasses.replace(sealed(), **{part: content}))


def test_a_ballot_moved_to_the_other_side_or_wave_is_refused() -> None:
    row = sealed()
    with pytest.raises(Damaged):
        opened(dataclasses.replace(row, side=seal.SUPPLIER))
    with pytest.raises(Damaged):
        opened(row, wave_id=4)


def test_parts_of_two_ballots_do_not_mix() -> None:
    with pytest.raises(Damaged):
        opened(dataclasses.replace(sealed(), body=sealed().body))


def test_the_same_answers_never_look_the_same() -> None:
    first, second = sealed(), sealed()
    assert first.box_client != second.box_client
    assert first.body[:200] != second.body[:200]


def test_length_says_nothing_about_ordinary_answers() -> None:
    empty = seal.Answers("", {})
    long = seal.Answers(
        "Direction des achats", dict.fromkeys(map(str, range(38)), 7), (seal.Text("O1", "é" * 1200, "publish"),)
    )
    assert len(sealed(empty).body) == len(sealed(long).body) == 4096 + 40


def test_longer_texts_take_whole_buckets() -> None:
    longer = seal.Answers("", {}, (seal.Text("O1", "x" * 5000, "publish"),))
    assert len(sealed(longer).body) == 2 * 4096 + 40
    assert opened(sealed(longer)) == longer


def test_a_text_longer_than_a_ballot_is_refused_not_cut() -> None:
    with pytest.raises(TooLong):
        sealed(seal.Answers("", {}, (seal.Text("O1", "x" * 70_000, "publish"),)))


@pytest.mark.parametrize("score", [0, 8, -1, 3.5])
def test_an_answer_off_the_scale_is_never_sealed(score: int) -> None:
    with pytest.raises(ValueError):
        sealed(seal.Answers("", {"F1": score}))


def test_an_unknown_consent_or_side_is_never_sealed() -> None:
    with pytest.raises(ValueError):
        sealed(seal.Answers("", {}, (seal.Text("O1", "x", "everyone"),)))
    with pytest.raises(ValueError):
        sealed(side="host")


def test_nothing_readable_is_stored_or_printed() -> None:
    row = sealed()
    stored = row.box_client + row.box_supplier + row.body
    for canary in ("Achats", "coince", "F2m", "reword"):
        assert canary.encode() not in stored
        assert canary not in repr(row)
    assert "coince" not in repr(ANSWERS)


def test_both_halves_without_the_lock_open_nothing() -> None:
    for other in (bytes(32), bytes(range(1, 33))):
        with pytest.raises(Damaged):
            open_ballot(sealed(), wave_id=3, client=CLIENT, supplier=SUPPLIER, lock=other)
