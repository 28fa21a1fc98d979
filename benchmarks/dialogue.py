"""The session under load: forty phones that ask every two seconds whether anything changed.

    python benchmarks/dialogue.py

Starts the product as it is served (two workers) on a throw-away data folder, seeds a session through the actions, then
lets forty phones ask as browsers do: quietly first, then while the facilitator opens a step every few seconds. Then
reads a thousand statements with the command, as a process of its own: processor time, so that neighbours do not count.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from respond import Browser, Result, connect, cpu_seconds, hidden, serve

PHONES = 40
EVERY = 2.0
SECONDS = 16
STAMP = re.compile(r'data-stamp="([^"]+)"|/d/live/now\?at=([^"]+)"')


# ---------------------------------------------------------------- The session
def seed() -> tuple[object, list[str]]:
    """A session whose room is open; the signs of the links of its people."""
    from django.utils import timezone

    from reciproque.app.dialogue import urn
    from reciproque.app.dialogue.actions import deck, people, sessions, voting
    from reciproque.app.dialogue.models import Session
    from reciproque.app.directory.actions import members, organisations
    from reciproque.app.directory.actions import people as directory
    from reciproque.app.directory.models import Function
    from reciproque.app.shared.audit import SYSTEM, actor

    companies = {
        side: organisations.create_organisation(by=SYSTEM, name=side.title()) for side in ("client", "supplier")
    }
    relationship = members.create_relationship(by=SYSTEM, **companies)
    roles = [("sponsor", "client"), ("sponsor", "supplier"), ("facilitator", "neutral")]
    seats = {
        side: members.add_member(
            by=SYSTEM, relationship=relationship, email=f"{side}@seat.test", name=f"{role} {side}",
            role=role, side=side, organisation=companies.get(side),
        ).account
        for role, side in roles
    }  # fmt: skip
    soon = timezone.now() + timedelta(days=1)
    session = sessions.create_session(
        by=SYSTEM, relationship=relationship, title="Workshop", planned_at=soon, facilitator=seats["neutral"]
    )
    words = dict.fromkeys(("purpose", "people", "rules", "recipients"), "Words")
    sessions.change_mandate(by=SYSTEM, session=session, title="Workshop", planned_at=soon, **words)
    for side in companies:
        sessions.sign_mandate(by=actor(seats[side]), session=session, digest=sessions.digest_of(session))
    function = Function.objects.get(code="purchasing", organisation=None)
    for side, company in companies.items():
        there = [
            directory.add_person(
                by=SYSTEM, organisation=company, first_name="Person", last_name=f"Number{number}",
                email=f"person{number}@{side}.test", function=function,
            )
            for number in range(PHONES // 2)
        ]  # fmt: skip
        people.add_participants(by=SYSTEM, session=session, side=side, people=there)
        for number in range(3):
            text = f"Sentence {number} of the {side}"
            deck.draw_up_statement(by=SYSTEM, session=session, side=side, text_fr=text, text_en=text)
    voting.open_voting(by=SYSTEM, session=session, closes_at=soon)
    Session.objects.filter(pk=session.pk).update(vote_closes_at=timezone.now())
    voting.seal_votes(by=SYSTEM, session=session)
    sessions.begin(by=SYSTEM, session=session)
    return session, [urn.signs_of(one) for one in session.participants.all()]


# ---------------------------------------------------------------- The phones
class Phone:
    """One phone: its cookie, its connection, the stamp of what it shows."""

    def __init__(self, signs: str) -> None:
        self.browser = Browser(connect())
        _status, page, _ = self.browser.send("GET", "/d")
        fields = {"token": signs, "csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken")}
        status, _page, where = self.browser.send("POST", "/d", fields)
        assert (status, where) == (302, "/d/live"), (status, where)
        self.read(self.browser.send("GET", where)[1])
        self.quiet: list[float] = []
        self.changed: list[float] = []

    def read(self, page: bytes) -> None:
        found = STAMP.search(page.decode())
        assert found
        self.stamp = found[1] or found[2]

    def ask(self) -> None:
        start = time.perf_counter()
        status, page, _ = self.browser.send("GET", f"/d/live/now?at={self.stamp}")
        taken = time.perf_counter() - start
        if status == 204:
            self.quiet.append(taken)
        else:
            assert status == 200, status
            self.read(page)
            self.changed.append(taken)

    def run(self, first: float, until: float) -> None:
        """Each phone at its own moment, then every two seconds, as browsers do."""
        turn = first
        while turn < until:
            time.sleep(max(0.0, turn - time.perf_counter()))
            self.ask()
            turn += EVERY


def together(phones: list[Phone], seconds: float) -> float:
    """All phones for that long; the seconds it took."""
    start = time.perf_counter()
    with ThreadPoolExecutor(PHONES) as pool:
        waits = [start + EVERY * rank / PHONES for rank in range(PHONES)]
        list(pool.map(lambda pair: pair[0].run(pair[1], start + seconds), zip(phones, waits, strict=True)))
    return time.perf_counter() - start


def worst(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1] * 1000


def moving(session: object, over: threading.Event) -> None:
    """The facilitator goes back and forth between two steps, every four seconds."""
    from reciproque.app.dialogue.actions import live
    from reciproque.app.shared.audit import SYSTEM

    step = 0
    while not over.wait(4):
        step = 1 - step
        live.look_ahead(by=SYSTEM, session=session, step=step)
        live.open_step(by=SYSTEM, session=session)


def measure(server_pid: int, session: object, links: list[str]) -> list[Result]:
    phones = [Phone(signs) for signs in links]
    together(phones, EVERY)
    before = cpu_seconds(server_pid)
    wall = together(phones, SECONDS)
    share = 100 * (cpu_seconds(server_pid) - before) / wall / 2
    quiet = [taken for phone in phones for taken in phone.quiet]
    over = threading.Event()
    facilitator = threading.Thread(target=moving, args=(session, over))
    facilitator.start()
    before = cpu_seconds(server_pid)
    wall = together(phones, SECONDS)
    busy = 100 * (cpu_seconds(server_pid) - before) / wall / 2
    over.set()
    facilitator.join()
    changed = [taken for phone in phones for taken in phone.changed]
    assert len(changed) >= PHONES, "the phones did not follow the room"
    return [
        Result("40 phones asking every 2 s, share of two cores", share, "%", 15),
        Result("… 95th percentile of an answer, nothing changed", worst(quiet), "ms", 50),
        Result("the same while the room moves every 4 s, share of two cores", busy, "%", 30),
        Result("… 95th percentile of a page that changed", worst(changed), "ms", 250),
    ]


# ---------------------------------------------------------------- The command
STATEMENTS = 1000


def command() -> list[Result]:
    """Processor seconds of `reciproque dialogue` on a thousand statements, its start included; the best of three."""
    rows = [
        {"id": f"S{n}", "text": f"Statement number {n}", "client": _counts(n, 9), "supplier": _counts(n * 7, 13)}
        for n in range(STATEMENTS)
    ]
    found = []
    with tempfile.TemporaryDirectory(prefix="reciproque-bench-") as folder:
        path = Path(folder) / "votes.json"
        path.write_text(json.dumps({"statements": rows}), encoding="utf-8")
        for shape in ("text", "json"):
            taken = min(_process("dialogue", str(path), "--format", shape) for _run in range(3))
            found.append(Result(f"{STATEMENTS} statements read and printed as {shape}, a whole process", taken, "s", 1))
    return found


def _counts(number: int, people: int) -> dict[str, int]:
    agree = number % (people + 1)
    disagree = (number * 5) % (people - agree + 1)
    return {"agree": agree, "disagree": disagree, "pass": people - agree - disagree}


def _process(*words: str) -> float:
    before = os.times()
    subprocess.run([Path(sys.executable).with_name("reciproque"), *words], check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> int:
    print(f"machine load before: {' '.join(f'{load:.2f}' for load in os.getloadavg())}, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="reciproque-bench-") as folder:
        os.environ |= {
            "RECIPROQUE_DATA": folder,
            "RECIPROQUE_SIMULATE": "1",  # no mail server here
            "RECIPROQUE_PHRASE_MEMORY_MIB": "8",
            "DJANGO_SETTINGS_MODULE": "reciproque.config.settings",
        }
        import django

        django.setup()
        from reciproque.cli.prepare import prepare

        prepare()
        session, links = seed()
        server = serve(dict(os.environ))
        try:
            results = measure(server.pid, session, links)
        finally:
            server.terminate()
            server.wait(timeout=20)
    results += command()
    for result in results:
        print(result)
    return 0 if all(result.reached for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
