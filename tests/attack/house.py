"""A real installation: `reciproque serve` and `reciproque worker` as processes, clients over HTTP, a mail server.

Time goes by when dates are changed in the database: the processes keep the clock of the machine.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.totp.internal.auth import hotp_value

import smtp
from installations import Installation, free_port

TESTS = Path(__file__).resolve().parents[1]
FORGED = "A" * 32  # a form is accepted when it carries the same word as the cookie
PASSWORD = "a long password"  # of every persona
AGENT = "canary-agent/1.0"
SEED = """
import json, os
from datetime import timedelta
import personas
from django.conf import settings
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from reciproque import instruments
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.survey.actions import invitations, waves

personas.functions()
cast = personas.cast(client="Atelier canary client", supplier="Maison canary supplier", people=%(people)d)
now = clock.now()
by = actor(cast.facilitator)
wave = waves.create_wave(by=by, relationship=cast.relationship, opens_at=now - timedelta(minutes=1),
                         closes_at=now + timedelta(days=14))
for side in ("client", "supplier"):
    people = list(cast.relationship.organisation(side).people.all())
    waves.set_people(by=by, wave=wave, side=side, people=people)
    waves.declare_list(by=actor(getattr(cast, side + "_sponsor")), wave=wave, side=side, complete=True)
invitations.check_mail(by=by, wave=wave, account=cast.facilitator)
waves.start_sealing(by=by, wave=wave)


def way_in(account):
    secret = generate_totp_secret()
    TOTP.activate(account, secret)
    known = {"verified": True, "primary": True}
    EmailAddress.objects.update_or_create(user=account, email=account.email, defaults=known)
    return [account.email, secret]


