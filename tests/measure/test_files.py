"""Files of answers: every format gives the same figures, every bad file gives a sentence."""

import contextlib
import gzip
import random

import openpyxl
import polars as pl
import pytest

from measure.files_of_answers import (
    ALL,
    FRENCH,
    LONG,
    figures,
    long_rows,
    opened,
    parquet,
    people,
    same,
    text,
    wide_rows,
    workbook,
    write,
)
from reciproque.measure import text_file
from reciproque.measure.errors import Refused

CROWD = people()
FRENCH_WORDS = {"client": "Client", "supplier": "Fournisseur", "direct": "Direct", "mirror": "Miroir"}


def french(rows):
    return [tuple(FRENCH_WORDS.get(cell, cell) for cell in row) for row in rows]


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    return figures(write(tmp_path_factory.mktemp("reference") / "long.csv", text(LONG, long_rows(CROWD))))


def test_long_and_wide_text_say_the_same(tmp_path, reference):
    assert same(reference, figures(write(tmp_path / "wide.csv", text(*wide_rows(CROWD)))))


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_any_separator_is_found(tmp_path, reference, separator):
    path = write(tmp_path / "answers.csv", text(LONG, long_rows(CROWD), separator))
    assert same(reference, figures(path))
    with opened(path) as it:
        assert it.understood.separator == separator


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_french_headers_and_words_in_any_encoding(tmp_path, reference, encoding):
    path = write(tmp_path / "réponses.csv", text(FRENCH, french(long_rows(CROWD))), encoding)
    assert same(reference, figures(path))
    with opened(path) as it:
        assert it.understood.encoding == encoding
        assert it.understood.columns["Côté"] == "side"


def test_a_french_workbook_with_decimal_commas_gives_the_same_answers(tmp_path, reference):
    rows = [(*row[:-1], None if row[-1] is None else f"{row[-1]},0") for row in french(long_rows(CROWD))]
    path = workbook(tmp_path / "classeur.xlsx", FRENCH, rows, above=2)
    assert same(reference, figures(path))
    with opened(path) as it:
        assert (it.understood.sheet, it.understood.decimal_comma, it.understood.refused_count) == ("Réponses", True, 0)


def test_a_typed_wide_workbook_gives_the_same_answers(tmp_path, reference):
    assert same(reference, figures(workbook(tmp_path / "wide.xlsx", *wide_rows(CROWD))))


def test_parquet_gives_the_same_answers_without_being_read_whole(tmp_path, reference):
    assert same(reference, figures(parquet(tmp_path / "long.parquet", LONG, long_rows(CROWD))))
    assert same(reference, figures(parquet(tmp_path / "wide.parquet", *wide_rows(CROWD))))


def test_the_order_of_rows_changes_nothing(tmp_path, reference):
    rows = long_rows(CROWD)
    random.Random(3).shuffle(rows)
    assert same(reference, figures(write(tmp_path / "shuffled.csv", text(LONG, rows))))


def test_rows_are_cut_anywhere_without_harm(tmp_path, reference, monkeypatch):
    """Cells with line breaks, separators and doubled quotation marks, in a file read in tiny pieces."""
    rows = [(f'{row[0]} "x";\ny', *row[1:]) for row in long_rows(CROWD)]
    path = write(tmp_path / "quoted.csv", text(LONG, rows))
    whole = figures(path)
    monkeypatch.setattr(text_file, "PIECE", 1000)
    assert same(whole, figures(path))
    assert whole["labels"][0] == 'R8 "x";\ny'
    assert (whole["mean"] == reference["mean"]).all()


def test_labels_words_and_codes_that_say_nothing_are_understood(tmp_path):
    said = [
        "Tout à fait d’accord",
        "TOUT A FAIT D'ACCORD ",
        "NSP",
        "Je ne sais pas",
        " 3 ",
        "Partagé\u00a0: autant vrai que faux",
    ]
    rows = [("client", f"p{rank}", word) for rank, word in enumerate(said)]
    path = write(tmp_path / "words.csv", text(("side", "respondent", "F1"), rows))
    with opened(path) as it:
        assert it.understood.cannot_say == 2
        assert it.understood.refused_count == 0
        assert it.answers().values[:, 0].tolist() == [7, 7, 0, 0, 3, 4]
        assert len(it.understood.notes) == 2


