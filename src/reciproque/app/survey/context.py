"""What the sign-in page of a demonstration knows besides: whose answers a visitor may give."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from reciproque.app.survey.queries.demo_chairs import chairs


def respondents(request: HttpRequest) -> dict[str, Any]:
    match = request.resolver_match
    if not settings.DEMO or match is None or match.url_name != "account_login":
        return {"respondents": []}
    return {"respondents": chairs()}
