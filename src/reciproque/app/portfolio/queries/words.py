"""Rows of a ranking in the reader's words: levels, places, what would move them. Shared by pages and exports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from reciproque.app.portfolio.criteria import CRITERIA, Criterion, in_words, potential_in_words
from reciproque.app.portfolio.models import RankedPartner, Ranking
from reciproque.reports.charts.partners import RankRange
from reciproque.science.acceptability import CLEARLY_IN, CLEARLY_OUT


@dataclass(frozen=True)
class Row:
    """One ranked partner, ready to be shown."""

    key: str
    name: str
    why: str
    rank: int
    places: str
    share: str
    fragile: bool
    within: bool
    levels: dict[str, str]
    amount: str
    amount_share: str
    change: str
    engaged: bool
    chart: RankRange

    @property
    def cells(self) -> list[str]:
        return [self.levels[criterion] for criterion in CRITERIA]


def percent(share: float) -> str:
    """A share of 0..1 without decimals; never 100 nor 0 when it is not quite so."""
    whole = round(share * 100)
    if share < 1 and whole == 100:
        whole = 99
    if share > 0 and whole == 0:
        whole = 1
    return _("%(number)s%%") % {"number": whole}


def percent_of_flows(share: float) -> str:
    """A share of all flows, already in percent."""
    decimals = 0 if share >= 10 else 1
    if 0 < share < 0.05:
        return _("less than 0.1%")
    return _("%(number)s%%") % {"number": number_format(round(share, decimals), decimals)}


def money(amount: Decimal, currency: str) -> str:
    return f"{number_format(amount.quantize(Decimal(1)), 0, use_l10n=True, force_grouping=True)} {currency}".replace(
        " ", "\u00a0"
    )


def places(row: RankedPartner) -> str:
    if row.rank_low == row.rank_high:
        return str(row.rank_low)
    return _("%(low)s to %(high)s") % {"low": row.rank_low, "high": row.rank_high}


def level_in_words(criterion: str, row: RankedPartner) -> str:
    """A level, said with what people disagree on or do not know."""
    low, high, known = row.ranges.get(criterion, [0, 0, True])
    if not known:
        return _("not known")
    if criterion == Criterion.POTENTIAL:
        return potential_in_words(row.up, row.down)
    if criterion in row.ranges and in_words(criterion, low) != in_words(criterion, high):
        return _("%(low)s to %(high)s") % {"low": in_words(criterion, low), "high": in_words(criterion, high)}
    return in_words(criterion, getattr(row, criterion))


def change_in_words(row: RankedPartner) -> str:
    """The smallest thing that would carry the partner over the threshold, in or out."""
    parts = []
    if row.change_criterion and row.change_level is not None:
        parts.append(_change_of_level(row))
    if row.change_order:
        names = ", ".join(str(Criterion(one).label).lower() for one in row.change_order)
        parts.append(_("with the criteria in this order: %(order)s") % {"order": names})
    if not parts:
        return _("No single change of level or order would do it.")
    start = _("Would leave") if row.within else _("Would enter")
    joined = _(", or ").join(parts)
    return _("%(start)s %(parts)s.") % {"start": start, "parts": joined}


def _change_of_level(row: RankedPartner) -> str:
    criterion = Criterion(row.change_criterion)
    return _("if “%(criterion)s” went from %(now)s to %(then)s") % {
        "criterion": str(criterion.label).lower(),
        "now": in_words(criterion, getattr(row, criterion)),
        "then": in_words(criterion, row.change_level or 0),
    }


def verdict(share: float) -> str:
    """In, out, or not settled by the order of the criteria."""
    if share >= CLEARLY_IN:
        return _("clearly in")
    return _("clearly out") if share <= CLEARLY_OUT else _("not settled")


def shown_ranks(ranking: Ranking, rows: Sequence[RankedPartner]) -> int:
    """How far the scale of ranks goes: a little beyond the capacity, never more than there are."""
    return max(2, min(ranking.ranked, max(ranking.capacity + 3, len(rows))))


def as_row(ranking: Ranking, side: str, row: RankedPartner, last: int) -> Row:
    partner = row.partner
    return Row(
        key=partner.key,
        name=partner.name,
        why=partner.note.split("\n", 1)[0][:160],
        rank=row.rank,
        places=places(row),
        share=percent(row.share),
        fragile=row.fragile,
        within=row.within,
        levels={criterion: level_in_words(criterion, row) for criterion in CRITERIA},
        amount=money(row.amount, ranking.portfolio.currency),
        amount_share=percent_of_flows(row.amount_share),
        change=change_in_words(row),
        engaged=partner.relationship_id is not None,
        chart=_range(ranking, side, row, last),
    )


def _range(ranking: Ranking, side: str, row: RankedPartner, last: int) -> RankRange:
    return RankRange(
        id=f"rank-{row.partner.key}",
        title=_("Possible rank of %(name)s") % {"name": row.partner.name},
        description=_("Rank %(rank)s; %(places)s for 95%% of the weights that fit the order.")
        % {"rank": row.rank, "places": places(row)},
        side=side,
        rank=row.rank,
        low=row.rank_low,
        high=row.rank_high,
        capacity=ranking.capacity,
        last=last,
    )