@pytest.mark.parametrize("above", ["Enquête 2026\n", "Enquête 2026;;;;\n;;;;\nMars\n", "sep=;\nEnquête\n"])
def test_titles_may_stand_above_the_names_of_columns(tmp_path, reference, above):
    rows = text(FRENCH, french(long_rows(CROWD)))
    path = write(tmp_path / "titled.csv", above + rows)
    assert same(reference, figures(path))
    with opened(path) as it:
        assert it.understood.refused_count == 0


def test_titles_may_stand_above_the_table_of_a_workbook(tmp_path, reference):
    path = workbook(tmp_path / "titled.xlsx", FRENCH, french(long_rows(CROWD)), above=2)
    book = openpyxl.load_workbook(path)
    book["Réponses"]["A1"] = "Enquête 2026"
    book["Réponses"].merge_cells("A1:D1")
    book.create_sheet("Lisez-moi", 0)["A1"] = "Notice"
    book.save(path)
    assert same(reference, figures(path))


def test_a_wide_file_with_a_column_of_codes_and_one_of_dates_is_wide(tmp_path):
    rows = [("client", "a", "12/03/2026", 5, 6)]
    with opened(write(tmp_path / "wide.csv", text(("Côté", "Code", "Réponse", "F1", "F2"), rows))) as it:
        assert (it.layout, it.understood.answers, it.understood.ignored) == ("wide", 2, ("Code", "Réponse"))


WAVES = [
    ("2", "10"),
    ("Vague 2", "vague 10"),
    ("2025-T4", "2026-T1"),
    ("2025-12-01", "2026-03-01"),
    ("T1 2026", "T2 2026"),
]
UNSURE = [
    ("avant", "après"),
    ("T4 2025", "T1 2026"),
    ("15/01/2026", "01/03/2027"),
    ("mars 2026", "juin 2026"),
    ("W1", "w1"),
]


@pytest.mark.parametrize(("earlier", "later"), WAVES)
def test_waves_are_put_in_their_order(tmp_path, earlier, later):
    rows = [("client", wave, "a", 5) for wave in (later, earlier)]
    with opened(write(tmp_path / "waves.csv", text(("side", "wave", "respondent", "F1"), rows))) as it:
        assert it.waves == (earlier, later)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("waves", UNSURE)
def test_waves_in_no_sure_order_are_refused_rather_than_turned_round(tmp_path, waves, kind):
    header, rows = ("side", "wave", "respondent", "F1"), [("client", wave, "a", 5) for wave in waves]
    path = tmp_path / f"waves.{kind}"
    path = write(path, text(header, rows)) if kind == "csv" else parquet(path, header, rows)
    with pytest.raises(Refused, match="which wave comes first"), opened(path):
        pass


def test_excel_s_own_first_line_and_old_line_ends(tmp_path):
    content = "sep=,\r\nside,respondent,F1\r\nclient,a,5\r\n"
    with opened(write(tmp_path / "excel.csv", content)) as it:
        assert (it.understood.separator, it.understood.answers) == (",", 1)
    with opened(
        write(
            tmp_path / "mac.csv",
            "side;respondent;F1\rclient;a;5\rclient;b;9\rclient;c;5\rclient;d;5\rclient;e;5\rclient;f;5\r",
        )
    ) as it:
        assert [one.line for one in it.understood.refused] == [3]


def test_the_line_of_a_refusal_is_the_line_of_the_editor_and_of_the_spreadsheet(tmp_path):
    rows = [("client", "a\nb", 5), ("client", "c", 5), ("client", "d", 5), ("client", "e", 5), ("client", "f", 12)]
    header = ("side", "respondent", "F1")
    with opened(write(tmp_path / "lines.csv", text(header, rows))) as it:
        assert [(one.line, one.column, one.value) for one in it.understood.refused] == [(7, "F1", "12")]
    with opened(workbook(tmp_path / "lines.xlsx", header, rows, above=3)) as it:
        assert [(one.line, one.column, one.value) for one in it.understood.refused] == [(9, "F1", "12")]


# Files that cannot be used.


