"""What one company can read with its half and everything that lies on the server, and what a changed bit is worth.

The thief's code is apart from the product's: it knows how ballots are sealed (the code is open), it has every stored
row, every file of the secrets folder, and one private half.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import nacl.exceptions
from django.conf import settings
from nacl.public import PrivateKey, SealedBox
from nacl.secret import SecretBox

from reciproque.app.survey.urn import close, collect, keys, store
from reciproque.app.survey.urn.errors import UrnError
from reciproque.app.survey.urn.models import Ballot, SealedBallot
from reciproque.app.survey.urn.seal import SealedRow
from urns import Urn, open_ballot

SIDES = ("client", "supplier")


# ---------------------------------------------------------------- One half, and all that is stored
@dataclass(frozen=True)
class Loot:
    """What a thief holds: sealed rows, the contents of every file beside the databases, private halves by side."""

    rows: tuple[SealedRow, ...]
    files: tuple[bytes, ...]
    halves: Mapping[str, bytes]


def loot_of(urn: Urn, *sides: str) -> Loot:
    """Everything on the server about one urn, and the halves of some sides."""
    rows = [*store._rows(Ballot, urn.wave_id), *store._rows(SealedBallot, urn.wave_id)]
    halves = {"client": urn.client.private, "supplier": urn.supplier.private}
    return Loot(tuple(rows), tuple(files_of(urn.wave_id)), {side: halves[side] for side in sides})


def files_of(wave_id: int) -> Iterator[bytes]:
    for path in sorted(Path(settings.SECRETS_DIR).rglob(f"*-{wave_id}.*")):
        yield path.read_bytes()


def unboxed(box: bytes, privates: Iterable[bytes]) -> Iterator[bytes]:
    """What any of these private halves reads in a sealed box."""
    for private in privates:
        with contextlib.suppress(nacl.exceptions.CryptoError):
            yield SealedBox(PrivateKey(private)).decrypt(box)


def bytes_opened(loot: Loot) -> int:
    """How many bytes of the ballots' content the thief reads."""
    return sum(len(content) for row in loot.rows if (content := _content(row, loot)))


def _content(row: SealedRow, loot: Loot) -> bytes:
    small = [one for one in loot.files if len(one) == keys.KEY]
    privates = [*loot.halves.values(), *small]
    shares = [share for box in (row.box_client, row.box_supplier) for share in unboxed(box, privates)]
    others = [share for one in loot.rows for share in unboxed(one.box_client, loot.halves.values())]
    for share in shares:
        for other in [bytes(keys.KEY), *shares, *small, *others, *_waiting(loot)]:
            key = bytes(a ^ b for a, b in zip(share, other, strict=True))
            for lock in [b"", *small]:
                with contextlib.suppress(nacl.exceptions.CryptoError):
                    return SecretBox(_derived(key, lock)).decrypt(row.body)
    return b""


def _derived(key: bytes, lock: bytes) -> bytes:
    return hashlib.blake2b(key, key=lock, digest_size=keys.KEY, person=b"urn ballot").digest() if lock else key


def _waiting(loot: Loot) -> Iterator[bytes]:
    """Shares that the first key left, when one of the halves reads them."""
    for file in loot.files:
        _side, _, sealed = file.partition(b"\n")
        for content in unboxed(sealed, loot.halves.values()):
            yield from _shares(content)


def _shares(content: bytes) -> Iterator[bytes]:
    for share in json.loads(content).values():
        yield base64.b64decode(share)


def campaign(wave_id: int, people: int) -> Urn:
    """An urn that was collected, sealed with two halves drawn for it alone."""
    urn = Urn(wave_id, people)
    collect.prepare(wave_id)
    for invitation in urn.invitations:
        urn.submit(invitation)
    return urn


