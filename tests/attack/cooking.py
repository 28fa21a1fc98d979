"""Every way to cook a closed urn or the log, and who notices: the command, the page of the list, a receipt checked.

Each way is undone afterwards, so that all are tried on the same wave.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from reciproque.app.directory.models import Account
from reciproque.app.shared import audit
from reciproque.app.shared.models import AuditHead, AuditRecord
from reciproque.app.survey.models import SealingKey, Wave
from reciproque.app.survey.urn import lock, receipts, seal, store
from reciproque.app.survey.urn.models import Ballot, SealedBallot
from reciproque.cli import audit as audit_command
from reciproque.cli import urn as urn_command

SIDES = ("client", "supplier")
PARTS = ("box_client", "box_supplier", "body")
Way = tuple[str, Callable[[], None]]


# ---------------------------------------------------------------- Putting things back
@contextmanager
def put_back(wave: Wave) -> Iterator[None]:
    """Whatever is done to the ballots and the list of a wave inside is undone."""
    kept = list(SealedBallot.objects.filter(wave_id=wave.pk))
    fields = {name: getattr(wave, name) for name in ("receipts", "receipts_root", "ballots_client", "ballots_supplier")}
    try:
        yield
    finally:
        Ballot.objects.filter(wave_id=wave.pk).delete()
        SealedBallot.objects.filter(wave_id=wave.pk).delete()
        SealedBallot.objects.bulk_create(kept)
        Wave.objects.filter(pk=wave.pk).update(**fields)


# ---------------------------------------------------------------- Cooking the store
def new_row(wave: Wave, side: str) -> seal.SealedRow:
    """A ballot that nobody handed in, made as the server makes them."""
    public = {key.side: bytes(key.public_key) for key in SealingKey.objects.filter(wave=wave)}
    shut_with = lock.read(settings.SECRETS_DIR, wave.pk)
    return seal.seal(seal.Answers("quality", {"F1": 1}), wave_id=wave.pk, side=side, lock=shut_with, **public)


def stored(wave: Wave, row: seal.SealedRow) -> SealedBallot:
    return SealedBallot(draw=secrets.token_hex(16), wave_id=wave.pk, **store._columns(row))


def of_the_store(wave: Wave, ballots: Sequence[SealedBallot]) -> Iterator[Way]:
    """Ballots dropped, added, replaced, repeated, bent, carried to the other side or put back into a slot."""
    for side in SIDES:
        yield f"added on side {side}", lambda side=side: stored(wave, new_row(wave, side)).save(force_insert=True)
    for row in ballots:
        mine = SealedBallot.objects.filter(draw=row.draw)
        yield "dropped", lambda mine=mine: _done(mine.delete())
        yield "replaced", lambda mine=mine, row=row: _done(mine.update(**store._columns(new_row(wave, row.side))))
        yield "repeated", lambda row=row: _done(_copy(row).save(force_insert=True))
        yield "one dropped, one repeated", lambda mine=mine, row=row: _swap(wave, mine, row)
        yield (
            "under the other side",
            lambda mine=mine, row=row: _done(mine.update(side=SIDES[1 - SIDES.index(row.side)])),
        )
        yield "put back into a slot", lambda row=row: _done(_slot(row).save(force_insert=True))
        for part in PARTS:
            bent = bytes(getattr(row, part))
            bent = bent[:-1] + bytes([bent[-1] ^ 1])
            yield f"{part} bent", lambda mine=mine, part=part, bent=bent: _done(mine.update(**{part: bent}))


def _done(_result: object) -> None:
    return None


def _copy(row: SealedBallot) -> SealedBallot:
    return SealedBallot(draw=secrets.token_hex(16), wave_id=row.wave_id, **_parts(row))


def _slot(row: SealedBallot) -> Ballot:
    return Ballot(slot=secrets.token_hex(32), wave_id=row.wave_id, **_parts(row))


def _parts(row: SealedBallot) -> dict[str, Any]:
    return {"side": row.side, **{part: bytes(getattr(row, part)) for part in PARTS}}


def _swap(wave: Wave, mine: Any, row: SealedBallot) -> None:
    other = SealedBallot.objects.filter(wave_id=wave.pk, side=row.side).exclude(draw=row.draw).first()
    mine.delete()
    _copy(other).save(force_insert=True)


# ---------------------------------------------------------------- Cooking the list
def of_the_list(wave: Wave, ballots: Sequence[SealedBallot]) -> Iterator[Way]:
    """The published list alone, with and without its fingerprint made again."""
    whole, strange = list(wave.receipts), "A" * receipts.SIGNS
    lists = {"a receipt added": sorted([*whole, strange]), "list reversed": whole[::-1], "list emptied": []}
    for place, receipt in enumerate(whole[: len(ballots)]):
        rest = whole[:place] + whole[place + 1 :]
        lists[f"receipt {place} taken off"] = rest
        lists[f"receipt {place} replaced"] = sorted([*rest, strange])
        lists[f"receipt {place} repeated for another"] = sorted([*rest, rest[0]])
        lists[f"receipt {place} repeated"] = sorted([*whole, receipt])
        lists[f"one sign of receipt {place}"] = sorted([*rest, ("B" if receipt[0] == "A" else "A") + receipt[1:]])
    for name, listed in lists.items():
        yield name, lambda listed=listed: _list(wave, listed, wave.receipts_root)
        root = receipts.merkle_root(listed)
        if root != wave.receipts_root:
            yield f"{name}, fingerprint made again", lambda listed=listed, root=root: _list(wave, listed, root)
    for side in SIDES:
        for more in (1, -1):
            yield f"numbers of {side} changed by {more}", lambda side=side, more=more: _number(wave, side, more)
    yield "fingerprint changed", lambda: _list(wave, whole, "0" * 64)


def _list(wave: Wave, listed: Sequence[str], root: str) -> None:
    Wave.objects.filter(pk=wave.pk).update(receipts=list(listed), receipts_root=root)


def _number(wave: Wave, side: str, more: int) -> None:
    Wave.objects.filter(pk=wave.pk).update(**{f"ballots_{side}": getattr(wave, f"ballots_{side}") + more})


def made_to_agree(wave: Wave, way: Way) -> Way:
    """The same, by somebody who then writes list, fingerprint and numbers again so that all of them agree."""
    name, do = way

    def agree() -> None:
        do()
        rows = store.ballots(wave.pk)
        listed = receipts.sorted_list(rows)
        numbers = {f"ballots_{side}": sum(row.side == side for row in rows) for side in SIDES}
        Wave.objects.filter(pk=wave.pk).update(
            receipts=list(listed), receipts_root=receipts.merkle_root(listed), **numbers
        )

    return f"{name}, then everything made to agree", agree


# ---------------------------------------------------------------- Who notices
@dataclass(frozen=True)
class Noticed:
    """By the command, by the page of the list, and by every respondent who checks a receipt."""

    way: str
    command: bool
    page: bool
    checks: bool

    @property
    def everywhere(self) -> bool:
        return self.command and self.page and self.checks


def whoever_notices(wave: Wave, way: Way, reader: Account, handed_out: Sequence[str]) -> Noticed:
    name, do = way
    with put_back(wave):
        do()
        return Noticed(
            name, not command_holds(wave), not page_holds(wave, reader), not any(map(check_holds, handed_out))
        )


def command_holds(wave: Wave) -> bool:
    """``reciproque urn verify``, in this process."""
    return said_by(urn_command.run, wave=wave.key) == 0


def said_by(command: Callable[[argparse.Namespace], int], **arguments: object) -> int:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return command(argparse.Namespace(**arguments))


def page_holds(wave: Wave, reader: Account) -> bool:
    client = Client(headers={"accept-language": "en"})
    client.force_login(reader)
    page = client.get(reverse("wave-receipts", args=[wave.key])).content.decode()
    assert "<h1" in page
    return "do not agree" not in page


def check_holds(receipt: str) -> bool:
    """What somebody with that receipt reads on the page open to anybody."""
    client = Client(headers={"accept-language": "en"})
    page = client.post(reverse("receipt-check"), {"receipt": receipt}).content.decode()
    assert ("is-done" in page) != ("is-watch" in page)
    return "is-done" in page


# ---------------------------------------------------------------- Cooking the log
FIELDS = (
    "sequence", "at", "actor_key", "actor_name", "action", "subject", "relationship_key", "organisation_key",
    "audience", "data", "previous_hash", "hash",
)  # fmt: skip


def changed(row: AuditRecord, field: str) -> AuditRecord:
    """The same record with one field told otherwise."""
    value = getattr(row, field)
    new: object = f"{value}x"
    if field == "at":
        new = value + timedelta(seconds=1)
    elif field == "sequence":
        new = value + 1
    elif field == "data":
        new = {**value, "x": 1}
    elif field == "audience":
        new = "client" if value != "client" else "supplier"
    return _record(row, **{field: new})


def _record(row: AuditRecord, **changes: object) -> AuditRecord:
    return AuditRecord(**{field: getattr(row, field) for field in FIELDS} | changes)


def of_the_log(rows: Sequence[AuditRecord], place: int) -> Iterator[tuple[str, list[AuditRecord]]]:
    """One line altered in any of its fields, deleted, inserted, repeated, exchanged with another."""
    row = rows[place]
    before, after = list(rows[:place]), list(rows[place + 1 :])
    for field in FIELDS:
        yield f"{field} altered", [*before, changed(row, field), *after]
    yield "deleted", before + after
    yield "deleted and renumbered", before + [_record(one, sequence=one.sequence - 1) for one in after]
    yield "repeated", [*before, row, row, *after]
    later = [_record(one, sequence=one.sequence + 1) for one in after]
    forged = _record(row, action="forged", sequence=row.sequence + 1, previous_hash=row.hash)
    forged.hash = audit.digest(forged)
    yield "inserted", [*before, row, forged, *later]
    if after:
        yield "exchanged", [*before, after[0], row, *after[1:]]
        first, second = _record(after[0], sequence=row.sequence), _record(row, sequence=after[0].sequence)
        yield "exchanged and renumbered", [*before, first, second, *after[1:]]
        yield "cut", [*before, row]


def rewritten(rows: Sequence[AuditRecord], place: int, *, cut: bool = False) -> list[AuditRecord]:
    """A log told otherwise from one line on by somebody who makes every later hash again; or cut there."""
    if cut:
        return list(rows[:place])
    told = [*rows[:place], _record(rows[place], subject="told otherwise"), *map(_record, rows[place + 1 :])]
    for at in range(place, len(told)):
        told[at].previous_hash = told[at - 1].hash if at else audit.GENESIS
        told[at].hash = audit.digest(told[at])
    return told


@contextmanager
def stored_log(rows: Sequence[AuditRecord]) -> Iterator[None]:
    """These lines as the whole log, its head included, for the length of the block."""
    with transaction.atomic():
        AuditRecord.objects.all().delete()
        AuditRecord.objects.bulk_create([_record(row) for row in rows])
        AuditHead.objects.update(sequence=len(rows), hash=rows[-1].hash if rows else audit.GENESIS)
        yield
        transaction.set_rollback(True)


def log_holds(head: str = "") -> bool:
    """``reciproque audit verify``, with a head received by mail or without."""
    return said_by(audit_command.run, head=head) == 0
