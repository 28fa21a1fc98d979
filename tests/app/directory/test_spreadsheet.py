"""Reading lists as offices make them, and refusing those that nobody should read."""

import io
import time
import tracemalloc
import zipfile
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.directory.files import HEADERS, SHEET, csv_bytes, inline_row, raw_xlsx, xlsx_bytes
from reciproque.app.directory import spreadsheet
from reciproque.app.directory.names import fold, split_full_name, tidy
from reciproque.app.directory.spreadsheet import BadCell, guess_mapping, parse, read_table
from reciproque.app.directory.xlsx import BadFile

TODAY = date(2026, 11, 22)


def lines_of(data: bytes):
    table = read_table("list", data)
    return parse(table, guess_mapping(table.headers), region="FR", today=TODAY)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_offices_encodings_and_separators(encoding, separator):
    data = csv_bytes(
        separator.join(HEADERS),
        separator.join(
            ["Forge Tressac", "Lefèvre", "Zoé", "zoe@tressac.test", "06 12 34 56 78", "Qualité", "01/02/2024"]
        ),
        encoding=encoding,
    )
    (line,) = lines_of(data).lines
    assert (line.last_name, line.first_name, line.phone) == ("Lefèvre", "Zoé", "+33612345678")
    assert line.started_on == date(2024, 2, 1)


def test_a_spreadsheet_that_lost_its_leading_zero_gets_it_back():
    (line,) = lines_of(xlsx_bytes([("Nom", "Téléphone", "Depuis"), ("Roux", 612345678, 45323)])).lines
    assert line.phone == "+33612345678"
    assert line.started_on == date(2024, 2, 1)


def test_extra_columns_titles_above_and_sep_line_are_left_out():
    data = csv_bytes(
        "sep=;", "Liste du site;;", "", "Matricule;NOM;Prénom;Commentaire", "12;Roux;Anne;à rappeler", ";;;"
    )
    (line,) = lines_of(data).lines
    assert (line.number, line.last_name, line.first_name) == (5, "Roux", "Anne")


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Courriel", "email"),
        ("Adresse e-mail", "email"),
        ("E-Mail", "email"),
        ("Tél.", "phone"),
        ("N° de téléphone", "phone"),
        ("NOM DE FAMILLE", "last_name"),
        ("Last name", "last_name"),
        ("Prenom", "first_name"),
        ("Entreprise", "organisation"),
        ("Raison sociale", "organisation"),
        ("Service", "function"),
        ("Intitulé de poste", "title"),
        ("En poste depuis", "started_on"),
        ("Langue", "language"),
        ("SIREN", "registration_number"),
        ("Nom et prénom", "full_name"),
        ("Matricule", ""),
    ],
)
def test_titles_are_recognised(header, field):
    assert guess_mapping([header]) == (field,)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("0033 6 12 34 56 78", "+33612345678"),
        ("612345678", "+33612345678"),
        ("+44 20 7946 0958", "+442079460958"),
    ],
)
def test_phones(written, stored):
    assert spreadsheet.read_phone(written, "FR") == stored


@pytest.mark.parametrize("written", ["6.12E+08", "6,12345E8", "12", "demander à l'accueil", "06 12 34 56 7", "=1+1"])
def test_phones_that_are_none(written):
    with pytest.raises(BadCell):
        spreadsheet.read_phone(written, "FR")


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("01/02/2024", date(2024, 2, 1)),
        ("1.2.2024", date(2024, 2, 1)),
        ("2024-02-01", date(2024, 2, 1)),
        ("2024-02-01 00:00:00", date(2024, 2, 1)),
        ("02/2024", date(2024, 2, 1)),
        ("2019", date(2019, 1, 1)),
        ("45323", date(2024, 2, 1)),
    ],
)
def test_dates(written, stored):
    assert spreadsheet.read_date(written, TODAY) == stored


@pytest.mark.parametrize("written", ["31/02/2024", "2024-13-01", "hier", "01/02/24", "01/01/1850", "01/01/2999"])
def test_dates_that_are_none(written):
    with pytest.raises(BadCell):
        spreadsheet.read_date(written, TODAY)


def test_a_wrong_line_says_where_and_the_others_stay():
    data = csv_bytes("Nom;E-mail;Depuis", "Roux;pas une adresse;31/02/2024", "Blanc;blanc@a.test;", ";sans@nom.test;")
    parsed = lines_of(data)
    assert [line.last_name for line in parsed.lines] == ["Blanc"]
    assert [(problem.line, problem.column) for problem in parsed.problems] == [
        (2, "E-mail"),
        (2, "Depuis"),
        (4, "Nom"),
    ]


