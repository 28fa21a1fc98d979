from __future__ import annotations

import dataclasses
import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reciproque.app.survey.urn import receipts
from reciproque.app.survey.urn.seal import SealedRow

ROW = SealedRow("client", b"a" * 80, b"b" * 80, b"c" * 4136)


def rows(count: int) -> list[SealedRow]:
    drawn = random.Random(count)
    return [SealedRow("client", drawn.randbytes(80), drawn.randbytes(80), drawn.randbytes(99)) for _ in range(count)]


def test_a_receipt_is_twelve_signs_shown_by_four() -> None:
    receipt = receipts.receipt_of(ROW)
    assert len(receipt) == 12
    assert [len(group) for group in receipts.show(receipt).split(" ")] == [4, 4, 4]


def test_a_receipt_carries_sixty_bits() -> None:
    drawn = [receipts.receipt_of(row) for row in rows(3000)]
    assert len(set(drawn)) == 3000
    for place in range(12):
        assert len({receipt[place] for receipt in drawn}) == 32


@pytest.mark.parametrize("part", ["side", "box_client", "box_supplier", "body"])
def test_any_change_of_the_row_changes_the_receipt(part: str) -> None:
    value = getattr(ROW, part)
    changed = "supplier" if part == "side" else value[:-1] + b"!"
    assert receipts.receipt_of(dataclasses.replace(ROW, **{part: changed})) != receipts.receipt_of(ROW)


def test_moving_bytes_between_parts_changes_the_receipt() -> None:
    moved = dataclasses.replace(ROW, box_client=ROW.box_client + b"b", box_supplier=ROW.box_supplier[1:])
    assert receipts.receipt_of(moved) != receipts.receipt_of(ROW)


def test_typing_a_receipt_is_forgiven() -> None:
    assert receipts.read(" kbrt-avmn oipe ") == "KBRTAVMNOIPE"
    assert receipts.read("KBRT AVMN 01PE") == "KBRTAVMNOIPE"
    assert receipts.read("KBRT\u00a0AVMN\u202fOIPE") == "KBRTAVMNOIPE"


@pytest.mark.parametrize("typed", ["", "KBRT", "KBRTAVMNOIPE2", "KBRTAVMNOIP9", "ÉBRTAVMNOIPE"])
def test_what_is_no_receipt_is_none(typed: str) -> None:
    assert receipts.read(typed) is None


@given(st.integers(1, 40), st.randoms())
def test_the_order_of_a_list_is_not_in_its_root(count: int, drawn: random.Random) -> None:
    listed = [receipts.receipt_of(row) for row in rows(count)]
    root = receipts.merkle_root(listed)
    drawn.shuffle(listed)
    assert receipts.merkle_root(listed) == root


def test_dropping_adding_replacing_or_repeating_a_ballot_changes_the_root() -> None:
    for count in range(1, 20):
        listed = [receipts.receipt_of(row) for row in rows(count)]
        other = receipts.receipt_of(ROW)
        variants = [listed[1:], [*listed, other], [other, *listed[1:]], [*listed, listed[0]]]
        roots = [receipts.merkle_root(variant) for variant in [listed, *variants]]
        assert roots[0] not in roots[1:]


def test_whoever_has_the_list_makes_the_root_again() -> None:
    def hashed(content: bytes) -> bytes:
        return hashlib.sha256(content).digest()

    first, second, third = [hashed(b"\0" + receipt.encode()) for receipt in ("AAAA", "BBBB", "CCCC")]
    pair = hashed(b"\1" + first + second)
    roots = [first, pair, hashed(b"\1" + pair + third)]
    listed = ["CCCC", "AAAA", "BBBB"]
    assert [receipts.merkle_root(sorted(listed)[:number]) for number in (1, 2, 3)] == [root.hex() for root in roots]
    assert receipts.merkle_root(listed) == roots[-1].hex()


def test_an_empty_urn_has_a_root() -> None:
    assert receipts.merkle_root([]) != receipts.merkle_root(["KBRTAVMNOIPE"])
