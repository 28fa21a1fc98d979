"""The last ranking, frozen for the spreadsheet and the document."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from reciproque.app.portfolio.criteria import CRITERIA, SCALES, Criterion, Scale
from reciproque.app.portfolio.models import Portfolio, RankedPartner, Ranking, Score
from reciproque.app.portfolio.queries.orders import in_words
from reciproque.app.portfolio.queries.overview import overview, ranked
from reciproque.app.portfolio.queries.words import Row, change_in_words, level_in_words, places
from reciproque.reports.portfolio_page import PortfolioReport, PrintedRow, Sheet


def report(portfolio: Portfolio, ranking: Ranking, *, sheets: bool) -> PortfolioReport:
    """``sheets``: also every partner and every score, for the spreadsheet."""
    shown = overview(portfolio, ranking)
    order = in_words(ranking.order)
    return PortfolioReport(
        language=(get_language() or "fr")[:2],
        organisation=portfolio.organisation.name,
        portfolio=portfolio.name,
        kicker=_("Spot"),
        title=shown.title,
        lead=shown.lead,
        computed_on=timezone.localdate(ranking.computed_at).isoformat(),
        seal=_("Ranks of %(date)s, computed by %(who)s.")
        % {
            "date": date_format(timezone.localtime(ranking.computed_at), "DATE_FORMAT"),
            "who": ranking.computed_by_name,
        },
        chart=shown.chart,
        order=tuple(", ".join(group) for group in order) if len(order) > 1 else (),
        columns=_columns(),
        rows=tuple(_printed(row) for row in shown.rows),
        notes=_notes(shown.outside, ranking),
        sheets=_sheets(portfolio, ranking) if sheets else (),
        labels=_labels(ranking),
    )


def _columns() -> tuple[str, ...]:
    return (
        _("Rank"), _("Partner"), _("Volumes"), _("Potential"), _("Criticality"), _("Stance"), _("Market"),
        _("Possible rank"),
    )  # fmt: skip


def _printed(row: Row) -> PrintedRow:
    return PrintedRow(
        str(row.rank), row.name, row.why, tuple(row.cells), row.places, row.fragile, row.within, row.chart
    )


def _notes(outside: int, ranking: Ranking) -> tuple[str, ...]:
    notes = []
    if outside:
        notes.append(
            ngettext("One other partner is further down.", "%(number)s other partners are further down.", outside)
            % {"number": outside}
        )
    if ranking.waiting:
        notes.append(
            ngettext("one waits for scores", "%(number)s wait for scores", ranking.waiting)
            % {"number": ranking.waiting}
        )
    return tuple(notes)


def _labels(ranking: Ranking) -> dict[str, str]:
    return {
        "summary": _("In words"),
        "order": _("Order"),
        "map": _("The map, on five criteria"),
        "map_note": _(
            "This map is your own reading, made by you alone. It says nothing of trust: trust is measured by two."
        ),
        "order_title": _("What counts most"),
        "order_note": _("Only an order is asked. The possible ranks come from %(draws)s sets of weights that fit it.")
        % {"draws": number_format(ranking.draws, 0, force_grouping=True)},
        "ranks": _("The ranks, and how far they are uncertain"),
        "ranks_note": _("The dashed line is your capacity."),
        "fragile": _("fragile rank"),
    }


def _sheets(portfolio: Portfolio, ranking: Ranking) -> tuple[Sheet, ...]:
    return (
        Sheet(
            _("Ranks"), _rank_columns(portfolio), tuple(_cells(row) for row in ranked(ranking).order_by("rank", "pk"))
        ),
        Sheet(_("Scores"), _score_columns(), tuple(_score(row) for row in _scores(portfolio))),
    )


def _rank_columns(portfolio: Portfolio) -> tuple[str, ...]:
    return (
        _("Rank"), _("Partner"), _("Code"), _("Category"), _("Possible rank"),
        _("Share of the weights that put it in"), _("Fragile"), *(str(Criterion(one).label) for one in CRITERIA),
        _("Points of 100"),
        f"{_('Amount')} ({portfolio.currency})", _("Share of all flows"), _("What would change it"),
    )  # fmt: skip


def _cells(row: RankedPartner) -> tuple[str | float | int, ...]:
    partner = row.partner
    return (
        row.rank, partner.name, partner.code, partner.category, places(row), round(row.share * 100, 1),
        _("yes") if row.fragile else _("no"), *(level_in_words(one, row) for one in CRITERIA),
        round(row.value * 100, 1), float(row.amount), round(row.amount_share, 2), change_in_words(row),
    )  # fmt: skip


def _scores(portfolio: Portfolio) -> list[Score]:
    rows = Score.objects.filter(partner__portfolio=portfolio, superseded_at=None).select_related("partner")
    return list(rows.order_by("partner__name", "scale", "scorer_name"))


def _score_columns() -> tuple[str, ...]:
    return (_("Level"), _("Partner"), _("Scale"), _("On what ground?"), _("Scored by"), _("Date"))


def _score(row: Score) -> tuple[str | float | int, ...]:
    scale = str(Scale(row.scale).label) if row.scale in SCALES else row.scale
    on = timezone.localdate(row.scored_at).isoformat()
    return (row.level, row.partner.name, scale, row.evidence, row.scorer_name, on)
