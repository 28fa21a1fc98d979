"""The published figures as a spreadsheet: the same cells as the tables of the page, never a formula."""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any

from reciproque.reports.page import ReadingPage, Table

LONGEST_NAME = 31
FORBIDDEN = re.compile(r"[\[\]:*?/\\']")


def render(page: ReadingPage) -> bytes:
    """A first sheet in words, then one sheet per table."""
    import xlsxwriter  # 3 MB, which a server that writes no spreadsheet does without

    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": page.title, "created": datetime.fromisoformat(page.opened_on)})
        styles = {
            "strong": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            "plain": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        _summary(book, page, styles)
        used = {page.labels["summary"].casefold()}
        for table in page.tables:
            _sheet(book, table, _name(table.title, used), styles)
    return target.getvalue()


def _summary(book: Any, page: ReadingPage, styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet(page.labels["summary"])
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 70)
    lines = [(page.kicker, page.relationship), (page.title, page.lead), (page.labels["fingerprint"], page.fingerprint)]
    lines += [(page.seal, page.instrument)]
    lines += [(regard.label, f"{regard.written} {regard.around}".strip()) for regard in page.regards]
    lines += [(one.name, f"{page.labels['unsaid']} : {one.written}") for one in page.unsaid]
    lines += [(page.labels["unknown"], "")]
    lines += [(unknown.what, unknown.why) for unknown in page.unknowns]
    for place, (first, second) in enumerate(lines):
        sheet.write_string(place, 0, first, styles["strong"])
        sheet.write_string(place, 1, second, styles["plain"])


def _sheet(book: Any, table: Table, name: str, styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, 50)
    sheet.set_column(1, len(table.columns), 24)
    sheet.write_string(0, 0, table.caption, styles["plain"])
    for column, title in enumerate(table.columns):
        sheet.write_string(2, column, title, styles["strong"])
    for line, row in enumerate(table.rows, start=3):
        for column, cell in enumerate(row):
            sheet.write_string(line, column, cell, styles["plain"])
    sheet.freeze_panes(3, 1)


def _name(title: str, used: set[str]) -> str:
    """A sheet name that spreadsheets accept, not used yet."""
    clean = FORBIDDEN.sub(" ", title).strip()[:LONGEST_NAME] or "-"
    name, number = clean, 2
    while name.casefold() in used:
        name = f"{clean[: LONGEST_NAME - 3]} {number}"
        number += 1
    used.add(name.casefold())
    return name
