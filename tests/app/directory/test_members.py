"""Giving and taking roles: who may, on which side, and what the other company learns of it."""

import pytest
from django.urls import reverse

import personas
from reciproque.app.directory import actions
from reciproque.app.directory.models import Account, Membership, Relationship
from reciproque.app.shared import audit
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.models import AuditRecord

SEATS = [
    (role, side)
    for role in ("sponsor", "deputy", "facilitator", "member", "observer")
    for side in ("client", "supplier", "neutral")
    if side != "neutral" or role in ("facilitator", "observer")
]
MAY_GIVE = {
    "facilitator": set(SEATS),
    "client_sponsor": {("deputy", "client"), ("member", "client"), ("observer", "client")},
    "host_admin": {("sponsor", "client"), ("sponsor", "supplier"), ("facilitator", "neutral")},
    "supplier_sponsor": {("deputy", "supplier"), ("member", "supplier"), ("observer", "supplier")},
}


def give(client, cast, role, side, email="new@x.test"):
    url = reverse("relationship-members", args=[cast.relationship.key])
    return client.post(url, {"name": "Alice Client", "email": email, "seat": f"{role}:{side}", "language": "fr"})


@pytest.mark.parametrize(
    "who",
    [
        "facilitator",
        "client_sponsor",
        "supplier_sponsor",
        "client_deputy",
        "client_member",
        "observer",
        "outsider",
        "host_admin",
    ],
)
@pytest.mark.parametrize("seat", SEATS, ids=lambda seat: "-".join(seat))
def test_roles_are_given_by_those_who_may_only(client, cast, who, seat):
    cast.relationship.memberships.filter(role=seat[0], side=seat[1]).exclude(account=getattr(cast, who)).delete()
    allowed = seat in MAY_GIVE.get(who, set())
    client.force_login(getattr(cast, who))
    before = AuditRecord.objects.count()
    give(client, cast, *seat)
    made = Membership.objects.filter(relationship=cast.relationship, account__email="new@x.test").exists()
    assert made == allowed
    assert AuditRecord.objects.count() - before == int(allowed)


def test_a_side_facilitator_manages_own_side_and_names_no_facilitator(client, cast):
    employee = personas.account("employee", cast.relationship.client)
    Membership.objects.create(relationship=cast.relationship, account=employee, role="facilitator", side="client")
    client.force_login(employee)
    for number, (role, side) in enumerate(
        [("member", "supplier"), ("facilitator", "neutral"), ("facilitator", "client"), ("observer", "neutral")]
    ):
        give(client, cast, role, side, f"n{number}@x.test")
    assert not Account.objects.filter(email__startswith="n").filter(email__endswith="@x.test").exists()
    give(client, cast, "member", "client", "ok@x.test")
    assert Account.objects.get(email="ok@x.test").organisation == cast.relationship.client


def test_an_invited_account_has_no_password_and_a_verified_address(client, cast):
    client.force_login(cast.client_sponsor)
    give(client, cast, "member", "client")
    account = Account.objects.get(email="new@x.test")
    assert not account.has_usable_password()
    assert account.emailaddress_set.get().verified


def test_nothing_is_kept_when_the_record_cannot_be_written(cast, monkeypatch):
    def broken(**_fields):
        raise OSError

    monkeypatch.setattr("reciproque.app.directory.actions.members.record", broken)
    with pytest.raises(OSError):
        actions.add_member(
            by=audit.SYSTEM, relationship=cast.relationship, email="new@x.test", name="x", role="member", side="client"
        )
    assert not Account.objects.filter(email="new@x.test").exists()


@pytest.mark.parametrize(
    ("role", "side", "whose"),
    [
        ("facilitator", "neutral", "client_company"),
        ("member", "client", "supplier_company"),
        ("deputy", "supplier", "client_company"),
        ("member", "client", "client_member"),
        ("sponsor", "client", "new"),
        ("member", "neutral", "new"),
        ("sponsor", "neutral", "new"),
    ],
)
def test_seats_that_make_no_sense_are_refused_in_words(cast, role, side, whose):
    emails = {
        "new": "new@x.test",
        "client_member": cast.client_member.email,
        "client_company": personas.account("c", cast.relationship.client).email,
        "supplier_company": personas.account("s", cast.relationship.supplier).email,
    }
    with pytest.raises(Refused) as refusal:
        actions.add_member(
            by=audit.SYSTEM, relationship=cast.relationship, email=emails[whose], name="x", role=role, side=side
        )
    assert refusal.value.message.endswith(".")
    assert not Account.objects.filter(email="new@x.test").exists()


