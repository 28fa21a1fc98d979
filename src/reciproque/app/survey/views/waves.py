"""Screens of a wave: where it stands, its rules, its people, and the decisions taken on it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reciproque.app.directory.access import SignedIn, relationship_for, require_role
from reciproque.app.directory.models import Membership
from reciproque.app.shared.audit import Actor, actor
from reciproque.app.shared.errors import Refused
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
        try:
            wave = waves.create_wave(by=_actor(request), relationship=relationship, **form.cleaned_data)
            return redirect("wave-people", wave.key)
        except Refused as refusal:
            form.add_error(None, refusal.message)
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
        try:
            waves.change_wave(by=_actor(request), wave=wave, **{"level": wave.level, **form.cleaned_data})
            messages.success(request, _("The rules are kept."))
            return redirect("wave", wave.key)
        except Refused as refusal:
            form.add_error(None, refusal.message)
    return page(request, "survey/wave_settings.html", wave, membership, form=form)


def people(request: SignedIn, key: str) -> HttpResponse:
    wave, membership = wave_for(request.user, key)
    sides = access.chooses_people_of(membership)
    access.require(bool(sides))
    if wave.state != S.DRAFT:
        return _elsewhere(request, wave)
    forms = {side: _people_form(request, wave, side) for side in sides}
    chosen = request.POST.get("side", "")
    if chosen in forms and forms[chosen].is_valid():
        try:
            list_ = forms[chosen].cleaned_data["people"]
            waves.set_people(by=_actor(request), wave=wave, side=chosen, people=list_)
            messages.success(request, _("The list is kept."))
            return redirect("wave-people", wave.key)
        except Refused as refusal:
            forms[chosen].add_error(None, refusal.message)
    return page(
        request,
        "survey/wave_people.html",
        wave,
        membership,
        lists=[(side, wave.relationship.organisation(side), form) for side, form in forms.items()],
        declaration=_declaration(wave, membership),
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
    return _do(
        request,
        wave,
        lambda: waves.declare_list(
            by=_actor(request), wave=wave, side=membership.side, complete=form.cleaned_data["complete"]
        ),
        done=_("Your answer about the list is kept."),
    )


def late(request: SignedIn, key: str) -> HttpResponse:
    wave, membership = wave_for(request.user, key)
    sides = access.chooses_people_of(membership)
    access.require(bool(sides))
    if wave.state != S.COLLECTING:
        return _elsewhere(request, wave)
    forms = {side: _late_form(request, wave, side) for side in sides}
    chosen = request.POST.get("side", "")
    if chosen in forms and forms[chosen].is_valid():
        try:
            list_ = forms[chosen].cleaned_data["people"]
            waves.add_late_people(by=_actor(request), wave=wave, side=chosen, people=list_)
            messages.success(request, _("They are on the list; their invitations leave now."))
            return redirect("wave", wave.key)
        except Refused as refusal:
            forms[chosen].add_error(None, refusal.message)
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
    return _do(
        request,
        wave,
        lambda: waves.start_sealing(by=_actor(request), wave=wave),
        done=_("The rules no longer change. Both sponsors can seal their key."),
    )


@require_POST
def back_to_draft(request: SignedIn, key: str) -> HttpResponse:
    wave, membership = wave_for(request.user, key)
    access.require(access.prepares(membership))
    return _do(
        request,
        wave,
        lambda: waves.back_to_draft(by=_actor(request), wave=wave),
        done=_("The wave is in preparation again. Phrases already given are void: tear up their records."),
    )


@require_POST
def close(request: SignedIn, key: str) -> HttpResponse:
    wave, membership = wave_for(request.user, key)
    access.require(membership.role == Membership.Role.FACILITATOR)
    return _do(
        request,
        wave,
        lambda: closing.start_closing(by=_actor(request), wave=wave),
        done=_("Answers are closed. The list of receipts is published within a minute."),
    )


def extend(request: SignedIn, key: str) -> HttpResponse:
    wave, membership = wave_for(request.user, key)
    access.require(access.prepares(membership))
    if wave.state != S.COLLECTING:
        return _elsewhere(request, wave)
    form = ExtendForm(request.POST or None)
    if form.is_valid():
        try:
            waves.extend_wave(by=_actor(request), wave=wave, closes_at=form.cleaned_data["closes_at"])
            messages.success(request, _("The wave is extended."))
            return redirect("wave", wave.key)
        except Refused as refusal:
            form.add_error(None, refusal.message)
    return page(request, "survey/wave_extend.html", wave, membership, form=form)


def cancel(request: SignedIn, key: str) -> HttpResponse:
    wave, membership = wave_for(request.user, key)
    access.require(access.prepares(membership))
    if not access.may(membership, f"cancel_{wave.state}", wave.state):
        return _elsewhere(request, wave)
    form = CancelForm(request.POST or None)
    if form.is_valid():
        return _do(
            request,
            wave,
            lambda: waves.cancel_wave(by=_actor(request), wave=wave),
            done=_("The wave is cancelled: its keys, links and ballots are destroyed."),
        )
    return page(request, "survey/wave_cancel.html", wave, membership, form=form, word=CancelForm.expected())


def clone(request: SignedIn, key: str) -> HttpResponse:
    wave, membership = wave_for(request.user, key)
    access.require(access.prepares(membership))
    if wave.state not in (S.OPEN, S.PURGED):
        return _elsewhere(request, wave)
    form = DatesForm(request.POST or None)
    if form.is_valid():
        try:
            made = waves.clone_wave(by=_actor(request), wave=wave, **form.cleaned_data)
            messages.success(request, _("The next wave is prepared: look at the people, then seal."))
            return redirect("wave-people", made.key)
        except Refused as refusal:
            form.add_error(None, refusal.message)
    return page(request, "survey/wave_clone.html", wave, membership, form=form)


@require_safe
def receipts(request: SignedIn, key: str) -> HttpResponse:
    wave, membership = wave_for(request.user, key)
    access.require(wave.state in (S.CLOSED, S.OPEN, S.PURGED))
    return page(request, "survey/wave_receipts.html", wave, membership, checked=queries.receipt_list(wave))


def _elsewhere(request: SignedIn, wave: Wave) -> HttpResponse:
    messages.info(request, _("This wave has moved on in the meantime: look at the page again to see where it stands."))
    return redirect("wave", wave.key)


def _do(request: SignedIn, wave: Wave, act: object, *, done: str) -> HttpResponse:
    """Run one action and come back to the wave's page with what it says."""
    try:
        act()  # type: ignore[operator]
        messages.success(request, done)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("wave", wave.key)
