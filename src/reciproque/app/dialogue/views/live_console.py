"""The console of whoever facilitates: one page, one button for each thing the room can do next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reciproque.app.dialogue import access
from reciproque.app.dialogue.access import Seated, session_for
from reciproque.app.dialogue.actions import live as room
from reciproque.app.dialogue.actions import proposals, rehearsal, sessions, voting
from reciproque.app.dialogue.forms.agenda import agenda, agenda_rows
from reciproque.app.dialogue.forms.live import ProposalForm, TermsForm, number, paper, paper_name, terms_of
from reciproque.app.dialogue.models import Live, Objection, SessionState
from reciproque.app.dialogue.queries import live as query
from reciproque.app.dialogue.queries.agenda import agenda_of, next_step, place_of
from reciproque.app.dialogue.queries.equity import equity
from reciproque.app.dialogue.queries.projection import Viewer, viewer_of
from reciproque.app.dialogue.states import PHASES
from reciproque.app.dialogue.urn import link_of
from reciproque.app.directory.access import SignedIn
from reciproque.app.shared.audit import Actor, actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import SIDES
from reciproque.science.priorities import Priorities

S = SessionState
Verb = Callable[[Actor, Seated, QueryDict], object]


@require_safe
def console(request: SignedIn, key: str) -> HttpResponse:
    """The facilitator's page; another facilitator and the sponsors find here only how the seat changes hands."""
    seat = session_for(request.user, key)
    live = query.live_of(seat.session)
    access.require(seat.prepares or seat.may_lead)
    if seat.session.state not in (S.READY, S.LIVE) or (live is None and seat.session.state == S.LIVE):
        return redirect("workshop", key)
    if not seat.facilitates or live is None:
        return render(request, "dialogue/live_seat.html", {**_around(seat), "live": live, "newcomer": _newcomer(live)})
    return render(request, "dialogue/live_console.html", _context(seat, live))


@require_safe
def console_now(request: SignedIn, key: str) -> HttpResponse:
    """What moves by itself on the console: numbers, clock, sentences, proposals. Never the forms."""
    seat = session_for(request.user, key)
    live = query.live_of(seat.session)
    if not seat.facilitates or live is None or seat.session.state != S.LIVE:
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("console", args=[key])})
    moving = _moving(seat, live)
    if request.GET.get("at", "") == moving["stamp"]:
        return HttpResponse(status=204)
    return render(request, "dialogue/live_console_now.html", {**_around(seat), **moving, "oob": True})


def _around(seat: Seated) -> dict[str, Any]:
    session = seat.session
    return {"seat": seat, "session": session, "relationship": seat.relationship, "step": "debate"}


def _newcomer(live: Live | None) -> str:
    return live.seat_asked_by.name if live and live.seat_asked_by else ""


def _moving(seat: Seated, live: Live) -> dict[str, Any]:
    """The part that is asked for every two seconds."""
    session = seat.session
    viewer = viewer_of(seat)
    external = viewer == Viewer.EXTERNAL
    present = query.presence(session, live)
    notes = query.notes_for(session, viewer)
    answered = list(present.answered.values()) if present.answered and external else present.everybody_answered
    numbers = [present.all_here, present.all_ready, answered, len(notes), live.seat_asked_by_id]
    said = "-".join(str(one) for one in numbers).replace(" ", "")
    return {
        "scene": query.scene(session, live),
        "presence": present,
        "external": external,
        "notes": notes,
        "newcomer": _newcomer(live),
        "stamp": f"{said}-{query.stamp(session, live)}",
        "poll_url": reverse("console-now", args=[session.key]),
    }


