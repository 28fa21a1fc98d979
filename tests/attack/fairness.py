"""Is either side ever ahead? What both sides read is compared at every moment, at every crash, and while it happens.

A result is a line that both counterparts read once something is open for both, and that neither read just before. A
side is ahead when it reads such a line in an answer while the other side's page does not hold it. Documents that are
no pages (PDF, spreadsheets) are results as soon as they can be fetched.

Crashes: the act is run in a fork that kills itself at its n-th event (SQL statement, commit, file operation), before
and after it, for every n; the data folder is put back in between.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count, product
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.urls import get_resolver

from consistency.test_urls import patterns
from killer import Killer
from personas import Cast
from reciproque.app.network.views import participation
from reciproque.app.shared import clock
from reciproque.app.survey.models import OutboxMail

PAIRS = (
    ("client_sponsor", "supplier_sponsor"),
    ("client_deputy", "supplier_deputy"),
    ("client_member", "supplier_member"),
)
SIDED = tuple(role for pair in PAIRS for role in pair)
OTHERS = ("facilitator", "observer", "outsider", "host_admin", "anonymous")
NOISE = re.compile(rb'value="[\w-]{64}"|nonce-[\w-]+|X-CSRFToken[^}]*')
SKIPPED = ("respond", "account_", "mfa_", "usersessions", "set_language", "persona-login", "calendar-feed")
# The object that an address speaks of, by how it starts; the first that fits.
KINDS = (
    ("/survey/waves/", "wave"),
    ("/reading/waves/", "wave"),
    ("/dialogue/sessions/", "session"),
    ("/commitments/promises/", "promise"),
    ("/directory/relationships/", "relationship"),
    *((f"/{name}/<", "relationship") for name in ("survey", "reading", "network", "commitments", "dialogue")),
    ("/directory/export/", "organisation"),
    ("/directory/organisations/", "organisation"),
)
TOLD = ("opened", "closed", "minutes")  # mails that both sides must be told by, or neither
Lines = frozenset[str]
View = dict[str, dict[str, Lines]]


# ---------------------------------------------------------------- What a role reads
def addresses(keys: Mapping[str, str]) -> list[str]:
    """Every address of the product that can be read, about each of these objects by kind."""
    found = []
    for name, route in patterns(get_resolver()):
        holes = re.findall(r"<[^>]*>", route)
        kind = next((kind for start, kind in KINDS if route.startswith(start)), "")
        if name.startswith(SKIPPED) or "(?P" in route or len(holes) > 1 or (holes and kind not in keys):
            continue
        found.append(route.replace(holes[0], keys[kind]) if holes else route)
    return found


def readable(cast: Cast, urls: Iterable[str]) -> list[str]:
    """Less those that only take a form."""
    client = visitor(cast, "client_sponsor")
    return [url for url in urls if client.get(url).status_code != 405]


def visitor(cast: Cast, role: str) -> Client:
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    if role != "anonymous":
        client.force_login(getattr(cast, role))
    return client


def read(client: Client, url: str) -> Lines:
    """The lines of a page, or the mere existence of a document; nothing when it is refused."""
    response = client.get(url)
    if response.status_code != 200:
        return frozenset()
    body = b"".join(response.streaming_content) if response.streaming else response.content
    kind = response.headers.get("Content-Type", "")
    if not kind.startswith(("text/", "application/json")):
        return frozenset({f"a document: {kind}"})
    lines = (line.strip() for line in NOISE.sub(b"", body).splitlines())
    return frozenset(hashlib.sha256(line).hexdigest()[:16] for line in lines if line)


Urls = Mapping[str, Iterable[str]] | Sequence[str]


def view(cast: Cast, roles: Iterable[str], urls: Urls, at: datetime | None) -> View:
    """What each role reads at an address; `urls` for all, or by role."""
    found: View = {}
    for role in roles:
        client = visitor(cast, role)
        found[role] = {}
        for url in urls[role] if isinstance(urls, Mapping) else urls:
            participation.strangers.clear()
            participation.answers.clear()
            with clock.at(at) if at else _now():
                found[role][url] = read(client, url)
    cache.clear()
    return found


class _now:
    def __enter__(self) -> None: ...
    def __exit__(self, *_error: object) -> None: ...


# ---------------------------------------------------------------- What a result is, who is ahead
@dataclass(frozen=True)
class Results:
    """For each pair of counterparts and each address: the lines that both read at the end and neither read before."""

    of: Mapping[tuple[str, str], Mapping[str, Lines]]
    lone: tuple[tuple[str, str], ...]

    def urls(self) -> dict[str, list[str]]:
        """Where each role would read a result."""
        return {role: sorted(found) for pair, found in self.of.items() for role in pair}

    def __len__(self) -> int:
        return sum(len(lines) for found in self.of.values() for lines in found.values())


def results(before: View, after: View, pairs: Sequence[tuple[str, str]] = PAIRS) -> Results:
    """`lone`: roles and addresses at which one counterpart alone was given a document at the end."""
    found: dict[tuple[str, str], dict[str, Lines]] = {}
    lone = []
    for pair in pairs:
        new = [{url: after[role][url] - before[role].get(url, frozenset()) for url in after[role]} for role in pair]
        found[pair] = {url: new[0][url] & new[1][url] for url in new[0] if new[0][url] & new[1][url]}
        for url in new[0]:
            opened = [bool(after[role][url]) and not before[role].get(url) for role in pair]
            lone += [(pair[opened.index(True)], url)] if opened.count(True) == 1 else []
    return Results(found, tuple(lone))


def ahead(known: Results, now: View) -> list[str]:
    """Who reads a result at an address while the counterpart does not; and sides of which one reads some anywhere."""
    found = []
    sides = [0, 0]
    for pair, urls in known.of.items():
        for url, lines in urls.items():
            read_by = [lines & now[role][url] for role in pair]
            sides = [had + len(has) for had, has in zip(sides, read_by, strict=True)]
            if read_by[0] != read_by[1]:
                found.append(f"{pair[0] if len(read_by[0]) > len(read_by[1]) else pair[1]} at {url}")
    return found


def seen_at_all(known: Results, now: View) -> int:
    """How many addresses show a result to anybody."""
    return sum(
        bool(lines & now[role][url]) for pair, urls in known.of.items() for url, lines in urls.items() for role in pair
    )


def told(cast: Cast) -> dict[str, list[str]]:
    """Which kinds of news are waiting, or gone, for each side's sponsor."""
    news = OutboxMail.objects.filter(kind__in=TOLD)
    return {
        side: sorted(news.filter(account=getattr(cast, f"{side}_sponsor")).values_list("kind", flat=True))
        for side in ("client", "supplier")
    }


