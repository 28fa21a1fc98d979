"""A drawing, its paper twin and its table say the same figures, and no text can break out of a drawing."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from reciproque.reports.charts import glyphs, lane, pair
from reciproque.reports.charts.spec import Axis, Lane, Legend, Pair, Sign

SVG = "{http://www.w3.org/2000/svg}"


def said(value: float, margin: float = 6) -> Sign:
    return Sign(
        value, value - margin, value + margin, f"{value:g}", f"between {value - margin:g} and {value + margin:g}"
    )


BENEVOLENCE = Pair("p-B", "Benevolence", "70 and 44", said(70), said(44), said(68), said(57), "+26")
OPEN = Pair("p-T", "Trust", "open", Sign(None, 83, 100, "83 or more", "give or take 7", 7), said(61), None, None, "")
BOTH_ENDS = [Sign(None, 0, 12, "12 or less", "", 5), Sign(None, 40, 55, "between 40 and 55", "", 5)]


def drawing(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(
        text if "xmlns=" in text else text.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
    )


def place(element: ElementTree.Element, width: float | None) -> float:
    """Where a mark stands on 0..100."""
    raw = element.get("cx") or element.get("x") or ""
    share = float(raw.rstrip("%")) if width is None else float(raw) / width * 100
    return (share - 1.5) / 0.97


@pytest.mark.parametrize("width", [None, 320.0])
def test_marks_stand_where_the_figures_are(width):
    root = drawing(pair.pair(BENEVOLENCE, width))
    rounds = {c.get("class"): place(c, width) for c in root.iter(f"{SVG}circle")}
    lozenges = {n[0].get("class"): place(n, width) for n in root.iter(f"{SVG}svg") if len(n) and n is not root}
    assert rounds == pytest.approx({"m-client": 70, "m-client hollow": 68}, abs=0.1)
    assert lozenges == pytest.approx({"m-supplier": 44, "m-supplier hollow": 57}, abs=0.1)


@pytest.mark.parametrize("width", [None, 320.0])
def test_the_drawing_writes_the_figures_of_its_table(width):
    written = [t.text for t in drawing(pair.pair(BENEVOLENCE, width)).iter(f"{SVG}text")]
    assert written == ["70", "44", "+26"]
    assert BENEVOLENCE.cells == (
        "Benevolence", "70 (between 64 and 76)", "57 (between 51 and 63)", "44 (between 38 and 50)",
        "68 (between 62 and 74)", "+26",
    )  # fmt: skip


def test_an_open_band_has_an_arrow_and_no_mark():
    root = drawing(pair.pair(OPEN))
    assert [p.get("class") for p in root.iter(f"{SVG}path")] == ["arrow l-client", "m-supplier"]
    assert not list(root.iter(f"{SVG}circle"))
    assert OPEN.cells[1:5] == ("83 or more (give or take 7)", "–", "61 (between 55 and 67)", "–")


@pytest.mark.parametrize("sign", BOTH_ENDS)
def test_bounds_are_drawn_with_their_margin(sign):
    text = lane.regard(Lane("l", "t", "d", "supplier", sign))
    whisker = next(line for line in drawing(text).iter(f"{SVG}line") if line.get("class") == "l-supplier")
    ends = [(float((whisker.get(name) or "").rstrip("%")) - 1.5) / 0.97 for name in ("x1", "x2")]
    assert ends == pytest.approx(sign.reach, abs=0.1)
    assert ("arrow" in text) == sign.open_low


def test_the_earlier_wave_is_a_tick():
    text = lane.since(Lane("l", "t", "d", "client", said(60), before=said(40)))
    ticks = [line for line in drawing(text).iter(f"{SVG}line") if line.get("class") == "ink"]
    assert len(ticks) == 1
    assert (float((ticks[0].get("x1") or "").rstrip("%")) - 1.5) / 0.97 == pytest.approx(40, abs=0.1)


EVERY = [
    lambda width: pair.pair(BENEVOLENCE, width),
    lambda width: pair.pair(OPEN, width),
    lambda width: pair.axis(Axis("a", "t", "d", "low", "middle", "high"), width),
    lambda width: pair.legend(Legend("g", "t", "d", *"abcdef"), width),
    lambda width: lane.regard(Lane("l", "t", "d", "client", said(50), ends=("0", "100"), middle="m"), width),
    lambda width: lane.since(Lane("l", "t", "d", "client", said(50), before=said(40)), width),
]


@pytest.mark.parametrize("draw", EVERY)
def test_on_a_page_drawings_are_named_and_carry_no_style(draw):
    text = draw(None)
    root = drawing(text)
    assert root.get("role") == "img"
    names = (root.get("aria-labelledby") or "").split()
    assert {e.get("id") for e in root.iter() if e.tag in (f"{SVG}title", f"{SVG}desc")} == set(names)
    assert "style" not in text
    assert "viewBox" not in text
    assert root.get("width") == "100%"


@pytest.mark.parametrize("draw", EVERY)
def test_on_paper_drawings_stand_alone(draw):
    text = draw(300.0)
    assert "%" not in re.sub(r"<style>.*</style>", "", text, flags=re.DOTALL)
    assert drawing(text).get("width") == "300"


def test_words_cannot_leave_their_drawing():
    nasty = '<script>"&'
    text = pair.pair(Pair("p", nasty, nasty, Sign(70, 60, 80, nasty), said(40), gap=nasty))
    assert "<script>" not in text
    assert drawing(text) is not None


@pytest.mark.parametrize("name", list(glyphs.BODIES))
@pytest.mark.parametrize("paper", [False, True])
def test_each_situation_has_its_glyph(name, paper):
    assert len(drawing(glyphs.glyph(name, paper=paper))) > 0
