"""How accounts are made and entered: by invitation, in one's own language, with a password set at the first visit."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """An invited person came in by a code: offer to choose a password."""
        if request.user.is_authenticated and not request.user.has_usable_password():
            return reverse("account_set_password")
        return str(super().get_login_redirect_url(request))

    def post_login(self, request: HttpRequest, user: Any, **details: Any) -> HttpResponse:
        """Show the site in the language of the account, until the browser is closed or another one is chosen."""
        response: HttpResponse = super().post_login(request, user, **details)
        return speak(response, user.language)


def speak(response: HttpResponse, language: str) -> HttpResponse:
    """Set the language of the following pages."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )
    return response
