"""Files that a stranger might choose: bombs, wrong types, odd encodings, lists that never end.

Each is (name, content). Whatever the field expects, the file is refused or read without harm, in plain words.
"""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

TITLES = "Nom;Prénom;E-mail;Fonction"
ROW = "Durand;Zoé;zoe@example.test;quality"
LIST = f"{TITLES}\r\n{ROW}\r\n"
ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "iso8859-1", "iso8859-15",
    "mac-roman",
    "cp850", "cp437", "shift_jis", "gb18030", "koi8-r", "cp500",
)  # fmt: skip
NAMES = (
    "../../../tmp/rqx.csv",
    "C:\\rqx\\rqx.csv",
    "rqx\x00.csv",
    "r\r\nX-Rqx: 1.csv",
    "\u202evsc.xqr",
    "r" * 5000 + ".csv",
)


@dataclass(frozen=True)
class Upload:
    """What it is, and the file as a browser would send it."""

    what: str
    name: str
    make: Callable[[], bytes]


# ---------------------------------------------------------------- workbooks
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
WORKBOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


def _relations(target: str = "worksheets/sheet1.xml", more: str = "") -> str:
    return f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Target="{target}"{more}/></Relationships>'


def _sheet(inside: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{inside}</sheetData></worksheet>'


def _row(number: object, *cells: str) -> str:
    letters = "ABCDEFGH"
    inside = "".join(
        f'<c r="{letters[place]}{number}" t="inlineStr"><is><t>{cell}</t></is></c>' for place, cell in enumerate(cells)
    )
    return f'<row r="{number}">{inside}</row>'


HEAD = _row(1, "Nom", "E-mail")


SHEET, SHARED, RELATIONS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels"
PLAIN = _sheet(HEAD + _row(2, "Durand", "z@example.test"))


def workbook(sheet: str | bytes = PLAIN, parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """A workbook of one sheet; `parts` replaces or adds files."""
    return _zipped({"xl/workbook.xml": WORKBOOK, RELATIONS: _relations(), SHEET: sheet, **(parts or {})})


def _zipped(files: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in files.items():
            book.writestr(name, content)
    return out.getvalue()


def _bomb(part: str, megabytes: int) -> bytes:
    """A part that unpacks to a thousand times its size."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in {"xl/workbook.xml": WORKBOOK, RELATIONS: _relations(), SHEET: PLAIN}.items():
            if name != part:
                book.writestr(name, content)
        with book.open(part, "w") as file:
            file.write(f'<worksheet xmlns="{MAIN}"><sheetData>'.encode())
            for _ in range(megabytes):
                file.write(b" " * 1_000_000)
    return out.getvalue()


def _liar() -> bytes:
    """A bomb whose table of contents says that it is small."""
    data = bytearray(_bomb(SHARED, 200))
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 1000)
    return bytes(data)


def _laughs() -> str:
    entities = "".join(f'<!ENTITY l{n} "' + f"&l{n - 1};" * 10 + '">' for n in range(1, 10))
    return f'<!DOCTYPE sst [<!ENTITY l0 "rqx">{entities}]><sst xmlns="{MAIN}"><si><t>&l9;</t></si></sst>'


def _entity(system: str) -> str:
    return (
        f'<!DOCTYPE worksheet [<!ENTITY rqx SYSTEM "{system}">]><worksheet xmlns="{MAIN}"><sheetData>'
        f"{HEAD}{_row(2, '&rqx;', 'x')}</sheetData></worksheet>"
    )


def _protected() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 500


def _locked() -> bytes:
    data = bytearray(workbook())
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def _open_document() -> bytes:
    return _zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<office:document/>"})


def _spoilt() -> bytes:
    data = bytearray(workbook())
    at = data.find(b"sheet1.xml") + 30
    data[at : at + 20] = b"rqx" * 6 + b"xx"
    return bytes(data)


def _nested() -> bytes:
    inner = workbook()
    for _ in range(20):
        inner = _zipped({"xl/workbook.xml": WORKBOOK, "inner.xlsx": inner})
    return inner


def _workbooks() -> Iterator[Upload]:
    def sheet(inside: str) -> Callable[[], bytes]:
        return lambda: workbook(_sheet(inside))

    deep = "<a>" * 100_000 + "</a>" * 100_000
    far = HEAD + '<row r="2"><c r="XFD2" t="inlineStr"><is><t>x</t></is></c><c r="A2"><v>1</v></c></row>'
    formula = HEAD + '<row r="2"><c r="A2" t="str"><f>HYPERLINK("//rqx.invalid")</f><v>=1+1</v></c></row>'
    made: dict[str, Callable[[], bytes]] = {
        "a bomb in the sheet": lambda: _bomb(SHEET, 300),
        "a bomb in the shared texts": lambda: _bomb(SHARED, 300),
        "a bomb that lies about its size": _liar,
        "twenty workbooks inside each other": _nested,
        "a billion laughs": lambda: workbook(parts={SHARED: _laughs()}),
        "an entity of this machine": lambda: workbook(_entity("file:///etc/passwd")),
        "an entity of another machine": lambda: workbook(_entity("http://127.0.0.1:9/rqx")),
        "a sheet outside the file": lambda: workbook(parts={RELATIONS: _relations("../../../etc/passwd")}),
        "a sheet on another machine": lambda: workbook(
            parts={RELATIONS: _relations("http://127.0.0.1:9/x", ' TargetMode="External"')}
        ),
        "paths that climb": lambda: workbook(parts={"../../../tmp/rqx": "rqx", "/tmp/rqx": "rqx"}),
        "five thousand parts": lambda: workbook(parts={f"part{number}": "" for number in range(5000)}),
        "formulas in a workbook": sheet(formula),
        "a macro": lambda: workbook(parts={"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0rqx"}),
        "a password": _protected,
        "locked parts": _locked,
        "an old workbook": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"Workbook" * 100,
        "another office": _open_document,
        "a workbook cut short": lambda: workbook()[:-200],
        "a workbook with a spoilt part": _spoilt,
        "a cell of ten megabytes": sheet(HEAD + _row(2, "x" * 10_000_000, "y")),
        "a cell at the end of the row": sheet(far),
        "rows without end": sheet(HEAD + "".join(_row(n, "Durand", "z@example.test") for n in range(2, 60_000))),
        "a row number without end": sheet(HEAD + _row("9" * 5000, "x", "y")),
        "an address that is none": sheet(HEAD + '<row r="2"><c r="0Z"><v>1</v></c></row>'),
        "a text that is not there": sheet(
            HEAD + '<row r="2"><c r="A2" t="s"><v>-5</v></c><c t="s"><v>1e9</v></c></row>'
        ),
        "elements inside elements": sheet(deep),
        "a part in another encoding": lambda: workbook(_sheet(HEAD).encode("utf-16")),
    }
    yield from (Upload(what, "list.xlsx", make) for what, make in made.items())


# ---------------------------------------------------------------- lists as text
def _texts() -> Iterator[Upload]:
    formulas = "\r\n".join(
        f"{sign}1+1;Zoé;{sign}x@example.test;{sign}SUM(1)" for sign in ("=", "+", "-", "@", "\t", "\r")
    )
    made: dict[str, bytes] = {
        "nothing": b"",
        "a mark and nothing": b"\xef\xbb\xbf",
        "zeros": b"\x00" * 10_000,
        "a million columns": b"Nom" + b";" * 1_000_000 + b"\r\nx" + b";" * 1_000_000,
        "a million lines": TITLES.encode() + b"\r\na" * 1_000_000,
        "the same title twice": b"Nom;Nom;Nom;E-mail;E-mail\r\na;b;c;d@example.test;e@example.test\r\n",
        "a cell without end": TITLES.encode() + b"\r\n" + b"x" * 3_000_000,
        "a quote never closed": TITLES.encode() + b'\r\n"Durand;Z;z@example.test\r\n' + b"a;b\r\n" * 5000,
        "quotes everywhere": TITLES.encode() + b"\r\n" + b'"' * 99_999,
        "formulas as text": f"{TITLES}\r\n{formulas}\r\n".encode(),
        "a separator that quotes": b'sep="\r\nNom"E-mail\r\na"b@example.test\r\n',
        "a separator that is none": b"sep=\x01\r\nNom\x01E-mail\r\na\x01b@example.test\r\n",
        "control signs": TITLES.encode() + b"\r\n\x1b[31m\x07\x08;\x7f;\x0b;\x0c\r\n" * 10,
        "another world": "Nom;E-mail\r\n\U0001f600\u202e\u200d;x@example.test\r\n".encode(),
        "an image": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
        "a program": b"\x7fELF" + bytes(range(256)) * 20,
        "a page": b"<!DOCTYPE html><script>rqx()</script>",
        "a document": b"%PDF-1.7\n%\xff\xff\n",
        "notes": json.dumps({"a": ["rqx"] * 50}).encode(),
        "more than five megabytes": (LIST * 200_000).encode()[: 5 * 1024 * 1024 + 2],
    }
    yield from (Upload(what, "list.csv", lambda data=data: data) for what, data in made.items())
    for encoding in ENCODINGS:
        yield Upload(f"a list in {encoding}", "list.csv", lambda to=encoding: LIST.encode(to, "replace"))
    for name in NAMES:
        yield Upload(f"a name: {name[:20]!r}", name, lambda: LIST.encode())


# ---------------------------------------------------------------- calendars and mailboxes
def _event(*lines: str, start: str = "20260901T100000Z") -> str:
    people = "ORGANIZER:mailto:a@example.test\r\nATTENDEE:mailto:b@example.test"
    return "\r\n".join(["BEGIN:VEVENT", "UID:rqx", f"DTSTART:{start}", people, *lines, "END:VEVENT"])


def _calendar(*events: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR", ""]).encode()


def _traces() -> Iterator[Upload]:
    first = "From a@example.test Mon Sep  1 10:00:00 2026\r\n"
    letter = first + "From: %s\r\nTo: b@example.test\r\nDate: %s\r\n\r\nrqx\r\n\r\n"
    made: dict[str, Callable[[], bytes]] = {
        "a meeting each second": lambda: _calendar(*(_event("RRULE:FREQ=SECONDLY") for _ in range(500))),
        "a meeting each day for ever": lambda: _calendar(
            *(_event("RRULE:FREQ=DAILY;COUNT=999999999", start="00010101T000000Z") for _ in range(20_000))
        ),
        "rules that are none": lambda: _calendar(
            _event("RRULE:FREQ=YEARLY;INTERVAL=99999999999;BYMONTHDAY=99;BYDAY=99ZZ;UNTIL=99999999T999999Z"),
            _event("RRULE:" + ";".join(["FREQ=DAILY"] * 5000)),
            _event("EXDATE:" + ",".join(["20260901T100000Z"] * 100_000)),
        ),
        "zones that are none": lambda: _calendar(
            *(
                _event().replace("DTSTART:", f"DTSTART;TZID={zone}:")
                for zone in ("../../etc/passwd", "/etc/passwd", "x" * 5000, "Europe", "a\x00b", '"', "Europe/Paris\\")
            )
        ),
        "dates that are none": lambda: _calendar(
            *(_event(start=day) for day in ("00000000", "99999999T999999", "20260230", "2026", "rqx", ""))
        ),
        "calendars inside calendars": lambda: b"BEGIN:VEVENT\r\n" * 100_000,
        "a line without end": lambda: b"BEGIN:VCALENDAR\r\nATTENDEE:" + b"x" * 6_000_000,
        "a fold without end": lambda: b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nATTENDEE:\r\n" + b" b\r\n" * 1_000_000,
        "a calendar packed": lambda: gzip.compress(_calendar(_event()) * 20_000),
        "a calendar of two bytes": lambda: _calendar(_event()).decode().encode("utf-16"),
        "letters without end": lambda: (letter % ("a@example.test",
        "Tue, 1 Sep 2026 10:00:00 +0200") * 60_000).encode(),
        "letters with odd senders": lambda: "".join(
            letter % (sender, day)
            for sender in ("=?utf-8?b?" + "A" * 9000 + "?=", "a@" * 9000, '"' * 9000, "<" * 9000, "(" * 9000, "\x00")
            for day in ("Mon, 99 Rqx 99999 99:99:99 +9999", "", "Tue, 1 Sep 2026 10:00:00 +0200")
        ).encode(),
        "headers without end": lambda: first.encode() + b"To: x@example.test,\r\n " * 400_000,
    }  # fmt: skip
    yield from (Upload(what, "trace.ics", make) for what, make in made.items())


def everything() -> list[Upload]:
    return [*_workbooks(), *_texts(), *_traces()]


def small_files() -> list[tuple[str, bytes]]:
    """Those that cost nothing to make and to send, for the fuzz."""
    cheap = [(one.name, one.make()) for one in everything() if "bomb" not in one.what and "end" not in one.what]
    return [(name[:300], data) for name, data in cheap if len(data) < 60_000] + [("list.csv", LIST.encode())]
