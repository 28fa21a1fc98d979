"""What people wrote, read back: every page, document and spreadsheet beside the same with plain words.

A page whose words are only words has the same elements, with the same attributes, whatever the words are.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import icalendar

from attack import payloads
from attack.hostile import Page, Reached, World, content_of

FIRST = 20_000  # so that no number is the result of a computation


@dataclass
class Marked:
    """Texts to write, each payload followed by a number by which it is found again."""

    chunk: Sequence[str]
    said: list[str] = field(default_factory=list)

    def __call__(self, _label: str, row: int) -> str:
        turn = (row + len(self.said)) % len(self.chunk)
        return " ".join(self._one(text) for text in (*self.chunk[turn:], *self.chunk[:turn]))

    def _one(self, text: str) -> str:
        self.said.append(text)
        return f"{text}Qz{len(self.said) - 1 + FIRST}zQ"


def squeezed(text: str) -> str:
    """The text as any typography leaves it: no spaces, one form of each sign, small letters."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'").casefold()
    return "".join(sign for sign in plain if unicodedata.category(sign)[0] not in "CZ")


# ---------------------------------------------------------------- pages
def cover(reached: Iterable[Reached], each: int = 2) -> list[Reached]:
    """Each kind of page, for so many of those who can read it."""
    kinds: Counter[str] = Counter()
    chosen = []
    for one in reached:
        if one.status == 200 and kinds[one.name] < each:
            kinds[one.name] += 1
            chosen.append(one)
    return chosen


@dataclass
class Shown:
    """What was read back in one turn."""

    pages: dict[str, Page] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


def look(world: World, chosen: Sequence[Reached], only: Callable[[str], bool] = lambda _address: True) -> Shown:
    shown = Shown()
    for one in chosen:
        if not only(one.address):
            continue
        response = world.client(one.visitor).get(one.address)
        label, body = f"{one.visitor} {one.address}", content_of(response)
        if response.status_code != one.status:
            shown.refused.append(f"{label}: {response.status_code}")
        elif "html" in response.headers.get("Content-Type", ""):
            shown.pages[label] = Page(body.decode("utf-8", "replace"), one.address)
        else:
            shown.files[label] = body
    return shown


def grown(plain: Page, attacked: Page) -> list[str]:
    """Elements, attributes or anything that runs which the page of plain words has not."""
    more = attacked.elements - plain.elements
    less = plain.elements - attacked.elements
    return [*(f"+{name}" for name in more), *(f"-{name}" for name in less), *attacked.running]


def altered(text: str, said: Sequence[str]) -> list[str]:
    """Payloads whose number stands in the text and which do not stand before it as they were written."""
    plain, wrong = squeezed(text), []
    if re.search(rf"(?<!\d){payloads.RESULT}(?!\d)", text):
        wrong.append(f"computed: {payloads.RESULT}")
    for found in re.finditer(r"qz(\d+)zq", plain):
        payload = _payload(int(found[1]), said)
        if not plain[: found.start()].endswith(squeezed(payload)[-40:]):
            wrong.append(f"{payload!r} became {plain[max(0, found.start() - 60) : found.start()]!r}")
    return wrong


def _payload(number: int, said: Sequence[str]) -> str:
    return said[number - FIRST] if FIRST <= number < FIRST + len(said) else ""


# ---------------------------------------------------------------- documents
def pdf_text(data: bytes) -> str:
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=data, capture_output=True, check=True, timeout=60)
    return done.stdout.decode("utf-8", "replace")


# Signs that a font may not have, or that a document shapes: what comes out of it cannot be compared sign by sign.
PLAIN_SIGNS = re.compile(r"[\x20-\x7e]+")


def altered_document(text: str, said: Sequence[str]) -> list[str]:
    """Like `altered`, where lines and columns may stand between a payload and its number."""
    plain = squeezed(text)
    wrong = [f"computed: {payloads.RESULT}"] if re.search(rf"(?<!\d){payloads.RESULT}(?!\d)", text) else []
    for number in {int(found) for found in re.findall(r"qz(\d+)zq", plain)}:
        payload = _payload(number, said)
        if PLAIN_SIGNS.fullmatch(payload) and squeezed(payload) not in plain:
            wrong.append(f"{payload!r} is not there as it was written")
    return wrong


# ---------------------------------------------------------------- spreadsheets and data
LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def live_cells(address: str, data: bytes) -> list[str]:
    """Cells of an export that a spreadsheet would compute, or links that it would follow."""
    if address.endswith(".csv"):
        rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";")
        return [
            cell[:60]
            for row in rows
            for cell in row
            if cell.startswith(LIVE) and not re.fullmatch(r"[+-]?[\d.,]+", cell)
        ]
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = {name: book.read(name).decode() for name in book.namelist() if name.endswith((".xml", ".rels"))}
    found = [
        f"{name}: formula"
        for name, text in parts.items()
        if re.search(r"<(\w+:)?f[ >/]", text) and "/worksheets/" in name
    ]
    found += [
        f"{name}: link" for name, text in parts.items() if 'TargetMode="External"' in text or "<hyperlink" in text
    ]
    return found + [f"{name}: external" for name in parts if "externalLink" in name]


def readable(address: str, data: bytes) -> str:
    """Whether a file of data still is one: what is wrong with it, or nothing."""
    try:
        if address.endswith(".json"):
            json.loads(data)
        elif address.endswith(".ics"):
            names = {name for part in icalendar.Calendar.from_ical(data).walk() for name in part}
            return "a line of its own" if names & {"RQX", "X-RQX", "ATTACH"} else ""
        elif address.endswith(".xlsx"):
            with zipfile.ZipFile(io.BytesIO(data)) as book:
                return book.testzip() or ""
    except (ValueError, zipfile.BadZipFile, UnicodeDecodeError) as error:
        return type(error).__name__
    return ""


# ---------------------------------------------------------------- opened in a real spreadsheet program
def spreadsheet_program() -> str:
    return shutil.which("soffice") or ""


def computed_by_program(folder: Path, files: dict[str, bytes]) -> dict[str, list[str]]:
    """Formulas that the program sees in each file, once opened."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    for ending, reader in ((".csv", ["--infilter=CSV:59,34,76,1,,0,false,true,false"]), (".xlsx", [])):
        chosen = [str(folder / name) for name in files if name.endswith(ending)]
        if chosen:
            _converted(folder, [*reader, *chosen])
    return {name: _formulas(folder / f"{Path(name).stem}.fods") for name in files}


def _converted(folder: Path, chosen: Sequence[str]) -> None:
    home = (folder / "home").absolute().as_uri()
    subprocess.run(
        [spreadsheet_program(), f"-env:UserInstallation={home}", "--headless", "--norestore", "--convert-to", "fods",
         "--outdir", str(folder), *chosen],
        capture_output=True, check=True, timeout=600,
    )  # fmt: skip


def _formulas(opened: Path) -> list[str]:
    if not opened.exists():
        return ["not opened"]
    return re.findall(r'table:formula="([^"]*)"', opened.read_text())[:5]
