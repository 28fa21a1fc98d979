"""A portfolio: opening page, settings, order of the criteria, Kraljic's squares, two dates side by side."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from reciproque.app.directory.access import SignedIn
from reciproque.app.directory.actions import add_account
from reciproque.app.portfolio import access
from reciproque.app.portfolio.actions import portfolios as actions
from reciproque.app.portfolio.actions.ranking import compute_ranking
from reciproque.app.portfolio.actions.scoring import state_order
from reciproque.app.portfolio.criteria import CRITERIA, SCALES_OF, anchors
from reciproque.app.portfolio.forms import ColleagueForm, OrderForm, PortfolioForm, SettingsForm
from reciproque.app.portfolio.models import Portfolio
from reciproque.app.portfolio.queries import levels, maps, orders, overview
from reciproque.app.portfolio.queries.comparison import comparison
from reciproque.app.portfolio.queries.words import percent
from reciproque.app.portfolio.views.common import done, page
from reciproque.app.shared.audit import actor
from reciproque.app.shared.refusals import act, try_action
from reciproque.science.acceptability import central_weights


@require_GET
def portfolios(request: SignedIn) -> HttpResponse:
    """The company's portfolios; with one only, that one."""
    organisation = access.organisation_of(request.user)
    found = list(access.portfolios_for(request.user))
    if len(found) == 1:
        return redirect("portfolio", found[0].key)
    return page(request, "portfolio/portfolios.html", portfolios=found, organisation=organisation)


def portfolio_new(request: SignedIn) -> HttpResponse:
    organisation = access.organisation_of(request.user)
    form = PortfolioForm(request.POST or None)
    if form.is_valid() and try_action(
        form, actions.create_portfolio, by=actor(request.user), organisation=organisation, **form.cleaned_data
    ):
        made = access.portfolios_for(request.user).get(name=form.cleaned_data["name"])
        return done(request, _("The portfolio is ready. Your company alone sees it."), "portfolio", made.key)
    return page(request, "portfolio/portfolio_new.html", form=form, organisation=organisation)


@require_GET
def portfolio(request: SignedIn, key: str) -> HttpResponse:
    """What the last ranking found."""
    found = access.portfolio_for(request.user, key)
    ranking = overview.latest(found)
    if ranking is None:
        return page(
            request,
            "portfolio/portfolio_empty.html",
            portfolio=found,
            partners=levels.active(found).count(),
            **_ready(found),
        )
    shown = overview.overview(found, ranking)
    return page(
        request,
        "portfolio/portfolio.html",
        portfolio=found,
        overview=shown,
        order=orders.in_words(shown.weighting.order) if shown.weighting else [],
        more=access.portfolios_for(request.user).count(),
    )


def _ready(found: Portfolio) -> dict[str, object]:
    """How far an unranked portfolio has come."""
    rankable = sum(row.count >= levels.KNOWN_NEEDED for row in levels.known(found))
    return {"rankable": rankable, "weighting": orders.weighting_in_force(found)}


def portfolio_settings(request: SignedIn, key: str) -> HttpResponse:
    found = access.portfolio_for(request.user, key)
    form = SettingsForm(request.POST or None, portfolio=found)
    if form.is_valid() and try_action(
        form, actions.change_portfolio, by=actor(request.user), portfolio=found, **form.cleaned_data
    ):
        return done(request, _("The settings are saved. The next ranks will follow them."), "portfolio", key)
    return _settings(request, found, form, ColleagueForm())


def _settings(request: SignedIn, found: Portfolio, form: SettingsForm, colleague: ColleagueForm) -> HttpResponse:
    return page(
        request,
        "portfolio/portfolio_settings.html",
        portfolio=found,
        form=form,
        colleague=colleague if access.may_invite(request.user) else None,
        colleagues=found.organisation.accounts.filter(is_active=True),
    )


