"""A calendar file (.ics): who was invited and when. Titles, places and texts are passed over while they arrive."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reciproque.app.network.traces.facts import Exchange, Names, Unreadable, address_of
from reciproque.app.network.traces.lines import LONGEST, Lines, text
from reciproque.app.network.traces.recurrence import Rule, Walk, days_of, read_rule

WANTED = {
    b"BEGIN", b"END", b"UID", b"STATUS", b"DTSTART", b"RRULE", b"EXDATE", b"RDATE", b"RECURRENCE-ID", b"ORGANIZER",
    b"ATTENDEE",
}  # fmt: skip
NAME = re.compile(rb"[A-Za-z-]{1,40}")
MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?")
PARAMETER = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^";:,]*)((?:,(?:"[^"]*"|[^";:,]*))*)')
MOST = 50_000
MOST_DATES = 2_000
"""Dates that one event may add or leave out."""
NOT_PEOPLE = ("ROOM", "RESOURCE", "GROUP")


@dataclass(frozen=True)
class Moment:
    """A day as written, and the instant when the zone is known."""

    day: date
    at: datetime | None = None

    def day_in(self, zone: tzinfo | None) -> date:
        return self.at.astimezone(zone).date() if self.at is not None and zone is not None else self.day


@dataclass
class Event:
    """What is kept of an event."""

    uid: str = ""
    cancelled: bool = False
    start: Moment | None = None
    rule: Rule | None = None
    odd: bool = False
    without: list[Moment] = field(default_factory=list)
    added: list[Moment] = field(default_factory=list)
    instead_of: Moment | None = None
    people: list[str] = field(default_factory=list)
    declined: list[str] = field(default_factory=list)


class CalendarFile:
    """Reads a calendar as it arrives. Repeated meetings are unfolded later, inside a window."""

    kind = "calendar"

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self.names = Names()
        self.events: list[Event] = []
        self.messages = self.unread = 0
        self._lines = Lines()
        self._inside: list[str] = []
        self._event: Event | None = None
        self._property = b""
        self._finished = False

    def feed(self, chunk: bytes) -> None:
        for line in self._lines.feed(chunk):
            self._line(line)

    def close(self) -> None:
        for line in self._lines.end():
            self._line(line)
        self._flush()
        if self._inside or not self._finished:
            raise Unreadable("cut")
        if not self.events:
            raise Unreadable("empty")

    # ---------------------------------------------------------------- lines
    def _line(self, line: bytes) -> None:
        """Unfold what is wanted; anything else is gone with this line."""
        if line[:1] in (b" ", b"\t"):
            if self._property and len(self._property) < LONGEST:
                self._property += line[1:]
            return
        self._flush()
        found = NAME.match(line)
        if found and found[0].upper() in WANTED:
            self._property = line[:LONGEST]

    def _flush(self) -> None:
        line, self._property = self._property, b""
        if not line:
            return
        name, parameters, value = _parts(text(line))
        if name == "BEGIN":
            self._begin(value.strip().upper())
        elif name == "END":
            self._end(value.strip().upper())
        elif self._event is not None and self._inside[-1:] == ["VEVENT"]:
            self._note(self._event, name, parameters, value)

    def _begin(self, component: str) -> None:
        self._inside.append(component)
        if len(self._inside) > 20:
            raise Unreadable("format")
        if component == "VEVENT":
            self.messages += 1
            if self.messages > MOST:
                raise Unreadable("too_many")
            self._event = Event()

    def _end(self, component: str) -> None:
        if not self._inside or self._inside.pop() != component:
            raise Unreadable("cut")
        self._finished = self._finished or component == "VCALENDAR"
        if component == "VEVENT" and self._event is not None:
            event, self._event = self._event, None
            if event.start is None:
                self.unread += 1
            elif event.people or event.uid:
                self.unread += event.odd
                self.events.append(event)

    def _note(self, event: Event, name: str, parameters: dict[str, str], value: str) -> None:
        if name == "UID":
            event.uid = value.strip()[:255]
        elif name == "STATUS":
            event.cancelled = value.strip().upper() == "CANCELLED"
        elif name == "RRULE":
            event.rule = read_rule(value.strip())
            event.odd = event.rule is None
        elif name in ("ATTENDEE", "ORGANIZER"):
            self._person(event, parameters, value)
        else:
            self._date(event, name, parameters, value)

    def _date(self, event: Event, name: str, parameters: dict[str, str], value: str) -> None:
        zone = zone_of(parameters.get("TZID", ""), self.zone)
        moments = [moment for part in value.split(",")[:MOST_DATES] if (moment := _moment(part, zone))]
        if name == "EXDATE":
            event.without += moments[: MOST_DATES - len(event.without)]
        elif name == "RDATE":
            event.added += moments[: MOST_DATES - len(event.added)]
        elif name == "DTSTART" and moments:
            event.start = moments[0]
        elif name == "RECURRENCE-ID" and moments:
            event.instead_of = moments[0]

    def _person(self, event: Event, parameters: dict[str, str], value: str) -> None:
        address = address_of(value.strip()[7:] if value.strip().lower().startswith("mailto:") else "")
        if not address or parameters.get("CUTYPE", "").upper() in NOT_PEOPLE or len(event.people) > 1000:
            return
        self.names.learn(address, " ".join(parameters.get("CN", "").split()))
        chosen = event.declined if parameters.get("PARTSTAT", "").upper() == "DECLINED" else event.people
        if address not in chosen:
            chosen.append(address)

    # ---------------------------------------------------------------- meetings in a window
    def exchanges(self, first: date, last: date) -> Iterator[Exchange]:
        """Each meeting of the window that took place, on its first day."""
        moved: dict[str, list[Moment]] = defaultdict(list)
        for event in self.events:
            if event.instead_of is not None and event.uid:
                moved[event.uid].append(event.instead_of)
        walk = Walk()
        for event in self.events:
            if event.cancelled or event.start is None:
                continue
            people = tuple(one for one in event.people if one not in event.declined)
            others = moved[event.uid] if event.instead_of is None and event.uid in moved else []
            for day in self._days(event, event.start, others, first, last, walk):
                yield Exchange(day, people, declined=tuple(event.declined))

    def _days(
        self, event: Event, start: Moment, moved: list[Moment], first: date, last: date, walk: Walk
    ) -> Iterator[date]:
        """Days are counted in the zone of the event, then told in ours."""
        zone = start.at.tzinfo if start.at is not None else None
        shift = start.day_in(self.zone) - start.day
        near = (first - shift, last - shift)
        days = set(days_of(start.day, event.rule, *near, walk)) if event.rule else {start.day}
        days |= {moment.day_in(zone) for moment in event.added}
        days -= {moment.day_in(zone) for moment in (*event.without, *moved)}
        return (day + shift for day in sorted(days) if near[0] <= day <= near[1])


def _parts(line: str) -> tuple[str, dict[str, str], str]:
    """Name, parameters and value of a property."""
    name = re.match(r"[A-Za-z-]*", line)[0]  # type: ignore[index]
    at, parameters = len(name), {}
    while found := PARAMETER.match(line, at):
        parameters[found[1].upper()] = found[2].strip('"')
        at = found.end()
    return name.upper(), parameters, line[at:].removeprefix(":")


def _moment(written: str, zone: tzinfo) -> Moment | None:
    """A date, or an instant; of a period only its beginning."""
    found = MOMENT.match(written.strip())
    if found is None:
        return None
    try:
        day = date(*(int(found[place]) for place in (1, 2, 3)))
        if found[4] is None or not 1900 < day.year < 2200:
            return Moment(day)
        at = datetime(day.year, day.month, day.day, int(found[4]), int(found[5]), tzinfo=UTC if found[7] else zone)
    except ValueError:
        return None
    return Moment(day, at)


def zone_of(name: str, ours: tzinfo) -> tzinfo:
    """The zone of that name, as the world or as Windows calls it; ours when nobody knows it."""
    plain = name.strip().strip('"').strip("/")
    if not plain:
        return ours
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    known = WINDOWS_TO_OLSON.get(plain, plain)
    if not re.fullmatch(r"[A-Za-z0-9_+/-]{1,60}", known):
        return ours
    try:
        return ZoneInfo(known)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ours
