"""Fetch-and-check for companies, people, relationships, members and the log. Absent and forbidden give the same 404."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest

from reciproque.app.directory.models import ERASED_DOMAIN, Account, Membership, Organisation, Person, Relationship
from reciproque.app.shared.models import AuditRecord
from reciproque.app.shared.vocabulary import Audience, Seat, Side

Role = Membership.Role


class SignedIn(HttpRequest):
    """A request of somebody who is signed in, as every page requires unless it says otherwise."""

    user: Account  # type: ignore[assignment]


# ---------------------------------------------------------------- relationships
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


def require_host_admin(account: Account) -> None:
    if not account.is_host_admin:
        raise Http404


def visible_sides(membership: Membership) -> tuple[str, ...]:
    """The sides whose people the member may see: one's own, both for a neutral facilitator."""
    if membership.side in (Side.CLIENT, Side.SUPPLIER):
        return (membership.side,)
    return (Side.CLIENT, Side.SUPPLIER) if membership.role == Role.FACILITATOR else ()


# ---------------------------------------------------------------- key people
def lists_key_people(membership: Membership | None) -> tuple[str, ...]:
    """The sides whose key people the member lists: the own one with a key in hand, both for a neutral facilitator."""
    return visible_sides(membership) if membership is not None and membership.role in Membership.POWERFUL else ()


def declares_key_list(membership: Membership | None) -> tuple[str, ...]:
    """The side whose list the member may call complete: the own one, for the sponsor and the deputy."""
    if membership is None or membership.role not in (Role.SPONSOR, Role.DEPUTY):
        return ()
    return (membership.side,)


# ---------------------------------------------------------------- companies and their people
def _companies_managed(account: Account) -> Q:
    """Companies of the sides on which the account is facilitator, sponsor or deputy."""
    wanted = Q()
    for side in (Side.CLIENT, Side.SUPPLIER):
        seat = f"as_{side}__memberships"
        wanted |= Q(
            **{f"{seat}__account": account, f"{seat}__role__in": list(Membership.POWERFUL), f"{seat}__side": side}
        )
        wanted |= Q(**{f"{seat}__account": account, f"{seat}__role": Role.FACILITATOR, f"{seat}__side": Seat.NEUTRAL})
    return wanted


def _companies_opposite(account: Account) -> Q:
    """Companies in front of the account: whoever sits on one side does not look at the other side's people."""
    return Q(as_client__memberships__account=account, as_client__memberships__side=Side.SUPPLIER) | Q(
        as_supplier__memberships__account=account, as_supplier__memberships__side=Side.CLIENT
    )


def _host_admin_companies(account: Account) -> QuerySet[Organisation]:
    opposite = Organisation.objects.filter(_companies_opposite(account)).values("pk")
    return Organisation.objects.exclude(pk__in=opposite)


def organisations_for(account: Account) -> QuerySet[Organisation]:
    """The companies whose people the account may see."""
    if account.is_host_admin:
        return _host_admin_companies(account)
    mine = Q(pk=account.organisation_id)
    return Organisation.objects.filter(mine | _companies_managed(account)).distinct()


def organisation_for(account: Account, key: str) -> Organisation:
    return _one(organisations_for(account), key)


def organisations_kept_by(account: Account) -> QuerySet[Organisation]:
    """The companies whose people the account may add, change and import."""
    if account.is_host_admin:
        return _host_admin_companies(account)
    return Organisation.objects.filter(_companies_managed(account)).distinct()


def organisation_kept_by(account: Account, key: str) -> Organisation:
    return _one(organisations_kept_by(account), key)


def _one(organisations: QuerySet[Organisation], key: str) -> Organisation:
    organisation = organisations.filter(key=key).first()
    if organisation is None:
        raise Http404
    return organisation


def person_for(account: Account, key: str) -> Person:
    """A person whom the account may see."""
    return _person(organisations_for(account), key)


def person_kept_by(account: Account, key: str) -> Person:
    """A person whom the account may change."""
    return _person(organisations_kept_by(account), key)


def _person(organisations: QuerySet[Organisation], key: str) -> Person:
    person = Person.objects.filter(key=key, organisation__in=organisations).select_related("organisation").first()
    if person is None or person.is_erased:
        raise Http404
    return person


# ---------------------------------------------------------------- accounts of others
def accounts_kept_by(account: Account) -> QuerySet[Account]:
    """The accounts that the reader may close, disable and erase; never those of the company in front, nor the own one.

    The host administrator: those of the companies looked after, and third parties of relationships on which the
    administrator has no role. A sponsor: those of the own company.
    """
    others = Account.objects.exclude(pk=account.pk).exclude(email__endswith=ERASED_DOMAIN)
    if account.is_host_admin:
        mine = Relationship.objects.filter(memberships__account=account).values("pk")
        third_parties = Q(organisation=None) & ~Q(memberships__relationship__in=mine)
        return others.filter(Q(organisation__in=_host_admin_companies(account)) | third_parties)
    own = Q()
    for side in (Side.CLIENT, Side.SUPPLIER):
        seat = f"as_{side}__memberships"
        own |= Q(**{f"{seat}__account": account, f"{seat}__role": Role.SPONSOR, f"{seat}__side": side})
    companies = Organisation.objects.filter(own).values("pk")
    return others.filter(organisation__in=companies, is_host_admin=False)


