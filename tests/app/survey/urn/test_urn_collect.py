from __future__ import annotations

import hashlib
import hmac
import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connections

from reciproque.app.survey.urn import close, collect, lock, receipts, seal, store, tokens
from reciproque.app.survey.urn.errors import InvalidToken, LockMissing, NotCollecting, TooLong
from reciproque.app.survey.urn.models import Ballot
from urns import Urn

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ballots"])
sqlite_only = pytest.mark.skipif(connections["ballots"].vendor != "sqlite", reason="about SQLite's files")


def test_a_submitted_ballot_gives_the_receipt_of_what_is_stored(urn: Urn) -> None:
    receipt = urn.submit(7000)
    assert [receipts.receipt_of(row) for row in store._rows(Ballot, 7)] == [receipt]
    assert collect.counts(7) == {"client": 1, "supplier": 0}


def test_the_last_one_counts(urn: Urn) -> None:
    first, last = urn.submit(7000), urn.submit(7000)
    assert first != last
    assert urn.close().receipts == (last,)


def test_sending_again_after_a_lost_confirmation_counts_once(urn: Urn) -> None:
    for _ in range(3):
        urn.submit(7001)
    assert collect.counts(7) == {"client": 1, "supplier": 0}


def test_a_ballot_is_withdrawn_until_closing(urn: Urn) -> None:
    urn.submit(7000)
    assert collect.answered(7, urn.invitations) == {7000}
    collect.withdraw(urn.found(7000))
    assert not collect.answered(7, urn.invitations)
    collect.withdraw(urn.found(7000))
    assert collect.counts(7) == {"client": 0, "supplier": 0}


def test_withdrawing_takes_nobody_elses_ballot(urn: Urn) -> None:
    urn.submit(7000)
    urn.submit(7001)
    collect.withdraw(urn.found(7000))
    assert collect.answered(7, urn.invitations) == {7001}


def test_who_answered_is_known_from_the_slots_alone(urn: Urn) -> None:
    for invitation in (7003, 7008):
        urn.submit(invitation)
    assert collect.answered(7, urn.invitations) == {7003, 7008}
    assert collect.counts(7) == {"client": 1, "supplier": 1}


def test_whoever_keeps_a_link_and_an_old_copy_of_the_store_finds_no_ballot(urn: Urn) -> None:
    """A link stays in its mailbox for ever: all that can be made of it must not lead to a row."""
    urn.submit(7003)
    token = urn.found(7003).token
    [slot] = Ballot.objects.filter(wave_id=7).values_list("slot", flat=True)
    words = (b"", b"slot", b"slot:7003", b"invitation:7003", b"7003", b"ballot", b"7", b"7:7003")
    made = {hmac.digest(token, word, "sha256").hex() for word in words}
    made |= {hmac.digest(word, token, "sha256").hex() for word in words}
    assert slot not in made | {token.hex(), hashlib.sha256(token).hexdigest()}
    other = tokens.slot_of(bytes(32), 7003)
    assert slot == tokens.slot_of(tokens.read_secret(settings.SECRETS_DIR, 7), 7003) != other


def test_the_store_names_nobody(urn: Urn) -> None:
    urn.submit(7003)
    (row,) = Ballot.objects.values()
    token = tokens.token_of(tokens.read_secret(tokens_folder(), 7), 7003)
    assert set(row) == {"slot", "wave_id", "side", "box_client", "box_supplier", "body"}
    for hint in (b"7003", token, token.hex().encode(), tokens.show(token).encode()):
        assert hint not in row["slot"].encode() + row["box_client"] + row["box_supplier"] + row["body"]


def tokens_folder():
    from django.conf import settings

    return settings.SECRETS_DIR


def test_a_token_of_nobody_is_refused(urn: Urn) -> None:
    with pytest.raises(InvalidToken):
        collect.recognise(tokens.show(bytes(16)), {7: urn.invitations})


def test_a_cancelled_invitation_is_not_recognised(urn: Urn) -> None:
    token = collect.invitation_token(7, 7002)
    with pytest.raises(InvalidToken):
        collect.recognise(token, {7: [i for i in urn.invitations if i != 7002]})


def test_the_right_wave_is_found_among_several(urn: Urn) -> None:
    collect.prepare(8)
    found = collect.recognise(collect.invitation_token(8, 8001), {7: urn.invitations, 8: [8000, 8001], 9: [9000]})
    assert (found.wave_id, found.invitation_id) == (8, 8001)


def test_a_cookie_with_another_persons_invitation_is_refused(urn: Urn) -> None:
    forged = collect.Recognised(7, 7001, urn.found(7000).token)
    with pytest.raises(InvalidToken):
        collect.submit(
            forged, side="client", answers=urn.answers(7000), client=urn.client.public, supplier=urn.supplier.public
        )
    with pytest.raises(InvalidToken):
        collect.withdraw(forged)
    assert Ballot.objects.count() == 0