def test_without_a_column_of_names_nothing_is_read():
    parsed = lines_of(csv_bytes("Matricule;E-mail", "1;a@a.test"))
    assert parsed.lines == ()
    assert [problem.line for problem in parsed.problems] == [0]


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_formulas_in_cells_are_refused(start):
    parsed = lines_of(csv_bytes("Nom;Prénom", f"{start}HYPERLINK(1);Anne"))
    assert parsed.lines == ()
    assert parsed.problems[0].line == 2


def test_a_formula_of_a_workbook_is_never_run_and_is_announced():
    rows = (
        inline_row(1, "Nom", "Prénom")
        + '<row r="2"><c t="str"><f>1+1</f><v>Roux</v></c><c t="inlineStr"><is><t>Anne</t></is></c></row>'
    )
    table = read_table("x.xlsx", raw_xlsx(rows))
    assert table.formulas
    assert table.rows[0][1] == ("Roux", "Anne")


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#VALEUR!", "#NOM?"])
def test_errors_of_spreadsheets_are_not_names(error):
    assert lines_of(csv_bytes("Nom", error)).lines == ()


def test_invisible_characters_are_cleaned():
    (line,) = lines_of("Nom;Prénom\r\n\u202eRo\u200bux\u00a0;\tAnne  Marie\x07".encode()).lines
    assert (line.last_name, line.first_name) == ("Roux", "Anne Marie")


@pytest.mark.parametrize(
    ("full", "first", "last"),
    [
        ("DUPONT Marie", "Marie", "DUPONT"),
        ("Marie Dupont", "Marie", "Dupont"),
        ("Dupont", "", "Dupont"),
        ("Jean DE LA TOUR", "Jean", "DE LA TOUR"),
    ],
)
def test_full_names(full, first, last):
    assert split_full_name(full) == (first, last)


# ---------------------------------------------------------------- hostile files
def bomb(name="xl/worksheets/sheet1.xml"):
    return raw_xlsx(sheet=SHEET.format(rows=" " * 80_000_000))


def lying_sizes() -> bytes:
    """A bomb whose directory says that it is small."""
    data = bytearray(bomb())
    for mark in (b"PK\x01\x02", b"PK\x03\x04"):
        place = data.find(mark, 0)
        while place >= 0:
            offset = place + (24 if mark == b"PK\x01\x02" else 22)
            data[offset : offset + 4] = (1000).to_bytes(4, "little")
            place = data.find(mark, place + 4)
    return bytes(data)


