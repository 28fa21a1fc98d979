"""Ties out of calendars and mail headers: what is read, what never is, and what is kept after a yes."""

from __future__ import annotations

import html
import logging
import re
from datetime import date, datetime, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from reciproque.app.network.models import Contact, Declaration, Frequency, Shown, Source
from reciproque.app.network.queries.traces import frequency_of
from reciproque.app.network.traces import reading
from reciproque.app.network.traces.calendar_file import CalendarFile
from reciproque.app.network.traces.facts import CROWD, Unreadable, weight
from reciproque.app.network.traces.mail import Mailbox
from reciproque.app.network.traces.reading import TraceFile, tally
from reciproque.app.network.traces.recurrence import Walk, days_of, read_rule
from reciproque.app.shared import clock
from reciproque.app.shared.models import AuditRecord
from webs import sign_in

PARIS = ZoneInfo("Europe/Paris")
ALICE = "alice@client.example"
SAM = "sam@supplier.example"
FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)
SECRET = "Zanzibarquille"


def read(content: bytes, size: int = 65_536) -> CalendarFile | Mailbox:
    file = TraceFile(PARIS)
    for at in range(0, len(content), size):
        file.feed(content[at : at + size])
    return file.close()


def seen(content: bytes, *owner: str, first: date = FIRST, last: date = LAST) -> dict[str, int]:
    found = tally(read(content), owner or (ALICE,), first, last)
    return {one.address: one.days for one in found.seen}


def ics(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\n{event.strip()}\r\nEND:VEVENT\r\n".replace("\r\n", "\n") for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{body}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def event(start: str, *more: str, people: tuple[str, ...] = (ALICE, SAM), uid: str = "1") -> str:
    guests = "\n".join(f"ATTENDEE;CN={one.split('@')[0]};PARTSTAT=ACCEPTED:mailto:{one}" for one in people)
    start = start if start.startswith((";", ":")) else f":{start}"
    return "\n".join((f"UID:{uid}", f"DTSTART{start}", *more, guests, f"SUMMARY:{SECRET}", f"DESCRIPTION:{SECRET}"))


def message(day: str, sender: str, *to: str, cc: str = "", body: str = SECRET) -> bytes:
    headers = [f"From: {sender}", f"To: {', '.join(to)}", *([f"Cc: {cc}"] if cc else [])]
    date_line = f"Date: {day}" if day else "X-No-Date: 1"
    text = "\n".join(["From x@y Mon Jan  5 10:00:00 2026", *headers, date_line, f"Subject: {SECRET}", "", body, "", ""])
    return text.encode()


DAY = "Tue, 06 Jan 2026 10:00:00 +0100"


# ---------------------------------------------------------------- calendars
def test_a_meeting_counts_once_with_everybody_who_was_there():
    content = ics(event("20260106T090000Z", people=(ALICE, SAM, "tess@supplier.example")))
    assert seen(content) == {SAM: 1, "tess@supplier.example": 1}


def test_a_meeting_without_the_owner_says_nothing():
    assert seen(ics(event("20260106T090000Z", people=("bob@client.example", SAM)))) == {}


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        (["RRULE:FREQ=WEEKLY;COUNT=5"], 5),
        (["RRULE:FREQ=WEEKLY;COUNT=5", "EXDATE;TZID=Europe/Paris:20260113T100000"], 4),
        (["RRULE:FREQ=WEEKLY;COUNT=5", "EXDATE:20260113T090000Z,20260120T090000Z"], 3),
        (["RRULE:FREQ=WEEKLY;UNTIL=20260120T235959Z"], 3),
        (["RRULE:FREQ=MONTHLY;BYDAY=1TU", "EXDATE;VALUE=DATE:20260203"], 5),
        (["RRULE:FREQ=DAILY;INTERVAL=10;BYMONTH=1"], 3),
        (["RDATE;TZID=Europe/Paris:20260301T100000,20260302T100000"], 3),
        (["STATUS:CANCELLED", "RRULE:FREQ=DAILY"], 0),
    ],
)
def test_repeated_meetings_are_unfolded_inside_the_period(lines, days):
    content = ics(event(";TZID=Europe/Paris:20260106T100000", *lines))
    assert seen(content).get(SAM, 0) == days


