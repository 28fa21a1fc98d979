"""Who may open which screen of the directory, and how many queries the lists cost."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

import personas
from reciproque.app.directory.models import Function, Membership
from reciproque.app.shared import clock
from reciproque.app.shared.models import AuditRecord

EVERYBODY = (
    "client_sponsor",
    "supplier_sponsor",
    "client_deputy",
    "supplier_deputy",
    "client_member",
    "supplier_member",
    "facilitator",
    "observer",
    "outsider",
    "host_admin",
)


def status(client, account, url, method="get"):
    client.logout()
    if account is not None:
        client.force_login(account)
    return getattr(client, method)(url).status_code


def anonymised(response) -> str:
    """The page without its one-time tokens and without the address that was asked."""
    return re.sub(r"[A-Za-z0-9]{64}|/directory/[^\"]*", "", response.content.decode())


def pages(cast):
    buyer = cast.relationship.client
    someone = buyer.people.first()
    keepers = {"client_sponsor", "client_deputy", "facilitator", "host_admin"}
    readers = keepers | {"client_member"}
    members = set(EVERYBODY) - {"outsider", "host_admin"}
    return {
        reverse("directory"): set(EVERYBODY),
        reverse("help"): set(EVERYBODY),
        reverse("log"): set(EVERYBODY),
        reverse("account-profile"): set(EVERYBODY),
        reverse("start"): {"host_admin"},
        reverse("organisation-new"): {"host_admin"},
        reverse("relationship-new"): {"host_admin"},
        reverse("people") + f"?company={buyer.key}": readers,
        reverse("person", args=[someone.key]): readers,
        reverse("organisation", args=[buyer.key]): keepers,
        reverse("organisation-functions", args=[buyer.key]): keepers,
        reverse("person-new", args=[buyer.key]): keepers,
        reverse("export-csv", args=[buyer.key]): readers,
        reverse("export-xlsx", args=[buyer.key]): readers,
        reverse("import-people"): keepers | {"supplier_sponsor", "supplier_deputy"},
        reverse("relationship-members", args=[cast.relationship.key]): members,
        reverse("log", args=[cast.relationship.key]): members,
    }


@pytest.mark.parametrize("who", EVERYBODY)
def test_each_screen_opens_for_those_it_concerns_only(client, cast, who):
    for url, allowed in pages(cast).items():
        assert status(client, getattr(cast, who), url) == (200 if who in allowed else 404), url


def test_an_anonymous_visitor_sees_help_and_nothing_else(client, cast):
    for url in pages(cast):
        assert status(client, None, url) == (200 if url == reverse("help") else 302), url


@pytest.mark.parametrize("who", ["supplier_sponsor", "client_member", "observer", "outsider"])
def test_writing_to_the_other_side_is_as_if_it_did_not_exist(client, cast, who):
    buyer = cast.relationship.client
    someone = buyer.people.first()
    client.force_login(getattr(cast, who))
    for url in (
        reverse("person-new", args=[buyer.key]),
        reverse("person", args=[someone.key]),
        reverse("person-post", args=[someone.key]),
        reverse("person-end", args=[someone.key]),
        reverse("organisation", args=[buyer.key]),
        reverse("organisation-functions", args=[buyer.key]),
        reverse("import-confirm", args=[buyer.key]),
        reverse("organisation-new"),
        reverse("relationship-new"),
    ):
        before = AuditRecord.objects.count()
        absent = client.post(url.replace(buyer.key, "2" * 12).replace(someone.key, "2" * 12), {"last_name": "X"})
        forbidden = client.post(url, {"last_name": "X", "first_name": "Y", "language": "fr"})
        assert forbidden.status_code == absent.status_code == 404
        if who != "client_member":
            assert anonymised(forbidden) == anonymised(absent)
        assert AuditRecord.objects.count() == before


def test_a_host_admin_who_sits_on_one_side_does_not_look_at_the_other(client, cast):
    Membership.objects.filter(account=cast.client_member).delete()
    Membership.objects.create(relationship=cast.relationship, account=cast.host_admin, role="member", side="client")
    client.force_login(cast.host_admin)
    assert client.get(reverse("people") + f"?company={cast.relationship.client.key}").status_code == 200
    assert client.get(reverse("people") + f"?company={cast.relationship.supplier.key}").status_code == 404
    assert client.get(reverse("export-csv", args=[cast.relationship.supplier.key])).status_code == 404


def test_a_facilitator_employed_by_the_client_sees_the_clients_people_only(client, cast):
    employee = personas.account("employee", cast.relationship.client)
    Membership.objects.create(relationship=cast.relationship, account=employee, role="facilitator", side="client")
    client.force_login(employee)
    assert client.get(reverse("people") + f"?company={cast.relationship.client.key}").status_code == 200
    assert client.get(reverse("people") + f"?company={cast.relationship.supplier.key}").status_code == 404


def test_no_page_names_a_person_of_the_other_company(client, cast):
    names = [person.last_name for person in cast.relationship.client.people.all()]
    client.force_login(cast.supplier_sponsor)
    for url in (
        reverse("directory"),
        reverse("people"),
        reverse("log"),
        reverse("relationship-members", args=[cast.relationship.key]),
    ):
        body = client.get(url).content.decode()
        assert not any(name in body for name in names)


# ---------------------------------------------------------------- the list
@pytest.mark.parametrize("more", [0, 2])
def test_the_list_of_people_costs_the_same_for_one_and_for_three(client, cast, more, django_assert_num_queries):
    company = personas.organisation()
    account = personas.account("reader", company)
    for _ in range(1 + more):
        personas.person(company)
    client.force_login(account)
    with django_assert_num_queries(QUERIES["people"]):
        body = client.get(reverse("people")).content.decode()
    assert body.count('data-label="E-mail"') == 1 + more


@pytest.mark.parametrize("more", [0, 2])
def test_the_members_page_costs_the_same_whatever_their_number(client, cast, more, django_assert_num_queries):
    for number in range(more):
        account = personas.account(f"extra {number}", cast.relationship.client)
        Membership.objects.create(relationship=cast.relationship, account=account, role="member", side="client")
    client.force_login(cast.facilitator)
    with django_assert_num_queries(QUERIES["members"]):
        client.get(reverse("relationship-members", args=[cast.relationship.key]))


@pytest.mark.parametrize("more", [0, 2])
def test_the_directory_costs_the_same_whatever_the_number_of_companies(client, cast, more, django_assert_num_queries):
    for _ in range(more):
        personas.organisation()
    client.force_login(cast.host_admin)
    with django_assert_num_queries(QUERIES["directory"]):
        client.get(reverse("directory"))


QUERIES = {"people": 11, "members": 8, "directory": 7}


def test_search_ignores_accents_and_case(client, cast):
    company, quality = cast.relationship.client, Function.objects.get(code="quality")
    client.force_login(cast.client_sponsor)
    client.post(
        reverse("person-new", args=[company.key]),
        {"first_name": "Zoé", "last_name": "Lefèvre", "language": "fr", "function": quality.pk},
    )
    body = client.get(reverse("people"), {"company": company.key, "q": "LEFEVRE zoe"}).content.decode()
    assert "Lefèvre" in body
    assert body.count("<tr>") == 2


def test_names_are_sorted_as_in_a_directory_accents_aside(client, cast):
    company = cast.relationship.client
    for name in ("Zola", "Étienne", "etcheverry", "Faure"):
        personas.person(company, last_name=name)
    client.force_login(cast.client_sponsor)
    body = client.get(reverse("people"), {"company": company.key}).content.decode()
    places = [body.index(f"First {name}<") for name in ("etcheverry", "Étienne", "Faure", "Zola")]
    assert places == sorted(places)


def test_filter_by_function_and_those_who_left(client, cast):
    company = cast.relationship.client
    buyer = personas.person(company, function="purchasing", last_name="Acheteuse")
    client.force_login(cast.client_sponsor)
    client.post(reverse("person-end", args=[buyer.key]), {"end-ended_on": clock.today() - timedelta(days=30)})
    present = client.get(reverse("people"), {"company": company.key}).content.decode()
    gone = client.get(reverse("people"), {"company": company.key, "left": "on"}).content.decode()
    assert "Acheteuse" not in present
    assert "Acheteuse" in gone
    none = client.get(reverse("people"), {"company": company.key, "function": "purchasing"}).content.decode()
    assert "<tr>" not in none


@pytest.mark.parametrize("query", ["page=9999", "page=x", "function=nothing", "q=%00", "left=maybe", "q=" + "a" * 500])
def test_odd_parameters_show_a_list_all_the_same(client, cast, query):
    client.force_login(cast.client_sponsor)
    assert client.get(f"{reverse('people')}?{query}").status_code == 200