GOOD = text(LONG, long_rows(CROWD))
BAD_TEXTS = {
    "cut in a row": (GOOD[: GOOD.rindex(";direct") + 3], "cut short: line"),
    "cut in a cell": (GOOD[:-10] + '\r\nR1;"cli', "never closed"),
    "mixed lines": (
        GOOD.replace("\r\nR9;client;1;c3", "\r\nR9,client,1,c3,sales,F1,direct,3\r\nR9;client;1;c3", 1),
        "mixed",
    ),
    "mixed cells": (GOOD.replace("\r\nR9;client", "\r\nR9,client", 1), "mixed"),
    "no usable row": (text(LONG, [("R1", "client", 1, "a", "x", "F1", "direct", "nothing")]), "No usable answer"),
    "header only": (text(LONG, []), "No usable answer"),
    "nothing": ("", "empty"),
    "blank lines": ("\n\n ; ;\n", "empty"),
    "one word": ("hello\nworld\n", "single name"),
    "other columns": ("a;b\n1;2\n", "not recognised"),
    "a header of its own": ("side;a\rb;F1\nclient;x;3;4\n", "No usable answer"),
    "an endless name": ("side;" + "x" * 200_000 + ";F1\nclient;x;3\n", "names of columns"),
    "no side": ("respondent;F1\na;3\n", "No column says the side"),
    "no respondent": ("side;item;value\nclient;F1;3\n", "respondent"),
    "a side twice": ("side;côté;F1\nclient;client;3\n", "same thing"),
    "another scale": (text(("side", "respondent", "F1"), [("client", n, 1 + n % 10) for n in range(40)]), "another"),
}


@pytest.mark.parametrize("case", BAD_TEXTS)
def test_a_bad_text_is_refused_with_a_sentence(tmp_path, case):
    content, words = BAD_TEXTS[case]
    with pytest.raises(Refused, match=words), opened(write(tmp_path / "bad.csv", content)):
        pass


def test_mixed_separators_name_the_line(tmp_path):
    lines = GOOD.split("\r\n")
    lines[11] = lines[11].replace(";", ",")
    with (
        pytest.raises(Refused, match="line 12 "),
        opened(write(tmp_path / "bad.csv", "\r\n".join(lines))),
    ):
        pass


