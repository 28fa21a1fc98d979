"""Strokes shared by all charts, on a page (percentages, colours by class) or on paper (points, colours of its own)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape as html_escape

from reciproque.reports.charts.spec import CLIENT, Sign

# On paper there is no style sheet: the light pigments of the screen, by hand.
PAPER = """
text{font-family:"Schibsted Grotesk";font-size:11px;fill:#1e1a26}
.t-muted{fill:#57515f}.t-client{fill:#24378c;font-weight:600}.t-supplier{fill:#7a4704;font-weight:600}.t-strong{font-weight:600}
.t-num{font-family:"Newsreader";font-size:15px}.grid{stroke:#dfdbd1;stroke-width:1}.axis{stroke:#868074;stroke-width:1}
.ink{stroke:#1e1a26;stroke-width:1.5}.m-client{fill:#2e46b0;stroke:#2e46b0;stroke-width:2}
.m-supplier{fill:#b56c12;stroke:#b56c12;stroke-width:2}.hollow{fill:#ffffff;stroke-width:2.2}
.b-client{fill:#c3cdf3;stroke:#2e46b0;stroke-width:1}.b-supplier{fill:#f4dcb6;stroke:#b56c12;stroke-width:1}
.l-client{stroke:#2e46b0;stroke-width:2}.l-supplier{stroke:#b56c12;stroke-width:2}
.dotted{stroke-dasharray:2 4;stroke-linecap:round;fill:none}.halo{paint-order:stroke;stroke:#ffffff;stroke-width:4px}
.arrow{fill:none;stroke-width:2;stroke-linecap:round}.axis-short{display:none}
"""


@dataclass(frozen=True)
class Canvas:
    """Places 0..100 across the drawing. `width` in points for paper; None on a page, where places are percentages."""

    width: float | None = None

    def x(self, points: float) -> str:
        share = 1.5 + min(100.0, max(0.0, points)) * 0.97
        return self._place(share)

    def span(self, low: float, high: float) -> str:
        low, high = max(0.0, low), min(100.0, high)
        return self._place(max(0.0, high - low) * 0.97)

    def _place(self, share: float) -> str:
        return f"{share:.2f}%" if self.width is None else f"{share * self.width / 100:.2f}"


# Signs that XML cannot hold: one of them in a name would leave the whole drawing unreadable.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape(text: str) -> str:
    """A text of people as a drawing can hold it."""
    return html_escape(NOT_XML.sub("", text))


def line(x1: str, y1: float, x2: str, y2: float, css: str) -> str:
    return f'<line x1="{x1}" y1="{y1:g}" x2="{x2}" y2="{y2:g}" class="{css}"/>'


def words(x: str, y: float, content: str, css: str = "", anchor: str = "middle", dx: float = 0) -> str:
    shift = f' dx="{dx:g}"' if dx else ""
    return f'<text x="{x}" y="{y:g}"{shift} text-anchor="{anchor}" class="{css}">{escape(content)}</text>'


def mark(side: str, x: str, y: float, *, hollow: bool = False, radius: float = 7) -> str:
    """Round for the client, lozenge for the supplier; hollow for what is imagined."""
    css = f"m-{side}{' hollow' if hollow else ''}"
    if side == CLIENT:
        return f'<circle cx="{x}" cy="{y:g}" r="{radius:g}" class="{css}"/>'
    r = radius * 1.2
    return _nested(x, y, f'<path class="{css}" d="M0-{r:g} {r:g} 0 0 {r:g}-{r:g} 0z"/>')


def chevron(x: str, y: float, direction: int, css: str) -> str:
    return _nested(x, y, f'<path class="arrow {css}" d="M0-5 {5 * direction} 0 0 5"/>')


def _nested(x: str, y: float, drawing: str) -> str:
    return f'<svg x="{x}" y="{y:g}" width="1" height="1" overflow="visible">{drawing}</svg>'


def bar(canvas: Canvas, side: str, sign: Sign, y: float, thick: float = 12) -> str:
    """The margin around a figure, or what is known of it, with an arrow where it is open."""
    across = f'x="{canvas.x(sign.low)}" width="{canvas.span(sign.low, sign.high)}"'
    low, high = sign.reach
    drawing = line(canvas.x(low), y, canvas.x(high), y, f"l-{side}") if sign.margin else ""
    drawing += f'<rect {across} y="{y - thick / 2:g}" height="{thick:g}" rx="2" class="b-{side}"/>'
    if sign.open_high:
        drawing += chevron(canvas.x(97), y, 1, f"l-{side}")
    if sign.open_low:
        drawing += chevron(canvas.x(3), y, -1, f"l-{side}")
    return drawing


def lane(canvas: Canvas, y: float) -> str:
    return line(canvas.x(0), y, canvas.x(100), y, "grid")


def ticks(canvas: Canvas, top: float, bottom: float) -> str:
    places = (0, 25, 50, 75, 100)
    return "".join(line(canvas.x(v), top, canvas.x(v), bottom, "axis" if v == 50 else "grid") for v in places)


def on_paper(width: float, height: float, drawing: str, style: str = "") -> str:
    size = f'width="{width:g}" height="{height:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{PAPER}{style}</style>{drawing}</svg>'


def frame(canvas: Canvas, *, key: str, title: str, description: str, height: float, body: list[str]) -> str:
    """The outer element: named and described for those who do not see it; on paper it carries its colours."""
    drawing = "\n".join(part for part in body if part)
    if canvas.width is not None:
        return on_paper(canvas.width, height, drawing)
    names = f'role="img" aria-labelledby="{key}-t {key}-d"'
    return (
        f'<svg class="chart" width="100%" height="{height:g}" {names}>'
        f'<title id="{key}-t">{escape(title)}</title><desc id="{key}-d">{escape(description)}</desc>\n{drawing}\n</svg>'
    )
