"""Opening an urn with two keys, typed in any order, at any time.

The first key only turns its boxes into shares: random noise without the other half. The shares wait in one file
outside the databases and their backups, sealed to the other company's key, so that only the other phrase can use them
(docs/adr/0011). The second key opens everything in memory; nothing clear is ever written. Levels without phrases hold
both halves and use `open_both`.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nacl.exceptions
import numpy as np
from django.conf import settings
from nacl.public import PrivateKey, PublicKey, SealedBox

from reciproque.app.survey.urn import files, lock, receipts, store
from reciproque.app.survey.urn.errors import Damaged, NotClosed, NothingToOpen, Tampered
from reciproque.app.survey.urn.keys import Half
from reciproque.app.survey.urn.models import ShutUrn
from reciproque.app.survey.urn.seal import CLIENT, SIDES, SUPPLIER, Answers, SealedRow, Text, open_row, open_share
from reciproque.science.figures import SideBallots


@dataclass(frozen=True)
class OpenedSide:
    """One side's answers, people in an order drawn at random. In memory only: never store, log or print it.

    `functions[p]` and `scores[code][p]` speak of the same person; None = cannot say. `texts` are shuffled apart.
    """

    side: str
    functions: tuple[str, ...] = field(repr=False)
    scores: Mapping[str, tuple[int | None, ...]] = field(repr=False)
    texts: tuple[Text, ...] = field(repr=False)


@dataclass(frozen=True)
class Opened:
    """Both sides together, or nothing."""

    client: OpenedSide
    supplier: OpenedSide


def turn(*, wave_id: int, side: str, half: Half, other_public: bytes, listed: Sequence[str]) -> Opened | None:
    """Turn one company's key. None: kept, waiting for the other. Else both sides, to publish now and then `forget`.

    `listed` is the published list of receipts: other ballots than these are refused (Tampered).
    """
    rows = _closed_rows(wave_id, listed)
    shares = {receipts.receipt_of(row): open_share(_box(row, side), half) for row in rows}
    files.finish_destroying(_waiting(wave_id))
    if files.create_once(_waiting(wave_id), _keep(shares, side, other_public)):
        return None
    kept_by, kept = _kept(wave_id, half)
    if kept_by == side:
        return None
    return _open(wave_id, rows, shares_of={side: shares, kept_by: kept})


def open_both(*, wave_id: int, client: Half, supplier: Half, listed: Sequence[str]) -> Opened:
    """Open with both halves at hand: level 1 (server key), and tools that hold both phrases at once."""
    rows = _closed_rows(wave_id, listed)
    halves = {CLIENT: client, SUPPLIER: supplier}
    shares_of = {
        side: {receipts.receipt_of(row): open_share(_box(row, side), half) for row in rows}
        for side, half in halves.items()
    }
    return _open(wave_id, rows, shares_of)


def side_ballots(opened: OpenedSide, codes: Iterable[str]) -> SideBallots:
    """What the formulas take: one column for each item asked, NaN where a person cannot say or left it empty."""
    nothing = (None,) * len(opened.functions)
    return SideBallots(
        side=opened.side,
        functions=opened.functions,
        answers={code: np.array(opened.scores.get(code, nothing), dtype=np.float64) for code in codes},
    )


def has_turned(wave_id: int, side: str) -> bool:
    """For the screen of that same side only: no other screen ever says which key is missing."""
    try:
        return _waiting(wave_id).read_bytes().split(b"\n", 1)[0] == side.encode()
    except FileNotFoundError:
        return False


def forget(wave_id: int) -> None:
    """Destroy the waiting shares: right after the publication is committed, and at purge. May be run again."""
    files.destroy(_waiting(wave_id))


def _waiting(wave_id: int) -> Path:
    return settings.SECRETS_DIR / f"opening-{wave_id}.shares"


def _closed_rows(wave_id: int, listed: Sequence[str]) -> list[SealedRow]:
    stage = store.stage(wave_id)
    if stage == ShutUrn.Stage.DESTROYED:
        raise NothingToOpen
    if stage != ShutUrn.Stage.MIXED:
        raise NotClosed
    rows = store.ballots(wave_id)
    if receipts.sorted_list(rows) != tuple(sorted(listed)):
        raise Tampered("the stored ballots are not those of the published list")
    return rows


def _box(row: SealedRow, side: str) -> bytes:
    return {CLIENT: row.box_client, SUPPLIER: row.box_supplier}[side]


def _keep(shares: Mapping[str, bytes], side: str, other_public: bytes) -> bytes:
    content = json.dumps({receipt: b64encode(share).decode() for receipt, share in shares.items()})
    return side.encode() + b"\n" + SealedBox(PublicKey(other_public)).encrypt(content.encode())


def _kept(wave_id: int, half: Half) -> tuple[str, dict[str, bytes]]:
    """Who turned first and, when it was the other company, its shares."""
    side, _, sealed = _waiting(wave_id).read_bytes().partition(b"\n")
    if side.decode(errors="replace") not in SIDES:
        raise Damaged("the waiting shares were changed")
    try:
        content = SealedBox(PrivateKey(half.private)).decrypt(sealed)
    except nacl.exceptions.CryptoError:
        return side.decode(), {}
    return side.decode(), {receipt: b64decode(share) for receipt, share in json.loads(content).items()}


def _open(wave_id: int, rows: Sequence[SealedRow], shares_of: Mapping[str, Mapping[str, bytes]]) -> Opened:
    answers: dict[str, list[Answers]] = {side: [] for side in SIDES}
    key = lock.read(settings.SECRETS_DIR, wave_id)
    for row in rows:
        receipt = receipts.receipt_of(row)
        try:
            client, supplier = shares_of[CLIENT][receipt], shares_of[SUPPLIER][receipt]
        except KeyError as error:
            raise Damaged("the waiting shares are not those of these ballots") from error
        answers[row.side].append(open_row(row, wave_id=wave_id, share_client=client, share_supplier=supplier, lock=key))
    return Opened(client=_side(CLIENT, answers[CLIENT]), supplier=_side(SUPPLIER, answers[SUPPLIER]))


def _side(side: str, people: list[Answers]) -> OpenedSide:
    chance = secrets.SystemRandom()
    chance.shuffle(people)
    codes = sorted({code for person in people for code in person.scores})
    texts = [text for person in people for text in person.texts if text.text.strip()]
    chance.shuffle(texts)
    return OpenedSide(
        side=side,
        functions=tuple(person.function for person in people),
        scores={code: tuple(person.scores.get(code) for person in people) for code in codes},
        texts=tuple(texts),
    )
