"""The web of relations as a spreadsheet: the same cells as the tables of the page, never a formula."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from reciproque.reports.page import Table
from reciproque.reports.web_page import WebPage

LONGEST_NAME = 31


def render(page: WebPage) -> bytes:
    """A first sheet in words, then one sheet per table."""
    import xlsxwriter  # 3 MB, which a server that writes no spreadsheet does without

    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": page.title, "created": datetime.fromisoformat(page.on)})
        styles = {
            "strong": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            "plain": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        _summary(book, page, styles)
        for table in page.tables:
            _sheet(book, table, styles)
    return target.getvalue()


def _summary(book: Any, page: WebPage, styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet(page.labels["summary"][:LONGEST_NAME])
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 80)
    lines = [(page.kicker, page.relationship), (page.title, page.lead), (page.labels["as_of"], page.written)]
    lines += [(column.name, column.people) for column in page.columns]
    for place, (first, second) in enumerate(lines):
        sheet.write_string(place, 0, first, styles["strong"])
        sheet.write_string(place, 1, second, styles["plain"])


def _sheet(book: Any, table: Table, styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet(table.title[:LONGEST_NAME])
    sheet.set_column(0, len(table.columns), 28)
    sheet.write_string(0, 0, table.caption, styles["plain"])
    for column, title in enumerate(table.columns):
        sheet.write_string(2, column, title, styles["strong"])
    for line, row in enumerate(table.rows, start=3):
        for column, cell in enumerate(row):
            sheet.write_string(line, column, cell, styles["plain"])
    sheet.freeze_panes(3, 1)
