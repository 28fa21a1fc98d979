"""Receipts: twelve signs that prove a ballot is in the published list and say nothing about what it holds.

60 bits of SHA-256 over the stored row, the same before and after closing (the slot is not part of it). The sorted
list has a Merkle root, so one line proves the whole list: whoever has the list can make the root again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from reciproque.app.survey.urn.seal import SealedRow

SIGNS = 12
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
FORGIVEN = str.maketrans({"0": "O", "1": "I", "8": "B", "-": "", " ": "", "\u00a0": "", "\u202f": ""})


def receipt_of(row: SealedRow) -> str:
    """The receipt of one stored ballot, twelve signs without spaces."""
    digest = hashlib.sha256(b"reciproque receipt 1")
    for part in (row.side.encode(), row.box_client, row.box_supplier, row.body):
        digest.update(len(part).to_bytes(8, "big") + part)
    number = int.from_bytes(digest.digest()[:8], "big") >> 4
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(SIGNS)))


def show(receipt: str) -> str:
    """Grouped 4-4-4, as printed."""
    return " ".join(receipt[start : start + 4] for start in range(0, SIGNS, 4))


def read(typed: str) -> str | None:
    """The receipt somebody typed, whatever the case and spacing; None when it cannot be one."""
    signs = typed.strip().upper().translate(FORGIVEN)
    return signs if len(signs) == SIGNS and set(signs) <= set(ALPHABET) else None


def sorted_list(rows: Iterable[SealedRow]) -> tuple[str, ...]:
    return tuple(sorted(receipt_of(row) for row in rows))


def merkle_root(receipts: Sequence[str]) -> str:
    """The root of the sorted list, in hexadecimal. The empty list has a root too."""
    level = _leaves(receipts)
    while len(level) > 1:
        level = _next_level(level)
    return level[0].hex()


def _leaves(receipts: Sequence[str]) -> list[bytes]:
    return [_leaf(receipt) for receipt in sorted(receipts)] or [hashlib.sha256(b"empty urn").digest()]


def _next_level(level: list[bytes]) -> list[bytes]:
    pairs = [_node(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
    return pairs + level[len(pairs) * 2 :]


def _leaf(receipt: str) -> bytes:
    return hashlib.sha256(b"\0" + receipt.encode()).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