# ---------------------------------------------------------------- Forks, kills, a folder put back
def fork(work: Callable[[], Any], kill_at: int = 0) -> tuple[bool, Any]:
    """Run in a child; whether it lived to its end, and what it gave."""
    connections.close_all()
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(out)
        try:
            if kill_at:
                for connection in connections.all():
                    connection.ensure_connection()
                Killer(kill_at).install(connections.all())
            said = json.dumps({"given": work()})
        except BaseException as error:
            said = json.dumps({"error": repr(error)})
        with os.fdopen(into, "w") as pipe:
            pipe.write(said)
        os._exit(0)
    os.close(into)
    with os.fdopen(out) as pipe:
        said = pipe.read()
    _pid, status = os.waitpid(child, 0)
    heard = json.loads(said) if said else {}
    if "error" in heard:
        raise RuntimeError(heard["error"])
    return os.WIFEXITED(status), heard.get("given")


@dataclass
class Folder:
    """The data folder as it was at one moment, to be put back as often as needed."""

    place: Path
    kept: Path

    @classmethod
    def keep(cls, place: Path) -> Folder:
        connections.close_all()
        kept = place.with_name(place.name + "-kept")
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(place, kept)
        return cls(place, kept)

    def put_back(self) -> None:
        connections.close_all()
        shutil.rmtree(self.place)
        shutil.copytree(self.kept, self.place)

    def fingerprint(self) -> str:
        """Everything that the databases and the other files hold now."""
        whole = hashlib.sha256()
        for path in sorted(self.place.rglob("*")):
            if path.suffix == ".sqlite3":
                for content in _tables(path):
                    whole.update(content)
            elif path.is_file() and ".sqlite3-" not in path.name:
                whole.update(path.name.encode() + path.read_bytes())
        return whole.hexdigest()


def _tables(path: Path) -> Iterator[bytes]:
    with closing(sqlite3.connect(path)) as base:
        for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
            yield name.encode() + repr(base.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall()).encode()


# ---------------------------------------------------------------- Crashes and races
@dataclass(frozen=True)
class Act:
    """Something that opens for both sides at one minute: `prepared` by the world, then done by `do`."""

    name: str
    cast: Cast
    keys: Mapping[str, str]
    do: Callable[[], object]
    at: datetime | None = None
    opens: bool = True  # False: nothing may show on either side
    in_steps: bool = False  # several transactions, each alike for both sides; the news come with the last


@dataclass
class Told:
    """What was found about one act."""

    name: str
    results: int
    lone: tuple[tuple[str, str], ...] = ()
    points: int = 0
    states: int = 0
    wrong: list[str] = field(default_factory=list)
    requests: int = 0


def packed(found: View) -> dict[str, dict[str, list[str]]]:
    return {role: {url: sorted(lines) for url, lines in urls.items()} for role, urls in found.items()}


def unpacked(found: Mapping[str, Mapping[str, list[str]]]) -> View:
    return {role: {url: frozenset(lines) for url, lines in urls.items()} for role, urls in found.items()}


ACTORS = PAIRS[:1]  # who reads after each crash: the pages of counterparts differ by role, not by what is open


def looked(act: Act, urls: Urls) -> tuple[View, dict[str, list[str]]]:
    """In a fork: what both sides read now, and which news wait for them."""
    _lived, said = fork(lambda: [packed(view(act.cast, ACTORS[0], urls, act.at)), told(act.cast)])
    return unpacked(said[0]), said[1]


