"""The web of relations: a mailbox of 20,000 messages, a calendar of ten years, a web of 60 people and 200 ties.

    python benchmarks/network.py

On a throw-away data folder. The pages go through the views as a browser would call them, without the network.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

MESSAGES, PEOPLE, TIES, ROUNDS = 20_000, 60, 200, 25
CHUNK = 65_536
PARIS = ZoneInfo("Europe/Paris")
OWNER = "owner@client.example"


@dataclass(frozen=True)
class Result:
    name: str
    measured: float
    unit: str
    target: float

    @property
    def reached(self) -> bool:
        return self.measured <= self.target

    def __str__(self) -> str:
        verdict = "reached" if self.reached else "MISSED"
        return f"{self.name:<58}{self.measured:>9.1f} {self.unit:<8} at most {self.target:g}   {verdict}"


# ---------------------------------------------------------------- files
def mailbox() -> Iterator[bytes]:
    """Whole messages of about 3 kB: names with accents, encoded words, copies, folded headers, a body."""
    body = b"A line of text that nobody reads, and that is passed over while it arrives.\n" * 30
    for number in range(MESSAGES):
        day = date(2025, 1, 1) + timedelta(days=number % 365)
        other = f"=?utf-8?q?H=C3=A9l=C3=A8ne_{number % 400}?= <person{number % 400}@supplier.example>"
        copies = ",\n ".join(f"Colleague {one} <c{one}@client.example>" for one in range(number % 6))
        sender, to = (other, f"Owner <{OWNER}>") if number % 2 else (f"Owner <{OWNER}>", other)
        head = (
            f"From x@y {day:%a %b %d} 10:00:00 2025\nReceived: from a by b; {day:%a, %d %b %Y} 10:00:00 +0100\n"
            f"From: {sender}\nTo: {to}\n{f'Cc: {copies}{chr(10)}' if copies else ''}"
            f"Subject: Message {number}\nDate: {day:%a, %d %b %Y} 10:00:00 +0100\nMessage-ID: <{number}@x>\n\n"
        )
        yield head.encode() + body + b"\n"


def calendar() -> Iterator[bytes]:
    """5,000 single meetings and 200 series, some with exceptions, in two time zones."""
    yield b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
    for number in range(5_200):
        day = date(2016, 1, 1) + timedelta(days=number * 3650 // 5_200)
        rule = "RRULE:FREQ=WEEKLY;BYDAY=TU,TH\r\nEXDATE:20250107T090000Z\r\n" if number % 26 == 0 else ""
        zone = "America/New_York" if number % 3 else "Europe/Paris"
        guests = "".join(
            f"ATTENDEE;CN=Personne {one};PARTSTAT=ACCEPTED:mailto:{one}\r\n"
            for one in (OWNER, f"person{number % 90}@supplier.example", f"person{number % 7}@supplier.example")
        )
        yield (
            f"BEGIN:VEVENT\r\nUID:{number}\r\nDTSTART;TZID={zone}:{day:%Y%m%d}T090000\r\n{rule}{guests}"
            f"SUMMARY:Meeting {number}\r\nDESCRIPTION:{'text ' * 60}\r\nEND:VEVENT\r\n"
        ).encode()
    yield b"END:VCALENDAR\r\n"


def read(pieces: Iterator[bytes]) -> tuple[float, int, int]:
    """Processor seconds to read the file as it arrives and count it, its size in MB, the people found."""
    from reciproque.app.network.traces.reading import TraceFile, tally

    content = b"".join(pieces)
    start = time.process_time()
    file = TraceFile(PARIS)
    for at in range(0, len(content), CHUNK):
        file.feed(content[at : at + CHUNK])
    found = tally(file.close(), [OWNER], date(2025, 1, 1), date(2025, 12, 31))
    return time.process_time() - start, len(content) // 1_000_000, len(found.seen)


# ---------------------------------------------------------------- pages
def seed() -> tuple[object, str, str]:
    """Two companies of 30 people, 200 ties that both declare, laid side by side; a link of one key person."""
    from reciproque.app.directory.actions import members, organisations, people
    from reciproque.app.directory.models import Function
    from reciproque.app.network.actions.declarations import Said, declare
    from reciproque.app.network.actions.halves import say_ready
    from reciproque.app.network.actions.participation import make_link, show_link
    from reciproque.app.shared.audit import SYSTEM, actor

    functions = list(Function.objects.filter(organisation=None))[:8]
    client, supplier = (organisations.create_organisation(by=SYSTEM, name=name) for name in ("Client", "Supplier"))
    relationship = members.create_relationship(by=SYSTEM, client=client, supplier=supplier)
    sides = {"client": client, "supplier": supplier}
    accounts, staff = {}, {}
    for side, company in sides.items():
        accounts[side] = members.add_member(
            by=SYSTEM, relationship=relationship, email=f"sponsor@{side}.test", name=f"Sponsor {side}",
            role="sponsor", side=side, organisation=company,
        ).account  # fmt: skip
        staff[side] = [
            people.add_person(
                by=SYSTEM, organisation=company, first_name="Person", last_name=f"{side.title()}{number}",
                function=functions[number % 8],
            )
            for number in range(PEOPLE // 2)
        ]  # fmt: skip
    pairs = [(tie % 30, (tie * 7 + tie // 30) % 30) for tie in range(TIES)]
    for side, own, other in (("client", 0, 1), ("supplier", 1, 0)):
        opposite = staff["supplier" if side == "client" else "client"]
        ties = [
            Said(
                person=staff[side][pair[own]], contact=str(opposite[pair[other]]), frequency="weekly",
                function=functions[pair[other] % 8],
            )
            for pair in pairs
        ]  # fmt: skip
        declare(by=actor(accounts[side]), relationship=relationship, side=side, ties=ties)
        say_ready(by=actor(accounts[side]), relationship=relationship, side=side, ready=True)
    by = actor(accounts["client"])
    link = make_link(by=by, relationship=relationship, side="client", person=staff["client"][0])
    return accounts["client"], relationship.key, "/r/" + show_link(by=by, link=link).split("/r/")[1]


def cost(ask: Callable[[], object]) -> float:
    """Processor milliseconds of one call, the median of several."""
    for _ in range(3):
        ask()
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        ask()
        taken.append(time.process_time() - start)
    return statistics.median(taken) * 1000


def pages() -> list[Result]:
    from django.test import Client
    from django.urls import reverse

    account, key, link = seed()
    browser = Client()
    browser.force_login(account)

    def ask(address: str) -> Callable[[], object]:
        def call() -> None:
            assert browser.get(address).status_code == 200, address

        return call

    web = reverse("web", args=[key])
    return [
        Result(f"Web of {PEOPLE} people and {TIES} ties: processor time", cost(ask(web)), "ms", 150),
        Result("The same narrowed to one function", cost(ask(f"{web}?client=purchasing")), "ms", 150),
        Result("A key person's page by short link", cost(ask(link)), "ms", 100),
    ]


def files() -> list[Result]:
    seconds, size, people = read(mailbox())
    found = Result(f"{MESSAGES:,} messages, {size} MB, read and counted", seconds, "s", 3)
    assert people > 400, people
    seconds, size, people = read(calendar())
    assert people > 80, people
    return [found, Result(f"5,200 meetings of ten years, {size} MB, read and counted", seconds, "s", 2)]


def run() -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="reciproque-bench-") as folder:
        os.environ |= {
            "RECIPROQUE_DATA": folder,
            "RECIPROQUE_SIMULATE": "1",
            "DJANGO_SETTINGS_MODULE": "reciproque.config.settings",
        }
        import django

        django.setup()
        from django.conf import settings

        from reciproque.cli.prepare import prepare

        settings.ALLOWED_HOSTS, settings.SECOND_FACTOR_REQUIRED = ["*"], False
        prepare()
        return [*files(), *pages()]


def main() -> int:
    print(f"machine load before: {' '.join(f'{load:.2f}' for load in os.getloadavg())}, {os.cpu_count()} cores")
    results = run()
    for result in results:
        print(result)
    return 0 if all(result.reached for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
