"""Fetch-and-check for promises. Absent and forbidden give the same 404.

A promise belongs to both companies: everybody seated on the relationship reads it. Each owner acts personally.
Exposed sponsors are read and named by their own company only; a calendar by whoever has its address.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.http import Http404

from reciproque.app.commitments.models import CalendarAddress, Change, Commitment, ExposedSponsor, State
from reciproque.app.directory.access import relationship_for
from reciproque.app.directory.models import Account, Membership, Relationship
from reciproque.app.shared.vocabulary import SIDES, other_side

Role = Membership.Role
CARRY = (Role.SPONSOR, Role.DEPUTY, Role.MEMBER)
NAME_OWNERS = (Role.SPONSOR, Role.DEPUTY)
PROPOSE = (*CARRY, Role.FACILITATOR)


@dataclass(frozen=True)
class Chair:
    """Somebody in front of the promises of a relationship."""

    relationship: Relationship
    membership: Membership

    @property
    def account(self) -> Account:
        return self.membership.account

    @property
    def side(self) -> str:
        """The side on which the reader sits; empty for a neutral third party."""
        return str(self.membership.side) if self.membership.side in SIDES else ""

    @property
    def proposes(self) -> bool:
        return proposes(self.membership)

    @property
    def exposes(self) -> bool:
        """Whether the reader's own company names exposed sponsors here: never a third party."""
        return exposes(self.membership)


def proposes(membership: Membership | None) -> bool:
    return membership is not None and membership.role in PROPOSE


def carries(membership: Membership | None) -> str:
    """The side for which somebody may own a promise; empty for none."""
    if membership is None or membership.role not in CARRY or membership.side not in SIDES:
        return ""
    return str(membership.side)


def names_owners(membership: Membership | None) -> str:
    """The side whose owners somebody may name: the own one, for the sponsor and the deputy."""
    if membership is None or membership.role not in NAME_OWNERS:
        return ""
    return str(membership.side)


def exposes(membership: Membership | None) -> bool:
    return bool(carries(membership))


def chair_for(account: Account, key: str) -> Chair:
    """The relationship of that key, and the account's seat on it."""
    relationship, membership = relationship_for(account, key)
    membership.account = account
    return Chair(relationship, membership)


def promises() -> QuerySet[Commitment]:
    return Commitment.objects.select_related(
        "relationship__client", "relationship__supplier", "owner_client", "owner_supplier", "proposed_by"
    )


def seats_offered(chair: Chair, side: str) -> QuerySet[Membership]:
    """Whom this reader may name as owner on a side: all of the own side, opposite only who holds its keys."""
    seats = Membership.objects.filter(relationship=chair.relationship, side=side, role__in=CARRY)
    neutral_facilitator = chair.membership.role == Role.FACILITATOR and not chair.side
    if chair.side != side and not neutral_facilitator:
        seats = seats.filter(role__in=NAME_OWNERS)
    return seats.select_related("account").order_by("account__name", "pk")


def promise_for(account: Account, key: str) -> tuple[Commitment, Chair]:
    """A promise of a relationship on which the account has a seat."""
    commitment = promises().filter(key=key).first()
    if commitment is None:
        raise Http404
    membership = Membership.objects.filter(relationship=commitment.relationship, account=account).first()
    if membership is None:
        raise Http404
    membership.account = account
    return commitment, Chair(commitment.relationship, membership)


def owned_side(commitment: Commitment, account: Account | None) -> str:
    """The side for which the account owns this promise; empty for none."""
    if account is None:
        return ""
    return next((side for side in SIDES if commitment.owner(side) == account), "")


def takes_back(commitment: Commitment, membership: Membership | None) -> bool:
    """Who may take an offer back before both have accepted: whoever made it, and the keys of that side."""
    if membership is None or commitment.state != State.PROPOSED:
        return False
    own = membership.side == commitment.proposed_side
    return membership.account_id == commitment.proposed_by_id or (own and membership.role in NAME_OWNERS)


def answers_change(change: Change, commitment: Commitment, account: Account | None) -> bool:
    """Other terms and a release are answered by the owner opposite the one who asks."""
    side = owned_side(commitment, account)
    return bool(side) and change.status == Change.Status.PENDING and change.side == other_side(side)


def before_its_date(commitment: Commitment, today: date) -> bool:
    return commitment.state == State.OPEN and today <= commitment.due_on


# ---------------------------------------------------------------- the own company's business
def exposed_for(chair: Chair) -> QuerySet[ExposedSponsor]:
    """The exposed sponsors of the reader's own company on this relationship."""
    if not chair.exposes:
        raise Http404
    company = chair.relationship.organisation(chair.side)
    rows = ExposedSponsor.objects.filter(organisation=company, commitment__relationship=chair.relationship)
    return rows.select_related("person", "commitment")


def exposed_by(commitment: Commitment, chair: Chair) -> list[ExposedSponsor]:
    """Those of the reader's own company whom this promise exposes; nobody for a third party or the other company."""
    return list(exposed_for(chair).filter(commitment=commitment)) if chair.exposes else []


def exposed_row_for(account: Account, key: str) -> tuple[ExposedSponsor, Chair]:
    row = ExposedSponsor.objects.filter(key=key).select_related("commitment__relationship", "person").first()
    if row is None:
        raise Http404
    chair = chair_for(account, row.commitment.relationship.key)
    if not exposed_for(chair).filter(pk=row.pk).exists():
        raise Http404
    return row, chair


# ---------------------------------------------------------------- calendars
def digest_of(token: str) -> str:
    return hashlib.sha256(f"calendar of promises:{token}".encode()).hexdigest()


def calendar_owner(token: str) -> Account:
    """Whose calendar a secret address opens. A wrong address and a revoked one look the same."""
    address = CalendarAddress.objects.filter(digest=digest_of(token)).select_related("account").first()
    if address is None or not address.account.is_active:
        raise Http404
    return address.account


def carried_by(account: Account) -> QuerySet[Commitment]:
    """Promises in progress of which the account is an owner, on relationships where it still has a seat."""
    mine = Q(owner_client=account) | Q(owner_supplier=account)
    alive = promises().filter(mine, state__in=[State.OPEN, State.SAID, State.DISPUTED])
    seats = Membership.objects.filter(account=account).values("relationship")
    return alive.filter(relationship__in=seats).prefetch_related("changes").order_by("due_on", "pk")


def require(allowed: object) -> None:
    """404 when it is not allowed: what is not yours does not exist."""
    if not allowed:
        raise Http404
