"""The PDF and the spreadsheet carry the figures of the page, and the facts are the whole of what can be learnt."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from pypdf import PdfReader

import worlds
from reciproque.app.reading.facts import ROLES, facts
from reciproque.app.reading.queries.reading import reading_page
from reciproque.reports import reading_pdf, reading_xlsx


@pytest.fixture
def many(named):
    return worlds.opened(
        named.relationship, numbers=(22, 23), complete=(25, 25), functions=("quality", "production"), texts=5
    )


def plain(text: str) -> str:
    return re.sub(r"[\s\xa0\u202f]+", "", text)


def test_the_pdf_says_what_the_page_says(many):
    page = reading_page(many)
    reader = PdfReader(io.BytesIO(reading_pdf.render(page)))
    text = plain("".join(sheet.extract_text() for sheet in reader.pages))
    for row in (*page.rows, page.apart):
        assert plain(row.heading) in text
        assert plain(row.note) in text
    for table in page.tables:
        for cells in table.rows:
            for cell in cells[1:]:
                assert plain(cell) in text, (table.key, cell)
    for one in page.unknowns:
        assert plain(one.what) in text
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"], "readable aloud"
    assert reader.trailer["/Root"]["/Lang"] == "fr"


def test_the_same_wave_gives_the_same_pdf(many):
    assert reading_pdf.render(reading_page(many)) == reading_pdf.render(reading_page(many))


def test_fonts_travel_with_the_pdf(many):
    reader = PdfReader(io.BytesIO(reading_pdf.render(reading_page(many))))
    names = {str(font["/BaseFont"]) for sheet in reader.pages for font in _fonts(sheet)}
    assert any("Newsreader" in name for name in names)
    assert any("Schibsted" in name for name in names)
    assert all("+" in name for name in names), "every font is embedded, as a subset"


def _fonts(sheet):
    return [font.get_object() for font in sheet["/Resources"]["/Font"].values()]


def test_the_spreadsheet_holds_the_cells_of_the_tables(many):
    page = reading_page(many)
    book = openpyxl.load_workbook(io.BytesIO(reading_xlsx.render(page)))
    assert len(book.worksheets) == 1 + len(page.tables)
    for sheet, table in zip(book.worksheets[1:], page.tables, strict=True):
        found = [tuple(cell for cell in row) for row in sheet.iter_rows(min_row=4, values_only=True)]
        assert found == [tuple(row) for row in table.rows]
    types = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert types == {"s"}, "no formula, no number to recompute"


def test_every_table_has_rows_as_wide_as_its_head(many):
    for table in reading_page(many).tables:
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.columns)}


def test_twenty_answers_show_classes_and_refusals(many):
    keys = {table.key for table in reading_page(many).tables}
    assert {"pairs", "dimensions", "sentences"} <= keys
    kinds = {figure.kind for figure in many.publication.figures.all()}
    assert ("classes" in keys) == ("share" in kinds)
    assert ("refusals" in keys) == ("abstain" in kinds)
    assert ("words" in keys) == ("word" in kinds)


def test_each_stored_figure_is_a_fact_and_nothing_else_is(many):
    found = facts(many, "client-member")
    figures = [fact for fact in found["facts"] if fact["kind"] != "text"]
    assert len(figures) == many.publication.figures.count()
    assert found["scale"] == [1, 2, 3, 4, 5, 6, 7]
    assert found["k"] == 5
    assert found["may_abstain"]
    assert len(found["groups"]["w1:client"]) == 22
    assert {fact["group"] for fact in found["facts"]} <= set(found["groups"])
    assert sorted({p for members in found["groups"].values() for p in members}) == found["people"]
    for fact in figures:
        assert ("value" in fact) != ("interval" in fact)
        assert ("question" in fact) != ("questions" in fact)


def test_every_role_obtains_the_same_figures(many):
    worlds.add_texts(many.publication, 5, "facilitator", start=30)
    by_role = {role: facts(many, role)["facts"] for role in ROLES}
    assert all(by_role[role] == by_role["client-member"] for role in ROLES if role != "facilitator")
    private = [fact for fact in by_role["facilitator"] if fact not in by_role["client-member"]]
    assert {fact["kind"] for fact in private} == {"text"}
    assert all("facilitator" in fact["value"] for fact in private)


def test_facts_cover_the_earlier_waves(named, many):
    later = worlds.opened(named.relationship, numbers=(22, 22), number=2, levels=worlds.S1_LATER, seed=9)
    assert {fact["wave"] for fact in facts(later, "facilitator")["facts"]} == {"w1", "w2"}
    assert {fact["wave"] for fact in facts(many, "facilitator")["facts"]} == {"w1"}


def test_unknown_roles_are_refused(many):
    with pytest.raises(ValueError):
        facts(many, "host")


def test_numbers_on_the_page_follow_from_the_facts(many):
    """Each direct figure of the sentence table is the published value carried to 0..100, rounded once."""
    page = reading_page(many)
    sentences = next(table for table in page.tables if table.key == "sentences")
    values = {
        (fact["group"], fact["question"]): fact["value"]
        for fact in facts(many, "client-member")["facts"]
        if fact["kind"] == "mean" and "question" in fact and "value" in fact
    }
    shown = [row[1] for row in sentences.rows if not row[0].startswith("Imagin")]
    codes = [item.code for item in _items(many)]
    assert len(shown) == len(codes)
    checked = 0
    for code, cell in zip(codes, shown, strict=True):
        if ("w1:client", code) in values:
            assert cell.split(" ")[0] == str(int((values["w1:client", code] - 1) / 6 * 100 + 0.5))
            checked += 1
    assert checked > 10


def _items(wave):
    from reciproque import instruments

    return instruments.parse(wave.instrument_text).items_of(wave.form)
