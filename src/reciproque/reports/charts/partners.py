"""Partners on a map, and the range of ranks of one of them.

Grammar of the map: place is two criteria, size the volume, fill the stance (full engaged, hatched reserved, hollow
indifferent), rings the market (none open, one oligopoly, two monopoly); grey: outside the capacity. The shape is that
of the partner's side.
"""

from __future__ import annotations

from dataclasses import dataclass

from reciproque.reports.charts.draw import Canvas, frame, line, words
from reciproque.reports.charts.spec import CLIENT

HEIGHT, GROUND = 540.0, 510.0
# Nominal width on which overlaps are judged: that of a page on a desktop.
NOMINAL, LETTER = 860.0, 7.4
NEAR, FAR = 6.0, 88.0
TOP, BOTTOM = 56.0, 456.0
PAPER_MAP = """
.ground{fill:#f5f3ed}.dashed{stroke-dasharray:4 4}.ring{fill:none;stroke-width:1.4}.ring.is-supplier{stroke:#b56c12}
.ring.is-client{stroke:#2e46b0}.reserve{fill:#f4dcb6}.m-client.reserve{fill:#c3cdf3}.m-client.out,.m-supplier.out{stroke:#868074;fill:#dfdbd1}
.ring.out{stroke:#868074}.map-label{font-weight:600;font-size:11px}.map-rank{display:none}
.map-label.out{font-weight:400;fill:#57515f}.halo{stroke:#f5f3ed}
"""


@dataclass(frozen=True)
class Dot:
    """One partner. ``across`` and ``up`` in 0..1; ``size`` in 0..1; ``fill``: full, hatched or hollow; rings 0..2."""

    label: str
    rank: str
    across: float
    up: float
    size: float
    fill: str
    rings: int
    outside: bool


@dataclass(frozen=True)
class Map:
    """``middle``: where the horizontal line stands, 0..1; ``vertical``: where a vertical one does, None for none."""

    id: str
    title: str
    description: str
    side: str
    dots: tuple[Dot, ...]
    above: str
    below: str
    left: str
    right: str
    middle: float = 0.5
    vertical: float | None = None
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class RankRange:
    """From which to which rank a partner can be, on a scale of 1 to ``last``; the dashed line is the capacity."""

    id: str
    title: str
    description: str
    side: str
    rank: int
    low: int
    high: int
    capacity: int
    last: int


@dataclass(frozen=True)
class _Placed:
    dot: Dot
    x: float
    y: float
    radius: float

    @property
    def reach(self) -> float:
        return self.radius + (0, 6, 11)[self.dot.rings]


def partner_map(chart: Map, width: float | None = None) -> str:
    """The strategic map, or any map of partners on two axes."""
    canvas = Canvas(width)
    placed = _apart(chart.dots)
    body = [_hatching(chart.side), *_ground(canvas, chart)]
    body += [_drawn(canvas, chart.side, one) for one in sorted(placed, key=lambda one: -one.radius)]
    body += _labels(canvas, placed)
    style = PAPER_MAP if width is not None else ""
    return frame(
        canvas,
        key=chart.id,
        title=chart.title,
        description=chart.description,
        height=HEIGHT,
        body=[_style(style), *body],
    )


def rank_range(chart: RankRange, width: float | None = None) -> str:
    """The range of ranks on one line."""
    canvas = Canvas(width)

    def x(rank: float) -> float:
        return 4 + (min(rank, chart.last) - 1) / max(chart.last - 1, 1) * 92

    low, high = x(chart.low), x(chart.high)
    mark = _shape(chart.side, _at(canvas, x(chart.rank)), 14, 6.5, f"m-{chart.side}")
    wide = max(high - low, 0.5)
    body = [
        line(_at(canvas, x(1)), 14, _at(canvas, x(chart.last)), 14, "grid"),
        line(_at(canvas, x(chart.capacity + 0.5)), 3, _at(canvas, x(chart.capacity + 0.5)), 25, "axis dashed"),
        f'<rect x="{_at(canvas, low)}" y="9" width="{_at(canvas, wide)}" height="10" rx="2" class="b-{chart.side}"/>',
        "" if chart.rank > chart.last else mark,
    ]
    return frame(canvas, key=chart.id, title=chart.title, description=chart.description, height=28, body=body)


