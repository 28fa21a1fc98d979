"""The default mode: what both companies would be shown of these answers, and nothing else.

Every figure here comes from `science.publication` and is derived from its rows only, as on the reading page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reciproque.measure import results
from reciproque.measure.language import gettext as _
from reciproque.measure.progress import Progress, silent
from reciproque.measure.results import (
    INDEX,
    PROFILE,
    SIDES,
    ChangeOf,
    Detail,
    Difference,
    Estimate,
    Mirror,
    Relationship,
    SideResult,
    StateOf,
    Verdict,
)

if TYPE_CHECKING:
    from reciproque.measure.answers import Answers
    from reciproque.measure.study import Study
from reciproque.science import change as changes
from reciproque.science.derive import Gap, Reading, Score, SideReading, read
from reciproque.science.figures import MINIMUM, EarlierWave, InstrumentShape, Publication, SideBallots
from reciproque.science.mirror import Span
from reciproque.science.publication import publish

STEP = 2.0  # points: an interval no wider is only the rounding of one published figure
BATCH = 256  # relationships whose answers are in memory together


@dataclass(frozen=True)
class _Opened:
    """One wave as it would be published, and who answered."""

    wave: str
    publication: Publication
    reading: Reading
    people: Mapping[str, frozenset[int]]
    reason: str | None


def relationships(study: Study, progress: Progress = silent) -> tuple[tuple[Relationship, ...], tuple[ChangeOf, ...]]:
    """Each relationship of the file in the order of its waves, and what changed since the first published one."""
    found: list[Relationship] = []
    moved: list[ChangeOf] = []
    total = len(study.relationships)
    for start in range(0, total, BATCH):
        batch = range(start, min(start + BATCH, total))
        answers = study.answers(batch)
        for number in batch:
            progress(_("Applying the rules of publication"), number / total)
            opened = list(_waves(study, answers, number))
            found += [_relationship(study.relationships[number], one, study.shape) for one in opened]
            moved += _changes(study.relationships[number], opened)
    return tuple(found), tuple(moved)


def _waves(study: Study, answers: Answers, number: int) -> Iterator[_Opened]:
    """Wave after wave: what an earlier one has shown limits what a later one may show."""
    earlier: list[EarlierWave] = []
    for wave, label in enumerate(study.waves):
        rows = {side: answers.rows(number, wave, place) for place, side in enumerate(SIDES)}
        if not any(len(found) for found in rows.values()):
            continue
        people = {side: frozenset(int(one) for one in answers.person[found]) for side, found in rows.items()}
        if not study.linked and any(one.publication.level != "none" for one in earlier):
            yield _Opened(label, _nothing(), read((), study.shape), people, results.NO_IDENTIFIERS)
            continue
        ballots = [answers.ballots(number, wave, place) for place in (0, 1)]
        publication = publish(study.shape, *_named(ballots), people=people, earlier=earlier)
        earlier.append(EarlierWave(publication, people))
        fewest = min(side.n for side in ballots)
        yield _Opened(label, publication, read(publication.figures, study.shape), people, _why(publication, fewest))


def _named(ballots: Sequence[SideBallots]) -> tuple[SideBallots, SideBallots]:
    client, supplier = ballots
    return client, supplier


def _nothing() -> Publication:
    return Publication("none", ())


def _why(publication: Publication, fewest: int) -> str | None:
    if publication.level == "trend":
        return results.TREND
    if publication.level != "none":
        return None
    return results.FEWER_THAN_FIVE if fewest < MINIMUM else results.AUDIT


# ---------------------------------------------------------------- One relationship in one wave
def _relationship(name: str, opened: _Opened, shape: InstrumentShape) -> Relationship:
    reading = opened.reading
    compared = {gap.code: gap for gap in reading.gaps}
    mirrors = dict(_mirrors(reading, shape))
    return Relationship(
        name,
        opened.wave,
        opened.publication.level,
        {side: _side(reading.sides[side], opened, shape) for side in SIDES},
        dict(_gaps(compared, opened, shape)),
        mirrors,
        {code: StateOf(compared[code].state.name, compared[code].state.mistaken) for code in mirrors},
        opened.reason,
        opened.publication.report.dropped,
        tuple(_details(opened.publication)),
    )


def _side(side: SideReading, opened: _Opened, shape: InstrumentShape) -> SideResult:
    missing = opened.reason or results.TOO_FEW
    n = side.n or None
    roles = {dimension.code: dimension.role for dimension in shape.dimensions}
    unsaid = next((code for code, role in roles.items() if role == "unsaid"), "")
    trends = {f.code: f.word or "" for f in opened.publication.figures if f.side == side.side and f.kind == "trend"}
    return SideResult(
        n,
        {code: _estimate(side.dimensions.get(code), n, missing) for code, role in roles.items() if role != "unsaid"},
        _estimate(side.profile, n, missing),
        _estimate(side.dimensions.get(unsaid), n, missing if unsaid else results.NOT_ASKED),
        items={code: _estimate(score, n, missing) for code, score in side.items.items()},
        trend=trends,
        reason=opened.reason,
    )


def _estimate(score: Score | None, n: int | None, missing: str) -> Estimate:
    if score is None:
        return Estimate(n=n, reason=missing)
    low, high = max(0.0, score.low - score.margin), min(100.0, score.high + score.margin)
    known = (score.low, score.high)
    if score.open != "none" or score.high - score.low > STEP:
        return Estimate(None, low, high, n, results.OPEN_BAND, known)
    return Estimate(score.value, low, high, n, None, known)


def _gaps(compared: Mapping[str, Gap], opened: _Opened, shape: InstrumentShape) -> Iterator[tuple[str, Difference]]:
    missing = opened.reason or results.TOO_FEW
    for code in (*(dimension.code for dimension in shape.dimensions), PROFILE):
        gap = compared.get(code)
        yield code, _difference(gap.reciprocity) if gap else Difference(reason=missing)


def _difference(span: Span) -> Difference:
    verdict = "cannot_tell" if span.settled is None else "clear" if span.settled else "not_large"
    closed = span.high - span.low <= 2 * STEP
    return Difference(
        span.value if closed else None,
        max(-100.0, span.low - span.margin),
        min(100.0, span.high + span.margin),
        span.margin,
        verdict=verdict,
        reason=None if closed else results.OPEN_BAND,
        known=(span.low, span.high),
    )


def _mirrors(reading: Reading, shape: InstrumentShape) -> Iterator[tuple[str, Mirror]]:
    """The index; and each subject whose mirrored questions are published one by one."""
    for gap in reading.gaps:
        if len(gap.lucidity) < len(SIDES) or gap.code in shape.mirrored:
            continue
        items = _mirrored_items(gap.code, shape)
        yield (
            gap.code,
            Mirror(
                {side: _both(reading.sides[side], gap.code, items, imagined=False) for side in SIDES},
                {side: _both(reading.sides[side], gap.code, items, imagined=True) for side in SIDES},
                {side: _difference(span) for side, span in gap.lucidity.items()},
                {side: _difference(span) for side, span in gap.assumed.items()},
            ),
        )


def _mirrored_items(code: str, shape: InstrumentShape) -> tuple[str, ...]:
    return tuple(
        item for dimension in shape.dimensions if dimension.code == code for item in dimension.items
        if item in shape.mirrored
    )  # fmt: skip


def _both(side: SideReading, code: str, items: Sequence[str], *, imagined: bool) -> Estimate:
    """What a side says on the mirrored questions of a subject, or what it imagines is said of it."""
    if code == INDEX:
        return _estimate(side.mirror if imagined else side.mirror_direct, side.n, results.NO_MIRROR)
    scores = [side.items[f"{item}m" if imagined else item] for item in items]
    low = sum(score.low for score in scores) / len(scores)
    high = sum(score.high for score in scores) / len(scores)
    openings = {score.open for score in scores} - {"none"}
    margin, error = scores[0].margin, scores[0].error
    whole = Score(code, low, high, margin, error, next(iter(openings)) if len(openings) == 1 else "none")
    return _estimate(whole, side.n, results.NO_MIRROR)


def _details(publication: Publication) -> Iterator[Detail]:
    for one in publication.figures:
        if one.kind in ("word", "share", "abstain"):
            yield Detail(one.side, one.kind, one.code, one.group, one.word, one.values, one.low, one.high)


# ---------------------------------------------------------------- Since the first published wave
def _changes(name: str, opened: Iterable[_Opened]) -> Iterator[ChangeOf]:
    waves = list(opened)
    shown = [one for one in waves if one.reading.level in ("dimensions", "items")]
    for one in waves[1:]:
        if not shown or one is shown[0]:
            continue
        if one not in shown:
            yield ChangeOf(name, shown[0].wave, one.wave, "cannot_tell", reason=one.reason)
            continue
        found = changes.change(shown[0].reading, one.reading)
        yield ChangeOf(
            name,
            shown[0].wave,
            one.wave,
            found.gate.word,
            {side: _verdict(verdict) for side, verdict in found.sides.items()},
            {side: {code: _verdict(v) for code, v in codes.items()} for side, codes in found.dimensions.items()},
        )


def _verdict(found: changes.Verdict) -> Verdict:
    """With the interval of the difference; nothing but the word when there is none."""
    if found.low != found.low:  # NaN
        return Verdict(found.word)
    middle = (found.low + found.high) / 2
    return Verdict(found.word, middle, found.low - found.margin, found.high + found.margin)