roles = ("client_sponsor", "supplier_sponsor", "client_member", "supplier_member", "facilitator", "host_admin")
parsed = instruments.parse(instruments.source())
print(json.dumps({
    "wave": wave.key, "id": wave.pk, "relationship": cast.relationship.key,
    "people": {i.person.email: [i.side, i.pk] for i in wave.invitations.select_related("person")},
    "roles": {role: way_in(getattr(cast, role)) for role in roles},
    "questions": list(parsed.questions_of("full")),
}))
"""


@dataclass
class Answer:
    """What a request gave back."""

    status: int
    page: str
    where: str
    cookies: dict[str, str]


@dataclass
class House:
    """One installation under `root`, everything it writes included: its own folder of temporary files, its logs."""

    root: Path
    people: int = 12
    port: int = field(default_factory=free_port)
    mail_port: int = 0
    seed: dict[str, Any] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    mails: list[bytes] = field(default_factory=list)
    temporary: dict[str, bytes] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def installation(self) -> Installation:
        extra = {
            "TMPDIR": str(self.root / "tmp"),
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.mail_port),
            "SMTP_STARTTLS": "0",
            "RECIPROQUE_URL": f"http://127.0.0.1:{self.port}",
            "PYTHONPATH": str(TESTS),
        }
        extra |= {name: os.environ[name] for name in ("DATABASE_URL",) if name in os.environ}
        return Installation(self.root / "data", extra)

    # ------------------------------------------------------------ Processes
    @contextmanager
    def running(self) -> Iterator[None]:
        for name in ("tmp", "logs", "data", "backups"):
            (self.root / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        with ExitStack() as stack:
            handler, self.mail_port = stack.enter_context(smtp.server())
            self.mails = handler.raw
            self.installation.python("from reciproque.cli.prepare import prepare; prepare()")
            self.seed = json.loads(self.installation.python(SEED % {"people": self.people}))
            stack.enter_context(self._watching())
            for words in (("serve", "--port", self.port), ("worker",)):
                stack.enter_context(self._process(*words))
            self.until(lambda: self._up(), "the server to answer")
            yield

    @contextmanager
    def _process(self, *words: object) -> Iterator[None]:
        log = (self.root / f"logs/{words[0]}.log").open("ab")
        command = [*self.installation.command, *map(str, words)]
        process = subprocess.Popen(command, env=self.installation.environment, stdout=log, stderr=log)
        self.processes.append(process)
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=300)
            log.close()

    def _up(self) -> bool:
        try:
            return self.ask("GET", "/health").status == 200
        except OSError:
            return False

    @staticmethod
    def until(reached: Callable[[], bool], what: str, patience: float = 600) -> None:
        limit = time.monotonic() + patience
        while not reached():
            if time.monotonic() > limit:
                raise TimeoutError(f"waiting for {what}")
            time.sleep(0.25)

    @contextmanager
    def _watching(self) -> Iterator[None]:
        """Whatever appears among the temporary files, if only for a moment."""
        over = threading.Event()

        def look() -> None:
            while not over.wait(0.01):
                for path in (self.root / "tmp").rglob("*"):
                    try:
                        self.temporary[path.name] = path.read_bytes() if path.is_file() else b""
                    except OSError:
                        continue

        thread = threading.Thread(target=look, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    # ------------------------------------------------------------ The database, from outside
    def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """One statement on the main database, as somebody with the file or the role would run it."""
        if "DATABASE_URL" in os.environ:
            import psycopg

            with psycopg.connect(os.environ["DATABASE_URL"], options="-c search_path=reciproque,ballots") as connection:
                done = connection.execute(statement.replace("?", "%s"), values)
                return done.fetchall() if done.description else []
        with sqlite3.connect(self.root / "data/reciproque.sqlite3", timeout=30) as connection:
            rows = connection.execute(statement, values).fetchall()
        connection.close()
        return rows

    def state(self) -> str:
        return self.sql("SELECT state FROM app_wave")[0][0]

    def jump(self, column: str, state: str) -> None:
        """Move a date of the wave into the past, let the jobs run, wait for the state that follows."""
        if column == "closes_at":
            self.sql("UPDATE app_wave SET opens_at = ?", _ago(86_400))
        self.sql(f"UPDATE app_wave SET {column} = ?", _ago(60))
        self.jobs_due()
        self.until(lambda: self.state() == state, f"the wave to be {state}")

    def jobs_due(self) -> None:
        self.sql("UPDATE app_scheduledjob SET next_at = ?", _ago(5))

    # ------------------------------------------------------------ Browsers
    def ask(self, method: str, path: str, form: Mapping[str, str] | None = None, **cookies: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        held = {"csrftoken": FORGED, **cookies}
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in held.items()),
            "Accept-Encoding": "identity",
            "Accept-Language": "en",
            "User-Agent": AGENT,
        }
        body = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode({**form, "csrfmiddlewaretoken": FORGED})
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            page = answer.read()
        finally:
            connection.close()
        given = [value.partition(";")[0].partition("=") for name, value in answer.getheaders() if name == "set-cookie"]
        new = {name: value for name, _, value in given}
        return Answer(answer.status, page.decode(errors="replace"), answer.getheader("location") or "", new)

    def signed_in(self, role: str, method: str, path: str, form: Mapping[str, str] | None = None) -> Answer:
        if role not in self.sessions:
            self.sessions[role] = self._sign_in(*self.seed["roles"][role])
        return self.ask(method, path, form, sessionid=self.sessions[role])

    def _sign_in(self, email: str, secret: str) -> str:
        """Password, then the code of the hour: the cookie of the session."""
        first = self.ask("POST", "/accounts/login/", {"login": email, "password": PASSWORD})
        assert first.status == 302, first.page[-3000:]
        code = hotp_value(secret, int(time.time()) // 30)
        second = self.ask("POST", first.where, {"code": f"{code:06d}"}, sessionid=first.cookies["sessionid"])
        assert second.status == 302, second.page
        return second.cookies["sessionid"]

    def seal(self, side: str) -> str:
        """A sponsor accepts the rules, reads seven words, types them back."""
        path = f"/survey/waves/{self.seed['wave']}/seal/"
        page = self.signed_in(f"{side}_sponsor", "POST", path, {"accepted": "on"}).page
        words = re.findall(r"<li>([^<]+)</li>", page[page.index('<ol class="phrase"') :].partition("</ol>")[0])
        assert len(words) == 7, words
        phrase = " ".join(map(unescape, words))
        confirmed = self.signed_in(f"{side}_sponsor", "POST", f"{path}confirm/", {"phrase": phrase})
        assert confirmed.status == 302, confirmed.page
        return phrase

    def turn(self, side: str, phrase: str) -> None:
        path = f"/reading/waves/{self.seed['wave']}/open/"
        turned = self.signed_in(f"{side}_sponsor", "POST", path, {"phrase": phrase})
        assert turned.status == 302, turned.page

    def enter(self, token: str) -> str:
        """The cookie of a visit."""
        entered = self.ask("POST", "/r", {"token": token})
        assert entered.status == 302, entered.page
        return entered.cookies["answering"]

    def hand_in(self, token: str, form: Mapping[str, str]) -> str:
        """From the link to the receipt, chapter by chapter is left to `draft`."""
        visit = self.enter(token)
        handed = self.ask("POST", "/r/hand-in", form, answering=visit)
        assert (handed.status, handed.where) == (302, "/r/receipt"), handed.page
        page = self.ask("GET", "/r/receipt", answering=handed.cookies["answering"]).page
        return "".join(re.findall(r"<span>([A-Z0-9]{4})</span>", page))

    def draft(self, token: str, form: Mapping[str, str]) -> None:
        """Answers given on a first page and carried along, never handed in; and a page that is refused."""
        visit = self.enter(token)
        assert self.ask("POST", "/r/answer/2", form, answering=visit).status == 200
        assert self.ask("POST", "/r/hand-in", {**form, "F1": "9"}, answering=visit).status == 422

    def withdraw(self, token: str) -> None:
        assert self.ask("POST", "/r/withdraw", {}, answering=self.enter(token)).status == 200

    def stumble(self, token: str, form: Mapping[str, str]) -> None:
        """What goes wrong on a respondent's way: lines that a log could keep."""
        visit = self.enter(token)
        for method, path, sent in (
            ("POST", "/r", {"token": token[:-1]}),
            ("GET", f"/r/answer/{token}", None),
            ("GET", f"/r/nowhere/{token}", None),
            ("PUT", "/r/hand-in", dict(form)),
            ("POST", "/r/again", {"email": "nobody-canary@example.test"}),
            ("POST", "/r/hand-in", {**form, "O3": "x" * 3_000_000}),
        ):
            self.ask(method, path, sent, answering=visit)
        self.ask("POST", "/r/hand-in", {**form, "state": "bent"}, answering="bent")

    def tokens(self) -> dict[str, str]:
        """The 26 signs of each person, out of the mails received."""
        from email import message_from_bytes, policy

        found = {}
        for raw in list(self.mails):
            mail = message_from_bytes(raw, policy=policy.default)
            text = mail.get_body(("plain",)).get_content()
            if signs := re.search(r"/r#([0-9A-Z]{26})", text):
                found[mail["To"].addresses[0].addr_spec] = signs[1]
        return found

    def backup(self, name: str) -> Path:
        path = self.root / "backups" / name
        done = self.installation.run("backup", path, timeout=900)
        assert done.returncode == 0, done.stderr
        return path


def _ago(seconds: int) -> str:
    """A moment of the past as both databases take it."""
    moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() - seconds))
    return moment + ("+00" if "DATABASE_URL" in os.environ else "")