def test_a_moved_meeting_counts_on_its_new_day_and_a_cancelled_one_does_not():
    series = event(";TZID=Europe/Paris:20260106T100000", "RRULE:FREQ=WEEKLY;COUNT=3", uid="s")
    moved = event("20260114T090000Z", "RECURRENCE-ID:20260113T090000Z", uid="s")
    dropped = event("20260120T090000Z", "RECURRENCE-ID:20260120T090000Z", "STATUS:CANCELLED", uid="s")
    reader = read(ics(moved, series, dropped))
    days = sorted(one.day for one in reader.exchanges(FIRST, LAST))
    assert days == [date(2026, 1, 6), date(2026, 1, 14)]


@pytest.mark.parametrize(
    ("start", "day"),
    [
        (":20260106T233000Z", date(2026, 1, 7)),
        (";TZID=America/New_York:20260106T200000", date(2026, 1, 7)),
        (";TZID=Eastern Standard Time:20260106T200000", date(2026, 1, 7)),
        (';TZID="Romance Standard Time":20260106T200000', date(2026, 1, 6)),
        (";TZID=Nowhere/At-All:20260106T200000", date(2026, 1, 6)),
        (";VALUE=DATE:20260106", date(2026, 1, 6)),
        (":20260106T200000", date(2026, 1, 6)),
    ],
)
def test_a_meeting_falls_on_the_day_it_had_here(start, day):
    assert [one.day for one in read(ics(event(start))).exchanges(FIRST, LAST)] == [day]


def test_an_evening_series_overseas_is_counted_the_day_after_and_its_exceptions_too():
    lines = ("RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=3", "EXDATE;TZID=America/New_York:20260113T200000")
    reader = read(ics(event(";TZID=America/New_York:20260106T200000", *lines)))
    assert [one.day for one in reader.exchanges(FIRST, LAST)] == [date(2026, 1, 7), date(2026, 1, 21)]


def test_whoever_declined_was_not_there():
    other = f"ATTENDEE;PARTSTAT=DECLINED:mailto:{SAM}"
    assert seen(ics(event("20260106T090000Z", other, people=(ALICE, "tess@supplier.example")))) == {
        "tess@supplier.example": 1
    }
    mine = f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ALICE}"
    assert seen(ics(event("20260106T090000Z", mine, people=(SAM,)))) == {}


def test_rooms_alarms_and_todos_are_nobody():
    room = "ATTENDEE;CUTYPE=ROOM:mailto:room@supplier.example"
    alarm = "BEGIN:VALARM\nATTENDEE:mailto:alarm@supplier.example\nEND:VALARM"
    assert seen(ics(event("20260106T090000Z", room, alarm))) == {SAM: 1}


def test_folded_lines_and_accents_give_whole_names():
    name = "Élodie Brémont-Lacaussade de la Très Longue Dénomination"
    line = f'ATTENDEE;CN="{name}":mailto:elodie@supplier.example'.encode()
    folded = b"\r\n ".join(line[at : at + 21] for at in range(0, len(line), 21))
    content = ics(event("20260106T090000Z", "X-HERE:1")).replace(b"X-HERE:1", folded)
    for size in (1, 7, 65_536):
        found = tally(read(content, size), [ALICE], FIRST, LAST)
        assert {one.address: one.name for one in found.seen}["elodie@supplier.example"] == name


def test_names_of_old_programs_keep_their_accents():
    content = ics(event("20260106T090000Z", "X-HERE:1"))
    content = content.replace(b"X-HERE:1", "ATTENDEE;CN=Hélène:mailto:h@supplier.example".encode("latin-1"))
    found = tally(read(content), [ALICE], FIRST, LAST)
    assert {one.name for one in found.seen} >= {"Hélène"}


