"""What the sign-in page of a demonstration knows besides: the chairs one may take, story by story."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from reciproque.app.directory.queries.start import demo_stories, demo_third_parties


def personas(request: HttpRequest) -> dict[str, Any]:
    match = request.resolver_match
    if not settings.DEMO or match is None or match.url_name != "account_login":
        return {"demo_stories": [], "third_parties": ()}
    return {"demo_stories": demo_stories(), "third_parties": demo_third_parties()}
