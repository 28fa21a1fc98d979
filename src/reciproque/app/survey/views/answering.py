"""Answering, from the link to the receipt. No account, no session; nothing is written but the sealed ballot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from reciproque.app.shared.views import Visits, wrong_codes
from reciproque.app.survey.actions.answering import submit_ballot, withdraw_ballot
from reciproque.app.survey.forms import answers, envelope
from reciproque.app.survey.forms.answers import Problem
from reciproque.app.survey.forms.envelope import Visit
from reciproque.app.survey.queries import answering, questionnaire
from reciproque.app.survey.queries.answering import Respondent
from reciproque.app.survey.urn import receipts
from reciproque.app.survey.urn.errors import InvalidToken, TooLong, UrnError
from reciproque.app.survey.urn.messages import explain
from reciproque.app.survey.views.answering_visit import (
    COOKIE,
    Stop,
    carry,
    page,
    person_of,
    posted_visit,
    recognised,
    respondent_page,
    visit_of,
)
from reciproque.app.survey.views.frozen_page import ALL, fill_page, frozen_page, frozen_text

TURNS = ("respond-promise", "respond-receipt", "respond-withdraw")


@respondent_page
def enter(request: HttpRequest) -> HttpResponse:
    """The address of every link. Opening it changes nothing; the signs after # come in with a POST."""
    if request.method != "POST":
        return page(request, "survey/respond.html", translation.get_language() or "fr", {})
    place = Visits.place(request)
    if wrong_codes.exhausted(place):
        return _refused(request, "busy", 429)
    try:
        found = answering.recognise(request.POST.get("token", ""))
    except InvalidToken:
        wrong_codes.too_many(place)
        return _refused(request, "unknown", 422)
    visit = Visit(found.wave_id, found.invitation_id, found.token, "fr")
    person = person_of(visit)
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    visit = _in_language(visit, person, chosen if chosen in person.languages else person.language)
    return _resume(request, visit, person) or carry(redirect("respond-promise"), visit)


@require_safe
@respondent_page
def promise(request: HttpRequest) -> HttpResponse:
    """What is sure and what is not, before the first question."""
    visit = visit_of(request)
    person = person_of(visit)
    facilitator = answering.facilitator(visit.wave_id, person.wave_key)
    return _page(
        request, "survey/respond_promise.html", visit, person, facilitator=facilitator, count=len(person.questions)
    )


@require_POST
@respondent_page
def language(request: HttpRequest) -> HttpResponse:
    """Read the promise or the receipt in the other language."""
    visit = visit_of(request)
    person = person_of(visit)
    turn = request.POST.get("page", "")
    back = redirect(turn if turn in TURNS else TURNS[0])
    return carry(back, _in_language(visit, person, request.POST.get("language", "")))


@respondent_page
def answer(request: HttpRequest, place: str) -> HttpResponse:
    """One chapter of questions, or all of them. A POST takes the answers of the page before along, sealed."""
    visit = posted_visit(request) if request.method == "POST" else visit_of(request)
    person = person_of(visit)
    if place not in (ALL, *questionnaire.places(person)):
        raise Http404
    if request.method != "POST":
        return _questions(request, visit, person, place)
    visit = _merged(request, visit, person)
    found = answers.problems(visit, request.POST.dict(), person.questions)
    return carry(_questions(request, visit, person, _place(request, person, found, place), found), visit)


@require_POST
@respondent_page
def hand_in(request: HttpRequest) -> HttpResponse:
    """Seal and store the answers, then show the receipt."""
    visit = posted_visit(request)
    person = person_of(visit)
    visit = _merged(request, visit, person)
    found = answers.problems(visit, request.POST.dict(), person.questions) or _nothing(visit)
    if found:
        place = _place(request, person, found, request.POST.get("on", "1"))
        return carry(_questions(request, visit, person, place, found), visit)
    receipt = _submitted(visit)
    return carry(redirect("respond-receipt"), _with_receipt(visit, receipt))


@require_safe
@respondent_page
def receipt(request: HttpRequest) -> HttpResponse:
    visit = visit_of(request)
    if not visit.receipt:
        return redirect("respond-promise")
    person = person_of(visit)
    return _page(
        request,
        "survey/respond_receipt.html",
        visit,
        person,
        facilitator=answering.facilitator(visit.wave_id, person.wave_key),
    )