RULES = [
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3;COUNT=40",
    "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR",
    "FREQ=WEEKLY;BYDAY=TU,TH",
    "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU;COUNT=7",
    "FREQ=WEEKLY;INTERVAL=3",
    "FREQ=MONTHLY",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=5",
    "FREQ=MONTHLY;INTERVAL=2;BYDAY=2TU,-1FR",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
    "FREQ=YEARLY",
    "FREQ=YEARLY;BYMONTH=3,9;BYDAY=1MO",
    "FREQ=YEARLY;BYMONTHDAY=15",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
]


@settings(max_examples=60, deadline=None)
@given(
    written=st.sampled_from(RULES),
    start=st.dates(date(2018, 1, 1), date(2026, 3, 1)),
    first=st.dates(date(2018, 6, 1), date(2026, 6, 1)),
)
def test_the_days_of_a_rule_are_those_of_the_reference_library(written, start, first):
    last = first + timedelta(days=400)
    rule = read_rule(written)
    assert rule is not None
    known = rrulestr(written, dtstart=datetime(start.year, start.month, start.day))
    between = [datetime(day.year, day.month, day.day) for day in (first, last)]
    wanted = [one.date() for one in known.between(*between, inc=True)]
    assert list(days_of(start, rule, first, last, Walk())) == wanted


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=SECONDLY;COUNT=999999999999",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;COUNT=999999999999999999999",
        "FREQ=YEARLY;INTERVAL=999999999",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=MONTHLY;BYSETPOS=0;BYDAY=MO",
        "FREQ=;;;=",
        "FREQ=DAILY;UNTIL=99999999",
    ],
)
def test_a_rule_that_never_ends_or_means_nothing_costs_nothing(rule):
    reader = read(ics(event("19000101T000000Z", f"RRULE:{rule}"), event("20260106T090000Z", uid="2")))
    days = [one.day for one in reader.exchanges(FIRST, LAST)]
    assert date(2026, 1, 6) in days
    assert len(days) <= (LAST - FIRST).days + 2


def test_a_file_of_endless_rules_is_refused_rather_than_walked(monkeypatch):
    monkeypatch.setattr("reciproque.app.network.traces.recurrence.STEPS", 20_000)
    long_ago = [event(f"1900010{n % 9 + 1}T000000Z", "RRULE:FREQ=DAILY;COUNT=900000", uid=str(n)) for n in range(30)]
    with pytest.raises(Unreadable, match="endless"):
        list(read(ics(*long_ago)).exchanges(FIRST, LAST))


# ---------------------------------------------------------------- mail headers
def test_a_message_counts_between_its_sender_and_those_it_is_addressed_to():
    content = message(DAY, f"Alice <{ALICE}>", SAM, cc="tess@supplier.example")
    content += message(DAY.replace("06", "07"), SAM, ALICE, "bob@client.example")
    assert seen(content) == {SAM: 2, "tess@supplier.example": 1}


def test_two_others_who_write_to_each_other_in_front_of_the_owner_are_not_the_owners_tie():
    content = message(DAY, "bob@client.example", SAM, ALICE)
    assert seen(content) == {"bob@client.example": 1}


def test_ten_messages_of_one_day_are_one_exchange():
    assert seen(message(DAY, SAM, ALICE) * 10) == {SAM: 1}


def test_what_went_to_a_list_or_a_crowd_is_left_out_and_counted():
    crowd = [f"n{number}@supplier.example" for number in range(CROWD + 2)]
    content = message(DAY, ALICE, *crowd) + message(DAY, SAM, "everybody@lists.example") + message(DAY, SAM, ALICE)
    found = tally(read(content), [ALICE], FIRST, LAST)
    assert ({one.address for one in found.seen}, found.crowds, found.exchanges) == ({SAM}, 2, 1)