def test_a_text_too_long_leaves_the_earlier_ballot(urn: Urn) -> None:
    receipt = urn.submit(7000)
    with pytest.raises(TooLong):
        urn.submit(7000, seal.Answers("x", {}, (seal.Text("O1", "x" * 70_000, seal.PUBLISH),)))
    assert urn.close().receipts == (receipt,)


@sqlite_only
def test_a_full_disk_keeps_the_earlier_ballot_and_heals_by_itself(urn: Urn) -> None:
    receipt = urn.submit(7000)
    longer = seal.Answers("x", {}, (seal.Text("O1", "x" * 60_000, seal.PUBLISH),))
    with connections["ballots"].cursor() as cursor:
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count={pages}")
        with pytest.raises(OperationalError):
            urn.submit(7000, longer)
        with pytest.raises(OperationalError):
            urn.submit(7001, longer)
        assert collect.counts(7) == {"client": 1, "supplier": 0}
        assert [receipts.receipt_of(row) for row in store._rows(Ballot, 7)] == [receipt]
        cursor.execute("PRAGMA max_page_count=1000000")
    assert urn.submit(7001, longer) in urn.close().receipts


@sqlite_only
def test_a_store_held_by_another_program_changes_nothing(urn: Urn) -> None:
    receipt = urn.submit(7000)
    holder = connections["ballots"].copy()
    try:
        with holder.cursor() as held, connections["ballots"].cursor() as mine:
            held.execute("BEGIN IMMEDIATE")
            mine.execute("PRAGMA busy_timeout=50")
            with pytest.raises(OperationalError):
                collect.withdraw(urn.found(7000))
            held.execute("ROLLBACK")
    finally:
        holder.close()
    assert urn.close().receipts == (receipt,)


def test_without_the_lock_nothing_is_sealed(urn: Urn, secrets_folder: Path) -> None:
    lock.destroy(secrets_folder, 7)
    with pytest.raises(LockMissing):
        urn.submit(7000)
    assert Ballot.objects.count() == 0


def test_preparing_twice_changes_neither_links_nor_lock(urn: Urn, secrets_folder: Path) -> None:
    before = collect.invitation_token(7, 7000), lock.read(secrets_folder, 7)
    collect.prepare(7)
    assert (collect.invitation_token(7, 7000), lock.read(secrets_folder, 7)) == before


def test_nothing_comes_in_or_out_once_shut(urn: Urn) -> None:
    receipt = urn.submit(7000)
    found = urn.found(7000)
    store.shut(7)
    with pytest.raises(NotCollecting):
        urn.submit(7000)
    with pytest.raises(NotCollecting):
        urn.submit(7001)
    with pytest.raises(NotCollecting):
        collect.withdraw(found)
    assert urn.close().receipts == (receipt,)


def test_a_link_no_longer_works_after_closing(urn: Urn) -> None:
    found = urn.found(7000)
    urn.submit(7000)
    urn.close()
    with pytest.raises(InvalidToken):
        collect.withdraw(found)
    with pytest.raises(InvalidToken):
        collect.recognise(tokens.show(found.token), {7: urn.invitations})


def test_closing_one_urn_leaves_another_collecting(urn: Urn) -> None:
    other = Urn(wave_id=8, people=4)
    collect.prepare(8)
    urn.submit(7000)
    other.submit(8000)
    urn.close()
    receipt = other.submit(8001)
    assert receipt in other.close().receipts
    assert len(close.receipt_list(7).receipts) == 1


def test_two_browsers_with_one_token_end_with_one_ballot(urn: Urn) -> None:
    """Sixteen at once, on connections of their own: one row is left, and it is one of those acknowledged."""
    together, acknowledged, failures = threading.Barrier(16), [], []

    def browser() -> None:
        try:
            together.wait()
            acknowledged.append(urn.submit(7000))
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=browser) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert collect.counts(7) == {"client": 1, "supplier": 0}
    (left,) = urn.close().receipts
    assert left in acknowledged


def test_closing_while_people_submit_loses_no_acknowledged_ballot(urn: Urn) -> None:
    acknowledged, refused, listed, others = {}, [], [], []
    started = threading.Event()

    def browser(invitation: int) -> None:
        try:
            for _ in range(2000):  # until refused
                acknowledged[invitation] = urn.submit(invitation)
                started.set()
        except (NotCollecting, InvalidToken):
            refused.append(invitation)
        except Exception as error:
            others.append(error)
        finally:
            connections.close_all()

    def closer() -> None:
        started.wait()
        try:
            listed.append(urn.close())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=browser, args=(i,)) for i in urn.invitations[:4]]
    threads.append(threading.Thread(target=closer))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert others == []
    assert refused, "the urn was not closed while people were submitting"
    assert set(acknowledged.values()) == set(listed[0].receipts)
    assert urn.marked[-1] == set(acknowledged)
