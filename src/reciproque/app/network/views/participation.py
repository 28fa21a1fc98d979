"""Short links for key people: the page of the side that makes them, and the page that each one opens."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from reciproque.app.directory.access import SignedIn
from reciproque.app.network import access
from reciproque.app.network.access import Seated
from reciproque.app.network.actions import participation
from reciproque.app.network.forms.participation import Answer, LinkForm
from reciproque.app.network.models import TieLink
from reciproque.app.network.queries import halves
from reciproque.app.network.queries import participation as queries
from reciproque.app.network.views.web import context_of
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.refusals import act
from reciproque.app.shared.views import Visits

CLOSED = "network/part_closed.html"
strangers = Visits(20)
"""Secrets that open nothing, an hour and a place."""
answers = Visits(60)
"""Answers, an hour and a link."""


# ---------------------------------------------------------------- the side
def web_links(request: SignedIn, key: str) -> HttpResponse:
    """The links of the own side, or of both for a neutral facilitator, and a form to make one."""
    seat = access.seat_for(request.user, key)
    sides = access.links_sides(seat.membership)
    access.require(sides)
    wanted = request.POST.get("side", "")
    access.require(request.method != "POST" or wanted in sides)
    forms = {side: _form(request, seat, side) for side in sides}
    if request.method == "POST" and forms[wanted].is_valid():
        made = _made(request, seat, wanted, forms[wanted])
        if made is not None:
            return made
    return _page(request, seat, forms)


def _form(request: SignedIn, seat: Seated, side: str) -> LinkForm:
    data = request.POST if request.POST.get("side") == side else None
    by_hand = access.shows_link(seat.membership, side)
    return LinkForm(data, people=queries.people_of(seat, side), by_hand=by_hand, prefix=side)


def _made(request: SignedIn, seat: Seated, side: str, form: LinkForm) -> HttpResponse | None:
    by, person = actor(request.user), form.cleaned_data["person"]
    try:
        link = participation.make_link(by=by, relationship=seat.relationship, side=side, person=person)
        if form.cleaned_data["how"] == "hand":
            address = participation.show_link(by=by, link=link)
            return _page(request, seat, {one: _fresh(seat, one) for one in _sides(seat)}, link, address)
        participation.mail_link(by=by, link=link)
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return None
    messages.success(request, _("The letter is in the outbox: it leaves within a minute."))
    return redirect("web-links", seat.relationship.key)


def _sides(seat: Seated) -> tuple[str, ...]:
    return access.links_sides(seat.membership)


def _fresh(seat: Seated, side: str) -> LinkForm:
    by_hand = access.shows_link(seat.membership, side)
    return LinkForm(people=queries.people_of(seat, side), by_hand=by_hand, prefix=side)


def _page(
    request: SignedIn, seat: Seated, forms: dict[str, LinkForm], shown: TieLink | None = None, address: str = ""
) -> HttpResponse:
    sides = [(row, forms[row.side]) for row in queries.link_sides(seat)]
    more: dict[str, Any] = {"sides": sides, "waiting": queries.waiting_names(seat), "shown": shown, "address": address}
    return render(request, "network/part_links.html", context_of(seat, **more))


@require_POST
def web_link_show(request: SignedIn, key: str) -> HttpResponse:
    """The address of a link, for whoever hands it over."""
    seat, link = access.link_for(request.user, key)
    access.require(access.shows_link(seat.membership, link.side))
    try:
        address = participation.show_link(by=actor(request.user), link=link)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("web-links", seat.relationship.key)
    return _page(request, seat, {side: _fresh(seat, side) for side in _sides(seat)}, link, address)


@require_POST
def web_link_mail(request: SignedIn, key: str) -> HttpResponse:
    seat, link = access.link_for(request.user, key)
    done = _("The letter is in the outbox: it leaves within a minute.")
    act(request, done, participation.mail_link, by=actor(request.user), link=link)
    return redirect("web-links", seat.relationship.key)


@require_POST
def web_link_revoke(request: SignedIn, key: str) -> HttpResponse:
    seat, link = access.link_for(request.user, key)
    done = _("This link opens nothing any more. What was answered stays.")
    act(request, done, participation.revoke_link, by=actor(request.user), link=link)
    return redirect("web-links", seat.relationship.key)


@require_POST
def web_waiting(request: SignedIn, key: str) -> HttpResponse:
    """A new name that a key person gave: it joins the half, or is set aside."""
    seat, waiting = access.waiting_for(request.user, key)
    by = actor(request.user)
    if request.POST.get("answer") == "yes":
        act(request, _("The tie is in your half."), participation.accept_waiting, by=by, waiting=waiting)
    else:
        done = _("This name is set aside. Nothing of it is kept.")
        act(request, done, participation.refuse_waiting, by=by, waiting=waiting)
    return redirect("web-links", seat.relationship.key)


# ---------------------------------------------------------------- the key person
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def ties_by_link(request: HttpRequest, secret: str) -> HttpResponse:
    """The own ties of whoever holds the link. The secret in the address stands for account, cookie and form token."""
    link = access.link_by_secret(secret)
    if link is None:
        return _closed(request)
    if request.method == "POST" and answers.too_many(link.key):
        return _public(CLOSED, _language(request, link), {"busy": True}, status=429)
    with translation.override(_language(request, link)):
        return _own_page(request, link, secret)


def _closed(request: HttpRequest) -> HttpResponse:
    """The same for a secret that never was, is past its date, or was closed."""
    language = translation.get_language() or "fr"
    if strangers.too_many(strangers.place(request)):
        return _public(CLOSED, language, {"busy": True}, status=429)
    return _public(CLOSED, language, {}, status=403)


def _language(request: HttpRequest, link: TieLink) -> str:
    wanted = request.GET.get("in", "")
    return wanted if wanted in ("fr", "en") else link.person.language


def _own_page(request: HttpRequest, link: TieLink, secret: str) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    contacts, functions = queries.known_contacts(link), halves.shared_functions()
    form = Answer(data, ties=queries.own_ties(link), contacts=contacts, functions=functions)
    language = translation.get_language() or "fr"
    here = reverse("ties-by-link", args=[secret])
    if data is not None and form.is_valid() and _answered(link, form):
        return _unreferred(redirect(f"{here}?in={language}&kept=yes"))
    context = {
        "form": form,
        "link": link,
        "person": link.person,
        "own": link.relationship.organisation(link.side).name,
        "other": link.relationship.organisation(link.other_side).name,
        "waiting": queries.waiting_of(link),
        "readers": queries.readers(link),
        "kept": request.GET.get("kept") == "yes" and data is None,
        "here": here,
    }
    return _public("network/part_own.html", language, context, status=422 if data is not None else 200)


def _answered(link: TieLink, form: Answer) -> bool:
    corrected, added = form.corrected(), form.added()
    if not corrected and not added:
        form.add_error(None, _("Nothing is answered yet. Say of at least one tie whether it is right, or add one."))
        return False
    try:
        participation.answer_link(by=participation.key_person(link), link=link, corrected=corrected, added=added)
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return False
    return True


def _public(template: str, language: str, context: dict[str, Any], *, status: int) -> HttpResponse:
    """A page without session, account, cookie or message: only what it is given."""
    with translation.override(language):
        text = render_to_string(template, {"LANGUAGE_CODE": language, "messages": (), **context})
    return _unreferred(HttpResponse(text, status=status, headers={"Content-Language": language}))


def _unreferred(response: HttpResponse) -> HttpResponse:
    """The address holds the secret: no browser may tell it to the page it goes to next."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
