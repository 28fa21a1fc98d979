"""Articulation points, bridges and betweenness on two public graphs, beside what NetworkX gives and what was published.

Karate club: W. W. Zachary, "An information flow model for conflict and fission in small groups", Journal of
Anthropological Research 33, 1977: 34 members, 78 friendships; figures of NetworkX. Marriages of Florentine families:
J. F. Padgett and C. K. Ansell, "Robust action and the rise of the Medici", American Journal of Sociology 98, 1993;
betweenness to three decimals as M. O. Jackson, Social and Economic Networks, 2008, and NetworkX's own tests have it.
The figures are stored: another version of NetworkX, or a fault of ours, shows.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from reciproque.science.network import Person, Tie, Web, betweenness, cuts
from reference.table import Comparison

DATA = json.loads((Path(__file__).parent / "data/network.json").read_text())
SOFTWARE = f"NetworkX {DATA['networkx']}"


def comparisons() -> Iterator[Comparison]:
    yield from _graph("karate", SOFTWARE, absolute=1e-12)
    yield from _graph("florence", "Jackson 2008", absolute=5.1e-4)


def _web(ties: list[list]) -> Web:
    """Articulation and betweenness do not look at sides."""
    names = sorted({str(name) for tie in ties for name in tie})
    people = tuple(Person(name, "client", "x") for name in names)
    return Web(people, tuple(Tie(str(one), str(other), 1.0) for one, other in ties))


def _graph(name: str, published: str, absolute: float) -> Iterator[Comparison]:
    stored = DATA[name]
    web = _web(stored["ties"])
    found, between = cuts(web), dict(betweenness(web))
    theirs = {str(one) for one in stored["articulation_points"]}
    bridges = {frozenset(map(str, ends)) for ends in stored["bridges"]}
    ours = {frozenset(ends) for ends in found.ties}
    yield Comparison(f"{name}, separate parts", found.parts, stored["parts"], SOFTWARE)
    for person in web.people:
        key = person.key
        yield Comparison(f"{name}, {key} is an articulation point", key in found.people, key in theirs, SOFTWARE)
        yield Comparison(
            f"{name}, betweenness of {key}", between[key], stored["betweenness"][key], published, absolute=absolute
        )
    for tie in web.ties:
        ends = frozenset(tie.ends)
        yield Comparison(f"{name}, {'-'.join(tie.ends)} is a bridge", ends in ours, ends in bridges, SOFTWARE)
