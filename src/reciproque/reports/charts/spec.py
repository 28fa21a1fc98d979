"""What a chart shows, and the table that says the same."""

from __future__ import annotations

from dataclasses import dataclass

CLIENT, SUPPLIER = "client", "supplier"


@dataclass(frozen=True)
class Sign:
    """One published figure on 0..100.

    With a `value`, `low` and `high` are its margin; without, what is known of it (an open band or an interval), and
    `margin` is to be added on both sides. `text` is how it is written, `around` its margin in words.
    """

    value: float | None
    low: float
    high: float
    text: str
    around: str = ""
    margin: float = 0

    @property
    def reach(self) -> tuple[float, float]:
        """From where to where the true value can be."""
        return max(0.0, self.low - self.margin), min(100.0, self.high + self.margin)

    @property
    def open_high(self) -> bool:
        return self.value is None and self.high >= 100

    @property
    def open_low(self) -> bool:
        return self.value is None and self.low <= 0

    @property
    def written(self) -> str:
        """For a table cell: the figure and its margin."""
        return f"{self.text} ({self.around})" if self.around else self.text


@dataclass(frozen=True)
class Pair:
    """Both views on one subject. Upper lane: the client looks at the supplier; lower lane: the reverse.

    `client_imagines` is what the client thinks the supplier says of it, so it lies on the lower lane.
    """

    id: str
    title: str
    description: str
    client: Sign | None
    supplier: Sign | None
    client_imagines: Sign | None = None
    supplier_imagines: Sign | None = None
    gap: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """A row of the table twin, in the order of its columns."""
        signs = (self.client, self.supplier_imagines, self.supplier, self.client_imagines)
        return (self.title, *(sign.written if sign else "–" for sign in signs), self.gap or "–")


@dataclass(frozen=True)
class Lane:
    """One view of one side on one line, with an optional earlier figure and words at the ends."""

    id: str
    title: str
    description: str
    side: str
    sign: Sign
    before: Sign | None = None
    ends: tuple[str, str] | None = None
    middle: str = ""


@dataclass(frozen=True)
class Legend:
    """The words of the drawing that explains a line."""

    id: str
    title: str
    description: str
    client_says: str
    supplier_says: str
    client_imagines: str
    supplier_imagines: str
    gap: str
    blind_spot: str


@dataclass(frozen=True)
class Axis:
    """The words of the scale, long and short."""

    id: str
    title: str
    description: str
    low: str
    middle: str
    high: str
