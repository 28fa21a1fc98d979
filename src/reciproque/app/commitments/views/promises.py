"""One promise, and each gesture that its owners make on it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from reciproque.app.commitments import access, calendars
from reciproque.app.commitments.access import Chair
from reciproque.app.commitments.actions import changes, offers, words
from reciproque.app.commitments.forms import (
    AnswerForm,
    KeptForm,
    OfferForm,
    OtherwiseForm,
    OwnerForm,
    TermsForm,
    WhyForm,
)
from reciproque.app.commitments.models import Commitment, State
from reciproque.app.commitments.queries.promise import PromisePage, owners_offered, promise_page
from reciproque.app.commitments.views.common import context_of, done
from reciproque.app.directory.access import SignedIn
from reciproque.app.shared.audit import actor
from reciproque.app.shared.refusals import try_action


@require_safe
def commitment(request: SignedIn, key: str) -> HttpResponse:
    found, chair = access.promise_for(request.user, key)
    return _show(request, found, chair)


def _show(request: SignedIn, found: Commitment, chair: Chair, status: int = 200, **forms: Any) -> HttpResponse:
    page = promise_page(found, chair)
    context = context_of(chair, page=page, promise=found, **{**_forms(page, chair), **forms})
    return render(request, "commitments/promise.html", context, status=status)


def _forms(page: PromisePage, chair: Chair) -> dict[str, Any]:
    """An empty form for each gesture that is possible."""
    do = page.do
    named = [line for line in page.owners if line.may_name]
    return {
        "decline_form": WhyForm(auto_id="decline_%s"),
        "release_form": WhyForm(auto_id="release_%s"),
        "kept_form": KeptForm(auto_id="kept_%s"),
        "otherwise_form": OtherwiseForm(outcomes=do.otherwise, auto_id="otherwise_%s"),
        "answer_form": AnswerForm(auto_id="answer_%s"),
        "owner_forms": [(line, _owner_form(page.commitment, chair, line.side)) for line in named],
    }


def _owner_form(found: Commitment, chair: Chair, side: str, data: Any = None) -> OwnerForm:
    offered = owners_offered(chair, side)
    return OwnerForm(data, offered=offered, commitment=found, side=side, auto_id=f"owner_{side}_%s")


@require_safe
def commitment_ics(request: SignedIn, key: str) -> HttpResponse:
    """The dates of one promise, to put in a calendar."""
    found, _chair = access.promise_for(request.user, key)
    response = HttpResponse(calendars.calendar([found]), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.key}.ics"'
    return response


# ---------------------------------------------------------------- before it counts
@require_POST
def commitment_accept(request: SignedIn, key: str) -> HttpResponse:
    found, _chair = access.promise_for(request.user, key)
    said = _("You have accepted. The promise counts once both owners have.")
    return done(request, found, said, offers.accept, commitment=found)


@require_POST
def commitment_decline(request: SignedIn, key: str) -> HttpResponse:
    found, chair = access.promise_for(request.user, key)
    form = WhyForm(request.POST, auto_id="decline_%s")
    if not form.is_valid():
        return _show(request, found, chair, 422, decline_form=form)
    why = form.cleaned_data["why"]
    return done(request, found, _("Declined. Both companies read why."), offers.decline, commitment=found, why=why)


@require_POST
def commitment_withdraw(request: SignedIn, key: str) -> HttpResponse:
    found, _chair = access.promise_for(request.user, key)
    return done(request, found, _("The offer is taken back."), offers.withdraw, commitment=found)


@require_POST
def commitment_owner(request: SignedIn, key: str, side: str) -> HttpResponse:
    """Name who owns the promise on one's own side, or take it."""
    found, chair = access.promise_for(request.user, key)
    if side != chair.side:
        raise Http404
    form = _owner_form(found, chair, side, request.POST)
    takes = request.POST.get("take") == "yes"
    if not takes and not form.is_valid():
        return redirect("commitment", key)
    owner = request.user if takes else form.cleaned_data["owner"]
    return done(
        request,
        found,
        _("The owner is named, and now accepts personally."),
        offers.name_owner,
        commitment=found,
        side=side,
        owner=owner,
    )


