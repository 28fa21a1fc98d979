"""Requests that no browser would send, made from the forms and links that were found: every one can be made again.

Request number n of a seed is always the same for the same world. Most start from what a page offers, so that they get
past the door, and have a few of their parts bent; the others are built from the table of addresses.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from urllib.parse import quote, quote_from_bytes, urlsplit

from django.test import Client
from django.urls import get_resolver

from attack import payloads, uploads
from attack.hostile import Form, Reached, World, content_of, forget_visits, name_of
from consistency.test_urls import patterns
from reciproque.config.logs import NoTraceOfRefusals

METHODS = ("GET", "GET", "GET", "GET", "POST", "POST", "POST", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "RQX")
BOUNDARY = "rqx-boundary"
HUNG = 2.0  # seconds

TEXTS: tuple[bytes, ...] = (
    b"", b" ", b"0", b"-1", b"1", b"2", b"7", b"1e309", b"NaN", b"inf", b"-Infinity", b"9" * 400, b"-" + b"9" * 30,
    b"2147483648", b"9223372036854775808", b"0x10", b"1_000", b"1,5", b"1.5", "١٢٣".encode(), "½".encode(),
    b"true", b"on",
    b"null", b"[]", b"{}", b'{"a":1}', b"\x00", b"a\x00b", b"\xff\xfe", b"\xc3\x28", b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    "\u202e".encode(), "\ufeff".encode(), "é" .encode("latin-1"), "👩‍👩‍👧".encode(), b"x" * 70_000, "é".encode() * 3000,
    b"0000-00-00", b"9999-12-31", b"10000-01-01", b"2024-02-30", b"0001-01-01", b"1900-01-01T00:00",
    b"2026-11-22T25:61",
    b"9999-12-31T23:59", b"0001-01-01T00:00", b"2026-03-29T02:30", b"' OR 1=1 --", b"\"; DROP TABLE app_person; --",
    b"../../../../etc/passwd", b"%00", b"%s%s%n", b"a@b", b"a@b.c", b"x" * 300 + b"@example.test", b"a@\xc3\xa9.test",
    b"=1+1", b"\r\nX-Rqx: 1", b"zzzzzzzzzzzz", b"__all__", b"id", b"-", b",", b";", b"\\", b"1" * 26, b"\t", b"\n" * 50,
)  # fmt: skip
KINDS = (
    "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-16", "multipart/form-data",
    f"multipart/form-data; boundary={BOUNDARY}", "multipart/form-data; boundary=", "multipart/form-data; boundary=\xff",
    "application/json", "text/plain", "application/xml", "application/octet-stream", "", "x",
    "multipart/mixed; boundary=a",
    "application/x-www-form-urlencoded; charset=rqx", "multipart/form-data; boundary=" + "b" * 300,
)  # fmt: skip
HEADERS = (
    ("HTTP_ACCEPT_LANGUAGE", "x" * 5000), ("HTTP_ACCEPT_LANGUAGE", "fr;q=NaN,en;q=9e999,*"), ("HTTP_ACCEPT",
    "rqx/\xff"),
    ("HTTP_ACCEPT_LANGUAGE", "\x00,\xff"), ("HTTP_RANGE", "bytes=9-1"), ("HTTP_IF_MODIFIED_SINCE", "rqx"),
    ("HTTP_IF_NONE_MATCH", '"' * 99), ("HTTP_REFERER", "javascript:rqx()"), ("HTTP_REFERER", "\xff://["),
    ("HTTP_ORIGIN", "null"), ("HTTP_X_FORWARDED_FOR", "rqx, ,, \xff"), ("HTTP_X_FORWARDED_PROTO", "rqx"),
    ("HTTP_X_FORWARDED_HOST", "rqx.invalid"), ("HTTP_HX_REQUEST", "true"), ("HTTP_HX_TARGET", "<b>"),
    ("HTTP_HX_CURRENT_URL", "http://["), ("HTTP_HX_TRIGGER", "\x00"), ("HTTP_X_REQUESTED_WITH", "XMLHttpRequest"),
    ("HTTP_COOKIE", "=;;=;\x00=\xff"), ("HTTP_COOKIE",
    "django_language=rqx'\"<b>"), ("HTTP_COOKIE", "sessionid=" + "x" * 4000),
    ("HTTP_COOKIE", "messages=rqx"), ("HTTP_COOKIE", "workshop=rqx; sentences=rqx; respondent=rqx"),
    ("HTTP_USER_AGENT", ""),
    ("HTTP_X_HTTP_METHOD_OVERRIDE", "DELETE"), ("HTTP_ACCEPT_ENCODING", "gzip;q=x"), ("HTTP_CONTENT_ENCODING", "gzip"),
    ("HTTP_HOST", "rqx.invalid"), ("HTTP_HOST", "a b"), ("HTTP_TRANSFER_ENCODING", "rqx"), ("HTTP_EXPECT", "rqx"),
    ("REMOTE_ADDR", "rqx"), ("HTTP_ACCEPT", ""), ("HTTP_HX_PROMPT", "é"),
)  # fmt: skip

NUMBERS = ("0", "1", "2", "17", "2147483648", "9223372036854775808", "9" * 60)

Field = tuple[bytes, bytes]


@dataclass(frozen=True)
class Request:
    """One request, as it leaves."""

    visitor: str
    method: str
    address: str
    body: bytes = b""
    kind: str = ""
    head: tuple[tuple[str, str], ...] = ()

    def send(self, client: Client) -> object:
        return client.generic(self.method, self.address, self.body, content_type=self.kind, **dict(self.head))

    def __str__(self) -> str:
        return f"{self.visitor}: {self.method} {self.address[:300]} {self.kind[:60]} {self.head} {self.body[:600]!r}"


class Generator:
    """Draws requests for what was reached."""

    def __init__(self, reached: Sequence[Reached], seed: int) -> None:
        self.seed = seed
        self.pages = [one for one in reached if one.status == 200]
        by_kind: dict[str, list[tuple[Reached, Form]]] = {}
        for one in self.pages:
            for form in one.forms:
                by_kind.setdefault(_kind(form), []).append((one, form))
        self.forms = by_kind
        self.names = sorted(by_kind)
        self.visitors = sorted({one.visitor for one in reached})
        self.routes = sorted({route for _name, route in patterns(get_resolver())})
        self.keys = sorted(
            {part for one in reached for part in urlsplit(one.address).path.split("/") if len(part) >= 12}
        )
        self.texts = (*TEXTS, *(text.encode("utf-8", "surrogatepass") for text in payloads.all_texts()))
        self.files = uploads.small_files()

    def request(self, number: int) -> Request:
        rng = Random(f"{self.seed}-{number}")
        draw = rng.random()
        if draw < 0.72 and self.names:
            return self._from_form(rng)
        return self._from_page(rng) if draw < 0.85 else self._from_table(rng)

    # ---------------------------------------------------------------- where it goes
    def _from_form(self, rng: Random) -> Request:
        """A form as the page offers it, a few of its fields bent."""
        one, form = rng.choice(self.forms[rng.choice(self.names)])
        fields = self._bent(rng, list(_filled(rng, form)))
        visitor = one.visitor if rng.random() < 0.85 else rng.choice(self.visitors)
        address = urlsplit(form.action).path or one.address
        if form.method == "get":
            return Request(visitor, "GET", f"{address}?{_encoded(fields)}", head=self._head(rng))
        kind, body = self._body(rng, form, fields)
        method = "POST" if rng.random() < 0.94 else rng.choice(METHODS)
        return Request(visitor, method, address, body, kind, self._head(rng))

    def _from_page(self, rng: Random) -> Request:
        """A link, with a query that nobody asked for."""
        one = rng.choice(self.pages)
        query = _encoded([(rng.choice(QUERIES), self._text(rng)) for _ in range(rng.randrange(4))])
        address = urlsplit(one.address).path
        return Request(one.visitor, rng.choice(METHODS), f"{address}?{query}", head=self._head(rng))

    def _from_table(self, rng: Random) -> Request:
        """Any address, with keys that exist, that do not, or that are no keys."""
        route = rng.choice(self.routes)
        address = re.sub(r"<[^>]*>|\(\?P<\w+>[^)]*\)", lambda name: self._key(rng, name[0]), route)
        address = re.sub(r"[\^$]|\\Z|\\", "", address)
        body = _encoded([(self._text(rng)[:40], self._text(rng)) for _ in range(rng.randrange(4))]).encode()
        return Request(
            rng.choice(self.visitors), rng.choice(METHODS), address, body, rng.choice(KINDS), self._head(rng)
        )

    def _key(self, rng: Random, name: str) -> str:
        if name.startswith("<int:"):
            return rng.choice(NUMBERS)
        if rng.random() < 0.6 and self.keys:
            return rng.choice(self.keys)
        return quote_from_bytes(self._text(rng)[:200], safe="") or "-"

    # ---------------------------------------------------------------- what it carries
    def _text(self, rng: Random) -> bytes:
        return rng.choice(self.texts)

    def _bent(self, rng: Random, fields: list[Field]) -> list[Field]:
        for _ in range(rng.choice((0, 1, 1, 1, 2, 3, 5))):
            if not fields:
                break
            at = rng.randrange(len(fields))
            name, value = fields[at]
            draw = rng.random()
            if draw < 0.7:
                fields[at] = (name, self._text(rng))
            elif draw < 0.8:
                del fields[at]
            elif draw < 0.88:
                fields.append((name, self._text(rng)))
            elif draw < 0.95:
                fields.append((self._text(rng)[:60], value))
            else:
                fields[at] = (name + self._text(rng)[:9], value)
        return fields

    def _body(self, rng: Random, form: Form, fields: list[Field]) -> tuple[str, bytes]:
        files = [name for name, kind, _value, _choices in form.fields if kind == "file"]
        draw = rng.random()
        if draw < 0.06:
            return rng.choice(KINDS), rng.choice((_encoded(fields).encode(), self._text(rng), b'{"a": [1, 2'))
        if files or "multipart" in form.kind or draw < 0.1:
            body = multipart([*fields], [(name, *rng.choice(self.files)) for name in files if rng.random() < 0.95])
            if draw < 0.15:
                at = rng.randrange(len(body) + 1)
                body = body[:at] + self._text(rng) * (rng.random() < 0.5)
            return f"multipart/form-data; boundary={BOUNDARY}", body
        return "application/x-www-form-urlencoded", _encoded(fields).encode()

    @staticmethod
    def _head(rng: Random) -> tuple[tuple[str, str], ...]:
        return tuple(dict(rng.sample(HEADERS, rng.choice((0, 0, 0, 1, 1, 2)))).items())


QUERIES = (b"page", b"q", b"company", b"sort", b"half", b"by", b"next", b"year", b"side", b"lang", b"after", b"version",
           b"chair", b"of", b"compare", b"order", b"state", b"show", b"window", b"from", b"until", b"\xff",
           b"")  # fmt: skip


def _kind(form: Form) -> str:
    """Forms of one kind: same target, same fields."""
    fields = ",".join(sorted({re.sub(r"\d+|[a-z0-9]{12}", "N", name) for name, *_rest in form.fields}))
    return f"{name_of(form.action)} {fields}"


def _filled(rng: Random, form: Form) -> Iterator[Field]:
    """What somebody could send: the values of the page, empty fields filled in by their kind, one button pressed."""
    buttons = [entry for entry in form.fields if entry[1] == "submit"]
    radios: dict[str, list[str]] = {}
    for name, kind, value, choices in form.fields:
        if kind == "radio":
            radios.setdefault(name, []).append(value)
        elif kind == "select":
            yield name.encode(), rng.choice(choices or ("",)).encode()
        elif kind == "checkbox":
            if rng.random() < 0.6:
                yield name.encode(), (value or "on").encode()
        elif kind not in ("submit", "file", "button", "reset", "image"):
            yield name.encode(), (value or PLAIN.get(kind, "Plain words")).encode()
    for name, values in radios.items():
        yield name.encode(), rng.choice(values).encode()
    if buttons:
        name, _button, value, _choices = rng.choice(buttons)
        yield name.encode(), value.encode()


PLAIN = {"date": "2026-12-24", "datetime-local": "2026-12-24T10:00", "number": "3", "email": "x@example.test",
         "range": "3", "password": "a long password", "time": "10:00"}  # fmt: skip


def _encoded(fields: Sequence[Field]) -> str:
    return "&".join(f"{quote_from_bytes(name, safe='')}={quote_from_bytes(value, safe='')}" for name, value in fields)


def multipart(fields: Sequence[Field], files: Sequence[tuple[str, str, bytes]]) -> bytes:
    parts = [b'Content-Disposition: form-data; name="%s"\r\n\r\n%s' % (name, value) for name, value in fields]
    parts += [
        b'Content-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: application/octet-stream\r\n\r\n%s'
        % (field_name.encode(), quote(name).encode(), data)
        for field_name, name, data in files
    ]
    mark = BOUNDARY.encode()
    return b"".join(b"--%s\r\n%s\r\n" % (mark, part) for part in parts) + b"--%s--\r\n" % mark


# ---------------------------------------------------------------- sending, and what is seen
class Ear(logging.Handler):
    """Hears what would be written to standard error, and keeps what tells of a fault: an error, or a traceback."""

    LOGGERS = ("", "django", "reciproque", "reciproque.security")

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.faults: list[str] = []

        self.addFilter(NoTraceOfRefusals())

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[0] is not None:
            trace = logging.Formatter().formatException(record.exc_info)
            self.faults.append(f"{record.name}: {record.getMessage()[:200]}\n{trace}")
        elif record.levelno >= logging.ERROR and not record.name.startswith("django.security"):
            self.faults.append(f"{record.name}: {record.getMessage()[:200]}")

    def __enter__(self) -> Ear:
        self.before = {}
        for name in self.LOGGERS:
            logger = logging.getLogger(name)
            self.before[name] = (logger.handlers[:], logger.level)
            logger.handlers[:] = [self]
        return self

    def __exit__(self, *_about: object) -> None:
        for name, (handlers, _level) in self.before.items():
            logging.getLogger(name).handlers[:] = handlers


@dataclass
class Seen:
    """What came of many requests. Faults are told once a place, with the number of the request."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    names: Counter[str] = field(default_factory=Counter)
    errors: dict[str, str] = field(default_factory=dict)
    traces: dict[str, str] = field(default_factory=dict)
    slow: dict[str, str] = field(default_factory=dict)
    live: dict[str, str] = field(default_factory=dict)
    slowest: float = 0.0

    @property
    def accepted(self) -> int:
        return sum(count for status, count in self.statuses.items() if status < 400)


