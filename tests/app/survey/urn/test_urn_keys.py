from __future__ import annotations

from dataclasses import replace

import pytest

from reciproque.app.survey.urn import keys, phrases
from reciproque.app.survey.urn.errors import Damaged, WrongKey, WrongPhrase


def wrap(half: keys.Half, phrase: str) -> keys.Wrapped:
    return keys.wrap(half, phrase, memory_mib=1)


@pytest.fixture
def half() -> keys.Half:
    return keys.new_half()


def test_the_right_phrase_gives_the_half_back(half: keys.Half) -> None:
    phrase = phrases.canonical(phrases.draw("fr"))
    assert keys.unwrap(wrap(half, phrase), phrase, half.public) == half


def test_another_phrase_is_refused(half: keys.Half) -> None:
    wrapped = wrap(half, "un deux trois")
    with pytest.raises(WrongPhrase):
        keys.unwrap(wrapped, "un deux quatre", half.public)


def test_a_deputy_opens_the_same_half_with_an_own_phrase(half: keys.Half) -> None:
    sponsor, deputy = wrap(half, "sponsor"), wrap(half, "deputy")
    assert sponsor != deputy
    assert keys.unwrap(sponsor, "sponsor", half.public) == keys.unwrap(deputy, "deputy", half.public)
    with pytest.raises(WrongPhrase):
        keys.unwrap(sponsor, "deputy", half.public)


def test_any_flipped_bit_of_a_wrapping_is_refused(half: keys.Half) -> None:
    wrapped = wrap(half, "sponsor")
    for part in ("salt", "box"):
        content = getattr(wrapped, part)
        for place in range(len(content)):
            changed = bytearray(content)
            changed[place] ^= 1 << place % 8
            with pytest.raises(WrongPhrase):
                keys.unwrap(replace(wrapped, **{part: bytes(changed)}), "sponsor", half.public)


@pytest.mark.parametrize("memory", [0, -1, 2**31])
def test_an_impossible_cost_is_refused_before_it_costs_anything(half: keys.Half, memory: int) -> None:
    with pytest.raises(Damaged):
        keys.unwrap(replace(wrap(half, "sponsor"), memory_mib=memory), "sponsor", half.public)


def test_a_half_moved_to_another_lock_is_refused(half: keys.Half) -> None:
    with pytest.raises(WrongKey):
        keys.unwrap(wrap(half, "sponsor"), "sponsor", keys.new_half().public)


def test_neither_the_half_nor_the_phrase_is_in_the_wrapping(half: keys.Half) -> None:
    wrapped = wrap(half, "brume cordage")
    assert half.private not in wrapped.salt + wrapped.box
    assert b"brume" not in wrapped.salt + wrapped.box


def test_a_half_never_prints_its_private_key(half: keys.Half) -> None:
    assert repr(half.private) not in repr(half)
    assert half.private.hex() not in repr(half)


def test_the_cost_in_production_is_256_mebibytes() -> None:
    assert keys.MEMORY_MIB == 256
    assert keys.PASSES >= 3
    assert keys.wrap.__kwdefaults__ == {"memory_mib": 256}


def test_level_one_is_under_the_server_key_and_no_phrase_opens_it(half: keys.Half) -> None:
    wrapped = keys.wrap_for_server(half, "secret of the server")
    assert keys.unwrap_for_server(wrapped, "secret of the server", half.public) == half
    with pytest.raises(WrongPhrase):
        keys.unwrap_for_server(wrapped, "another secret", half.public)
    with pytest.raises(Damaged):
        keys.unwrap(wrapped, "sponsor", half.public)


def test_the_server_key_opens_no_half_under_a_phrase(half: keys.Half) -> None:
    with pytest.raises(WrongKey):
        keys.unwrap_for_server(wrap(half, "sponsor"), "secret of the server", half.public)
