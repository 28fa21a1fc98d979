"""Rules that hold for every request: pages are private, reading never writes, powerful roles need a second factor."""

from collections.abc import Callable
from contextlib import contextmanager

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.translation import gettext as _

GetResponse = Callable[[HttpRequest], HttpResponse]
SAFE = {"GET", "HEAD", "OPTIONS"}
# Pages of the sign-in library that write on GET by design (a session row, a rate limit, a one-time state).
WRITES_ON_GET = ("/accounts/",)


class UsedMethods:
    """Pages are read and forms are sent: every other method is refused, wherever and whoever."""

    ALLOWED = ("GET", "HEAD", "POST")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in self.ALLOWED:
            return HttpResponseNotAllowed(self.ALLOWED, content_type="text/plain")
        return self.get_response(request)


class PrivacyHeaders:
    """Nothing is kept by browsers or proxies, except files that never change."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), browsing-topics=()"
        )
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        return response


@contextmanager
def read_only():  # type: ignore[no-untyped-def]
    """Refuse every write on the main database for the length of the block."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA query_only = ON")
        else:
            cursor.execute("SET default_transaction_read_only = on")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA query_only = OFF")
            else:
                cursor.execute("SET default_transaction_read_only = off")


class ReadOnlyGet:
    """A GET cannot write: a link that is opened, prefetched or scanned changes nothing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in SAFE or request.path.startswith(WRITES_ON_GET):
            return self.get_response(request)
        request.session.get("_auth_user_id") if request.COOKIES.get(settings.SESSION_COOKIE_NAME) else None
        with read_only():
            return self.get_response(request)


class SecondFactorRequired:
    """Host administrators, facilitators and sponsors set up a second factor before anything else."""

    FREE = ("/accounts/", "/i18n/", "/static/", "/r/", "/receipt/", "/health")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._must_enrol(request):
            messages.info(request, _("Your role opens sealed results or runs this site: add a second factor first."))
            return redirect("mfa_index")
        return self.get_response(request)

    def _must_enrol(self, request: HttpRequest) -> bool:
        if not settings.SECOND_FACTOR_REQUIRED or request.path == "/r" or request.path.startswith(self.FREE):
            return False
        user = request.user
        return bool(user.is_authenticated and user.needs_second_factor and not is_mfa_enabled(user))