@dataclass(frozen=True)
class Known:
    """What an act opens, and the news that go with it: before and after."""

    results: Results
    silent: dict[str, list[str]]
    news: dict[str, list[str]]


def known_results(act: Act, folder: Folder, urls: Sequence[str] = ()) -> Known:
    """Everything that can be read about these objects (or at these addresses), before the act and after it."""
    folder.put_back()
    _lived, everything = fork(lambda: list(urls) or readable(act.cast, addresses(act.keys)))
    before, silent = looked(act, everything)
    assert fork(lambda: bool(act.do() or 1))[0]
    after, news = looked(act, everything)
    return Known(results(before, after, ACTORS), silent, news)


def crashed(act: Act, folder: Folder, known: Known, every: int = 1) -> Told:
    """The act killed at each of its events: both sides read the same, and are told the same, or nothing.

    What they read depends on the disk alone: a disk that was judged already is not read again.
    """
    found = Told(act.name, len(known.results), known.results.lone)
    judged: dict[str, list[str]] = {}
    for point in count(1, every):
        folder.put_back()
        lived, _given = fork(lambda: bool(act.do() or 1), point)
        if lived:
            found.states = len(judged)
            return found
        disk = folder.fingerprint()
        if disk not in judged:
            judged[disk] = _judged(act, known)
            found.requests += sum(map(len, known.results.urls().values()))
        found.wrong += [f"point {point}: {one}" for one in judged[disk]]
        found.points += 1
    raise RuntimeError("no end")


def _judged(act: Act, known: Known) -> list[str]:
    now, waiting = looked(act, known.results.urls() or {role: [] for role in ACTORS[0]})
    wrong = ahead(known.results, now)
    right = [known.news] if seen_at_all(known.results, now) else [known.silent]
    if act.in_steps or not len(known.results):
        right = [known.silent, known.news]
    if waiting not in right or waiting["client"] != waiting["supplier"]:
        wrong.append(f"told {waiting}")
    return wrong


def raced(act: Act, folder: Folder, known: Results, rounds: int) -> Told:
    """People of both sides who read without end, each in a process of its own, while the act is done in another."""
    found = Told(act.name, len(known))
    for number in range(rounds):
        folder.put_back()
        answers = sorted(_race(act, known), key=lambda answer: answer.started)
        found.requests += len(answers)
        found.points += any(answer.has for answer in answers)
        found.wrong += [f"round {number}: {late}" for late in behind(answers)]
    return found


@dataclass(frozen=True)
class Timed:
    """One answer: when it was asked and given, to which side, and whether it held a result."""

    started: float
    ended: float
    side: int
    url: str
    has: bool


def behind(answers: Sequence[Timed]) -> list[str]:
    """Requests begun after the other side had read a result, and answered without."""
    first = {side: min((one.ended for one in answers if one.side == side and one.has), default=None) for side in (0, 1)}
    return [
        f"{one.url} {one.started - first[1 - one.side]:.4f} s after the other side"
        for one in answers
        if not one.has and first[1 - one.side] is not None and one.started > first[1 - one.side]
    ]


def _race(act: Act, known: Results) -> Iterator[Timed]:
    connections.close_all()
    start, pipes = time.monotonic() + 0.3, []
    for pair, side in product(ACTORS, (0, 1)):
        pipes.append(_child(lambda pair=pair, side=side: _reader(act, known, pair, side, start)))
    actor = _child(lambda: _act_at(act, start + 0.15))
    for child, pipe in [actor, *pipes]:
        with os.fdopen(pipe) as said:
            lines = said.read().splitlines()
        _pid, status = os.waitpid(child, 0)
        assert status == 0, lines
        for line in lines:
            yield Timed(*json.loads(line))


def _child(work: Callable[[], Iterable[Timed]]) -> tuple[int, int]:
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(out)
        code = 0
        try:
            lines = [json.dumps([one.started, one.ended, one.side, one.url, one.has]) for one in work()]
        except BaseException as error:
            lines, code = [repr(error)], 1
        with os.fdopen(into, "w") as pipe:
            pipe.write("\n".join(lines))
        os._exit(code)
    os.close(into)
    return child, out


def _act_at(act: Act, moment: float) -> Iterable[Timed]:
    time.sleep(max(0.0, moment - time.monotonic()))
    act.do()
    return ()


def _reader(act: Act, known: Results, pair: tuple[str, str], side: int, start: float) -> Iterable[Timed]:
    """Reads until every address has shown its result, and a little longer."""
    client, urls, answers = visitor(act.cast, pair[side]), known.of[pair], []
    missing, limit = set(urls), start + 60
    while (missing or time.monotonic() < start + 0.6) and time.monotonic() < limit:
        for url, lines in urls.items():
            began = time.monotonic()
            with clock.at(act.at) if act.at else _now():
                has = bool(read(client, url) & lines)
            answers.append(Timed(began, time.monotonic(), side, url, has))
            missing -= {url} if has else set()
    return answers