def _context(seat: Seated, live: Live) -> dict[str, Any]:
    session = seat.session
    moving = _moving(seat, live)
    scene = moving["scene"]
    panel = PHASES[live.facilitator_step]
    return {
        **_around(seat),
        **moving,
        "panel": panel,
        "ahead": live.facilitator_step != live.participants_step,
        "next": next_step(session, live.participants_step),
        "next_css": "btn-primary" if _nothing_left(panel.code, scene) else "btn-outline",
        "agenda": agenda_rows(session, live.participants_step),
        "minutes_left": sum(one.minutes for one in agenda_of(session)[place_of(session, live.participants_step) :]),
        "topics": query.topics_ahead(session, panel, viewer_of(seat)),
        "equity": equity(session) if session.counted_at is None else None,
        "paper": _paper_rows(seat, live),
        "form": ProposalForm(session=session) if panel.code == "proposals" else None,
        "terms": [(one, terms_of(one, session)) for one in scene.chosen] if panel.code == "promises" else (),
        "robot": link_of(_robot(seat)) if session.is_rehearsal else "",
    }


def _nothing_left(code: str, scene: query.Scene) -> bool:
    """The step has given what it can, or has no button of its own: going on is the next thing to do."""
    if code in ("common", "divides"):
        last = scene.live.place + 1 >= scene.places
        return not scene.places or (last and bool(scene.live.statement and scene.live.statement.shown))
    done = {
        "arrive": scene.session.counted_at is not None and not scene.activity,
        "mirror": bool(scene.results),
        "choice": bool(scene.chosen),
        "unsaid": not scene.places,
    }
    return done.get(code, True)


def _robot(seat: Seated) -> Any:
    robot = seat.session.participants.first()
    robot.session = seat.session  # type: ignore[union-attr]
    return robot


def _paper_rows(seat: Seated, live: Live) -> list[tuple[query.Question, list[tuple[str, list[tuple[str, str]]]]]]:
    """The fields for slips of paper: an external facilitator's only, since counting shows numbers."""
    if not seat.external or live.round is None or live.activity != query.A.VOTE:
        return []
    rows = []
    for question in query.vote_questions(seat.session, live.round, "", {}):
        options = sorted(question.options)
        sides = [
            (str(side), [(paper_name(question.code, side, int(value)), label) for value, label in options])
            for side in SIDES
        ]
        rows.append((question, sides))
    return rows


# ---------------------------------------------------------------- what the buttons do
def _take_seat(by: Actor, seat: Seated, data: QueryDict) -> str:
    if room.take_seat(by=by, session=seat.session):
        return _("You lead the room now.")
    return _("Your request is shown to the sponsors: one of them must agree.")


def _choose(by: Actor, seat: Seated, data: QueryDict) -> str:
    return _said_of(proposals.choose(by=by, session=seat.session, count=number(data, "count")))


def _choose_aloud(by: Actor, seat: Seated, data: QueryDict) -> str:
    agreed = list(seat.session.proposals.filter(key__in=data.getlist("proposal")))
    return _said_of(proposals.choose_aloud(by=by, session=seat.session, proposals=agreed))


def _said_of(found: Priorities) -> str:
    if not found.chosen:
        raise Refused(_("No such number of proposals is free of objections and balanced: choose fewer, or talk again."))
    return _("The choice of both sides is on the screen.")


def _propose(by: Actor, seat: Seated, data: QueryDict) -> None:
    form = ProposalForm(data, session=seat.session)
    if not form.is_valid():
        raise Refused(_first_error(form))
    proposals.propose(by=by, session=seat.session, **form.cleaned_data)


def _terms(by: Actor, seat: Seated, data: QueryDict) -> None:
    proposal = access.proposal_of(seat.session, data.get("proposal", ""))
    form = TermsForm(data, session=seat.session, prefix=proposal.key)
    if not form.is_valid():
        raise Refused(_first_error(form))
    proposals.set_terms(by=by, proposal=proposal, **form.cleaned_data)


def _first_error(form: Any) -> str:
    name, errors = next(iter(form.errors.items()))
    label = form.fields[name].label if name in form.fields else ""
    return f"{label or name} : {errors[0]}"


def _merge(by: Actor, seat: Seated, data: QueryDict) -> None:
    one, other = (access.proposal_of(seat.session, data.get(name, "")) for name in ("proposal", "into"))
    proposals.merge_proposals(by=by, proposal=one, into=other)


