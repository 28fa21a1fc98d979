"""How long one sign-in lasts: thirty minutes without a page, ten hours in all. Then one signs in again.

A browser in which somebody types asks for its page again now and then (frontend/src/behaviours.js): typing counts.

Read on the machine's own clock, as the framework does for its sessions. Both times stand in the session, on the server.
"""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from reciproque.app.shared.middleware import GetResponse

STEP = 120  # seconds: how precisely the last page is remembered


@receiver(user_logged_in)
def began(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    request.session["began"] = request.session["seen"] = int(time.time())


class SessionLimits:
    """Signs out whoever was away too long, or signed in too long ago.

    Not on the pages of those who answer: the time of a session would be written at the minute of somebody's answer.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _has_session(request) and request.user.is_authenticated and _is_over(request):
            logout(request)
            messages.info(request, _("You were signed out because nothing happened for a while. Sign in again."))
        return self.get_response(request)


def _has_session(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES and not settings.RESPONDENT_PATHS.match(request.path)


def _is_over(request: HttpRequest) -> bool:
    now, session = int(time.time()), request.session
    seen = session.get("seen", 0)
    if now - seen > settings.SESSION_IDLE_SECONDS or now - session.get("began", 0) > settings.SESSION_COOKIE_AGE:
        return True
    if now - seen > STEP:
        session["seen"] = now
    return False


class _Cookie(CookieStorage):
    cookie_name = f"{settings.COOKIE_PREFIX}messages"


class Messages(FallbackStorage):
    """What the next page says: in a cookie of this host only, in the session when it is long."""

    storage_classes = (_Cookie, SessionStorage)
