"""The respondent's side under load: one page with all questions, and complete answers saved and synced.

    python benchmarks/respond.py

Starts the product as it is served (two workers) on a throw-away data folder, seeds a wave through the actions, then
drives it with clients in a closed loop: new cookies for each respondent, connections kept open, no thinking time.
"""

from __future__ import annotations

import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

PORT = int(os.environ.get("BENCH_PORT", "8391"))
PEOPLE = 400
SECONDS = 8
AT_ONCE = 10


@dataclass(frozen=True)
class Result:
    name: str
    measured: float
    unit: str
    target: float
    at_least: bool = False

    @property
    def reached(self) -> bool:
        return self.measured >= self.target if self.at_least else self.measured <= self.target

    def __str__(self) -> str:
        sign = "at least" if self.at_least else "at most"
        verdict = "reached" if self.reached else "MISSED"
        return f"{self.name:<58}{self.measured:>9.1f} {self.unit:<8} {sign} {self.target:g}   {verdict}"


# ---------------------------------------------------------------- The wave
def seed() -> list[str]:
    """A wave that collects, made through the actions; the links of its people."""
    from django.utils import timezone

    from reciproque.app.directory.actions import members, organisations, people
    from reciproque.app.directory.models import Function
    from reciproque.app.shared.audit import SYSTEM, actor
    from reciproque.app.survey.actions import sealing, waves
    from reciproque.app.survey.urn import collect

    client, supplier = (organisations.create_organisation(by=SYSTEM, name=name) for name in ("Client", "Supplier"))
    relationship = members.create_relationship(by=SYSTEM, client=client, supplier=supplier)
    sponsors = {}
    for side, company in (("client", client), ("supplier", supplier)):
        sponsors[side] = actor(
            members.add_member(
                by=SYSTEM, relationship=relationship, email=f"sponsor@{side}.test", name=f"Sponsor {side}",
                role="sponsor", side=side, organisation=company,
            ).account
        )  # fmt: skip
    now = timezone.now()
    wave = waves.create_wave(
        by=sponsors["client"], relationship=relationship, opens_at=now, closes_at=now + timedelta(days=1)
    )
    function = Function.objects.get(code="purchasing", organisation=None)
    for side, company in (("client", client), ("supplier", supplier)):
        asked = [
            people.add_person(
                by=SYSTEM, organisation=company, first_name="Person", last_name=f"Number{number}",
                email=f"person{number}@{side}.test", function=function,
            )
            for number in range(PEOPLE // 2)
        ]  # fmt: skip
        waves.set_people(by=SYSTEM, wave=wave, side=side, people=asked)
    for sponsor in sponsors.values():
        waves.declare_list(by=sponsor, wave=wave, side=sponsor.account.memberships.get().side, complete=True)
    waves.start_sealing(by=sponsors["client"], wave=wave)
    for sponsor in sponsors.values():
        sealing.confirm_phrase(by=sponsor, wave=wave, phrase=sealing.seal_key(by=sponsor, wave=wave))
    wave.refresh_from_db()
    if wave.state != "collecting":
        sealing.open_collection(wave=wave)
    return [collect.invitation_token(wave.pk, invitation.pk) for invitation in wave.invitations.all()]


# ---------------------------------------------------------------- The client
@dataclass
class Browser:
    """One respondent's browser: cookies, one connection, nothing else."""

    connection: http.client.HTTPConnection
    cookies: dict[str, str] = field(default_factory=dict)
    plain: bool = True

    def send(self, method: str, path: str, data: dict[str, str] | None = None) -> tuple[int, bytes, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers["Accept-Encoding"] = "identity" if self.plain else "gzip"
        body = None
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(data)
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return response.status, response.read(), response.getheader("Location") or ""


def connect() -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)


def hidden(page: bytes, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"'.encode(), page)[1].decode()


def enter(browser: Browser, token: str) -> None:
    packed, browser.plain = not browser.plain, True
    _status, page, _ = browser.send("GET", "/r")
    status, _page, _ = browser.send(
        "POST", "/r", {"token": token, "csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken")}
    )
    assert status == 302, status
    browser.plain = not packed


def whole_answer(connection: http.client.HTTPConnection, token: str) -> float:
    """Link, promise, page of questions, hand-in, receipt. Returns the seconds that the hand-in took."""
    browser = Browser(connection)
    enter(browser, token)
    browser.send("GET", "/r/promise")
    _status, page, _ = browser.send("GET", "/r/answer/all")
    names = sorted(set(re.findall(rb'type="radio" name="([A-Z]\d+m?)"', page)))
    answers = {name.decode(): "5" for name in names} | {"O1": "A text of ordinary length. " * 8, "O1-reader": "reword"}
    hidden_fields = {name: hidden(page, name) for name in ("csrfmiddlewaretoken", "state")}
    start = time.perf_counter()
    status, _page, where = browser.send("POST", "/r/hand-in", answers | hidden_fields)
    taken = time.perf_counter() - start
    assert (status, where) == (302, "/r/receipt"), (status, where)
    status, page, _ = browser.send("GET", where)
    assert status == 200
    assert b"receipt-code" in page
    return taken


def closed_loop(
    work: Callable[[http.client.HTTPConnection, int], float], at_once: int, seconds: float
) -> tuple[float, list[float]]:
    """Repeat the work at that many connections for that long: how many per second, and how long each took."""
    end = time.perf_counter() + seconds

    def one(lane: int) -> list[float]:
        connection, taken, turn = connect(), [], lane
        while time.perf_counter() < end:
            taken.append(work(connection, turn))
            turn += at_once
        connection.close()
        return taken

    start = time.perf_counter()
    with ThreadPoolExecutor(at_once) as lanes:
        taken = [each for lane in lanes.map(one, range(at_once)) for each in lane]
    return len(taken) / (time.perf_counter() - start), taken


# ---------------------------------------------------------------- The server
def serve(env: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(PORT),
        "--workers", "2", "--blocking-threads", "1", "--log-level", "error", "--no-access-log",
        "reciproque.config.wsgi:application",
    ]  # fmt: skip
    server = subprocess.Popen(command, env=env, start_new_session=True)
    for _ in range(150):
        time.sleep(0.2)
        try:
            connection = connect()
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return server
        except OSError:
            continue
    server.terminate()
    raise SystemExit("the server did not start")


def cpu_seconds(root: int) -> float:
    """Processor time of a process and of its children."""
    whole = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat.parent.name) == root or int(fields[1]) == root:
            whole += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return whole


