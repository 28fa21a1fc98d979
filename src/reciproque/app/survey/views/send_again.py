""" "Send my link again": the same page, after the same work, whoever asks and for whatever address."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from reciproque.app.shared.views import Visits
from reciproque.app.survey.actions.invitations import resend_link

MOST_AN_HOUR = 20
visits = Visits(MOST_AN_HOUR)


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
    if visits.too_many(visits.place(request)):
        return render(request, "429.html", status=429)
    resend_link(form.cleaned_data["email"])
    return render(request, "survey/send_again_done.html")
