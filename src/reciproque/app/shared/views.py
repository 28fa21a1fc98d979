"""Pages that belong to no capability, and how often one place may ask for some of them."""

from __future__ import annotations

import hmac
import secrets
import sys
from collections import OrderedDict, deque
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from reciproque.app.shared import clock
from reciproque.app.shared.context import place_of
from reciproque.app.shared.errors import passes
from reciproque.app.shared.gallery import samples

AN_HOUR = timedelta(hours=1)
MOST_KNOWN = 10_000


class Visits:
    """At most so many requests in so long from one place. Places are keyed hashes, in this process's memory only."""

    def __init__(self, most: int, within: timedelta = AN_HOUR) -> None:
        self.most, self.within = most, within
        self._key = secrets.token_bytes(32)
        self._seen: OrderedDict[bytes, deque[datetime]] = OrderedDict()

    def too_many(self, place: str) -> bool:
        """Whether this one is too many; one that is not is counted."""
        name, now = hmac.digest(self._key, place.encode(), "sha256"), clock.now()
        times = self._seen.pop(name, None) or deque(maxlen=self.most)
        self._seen[name] = times
        if len(self._seen) > MOST_KNOWN:
            self._seen.popitem(last=False)
        if self._full(times, now):
            return True
        times.append(now)
        return False

    def exhausted(self, place: str) -> bool:
        """Whether one more would be too many; nothing is counted."""
        times = self._seen.get(hmac.digest(self._key, place.encode(), "sha256"))
        return times is not None and self._full(times, clock.now())

    def _full(self, times: deque[datetime], now: datetime) -> bool:
        """What was counted by a clock that was ahead, and was put right since, does not count."""
        return len(times) == self.most and now - self.within < times[0] <= now

    def clear(self) -> None:
        self._seen.clear()

    @staticmethod
    def place(request: HttpRequest) -> str:
        return place_of(request.META, settings.ALLAUTH_TRUSTED_PROXY_COUNT)


wrong_codes = Visits(10, timedelta(minutes=1))
"""Links that open nothing, typed or guessed: with these spent, a place opens none for the rest of the minute."""


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


@login_not_required
def health(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """What nobody caught: a mistake of ours, or a trouble of the machine that passes."""
    if passes(sys.exc_info()[1], request.method or ""):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "60"})
    return render(request, "500.html", status=500)


@login_not_required
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component, for whoever works on the pages. Not on an installation that serves people."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    return render(request, "gallery.html", samples())
