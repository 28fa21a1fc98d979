"""Fetch-and-check for the web of relations. Absent and forbidden give the same 404.

Until both halves are laid side by side, a side reads its own half and nothing of the other. From that minute on, both
companies read the same page: what each declared for both. What a company keeps to itself stays on its own half.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import Http404

from reciproque.app.directory.access import lists_key_people, relationship_for
from reciproque.app.directory.models import Account, Membership, Person, Relationship
from reciproque.app.directory.queries.key_people import in_post
from reciproque.app.network.models import Contact, Declaration, Shown, TieLink, WaitingTie, WebState
from reciproque.app.network.tokens import hashed, well_formed
from reciproque.app.shared import clock
from reciproque.app.shared.vocabulary import SIDES, Seat, other_side

Role = Membership.Role
DECLARE = (Role.SPONSOR, Role.DEPUTY, Role.MEMBER, Role.FACILITATOR)
HOLD_A_KEY = (Role.SPONSOR, Role.DEPUTY)


@dataclass(frozen=True)
class Seated:
    """Somebody in front of the web of a relationship: what may be read and done from that chair."""

    relationship: Relationship
    membership: Membership
    state: WebState

    @property
    def compared(self) -> bool:
        return self.state.compared_at is not None

    @property
    def own_side(self) -> str:
        """The side on which the reader sits; empty for a neutral third party."""
        return self.membership.side if self.membership.side in SIDES else ""

    @property
    def is_neutral_facilitator(self) -> bool:
        return self.membership.role == Role.FACILITATOR and self.membership.side == Seat.NEUTRAL

    @property
    def halves(self) -> tuple[str, ...]:
        """The sides whose half the reader may open."""
        if self.own_side:
            return (self.own_side,)
        return tuple(SIDES) if self.is_neutral_facilitator else ()

    @property
    def declares(self) -> str:
        """The side for which the reader may declare ties; empty for none."""
        return declares(self.membership)

    @property
    def decides(self) -> bool:
        """Whether the reader says that a half is ready."""
        return decides(self.membership)

    @property
    def sets_pairs(self) -> bool:
        return sets_pairs(self.membership)

    @property
    def makes_links(self) -> bool:
        """Whether the reader handles short links for key people."""
        return bool(links_sides(self.membership))

    @property
    def lists_people(self) -> bool:
        """Whether the reader draws up a list of key people."""
        return bool(lists_key_people(self.membership))


def seat_for(account: Account, key: str) -> Seated:
    """The relationship of that key, the account's role on it, and where its web stands."""
    relationship, membership = relationship_for(account, key)
    state = WebState.objects.filter(relationship=relationship).first() or WebState(relationship=relationship)
    return Seated(relationship, membership, state)


def declares(membership: Membership | None) -> str:
    """Each side declares its own half, through those who take part: never a third party, never an observer."""
    if membership is None or membership.role not in DECLARE or membership.side not in SIDES:
        return ""
    return str(membership.side)


def decides(membership: Membership | None) -> bool:
    return bool(declares(membership)) and membership is not None and membership.role in HOLD_A_KEY


def sets_pairs(membership: Membership | None) -> bool:
    return membership is not None and membership.role in DECLARE


def joint(relationship: Relationship) -> QuerySet[Declaration]:
    """What both companies may read once the halves lie side by side."""
    return Declaration.objects.filter(relationship=relationship, shown=Shown.BOTH)


def half(seat: Seated, side: str) -> QuerySet[Declaration]:
    """One side’s half as this reader may see it: all of it for that side, what it was told for a facilitator."""
    if side not in seat.halves:
        raise Http404
    told = Q() if side == seat.own_side else Q(shown__in=[Shown.BOTH, Shown.FACILITATOR])
    return Declaration.objects.filter(told, relationship=seat.relationship, side=side)


def declaration_for(account: Account, key: str) -> tuple[Seated, Declaration]:
    """A present declaration of the side for which the account declares."""
    found = Declaration.objects.filter(key=key, withdrawn_at=None).select_related("relationship", "person", "contact")
    declaration = found.first()
    if declaration is None:
        raise Http404
    seat = seat_for(account, declaration.relationship.key)
    if seat.declares != declaration.side:
        raise Http404
    return seat, declaration


def contact_for(seat: Seated, pk: int) -> Contact:
    """Somebody of the reader's own company whom the other side names in the joint web."""
    named = joint(seat.relationship).filter(side=other_side(seat.own_side)).values("contact")
    contact = Contact.objects.filter(pk=pk, pk__in=named).first()
    if contact is None or not seat.compared or not seat.decides:
        raise Http404
    return contact


# ---------------------------------------------------------------- short links
def links_sides(membership: Membership | None) -> tuple[str, ...]:
    """The sides whose people the member may send a link to: the own one; both for a neutral facilitator."""
    own = declares(membership)
    if own:
        return (own,)
    neutral = membership is not None and membership.role == Role.FACILITATOR and membership.side == Seat.NEUTRAL
    return tuple(SIDES) if neutral else ()


def shows_link(membership: Membership | None, side: str) -> bool:
    """Whoever holds a link reads what its person's company keeps to itself: only that company sees the link."""
    return bool(side) and declares(membership) == side


def living_links() -> QuerySet[TieLink]:
    """Links that open: not closed, not past their date."""
    rows = TieLink.objects.filter(revoked_at=None, expires_at__gt=clock.now())
    return rows.select_related("person__organisation", "relationship__client", "relationship__supplier")


def link_by_secret(secret: str) -> TieLink | None:
    """The link that a secret opens, as long as its person is in the company; None for every other case alike."""
    if not well_formed(secret):
        return None
    link = living_links().filter(token_hash=hashed(secret)).first()
    return link if link is not None and still_there(link.person) else None


def still_there(person: Person) -> bool:
    return in_post(person.organisation).filter(pk=person.pk).exists()


def link_for(account: Account, key: str) -> tuple[Seated, TieLink]:
    """A living link of a side whose links the account handles."""
    link = living_links().filter(key=key).first()
    if link is None:
        raise Http404
    seat = seat_for(account, link.relationship.key)
    if link.side not in links_sides(seat.membership):
        raise Http404
    return seat, link


def waiting_for(account: Account, key: str) -> tuple[Seated, WaitingTie]:
    """A name that waits for a yes of the account's own side."""
    chosen = ("link__person", "link__relationship__client", "link__relationship__supplier", "function")
    waiting = WaitingTie.objects.filter(key=key).select_related(*chosen).first()
    if waiting is None:
        raise Http404
    seat = seat_for(account, waiting.link.relationship.key)
    if seat.declares != waiting.link.side:
        raise Http404
    return seat, waiting


def require(allowed: object) -> None:
    """404 when it is not allowed: what is not yours does not exist."""
    if not allowed:
        raise Http404
