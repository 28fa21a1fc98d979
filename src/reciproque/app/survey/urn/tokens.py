"""Invitation tokens and slots, all derived from the wave secret S, which lives in one file outside every database.

token = HMAC(S, invitation), 128 bits, 26 signs. slot = HMAC(S, "slot", invitation). The databases hold neither S nor
the token; a token, which stays in somebody's mail, gives no slot. Once S is destroyed at closing, nothing says which
ballot answered which invitation, not even to whoever kept every link and an old copy of the databases.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from pathlib import Path

from reciproque.app.survey.urn import files
from reciproque.app.survey.urn.errors import InvalidToken, SecretMissing

TOKEN = 16
SIGNS = 26
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
FORGIVEN = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": "", "\u00a0": "", "\u202f": ""})


def create_secret(folder: Path, wave_id: int) -> bytes:
    """Draw S for a wave and make it durable before returning. A second call returns the S already there."""
    files.create_key(secret_path(folder, wave_id))
    return read_secret(folder, wave_id)


def read_secret(folder: Path, wave_id: int) -> bytes:
    secret = files.read_key(secret_path(folder, wave_id))
    if secret is None:
        raise SecretMissing(f"no secret for wave {wave_id}")
    return secret


def destroy_secret(folder: Path, wave_id: int) -> None:
    """Overwrite, then remove. May be called again after a crash, and when there is nothing left."""
    files.destroy(secret_path(folder, wave_id))


def secret_path(folder: Path, wave_id: int) -> Path:
    return folder / f"wave-{wave_id}.key"


def token_of(secret: bytes, invitation_id: int) -> bytes:
    return hmac.digest(secret, b"invitation:%d" % invitation_id, "sha256")[:TOKEN]


def slot_of(secret: bytes, invitation_id: int) -> str:
    return hmac.digest(secret, b"slot:%d" % invitation_id, "sha256").hex()


def slots_of(secret: bytes, invitation_ids: Iterable[int]) -> dict[str, int]:
    """The invitation behind each slot, for as long as S lives."""
    return {slot_of(secret, number): number for number in invitation_ids}


def show(token: bytes) -> str:
    """The token as 26 signs without I, L, O, U: digits and capital letters that nobody confuses."""
    number = int.from_bytes(token, "big") << (SIGNS * 5 - TOKEN * 8)
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(SIGNS)))


def read(typed: str) -> bytes:
    """The token from what was pasted or typed, whatever the case, spaces and hyphens; O is 0, I and L are 1."""
    signs = typed.strip().upper().translate(FORGIVEN)
    if len(signs) != SIGNS or not set(signs) <= set(ALPHABET):
        raise InvalidToken
    number = 0
    for sign in signs:
        number = number << 5 | ALPHABET.index(sign)
    spare = SIGNS * 5 - TOKEN * 8
    if number & (1 << spare) - 1:
        raise InvalidToken
    return (number >> spare).to_bytes(TOKEN, "big")
