"""The web at a date, out of declarations: people of both sides, ties between them, pairs that should meet.

A person named by the other side and a person declared by the own side are the same one when the own company said so,
or when the address or the name agree. Only declarations that both companies may read take part in the joint web, so
that nothing of a directory, nor of what a company keeps to itself, can be read off it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.utils import timezone

from reciproque.app.directory.models import Function, Person, Post, Relationship
from reciproque.app.network.models import EXCHANGES, Contact, Declaration, ExpectedPair, Frequency
from reciproque.app.shared.vocabulary import SIDES, Side, other_side
from reciproque.science import network as science

NO_FUNCTION = "none"
ALWAYS = (
    ("general-management", "general-management"),
    ("purchasing", "sales"),
    ("rd", "rd"),
    ("quality", "quality"),
    ("production", "production"),
)
"""Pairs that should meet as soon as one of the two companies has somebody of the function in the web."""
WHEN_BOTH = (("strategy", "strategy"), ("logistics", "logistics"), ("finance", "finance"), ("users", "production"))
"""Pairs that should meet when both companies have somebody of the function in the web."""
LEVELS = {
    "general-management": "top",
    "strategy": "top",
    "purchasing": "managers",
    "sales": "managers",
    "finance": "managers",
    "legal": "managers",
    "rd": "experts",
    "production": "experts",
    "quality": "experts",
    "logistics": "experts",
    "it": "experts",
    "users": "experts",
}


@dataclass(frozen=True)
class Node:
    """Somebody in the web. `named_by`: the side that names a person whom the own company does not declare."""

    key: str
    side: str
    name: str
    function: str
    since: date | None = None
    named_by: str = ""
    contact: int | None = None


@dataclass(frozen=True)
class Thread:
    """A tie with what each side says of it."""

    client: str
    supplier: str
    said: Mapping[str, Declaration]
    exchanges: float

    @property
    def since(self) -> date | None:
        return min((said.since for said in self.said.values() if said.since), default=None)

    @property
    def subject(self) -> str:
        return next((said.subject for said in self.said.values() if said.subject), "")

    @property
    def sides(self) -> tuple[str, ...]:
        return tuple(side for side in SIDES if side in self.said)


@dataclass(frozen=True)
class Material:
    """A web at a date. `half`: the side whose own half this is; empty for the joint web."""

    relationship: Relationship
    on: date
    half: str
    nodes: Mapping[str, Node]
    threads: tuple[Thread, ...]
    functions: Mapping[str, Function]
    expected: frozenset[tuple[str, str]]
    before: tuple[Thread, ...]
    first: date | None

    @cached_property
    def web(self) -> science.Web:
        """For the formulas. In a half there is nobody to disagree with."""
        met = {key for thread in self.threads for key in (thread.client, thread.supplier)}
        return science.Web(
            people=tuple(_person(self.nodes[key]) for key in sorted(met)),
            ties=tuple(self._tie(thread) for thread in self.threads),
            expected=self.expected,
        )

    @cached_property
    def independent(self) -> science.Web:
        """The ties as each side declared them before it could read the other's."""
        met = {key for thread in self.before for key in (thread.client, thread.supplier)}
        return science.Web(
            people=tuple(_person(self.nodes[key]) for key in sorted(met)),
            ties=tuple(self._tie(thread) for thread in self.before),
        )

    def _tie(self, thread: Thread) -> science.Tie:
        by = {side: bool(self.half) or side in thread.said for side in SIDES}
        return science.Tie(thread.client, thread.supplier, thread.exchanges, by[Side.CLIENT], by[Side.SUPPLIER])

    def function(self, code: str) -> str:
        found = self.functions.get(code)
        return str(found) if found else ""

    def rank(self, code: str) -> tuple[int, str]:
        found = self.functions.get(code)
        return (found.rank, code) if found else (999, code)


def _person(node: Node) -> science.Person:
    return science.Person(node.key, node.side, node.function, node.since.toordinal() if node.since else None)


def material(
    relationship: Relationship,
    declarations: Iterable[Declaration],
    *,
    on: date,
    half: str = "",
    compared_at: datetime | None = None,
) -> Material:
    """The web that these declarations draw at a date, in a fixed number of queries."""
    rows = list(_with_people(declarations))
    functions = {row.code: row for row in Function.objects.filter(organisation=None)}
    nodes, key_of = _nodes(rows, half, on, functions)
    present = [row for row in rows if _holds(row, on)]
    threads = _threads(present, key_of)
    told = compared_at if compared_at and _day(compared_at) <= on else None
    before = [row for row in rows if told and row.created_at <= told and not row.replaces_id]
    return Material(
        relationship=relationship,
        on=on,
        half=half,
        nodes=nodes,
        threads=threads,
        functions=functions,
        expected=_expected(relationship, nodes, threads, functions),
        before=_threads(before, key_of),
        first=min((_begins(row) for row in rows), default=None),
    )


def _with_people(declarations: Iterable[Declaration]) -> Iterable[Declaration]:
    chosen = ("person", "contact__function", "contact__person")
    return declarations.select_related(*chosen) if hasattr(declarations, "select_related") else declarations


