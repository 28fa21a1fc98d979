"""Partners: the list, one sheet, scoring, engaging, putting away."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from reciproque.app.directory.access import SignedIn
from reciproque.app.portfolio import access
from reciproque.app.portfolio.actions import portfolios as actions
from reciproque.app.portfolio.actions.engaging import engage_partner
from reciproque.app.portfolio.actions.scoring import score_partner
from reciproque.app.portfolio.forms import EngageForm, PartnerFilter, PartnerForm, ScoreForm
from reciproque.app.portfolio.models import Ranking
from reciproque.app.portfolio.queries import lists, overview
from reciproque.app.portfolio.queries.sheet import amounts_in_words, sheet
from reciproque.app.portfolio.queries.words import as_row, shown_ranks
from reciproque.app.portfolio.views.common import done, page
from reciproque.app.shared.audit import actor
from reciproque.app.shared.refusals import act, try_action

PER_PAGE = 50


@require_GET
def partners(request: SignedIn, key: str) -> HttpResponse:
    """Every ranked partner: searched, filtered, sorted and cut into pages by the database."""
    found = access.portfolio_for(request.user, key)
    ranking = overview.latest(found)
    if ranking is None:
        return redirect("partners-waiting", key)
    filters = PartnerFilter(request.GET, categories=lists.categories(found))
    wanted = filters.wanted()
    found_rows = lists.ranked_list(ranking, **wanted)
    pages = Paginator(found_rows, PER_PAGE).get_page(request.GET.get("page"))
    start = pages.start_index() - 1
    shown = list(lists.whole_rows(found_rows[max(start, 0) : pages.end_index()], wanted["sort"]))
    last = _last(ranking, [row.rank_high for row in shown])
    rows = [as_row(ranking, found.partner_side, row, last) for row in shown]
    return page(
        request,
        "portfolio/partners.html",
        portfolio=found,
        ranking=ranking,
        filters=filters,
        pages=pages,
        rows=rows,
        last=last,
    )


def _last(ranking: Ranking, highs: list[int]) -> int:
    return max(shown_ranks(ranking, []), min(ranking.ranked, max(highs, default=0)))


@require_GET
def partners_waiting(request: SignedIn, key: str) -> HttpResponse:
    """Partners of whom too little is known to rank them."""
    found = access.portfolio_for(request.user, key)
    ranking = overview.latest(found)
    filters = PartnerFilter(request.GET, categories=lists.categories(found))
    wanted = filters.wanted()
    rows = lists.waiting_list(found, ranking, text=wanted["text"], category=wanted["category"])
    pages = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return page(request, "portfolio/partners_waiting.html", portfolio=found, filters=filters, pages=pages)


@require_GET
def partners_archived(request: SignedIn, key: str) -> HttpResponse:
    found = access.portfolio_for(request.user, key)
    pages = Paginator(lists.archived_list(found), PER_PAGE).get_page(request.GET.get("page"))
    return page(request, "portfolio/partners_archived.html", portfolio=found, pages=pages)


def partner_new(request: SignedIn, key: str) -> HttpResponse:
    found = access.portfolio_for(request.user, key)
    form = PartnerForm(request.POST or None)
    if form.is_valid() and try_action(
        form, actions.add_partner, by=actor(request.user), portfolio=found, **form.cleaned_data
    ):
        made = found.partners.order_by("-pk")[0]
        return done(
            request, _("%(name)s is in the portfolio. Score it now.") % {"name": made}, "partner-score", made.key
        )
    return page(request, "portfolio/partner_form.html", portfolio=found, form=form, partner=None)


@require_GET
def partner(request: SignedIn, key: str) -> HttpResponse:
    found = access.partner_for(request.user, key)
    shown = sheet(found)
    return page(
        request,
        "portfolio/partner.html",
        portfolio=found.portfolio,
        sheet=shown,
        amounts=amounts_in_words(shown),
        own_scores=request.user.pk,
    )


def partner_change(request: SignedIn, key: str) -> HttpResponse:
    found = access.partner_for(request.user, key)
    form = PartnerForm(request.POST or None, partner=found)
    if form.is_valid() and try_action(
        form, actions.change_partner, by=actor(request.user), partner=found, **form.cleaned_data
    ):
        return done(request, _("The details are saved."), "partner", key)
    return page(request, "portfolio/partner_form.html", portfolio=found.portfolio, form=form, partner=found)


def partner_score(request: SignedIn, key: str) -> HttpResponse:
    """One's own scores: five sentences per scale. What others said is on the sheet."""
    found = access.partner_for(request.user, key)
    standing = list(found.scores.filter(superseded_at=None, scorer=request.user))
    volume = not found.amounts.exists()
    form = ScoreForm(request.POST or None, partner=found, standing=standing, volume=volume)
    if form.is_valid() and try_action(form, score_partner, by=actor(request.user), partner=found, given=form.given()):
        return done(request, _("Your scores are kept, dated and signed."), "partner", key)
    return page(
        request,
        "portfolio/score.html",
        portfolio=found.portfolio,
        partner=found,
        form=form,
        pairs=form.pairs(),
        volume=volume,
    )


def partner_engage(request: SignedIn, key: str) -> HttpResponse:
    """The decision: a relationship is opened and the reasons are kept. Nobody is told."""
    found = access.partner_for(request.user, key)
    form = EngageForm(request.POST or None)
    if form.is_valid() and try_action(form, engage_partner, by=actor(request.user), partner=found, **form.cleaned_data):
        return done(request, _("The relationship is open and your reasons are kept. Nobody was told."), "partner", key)
    return page(request, "portfolio/engage.html", portfolio=found.portfolio, sheet=sheet(found), form=form)


@require_POST
def partner_archive(request: SignedIn, key: str) -> HttpResponse:
    found = access.partner_for(request.user, key)
    sentence = _("%(name)s is put away. You can take it back at any time.") % {"name": found}
    act(request, sentence, actions.archive_partner, by=actor(request.user), partner=found)
    return redirect("partner", key)


@require_POST
def partner_restore(request: SignedIn, key: str) -> HttpResponse:
    found = access.partner_for(request.user, key)
    actions.restore_partner(by=actor(request.user), partner=found)
    messages.success(request, _("%(name)s is back in the portfolio.") % {"name": found})
    return redirect(reverse("partner", args=[key]))
