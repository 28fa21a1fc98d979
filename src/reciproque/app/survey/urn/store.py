"""The ballot store: the only code that touches its tables.

Every function is one transaction of the ballot database; on return it is on the disk. Nothing here reads an answer.
"""

from __future__ import annotations

import fcntl
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from reciproque.app.survey.urn.errors import NotCollecting, StoreBusy
from reciproque.app.survey.urn.models import Ballot, SealedBallot, ShutUrn
from reciproque.app.survey.urn.seal import SIDES, SealedRow

STORE = "ballots"
TABLES = ("ballot", "sealed_ballot")
TRIES = 5


@contextmanager
def _urn(wave_id: int, *, alone: bool) -> Iterator[str]:
    """One transaction on one urn, durable at its end; gives the stage of the urn, or "" while it collects.

    Ballots may come in side by side; whoever shuts or mixes the urn is alone with it. SQLite has one writer anyway.
    """
    connection = connections[STORE]
    with _queue(connection), transaction.atomic(using=STORE, durable=True):
        if connection.vendor == "postgresql":
            lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL synchronous_commit = on")
                cursor.execute(f"SELECT {lock}(%s)", [wave_id])
        yield stage(wave_id)


@contextmanager
def _queue(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Writers of SQLite in line, first come first served; left to itself it makes an unlucky one wait for seconds."""
    if connection.vendor != "sqlite":
        yield
        return
    with Path(f"{connection.settings_dict['NAME']}-queue").open("a") as line:
        fcntl.flock(line, fcntl.LOCK_EX)
        yield


def stage(wave_id: int) -> str:
    """ "" while the urn collects, then one of ShutUrn.Stage."""
    return ShutUrn.objects.filter(wave_id=wave_id).values_list("stage", flat=True).first() or ""


def put(wave_id: int, slot: str, row: SealedRow) -> None:
    """Put one ballot into its slot, over the one already there: the last one counts."""
    with _urn(wave_id, alone=False) as reached:
        if reached:
            raise NotCollecting
        Ballot.objects.bulk_create(
            [Ballot(slot=slot, wave_id=wave_id, **_columns(row))],
            update_conflicts=True,
            unique_fields=["slot"],
            update_fields=["side", "box_client", "box_supplier", "body"],
        )


def remove(wave_id: int, slot: str) -> None:
    """Take one ballot back, if there is one."""
    with _urn(wave_id, alone=False) as reached:
        if reached:
            raise NotCollecting
        Ballot.objects.filter(wave_id=wave_id, slot=slot).delete()


def filled(wave_id: int) -> frozenset[str]:
    """The slots that hold a ballot now."""
    return frozenset(Ballot.objects.filter(wave_id=wave_id).values_list("slot", flat=True))


def counts(wave_id: int) -> dict[str, int]:
    """Ballots per side, before and after closing."""
    sides: Counter[str] = Counter()
    for table in (Ballot, SealedBallot):
        sides.update(table.objects.filter(wave_id=wave_id).values_list("side", flat=True))
    return {side: sides[side] for side in SIDES}


def shut(wave_id: int) -> None:
    """From here no ballot comes in, changes or goes out."""
    with _urn(wave_id, alone=True) as reached:
        if not reached:
            ShutUrn.objects.create(wave_id=wave_id, stage=ShutUrn.Stage.SHUT)


def filled_once_shut(wave_id: int) -> frozenset[str] | None:
    """The slots of a shut urn, which can change no more; None once they are gone.

    Seen alone with the urn: of two processes that close at once, none takes slots just destroyed for nobody's answer.
    """
    with _urn(wave_id, alone=True) as reached:
        return filled(wave_id) if reached == ShutUrn.Stage.SHUT else None


def mix(wave_id: int) -> None:
    """Rewrite all ballots without slots, in an order drawn at random, and delete the old ones: all or nothing."""
    with _urn(wave_id, alone=True) as reached:
        if reached != ShutUrn.Stage.SHUT:
            return
        drawn = {secrets.token_hex(16): row for row in _rows(Ballot, wave_id)}
        SealedBallot.objects.bulk_create(
            [SealedBallot(draw=draw, wave_id=wave_id, **_columns(drawn[draw])) for draw in sorted(drawn)]
        )
        Ballot.objects.filter(wave_id=wave_id).delete()
        ShutUrn.objects.filter(wave_id=wave_id).update(stage=ShutUrn.Stage.MIXED)


def destroy(wave_id: int) -> None:
    """Delete every ballot of the wave, for good once `scrub` has run; the urn stays shut."""
    with _urn(wave_id, alone=True):
        Ballot.objects.filter(wave_id=wave_id).delete()
        SealedBallot.objects.filter(wave_id=wave_id).delete()
        ShutUrn.objects.update_or_create(wave_id=wave_id, defaults={"stage": ShutUrn.Stage.DESTROYED})


def scrub() -> None:
    """Rewrite the files of the store, so that neither deleted ballots nor any order of arrival is left in them."""
    connection = connections[STORE]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in TABLES:
                cursor.execute(f"VACUUM FULL {table}")
            return
        cursor.execute("VACUUM")
    truncate_log(STORE)


def truncate_log(alias: str) -> None:
    """Empty SQLite's write-ahead log into the main file, where freed pages are zeroed; elsewhere nothing to do."""
    connection = connections[alias]
    if connection.vendor != "sqlite":
        return
    for _ in range(TRIES):
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (busy, _log, _moved) = cursor.fetchone()
        if not busy:
            return
    raise StoreBusy("somebody is still reading the store: try again")


def ballots(wave_id: int) -> list[SealedRow]:
    """The ballots of a closed urn, in an order that means nothing."""
    return _rows(SealedBallot, wave_id)


def _rows(table: type[Ballot] | type[SealedBallot], wave_id: int) -> list[SealedRow]:
    return [
        SealedRow(row.side, bytes(row.box_client), bytes(row.box_supplier), bytes(row.body))
        for row in table.objects.filter(wave_id=wave_id)
    ]


def _columns(row: SealedRow) -> dict[str, object]:
    return {"side": row.side, "box_client": row.box_client, "box_supplier": row.box_supplier, "body": row.body}