# ---------------------------------------------------------------- time
def _day(moment: datetime) -> date:
    return timezone.localdate(moment)


def _begins(row: Declaration) -> date:
    """A tie begins on the date that was told, or when it was declared; other words about it, when they were said."""
    declared = _day(row.created_at)
    return declared if row.replaces_id or row.since is None else row.since


def _holds(row: Declaration, on: date) -> bool:
    taken_back = row.withdrawn_at is not None and on >= _day(row.withdrawn_at)
    ended = row.until is not None and on > row.until
    return _begins(row) <= on and not taken_back and not ended


# ---------------------------------------------------------------- people
def _nodes(
    rows: Sequence[Declaration], half: str, on: date, functions: dict[str, Function]
) -> tuple[dict[str, Node], dict[tuple[str, int], str]]:
    """Everybody in the declarations, and the key of each person and of each contact."""
    own = {row.person_id: (row.side, row.person) for row in rows}
    contacts = {row.contact_id: row.contact for row in rows}
    meant = {} if half else {pk: _meant(contact, own) for pk, contact in contacts.items()}
    own |= {person.pk: (other_side(contacts[pk].side), person) for pk, person in meant.items() if person}
    posts = _posts(own, on, functions)
    nodes = {f"p{pk}": _own_node(pk, side, person, posts.get(pk)) for pk, (side, person) in own.items()}
    key_of = {("person", pk): f"p{pk}" for pk in own}
    for pk, contact in contacts.items():
        person = meant.get(pk)
        key = f"p{person.pk}" if person else f"c{pk}"
        key_of["contact", pk] = key
        if person is None:
            nodes[key] = _named_node(key, contact)
    return nodes, key_of


def _meant(contact: Contact, own: Mapping[int, tuple[str, Person]]) -> Person | None:
    """Who of the own company's declared people the other side names; nobody when two could be meant."""
    if contact.person is not None:
        return contact.person
    side = other_side(contact.side)
    people = [person for one, person in own.values() if one == side]
    by_address = [person for person in people if contact.email and person.email.lower() == contact.email.lower()]
    by_name = [person for person in people if _words(person.folded_name) == _words(contact.folded_name)]
    found = by_address or by_name
    return found[0] if len(found) == 1 else None


def _words(folded: str) -> list[str]:
    return sorted(folded.split())


def _posts(people: Iterable[int], on: date, functions: dict[str, Function]) -> dict[int, Post]:
    """The post of each person at that date, else the nearest known one."""
    found: dict[int, Post] = {}
    rows = Post.objects.filter(person__in=list(people)).select_related("function").order_by("started_on", "pk")
    for post in rows:
        functions.setdefault(post.function.code, post.function)
        begun = post.started_on is None or post.started_on <= on
        if begun or post.person_id not in found:
            found[post.person_id] = post
    return found


def _own_node(pk: int, side: str, person: Person, post: Post | None) -> Node:
    function, since = (post.function.code, post.started_on) if post else (NO_FUNCTION, None)
    return Node(f"p{pk}", side, str(person), function, since)


def _named_node(key: str, contact: Contact) -> Node:
    function = contact.function.code if contact.function else NO_FUNCTION
    return Node(key, other_side(contact.side), contact.name, function, named_by=contact.side, contact=contact.pk)


# ---------------------------------------------------------------- ties
def _threads(rows: Iterable[Declaration], key_of: Mapping[tuple[str, int], str]) -> tuple[Thread, ...]:
    said: dict[tuple[str, str], dict[str, Declaration]] = defaultdict(dict)
    for row in rows:
        ends = key_of["person", row.person_id], key_of["contact", row.contact_id]
        client, supplier = ends if row.side == Side.CLIENT else ends[::-1]
        known = said[client, supplier].get(row.side)
        if known is None or _exchanges(known) < _exchanges(row):
            said[client, supplier][row.side] = row
    return tuple(
        Thread(client, supplier, by, sum(map(_exchanges, by.values())) / len(by))
        for (client, supplier), by in sorted(said.items())
    )


def _exchanges(row: Declaration) -> float:
    return EXCHANGES[Frequency(row.frequency)]


# ---------------------------------------------------------------- pairs that should meet
def _expected(
    relationship: Relationship, nodes: Mapping[str, Node], threads: Sequence[Thread], functions: dict[str, Function]
) -> frozenset[tuple[str, str]]:
    """What is usual, then what the companies decided."""
    met = {(nodes[key].side, nodes[key].function) for one in threads for key in (one.client, one.supplier)}
    there = [{function for side, function in met if side == one} for one in SIDES]
    pairs = {pair for pair in ALWAYS if pair[0] in there[0] or pair[1] in there[1]}
    pairs |= {pair for pair in WHEN_BOTH if pair[0] in there[0] and pair[1] in there[1]}
    decided = ExpectedPair.objects.filter(relationship=relationship)
    for row in decided.select_related("client_function", "supplier_function"):
        functions.setdefault(row.client_function.code, row.client_function)
        functions.setdefault(row.supplier_function.code, row.supplier_function)
        pair = row.client_function.code, row.supplier_function.code
        pairs = pairs | {pair} if row.expected else pairs - {pair}
    return frozenset(pairs)
