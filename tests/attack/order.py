"""Does anything that is stored keep the order in which people answered, or lead from a person to a ballot?

Every column that exists is read, visible or hidden: on SQLite the number of the row and its place in the file, on
PostgreSQL ctid, xmin, cmin, the number of the long value and its place. Over many campaigns, three statistics for each
column: rank correlation with the order of answering, the longest run in that order, rows at exactly their place. The
attacker's join sorts people by one column, ballots by another, and pairs them off.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from math import erfc, sqrt
from pathlib import Path
from typing import Any

import numpy as np
from django.db import DatabaseError, connections, models
from scipy.stats import poisson, rankdata

import personas
import wave_steps
import workshops
from reciproque.app.dialogue.actions import sessions, voting
from reciproque.app.dialogue.models import Participant, Participation
from reciproque.app.directory.models import Person
from reciproque.app.shared.audit import actor
from reciproque.app.survey.actions.invitations import queue_invitations
from reciproque.app.survey.models import Invitation, OutboxMail
from reciproque.app.survey.urn import receipts, store
from reciproque.app.survey.urn.models import Ballot, SealedBallot
from reciproque.app.survey.urn.seal import SealedRow

SIDES = ("client", "supplier")
CHANCE = 0.001
# Of one row: the value of a column, or its place.
Values = dict[int, Any]
Columns = dict[str, Values]
HIDDEN = {"postgresql": ("ctid", "xmin::text::bigint", "cmin::text::bigint"), "sqlite": ("rowid",)}


# ---------------------------------------------------------------- Campaigns
@dataclass
class Observed:
    """One campaign: in which order people answered, and what is stored now, by invitation."""

    side: dict[int, str]
    arrival: list[int]
    of_people: Columns
    of_ballots: Columns


def campaign(size: int, chance: random.Random) -> Iterator[Observed]:
    """Everybody answers, in an order drawn at random: what is stored before closing, then after."""
    made = wave_steps.collecting(personas.cast(people=size // 2), level=1)
    made.wave.links_by_hand = False
    queue_invitations(by=actor(made.cast.facilitator), wave=made.wave)
    side = dict(made.wave.invitations.values_list("id", "side"))
    arrival = sorted(side)
    chance.shuffle(arrival)
    owner = {made.answer(invitation, 1 + invitation % 7): invitation for invitation in arrival}
    yield Observed(side, arrival, people_columns(made.wave.pk), ballot_columns(Ballot, made.wave.pk, owner))
    made.close()
    assert made.wave.state == "closed"
    yield Observed(side, arrival, people_columns(made.wave.pk), ballot_columns(SealedBallot, made.wave.pk, owner))


# ---------------------------------------------------------------- Everything stored about a row
def people_columns(wave_id: int) -> Columns:
    """Invitations, people and mails, all columns, by invitation."""
    found: Columns = {}
    invitations = Invitation.objects.filter(wave=wave_id)
    persons = dict(invitations.values_list("person", "id"))
    mails = OutboxMail.objects.filter(invitation__in=invitations)
    lots: tuple[tuple[type[models.Model], Any, Callable[[Any], int]], ...] = (
        (Invitation, invitations, lambda row: row.pk),
        (Person, Person.objects.filter(pk__in=persons), lambda row: persons[row.pk]),
        (OutboxMail, mails, lambda row: row.invitation_id),
    )
    for model, rows, owner_of in lots:
        owners = {row.pk: owner_of(row) for row in rows}
        found |= columns_of(model, "default", owners)
    return found


def columns_of(model: type[models.Model], alias: str, owners: Mapping[Any, int]) -> Columns:
    """Every column of these rows, hidden ones included, and their order when the table is simply read."""
    table, key = model._meta.db_table, model._meta.pk.column
    found: Columns = defaultdict(dict)
    names = [column.column for column in model._meta.concrete_fields]
    for name in [*names, *HIDDEN[connections[alias].vendor]]:
        for value, pk in _read(alias, f"SELECT {name}, {key} FROM {table}"):
            if pk in owners:
                found[f"{table}.{name}"][owners[pk]] = value
    plain = [pk for _one, pk in _read(alias, f"SELECT 1, {key} FROM {table}") if pk in owners]
    found[f"{table} as read"] = {owners[pk]: place for place, pk in enumerate(plain)}
    return dict(found)


def _read(alias: str, statement: str) -> list[tuple[Any, Any]]:
    with suppress(DatabaseError), connections[alias].cursor() as cursor:  # no rowid: there is none to read
        cursor.execute(statement)
        return cursor.fetchall()
    return []


def ballot_columns(model: type[Ballot] | type[SealedBallot], wave_id: int, owner: Mapping[str, int]) -> Columns:
    """Columns of the sealed rows, and where their bytes lie in the file, by the invitation that we know they are of."""
    rows = list(model.objects.filter(wave_id=wave_id))
    sealed = {row.pk: SealedRow(row.side, *map(bytes, (row.box_client, row.box_supplier, row.body))) for row in rows}
    owners = {pk: owner[receipts.receipt_of(row)] for pk, row in sealed.items()}
    found = columns_of(model, store.STORE, owners)
    content = _file(model._meta.db_table)
    for name, piece in (("first", slice(0, 64)), ("last", slice(-64, None))):
        places = {owners[pk]: content.find(row.body[piece]) for pk, row in sealed.items()}
        if min(places.values()) >= 0:
            found[f"{model._meta.db_table}: place of the {name} bytes"] = places
    return found | _long_values(model, owners)


def _file(table: str) -> bytes:
    """What lies on the disk of a table of the ballot store; nothing when we may not read it."""
    connection = connections[store.STORE]
    if connection.vendor == "sqlite":
        store.truncate_log(store.STORE)
        return Path(connection.settings_dict["NAME"]).read_bytes()
    toast = f"(SELECT reltoastrelid FROM pg_class WHERE oid = '{table}'::regclass)"
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute(f"SELECT current_setting('data_directory') || '/' || pg_relation_filepath({toast})")
        with suppress(OSError):
            return Path(cursor.fetchone()[0]).read_bytes()
    return b""


def _long_values(model: type[models.Model], owners: Mapping[Any, int]) -> Columns:
    """PostgreSQL keeps long values apart, each under a number of its own."""
    if connections[store.STORE].vendor != "postgresql":
        return {}
    table, found = model._meta.db_table, {}
    by_end = {bytes(row.body)[-40:]: row.pk for row in model.objects.filter(pk__in=owners)}
    with connections[store.STORE].cursor() as cursor:
        cursor.execute(f"SELECT reltoastrelid::regclass::text FROM pg_class WHERE oid = '{table}'::regclass")
        (toast,) = cursor.fetchone()
        cursor.execute(f"SELECT chunk_id::text::bigint, xmin::text::bigint, chunk_data FROM {toast}")
        for number, transaction, data in cursor.fetchall():
            if pk := by_end.get(bytes(data)[-40:]):
                found.setdefault(f"{table}: number of the long value", {})[owners[pk]] = number
                found.setdefault(f"{table}: xmin of the long value", {})[owners[pk]] = transaction
    return found


# ---------------------------------------------------------------- Statistics
@dataclass
class Verdict:
    """One column over all campaigns: how likely by chance, the least of its statistics, corrected for how many."""

    column: str
    p: float
    correlation: float
    matches: int
    campaigns: int

    def __str__(self) -> str:
        return f"{self.column}: r {self.correlation:+.2f}, {self.matches} in place, p {self.p:.2g}"


@dataclass
class Tally:
    """What one column said, campaign after campaign."""

    correlations: list[float] = field(default_factory=list)
    runs: list[float] = field(default_factory=list)
    matches: int = 0
    size: int = 0

    def add(self, values: Sequence[Any]) -> None:
        """`values` of one campaign in the order of answering."""
        ranks = rankdata(_sortable(values), method="average")
        self.size = len(ranks)
        if len(set(ranks)) > 1:
            self.correlations.append(float(np.corrcoef(np.arange(self.size), ranks)[0, 1]))
        if len(set(ranks)) == self.size:
            stored = np.argsort(ranks)
            self.runs.append(max(longest_run(stored), longest_run(stored[::-1])))
            self.matches += max(
                int((stored == np.arange(self.size)).sum()), int((stored[::-1] == np.arange(self.size)).sum())
            )

    def p_values(self) -> Iterator[float]:
        if self.correlations:
            z = float(np.mean(self.correlations)) * sqrt(len(self.correlations) * (self.size - 1))
            yield erfc(abs(z) / sqrt(2))
        if self.runs:
            spread = chance_of(self.size)
            for measured, expected in ((float(np.sum(self.runs)), spread["run"]), (self.matches, spread["match"])):
                z = (measured - len(self.runs) * expected[0]) / sqrt(len(self.runs) * expected[1])
                yield erfc(z / sqrt(2)) / 2


def _sortable(values: Sequence[Any]) -> list[int]:
    """Whatever a column holds, as ranks."""
    plain = [bytes(value) if isinstance(value, memoryview) else value for value in values]
    plain = [_ctid(value) if isinstance(value, str) and value.startswith("(") else value for value in plain]
    order = {
        value: rank for rank, value in enumerate(sorted(set(map(_known, plain)), key=lambda one: (str(type(one)), one)))
    }
    return [order[_known(value)] for value in plain]


def _known(value: Any) -> Any:
    return repr(value) if value is None or isinstance(value, (dict, list)) else value


def _ctid(value: str) -> tuple[int, ...]:
    return tuple(int(number) for number in value.strip("()").split(","))


def longest_run(order: Iterable[int]) -> int:
    """How many rows in a row stand in the order of answering."""
    best = length = 1
    before = None
    for one in order:
        length = length + 1 if before is not None and one > before else 1
        best, before = max(best, length), one
    return best


@cache
def chance_of(size: int) -> dict[str, tuple[float, float]]:
    """Mean and variance of the longest run and of the matches, the better of both directions, by chance."""
    rng = np.random.default_rng(30)
    straight = np.arange(size)
    runs, matches = [], []
    for _ in range(4000):
        order = rng.permutation(size)
        runs.append(max(longest_run(order), longest_run(order[::-1])))
        matches.append(max((order == straight).sum(), (order[::-1] == straight).sum()))
    return {
        "run": (float(np.mean(runs)), float(np.var(runs))),
        "match": (float(np.mean(matches)), float(np.var(matches))),
    }


def verdicts(campaigns: Sequence[Observed]) -> list[Verdict]:
    """Every column against the order of answering."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for one in campaigns:
        for name, values in (one.of_people | one.of_ballots).items():
            if set(values) == set(one.arrival):
                tallies[name].add([values[invitation] for invitation in one.arrival])
    found = []
    for name, tally in tallies.items():
        tries = list(tally.p_values())
        correlation = float(np.mean(tally.correlations)) if tally.correlations else 0.0
        p = min(1.0, min(tries, default=1.0) * max(1, len(tries)) * len(tallies))
        found.append(Verdict(name, p, correlation, tally.matches, len(campaigns)))
    return sorted(found, key=lambda verdict: verdict.p)


