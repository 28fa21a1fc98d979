"""Texts kept for the facilitator: a neutral one rewords or withholds, both companies read the same number."""

from __future__ import annotations

import pytest
from django.urls import reverse

import personas
import worlds
from reciproque.app.directory.models import Membership
from reciproque.app.reading import actions
from reciproque.app.reading.models import PublishedText
from reciproque.app.reading.queries.reading import reading_page
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.models import AuditRecord


@pytest.fixture
def opened(named):
    made = worlds.opened(named.relationship, numbers=(9, 13))
    for place, destiny in enumerate(("reword", "facilitator")):
        worlds.add_texts(made.publication, 5, destiny, start=10 * place)
    return made


def first(destiny, side="client"):
    return PublishedText.objects.filter(destiny=destiny, side=side).first()


@pytest.fixture
def employed(named):
    """A facilitator who works for the client."""
    account = personas.account("employed", named.relationship.client)
    Membership.objects.create(relationship=named.relationship, account=account, role="facilitator", side="client")
    return account


@pytest.mark.parametrize("name", ["client_sponsor", "supplier_member", "observer", "outsider", "host_admin"])
def test_only_the_neutral_facilitator_reads_them(named, opened, client, name):
    client.force_login(getattr(named, name))
    assert client.get(reverse("reading-texts", args=[opened.key])).status_code == 404
    assert client.post(reverse("text-reword", args=[first("reword").key]), {"reworded": "x"}).status_code == 404
    assert client.post(reverse("text-withhold", args=[first("reword").key])).status_code == 404


def test_a_facilitator_employed_by_a_side_does_not(employed, opened, client):
    client.force_login(employed)
    assert client.get(reverse("reading-texts", args=[opened.key])).status_code == 404
    with pytest.raises(Refused):
        actions.withhold_text(by=actor(employed), text=first("reword"))


def test_rewording_shows_as_many_on_each_side(named, opened, client):
    assert reading_page(opened).quotes == ()
    client.force_login(named.facilitator)
    page = client.get(reverse("reading-texts", args=[opened.key])).content.decode()
    assert "client reword 0" in page
    client.post(reverse("text-reword", args=[first("reword").key]), {"reworded": "Dit autrement"})
    assert reading_page(opened).quotes == (), "one side alone is not shown"
    client.post(reverse("text-reword", args=[first("reword", "supplier").key]), {"reworded": "Pareil en face"})
    (quotes,) = reading_page(opened).quotes
    assert [(q.text, q.reworded) for q in (*quotes.client, *quotes.supplier)] == [
        ("Dit autrement", True),
        ("Pareil en face", True),
    ]


def test_withholding_takes_a_text_back(named, opened):
    by = actor(named.facilitator)
    for side in ("client", "supplier"):
        actions.reword_text(by=by, text=first("reword", side), reworded="Autrement")
    actions.withhold_text(by=by, text=first("reword"))
    assert reading_page(opened).quotes == ()


def test_a_text_for_the_facilitator_alone_is_never_published(named, opened):
    with pytest.raises(Refused):
        actions.reword_text(by=actor(named.facilitator), text=first("facilitator"), reworded="Autrement")


@pytest.mark.parametrize("words", ["", "   ", "x" * 2001])
def test_empty_or_endless_words_are_refused(named, opened, words):
    with pytest.raises(Refused):
        actions.reword_text(by=actor(named.facilitator), text=first("reword"), reworded=words)


def test_the_log_says_that_it_happened_never_the_words(named, opened):
    actions.reword_text(by=actor(named.facilitator), text=first("reword"), reworded="Des mots secrets")
    record = AuditRecord.objects.get(action="text.reworded")
    assert record.audience == "both"
    assert "secrets" not in str(record.data) + record.subject