def test_revoking_closes_the_door_at_once(client, cast):
    client.force_login(cast.client_sponsor)
    url = reverse("member-revoke", args=[cast.relationship.key, cast.client_member.key])
    assert client.get(url).status_code == 405
    client.post(url)
    client.force_login(cast.client_member)
    assert client.get(reverse("relationship-members", args=[cast.relationship.key])).status_code == 404


@pytest.mark.parametrize(
    ("who", "whom", "possible"),
    [
        ("client_sponsor", "client_deputy", True),
        ("client_sponsor", "supplier_member", False),
        ("client_sponsor", "supplier_sponsor", False),
        ("client_sponsor", "facilitator", False),
        ("client_sponsor", "client_sponsor", False),
        ("client_deputy", "client_member", False),
        ("facilitator", "client_sponsor", True),
        ("facilitator", "supplier_member", True),
        ("facilitator", "facilitator", False),
        ("client_member", "client_member", False),
        ("outsider", "client_member", False),
        ("host_admin", "client_sponsor", False),
    ],
)
def test_who_may_take_a_role_away(client, cast, who, whom, possible):
    client.force_login(getattr(cast, who))
    answer = client.post(reverse("member-revoke", args=[cast.relationship.key, getattr(cast, whom).key]))
    gone = not Membership.objects.filter(relationship=cast.relationship, account=getattr(cast, whom)).exists()
    assert gone == possible
    assert answer.status_code == (302 if possible else 404)


def test_the_host_corrects_a_mistaken_address_but_removes_nobody_who_came_in(client, cast):
    cast.relationship.memberships.filter(account=cast.facilitator).delete()
    client.force_login(cast.host_admin)
    url = reverse("member-revoke", args=[cast.relationship.key, cast.client_sponsor.key])
    Account.objects.filter(pk=cast.client_sponsor.pk).update(last_login="2026-01-01T10:00:00Z")
    assert client.post(url).status_code == 404
    Account.objects.filter(pk=cast.client_sponsor.pk).update(last_login=None)
    assert client.post(url).status_code == 302


def test_a_sponsor_taken_away_is_read_by_both_companies(client, cast):
    client.force_login(cast.facilitator)
    client.post(reverse("member-revoke", args=[cast.relationship.key, cast.client_sponsor.key]))
    client.force_login(cast.supplier_member)
    assert cast.client_sponsor.name in client.get(reverse("log", args=[cast.relationship.key])).content.decode()


def test_members_of_the_other_side_and_their_addresses_stay_hidden(client, cast):
    client.force_login(cast.supplier_sponsor)
    page = client.get(reverse("relationship-members", args=[cast.relationship.key])).content.decode()
    assert "client sponsor" in page
    assert "client member" not in page
    assert cast.client_sponsor.email not in page
    assert cast.supplier_member.email in page


# ---------------------------------------------------------------- relationships
def test_opening_a_relationship_creates_the_companies_it_names(client, cast):
    client.force_login(cast.host_admin)
    client.post(
        reverse("relationship-new"),
        {"client": "Valmorine Aérostructures", "supplier": "Forge Tressac", "perimeter": ""},
    )
    made = Relationship.objects.get(client__name="Valmorine Aérostructures")
    assert made.supplier.name == "Forge Tressac"
    client.post(
        reverse("relationship-new"),
        {"client": "VALMORINE AEROSTRUCTURES", "supplier": "forge tressac", "perimeter": "Titane"},
    )
    assert Relationship.objects.filter(client=made.client, supplier=made.supplier).count() == 2


@pytest.mark.parametrize("supplier", ["Même Maison", "meme  maison", "", "=cmd()", "…"])
def test_a_relationship_needs_two_companies(client, cast, supplier):
    client.force_login(cast.host_admin)
    before = Relationship.objects.count(), AuditRecord.objects.count()
    page = client.post(reverse("relationship-new"), {"client": "Même Maison", "supplier": supplier})
    assert page.status_code == 200
    assert (Relationship.objects.count(), AuditRecord.objects.count()) == before


def test_the_same_relationship_twice_is_refused_and_keeps_what_was_typed(client, cast):
    client.force_login(cast.host_admin)
    fields = {"client": "Un", "supplier": "Deux", "perimeter": "Usine"}
    client.post(reverse("relationship-new"), fields)
    page = client.post(reverse("relationship-new"), fields).content.decode()
    assert "is-error" in page
    assert 'value="Usine"' in page
