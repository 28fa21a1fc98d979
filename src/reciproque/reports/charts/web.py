"""Two columns face to face and the threads between them: who works with whom, and what hangs on one thread.

On a page the groups and the threads are links, so the drawing can be walked with the keyboard; on paper they are not.
"""

from __future__ import annotations

from dataclasses import dataclass

from reciproque.reports.charts.draw import Canvas, escape, line, on_paper, words
from reciproque.reports.charts.spec import CLIENT, SUPPLIER

LEFT, RIGHT = 31.0, 69.0
TALL, SHORT = 84.0, 46.0
MANY = 9
"""From this number of rows on, rows are short."""
CROWD = 24
"""From this number of threads on, only those that hang or are missing stand out; the table has all the numbers."""
DOT = 12.0
PLACES = (0.5, 0.36, 0.64, 0.24, 0.76, 0.43, 0.57, 0.3, 0.7)
THREADS_WIDE = 440.0
"""About how wide the middle is, in points: only used to keep the numbers apart."""
PAPER = """
.tie{stroke:#1e1a26;stroke-width:1.5}.tie-2{stroke-width:2.5}.tie-3{stroke-width:3.5}.tie-4{stroke-width:5}
.tie.one-client{stroke:#2e46b0}.tie.one-supplier{stroke:#b56c12}.tie.one-side{stroke-dasharray:9 5}
.tie.quiet{stroke-opacity:0.45}.tie.thread{stroke:#6a3470}.tie.missing{stroke:#868074;stroke-dasharray:2 6}
.tie-dot{fill:#ffffff;stroke:#1e1a26;stroke-width:1.5}.tie-dot.thread{fill:#6a3470;stroke:#6a3470}
.tie-dot.missing{stroke:#868074;stroke-dasharray:3 3}.tie-count{font-weight:600;font-size:12px}
.tie-count.thread{fill:#ffffff}.tie-count.missing{fill:#57515f}.web-title{font-family:"Newsreader";font-size:15px}
.web-rule{stroke:#dfdbd1;stroke-width:1}.web-edge-client{stroke:#2e46b0;stroke-width:3}
.web-edge-supplier{stroke:#b56c12;stroke-width:3}.web-people{fill:#57515f;font-size:9.5px}
"""


@dataclass(frozen=True)
class Group:
    """A row of one column: a function, or somebody, and a second line."""

    key: str
    side: str
    title: str
    people: str
    href: str = ""


@dataclass(frozen=True)
class Bundle:
    """What joins two rows. `state`: held, thread or missing; `width`: 1..4; `one_side`: who alone declares it."""

    client: str
    supplier: str
    count: str
    state: str
    width: int
    one_side: str
    says: str
    href: str = ""


@dataclass(frozen=True)
class WebChart:
    """The drawing of a web, and what its table says."""

    id: str
    title: str
    description: str
    groups: tuple[Group, ...]
    bundles: tuple[Bundle, ...]

    def column(self, side: str) -> tuple[Group, ...]:
        return tuple(group for group in self.groups if group.side == side)

    @property
    def cells(self) -> tuple[tuple[str, str, str], ...]:
        """The rows of the table twin: both ends, and what joins them."""
        named = {(group.side, group.key): group.title for group in self.groups}
        return tuple((named[CLIENT, one.client], named[SUPPLIER, one.supplier], one.says) for one in self.bundles)


def web(chart: WebChart, width: float | None = None) -> str:
    """The drawing: on a page when `width` is None, else on paper, that many points wide."""
    columns = chart.column(CLIENT), chart.column(SUPPLIER)
    rows = max(map(len, columns), default=0)
    height = rows * (SHORT if rows >= MANY else TALL)
    canvas = _Threads(width)
    middle = {side: _middles(column, height) for side, column in zip((CLIENT, SUPPLIER), columns, strict=True)}
    body = [_row(canvas, group, middle[group.side][group.key], height, chart) for group in columns[0]]
    body += _bundles(canvas, chart, middle)
    body += [_row(canvas, group, middle[group.side][group.key], height, chart) for group in columns[1]]
    body += [_edge(canvas, side, height) for side in (CLIENT, SUPPLIER)]
    drawing = "\n".join(body)
    if width is not None:
        return on_paper(width, height + 2, drawing, PAPER)
    return (
        f'<svg class="chart web-chart" width="100%" height="{height + 2:g}" role="group"'
        f' aria-labelledby="{chart.id}-t" aria-describedby="{chart.id}-d"><title id="{chart.id}-t">'
        f'{escape(chart.title)}</title><desc id="{chart.id}-d">{escape(chart.description)}</desc>\n{drawing}\n</svg>'
    )