# ---------------------------------------------------------------- other terms
def commitment_terms(request: SignedIn, key: str) -> HttpResponse:
    """Put an offer otherwise, or ask for other terms before the date."""
    found, chair = access.promise_for(request.user, key)
    do = promise_page(found, chair).do
    access.require(do.counter or do.change)
    offered = found.state == State.PROPOSED
    kind = OfferForm if offered else TermsForm
    first = {name: getattr(found, name) for name in (*kind.TERMS, "effort_client", "effort_supplier") if name != "why"}
    form = kind(request.POST or None, relationship=chair.relationship, initial=first)
    action = offers.counter if offered else changes.ask_terms
    if form.is_valid() and try_action(form, action, by=actor(request.user), commitment=found, **form.terms()):
        return redirect("commitment", key)
    context = context_of(chair, promise=found, form=form, offered=offered)
    return render(request, "commitments/terms.html", context, status=422 if form.errors else 200)


@require_POST
def commitment_release(request: SignedIn, key: str) -> HttpResponse:
    found, chair = access.promise_for(request.user, key)
    form = WhyForm(request.POST, auto_id="release_%s")
    if not form.is_valid():
        return _show(request, found, chair, 422, release_form=form)
    why = form.cleaned_data["why"]
    return done(
        request,
        found,
        _("Asked. The promise holds until the other owner agrees."),
        changes.ask_release,
        commitment=found,
        why=why,
    )


@require_POST
def commitment_answer(request: SignedIn, key: str) -> HttpResponse:
    """Accept or refuse the change that is asked, or take one's own back."""
    found, chair = access.promise_for(request.user, key)
    pending = promise_page(found, chair).pending
    if pending is None:
        return redirect("commitment", key)
    form = AnswerForm(request.POST, auto_id="answer_%s")
    answer = form.cleaned_data["answer"] if form.is_valid() else ""
    said, does = _("Done. It is written in the history of the promise."), request.POST.get("do")
    if does == "take-back":
        return done(request, found, said, changes.take_back_change, change=pending)
    return done(request, found, said, changes.answer_change, change=pending, accept=does == "accept", answer=answer)


# ---------------------------------------------------------------- words
@require_POST
def commitment_first_step(request: SignedIn, key: str) -> HttpResponse:
    found, _chair = access.promise_for(request.user, key)
    return done(request, found, _("The first step is taken."), words.say_first_step, commitment=found)


@require_POST
def commitment_kept(request: SignedIn, key: str) -> HttpResponse:
    found, chair = access.promise_for(request.user, key)
    form = KeptForm(request.POST, auto_id="kept_%s")
    if not form.is_valid():
        return _show(request, found, chair, 422, kept_form=form)
    return done(
        request,
        found,
        _("Your word is given. The other side now says the same, or why not."),
        words.say_kept,
        commitment=found,
        **form.cleaned_data,
    )


@require_POST
def commitment_confirm(request: SignedIn, key: str) -> HttpResponse:
    found, _chair = access.promise_for(request.user, key)
    return done(request, found, _("Both sides say the same. It is settled."), words.confirm, commitment=found)


@require_POST
def commitment_otherwise(request: SignedIn, key: str) -> HttpResponse:
    found, chair = access.promise_for(request.user, key)
    outcomes = promise_page(found, chair).do.otherwise
    form = OtherwiseForm(request.POST, outcomes=outcomes, auto_id="otherwise_%s")
    if outcomes and not form.is_valid():
        return _show(request, found, chair, 422, otherwise_form=form)
    said = form.cleaned_data if outcomes else {"outcome": request.POST.get("outcome", ""), "why": ""}
    return done(
        request,
        found,
        _("Your word stands beside that of the other side."),
        words.say_otherwise,
        commitment=found,
        **said,
    )