@require_POST
def portfolio_colleague(request: SignedIn, key: str) -> HttpResponse:
    """An account for a colleague, so that several people can score."""
    found = access.portfolio_for(request.user, key)
    access.require_may_invite(request.user)
    form = ColleagueForm(request.POST)
    if form.is_valid() and try_action(
        form, add_account, by=actor(request.user), organisation=found.organisation, **form.cleaned_data
    ):
        sentence = _("%(name)s has an account. To come in: ask for a code by e-mail on the sign-in page.")
        return done(request, sentence % {"name": form.cleaned_data["name"]}, "portfolio-settings", key)
    return _settings(request, found, SettingsForm(portfolio=found), form)


@require_POST
def portfolio_rank(request: SignedIn, key: str) -> HttpResponse:
    """Compute the ranks again: a dated snapshot; the earlier ones stay for comparison."""
    found = access.portfolio_for(request.user, key)
    act(request, _("The ranks are computed."), compute_ranking, by=actor(request.user), portfolio=found)
    return redirect("portfolio", key)


def portfolio_weights(request: SignedIn, key: str) -> HttpResponse:
    """The order of the criteria. Each gesture sends the order it starts from: nothing is kept until it is stated."""
    found = access.portfolio_for(request.user, key)
    sent = orders.parsed(request.POST.get("order", ""))
    way, _colon, criterion = request.POST.get("move", "").partition(":")
    order = _order_shown(found, sent, way, criterion)
    form = OrderForm(request.POST or None)
    stating = request.method == "POST" and "state" in request.POST
    if stating and not sent:
        form.add_error(None, _("The order names each of the five criteria once."))
    if stating and form.is_valid():
        state_order(by=actor(request.user), portfolio=found, order=order, reason=form.cleaned_data["reason"])
        return done(request, _("The order is stated. Compute the ranks to see what it changes."), "portfolio", key)
    weights = dict(zip(CRITERIA, central_weights(orders.as_numbers(order)), strict=True))
    groups = [[(one, _label(one), percent(weights[one])) for one in group] for group in order]
    return page(
        request,
        "portfolio/weights.html",
        portfolio=found,
        groups=groups,
        written=orders.written(order),
        form=form,
        history=[(row, orders.in_words(row.order)) for row in found.weightings.all()[:10]],
        moved=bool(criterion),
    )


def _order_shown(found: Portfolio, sent: orders.Order | None, way: str, criterion: str) -> orders.Order:
    order = sent or orders.order_in_force(found) or orders.EQUAL
    return orders.moved(order, criterion, way) if criterion in CRITERIA else order


def _label(criterion: str) -> str:
    return str(CRITERIA[CRITERIA.index(criterion)].label)  # type: ignore[arg-type]


@require_GET
def portfolio_kraljic(request: SignedIn, key: str) -> HttpResponse:
    found = access.portfolio_for(request.user, key)
    ranking = overview.latest(found)
    if ranking is None:
        return redirect("portfolio", key)
    squares = maps.kraljic(found, overview.ranked(ranking), list(overview.worth_showing(ranking)))
    return page(request, "portfolio/kraljic.html", portfolio=found, ranking=ranking, kraljic=squares)


@require_GET
def portfolio_compare(request: SignedIn, key: str) -> HttpResponse:
    """Two rankings side by side: the last two, or those of the address."""
    found = access.portfolio_for(request.user, key)
    rankings = list(found.rankings.all()[:50])
    if len(rankings) < 2:
        return page(request, "portfolio/compare.html", portfolio=found, rankings=rankings, comparison=None)
    later = access.ranking_for(found, request.GET.get("later") or rankings[0].key)
    earlier = access.ranking_for(found, request.GET.get("earlier") or rankings[1].key)
    if earlier.computed_at > later.computed_at:
        earlier, later = later, earlier
    return page(
        request, "portfolio/compare.html", portfolio=found, rankings=rankings, comparison=comparison(earlier, later)
    )


@require_GET
def portfolio_method(request: SignedIn, key: str) -> HttpResponse:
    """One page in plain words: criteria and their anchors, the order, the ranges, what fragile means."""
    found = access.portfolio_for(request.user, key)
    scales = [
        (_label(criterion), [anchors(found.chair, scale) for scale in SCALES_OF[criterion]]) for criterion in CRITERIA
    ]
    return page(request, "portfolio/method.html", portfolio=found, scales=scales)
