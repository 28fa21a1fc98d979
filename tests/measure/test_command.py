"""``reciproque measure`` as it is typed: exit codes, sentences instead of tracebacks, never half a report."""

import io
import json
import subprocess
import sys

import pytest

from measure.measured import EXAMPLES, FORGE, changed
from reciproque.cli.main import main
from reciproque.measure import language


@pytest.fixture(autouse=True)
def _no_installation(monkeypatch, tmp_path):
    """Needs no data folder; speaks English unless asked."""
    monkeypatch.setenv("RECIPROQUE_DATA", str(tmp_path / "nowhere"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    yield
    language.use("en")


def test_a_report_is_printed(capsys):
    assert main(["measure", str(FORGE)]) == 0
    out = capsys.readouterr()
    assert "The client believes in an agreement that does not exist." in out.out
    assert out.err == ""


def test_json_and_nothing_else_is_printed(capsys):
    assert main(["measure", str(EXAMPLES / "forge.xlsx"), "--raw", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["mode"], len(document["relationships"])) == ("raw", 1)


def test_the_schema_is_printed_without_a_file(capsys):
    assert main(["measure", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out)["$id"] == "urn:reciproque:measure:1"


@pytest.mark.parametrize(("spoken", "said"), [("fr_FR.UTF-8", "Il n’y a"), ("en_GB.UTF-8", "There is no")])
def test_it_speaks_the_language_of_the_session(monkeypatch, capsys, tmp_path, spoken, said):
    monkeypatch.setenv("LC_ALL", spoken)
    assert main(["measure", str(FORGE), "--report", str(tmp_path / "no/report.pdf")]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Name the file to measure"),
        (["absent.csv"], "absent.csv"),
        ([str(FORGE), "--report", "report.docx"], "A report ends in .pdf or .html."),
        ([str(FORGE), "--instrument", str(FORGE)], "is not a questionnaire"),
        ([str(FORGE), "--instrument", "absent.toml"], "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(capsys, arguments, said):
    assert main(["measure", *arguments]) == 2
    out = capsys.readouterr()
    assert said in out.err
    assert out.err.startswith("reciproque: ")
    assert out.out == ""


def test_a_file_partly_refused_is_measured_and_said(capsys, tmp_path):
    def off_scale(_header, rows):
        return [[*rows[0][:5], "9393", *rows[0][6:]], *rows[1:]]

    path = changed(tmp_path / "off.csv", off_scale, "Lanvert", "Nubellia")
    assert main(["measure", str(path)]) == 2
    out = capsys.readouterr()
    assert "All relationships" in out.out
    assert "line 2, column F1" in out.err
    assert "9393" not in out.err + out.out
    assert main(["measure", str(path), "--raw"]) == 2
    assert "(9393)" in capsys.readouterr().err


def test_a_terminal_that_knows_few_letters_gets_the_figures(monkeypatch):
    poor = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", poor)
    assert main(["measure", str(FORGE)]) == 0
    poor.flush()
    assert b"78, between 65 and 92" in poor.buffer.getvalue()


@pytest.mark.parametrize("suffix", [".pdf", ".html"])
def test_a_report_replaces_the_earlier_one_whole(capsys, tmp_path, suffix):
    target = tmp_path / f"report{suffix}"
    target.write_text("earlier")
    assert main(["measure", str(FORGE), "--report", str(target), "--language", "fr"]) == 0
    assert target.read_bytes().startswith(b"%PDF" if suffix == ".pdf" else b"<!DOCTYPE html>")
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    assert f"Rapport écrit : {target}" in capsys.readouterr().err.replace("\u00a0", " ")


def test_a_report_that_fails_leaves_the_earlier_one(monkeypatch, capsys, tmp_path):
    target = tmp_path / "report.pdf"
    target.write_text("earlier")

    def full(*_names):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    assert main(["measure", str(FORGE), "--report", str(target)]) == 2
    assert target.read_text() == "earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["report.pdf"]
    assert "No space left on device" in capsys.readouterr().err


def test_a_closed_pipe_is_no_accident():
    command = f"{sys.executable} -m reciproque.cli.main measure {FORGE} --raw | head -1"
    found = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert found.stdout.startswith("forge.csv")
    assert found.stderr == ""
