"""What a short link shows, and what a side sees of its links. Never anything of the other side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from reciproque.app.directory.models import Membership, Person
from reciproque.app.directory.queries.key_people import in_post, key_people
from reciproque.app.network.access import Seated, links_sides, living_links, shows_link
from reciproque.app.network.models import Contact, Declaration, Shown, TieLink, WaitingTie, WebState
from reciproque.app.shared.vocabulary import SIDES, Seat

Role = Membership.Role


@dataclass(frozen=True)
class Readers:
    """Who reads a tie that is shown to these."""

    label: str
    says: str


@dataclass(frozen=True)
class LinkSide:
    """The links of one side, as those who handle them see them."""

    side: str
    company: str
    links: tuple[TieLink, ...]
    by_hand: bool


def own_ties(link: TieLink) -> list[Declaration]:
    """What the side of the person says of the person's ties, today."""
    rows = Declaration.objects.filter(
        relationship=link.relationship, side=link.side, person=link.person, withdrawn_at=None
    )
    return list(rows.select_related("contact__function").order_by("contact__folded_name", "pk"))


def known_contacts(link: TieLink) -> list[Contact]:
    """The people opposite whom the own half names."""
    rows = Contact.objects.filter(relationship=link.relationship, side=link.side)
    return list(rows.select_related("function"))


def waiting_of(link: TieLink) -> list[WaitingTie]:
    return list(link.waiting.select_related("function"))


def readers(link: TieLink) -> tuple[Readers, ...]:
    """Who reads what, by name for the own company and the facilitators; the other company as a whole."""
    own = link.relationship.organisation(link.side).name
    other = link.relationship.organisation(link.other_side).name
    seats = list(link.relationship.memberships.select_related("account").order_by("account__name", "pk"))
    colleagues = [str(seat.account) for seat in seats if seat.side == link.side]
    neutral = [str(seat.account) for seat in seats if seat.role == Role.FACILITATOR and seat.side == Seat.NEUTRAL]
    here = _("At %(company)s: %(names)s.") % {"company": own, "names": ", ".join(colleagues) or _("nobody yet")}
    beside = " " + _("The facilitator: %(names)s.") % {"names": ", ".join(neutral)} if neutral else ""
    joined = " " + _(
        "And at %(other)s, those who follow this relationship, together with its neutral observers: your name, "
        "your function, the name opposite, how often, on what and since when."
    ) % {"other": other}
    compared = WebState.objects.filter(relationship=link.relationship).exclude(compared_at=None).exists()
    when = _("At once: both halves lie side by side.") if compared else _("Never before both halves lie side by side.")
    joined += " " + when
    says = {Shown.OWN: here, Shown.FACILITATOR: here + beside, Shown.BOTH: here + beside + joined}
    return tuple(Readers(str(shown.label), text) for shown, text in says.items())


def link_sides(seat: Seated) -> tuple[LinkSide, ...]:
    found = []
    for side in (side for side in SIDES if side in links_sides(seat.membership)):
        rows = living_links().filter(relationship=seat.relationship, side=side)
        company = str(seat.relationship.organisation(side).name)
        found.append(LinkSide(str(side), company, tuple(rows), shows_link(seat.membership, side)))
    return tuple(found)


def people_of(seat: Seated, side: str) -> list[Person]:
    """People of a side to whom a link can go, key people first."""
    listed = set(key_people(seat.relationship, side).values_list("pk", flat=True))
    people = list(in_post(seat.relationship.organisation(side)))
    return sorted(people, key=lambda person: person.pk not in listed)


def waiting_names(seat: Seated) -> Sequence[WaitingTie]:
    """New names that wait for a yes of the reader's own side."""
    if not seat.declares:
        return []
    rows = WaitingTie.objects.filter(link__relationship=seat.relationship, link__side=seat.declares)
    return list(rows.select_related("link__person", "function"))