def weigh(token: str) -> list[Result]:
    """What one page of questions costs on the wire, for a browser that has nothing yet."""
    browser = Browser(connect(), plain=False)
    enter(browser, token)
    _status, packed, _ = browser.send("GET", "/r/answer/all")
    browser.plain = True
    _status, page, _ = browser.send("GET", "/r/answer/all")
    files = set(re.findall(rb'(?:href|src)="(/static/[^"]+)"', page))
    size, fonts, requests = len(packed), 0, 1 + len(files)
    for path in files:
        browser.connection.request("GET", path.decode(), headers={"Accept-Encoding": "br, gzip"})
        response = browser.connection.getresponse()
        size += len(response.read())
        if path.endswith(b".css"):
            browser.connection.request("GET", path.decode())
            for font in set(re.findall(rb"url\(([^)]+\.woff2)\)", browser.connection.getresponse().read())):
                address = path.decode().rpartition("/")[0] + "/" + font.decode().strip("\"'").rpartition("/")[2]
                browser.connection.request("GET", address)
                fonts += len(browser.connection.getresponse().read())
                requests += 1
    return [
        Result("page with all questions, on the wire without fonts", size / 1000, "kB", 60),
        Result("fonts", fonts / 1000, "kB", 80),
        Result("requests", requests, "", 8),
    ]


def measure(server: subprocess.Popen[bytes], tokens: list[str]) -> list[Result]:
    results = weigh(tokens[0])
    visitors = []
    for token in tokens[:AT_ONCE]:
        browser = Browser(connect(), plain=False)
        enter(browser, token)
        browser.connection.close()
        visitors.append(browser.cookies)

    def read(connection: http.client.HTTPConnection, turn: int) -> float:
        start = time.perf_counter()
        status, _page, _ = Browser(connection, dict(visitors[turn % AT_ONCE]), plain=False).send("GET", "/r/answer/all")
        assert status == 200
        return time.perf_counter() - start

    closed_loop(read, AT_ONCE, 1.5)
    before = cpu_seconds(server.pid)
    rate, taken = closed_loop(read, AT_ONCE, SECONDS)
    spent = (cpu_seconds(server.pid) - before) / len(taken) * 1000
    results.append(Result("page with all questions, processor time", spent, "ms", 15))
    results.append(Result(f"page with all questions, {AT_ONCE} at once", rate, "pages/s", 150, at_least=True))
    results.append(
        Result("… 95th percentile of the time to have it", statistics.quantiles(taken, n=20)[-1] * 1000, "ms", 400)
    )

    def answer(connection: http.client.HTTPConnection, turn: int) -> float:
        return whole_answer(connection, tokens[turn % len(tokens)])

    closed_loop(answer, AT_ONCE, 1)
    before = cpu_seconds(server.pid)
    rate, taken = closed_loop(answer, AT_ONCE, SECONDS)
    spent = (cpu_seconds(server.pid) - before) / len(taken) * 1000
    results.append(Result("complete answer, processor time of its six requests", spent, "ms", 1000 * 2 / 60))
    results.append(Result(f"complete answers, link to receipt, {AT_ONCE} at once", rate, "per s", 60, at_least=True))
    results.append(Result("… 95th percentile of the hand-in", statistics.quantiles(taken, n=20)[-1] * 1000, "ms", 100))
    return results


def run() -> list[Result]:
    """Everything above on a throw-away installation."""
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
        tokens = seed()
        server = serve(dict(os.environ))
        try:
            return measure(server, tokens)
        finally:
            server.terminate()
            server.wait(timeout=20)


def main() -> int:
    print(f"machine load before: {' '.join(f'{load:.2f}' for load in os.getloadavg())}, {os.cpu_count()} cores")
    results = run()
    for result in results:
        print(result)
    return 0 if all(result.reached for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
