"""A relationship and the people around it, for tests: one function per thing, everything overridable."""

from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from itertools import count

from django.utils import timezone

from reciproque.app.directory.models import Account, Function, Membership, Organisation, Person, Post, Relationship
from reciproque.app.directory.names import folded_person

_numbers = count(1001)  # of one width: no name is the beginning of another


def organisation(name: str = "") -> Organisation:
    name = name or f"Company {next(_numbers)}"
    return Organisation.objects.create(name=name, folded_name=name.casefold())


def functions() -> None:
    """The shared list, which a test with real commits leaves empty behind it."""
    shared = import_module("reciproque.app.migrations.0003_functions").FUNCTIONS
    if Function.objects.filter(organisation=None).count() < len(shared):
        for rank, (code, french, english) in enumerate(shared, start=1):
            names = {"name_fr": french, "name_en": english, "rank": rank * 10}
            Function.objects.get_or_create(code=code, organisation=None, defaults=names)


def person(
    at: Organisation, *, function: str = "quality", email: str = "", first_name: str = "", last_name: str = ""
) -> Person:
    number = next(_numbers)
    last_name = last_name or f"Name{number}"
    made = Person.objects.create(
        organisation=at,
        first_name=first_name or "First",
        last_name=last_name,
        folded_name=folded_person(first_name or "First", last_name),
        email=email or f"person{number}@example.test",
    )
    Post.objects.create(
        person=made, function=Function.objects.get(code=function), started_on=timezone.localdate() - timedelta(days=400)
    )
    return made


def account(name: str, at: Organisation | None = None, **fields: object) -> Account:
    return Account.objects.create_user(
        f"{name.replace(' ', '.').lower()}{next(_numbers)}@example.test",
        "a long password",
        name=name,
        organisation=at,
        **fields,
    )


@dataclass(frozen=True)
class Cast:
    """Everybody a screen must be tried with."""

    relationship: Relationship
    client_sponsor: Account
    supplier_sponsor: Account
    client_deputy: Account
    supplier_deputy: Account
    client_member: Account
    supplier_member: Account
    facilitator: Account
    observer: Account
    outsider: Account
    host_admin: Account


def cast(*, client: str = "", supplier: str = "", people: int = 0) -> Cast:
    buyer, seller = organisation(client), organisation(supplier)
    relationship = Relationship.objects.create(client=buyer, supplier=seller)
    roles = {
        "client_sponsor": ("sponsor", "client", buyer),
        "supplier_sponsor": ("sponsor", "supplier", seller),
        "client_deputy": ("deputy", "client", buyer),
        "supplier_deputy": ("deputy", "supplier", seller),
        "client_member": ("member", "client", buyer),
        "supplier_member": ("member", "supplier", seller),
        "facilitator": ("facilitator", "neutral", None),
        "observer": ("observer", "neutral", None),
    }
    made = {}
    for name, (role, side, company) in roles.items():
        made[name] = account(name.replace("_", " "), company)
        Membership.objects.create(relationship=relationship, account=made[name], role=role, side=side)
    for company in (buyer, seller):
        for _ in range(people):
            person(company)
    return Cast(
        relationship=relationship,
        outsider=account("outsider", organisation()),
        host_admin=account("host", None, is_host_admin=True),
        **made,
    )
