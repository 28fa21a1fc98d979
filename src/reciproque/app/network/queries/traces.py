"""Addresses seen in a calendar or a mailbox, set against what the own side already knows. Never the other's directory.

An address is somebody of the other company when the own half names it, or when it stands at a domain of that company.
Colleagues and everybody else are counted and forgotten.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from reciproque.app.directory.models import Account, Membership, Person
from reciproque.app.directory.names import fold, looks_like_formula, tidy
from reciproque.app.network.access import Seated
from reciproque.app.network.models import EXCHANGES, Contact, Declaration, Frequency
from reciproque.app.network.traces.reading import Seen, Tally
from reciproque.app.shared.vocabulary import other_side

SHARED_PROVIDERS = {
    "gmail.com", "googlemail.com", "outlook.com", "outlook.fr", "hotmail.com", "hotmail.fr", "live.com", "live.fr",
    "msn.com", "yahoo.com", "yahoo.fr", "icloud.com", "me.com", "orange.fr", "wanadoo.fr", "free.fr", "sfr.fr",
    "laposte.net", "bbox.fr", "proton.me", "protonmail.com", "gmx.fr", "gmx.com", "aol.com",
}  # fmt: skip
"""Where everybody may have an address: such a domain tells no company."""
MOST = 150
"""Lines of one preview."""
LEAST = 2
"""Exchanges below which a line is not ticked beforehand."""


@dataclass(frozen=True)
class Proposal:
    """One tie as the file shows it."""

    address: str
    name: str
    a_month: float
    days: int
    first: date
    frequency: str
    function: str = ""
    declared: str = ""

    @property
    def likely(self) -> bool:
        return self.days >= LEAST


@dataclass(frozen=True)
class Proposed:
    """The lines to approve, those already in the half, and how many addresses were counted and forgotten."""

    lines: tuple[Proposal, ...]
    known: tuple[Proposal, ...]
    colleagues: int
    others: int
    beyond: int


def frequency_of(a_month: float) -> str:
    """The word of the scale whose exchanges a month are nearest, by ratio.

    >>> frequency_of(3.2), frequency_of(0.4), frequency_of(30)
    ('weekly', 'quarterly', 'daily')
    """
    return min(EXCHANGES, key=lambda word: max(EXCHANGES[word] / a_month, a_month / EXCHANGES[word])).value


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()


def own_domains(seat: Seated) -> set[str]:
    """Domains of the people and accounts of the own company."""
    company = seat.relationship.organisation(seat.own_side)
    people = Person.objects.filter(organisation=company).exclude(email="").values_list("email", flat=True)
    accounts = Account.objects.filter(organisation=company).values_list("email", flat=True)
    return {domain_of(address) for address in (*people, *accounts)} - SHARED_PROVIDERS


def opposite_domains(seat: Seated) -> list[str]:
    """Domains of the addresses that the own half names, and of those who hold a key opposite, whom everybody sees."""
    named = Contact.objects.filter(relationship=seat.relationship, side=seat.own_side).exclude(email="")
    opposite = seat.relationship.memberships.filter(side=other_side(seat.own_side), role__in=Membership.POWERFUL)
    addresses = [*named.values_list("email", flat=True), *opposite.values_list("account__email", flat=True)]
    return sorted({domain_of(address) for address in addresses} - SHARED_PROVIDERS - own_domains(seat))


def of_the_other_company(seat: Seated, found: Tally, domains: Collection[str]) -> tuple[list[Seen], int, int]:
    """Who of the addresses belongs opposite; how many are colleagues; how many are nobody's business."""
    contacts = Contact.objects.filter(relationship=seat.relationship, side=seat.own_side).exclude(email="")
    named = {address.lower() for address in contacts.values_list("email", flat=True)}
    home = own_domains(seat)
    company = seat.relationship.organisation(seat.own_side)
    people = Person.objects.filter(organisation=company).values_list("email", flat=True)
    staff = {address.lower() for address in people}
    colleague = [one for one in found.seen if one.address in staff or domain_of(one.address) in home]
    wanted = set(domains) - home - SHARED_PROVIDERS
    inside = {one.address for one in colleague}
    opposite = [
        one
        for one in found.seen
        if one.address not in inside and (one.address in named or domain_of(one.address) in wanted)
    ]
    return opposite, len(colleague), len(found.seen) - len(colleague) - len(opposite)


def proposals(seat: Seated, person: Person, seen: Sequence[Seen], *, colleagues: int = 0, others: int = 0) -> Proposed:
    """The ties that these addresses show, one per person, those already in the half apart."""
    contacts = list(
        Contact.objects.filter(relationship=seat.relationship, side=seat.own_side).select_related("function")
    )
    by_address = {contact.email.lower(): contact for contact in contacts if contact.email}
    by_name = {_words(contact.folded_name): contact for contact in contacts}
    lines: dict[str, Proposal] = {}
    for one in seen:
        contact = by_address.get(one.address) or by_name.get(_words(fold(_name(one))))
        line = _line(one, contact)
        key = fold(line.name)[:170]
        lines[key] = _together(lines[key], line) if key in lines else line
    declared = _declared(seat, person)
    all_lines = [replace(line, declared=declared.get(key, "")) for key, line in lines.items()]
    fresh = [line for line in all_lines if not line.declared]
    known = tuple(line for line in all_lines if line.declared)
    return Proposed(tuple(fresh[:MOST]), known, colleagues, others, max(0, len(fresh) - MOST))


def _declared(seat: Seated, person: Person) -> Mapping[str, str]:
    rows = Declaration.objects.filter(
        relationship=seat.relationship, side=seat.own_side, person=person, withdrawn_at=None
    ).select_related("contact")
    return {row.contact.folded_name: str(Frequency(row.frequency).label) for row in rows}


def _line(one: Seen, contact: Contact | None) -> Proposal:
    return Proposal(
        address=one.address,
        name=contact.name if contact else _name(one),
        a_month=one.a_month,
        days=one.days,
        first=one.first,
        frequency=frequency_of(one.a_month),
        function=contact.function.code if contact and contact.function else "",
    )


def _together(one: Proposal, other: Proposal) -> Proposal:
    """Two addresses of one person."""
    a_month = one.a_month + other.a_month
    return replace(
        one,
        a_month=a_month,
        days=one.days + other.days,
        first=min(one.first, other.first),
        frequency=frequency_of(a_month),
    )


def _words(folded: str) -> tuple[str, ...]:
    return tuple(sorted(folded.split()))


def _name(one: Seen) -> str:
    """The name that goes with an address, in the usual order; else what the address itself says."""
    name = tidy(one.name)
    if name.count(",") == 1:
        last, first = (part.strip() for part in name.split(","))
        name = f"{first} {last}".strip()
    if looks_like_formula(name) or not fold(name):
        words = [word for word in fold(one.address.partition("@")[0].replace("_", " ")).split() if word]
        name = " ".join(word.capitalize() for word in words)
    return (name or one.address.partition("@")[0])[:160]


def packed(seen: Iterable[Seen]) -> list[list[object]]:
    """For the page, where the lines wait."""
    return [[one.address, one.name, round(one.a_month, 4), one.days, one.first.isoformat()] for one in seen]


def unpacked(rows: Iterable[Sequence[object]]) -> list[Seen]:
    return [
        Seen(str(address), str(name), float(str(a_month)), int(str(days)), date.fromisoformat(str(first)))
        for address, name, a_month, days, first in rows
    ]
