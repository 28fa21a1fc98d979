"""Preparing a workshop: the list, the mandate and its signatures, the people, the steps of its life."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reciproque.app.dialogue import access
from reciproque.app.dialogue.access import Seated, session_for, sessions_for
from reciproque.app.dialogue.actions import people as lists
from reciproque.app.dialogue.actions import sessions, voting
from reciproque.app.dialogue.actions.letters import reveal_link, send_links
from reciproque.app.dialogue.actions.live import open_room
from reciproque.app.dialogue.forms.preparation import (
    MandateForm,
    NewSessionForm,
    PeopleForm,
    ReasonForm,
    VotingForm,
)
from reciproque.app.dialogue.models import Participant, SessionState
from reciproque.app.dialogue.queries.clock import vote_is_open
from reciproque.app.dialogue.queries.sessions import hub, people_lists
from reciproque.app.directory.access import SignedIn
from reciproque.app.directory.models import Membership
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import SIDES

S = SessionState


def page(request: SignedIn, template: str, seat: Seated, **more: object) -> HttpResponse:
    """A page of a workshop carries the relation bar and the step of the path."""
    known = {"session": seat.session, "seat": seat, "relationship": seat.relationship, "step": "debate"}
    return render(request, template, {**known, "active_nav": "relationships", **more})


def act(request: SignedIn, sentence: str, action: Callable[..., Any], **arguments: Any) -> bool:
    """Call the action, and say what was done or why it was refused."""
    try:
        action(by=actor(request.user), **arguments)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return False
    messages.success(request, sentence)
    return True


def try_action(request: SignedIn, form: Any, action: Callable[..., Any], **arguments: Any) -> Any:
    """Call the action; a refusal becomes an error of the form, so that nothing typed is lost."""
    try:
        return action(by=actor(request.user), **arguments) or True
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return None


# ---------------------------------------------------------------- list and beginning
def workshops(request: SignedIn, key: str) -> HttpResponse:
    """All workshops of a relationship."""
    relationship, membership, found = sessions_for(request.user, key)
    context = {"sessions": found, "may_create": access.may_create(membership), "relationship": relationship}
    return render(request, "dialogue/workshops.html", {**context, "step": "debate", "active_nav": "relationships"})


def new(request: SignedIn, key: str) -> HttpResponse:
    relationship, membership, _found = sessions_for(request.user, key)
    access.require(access.may_create(membership))
    facilitators = list(relationship.memberships.filter(role=Membership.Role.FACILITATOR).select_related("account"))
    companies = [str(relationship.organisation(side)) for side in SIDES]
    form = NewSessionForm(request.POST or None, facilitators=facilitators, companies=companies)
    if form.is_valid():
        made = try_action(request, form, sessions.create_session, relationship=relationship, **form.cleaned_data)
        if made:
            return redirect("workshop-mandate", made.key)
    context = {"form": form, "facilitators": facilitators, "relationship": relationship, "step": "debate"}
    return render(request, "dialogue/workshop_new.html", {**context, "active_nav": "relationships"})


def workshop(request: SignedIn, key: str) -> HttpResponse:
    """Where the workshop stands, and the one thing to do."""
    seat = session_for(request.user, key)
    return page(request, "dialogue/workshop.html", seat, hub=hub(seat), voting=VotingForm(), cancel=ReasonForm())


# ---------------------------------------------------------------- mandate
def mandate(request: SignedIn, key: str) -> HttpResponse:
    """Write the mandate, while it is not signed by both; read it afterwards."""
    seat = session_for(request.user, key)
    writes = seat.prepares and seat.session.state == S.MANDATE
    form = MandateForm(request.POST or None, session=seat.session) if writes else None
    if request.method == "POST" and form is None:
        raise Http404
    valid = form is not None and form.is_valid()
    if valid and try_action(request, form, sessions.change_mandate, session=seat.session, **form.cleaned_data):  # type: ignore[union-attr]
        messages.success(request, _("The mandate is kept. Both sponsors read the same words."))
        return redirect("workshop-mandate", key)
    digest = sessions.digest_of(seat.session)
    return page(request, "dialogue/mandate.html", seat, form=form, digest=digest, hub=hub(seat))


@require_POST
def sign(request: SignedIn, key: str) -> HttpResponse:
    seat = session_for(request.user, key)
    access.require(bool(seat.sponsors))
    digest = request.POST.get("digest", "")
    act(request, _("You have signed the mandate."), sessions.sign_mandate, session=seat.session, digest=digest)
    return redirect("workshop", key)


# ---------------------------------------------------------------- people
def people(request: SignedIn, key: str) -> HttpResponse:
    """Each company's own list; both for a facilitator employed by neither."""
    seat = session_for(request.user, key)
    access.require(bool(seat.chooses_people_of))
    shown = people_lists(seat)
    posted = request.POST if request.method == "POST" else None
    side = request.POST.get("side", "")
    forms = {
        one.side: PeopleForm(posted if side == one.side else None, candidates=one.candidates, prefix=one.side)
        for one in shown
    }
    form = forms.get(side)
    if form is not None and form.is_valid():
        chosen = form.cleaned_data["people"]
        if (
            try_action(request, form, lists.add_participants, session=seat.session, side=side, people=chosen)
            is not None
        ):
            messages.success(request, _("They are on the list, each with a link of their own."))
            return redirect("workshop-people", key)
    voting = seat.session.state in (S.VOTING, S.LIVE) and vote_is_open(seat.session)
    return page(request, "dialogue/people.html", seat, lists=[(one, forms[one.side]) for one in shown], voting=voting)


