"""Reading the first sheet of an XLSX file that a stranger made.

A workbook is a compressed folder of XML. Every part is unpacked in small pieces and counted, declarations of entities
are refused, a cell is never longer than ``CELL``, and a cell far away costs nothing: whatever the file says, memory
stays small.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from xml.parsers import expat

from django.utils.formats import number_format
from django.utils.translation import gettext as _

PART_BYTES = 60_000_000
ENTRIES = 2_000
STRINGS = 600_000
CELL = 501
PIECE = 65_536
ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class BadFile(Exception):
    """The whole file cannot be read; the sentence says what to do."""


@dataclass
class Sheet:
    """Rows that hold something, with their number in the spreadsheet."""

    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    formulas: bool = False


def read_first_sheet(data: bytes, *, max_rows: int, max_columns: int) -> Sheet:
    """The cells of the first sheet as text. Raises BadFile."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            names = _names(book)
            strings = _SharedStrings()
            if "xl/sharedStrings.xml" in names:
                _parse(book, "xl/sharedStrings.xml", strings)
            cells = _Cells(strings.found, max_rows, max_columns)
            _parse(book, _first_sheet(book, names), cells)
    except BadFile:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        expat.ExpatError,
        EOFError,
        KeyError,
        OSError,
        RuntimeError,
        ValueError,
    ) as error:
        raise BadFile(
            _("This spreadsheet is damaged. Open it, save it again as XLSX, and choose the new file.")
        ) from error
    return cells.sheet


def _names(book: zipfile.ZipFile) -> set[str]:
    entries = book.infolist()
    if len(entries) > ENTRIES or sum(entry.file_size for entry in entries) > 2 * PART_BYTES:
        raise BadFile(_too_large())
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise BadFile(_("This spreadsheet is protected by a password. Save it without one and choose it again."))
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names:
        raise BadFile(_("This is not an XLSX spreadsheet. Save your list as XLSX or CSV and choose it again."))
    return names


def _too_large() -> str:
    return _(
        "This spreadsheet is far larger once unpacked than a list of people can be. "
        "Keep only the list and save it again."
    )


class _Reader:
    """What is done at each element of a part. Prefixes of namespaces are left out."""

    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, piece: str) -> None: ...


def _parse(book: zipfile.ZipFile, name: str, reader: _Reader) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_declaration
    parser.StartElementHandler = lambda tag, attributes: reader.start(tag.rpartition(":")[2], attributes)
    parser.EndElementHandler = lambda tag: reader.end(tag.rpartition(":")[2])
    parser.CharacterDataHandler = reader.text
    read = 0
    with book.open(name) as part:
        while piece := part.read(PIECE):
            read += len(piece)
            if read > PART_BYTES:
                raise BadFile(_too_large())
            parser.Parse(piece, False)
    parser.Parse(b"", True)


def _refuse_declaration(*_declaration: object) -> None:
    raise BadFile(_("This spreadsheet holds declarations that no office program writes. Nothing was read."))


class _SheetList(_Reader):
    def __init__(self) -> None:
        self.first = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet" and not self.first and attributes.get("state", "visible") == "visible":
            self.first = next((value for key, value in attributes.items() if key.endswith(":id")), "")


class _Relations(_Reader):
    def __init__(self) -> None:
        self.targets: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")


def _first_sheet(book: zipfile.ZipFile, names: set[str]) -> str:
    sheets, relations = _SheetList(), _Relations()
    _parse(book, "xl/workbook.xml", sheets)
    if "xl/_rels/workbook.xml.rels" in names:
        _parse(book, "xl/_rels/workbook.xml.rels", relations)
    target = relations.targets.get(sheets.first, "worksheets/sheet1.xml").lstrip("/")
    name = target if target.startswith("xl/") else f"xl/{target}"
    if name not in names:
        raise BadFile(
            _("This workbook has no sheet that can be read. Save your list as XLSX or CSV and choose it again.")
        )
    return name


class _SharedStrings(_Reader):
    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._length = 0
        self._in_text = self._in_phonetic = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self._pieces, self._length = [], 0
        elif name == "rPh":
            self._in_phonetic = True
        elif name == "t":
            self._in_text = True

    def end(self, name: str) -> None:
        if name == "si":
            if len(self.found) >= STRINGS:
                raise BadFile(_too_large())
            self.found.append("".join(self._pieces)[:CELL])
        elif name == "rPh":
            self._in_phonetic = False
        elif name == "t":
            self._in_text = False

    def text(self, piece: str) -> None:
        if self._in_text and not self._in_phonetic and self._length < CELL:
            self._pieces.append(piece[:CELL])
            self._length += len(piece)


class _Cells(_Reader):
    def __init__(self, strings: list[str], max_rows: int, max_columns: int) -> None:
        self.sheet = Sheet()
        self._strings, self._max_rows, self._max_columns = strings, max_rows, max_columns
        self._row_number = self._column = 0
        self._row: dict[int, str] = {}
        self._kind, self._value, self._reading = "n", "", False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self._row_number = int(attributes.get("r", self._row_number + 1))
            self._row, self._column = {}, 0
        elif name == "c":
            self._column = column_number(attributes["r"]) if "r" in attributes else self._column + 1
            self._kind, self._value = attributes.get("t", "n"), ""
        elif name in ("v", "t"):
            self._reading = True
        elif name == "f":
            self.sheet.formulas = True

    def text(self, piece: str) -> None:
        if self._reading and len(self._value) < CELL:
            self._value = (self._value + piece)[:CELL]

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._reading = False
        elif name == "c" and self._column <= self._max_columns:
            if text := self._written():
                self._row[self._column] = text
        elif name == "row" and self._row:
            self._keep_row()

    def _written(self) -> str:
        if self._kind == "s" and self._value:
            place = int(self._value)
            return self._strings[place] if 0 <= place < len(self._strings) else ""
        return plain_number(self._value) if self._kind == "n" else self._value

    def _keep_row(self) -> None:
        if len(self.sheet.rows) >= self._max_rows:
            raise BadFile(too_many_rows(round(self._max_rows, -3)))
        cells = [self._row.get(column, "") for column in range(1, max(self._row) + 1)]
        self.sheet.rows.append((self._row_number, cells))


def too_many_rows(most: int) -> str:
    return _(
        "This list has more than %(count)s lines. Cut it into several files and import them one after the other."
    ) % {"count": number_format(most, force_grouping=True)}


def column_number(address: str) -> int:
    """3 for "C12"."""
    match = ADDRESS.fullmatch(address)
    if match is None:
        raise ValueError(address)
    number = 0
    for letter in match[1]:
        number = number * 26 + ord(letter) - 64
    return number


def plain_number(text: str) -> str:
    """A number as a person reads it: 612345678 rather than 6.12345678E8."""
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else text
