"""The web of relations: what hangs on one thread, what is missing, what a departure would cut, and what would mend it.

A web has people of two sides and ties across; a tie weighs its exchanges a month. Results are codes and keys: whoever
shows them finds the words. NetworkX is loaded by the functions that walk the graph, not with this module.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from statistics import median
from typing import Any

from reciproque.science.values import Undefined

CLIENT, SUPPLIER = "client", "supplier"
NEW = 180
"""Days during which somebody is new in a post."""
DAYS_A_MONTH = 30.4375
A_WORD = 0.05
"""A pair that nobody expects and that carries less than this share of the exchanges hangs on one thread harmlessly."""


@dataclass(frozen=True)
class Person:
    """Somebody of one side; `since` is the day number of the present post, None when unknown."""

    key: str
    side: str
    function: str
    since: int | None = None


@dataclass(frozen=True)
class Tie:
    """Two people who work together, their exchanges a month, and which sides say so."""

    client: str
    supplier: str
    exchanges: float
    by_client: bool = True
    by_supplier: bool = True

    @property
    def ends(self) -> tuple[str, str]:
        return self.client, self.supplier


@dataclass(frozen=True)
class Web:
    """People, ties between them, and the pairs of functions (client's, supplier's) that should meet."""

    people: tuple[Person, ...]
    ties: tuple[Tie, ...]
    expected: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def of(self) -> dict[str, Person]:
        return {person.key: person for person in self.people}

    @cached_property
    def total(self) -> float:
        """All exchanges a month."""
        return sum(tie.exchanges for tie in self.ties)

    @cached_property
    def by_person(self) -> dict[str, list[Tie]]:
        found: dict[str, list[Tie]] = defaultdict(list)
        for tie in self.ties:
            found[tie.client].append(tie)
            found[tie.supplier].append(tie)
        return found

    @cached_property
    def by_pair(self) -> dict[tuple[str, str], list[Tie]]:
        """Ties by pair of functions."""
        found: dict[tuple[str, str], list[Tie]] = defaultdict(list)
        for tie in self.ties:
            found[self.of[tie.client].function, self.of[tie.supplier].function].append(tie)
        return found

    def carried(self, key: str) -> float:
        """Exchanges a month of one person."""
        return sum(tie.exchanges for tie in self.by_person.get(key, ()))

    def in_function(self, side: str, function: str) -> list[str]:
        """People of a function, who exchange most first."""
        found = [person.key for person in self.people if person.side == side and person.function == function]
        return sorted(found, key=lambda key: (-self.carried(key), key))


@dataclass(frozen=True)
class Shares:
    """What part of all exchanges each tie and each person carries, 0..1, the most first."""

    total: float
    ties: tuple[tuple[Tie, float], ...]
    people: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Pair:
    """Two functions face to face. `departures`: how many people must leave before nothing holds them together."""

    client_function: str
    supplier_function: str
    ties: int
    clients: int
    suppliers: int
    exchanges: float
    share: float
    departures: int
    expected: bool
    holders: tuple[str, ...]
    client_only: int
    supplier_only: int

    @property
    def functions(self) -> tuple[str, str]:
        return self.client_function, self.supplier_function

    @property
    def state(self) -> str:
        """ "missing" (expected, and nobody), "thread" (it matters, and one departure cuts it) or "held"."""
        if not self.ties:
            return "missing"
        matters = self.expected or self.share >= A_WORD
        return "thread" if matters and self.departures == 1 else "held"


@dataclass(frozen=True)
class Cuts:
    """People and ties without which the web falls into more parts than it has."""

    parts: int
    people: tuple[str, ...]
    ties: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Departure:
    """What goes when these people leave: a share of the exchanges, ties, pairs of functions; who is left alone."""

    people: tuple[str, ...]
    exchanges: float
    ties: int
    pairs: tuple[tuple[str, str], ...]
    alone: tuple[str, ...]


@dataclass(frozen=True)
class Introduction:
    """Two people to bring together; `through` works with one of them and is a colleague of the other."""

    client: str
    supplier: str
    through: str


@dataclass(frozen=True)
class Arrival:
    """Somebody new in a post: for how many days, and what part of the exchanges goes through that post."""

    person: str
    days: int
    share: float


@dataclass(frozen=True)
class Tenure:
    """Median time in post of each side, in months (NaN when no date is known), and who is new."""

    client: float
    supplier: float
    arrivals: tuple[Arrival, ...]


@dataclass(frozen=True)
class Level:
    """How many people of a level each side has in the web, and how many ties join the two."""

    level: str
    clients: int
    suppliers: int
    ties: int


@dataclass(frozen=True)
class Symmetry:
    """Ties that both sides declare, or one alone; `agreement` is both / all, `kappa` is agreement beyond chance."""

    both: int
    client_only: int
    supplier_only: int
    agreement: float
    kappa: float


def shares(web: Web) -> Shares:
    """What part of all exchanges each tie and each person carries.

    web: people and ties, exchanges a month >= 0. Returns shares in 0..1, all 0 without any exchange. A person's share
    sums the ties of that person, so the shares of one side add up to 1.
    Source: plain proportions.

    >>> web = Web((Person("a", "client", "x"), Person("b", "supplier", "y"), Person("c", "supplier", "y")),
    ...           (Tie("a", "b", 3.0), Tie("a", "c", 1.0)))
    >>> shares(web).people
    (('a', 1.0), ('b', 0.75), ('c', 0.25))
    """
    whole = web.total or 1.0
    ties = sorted(web.ties, key=lambda tie: (-tie.exchanges, tie.ends))
    people = sorted(web.by_person, key=lambda key: (-web.carried(key), key))
    return Shares(
        total=web.total,
        ties=tuple((tie, tie.exchanges / whole) for tie in ties),
        people=tuple((key, web.carried(key) / whole) for key in people),
    )


def pairs(web: Web) -> tuple[Pair, ...]:
    """Every pair of functions that has ties or should have some, sorted by name.

    web: people, ties and expected pairs. `departures` is the size of a largest set of ties without anybody in common,
    which by König's theorem is the least number of people whose departure leaves the pair without any tie. `share`:
    part of all exchanges, 0..1; below `A_WORD`, a pair that nobody expects is never said to hang on one thread.
    Source: König (1931); maximum matching by Hopcroft and Karp (1973), NetworkX.

    >>> web = Web((Person("a", "client", "x"), Person("b", "supplier", "y"), Person("c", "supplier", "y")),
    ...           (Tie("a", "b", 3.0), Tie("a", "c", 1.0)), frozenset({("x", "z")}))
    >>> [(pair.functions, pair.ties, pair.departures, pair.state) for pair in pairs(web)]
    [(('x', 'y'), 2, 1, 'thread'), (('x', 'z'), 0, 0, 'missing')]
    """
    wanted = sorted(set(web.by_pair) | set(web.expected))
    return tuple(_pair(web, functions) for functions in wanted)


def _pair(web: Web, functions: tuple[str, str]) -> Pair:
    ties = web.by_pair.get(functions, [])
    clients, suppliers = {tie.client for tie in ties}, {tie.supplier for tie in ties}
    everywhere = set.intersection(*(set(tie.ends) for tie in ties)) if ties else set()
    exchanges = sum(tie.exchanges for tie in ties)
    return Pair(
        client_function=functions[0],
        supplier_function=functions[1],
        ties=len(ties),
        clients=len(clients),
        suppliers=len(suppliers),
        exchanges=exchanges,
        share=exchanges / (web.total or 1.0),
        departures=_disjoint_ties(ties),
        expected=functions in web.expected,
        holders=tuple(sorted(everywhere)),
        client_only=sum(tie.by_client and not tie.by_supplier for tie in ties),
        supplier_only=sum(tie.by_supplier and not tie.by_client for tie in ties),
    )


def _disjoint_ties(ties: list[Tie]) -> int:
    from networkx.algorithms.bipartite import hopcroft_karp_matching

    clients = {tie.client for tie in ties}
    return len(hopcroft_karp_matching(_graph(ties), clients)) // 2 if ties else 0


def _graph(ties: Iterable[Tie]) -> Any:
    import networkx

    graph = networkx.Graph()
    graph.add_weighted_edges_from((tie.client, tie.supplier, tie.exchanges) for tie in ties)
    return graph


def cuts(web: Web) -> Cuts:
    """Articulation points and bridges of the ties, and the number of separate parts.

    web: people and ties; people without a tie are left aside. Returns keys, sorted.
    Source: Hopcroft and Tarjan (1973), NetworkX; checked against simulated departures.

    >>> web = Web((Person("a", "client", "x"), Person("b", "supplier", "y"), Person("c", "supplier", "y")),
    ...           (Tie("a", "b", 3.0), Tie("a", "c", 1.0)))
    >>> cuts(web)
    Cuts(parts=1, people=('a',), ties=(('a', 'b'), ('a', 'c')))
    """
    import networkx

    graph = _graph(web.ties)
    ends = {frozenset(tie.ends): tie.ends for tie in web.ties}
    return Cuts(
        parts=networkx.number_connected_components(graph),
        people=tuple(sorted(networkx.articulation_points(graph))),
        ties=tuple(sorted(ends[frozenset(bridge)] for bridge in networkx.bridges(graph))),
    )


def betweenness(web: Web) -> tuple[tuple[str, float], ...]:
    """How often somebody stands on the shortest way between two others, 0..1, the most first.

    web: people and ties, each tie one step. Returns (key, value) for everybody who has a tie.
    Formula: share of shortest paths through a person, over all pairs of others. Source: Freeman (1977); Brandes (2001).

    >>> web = Web((Person("a", "client", "x"), Person("b", "supplier", "y"), Person("c", "supplier", "y")),
    ...           (Tie("a", "b", 3.0), Tie("a", "c", 1.0)))
    >>> betweenness(web)
    (('a', 1.0), ('b', 0.0), ('c', 0.0))
    """
    import networkx

    found = networkx.betweenness_centrality(_graph(web.ties))
    return tuple(sorted(((key, float(value)) for key, value in found.items()), key=lambda row: (-row[1], row[0])))


def departures(web: Web, together: int = 1, most: int = 5) -> tuple[Departure, ...]:
    """The departures that would cut most, simulated: each person (together=1), or each pair of people (together=2).

    web: people and ties; together: people who leave at once, 1 or more; most: how many results. Ranked by share of the
    exchanges lost, then by ties lost. A pair counts as lost when none of its ties is left; somebody is left alone when
    none of his or her ties is left.
    Source: node removal, Albert, Jeong and Barabási (2000), every choice tried.

    >>> web = Web((Person("a", "client", "x"), Person("b", "supplier", "y"), Person("c", "supplier", "y")),
    ...           (Tie("a", "b", 3.0), Tie("a", "c", 1.0)))
    >>> departures(web, most=1)
    (Departure(people=('a',), exchanges=1.0, ties=2, pairs=(('x', 'y'),), alone=('b', 'c')),)
    """
    joint = {tie.ends: tie.exchanges for tie in web.ties}
    carried = {key: (web.carried(key), len(ties)) for key, ties in web.by_person.items()}

    def loss(people: tuple[str, ...]) -> tuple[float, int]:
        shared = [ends for ends in combinations(people, 2) if ends in joint or ends[::-1] in joint]
        twice = sum(joint.get(ends, joint.get((ends[1], ends[0]), 0.0)) for ends in shared)
        return (sum(carried[key][0] for key in people) - twice, sum(carried[key][1] for key in people) - len(shared))

    chosen = combinations(sorted(carried), together)
    ranked = sorted(((loss(people), people) for people in chosen), key=lambda row: (-row[0][0], -row[0][1], row[1]))
    return tuple(_departure(web, people) for _loss, people in ranked[:most])


def _departure(web: Web, people: tuple[str, ...]) -> Departure:
    gone = set(people)
    lost = [tie for tie in web.ties if gone & set(tie.ends)]
    left = {key for tie in web.ties if not gone & set(tie.ends) for key in tie.ends}
    cut = [functions for functions, ties in web.by_pair.items() if all(gone & set(tie.ends) for tie in ties)]
    return Departure(
        people=people,
        exchanges=sum(tie.exchanges for tie in lost) / (web.total or 1.0),
        ties=len(lost),
        pairs=tuple(sorted(cut)),
        alone=tuple(sorted(set(web.by_person) - left - gone)),
    )


def introduction(web: Web, functions: tuple[str, str]) -> Introduction | None:
    """Whom to bring together when two functions never meet, and who could do it.

    web: people and ties; functions: client's and supplier's. Returns None when one of them has nobody in the web or
    when nobody stands between. The go-between has the strongest tie with one of the two functions and works in the
    company of the other.

    >>> web = Web((Person("a", "client", "x"), Person("b", "supplier", "y"), Person("c", "supplier", "z"),
    ...            Person("d", "client", "w")), (Tie("a", "b", 3.0), Tie("d", "c", 1.0)))
    >>> introduction(web, ("x", "z"))
    Introduction(client='a', supplier='c', through='b')
    """
    clients, suppliers = web.in_function(CLIENT, functions[0]), web.in_function(SUPPLIER, functions[1])
    if not clients or not suppliers:
        return None
    ways = [(tie.exchanges, tie.client, suppliers[0], tie.supplier) for key in clients for tie in web.by_person[key]]
    ways += [(tie.exchanges, clients[0], tie.supplier, tie.client) for key in suppliers for tie in web.by_person[key]]
    ways = [way for way in ways if way[3] not in way[1:3]]
    if not ways:
        return None
    _exchanges, client, supplier, through = min(ways, key=lambda way: (-way[0], way[1:]))
    return Introduction(client, supplier, through)


def tenure(web: Web, day: int) -> Tenure:
    """How long people have been in post, and who is new.

    web: people with the day number of their post, when known; day: today's number, in days. Only people who have a tie
    count. Returns medians in months; arrivals are posts begun in the last `NEW` days, the weightiest first.

    >>> web = Web((Person("a", "client", "x", 0), Person("b", "supplier", "y", 700)), (Tie("a", "b", 3.0),))
    >>> found = tenure(web, 731)
    >>> round(found.client), round(found.supplier), [one.days for one in found.arrivals]
    (24, 1, [31])
    """
    known = [
        (person, day - person.since)
        for person in web.people
        if person.since is not None and person.key in web.by_person
    ]
    new = [
        Arrival(person.key, days, web.carried(person.key) / (web.total or 1.0))
        for person, days in known
        if 0 <= days <= NEW
    ]
    return Tenure(
        client=_months([days for person, days in known if person.side == CLIENT]),
        supplier=_months([days for person, days in known if person.side == SUPPLIER]),
        arrivals=tuple(sorted(new, key=lambda one: (-one.share, one.person))),
    )


def _months(days: list[int]) -> float:
    return median(days) / DAYS_A_MONTH if days else Undefined("no date of post is known")


def levels(web: Web, level_of: Mapping[str, str]) -> tuple[Level, ...]:
    """How many people of each level both sides have in the web, and how many ties join them.

    web: people and ties; level_of: the level of each function, those without one are left aside. Only people who have
    a tie count.

    >>> web = Web((Person("a", "client", "x"), Person("b", "supplier", "y")), (Tie("a", "b", 3.0),))
    >>> levels(web, {"x": "top", "y": "expert"})
    (Level(level='expert', clients=0, suppliers=1, ties=0), Level(level='top', clients=1, suppliers=0, ties=0))
    """
    met = [web.of[key] for key in web.by_person]
    level = {person.key: level_of.get(person.function, "") for person in met}
    found = sorted({name for name in level.values() if name})
    return tuple(
        Level(
            level=name,
            clients=sum(person.side == CLIENT and level[person.key] == name for person in met),
            suppliers=sum(person.side == SUPPLIER and level[person.key] == name for person in met),
            ties=sum(level[tie.client] == level[tie.supplier] == name for tie in web.ties),
        )
        for name in found
    )


def symmetry(web: Web) -> Symmetry:
    """How far the two sides declare the same ties.

    web: people and ties, each with the sides that declare it. `agreement` is the share of all declared ties that both
    declare, 0..1; `kappa` compares the two sides over every possible pair of people of the web, -1..1, NaN when chance
    alone would always agree. Source: Cohen (1960); share of common ties: Jaccard (1912).

    >>> web = Web((Person("a", "client", "x"), Person("b", "supplier", "y"), Person("c", "supplier", "y")),
    ...           (Tie("a", "b", 3.0), Tie("a", "c", 1.0, by_supplier=False)))
    >>> symmetry(web).agreement
    0.5
    """
    both = sum(tie.by_client and tie.by_supplier for tie in web.ties)
    client = sum(tie.by_client and not tie.by_supplier for tie in web.ties)
    supplier = sum(tie.by_supplier and not tie.by_client for tie in web.ties)
    declared = both + client + supplier
    people = [web.of[key].side for key in web.by_person]
    possible = people.count(CLIENT) * people.count(SUPPLIER)
    return Symmetry(
        both=both,
        client_only=client,
        supplier_only=supplier,
        agreement=both / declared if declared else Undefined("no tie is declared"),
        kappa=_kappa(both, client, supplier, possible),
    )


def _kappa(both: int, client: int, supplier: int, possible: int) -> float:
    if not possible:
        return Undefined("no tie is declared")
    observed = (possible - client - supplier) / possible
    first, second = (both + client) / possible, (both + supplier) / possible
    chance = first * second + (1 - first) * (1 - second)
    return (observed - chance) / (1 - chance) if chance < 1 else Undefined("chance alone would always agree")
