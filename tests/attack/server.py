"""The product as it is served, and respondents over HTTP who hand in again until they are told that it was kept."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

from installations import COMMAND, Installation, free_port

RECEIPT = re.compile(r"<span>([A-Z0-9]{4})</span>")
FORGED = "A" * 32  # a form is accepted when it carries the same word as the cookie
ANSWERS = {"F1": "5", "F2": "6", "F3": "na", "O1": "Ordinary words.", "O1-reader": "reword"}


@dataclass
class Server:
    """`reciproque serve`, the processes it starts included: killed at one blow, started again."""

    installation: Installation
    words: tuple[object, ...] = ("--workers", 2)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "serve", "--port", str(self.port), *map(str, self.words)],
            env=self.installation.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self) -> None:
        """kill -9 of the whole group, as when the machine's manager ends a service or a container."""
        assert self.process
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def wait(self, patience: float = 300) -> None:
        until = time.monotonic() + patience
        while self.get("/health")[0] != 200:
            if time.monotonic() > until:
                raise TimeoutError("the server did not start")
            time.sleep(0.05)

    def get(self, path: str, cookie: str = "", timeout: float = 30) -> tuple[int, str]:
        """0 when nobody answers."""
        status, page, _where, _cookies = self.send("GET", path, cookie=cookie, timeout=timeout)
        return status, page

    def send(
        self, method: str, path: str, form: dict[str, str] | None = None, cookie: str = "", timeout: float = 30
    ) -> tuple[int, str, str, str]:
        """Status, page, where it leads, and the cookie of the visit; 0 when the answer did not come."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = {"Cookie": f"csrftoken={FORGED}; {cookie}", "Accept-Encoding": "identity", "Accept-Language": "fr"}
        body = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form | {"csrfmiddlewaretoken": FORGED})
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            page = answer.read().decode()
        except (OSError, http.client.HTTPException):
            return 0, "", "", ""
        finally:
            connection.close()
        cookies = [value.partition(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
        visit = next((cookie for cookie in cookies if "answering=" in cookie), "")
        return answer.status, page, answer.getheader("Location") or "", visit

    @contextmanager
    def running(self) -> Iterator[None]:
        self.start()
        try:
            self.wait()
            yield
        finally:
            with suppress(ProcessLookupError):
                self.kill()


@dataclass
class Respondents:
    """People who hand in, each again and again until a receipt is shown; what they saw on the way."""

    server: Server
    acknowledged: dict[str, str] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    pages: list[str] = field(default_factory=list)
    longest: float = 0.0
    kept: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def hand_in(self, token: str, patience: float = 120) -> str:
        until = time.monotonic() + patience
        while True:
            started = time.monotonic()
            if receipt := self._try(token, patience):
                with self.lock:
                    self.acknowledged[token] = receipt
                    self.kept += 1
                    self.longest = max(self.longest, time.monotonic() - started)
                return receipt
            if time.monotonic() > until:
                raise TimeoutError("nobody acknowledged")
            time.sleep(0.1)

    def _try(self, token: str, patience: float) -> str:
        status, _page, _where, cookie = self._seen("POST", "/r", {"token": token}, "")
        if status != 302:
            return ""
        status, _page, where, cookie = self._seen("POST", "/r/hand-in", ANSWERS, cookie)
        if (status, where) != (302, "/r/receipt"):
            return ""
        until = time.monotonic() + patience
        while time.monotonic() < until:  # it was acknowledged: the receipt is in the cookie, whoever serves the page
            status, page, _where, _cookie = self._seen("GET", where, None, cookie)
            if status == 200:
                return "".join(RECEIPT.findall(page))
            time.sleep(0.1)
        raise TimeoutError("an acknowledged answer without a receipt")

    def _seen(self, method: str, path: str, form: dict[str, str] | None, cookie: str) -> tuple[int, str, str, str]:
        answer = self.server.send(method, path, form, cookie)
        with self.lock:
            self.statuses[answer[0]] += 1
            if answer[0] >= 500:
                self.pages.append(answer[1])
        return answer

    def all_hand_in(self, tokens: Sequence[str], at_once: int, until: Callable[[], bool] = lambda: True) -> None:
        """Everybody once, then again for as long as asked."""

        def lane(number: int) -> None:
            while True:
                for token in tokens[number::at_once]:
                    self.hand_in(token)
                if until():
                    return

        with ThreadPoolExecutor(at_once) as lanes:
            list(lanes.map(lane, range(at_once)))
