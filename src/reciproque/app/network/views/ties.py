"""Declaring ties: the own half, several lines at once, and one tie."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from reciproque.app.directory.access import SignedIn
from reciproque.app.network import access
from reciproque.app.network.access import Seated
from reciproque.app.network.actions.declarations import change_tie, declare, withdraw_tie
from reciproque.app.network.forms.web import Entry, Lists, TieForm
from reciproque.app.network.queries import halves
from reciproque.app.network.queries.participation import waiting_names
from reciproque.app.network.views.web import context_of
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.refusals import act, try_action


def web_ties(request: SignedIn, key: str) -> HttpResponse:
    """The own half: what is declared, and lines to add some more."""
    seat = access.seat_for(request.user, key)
    access.require(seat.declares)
    lists = Lists(halves.people_to_choose(seat), halves.shared_functions())
    entry = Entry(request.POST or None, lists=lists, person=request.user.person)
    if request.method == "POST" and entry.is_valid() and _declared(request, seat, entry):
        return redirect("web-ties", key)
    context = {
        "entry": entry,
        "has_people": bool(lists.people),
        "ties": halves.present_ties(seat, seat.own_side),
        "contacts": halves.known_contacts(seat),
        "waiting": len(waiting_names(seat)),
        "company": seat.relationship.organisation(seat.own_side),
    }
    return render(request, "network/ties.html", context_of(seat, **context))


def _declared(request: SignedIn, seat: Seated, entry: Entry) -> bool:
    ties = entry.ties()
    if not ties:
        entry.refuse(_("Fill in at least one line."))
        return False
    try:
        declare(by=actor(request.user), relationship=seat.relationship, side=seat.own_side, ties=ties)
    except Refused as refusal:
        entry.refuse(refusal.message)
        return False
    said = ngettext("%(count)s tie is in your half.", "%(count)s ties are in your half.", len(ties))
    messages.success(request, said % {"count": len(ties)})
    return True


def web_tie(request: SignedIn, key: str) -> HttpResponse:
    """Other words about one tie of the own half."""
    seat, declaration = access.declaration_for(request.user, key)
    first = {name: getattr(declaration, name) for name in ("frequency", "subject", "since", "until", "shown")}
    form = TieForm(request.POST or None, initial=first)
    if form.is_valid() and try_action(
        form, change_tie, by=actor(request.user), declaration=declaration, **form.cleaned_data
    ):
        messages.success(request, _("The tie is changed."))
        return redirect("web-ties", seat.relationship.key)
    return render(request, "network/tie.html", context_of(seat, form=form, tie=declaration))


@require_POST
def web_tie_withdraw(request: SignedIn, key: str) -> HttpResponse:
    seat, declaration = access.declaration_for(request.user, key)
    done = _("The tie is no longer in your half.")
    act(request, done, withdraw_tie, by=actor(request.user), declaration=declaration)
    return redirect("web-ties", seat.relationship.key)
