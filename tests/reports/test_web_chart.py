"""The drawing of a web: the same threads on a page, on paper and in the table; walked with the keyboard."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from reciproque.reports.charts.web import CROWD, Bundle, Group, WebChart, web


def chart(rows: int = 3, links: int = 4, href: str = "/network/x/?client=f0#threads") -> WebChart:
    groups = [
        Group(f"f{n}", side, f"Function {n} of {side}", f"Person {n}", href)
        for side in ("client", "supplier")
        for n in range(rows)
    ]
    states = ("held", "thread", "missing")
    bundles = [
        Bundle(
            f"f{n % rows}",
            f"f{(n // rows + n) % rows}",
            str(n),
            states[n % 3],
            1 + n % 4,
            ("", "client")[n % 5 == 4],
            f"Link {n}",
            href,
        )
        for n in range(links)
    ]
    return WebChart("web", "Who works with whom", "Words", tuple(groups), tuple(bundles))


def elements(svg: str, tag: str) -> list[ElementTree.Element]:
    return [node for node in ElementTree.fromstring(svg).iter() if node.tag.split("}")[-1] == tag]


def test_signs_that_no_drawing_can_hold_are_left_out():
    """A name pasted with one of them would leave the whole document without a drawing."""
    drawn = chart()
    odd = "A\x0bB\x00C\ufffe\ud800 <&> é 😀"
    svg = web(replace(drawn, title=odd, groups=(replace(drawn.groups[0], title=odd), *drawn.groups[1:])), 400)
    assert "ABC <&> é 😀" in [node.text for node in elements(svg, "text")]


def threads(svg: str) -> list[str]:
    return [node.get("class") for node in elements(svg, "line") if node.get("class").startswith("tie ")]


@pytest.mark.parametrize(("rows", "links"), [(1, 1), (3, 9), (12, 60), (30, 200)])
def test_page_paper_and_table_hold_the_same_threads(rows, links):
    spec = chart(rows, links)
    page, paper = web(spec), web(spec, 780)
    assert threads(page) == threads(paper)
    assert len(threads(page)) == len(spec.cells) == links
    numbered = [one for one in spec.bundles if links < CROWD or one.state != "held"]
    assert len(elements(page, "circle")) == len(elements(paper, "circle")) == len(numbered)
    drawn = {node.text for node in elements(page, "text")}
    assert {group.title for group in spec.groups} <= drawn


def test_every_row_and_thread_is_reached_with_the_keyboard_on_a_page_and_none_on_paper():
    spec = chart(3, 5)
    links = elements(web(spec), "a")
    assert len(links) == 6 + 5
    assert all(link.get("href") for link in links)
    assert {link.get("aria-label") for link in links} == {None, *(one.says for one in spec.bundles)}
    assert elements(web(spec, 780), "a") == []


def test_who_alone_declares_is_dashed_in_its_colour():
    drawn = threads(web(chart(3, 5)))
    assert [css for css in drawn if "one-side" in css] == ["tie tie-1 thread one-side one-client"]


def test_the_more_exchanges_the_thicker_and_the_thick_above():
    order = [re.search(r"tie-(\d)", css)[1] for css in threads(web(chart(12, 12))) if css.endswith("held")]
    assert order == sorted(order)


def test_numbers_do_not_cover_each_other_while_there_is_room():
    svg = web(chart(6, 10))
    spots = [(float(n.get("cx")[:-1]), float(n.get("cy"))) for n in elements(svg, "circle")]
    near = [(a, b) for i, a in enumerate(spots) for b in spots[:i] if abs(a[0] - b[0]) < 2 and abs(a[1] - b[1]) < 16]
    assert near == []


def test_names_are_never_markup_and_nothing_is_styled_inline():
    bad = Group("f0", "client", "<script>alert(1)</script>", '"><b>', '/x?"><i>')
    spec = WebChart(
        "web", "<t>", "<d>", (bad, Group("f0", "supplier", "S", "")), (Bundle("f0", "f0", "1", "held", 1, "", '"<u>'),)
    )
    for svg in (web(spec), web(spec, 780)):
        ElementTree.fromstring(svg)
        assert not re.search(r"<(script|b|i|u|t|d)>", svg)
    assert "style" not in web(spec)


def test_columns_of_different_lengths_fill_the_same_height():
    groups = (*(Group(f"c{n}", "client", f"C{n}", "") for n in range(6)), Group("s", "supplier", "S", ""))
    svg = web(WebChart("web", "t", "d", groups, ()))
    edges = [n for n in elements(svg, "line") if n.get("class").startswith("web-edge")]
    assert {n.get("y2") for n in edges} == {"504"}


def test_in_a_crowd_what_hangs_stands_above_what_holds():
    drawn = threads(web(chart(12, 60)))
    assert all(css.endswith("quiet") or "one-side" in css for css in drawn if " held" in css)
    last_held = max(place for place, css in enumerate(drawn) if " held" in css)
    assert last_held < min(place for place, css in enumerate(drawn) if " thread" in css)
