"""The guided page: from empty to a first relationship, resumable at any step."""

import re

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

import personas
from reciproque.app.directory.models import Account, Relationship


@pytest.fixture
def host(client, db):
    account = personas.account("host", None, is_host_admin=True)
    client.force_login(account)
    return account


def current_step(client) -> int:
    body = client.get(reverse("start")).content.decode()
    if 'class="steps-list"' not in body:
        return 1
    steps = body[body.index('class="steps-list"') :].split("<li")[1:]
    return next(number for number, step in enumerate(steps, start=1) if 'aria-current="step"' in step.split(">")[0])


def give(client, email, seat):
    url = reverse("relationship-members", args=[Relationship.objects.get().key])
    return client.post(url, {"name": "Somebody", "email": email, "seat": seat, "language": "fr", "then": "start"})


def test_from_empty_to_the_first_wave(client, host):
    assert current_step(client) == 1
    client.post(reverse("relationship-new"), {"client": "Valmorine", "supplier": "Tressac"})
    assert current_step(client) == 2
    assert give(client, "a@x.test", "sponsor:client")["Location"] == reverse("start")
    assert current_step(client) == 2
    give(client, "b@x.test", "sponsor:supplier")
    assert current_step(client) == 3
    give(client, "c@x.test", "facilitator:neutral")
    assert current_step(client) == 4
    relationship = Relationship.objects.get()
    for company in (relationship.client, relationship.supplier):
        for _ in range(5):
            personas.person(company)
    assert current_step(client) == 5


def test_once_both_companies_hold_the_relationship_the_host_is_out(client, host):
    client.post(reverse("relationship-new"), {"client": "Valmorine", "supplier": "Tressac"})
    for email, seat in (
        ("a@x.test", "sponsor:client"),
        ("b@x.test", "sponsor:supplier"),
        ("c@x.test", "facilitator:neutral"),
    ):
        give(client, email, seat)
    assert give(client, "d@x.test", "facilitator:neutral").status_code == 404
    assert not Account.objects.filter(email="d@x.test").exists()


def test_the_guide_never_counts_the_people_of_a_company(client, host):
    client.post(reverse("relationship-new"), {"client": "Valmorine", "supplier": "Tressac"})
    for _ in range(37):
        personas.person(Relationship.objects.get().supplier)
    words = strip_tags(client.get(reverse("start")).content.decode())
    assert "Tressac" in words
    assert not re.search(r"\b37\b", words)
