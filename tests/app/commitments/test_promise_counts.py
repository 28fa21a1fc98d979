"""Counts, rates and what the other side sees: the same kind of facts on both pages."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from promised import DAY, sign_in
from reciproque.app.commitments.actions.words import say_otherwise
from reciproque.app.commitments.models import Commitment
from reciproque.app.commitments.queries import seen
from reciproque.app.commitments.queries.ledger import open_promises
from reciproque.app.shared.audit import actor


def words(response) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def ledger(promises, language="en") -> str:
    client = sign_in(promises.cast.client_sponsor, language)
    return words(client.get(reverse("commitments", args=[promises.relationship.key])))


def set_states(owed_by: str, *states: str) -> None:
    """Counting many promises: their states are put as they would be, without living each life."""
    for promise, state in zip(Commitment.objects.filter(owed_by=owed_by).order_by("number"), states, strict=True):
        Commitment.objects.filter(pk=promise.pk).update(state=state)


def test_a_rate_needs_ten_due_words_on_both_sides(promises):
    for side in ("client", "supplier"):
        for _ in range(10):
            promises.offered(side, start=promises.today - 40 * DAY)
    set_states("client", *["kept"] * 8, "broken", "broken")
    set_states("supplier", *["kept"] * 7, "late", "disputed", "broken")
    said = ledger(promises)
    assert "80% kept, between 50 and 96." in said
    assert "80 or 90% kept, depending on how the others end; between 50 and 99." in said
    Commitment.objects.filter(owed_by="client").first().delete()
    said = ledger(promises)
    assert "% kept" not in said
    assert "nine due words on the side that has fewer" in said
    assert "It takes ten on each side." in said


def test_functions_are_those_of_the_bearers(promises):
    promises.settled("kept")
    said = ledger(promises)
    assert "Supplier Works, function not known" in said


def test_open_words_come_first_and_the_latest_of_them_on_top(promises):
    late = promises.open(start=promises.today - 40 * DAY)
    soon, far = promises.open("client", due_on=promises.today + 10 * DAY), promises.open()
    promises.settled("kept")
    assert open_promises(promises.relationship) == [late, soon, far]


def test_a_promise_says_what_it_came_from(promises):
    promise = promises.open(origin_kind="proposal", origin_key="abc", origin_text="If a plan changes, we share.")
    page = words(sign_in(promises.cast.observer).get(reverse("commitment", args=[promise.key])))
    assert "It comes from a proposal chosen together: If a plan changes, we share." in page


def test_overdue_words_stand_on_the_home_of_the_relationship(promises):
    promises.open(start=promises.today - 40 * DAY)
    address = reverse("relationship", args=[promises.relationship.key])
    pages = [words(sign_in(getattr(promises.cast, one)).get(address)) for one in ("client_sponsor", "supplier_sponsor")]
    for page in pages:
        assert "One promise is overdue." in page
        assert "We answer every request within ten days." in page


def test_without_a_publication_the_other_view_is_said_to_be_unknown(promises):
    promises.settled("kept")
    assert ledger(promises).count("view of its reliability is not published yet") == 2


def test_words_in_french_agree(promises):
    promises.settled("kept")
    promise = promises.open("client", start=promises.today - 40 * DAY)
    by = actor(promises.cast.supplier_member)
    say_otherwise(by=by, commitment=promise, outcome="broken", why="Rien n’est venu.")
    said = ledger(promises, "fr")
    assert "Deux paroles données, deux échues, une tenue." in said
    assert "1 tenue sur 1 échue" in said


# ---------------------------------------------------------------- beside the publication
class Published:
    """A published wave, as far as the ledger looks into it."""

    def __init__(self, opened_at, form="full"):
        self.publication = type("Row", (), {"opened_at": opened_at})()
        self.wave = type("Wave", (), {"form": form})()


@pytest.mark.parametrize(
    ("waves", "expected"),
    [
        ([(-50, "full"), (-10, "full"), (5, "full"), (30, "full")], (1, 2)),
        ([(-50, "full"), (5, "pulse"), (30, "full")], (0, 2)),
        ([(5, "full")], (None, None)),
        ([(-5, "full")], (0, None)),
    ],
)
def test_a_promise_is_looked_at_between_the_wave_before_it_and_the_next_one(waves, expected):
    now = timezone.now()
    published = [Published(now + timedelta(days=days), form) for days, form in waves]
    found = seen._around(Commitment(opened_at=now), published)
    assert found == tuple(None if place is None else published[place] for place in expected)
