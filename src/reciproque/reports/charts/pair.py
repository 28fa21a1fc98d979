"""Both views on one subject, what each imagined of the other, and the gap."""

from __future__ import annotations

from reciproque.reports.charts.draw import Canvas, bar, frame, lane, line, mark, ticks, words
from reciproque.reports.charts.spec import CLIENT, SUPPLIER, Axis, Legend, Pair, Sign

UPPER, MIDDLE, LOWER, HEIGHT = 30, 54, 78, 112


def pair(chart: Pair, width: float | None = None) -> str:
    """Upper lane: the client looks at the supplier. Lower lane: the supplier looks at the client."""
    canvas = Canvas(width)
    body = [ticks(canvas, 14, 94), lane(canvas, UPPER), lane(canvas, LOWER), _bracket(canvas, chart)]
    body += _imagined(canvas, SUPPLIER, chart.supplier_imagines, chart.client, UPPER)
    body += _imagined(canvas, CLIENT, chart.client_imagines, chart.supplier, LOWER)
    body += _bars(canvas, chart)
    body += _hollow(canvas, SUPPLIER, chart.supplier_imagines, UPPER)
    body += _hollow(canvas, CLIENT, chart.client_imagines, LOWER)
    body += _said(canvas, CLIENT, chart.client, UPPER, UPPER - 15)
    body += _said(canvas, SUPPLIER, chart.supplier, LOWER, LOWER + 29)
    body.append(_gap_label(canvas, chart))
    return frame(canvas, key=chart.id, title=chart.title, description=chart.description, height=HEIGHT, body=body)


def _bars(canvas: Canvas, chart: Pair) -> list[str]:
    rows = ((CLIENT, chart.client, UPPER), (SUPPLIER, chart.supplier, LOWER))
    return [bar(canvas, side, sign, y) for side, sign, y in rows if sign]


def _bracket(canvas: Canvas, chart: Pair) -> str:
    """The gap, drawn like a dimension on a plan; only between two known points."""
    ends = _ends(chart)
    if ends is None:
        return ""
    client, supplier = ends
    low, high = sorted(ends)
    return (
        line(canvas.x(low), MIDDLE, canvas.x(high), MIDDLE, "ink")
        + line(canvas.x(client), UPPER + 9, canvas.x(client), MIDDLE + 4, "ink")
        + line(canvas.x(supplier), LOWER - 9, canvas.x(supplier), MIDDLE - 4, "ink")
    )


def _gap_label(canvas: Canvas, chart: Pair) -> str:
    ends = _ends(chart)
    if ends is None or not chart.gap:
        return ""
    if max(ends) > 88:
        return words(canvas.x(min(ends)), MIDDLE + 5, chart.gap, "t-num halo", "end", -9)
    return words(canvas.x(max(ends)), MIDDLE + 5, chart.gap, "t-num halo", "start", 9)


def _ends(chart: Pair) -> tuple[float, float] | None:
    """Client and supplier, when both are points."""
    if chart.client is None or chart.supplier is None:
        return None
    if chart.client.value is None or chart.supplier.value is None:
        return None
    return chart.client.value, chart.supplier.value


def _imagined(canvas: Canvas, side: str, imagined: Sign | None, said: Sign | None, y: float) -> list[str]:
    """The blind spot, dotted, from what is imagined to what is said; and the thin margin of what is imagined."""
    if imagined is None:
        return []
    low, high = imagined.reach
    whisker = line(canvas.x(low), y, canvas.x(high), y, f"l-{side}")
    if imagined.value is None:
        whisker += bar(canvas, side, imagined, y, 6)
    if said is None or said.value is None or imagined.value is None:
        return [whisker]
    return [line(canvas.x(imagined.value), y, canvas.x(said.value), y, f"l-{side} dotted"), whisker]


def _hollow(canvas: Canvas, side: str, sign: Sign | None, y: float) -> list[str]:
    if sign is None or sign.value is None:
        return []
    return [mark(side, canvas.x(sign.value), y, hollow=True, radius=10)]


def _said(canvas: Canvas, side: str, sign: Sign | None, y: float, label_y: float) -> list[str]:
    if sign is None:
        return []
    if sign.value is not None:
        label = words(canvas.x(sign.value), label_y, sign.text, f"t-{side} t-num halo")
        return [mark(side, canvas.x(sign.value), y), label]
    anchor, place = ("end", 100.0) if sign.low + sign.high > 100 else ("start", 0.0)
    return [words(canvas.x(place), label_y, sign.text, f"t-{side} halo", anchor)]


def axis(chart: Axis, width: float | None = None) -> str:
    """The words of the scale, once above the list."""
    canvas = Canvas(width)
    body = [
        words(canvas.x(0), 14, f"0 · {chart.low}", "t-muted axis-long", "start"),
        words(canvas.x(0), 14, "0", "t-muted axis-short", "start"),
        words(canvas.x(50), 14, f"50 · {chart.middle}", "t-muted"),
        words(canvas.x(100), 14, f"{chart.high} · 100", "t-muted axis-long", "end"),
        words(canvas.x(100), 14, "100", "t-muted axis-short", "end"),
    ]
    return frame(canvas, key=chart.id, title=chart.title, description=chart.description, height=22, body=body)


def legend(chart: Legend, width: float | None = None) -> str:
    """One annotated line: how to read all the others."""
    canvas = Canvas(width)
    x = canvas.x
    client, supplier = Sign(78, 72, 84, ""), Sign(40, 35, 45, "")
    body = [
        lane(canvas, 58),
        lane(canvas, 114),
        line(x(40), 86, x(78), 86, "ink") + line(x(78), 66, x(78), 90, "ink") + line(x(40), 106, x(40), 82, "ink"),
        line(x(58), 58, x(78), 58, "l-supplier dotted") + line(x(70), 114, x(40), 114, "l-client dotted"),
        line(x(53), 58, x(63), 58, "l-supplier") + line(x(64), 114, x(76), 114, "l-client"),
        bar(canvas, CLIENT, client, 58) + bar(canvas, SUPPLIER, supplier, 114),
        mark(SUPPLIER, x(58), 58, hollow=True, radius=10) + mark(CLIENT, x(70), 114, hollow=True, radius=10),
        mark(CLIENT, x(78), 58) + mark(SUPPLIER, x(40), 114),
        words(x(78), 24, chart.client_says, "t-client halo") + line(x(78), 30, x(78), 46, "axis"),
        words(x(60), 24, chart.supplier_imagines, "t-supplier halo", "end") + line(x(58), 30, x(58), 43, "axis"),
        words(x(40), 150, chart.supplier_says, "t-supplier halo") + line(x(40), 124, x(40), 137, "axis"),
        words(x(80), 152, chart.client_imagines, "t-client halo") + line(x(70), 127, x(75), 139, "axis"),
        words(x(78), 91, chart.gap, "t-strong halo", "start", 9),
        words(x(55), 133, chart.blind_spot, "t-muted halo"),
    ]
    return frame(canvas, key=chart.id, title=chart.title, description=chart.description, height=168, body=body)
