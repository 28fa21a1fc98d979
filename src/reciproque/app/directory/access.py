"""Fetch-and-check for relationships and organisations. Absent and forbidden give the same 404."""

from django.db.models import Q, QuerySet
from django.http import Http404

from reciproque.app.directory.models import Account, Membership, Organisation, Relationship
from reciproque.app.shared.vocabulary import Side


def relationships_for(account: Account) -> QuerySet[Relationship]:
    """The relationships on which the account has a role."""
    return Relationship.objects.filter(memberships__account=account).select_related("client", "supplier").distinct()


def relationship_for(account: Account, key: str) -> tuple[Relationship, Membership]:
    """The relationship of that key and the account's role on it."""
    membership = (
        Membership.objects.filter(account_id=account.pk, relationship__key=key)
        .select_related("relationship__client", "relationship__supplier")
        .first()
    )
    if membership is None:
        raise Http404
    return membership.relationship, membership


def require_role(membership: Membership, *roles: str) -> None:
    """404 unless the member has one of the roles: a page that is not yours does not exist."""
    if membership.role not in roles:
        raise Http404


def visible_sides(membership: Membership) -> tuple[str, ...]:
    """The sides whose people the member may see: one's own, both for a neutral facilitator."""
    if membership.side in (Side.CLIENT, Side.SUPPLIER):
        return (membership.side,)
    return (Side.CLIENT, Side.SUPPLIER) if membership.role == Membership.Role.FACILITATOR else ()


def organisations_for(account: Account) -> QuerySet[Organisation]:
    """The companies whose people the account may see and change."""
    if account.is_host_admin:
        return Organisation.objects.all()
    mine = Q(pk=account.organisation_id)
    facilitated = Q(
        as_client__memberships__account=account,
        as_client__memberships__role="facilitator",
        as_client__memberships__side="neutral",
    )
    facilitated |= Q(
        as_supplier__memberships__account=account,
        as_supplier__memberships__role="facilitator",
        as_supplier__memberships__side="neutral",
    )
    return Organisation.objects.filter(mine | facilitated).distinct()


def organisation_for(account: Account, key: str) -> Organisation:
    organisation = organisations_for(account).filter(key=key).first()
    if organisation is None:
        raise Http404
    return organisation