def _at(canvas: Canvas, share: float) -> str:
    return f"{share:.2f}%" if canvas.width is None else f"{share * canvas.width / 100:.2f}"


def _style(style: str) -> str:
    return f"<style>{style}</style>" if style else ""


def _hatching(side: str) -> str:
    return (
        '<defs><pattern id="reserve" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="5" height="5" class="pattern-bg"/>'
        f'<line x1="0" y1="0" x2="0" y2="5" class="pattern-line is-{side}"/></pattern></defs>'
    )


def _ground(canvas: Canvas, chart: Map) -> list[str]:
    height = _y(chart.middle)
    whole = _at(canvas, 100)
    body = [f'<rect x="0" y="0" width="{whole}" height="{GROUND:g}" class="ground"/>']
    body.append(line(_at(canvas, 0), height, whole, height, "axis dashed"))
    if chart.vertical is not None:
        across = _at(canvas, _x(chart.vertical))
        body.append(line(across, 0, across, GROUND, "axis dashed"))
    body += [
        words(_at(canvas, 1.5), 24, f"↑ {chart.above}", "t-muted", "start"),
        words(_at(canvas, 1.5), GROUND - 14, f"↓ {chart.below}", "t-muted", "start"),
        words(_at(canvas, 0), HEIGHT - 8, chart.left, "t-muted", "start"),
        # The paper fonts have no arrow to the right.
        words(whole, HEIGHT - 8, chart.right if canvas.width else f"{chart.right} →", "t-muted", "end"),
    ]
    spots = ((98.5, 24.0, "end"), (98.5, GROUND - 14, "end"))
    body += [
        words(_at(canvas, x), y, cell, "t-muted", anchor)
        for cell, (x, y, anchor) in zip(chart.cells, spots, strict=False)
    ]
    return body


def _x(across: float) -> float:
    return NEAR + across * FAR


def _y(up: float) -> float:
    return BOTTOM - up * (BOTTOM - TOP)


def _apart(dots: tuple[Dot, ...]) -> list[_Placed]:
    """Places for all dots, those that would cover another moved a little, the same way each time."""
    placed: list[_Placed] = []
    for dot in dots:
        radius = 7 + dot.size * 15
        x, y = _x(dot.across) * NOMINAL / 100, _y(dot.up)
        for step in range(60):
            turn, far = step % 6, (step + 5) // 6 * 9.0
            candidate = _Placed(dot, x + far * COSINES[turn], y + far * SINES[turn], radius)
            inside = 14 < candidate.x < NOMINAL - 14 and 34 < candidate.y < GROUND - 30
            if inside and all(_clear(candidate, other) for other in placed):
                break
        placed.append(candidate)
    return placed


COSINES = (1.0, -0.5, -0.5, -1.0, 0.5, 0.5)
SINES = (0.0, 0.87, -0.87, 0.0, -0.87, 0.87)


def _clear(one: _Placed, other: _Placed) -> bool:
    gap = one.reach + other.reach + 3
    return (one.x - other.x) ** 2 + (one.y - other.y) ** 2 >= gap * gap


def _drawn(canvas: Canvas, side: str, one: _Placed) -> str:
    x = _at(canvas, one.x / NOMINAL * 100)
    faded = " out" if one.dot.outside else ""
    fill = {"full": "", "hatched": " reserve", "hollow": " hollow"}[one.dot.fill]
    rings = [_shape(side, x, one.y, one.radius + extra, f"ring is-{side}{faded}") for extra in (6, 11)[: one.dot.rings]]
    return "".join([*rings, _shape(side, x, one.y, one.radius, f"m-{side}{fill}{faded}")])


