"""The simulations run, count rightly, and their pages hide no promise that is not kept."""

import re
import sys
from math import nan
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
PAGES = [("en", "validity.md", "missed"), ("fr", "validite.md", "manquée")]


@pytest.fixture
def benchmark(monkeypatch):
    """The module of that name in benchmarks/, which is no package."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    yield lambda name: __import__(name)
    for name in ("truth", "intervals", "verdicts", "recovery", "validity_pages", "validity"):
        sys.modules.pop(name, None)


def rows(text):
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")
    ]


# ------------------------------------------------------------------ pages


@pytest.mark.parametrize(("language", "name", "missed"), PAGES)
def test_every_section_has_a_table_and_every_missed_target_a_sentence(language, name, missed):
    text = (ROOT / "docs" / name).read_text()
    numbered = re.split(r"^## \d\. ", text, flags=re.MULTILINE)[1:]
    assert len(numbered) == 6
    for section in numbered:
        assert len(rows(section)) > 2, section[:40]
        for row in rows(section):
            if row[-1] == missed:
                sentence = re.search(rf"^- .*\*\*{re.escape(row[0])}\*\*.*\. (.+)$", section, re.MULTILINE)
                assert sentence, row[0]
                assert len(sentence[1].split()) > 5


def test_both_pages_carry_the_same_figures_and_count_them_rightly():
    english, french = ((ROOT / "docs" / name).read_text() for _, name, _ in PAGES)
    figures = [
        re.findall(r"\d*[.,]\d+", " ".join(" ".join(row[1:]) for row in rows(text))) for text in (english, french)
    ]
    assert [float(x) for x in figures[0]] == [float(x.replace(",", ".")) for x in figures[1]]
    promised = [row[-1] for row in rows(english) if row[-1] in ("yes", "missed")]
    assert f"**{len(promised)} lines have a target; {promised.count('yes')} reach it.**" in english


def test_the_intervals_that_an_analyst_reads_hold_from_five_people_on():
    first = rows(re.split(r"^## \d\. ", (ROOT / "docs" / "validity.md").read_text(), flags=re.MULTILINE)[1])[2:5]
    assert [row[0] for row in first] == [f"interval of a side, {shape}" for shape in ("central", "high", "polarised")]
    for row in first:
        for cell in row[2:7]:
            assert all(0.93 <= float(figure) <= 0.97 for figure in cell.split(" / ")), row


def test_french_page_keeps_its_no_break_spaces():
    text = (ROOT / "docs" / "validite.md").read_text()
    for wrong in (" ;", " ?", " !", " %", "« ", " »", "'", " :"):
        assert wrong not in text, wrong


# ------------------------------------------------------------------ machinery


def test_a_line_is_judged_on_its_columns_and_on_what_is_printed(benchmark):
    pages = benchmark("validity_pages")

    def line(*cells, low=0.93, high=0.97):
        return pages.Line(("a", "b"), cells, 10, 0.01, low, high, (1,))

    assert line((0.5,), (0.9297, 0.95)).reached is True
    assert line((0.95,), (0.95, 0.92)).reached is False
    assert line((0.95,), (nan, nan)).reached is False
    assert line((0.5,), (0.5,), low=None, high=None).reached is None


def test_a_missed_target_without_a_sentence_is_named(benchmark):
    pages = benchmark("validity_pages")
    bad = pages.Line(("short", "courte"), ((0.5,),), 10, 0.01, 0.93, None, (0,))
    section = pages.Section(("t", "t"), ("b", "b"), (pages.Table((("n", "n"),), (bad,)),))
    assert pages.missed_without_a_sentence([section]) == ["short"]
    said = pages.Table((("n", "n"),), (bad,), {"short": ("Because it is.", "Parce que.")})
    section = pages.Section(("t", "t"), ("b", "b"), (said,))
    assert pages.missed_without_a_sentence([section]) == []
    assert "- **courte**. Parce que." in pages.page([section], "fr")


@pytest.mark.parametrize("points", [5, 7])
@pytest.mark.parametrize("name", ["central", "high", "polarised"])
def test_the_stated_truth_is_what_ever_more_people_tend_to(benchmark, name, points):
    truth = benchmark("truth")
    file = truth.simulate(truth.SHAPES[name], points, 4, 20_000, np.random.default_rng(3))
    error = file.values.std(axis=1) / 20_000**0.5
    assert (np.abs(file.values.mean(axis=1) - file.truth) < 4.5 * error).all()


def test_two_waves_hold_the_people_that_they_say(benchmark):
    truth = benchmark("truth")
    one = truth.two_waves(30.0, np.random.default_rng(1))
    place = 4 * one.relationship + 2 * one.side + one.wave
    n = np.bincount(place)
    assert n.shape == (96,)
    assert ((n >= 3) & (n <= 12)).all()
    both = len(set(one.person[one.wave == 0]) & set(one.person[one.wave == 1]))
    assert both / (one.wave == 0).sum() == pytest.approx(0.7, abs=0.05)
    mean = np.bincount(2 * one.relationship + one.wave, one.composite) / np.bincount(2 * one.relationship + one.wave)
    assert {i for i in range(24) if mean[2 * i + 1] < 1} == one.fallen


def test_every_section_can_be_run_small(benchmark):
    pages, intervals, verdicts = benchmark("validity_pages"), benchmark("intervals"), benchmark("verdicts")
    found = [
        verdicts.published(400),
        verdicts.moves(3),
        verdicts.errors(2),
        pages.Section(("t", "t"), ("b", "b"), (*intervals.of_files(2), intervals.alphas(1))),
    ]
    for language in ("en", "fr"):
        text = pages.page(found, language)
        assert len(re.findall(r"^## \d\. ", text, re.MULTILINE)) == 4
    for section in found:
        for table in section.tables:
            for line in table.lines:
                assert len(line.cells) == len(table.columns)
                assert line.runs > 0


def test_an_impossible_fall_is_always_found_and_nothing_is_found_in_nothing(benchmark):
    truth, verdicts = benchmark("truth"), benchmark("verdicts")
    one = truth.two_waves(5.0, np.random.default_rng(2))
    assert verdicts.top_down(one, linked=True) == verdicts.top_down(one, linked=False) == one.fallen
    assert verdicts.naive(one) >= one.fallen
    still = truth.two_waves(0.0, np.random.default_rng(2), falling=0)
    assert still.fallen == frozenset()
    assert verdicts.naive(still) == frozenset()
