"""What one side says of its ties. Until the halves lie side by side, a change leaves no trace of what it replaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.directory.models import Function, Person, Relationship
from reciproque.app.directory.names import fold
from reciproque.app.network.actions.common import locked, log, require_side
from reciproque.app.network.models import Contact, Declaration, Shown, Source
from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused

NARROWER = {Shown.BOTH: (), Shown.FACILITATOR: (Shown.BOTH,), Shown.OWN: (Shown.BOTH, Shown.FACILITATOR)}


@dataclass(frozen=True)
class Said:
    """One tie as it is told: somebody of ours, somebody opposite by name, how often, on what, since when."""

    person: Person
    contact: str
    frequency: str
    function: Function | None = None
    email: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None
    shown: str = Shown.BOTH


@transaction.atomic
def declare(
    *,
    by: Actor,
    relationship: Relationship,
    side: str,
    ties: Sequence[Said],
    source: str = Source.TYPED,
    said_by: Person | None = None,
) -> list[Declaration]:
    """Ties of one side, all or none of them."""
    locked(relationship)
    require_side(by, relationship, side)
    made = [_declared(by, relationship, side, said, source, said_by) for said in ties]
    log(by, "web.declared", relationship, audience=side, ties=len(made), source=source)
    return made


def _declared(
    by: Actor, relationship: Relationship, side: str, said: Said, source: str, said_by: Person | None
) -> Declaration:
    company = relationship.organisation(side)
    if said.person.organisation_id != company.pk:
        raise Refused(_("Only people of %(company)s can be on this list.") % {"company": company})
    _refuse_dates(said.since, said.until)
    contact = _contact(relationship, side, said)
    present = {"relationship": relationship, "side": side, "person": said.person, "contact": contact}
    if Declaration.objects.filter(**present, withdrawn_at=None).exists():
        names = {"one": said.person, "other": contact.name}
        raise Refused(_("%(one)s and %(other)s are in your half already: change that tie instead.") % names)
    return Declaration.objects.create(
        **present,
        subject=said.subject,
        frequency=said.frequency,
        since=said.since,
        until=said.until,
        shown=said.shown,
        source=source,
        declared_by=by.account,
        said_by=said_by,
        created_at=clock.now(),
    )


def _contact(relationship: Relationship, side: str, said: Said) -> Contact:
    """The person opposite, named before or new. A function or an address learnt later completes what is known."""
    folded = fold(said.contact)[:170]
    if not folded:
        raise Refused(_("Write this name in letters or digits."))
    if said.function and said.function.organisation_id is not None:
        raise Refused(_("Choose the function of the person opposite in the shared list."))
    details = {"name": said.contact, "email": said.email.lower(), "function": said.function}
    contact, made = Contact.objects.get_or_create(
        relationship=relationship, side=side, folded_name=folded, defaults=details
    )
    if not made and (said.function or said.email):
        contact.function = said.function or contact.function
        contact.email = said.email.lower() or contact.email
        contact.save(update_fields=["function", "email"])
    return contact


def _refuse_dates(since: date | None, until: date | None) -> None:
    if since and since > clock.today():
        raise Refused(_("A tie cannot begin in the future: correct the date."))
    if since and until and until < since:
        raise Refused(_("A tie cannot end before it began: correct the dates."))


@transaction.atomic
def change_tie(
    *,
    by: Actor,
    declaration: Declaration,
    frequency: str,
    subject: str = "",
    since: date | None = None,
    until: date | None = None,
    shown: str = Shown.BOTH,
) -> Declaration:
    """Other words about a tie. Once the halves lie side by side, the words of before stay true of the time before."""
    state = locked(declaration.relationship)
    fresh = _present(by, declaration)
    _refuse_dates(since, until)
    said = {"frequency": frequency, "subject": subject, "since": since, "until": until, "shown": shown}
    if state.compared_at is not None:
        fresh = _replaced(by, fresh)
    for name, value in said.items():
        setattr(fresh, name, value)
    fresh.save()
    _narrow(fresh)
    log(by, "web.tie_changed", fresh.relationship, audience=fresh.side)
    return fresh


def _replaced(by: Actor, old: Declaration) -> Declaration:
    """The same tie in a new row; the old one ends now."""
    now = clock.now()
    Declaration.objects.filter(pk=old.pk).update(withdrawn_at=now)
    return Declaration(
        relationship=old.relationship,
        side=old.side,
        person=old.person,
        contact=old.contact,
        source=old.source,
        said_by=old.said_by,
        declared_by=by.account,
        created_at=now,
        replaces=old,
    )


def _narrow(declaration: Declaration) -> None:
    """What is now kept to fewer readers is kept from them at every earlier date too."""
    earlier = Declaration.objects.filter(
        relationship=declaration.relationship,
        side=declaration.side,
        person=declaration.person,
        contact=declaration.contact,
        shown__in=NARROWER[Shown(declaration.shown)],
    )
    earlier.update(shown=declaration.shown)


@transaction.atomic
def withdraw_tie(*, by: Actor, declaration: Declaration) -> None:
    """The side takes its word back. Before the halves lie side by side nothing of it is left."""
    state = locked(declaration.relationship)
    fresh = _present(by, declaration)
    if state.compared_at is None:
        contact = fresh.contact
        fresh.delete()
        if not contact.declarations.exists():
            contact.delete()
    else:
        Declaration.objects.filter(pk=fresh.pk).update(withdrawn_at=clock.now())
    log(by, "web.tie_withdrawn", fresh.relationship, audience=fresh.side)


def _present(by: Actor, declaration: Declaration) -> Declaration:
    fresh = Declaration.objects.select_related("relationship", "person", "contact").get(pk=declaration.pk)
    require_side(by, fresh.relationship, fresh.side)
    if fresh.withdrawn_at is not None:
        raise Refused(_("This tie was changed in the meantime: look at your half again."))
    return fresh
