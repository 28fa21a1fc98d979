"""The facilitator's preview before the room, and the minutes after it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reciproque.app.dialogue import access
from reciproque.app.dialogue.access import Seated, session_for
from reciproque.app.dialogue.actions import minutes as actions
from reciproque.app.dialogue.actions import sessions, voting
from reciproque.app.dialogue.forms.preparation import ProgrammeForm, RemarkForm
from reciproque.app.dialogue.models import Minutes, SessionState
from reciproque.app.dialogue.queries import files
from reciproque.app.dialogue.queries.equity import equity
from reciproque.app.dialogue.queries.projection import project, viewer_of
from reciproque.app.dialogue.views.preparation import act, page
from reciproque.app.directory.access import SignedIn

S = SessionState


def preview(request: SignedIn, key: str) -> HttpResponse:
    """For the facilitator: fairness first, then what the projection allows, then the programme."""
    seat = session_for(request.user, key)
    access.require(seat.facilitates and seat.session.state in (S.READY, S.LIVE))
    shown = project(seat.session, viewer_of(seat))
    form = None
    if seat.external and seat.session.counted_at is not None:
        choices = [(one.key, one.text) for one in shown.statements]
        form = ProgrammeForm(request.POST or None, statements=choices, initial=seat.session.programme)
    if request.method == "POST":
        access.require(form is not None)
        if form is not None and form.is_valid():
            act(request, _("The programme is kept."), voting.set_programme, session=seat.session, **form.cleaned_data)
            return redirect("workshop-preview", key)
    return page(request, "dialogue/preview.html", seat, shown=shown, equity=equity(seat.session), form=form)


@require_POST
def say_equity(request: SignedIn, key: str) -> HttpResponse:
    seat = session_for(request.user, key)
    access.require(seat.facilitates)
    act(request, _("It is noted that both sides were told."), sessions.say_equity, session=seat.session)
    return redirect("workshop-preview", key)


@require_POST
def reveal(request: SignedIn, key: str) -> HttpResponse:
    seat = session_for(request.user, key)
    access.require(seat.facilitates)
    act(request, _("The votes are counted, and the ballots destroyed."), voting.reveal_votes, session=seat.session)
    return redirect("workshop-preview", key)


# ---------------------------------------------------------------- minutes
def minutes(request: SignedIn, key: str) -> HttpResponse:
    """The minutes on screen, and the remarks of those who have an account."""
    seat = session_for(request.user, key)
    found = _minutes(seat)
    form = RemarkForm(request.POST or None) if seat.session.state == S.MINUTES else None
    if request.method == "POST" and form is None:
        raise Http404
    if form is not None and form.is_valid():
        done, text = _("Your remark stands beside the minutes, with your name."), form.cleaned_data["text"]
        if act(request, done, actions.amend, session=seat.session, side=seat.side, text=text):
            return redirect("workshop-minutes", key)
    document = found.content[_language()]
    remarks = seat.session.amendments.all()
    return page(request, "dialogue/minutes.html", seat, minutes=document, found=found, form=form, remarks=remarks)


@require_POST
def answer(request: SignedIn, key: str, remark: str) -> HttpResponse:
    """What was made of a remark, by the facilitator."""
    seat = session_for(request.user, key)
    access.require(seat.facilitates)
    found = seat.session.amendments.filter(key=remark).first()
    if found is None:
        raise Http404
    text = request.POST.get("answer", "")
    act(request, _("Your answer is kept."), actions.answer_amendment, amendment=found, answer=text)
    return redirect("workshop-minutes", key)


def as_pdf(request: SignedIn, key: str) -> HttpResponse:
    found = _minutes(session_for(request.user, key))
    return _file(files.minutes_pdf(found, _language()), "application/pdf", f"minutes-{key}.pdf")


def as_sheet(request: SignedIn, key: str) -> HttpResponse:
    found = _minutes(session_for(request.user, key))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _file(files.minutes_sheet(found, _language()), kind, f"minutes-{key}.xlsx")


def as_json(request: SignedIn, key: str) -> HttpResponse:
    found = _minutes(session_for(request.user, key))
    return _file(files.minutes_json(found), "application/json", f"minutes-{key}.json")


def _minutes(seat: Seated) -> Minutes:
    found = Minutes.objects.filter(session=seat.session).first()
    if found is None:
        raise Http404
    return found


def _language() -> str:
    return "en" if (translation.get_language() or "fr").startswith("en") else "fr"


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
