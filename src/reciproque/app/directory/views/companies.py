"""Companies: the way into the directory, their details, their own functions."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from reciproque.app.directory import access, actions
from reciproque.app.directory.access import SignedIn
from reciproque.app.directory.forms import FunctionForm, OrganisationForm
from reciproque.app.directory.queries import people as queries
from reciproque.app.directory.views.common import done, try_action
from reciproque.app.shared.audit import actor


def directory(request: SignedIn) -> HttpResponse:
    """Everything the reader looks after: companies and relationships."""
    context = {
        "companies": queries.companies(request.user),
        "relationships": access.relationships_for(request.user),
        "keeps_accounts": access.keeps_accounts(request.user),
        "active_nav": "directory",
    }
    return render(request, "directory/directory.html", context)


def organisation_new(request: SignedIn) -> HttpResponse:
    access.require_host_admin(request.user)
    form = OrganisationForm(request.POST or None)
    if form.is_valid() and try_action(form, actions.create_organisation, by=actor(request.user), **form.cleaned_data):
        return done(request, _("The company is listed."), "directory")
    return render(
        request, "directory/organisation_form.html", {"form": form, "organisation": None, "active_nav": "directory"}
    )


def organisation(request: SignedIn, key: str) -> HttpResponse:
    company = access.organisation_kept_by(request.user, key)
    form = OrganisationForm(request.POST or None, organisation=company)
    if form.is_valid() and try_action(
        form, actions.change_organisation, by=actor(request.user), organisation=company, **form.cleaned_data
    ):
        return done(request, _("The details of the company are saved."), "directory")
    return render(
        request, "directory/organisation_form.html", {"form": form, "organisation": company, "active_nav": "directory"}
    )


def organisation_functions(request: SignedIn, key: str) -> HttpResponse:
    company = access.organisation_kept_by(request.user, key)
    form = FunctionForm(request.POST or None)
    if form.is_valid() and try_action(
        form, actions.add_function, by=actor(request.user), organisation=company, **form.cleaned_data
    ):
        return redirect("organisation-functions", company.key)
    context = {
        "organisation": company,
        "form": form,
        "shared": queries.functions_of(company).filter(organisation=None),
        "own": queries.own_functions(company),
        "active_nav": "directory",
    }
    return render(request, "directory/functions.html", context)
