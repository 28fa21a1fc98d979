"""How far the first relationship has come: every step is read from what exists, so that one can stop and come back."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from reciproque.app.directory.models import Account, Membership, Person, Relationship
from reciproque.app.shared.vocabulary import SIDES

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


def demo_personas() -> list[Persona]:
    """One chair per account: sponsors and members on both sides, facilitators between them."""
    memberships = Membership.objects.filter(
        relationship__is_demo=True, account__is_active=True, role__in=[Role.SPONSOR, Role.MEMBER, Role.FACILITATOR]
    ).select_related("account__organisation")
    chairs: dict[int, Persona] = {}
    for row in memberships.order_by("relationship_id", "role", "pk"):
        account = row.account
        company = str(account.organisation) if account.organisation else ""
        chair = Persona(account.key, str(account), str(Role(row.role).label), row.side, company)
        chairs.setdefault(account.pk, chair)
    return list(chairs.values())


def demo_account(key: str) -> Account | None:
    """The account of a demonstration chair; never the host's, nor one that also sits on a real relationship."""
    account = Account.objects.filter(key=key, is_active=True, is_host_admin=False).first()
    seats = list(Membership.objects.filter(account=account).values_list("relationship__is_demo", flat=True))
    return account if seats and all(seats) else None
