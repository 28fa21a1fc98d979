"""What is refused inside a file: counted in full, shown line by line, and left out of the figures."""

import polars as pl
import pytest

from measure.files_of_answers import LONG, figures, long_rows, opened, parquet, people, same, text, wide_rows, write
from reciproque.measure import files
from reciproque.measure.errors import Refused

CROWD = people()
ROWS = long_rows(CROWD)
BAD = [
    ("R8", "client", 1, "c0", "sales", "F1", "direct", 8),
    ("R8", "client", 1, "zz", "sales", "F1", "direct", 0),
    ("R8", "client", 1, "zz", "sales", "F2", "direct", "2,5"),
    ("R8", "client", 1, "zz", "sales", "F3", "direct", "often"),
    ("R8", "client", 1, "zz", "sales", "Q1", "direct", 3),
    ("R8", "client", 1, "zz", "sales", "F3", "mirror", 3),
    ("R8", "neither", 1, "zz", "sales", "F3", "direct", 3),
    ("R8", "client", 1, "zz", "sales", "F3", "sideways", 3),
    ("", "client", 1, "zz", "sales", "F3", "direct", 3),
    ("R8", "client", 1, "", "sales", "F3", "direct", 3),
    ("R8", "", 1, "zz", "sales", "F3", "direct", 3),
]
CODES = ["off_scale"] * 3 + ["not_a_number"] + ["unknown_item"] * 2 + ["unknown_side", "unknown_view"] + ["no_key"] * 3


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_each_bad_answer_is_named_and_the_rest_is_measured(tmp_path, kind):
    rows = ROWS + BAD
    if kind == "csv":
        path, first = write(tmp_path / "bad.csv", text(LONG, rows)), len(ROWS) + 2
    else:
        path, first = tmp_path / "bad.parquet", len(ROWS) + 1
        as_text = [["" if cell is None else str(cell) for cell in row] for row in rows]
        pl.DataFrame(as_text, schema=list(LONG), orient="row").write_parquet(path)
    with opened(path) as it:
        said = it.understood
        assert [(one.line, one.code) for one in said.refused] == [(first + i, code) for i, code in enumerate(CODES)]
        assert said.refused_count == len(BAD) == sum(said.refused_by_reason.values())
        assert said.rows == len(rows)
        assert all(one.sentence for one in said.refused)
    assert same(figures(path), figures(write(tmp_path / "good.csv", text(LONG, ROWS))))


def test_a_second_answer_is_refused_even_when_it_is_the_same(tmp_path):
    again = [*ROWS, ROWS[3], (*ROWS[5][:-1], 1)]
    path = write(tmp_path / "again.csv", text(LONG, again))
    with opened(path) as it:
        assert [(one.line, one.code) for one in it.understood.refused] == [
            (len(ROWS) + 2, "duplicate"),
            (len(ROWS) + 3, "duplicate"),
        ]
    good = figures(write(tmp_path / "good.csv", text(LONG, ROWS)))
    assert same(figures(path), good)
    typed = parquet(tmp_path / "again.parquet", LONG, again)
    for engine in ("polars", "duckdb"):
        with opened(typed, engine=engine) as it:
            assert [one.line for one in it.understood.refused] == [len(ROWS) + 1, len(ROWS) + 2]
        assert same(figures(typed, engine=engine), good)


def test_many_answers_to_one_question_are_noticed_however_many(tmp_path):
    """The sums of packed answers carry over into the next question: the count of rows gives it away."""
    for times in (2, 3, 4, 16, 31, 32, 33, 64):
        rows = [("R", "client", 1, "a", "x", code, "direct", 7) for code in ("F1", "F3")]
        path = parquet(tmp_path / f"{times}.parquet", LONG, rows + [rows[0]] * (times - 1))
        with opened(path) as it:
            assert it.understood.refused_count == times - 1
            assert it.answers().values.tolist() == [[7, 7]]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_other_capitals_or_spaces_do_not_make_another_person(tmp_path, kind):
    """Four people must not pass for five, nor somebody who stayed for somebody who left."""
    rows = [("R", "client", wave, name, "x", "F1", "direct", 3) for wave, name in enumerate(("Ana@x.fr ", "ana@X.fr"))]
    rows.append(("R", "client", 1, "ANA@x.fr", "x", "F1", "direct", 7))
    path = tmp_path / f"names.{kind}"
    for engine in ("polars", "duckdb"):
        path = write(path, text(LONG, rows)) if kind == "csv" else parquet(path, LONG, rows)
        with opened(path, engine=engine) as it:
            assert it.understood.refused_by_reason == {"duplicate": 1}
            assert len(set(it.answers().person.tolist())) == 1


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_second_row_of_a_person_is_refused(tmp_path, kind):
    header, rows = wide_rows(CROWD)
    double = [*rows, (*rows[2][:5], *[1] * (len(header) - 5))]
    path = tmp_path / f"double.{kind}"
    path = write(path, text(header, double)) if kind == "csv" else parquet(path, header, double)
    with opened(path) as it:
        assert [(one.code, one.value) for one in it.understood.refused] == [("duplicate", "c2")]
    assert same(figures(path), figures(write(tmp_path / "good.csv", text(header, rows))))


