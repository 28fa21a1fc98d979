from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.db import connections

from reciproque.app.survey.urn import close, collect, keys, lock, opening, seal
from reciproque.app.survey.urn.errors import Damaged, LockMissing, NotClosed, NothingToOpen, Tampered
from reciproque.app.survey.urn.models import SealedBallot, ShutUrn
from urns import Urn

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ballots"])


@pytest.fixture
def closed(urn: Urn) -> Urn:
    for invitation in urn.invitations:
        urn.submit(invitation)
    urn.close()
    return urn


def waiting(wave_id: int) -> bool:
    """One key has turned: its shares lie beside the databases."""
    return (settings.SECRETS_DIR / f"opening-{wave_id}.shares").exists()


def people(side: opening.OpenedSide) -> set[str]:
    return set(side.functions)


def expected(urn: Urn, side: str) -> set[str]:
    return {f"canary-{invitation}" for invitation in urn.invitations if urn.side(invitation) == side}


@pytest.mark.parametrize("first", seal.SIDES)
def test_two_keys_in_any_order_open_both_sides(closed: Urn, first: str) -> None:
    second = seal.SUPPLIER if first == seal.CLIENT else seal.CLIENT
    assert closed.turn(first) is None
    opened = closed.turn(second)
    assert opened is not None
    assert people(opened.client) == expected(closed, "client")
    assert people(opened.supplier) == expected(closed, "supplier")


def test_each_row_still_speaks_of_one_person(closed: Urn) -> None:
    opened = closed.open()
    for side in (opened.client, opened.supplier):
        for function, first, second, mirror in zip(
            side.functions, side.scores["F1"], side.scores["F2"], side.scores["F2m"], strict=True
        ):
            invitation = int(function.removeprefix("canary-"))
            assert (first, second, mirror) == (invitation % 7 + 1, None, 4)
        assert {text.text.removeprefix("canary text ") for text in side.texts} == {
            function.removeprefix("canary-") for function in side.functions
        }


def test_one_key_typed_again_still_waits(closed: Urn) -> None:
    assert closed.turn("client") is None
    assert closed.turn("client") is None
    assert waiting(7)
    assert opening.has_turned(7, "client")
    assert not opening.has_turned(7, "supplier")


def test_nobody_has_turned_at_first(closed: Urn) -> None:
    assert not waiting(7)
    assert not opening.has_turned(7, "client")


def test_what_waits_can_only_be_used_with_the_other_phrase(closed: Urn, secrets_folder: Path) -> None:
    closed.turn("client")
    (waiting,) = secrets_folder.glob("opening-*")
    content = waiting.read_bytes()
    assert waiting.stat().st_mode & 0o777 == 0o600
    for row in SealedBallot.objects.all():
        assert seal.open_share(row.box_client, closed.client) not in content
    assert opening._kept(7, closed.client) == ("client", {})
    assert opening._kept(7, keys.new_half()) == ("client", {})


def test_another_wave_or_key_opens_nothing(closed: Urn) -> None:
    listed = close.receipt_list(7).receipts
    stranger = keys.new_half()
    with pytest.raises(Damaged):
        opening.turn(wave_id=7, side="client", half=stranger, other_public=stranger.public, listed=listed)
    assert not waiting(7)
    with pytest.raises(Damaged):
        opening.turn(wave_id=7, side="supplier", half=closed.client, other_public=stranger.public, listed=listed)


def test_both_sponsors_at_the_same_second_open_once_or_more_never_none(closed: Urn) -> None:
    together, results = threading.Barrier(2), []

    def sponsor(side: str) -> None:
        try:
            together.wait()
            results.append(closed.turn(side))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=sponsor, args=(side,)) for side in seal.SIDES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result is None for result in results) == [False, True]


def test_an_opening_lost_before_publishing_is_done_again(closed: Urn) -> None:
    first = closed.open()
    again = closed.turn("supplier")
    assert people(again.client) == people(first.client)


def test_a_recount_gives_the_same_answers(closed: Urn) -> None:
    first = closed.open()
    opening.forget(7)
    assert not waiting(7)
    again = closed.open()
    for side in ("client", "supplier"):
        before, after = getattr(first, side), getattr(again, side)
        assert sorted(zip(before.functions, before.scores["F1"], strict=True)) == sorted(
            zip(after.functions, after.scores["F1"], strict=True)
        )


def test_people_and_texts_come_out_in_an_order_of_chance(closed: Urn) -> None:
    people_orders, text_orders, together = set(), set(), 0
    for _ in range(30):
        client = closed.open().client
        texts = tuple(text.text.removeprefix("canary text ") for text in client.texts)
        names = tuple(function.removeprefix("canary-") for function in client.functions)
        people_orders.add(names)
        text_orders.add(texts)
        together += texts == names
    assert len(people_orders) > 15
    assert len(text_orders) > 15
    assert together < 10


def test_level_one_opens_with_both_halves_at_hand(closed: Urn) -> None:
    listed = close.receipt_list(7).receipts
    opened = opening.open_both(wave_id=7, client=closed.client, supplier=closed.supplier, listed=listed)
    assert people(opened.supplier) == expected(closed, "supplier")
    assert not waiting(7)


def test_an_urn_still_collecting_does_not_open(urn: Urn) -> None:
    urn.submit(7000)
    with pytest.raises(NotClosed):
        opening.open_both(wave_id=7, client=urn.client, supplier=urn.supplier, listed=[])


