"""The web of relations on paper: A4, tagged, with its fonts, the same drawing and words as the screen."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from reciproque.reports.charts import web
from reciproque.reports.reading_pdf import compile_document
from reciproque.reports.web_page import WebPage

TEMPLATE = Path(__file__).parent / "templates/web.typ"
WIDE = 780.0


def render(page: WebPage) -> bytes:
    """The document. Everything that people wrote is passed as data, never as markup."""
    return compile_document(TEMPLATE, _data(page), date.fromisoformat(page.on))


def _data(page: WebPage) -> dict[str, Any]:
    data = asdict(page)
    day = date.fromisoformat(page.on)
    data["date"] = [day.year, day.month, day.day]
    data["chart"] = _drawn(page) if page.chart else None
    return data


def _drawn(page: WebPage) -> dict[str, str]:
    assert page.chart is not None
    return {"svg": web.web(page.chart, WIDE), "alt": f"{page.chart.title}. {page.chart.description}"}