ENTITY = '<!DOCTYPE x [<!ENTITY a "{body}">]>'
HOSTILE = {
    "empty": b"",
    "only spaces": b"  \r\n \r\n",
    "only a byte-order mark": b"\xef\xbb\xbf",
    "NUL bytes": b"Nom;Pr\x00\x00nom\r\nRoux;A",
    "binary": bytes(range(256)) * 40,
    "control characters": b"\x01\x02\x03\x04\x05" * 500,
    "PDF": b"%PDF-1.7\n1 0 obj",
    "PNG": b"\x89PNG\r\n\x1a\n" + b"\x00" * 60,
    "old XLS": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512,
    "web page": b"<!DOCTYPE html><html><body><table><tr><td>Nom</td></tr></table></body></html>",
    "web page in capitals": b"<HTML><BODY>Nom</BODY></HTML>",
    "XML": b'<?xml version="1.0"?><Workbook><Row/></Workbook>',
    "gzip": b"\x1f\x8b\x08\x00" + b"\x00" * 80,
    "UTF-16 cut in the middle": "Nom;Prénom".encode("utf-16")[:-1],
    "titles only": b"Nom;Pr\xc3\xa9nom;E-mail\r\n",
    "quotation mark never closed": b'Nom;Pr\xc3\xa9nom\r\n"Roux;Anne\r\nBlanc;Zo\xc3\xa9\r\n',
    "a cell of one megabyte": b"Nom;Prenom\r\n" + b"x" * 1_000_000 + b";Anne",
    "larger than 5 MB": b"Nom\r\n" + b"Roux\r\n" * 900_000,
    "more than 10,000 lines": b"Nom\r\n" + b"Roux\r\n" * 10_020,
    "zip that is no workbook": raw_xlsx().replace(b"xl/workbook.xml", b"xl/workbaak.xml"),
    "cut zip": raw_xlsx(inline_row(1, "Nom"))[:200],
    "zip with nothing after its head": b"PK\x03\x04",
    "zip bomb": None,
    "zip bomb that lies about its size": None,
    "a workbook of many parts": raw_xlsx(**{f"part{number}": "x" for number in range(2_100)}),
    "entity": raw_xlsx(sheet=ENTITY.format(body="x") + SHEET.format(rows=inline_row(1, "&a;"))),
    "billion laughs in strings": raw_xlsx(inline_row(1, "Nom"), strings=ENTITY.format(body="&a;&a;") + "<sst/>"),
    "external entity": raw_xlsx(sheet='<!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet/>'),
    "not XML": raw_xlsx(sheet="\x00\x01\x02"),
    "XML that never ends": raw_xlsx(sheet="<worksheet><sheetData><row>"),
    "no sheet": raw_xlsx(workbook="<workbook/>").replace(b"sheet1.xml", b"sheat1.xml"),
    "a bad row number": raw_xlsx('<row r="abc"><c><v>1</v></c></row>'),
    "a bad cell address": raw_xlsx('<row r="1"><c r="??"><v>1</v></c></row>'),
    "a shared string that does not exist": raw_xlsx('<row r="1"><c t="s"><v>99999</v></c></row>'),
    "a negative shared string": raw_xlsx('<row r="1"><c t="s"><v>x</v></c></row>'),
    "too many rows in a workbook": raw_xlsx("".join(f'<row r="{n}"><c><v>1</v></c></row>' for n in range(1, 10_200))),
    "sheet outside the workbook": raw_xlsx().replace(b"worksheets/sheet1.xml", b"../../../etc/pass1.xml"),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_files_are_refused_with_a_sentence_and_little_memory(name):
    data = (
        HOSTILE[name]
        or (bomb() if name == "zip bomb" else None)
        or (lying_sizes() if name.startswith("zip bomb that") else b"")
    )
    tracemalloc.start()
    before = time.perf_counter()
    try:
        with pytest.raises(BadFile) as refusal:
            read_table(name, data)
        assert len(str(refusal.value)) > 20
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 200_000_000
        assert time.perf_counter() - before < 20


def test_a_password_protected_zip_is_refused():
    data = bytearray(raw_xlsx(inline_row(1, "Nom")))
    place = data.find(b"PK\x01\x02")
    while place >= 0:
        data[place + 8] |= 1
        place = data.find(b"PK\x01\x02", place + 4)
    with pytest.raises(BadFile):
        read_table("x.xlsx", bytes(data))


def test_a_cell_at_the_far_end_costs_nothing():
    rows = inline_row(1, "Nom") + inline_row(2, "Roux") + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    table = read_table("x.xlsx", raw_xlsx(rows))
    assert [cells for _number, cells in table.rows] == [("Roux",)]


def test_one_long_shared_text_used_everywhere_does_not_fill_the_memory():
    strings = f"<sst><si><t>{'x' * 30_000}</t></si></sst>"
    row = "<row>" + '<c t="s"><v>0</v></c>' * 50 + "</row>"
    tracemalloc.start()
    read_table("x.xlsx", raw_xlsx(row * 9_000, strings=strings))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200_000_000


def test_phonetic_readings_are_no_part_of_a_name():
    strings = "<sst><si><t>Nom</t></si><si><t>Ro</t><rPh><t>zz</t></rPh><r><t>ux</t></r></si></sst>"
    table = read_table(
        "x.xlsx", raw_xlsx('<row><c t="s"><v>0</v></c></row><row><c t="s"><v>1</v></c></row>', strings=strings)
    )
    assert table.rows[0][1] == ("Roux",)


def test_a_hidden_first_sheet_is_skipped():
    out = io.BytesIO()
    import xlsxwriter

    book = xlsxwriter.Workbook(out)
    hidden, shown = book.add_worksheet("a"), book.add_worksheet("b")
    hidden.write(0, 0, "Nom")
    hidden.write(1, 0, "Hidden")
    shown.write(0, 0, "Nom")
    shown.write(1, 0, "Shown")
    shown.activate()
    hidden.hide()
    book.close()
    assert read_table("x.xlsx", out.getvalue()).rows[0][1] == ("Shown",)


# ---------------------------------------------------------------- properties
@settings(max_examples=120, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_words(data):
    try:
        table = read_table("x", data)
        parse(table, guess_mapping(table.headers), region="FR", today=TODAY)
    except BadFile as refusal:
        said = str(refusal)
    else:
        said = "read"
    assert said


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused_in_words(data):
    good = bytearray(raw_xlsx(inline_row(1, "Nom", "Prénom") + inline_row(2, "Roux", "Anne")))
    for _ in range(data.draw(st.integers(1, 12))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_table("x", bytes(good))
    except BadFile as refusal:
        said = str(refusal)
    else:
        said = "read"
    assert said


CELLS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6))
def test_what_we_write_is_never_a_live_formula(rows):
    text = spreadsheet.write_csv([["Nom", "Prénom", "E-mail"], *rows]).decode("utf-8-sig")
    import csv

    for row in csv.reader(io.StringIO(text, newline=""), delimiter=";"):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    with zipfile.ZipFile(io.BytesIO(spreadsheet.write_xlsx([["Nom", "x", "y"], *rows], sheet="Personnes"))) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


@given(st.text(max_size=60))
def test_tidy_and_fold_are_stable(text):
    assert tidy(tidy(text)) == tidy(text)
    assert fold(fold(text)) == fold(text)
    assert fold(text.upper()) == fold(fold(text.upper()))
