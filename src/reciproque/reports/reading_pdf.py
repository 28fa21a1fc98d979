"""The reading on paper: A4, tagged, with its fonts, the same figures and words as the screen."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import typst

from reciproque.reports.charts import glyphs, lane, pair
from reciproque.reports.charts.spec import Lane, Pair
from reciproque.reports.page import ReadingPage, Row

HERE = Path(__file__).parent
TEMPLATE = HERE / "templates/reading.typ"
FONTS = HERE / "fonts"
# Widths of the drawings in their own points; on the sheet each is scaled to its column.
WIDE, NARROW, AXIS, SMALL = 480.0, 320.0, 430.0, 340.0


def render(page: ReadingPage) -> bytes:
    """The document. Everything that people wrote is passed as data, never as markup."""
    return compile_document(TEMPLATE, _data(page), date.fromisoformat(page.opened_on))


def compile_document(template: Path, data: dict[str, Any], day: date) -> bytes:
    """A PDF from a template of ours: no file but the template is read, no date but the given one is written."""
    moment = datetime(day.year, day.month, day.day, tzinfo=timezone.utc)  # noqa: UP017 - typed as timezone below
    result = typst.compile(
        str(template),
        root=str(HERE),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=int(moment.timestamp()),
    )
    return bytes(result)


def _data(page: ReadingPage) -> dict[str, Any]:
    """The page as plain data, with each specification drawn."""
    data = asdict(page)
    day = date.fromisoformat(page.opened_on)
    data["date"] = [day.year, day.month, day.day]
    data["legend"] = {"svg": pair.legend(page.legend, WIDE), "alt": page.legend.description}
    data["axis"] = {"svg": pair.axis(page.axis, AXIS), "alt": page.axis.description}
    data["rows"] = [_row(row) for row in (page.whole, *page.rows) if row]
    data["apart"] = _row(page.apart) if page.apart else None
    data["cells"] = [{**asdict(cell), "glyph": glyphs.glyph(cell.state, paper=True)} for cell in page.cells]
    data["regards"] = [{**asdict(one), "chart": _lane(one.lane)} for one in page.regards]
    data["surprises"] = [
        {"side": one.side, "heading": one.heading, "note": one.note, "says": [s.text for s in one.surprises]}
        for one in page.surprises
    ]
    data["unsaid"] = [{**asdict(one), "chart": _lane(one.lane)} for one in page.unsaid]
    data["tables"] = [asdict(table) for table in page.tables]
    return data


def _row(row: Row) -> dict[str, Any]:
    return {
        "heading": row.heading,
        "definition": row.definition,
        "situation": row.situation,
        "says": list(row.says),
        "note": row.note,
        "glyph": glyphs.glyph(row.glyph, paper=True) if row.glyph else "",
        "chart": _pair(row.pair),
    }


def _pair(spec: Pair) -> dict[str, str]:
    return {"svg": pair.pair(spec, NARROW), "alt": f"{spec.title}. {spec.description}"}


def _lane(spec: Lane) -> dict[str, str]:
    return {"svg": lane.regard(spec, SMALL), "alt": f"{spec.title}. {spec.description}"}