def _participant(seat: Seated, key: str) -> Participant:
    found = seat.session.participants.filter(key=key, side__in=seat.chooses_people_of, left=False).first()
    if found is None:
        raise Http404
    found.session = seat.session
    return found


@require_POST
def person_remove(request: SignedIn, key: str, person: str) -> HttpResponse:
    seat = session_for(request.user, key)
    participant = _participant(seat, person)
    done = _("%(name)s is no longer on the list; the link opens nothing any more.") % {"name": participant.name}
    act(request, done, lists.remove_participant, session=seat.session, participant=participant)
    return redirect("workshop-people", key)


@require_POST
def person_link(request: SignedIn, key: str, person: str) -> HttpResponse:
    """Hand a link over by hand. It reads nothing that was answered with it, and the log keeps that it was shown."""
    seat = session_for(request.user, key)
    participant = _participant(seat, person)
    access.require(seat.external or bool(seat.sponsors))
    try:
        link = reveal_link(by=actor(request.user), participant=participant)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("workshop-people", key)
    return page(request, "dialogue/person_link.html", seat, participant=participant, link=link)


@require_POST
def links(request: SignedIn, key: str) -> HttpResponse:
    """Send the links by mail."""
    seat = session_for(request.user, key)
    access.require(bool(seat.chooses_people_of))
    act(request, _("The links leave by mail within a minute."), send_links, session=seat.session)
    return redirect("workshop-people", key)


# ---------------------------------------------------------------- steps
@require_POST
def open_voting(request: SignedIn, key: str) -> HttpResponse:
    seat = session_for(request.user, key)
    access.require(seat.facilitates)
    form = VotingForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a day and an hour for the end of the vote."))
    else:
        act(request, _("Everybody can vote now."), voting.open_voting, session=seat.session, **form.cleaned_data)
    return redirect("workshop", key)


@require_POST
def seal(request: SignedIn, key: str) -> HttpResponse:
    seat = session_for(request.user, key)
    access.require(seat.facilitates)
    act(request, _("The votes are sealed."), voting.seal_votes, session=seat.session)
    return redirect("workshop", key)


@require_POST
def begin(request: SignedIn, key: str) -> HttpResponse:
    seat = session_for(request.user, key)
    access.require(seat.facilitates)
    opened = act(request, _("The room is open."), open_room, session=seat.session)
    return redirect("console" if opened else "workshop", key)


@require_POST
def cancel(request: SignedIn, key: str) -> HttpResponse:
    seat = session_for(request.user, key)
    access.require(seat.prepares)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why the workshop is cancelled: both companies will read it."))
    else:
        act(
            request, _("The workshop is cancelled."), sessions.cancel_session, session=seat.session, **form.cleaned_data
        )
    return redirect("workshop", key)
