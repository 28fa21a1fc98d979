"""What is one's own: the exposed sponsors of the company, and a private calendar."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reciproque.app.commitments import access, calendars
from reciproque.app.commitments.actions.calendars import make_calendar_address, revoke_calendar_address
from reciproque.app.commitments.actions.exposed import forget_exposed, name_exposed
from reciproque.app.commitments.forms import ExposedForm
from reciproque.app.commitments.models import CalendarAddress
from reciproque.app.commitments.queries.promise import promise_page
from reciproque.app.commitments.views.common import context_of
from reciproque.app.directory.access import SignedIn
from reciproque.app.directory.queries.people import people_of
from reciproque.app.shared.audit import actor
from reciproque.app.shared.refusals import try_action


@require_safe
def exposed_sponsors(request: SignedIn, key: str) -> HttpResponse:
    chair = access.chair_for(request.user, key)
    rows = access.exposed_for(chair)
    return render(request, "commitments/exposed.html", context_of(chair, rows=rows, company=_company(chair)))


def _company(chair: access.Chair) -> object:
    return chair.relationship.organisation(chair.side)


def exposed_sponsor_new(request: SignedIn, key: str) -> HttpResponse:
    """Name somebody of the own company, from a promise that was broken."""
    found, chair = access.promise_for(request.user, key)
    access.require(promise_page(found, chair).do.expose)
    company = chair.relationship.organisation(chair.side)
    form = ExposedForm(request.POST or None, people=list(people_of(company)))
    if form.is_valid() and try_action(
        form, name_exposed, by=actor(request.user), commitment=found, **form.cleaned_data
    ):
        messages.success(request, _("Named. Only your company reads this."))
        return redirect("exposed-sponsors", chair.relationship.key)
    context = context_of(chair, promise=found, form=form, company=company)
    return render(request, "commitments/exposed_new.html", context, status=422 if form.errors else 200)


@require_POST
def exposed_sponsor_forget(request: SignedIn, key: str) -> HttpResponse:
    row, chair = access.exposed_row_for(request.user, key)
    forget_exposed(by=actor(request.user), row=row)
    messages.success(request, _("Taken off the list. Nothing of what was written stays."))
    return redirect("exposed-sponsors", chair.relationship.key)


def calendar_settings(request: SignedIn) -> HttpResponse:
    """The secret address of one's own calendar. It is shown once, when it is made."""
    address = ""
    if request.method == "POST" and request.POST.get("do") == "revoke":
        revoke_calendar_address(by=actor(request.user), account=request.user)
        messages.success(request, _("The address opens nothing any more."))
        return redirect("calendar-settings")
    if request.method == "POST":
        token = make_calendar_address(by=actor(request.user), account=request.user)
        address = settings.BASE_URL + reverse("calendar-feed", args=[token])
    there = CalendarAddress.objects.filter(account=request.user).first()
    context = {"address": address, "there": there, "active_nav": "relationships"}
    return render(request, "commitments/calendar.html", context)


@login_not_required
@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar program reads: the dates of the promises that one person owns, and nothing else."""
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        raise Http404
    owner = access.calendar_owner(token)
    with translation.override(owner.language):
        content = calendars.calendar(access.carried_by(owner), name=_("Word given"))
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")
