"""What a respondent's browser carries for us, sealed: it can neither be read nor changed there, and we store nothing.

Two envelopes: the cookie of the visit, and the hidden field that takes earlier answers from page to page.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass, field, replace
from typing import Any

import nacl.exceptions
from django.conf import settings
from nacl.secret import SecretBox

from reciproque.app.shared import clock

COOKIE, PAGE = "cookie", "page"
SECONDS = {COOKIE: 2 * 3600, PAGE: 12 * 3600}
STEP = 1024  # lengths go up by steps, so that a length on the wire says nothing of what is written


class BadEnvelope(Exception):
    """Changed, damaged, or not made by this installation."""


class StaleEnvelope(Exception):
    """Ours, but too old to open the questionnaire by itself; `visit` still holds the answers."""

    def __init__(self, visit: Visit) -> None:
        super().__init__("too old")
        self.visit = visit


@dataclass(frozen=True)
class Visit:
    """Who is answering, in which language, and what was answered so far."""

    wave_id: int
    invitation_id: int
    token: bytes = field(repr=False)
    language: str
    scores: dict[str, int | None] = field(default_factory=dict, repr=False)
    texts: dict[str, tuple[str, str]] = field(default_factory=dict, repr=False)
    receipt: str = field(default="", repr=False)

    def without_answers(self) -> Visit:
        return replace(self, scores={}, texts={})


def close(visit: Visit, purpose: str) -> str:
    content: dict[str, Any] = {
        "t": int(clock.now().timestamp()),
        "w": visit.wave_id,
        "i": visit.invitation_id,
        "k": visit.token.hex(),
        "l": visit.language,
        "s": visit.scores,
        "x": visit.texts,
        "r": visit.receipt,
    }
    plain = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    if purpose == PAGE:
        plain = plain.ljust(-(-len(plain) // STEP) * STEP)
    return urlsafe_b64encode(SecretBox(_key(purpose)).encrypt(plain)).decode()


def read(text: str, purpose: str) -> Visit:
    """The visit in an envelope; BadEnvelope when it is not ours, StaleEnvelope when it is too old."""
    try:
        plain = SecretBox(_key(purpose)).decrypt(b64decode(text.encode("ascii"), altchars=b"-_", validate=True))
    except (ValueError, UnicodeError, nacl.exceptions.CryptoError, nacl.exceptions.TypeError) as error:
        raise BadEnvelope from error
    content = json.loads(plain)
    visit = Visit(
        wave_id=content["w"],
        invitation_id=content["i"],
        token=bytes.fromhex(content["k"]),
        language=content["l"],
        scores=content["s"],
        texts={code: (text, consent) for code, (text, consent) in content["x"].items()},
        receipt=content["r"],
    )
    if clock.now().timestamp() - content["t"] > SECONDS[purpose]:
        raise StaleEnvelope(visit)
    return visit


def draft_names(token: bytes) -> tuple[str, str]:
    """Under which name the browser keeps its draft, and the key that it seals it with. Both come from the link."""
    name = hashlib.blake2b(token, key=_key("draft name"), digest_size=12).hexdigest()
    key = hashlib.blake2b(token, key=_key("draft key"), digest_size=32).digest()
    return name, urlsafe_b64encode(key).decode().rstrip("=")


def _key(purpose: str) -> bytes:
    return hashlib.sha256(f"reciproque answering, {purpose}: {settings.SECRET_KEY}".encode()).digest()
