"""What is known of each partner, as numbers: levels from amounts and scores, with how far people disagree."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from django.db.models import F, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from numpy.typing import NDArray

from reciproque.app.portfolio.criteria import CRITERIA, SCALES_OF, STEPS, Criterion, Scale, volume_step
from reciproque.app.portfolio.models import Amount, Partner, Portfolio, Score

# With fewer criteria known, a rank would say nothing.
KNOWN_NEEDED = 3
ZERO = Decimal(0)


@dataclass(frozen=True)
class Level:
    """A criterion of one partner, 0..4: lowest, middle and highest of what people say; unknown: anything."""

    low: float
    middle: float
    high: float
    known: bool = True


@dataclass(frozen=True)
class Known:
    """All that counts for one partner."""

    partner_id: int
    levels: dict[str, Level]
    up: float
    down: float
    amount: Decimal
    amount_share: float

    @property
    def count(self) -> int:
        return sum(level.known for level in self.levels.values())


UNKNOWN = Level(0, STEPS / 2, STEPS, known=False)


def active(portfolio: Portfolio) -> QuerySet[Partner]:
    """Partners that count: neither merged into another nor put away."""
    return Partner.objects.filter(portfolio=portfolio, merged_into=None, archived_at=None)


def latest_year(portfolio: Portfolio) -> int:
    """The year on which volumes are read: the latest one with amounts; 0 without any."""
    return Amount.objects.filter(partner__portfolio=portfolio).aggregate(year=Max("year"))["year"] or 0


def totals(portfolio: Portfolio, year: int) -> dict[int, Decimal]:
    """Both directions of that year, in the portfolio's currency, by partner; what was merged counts where it went."""
    rows = (
        Amount.objects.filter(partner__portfolio=portfolio, year=year, converted__isnull=False)
        .annotate(counts_for=Coalesce("partner__merged_into_id", "partner_id"))
        .values_list("counts_for")
        .annotate(total=Sum("converted"))
    )
    return dict(rows)


def kept_apart(portfolio: Portfolio, year: int) -> int:
    """Partners with amounts that could not be converted."""
    return (
        Amount.objects.filter(partner__portfolio=portfolio, year=year, converted=None)
        .values("partner")
        .distinct()
        .count()
    )


def known(portfolio: Portfolio) -> list[Known]:
    """Every active partner with its levels."""
    year = latest_year(portfolio)
    amounts = totals(portfolio, year)
    scores = _scores(portfolio)
    ids = list(active(portfolio).order_by("pk").values_list("pk", flat=True))
    whole = sum((max(amounts.get(pk, ZERO), ZERO) for pk in ids), ZERO)
    return [_known(pk, amounts.get(pk), whole, scores.get(pk, {})) for pk in ids]


def _scores(portfolio: Portfolio) -> dict[int, dict[str, list[int]]]:
    rows = (
        Score.objects.filter(partner__portfolio=portfolio, superseded_at=None)
        .order_by()
        .annotate(counts_for=Coalesce("partner__merged_into_id", F("partner_id")))
        .values_list("counts_for", "scale", "level")
    )
    found: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for partner, scale, level in rows:
        found[partner][scale].append(level)
    return found


def _known(pk: int, amount: Decimal | None, whole: Decimal, scores: dict[str, list[int]]) -> Known:
    share = max(amount, ZERO) / whole * 100 if amount is not None and whole > 0 else ZERO
    levels: dict[str, Level] = {criterion: _level(criterion, scores) for criterion in CRITERIA}
    if amount is not None:
        step = volume_step(share)
        levels[Criterion.VOLUME] = Level(step, step, step)
    ups, downs = scores.get(Scale.UP, []), scores.get(Scale.DOWN, [])
    return Known(pk, levels, _mean(ups), _mean(downs), amount or ZERO, float(share))


def _level(criterion: str, scores: dict[str, list[int]]) -> Level:
    given = [scores.get(scale, []) for scale in SCALES_OF[criterion]]
    if not any(given):
        return UNKNOWN
    if criterion == Criterion.POTENTIAL:
        ups, downs = given
        return Level(
            max(min(ups, default=0), min(downs, default=0)),
            max(_mean(ups), _mean(downs)),
            max(max(ups, default=0), max(downs, default=0)),
        )
    together = [level for levels in given for level in levels]
    return Level(min(together), _mean(together), max(together))


def _mean(levels: list[int]) -> float:
    return sum(levels) / len(levels) if levels else 0.0


def arrays(rows: list[Known]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Lowest, middle and highest levels as (partners, criteria) in 0..1."""
    low, middle, high = (
        np.array(
            [[getattr(row.levels[criterion], name) for criterion in CRITERIA] for row in rows], dtype=float
        ).reshape(len(rows), len(CRITERIA))
        / STEPS
        for name in ("low", "middle", "high")
    )
    return low, middle, high


def waiting(portfolio: Portfolio, ranked: QuerySet[Partner] | None = None) -> QuerySet[Partner]:
    """Active partners that the given ranking leaves out."""
    return active(portfolio).exclude(Q(pk__in=ranked)) if ranked is not None else active(portfolio)
