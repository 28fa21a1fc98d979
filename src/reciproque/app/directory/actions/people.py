"""People of a company and the posts they hold."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.directory.models import Function, Organisation, Person, Post
from reciproque.app.directory.names import folded_person
from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor, record
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import Audience


@transaction.atomic
def add_person(
    *,
    by: Actor,
    organisation: Organisation,
    first_name: str,
    last_name: str,
    email: str = "",
    function: Function | None = None,
    title: str = "",
    started_on: date | None = None,
    phone: str = "",
    language: str = "fr",
) -> Person:
    """Somebody new in the company's list, in post when a function is given."""
    person = Person(
        organisation=organisation,
        first_name=first_name,
        last_name=last_name,
        folded_name=folded_person(first_name, last_name),
        email=email.lower(),
        phone=phone,
        language=language,
    )
    _refuse_double(person)
    person.save()
    if function is not None:
        _refuse_foreign_function(function, organisation)
        Post.objects.create(person=person, function=function, title=title, started_on=started_on)
    _recorded(by, "person.added", person)
    return person


@transaction.atomic
def change_person(
    *, by: Actor, person: Person, first_name: str, last_name: str, email: str, phone: str, language: str
) -> Person:
    person.first_name, person.last_name = first_name, last_name
    person.folded_name = folded_person(first_name, last_name)
    person.email, person.phone, person.language = email.lower(), phone, language
    _refuse_double(person)
    person.save()
    _recorded(by, "person.changed", person)
    return person


@transaction.atomic
def start_post(
    *, by: Actor, person: Person, function: Function, title: str = "", started_on: date | None = None
) -> Post:
    """A new post. The present one ends the day before, or the same day when it had just begun."""
    _refuse_foreign_function(function, person.organisation)
    start = started_on or clock.today()
    current = person.posts.filter(ended_on=None).first()
    if current is not None:
        if current.started_on and start < current.started_on:
            raise Refused(_("The new post cannot begin before the present one. Correct the date."))
        current.ended_on = max(start - timedelta(days=1), current.started_on or start - timedelta(days=1))
        current.save()
    post = Post.objects.create(person=person, function=function, title=title, started_on=started_on)
    _recorded(by, "post.started", person, {"function": function.code})
    return post


@transaction.atomic
def end_post(*, by: Actor, person: Person, ended_on: date) -> Post:
    """The person leaves the present post, and stays in the list with its history."""
    current = person.posts.filter(ended_on=None).first()
    if current is None:
        raise Refused(_("This person holds no post at present."))
    if current.started_on and ended_on < current.started_on:
        raise Refused(_("The post cannot end before it began. Correct the date."))
    current.ended_on = ended_on
    current.save()
    _recorded(by, "post.ended", person)
    return current


def _refuse_double(person: Person) -> None:
    Organisation.objects.select_for_update().get(pk=person.organisation_id)
    same_company = Person.objects.filter(organisation=person.organisation).exclude(pk=person.pk)
    if person.email and same_company.filter(email__iexact=person.email).exists():
        raise Refused(_("Somebody of this company already has this e-mail address. Look for it in the list."))
    if not person.email and same_company.filter(folded_name=person.folded_name).exists():
        raise Refused(
            _("Somebody of this company already has this name. Add the e-mail address to tell the two apart.")
        )


def _refuse_foreign_function(function: Function, organisation: Organisation) -> None:
    if function.organisation_id not in (None, organisation.pk):
        raise Refused(_("This function belongs to another company. Choose one in the list."))


def _recorded(by: Actor, action: str, person: Person, data: dict[str, str] | None = None) -> None:
    record(
        by=by,
        action=action,
        about=person.key,
        audience=Audience.ORGANISATION,
        organisation_key=person.organisation.key,
        data=data,
    )
