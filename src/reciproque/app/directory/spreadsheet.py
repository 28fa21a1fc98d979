"""Lists of people in files: reading CSV and XLSX as French offices make them, and saying what is wrong line by line.

Nothing here knows the tables: text in, lines and problems out.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from reciproque.app.directory.names import fold, looks_like_formula, split_full_name, tidy
from reciproque.app.directory.xlsx import CELL, BadFile, read_first_sheet, too_many_rows

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 10_000
MAX_COLUMNS = 60
HEADER_WITHIN = 10
DATELESS = datetime(2000, 1, 1, tzinfo=UTC)  # a file says nothing of when it was made

LABELS = {
    "organisation": gettext_noop("Company"),
    "registration_number": gettext_noop("Registration number"),
    "last_name": gettext_noop("Last name"),
    "first_name": gettext_noop("First name"),
    "full_name": gettext_noop("Full name"),
    "email": gettext_noop("E-mail"),
    "phone": gettext_noop("Phone"),
    "function": gettext_noop("Function"),
    "title": gettext_noop("Job title"),
    "started_on": gettext_noop("In post since"),
    "language": gettext_noop("Language"),
}
SYNONYMS = {
    "organisation": (
        "société|societe|entreprise|company|organisation|organization|raison sociale|employeur|"
        "nom de la société|company name|employer"
    ),
    "registration_number": (
        "siren|siret|numéro siren|n° siren|tva|n° tva|vat|vat number|registration number|numéro d'immatriculation"
    ),
    "last_name": "nom|nom de famille|last name|surname|family name|lastname|nom usuel|nom d'usage",
    "first_name": "prénom|prénoms|first name|given name|firstname|forename",
    "full_name": "nom complet|nom et prénom|nom prénom|prénom nom|prénom et nom|full name|name|contact|interlocuteur",
    "email": (
        "e-mail|email|mail|courriel|adresse e-mail|adresse mail|adresse électronique|"
        "adresse de messagerie|e-mail address|email address|mèl|mél"
    ),
    "phone": (
        "téléphone|tel|tél|phone|telephone|portable|mobile|n° de téléphone|numéro de téléphone|"
        "téléphone portable|téléphone mobile|tél portable|phone number|mobile phone|gsm|ligne directe"
    ),
    "function": "fonction|function|service|département|department|direction|métier",
    "title": (
        "intitulé|intitulé de poste|intitulé du poste|poste|titre|job title|title|position|poste occupé|"
        "libellé emploi|emploi"
    ),
    "started_on": (
        "depuis|en poste depuis|date d'entrée|date de prise de poste|date de début|since|in post since|"
        "start date|arrivée|date d'arrivée|prise de fonction"
    ),
    "language": "langue|language|lang|langue de correspondance",
}
BY_HEADER = {fold(word): name for name, words in SYNONYMS.items() for word in words.split("|")}


@dataclass(frozen=True)
class Expected:
    """What a list holds: its known titles, folded, and how many lines it may have."""

    titles: Mapping[str, str]
    lines: int = MAX_ROWS


PEOPLE = Expected(BY_HEADER)
LANGUAGES = {
    **dict.fromkeys(("fr", "fra", "francais", "french", "f", "fr fr"), "fr"),
    **dict.fromkeys(("en", "eng", "anglais", "english", "e", "en gb", "en us"), "en"),
}
NOT_A_SHEET = (
    (
        b"\xd0\xcf\x11\xe0",
        gettext_noop(
            "This is an old or protected spreadsheet. Save it as XLSX or CSV, without a password, and choose it again."
        ),
    ),
    (
        b"%PDF",
        gettext_noop(
            "This is a PDF. Ask for the list as a spreadsheet, or copy it into one, and save it as XLSX or CSV."
        ),
    ),
    (
        b"<!DOCTYPE",
        gettext_noop("This is a web page, not a spreadsheet. Save your list as XLSX or CSV and choose it again."),
    ),
    (
        b"<html",
        gettext_noop("This is a web page, not a spreadsheet. Save your list as XLSX or CSV and choose it again."),
    ),
    (
        b"<?xml",
        gettext_noop("This is an XML file, not a spreadsheet. Save your list as XLSX or CSV and choose it again."),
    ),
)
SPREADSHEET_ERROR = re.compile(r"#[A-ZÉÀ0-9/]+[!?]?|#N/A")
SEPARATOR_LINE = re.compile(r'sep=([^\w\s"])', re.IGNORECASE)
DAY_FIRST = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?")
YEAR_FIRST = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})(?:[ T]\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?Z?)?")
MONTH_ONLY = re.compile(r"(\d{1,2})[/.\-](\d{4})")
EXCEL_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True)
class Table:
    """A file as cells. ``rows`` are (line number in the file, cells)."""

    name: str
    headers: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    formulas: bool = False


@dataclass(frozen=True)
class Line:
    """One person as written in the file, each cell understood. Empty means that the file does not say."""

    number: int
    organisation: str = ""
    registration_number: str = ""
    first_name: str = ""
    last_name: str = ""
    full_name: str = ""
    email: str = ""
    phone: str = ""
    function: str = ""
    title: str = ""
    started_on: date | None = None
    language: str = ""


@dataclass(frozen=True)
class Problem:
    """Why a line is refused: where, and what to do. Line 0 is the whole file."""

    line: int
    column: str
    says: str


@dataclass(frozen=True)
class Parsed:
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]


class BadCell(Exception):
    """One cell cannot be used; the sentence says what to write instead."""


# ---------------------------------------------------------------- from bytes to cells
def read_table(name: str, data: bytes, expected: Expected = PEOPLE) -> Table:
    """The cells of a CSV or XLSX file, whatever its name says. Raises BadFile with a sentence for the reader."""
    if len(data) > MAX_BYTES:
        raise BadFile(
            _("This file is larger than 5 MB. Keep only the columns that you need, or cut it into several files.")
        )
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise BadFile(_("This file is empty. Choose the one that holds your list."))
    head = data.lstrip(b"\xef\xbb\xbf \r\n\t")[:16]
    for start, sentence in NOT_A_SHEET:
        if head[: len(start)].upper() == start.upper():
            raise BadFile(_(sentence))
    if data.startswith(b"PK"):
        sheet = read_first_sheet(data, max_rows=expected.lines + HEADER_WITHIN, max_columns=MAX_COLUMNS)
        return _table(name, sheet.rows, expected, sheet.formulas)
    return _table(name, _csv_rows(_decoded(data), expected), expected)


def _table(name: str, rows: Sequence[tuple[int, Sequence[str]]], expected: Expected, formulas: bool = False) -> Table:
    if not rows:
        raise BadFile(_("This file is empty. Choose the one that holds your list."))
    place = max(range(min(HEADER_WITHIN, len(rows))), key=lambda index: (recognised(rows[index][1], expected), -index))
    headers = [tidy(cell)[:80] for cell in rows[place][1][:MAX_COLUMNS]]
    body = tuple((number, tuple(cell[:CELL] for cell in cells[: len(headers)])) for number, cells in rows[place + 1 :])
    if not body:
        raise BadFile(_("This file has a line of titles and nothing under it."))
    if len(body) > expected.lines:
        raise BadFile(too_many_rows(expected.lines))
    return Table(tidy(name)[:120], tuple(headers), body, formulas)


def recognised(cells: Sequence[str], expected: Expected = PEOPLE) -> int:
    """How many cells of a line are titles that we know."""
    return sum(fold(cell) in expected.titles for cell in cells[:MAX_COLUMNS])


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_text(text):
            return text
    raise BadFile(
        _("This is not a text file that can be read. Save your list as XLSX, or as CSV in UTF-8, and choose it again.")
    )


def _is_text(text: str) -> bool:
    sample = text[:20_000]
    odd = sum(letter < " " and letter not in "\t\r\n\x0b\x0c\x1a" for letter in sample)
    return "\x00" not in text and odd <= 3 + len(sample) // 200


def _csv_rows(text: str, expected: Expected) -> list[tuple[int, list[str]]]:
    first = SEPARATOR_LINE.fullmatch(text.split("\n", 1)[0].strip())
    if first:
        return list(_rows_with(text, first[1], expected, skip=1))
    sample = "\n".join(text.splitlines()[:40])
    separator = max(";,\t|", key=lambda candidate: _likelihood(sample, candidate, expected))
    return list(_rows_with(text, separator, expected))


def _likelihood(sample: str, separator: str, expected: Expected) -> tuple[int, int]:
    try:
        rows = [cells for _number, cells in _rows_with(sample, separator, expected, strict=False)][:30]
    except BadFile:
        return (0, 0)
    best = max((recognised(cells, expected) for cells in rows[:HEADER_WITHIN]), default=0)
    widths = sorted(len(cells) for cells in rows)
    return (best, widths[len(widths) // 2] if widths else 0)


def _rows_with(
    text: str, separator: str, expected: Expected, *, skip: int = 0, strict: bool = True
) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)
    kept, number = 0, 1
    try:
        for cells in reader:
            if number > skip and any(cell.strip() for cell in cells):
                kept += 1
                if kept > expected.lines + HEADER_WITHIN:
                    raise BadFile(too_many_rows(expected.lines))
                yield number, cells
            number = reader.line_num + 1
    except csv.Error as error:
        raise BadFile(_unreadable(number, str(error))) from error


def _unreadable(number: int, reason: str) -> str:
    if "field larger" in reason:
        return _(
            "Line %(line)s holds a text far too long for a list of people. Shorten it and choose the file again."
        ) % {"line": number}
    return _(
        "A quotation mark that is never closed, or that stands alone, stops the reading at line %(line)s. "
        "Correct that line and choose the file again."
    ) % {"line": number}


# ---------------------------------------------------------------- from cells to lines
def guess_mapping(headers: Sequence[str], expected: Expected = PEOPLE) -> tuple[str, ...]:
    """For each column, the field that its title announces, or "" to leave it out. No field is used twice."""
    used: set[str] = set()
    mapping = []
    for header in headers:
        name = expected.titles.get(fold(header), "")
        name = "" if name in used else name
        used.add(name)
        mapping.append(name)
    return tuple(mapping)


def parse(table: Table, mapping: Sequence[str], *, region: str, today: date) -> Parsed:
    """Each row as a Line, or the problems that refuse it. Blank rows are left out."""
    whole = _mapping_problems(mapping)
    if whole:
        return Parsed((), tuple(whole))
    columns = [(index, name, table.headers[index]) for index, name in enumerate(mapping) if name]
    lines: list[Line] = []
    problems: list[Problem] = []
    for number, cells in table.rows:
        if not any(cell.strip() for cell in cells):
            continue
        line, wrong = _parse_row(number, cells, columns, region, today)
        problems += wrong
        if line is not None:
            lines.append(line)
    return Parsed(tuple(lines), tuple(problems))


def _mapping_problems(mapping: Sequence[str]) -> list[Problem]:
    named = [name for name in mapping if name]
    problems = []
    if not {"last_name", "full_name"} & set(named):
        problems.append(Problem(0, "", _("Say which column holds the last name, or the full name.")))
    for name in sorted({name for name in named if named.count(name) > 1}):
        problems.append(
            Problem(0, _(LABELS[name]), _("Two columns are read as the same thing. Leave one of them out."))
        )
    return problems


def _parse_row(
    number: int, cells: Sequence[str], columns: Sequence[tuple[int, str, str]], region: str, today: date
) -> tuple[Line | None, list[Problem]]:
    values: dict[str, object] = {}
    problems = []
    for index, name, header in columns:
        text = written(cells[index]) if index < len(cells) else ""
        try:
            values[name] = read_cell(name, text, region=region, today=today) if text else EMPTY[name]
        except BadCell as error:
            problems.append(Problem(number, header, str(error)))
    line = _with_names(replace(Line(number), **values))  # type: ignore[arg-type]
    if not line.last_name and not problems:
        header = next(header for _index, name, header in columns if name in ("last_name", "full_name"))
        problems.append(Problem(number, header, _("This line has no name. Write one, or delete the line.")))
    return (None if problems else line), problems


def _with_names(line: Line) -> Line:
    if line.last_name or not line.full_name:
        return line
    first, last = split_full_name(line.full_name)
    return replace(line, first_name=line.first_name or first[:80], last_name=last[:80])


def written(cell: str) -> str:
    """A cell without what spreadsheets add: spaces, invisible characters, the quote that marks a text."""
    text = cell.strip(" \r\n\u00a0\ufeff")
    if text.startswith("'") and len(text) > 1:
        text = text[1:]
    return tidy(text)


def read_cell(name: str, text: str, *, region: str, today: date) -> object:
    """The value of one cell for that field. Raises BadCell."""
    if SPREADSHEET_ERROR.fullmatch(text):
        raise BadCell(
            _("This cell holds an error of the spreadsheet (%(text)s). Write the value itself.") % {"text": text}
        )
    if name == "phone":
        return read_phone(text, region)
    if looks_like_formula(text):
        raise BadCell(
            _("This cell starts like a formula. Write the text itself, without “%(sign)s” in front.")
            % {"sign": text[0]}
        )
    if name == "email":
        return read_email(text)
    if name == "started_on":
        return read_date(text, today)
    if name == "language":
        return read_language(text)
    if len(text) > LENGTHS[name]:
        raise BadCell(_("This cell has more than %(count)s characters. Shorten it.") % {"count": LENGTHS[name]})
    return text


LENGTHS = {
    "organisation": 200,
    "registration_number": 40,
    "first_name": 80,
    "last_name": 80,
    "full_name": 160,
    "function": 80,
    "title": 120,
}
EMPTY: dict[str, object] = {item.name: item.default for item in fields(Line)}


def read_email(text: str) -> str:
    """An address in small letters; "Marie <marie@…>" and "mailto:" are understood."""
    inside = re.search(r"<([^<>]+)>\s*$", text)
    address = (inside[1] if inside else text).strip().removeprefix("mailto:").lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise BadCell(
            _("“%(text)s” is not an e-mail address. Write it as name@company.com, one address only.")
            % {"text": text[:60]}
        ) from error
    if len(address) > 254:
        raise BadCell(_("This cell has more than %(count)s characters. Shorten it.") % {"count": 254})
    return address


def read_phone(text: str, region: str) -> str:
    """The number in international form. A leading zero lost by a spreadsheet is put back."""
    if re.search(r"\d[.,]?\d*[eE]\+?\d", text):
        raise BadCell(
            _(
                "The spreadsheet has shortened this number (%(text)s). "
                "Format the column as text, write the number again and save."
            )
            % {"text": text[:40]}
        )
    candidate = re.sub(r"[^\d+]", "", text.replace("(0)", ""))
    try:
        number = phonenumbers.parse(candidate, region)
    except phonenumbers.NumberParseException as error:
        raise BadCell(_not_a_phone(text)) from error
    if not phonenumbers.is_valid_number(number):
        raise BadCell(_not_a_phone(text))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _not_a_phone(text: str) -> str:
    return _("“%(text)s” is not a phone number. Write it as 06 12 34 56 78, or with the country code in front.") % {
        "text": text[:40]
    }


def read_language(text: str) -> str:
    if (code := LANGUAGES.get(fold(text))) is None:
        raise BadCell(_("Questionnaires exist in French and in English. Write fr or en."))
    return code


def read_date(text: str, today: date) -> date:
    """A date in French order, in international order, a month, a year, or a spreadsheet's day number."""
    found = _date_parts(text)
    try:
        value = EXCEL_EPOCH + timedelta(days=found) if isinstance(found, int) else date(*found)
    except ValueError as error:
        raise BadCell(
            _("“%(text)s” does not exist in the calendar. Write the date as 28/02/2024.") % {"text": text[:30]}
        ) from error
    if not date(1940, 1, 1) <= value <= today + timedelta(days=366):
        raise BadCell(_("The date %(text)s is too far away to be right. Write it as 28/02/2024.") % {"text": text[:30]})
    return value


