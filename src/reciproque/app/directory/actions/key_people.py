"""The key people of a relationship: each company lists its own, and its sponsor says when nobody is missing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.directory import access
from reciproque.app.directory.actions.people import add_person
from reciproque.app.directory.models import KeyList, KeyPerson, Membership, Person, Relationship
from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor, record
from reciproque.app.shared.errors import Refused


@transaction.atomic
def set_key_people(*, by: Actor, relationship: Relationship, side: str, people: Iterable[Person]) -> None:
    """The people of one side who carry the relationship; replaces the list. A list that changes is complete no more."""
    Relationship.objects.select_for_update().get(pk=relationship.pk)
    _require(by, relationship, side, access.lists_key_people(_membership(by, relationship)))
    chosen = {person.pk: person for person in people}
    organisation = relationship.organisation(side)
    if any(person.organisation_id != organisation.pk for person in chosen.values()):
        raise Refused(_("Only people of %(company)s can be on this list.") % {"company": organisation})
    listed = KeyPerson.objects.filter(relationship=relationship, side=side)
    there = set(listed.values_list("person_id", flat=True))
    if there != set(chosen):
        KeyList.objects.filter(relationship=relationship, side=side).delete()
    listed.exclude(person__in=chosen).delete()
    KeyPerson.objects.bulk_create(
        KeyPerson(relationship=relationship, side=side, person=person)
        for pk, person in chosen.items()
        if pk not in there
    )
    _recorded(by, "key_people.listed", relationship, side, {"people": len(chosen)})


@transaction.atomic
def add_key_person(*, by: Actor, relationship: Relationship, side: str, **details: Any) -> Person:
    """Somebody new in the company's list of people, and at once among the key people."""
    person = add_person(by=by, organisation=relationship.organisation(side), **details)
    there = Person.objects.filter(key_in__relationship=relationship, key_in__side=side)
    set_key_people(by=by, relationship=relationship, side=side, people=[*there, person])
    return person


@transaction.atomic
def declare_key_list(*, by: Actor, relationship: Relationship, side: str, complete: bool) -> None:
    """The sponsor, or the deputy, says whether all key people of the company are on its list."""
    Relationship.objects.select_for_update().get(pk=relationship.pk)
    _require(by, relationship, side, access.declares_key_list(_membership(by, relationship)))
    if complete and not KeyPerson.objects.filter(relationship=relationship, side=side).exists():
        raise Refused(_("Nobody is on the list yet: choose the people first."))
    values = {"complete": complete, "declared_at": clock.now()}
    KeyList.objects.update_or_create(relationship=relationship, side=side, defaults=values)
    _recorded(by, "key_people.declared", relationship, side, {"side": side, "complete": complete})


def _membership(by: Actor, relationship: Relationship) -> Membership | None:
    return None if by.is_system else relationship.memberships.filter(account=by.account).first()


def _require(by: Actor, relationship: Relationship, side: str, allowed: tuple[str, ...]) -> None:
    if not by.is_system and side not in allowed:
        raise Refused(_("Each company draws up its own list: you cannot change this one."))


def _recorded(by: Actor, action: str, relationship: Relationship, side: str, data: dict[str, object]) -> None:
    record(
        by=by,
        action=action,
        subject=str(relationship),
        audience=side,
        relationship_key=relationship.key,
        data=data,
    )
