"""Where the halves stand, what a side has declared, and the lists offered to whoever declares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from reciproque.app.directory.models import Function, Person
from reciproque.app.directory.queries.key_people import in_post, key_people
from reciproque.app.network.access import Seated, half
from reciproque.app.network.models import Contact, Declaration, ExpectedPair
from reciproque.app.network.queries.material import Material, Node
from reciproque.app.shared.vocabulary import Side


@dataclass(frozen=True)
class HalfStatus:
    """One half as its own side, or a neutral facilitator, may see it."""

    side: str
    name: str
    ties: int
    people: int
    ready: bool
    mine: bool


def half_statuses(seat: Seated) -> tuple[HalfStatus, ...]:
    """Never the other side's: that it is ready is learnt when both are."""
    found = []
    for side in seat.halves:
        rows = half(seat, side).filter(withdrawn_at=None).values_list("person_id")
        people = [person for (person,) in rows]
        name = str(seat.relationship.organisation(side).name)
        mine = side == seat.own_side
        found.append(HalfStatus(str(side), name, len(people), len(set(people)), mine and seat.state.ready(side), mine))
    return tuple(found)


def present_ties(seat: Seated, side: str) -> list[Declaration]:
    rows = half(seat, side).filter(withdrawn_at=None)
    return list(rows.select_related("person", "contact__function"))


def people_to_choose(seat: Seated) -> list[Person]:
    """Those of the own company, the key people of this relationship first."""
    listed = set(key_people(seat.relationship, seat.own_side).values_list("pk", flat=True))
    people = list(in_post(seat.relationship.organisation(seat.own_side)))
    return sorted(people, key=lambda person: person.pk not in listed)


def shared_functions() -> list[Function]:
    return list(Function.objects.filter(organisation=None))


def known_contacts(seat: Seated) -> list[str]:
    rows = Contact.objects.filter(relationship=seat.relationship, side=seat.own_side)
    return list(rows.values_list("name", flat=True))


def pair_functions(seat: Seated, shown: Material | None) -> tuple[dict[str, Function], dict[str, Function]]:
    """What may be chosen on each side: the shared list, the own company's functions, and those the web shows."""
    shared = Q(organisation=None)
    company = seat.relationship.organisation(seat.own_side) if seat.own_side else None
    rows = Function.objects.filter(shared | Q(organisation=company) if company else shared)
    offered: dict[str, dict[str, Function]] = {Side.CLIENT: {}, Side.SUPPLIER: {}}
    for row in rows:
        for side in offered:
            if row.organisation_id is None or side == seat.own_side:
                offered[side][str(row.pk)] = row
    for side, code in {(node.side, node.function) for node in shown.nodes.values()} if shown else ():
        if code in shown.functions:  # type: ignore[union-attr]
            offered[side][str(shown.functions[code].pk)] = shown.functions[code]  # type: ignore[union-attr]
    return offered[Side.CLIENT], offered[Side.SUPPLIER]


def decided_pairs(seat: Seated) -> Sequence[ExpectedPair]:
    rows = ExpectedPair.objects.filter(relationship=seat.relationship)
    return list(rows.select_related("client_function", "supplier_function").order_by("client_function__rank", "pk"))


def unknown_names(seat: Seated, shown: Material) -> list[Node]:
    """People of the reader's company whom only the other side names, and whom nobody recognised yet."""
    met = {key for thread in shown.threads for key in (thread.client, thread.supplier)}
    nodes = [shown.nodes[key] for key in met]
    return sorted((n for n in nodes if n.side == seat.own_side and n.contact is not None), key=lambda n: n.name)
