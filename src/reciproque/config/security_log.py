"""Security events, one line each on standard error: when (UTC), what, which account by its key. docs/security/rules.md.

Never an address, a name, a place, a device, a token nor anything typed. Nothing about respondents' pages.
"""

from __future__ import annotations

import logging
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse

from reciproque.app.shared.middleware import GetResponse
from reciproque.config.logs import RESPONDENT_PATHS

log = logging.getLogger("reciproque.security")

EVENTS: tuple[tuple[Signal, str], ...] = (
    (user_logged_in, "signed in"),
    (user_logged_out, "signed out"),
    (user_login_failed, "sign-in refused"),
    (mfa.authentication_failed, "second factor refused"),
    (account.login_code_rejected, "sign-in code refused"),
    (account.password_reset_code_rejected, "reset code refused"),
    (mfa.authenticator_added, "second factor added"),
    (mfa.authenticator_removed, "second factor removed"),
    (mfa.authenticator_reset, "recovery codes made again"),
    (account.password_set, "password chosen"),
    (account.password_changed, "password changed"),
    (account.password_reset, "password reset"),
    (account.email_changed, "address changed"),
)
REFUSED = {400, 403, 404, 429}


def note(event: str, key: str = "", **details: object) -> None:
    """One line. Details are our own words and numbers only."""
    said = "".join(f" {name}={value}" for name, value in sorted(details.items()))
    log.info("%s account=%s%s", event, key or "-", said)


def listen() -> None:
    for signal, event in EVENTS:
        signal.connect(_writer(event), weak=False, dispatch_uid=f"security-log:{event}")


def _writer(event: str) -> Any:
    def write(sender: Any, user: Any = None, **kwargs: Any) -> None:
        note(event, getattr(user, "key", ""))

    return write


class RefusalsLogged:
    """Every page refused to somebody: absent or forbidden, a bad form, too many requests."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in REFUSED and not RESPONDENT_PATHS.match(request.path):
            match = request.resolver_match
            page = (match.view_name if match else "") or "-"
            note("refused", getattr(request.user, "key", ""), page=page, status=response.status_code)
        return response