def _shape(side: str, x: str, y: float, radius: float, css: str) -> str:
    if side == CLIENT:
        return f'<circle cx="{x}" cy="{y:g}" r="{radius:g}" class="{css}"/>'
    path = f'<path class="{css}" d="M0-{radius:g} {radius:g} 0 0 {radius:g}-{radius:g} 0z"/>'
    return f'<svg x="{x}" y="{y:g}" width="1" height="1" overflow="visible">{path}</svg>'


def _labels(canvas: Canvas, placed: list[_Placed]) -> list[str]:
    """Each name beside its mark, where it covers nothing, from the right; one without room keeps its rank only."""
    taken = [(one.x - one.reach, one.y - one.reach, one.x + one.reach, one.y + one.reach) for one in placed]
    drawn = []
    for one in sorted(placed, key=lambda one: -one.x):
        text = f"{one.dot.rank} {one.dot.label}".strip()
        css = " out" if one.dot.outside else ""
        found = next((spot for spot in _spots(one, len(text) * LETTER) if _free(spot[2], taken, one)), None)
        text, spot = (text, found) if found else (one.dot.rank, _spots(one, 14)[0])
        anchor, (x, y), box = spot
        taken.append(box)
        where = _at(canvas, x / NOMINAL * 100)
        drawn.append(words(where, y, text, f"map-label halo{css}", anchor))
        drawn.append(
            words(_at(canvas, one.x / NOMINAL * 100), one.y + one.reach + 14, one.dot.rank, f"map-rank halo{css}")
        )
    return drawn


Box = tuple[float, float, float, float]
Spot = tuple[str, tuple[float, float], Box]


def _spots(one: _Placed, wide: float) -> list[Spot]:
    far = one.reach + 6
    right: Spot = ("start", (one.x + far, one.y + 5), (one.x + far, one.y - 8, one.x + far + wide, one.y + 9))
    left: Spot = ("end", (one.x - far, one.y + 5), (one.x - far - wide, one.y - 8, one.x - far, one.y + 9))
    half = wide / 2
    below: Spot = ("middle", (one.x, one.y + far + 10), (one.x - half, one.y + far - 3, one.x + half, one.y + far + 14))
    above: Spot = ("middle", (one.x, one.y - far), (one.x - half, one.y - far - 13, one.x + half, one.y - far + 4))
    levels = (one.y - far, one.y + far + 10, one.y - far - 14, one.y + far + 24)
    near, end = one.x - one.reach, one.x + one.reach
    ends: list[Spot] = [("end", (end, y), (end - wide, y - 13, end, y + 4)) for y in levels]
    starts: list[Spot] = [("start", (near, y), (near, y - 13, near + wide, y + 4)) for y in levels]
    sides = [left, right] if one.x > NOMINAL * 0.6 else [right, left]
    return [*sides, above, below, *ends, *starts]


def _free(box: Box, taken: list[Box], one: _Placed) -> bool:
    if box[0] < 2 or box[2] > NOMINAL - 2 or box[1] < 30 or box[3] > GROUND - 26:
        return False
    own = (one.x - one.reach, one.y - one.reach, one.x + one.reach, one.y + one.reach)
    return all(other == own or not _overlap(box, other) for other in taken)


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


SIGNS = {
    "small": (24, 7.0, "", 0),
    "large": (52, 20.0, "", 0),
    "full": (24, 9.0, "", 0),
    "hatched": (24, 9.0, " reserve", 0),
    "hollow": (24, 9.0, " hollow", 0),
    "open": (30, 7.0, "", 0),
    "oligopoly": (30, 7.0, "", 1),
    "monopoly": (36, 7.0, "", 2),
}


def sign(side: str, kind: str) -> str:
    """A mark of the legend, hidden from screen readers: the words beside it say it."""
    width, radius, css, rings = SIGNS[kind]
    middle = f"{width / 2:g}"
    drawn = [_shape(side, middle, 22, radius + extra, f"ring is-{side}") for extra in (5, 10)[:rings]]
    drawn.append(_shape(side, middle, 22, radius, f"m-{side}{css}"))
    return f'<svg class="chart" width="{width}" height="44" aria-hidden="true" focusable="false">{"".join(drawn)}</svg>'
