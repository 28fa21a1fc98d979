"""Respondents who arrive at a steady rate, whether or not the server keeps up, and one address that floods it.

One submission is all that a respondent's browser asks for, over a connection of its own: the link (GET /r), its
26 signs (POST /r), the promise (GET /r/promise), the page with all questions (GET /r/answer/all), the hand-in
(POST /r/hand-in, acknowledged once on the disk) and the receipt (GET /r/receipt). Styles and fonts, which never change,
are left out. Used by proof/load.py and its test.
"""

from __future__ import annotations

import http.client
import random
import re
import selectors
import socket
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlencode

HIDDEN = re.compile(rb'name="(csrfmiddlewaretoken|state)" value="([^"]*)"')
RADIO = re.compile(rb'type="radio" name="([A-Z]\d+m?)"')
RECEIPT = re.compile(rb'class="receipt-code">(.*?)</p>', re.DOTALL)
LANES = 100


@dataclass
class Tally:
    """What happened: seconds of every request and of every hand-in, acknowledged receipts in order, failures."""

    requests: list[float] = field(default_factory=list)
    hand_ins: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    receipts: list[tuple[int, str]] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)

    def last_receipts(self) -> dict[int, str]:
        return dict(self.receipts)


def p95(seconds: Sequence[float]) -> float:
    """In milliseconds."""
    return statistics.quantiles(seconds, n=20)[-1] * 1000 if len(seconds) > 1 else float("nan")


class Visitor:
    """One respondent's browser, seen by the server under an address of its own."""

    def __init__(self, port: int, number: int, tally: Tally) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.tally = tally
        self.headers = {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}

    def send(self, method: str, path: str, data: dict[str, str] | None = None) -> bytes:
        started = time.perf_counter()
        headers = self.headers | {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, None if data is None else urlencode(data), headers)
        response = self.connection.getresponse()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        page = response.read()
        self.tally.requests.append(time.perf_counter() - started)
        if response.status not in (200, 302):
            raise RuntimeError(f"{method} {path} {response.status}")
        return page

    def submit(self, token: str, chance: random.Random) -> str:
        """The whole path; gives the receipt."""
        entered = dict(HIDDEN.findall(self.send("GET", "/r")))
        csrf = entered[b"csrfmiddlewaretoken"].decode()
        self.send("POST", "/r", {"token": token, "csrfmiddlewaretoken": csrf})
        self.send("GET", "/r/promise")
        page = self.send("GET", "/r/answer/all")
        fields = {name.decode(): value.decode() for name, value in HIDDEN.findall(page)}
        fields |= {name.decode(): str(chance.randint(3, 7)) for name in set(RADIO.findall(page))}
        fields |= {"O1": "A text of ordinary length. " * 8, "O1-reader": "reword"}
        started = time.perf_counter()
        self.send("POST", "/r/hand-in", fields)
        self.tally.hand_ins.append(time.perf_counter() - started)
        return receipt_in(self.send("GET", "/r/receipt"))


def receipt_in(page: bytes) -> str:
    found = RECEIPT.search(page)
    if not found:
        raise RuntimeError("a receipt page without a receipt")
    return re.sub(rb"<[^>]*>|\s|&nbsp;", b"", found[1]).decode()


def arrivals(ports: Sequence[int], tokens: Sequence[str], *, rate: float, seconds: float, first: int = 0) -> Tally:
    """Visitors at a constant rate, one every 1/rate seconds, each on time even when the ones before still wait."""
    tally, start = Tally(), time.perf_counter() + 0.5

    def one(number: int) -> None:
        due = start + (number - first) / rate
        time.sleep(max(due - time.perf_counter(), 0))
        tally.late.append(time.perf_counter() - due)
        person = number % len(tokens)
        visitor = Visitor(ports[number % len(ports)], number, tally)
        try:
            tally.receipts.append((person, visitor.submit(tokens[person], random.Random(number))))
        except (OSError, RuntimeError, http.client.HTTPException) as error:
            tally.failures[str(error)[:60] or type(error).__name__] += 1
        finally:
            visitor.connection.close()

    with ThreadPoolExecutor(LANES) as lanes:
        list(lanes.map(one, range(first, first + round(rate * seconds))))
    return tally


def until_stopped(work: Callable[[], None], every: float) -> Callable[[], int]:
    """Repeat some work in a thread at that pace; the function given back stops it, and says how often
    it was done, or raises what it raised."""
    stop = threading.Event()

    def repeat() -> int:
        times = 0
        while not stop.is_set():
            began = time.monotonic()
            work()
            times += 1
            stop.wait(max(every - (time.monotonic() - began), 0))
        return times

    lane = ThreadPoolExecutor(1)
    times = lane.submit(repeat)

    def end() -> int:
        stop.set()
        with lane:
            return times.result()

    return end


# ---------------------------------------------------------------- One address that floods
@dataclass
class Flood:
    """Requests sent at a steady rate from one address over a few connections, answers counted and thrown away."""

    port: int
    rate: float
    path: str = "/accounts/login/"
    connections: int = 8
    sent: int = 0
    answered: Counter[str] = field(default_factory=Counter)

    def run(self, seconds: float) -> None:
        request = f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: 198.51.100.66\r\n\r\n".encode()
        start, lanes = time.perf_counter(), selectors.DefaultSelector()
        links = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(self.connections)]
        for link in links:
            link.setblocking(False)
            lanes.register(link, selectors.EVENT_READ)
        while (elapsed := time.perf_counter() - start) < seconds:
            due = int(elapsed * self.rate) - self.sent
            for _ in range(due):
                self._send(links[self.sent % len(links)], request)
            self._read(lanes, 0.005)
        end = time.perf_counter() + 2
        while time.perf_counter() < end and self.answered.total() < self.sent:
            self._read(lanes, 0.05)
        for link in links:
            link.close()

    def _send(self, link: socket.socket, request: bytes) -> None:
        try:
            link.send(request)
        except BlockingIOError:  # the server reads no more for now: this one counts as sent and unanswered
            pass
        except OSError:
            self.answered["cut"] += 1
        self.sent += 1

    def _read(self, lanes: selectors.BaseSelector, wait: float) -> None:
        for key, _ in lanes.select(wait):
            try:
                content = key.fileobj.recv(1 << 18)
            except OSError:
                continue
            for status in re.findall(rb"HTTP/1\.1 (\d{3})", content):
                self.answered[status.decode()] += 1
