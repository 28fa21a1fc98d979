"""The ranks as a spreadsheet: a first sheet in words, then every partner, then the scores. Never a formula."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from reciproque.reports.portfolio_page import PortfolioReport, Sheet


def render(report: PortfolioReport) -> bytes:
    import xlsxwriter  # 3 MB, which a server that writes no spreadsheet does without

    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": report.title, "created": datetime.fromisoformat(report.computed_on)})
        strong = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        _summary(book, report, strong, plain)
        for sheet in report.sheets:
            _table(book, sheet, strong)
    return target.getvalue()


def _summary(book: Any, report: PortfolioReport, strong: Any, plain: Any) -> None:
    page = book.add_worksheet(report.labels["summary"][:31])
    page.set_column(0, 0, 40)
    page.set_column(1, 1, 80)
    lines = [(report.organisation, report.portfolio), (report.title, report.lead), (report.seal, "")]
    lines += [(f"{report.labels['order']} {place}", group) for place, group in enumerate(report.order, start=1)]
    lines += [(note, "") for note in report.notes]
    for place, (first, second) in enumerate(lines):
        page.write_string(place, 0, first, strong)
        page.write_string(place, 1, second, plain)


def _table(book: Any, sheet: Sheet, strong: Any) -> None:
    page = book.add_worksheet(sheet.name[:31])
    page.set_column(0, 0, 8)
    page.set_column(1, 1, 34)
    page.set_column(2, max(2, len(sheet.columns) - 1), 20)
    for column, title in enumerate(sheet.columns):
        page.write_string(0, column, title, strong)
    for line, row in enumerate(sheet.rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                page.write_string(line, column, cell)
            else:
                page.write_number(line, column, cell)
    page.freeze_panes(1, 2)
