"""Screens of the reading."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from reciproque.app.directory.access import relationship_for
from reciproque.app.directory.models import Account
from reciproque.app.reading import access, actions
from reciproque.app.reading.forms import PhraseForm, RewordForm
from reciproque.app.reading.queries.homes import home_rows, relationship_home
from reciproque.app.reading.queries.limits import limits_of
from reciproque.app.reading.queries.openings import opening_facts
from reciproque.app.reading.queries.reading import reading_page
from reciproque.app.reading.queries.texts import texts_of
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.refusals import act
from reciproque.app.survey.models import Wave, WaveState
from reciproque.reports import reading_pdf as pdf
from reciproque.reports import reading_xlsx as xlsx


class SignedIn(HttpRequest):
    """Everyone who comes this far has an account."""

    user: Account


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def home(request: SignedIn) -> HttpResponse:
    """The relationships of the account, each with where it stands; the guided start for whoever runs the site."""
    rows = home_rows(request.user)
    if not rows and request.user.is_host_admin:
        return redirect("start")
    return render(request, "reading/home.html", {"rows": rows, "active_nav": "relationships"})


@require_GET
def relationship(request: SignedIn, key: str) -> HttpResponse:
    found, membership = relationship_for(request.user, key)
    page = relationship_home(found, membership)
    return render(request, "reading/relationship.html", {"page": page, "active_nav": "relationships"})


@require_GET
def reading(request: SignedIn, key: str) -> HttpResponse:
    wave, membership = access.opened_wave_for(request.user, key)
    context = {"page": reading_page(wave), "facilitates": access.sees_private_texts(membership)}
    return render(request, "reading/reading.html", _of(wave, context))


@require_GET
def reading_pdf(request: SignedIn, key: str) -> HttpResponse:
    wave, _membership = access.opened_wave_for(request.user, key)
    return _file(pdf.render(reading_page(wave)), "application/pdf", _name(wave, "pdf"))


@require_GET
def reading_xlsx(request: SignedIn, key: str) -> HttpResponse:
    wave, _membership = access.opened_wave_for(request.user, key)
    return _file(xlsx.render(reading_page(wave)), XLSX, _name(wave, "xlsx"))


@require_GET
def reading_limits(request: SignedIn, key: str) -> HttpResponse:
    wave, _membership = access.opened_wave_for(request.user, key)
    return render(request, "reading/limits.html", _of(wave, {"page": limits_of(wave)}))


@require_GET
def reading_texts(request: SignedIn, key: str) -> HttpResponse:
    wave, _membership = access.facilitated_wave_for(request.user, key)
    entries = [
        (text, RewordForm(initial={"reworded": text.reworded}, auto_id=f"{text.key}_%s")) for text in texts_of(wave)
    ]
    context = {"entries": entries, "destroyed": wave.state == WaveState.PURGED}
    return render(request, "reading/texts.html", _of(wave, context))


@require_POST
def text_reword(request: SignedIn, key: str) -> HttpResponse:
    text = access.facilitated_text_for(request.user, key)
    form = RewordForm(request.POST)
    reworded = form.cleaned_data["reworded"] if form.is_valid() else ""
    done = _("Both companies now read these words.")
    act(request, done, actions.reword_text, by=actor(request.user), text=text, reworded=reworded)
    return redirect("reading-texts", text.publication.wave.key)


@require_POST
def text_withhold(request: SignedIn, key: str) -> HttpResponse:
    text = access.facilitated_text_for(request.user, key)
    actions.withhold_text(by=actor(request.user), text=text)
    messages.success(request, _("This text is kept from both companies."))
    return redirect("reading-texts", text.publication.wave.key)


@require_http_methods(["GET", "POST"])
def wave_open(request: SignedIn, key: str) -> HttpResponse:
    """The opening ceremony: each side turns its key, in any order."""
    wave, membership = access.closed_wave_for(request.user, key)
    form = PhraseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return _turned(request, wave, actions.turn_key(by=actor(request.user), wave=wave, **form.cleaned_data))
        except Refused as refusal:
            form.add_error("phrase", refusal.message)
    context = {"page": opening_facts(wave, membership), "form": form, "step": "measure"}
    return render(request, "reading/open.html", _of(wave, context), status=422 if form.errors else 200)


def _turned(request: SignedIn, wave: Wave, outcome: str) -> HttpResponse:
    said = {
        "waiting": _("Your key has turned. The urn waits for both sides."),
        "open": _("The urn is open, for both companies at the same minute."),
        "recounted": _("Counted again: the same ballots give the same figures."),
        "different": _("Counted again: the figures differ from the publication. Tell the facilitator."),
    }
    (messages.error if outcome == "different" else messages.success)(request, said[outcome])
    return redirect("wave-open" if outcome == "waiting" else "reading", wave.key)


def _of(wave: Wave, context: dict[str, object]) -> dict[str, object]:
    return {"wave": wave, "relationship": wave.relationship, "active_nav": "relationships", **context}


def _name(wave: Wave, suffix: str) -> str:
    pair = f"{wave.relationship.client} {wave.relationship.supplier}"
    return f"{slugify(pair)}-{wave.number}.{suffix}"


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
