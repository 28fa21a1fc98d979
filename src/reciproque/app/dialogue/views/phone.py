"""The phone before the room: opening the link, depositing sentences and themes, voting in private, the minutes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reciproque.app.dialogue import access
from reciproque.app.dialogue.actions.common import participant_actor
from reciproque.app.dialogue.actions.deck import change_deposit, deposit_statement, take_back_deposit
from reciproque.app.dialogue.actions.minutes import amend
from reciproque.app.dialogue.actions.votes import cast
from reciproque.app.dialogue.forms import phone as form
from reciproque.app.dialogue.models import LONGEST_STATEMENT, Round, SessionState
from reciproque.app.dialogue.queries import phone as query
from reciproque.app.dialogue.queries.deck import own_sentences
from reciproque.app.dialogue.views.phone_visit import (
    NoVisit,
    Visit,
    answers_of,
    carry,
    carry_answers,
    carry_sentences,
    forget,
    language_of,
    page,
    phone_page,
    plain,
    sentences_of,
    visit_of,
)
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.views import Visits, wrong_codes

Kind = Round.Kind
S = SessionState
WHERE = {
    S.DECK: "phone-deck",
    S.VOTING: "phone-vote",
    S.READY: "phone-wait",
    S.LIVE: "phone-live",
    S.MINUTES: "phone-minutes",
}


@phone_page
def enter(request: HttpRequest) -> HttpResponse:
    """The address of every link. Opening it changes nothing; the signs after # come in with a POST.

    A browser that holds a link is asked whether to go on with it: the one it is given now may be a colleague's.
    """
    if request.method != "POST":
        return plain(request, "dialogue/phone.html", language_of(request), _known(request))
    place = Visits.place(request)
    if wrong_codes.exhausted(place):
        return plain(request, "dialogue/phone.html", language_of(request), {"busy": True}, status=429)
    token = access.read_token(request.POST.get("token", ""))
    participant = access.participant_of(token) if token else None
    if token is None or participant is None:
        wrong_codes.too_many(place)
        return plain(request, "dialogue/phone.html", language_of(request), {"unknown": True}, status=400)
    return carry(request, redirect(WHERE.get(S(participant.session.state), "phone-wait")), token)


def _known(request: HttpRequest) -> dict[str, object]:
    """Where somebody goes on who comes back without the link, and for which company."""
    try:
        visit = visit_of(request)
    except NoVisit:
        return {}
    side = visit.participant.side
    company = visit.session.relationship.organisation(side)
    return {"going": reverse(WHERE.get(S(visit.session.state), "phone-wait")), "side": side, "company": company}


@require_POST
@phone_page
def leave(request: HttpRequest) -> HttpResponse:
    """Forget everything on a device that several people use. What was voted stays in its box."""
    return forget(request, plain(request, "dialogue/phone.html", language_of(request), {"gone": True}))


@phone_page
def wait(request: HttpRequest) -> HttpResponse:
    """Nothing to do now: where the workshop stands, and what comes next."""
    visit = visit_of(request)
    if visit.session.state in WHERE and visit.session.state != S.READY:
        return redirect(WHERE[S(visit.session.state)])
    return page(request, "dialogue/phone_wait.html", visit, {})


@phone_page
def deck(request: HttpRequest) -> HttpResponse:
    """Sentences without a name, what became of one's own, and themes under twin locks."""
    visit = visit_of(request)
    round_ = query.open_round_of(visit.session, Kind.THEMES)
    context = {
        "open": visit.session.state == S.DECK and not visit.session.deposits_closed,
        "voting": visit.session.state == S.VOTING,
        "mine": own_sentences(visit.session, sentences_of(request, visit)),
        "themes": query.themes(answers_of(request, visit, round_)) if round_ else (),
        "longest": LONGEST_STATEMENT,
        "done": request.GET.get("done", ""),
    }
    return page(request, "dialogue/phone_deck.html", visit, context)


@require_POST
@phone_page
def deposit(request: HttpRequest) -> HttpResponse:
    """Put a sentence on the pile; the key of it goes into this browser and nowhere else."""
    visit = visit_of(request)
    text = request.POST.get("text", "")
    side = visit.participant.side
    key = deposit_statement(session=visit.session, side=side, text=text, language=language_of(request))
    return carry_sentences(_done("phone-deck", "deposited"), visit, [*sentences_of(request, visit), key])


@require_POST
@phone_page
def change(request: HttpRequest) -> HttpResponse:
    """Another wording for one's own sentence, or no sentence at all."""
    visit, key = visit_of(request), request.POST.get("key", "")
    if request.POST.get("do") == "take back":
        take_back_deposit(session=visit.session, key=key)
        left = [one for one in sentences_of(request, visit) if one != key]
        return carry_sentences(_done("phone-deck", "taken"), visit, left)
    change_deposit(session=visit.session, key=key, text=request.POST.get("text", ""))
    return _done("phone-deck", "changed")


@require_POST
@phone_page
def themes(request: HttpRequest) -> HttpResponse:
    """The themes under twin locks; an empty choice takes them back."""
    visit = visit_of(request)
    round_ = _round(visit, Kind.THEMES)
    chosen = form.themes(request.POST.getlist("theme"))
    cast(round=round_, token=visit.token, answers=chosen)
    return carry_answers(_done("phone-deck", "themes"), visit, round_, chosen)


@phone_page
def vote(request: HttpRequest) -> HttpResponse:
    """The private vote: every statement on one page, changeable until the deadline."""
    visit = visit_of(request)
    if visit.session.state != S.VOTING or query.open_round_of(visit.session, Kind.DECK) is None:
        return page(request, "dialogue/phone_wait.html", visit, {"sealed": True})
    round_ = _round(visit, Kind.DECK)
    if request.method == "POST":
        given = form.answers(request.POST.dict(), round_.items)
        cast(round=round_, token=visit.token, answers=given)
        return carry_answers(_done("phone-vote", "voted"), visit, round_, given)
    asked = query.questions(visit.session, round_, visit.token, answers_of(request, visit, round_))
    left = sum(not one.mine for one in asked)
    context = {"questions": asked, "left": left, "closes_at": round_.closes_at, "done": request.GET.get("done", "")}
    return page(request, "dialogue/phone_vote.html", visit, context)


@phone_page
def minutes(request: HttpRequest) -> HttpResponse:
    """The minutes on the phone, and one's remarks on them."""
    visit = visit_of(request)
    found = getattr(visit.session, "minutes", None)
    if visit.session.state not in (S.MINUTES, S.FROZEN) or found is None:
        return redirect("phone-wait")
    if request.method == "POST":
        by = participant_actor(visit.participant)
        text, side = request.POST.get("text", ""), visit.participant.side
        amend(by=by, session=visit.session, side=side, text=text, participant=visit.participant)
        return _done("phone-minutes", "amended")
    document = found.content[language_of(request)]
    context = {"minutes": document, "open": visit.session.state == S.MINUTES, "done": request.GET.get("done", "")}
    return page(request, "dialogue/phone_minutes.html", visit, context)


def _round(visit: Visit, kind: str) -> Round:
    round_ = query.open_round_of(visit.session, kind)
    if round_ is None:
        raise Refused(_("The votes are sealed: nothing can be added or changed any more."))
    return round_


def _done(name: str, what: str) -> HttpResponse:
    response = redirect(name)
    response["Location"] += f"?done={what}"
    return response
