"""Screens of the sealing ceremony. A phrase exists in one answer to one POST, and nowhere else."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reciproque.app.directory.access import SignedIn
from reciproque.app.directory.models import Membership
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused
from reciproque.app.survey import access
from reciproque.app.survey.access import wave_for
from reciproque.app.survey.actions import sealing
from reciproque.app.survey.forms.waves import AcceptForm, PhraseForm
from reciproque.app.survey.models import Wave, WaveState
from reciproque.app.survey.queries import sealing as queries
from reciproque.app.survey.queries import waves
from reciproque.app.survey.views.waves import page
from reciproque.reports import sealing_record


def seal(request: SignedIn, key: str) -> HttpResponse:
    """The rules; accepted, they give a phrase, in the answer to that POST only."""
    wave, membership = _holder(request, key)
    if wave.state != WaveState.SEALING:
        return redirect("wave", wave.key)
    form = AcceptForm(request.POST or None)
    if form.is_valid():
        try:
            return _phrase(request, wave, membership)
        except Refused as refusal:
            form.add_error(None, refusal.message)
    return _ceremony(request, wave, membership, form=form, phrase_form=PhraseForm())


def _phrase(request: SignedIn, wave: Wave, membership: Membership) -> HttpResponse:
    by = actor(request.user)
    if membership.role == Membership.Role.DEPUTY:
        words = sealing.take_deputy_phrase(by=by, wave=wave)
    else:
        words = sealing.seal_key(by=by, wave=wave)
    if not words:
        messages.success(request, _("Your key is sealed."))
        return redirect("wave", wave.key)
    found = queries.ceremony(wave, membership)
    shown = {"words": words.split(), "phrase_form": PhraseForm(), "ceremony": found, "rules": waves.rules(wave)}
    return page(request, "survey/wave_phrase.html", wave, membership, **shown)


@require_POST
def confirm(request: SignedIn, key: str) -> HttpResponse:
    """The phrase typed back: only then is the key sealed."""
    wave, membership = _holder(request, key)
    if wave.state != WaveState.SEALING:
        return redirect("wave", wave.key)
    form = PhraseForm(request.POST)
    if form.is_valid():
        try:
            sealing.confirm_phrase(by=actor(request.user), wave=wave, phrase=form.cleaned_data["phrase"])
            messages.success(request, _("Your phrase opens your key. Lock away the sheet it is written on."))
            return redirect("wave", wave.key)
        except Refused as refusal:
            form.add_error("phrase", refusal.message)
    return _ceremony(request, wave, membership, form=AcceptForm(), phrase_form=form)


def _ceremony(request: SignedIn, wave: Wave, membership: Membership, **forms: object) -> HttpResponse:
    found = queries.ceremony(wave, membership)
    return page(request, "survey/wave_seal.html", wave, membership, ceremony=found, rules=waves.rules(wave), **forms)


def _holder(request: SignedIn, key: str) -> tuple[Wave, Membership]:
    wave, membership = wave_for(request.user, key)
    access.require(access.holds_a_key(membership))
    return wave, membership


@require_safe
def record(request: SignedIn, key: str) -> HttpResponse:
    """The sealing record to print and to write the phrase on by hand."""
    wave, membership = wave_for(request.user, key)
    access.require(wave.state not in (WaveState.DRAFT, WaveState.CANCELLED))
    language = (get_language() or "fr")[:2]
    pdf = sealing_record.render(queries.record(wave, membership, language))
    name = slugify(f"reciproque {wave.relationship.client} {wave.relationship.supplier} {wave.number}")
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
