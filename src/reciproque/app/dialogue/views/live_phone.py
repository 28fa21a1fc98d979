"""The phone during the session: what the room does now, and nothing ahead of it."""

from __future__ import annotations

import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reciproque.app.dialogue import access
from reciproque.app.dialogue.actions.common import participant_actor
from reciproque.app.dialogue.actions.live import LONGEST_NOTE, answer_vote, be_ready, write_note
from reciproque.app.dialogue.actions.proposals import accept_owner, object_to, propose, withdraw_objection
from reciproque.app.dialogue.forms import phone as slips
from reciproque.app.dialogue.forms import pocket
from reciproque.app.dialogue.forms.live import ProposalForm, number
from reciproque.app.dialogue.models import Live, SessionState
from reciproque.app.dialogue.queries import live as query
from reciproque.app.dialogue.queries.clock import left_of
from reciproque.app.dialogue.queries.live import Scene
from reciproque.app.dialogue.views.phone_visit import (
    NoVisit,
    Visit,
    answers_of,
    carry_answers,
    language_of,
    page,
    phone_page,
    plain,
    visit_of,
)
from reciproque.app.shared.vocabulary import other_side

NOTE_KEY = 16


@require_safe
@phone_page
def join(request: HttpRequest, code: str) -> HttpResponse:
    """Where the code and the square on the room screen lead. They open nothing: the own link, or its signs, do.

    A device that holds a link is asked whose it is, as at the address of every link: it may be a colleague's.
    """
    session = access.session_of_room(code)
    if session is None:
        return plain(request, "dialogue/live_join.html", language_of(request), {"unknown": True}, status=404)
    try:
        visit_of(request)
    except NoVisit:
        return plain(request, "dialogue/live_join.html", language_of(request), {"code": session.room_code})
    return redirect("phone")


@require_safe
@phone_page
def live(request: HttpRequest) -> HttpResponse:
    return _page(request, visit_of(request))


@require_safe
@phone_page
def now(request: HttpRequest) -> HttpResponse:
    """Asked every two seconds: nothing when nothing changed, else the page's content, or its clock alone."""
    try:
        visit = visit_of(request)
    except NoVisit:
        return _go(reverse("phone"))
    found = query.live_of(visit.session)
    if visit.session.state != SessionState.LIVE or found is None:
        return _go(reverse("phone-wait"))
    stamp = query.stamp(visit.session, found, public=False)
    known = request.GET.get("at", "")
    if known == stamp:
        return HttpResponse(status=204)
    if known.partition(".")[0] == stamp.partition(".")[0]:
        context = {**_poll(stamp), "left": left_of(found), "oob": True}
        return page(request, "dialogue/live_clock_now.html", visit, context)
    return page(request, "dialogue/live_phone_now.html", visit, {**_context(request, visit, found), "oob": True})


def _go(address: str) -> HttpResponse:
    return HttpResponse(status=204, headers={"HX-Redirect": address})


def _poll(stamp: str) -> dict[str, Any]:
    return {"stamp": stamp, "poll_url": reverse("phone-now")}


def _page(request: HttpRequest, visit: Visit, status: int = 200, **more: Any) -> HttpResponse:
    found = query.live_of(visit.session)
    if visit.session.state != SessionState.LIVE or found is None:
        return redirect("phone-wait")
    context = {**_context(request, visit, found), "done": request.GET.get("done", ""), **more}
    return page(request, "dialogue/live_phone.html", visit, context, status)


def _context(request: HttpRequest, visit: Visit, live: Live) -> dict[str, Any]:
    session, side = visit.session, visit.participant.side
    scene = query.scene(session, live)
    return {
        "scene": scene,
        **_poll(query.stamp(session, live, public=False)),
        "left": scene.left,
        "questions": _questions(request, visit, scene),
        "ready": visit.participant.ready_step == live.participants_step,
        "external": session.has_external_facilitator,
        "note": {"key": secrets.token_hex(NOTE_KEY), "text": ""},
        "longest": LONGEST_NOTE,
        "holder": pocket.holder_of(visit.token).hex(),
        "form": ProposalForm(session=session, author=visit.participant) if scene.phase.code == "proposals" else None,
        "promises": query.own_promises(session, visit.participant) if scene.phase.code == "promises" else (),
        "other_company": session.relationship.organisation(other_side(side)),
    }


def _questions(request: HttpRequest, visit: Visit, scene: Scene) -> tuple[query.Question, ...]:
    round_ = scene.live.round
    if not scene.voting or round_ is None:
        return ()
    mine = answers_of(request, visit, round_)
    return query.vote_questions(visit.session, round_, visit.participant.side, mine)


# ---------------------------------------------------------------- what a phone does
@require_POST
@phone_page
def vote(request: HttpRequest) -> HttpResponse:
    """The slip of the vote that is open; sent by itself at each choice where scripts run."""
    visit = visit_of(request)
    found = query.live_of(visit.session)
    items = found.round.items if found and found.round else []
    answers = slips.answers(request.POST.dict(), items)
    answer_vote(participant=visit.participant, token=visit.token, answers=answers)
    kept = request.headers.get("HX-Request")
    done = HttpResponse(_("In the box. You can change it until the time is over.")) if kept else _done("voted")
    return carry_answers(done, visit, found.round, answers) if found and found.round else done


@require_POST
@phone_page
def note(request: HttpRequest) -> HttpResponse:
    """A sentence for the facilitator. One that is kept for oneself is not stored, only given back."""
    visit = visit_of(request)
    text, key = request.POST.get("text", ""), request.POST.get("key", "")
    own = {"key": key, "text": text, "private": request.POST.get("reader") != "facilitator"}
    if not own["private"]:
        step, place = number(request.POST, "step"), number(request.POST, "place")
        write_note(participant=visit.participant, step=step, place=place, key=key, text=text)
        own["handed"] = True
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return _page(request, visit, note=own)


@require_POST
@phone_page
def ready(request: HttpRequest) -> HttpResponse:
    be_ready(participant=visit_of(request).participant)
    return redirect("phone-live")


@require_POST
@phone_page
def proposal(request: HttpRequest) -> HttpResponse:
    visit = visit_of(request)
    form = ProposalForm(request.POST, session=visit.session, author=visit.participant)
    if not form.is_valid():
        return _page(request, visit, status=422, form=form)
    by = participant_actor(visit.participant)
    propose(by=by, session=visit.session, author=visit.participant, **form.cleaned_data)
    return _done("proposed")


@require_POST
@phone_page
def objection(request: HttpRequest, key: str) -> HttpResponse:
    """One's side cannot live with a proposal: why, by name; or it can after all."""
    visit = visit_of(request)
    by = participant_actor(visit.participant)
    found = access.proposal_of(visit.session, key)
    own = found.objections.filter(participant=visit.participant, withdrawn=False).first()
    if request.POST.get("do") == "withdraw" and own is not None:
        withdraw_objection(by=by, objection=own)
        return _done("withdrawn")
    reason = request.POST.get("text", "")
    object_to(by=by, proposal=found, participant=visit.participant, reason=reason)
    return _done("objected")


@require_POST
@phone_page
def accept(request: HttpRequest, key: str) -> HttpResponse:
    visit = visit_of(request)
    found = access.proposal_of(visit.session, key)
    accept_owner(by=participant_actor(visit.participant), proposal=found, participant=visit.participant)
    return _done("accepted")


def _done(what: str) -> HttpResponse:
    response = redirect("phone-live")
    response["Location"] += f"?done={what}"
    return response