def _withdraw(by: Actor, seat: Seated, data: QueryDict) -> None:
    found = Objection.objects.filter(pk=number(data, "objection"), proposal__session=seat.session).first()
    access.require(found is not None)
    assert found is not None
    found.proposal.session = seat.session
    proposals.withdraw_objection(by=by, objection=found)


def _paper(by: Actor, seat: Seated, data: QueryDict) -> None:
    live = query.live_of(seat.session)
    if live is None or live.round is None:
        raise Refused(_("Start the vote first, then type what the slips say."))
    room.count_on_paper(by=by, session=seat.session, counts=paper(data, live.round))


def _agenda(by: Actor, seat: Seated, data: QueryDict) -> str:
    live = query.live_of(seat.session)
    access.require(live is not None)
    assert live is not None
    room.change_agenda(by=by, session=seat.session, rows=agenda(data, seat.session, live.participants_step))
    return _("The programme is changed.")


VERBS: dict[str, Verb] = {
    "agenda": _agenda,
    "open": lambda by, seat, data: room.open_room(by=by, session=seat.session),
    "look": lambda by, seat, data: room.look_ahead(by=by, session=seat.session, step=number(data, "step")),
    "step": lambda by, seat, data: room.open_step(by=by, session=seat.session),
    "place": lambda by, seat, data: room.take_place(by=by, session=seat.session, place=number(data, "place")),
    "timer": lambda by, seat, data: room.start_timer(by=by, session=seat.session, seconds=number(data, "seconds")),
    "extend": lambda by, seat, data: room.extend(by=by, session=seat.session, seconds=number(data, "seconds")),
    "stop": lambda by, seat, data: room.stop_timer(by=by, session=seat.session),
    "vote": lambda by, seat, data: room.start_vote(by=by, session=seat.session, seconds=number(data, "seconds")),
    "show": lambda by, seat, data: room.show(by=by, session=seat.session),
    "silence": lambda by, seat, data: room.start_silence(by=by, session=seat.session, seconds=number(data, "seconds")),
    "turn": lambda by, seat, data: room.next_turn(by=by, session=seat.session),
    "note": lambda by, seat, data: room.hide_note(by=by, session=seat.session, key=data.get("note", "")),
    "equity": lambda by, seat, data: sessions.say_equity(by=by, session=seat.session),
    "reveal": lambda by, seat, data: voting.reveal_votes(by=by, session=seat.session),
    "paper": _paper,
    "choose": _choose,
    "choose-aloud": _choose_aloud,
    "propose": _propose,
    "merge": _merge,
    "withdraw": _withdraw,
    "terms": _terms,
    "take-seat": _take_seat,
    "grant-seat": lambda by, seat, data: room.grant_seat(by=by, session=seat.session),
    "robots": lambda by, seat, data: rehearsal.let_robots_act(by=by, session=seat.session),
    "end": lambda by, seat, data: sessions.end(by=by, session=seat.session),
}


@require_POST
def console_do(request: SignedIn, key: str, what: str) -> HttpResponse:
    """One button of the console. What is refused changes nothing, and the page says why."""
    seat = session_for(request.user, key)
    access.require(what in VERBS and (seat.prepares or seat.may_lead))
    try:
        said = VERBS[what](actor(request.user), seat, request.POST)
        if isinstance(said, str):
            messages.success(request, said)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("console", key)


# ---------------------------------------------------------------- rehearsal
@require_POST
def rehearse(request: SignedIn, key: str) -> HttpResponse:
    seat = session_for(request.user, key)
    access.require(seat.facilitates)
    try:
        made = rehearsal.start_rehearsal(by=actor(request.user), session=seat.session)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("workshop", key)
    return redirect("console", made.key)


@require_POST
def erase_rehearsal(request: SignedIn, key: str) -> HttpResponse:
    """Nothing of a rehearsal stays."""
    seat = session_for(request.user, key)
    access.require(seat.facilitates and seat.session.is_rehearsal)
    real = seat.session.rehearsal_of
    assert real is not None
    rehearsal.erase_rehearsals(by=actor(request.user), session=real)
    messages.success(request, _("The rehearsal is erased: nothing of it is left."))
    return redirect("workshop", real.key)