# Elements, handlers and computations of the payloads, as a page would show them if it let them through.
ALIVE = re.compile(rb"<[^<>\"']{0,200}rqx\(\)|<x-rqx|<[a-z][^<>\"]{0,80}=//rqx\.invalid|\b1337\b")


def send_all(
    world: World,
    generator: Generator,
    numbers: Sequence[int],
    again: Callable[[], None] = forget_visits,
    every: int = 400,
) -> Seen:
    """Send these requests; `again` puts the world back as it was, every so many."""
    seen = Seen()
    with Ear() as ear:
        for place, number in enumerate(numbers):
            if place % every == 0:
                again()
            _send(world, generator.request(number), number, seen, ear)
    return seen


def _send(world: World, request: Request, number: int, seen: Seen, ear: Ear) -> None:
    ear.faults.clear()
    response, spent = _timed(world, request)
    status = response.status_code  # type: ignore[attr-defined]
    kind = name_of(request.address)
    if response.headers.get("Location", "").startswith("/accounts/login/"):  # type: ignore[attr-defined]
        world.sign_in_again(request.visitor)
    seen.requests += 1
    seen.statuses[status] += 1
    seen.names[kind] += 1
    said = f"request {number}: {request}"
    if status >= 500:
        seen.errors.setdefault(_place(ear.faults) or f"{kind} {status}", said + "\n" + "\n".join(ear.faults))
    elif ear.faults:
        seen.traces.setdefault(_place(ear.faults), said + "\n" + "\n".join(ear.faults))
    body = content_of(response)
    if "html" in response.headers.get("Content-Type", "") and ALIVE.search(body):  # type: ignore[attr-defined]
        seen.live.setdefault(kind, said)
    if spent > HUNG:  # hung is what is slow twice
        spent = min(spent, _timed(world, request)[1])
        if spent > HUNG:
            seen.slow.setdefault(kind, f"{spent:.1f} s {said}")
    seen.slowest = max(seen.slowest, spent)


def _timed(world: World, request: Request) -> tuple[object, float]:
    """What came of it, and the seconds that it took, less those in which others had the machine."""
    started, worked = time.perf_counter(), time.process_time()
    response = request.send(world.client(request.visitor))
    spent, worked = time.perf_counter() - started, time.process_time() - worked
    crowd = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    return response, max(worked, spent / crowd)


def _place(faults: Sequence[str]) -> str:
    """Where the last fault came from: its last line of ours, and the error."""
    if not faults:
        return ""
    lines = faults[-1].strip().splitlines()
    ours = [line.strip() for line in lines if "reciproque" in line and "File" in line]
    return f"{ours[-1] if ours else ''} {lines[-1][:120]}"
