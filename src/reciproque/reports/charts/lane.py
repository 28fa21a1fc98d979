"""One view on one line: the face-off, the unsaid, and what changed since an earlier wave."""

from __future__ import annotations

from reciproque.reports.charts.draw import Canvas, bar, frame, lane, line, mark, words
from reciproque.reports.charts.spec import Lane, Sign

Y = 16


def regard(chart: Lane, width: float | None = None) -> str:
    """A figure with its margin and words at the ends of the scale."""
    canvas = Canvas(width)
    body = [lane(canvas, Y), bar(canvas, chart.side, chart.sign, Y), *_mark(canvas, chart.side, chart.sign, 7)]
    if chart.ends:
        low, high = chart.ends
        body += [words(canvas.x(0), 38, low, "t-muted", "start"), words(canvas.x(100), 38, high, "t-muted", "end")]
    if chart.middle:
        body[1:1] = [line(canvas.x(v), 8, canvas.x(v), 24, "axis") for v in (0, 50, 100)]
        body.append(words(canvas.x(50), 38, chart.middle, "t-muted"))
    return frame(canvas, key=chart.id, title=chart.title, description=chart.description, height=40, body=body)


def since(chart: Lane, width: float | None = None) -> str:
    """A black tick for the earlier wave, a mark for now."""
    canvas = Canvas(width)
    body = [lane(canvas, Y), *_travel(canvas, chart), bar(canvas, chart.side, chart.sign, Y, 10)]
    if chart.before:
        body.append(_tick(canvas, chart.before))
    body += _mark(canvas, chart.side, chart.sign, 6)
    return frame(canvas, key=chart.id, title=chart.title, description=chart.description, height=32, body=body)


def _mark(canvas: Canvas, side: str, sign: Sign, radius: float) -> list[str]:
    return [] if sign.value is None else [mark(side, canvas.x(sign.value), Y, radius=radius)]


def _travel(canvas: Canvas, chart: Lane) -> list[str]:
    if chart.before is None or chart.before.value is None or chart.sign.value is None:
        return []
    return [line(canvas.x(chart.before.value), Y, canvas.x(chart.sign.value), Y, f"l-{chart.side}")]


def _tick(canvas: Canvas, before: Sign) -> str:
    """A point, or the two ends of what was known."""
    ends = (before.low, before.high) if before.value is None else (before.value,)
    return "".join(line(canvas.x(v), Y - 9, canvas.x(v), Y + 9, "ink") for v in ends)
