"""Screens of a wave: where it stands, its rules, its people, and the decisions taken on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reciproque.app.directory.access import SignedIn, relationship_for, require_role
from reciproque.app.directory.models import Membership
from reciproque.app.shared.audit import Actor, actor
from reciproque.app.shared.refusals import act, try_action
from reciproque.app.survey import access
from reciproque.app.survey.access import wave_for
from reciproque.app.survey.actions import closing, waves
from reciproque.app.survey.forms.waves import (
    CancelForm,
    DatesForm,
    DeclarationForm,
    ExtendForm,
    PeopleForm,
    SettingsForm,
)
from reciproque.app.survey.models import Wave, WaveState
from reciproque.app.survey.queries import waves as queries

S = WaveState


def _actor(request: SignedIn) -> Actor:
    return actor(request.user)


def page(request: SignedIn, template: str, wave: Wave, membership: Membership, **more: object) -> HttpResponse:
    """A page of a wave: every one carries the relation bar, the step, and the training banner when there is one."""
    known = {"wave": wave, "relationship": wave.relationship, "membership": membership, "step": "measure"}
    return render(request, template, {**known, "active_nav": "relationships", **more})


@require_safe
def status(request: SignedIn, key: str) -> HttpResponse:
    wave, membership = wave_for(request.user, key)
    lists = [(side, queries.people_of(wave, side)) for side in access.chooses_people_of(membership)]
    found = queries.wave_status(wave, membership)
    return page(
        request,
        "survey/wave_status.html",
        wave,
        membership,
        status=found,
        lists=[(next(s for s in found.sides if s.side == side), people) for side, people in lists],
        rules=queries.rules(wave),
    )


def new(request: SignedIn, key: str) -> HttpResponse:
    relationship, membership = relationship_for(request.user, key)
    require_role(membership, *access.PREPARES)
    form = SettingsForm(request.POST or None)
    if form.is_valid():
        made = try_action(form, waves.create_wave, by=_actor(request), relationship=relationship, **form.cleaned_data)
        if made:
            return redirect("wave-people", made.key)
    context = {
        "form": form,
        "relationship": relationship,
        "step": "measure",
        "active_nav": "relationships",
        "wave": None,
    }
    return render(request, "survey/wave_settings.html", context)


def settings(request: SignedIn, key: str) -> HttpResponse:
    wave, membership = wave_for(request.user, key)
    access.require(access.prepares(membership))
    if wave.state != S.DRAFT:
        return _elsewhere(request, wave)
    form = SettingsForm(request.POST or None, wave=wave)
    if form.is_valid():
        settings = {"level": wave.level, **form.cleaned_data}
        if try_action(form, waves.change_wave, by=_actor(request), wave=wave, **settings):
            messages.success(request, _("The rules are kept."))
            return redirect("wave", wave.key)
    return page(request, "survey/wave_settings.html", wave, membership, form=form)


def people(request: SignedIn, key: str) -> HttpResponse:
    wave, membership = wave_for(request.user, key)
    sides = access.chooses_people_of(membership)
    access.require(bool(sides))
    if wave.state != S.DRAFT:
        return _elsewhere(request, wave)
    forms = {side: _people_form(request, wave, side) for side in sides}
    chosen = request.POST.get("side", "")
    if chosen in forms and _listed(request, forms[chosen], waves.set_people, wave, chosen):
        messages.success(request, _("The list is kept."))
        return redirect("wave-people", wave.key)
    return page(
        request,
        "survey/wave_people.html",
        wave,
        membership,
        lists=[(side, wave.relationship.organisation(side), form) for side, form in forms.items()],
        declaration=_declaration(wave, membership),
    )


def _listed(request: SignedIn, form: PeopleForm, action: Callable[..., Any], wave: Wave, side: str) -> bool:
    """Whether the people ticked for a side are now on its list."""
    chosen = form.cleaned_data["people"] if form.is_valid() else None
    return chosen is not None and bool(
        try_action(form, action, by=_actor(request), wave=wave, side=side, people=chosen)
    )


def _people_form(request: SignedIn, wave: Wave, side: str) -> PeopleForm:
    data = request.POST if request.POST.get("side") == side else None
    there = queries.chosen_ids(wave, side)
    candidates = queries.candidates(wave, side)
    return PeopleForm(data, candidates=candidates, initial={"people": there}, prefix=side)


def _declaration(wave: Wave, membership: Membership) -> DeclarationForm | None:
    if not access.holds_a_key(membership):
        return None
    said = {True: "yes", False: "no"}.get(wave.list_complete(membership.side))  # type: ignore[arg-type]
    return DeclarationForm(initial={"complete": said})


@require_POST
def declare(request: SignedIn, key: str) -> HttpResponse:
    wave, membership = wave_for(request.user, key)
    access.require(access.holds_a_key(membership))
    form = DeclarationForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say yes or no about your company’s list."))
        return redirect("wave-people", wave.key)
    done, complete = _("Your answer about the list is kept."), form.cleaned_data["complete"]
    return _do(request, wave, waves.declare_list, done, side=membership.side, complete=complete)


def late(request: SignedIn, key: str) -> HttpResponse:
    wave, membership = wave_for(request.user, key)
    sides = access.chooses_people_of(membership)
    access.require(bool(sides))
    if wave.state != S.COLLECTING:
        return _elsewhere(request, wave)
    forms = {side: _late_form(request, wave, side) for side in sides}
    chosen = request.POST.get("side", "")
    if chosen in forms and _listed(request, forms[chosen], waves.add_late_people, wave, chosen):
        messages.success(request, _("They are on the list; their invitations leave now."))
        return redirect("wave", wave.key)
    lists = [(side, wave.relationship.organisation(side), form) for side, form in forms.items()]
    return page(request, "survey/wave_late.html", wave, membership, lists=lists)


def _late_form(request: SignedIn, wave: Wave, side: str) -> PeopleForm:
    data = request.POST if request.POST.get("side") == side else None
    candidates = queries.candidates(wave, side).exclude(pk__in=queries.chosen_ids(wave, side))
    return PeopleForm(data, candidates=candidates, prefix=side)


@require_POST
def start_sealing(request: SignedIn, key: str) -> HttpResponse:
    wave, membership = wave_for(request.user, key)
    access.require(access.prepares(membership))
    done = _("The rules no longer change. Both sponsors can seal their key.")
    return _do(request, wave, waves.start_sealing, done)


@require_POST
def back_to_draft(request: SignedIn, key: str) -> HttpResponse:
    wave, membership = wave_for(request.user, key)
    access.require(access.prepares(membership))
    done = _("The wave is in preparation again. Phrases already given are void: tear up their records.")
    return _do(request, wave, waves.back_to_draft, done)


@require_POST
def close(request: SignedIn, key: str) -> HttpResponse:
    wave, membership = wave_for(request.user, key)
    access.require(membership.role == Membership.Role.FACILITATOR)
    done = _("Answers are closed. The list of receipts is published within a minute.")
    return _do(request, wave, closing.start_closing, done)


def extend(request: SignedIn, key: str) -> HttpResponse:
    wave, membership = wave_for(request.user, key)
    access.require(access.prepares(membership))
    if wave.state != S.COLLECTING:
        return _elsewhere(request, wave)
    form = ExtendForm(request.POST or None)
    if form.is_valid() and try_action(form, waves.extend_wave, by=_actor(request), wave=wave, **form.cleaned_data):
        messages.success(request, _("The wave is extended."))
        return redirect("wave", wave.key)
    return page(request, "survey/wave_extend.html", wave, membership, form=form)


def cancel(request: SignedIn, key: str) -> HttpResponse:
    wave, membership = wave_for(request.user, key)
    access.require(access.prepares(membership))
    if not access.may(membership, f"cancel_{wave.state}", wave.state):
        return _elsewhere(request, wave)
    form = CancelForm(request.POST or None)
    if form.is_valid():
        done = _("The wave is cancelled: its keys, links and ballots are destroyed.")
        return _do(request, wave, waves.cancel_wave, done)
    return page(request, "survey/wave_cancel.html", wave, membership, form=form, word=CancelForm.expected())


def clone(request: SignedIn, key: str) -> HttpResponse:
    wave, membership = wave_for(request.user, key)
    access.require(access.prepares(membership))
    if wave.state not in (S.OPEN, S.PURGED):
        return _elsewhere(request, wave)
    form = DatesForm(request.POST or None)
    if form.is_valid():
        made = try_action(form, waves.clone_wave, by=_actor(request), wave=wave, **form.cleaned_data)
        if made:
            messages.success(request, _("The next wave is prepared: look at the people, then seal."))
            return redirect("wave-people", made.key)
    return page(request, "survey/wave_clone.html", wave, membership, form=form)


@require_safe
def receipts(request: SignedIn, key: str) -> HttpResponse:
    wave, membership = wave_for(request.user, key)
    access.require(wave.state in (S.CLOSED, S.OPEN, S.PURGED))
    return page(request, "survey/wave_receipts.html", wave, membership, checked=queries.receipt_list(wave))


def _elsewhere(request: SignedIn, wave: Wave) -> HttpResponse:
    messages.info(request, _("This wave has moved on in the meantime: look at the page again to see where it stands."))
    return redirect("wave", wave.key)


def _do(request: SignedIn, wave: Wave, action: Callable[..., Any], done: str, **arguments: Any) -> HttpResponse:
    """Run one action and come back to the wave's page with what it says."""
    act(request, done, action, by=_actor(request), wave=wave, **arguments)
    return redirect("wave", wave.key)
