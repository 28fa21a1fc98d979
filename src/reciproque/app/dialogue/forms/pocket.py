"""What a participant's browser carries for us, sealed: the token of its link, the keys of its sentences, its answers.

Answers given earlier are shown again from here and never from the box: whoever else gets hold of a link reads nothing.
Keys and answers are sealed for the link under which they were made: under a colleague's link, on a device that both
use, they do not open.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, urlsafe_b64encode

import nacl.exceptions
from django.conf import settings
from nacl.secret import SecretBox

STEP = 256  # lengths go up by steps, so that a cookie does not tell how many sentences it holds
HOLDER = 16


def holder_of(token: bytes) -> bytes:
    """Whose link it is, for what the browser keeps; tells nothing of the token."""
    return hashlib.sha256(b"workshop holder" + token).digest()[:HOLDER]


def seal_token(token: bytes) -> str:
    return _seal(b"token", token)


def open_token(text: str) -> bytes | None:
    return _open(b"token", text)


def seal_keys(keys: list[str], token: bytes) -> str:
    plain = json.dumps(keys).encode()
    return _seal(b"sentences", plain.ljust(-(-len(plain) // STEP) * STEP), token)


def open_keys(text: str, token: bytes) -> list[str]:
    plain = _open(b"sentences", text, token)
    return [str(key) for key in json.loads(plain)] if plain else []


def seal_answers(answers: dict[str, int], token: bytes) -> str:
    plain = json.dumps(answers, separators=(",", ":")).encode()
    return _seal(b"answers", plain.ljust(-(-len(plain) // STEP) * STEP), token)


def open_answers(text: str, token: bytes) -> dict[str, int]:
    plain = _open(b"answers", text, token)
    return {str(code): int(value) for code, value in json.loads(plain).items()} if plain else {}


def _seal(purpose: bytes, plain: bytes, token: bytes = b"") -> str:
    return urlsafe_b64encode(_box(purpose, token).encrypt(plain)).decode()


def _open(purpose: bytes, text: str, token: bytes = b"") -> bytes | None:
    try:
        return bytes(_box(purpose, token).decrypt(b64decode(text.encode("ascii"), altchars=b"-_", validate=True)))
    except (ValueError, UnicodeError, nacl.exceptions.CryptoError, nacl.exceptions.TypeError):
        return None


def _box(purpose: bytes, token: bytes) -> SecretBox:
    """A key of its own for each purpose and, where a token is given, for the link that it opens."""
    use = b"reciproque workshop, " + purpose + (b", of " + holder_of(token) if token else b"")
    return SecretBox(hashlib.sha256(use + settings.SECRET_KEY.encode()).digest())
