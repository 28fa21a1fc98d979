"""What a participant's browser carries for us, sealed: the token of its link, the keys of its sentences, its answers.

Answers given earlier are shown again from here and never from the box: whoever else gets hold of a link reads nothing.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, urlsafe_b64encode

import nacl.exceptions
from django.conf import settings
from nacl.secret import SecretBox

STEP = 256  # lengths go up by steps, so that a cookie does not tell how many sentences it holds


def seal_token(token: bytes) -> str:
    return _seal(b"token", token)


def open_token(text: str) -> bytes | None:
    return _open(b"token", text)


def seal_keys(keys: list[str]) -> str:
    plain = json.dumps(keys).encode()
    return _seal(b"sentences", plain.ljust(-(-len(plain) // STEP) * STEP))


def open_keys(text: str) -> list[str]:
    plain = _open(b"sentences", text)
    return [str(key) for key in json.loads(plain)] if plain else []


def seal_answers(answers: dict[str, int]) -> str:
    plain = json.dumps(answers, separators=(",", ":")).encode()
    return _seal(b"answers", plain.ljust(-(-len(plain) // STEP) * STEP))


def open_answers(text: str) -> dict[str, int]:
    plain = _open(b"answers", text)
    return {str(code): int(value) for code, value in json.loads(plain).items()} if plain else {}


def _seal(purpose: bytes, plain: bytes) -> str:
    return urlsafe_b64encode(_box(purpose).encrypt(plain)).decode()


def _open(purpose: bytes, text: str) -> bytes | None:
    try:
        return bytes(_box(purpose).decrypt(b64decode(text.encode("ascii"), altchars=b"-_", validate=True)))
    except (ValueError, UnicodeError, nacl.exceptions.CryptoError, nacl.exceptions.TypeError):
        return None


def _box(purpose: bytes) -> SecretBox:
    return SecretBox(hashlib.sha256(b"reciproque workshop, " + purpose + settings.SECRET_KEY.encode()).digest())
