"""What the sign-in page of a demonstration knows besides: the chairs one may take."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from reciproque.app.directory.queries.start import demo_personas


def personas(request: HttpRequest) -> dict[str, Any]:
    match = request.resolver_match
    if not settings.DEMO or match is None or match.url_name != "account_login":
        return {"personas": []}
    return {
        "personas": [
            {
                "name": chair.name,
                "role": chair.role,
                "side": chair.side,
                "organisation": chair.organisation,
                "url": reverse("persona-login", args=[chair.key]),
            }
            for chair in demo_personas()
        ]
    }
