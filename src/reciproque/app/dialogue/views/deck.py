"""The deck for those who have an account: reading, moderating with reasons, asking for a removal."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reciproque.app.dialogue import access
from reciproque.app.dialogue.access import Seated, session_for, statement_for
from reciproque.app.dialogue.actions import deck as actions
from reciproque.app.dialogue.forms.preparation import DrawUpForm, ModerateForm
from reciproque.app.dialogue.models import RemovalRequest, SessionState, Statement
from reciproque.app.dialogue.queries.deck import deck_page
from reciproque.app.dialogue.views.preparation import act, page, try_action
from reciproque.app.directory.access import SignedIn
from reciproque.app.shared.vocabulary import SIDES


def deck(request: SignedIn, key: str) -> HttpResponse:
    """The statements that both sides read; sentences still to be decided, for an external facilitator alone."""
    seat = session_for(request.user, key)
    access.require(seat.session.state not in (SessionState.MANDATE, SessionState.CANCELLED))
    moderates = seat.facilitates and seat.session.state == SessionState.DECK
    form = DrawUpForm(request.POST or None, sides=_sides(seat)) if moderates else None
    if request.method == "POST" and form is None:
        raise Http404
    valid = form is not None and form.is_valid()
    if valid and try_action(request, form, actions.draw_up_statement, session=seat.session, **form.cleaned_data):  # type: ignore[union-attr]
        messages.success(request, _("The statement is in the deck."))
        return redirect("workshop-deck", key)
    return _deck_page(request, seat, form)


def _deck_page(request: SignedIn, seat: Seated, form: DrawUpForm | None) -> HttpResponse:
    """Each sentence that may be decided about comes with its own form."""
    found = deck_page(seat)
    moderates = form is not None

    def with_form(statements: Sequence[Statement]) -> list[tuple[Statement, ModerateForm | None]]:
        return [(one, ModerateForm(statement=one) if moderates else None) for one in statements]

    lists = {"waiting": with_form(found.waiting), "kept": with_form(found.kept)}
    return page(request, "dialogue/deck.html", seat, deck=found, form=form, moderates=moderates, **lists)


def _sides(seat: Seated) -> list[tuple[str, str]]:
    own = tuple(SIDES) if seat.external else (seat.side,)
    return [(side, str(seat.relationship.organisation(side))) for side in SIDES if side in own]


@require_POST
def moderate(request: SignedIn, key: str, statement: str) -> HttpResponse:
    """Keep, leave out or merge one sentence."""
    seat = session_for(request.user, key)
    access.require(seat.facilitates)
    found = statement_for(seat, statement)
    form = ModerateForm(request.POST, statement=found)
    if not form.is_valid():
        messages.error(request, _("A sentence holds one idea, in 140 signs at most."))
    else:
        _decide(request, seat, found, form)
    return redirect("workshop-deck", key)


def _decide(request: SignedIn, seat: Seated, statement: Statement, form: ModerateForm) -> None:
    data, do = form.cleaned_data, request.POST.get("do", "")
    why = {"reason": data["reason"], "remark": data["remark"]}
    if do == "keep":
        texts = {"text_fr": data["text_fr"], "text_en": data["text_en"]}
        kept = act(request, _("It is in the deck."), actions.keep_statement, statement=statement, **texts, **why)
        raised = data["raised_client"], data["raised_supplier"]
        if kept and raised != (statement.raised_client, statement.raised_supplier):
            client, supplier = raised
            done = _("What had been said openly is noted.")
            act(request, done, actions.note_raised, statement=statement, client=client, supplier=supplier)
    elif do == "leave out":
        act(request, _("It is left out."), actions.withhold_statement, statement=statement, **why)
    elif do == "merge":
        into = statement_for(seat, request.POST.get("into", ""))
        done, remark = _("They are one now."), data["remark"]
        act(request, done, actions.merge_statement, statement=statement, into=into, remark=remark)
    else:
        raise Http404


@require_POST
def close_deposits(request: SignedIn, key: str) -> HttpResponse:
    seat = session_for(request.user, key)
    access.require(seat.facilitates)
    act(request, _("No more sentences are taken."), actions.close_deposits, session=seat.session)
    return redirect("workshop-deck", key)


@require_POST
def forecasts(request: SignedIn, key: str) -> HttpResponse:
    """The statements, six at most, of which each side also says what the other will answer."""
    seat = session_for(request.user, key)
    access.require(seat.facilitates)
    named = set(request.POST.getlist("statement"))
    chosen = list(access.statements_visible(seat).filter(key__in=named))
    access.require(len(chosen) == len(named))
    act(request, _("The choice is kept."), actions.choose_forecasts, session=seat.session, statements=chosen)
    return redirect("workshop-deck", key)


@require_POST
def ask_removal(request: SignedIn, key: str, statement: str) -> HttpResponse:
    seat = session_for(request.user, key)
    access.require(bool(seat.sponsors))
    found, why = statement_for(seat, statement), request.POST.get("why", "")
    act(request, _("The facilitator will answer you."), actions.ask_removal, statement=found, why=why)
    return redirect("workshop-deck", key)


@require_POST
def answer_removal(request: SignedIn, key: str, number: int) -> HttpResponse:
    seat = session_for(request.user, key)
    access.require(seat.facilitates)
    found = RemovalRequest.objects.filter(pk=number, statement__session=seat.session).first()
    if found is None:
        raise Http404
    granted, answer = request.POST.get("do") == "remove", request.POST.get("answer", "")
    act(request, _("Your answer is kept."), actions.answer_removal, asked=found, granted=granted, answer=answer)
    return redirect("workshop-deck", key)
