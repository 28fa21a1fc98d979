"""When somebody leaves: the accounts one looks after, sessions, disabling, erasing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reciproque.app.directory import access, actions
from reciproque.app.directory.access import SignedIn
from reciproque.app.directory.queries.accounts import account_row
from reciproque.app.directory.queries.accounts import accounts as rows
from reciproque.app.directory.views.people import redirect_to_people
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused


def accounts(request: SignedIn) -> HttpResponse:
    """The accounts that the reader looks after."""
    if not access.keeps_accounts(request.user):
        raise Http404
    return render(request, "directory/accounts.html", {"accounts": rows(request.user), "active_nav": "directory"})


def account(request: SignedIn, key: str) -> HttpResponse:
    found = access.account_kept_by(request.user, key)
    context = {"account": account_row(found), "person": found.person, "active_nav": "directory"}
    return render(request, "directory/account.html", context)


@require_POST
def account_sessions(request: SignedIn, key: str) -> HttpResponse:
    return _done(request, key, actions.end_sessions, _("Every open session of this account is closed."))


@require_POST
def account_factor(request: SignedIn, key: str) -> HttpResponse:
    sentence = _("The second factor of this account is gone and its sessions are closed.")
    return _done(request, key, actions.reset_second_factor, sentence)


@require_POST
def account_disable(request: SignedIn, key: str) -> HttpResponse:
    return _done(request, key, actions.disable_account, _("This account is disabled and its sessions are closed."))


@require_POST
def account_enable(request: SignedIn, key: str) -> HttpResponse:
    return _done(request, key, actions.enable_account, _("This account can be used again."))


@require_POST
def account_erase(request: SignedIn, key: str) -> HttpResponse:
    found = access.account_kept_by(request.user, key)
    if _tried(request, actions.erase, account=found):
        return redirect("accounts")
    return redirect("account", key)


@require_POST
def person_erase(request: SignedIn, key: str) -> HttpResponse:
    person = access.person_erased_by(request.user, key)
    if _tried(request, actions.erase, person=person):
        return redirect_to_people(person.organisation)
    return redirect("person", key)


def _done(request: SignedIn, key: str, action: Callable[..., Any], sentence: str) -> HttpResponse:
    found = access.account_kept_by(request.user, key)
    _tried(request, action, sentence, account=found)
    return redirect("account", key)


def _tried(request: SignedIn, action: Callable[..., Any], sentence: str = "", **arguments: Any) -> bool:
    """Do it, or say why not."""
    try:
        action(by=actor(request.user), **arguments)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return False
    messages.success(request, sentence or _("The name and the addresses are erased, for good."))
    return True
