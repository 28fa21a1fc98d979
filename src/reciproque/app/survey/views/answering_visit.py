"""What every answering page does first: find whose visit it is, and stop in plain words when it cannot go on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from reciproque.app.shared.errors import passes
from reciproque.app.shared.middleware import SAFE, read_only
from reciproque.app.survey.forms import answers, envelope
from reciproque.app.survey.forms.envelope import BadEnvelope, StaleEnvelope, Visit
from reciproque.app.survey.models import WaveState
from reciproque.app.survey.queries import answering
from reciproque.app.survey.queries.answering import Respondent
from reciproque.app.survey.urn.collect import Recognised
from reciproque.app.survey.urn.errors import UrnError
from reciproque.app.survey.urn.messages import explain

View = Callable[..., HttpResponse]
COOKIE = "__Host-answering" if settings.HTTPS else "answering"
TEXT_FIELD = re.compile(r"[A-Z]\d{1,2}")
CLOSED = gettext_lazy("Answers are closed: nothing can be sent, changed or withdrawn any more.")
CANCELLED = gettext_lazy("This questionnaire was cancelled. The answers already handed in were destroyed unopened.")


class Stop(Exception):
    """A plain page instead of the one asked for; the texts that were typed are given back."""

    def __init__(self, heading: str, sentence: str, *, texts: Sequence[str] = (), status: int = 400) -> None:
        super().__init__(heading)
        self.heading, self.sentence, self.texts, self.status = heading, sentence, texts, status


class NoVisit(Exception):
    """No link was opened in this browser, or more than two hours ago."""


class LateVisit(Exception):
    """The page stayed open for too long; its answers are kept until the link is pasted again."""

    def __init__(self, visit: Visit) -> None:
        super().__init__("late")
        self.visit = visit


def respondent_page(view: View) -> View:
    """Open to anybody, writes nothing in the main database whatever the method, and always answers in plain words."""

    @login_not_required
    @sensitive_post_parameters()
    @sensitive_variables()
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with translation.override(_language(request)), _nothing_written(request):
                return _answered(view, request, *args, **kwargs)
        except (DatabaseError, InterfaceError, OSError) as error:
            if not passes(error, request.method or ""):
                raise
            with translation.override(_language(request)):
                return _stopped(request, _out_of_reach(request))

    return guarded


def _answered(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """The page, or why it cannot be had."""
    try:
        return view(request, *args, **kwargs)
    except NoVisit:
        return redirect("respond") if request.method in SAFE else _ask_again(request, None)
    except LateVisit as late:
        return _ask_again(request, late.visit)
    except UrnError as error:
        stop = Stop(_("This questionnaire cannot go on."), explain(error), texts=_typed(request), status=410)
    except Stop as refusal:
        stop = refusal
    return _stopped(request, stop)


def _out_of_reach(request: HttpRequest) -> Stop:
    sentence = _("Nothing was half kept: go back and try again in a minute.")
    return Stop(_("The server could not answer."), sentence, texts=_typed(request), status=503)


def _nothing_written(request: HttpRequest) -> AbstractContextManager[Any]:
    """Reading requests are already held to it by the middleware."""
    return nullcontext() if request.method in SAFE else read_only()


def visit_of(request: HttpRequest) -> Visit:
    """The visit that this browser's cookie stands for."""
    try:
        return envelope.read(request.COOKIES.get(COOKIE, ""), envelope.COOKIE)
    except (BadEnvelope, StaleEnvelope) as error:
        raise NoVisit from error


def posted_visit(request: HttpRequest) -> Visit:
    """The visit carried by the page that was sent, which outlives the cookie."""
    if "state" not in request.POST:
        return visit_of(request)
    try:
        return envelope.read(request.POST["state"], envelope.PAGE)
    except StaleEnvelope as error:
        raise LateVisit(error.visit) from error
    except BadEnvelope as error:
        sentence = _("Part of this page was changed or cut on its way. Open your link again; what you wrote is below.")
        raise Stop(_("We cannot read this page."), sentence, texts=_typed(request)) from error


def person_of(visit: Visit) -> Respondent:
    """Whose visit it is, as long as answers are taken."""
    person = answering.respondent(visit.wave_id, visit.invitation_id)
    texts = [text for text, _consent in visit.texts.values()]
    if person is None:
        sentence = _("Your invitation was withdrawn. Ask the facilitator.")
        raise Stop(_("This link no longer works."), sentence, texts=texts, status=410)
    if not person.may_answer:
        sentence = str(CANCELLED if person.state == WaveState.CANCELLED else CLOSED)
        raise Stop(_("The questionnaire is over."), sentence, texts=texts, status=410)
    return person


def recognised(visit: Visit) -> Recognised:
    return Recognised(visit.wave_id, visit.invitation_id, visit.token)


def carry(response: HttpResponse, visit: Visit) -> HttpResponse:
    """Give the browser its cookie for the next two hours. It holds no answer."""
    sealed = envelope.close(visit.without_answers(), envelope.COOKIE)
    response.set_cookie(
        COOKIE,
        sealed,
        max_age=envelope.SECONDS[envelope.COOKIE],
        secure=settings.HTTPS,
        httponly=True,
        samesite="Strict",
    )
    return response


def page(
    request: HttpRequest, template: str, language: str, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    """A page without session, account or message: only what it is given."""
    with translation.override(language):
        whole = {
            "LANGUAGE_CODE": language,
            "demo_mode": settings.DEMO,
            "messages": (),
            "request": request,
            "csrf_token": get_token(request),
            **context,
        }
        text = render_to_string(template, whole)
    return HttpResponse(text, status=status, headers={"Content-Language": language})


def _language(request: HttpRequest) -> str:
    try:
        return visit_of(request).language
    except NoVisit:
        return translation.get_language() or "fr"


def _stopped(request: HttpRequest, stop: Stop) -> HttpResponse:
    context = {"heading": stop.heading, "sentence": stop.sentence, "texts": stop.texts}
    return page(request, "survey/respond_stop.html", _language(request), context, status=stop.status)


def _ask_again(request: HttpRequest, visit: Visit | None) -> HttpResponse:
    """Ask for the link again without losing what was answered."""
    context: dict[str, object] = {"late": True, "texts": _typed(request)}
    if visit:
        person = person_of(visit)
        visit = answers.merge(visit, request.POST.dict(), person.questions, person.prompts)
        context |= {"kept": envelope.close(visit, envelope.PAGE), "on": request.POST.get("on", "1"), "texts": ()}
    return page(request, "survey/respond.html", _language(request), context)


def _typed(request: HttpRequest) -> list[str]:
    """The texts found in what was sent, to give them back."""
    fields = request.POST.dict()
    texts = [answers.tidy(str(text)) for name, text in fields.items() if TEXT_FIELD.fullmatch(name)]
    return [text for text in texts if text and text not in answers.POINTS and text != "na"]
