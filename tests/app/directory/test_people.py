"""People and posts by hand."""

import pytest
from django.urls import reverse

import personas
from reciproque.app.directory import actions
from reciproque.app.directory.models import Function, Person
from reciproque.app.shared import audit
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.models import AuditRecord


@pytest.fixture
def company(client, cast):
    client.force_login(cast.client_sponsor)
    return cast.relationship.client


def add(client, company, **fields):
    quality = Function.objects.get(code="quality").pk
    typed = {"first_name": "Zoé", "last_name": "Lefèvre", "email": "", "function": quality, "language": "fr", **fields}
    return client.post(reverse("person-new", args=[company.key]), typed)


def test_somebody_new_is_listed_and_recorded_for_the_own_company_only(client, company):
    add(client, company, email="Zoe@A.test", phone="06 12 34 56 78", started_on="2024-02-01")
    person = company.people.get(last_name="Lefèvre")
    assert (person.email, person.phone, person.folded_name) == ("zoe@a.test", "+33612345678", "lefevre zoe")
    record = AuditRecord.objects.latest("sequence")
    assert (record.action, record.audience, record.organisation_key) == ("person.added", "organisation", company.key)


@pytest.mark.parametrize(
    "fields",
    [
        {"last_name": ""},
        {"last_name": "=1+1"},
        {"last_name": "…"},
        {"email": "not an address"},
        {"phone": "12"},
        {"function": "9999"},
        {"started_on": "2024-02-31"},
        {"last_name": "x" * 81},
        {"language": "xx"},
    ],
)
def test_what_cannot_be_right_is_said_and_nothing_is_lost(client, company, fields):
    before = Person.objects.count()
    page = add(client, company, first_name="Marie-Anne", **fields)
    assert page.status_code == 200
    assert "Marie-Anne" in page.content.decode()
    assert "field-error" in page.content.decode()
    assert Person.objects.count() == before


def test_two_people_never_share_an_address_in_a_company(client, company):
    add(client, company, email="zoe@a.test")
    page = add(client, company, email="ZOE@a.test", last_name="Autre").content.decode()
    assert "is-error" in page
    assert not company.people.filter(last_name="Autre").exists()
    other = personas.organisation()
    actions.add_person(by=audit.SYSTEM, organisation=other, first_name="", last_name="Autre", email="zoe@a.test")
    assert other.people.count() == 1


def test_a_function_of_another_company_cannot_be_borrowed(client, company):
    foreign = actions.add_function(by=audit.SYSTEM, organisation=personas.organisation(), name_fr="Peinture")
    assert add(client, company, function=foreign.pk).status_code == 200
    assert not company.people.filter(last_name="Lefèvre").exists()
    with pytest.raises(Refused):
        actions.add_person(by=audit.SYSTEM, organisation=company, first_name="", last_name="X", function=foreign)


def test_a_change_of_post_keeps_the_history(client, company):
    add(client, company, started_on="2024-02-01")
    person = company.people.get(last_name="Lefèvre")
    purchasing = Function.objects.get(code="purchasing").pk
    client.post(reverse("person-post", args=[person.key]), {"new-function": purchasing, "new-started_on": "2026-03-01"})
    old, new = person.posts.order_by("started_on")
    assert (old.ended_on.isoformat(), new.ended_on) == ("2026-02-28", None)
    client.post(reverse("person-end", args=[person.key]), {"end-ended_on": "2026-06-30"})
    assert person.posts.filter(ended_on=None).count() == 0


@pytest.mark.parametrize("day", ["2023-01-01", "", "2024-02-30"])
def test_a_post_never_ends_before_it_began(client, company, day):
    add(client, company, started_on="2024-02-01")
    person = company.people.get(last_name="Lefèvre")
    page = client.post(reverse("person-end", args=[person.key]), {"end-ended_on": day})
    assert page.status_code == 200
    assert person.posts.get().ended_on is None


def test_a_function_can_be_added_once(client, company):
    url = reverse("organisation-functions", args=[company.key])
    client.post(url, {"name_fr": "Métrologie", "name_en": "Metrology"})
    client.post(url, {"name_fr": "METROLOGIE", "name_en": ""})
    client.post(url, {"name_fr": "qualité", "name_en": ""})
    assert list(Function.objects.filter(organisation=company).values_list("name_fr", flat=True)) == ["Métrologie"]


def test_a_company_name_is_taken_once_whatever_its_spelling(client, cast):
    client.force_login(cast.host_admin)
    client.post(reverse("organisation-new"), {"name": "Forge Tressac", "country": "FR"})
    page = client.post(reverse("organisation-new"), {"name": "FORGE  TRESSAC", "country": "FR"}).content.decode()
    assert "is-error" in page