def test_the_same_name_on_the_other_side_or_in_another_wave_is_nobody_s_double(tmp_path):
    rows = [("R", side, wave, "a", "x", "F1", "direct", 3) for side in ("client", "supplier") for wave in (1, 2)]
    with opened(write(tmp_path / "same.csv", text(LONG, rows))) as it:
        assert it.understood.refused_count == 0
        assert it.understood.people == 4
        answers = it.answers()
        assert len(set(answers.person.tolist())) == 2
        assert answers.person[answers.side == 0].tolist() == [answers.person[0]] * 2


def test_lines_of_another_width_are_refused_and_counted(tmp_path):
    content = text(LONG, ROWS).replace("\r\n", "\r\nR8;client\r\n", 1) + "R8;client;1;c0;sales;F1;direct;3;4\r\n"
    with opened(write(tmp_path / "wide.csv", content)) as it:
        found = [(one.line, one.code, one.value) for one in it.understood.refused]
    assert found == [(2, "wrong_width", "2 / 8"), (len(ROWS) + 3, "wrong_width", "9 / 8")]


def test_a_column_that_is_no_question_is_refused_once(tmp_path):
    content = text(("side", "respondent", "F1", "Z9", "comment"), [("client", "a", 3, 4, "fine")])
    with opened(write(tmp_path / "more.csv", content)) as it:
        assert [(one.code, one.column, one.line) for one in it.understood.refused] == [("unknown_item", "Z9", 1)]
        assert it.understood.ignored == ("Z9", "comment")


def test_only_the_first_twenty_are_shown_and_all_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "ROWS", 50)
    bad = [("R", "client", 1, f"p{rank}", "x", "F1", "direct", 9) for rank in range(60)]
    good = [("R", "client", 1, f"q{rank}", "x", "F1", "direct", 5) for rank in range(300)]
    path = parquet(tmp_path / "many.parquet", LONG, [*good, *bad])
    with opened(path) as it:
        assert it.understood.refused_count == 60
        assert [one.line for one in it.understood.refused] == list(range(301, 321))


def test_a_row_without_a_name_is_a_person_of_its_own(tmp_path):
    rows = [("R", "client", "a", 3), ("R", "client", "", 4), ("R", "client", "", 5)]
    header = ("relationship", "side", "respondent", "F1")
    for path in (write(tmp_path / "n.csv", text(header, rows)), parquet(tmp_path / "n.parquet", header, rows)):
        with opened(path) as it:
            assert it.understood.people == 3
            assert it.understood.refused_count == 0
            assert len(set(it.answers().person.tolist())) == 3


def test_a_file_without_names_of_columns_does_not_have_its_first_answers_repeated(tmp_path):
    path = write(tmp_path / "bare.csv", "client;Ana;5;6;D’accord\nclient;Bob;4;4;D’accord\n")
    with pytest.raises(Refused, match="not recognised: client, Ana\\. Their names"), opened(path):
        pass


def test_words_of_another_scale_are_refused_rather_than_measured_by_what_is_left(tmp_path):
    header, rows = ("side", "respondent", "F1"), [("client", f"p{rank}", "often") for rank in range(3)]
    rows += [("client", f"q{rank}", 4) for rank in range(9)]
    with (
        pytest.raises(Refused, match="3 answers of 12 are neither numbers nor words"),
        opened(write(tmp_path / "words.csv", text(header, rows))),
    ):
        pass
    with opened(write(tmp_path / "few.csv", text(header, rows[1:]))) as it:
        assert it.understood.refused_by_reason == {"not_a_number": 2}
