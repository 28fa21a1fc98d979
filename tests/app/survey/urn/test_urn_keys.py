from __future__ import annotations

import pytest

from reciproque.app.survey.urn import keys, phrases
from reciproque.app.survey.urn.errors import Damaged, WrongKey, WrongPhrase


@pytest.fixture
def half() -> keys.Half:
    return keys.new_half()


def test_the_right_phrase_gives_the_half_back(half: keys.Half) -> None:
    phrase = phrases.canonical(phrases.draw("fr"))
    assert keys.unwrap(keys.wrap(half, phrase, keys.CHEAP), phrase, half.public) == half


def test_another_phrase_is_refused(half: keys.Half) -> None:
    wrapped = keys.wrap(half, "un deux trois", keys.CHEAP)
    with pytest.raises(WrongPhrase):
        keys.unwrap(wrapped, "un deux quatre", half.public)


def test_a_deputy_opens_the_same_half_with_an_own_phrase(half: keys.Half) -> None:
    sponsor, deputy = keys.wrap(half, "sponsor", keys.CHEAP), keys.wrap(half, "deputy", keys.CHEAP)
    assert sponsor != deputy
    assert keys.unwrap(sponsor, "sponsor", half.public) == keys.unwrap(deputy, "deputy", half.public)
    with pytest.raises(WrongPhrase):
        keys.unwrap(sponsor, "deputy", half.public)


def test_any_flipped_bit_of_a_wrapping_is_refused(half: keys.Half) -> None:
    wrapped = keys.wrap(half, "sponsor", keys.CHEAP)
    for place in range(17, len(wrapped)):  # after kind and cost, tried below
        changed = bytearray(wrapped)
        changed[place] ^= 1 << place % 8
        with pytest.raises(WrongPhrase):
            keys.unwrap(bytes(changed), "sponsor", half.public)


@pytest.mark.parametrize("place", [0, 1, 4, 9, 12])
def test_an_impossible_cost_is_refused_before_it_costs_anything(half: keys.Half, place: int) -> None:
    changed = bytearray(keys.wrap(half, "sponsor", keys.CHEAP))
    changed[place] ^= 0x80
    with pytest.raises(Damaged):
        keys.unwrap(bytes(changed), "sponsor", half.public)


def test_a_half_moved_to_another_lock_is_refused(half: keys.Half) -> None:
    with pytest.raises(WrongKey):
        keys.unwrap(keys.wrap(half, "sponsor", keys.CHEAP), "sponsor", keys.new_half().public)


def test_neither_the_half_nor_the_phrase_is_in_the_wrapping(half: keys.Half) -> None:
    wrapped = keys.wrap(half, "brume cordage", keys.CHEAP)
    assert half.private not in wrapped
    assert b"brume" not in wrapped


def test_a_half_never_prints_its_private_key(half: keys.Half) -> None:
    assert repr(half.private) not in repr(half)
    assert half.private.hex() not in repr(half)


def test_the_cost_in_production_is_256_mebibytes() -> None:
    assert keys.COST.memory == 256 * 2**20
    assert keys.COST.passes >= 3


def test_level_one_is_under_the_server_key_and_no_phrase_opens_it(half: keys.Half) -> None:
    wrapped = keys.wrap_for_server(half, bytes(range(32)))
    assert keys.unwrap_for_server(wrapped, bytes(range(32)), half.public) == half
    with pytest.raises(WrongKey):
        keys.unwrap_for_server(wrapped, bytes(32), half.public)
    with pytest.raises(Damaged):
        keys.unwrap(wrapped, "sponsor", half.public)


def test_the_server_key_opens_no_half_under_a_phrase(half: keys.Half) -> None:
    with pytest.raises(WrongKey):
        keys.unwrap_for_server(keys.wrap(half, "sponsor", keys.CHEAP), bytes(32), half.public)