@pytest.mark.parametrize(
    "content",
    [
        b"PAR1 and then nothing",
        b"PK\x03\x04 and then nothing",
        b"\xd0\xcf\x11\xe0 an old workbook",
        gzip.compress(b"side;F1\n", mtime=0),
        "side;F1\nclient;3\n".encode("utf-16"),
        b"side;F1\nclient;\x81\n",
        b"side;F1\nclient;3\0\n",
        bytes(range(256)) * 20,
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(tmp_path, content):
    path = tmp_path / "thing"
    path.write_bytes(content)
    with pytest.raises(Refused), opened(path):
        pass


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
@pytest.mark.parametrize("kind", ["xlsx", "parquet"])
def test_a_file_cut_short_is_refused(tmp_path, kind, share):
    make = workbook if kind == "xlsx" else parquet
    data = make(tmp_path / f"whole.{kind}", LONG, long_rows(CROWD)).read_bytes()
    path = tmp_path / f"cut.{kind}"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(Refused), opened(path):
        pass


def test_a_parquet_file_spoilt_inside_is_refused(tmp_path):
    path = parquet(tmp_path / "spoilt.parquet", LONG, long_rows(CROWD))
    data = bytearray(path.read_bytes())
    data[4 : len(data) // 2] = bytes(len(data) // 2 - 4)
    path.write_bytes(data)
    for engine in ("polars", "duckdb"):
        with pytest.raises(Refused), opened(path, engine=engine) as it:
            it.sums()


def test_absent_files_folders_and_sheets_are_refused(tmp_path):
    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(Refused), opened(path):
            pass
    book = workbook(tmp_path / "book.xlsx", LONG, long_rows(CROWD))
    with pytest.raises(Refused, match="Réponses, Notes"), opened(book, sheet="Feuil1"):
        pass
    with pytest.raises(Refused, match="not recognised"), opened(book, sheet="Notes"):
        pass
    with pytest.raises(Refused, match="--sheet"), opened(write(tmp_path / "a.csv", GOOD), sheet="Notes"):
        pass


def test_the_sheet_with_the_answers_is_found_behind_others(tmp_path, reference):
    path = tmp_path / "behind.xlsx"
    book = openpyxl.Workbook()
    book.active["A1"] = "Read me"
    book.create_sheet("Empty")
    sheet = book.create_sheet("Data")
    header, rows = wide_rows(CROWD)
    for row in (header, *rows):
        sheet.append(row)
    book.save(path)
    assert same(reference, figures(path))
    assert same(reference, figures(path, sheet="Data"))
    with pytest.raises(Refused, match="empty"), opened(path, sheet="Empty"):
        pass


def test_damaged_parts_of_files_are_refused_in_silence(tmp_path, capfd):
    """Compiled libraries that panic write to the error output themselves: nothing of it reaches the reader."""
    chance = random.Random(5)
    refused = 0
    for make in (workbook, parquet):
        whole = make(tmp_path / "whole", *wide_rows(people(1, 3))).read_bytes()
        for _try in range(15):
            data = bytearray(whole)
            for _byte in range(40):
                data[chance.randrange(4, len(data))] = chance.randrange(256)
            (tmp_path / "damaged").write_bytes(data)
            try:
                with opened(tmp_path / "damaged") as it:
                    it.sums()
            except Refused:
                refused += 1
    assert refused > 15
    assert "panicked" not in capfd.readouterr().err


def test_a_cell_far_away_does_not_fill_the_memory(tmp_path):
    rows = [("client", "a", 3), *[()] * 1_000_000, (*[None] * 16_000, "far")]
    with (
        pytest.raises(Refused, match="far from the others"),
        opened(workbook(tmp_path / "far.xlsx", ("side", "respondent", "F1"), rows)),
    ):
        pass


def test_every_question_of_a_wide_file_is_found_however_it_is_written(tmp_path):
    header = ("side", *(code.replace("m", " miroir").lower() for code in ALL))
    rows = [("client", *[4] * len(ALL)), ("fournisseur", *[5] * len(ALL))]
    with opened(write(tmp_path / "wide.csv", text(header, rows))) as it:
        assert it.answers().items == ALL
        assert not it.linked


def test_the_progress_of_a_reading_reaches_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr(text_file, "PIECE", 2000)
    said = []
    with opened(write(tmp_path / "long.csv", GOOD), progress=lambda stage, share: said.append(share)):
        pass
    assert said == sorted(said)
    assert len(said) > 5
    assert said[-1] == 1


def test_polars_types_of_every_kind_are_read(tmp_path):
    frame = pl.DataFrame(
        {"side": pl.Series(["client", "supplier"], dtype=pl.Categorical), "F1": [3.0, float("nan")], "F2": ["5", "-"]}
    )
    frame.write_parquet(tmp_path / "typed.parquet")
    with opened(tmp_path / "typed.parquet") as it:
        assert it.answers().values.tolist() == [[3, 5], [0, 0]]


ODD = {
    "list": pl.Series([[1], [2]]),
    "bytes": pl.Series([b"3", b"\xff"]),
    "decimal": pl.Series([3, 4]).cast(pl.Decimal(10, 2)),
    "nothing": pl.Series([None, None]),
    "logical": pl.Series([True, False]),
    "enum": pl.Series(["client", "supplier"], dtype=pl.Enum(["client", "supplier"])),
    "huge": pl.Series([2**63, 3], dtype=pl.UInt64),
    "endless": pl.Series([3.0, float("inf")], dtype=pl.Float32),
    "duration": pl.Series([1, 2]).cast(pl.Duration("us")),
    "day": pl.Series([1, 2]).cast(pl.Date),
}


@pytest.mark.parametrize(("kind", "engine"), [*((kind, "polars") for kind in ODD), ("huge", "duckdb")])
def test_no_type_of_column_makes_the_command_fall(tmp_path, kind, engine):
    """Any column may hold anything: there are figures or a sentence."""
    keys = {"relationship": ["a", "b"], "wave": [1, 2], "side": ["client", "supplier"], "respondent": ["x", "y"]}
    wide, long = keys | {"F1": [3, 4]}, keys | {"item": ["F1", "F1"], "view": ["direct"] * 2, "value": [3, 4]}
    for table in (wide, long):
        for column in table:
            path = tmp_path / "odd.parquet"
            pl.DataFrame(table).with_columns(ODD[kind].alias(column)).write_parquet(path)
            with contextlib.suppress(Refused), opened(path, engine=engine) as it:
                assert it.sums().people.sum() == it.understood.people == it.answers().people


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_signs_of_patterns_in_a_name_are_only_letters(tmp_path, reference, engine):
    path = parquet(tmp_path / "réponses [1] * ?.parquet", *wide_rows(CROWD))
    assert same(reference, figures(path, engine=engine))
