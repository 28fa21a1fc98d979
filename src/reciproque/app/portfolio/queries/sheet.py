"""One partner: what each person scored and on what ground, why it ranks where it does, what would move it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from reciproque.app.portfolio.criteria import CRITERIA, SCALES, STEPS, Criterion, Scale, anchors
from reciproque.app.portfolio.models import Amount, Engagement, Partner, RankedPartner, Ranking, Score
from reciproque.app.portfolio.queries import overview
from reciproque.app.portfolio.queries.words import (
    Row,
    as_row,
    level_in_words,
    money,
    percent,
    places,
    shown_ranks,
    verdict,
)


@dataclass(frozen=True)
class Said:
    """A score in words."""

    level: int
    anchor: str
    evidence: str
    scorer: str
    at: datetime
    until: datetime | None
    where: str


@dataclass(frozen=True)
class OnScale:
    """A scale with every score in force, whether people disagree, and what was said before."""

    scale: str
    label: str
    scores: tuple[Said, ...]
    spread: int
    history: tuple[Said, ...]


@dataclass(frozen=True)
class Part:
    """What a criterion brings to the value of the partner, in points of 100."""

    label: str
    level: str
    weight: str
    points: float
    most: float


@dataclass(frozen=True)
class Sheet:
    partner: Partner
    row: Row | None
    verdict: str
    parts: tuple[Part, ...]
    value: float
    ranking: Ranking | None
    scales: tuple[OnScale, ...]
    amounts: tuple[Amount, ...]
    merged: tuple[Partner, ...]
    decisions: tuple[Decision, ...]

    @property
    def missing(self) -> list[str]:
        """Scales on which nobody has said anything."""
        read = {Scale.VOLUME} if self.amounts else set()
        return [one.label for one in self.scales if not one.scores and one.scale not in read]


def sheet(partner: Partner) -> Sheet:
    ranking = overview.latest(partner.portfolio)
    found = overview.ranked(ranking).filter(partner=partner).first() if ranking else None
    merged = tuple(partner.merged.all())
    together = [partner.pk, *(one.pk for one in merged)]
    scores = list(Score.objects.filter(partner__in=together).select_related("partner"))
    return Sheet(
        partner=partner,
        row=as_row(ranking, partner.portfolio.partner_side, found, shown_ranks(ranking, []))
        if ranking and found
        else None,
        verdict=verdict(found.share) if found else "",
        parts=_parts(ranking, found) if ranking and found else (),
        value=found.value * 100 if found else 0,
        ranking=ranking,
        scales=tuple(_on_scale(partner, scale, scores) for scale in SCALES),
        amounts=tuple(Amount.objects.filter(partner__in=together).select_related("partner")),
        merged=merged,
        decisions=tuple(_decision(made) for made in partner.engagements.all()),
    )


def _on_scale(partner: Partner, scale: Scale, scores: list[Score]) -> OnScale:
    words = anchors(partner.portfolio.chair, scale)
    mine = [score for score in scores if score.scale == scale]
    now = [score for score in mine if score.superseded_at is None]
    levels = [score.level for score in now]

    def said(score: Score) -> Said:
        where = score.partner.name if score.partner_id != partner.pk else ""
        return Said(
            score.level, words[score.level].anchor, score.evidence, score.scorer_name, score.scored_at,
            score.superseded_at, where,
        )  # fmt: skip

    return OnScale(
        scale=scale,
        label=str(scale.label),
        scores=tuple(said(score) for score in now),
        spread=max(levels, default=0) - min(levels, default=0),
        history=tuple(said(score) for score in mine if score.superseded_at is not None),
    )


def _parts(ranking: Ranking, row: RankedPartner) -> tuple[Part, ...]:
    """Largest contribution first."""
    parts = [
        Part(
            label=str(Criterion(one).label),
            level=level_in_words(one, row),
            weight=percent(ranking.weights[one]),
            points=ranking.weights[one] * getattr(row, one) / STEPS * 100,
            most=ranking.weights[one] * 100,
        )
        for one in CRITERIA
    ]
    return tuple(sorted(parts, key=lambda part: -part.points))


FACTS = (
    "rank", "rank_low", "rank_high", "share", "value", "fragile", "within", "volume", "up", "down", "potential",
    "criticality", "stance", "market", "ranges", "amount_share",
)  # fmt: skip


def reasons(partner: Partner) -> dict[str, object]:
    """What is kept with a decision: the facts as they stand, as plain values that any language can say later."""
    ranking = overview.latest(partner.portfolio)
    row = overview.ranked(ranking).filter(partner=partner).first() if ranking else None
    scores = Score.objects.filter(Q(partner=partner) | Q(partner__merged_into=partner), superseded_at=None)
    return {
        "row": {name: getattr(row, name) for name in FACTS} if row else None,
        "of": ranking.ranked if ranking else 0,
        "capacity": partner.portfolio.capacity,
        "computed": ranking.computed_at.isoformat() if ranking else "",
        "scores": list(scores.values("scale", "level", "evidence", "scorer_name")),
    }


@dataclass(frozen=True)
class Decision:
    """A decision and its reasons, said again in the reader's language."""

    who: str
    at: datetime
    reason: str
    rank: int
    total: int
    places: str
    share: str
    levels: tuple[tuple[str, str], ...]


def _decision(made: Engagement) -> Decision:
    kept = made.facts.get("row")
    row = RankedPartner(**kept) if kept else None
    return Decision(
        who=made.decided_by_name,
        at=made.decided_at,
        reason=made.reason,
        rank=row.rank if row else 0,
        total=made.facts["of"],
        places=places(row) if row else "",
        share=percent(row.share) if row else "",
        levels=tuple((str(one.label), level_in_words(one, row)) for one in CRITERIA) if row else (),
    )


def amounts_in_words(found: Sheet) -> list[tuple[Amount, str]]:
    return [(row, money(row.amount, row.currency)) for row in found.amounts]
