"""`reciproque dialogue FILE`: a reading people understand, figures programs read, plain words for bad files."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from reciproque.cli.main import main

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/votes.json"
GOOD = {"id": "A", "client": {"agree": 6, "disagree": 1, "pass": 0}, "supplier": {"agree": 7, "disagree": 0, "pass": 1}}


def votes(tmp_path, content):
    path = tmp_path / "votes.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def test_the_example_reads_in_both_languages(capsys):
    assert main(["dialogue", str(EXAMPLE), "--language", "en"]) == 0
    english = capsys.readouterr().out
    assert "To debate first: S02." in english
    assert "Common ground (2)" in english
    assert main(["dialogue", str(EXAMPLE), "--language", "fr"]) == 0
    assert "Terrain commun (2)" in capsys.readouterr().out


def test_figures_for_programs(capsys):
    assert main(["dialogue", str(EXAMPLE), "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    rows = {row["id"]: row for row in document["statements"]}
    assert document["divides"] == ["S02"]
    assert {row["class"] for row in rows.values()} == {"reject", "oppose", "common", "open", "split", "info", "too_few"}
    assert rows["S02"]["p_oppose"] > 0.98
    assert rows["S03"]["coded"]["client"]["agree"] == {"low": 7, "high": 9, "text": "at least 7"}
    assert rows["S12"]["coded"] == {"client": None, "supplier": None, "verdict": "open"}
    assert all(0 <= rows[i][p] <= 1 for i in rows for p in ("p_common", "p_reject", "p_oppose", "p_gap"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"statements": [\n{"id": "A", "cl', "line 2 is not JSON"),
        (b"[" * 100_000, 'no list "statements"'),
        ("é".encode("cp1252") * 3, "UTF-8"),
        ([], 'no list "statements"'),
        ({"statements": []}, "is empty"),
        ({"statements": [{"client": {}, "supplier": {}}]}, "statement 1 has no id"),
        ({"statements": [GOOD, {**GOOD, "id": "A"}]}, "statement 2: the id A is used twice"),
        ({"statements": [{**GOOD, "client": {"agree": 1, "disagree": 1}}]}, "three counts"),
        ({"statements": [{**GOOD, "client": 4}]}, "three counts"),
        ({"statements": [{**GOOD, "client": {"agree": -1, "disagree": 1, "pass": 0}}]}, "whole number"),
        ({"statements": [{**GOOD, "client": {"agree": 1.5, "disagree": 1, "pass": 0}}]}, "whole number"),
        ({"statements": [{**GOOD, "client": {"agree": True, "disagree": 1, "pass": 0}}]}, "whole number"),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence(tmp_path, capsys, content, said):
    assert main(["dialogue", str(votes(tmp_path, content)), "--language", "en"]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


def test_a_missing_file_is_said(tmp_path, capsys):
    assert main(["dialogue", str(tmp_path / "none.json"), "--language", "en"]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_text_is_never_taken_for_markup(tmp_path, capsys):
    path = votes(tmp_path, {"statements": [{**GOOD, "id": "[red]", "text": "[bold]x[/nothing]"}]})
    assert main(["dialogue", str(path), "--language", "en"]) == 0
    assert "[bold]x[/nothing]" in capsys.readouterr().out


def test_a_text_commands_no_terminal_and_long_words_are_folded_never_cut(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    long = "Zusammenarbeitsvereinbarungsentwurf" * 3
    path = votes(tmp_path, {"statements": [{**GOOD, "id": "A\x1b[2J", "text": long}]})
    assert main(["dialogue", str(path), "--language", "en"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) <= 60
    assert long in "".join(line[2:28].strip() for line in out.split("supplier")[1].splitlines())


def test_a_thousand_statements_in_one_process(tmp_path):
    """It needs neither an installation nor the web framework."""
    rows = [{**GOOD, "id": str(i), "client": {"agree": i % 9, "disagree": i % 5, "pass": i % 3}} for i in range(1000)]
    path = votes(tmp_path, {"statements": rows})
    code = (
        "import sys; from reciproque.cli.main import main;"
        f"assert main(['dialogue', {str(path)!r}, '--format', 'json']) == 0;"
        "assert not {'django', 'rich'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["statements"]) == 1000
