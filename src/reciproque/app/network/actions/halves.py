"""From two halves to one web: both sponsors agree, then everything lies side by side at the same minute."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.directory.models import Function, Person, Relationship
from reciproque.app.network import access
from reciproque.app.network.actions.common import locked, log, membership_of
from reciproque.app.network.models import Contact, ExpectedPair, WebState
from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import SIDES, Audience, other_side


@transaction.atomic
def say_ready(*, by: Actor, relationship: Relationship, side: str, ready: bool) -> bool:
    """A sponsor says that the company's half is ready, or takes it back. True once both halves lie side by side.

    That one side is ready stands in its row and in no record, not even its own: a line that the other cannot read would
    still move the log that both share. The record is that of the comparison, once the other learns it anyway.
    """
    state = locked(relationship)
    _require_sponsor(by, relationship, side)
    if state.compared_at is not None:
        raise Refused(_("Both halves lie side by side already: this can no longer be taken back."))
    if ready and not access.joint(relationship).filter(side=side).exists():
        raise Refused(_("Declare first at least one tie that both companies may read."))
    setattr(state, f"ready_{side}_at", clock.now() if ready else None)
    both = all(state.ready(one) for one in SIDES)
    state.compared_at = clock.now() if both else None
    state.save()
    if both:
        log(by, "web.compared", relationship, audience=Audience.BOTH)
    return both


def _require_sponsor(by: Actor, relationship: Relationship, side: str) -> None:
    if by.is_system:
        return
    membership = membership_of(by, relationship)
    if not access.decides(membership) or access.declares(membership) != side:
        raise Refused(_("Only the sponsor of this company, or the deputy, can say so."))


@transaction.atomic
def set_pair(
    *, by: Actor, relationship: Relationship, client_function: Function, supplier_function: Function, expected: bool
) -> ExpectedPair:
    """Say whether two functions should meet on this perimeter. The list belongs to both companies."""
    locked(relationship)
    membership = membership_of(by, relationship)
    if not by.is_system and not access.sets_pairs(membership):
        raise Refused(_("Your role does not allow this on this web."))
    for function, company in ((client_function, relationship.client), (supplier_function, relationship.supplier)):
        if function.organisation_id not in (None, company.pk):
            raise Refused(_("This function belongs to another company. Choose one in the list."))
    pair, _made = ExpectedPair.objects.update_or_create(
        relationship=relationship,
        client_function=client_function,
        supplier_function=supplier_function,
        defaults={"expected": expected, "set_by": access.declares(membership)},
    )
    log(by, "web.pair_set", relationship, client=client_function.code, supplier=supplier_function.code)
    return pair


@transaction.atomic
def recognise(*, by: Actor, relationship: Relationship, contact: Contact, person: Person | None) -> WebState:
    """A company says who of its people the other side means by a name; None undoes it."""
    state = locked(relationship)
    side = other_side(contact.side)
    _require_sponsor(by, relationship, side)
    if state.compared_at is None:
        raise Refused(_("Names are brought together once both halves lie side by side."))
    if person is not None and person.organisation_id != relationship.organisation(side).pk:
        company = relationship.organisation(side)
        raise Refused(_("Only people of %(company)s can be on this list.") % {"company": company})
    contact.person = person
    contact.save(update_fields=["person"])
    log(by, "web.recognised", relationship, audience=Audience.BOTH)
    return state
