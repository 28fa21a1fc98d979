"""The analyst's report on paper: A4, tagged, with its fonts, the same figures and words as the terminal."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from reciproque.reports.charts import glyphs, lane, pair
from reciproque.reports.charts.spec import Lane
from reciproque.reports.measure_page import MeasurePage, Sheet
from reciproque.reports.page import Row
from reciproque.reports.reading_pdf import HERE, compile_document

TEMPLATE = HERE / "templates/measure.typ"
# Widths of the drawings in their own points; on the sheet each is scaled to its column.
WIDE, NARROW, AXIS, SMALL = 480.0, 320.0, 430.0, 340.0


def render(page: MeasurePage) -> bytes:
    """The document. Names that come from the file are passed as data, never as markup."""
    day = date.fromisoformat(page.day)
    data = asdict(page)
    data["date"] = [day.year, day.month, day.day]
    data["legend"] = {"svg": pair.legend(page.legend, WIDE), "alt": page.legend.description}
    data["axis"] = {"svg": pair.axis(page.axis, AXIS), "alt": page.axis.description}
    data["sheets"] = [_sheet(one) for one in page.sheets]
    return compile_document(TEMPLATE, data, day)


def _sheet(one: Sheet) -> dict[str, Any]:
    return {
        **asdict(one),
        "regards": [{**asdict(regard), "chart": _lane(regard.lane)} for regard in one.regards],
        "rows": [_row(row) for row in one.rows],
        "apart": _row(one.apart) if one.apart else None,
        "mirrors": [_row(row) for row in one.mirrors],
        "unsaid": [{**asdict(part), "chart": _lane(part.lane)} for part in one.unsaid],
    }


def _row(row: Row) -> dict[str, Any]:
    spec = row.pair
    return {
        **asdict(row),
        "glyph": glyphs.glyph(row.glyph, paper=True) if row.glyph else "",
        "chart": {"svg": pair.pair(spec, NARROW), "alt": f"{spec.title}. {spec.description}"},
    }


def _lane(spec: Lane) -> dict[str, str]:
    return {"svg": lane.regard(spec, SMALL), "alt": f"{spec.title}. {spec.description}"}