def test_a_destroyed_urn_has_nothing_to_open(closed: Urn) -> None:
    listed = close.receipt_list(7).receipts
    closed.turn("client")
    close.destroy(7)
    assert not waiting(7)
    with pytest.raises(NothingToOpen):
        opening.open_both(wave_id=7, client=closed.client, supplier=closed.supplier, listed=listed)


def tamper_drop() -> None:
    SealedBallot.objects.first().delete()


def tamper_add() -> None:
    row = SealedBallot.objects.first()
    SealedBallot.objects.create(
        draw="0" * 32,
        wave_id=7,
        side=row.side,
        box_client=row.box_client,
        box_supplier=row.box_supplier,
        body=bytes(row.body)[:-1] + b"!",
    )


def tamper_repeat() -> None:
    row = SealedBallot.objects.first()
    row.draw = "0" * 32
    row.save(force_insert=True)


def tamper_side() -> None:
    row = SealedBallot.objects.filter(side="client").first()
    SealedBallot.objects.filter(draw=row.draw).update(side="supplier")


@pytest.mark.parametrize("tamper", [tamper_drop, tamper_add, tamper_repeat, tamper_side])
def test_ballots_that_are_not_those_of_the_list_are_never_opened(closed: Urn, tamper) -> None:
    listed = close.receipt_list(7).receipts
    tamper()
    with pytest.raises(Tampered):
        opening.open_both(wave_id=7, client=closed.client, supplier=closed.supplier, listed=listed)
    assert not waiting(7)


def test_someone_else_s_ballot_in_the_store_is_refused(closed: Urn, secrets_folder: Path) -> None:
    """A ballot sealed by an intruder with the public keys fits no receipt of the list."""
    listed = close.receipt_list(7).receipts
    row = SealedBallot.objects.filter(side="client").first()
    public = {"client": closed.client.public, "supplier": closed.supplier.public}
    answers, key = seal.Answers("x", {"F1": 1}), lock.read(secrets_folder, 7)
    forged = seal.seal(answers, wave_id=7, side="client", lock=key, **public)
    SealedBallot.objects.filter(draw=row.draw).update(
        box_client=forged.box_client, box_supplier=forged.box_supplier, body=forged.body
    )
    with pytest.raises(Tampered):
        opening.open_both(wave_id=7, client=closed.client, supplier=closed.supplier, listed=listed)


def test_waiting_shares_changed_on_the_disk_open_nothing(closed: Urn, secrets_folder: Path) -> None:
    closed.turn("client")
    (waiting,) = secrets_folder.glob("opening-*")
    content = bytearray(waiting.read_bytes())
    content[-1] ^= 1
    waiting.write_bytes(content)
    with pytest.raises(Damaged):
        closed.turn("supplier")


def test_without_the_lock_two_phrases_open_nothing_and_can_be_typed_again(closed: Urn, secrets_folder: Path) -> None:
    """As with databases restored on another machine."""
    kept = lock.path_of(secrets_folder, 7).rename(secrets_folder / "elsewhere")
    closed.turn("client")
    with pytest.raises(LockMissing):
        closed.turn("supplier")
    kept.rename(lock.path_of(secrets_folder, 7))
    assert closed.turn("supplier") is not None


def test_a_backup_restored_after_the_purge_cannot_be_opened(closed: Urn) -> None:
    """The ballots are back, both halves too: still nothing can be read."""
    backup = list(SealedBallot.objects.all())
    listed = close.receipt_list(7).receipts
    close.destroy(7)
    SealedBallot.objects.bulk_create(backup)
    ShutUrn.objects.update(stage=ShutUrn.Stage.MIXED)
    assert close.receipt_list(7).receipts == listed
    with pytest.raises(LockMissing):
        opening.open_both(wave_id=7, client=closed.client, supplier=closed.supplier, listed=listed)


def test_blank_texts_are_left_out(urn: Urn) -> None:
    texts = (seal.Text("O1", "  \n", seal.PUBLISH), seal.Text("O2", "Un mot.", seal.FACILITATOR))
    urn.submit(7000, seal.Answers("purchasing", {"F1": 1}, texts))
    urn.submit(7009, seal.Answers("sales", {"F1": 2, "C1": 5}))
    urn.close()
    opened = urn.open()
    assert opened.client.texts == (seal.Text("O2", "Un mot.", seal.FACILITATOR),)
    assert opened.supplier.scores == {"C1": (5,), "F1": (2,)}


def test_an_opened_side_never_prints_itself(closed: Urn) -> None:
    assert "canary" not in repr(closed.open())


def test_who_answered_is_still_known_to_the_system_alone(closed: Urn) -> None:
    assert closed.marked == [frozenset(closed.invitations)]
    with pytest.raises(Exception, match="no secret"):
        collect.answered(7, closed.invitations)


def test_the_formulas_get_one_column_for_each_item_asked(closed: Urn) -> None:
    client = closed.open().client
    ballots = opening.side_ballots(client, ["F1", "F2", "F2m", "C1"])
    assert (ballots.side, ballots.n, ballots.functions) == ("client", 5, client.functions)
    assert ballots.answers["F1"].tolist() == list(client.scores["F1"])
    assert np.isnan(ballots.answers["F2"]).all()
    assert np.isnan(ballots.answers["C1"]).all()
    assert ballots.answers["F2m"].tolist() == [4.0] * 5
