"""The web of relations: cases worked by hand, a public graph, and what must hold for any web."""

from __future__ import annotations

from itertools import combinations
from math import isnan

import networkx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reciproque.science import network
from reciproque.science.network import Introduction, Person, Tie, Web
from reciproque.science.network_findings import findings

# Client: a (purchasing), b (quality), c (management). Supplier: s (sales), t (quality), u (production).
PEOPLE = (
    Person("a", "client", "purchasing", 0),
    Person("b", "client", "quality", 0),
    Person("c", "client", "management", 700),
    Person("s", "supplier", "sales", 0),
    Person("t", "supplier", "quality", 720),
    Person("u", "supplier", "production", None),
)
TIES = (
    Tie("a", "s", 12.0),
    Tie("a", "u", 4.0, by_supplier=False),
    Tie("b", "t", 1.0),
    Tie("b", "s", 3.0, by_client=False),
)
WEB = Web(PEOPLE, TIES, frozenset({("quality", "quality"), ("management", "management"), ("purchasing", "quality")}))
LEVELS = {"management": "top", "purchasing": "managers", "sales": "managers", "quality": "experts"}


def complete(clients: int, suppliers: int) -> Web:
    left, right = [f"c{n}" for n in range(clients)], [f"s{n}" for n in range(suppliers)]
    people = [Person(key, "client", "x") for key in left] + [Person(key, "supplier", "y") for key in right]
    return Web(tuple(people), tuple(Tie(one, other, 1.0) for one in left for other in right))


def test_shares_by_hand():
    found = network.shares(WEB)
    assert found.total == 20
    assert found.ties[0] == (TIES[0], 0.6)
    assert dict(found.people) == {"a": 0.8, "s": 0.75, "u": 0.2, "b": 0.2, "t": 0.05}


def test_one_departure_of_the_one_person_cuts_most():
    first, second = network.departures(WEB, most=2)
    assert (first.people, first.exchanges, first.ties) == (("a",), 0.8, 2)
    assert first.pairs == (("purchasing", "production"), ("purchasing", "sales"))
    assert first.alone == ("u",)
    assert second.people == ("s",)
    (both,) = network.departures(WEB, together=2, most=1)
    assert (both.people, both.exchanges, both.ties) == (("a", "b"), 1.0, 4)


def test_a_tie_between_two_who_leave_is_lost_once():
    (both,) = [one for one in network.departures(WEB, together=2, most=20) if one.people == ("a", "s")]
    assert (both.exchanges, both.ties) == (0.95, 3)


def test_pairs_by_hand():
    found = {pair.functions: pair for pair in network.pairs(WEB)}
    assert found["purchasing", "sales"].holders == ("a", "s")
    assert found["quality", "quality"].state == "thread"
    assert found["management", "management"].state == "missing"
    assert (found["purchasing", "production"].client_only, found["quality", "sales"].supplier_only) == (1, 1)


@pytest.mark.parametrize(("clients", "suppliers"), [(1, 1), (1, 4), (2, 3), (3, 3)])
def test_it_takes_as_many_departures_as_the_smaller_side_has_people(clients, suppliers):
    (pair,) = network.pairs(complete(clients, suppliers))
    assert pair.departures == min(clients, suppliers)
    assert pair.state == ("thread" if min(clients, suppliers) == 1 else "held")


def test_who_introduces_whom():
    assert network.introduction(WEB, ("purchasing", "quality")) == Introduction("a", "t", "s")
    assert network.introduction(WEB, ("management", "management")) is None
    assert network.introduction(WEB, ("purchasing", "nobody")) is None


def test_tenure_and_arrivals_by_hand():
    found = network.tenure(WEB, 730)
    assert found.client == pytest.approx(730 / network.DAYS_A_MONTH)
    assert found.supplier == pytest.approx((730 + 10) / 2 / network.DAYS_A_MONTH)
    assert [(one.person, one.days, one.share) for one in found.arrivals] == [("t", 10, 0.05)]
    nobody = network.tenure(Web(PEOPLE[5:], ()), 730)
    assert isnan(nobody.client)
    assert nobody.client.reason == "no date of post is known"


def test_levels_by_hand():
    found = {level.level: level for level in network.levels(WEB, LEVELS)}
    assert set(found) == {"managers", "experts"}  # management has nobody who meets anybody
    assert (found["managers"].clients, found["managers"].suppliers, found["managers"].ties) == (1, 1, 1)


def test_symmetry_by_hand():
    found = network.symmetry(WEB)
    assert (found.both, found.client_only, found.supplier_only) == (2, 1, 1)
    assert found.agreement == 0.5
    # 2 x 3 possible pairs: both 2, client alone 1, supplier alone 1, neither 2. Observed 4/6, by chance 1/2.
    assert found.kappa == pytest.approx((4 / 6 - 0.5) / 0.5)
    nobody = network.symmetry(Web(PEOPLE, ()))
    assert isnan(nobody.agreement)
    assert isnan(network.symmetry(complete(1, 1)).kappa)


def test_findings_say_what_weighs_most_first():
    found = findings(WEB, 730, LEVELS)
    codes = [one.code for one in found]
    assert codes[:3] == ["departure", "one_tie", "arrival"]
    assert codes[-1] == "one_sided"
    missing = [one for one in found if one.code == "missing"]
    assert {one.functions: one.mend for one in missing} == {
        ("management", "management"): "find",
        ("purchasing", "quality"): "introduce",
    }
    assert findings(Web(PEOPLE, ()), 730, LEVELS) == ()


