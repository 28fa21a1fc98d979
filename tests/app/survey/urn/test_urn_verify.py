from __future__ import annotations

from dataclasses import replace

import pytest
from django.utils import translation

from reciproque.app.survey.urn import close, errors, messages, receipts, verify
from reciproque.app.survey.urn.close import ReceiptList
from reciproque.app.survey.urn.models import Ballot, SealedBallot
from reciproque.app.survey.urn.verify import Problem
from urns import Urn

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ballots"])


@pytest.fixture
def listed(urn: Urn) -> ReceiptList:
    for invitation in urn.invitations:
        urn.submit(invitation)
    return urn.close()


def problems(listed: ReceiptList) -> set[Problem]:
    return set(check(listed).problems)


def check(listed: ReceiptList) -> verify.Verification:
    return verify.verify_list(
        7, list(listed.receipts), root=listed.root, client=listed.client, supplier=listed.supplier
    )


def test_an_untouched_urn_holds(listed: ReceiptList) -> None:
    found = check(listed)
    assert found.holds
    assert (found.listed, found.client, found.supplier, found.recomputed) == (10, 5, 5, True)


def relisted(listed: ReceiptList, changed: list[str]) -> ReceiptList:
    return replace(listed, receipts=tuple(changed), root=receipts.merkle_root(changed))


def test_a_receipt_taken_off_the_list_is_noticed(listed: ReceiptList) -> None:
    assert problems(replace(listed, receipts=listed.receipts[1:])) == {Problem.ROOT, Problem.NUMBER, Problem.ADDED}
    cooked = replace(relisted(listed, list(listed.receipts[1:])), client=4)
    assert problems(cooked) == {Problem.ADDED, Problem.SIDES}


def test_a_receipt_added_or_replaced_is_noticed(listed: ReceiptList) -> None:
    added = sorted([*listed.receipts, "A" * 12])
    assert problems(replace(relisted(listed, added), client=6)) == {Problem.MISSING, Problem.SIDES}
    replaced = sorted([*listed.receipts[1:], "A" * 12])
    assert problems(relisted(listed, replaced)) == {Problem.MISSING, Problem.ADDED}
    assert Problem.ROOT in problems(replace(listed, receipts=tuple(replaced)))


def test_a_repeated_or_unsorted_receipt_is_noticed(listed: ReceiptList) -> None:
    twice = sorted([*listed.receipts[1:], listed.receipts[2]])
    assert Problem.REPEATED in problems(relisted(listed, twice))
    assert problems(relisted(listed, list(reversed(listed.receipts)))) == {Problem.NOT_SORTED}


def test_sides_or_fingerprint_announced_wrong_are_noticed(listed: ReceiptList) -> None:
    assert problems(replace(listed, client=4, supplier=6)) == {Problem.SIDES}
    assert problems(replace(listed, root="0" * 64)) == {Problem.ROOT}


def test_a_ballot_dropped_from_the_store_is_noticed(listed: ReceiptList) -> None:
    SealedBallot.objects.filter(side="client").first().delete()
    assert problems(listed) == {Problem.MISSING, Problem.SIDES}


def test_a_ballot_changed_in_the_store_is_noticed(listed: ReceiptList) -> None:
    for part in ("box_client", "box_supplier", "body"):
        row = SealedBallot.objects.first()
        kept = bytes(getattr(row, part))
        SealedBallot.objects.filter(draw=row.draw).update(**{part: kept[:-1] + bytes([kept[-1] ^ 1])})
        assert problems(listed) == {Problem.MISSING, Problem.ADDED}
        SealedBallot.objects.filter(draw=row.draw).update(**{part: kept})
    assert check(listed).holds


def test_a_ballot_slipped_in_anywhere_is_noticed(listed: ReceiptList) -> None:
    row = SealedBallot.objects.first()
    Ballot.objects.create(slot="s", wave_id=7, side=row.side, box_client=b"", box_supplier=b"", body=b"")
    assert problems(listed) == {Problem.ADDED}


def test_a_list_before_closing_is_refused(urn: Urn) -> None:
    urn.submit(7000)
    assert problems(ReceiptList((), receipts.merkle_root([]), 0, 0)) == {Problem.NOT_CLOSED}


def test_after_the_purge_the_list_is_checked_against_itself(listed: ReceiptList) -> None:
    close.destroy(7)
    found = check(listed)
    assert found.holds
    assert not found.recomputed
    assert problems(replace(listed, receipts=listed.receipts[1:])) == {Problem.ROOT, Problem.NUMBER}
    Ballot.objects.create(slot="s", wave_id=7, side="client", box_client=b"", box_supplier=b"", body=b"")
    assert problems(listed) == {Problem.NOT_DESTROYED}


REFUSALS = [
    errors.UnknownWord("sile", "silex"),
    errors.UnknownWord("qqqq", ""),
    errors.WrongNumberOfWords(1),
    errors.WrongNumberOfWords(5),
    errors.TooLong(16384),
    *[kind() for kind in messages.SENTENCES],
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: type(refusal).__name__)
def test_every_refusal_has_a_sentence(refusal: errors.UrnError) -> None:
    with translation.override("en"):
        assert messages.explain(refusal).endswith((".", "?"))


def test_every_kind_of_refusal_is_covered() -> None:
    assert {type(refusal) for refusal in REFUSALS} == set(errors.UrnError.__subclasses__())


def test_every_problem_has_a_sentence() -> None:
    assert set(messages.PROBLEMS) == set(Problem)


def test_the_suggestion_is_said_in_words() -> None:
    with translation.override("en"):
        said = messages.explain(errors.UnknownWord("sile", "silex"))
    assert said == "“sile” is not in the list. Did you mean “silex”?"
