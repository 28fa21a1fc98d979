"""The opening page of a portfolio: what the last ranking found, in sentences, on the map and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reciproque.app.portfolio.models import Portfolio, RankedPartner, Ranking, Score, Weighting
from reciproque.app.portfolio.queries import levels
from reciproque.app.portfolio.queries.maps import strategic_map
from reciproque.app.portfolio.queries.orders import weighting_in_force
from reciproque.app.portfolio.queries.words import Row, as_row, percent_of_flows, shown_ranks
from reciproque.reports.charts.partners import Map

BEYOND = 3


@dataclass(frozen=True)
class Overview:
    ranking: Ranking
    title: str
    lead: str
    rows: tuple[Row, ...]
    chart: Map
    last: int
    threshold: str
    outside: int
    waiting: int
    stale: str
    weighting: Weighting | None


def latest(portfolio: Portfolio) -> Ranking | None:
    return portfolio.rankings.select_related("portfolio").order_by("-computed_at", "-pk").first()


def ranked(ranking: Ranking) -> QuerySet[RankedPartner]:
    return RankedPartner.objects.filter(ranking=ranking).select_related("partner")


def overview(portfolio: Portfolio, ranking: Ranking) -> Overview:
    shown = list(worth_showing(ranking))
    weighting = weighting_in_force(portfolio)
    last = shown_ranks(ranking, [])
    return Overview(
        ranking=ranking,
        title=_title(ranking),
        lead=_lead(shown),
        rows=tuple(as_row(ranking, portfolio.partner_side, row, last) for row in shown),
        chart=strategic_map(portfolio, shown),
        last=last,
        threshold=next((row.partner.key for row in reversed(shown) if row.within), ""),
        outside=max(0, ranking.ranked - len(shown)),
        waiting=ranking.waiting,
        stale=stale(portfolio, ranking, weighting),
        weighting=weighting,
    )


def worth_showing(ranking: Ranking) -> QuerySet[RankedPartner]:
    """Those within capacity, the few that follow, every fragile one, and the largest volume wherever it stands."""
    largest = RankedPartner.objects.filter(ranking=ranking).order_by("-amount", "rank").values("pk")[:1]
    return ranked(ranking).filter(Q(rank__lte=ranking.capacity + BEYOND) | Q(fragile=True) | Q(pk__in=largest))[:40]


def _title(ranking: Ranking) -> str:
    number = min(ranking.capacity, ranking.ranked)
    return ngettext(
        "One partner of %(total)s deserves your attention first.",
        "%(number)s partners of %(total)s deserve your attention first.",
        number,
    ) % {"number": number_in_words(number), "total": ranking.ranked}


def number_in_words(number: int) -> str:
    """Small numbers as words, with a capital since they open the sentence."""
    words = [
        "", _("One"), _("Two"), _("Three"), _("Four"), _("Five"), _("Six"), _("Seven"), _("Eight"), _("Nine"),
        _("Ten"), _("Eleven"), _("Twelve"),
    ]  # fmt: skip
    return words[number] if 0 < number < len(words) else str(number)


def _lead(shown: list[RankedPartner]) -> str:
    """The findings that surprise: the largest volume out, the smallest in, the downside, the fragile ranks."""
    inside = [row for row in shown if row.within]
    with_amount = [row for row in shown if row.amount > 0]
    parts = []
    if with_amount and not (largest := max(with_amount, key=lambda row: row.amount)).within:
        parts.append(_("The largest volume, %(name)s, is not among them.") % {"name": largest.partner.name})
    small = [row for row in inside if 0 < row.amount_share < 0.5]
    if small:
        row = min(small, key=lambda one: one.amount_share)
        parts.append(
            _("The smallest of them, %(name)s, has %(share)s of the flows.")
            % {"name": row.partner.name, "share": percent_of_flows(row.amount_share)}
        )
    falling = [row for row in inside if row.down > row.up and row.down >= 3]
    if falling:
        parts.append(_("%(name)s is there because of what may be lost.") % {"name": falling[0].partner.name})
    fragile = sum(row.fragile for row in shown)
    if fragile:
        parts.append(
            ngettext("One rank is fragile.", "%(count)s ranks are fragile.", fragile)
            % {"count": number_in_words(fragile)}
        )
    else:
        parts.append(_("No rank is fragile: the order of the criteria settles them all."))
    return " ".join(parts)


def stale(portfolio: Portfolio, ranking: Ranking, weighting: Weighting | None) -> str:
    """What has changed since the ranks were computed, or nothing."""
    since: datetime = ranking.computed_at
    scores = Score.objects.filter(partner__portfolio=portfolio, scored_at__gt=since).count()
    reasons = []
    if scores:
        reasons.append(ngettext("one new score", "%(count)s new scores", scores) % {"count": scores})
    if weighting and weighting.stated_at > since:
        reasons.append(_("another order of the criteria"))
    if portfolio.deliveries.filter(imported_at__gt=since).exists():
        reasons.append(_("new amounts"))
    if portfolio.capacity != ranking.capacity:
        reasons.append(_("another capacity"))
    if not reasons and levels.active(portfolio).count() != ranking.ranked + ranking.waiting:
        reasons.append(_("partners added, merged or put away"))
    return ", ".join(reasons)
