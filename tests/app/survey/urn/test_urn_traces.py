"""What somebody with a copy of every file could find: at no moment an answer, a token, an order of arrival."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from statistics import mean

import pytest
from django.conf import settings
from django.db import connections
from scipy.stats import spearmanr

from reciproque.app.survey.urn import close, collect, opening, receipts, seal, store, tokens
from reciproque.app.survey.urn.models import Ballot, SealedBallot
from urns import Urn

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
    pytest.mark.skipif(connections["ballots"].vendor != "sqlite", reason="reads SQLite's files"),
]


def store_files() -> list[Path]:
    name = Path(connections["ballots"].settings_dict["NAME"])
    return [path for path in name.parent.glob(f"{name.name}*") if path.is_file()]


def every_file() -> list[Path]:
    name = Path(connections["default"].settings_dict["NAME"])
    folders = [name.parent, settings.SECRETS_DIR, Path(connections["ballots"].settings_dict["NAME"]).parent]
    return sorted({path for folder in folders for path in folder.rglob("*") if path.is_file()})


def found(needles: list[bytes], files: list[Path]) -> list[tuple[str, bytes]]:
    return [(path.name, needle) for path in files for needle in needles if needle in path.read_bytes()]


def canaries(urn: Urn) -> list[bytes]:
    """Everything readable in the answers, and everything that leads from a person to a ballot."""
    secret = tokens.read_secret(settings.SECRETS_DIR, urn.wave_id)
    drawn = [tokens.token_of(secret, invitation) for invitation in urn.invitations]
    forms: list[Callable[[bytes], bytes]] = [
        bytes,
        lambda token: token.hex().encode(),
        lambda token: tokens.show(token).encode(),
    ]
    return [b"canary", b'"scores"', *(form(token) for token in drawn for form in forms)]


def test_no_file_ever_holds_an_answer_or_a_token(urn: Urn) -> None:
    needles = canaries(urn)
    halves = [urn.client.private, urn.supplier.private]
    moments = []

    def sweep(moment: str) -> None:
        moments.append(moment)
        assert store_files()
        assert found(needles + halves, every_file()) == [], moment

    for invitation in urn.invitations:
        urn.submit(invitation)
    sweep("submitted")
    urn.submit(7001)
    collect.withdraw(urn.found(7002))
    sweep("changed and withdrawn")
    listed = urn.close()
    sweep("closed")
    urn.turn("client")
    sweep("one key turned")
    opened = urn.turn("supplier")
    assert opened is not None
    sweep("opened in memory")
    opening.forget(7)
    close.destroy(7)
    sweep("destroyed")
    assert len(moments) == 6
    assert len(listed.receipts) == 9


def test_the_sweep_would_find_what_is_there(urn: Urn) -> None:
    token = tokens.token_of(tokens.read_secret(settings.SECRETS_DIR, 7), 7000)
    Ballot.objects.create(slot=token.hex(), wave_id=7, side="client", box_client=b"", box_supplier=b"", body=b"canary")
    assert len(found(canaries(urn), every_file())) >= 2


def test_slots_leave_the_files_at_closing(urn: Urn) -> None:
    for invitation in urn.invitations:
        urn.submit(invitation)
    slots = [slot.encode() for slot in Ballot.objects.values_list("slot", flat=True)]
    assert len(found(slots, store_files())) >= len(slots)
    urn.close()
    assert found(slots, store_files()) == []


def test_withdrawn_and_replaced_ballots_leave_the_files_at_closing(urn: Urn) -> None:
    urn.submit(7000)
    urn.submit(7001)
    old = [bytes(body)[-64:] for body in Ballot.objects.values_list("body", flat=True)]
    assert len(found(old, store_files())) >= 2
    urn.submit(7000)
    collect.withdraw(urn.found(7001))
    urn.close()
    assert found(old, store_files()) == []


def test_destroyed_ballots_are_in_no_file(urn: Urn) -> None:
    for invitation in urn.invitations:
        urn.submit(invitation)
    urn.close()
    rows = store.ballots(7)
    bytes_kept = [row.box_client for row in rows] + [row.box_supplier for row in rows]
    bytes_kept += [row.body[start : start + 64] for row in rows for start in (0, 2000, 4000)]
    assert len(found(bytes_kept, store_files())) >= len(bytes_kept) * 0.9
    close.destroy(7)
    assert found(bytes_kept, store_files()) == []


def arrival_against(places: Callable[[], dict[str, int]], arrivals: list[str]) -> float:
    known = places()
    assert set(known) == set(arrivals)
    return float(spearmanr(range(len(arrivals)), [known[receipt] for receipt in arrivals]).statistic)


def places_in_the_file(table: type[Ballot] | type[SealedBallot], wave_id: int) -> dict[str, int]:
    """Where the end of each body lies in the store's main file."""
    store.truncate_log("ballots")
    content = Path(connections["ballots"].settings_dict["NAME"]).read_bytes()
    return {receipts.receipt_of(row): content.find(row.body[-200:]) for row in store._rows(table, wave_id)}


def places_in_the_table(wave_id: int) -> dict[str, int]:
    """The order in which a plain reading of the table gives the ballots."""
    with connections["ballots"].cursor() as cursor:
        cursor.execute("SELECT side, box_client, box_supplier, body FROM sealed_ballot WHERE wave_id=%s", [wave_id])
        rows = [seal.SealedRow(*row) for row in cursor.fetchall()]
    return {receipts.receipt_of(row): place for place, row in enumerate(rows)}


def test_the_order_of_arrival_does_not_survive_closing(empty_store) -> None:
    """Twelve urns of 30: a mean rank correlation beyond 0.27 would happen by chance once in a million."""
    in_file_before, in_file, in_table = [], [], []
    for wave_id in range(101, 113):
        urn = Urn(wave_id=wave_id, people=30)
        collect.prepare(wave_id)
        arrivals = [urn.submit(invitation) for invitation in random.sample(urn.invitations, 30)]  # sides mixed
        in_file_before.append(arrival_against(lambda w=wave_id: places_in_the_file(Ballot, w), arrivals))
        urn.close()
        in_file.append(arrival_against(lambda w=wave_id: places_in_the_file(SealedBallot, w), arrivals))
        in_table.append(arrival_against(lambda w=wave_id: places_in_the_table(w), arrivals))
    assert mean(in_file_before) > 0.5, "the probe must see the order that files keep during collection"
    assert abs(mean(in_file)) < 0.27
    assert abs(mean(in_table)) < 0.27


def test_there_is_no_hidden_row_number(urn: Urn) -> None:
    urn.submit(7000)
    with connections["ballots"].cursor() as cursor:
        for table in ("ballot", "sealed_ballot"):
            with pytest.raises(Exception, match="no such column: rowid"):
                cursor.execute(f"SELECT rowid FROM {table}")


@pytest.mark.parametrize("alias", ["default", "ballots"])
def test_both_databases_are_set_to_survive_a_power_cut_and_to_erase(urn: Urn, alias: str) -> None:
    """The main one too: without the wave that it announces, a ballot that was kept is lost all the same."""
    with connections[alias].cursor() as cursor:
        set_to = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "secure_delete")}
        assert cursor.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert set_to == {"synchronous": 2, "secure_delete": 1}


def test_submitting_writes_nothing_in_the_main_database(urn: Urn, django_assert_num_queries) -> None:
    with django_assert_num_queries(0, using="default"):
        urn.submit(7000)
        collect.withdraw(urn.found(7000))
