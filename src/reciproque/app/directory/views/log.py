"""The log of actions, in sentences."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from reciproque.app.directory import access
from reciproque.app.directory.access import SignedIn
from reciproque.app.directory.queries.log import entries

PER_PAGE = 50


def log(request: SignedIn, key: str = "") -> HttpResponse:
    """What was done and by whom, as far as it concerns the reader; of one relationship when a key is given."""
    relationship = access.relationship_for(request.user, key)[0] if key else None
    page = Paginator(access.log_for(request.user, relationship), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "relationship": relationship,
        "records": page,
        "entries": entries(list(page)),
        "active_nav": "log",
    }
    return render(request, "directory/log.html", context)