def test_several_recipients_weigh_less():
    assert [weight(n) for n in (0, 1, 3, 6, CROWD, CROWD + 1)] == [0, 1, 1, 0.5, 3 / CROWD, 0]
    six = [f"n{number}@supplier.example" for number in range(6)]
    found = tally(read(message(DAY, ALICE, *six)), [ALICE], FIRST, LAST)
    assert {round(one.a_month * (176 / 30.4375), 6) for one in found.seen} == {0.5}


@pytest.mark.parametrize(("weeks_ago", "times", "a_month"), [(20, 20, 4.3), (10, 10, 3.3), (1, 1, 0.3), (25, 1, 0.2)])
def test_a_tie_is_counted_over_the_months_since_it_began_three_at_least(weeks_ago, times, a_month):
    begin = LAST - timedelta(weeks=weeks_ago)
    content = ics(event(f"{begin:%Y%m%d}T090000Z", f"RRULE:FREQ=WEEKLY;COUNT={times}"))
    found = tally(read(content), [ALICE], FIRST, LAST)
    assert round(found.seen[0].a_month, 1) == a_month


def test_names_in_headers_are_decoded():
    content = message(DAY, "=?utf-8?q?H=C3=A9l=C3=A8ne_Duf=C3=BBr?= <h@supplier.example>", ALICE)
    content += message(DAY, "=?iso-8859-1?B?RnJhbudvaXM=?= <f@supplier.example>", ALICE)
    content += message(DAY, '"Núñez, Óscar" <o@supplier.example>', ALICE)
    content += message(DAY, "=?unknown-charset?q?x?= <u@supplier.example>", ALICE)
    found = tally(read(content), [ALICE], FIRST, LAST)
    names = {one.address[0]: one.name for one in found.seen}
    assert names == {"h": "Hélène Dufûr", "f": "François", "o": "Núñez, Óscar", "u": ""}


def test_addresses_written_in_a_body_are_never_read():
    body = "From: ghost@supplier.example\nTo: alice@client.example\nDate: " + DAY + "\n\nFrom here on, all is well."
    assert seen(message(DAY, SAM, ALICE, body=body)) == {SAM: 1}


def test_messages_without_a_date_or_an_author_are_said_to_be_unread():
    content = (
        message("", SAM, ALICE) + message("yesterday", SAM, ALICE) + message(DAY, "", ALICE) + message(DAY, SAM, ALICE)
    )
    reader = read(content)
    assert (reader.unread, len(reader.kept)) == (3, 1)


def test_a_header_made_to_be_slow_is_passed_over():
    content = message(DAY, "(" * 10_000 + " <x@supplier.example>", ALICE) + message(DAY, SAM, ALICE)
    assert seen(content) == {SAM: 1}


def test_nothing_but_who_and_when_is_in_memory():
    content = message(DAY, SAM, ALICE, body=SECRET * 100) + ics(event("20260106T090000Z"))
    for file in (content, ics(event("20260106T090000Z", f"LOCATION:{SECRET}", f"COMMENT:{SECRET}"))):
        assert SECRET not in repr(_everything(read(file, 50)))


def _everything(thing, depth: int = 0):
    if hasattr(thing, "__dict__") and depth < 5:
        return {name: _everything(value, depth + 1) for name, value in vars(thing).items()}
    if isinstance(thing, list | tuple):
        return [_everything(value, depth + 1) for value in thing]
    return thing


