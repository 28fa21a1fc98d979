"""One ballot: sealed so that both companies' halves are needed, opened only with both.

A fresh key is split a XOR b; a is sealed to the client company, b to the supplier. One of them alone is random noise.
The body is under that key and the lock of the wave together, so that no copy of the databases is ever enough. It
holds the answers, padded so that its length says nothing, and names its wave and side: a ballot moved is refused.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import nacl.exceptions
import nacl.utils
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

from reciproque.app.survey.urn.errors import Damaged, TooLong, WrongKey
from reciproque.app.survey.urn.keys import KEY, Half

BUCKET = 4096
BUCKETS = 16
LENGTH = struct.Struct(">I")
CLIENT, SUPPLIER = "client", "supplier"
SIDES = (CLIENT, SUPPLIER)
PUBLISH, REWORD, FACILITATOR = "publish", "reword", "facilitator"
CONSENTS = (PUBLISH, REWORD, FACILITATOR)


@dataclass(frozen=True)
class Text:
    """What somebody wrote to one prompt, and who may read it: one of CONSENTS."""

    prompt: str
    text: str
    consent: str


@dataclass(frozen=True)
class Answers:
    """One person's answers. `scores` by item code (mirror form: code + "m"), 1..7, None = cannot say."""

    function: str
    scores: Mapping[str, int | None] = field(repr=False)
    texts: tuple[Text, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class SealedRow:
    """One ballot as it is stored, before and after closing: nothing here can be read without both halves."""

    side: str
    box_client: bytes = field(repr=False)
    box_supplier: bytes = field(repr=False)
    body: bytes = field(repr=False)


def seal(answers: Answers, *, wave_id: int, side: str, client: bytes, supplier: bytes, lock: bytes) -> SealedRow:
    """Seal one ballot under both public keys and the lock of its wave."""
    if side not in SIDES:
        raise ValueError(f"no side {side!r}")
    key, share = nacl.utils.random(KEY), nacl.utils.random(KEY)
    return SealedRow(
        side=side,
        box_client=SealedBox(PublicKey(client)).encrypt(share),
        box_supplier=SealedBox(PublicKey(supplier)).encrypt(_xor(key, share)),
        body=bytes(SecretBox(_locked(key, lock)).encrypt(_pad(_encode(answers, wave_id, side)))),
    )


def open_share(box: bytes, half: Half) -> bytes:
    """One company's share of one ballot's key: useless alone."""
    try:
        return SealedBox(PrivateKey(half.private)).decrypt(box)
    except nacl.exceptions.CryptoError as error:
        raise Damaged("this box was changed, or is not under this half") from error


def open_row(row: SealedRow, *, wave_id: int, share_client: bytes, share_supplier: bytes, lock: bytes) -> Answers:
    """The answers of one ballot, from both shares and the lock of its wave."""
    if len(share_client) != KEY or len(share_supplier) != KEY:
        raise WrongKey("a share has 32 bytes")
    try:
        padded = SecretBox(_locked(_xor(share_client, share_supplier), lock)).decrypt(row.body)
    except nacl.exceptions.CryptoError as error:
        raise Damaged("this body was changed, or these are not its shares") from error
    return _decode(_unpad(padded), wave_id, row.side)


def _locked(key: bytes, lock: bytes) -> bytes:
    return hashlib.blake2b(key, key=lock, digest_size=KEY, person=b"urn ballot").digest()


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _encode(answers: Answers, wave_id: int, side: str) -> bytes:
    for code, score in answers.scores.items():
        if score is not None and score not in range(1, 8):
            raise ValueError(f"answer to {code} out of 1..7")
    for text in answers.texts:
        if text.consent not in CONSENTS:
            raise ValueError(f"no consent {text.consent!r}")
    content = {
        "wave": wave_id,
        "side": side,
        "function": answers.function,
        "scores": dict(answers.scores),
        "texts": [[text.prompt, text.text, text.consent] for text in answers.texts],
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _decode(content: bytes, wave_id: int, side: str) -> Answers:
    values: dict[str, Any] = json.loads(content)
    if (values["wave"], values["side"]) != (wave_id, side):
        raise Damaged("this ballot was sealed for another wave or side")
    return Answers(
        function=values["function"],
        scores=values["scores"],
        texts=tuple(Text(*text) for text in values["texts"]),
    )


def _pad(content: bytes) -> bytes:
    buckets = -(-(len(content) + LENGTH.size) // BUCKET)
    if buckets > BUCKETS:
        raise TooLong(BUCKET * BUCKETS // 4)
    return (LENGTH.pack(len(content)) + content).ljust(buckets * BUCKET, b"\0")


def _unpad(padded: bytes) -> bytes:
    (length,) = LENGTH.unpack_from(padded)
    return padded[LENGTH.size : LENGTH.size + length]
