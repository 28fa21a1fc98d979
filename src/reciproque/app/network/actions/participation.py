"""The short link: made, sent, closed by the side; answered by the key person, whose word becomes that side's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.directory.models import Function, Person, Relationship
from reciproque.app.directory.names import fold
from reciproque.app.network import access
from reciproque.app.network.actions.common import locked, log, membership_of, require_side
from reciproque.app.network.actions.declarations import Said, change_tie, declare, withdraw_tie
from reciproque.app.network.models import Contact, Declaration, Shown, Source, TieLink, WaitingTie
from reciproque.app.network.tokens import address_of, hashed, secret_of
from reciproque.app.shared import clock
from reciproque.app.shared.audit import SYSTEM, Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import new_key
from reciproque.app.survey.mail import outbox
from reciproque.app.survey.models import OutboxMail

OPEN_FOR = timedelta(days=21)
MOST_WAITING = 20
"""New names that one link may give."""


@dataclass(frozen=True)
class Corrected:
    """What the person says of a tie that stands: other words, or that it is none (`kept` False)."""

    declaration: Declaration
    kept: bool
    frequency: str
    subject: str = ""
    since: date | None = None
    shown: str = Shown.BOTH


@dataclass(frozen=True)
class Added:
    """A tie that was missing: with somebody the side names already, or with a new name that will wait."""

    frequency: str
    contact: Contact | None = None
    name: str = ""
    function: Function | None = None
    subject: str = ""
    since: date | None = None
    shown: str = Shown.BOTH


# ---------------------------------------------------------------- by the side
@transaction.atomic
def make_link(*, by: Actor, relationship: Relationship, side: str, person: Person) -> TieLink:
    """A new link for one person. The one before opens nothing any more."""
    locked(relationship)
    _require_links(by, relationship, side)
    company = relationship.organisation(side)
    if person.organisation_id != company.pk or not access.still_there(person):
        raise Refused(_("Only people of %(company)s can be on this list.") % {"company": company})
    now, key = clock.now(), new_key()
    TieLink.objects.filter(relationship=relationship, person=person, revoked_at=None).update(revoked_at=now)
    link = TieLink.objects.create(
        key=key,
        relationship=relationship,
        side=side,
        person=person,
        token_hash=hashed(secret_of(key)),
        created_by=by.account,
        created_at=now,
        expires_at=now + OPEN_FOR,
    )
    log(by, "web.link_made", relationship, audience=side, person=person.key)
    return link


@transaction.atomic
def mail_link(*, by: Actor, link: TieLink) -> None:
    """Queue the letter, once a day at most. Its text and the link in it are made when it leaves."""
    fresh = _living(by, link)
    if not fresh.person.email:
        raise Refused(_("Your list gives no address for this person: copy the link, or add the address."))
    once = f"ties:{fresh.key}:{clock.today()}"
    if OutboxMail.objects.filter(once=once).exists():
        raise Refused(_("A letter with this link left today already, or waits to leave."))
    mail = OutboxMail(
        kind=OutboxMail.Kind.TIES,
        recipient=fresh.person.email,
        language=fresh.person.language,
        once=once,
        data={"link": fresh.key},
    )
    outbox.queue([mail])
    TieLink.objects.filter(pk=fresh.pk).update(mailed_at=clock.now())
    log(by, "web.link_mailed", fresh.relationship, audience=fresh.side, person=fresh.person.key)


@transaction.atomic
def show_link(*, by: Actor, link: TieLink) -> str:
    """The address, to hand over. Only the person's own company sees it, and that it was seen is recorded."""
    fresh = _living(by, link)
    require_side(by, fresh.relationship, fresh.side)
    secret = secret_of(fresh.key)
    if hashed(secret) != fresh.token_hash:
        raise Refused(_("This link can no longer be shown: make a new one."))
    log(by, "web.link_shown", fresh.relationship, audience=fresh.side, person=fresh.person.key)
    return address_of(secret)


@transaction.atomic
def revoke_link(*, by: Actor, link: TieLink) -> None:
    """The link opens nothing any more. What was answered stays."""
    fresh = _living(by, link)
    TieLink.objects.filter(pk=fresh.pk).update(revoked_at=clock.now())
    log(by, "web.link_revoked", fresh.relationship, audience=fresh.side, person=fresh.person.key)


def _living(by: Actor, link: TieLink) -> TieLink:
    locked(link.relationship)
    fresh = access.living_links().filter(pk=link.pk).first()
    if fresh is None:
        raise Refused(_("This link is closed: make a new one."))
    _require_links(by, fresh.relationship, fresh.side)
    return fresh


def _require_links(by: Actor, relationship: Relationship, side: str) -> None:
    if not by.is_system and side not in access.links_sides(membership_of(by, relationship)):
        raise Refused(_("Your role does not allow this on this web."))


