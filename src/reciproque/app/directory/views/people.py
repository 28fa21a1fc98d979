"""People of a company: the list, one person, posts."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reciproque.app.directory import access, actions
from reciproque.app.directory.access import SignedIn
from reciproque.app.directory.forms import EndPostForm, NewPersonForm, PeopleFilter, PersonForm, PostForm
from reciproque.app.directory.models import Organisation
from reciproque.app.directory.queries import people as queries
from reciproque.app.directory.views.common import done, try_action
from reciproque.app.shared.audit import actor

PER_PAGE = 50


def people(request: SignedIn) -> HttpResponse:
    """The people of one company: ?company= chooses among those the reader may see."""
    companies = queries.companies(request.user)
    company = _chosen([row.organisation for row in companies], request.GET.get("company", ""))
    filters = PeopleFilter(request.GET, functions=list(queries.functions_of(company)))
    found = queries.people_of(company, **filters.wanted())
    context = {
        "companies": companies,
        "organisation": company,
        "kept": any(row.kept for row in companies if row.organisation == company),
        "filters": filters,
        "filtered": any(filters.wanted().values()),
        "people": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "active_nav": "directory",
    }
    return render(request, "directory/people.html", context)


def _chosen(companies: list[Organisation], key: str) -> Organisation:
    wanted = [company for company in companies if not key or company.key == key]
    if not wanted:
        raise Http404
    return wanted[0]


def person_new(request: SignedIn, key: str) -> HttpResponse:
    company = access.organisation_kept_by(request.user, key)
    form = NewPersonForm(request.POST or None, organisation=company)
    if form.is_valid() and try_action(
        form, actions.add_person, by=actor(request.user), organisation=company, **form.cleaned_data
    ):
        sentence = _("%(name)s is in the list. Nobody was told.") % {"name": form.cleaned_data["last_name"]}
        if "another" in request.POST:
            return done(request, sentence, "person-new", company.key)
        messages.success(request, sentence)
        return redirect_to_people(company)
    return render(
        request, "directory/person_new.html", {"form": form, "organisation": company, "active_nav": "directory"}
    )


def redirect_to_people(company: Organisation) -> HttpResponse:
    return redirect(f"{reverse('people')}?company={company.key}")


def person(request: SignedIn, key: str) -> HttpResponse:
    """One person. Those who look after the list change it here; others read."""
    someone = access.person_for(request.user, key)
    kept = access.organisations_kept_by(request.user).filter(pk=someone.organisation_id).exists()
    if request.method == "POST":
        someone = access.person_kept_by(request.user, key)
    form = PersonForm(request.POST or None, organisation=someone.organisation, person=someone)
    if form.is_valid() and try_action(
        form, actions.change_person, by=actor(request.user), person=someone, **form.cleaned_data
    ):
        return done(request, _("The details are saved."), "person", someone.key)
    return _person_page(request, key, form, kept=kept)


def _person_page(
    request: SignedIn, key: str, form: PersonForm, *, kept: bool, post_form: PostForm | None = None,
    end_form: EndPostForm | None = None,
) -> HttpResponse:  # fmt: skip
    someone = access.person_for(request.user, key)
    posts = list(queries.posts_of(someone))
    context = {
        "person": someone,
        "organisation": someone.organisation,
        "kept": kept,
        "may_erase": kept and access.may_erase(request.user, someone),
        "form": form,
        "posts": posts,
        "current": next((post for post in posts if post.ended_on is None), None),
        "post_form": post_form or PostForm(organisation=someone.organisation, prefix="new"),
        "end_form": end_form or EndPostForm(prefix="end"),
        "active_nav": "directory",
    }
    return render(request, "directory/person.html", context)


@require_POST
def person_post(request: SignedIn, key: str) -> HttpResponse:
    """A new post; the present one ends."""
    someone = access.person_kept_by(request.user, key)
    form = PostForm(request.POST, organisation=someone.organisation, prefix="new")
    if form.is_valid() and try_action(
        form, actions.start_post, by=actor(request.user), person=someone, **form.cleaned_data
    ):
        return done(request, _("The new post is recorded."), "person", key)
    details = PersonForm(organisation=someone.organisation, person=someone)
    return _person_page(request, key, details, kept=True, post_form=form)


@require_POST
def person_end(request: SignedIn, key: str) -> HttpResponse:
    someone = access.person_kept_by(request.user, key)
    form = EndPostForm(request.POST, prefix="end")
    if form.is_valid() and try_action(
        form, actions.end_post, by=actor(request.user), person=someone, **form.cleaned_data
    ):
        return done(request, _("The end of the post is recorded. The history stays."), "person", key)
    details = PersonForm(organisation=someone.organisation, person=someone)
    return _person_page(request, key, details, kept=True, end_form=form)
