"""Relationships: opening one, and who has which role on it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reciproque.app.directory import access, actions
from reciproque.app.directory.access import SignedIn
from reciproque.app.directory.forms import MemberForm, RelationshipForm
from reciproque.app.directory.models import Account, Membership, Organisation, Relationship
from reciproque.app.directory.views.common import done, try_action
from reciproque.app.shared.audit import actor
from reciproque.app.shared.vocabulary import Seat

ROLES = (
    (Membership.Role.SPONSOR, (Seat.CLIENT, Seat.SUPPLIER)),
    (Membership.Role.DEPUTY, (Seat.CLIENT, Seat.SUPPLIER)),
    (Membership.Role.FACILITATOR, (Seat.NEUTRAL, Seat.CLIENT, Seat.SUPPLIER)),
    (Membership.Role.MEMBER, (Seat.CLIENT, Seat.SUPPLIER)),
    (Membership.Role.OBSERVER, (Seat.CLIENT, Seat.SUPPLIER, Seat.NEUTRAL)),
)


@dataclass(frozen=True)
class MemberRow:
    """A member as this reader may see it: addresses only of people whom the reader manages."""

    account: Account
    role: str
    side: str
    may_revoke: bool
    is_me: bool


def relationship_new(request: SignedIn) -> HttpResponse:
    access.require_host_admin(request.user)
    form = RelationshipForm(request.POST or None)
    if form.is_valid() and try_action(form, actions.open_relationship, by=actor(request.user), **form.cleaned_data):
        return done(request, _("The relationship is open. Nobody was told."), "start")
    context = {"form": form, "companies": Organisation.objects.all(), "active_nav": "relationships"}
    return render(request, "directory/relationship_new.html", context)


def relationship_members(request: SignedIn, key: str) -> HttpResponse:
    """Who has which role; those who may, give roles here."""
    relationship, membership = access.members_page_for(request.user, key)
    seats = _seats(request.user, membership, relationship)
    form = MemberForm(request.POST or None, relationship=relationship, seats=seats)
    if request.method == "POST" and not seats:
        raise Http404
    if form.is_valid() and _added(request, relationship, form):
        sentence = _("%(name)s has a role and receives an e-mail to sign in.") % {"name": form.cleaned_data["name"]}
        return done(request, sentence, _next(request), *([] if _next(request) == "start" else [key]))
    return render(
        request, "directory/members.html", _members_context(request.user, membership, relationship, form, seats)
    )


def _next(request: SignedIn) -> str:
    return "start" if request.POST.get("then") == "start" else "relationship-members"


def _added(request: SignedIn, relationship: Relationship, form: MemberForm) -> bool:
    role, side = form.cleaned_data["seat"]
    fields = {name: form.cleaned_data[name] for name in ("email", "name", "language")}
    return try_action(
        form, actions.add_member, by=actor(request.user), relationship=relationship, role=role, side=side, **fields
    )


def _seats(account: Account, membership: Membership | None, relationship: Relationship) -> list[tuple[str, str]]:
    """The roles that the reader may give now: allowed, and free."""
    taken = set(relationship.memberships.filter(role__in=["sponsor", "deputy"]).values_list("role", "side"))
    return [
        (role, side)
        for role, sides in ROLES
        for side in sides
        if (role, side) not in taken and access.may_give(account, membership, relationship, role, side)
    ]


def _members_context(
    account: Account, membership: Membership | None, relationship: Relationship, form: MemberForm,
    seats: list[tuple[str, str]],
) -> dict[str, object]:  # fmt: skip
    rows = [
        MemberRow(
            row.account, str(Membership.Role(row.role).label), row.side,
            may_revoke=access.may_revoke(account, membership, row),
            is_me=row.account_id == account.pk,
        )
        for row in sorted(access.visible_members(relationship, membership), key=_by_role)
    ]  # fmt: skip
    return {
        "relationship": relationship,
        "form": form,
        "may_add": bool(seats),
        "client_members": [row for row in rows if row.side == Seat.CLIENT],
        "supplier_members": [row for row in rows if row.side == Seat.SUPPLIER],
        "neutral_members": [row for row in rows if row.side == Seat.NEUTRAL],
        "active_nav": "relationships",
    }


def _by_role(row: Membership) -> tuple[int, str]:
    """Sponsors first, then in the order in which roles are explained; by name within a role."""
    return [role for role, _sides in ROLES].index(Membership.Role(row.role)), str(row.account)


@require_POST
def member_revoke(request: SignedIn, key: str, account_key: str) -> HttpResponse:
    relationship, membership = access.members_page_for(request.user, key)
    wanted = access.visible_members(relationship, membership).filter(account__key=account_key).first()
    if wanted is None or not access.may_revoke(request.user, membership, wanted):
        raise Http404
    actions.revoke_member(by=actor(request.user), membership=wanted)
    return redirect("relationship-members", key)