def joins(campaigns: Sequence[Observed]) -> list[Verdict]:
    """People sorted by one column, ballots by another, side by side, in both directions: how many pairs are right."""
    hits: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one in campaigns:
        for side in SIDES:
            mine = [invitation for invitation in one.arrival if one.side[invitation] == side]
            people, ballots = _orders(one.of_people, mine), _orders(one.of_ballots, mine)
            for left, order in people.items():
                for right, other in ballots.items():
                    hits[left, right].append(sum(a == b for a, b in zip(order, other, strict=True)))
                    hits[left, f"{right} reversed"].append(sum(a == b for a, b in zip(order, other[::-1], strict=True)))
    found = [
        Verdict(
            f"{left} with {right}",
            min(1.0, float(poisson.sf(sum(counts) - 1, len(counts))) * len(hits)),
            sum(counts) / len(counts),
            sum(counts),
            len(campaigns),
        )
        for (left, right), counts in hits.items()
    ]
    return sorted(found, key=lambda verdict: verdict.p)


def _orders(columns: Columns, mine: Sequence[int]) -> dict[str, list[int]]:
    """The people of a side in the order of each column whose values all differ."""
    found = {}
    for name, values in columns.items():
        if set(mine) <= set(values):
            ranks = _sortable([values[one] for one in mine])
            if len(set(ranks)) == len(mine):
                found[name] = [one for _rank, one in sorted(zip(ranks, mine, strict=True))]
    return found


def kept(found: Iterable[Verdict]) -> list[Verdict]:
    """Columns in which an order survives, corrected for how many were tried."""
    return [verdict for verdict in found if verdict.p < CHANCE]


# ---------------------------------------------------------------- Votes of a workshop
def workshop(of_each: int, chance: random.Random) -> Observed:
    """Everybody votes in an order drawn at random, the votes are counted: what is stored of who took part."""
    cast = personas.cast()
    made = workshops.voting_open(cast, of_each=of_each)
    people = list(made.participants.all())
    chance.shuffle(people)
    for participant in people:
        participant.session = made
        workshops.vote(made, participant, workshops.AGREE, forecast=workshops.AGREE)
    by = actor(cast.facilitator)
    voting.seal_votes(by=by, session=made)
    sessions.begin(by=by, session=made)
    sessions.say_equity(by=by, session=made)
    voting.reveal_votes(by=by, session=made)
    round_ = made.rounds.get(kind="deck")
    owners = dict(Participation.objects.filter(round=round_).values_list("pk", "participant"))
    of_people = columns_of(Participation, "default", owners)
    of_people |= columns_of(Participant, "default", {one.pk: one.pk for one in people})
    return Observed({one.pk: one.side for one in people}, [one.pk for one in people], of_people, {})