def account_kept_by(account: Account, key: str) -> Account:
    found = accounts_kept_by(account).filter(key=key).select_related("organisation", "person").first()
    if found is None:
        raise Http404
    return found


def keeps_accounts(account: Account) -> bool:
    return account.is_host_admin or account.memberships.filter(role=Role.SPONSOR).exists()


def person_erased_by(account: Account, key: str) -> Person:
    """A person whom the reader may erase: of a company whose accounts the reader looks after."""
    person = person_kept_by(account, key)
    if not may_erase(account, person):
        raise Http404
    return person


def may_erase(account: Account, person: Person) -> bool:
    if account.person_id == person.pk:
        return False
    if account.is_host_admin:
        return True
    return account.memberships.filter(
        Q(role=Role.SPONSOR, side=Side.CLIENT, relationship__client=person.organisation_id)
        | Q(role=Role.SPONSOR, side=Side.SUPPLIER, relationship__supplier=person.organisation_id)
    ).exists()


# ---------------------------------------------------------------- members
def members_page_for(account: Account, key: str) -> tuple[Relationship, Membership | None]:
    """The relationship and the account's role; a host administrator without one may enter while it is set up."""
    membership = Membership.objects.filter(account_id=account.pk, relationship__key=key).first()
    relationship = Relationship.objects.filter(key=key).select_related("client", "supplier").first()
    if relationship is None or (membership is None and not _still_being_set_up(account, relationship)):
        raise Http404
    return relationship, membership


def _still_being_set_up(account: Account, relationship: Relationship) -> bool:
    """A relationship belongs to its two companies as soon as each has its sponsor and somebody facilitates."""
    if not account.is_host_admin:
        return False
    seats = set(relationship.memberships.filter(role__in=[Role.SPONSOR, Role.FACILITATOR]).values_list("role", "side"))
    sponsors = {side for role, side in seats if role == Role.SPONSOR}
    return len(sponsors) < 2 or all(role != Role.FACILITATOR for role, _side in seats)


def may_give(account: Account, membership: Membership | None, relationship: Relationship, role: str, side: str) -> bool:
    """Who may give a role on a side.

    A neutral facilitator: any. A facilitator employed by one side: those of that side, but not a neutral seat nor
    another facilitator. A sponsor: deputy, members and observers of the own side. The host administrator, who has no
    role: sponsors and a facilitator, as long as one of them is missing.
    """
    if membership is not None and membership.role == Role.FACILITATOR:
        if membership.side == Seat.NEUTRAL:
            return True
        return side == membership.side and role != Role.FACILITATOR
    if membership is not None and membership.role == Role.SPONSOR and side == membership.side:
        return role in (Role.DEPUTY, Role.MEMBER, Role.OBSERVER)
    return role in (Role.SPONSOR, Role.FACILITATOR) and _still_being_set_up(account, relationship)


def may_revoke(account: Account, membership: Membership | None, target: Membership) -> bool:
    """Who may take a role away: those who may give it, except from themselves. The host administrator only corrects a
    mistaken address: once somebody has come in, the relationship is theirs.
    """
    if target.account_id == account.pk:
        return False
    if membership is None and target.account.last_login is not None:
        return False
    return may_give(account, membership, target.relationship, target.role, target.side)


def visible_members(relationship: Relationship, membership: Membership | None) -> QuerySet[Membership]:
    """One's own side, the facilitators, and who holds the key on the other side. Neutral facilitators see everybody."""
    members = relationship.memberships.select_related("account__organisation", "relationship")
    if membership is None or (membership.role == Role.FACILITATOR and membership.side == Seat.NEUTRAL):
        return members
    return members.filter(Q(side=membership.side) | Q(role__in=list(Membership.POWERFUL)))


# ---------------------------------------------------------------- the log
def log_for(account: Account, relationship: Relationship | None = None) -> QuerySet[AuditRecord]:
    """The records whose audience includes the account, and what it did itself."""
    wanted = Q(actor_key=account.key)
    memberships = Membership.objects.filter(account_id=account.pk).values_list("relationship__key", "role", "side")
    for key, role, side in memberships:
        wanted |= Q(relationship_key=key, audience__in=_audiences(role, side))
    if account.organisation_id:
        company = Organisation.objects.get(pk=account.organisation_id)
        wanted |= Q(audience=Audience.ORGANISATION, organisation_key=company.key)
    records = AuditRecord.objects.filter(wanted).order_by("-sequence")
    return records.filter(relationship_key=relationship.key) if relationship else records


def _audiences(role: str, side: str) -> list[str]:
    """A facilitator employed by one company reads what that company reads, no more."""
    if side in (Side.CLIENT, Side.SUPPLIER):
        return [Audience.BOTH, side]
    return [Audience.BOTH, Audience.FACILITATOR] if role == Role.FACILITATOR else [Audience.BOTH]
