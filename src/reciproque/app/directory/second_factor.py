"""Secrets of the second factor are encrypted under the server's key: a copy of the database alone makes no code."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from nacl.secret import SecretBox

PREFIX = "box1:"


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return PREFIX + b64encode(_box().encrypt(text.encode())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        sealed = b64decode(encrypted_text.removeprefix(PREFIX))
        return bytes(_box().decrypt(sealed)).decode()


def _box() -> SecretBox:
    key = hashlib.blake2b(
        settings.SECRET_KEY.encode(), digest_size=SecretBox.KEY_SIZE, person=b"second factor"
    ).digest()
    return SecretBox(key)
