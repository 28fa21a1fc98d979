"""Mail headers of an mbox file: From, To, Cc and Date. Everything else is passed over while it arrives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, tzinfo
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import getaddresses, parsedate_to_datetime

from reciproque.app.network.traces.facts import Exchange, Names, Unreadable, address_of
from reciproque.app.network.traces.lines import LONGEST, Lines, text

SEPARATOR = re.compile(rb"From \S+.*\d{1,2}:\d\d.*\d{4}")
WANTED = (b"from", b"to", b"cc", b"date")
MOST = 200_000
REMEMBERED = 5_000


class Mailbox:
    """Reads an mbox as it arrives: sees headers, keeps who and when of each message."""

    kind = "mail"

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self.names = Names()
        self.kept: list[Exchange] = []
        self.messages = self.unread = 0
        self._lines = Lines()
        self._in_headers = False
        self._after_blank = True
        self._current = b""
        self._found: dict[bytes, bytes] = {}
        self._known: dict[bytes, tuple[str, ...]] = {}

    def feed(self, chunk: bytes) -> None:
        for line in self._lines.feed(chunk):
            self._line(line)

    def close(self) -> None:
        for line in self._lines.end():
            self._line(line)
        self._message()
        if not self.kept:
            raise Unreadable("empty")

    def exchanges(self, first: date, last: date) -> Iterator[Exchange]:
        return (one for one in self.kept if first <= one.day <= last)

    def _line(self, line: bytes) -> None:
        if not self._in_headers:
            if self._after_blank and line.startswith(b"From ") and SEPARATOR.match(line):
                self._message()
                self._in_headers = True
                self._begin()
            self._after_blank = not line
        elif not line:
            self._in_headers, self._after_blank = False, True
        else:
            self._header(line)

    def _begin(self) -> None:
        self.messages += 1
        if self.messages > MOST:
            raise Unreadable("too_many")
        self._found, self._current = {}, b""

    def _header(self, line: bytes) -> None:
        if line[:1] in (b" ", b"\t"):
            if self._current and len(self._found[self._current]) < LONGEST:
                self._found[self._current] += line
            return
        name, _colon, value = line.partition(b":")
        self._current = name.strip().lower()
        if self._current not in WANTED:
            self._current = b""
        elif self._current in self._found:
            self._found[self._current] += b"," + value
        else:
            self._found[self._current] = value

    def _message(self) -> None:
        if not self._found:
            return
        found, self._found = self._found, {}
        day = _day(text(found.get(b"date", b"")), self.zone)
        sender = self._people(found.get(b"from", b""))
        others = (*self._people(found.get(b"to", b"")), *self._people(found.get(b"cc", b"")))
        if day is None or len(sender) != 1:
            self.unread += 1
            return
        self.kept.append(Exchange(day, tuple(dict.fromkeys(others)), sender[0]))

    def _people(self, value: bytes) -> tuple[str, ...]:
        """The same headers come back in a mailbox: each is understood once, and forgotten with the file."""
        known = self._known.get(value)
        if known is None:
            known = tuple(self.names.learn(address, name) for address, name in addresses(value))
            if len(self._known) < REMEMBERED:
                self._known[value] = known
        return known


def _day(written: str, zone: tzinfo) -> date | None:
    try:
        moment = parsedate_to_datetime(written.strip())
        return moment.astimezone(zone).date() if moment.tzinfo else moment.date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def addresses(value: bytes) -> tuple[tuple[str, str], ...]:
    """Addresses of a header with their names; what cannot be understood is left out."""
    if not value or value.count(b"(") > 50:
        return ()
    found = []
    for name, raw in getaddresses([text(value)]):
        address = address_of(raw)
        if address:
            found.append((address, _name(name)))
    return tuple(found)


def _name(raw: str) -> str:
    """A name as people read it: encoded words put back into letters."""
    if "=?" not in raw:
        return " ".join(raw.split())
    try:
        parts = decode_header(raw)
        words = [part if isinstance(part, str) else part.decode(code or "ascii", "replace") for part, code in parts]
    except (HeaderParseError, LookupError, ValueError):
        return ""
    return " ".join("".join(words).split())
