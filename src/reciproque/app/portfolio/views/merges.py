"""Rows that may be one company: proposals, merges, and their undoing."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from reciproque.app.directory.access import SignedIn
from reciproque.app.portfolio import access
from reciproque.app.portfolio.actions import merging as actions
from reciproque.app.portfolio.queries import merges as queries
from reciproque.app.portfolio.views.common import page
from reciproque.app.shared.audit import actor
from reciproque.app.shared.refusals import act

PER_PAGE = 20


@require_GET
def merges(request: SignedIn, key: str) -> HttpResponse:
    found = access.portfolio_for(request.user, key)
    proposals = Paginator(queries.look_alikes(found), PER_PAGE).get_page(request.GET.get("page"))
    return page(
        request, "portfolio/merges.html", portfolio=found, proposals=proposals, merged=queries.merged(found)[:100]
    )


@require_POST
def merge(request: SignedIn, key: str) -> HttpResponse:
    """Merge the chosen partners into the main one, or keep a group apart for good."""
    found = access.portfolio_for(request.user, key)
    by = actor(request.user)
    if "apart" in request.POST:
        group = request.POST["apart"][:300]
        act(request, _("They will not be proposed again."), actions.keep_apart, by=by, portfolio=found, group=group)
        return redirect("merges", key)
    chosen = list(found.partners.filter(key__in=request.POST.getlist("partner")))
    into = found.partners.filter(key=request.POST.get("into", "")).first()
    if into is None:
        return redirect("merges", key)
    sentence = _("Merged into %(name)s. Nothing is lost: you can undo it below.") % {"name": into}
    act(request, sentence, actions.merge_partners, by=by, into=into, partners=chosen)
    return redirect("merges", key)


@require_POST
def merge_undo(request: SignedIn, key: str) -> HttpResponse:
    found = access.partner_for(request.user, key)
    sentence = _("%(name)s stands on its own again.") % {"name": found}
    act(request, sentence, actions.undo_merge, by=actor(request.user), partner=found)
    return redirect("merges", found.portfolio.key)
