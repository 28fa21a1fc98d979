"""What every page of a phone does first: find whose link was opened, and stop in plain words when it cannot go on.

No account and no session: the browser carries the token of the link in a sealed cookie, and what it keeps besides is
sealed for that link alone. Nothing is logged of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from reciproque.app.dialogue import access
from reciproque.app.dialogue.forms import pocket
from reciproque.app.dialogue.models import Participant, Round, Session
from reciproque.app.shared.errors import Refused

View = Callable[..., HttpResponse]
COOKIE = "__Host-workshop" if settings.HTTPS else "workshop"
SENTENCES = "__Host-sentences-" if settings.HTTPS else "sentences-"
ANSWERS = "__Host-answers-" if settings.HTTPS else "answers-"
KEPT = 90 * 24 * 3600
MOST_SENTENCES = 20
MOST_LINKS = 4


@dataclass(frozen=True)
class Visit:
    """Whose link was opened in this browser."""

    participant: Participant
    token: bytes = field(repr=False)

    @property
    def session(self) -> Session:
        return self.participant.session

    @property
    def language(self) -> str:
        return self.participant.language


class NoVisit(Exception):
    """No link was opened in this browser, or it no longer opens anything."""


def phone_page(view: View) -> View:
    """Open to anybody who holds a link; always answers in plain words, in the participant's language."""

    @login_not_required
    @sensitive_post_parameters()
    @sensitive_variables()
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with translation.override(language_of(request)):
                return view(request, *args, **kwargs)
        except NoVisit:
            return redirect("phone")
        except Refused as refusal:
            context = {"heading": _("This could not be done."), "sentence": refusal.message, "texts": typed(request)}
            return plain(request, "dialogue/phone_stop.html", language_of(request), context, status=409)

    return guarded


def language_of(request: HttpRequest) -> str:
    """The one chosen on the phone, else the participant's."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen in ("fr", "en"):
        return chosen
    try:
        return visit_of(request).language
    except NoVisit:
        return translation.get_language() or "fr"


def visit_of(request: HttpRequest) -> Visit:
    """The visit that this browser's cookie stands for."""
    known: Visit | None = getattr(request, "_workshop_visit", None)
    if known is not None:
        return known
    token = pocket.open_token(request.COOKIES.get(COOKIE, ""))
    participant = access.participant_of(token) if token else None
    if token is None or participant is None:
        raise NoVisit
    visit = Visit(participant, token)
    request._workshop_visit = visit  # type: ignore[attr-defined]
    return visit


def carry(request: HttpRequest, response: HttpResponse, token: bytes) -> HttpResponse:
    """Give the browser the cookie of its link. Under another link, what was answered under the one before goes; the
    keys of sentences wait, sealed for their own link, for somebody who takes part in two workshops."""
    if pocket.open_token(request.COOKIES.get(COOKIE, "")) != token:
        others = [name for name in _kept(request, SENTENCES) if name != _sentences(token)]
        _delete(response, [*_kept(request, ANSWERS), *others[MOST_LINKS - 1 :]])
    _set(response, COOKIE, pocket.seal_token(token))
    return response


def forget(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Take from the browser all that it kept of a workshop: its link, its answers, the keys of its sentences."""
    return _delete(response, [COOKIE, *_kept(request, ANSWERS), *_kept(request, SENTENCES)])


def _kept(request: HttpRequest, start: str) -> list[str]:
    return sorted(name for name, value in request.COOKIES.items() if name.startswith(start) and value)


def _delete(response: HttpResponse, names: Sequence[str]) -> HttpResponse:
    for name in names:
        response.delete_cookie(name, samesite="Strict")
    return response


def sentences_of(request: HttpRequest, visit: Visit) -> list[str]:
    """The keys of the sentences deposited from this browser under this link. No server keeps them."""
    return pocket.open_keys(request.COOKIES.get(_sentences(visit.token), ""), visit.token)


def carry_sentences(response: HttpResponse, visit: Visit, keys: Sequence[str]) -> HttpResponse:
    _set(response, _sentences(visit.token), pocket.seal_keys(list(keys)[-MOST_SENTENCES:], visit.token))
    return response


def _sentences(token: bytes) -> str:
    return f"{SENTENCES}{pocket.holder_of(token).hex()[:8]}"


def answers_of(request: HttpRequest, visit: Visit, round_: Round) -> dict[str, int]:
    """What was answered in this round from this browser under this link. Any other browser, and any other link in this
    browser, starts from an empty page."""
    if round_.state != Round.State.OPEN:
        return {}
    found = pocket.open_answers(request.COOKIES.get(_answers(round_.kind), ""), visit.token)
    return found if found.pop(_mark(round_), None) is not None else {}


def carry_answers(response: HttpResponse, visit: Visit, round_: Round, answers: dict[str, int]) -> HttpResponse:
    _set(response, _answers(round_.kind), pocket.seal_answers({**answers, _mark(round_): 0}, visit.token))
    return response


def _mark(round_: Round) -> str:
    """Answers of a vote that was taken again are not those of the new one."""
    return f"round:{round_.key}"


def _answers(kind: str) -> str:
    """One name per kind: a new vote of the same kind takes the place of the one before, which is over."""
    return f"{ANSWERS}{kind}"


def _set(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=KEPT, secure=settings.HTTPS, httponly=True, samesite="Strict")


def page(
    request: HttpRequest, template: str, visit: Visit, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    """A page of the phone: the side and its company, never a name."""
    company = visit.session.relationship.organisation(visit.participant.side)
    around = {"side": visit.participant.side, "company": company, "session": visit.session}
    return plain(request, template, language_of(request), {**around, **context}, status)


def plain(
    request: HttpRequest, template: str, language: str, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    """A page without account, session or stored message: only what it is given."""
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


def typed(request: HttpRequest) -> list[str]:
    """What was written in the page that could not be taken, to give it back."""
    return [str(value) for name, value in request.POST.items() if name.startswith("text") and str(value).strip()]
