"""The analyst's report as one saved page: no script, nothing fetched, for keyboards, phones and paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from html import escape
from pathlib import Path

from reciproque.reports.charts import glyphs, lane, pair
from reciproque.reports.charts.spec import Axis
from reciproque.reports.measure_page import Fact, MeasurePage, Sheet
from reciproque.reports.page import Regard, Row, SideUnsaid, Table, Unknown

STYLE = Path(__file__).parent / "templates/measure.css"


def render(page: MeasurePage) -> bytes:
    """The document, in UTF-8. Everything that comes from the file is escaped."""
    body = "\n".join(
        (_head(page), _main(page), f"<footer><p>{escape(page.labels['made'])}. {escape(page.instrument)}</p></footer>")
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{page.language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(page.title)} · {escape(page.kicker)}</title>\n"
        f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    ).encode()  # fmt: skip


def _head(page: MeasurePage) -> str:
    return (
        f'<header><p class="kicker">{escape(page.kicker)}</p><h1>{escape(page.title)}</h1>'
        f'<p class="lead">{escape(page.lead)}</p></header>'
    )


def _main(page: MeasurePage) -> str:
    parts = [_table(page.summary)] if page.summary else []
    parts += [_contents(page)] if len(page.sheets) > 1 else []
    parts += [f"<p><strong>{escape(page.more)}</strong></p>"] if page.more else []
    parts += [_sheet(one, page) for one in page.sheets]
    if page.tables:
        parts.append(f"<article><h2>{escape(page.labels['whole'])}</h2>{_tables(page.tables)}</article>")
    parts.append(_understood(page))
    return "<main>\n" + "\n".join(parts) + "\n</main>"


def _contents(page: MeasurePage) -> str:
    links = "".join(
        f'<li><a href="#{one.key}">{escape(one.heading)}</a> <span class="note">{escape(one.kicker)}</span></li>'
        for one in page.sheets
    )
    return f'<nav aria-label="{escape(page.labels["contents"])}"><ul>{links}</ul></nav>'


def _understood(page: MeasurePage) -> str:
    facts = "".join(_fact(one) for one in page.facts)
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in page.notes)
    refused = _table(page.refused) if page.refused else ""
    return f"<article><h2>{escape(page.labels['understood'])}</h2><dl>{facts}</dl>{notes}{refused}</article>"


def _fact(one: Fact) -> str:
    return f"<dt>{escape(one.name)}</dt><dd>{escape(one.value)}</dd>"


# ---------------------------------------------------------------- One relationship
def _sheet(one: Sheet, page: MeasurePage) -> str:
    say = page.labels
    parts = [
        f'<p class="kicker">{escape(one.kicker)}</p><h2>{escape(one.heading)}</h2>',
        f'<p class="finding">{escape(one.finding)}</p>',
        *(f"<p>{escape(note)}</p>" for note in one.notes),
        _two_sides(map(_regard, one.regards)),
    ]
    if one.rows:
        parts.append(_chapter(say["says"], say["says_note"]) + _axis(page.axis, one.key))
        parts += [_row(row) for row in one.rows] + ([_row(one.apart, " is-apart")] if one.apart else [])
    if one.mirrors:
        parts.append(_chapter(say["imagines"], say["imagines_note"]) + _legend(page, one.key))
        parts += [_row(row) for row in one.mirrors]
    if one.unsaid:
        parts.append(_chapter(say["unsaid"], say["unsaid_note"]))
        parts.append(_two_sides(_unsaid(part, say[part.side]) for part in one.unsaid))
    if one.moved:
        parts.append(_chapter(say["moved"], say["moved_note"]) + _list(map(escape, one.moved)))
    parts.append(_tables(one.tables, f", {one.heading}, {one.kicker}"))
    if one.unknowns:
        parts.append(_chapter(say["unknown"], "") + _list(map(_unknown, one.unknowns)))
    return f'<article id="{one.key}">\n' + "\n".join(parts) + "\n</article>"


def _chapter(title: str, note: str) -> str:
    return f"<h3>{escape(title)}</h3>" + (f'<p class="note">{escape(note)}</p>' if note else "")


def _two_sides(parts: Iterable[str]) -> str:
    found = "".join(parts)
    return f'<div class="sides">{found}</div>' if found else ""


def _regard(one: Regard) -> str:
    return (
        f'<section class="side is-{one.side}"><p class="name">{escape(one.label)}</p>'
        f'<p class="figure">{escape(one.written)}</p><p class="note">{escape(one.around)}</p>'
        f"{lane.regard(one.lane)}</section>"
    )


def _unsaid(one: SideUnsaid, label: str) -> str:
    return (
        f'<section class="side is-{one.side}"><h4>{escape(label)}</h4><p>{escape(one.written)}</p>'
        f"{lane.regard(one.lane)}<p>{escape(one.says)}</p></section>"
    )


def _row(row: Row, css: str = "") -> str:
    drawing = glyphs.glyph(row.glyph) if row.glyph else ""
    said = "".join(f"<span>{escape(sentence)}</span>" for sentence in row.says)
    note = f'<span class="note">{escape(row.note)}</span>' if row.note else ""
    return (
        f'<section class="row{css}"><div><h4>{escape(row.heading)}</h4>'
        f'<p class="note">{escape(row.definition)}</p></div><div>{pair.pair(row.pair)}</div>'
        f'<div class="said"><span class="state">{drawing}{escape(row.situation)}</span>{said}{note}</div></section>'
    )


def _axis(axis: Axis, key: str) -> str:
    return f'<div class="axis-row"><div>{pair.axis(replace(axis, id=f"{key}-axis"))}</div></div>'


def _legend(page: MeasurePage, key: str) -> str:
    drawing = pair.legend(replace(page.legend, id=f"{key}-legend"))
    return f'<p class="note">{escape(page.labels["read"])}</p><div class="legend">{drawing}</div>'


def _unknown(one: Unknown) -> str:
    return f"<strong>{escape(one.what)}</strong> {escape(one.why)}"


def _list(lines: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"


# ---------------------------------------------------------------- Tables
def _tables(tables: Iterable[Table], of: str = "") -> str:
    return "".join(_table(one, of) for one in tables)


def _table(one: Table, of: str = "") -> str:
    """In a frame of its own that scrolls; `of` tells it from the same table about something else."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in one.columns)
    rows = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in rest)}</tr>'
        for first, *rest in one.rows
    )
    caption = f'<caption><strong>{escape(one.title)}</strong><span class="note">{escape(one.caption)}</span></caption>'
    css = "numeric" if one.numeric else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(one.title + of)}"><table class="{css}">'
        f"{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