class _Threads(Canvas):
    """Places from edge to edge."""

    def x(self, points: float) -> str:
        return self._place(points)


def _middles(column: tuple[Group, ...], height: float) -> dict[str, float]:
    """Each column fills the whole height."""
    share = height / max(1, len(column))
    return {group.key: (place + 0.5) * share for place, group in enumerate(column)}


def _row(canvas: Canvas, group: Group, middle: float, height: float, chart: WebChart) -> str:
    share = height / max(1, len(chart.column(group.side)))
    client = group.side == CLIENT
    at, anchor, dx = (canvas.x(LEFT), "end", -12.0) if client else (canvas.x(RIGHT), "start", 12.0)
    ends = (canvas.x(0), canvas.x(LEFT)) if client else (canvas.x(RIGHT), canvas.x(100))
    tall = bool(group.people)
    drawing = words(at, middle - (3 if tall else -5), group.title, "web-title", anchor, dx)
    if tall:
        drawing += words(at, middle + 16, group.people, "web-people", anchor, dx)
    rule = line(ends[0], middle + share / 2, ends[1], middle + share / 2, "web-rule")
    return _link(canvas, group.href, "", drawing) + rule


def _edge(canvas: Canvas, side: str, height: float) -> str:
    at = canvas.x(LEFT if side == CLIENT else RIGHT)
    return line(at, 0, at, height, f"web-edge-{side}")


def _bundles(canvas: Canvas, chart: WebChart, middle: dict[str, dict[str, float]]) -> list[str]:
    """The thin below the thick, what holds below what hangs in a crowd; numbers above all threads."""
    crowded = len(chart.bundles) >= CROWD
    order = {"held": 0, "missing": 1, "thread": 2} if crowded else {"missing": 0, "thread": 1, "held": 2}
    placed: list[tuple[float, float]] = []
    threads, numbers = [], []
    for one in sorted(chart.bundles, key=lambda one: (order[one.state], one.width)):
        ends = middle[CLIENT][one.client], middle[SUPPLIER][one.supplier]
        quiet = crowded and one.state == "held"
        threads.append(_thread(canvas, one, *ends, " quiet" if quiet else ""))
        if one.count and not quiet:
            numbers.append(_number(canvas, one, *ends, _free_place(*ends, placed)))
    return threads + numbers


def _free_place(y1: float, y2: float, placed: list[tuple[float, float]]) -> float:
    """Where along the thread its number meets no other number; the middle when there is no such place."""
    spots = [(t * THREADS_WIDE, y1 + (y2 - y1) * t, t) for t in PLACES]
    free = [spot for spot in spots if all(abs(spot[0] - x) + abs(spot[1] - y) > 2.6 * DOT for x, y in placed)]
    x, y, along = free[0] if free else spots[0]
    placed.append((x, y))
    return along


def _thread(canvas: Canvas, one: Bundle, y1: float, y2: float, quiet: str) -> str:
    css = f"tie tie-{one.width} {one.state}{quiet}"
    if one.one_side:
        css += f" one-side one-{one.one_side}"
    ends = canvas.x(LEFT), y1, canvas.x(RIGHT), y2
    drawing = line(*ends, css)
    if canvas.width is None and one.href:
        drawing = line(*ends, "tie-hit") + drawing
    return _link(canvas, one.href, one.says, drawing)


def _number(canvas: Canvas, one: Bundle, y1: float, y2: float, along: float) -> str:
    x, y = canvas.x(LEFT + (RIGHT - LEFT) * along), y1 + (y2 - y1) * along
    dot = f'<circle cx="{x}" cy="{y:g}" r="{DOT:g}" class="tie-dot {one.state}"/>'
    return f'<g class="tie-number">{dot}{words(x, y + 4.5, one.count, f"tie-count {one.state}")}</g>'


def _link(canvas: Canvas, href: str, says: str, drawing: str) -> str:
    """A link on a page; what is written inside names it, unless `says` does."""
    if canvas.width is not None or not href:
        return drawing
    label = f' aria-label="{escape(says)}"' if says else ""
    return f'<a href="{escape(href)}"{label} class="web-link">{drawing}</a>'
