from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connections, transaction

from reciproque.app.survey.urn import close, collect, receipts, store, tokens
from reciproque.app.survey.urn.errors import NotClosed, SecretMissing, StoreBusy
from reciproque.app.survey.urn.models import Ballot, SealedBallot, ShutUrn
from urns import Urn

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ballots"])
sqlite_only = pytest.mark.skipif("postgresql" in connections["ballots"].vendor, reason="about SQLite's files")
ANSWERED = (7000, 7001, 7004, 7005, 7009)


@pytest.fixture
def collected(urn: Urn) -> dict[int, str]:
    return {invitation: urn.submit(invitation) for invitation in ANSWERED}


def test_the_list_holds_every_receipt_sorted_and_counted_by_side(urn: Urn, collected: dict[int, str]) -> None:
    listed = urn.close()
    assert listed.receipts == tuple(sorted(collected.values()))
    assert (listed.client, listed.supplier) == (3, 2)
    assert listed.root == receipts.merkle_root(list(collected.values()))


def test_who_answered_is_marked_once_for_all(urn: Urn, collected: dict[int, str]) -> None:
    urn.close()
    assert urn.marked == [frozenset(ANSWERED)]


def test_closing_again_gives_the_same_list_and_marks_nobody(urn: Urn, collected: dict[int, str]) -> None:
    first = urn.close()
    assert urn.close() == first
    assert len(urn.marked) == 1


def test_slots_and_the_wave_secret_are_gone(urn: Urn, collected: dict[int, str], secrets_folder: Path) -> None:
    urn.close()
    assert Ballot.objects.count() == 0
    assert [path.name for path in secrets_folder.iterdir()] == ["wave-7.lock"]
    with pytest.raises(SecretMissing):
        collect.invitation_token(7, 7000)
    assert {field.name for field in SealedBallot._meta.fields}.isdisjoint({"slot", "id", "created", "at"})


def test_ballots_are_stored_byte_for_byte(urn: Urn, collected: dict[int, str]) -> None:
    before = sorted(store._rows(Ballot, 7), key=receipts.receipt_of)
    urn.close()
    assert sorted(store.ballots(7), key=receipts.receipt_of) == before


def test_an_empty_urn_closes(urn: Urn) -> None:
    listed = urn.close()
    assert (listed.receipts, listed.client, listed.supplier) == ((), 0, 0)
    assert urn.marked == [frozenset()]


def test_there_is_no_list_before_closing(urn: Urn, collected: dict[int, str]) -> None:
    with pytest.raises(NotClosed):
        close.receipt_list(7)
    store.shut(7)
    with pytest.raises(NotClosed):
        close.receipt_list(7)


def test_a_lost_wave_secret_loses_no_ballot(urn: Urn, collected: dict[int, str], secrets_folder: Path) -> None:
    tokens.destroy_secret(secrets_folder, 7)
    assert len(urn.close().receipts) == len(ANSWERED)
    assert urn.marked == [], "who answered is unknown, not nobody"


def test_a_mark_that_fails_changes_nothing_yet(urn: Urn, collected: dict[int, str]) -> None:
    def broken(_answered: frozenset[int]) -> None:
        raise RuntimeError("the main database is not there")

    with pytest.raises(RuntimeError):
        close.close(7, urn.invitations, broken)
    assert store.stage(7) == ShutUrn.Stage.SHUT
    assert urn.close().receipts == tuple(sorted(collected.values()))
    assert urn.marked == [frozenset(ANSWERED)]


def test_a_second_process_that_closes_late_marks_nobody_as_silent(urn: Urn, collected: dict[int, str]) -> None:
    """It has seen the urn shut; meanwhile the first one finishes everything."""
    store.shut(7)
    slots_seen = store.filled_once_shut(7)
    first = urn.close()
    assert slots_seen is not None
    assert store.filled_once_shut(7) is None
    with pytest.raises(SecretMissing):
        collect.owners(7, urn.invitations, slots_seen)
    store.mix(7)
    assert urn.close() == first
    assert urn.marked == [frozenset(ANSWERED)]


@sqlite_only
def test_a_reader_that_stays_makes_closing_say_try_again(urn: Urn, collected: dict[int, str], monkeypatch) -> None:
    monkeypatch.setattr(store, "TRIES", 1)
    reader = connections["ballots"].copy()
    try:
        with reader.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT count(*) FROM ballot")
            with connections["ballots"].cursor() as mine:
                mine.execute("PRAGMA busy_timeout=50")
            with pytest.raises(StoreBusy):
                urn.close()
            cursor.execute("COMMIT")
    finally:
        reader.close()
    assert tokens.read_secret(tokens_folder(), 7), "the wave secret outlives the slots it could name"
    assert urn.close().receipts == tuple(sorted(collected.values()))


def tokens_folder() -> Path:
    from django.conf import settings

    return settings.SECRETS_DIR


def test_a_ballot_is_never_written_inside_a_larger_transaction(urn: Urn) -> None:
    """A confirmation could otherwise be given, then undone."""
    with transaction.atomic(using="ballots"), pytest.raises(RuntimeError, match="durable"):
        urn.submit(7000)


def test_destroying_leaves_no_ballot_no_secret_and_a_shut_urn(
    urn: Urn, collected: dict[int, str], secrets_folder: Path
) -> None:
    assert not close.is_destroyed(7)
    close.destroy(7)
    close.destroy(7)
    assert collect.counts(7) == {"client": 0, "supplier": 0}
    assert list(secrets_folder.iterdir()) == []
    assert close.is_destroyed(7)


def test_destroying_one_urn_leaves_the_others(urn: Urn, collected: dict[int, str]) -> None:
    other = Urn(wave_id=8, people=4)
    collect.prepare(8)
    receipt = other.submit(8000)
    urn.close()
    close.destroy(7)
    assert other.close().receipts == (receipt,)
    close.destroy(7)
    assert close.receipt_list(8).receipts == (receipt,)


@sqlite_only
def test_purging_empties_the_log_of_the_main_database(empty_store) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("CREATE TABLE probe (x)")
        cursor.execute("DROP TABLE probe")
    log = Path(f"{connections['default'].settings_dict['NAME']}-wal")
    assert log.stat().st_size > 0
    close.forget_deleted_halves()
    assert log.stat().st_size == 0
