"""The first account, one's own account, the chairs of the demonstration, help."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reciproque.app.directory import actions
from reciproque.app.directory.access import SignedIn
from reciproque.app.directory.adapter import speak
from reciproque.app.directory.forms import ProfileForm, SetupForm
from reciproque.app.directory.models import Account
from reciproque.app.directory.queries.start import demo_account
from reciproque.app.directory.setup import setup_is_open
from reciproque.app.directory.views.common import done
from reciproque.app.shared.audit import SYSTEM, actor
from reciproque.app.shared.errors import Refused

BACKEND = "django.contrib.auth.backends.ModelBackend"


@login_not_required
def setup(request: HttpRequest) -> HttpResponse:
    """The first account of the installation. The page exists until somebody has used the one-time code."""
    if not setup_is_open():
        raise Http404
    form = SetupForm(request.POST or None, initial={"language": request.LANGUAGE_CODE})
    if form.is_valid() and (account := _set_up(form)):
        login(request, account, backend=BACKEND)
        return speak(redirect("start"), account.language)
    return render(request, "directory/setup.html", {"form": form})


def _set_up(form: SetupForm) -> Account | None:
    try:
        return actions.set_up(by=SYSTEM, **form.cleaned_data)
    except Refused as refusal:
        form.add_error("code", refusal.message)
        return None


def profile(request: SignedIn) -> HttpResponse:
    """One's own name and language, and the way to password, second factor and open sessions."""
    account = request.user
    initial = {"name": account.name, "language": account.language}
    form = ProfileForm(request.POST or None, initial=initial)
    if form.is_valid():
        actions.update_profile(by=actor(account), account=account, **form.cleaned_data)
        return speak(done(request, _("Your details are saved."), "account-profile"), account.language)
    context = {
        "form": form,
        "roles": account.memberships.select_related("relationship__client", "relationship__supplier"),
    }
    return render(request, "directory/profile.html", context)


@login_not_required
@require_POST
def persona_login(request: HttpRequest, key: str) -> HttpResponse:
    """Take a chair of the demonstration. Elsewhere this page does not exist."""
    account = demo_account(key) if settings.DEMO else None
    if account is None:
        raise Http404
    login(request, account, backend=BACKEND)
    return redirect("home")


@login_not_required
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "directory/help.html", {"active_nav": "help"})