# ---------------------------------------------------------------- Changed bits
def flips(content: bytes, every: int = 1) -> Iterator[bytes]:
    """The same bytes with one bit changed, for every bit or for one in so many."""
    for bit in range(0, 8 * len(content), every):
        bent = bytearray(content)
        bent[bit // 8] ^= 1 << bit % 8
        yield bytes(bent)


def is_refused(attempt: Callable[[], object]) -> bool:
    """A plain refusal: neither a content, nor another error that would show as a broken page."""
    try:
        attempt()
    except UrnError:
        return True
    except Exception:
        return False
    return False


@dataclass(frozen=True)
class Bent:
    """How many changed objects were tried, of which kind, and how many were not refused."""

    kind: str
    tried: int
    accepted: int


def bent(kind: str, attempts: Iterable[Callable[[], object]]) -> Bent:
    refusals = [is_refused(attempt) for attempt in attempts]
    return Bent(kind, len(refusals), refusals.count(False))


def bent_ballots(urn: Urn, row: SealedRow, lock: bytes, every: int = 1) -> Iterator[Bent]:
    """Each bit of a ballot as it is stored, and of the lock of its wave."""

    def opened(changed: SealedRow, with_lock: bytes = lock) -> Callable[[], object]:
        return lambda: open_ballot(
            changed, wave_id=urn.wave_id, client=urn.client, supplier=urn.supplier, lock=with_lock
        )

    for part in ("box_client", "box_supplier", "body"):
        changed = (replace(row, **{part: content}) for content in flips(getattr(row, part), every))
        yield bent(part, map(opened, changed))
    yield bent("lock", (opened(row, content) for content in flips(lock, every)))


def moved_ballots(urn: Urn, rows: list[SealedRow], lock: bytes) -> Bent:
    """Parts of one ballot set into another, a ballot under the other side, and one carried to another wave."""

    def attempt(row: SealedRow, wave_id: int = urn.wave_id) -> Callable[[], object]:
        return lambda: open_ballot(row, wave_id=wave_id, client=urn.client, supplier=urn.supplier, lock=lock)

    tried = [
        attempt(replace(one, **{part: getattr(other, part)}))
        for one in rows
        for other in rows
        if one is not other
        for part in ("box_client", "box_supplier", "body")
    ]
    for row in rows:
        swapped = replace(row, box_client=row.box_supplier, box_supplier=row.box_client)
        other_side = replace(row, side=SIDES[1 - SIDES.index(row.side)])
        tried += [attempt(swapped), attempt(other_side), attempt(row, urn.wave_id + 1)]
    return bent("moved parts", tried)


def bent_half(half: keys.Half, phrase: str, every: int = 1) -> Iterator[Bent]:
    """Each bit of a private half as it is stored under a phrase."""
    wrapped = keys.wrap(half, phrase, memory_mib=1)

    def opened(changed: keys.Wrapped) -> Callable[[], object]:
        return lambda: keys.unwrap(changed, phrase, half.public)

    assert not is_refused(opened(wrapped))
    yield bent("half", (opened(replace(wrapped, box=box)) for box in flips(wrapped.box, every)))
    yield bent("salt of a half", (opened(replace(wrapped, salt=salt)) for salt in flips(wrapped.salt, every)))


def bent_shares(urn: Urn, every: int = 8) -> Bent:
    """The file that the first key leaves, changed before the second key is typed: nothing is opened."""
    path = settings.SECRETS_DIR / f"opening-{urn.wave_id}.shares"
    urn.turn("client")
    content = path.read_bytes()

    def opened(changed: bytes) -> Callable[[], object]:
        def attempt() -> object:
            path.write_bytes(changed)
            found = urn.turn("supplier")
            if found is None:
                raise UrnError("still waiting: nothing was opened")
            return found

        return attempt

    tried = bent("waiting shares", map(opened, flips(content, every)))
    path.write_bytes(content)
    assert urn.turn("supplier") is not None, "the file as it was opens"
    return tried


def cut_shares(urn: Urn) -> Bent:
    """The same file cut short at every length."""
    path = settings.SECRETS_DIR / f"opening-{urn.wave_id}.shares"
    urn.turn("client")
    content = path.read_bytes()

    def attempt(length: int) -> object:
        path.write_bytes(content[:length])
        if (found := urn.turn("supplier")) is None:
            raise UrnError("still waiting")
        return found

    tried = bent("shares cut", ((lambda at=at: attempt(at)) for at in range(len(content))))
    path.write_bytes(content)
    return tried


def forget(urn: Urn) -> None:
    close.destroy(urn.wave_id)
