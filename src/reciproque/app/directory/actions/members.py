"""Relationships, and who has which role on them."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.directory.actions.organisations import create_organisation
from reciproque.app.directory.models import Account, Membership, Organisation, Person, Relationship
from reciproque.app.directory.names import fold
from reciproque.app.directory.setup import verify_address
from reciproque.app.shared.audit import Actor, record
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import Audience, Seat

Role = Membership.Role
ONE_PER_SIDE = (Role.SPONSOR, Role.DEPUTY)


@transaction.atomic
def create_relationship(
    *,
    by: Actor,
    client: Organisation,
    supplier: Organisation,
    perimeter: str = "",
    started_on: date | None = None,
    is_demo: bool = False,
) -> Relationship:
    """One client and one supplier, on a perimeter. Nobody is told."""
    if client == supplier:
        raise Refused(_("A relationship joins two different companies."))
    if Relationship.objects.filter(client=client, supplier=supplier, perimeter=perimeter).exists():
        raise Refused(_("These two companies already have a relationship on this perimeter. Name another perimeter."))
    made = Relationship.objects.create(
        client=client, supplier=supplier, perimeter=perimeter, started_on=started_on, is_demo=is_demo
    )
    record(by=by, action="relationship.created", subject=str(made), audience=Audience.BOTH, relationship_key=made.key)
    return made


@transaction.atomic
def open_relationship(
    *, by: Actor, client: str, supplier: str, perimeter: str = "", started_on: date | None = None
) -> Relationship:
    """A relationship between two companies given by name; those that are not listed yet are created."""
    if fold(client) == fold(supplier):
        raise Refused(_("A relationship joins two different companies."))
    companies = [
        Organisation.objects.filter(folded_name=fold(name)).first() or create_organisation(by=by, name=name)
        for name in (client, supplier)
    ]
    return create_relationship(
        by=by, client=companies[0], supplier=companies[1], perimeter=perimeter, started_on=started_on
    )


@transaction.atomic
def add_member(
    *,
    by: Actor,
    relationship: Relationship,
    email: str,
    name: str,
    role: str,
    side: str,
    organisation: Organisation | None = None,
    language: str = "fr",
) -> Membership:
    """Give somebody a role, with an account made if needed (no password: the way in is a code sent by e-mail)."""
    Relationship.objects.select_for_update().get(pk=relationship.pk)
    _refuse_seat(relationship, role, side)
    company = organisation or (None if side == Seat.NEUTRAL else relationship.organisation(side))
    account = _invited_account(email=email.lower(), name=name, organisation=company, language=language)
    _refuse_account(account, relationship, side)
    membership = Membership.objects.create(relationship=relationship, account=account, role=role, side=side)
    _recorded(by, "member.added", membership)
    return membership


@transaction.atomic
def revoke_member(*, by: Actor, membership: Membership) -> None:
    """Take a role away. The account stays, and sees nothing of this relationship any more."""
    membership.delete()
    _recorded(by, "member.revoked", membership)


def _invited_account(*, email: str, name: str, organisation: Organisation | None, language: str) -> Account:
    """The account of that address, made without password when there is none: the way in is a code sent to it."""
    account = Account.objects.filter(email__iexact=email).first()
    if account is not None and not account.is_active:
        raise Refused(_("This account is disabled. Somebody who looks after accounts can enable it again."))
    if account is not None:
        return account
    account = Account.objects.create_user(email, None, name=name, organisation=organisation, language=language)
    verify_address(account)
    if organisation is not None:
        person = Person.objects.filter(organisation=organisation, email__iexact=email, account=None).first()
        account.person = person
        account.save(update_fields=["person"])
    return account


def _refuse_seat(relationship: Relationship, role: str, side: str) -> None:
    if side == Seat.NEUTRAL and role not in (Role.FACILITATOR, Role.OBSERVER):
        raise Refused(_("Only facilitators and observers can be neutral. Choose the side of this person."))
    if role in ONE_PER_SIDE and relationship.memberships.filter(role=role, side=side).exists():
        raise Refused(_("This seat is already taken on that side: one sponsor and one deputy each. Free it first."))


def _refuse_account(account: Account, relationship: Relationship, side: str) -> None:
    if relationship.memberships.filter(account=account).exists():
        raise Refused(_("This address already has a role on this relationship. A person has one role."))
    companies = (relationship.client_id, relationship.supplier_id)
    if side == Seat.NEUTRAL and account.organisation_id in companies:
        raise Refused(_("This person works for one of the two companies, so cannot be neutral. Choose that side."))
    other = relationship.supplier_id if side == Seat.CLIENT else relationship.client_id
    if side != Seat.NEUTRAL and account.organisation_id == other:
        raise Refused(_("This person works for the other company. Choose that side, or somebody else."))


def _who_knows(role: str, side: str) -> str:
    """Both companies know who holds the keys and who facilitates; the rest is each side's own business."""
    if role in Membership.POWERFUL or side == Seat.NEUTRAL:
        return Audience.BOTH
    return side


def _recorded(by: Actor, action: str, membership: Membership) -> None:
    role, side = membership.role, membership.side
    record(
        by=by,
        action=action,
        about=membership.account.key,
        audience=_who_knows(role, side),
        relationship_key=membership.relationship.key,
        data={"role": str(role), "side": str(side)},
    )