# ---------------------------------------------------------------- broken files
BROKEN = {
    "truncated": (ics(event("20260106T090000Z"))[:-30], "cut"),
    "cut inside an event": (ics(event("20260106T090000Z"))[:120], "cut"),
    "no event": (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", "empty"),
    "binary": (bytes(range(256)) * 40, "format"),
    "zip": (b"PK\x03\x04" + b"\x00" * 5000, "compressed"),
    "gzip": (b"\x1f\x8b\x08" + b"\x00" * 5000, "compressed"),
    "utf-16": ("BEGIN:VCALENDAR\r\n".encode("utf-16") * 9, "encoding"),
    "nothing": (b"", "empty"),
    "a letter": (b"Dear all,\n\nHere is my calendar.\n", "format"),
    "mail without dates": (message("", SAM, ALICE), "empty"),
    "nested without end": (b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 50, "format"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_says_why_and_gives_nothing(name):
    content, code = BROKEN[name]
    with pytest.raises(Unreadable) as refusal:
        read(content)
    assert refusal.value.code == code


def test_a_file_beyond_the_limit_is_forgotten_while_it_arrives(monkeypatch):
    monkeypatch.setattr(reading, "LIMIT", 10_000)
    file = TraceFile(PARIS)
    file.feed(message(DAY, SAM, ALICE))
    for _ in range(300):
        file.feed(b"x" * 1000)
    assert file._reader is None
    with pytest.raises(Unreadable, match="too_large"):
        file.close()


def test_one_endless_line_takes_no_memory():
    file = TraceFile(PARIS)
    file.feed(message(DAY, SAM, ALICE) + b"x")
    for _ in range(400):
        file.feed(b"y" * 65_536)
    assert len(file._reader._lines._rest) <= 16_384


def test_too_many_messages_are_refused(monkeypatch):
    monkeypatch.setattr("reciproque.app.network.traces.mail.MOST", 10)
    with pytest.raises(Unreadable, match="too_many"):
        read(message(DAY, SAM, ALICE) * 11)


@pytest.mark.parametrize(
    ("a_month", "word"),
    [
        (20, "daily"),
        (12, "daily"),
        (4.5, "weekly"),
        (1, "monthly"),
        (0.5, "quarterly"),
        (0.34, "quarterly"),
        (0.08, "rare"),
    ],
)
def test_a_rate_becomes_the_nearest_word(a_month, word):
    assert frequency_of(a_month) == Frequency(word)


# ---------------------------------------------------------------- the screens
@pytest.fixture
def told(web):
    """Alice of the client, and what her side knows: Sam, with an address at the supplier's."""
    alice = web.person("client", "Alice Client")
    alice.email = ALICE
    alice.save()
    bob = web.person("client", "Bob Client")
    bob.email = "bob@client.example"
    bob.save()
    web.says("client", "Bob Client", "Sam Supplier", email=SAM, function="sales")
    return web


def send(browser: Client, web, content: bytes, name: str = "mine.ics", **more):
    person = web.people["Alice Client"]
    form = {
        "person": person.pk,
        "addresses": "",
        "domains": "supplier.example",
        "months": "12",
        "consent": "on",
        **more,
    }
    form["file"] = SimpleUploadedFile(name, content)
    return browser.post(reverse("web-traces", args=[web.relationship.key]), form)


def keep(browser: Client, web, response, **more):
    page = html.unescape(response.content.decode())
    form = {"content": re.search(r'name="content" value="([^"]+)"', page)[1], "shown": "both"}
    for number, name in enumerate(re.findall(r'name="line\d+-contact" value="([^"]*)"', page)):
        form |= {f"line{number}-keep": "on", f"line{number}-contact": name, f"line{number}-frequency": "weekly"}
    form = {name: value for name, value in (form | more).items() if value is not None}
    return browser.post(reverse("web-traces-keep", args=[web.relationship.key]), form)


def recent(*people: str, more: tuple[str, ...] = ()) -> bytes:
    begin = clock.today() - timedelta(days=100)
    lines = ("RRULE:FREQ=WEEKLY;COUNT=12", *more)
    return ics(event(f";TZID=Europe/Paris:{begin:%Y%m%d}T090000", *lines, people=people or (ALICE, SAM)))


def everything() -> str:
    """Every value of every table."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found.extend(cursor.fetchall())
    return repr(found)


WHO = {
    "client_sponsor": 200,
    "client_deputy": 200,
    "client_member": 200,
    "supplier_sponsor": 200,
    "supplier_member": 200,
    "facilitator": 404,
    "observer": 404,
    "outsider": 404,
    "host_admin": 404,
}


@pytest.mark.parametrize("name", WHO)
def test_a_file_is_read_by_those_who_declare(told, name):
    browser = sign_in(getattr(told.cast, name))
    assert browser.get(reverse("web-traces", args=[told.relationship.key])).status_code == WHO[name]
    kept = browser.post(reverse("web-traces-keep", args=[told.relationship.key]), {"content": "x"})
    assert kept.status_code == (302 if WHO[name] == 200 else 404)


def test_an_anonymous_visitor_signs_in_first(told):
    for name in ("web-traces", "web-traces-keep"):
        url = reverse(name, args=[told.relationship.key])
        assert Client().post(url, {"file": SimpleUploadedFile("x.ics", b"x")}).url.startswith("/accounts/login/")


def test_from_a_calendar_to_a_declaration_after_a_yes(told):
    browser = sign_in(told.cast.client_member)
    preview = send(browser, told, recent(ALICE, SAM, "bob@client.example", "zoe@stranger.example"))
    page = preview.content.decode()
    assert "Nothing is kept yet." in page
    assert "Sam Supplier" in page
    assert "1 address of a colleague" in page
    assert "1 of somebody else" in page
    assert "stranger" not in page
    assert Declaration.objects.count() == 1
    keep(browser, told, preview, shown="own")
    made = Declaration.objects.get(source=Source.CALENDAR)
    assert (str(made.person), made.contact.name, made.frequency, made.shown, made.side) == (
        "Alice Client",
        "Sam Supplier",
        "weekly",
        Shown.OWN,
        "client",
    )
    assert made.since == clock.today() - timedelta(days=100)
    assert "stranger" not in everything()


def test_from_mail_headers_to_a_new_name(told):
    day = (clock.today() - timedelta(days=3)).strftime("%a, %d %b %Y 10:00:00 +0100")
    content = message(day, "=?utf-8?q?Dupr=C3=A9=2C_L=C3=A9a?= <l@supplier.example>", ALICE) * 2
    browser = sign_in(told.cast.client_sponsor)
    preview = send(browser, told, content, "all.mbox")
    assert "Léa Dupré" in html.unescape(preview.content.decode())
    keep(browser, told, preview)
    made = Declaration.objects.get(source=Source.MAIL)
    assert (made.contact.name, made.contact.email) == ("Léa Dupré", "l@supplier.example")


def test_an_unticked_line_is_not_kept(told):
    browser = sign_in(told.cast.client_member)
    preview = send(browser, told, recent(ALICE, SAM, "tess@supplier.example"))
    keep(browser, told, preview, **{"line0-keep": None})
    assert Declaration.objects.filter(source=Source.CALENDAR).count() == 1
    assert Contact.objects.count() == len(set(Contact.objects.values_list("name")))


def test_nothing_ticked_keeps_nothing_and_says_so(told):
    browser = sign_in(told.cast.client_member)
    response = keep(browser, told, send(browser, told, recent()), **{"line0-keep": None})
    assert response.status_code == 422
    assert "Tick at least one line" in response.content.decode()


def test_without_consent_nothing_is_shown_nor_recorded(told):
    browser = sign_in(told.cast.client_member)
    page = send(browser, told, recent(), consent="").content.decode()
    assert "Sam Supplier" not in page
    assert not AuditRecord.objects.filter(action__startswith="web.trace").exists()


def test_the_consent_is_in_the_log_of_that_side_only(told):
    send(sign_in(told.cast.client_member), told, recent())
    row = AuditRecord.objects.get(action="web.trace_consent")
    assert (row.audience, row.data["kind"], row.data["person"]) == (
        "client",
        "calendar",
        told.people["Alice Client"].key,
    )


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_gives_a_message_and_keeps_nothing(told, name):
    before = AuditRecord.objects.count()
    response = send(sign_in(told.cast.client_member), told, BROKEN[name][0])
    assert "This form needs a correction" in response.content.decode()
    assert AuditRecord.objects.count() == before
    assert Declaration.objects.count() == 1


def test_subjects_and_texts_are_nowhere(told, caplog, tmp_path):
    browser = sign_in(told.cast.client_member)
    with caplog.at_level(logging.DEBUG):
        preview = send(browser, told, recent(more=(f"LOCATION:{SECRET}",)))
        done = keep(browser, told, preview)
        mails = send(browser, told, message(DAY, SAM, ALICE, body=SECRET), "a.mbox")
    pages = preview.content + mails.content + browser.get(done.url).content
    assert SECRET.encode() not in pages
    assert SECRET not in everything()
    assert SECRET not in caplog.text


def test_the_preview_of_one_person_is_refused_from_another(told):
    preview = send(sign_in(told.cast.client_member), told, recent())
    response = keep(sign_in(told.cast.client_sponsor), told, preview)
    assert response.status_code == 302
    assert not Declaration.objects.filter(source=Source.CALENDAR).exists()


def test_an_old_preview_is_refused(told):
    browser = sign_in(told.cast.client_member)
    preview = send(browser, told, recent())
    content = re.search(r'name="content" value="([^"]+)"', preview.content.decode())[1]
    spoilt = content[:-2] + ("aa" if content[-2:] != "aa" else "bb")
    assert keep(browser, told, preview, content=spoilt).url.endswith("/traces/")
    assert not Declaration.objects.filter(source=Source.CALENDAR).exists()


def test_the_other_sides_lists_are_never_looked_up(told):
    """Somebody whom only the supplier's own list holds is nobody for the client, name included."""
    hidden = told.person("supplier", "Hidden Canary")
    hidden.email = "hc@elsewhere.example"
    hidden.save()
    page = send(sign_in(told.cast.client_member), told, recent(ALICE, SAM, "hc@elsewhere.example"))
    assert "Canary" not in page.content.decode()
    assert "1 of somebody else" in page.content.decode()


def test_a_tie_declared_already_is_shown_apart(told):
    told.says("client", "Alice Client", "Sam Supplier", email=SAM)
    page = send(sign_in(told.cast.client_member), told, recent()).content.decode()
    assert "In your half already" in page
    assert 'name="line0-keep"' not in page


def test_a_domain_where_everybody_may_have_an_address_is_refused(told):
    page = send(sign_in(told.cast.client_member), told, recent(), domains="gmail.com").content.decode()
    assert "Everybody may have an address there" in page


def test_the_form_token_is_asked_for(told):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(told.cast.client_member)
    assert send(strict, told, recent()).status_code == 403


def test_the_upload_is_never_a_file_of_the_server(told, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("a temporary file")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", refuse)
    monkeypatch.setattr("tempfile.SpooledTemporaryFile", refuse)
    lately = format_datetime(clock.now() - timedelta(days=100))
    content = message(lately, SAM, ALICE, body=("x" * 60 + "\n") * 100) * 1_700
    assert len(content) > 10_000_000
    page = send(sign_in(told.cast.client_member), told, content, "big.mbox", months="24").content.decode()
    assert "Nothing is kept yet." in page


def test_the_preview_asks_a_fixed_number_of_queries(told, django_assert_num_queries):
    browser = sign_in(told.cast.client_member)
    for number in (1, 40):
        people = [f"n{one}@supplier.example" for one in range(number)]
        content = b"".join(recent(ALICE, one).replace(b"UID:1", b"UID:" + one.encode()) for one in people)
        with django_assert_num_queries(27):
            send(browser, told, content)
