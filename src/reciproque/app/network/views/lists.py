"""What surrounds the web: the pairs of functions that should meet, and each company's key people."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reciproque.app.directory import actions as directory
from reciproque.app.directory.access import SignedIn, declares_key_list, lists_key_people
from reciproque.app.directory.queries.key_people import declared_complete, in_post, key_people
from reciproque.app.network import access
from reciproque.app.network.access import Seated
from reciproque.app.network.actions.halves import set_pair
from reciproque.app.network.forms.web import CompleteForm, KeyPeopleForm, PairForm, Period, QuickPersonForm
from reciproque.app.network.queries import halves
from reciproque.app.network.views.web import context_of, shown_material
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.shared.refusals import act, try_action


def web_pairs(request: SignedIn, key: str) -> HttpResponse:
    """Which functions should meet: one list for both companies."""
    seat = access.seat_for(request.user, key)
    side = "" if seat.compared else seat.own_side
    found = shown_material(seat, side, Period("", clock.today())) if seat.compared or side else None
    client, supplier = halves.pair_functions(seat, found)
    names = [str(seat.relationship.client), str(seat.relationship.supplier)]
    form = PairForm(request.POST or None, client=client, supplier=supplier, names=names)
    if form.is_bound:
        access.require(seat.sets_pairs)
    if form.is_valid():
        set_pair(by=actor(request.user), relationship=seat.relationship, **form.cleaned_data)
        messages.success(request, _("Both companies read this from now on."))
        return redirect("web-pairs", key)
    context = {"form": form, "decided": halves.decided_pairs(seat)}
    return render(request, "network/pairs.html", context_of(seat, **context))


def web_people(request: SignedIn, key: str) -> HttpResponse:
    """The key people of the own company; of both, one after the other, for a neutral facilitator."""
    seat = access.seat_for(request.user, key)
    sides = lists_key_people(seat.membership)
    access.require(bool(sides))
    forms = {side: _people_form(request, seat, side) for side in sides}
    chosen = request.POST.get("side", "")
    if chosen in forms and forms[chosen].is_valid():
        people = forms[chosen].cleaned_data["people"]
        directory.set_key_people(by=actor(request.user), relationship=seat.relationship, side=chosen, people=people)
        messages.success(request, _("The list of key people is kept. The next wave starts from it."))
        return redirect("web-people", key)
    return _people_page(request, seat, forms)


def _people_form(request: SignedIn, seat: Seated, side: str) -> KeyPeopleForm:
    return _listed(seat, side, request.POST if request.POST.get("side") == side else None)


def _listed(seat: Seated, side: str, data: QueryDict | None = None) -> KeyPeopleForm:
    there = [str(pk) for pk in key_people(seat.relationship, side).values_list("pk", flat=True)]
    candidates = list(in_post(seat.relationship.organisation(side)))
    return KeyPeopleForm(data, candidates=candidates, initial={"people": there}, prefix=side)


def _people_page(
    request: SignedIn, seat: Seated, forms: dict[str, KeyPeopleForm], person: QuickPersonForm | None = None
) -> HttpResponse:
    lists = [_list(seat, side, form, person) for side, form in forms.items()]
    return render(request, "network/people.html", context_of(seat, lists=lists))


def _list(seat: Seated, side: str, form: KeyPeopleForm, person: QuickPersonForm | None) -> dict[str, Any]:
    company = seat.relationship.organisation(side)
    complete = declared_complete(seat.relationship, side)
    said = {True: "yes", False: "no"}.get(complete)  # type: ignore[arg-type]
    fresh = QuickPersonForm(organisation=company, prefix=f"new-{side}")
    return {
        "side": side,
        "company": company,
        "form": form,
        "complete": complete,
        "declares": side in declares_key_list(seat.membership),
        "declaration": CompleteForm(initial={"complete": said}),
        "person": person if person is not None and person.prefix == f"new-{side}" else fresh,
    }


def _own_list(request: SignedIn, seat: Seated) -> str:
    side = request.POST.get("side", "")
    if side not in lists_key_people(seat.membership):
        raise Http404
    return side


@require_POST
def web_person(request: SignedIn, key: str) -> HttpResponse:
    """Somebody new, added to the company's list and to the key people at once."""
    seat = access.seat_for(request.user, key)
    side = _own_list(request, seat)
    company = seat.relationship.organisation(side)
    form = QuickPersonForm(request.POST, organisation=company, prefix=f"new-{side}")
    if form.is_valid():
        asked = {"relationship": seat.relationship, "side": side, **form.cleaned_data}
        if try_action(form, directory.add_key_person, by=actor(request.user), **asked):
            name = form.cleaned_data["last_name"]
            messages.success(request, _("%(name)s is in the list. Nobody was told.") % {"name": name})
            return redirect("web-people", key)
    sides = lists_key_people(seat.membership)
    forms = {one: _listed(seat, one) for one in sides}
    return _people_page(request, seat, forms, form)


@require_POST
def web_complete(request: SignedIn, key: str) -> HttpResponse:
    """The sponsor says whether the own list is complete."""
    seat = access.seat_for(request.user, key)
    sides = declares_key_list(seat.membership)
    access.require(bool(sides))
    form = CompleteForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say yes or no about your company’s list."))
        return redirect("web-people", key)
    complete = form.cleaned_data["complete"]
    where = {"relationship": seat.relationship, "side": sides[0]}
    done = _("Your answer about the list is kept.")
    act(request, done, directory.declare_key_list, by=actor(request.user), complete=complete, **where)
    return redirect("web-people", key)
