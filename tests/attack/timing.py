"""Questions put to a real server by a stranger: does the answer, or the time it takes, tell who somebody is?"""

from __future__ import annotations

import http.client
import random
import re
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

TOKEN = re.compile(rb'csrfmiddlewaretoken" value="([^"]*)"')
DRAWN_ANEW = re.compile(rb'csrfmiddlewaretoken" value="[^"]*"|X-CSRFToken[^}]*|nonce-[\w-]+|"challenge": ?"[^"]*"')
NOT_COMPARED = {"date", "expires", "set-cookie", "content-length", "server"}

# Everybody is in one table of addresses of the same length, so that an address that comes back is as long as any other.
SEED = """
from datetime import timedelta
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password
from reciproque.app.directory.actions import members, organisations, people
from reciproque.app.directory.models import Account, Function, Person, Post
from reciproque.app.shared import clock
from reciproque.app.shared.audit import SYSTEM, actor
from reciproque.app.survey.actions import answering, sealing, waves
from reciproque.app.survey.models import Invitation, Wave
from reciproque.app.survey.urn import collect
from reciproque import instruments
count = {count}
hashed = make_password("a long password of nobody")
def address(word, n):
    return f"{{word}}{{n:05d}}@example.test"
def accounts(word, **more):
    fields = {{"name": "Somebody", "password": hashed, **more}}
    made = Account.objects.bulk_create(Account(email=address(word, n), **fields) for n in range(count))
    known = {{"verified": True, "primary": True}}
    EmailAddress.objects.bulk_create(EmailAddress(user=one, email=one.email, **known) for one in made)
    return made
accounts("known")
accounts("disab", is_active=False)
accounts("never", password=make_password(None))
for one in accounts("twofa"):
    TOTP.activate(one, generate_totp_secret())
client = organisations.create_organisation(by=SYSTEM, name="Client Company")
supplier = organisations.create_organisation(by=SYSTEM, name="Supplier Company")
relationship = members.create_relationship(by=SYSTEM, client=client, supplier=supplier)
function = Function.objects.filter(organisation=None).first()
def people_of(company, word):
    names = [(f"{{word}}{{n}}", address(word, n)) for n in range(count)]
    made = Person.objects.bulk_create(
        Person(organisation=company, last_name=name, folded_name=name, email=email) for name, email in names
    )
    Post.objects.bulk_create(Post(person=one, function=function) for one in made)
    return made
asked = {{"client": people_of(client, "asked"), "supplier": people_of(supplier, "answd")}}
people_of(client, "notin")
now = clock.now()
wave = waves.create_wave(by=SYSTEM, relationship=relationship, opens_at=now, closes_at=now + timedelta(days=5), level=1)
for side, rows in asked.items():
    waves.set_people(by=SYSTEM, wave=wave, side=side, people=rows)
Wave.objects.filter(pk=wave.pk).update(links_by_hand=True)
wave.refresh_from_db()
roles = {{}}
for side in ("client", "supplier"):
    seat = {{"email": f"{{side}}s@example.test", "name": side, "role": "sponsor", "side": side}}
    roles[side] = members.add_member(by=SYSTEM, relationship=relationship, **seat).account
waves.start_sealing(by=actor(roles["client"]), wave=wave)
for side in ("client", "supplier"):
    sealing.seal_key(by=actor(roles[side]), wave=wave)
wave.refresh_from_db()
assert wave.state == "collecting", wave.state
questions = instruments.parse(wave.instrument_text).questions_of(wave.form)
for invitation in Invitation.objects.filter(wave=wave, side="supplier"):
    token = collect.invitation_token(wave.pk, invitation.pk)
    answering.submit_ballot(token=token, answers=dict.fromkeys(questions, 4), texts=())
print("seeded")
"""


