"""One uploaded file, recognised by its first bytes and read while it arrives: a calendar or a mailbox."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, tzinfo

from reciproque.app.network.traces.calendar_file import CalendarFile
from reciproque.app.network.traces.facts import CROWD, Exchange, Unreadable, weight
from reciproque.app.network.traces.mail import Mailbox

LIMIT = 100 * 1024 * 1024
COMPRESSED = (b"PK", b"\x1f\x8b", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ", b"Rar!")
WIDE = (b"\xff\xfe", b"\xfe\xff")
ENOUGH = 64
MONTH = 30.4375


class TraceFile:
    """Takes the file piece by piece; says at the end what could be read, or why nothing could."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self.size = 0
        self.problem = ""
        self._head = b""
        self._reader: CalendarFile | Mailbox | None = None

    def feed(self, chunk: bytes) -> None:
        self.size += len(chunk)
        if self.size > LIMIT:
            self._refuse("too_large")
        if self.problem:
            return
        try:
            if self._reader is None:
                self._head += chunk
                if len(self._head) < ENOUGH:
                    return
                chunk, self._head = self._start(), b""
            assert self._reader is not None
            self._reader.feed(chunk)
        except Unreadable as error:
            self._refuse(error.code)

    def _refuse(self, code: str) -> None:
        """Whatever was understood so far is forgotten."""
        self.problem, self._reader, self._head = code, None, b""

    def _start(self) -> bytes:
        head = self._head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n ")
        if self._head.startswith(COMPRESSED):
            raise Unreadable("compressed")
        if self._head.startswith(WIDE):
            raise Unreadable("encoding")
        if head[:15].upper() == b"BEGIN:VCALENDAR":
            self._reader = CalendarFile(self.zone)
        elif head.startswith(b"From "):
            self._reader = Mailbox(self.zone)
        else:
            raise Unreadable("empty" if not head else "format")
        return head

    def close(self) -> CalendarFile | Mailbox:
        """The reader with all that it keeps, or `Unreadable`."""
        if self.problem:
            raise Unreadable(self.problem)
        if self._reader is None:
            rest = self._start()
            assert self._reader is not None
            self._reader.feed(rest)
        self._reader.close()
        return self._reader


@dataclass(frozen=True)
class Seen:
    """One address with which the owner exchanged: how often in a month, on how many days, since when."""

    address: str
    name: str
    a_month: float
    days: int
    first: date


@dataclass(frozen=True)
class Tally:
    """Everybody the owner exchanged with in a window, and what was left out."""

    kind: str
    seen: tuple[Seen, ...]
    exchanges: int
    crowds: int
    unread: int


def tally(reader: CalendarFile | Mailbox, owner: Collection[str], first: date, last: date) -> Tally:
    """Count the exchanges of the owner's addresses, once a day with each person.

    Several messages of one day with the same person are one exchange. A crowd is none. A tie that began inside the
    window is counted over the months since, three at least: one meeting last week is no monthly tie.
    """
    days: dict[str, dict[date, float]] = defaultdict(dict)
    counted = crowds = 0
    for one in reader.exchanges(first, last):
        others, part = _others(one, owner)
        crowds += others is None or len(one.people) > CROWD + 1
        counted += bool(others)
        for address in others or ():
            days[address][one.day] = max(part, days[address].get(one.day, 0.0))
    seen = [
        Seen(
            address,
            reader.names.of.get(address, ""),
            sum(by.values()) / _months(min(by), first, last),
            len(by),
            min(by),
        )
        for address, by in days.items()
    ]
    seen.sort(key=lambda one: (-one.a_month, one.address))
    return Tally(reader.kind, tuple(seen), counted, crowds, reader.unread)


def _months(begun: date, first: date, last: date) -> float:
    whole, since = ((last - day).days + 1 for day in (first, begun))
    return max(since, min(whole, 3 * MONTH)) / MONTH


def _others(one: Exchange, owner: Collection[str]) -> tuple[tuple[str, ...] | None, float]:
    """With whom the owner exchanged and for how much; None when it went to a list or to a crowd."""
    if any(address in owner for address in one.declined):
        return (), 0.0
    there = tuple(address for address in one.people if address not in owner)
    received = one.sender and one.sender not in owner
    if len(there) == len(one.people) and (received or not one.sender):
        return (None if received else ()), 0.0
    part = weight(len(there) + bool(received))
    if not part:
        return (None if there else ()), 0.0
    return ((one.sender,) if received else there), part
