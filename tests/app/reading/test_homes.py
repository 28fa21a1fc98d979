"""The list of relationships and the home of one: where each stands, both views face to face, the same for both."""

from __future__ import annotations

import html
import re

import pytest
from django.urls import reverse

import personas
import worlds
from reciproque.app.directory.models import Membership


def text_of(response) -> str:
    body = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"[\s\xa0\u202f]+", " ", html.unescape(body))


@pytest.fixture
def opened(named):
    return worlds.opened(named.relationship, numbers=(9, 13), complete=(11, 15))


def seats(account, number):
    for _ in range(number):
        other = personas.cast()
        Membership.objects.create(relationship=other.relationship, account=account, role="member", side="client")
        worlds.opened(other.relationship, numbers=(5, 5))


def test_home_shows_both_views_and_never_one_figure(named, opened, client):
    client.force_login(named.client_member)
    said = text_of(client.get(reverse("home")))
    assert "Valmorine Aérostructures voit Forge Tressac 74" in said
    assert "Forge Tressac voit Valmorine Aérostructures 49" in said
    assert "La vague 1 est ouverte" in said


def test_home_shows_only_relationships_one_has_a_role_on(named, opened, client):
    client.force_login(named.outsider)
    response = client.get(reverse("home"))
    assert response.status_code == 302 or "Valmorine" not in text_of(response)


def test_home_sends_whoever_runs_the_site_to_the_guided_start(named, client):
    client.force_login(named.host_admin)
    assert client.get(reverse("home")).url == reverse("start")


def test_home_greets_an_account_without_a_role(named, client):
    client.force_login(named.outsider)
    response = client.get(reverse("home"))
    assert response.status_code == 200
    assert "Rien à lire pour l’instant." in text_of(response)


@pytest.mark.parametrize("number", [1, 3])
def test_home_needs_as_many_queries_for_one_as_for_three(named, opened, client, number, django_assert_num_queries):
    seats(named.client_member, number - 1)
    client.force_login(named.client_member)
    client.get(reverse("home"))
    with django_assert_num_queries(9):
        assert client.get(reverse("home")).content.count(b"relation-row") == number


STATES = ["draft", "sealing", "collecting", "closing", "closed", "cancelled", "purged"]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", ["client_sponsor", "supplier_member", "facilitator"])
def test_every_state_of_a_wave_has_its_words(named, client, state, name):
    worlds.wave(named.relationship, state=state)
    client.force_login(getattr(named, name))
    assert client.get(reverse("home")).status_code == 200
    home = client.get(reverse("relationship", args=[named.relationship.key]))
    assert home.status_code == 200
    assert "Pas encore mesuré" in text_of(home)


def test_both_companies_read_the_same_home(named, opened, client):
    pages = []
    for name in ("client_member", "supplier_member"):
        client.force_login(getattr(named, name))
        page = client.get(reverse("relationship", args=[named.relationship.key])).content.decode()
        pages.append(page[page.index("<main") : page.index("</main>")])
    assert pages[0] == pages[1]


SEEN_BY = [("observer", 200), ("client_deputy", 200), ("outsider", 404), ("host_admin", 404)]


@pytest.mark.parametrize(("name", "status"), SEEN_BY)
def test_who_sees_a_relationship(named, client, name, status):
    client.force_login(getattr(named, name))
    assert client.get(reverse("relationship", args=[named.relationship.key])).status_code == status


def test_the_second_wave_says_what_changed(named, opened, client):
    levels = {**worlds.S1_LATER, "supplier": {**worlds.S1_LATER["supplier"], **dict.fromkeys("FCIBDA", 80)}}
    worlds.opened(named.relationship, numbers=(14, 19), number=2, levels=levels, complete=(15, 20))
    client.force_login(named.supplier_sponsor)
    said = text_of(client.get(reverse("relationship", args=[named.relationship.key])))
    assert "Hausse nette depuis mars 2026 (49)" in said
    assert "On ne peut pas parler de changement depuis mars 2026 (74)" in said


def test_nothing_measured_leads_to_the_first_wave(named, client):
    client.force_login(named.client_sponsor)
    said = text_of(client.get(reverse("relationship", args=[named.relationship.key])))
    assert "Rien n’a encore été mesuré." in said
    assert "Préparer la première vague" in said
    client.force_login(named.client_member)
    assert "Préparer la première vague" not in text_of(
        client.get(reverse("relationship", args=[named.relationship.key]))
    )
