"""The ranks on paper: A4, tagged, the same map, words and ranges as the screen."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from reciproque.reports.charts.partners import partner_map, rank_range
from reciproque.reports.portfolio_page import PortfolioReport
from reciproque.reports.reading_pdf import HERE, compile_document

TEMPLATE = HERE / "templates/portfolio.typ"
WIDE, NARROW = 860.0, 150.0


def render(report: PortfolioReport) -> bytes:
    """The document. Everything that people wrote is passed as data, never as markup."""
    return compile_document(TEMPLATE, _data(report), date.fromisoformat(report.computed_on))


def _data(report: PortfolioReport) -> dict[str, Any]:
    day = date.fromisoformat(report.computed_on)
    return {
        "language": report.language,
        "organisation": report.organisation,
        "portfolio": report.portfolio,
        "kicker": report.kicker,
        "title": report.title,
        "lead": report.lead,
        "seal": report.seal,
        "date": [day.year, day.month, day.day],
        "map": {
            "svg": partner_map(report.chart, WIDE),
            "alt": f"{report.chart.title}. {report.chart.description}",
        },
        "order": list(report.order),
        "columns": list(report.columns),
        "rows": [
            {
                **{name: value for name, value in asdict(row).items() if name != "chart"},
                "svg": rank_range(row.chart, NARROW),
                "alt": f"{row.chart.title}. {row.chart.description}",
            }
            for row in report.rows
        ],
        "notes": list(report.notes),
        "labels": dict(report.labels),
    }
