"""The product under load, on the two cores of this machine, which the clients below share with it.

Real processes on a data folder of their own: on SQLite `serve` with two web processes and three `worker`; on
PostgreSQL (fsync on) two `serve` of one web process each, as two machines would be, and three `worker`. Respondents
arrive at a constant rate (open loop), each with a connection and an address of its own: 50 submissions/s for 90 s
(--full: 600 s), one submission being six requests, from the link to the receipt (tests/attack/load.py says which).
Meanwhile a backup is made every 20 s and a report (PDF) is read every 5 s. Then:

- one address sends 1,000 requests/s while others answer at 5/s;
- four processes close the wave at the same moment, three turn keys at the same moment: one closing, one opening;
- every receipt acknowledged last must be in the published list, and no ballot more.

A submission may cost the web processes 30 ms of processor: 50/s then leave a quarter of two cores to the rest.
Times depend on what else runs here: the load average stands beside them. The client costs about a fifth of a core.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent / "tests"
sys.path.insert(0, str(TESTS))

import psycopg
from claims import Claim, none_of, run

import smtp
from attack.load import Tally, arrivals, p95, until_stopped
from installations import Installation, fetch, free_port

URL = os.environ.get("DATABASE_URL", "")
WORKERS, RACERS = 3, 4
NOT_NOTICED = 100  # milliseconds


@dataclass(frozen=True)
class Scale:
    people: int = 1000
    mailed: int = 90
    rate: float = 50
    seconds: float = 90
    flood: float = 20


def say(text: str) -> None:
    print(f"  {text} (load {' '.join(f'{load:.1f}' for load in os.getloadavg())})", file=sys.stderr, flush=True)


def within(claim: str, measured: float, limit: float, unit: str) -> Claim:
    """A time, with what else the machine had to do."""
    load = os.getloadavg()[0]
    return Claim(claim, f"at most {limit:,.0f} {unit}", f"{measured:,.1f} {unit}, load {load:.1f}", measured <= limit)


# ---------------------------------------------------------------- Installation and processes
def installation(folder: Path, mail_port: int) -> Installation:
    extra = {
        "PYTHONPATH": str(TESTS),
        "RECIPROQUE_PHRASE_MEMORY_MIB": "256",
        "RECIPROQUE_PROXIES": "1",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(mail_port),
        "SMTP_STARTTLS": "no",
    }
    return Installation(folder, extra | ({"DATABASE_URL": URL} if URL else {}))


def world(made: Installation, *words: object, start_at: float = 0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(TESTS / "attack/load_world.py"), *map(str, words)],
        env=made.environment | {"START_AT": str(start_at)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def told(process: subprocess.Popen[str], typed: str = "") -> dict[str, object]:
    out, _ = process.communicate(typed)
    if process.returncode:
        raise RuntimeError(f"load_world ended with {process.returncode}")
    return json.loads(out.splitlines()[-1])


@dataclass(frozen=True)
class Servers:
    ports: list[int]
    processes: list[int]

    def processor(self) -> float:
        """Seconds of processor that the servers and their web processes have used."""
        return sum(map(_processor, {one for pid in self.processes for one in (pid, *_children(pid))}))


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _processor(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(made: Installation) -> Iterator[Servers]:
    """One server with two web processes, or on PostgreSQL two with one."""
    with ExitStack() as stack:
        ports = [free_port() for _ in range(2 if URL else 1)]
        started = [
            stack.enter_context(made.start("serve", "--port", port, "--workers", 2 // len(ports))) for port in ports
        ]
        for port in ports:
            assert fetch(f"http://127.0.0.1:{port}/health", patience=300)[0] == 200
        yield Servers(ports, [process.pid for process in started])


@contextmanager
def at_work(made: Installation) -> Iterator[None]:
    with ExitStack() as stack:
        for _ in range(WORKERS):
            stack.enter_context(made.start("worker"))
        yield


# ---------------------------------------------------------------- Mails
def mailed(made: Installation, sink: smtp.Handler, people: int) -> Claim:
    """Several workers, one queue: everybody gets one invitation, nobody two."""
    until = time.monotonic() + 180
    while told(world(made, "mails")) != {"sent": people} and time.monotonic() < until:
        time.sleep(3)
    reached = Counter(address for address in sink.recipients if address.endswith("-mail.test") and "person" in address)
    wrong = people - len(reached) + sum(times - 1 for times in reached.values())
    return none_of(f"{WORKERS} workers at once: invitations lost or mailed twice", wrong, people, "invitations")


# ---------------------------------------------------------------- Load
def loaded(made: Installation, place: Path, seeded: dict, servers: Servers, scale: Scale) -> Iterator[Claim | Tally]:
    copies: list[float] = []

    def copy() -> None:
        began = time.monotonic()
        done = made.run("backup", place / "copy", timeout=300)
        copies.append(time.monotonic() - began)
        if done.returncode:
            raise RuntimeError(done.stderr)
        shutil.rmtree(place / "copy")

    stop_copies, stop_reports = until_stopped(copy, 20), until_stopped(lambda: read_report(servers, seeded), 5)
    before = servers.processor()
    tally = arrivals(servers.ports, seeded["large"]["tokens"], rate=scale.rate, seconds=scale.seconds)
    spent = (servers.processor() - before) / max(len(tally.receipts), 1) * 1000
    backups, reports = stop_copies(), stop_reports()
    asked = round(scale.rate * scale.seconds)
    say(
        f"{len(tally.receipts)} of {asked} submissions, {dict(tally.failures)}; arrivals at most "
        f"{max(tally.late) * 1000:.0f} ms late; {backups} backups of {max(copies):.1f} s at most; {reports} reports"
    )
    failed = tally.failures.total()
    yield Claim(
        f"Submissions at {scale.rate:g}/s, while backups are made and reports read: failed",
        f"0 of {asked:,} submissions",
        f"{failed:,}, {backups} backups and {reports} reports meanwhile",
        not failed and backups > 0 and reports > 0,
    )
    yield within("Handing in, 95th percentile until acknowledged", p95(tally.hand_ins), 500, "ms")
    yield within("Any of the six requests of a submission, 95th percentile", p95(tally.requests), 500, "ms")
    yield within("Processor time of the web processes for a submission, reports included", spent, 30, "ms")
    yield tally


def read_report(servers: Servers, seeded: dict) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{servers.ports[0]}/reading/waves/{seeded['report']}/report.pdf",
        headers={"Cookie": f"sessionid={seeded['session']}", "X-Forwarded-For": "203.0.113.1"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        if not answer.read().startswith(b"%PDF"):
            raise RuntimeError("a report that is no report")


# ---------------------------------------------------------------- Flood
def flooded(seeded: dict, ports: list[int], scale: Scale) -> Iterator[Claim | Tally]:
    """The people of the small wave answer at 5/s, then again while one address floods, from its first second on."""
    tokens, number = seeded["small"]["tokens"], round(5 * scale.flood)
    calm = arrivals(ports, tokens, rate=5, seconds=scale.flood)
    script = (
        "import sys; from attack.load import Flood; flood = Flood(int(sys.argv[1]), 1000);"
        "flood.run(float(sys.argv[2])); print(flood.sent, dict(flood.answered))"
    )
    seconds = scale.flood + 5
    flooder = subprocess.Popen(
        [sys.executable, "-c", script, str(ports[0]), str(seconds)],
        env=os.environ | {"PYTHONPATH": str(TESTS)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    during = arrivals(ports, tokens, rate=5, seconds=scale.flood, first=number)
    sent, answered = flooder.communicate()[0].split(" ", 1)
    rate = int(sent) / seconds
    say(f"flood: {rate:.0f} requests/s, answered {answered.strip()}; others {p95(calm.requests):.0f} ms before")
    failed = during.failures.total()
    yield Claim(
        "One address sends 1,000 requests/s: submissions of others that failed",
        f"0 of {number:,} submissions",
        f"{failed:,}, while it sent {rate:,.0f}/s",
        not failed and rate >= 900,
    )
    limit = max(2 * p95(calm.requests), NOT_NOTICED)
    yield within("… 95th percentile of their requests, at most doubled, or what nobody notices",
                 p95(during.requests), limit, "ms")  # fmt: skip
    yield Tally(receipts=calm.receipts + during.receipts)


# ---------------------------------------------------------------- Closing and opening, raced for
def raced(made: Installation, seeded: dict, tallies: dict[str, list[Tally]]) -> Iterator[Claim]:
    """All processes close everything that is due; three turn keys of the small wave after its client has."""
    at = time.time() + 8
    for process in [world(made, "close", seeded["small"]["wave"], start_at=at) for _ in range(RACERS)]:
        told(process)
    told(world(made, "close", seeded["small"]["wave"]))  # the next round of the job: what each left to the others
    closed = {name: told(world(made, "state", seeded[name]["wave"])) for name in tallies}
    last = {
        (name, person): receipt
        for name, several in tallies.items()
        for tally in several
        for person, receipt in tally.receipts
    }
    listed = {receipt.lower() for found in closed.values() for receipt in found["receipts"]}
    missing = sum(receipt.lower() not in listed for receipt in last.values())
    yield none_of("Acknowledged receipts that are not in the published list", missing, len(last), "people")
    ballots = [sum(found[what] for found in closed.values()) for what in ("ballots", "answered")]
    more = sum(abs(number - len(last)) for number in ballots)
    yield none_of("Ballots more or fewer than people who answered", more, len(last), "people")

    small, large = seeded["small"], seeded["large"]
    told(world(made, "open", small["wave"], "client"), small["phrases"]["client"])
    at = time.time() + 8
    racers = [
        (side, world(made, "open", small["wave"], side, start_at=at)) for side in ("supplier", "supplier", "client")
    ]
    said = [told(process, small["phrases"][side])["said"] for side, process in racers]
    opened = told(world(made, "state", small["wave"]))
    found = tuple(opened[what] for what in ("closings", "openings", "publications"))
    say(f"three keys at once: {said}")
    yield Claim(
        f"{RACERS} processes close, 3 turn keys, at the same moment: closings, openings, publications",
        "1, 1, 1",
        ", ".join(map(str, found)),
        found == (1, 1, 1),
    )
    told(world(made, "open", large["wave"], "client"), large["phrases"]["client"])
    last_key = told(world(made, "open", large["wave"], "supplier"), large["phrases"]["supplier"])
    seconds = float(last_key["seconds"]) if last_key["said"] == "open" else float("nan")
    yield within(f"Opening {closed['large']['ballots']:,} ballots", seconds, 10, "s")


def on_disk() -> None:
    """What is acknowledged must be on the disk: the throw-away PostgreSQL is told so."""
    with psycopg.connect(URL, autocommit=True) as server:
        server.execute("ALTER SYSTEM SET fsync = on")
        server.execute("SELECT pg_reload_conf()")
        time.sleep(1)
        assert server.execute("SHOW fsync").fetchone() == ("on",)


def measured(scale: Scale) -> Iterator[Claim]:
    if URL:
        on_disk()
    tallies: dict[str, list[Tally]] = {"large": [], "small": []}
    with tempfile.TemporaryDirectory(prefix="reciproque-load-") as folder, smtp.server() as (sink, mail_port):
        made = installation(Path(folder) / "data", mail_port)
        seeded = told(world(made, "seed", scale.people, scale.mailed))
        say(f"{scale.people} people are asked")
        with served(made) as servers, at_work(made):
            yield mailed(made, sink, scale.mailed)
            for name, part in (
                ("large", loaded(made, Path(folder), seeded, servers, scale)),
                ("small", flooded(seeded, servers.ports, scale)),
            ):
                for found in part:
                    if isinstance(found, Tally):
                        tallies[name].append(found)
                    else:
                        yield found
        yield from raced(made, seeded, tallies)


def prove(full: bool) -> Iterator[Claim]:
    return measured(Scale(seconds=600, flood=60) if full else Scale())


if __name__ == "__main__":
    run(prove)