@dataclass
class Stranger:
    """A browser without account. Each question comes from another place, so that no allowance is spent."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    asked: int = 0

    def __post_init__(self) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def get(self, path: str) -> bytes:
        response = self._send("GET", path, b"")
        body = response.read()
        self._keep(response)
        found = TOKEN.search(body)
        self.token = found[1].decode() if found else self.token
        return body

    def post(self, path: str, place: str = "", **fields: str) -> tuple[float, int, dict[str, str], bytes]:
        """The seconds, the status, the headers and the page."""
        body = urlencode({"csrfmiddlewaretoken": self.token, **fields}).encode()
        started = time.perf_counter()
        response = self._send("POST", path, body, place)
        page = response.read()
        spent = time.perf_counter() - started
        headers = {name.lower(): value for name, value in response.getheaders() if name.lower() not in NOT_COMPARED}
        policy = headers.get("content-security-policy", "")
        headers["content-security-policy"] = ";".join(sorted(policy.split("; ")))  # each process has its own order
        return spent, response.status, headers, page

    def _send(self, method: str, path: str, body: bytes, place: str = "") -> http.client.HTTPResponse:
        self.asked += 1
        number = self.asked
        place = place or f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": place,
            "Accept-Language": "en",
        }
        try:
            self._line.request(method, path, body, headers)
            return self._line.getresponse()
        except (http.client.HTTPException, ConnectionError):
            self._line.close()
            self._line.request(method, path, body, headers)
            return self._line.getresponse()

    def _keep(self, response: http.client.HTTPResponse) -> None:
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value


Fields = Callable[[str], dict[str, str]]


@dataclass(frozen=True)
class Question:
    """One form, and the kinds of people whose address a stranger may type in it."""

    name: str
    path: str
    kinds: Sequence[str]
    fields: Fields
    a_person: int = 4  # times that one address is typed: fewer than what makes the form say "too many"
    most: int = 300  # tries of each kind that an hour leaves time for


QUESTIONS = (
    Question("Send my link again", "/r/again", ("asked", "answd", "notin", "nobdy"), lambda email: {"email": email}),
    Question(
        "Sign in with a wrong password", "/accounts/login/", ("known", "nobdy", "disab", "never", "twofa"),
        lambda email: {"login": email, "password": "not the password at all"}, most=200,
    ),
    Question("Forgotten password", "/accounts/password/reset/", ("known", "nobdy", "disab", "never"),
             lambda email: {"email": email}, 2),
    Question("Sign in with a code by mail", "/accounts/login/code/", ("known", "nobdy", "disab", "never"),
             lambda email: {"email": email}, 2),
)  # fmt: skip


@dataclass
class Heard:
    """The times of each kind in milliseconds, and each different answer that was given."""

    times: dict[str, list[float]]
    answers: dict[str, set[tuple[object, ...]]]

    @property
    def medians(self) -> dict[str, float]:
        return {kind: statistics.median(times) for kind, times in self.times.items()}

    @property
    def apart(self) -> float:
        """The widest difference between the medians of two kinds."""
        return max(self.medians.values()) - min(self.medians.values())

    @property
    def by_chance(self) -> float:
        """The widest difference between two halves of the same kind: what noise alone makes."""
        halves = [(times[::2], times[1::2]) for times in self.times.values()]
        return max(abs(statistics.median(one) - statistics.median(other)) for one, other in halves)

    @property
    def unlike(self) -> list[str]:
        """The kinds that were not answered like the first one, or not always alike."""
        first = next(iter(self.answers.values()))
        return [kind for kind, given in self.answers.items() if given != first or len(given) != 1]


def ask(port: int, question: Question, count: int, rng: random.Random) -> Heard:
    """So many tries of each kind, in an order drawn anew for each round, so that a busy moment falls on all alike."""
    stranger = Stranger(port)
    stranger.get(question.path)
    heard = Heard({kind: [] for kind in question.kinds}, {kind: set() for kind in question.kinds})
    for number in range(-2, count):  # the first ones warm the server up
        for kind in rng.sample(question.kinds, len(question.kinds)):
            person = number // question.a_person if number >= 0 else 99_999
            email = f"{kind}{person:05d}@example.test"
            spent, status, headers, page = stranger.post(question.path, **question.fields(email))
            if number >= 0:
                heard.times[kind].append(spent * 1000)
                heard.answers[kind].add((status, *sorted(headers.items()), plain(page, email)))
    return heard


def plain(page: bytes, email: str) -> bytes:
    """The page less what is drawn anew each time, and less the address that was typed."""
    return DRAWN_ANEW.sub(b"", page).replace(email.encode(), b"")


def until_refused(port: int, kind: str, person: int, tries: int = 9) -> Iterator[bytes]:
    """The same address typed again and again with a wrong password, from places all over the world."""
    stranger = Stranger(port)
    stranger.get("/accounts/login/")
    email = f"{kind}{person:05d}@example.test"
    for _ in range(tries):
        _spent, status, _headers, page = stranger.post("/accounts/login/", login=email, password="still not it")
        yield str(status).encode() + plain(page, email)
