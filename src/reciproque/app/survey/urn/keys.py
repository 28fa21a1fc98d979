"""The two key pairs of a wave, one per company, and how a private half is kept: only under an opening phrase.

X25519 pair; the private half is stored as secretbox(Argon2id(phrase)). A deputy's phrase is another wrapping of the
same half. Level 1 (demonstration) wraps both halves under a key of the server instead of a phrase.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import nacl.exceptions
import nacl.utils
from nacl.public import PrivateKey
from nacl.pwhash import argon2id
from nacl.secret import SecretBox

from reciproque.app.survey.urn.errors import Damaged, WrongKey, WrongPhrase

KEY = 32
PASSES = argon2id.OPSLIMIT_MODERATE
MEMORY_MIB = argon2id.MEMLIMIT_MODERATE // 2**20  # 256 MiB: about one second for each try
MOST_MIB = 4096
MIB = 2**20


@dataclass(frozen=True)
class Half:
    """One company's key pair, in memory only. Never store, log or print it."""

    public: bytes
    private: bytes = field(repr=False)


@dataclass(frozen=True)
class Wrapped:
    """A private half as it is stored. `memory_mib` is 0 when it is under the server key (level 1) and not a phrase."""

    salt: bytes
    memory_mib: int
    box: bytes


def new_half() -> Half:
    key = PrivateKey.generate()
    return Half(public=bytes(key.public_key), private=bytes(key))


def wrap(half: Half, phrase: str, *, memory_mib: int = MEMORY_MIB) -> Wrapped:
    """The half under a phrase, which comes from `phrases.canonical` or `phrases.read`."""
    salt = nacl.utils.random(argon2id.SALTBYTES)
    box = SecretBox(_derive(phrase, salt, memory_mib)).encrypt(half.private)
    return Wrapped(salt=salt, memory_mib=memory_mib, box=bytes(box))


def unwrap(wrapped: Wrapped, phrase: str, public: bytes) -> Half:
    """The half back from its wrapping; WrongPhrase when the phrase is not the one it was wrapped under."""
    if not 0 < wrapped.memory_mib <= MOST_MIB or len(wrapped.salt) != argon2id.SALTBYTES:
        raise Damaged("this is no half under an opening phrase")
    return _opened(wrapped.box, _derive(phrase, wrapped.salt, wrapped.memory_mib), public)


def wrap_for_server(half: Half, server_secret: str) -> Wrapped:
    """Level 1 only, never for real answers: whoever holds the server holds the key."""
    return Wrapped(salt=b"", memory_mib=0, box=bytes(SecretBox(_server_key(server_secret)).encrypt(half.private)))


def unwrap_for_server(wrapped: Wrapped, server_secret: str, public: bytes) -> Half:
    if wrapped.memory_mib:
        raise WrongKey("this half is under an opening phrase")
    return _opened(wrapped.box, _server_key(server_secret), public)


def _derive(phrase: str, salt: bytes, memory_mib: int) -> bytes:
    return argon2id.kdf(KEY, phrase.encode(), salt, opslimit=PASSES, memlimit=memory_mib * MIB)


def _server_key(server_secret: str) -> bytes:
    return hashlib.blake2b(server_secret.encode(), digest_size=KEY, person=b"urn level 1").digest()


def _opened(box: bytes, key: bytes, public: bytes) -> Half:
    try:
        private = SecretBox(key).decrypt(box)
    except nacl.exceptions.CryptoError as error:
        raise WrongPhrase from error
    if bytes(PrivateKey(private).public_key) != public:
        raise WrongKey("the half belongs to another lock")
    return Half(public=public, private=private)
