"""What is worth knowing about a web of relations, what it weighs, and what would mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reciproque.science.network import (
    CLIENT,
    SUPPLIER,
    Web,
    departures,
    introduction,
    levels,
    pairs,
    shares,
    symmetry,
    tenure,
)

ONE_TIE = 0.3
"""From this share of all exchanges on, one tie is worth a word."""
ONE_PERSON = 0.25
"""From this share of all exchanges on, a departure is worth a word."""
TWO_PEOPLE = 0.5
"""From this share of all exchanges on, two departures are worth a word."""
FEW_TIES = 3
"""Below this number of ties, shares say nothing: each tie carries much."""


@dataclass(frozen=True)
class Finding:
    """One thing to know. `share`: part of all exchanges at stake; `mend`: what to do, with whom."""

    code: str
    share: float
    people: tuple[str, ...] = ()
    functions: tuple[str, str] | None = None
    count: int = 0
    level: str = ""
    mend: str = ""
    mend_people: tuple[str, ...] = ()


def findings(web: Web, day: int, level_of: Mapping[str, str]) -> tuple[Finding, ...]:
    """What is worth knowing about a web, what it weighs and what would mend it; the most pressing first (`RANK`).

    web: people, ties, expected pairs; day: today's number, in days; level_of: the level of each function. Codes:
    one_tie, departure, two_departures, thread, missing, arrival, level_apart, level_absent, one_sided. Shares are parts
    of all exchanges, 0..1.

    >>> from reciproque.science.network import Person, Tie
    >>> web = Web((Person("a", "client", "x"), Person("b", "supplier", "y")), (Tie("a", "b", 3.0),),
    ...           frozenset({("x", "z")}))
    >>> [finding.code for finding in findings(web, 0, {})]
    ['thread', 'missing']
    """
    if not web.ties:
        return ()
    found = [
        *_one_tie(web),
        *_departures(web),
        *_arrivals(web, day),
        *_threads(web),
        *_missing(web),
        *_levels(web, level_of),
        *_one_sided(web),
    ]
    return tuple(sorted(found, key=lambda one: (RANK[one.code], -one.share)))


RANK = {
    "one_tie": 0,
    "departure": 0,
    "arrival": 1,
    "thread": 2,
    "missing": 3,
    "two_departures": 4,
    "level_apart": 5,
    "level_absent": 5,
    "one_sided": 6,
}
"""What comes first; inside a rank, what weighs most."""


def _one_tie(web: Web) -> Iterator[Finding]:
    tie, share = shares(web).ties[0]
    if len(web.ties) >= FEW_TIES and share >= ONE_TIE:
        functions = web.of[tie.client].function, web.of[tie.supplier].function
        yield Finding("one_tie", share, tie.ends, functions, mend="widen", mend_people=_seconds(web, tie.ends))


def _departures(web: Web) -> Iterator[Finding]:
    if len(web.ties) < FEW_TIES:
        return
    first = departures(web, most=1)[0]
    if first.exchanges >= ONE_PERSON:
        yield Finding(
            "departure",
            first.exchanges,
            first.people,
            count=len(first.alone),
            mend="second",
            mend_people=_seconds(web, first.people),
        )
    for second in departures(web, together=2, most=1):
        if second.exchanges >= TWO_PEOPLE and len(second.pairs) > len(first.pairs):
            yield Finding("two_departures", second.exchanges, second.people, count=len(second.pairs), mend="overlap")


def _arrivals(web: Web, day: int) -> Iterator[Finding]:
    for one in tenure(web, day).arrivals:
        others = sorted(web.by_person[one.person], key=lambda tie: (-tie.exchanges, tie.ends))
        met = tuple(tie.supplier if tie.client == one.person else tie.client for tie in others)
        yield Finding("arrival", one.share, (one.person,), count=one.days, mend="handover", mend_people=met[:1])


def _threads(web: Web) -> Iterator[Finding]:
    for pair in pairs(web):
        if pair.state == "thread":
            seconds = _seconds(web, pair.holders)
            yield Finding(
                "thread", pair.share, pair.holders, pair.functions, pair.ties, mend="second", mend_people=seconds
            )


def _missing(web: Web) -> Iterator[Finding]:
    for pair in pairs(web):
        if pair.state == "missing":
            way = introduction(web, pair.functions)
            people = (way.client, way.supplier, way.through) if way else ()
            yield Finding("missing", 0.0, (), pair.functions, mend="introduce" if way else "find", mend_people=people)


def _levels(web: Web, level_of: Mapping[str, str]) -> Iterator[Finding]:
    unknown = {web.of[key].side for key in web.by_person if web.of[key].function not in level_of}
    for level in levels(web, level_of):
        if level.clients and level.suppliers and not level.ties:
            people = tuple(
                key for side in (CLIENT, SUPPLIER) for key in _of_level(web, level_of, side, level.level)[:1]
            )
            yield Finding("level_apart", 0.0, (), level=level.level, mend="meet", mend_people=people)
        elif bool(level.clients) != bool(level.suppliers):
            side = SUPPLIER if level.clients else CLIENT
            if side in unknown:
                continue
            yield Finding("level_absent", 0.0, (side,), level=level.level, mend="invite")


def _of_level(web: Web, level_of: Mapping[str, str], side: str, level: str) -> list[str]:
    met = [web.of[key] for key in web.by_person]
    found = [person.key for person in met if person.side == side and level_of.get(person.function) == level]
    return sorted(found, key=lambda key: (-web.carried(key), key))


def _one_sided(web: Web) -> Iterator[Finding]:
    found = symmetry(web)
    if found.client_only or found.supplier_only:
        alone = [tie for tie in web.ties if tie.by_client != tie.by_supplier]
        share = sum(tie.exchanges for tie in alone) / (web.total or 1.0)
        yield Finding("one_sided", share, count=len(alone), mend="talk")


def _seconds(web: Web, people: Iterable[str]) -> tuple[str, ...]:
    """For each person, the colleague of the same function who exchanges most with the other company."""
    named = []
    for key in people:
        person = web.of[key]
        colleagues = [other for other in web.in_function(person.side, person.function) if other != key]
        named += colleagues[:1]
    return tuple(named)