def test_a_level_that_never_meets_and_a_level_that_is_absent():
    people = (Person("a", "client", "top"), Person("b", "client", "low"), Person("s", "supplier", "top"))
    apart = Web((*people, Person("t", "supplier", "low")), (Tie("a", "t", 1.0), Tie("b", "s", 1.0)))
    levels = {"top": "top", "low": "experts"}
    assert [one.level for one in findings(apart, 0, levels) if one.code == "level_apart"] == ["experts", "top"]
    absent = Web(people, (Tie("a", "s", 1.0), Tie("b", "s", 1.0)))
    assert [(one.people, one.level) for one in findings(absent, 0, levels) if one.code == "level_absent"] == [
        (("supplier",), "experts")
    ]
    assert not [one for one in findings(absent, 0, {"low": "experts"}) if one.code == "level_absent"]


@pytest.mark.parametrize("share", [0.69, 0.7, 0.71])
def test_one_tie_that_carries_most_is_named(share):
    rest = (1 - share) / 2
    web = Web(PEOPLE, (Tie("a", "s", share), Tie("b", "t", rest), Tie("c", "u", rest)))
    found = [one for one in findings(web, 0, {}) if one.code == "one_tie"]
    assert [(one.people, round(one.share, 2), one.mend) for one in found] == [(("a", "s"), share, "widen")]


# ---------------------------------------------------------------- a public graph
def karate() -> Web:
    """Zachary's karate club (1977): 34 people, 78 ties. Articulation and betweenness do not look at sides."""
    graph = networkx.karate_club_graph()
    people = tuple(Person(f"{node:02}", "client", "x") for node in graph)
    return Web(people, tuple(Tie(f"{one:02}", f"{other:02}", 1.0) for one, other in graph.edges))


def parts(edges: set[frozenset[str]]) -> int:
    """Separate parts, counted without the library."""
    groups: list[set[str]] = []
    for edge in edges:
        joined = [group for group in groups if group & edge]
        groups = [group for group in groups if not group & edge] + [set(edge).union(*joined)]
    return len(groups)


def test_articulation_and_bridges_of_a_public_graph_are_those_of_plain_removal():
    web = karate()
    edges = {frozenset(tie.ends) for tie in web.ties}
    whole = set().union(*edges)
    found = network.cuts(web)
    assert found.parts == parts(edges)
    cutting = []
    for person in sorted(whole):
        left = {edge for edge in edges if person not in edge}
        lonely = len(whole) - 1 - len(set().union(*left))
        if parts(left) + lonely > parts(edges):
            cutting.append(person)
    assert found.people == tuple(cutting) == ("00",)
    assert found.ties == (("00", "11"),)
    alone = {edge: parts(edges - {edge}) + len(whole) - len(set().union(*(edges - {edge}))) for edge in edges}
    assert {frozenset(tie) for tie in found.ties} == {edge for edge, count in alone.items() if count > parts(edges)}


def test_betweenness_of_a_public_graph_is_that_of_paths_counted_one_by_one():
    web = karate()
    graph = networkx.Graph([tie.ends for tie in web.ties])
    counted = dict.fromkeys(graph, 0.0)
    for one, other in combinations(graph, 2):
        if networkx.has_path(graph, one, other):
            ways = list(networkx.all_shortest_paths(graph, one, other))
            for way in ways:
                for between in way[1:-1]:
                    counted[between] += 1 / len(ways)
    scale = (len(graph) - 1) * (len(graph) - 2) / 2
    for key, value in network.betweenness(web):
        assert value == pytest.approx(counted[key] / scale)
    assert network.betweenness(web)[0] == ("00", pytest.approx(0.4376, abs=5e-5))  # the instructor, as published


# ---------------------------------------------------------------- what must hold for any web
webs = st.builds(
    lambda clients, suppliers, seed: drawn(clients, suppliers, np.random.default_rng(seed)),
    st.integers(1, 6),
    st.integers(1, 6),
    st.integers(0, 10_000),
)


def drawn(clients: int, suppliers: int, rng: np.random.Generator) -> Web:
    whole = complete(clients, suppliers)
    kept = [tie for tie in whole.ties if rng.random() < 0.5]
    functions = ["f", "g"]
    people = tuple(Person(one.key, one.side, functions[rng.integers(2)]) for one in whole.people)
    ties = tuple(Tie(tie.client, tie.supplier, float(rng.integers(1, 13))) for tie in kept)
    return Web(people, ties, frozenset({("f", "f"), ("g", "g")}))


@given(webs)
def test_shares_of_a_side_add_up_and_no_departure_costs_more_than_everything(web):
    found = dict(network.shares(web).people)
    for side in ("client", "supplier"):
        mine = [share for key, share in found.items() if web.of[key].side == side]
        assert not web.ties or sum(mine) == pytest.approx(1)
    for one in network.departures(web):
        assert one.exchanges == pytest.approx(found[one.people[0]])
        assert 0 < one.exchanges <= 1 + 1e-9


@given(webs)
def test_removing_one_more_person_never_cuts_less(web):
    one, two = (network.departures(web, together=number, most=1) for number in (1, 2))
    assert not two or two[0].exchanges >= one[0].exchanges


@given(webs)
def test_a_pair_falls_with_as_many_departures_as_it_says_and_not_with_fewer(web):
    for pair in network.pairs(web):
        ties = web.by_pair.get(pair.functions, [])
        people = sorted({key for tie in ties for key in tie.ends})
        enough = [
            number
            for number in range(len(people) + 1)
            if any(all(set(gone) & set(tie.ends) for tie in ties) for gone in combinations(people, number))
        ]
        assert pair.departures == enough[0]


@given(webs)
def test_the_order_of_ties_is_irrelevant(web):
    other = Web(web.people[::-1], web.ties[::-1], web.expected)
    assert findings(web, 0, {}) == findings(other, 0, {})
