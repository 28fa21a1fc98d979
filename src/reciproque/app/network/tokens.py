"""The secret of a short link: made from the server's key whenever it is needed, kept only as a hash."""

from __future__ import annotations

import base64
import hashlib
import re

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

SIGNS = 26
SHAPE = re.compile(r"[a-z2-7]{26}")


def secret_of(key: str) -> str:
    """128 bits as 26 signs. Without the server's key, neither the table nor the public key of the link gives it."""
    digest = salted_hmac("network.tie_link", key, algorithm="sha256").digest()[:16]
    return base64.b32encode(digest).decode().rstrip("=").lower()


def hashed(secret: str) -> str:
    return hashlib.sha256(b"network.tie_link:" + secret.encode()).hexdigest()


def well_formed(secret: str) -> bool:
    return SHAPE.fullmatch(secret) is not None


def address_of(secret: str) -> str:
    return settings.BASE_URL + reverse("ties-by-link", args=[secret])
