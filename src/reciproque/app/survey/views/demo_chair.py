"""Demonstration only: take the phone of somebody who was asked to answer."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from reciproque.app.survey.queries.demo_chairs import chair_token


@login_not_required
@require_POST
def take(request: HttpRequest, key: str, side: str) -> HttpResponse:
    """The link of an invented person. Elsewhere, and for anybody else, this page does not exist."""
    token = chair_token(key, side) if settings.DEMO else None
    if token is None:
        raise Http404
    return redirect(f"{reverse('respond')}#{token}")
