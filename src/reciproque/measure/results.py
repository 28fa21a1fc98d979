"""What was measured, for both modes: frozen figures in points 0..100, each undefined one with the reason why.

A reason is a code of `REASONS`; `words` and the documented JSON say what each means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reciproque.measure.understood import Understood

CLIENT, SUPPLIER = "client", "supplier"
SIDES = (CLIENT, SUPPLIER)
PUBLISHED, RAW = "published", "raw"
PROFILE, INDEX = "profile", "index"

NOT_ASKED, NO_ANSWER, ONE_PERSON = "not_asked", "no_answer", "one_person"
FEWER_THAN_FIVE, AUDIT, NO_IDENTIFIERS, TREND = "fewer_than_five", "audit", "no_identifiers", "trend_only"
OPEN_BAND, TOO_FEW, NO_MIRROR = "open_band", "too_few_answers", "no_mirror"
TOO_FEW_PEOPLE, NO_VARIANCE, FEW_RELATIONSHIPS = "too_few_people", "no_variance", "too_few_relationships"
ONE_SIDE, ONE_ITEM = "one_side_only", "one_item"
REASONS = (
    NOT_ASKED, NO_ANSWER, ONE_PERSON, FEWER_THAN_FIVE, AUDIT, NO_IDENTIFIERS, TREND, OPEN_BAND, TOO_FEW, NO_MIRROR,
    TOO_FEW_PEOPLE, NO_VARIANCE, FEW_RELATIONSHIPS, ONE_SIDE, ONE_ITEM,
)  # fmt: skip


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval. `known`: a published figure lies in a step of the grid, or in an open band."""

    mean: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    reason: str | None = None
    known: tuple[float, float] | None = None
    shrunken: float | None = None
    shrunken_low: float | None = None
    shrunken_high: float | None = None


@dataclass(frozen=True)
class Difference:
    """A signed difference with its 95 % interval. Clear: beyond both ten points and its margin, even at its nearest."""

    difference: float | None = None
    low: float | None = None
    high: float | None = None
    margin: float | None = None
    shrunken: float | None = None
    shrunken_low: float | None = None
    shrunken_high: float | None = None
    verdict: str = "cannot_tell"  # clear, not_large, cannot_tell
    reason: str | None = None
    known: tuple[float, float] | None = None


@dataclass(frozen=True)
class Mirror:
    """One comparison: what each side says of the other, what each imagines the other says of it, and the distances."""

    says: Mapping[str, Estimate]
    imagines: Mapping[str, Estimate]
    lucidity: Mapping[
        str, Difference
    ]  # imagined minus answered: positive, a side believes it is better seen than it is
    assumed: Mapping[str, Difference]  # said minus imagined


@dataclass(frozen=True)
class StateOf:
    state: str = "cannot_tell"
    mistaken: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reliability:
    """Of the questions of one subject: alpha with its interval, omega."""

    n: int
    items: int
    alpha: float | None = None
    alpha_low: float | None = None
    alpha_high: float | None = None
    omega: float | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Agreement:
    """Within one side, on one subject. `chance`: the rwg(j) that random answers reach 1 time in 20."""

    n: int
    ad: float | None = None
    a_wg: float | None = None
    rwg_j: float | None = None
    chance: float | None = None
    reason: str | None = None


@dataclass(frozen=True)
class SideResult:
    n: int | None
    dimensions: Mapping[str, Estimate]
    index: Estimate
    unsaid: Estimate
    items: Mapping[str, Estimate] = field(default_factory=dict)
    trend: Mapping[str, str] = field(default_factory=dict)
    reliability: Mapping[str, Reliability] = field(default_factory=dict)
    agreement: Mapping[str, Agreement] = field(default_factory=dict)
    cannot_say: float | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Detail:
    """A published figure that is not a mean: a word by function, or shares of answers, per question."""

    side: str
    kind: str  # word, share, abstain
    code: str
    group: str | None = None
    word: str | None = None
    values: tuple[int, ...] | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Relationship:
    """One relationship in one wave. `level` of what may be published: none, trend, dimensions or items; else raw."""

    id: str
    wave: str
    level: str
    sides: Mapping[str, SideResult]
    gaps: Mapping[str, Difference]
    mirror: Mapping[str, Mirror]
    states: Mapping[str, StateOf]
    reason: str | None = None
    dropped: tuple[str, ...] = ()
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """Later minus earlier: clear_rise, clear_fall or cannot_tell."""

    word: str
    difference: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ChangeOf:
    """From the whole to the parts: sides only when the relationship has moved, subjects only of sides that have."""

    id: str
    earlier: str
    later: str
    word: str
    sides: Mapping[str, Verdict] = field(default_factory=dict)
    dimensions: Mapping[str, Mapping[str, Verdict]] = field(default_factory=dict)
    linked: int | None = None
    composite: Verdict | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Spread:
    """How sides of one kind differ from each other on one subject: reliability of a side's mean."""

    groups: int
    mean: float | None = None
    between: float | None = None  # standard deviation, points
    within: float | None = None
    icc1: float | None = None
    icc2: float | None = None
    reason: str | None = None


@dataclass(frozen=True)
class GapsOver:
    """The gaps of one subject over the relationships of the file: what shrinks each of them."""

    relationships: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    between: float | None = None
    reason: str | None = None


@dataclass(frozen=True)
class WholeFile:
    """Raw mode: what only many relationships together can tell."""

    reliability: Mapping[str, Mapping[str, Reliability]] = field(default_factory=dict)  # side, dimension
    spread: Mapping[str, Mapping[str, Spread]] = field(default_factory=dict)
    gaps: Mapping[str, GapsOver] = field(default_factory=dict)


@dataclass(frozen=True)
class InstrumentFacts:
    name: str
    version: str
    validated: bool
    points: int


@dataclass(frozen=True)
class Extent:
    """What a file holds, without a word on how it was answered."""

    relationships: int
    waves: int
    questions: int


@dataclass(frozen=True)
class Results:
    mode: str
    instrument: InstrumentFacts
    engine: str
    understood: Understood
    extent: Extent
    relationships: Sequence[Relationship]
    changes: tuple[ChangeOf, ...] = ()
    whole: WholeFile | None = None
