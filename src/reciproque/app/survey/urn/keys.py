"""The two key pairs of a wave, one per company, and how a private half is kept: only under an opening phrase.

X25519 pair; the private half is stored as secretbox(Argon2id(phrase)). A deputy's phrase is another wrapping of the
same half. Level 1 (demonstration) wraps both halves under a key of the server instead of a phrase.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import nacl.exceptions
import nacl.pwhash
import nacl.utils
from nacl.public import PrivateKey
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

from reciproque.app.survey.urn.errors import Damaged, WrongKey, WrongPhrase

KEY = 32
LAYOUT = struct.Struct(f">BQQ{argon2id.SALTBYTES}s")
PHRASE, SERVER = 1, 2


@dataclass(frozen=True)
class Cost:
    """What one try of a phrase costs: passes over `memory` bytes."""

    passes: int
    memory: int


COST = Cost(passes=argon2id.OPSLIMIT_MODERATE, memory=argon2id.MEMLIMIT_MODERATE)  # 256 MiB, about one second
CHEAP = Cost(passes=argon2id.OPSLIMIT_MIN, memory=argon2id.MEMLIMIT_MIN)  # tests, and simulations on invented answers


@dataclass(frozen=True)
class Half:
    """One company's key pair, in memory only. Never store, log or print it."""

    public: bytes
    private: bytes = field(repr=False)


def new_half() -> Half:
    key = PrivateKey.generate()
    return Half(public=bytes(key.public_key), private=bytes(key))


def wrap(half: Half, phrase: str, cost: Cost = COST) -> bytes:
    """The half under a phrase, as one opaque value to store. `phrase` comes from `phrases.canonical` or `read`."""
    salt = nacl.utils.random(argon2id.SALTBYTES)
    box = SecretBox(_derive(phrase, salt, cost)).encrypt(half.private)
    return LAYOUT.pack(PHRASE, cost.passes, cost.memory, salt) + box


def unwrap(wrapped: bytes, phrase: str, public: bytes) -> Half:
    """The half back from its wrapping; WrongPhrase when the phrase is not the one it was wrapped under."""
    cost, salt, box = _parse(wrapped)
    try:
        private = SecretBox(_derive(phrase, salt, cost)).decrypt(box)
    except nacl.exceptions.CryptoError as error:
        raise WrongPhrase from error
    return _checked(private, public)


def wrap_for_server(half: Half, server_key: bytes) -> bytes:
    """Level 1 only, never for real answers: whoever holds the server holds the key."""
    return bytes([SERVER]) + SecretBox(server_key).encrypt(half.private)


def unwrap_for_server(wrapped: bytes, server_key: bytes, public: bytes) -> Half:
    if wrapped[:1] != bytes([SERVER]):
        raise WrongKey("this half is under an opening phrase")
    try:
        private = SecretBox(server_key).decrypt(wrapped[1:])
    except (nacl.exceptions.CryptoError, ValueError) as error:
        raise WrongKey("this half is under another server key") from error
    return _checked(private, public)


def _derive(phrase: str, salt: bytes, cost: Cost) -> bytes:
    return argon2id.kdf(KEY, phrase.encode(), salt, opslimit=cost.passes, memlimit=cost.memory)


def _parse(wrapped: bytes) -> tuple[Cost, bytes, bytes]:
    if len(wrapped) <= LAYOUT.size or wrapped[0] != PHRASE:
        raise Damaged("this is no half under an opening phrase")
    _, passes, memory, salt = LAYOUT.unpack_from(wrapped)
    cost = Cost(passes, memory)
    if not (0 < passes <= 20 and argon2id.MEMLIMIT_MIN <= memory <= 2**30):
        raise Damaged("impossible cost")
    return cost, salt, wrapped[LAYOUT.size :]


def _checked(private: bytes, public: bytes) -> Half:
    if bytes(PrivateKey(private).public_key) != public:
        raise WrongKey("the half belongs to another lock")
    return Half(public=public, private=private)
