"""What goes into a publication and what comes out: frozen data, and the grid and bands of one figure.

Every comparison is made on whole numbers (sums of answers), so no rounding of the machine can move a figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

LOWEST, HIGHEST = 1, 7
MINIMUM = 5  # fewer answers than this: no figure, on either side
ITEMS_FROM = 12  # from here each question has its own figure, and two colleagues may pool what they know
WORDS_FROM, GROUP_MINIMUM = 16, 8
CLASSES_FROM = 20
KEPT_VALUES = 5  # of the seven values of one answer, at least this many must remain possible
CLASSES: tuple[tuple[int, ...], ...] = ((1, 2), (3, 4, 5), (6, 7))
LOW_BELOW, HIGH_FROM = 3.25, 4.75  # words of a function: low < 3.25 <= mixed < 4.75 <= high
INDEX, MIRROR_INDEX, BALLOTS = "index", "index_m", "ballots"

Kind = Literal["count", "mean", "interval", "word", "share", "abstain", "trend"]
Level = Literal["none", "trend", "dimensions", "items"]


@dataclass(frozen=True)
class SideBallots:
    """The opened ballots of one side: `functions[i]` and `answers[code][i]` belong to the same person.

    `answers` maps an item code ("F1", mirror "F2m") to n numbers 1..7, NaN where the person cannot say.
    """

    side: str
    functions: tuple[str, ...]
    answers: Mapping[str, NDArray[np.float64]]

    @property
    def n(self) -> int:
        return len(self.functions)


@dataclass(frozen=True)
class Dimension:
    """`role` is "facet", "outcome" or "unsaid"; `items` are the direct item codes asked in this wave."""

    code: str
    role: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class InstrumentShape:
    """Which items make which dimension, and which items are also asked as a mirror (direct codes, without "m")."""

    dimensions: tuple[Dimension, ...]
    mirrored: tuple[str, ...]

    @property
    def direct_items(self) -> tuple[str, ...]:
        return tuple(item for dimension in self.dimensions for item in dimension.items)

    @property
    def mirror_items(self) -> tuple[str, ...]:
        return tuple(f"{item}m" for item in self.mirrored)

    @property
    def index_items(self) -> tuple[str, ...]:
        """The mirrored items of the facets: the unsaid runs the other way and committed trust is an outcome."""
        facets = {item for d in self.dimensions if d.role == "facet" for item in d.items}
        return tuple(item for item in self.mirrored if item in facets)


@dataclass(frozen=True)
class Figure:
    """One published figure.

    kind      | code               | reads
    count     | "ballots"          | value = ballots of the side
    mean      | dimension, "index", "index_m", item or mirror item | value on 1..7, one decimal
    interval  | same               | open band: low..None ("5.4 or more") or None..high ("2.6 or less")
    word      | item               | word low / mixed / high of `group`; low, high = what the word means, on 1..7
    share     | item               | share of answers given that are in `values`, between low and high (0..1)
    abstain   | item               | share of the ballots that "cannot say", between low and high (0..1)
    trend     | dimension          | word down / same / up; low, high = what it implies for this wave's mean, on 1..7
    """

    side: str
    kind: Kind
    code: str
    questions: tuple[str, ...]
    value: float | None = None
    low: float | None = None
    high: float | None = None
    group: str | None = None
    values: tuple[int, ...] | None = None
    decimals: int = 1
    n: int | None = None
    word: str | None = None


@dataclass(frozen=True)
class AuditReport:
    """What the auditor did: whole kinds dropped, never a question named, and the number of checks made."""

    dropped: tuple[str, ...] = ()
    checks: int = 0


@dataclass(frozen=True)
class Publication:
    """The only figures of a wave. `answered` (answers per side and item) is kept for later audits, never shown."""

    level: Level
    figures: tuple[Figure, ...]
    answered: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    report: AuditReport = AuditReport()


@dataclass(frozen=True)
class EarlierWave:
    """An earlier publication of the same relationship, oldest first, and the ids of who answered, per side."""

    publication: Publication
    people: Mapping[str, frozenset[int]]


@dataclass(frozen=True)
class Band:
    """The grid of one figure in tenths of a scale point: a mean at `high` or above is published as "high or more"."""

    low: int
    high: int

    @property
    def exists(self) -> bool:
        return self.high - self.low >= 2


def insiders(ballots: int) -> int:
    """How many colleagues may pool what they know: one under twelve ballots on the side, two from twelve.

    >>> insiders(11), insiders(12)
    (1, 2)
    """
    return 1 if ballots < ITEMS_FROM else 2


def band(items: int, fewest: int, ballots: int) -> Band:
    """Band `[1 + m, 7 - m]`, `m = (6c + 4/J) / n_s`, narrowed to the grid of 0.1, in tenths.

    items: J, number of questions in the mean; fewest: n_s, smallest number of answers among them;
    ballots: ballots of the side, which decide c. Source: design of the publication rules.

    >>> band(1, 12, 12)
    Band(low=24, high=56)
    >>> band(4, 7, 7)
    Band(low=20, high=60)
    >>> band(1, 5, 14).exists
    False
    """
    reach = 6 * insiders(ballots) * items + KEPT_VALUES - 1
    high = (10 * HIGHEST * items * fewest - 10 * reach) // (items * fewest)
    return Band(low=10 * (LOWEST + HIGHEST) - high, high=high)


def mean_figure(side: str, code: str, questions: tuple[str, ...], total: int, given: int, grid: Band, n: int) -> Figure:
    """The mean `total / given` on the grid, or the open band it falls in.

    total: sum of all answers given to the questions; given: how many; grid: from `band`; n: ballots of the side.

    >>> mean_figure("client", "F1", ("F1",), 48, 12, band(1, 12, 12), 12).value
    4.0
    >>> mean_figure("client", "F1", ("F1",), 84, 12, band(1, 12, 12), 12).low
    5.6
    """
    if 10 * total >= grid.high * given:
        return Figure(side, "interval", code, questions, low=grid.high / 10, n=n)
    if 10 * total <= grid.low * given:
        return Figure(side, "interval", code, questions, high=grid.low / 10, n=n)
    tenths = (20 * total + given) // (2 * given)
    return Figure(side, "mean", code, questions, value=tenths / 10, n=n)


def limits(figure: Figure) -> tuple[float, float]:
    """What a figure about a mean says, as an interval on 1..7 (half a grid step each side of a value).

    >>> limits(Figure("client", "mean", "F", ("F1",), value=4.0))
    (3.95, 4.05)
    >>> limits(Figure("client", "interval", "F", ("F1",), low=5.6))
    (5.6, 7.0)
    """
    if figure.value is not None:
        step = 10.0**-figure.decimals / 2
        return max(float(LOWEST), round(figure.value - step, 6)), min(float(HIGHEST), round(figure.value + step, 6))
    low = float(LOWEST) if figure.low is None else figure.low
    high = float(HIGHEST) if figure.high is None else figure.high
    return low, high


def sum_bounds(figure: Figure, given: int) -> tuple[int, int]:
    """Smallest and largest sum of `given` answers that the figure allows, knowing exactly how it was rounded.

    >>> sum_bounds(Figure("client", "mean", "F1", ("F1",), value=4.0), 12)
    (48, 48)
    >>> sum_bounds(Figure("client", "interval", "F1", ("F1",), low=5.6), 12)
    (68, 84)
    """
    if figure.value is not None:
        tenths = round(figure.value * 10)
        # tenths - 0.5 <= 10 * total / given < tenths + 0.5
        return _ceil((2 * tenths - 1) * given, 20), _ceil((2 * tenths + 1) * given, 20) - 1
    low, high = LOWEST * given, HIGHEST * given
    if figure.low is not None:
        low = max(low, _ceil(round(figure.low * 10) * given, 10))
    if figure.high is not None:
        high = min(high, round(figure.high * 10) * given // 10)
    return low, high


def _ceil(a: int, b: int) -> int:
    return -(-a // b)
