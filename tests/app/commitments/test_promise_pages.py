"""The screens of the word that is given, as each kind of visitor sees them, and what they cost."""

from __future__ import annotations

import html
import re

import pytest
from django.urls import reverse

from promised import DAY, sign_in
from reciproque.app.commitments.models import Commitment


def words(response) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def test_an_empty_ledger_says_what_will_stand_there(promises):
    said = words(sign_in(promises.cast.client_sponsor).get(reverse("commitments", args=[promises.relationship.key])))
    assert "No word has been given yet." in said
    assert "Two empty pages" in said
    assert "Offer a promise" in said


@pytest.mark.parametrize(
    "persona",
    ["client_sponsor", "supplier_sponsor", "client_member", "supplier_member", "facilitator", "observer"],
)
def test_both_sides_read_the_same_ledger(promises, persona):
    promises.settled("kept")
    promises.settled("late", "client")
    promises.settled("broken")
    promises.open(start=promises.today - 40 * DAY)
    promises.open("both")
    promises.offered("client")
    said = words(sign_in(getattr(promises.cast, persona)).get(reverse("commitments", args=[promises.relationship.key])))
    assert "Five words given, four due, two kept." in said
    assert "Client Works gave its word 2 times" in said
    assert "Supplier Works gave its word 4 times" in said
    assert "1 kept of 1 due" in said
    assert "1 kept of 3 due" in said
    assert "one not kept; one overdue, nothing said" in said
    assert "Both give their word" in said
    assert "Offered, not counted yet" in said
    assert "We count, without a rate" in said


@pytest.mark.parametrize(
    "name", ["commitments", "commitment-new", "commitments-import", "commitments-xlsx", "exposed-sponsors"]
)
def test_an_outsider_finds_nothing(promises, name):
    for persona in ("outsider", "host_admin"):
        client = sign_in(getattr(promises.cast, persona))
        assert client.get(reverse(name, args=[promises.relationship.key])).status_code == 404


def test_the_ledger_costs_as_many_queries_for_ten_promises_as_for_one(promises, django_assert_num_queries):
    client = sign_in(promises.cast.client_sponsor)
    address = reverse("commitments", args=[promises.relationship.key])
    for owed_by in ("supplier", "client", "both"):
        promises.open(owed_by)
    client.get(address)
    with django_assert_num_queries(10):
        client.get(address)
    for _ in range(3):
        promises.settled("kept")
    with django_assert_num_queries(10):
        client.get(address)


def test_a_promise_goes_through_its_life_on_its_page(promises):
    owner, witness = sign_in(promises.cast.supplier_member), sign_in(promises.cast.client_member)
    data = {
        "owed_by": "supplier", "what": "We name a second contact.", "proof": "an e-mail", "first_step": "Ask Ann",
        "first_step_by": promises.today.isoformat(), "due_on": (promises.today + 30 * DAY).isoformat(),
        "effort_client": "none", "effort_supplier": "light", "why": "One contact is one too few.",
        "owner_client": str(promises.cast.client_member.pk), "owner_supplier": "", "questions": ["F1", "D2"],
    }  # fmt: skip
    response = witness.post(reverse("commitment-new", args=[promises.relationship.key]), data, follow=True)
    assert "Offered. It counts once both owners have accepted it." in words(response)
    promise = Commitment.objects.get()
    page = reverse("commitment", args=[promise.key])
    assert promise.questions == ["F1", "D2"]
    assert promise.owner_supplier is None
    owner.post(reverse("commitment-owner", args=[promise.key, "supplier"]), {"take": "yes"})
    for one in (witness, owner):
        one.post(reverse("commitment-accept", args=[promise.key]))
    assert "In progress due on" in words(owner.get(page))
    kept = {"proof": "The e-mail of today", "done_on": promises.today.isoformat()}
    owner.post(reverse("commitment-kept", args=[promise.key]), kept)
    said = words(witness.get(page))
    assert "Said kept waits for the witness to confirm" in said
    assert "The other side says: kept." in said
    assert "The e-mail of today" in said
    witness.post(reverse("commitment-confirm", args=[promise.key]))
    promise.refresh_from_db()
    assert promise.state == "kept"