# ---------------------------------------------------------------- by the person
def key_person(link: TieLink) -> Actor:
    """The person of a link, for the record: known by name, without an account."""
    return Actor(key=link.person.key, name=str(link.person))


@transaction.atomic
def answer_link(*, by: Actor, link: TieLink, corrected: Sequence[Corrected] = (), added: Sequence[Added] = ()) -> int:
    """What a key person says of the own ties, all or nothing. Returns how many new names wait."""
    locked(link.relationship)
    fresh = access.living_links().filter(pk=link.pk).first()
    if fresh is None or by.key != fresh.person.key:
        raise Refused(_("This link is closed: ask for a new one."))
    for one in corrected:
        _correct(fresh, one)
    known = [one for one in added if one.contact is not None]
    if known:
        ties = [_said(fresh, one) for one in known]
        declare(
            by=SYSTEM, relationship=fresh.relationship, side=fresh.side, ties=ties, source=Source.LINK,
            said_by=fresh.person,
        )  # fmt: skip
    waiting = [_wait(fresh, one) for one in added if one.contact is None]
    TieLink.objects.filter(pk=fresh.pk).update(answered_at=clock.now())
    log(
        by, "web.link_answered", fresh.relationship, audience=fresh.side,
        confirmed=len(corrected), added=len(known), waiting=len(waiting),
    )  # fmt: skip
    return len(waiting)


def _correct(link: TieLink, one: Corrected) -> None:
    """The person's own tie only; a confirmed one says from now on who confirmed it."""
    mine = (one.declaration.relationship_id, one.declaration.side, one.declaration.person_id)
    if mine != (link.relationship_id, link.side, link.person_id):
        raise Refused(_("This tie was changed in the meantime: look at the page again."))
    if not one.kept:
        withdraw_tie(by=SYSTEM, declaration=one.declaration)
        return
    row = one.declaration
    if (row.frequency, row.subject, row.since, row.shown) != (one.frequency, one.subject, one.since, one.shown):
        row = change_tie(
            by=SYSTEM, declaration=row, frequency=one.frequency, subject=one.subject, since=one.since,
            until=row.until, shown=one.shown,
        )  # fmt: skip
    Declaration.objects.filter(pk=row.pk).update(source=Source.LINK, said_by=link.person)


def _said(link: TieLink, one: Added) -> Said:
    assert one.contact is not None
    if (one.contact.relationship_id, one.contact.side) != (link.relationship_id, link.side):
        raise Refused(_("Choose somebody in the list."))
    return Said(
        person=link.person,
        contact=one.contact.name,
        frequency=one.frequency,
        subject=one.subject,
        since=one.since,
        shown=one.shown,
    )


def _wait(link: TieLink, one: Added) -> WaitingTie:
    folded = fold(one.name)[:170]
    if not folded:
        raise Refused(_("Write this name in letters or digits."))
    if one.since and one.since > clock.today():
        raise Refused(_("A tie cannot begin in the future: correct the date."))
    if link.waiting.filter(folded_name=folded).exists():
        raise Refused(_("%(name)s is waiting for a yes of your company already.") % {"name": one.name})
    if link.waiting.count() >= MOST_WAITING:
        raise Refused(_("Many new names are waiting already: let your company look at them first."))
    return WaitingTie.objects.create(
        link=link,
        name=one.name,
        folded_name=folded,
        function=one.function,
        subject=one.subject,
        frequency=one.frequency,
        since=one.since,
        shown=one.shown,
        said_at=clock.now(),
    )


# ---------------------------------------------------------------- names that wait
@transaction.atomic
def accept_waiting(*, by: Actor, waiting: WaitingTie) -> Declaration:
    """Somebody of the side says yes: the name joins the half, as the person said it."""
    fresh = _still_waiting(by, waiting)
    link = fresh.link
    said = Said(
        person=link.person,
        contact=fresh.name,
        frequency=fresh.frequency,
        function=fresh.function,
        subject=fresh.subject,
        since=fresh.since,
        shown=fresh.shown,
    )
    made = declare(
        by=by, relationship=link.relationship, side=link.side, ties=[said], source=Source.LINK, said_by=link.person
    )
    fresh.delete()
    log(by, "web.waiting_accepted", link.relationship, audience=link.side)
    return made[0]


@transaction.atomic
def refuse_waiting(*, by: Actor, waiting: WaitingTie) -> None:
    """The name is set aside, and nothing of it is left."""
    fresh = _still_waiting(by, waiting)
    fresh.delete()
    log(by, "web.waiting_refused", fresh.link.relationship, audience=fresh.link.side)


def _still_waiting(by: Actor, waiting: WaitingTie) -> WaitingTie:
    locked(waiting.link.relationship)
    require_side(by, waiting.link.relationship, waiting.link.side)
    fresh = WaitingTie.objects.filter(pk=waiting.pk).select_related("link__relationship", "link__person", "function")
    found = fresh.first()
    if found is None:
        raise Refused(_("Somebody of your company has decided about this name already."))
    return found
