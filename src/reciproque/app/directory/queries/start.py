"""How far the first relationship has come: every step is read from what exists, so that one can stop and come back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from reciproque.app.directory.models import Account, Membership, Person, Relationship
from reciproque.app.shared.vocabulary import SIDES, Seat, Side

Role = Membership.Role


@dataclass(frozen=True)
class Progress:
    """What a relationship has and what it still lacks before its first wave."""

    relationship: Relationship
    sponsors: dict[str, str]
    facilitators: tuple[str, ...]
    people: dict[str, int]

    @property
    def missing_sponsors(self) -> tuple[str, ...]:
        return tuple(side for side in SIDES if side not in self.sponsors)

    @property
    def has_people(self) -> bool:
        return all(self.people[side] >= 5 for side in SIDES)

    @property
    def step(self) -> str:
        if self.missing_sponsors:
            return "sponsors"
        if not self.facilitators:
            return "facilitator"
        return "wave" if self.has_people else "people"


def progress(relationship: Relationship) -> Progress:
    members = list(relationship.memberships.select_related("account"))
    counts = dict(
        Person.objects.filter(organisation__in=[relationship.client_id, relationship.supplier_id])
        .exclude(last_name="")
        .values_list("organisation")
        .annotate(listed=Count("pk"))
    )
    return Progress(
        relationship=relationship,
        sponsors={member.side: str(member.account) for member in members if member.role == Role.SPONSOR},
        facilitators=tuple(str(member.account) for member in members if member.role == Role.FACILITATOR),
        people={side: counts.get(relationship.organisation(side).pk, 0) for side in SIDES},
    )


def relationships_being_set_up() -> QuerySet[Relationship]:
    """Newest first."""
    return Relationship.objects.filter(is_demo=False).select_related("client", "supplier").order_by("-pk")


@dataclass(frozen=True)
class Persona:
    """A chair of the demonstration."""

    key: str
    name: str
    role: str
    side: str
    organisation: str


@dataclass(frozen=True)
class DemoStory:
    """Two companies of the demonstration, what they do together, and the chairs one may take on each side."""

    pair: tuple[int, int]
    companies: str
    perimeters: tuple[str, ...]
    client: tuple[Persona, ...]
    supplier: tuple[Persona, ...]


CHAIRS = (Role.SPONSOR, Role.DEPUTY, Role.MEMBER, Role.FACILITATOR)


def demo_stories() -> list[DemoStory]:
    """In the order they are told: those who sponsor first, then those who stand in for them, then the others."""
    told: dict[tuple[int, int], list[Membership]] = {}
    for row in _demo_seats():
        told.setdefault((row.relationship.client_id, row.relationship.supplier_id), []).append(row)
    return [
        DemoStory(
            pair=pair,
            companies=str(rows[0].relationship),
            perimeters=tuple(dict.fromkeys(row.relationship.perimeter for row in rows)),
            client=_chairs(row for row in rows if row.side == Side.CLIENT),
            supplier=_chairs(row for row in rows if row.side == Side.SUPPLIER),
        )
        for pair, rows in told.items()
    ]


def demo_third_parties() -> tuple[Persona, ...]:
    """Those who sit between the two companies, in one story or several."""
    return _chairs(row for row in _demo_seats() if row.side == Seat.NEUTRAL)


def _demo_seats() -> QuerySet[Membership]:
    seats = Membership.objects.filter(relationship__is_demo=True, account__is_active=True, role__in=CHAIRS)
    return seats.select_related("account__organisation", "relationship__client", "relationship__supplier").order_by(
        "relationship_id", "pk"
    )


def _chairs(rows: Iterable[Membership]) -> tuple[Persona, ...]:
    chairs: dict[int, Persona] = {}
    for row in sorted(rows, key=lambda row: CHAIRS.index(Role(row.role))):
        account = row.account
        company = str(account.organisation) if account.organisation else ""
        chairs.setdefault(account.pk, Persona(account.key, str(account), row.role, row.side, company))
    return tuple(chairs.values())


def demo_account(key: str) -> Account | None:
    """The account of a demonstration chair; never the host's, nor one that also sits on a real relationship."""
    account = Account.objects.filter(key=key, is_active=True, is_host_admin=False).first()
    seats = list(Membership.objects.filter(account=account).values_list("relationship__is_demo", flat=True))
    return account if seats and all(seats) else None
