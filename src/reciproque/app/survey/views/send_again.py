""" "Send my link again": the same page, after the same work, whoever asks and for whatever address."""

from __future__ import annotations

import hmac
import secrets
from collections import OrderedDict, deque
from datetime import datetime, timedelta

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from reciproque.app.shared import clock
from reciproque.app.survey.actions.invitations import resend_link

AN_HOUR = timedelta(hours=1)
MOST_AN_HOUR = 20
MOST_KNOWN = 10_000
_seen: OrderedDict[bytes, deque[datetime]] = OrderedDict()
_key = secrets.token_bytes(32)


class AgainForm(forms.Form):
    email = forms.EmailField(
        label=_("Your e-mail address at work"),
        help_text=_("The one at which you received the invitation."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


@login_not_required
@require_http_methods(["GET", "POST"])
def send_again(request: HttpRequest) -> HttpResponse:
    form = AgainForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return render(request, "survey/send_again.html", {"form": form}, status=200 if request.method == "GET" else 422)
    if too_many(request):
        return render(request, "429.html", status=429)
    resend_link(form.cleaned_data["email"])
    return render(request, "survey/send_again_done.html")


def too_many(request: HttpRequest) -> bool:
    """More than a few requests an hour from one place. Places are keyed hashes, in the memory of this process only."""
    place = hmac.digest(_key, _address(request).encode(), "sha256")
    times, now = _seen.pop(place, None) or deque(maxlen=MOST_AN_HOUR), clock.now()
    _seen[place] = times
    if len(_seen) > MOST_KNOWN:
        _seen.popitem(last=False)
    if len(times) == MOST_AN_HOUR and times[0] > now - AN_HOUR:
        return True
    times.append(now)
    return False


def _address(request: HttpRequest) -> str:
    """Where the request comes from: behind our own proxies, what the first of them saw."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    said = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    return said[-proxies] if proxies and len(said) >= proxies else request.META.get("REMOTE_ADDR", "")