@respondent_page
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take the answers back. The page says the same whether there were any or not."""
    visit = visit_of(request)
    person = person_of(visit)
    if request.method == "POST":
        withdraw_ballot(token=recognised(visit))
        visit = _with_receipt(visit, "")
    done = _page(request, "survey/respond_withdraw.html", visit, person, done=request.method == "POST")
    return carry(done, visit) if request.method == "POST" else done


@require_GET
@respondent_page
def declined(request: HttpRequest) -> HttpResponse:
    visit = visit_of(request)
    return _page(request, "survey/respond_declined.html", visit, person_of(visit))


@require_POST
@respondent_page
def leave(request: HttpRequest) -> HttpResponse:
    """Forget the link on a device that several people use."""
    response = page(request, "survey/respond.html", visit_of(request).language, {"gone": True})
    response.delete_cookie(COOKIE, samesite="Strict")
    return response


def _submitted(visit: Visit) -> str:
    """The receipt; or a page that says why nothing was stored, and gives the texts back."""
    texts = [text for text, _consent in visit.texts.values()]
    try:
        return submit_ballot(token=recognised(visit), answers=visit.scores, texts=answers.sentences(visit))
    except TooLong as error:
        raise Stop(_("Your answer is not handed in yet."), explain(error), texts=texts) from error
    except UrnError as error:
        raise Stop(_("Your answer was not handed in."), explain(error), texts=texts, status=410) from error
    except (DatabaseError, InterfaceError, OSError) as error:
        sentence = _("The server could not store it. Nothing was half kept: go back and hand it in again in a minute.")
        raise Stop(_("Your answer is not handed in yet."), sentence, texts=texts, status=503) from error


def _questions(
    request: HttpRequest, visit: Visit, person: Respondent, place: str, found: Sequence[Problem] = ()
) -> HttpResponse:
    pieces = frozen_page(person, visit.language, place)
    with translation.override(visit.language):
        text = fill_page(pieces, _filled(request, visit, person, found))
    return HttpResponse(text, status=422 if found else 200, headers={"Content-Language": visit.language})


def _filled(request: HttpRequest, visit: Visit, person: Respondent, found: Sequence[Problem]) -> dict[str, str]:
    """What goes into the holes of a frozen page for this visit."""
    name, key = envelope.draft_names(visit.token)
    filled = {
        "csrf": get_token(request),
        "state": envelope.close(visit, envelope.PAGE),
        "draft": name,
        "key": key,
        "left": _left(visit, person),
    }
    for code, score in visit.scores.items():
        filled[f"{code}={questionnaire.CANNOT_SAY if score is None else score}"] = " checked"
    for code, (text, consent) in visit.texts.items():
        filled[code] = escape(text)
        filled[f"{questionnaire.consent_name(code)}={consent}"] = " checked"
    if found:
        filled["errors"] = render_to_string("survey/respond_errors.html", {"problems": found})
        filled |= {f"{problem.code}!": escape(problem.sentence) for problem in found}
    return filled


def _left(visit: Visit, person: Respondent) -> str:
    total = len(person.questions)
    answered = len(visit.scores)
    return _("Sentences answered: %(answered)d of %(total)d. Left empty: %(empty)d.") % {
        "answered": answered,
        "total": total,
        "empty": total - answered,
    }


def _merged(request: HttpRequest, visit: Visit, person: Respondent) -> Visit:
    visit = answers.merge(visit, request.POST.dict(), person.questions, person.prompts)
    return _in_language(visit, person, request.POST.get("language", ""))


def _nothing(visit: Visit) -> list[Problem]:
    if visit.scores or visit.texts:
        return []
    return [Problem("", _("Nothing is answered yet: there is nothing to hand in."))]


def _place(request: HttpRequest, person: Respondent, found: Sequence[Problem], wanted: str) -> str:
    """Where to go: the page asked for, or the one that holds the first thing to mend."""
    known = (ALL, *questionnaire.places(person))
    if found and request.POST.get("on") == ALL:
        return ALL
    if found and found[0].code:
        return questionnaire.place_of(person, found[0].code)
    return wanted if wanted in known else "1"


def _in_language(visit: Visit, person: Respondent, wanted: str) -> Visit:
    known = wanted if wanted in person.languages else visit.language
    return replace(visit, language=known if known in person.languages else person.languages[0])


def _with_receipt(visit: Visit, receipt: str) -> Visit:
    return replace(visit.without_answers(), receipt=receipt)


def _resume(request: HttpRequest, visit: Visit, person: Respondent) -> HttpResponse | None:
    """Go on where the page had grown too old, with its answers, when they came with this same link."""
    try:
        kept = envelope.read(request.POST.get("kept", ""), envelope.PAGE)
    except envelope.StaleEnvelope as error:
        kept = error.visit
    except envelope.BadEnvelope:
        return None
    if kept.token != visit.token:
        return None
    place = request.POST.get("on", "1")
    return carry(_questions(request, kept, person, _place(request, person, (), place)), kept)


def _refused(request: HttpRequest, why: str, status: int) -> HttpResponse:
    kept = {name: request.POST[name] for name in ("kept", "on") if re.fullmatch(r"[\w=-]+", request.POST.get(name, ""))}
    return page(request, "survey/respond.html", translation.get_language() or "fr", {why: True, **kept}, status=status)


def _page(request: HttpRequest, template: str, visit: Visit, person: Respondent, **facts: object) -> HttpResponse:
    """A page of words: only its tokens, the draft's name and the receipt change from one visit to the next."""
    draft, _key = envelope.draft_names(visit.token)
    pieces = frozen_text(person, visit.language, template, ("draft", "receipt"), **facts)
    groups = receipts.show(visit.receipt).split()
    shown = " ".join(f"<span>{group}</span>" for group in groups)
    text = fill_page(pieces, {"csrf": get_token(request), "draft": draft, "receipt": shown})
    return HttpResponse(text, headers={"Content-Language": visit.language})