def _date_parts(text: str) -> tuple[int, int, int] | int:
    if match := DAY_FIRST.fullmatch(text):
        return int(match[3]), int(match[2]), int(match[1])
    if match := YEAR_FIRST.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := MONTH_ONLY.fullmatch(text):
        return int(match[2]), int(match[1]), 1
    if re.fullmatch(r"(19|20)\d\d", text):
        return int(text), 1, 1
    if re.fullmatch(r"[1-5]\d{4}(\.\d+)?", text):
        return int(float(text))
    raise BadCell(_("“%(text)s” is not a date. Write it as 28/02/2024.") % {"text": text[:30]})


# ---------------------------------------------------------------- carrying a table through a form, and writing files
def packed(table: Table) -> dict[str, object]:
    return {
        "name": table.name,
        "headers": table.headers,
        "rows": [[number, *cells] for number, cells in table.rows],
        "formulas": table.formulas,
    }


def unpacked(content: dict) -> Table:  # type: ignore[type-arg]
    rows = tuple((int(row[0]), tuple(row[1:])) for row in content["rows"])
    return Table(content["name"], tuple(content["headers"]), rows, bool(content["formulas"]))


def local_phone(number: str, region: str) -> str:
    """A stored number as people of that country dial it: 06 12 34 56 78."""
    if not number:
        return ""
    try:
        return phonenumbers.format_out_of_country_calling_number(phonenumbers.parse(number), region)
    except phonenumbers.NumberParseException:
        return number


def harmless(text: str) -> str:
    """A cell of a CSV that no spreadsheet runs as a formula."""
    return f"'{text}" if looks_like_formula(text) else text


def write_csv(rows: Sequence[Sequence[str]]) -> bytes:
    """Semicolons and a byte-order mark, as a French spreadsheet program expects."""
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(rows: Sequence[Sequence[str]], *, sheet: str) -> bytes:
    """Every cell a plain text: nothing is computed when the file is opened. The same rows give the same bytes."""
    import xlsxwriter  # 3 MB, which a server that writes no spreadsheet does without

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"created": DATELESS})
    page = book.add_worksheet(sheet[:31])
    bold = book.add_format({"bold": True})
    for line, row in enumerate(rows):
        for column, cell in enumerate(row):
            page.write_string(line, column, cell, bold if line == 0 else None)
    page.freeze_panes(1, 0)
    page.set_column(0, max(len(rows[0]) - 1, 0), 22)
    book.close()
    return out.getvalue()
