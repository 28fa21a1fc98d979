from __future__ import annotations

import random
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reciproque.app.survey.urn import files, tokens
from reciproque.app.survey.urn.errors import InvalidToken, SecretMissing

SECRET = bytes(range(32))


@given(st.binary(min_size=16, max_size=16))
def test_a_shown_token_is_read_back(token: bytes) -> None:
    shown = tokens.show(token)
    assert len(shown) == 26
    assert not set(shown) & set("ILOU")
    assert tokens.read(shown) == token
    assert tokens.read(f"  {shown.lower()[:13]} - {shown.lower()[13:]} ") == token


def test_confusable_signs_are_forgiven() -> None:
    shown = tokens.show(bytes([0, 0x42, 0x10]) + bytes(13))
    assert "0" in shown
    assert "1" in shown
    for typed in (shown.replace("0", "O"), shown.replace("0", "o"), shown.replace("1", "I"), shown.replace("1", "l")):
        assert tokens.read(typed) == tokens.read(shown)


@pytest.mark.parametrize("typed", ["", "0" * 25, "0" * 27, "U" + "0" * 25, "0" * 25 + "1", "é" * 26, "0" * 25 + "\n;"])
def test_what_is_no_token_is_refused(typed: str) -> None:
    with pytest.raises(InvalidToken):
        tokens.read(typed)


def test_every_invitation_has_its_own_token_and_slot() -> None:
    drawn = {tokens.token_of(SECRET, number) for number in range(1, 2001)}
    assert len(drawn) == 2000
    assert len({tokens.slot_of(SECRET, number) for number in range(1, 2001)}) == 2000
    assert {len(token) for token in drawn} == {16}


def test_the_slot_is_found_from_the_invitations_while_the_secret_lives() -> None:
    slots = tokens.slots_of(SECRET, [4, 9])
    assert slots[tokens.slot_of(SECRET, 9)] == 9
    assert tokens.slot_of(bytes(32), 9) not in slots


def test_guesses_never_hit() -> None:
    known = {tokens.token_of(SECRET, number) for number in range(1, 1001)}
    guess = random.Random(4)
    assert not any(guess.randbytes(16) in known for _ in range(20_000))


def test_the_secret_is_private_and_durable(tmp_path: Path) -> None:
    secret = tokens.create_secret(tmp_path / "secrets", 5)
    assert tokens.read_secret(tmp_path / "secrets", 5) == secret
    assert stat.S_IMODE(tokens.secret_path(tmp_path / "secrets", 5).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["wave-5.key"]


def test_creating_twice_never_changes_the_secret(tmp_path: Path) -> None:
    assert tokens.create_secret(tmp_path, 5) == tokens.create_secret(tmp_path, 5)
    assert tokens.create_secret(tmp_path, 6) != tokens.create_secret(tmp_path, 5)


def test_created_by_many_at_once_there_is_one_secret(tmp_path: Path) -> None:
    seen: list[bytes] = []
    threads = [threading.Thread(target=lambda: seen.append(tokens.create_secret(tmp_path, 5))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 12
    assert len(set(seen)) == 1


def test_destroying_overwrites_before_removing(tmp_path: Path) -> None:
    secret = tokens.create_secret(tmp_path, 5)
    same_content = tmp_path / "another name for the same bytes on disk"
    same_content.hardlink_to(tokens.secret_path(tmp_path, 5))
    tokens.destroy_secret(tmp_path, 5)
    assert same_content.read_bytes() == bytes(32)
    assert secret not in same_content.read_bytes()
    with pytest.raises(SecretMissing):
        tokens.read_secret(tmp_path, 5)
    tokens.destroy_secret(tmp_path, 5)


def test_a_secret_half_destroyed_is_no_secret(tmp_path: Path) -> None:
    tokens.create_secret(tmp_path, 5)
    tokens.secret_path(tmp_path, 5).write_bytes(bytes(32))
    with pytest.raises(SecretMissing):
        tokens.read_secret(tmp_path, 5)
    tokens.destroy_secret(tmp_path, 5)
    assert not tokens.secret_path(tmp_path, 5).exists()


def test_a_destruction_cut_short_is_finished_and_nothing_else_touched(tmp_path: Path) -> None:
    """An interrupted creation leaves a hidden copy: it goes with the file."""
    tokens.create_secret(tmp_path, 5)
    (tmp_path / ".wave-5.key.0011223344556677").write_bytes(b"left by a crash")
    files.finish_destroying(tokens.secret_path(tmp_path, 5))
    assert tokens.read_secret(tmp_path, 5)
    tokens.secret_path(tmp_path, 5).write_bytes(bytes(32))
    files.finish_destroying(tokens.secret_path(tmp_path, 5))
    files.finish_destroying(tokens.secret_path(tmp_path, 5))
    assert list(tmp_path.iterdir()) == []


def test_destroying_in_a_folder_that_never_was_is_no_error(tmp_path: Path) -> None:
    tokens.destroy_secret(tmp_path / "nowhere", 5)
    assert not (tmp_path / "nowhere").exists()
