"""Two keys, one minute: the publication exists for both companies, or for none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

import wave_steps
from reciproque.app.reading import actions
from reciproque.app.reading.facts import facts
from reciproque.app.reading.models import Publication, PublishedFigure, PublishedText
from reciproque.app.shared import audit, clock
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.models import AuditRecord
from reciproque.app.survey.models import OutboxMail

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
    pytest.mark.usefixtures("urn_store"),
]


@pytest.fixture
def closed(cast):
    return wave_steps.closed(cast)


def turn(made, name):
    return actions.turn_key(by=actor(made.account(name)), wave=made.wave, phrase=made.phrases[name])


def test_the_first_key_opens_nothing_for_anyone(closed, client):
    assert turn(closed, "supplier_sponsor") == "waiting"
    assert not Publication.objects.exists()
    for name in ("client_sponsor", "supplier_sponsor", "facilitator"):
        client.force_login(closed.account(name))
        assert client.get(reverse("reading", args=[closed.wave.key])).status_code == 404


def test_the_second_key_opens_for_both_at_the_same_minute(closed, client):
    turn(closed, "supplier_sponsor")
    assert turn(closed, "client_sponsor") == "open"
    closed.wave.refresh_from_db()
    assert closed.wave.state == "open"
    assert closed.wave.opened_at == closed.wave.publication.opened_at
    assert closed.wave.opened_at.second == 0
    assert closed.wave.contest_until - closed.wave.opened_at == timedelta(days=30)
    pages = []
    for name in ("client_sponsor", "supplier_sponsor"):
        client.force_login(closed.account(name))
        page = client.get(reverse("reading", args=[closed.wave.key])).content.decode()
        pages.append(page[page.index("<h1") :])
    assert pages[0] == pages[1], "both companies read the same page, word for word"


def test_opening_leaves_one_record_and_a_mail_to_each_side(closed):
    turn(closed, "client_sponsor")
    turn(closed, "supplier_sponsor")
    records = AuditRecord.objects.filter(action="wave.opened")
    assert records.count() == 1
    assert records.get().audience == "both"
    assert audit.verify_chain() is None
    told = set(OutboxMail.objects.filter(kind="opened").values_list("account_id", flat=True))
    assert {closed.cast.client_sponsor.pk, closed.cast.supplier_sponsor.pk} <= told


@pytest.mark.parametrize("broken", ["PublishedFigure", "PublishedText", "queue_opened"])
def test_a_crash_in_the_middle_leaves_nothing_open(closed, monkeypatch, broken):
    turn(closed, "client_sponsor")

    def crash(*args, **kwargs):
        raise RuntimeError("power cut")

    if broken == "queue_opened":
        monkeypatch.setattr(actions.invitations, "queue_opened", crash)
    else:
        monkeypatch.setattr(getattr(actions, broken).objects, "bulk_create", crash)
    with pytest.raises(RuntimeError):
        turn(closed, "supplier_sponsor")
    monkeypatch.undo()
    closed.wave.refresh_from_db()
    assert closed.wave.state == "closed"
    assert not Publication.objects.exists()
    assert not PublishedFigure.objects.exists()
    assert not PublishedText.objects.exists()
    assert turn(closed, "supplier_sponsor") == "open", "the same key opens once the machine is back"


def test_a_wrong_phrase_is_refused_in_a_plain_sentence(closed):
    with pytest.raises(Refused):
        actions.turn_key(by=actor(closed.cast.client_sponsor), wave=closed.wave, phrase="un deux trois")
    assert not Publication.objects.exists()


@pytest.mark.parametrize("name", ["facilitator", "client_member", "observer", "outsider"])
def test_only_sponsors_and_deputies_turn_a_key(closed, name):
    with pytest.raises(Refused):
        actions.turn_key(by=actor(closed.account(name)), wave=closed.wave, phrase=closed.phrases["client_sponsor"])


def test_a_recount_gives_the_same_figures_and_rewrites_nothing(closed):
    turn(closed, "client_sponsor")
    turn(closed, "supplier_sponsor")
    before = list(PublishedFigure.objects.values())
    assert turn(closed, "supplier_sponsor") == "waiting"
    assert turn(closed, "client_sponsor") == "recounted"
    assert list(PublishedFigure.objects.values()) == before
    assert AuditRecord.objects.filter(action="wave.recounted", data__same=True).count() == 1


def test_no_recount_after_the_contest_window(closed):
    turn(closed, "client_sponsor")
    turn(closed, "supplier_sponsor")
    with clock.at(closed.wave.contest_until + timedelta(minutes=1)), pytest.raises(Refused):
        turn(closed, "client_sponsor")


def test_facts_are_empty_before_opening(closed):
    for role in ("client-member", "sponsor-supplier", "facilitator"):
        assert facts(closed.wave, role)["facts"] == []


def test_the_ceremony_page_says_neither_which_key_is_missing_nor_who_turned(closed, client):
    url = reverse("wave-open", args=[closed.wave.key])
    client.force_login(closed.cast.supplier_sponsor)
    before = client.get(url).content.decode()
    turn(closed, "client_sponsor")
    after = client.get(url).content.decode()
    assert [line for line in before.splitlines() if "csrf" not in line.lower()] == [
        line for line in after.splitlines() if "csrf" not in line.lower()
    ]


def test_turning_by_the_page(closed, client):
    url = reverse("wave-open", args=[closed.wave.key])
    client.force_login(closed.cast.client_sponsor)
    refused = client.post(url, {"phrase": "sept mots qui ne sont pas"})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.content.decode()
    assert client.post(url, {"phrase": closed.phrases["client_sponsor"]}).url == url
    client.force_login(closed.cast.supplier_sponsor)
    opened = client.post(url, {"phrase": closed.phrases["supplier_sponsor"]})
    assert opened.url == reverse("reading", args=[closed.wave.key])


def test_a_training_wave_opens_with_two_buttons(cast, client):
    made = wave_steps.closed(cast, level=1)
    url = reverse("wave-open", args=[made.wave.key])
    for name in ("client_sponsor", "supplier_sponsor"):
        client.force_login(made.account(name))
        assert 'name="phrase"' not in client.get(url).content.decode()
        client.post(url)
    made.wave.refresh_from_db()
    assert made.wave.state == "open"


@pytest.mark.parametrize(
    ("name", "status"), [("facilitator", 200), ("client_member", 200), ("outsider", 404), ("host_admin", 404)]
)
def test_who_sees_the_ceremony(closed, client, name, status):
    client.force_login(closed.account(name))
    assert client.get(reverse("wave-open", args=[closed.wave.key])).status_code == status
