"""Exposed sponsors: those who defended the choice inside and are hurt by a broken word. The own company's business."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.commitments import access
from reciproque.app.commitments.actions.common import membership_of
from reciproque.app.commitments.models import Commitment, ExposedSponsor, State
from reciproque.app.directory.models import Organisation, Person
from reciproque.app.shared import audit, clock
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import Audience

HURT_BY = (State.BROKEN, State.LATE, State.DISPUTED)


@transaction.atomic
def name_exposed(
    *, by: Actor, commitment: Commitment, person: Person, defended: str, gesture: str = ""
) -> ExposedSponsor:
    """Name somebody of the own company whom a broken promise has put in a difficult place."""
    company = _own_company(by, commitment)
    if person.organisation_id != company.pk:
        raise Refused(_("Only people of %(company)s can be on this list.") % {"company": company})
    if commitment.state not in HURT_BY and not commitment.is_overdue(clock.today()):
        raise Refused(_("This promise has hurt nobody: it is neither late nor broken."))
    if not defended.strip():
        raise Refused(_("Say what this person defended inside."))
    if commitment.exposed.filter(person=person).exists():
        raise Refused(_("%(name)s is named for this promise already.") % {"name": person})
    made = ExposedSponsor.objects.create(
        commitment=commitment,
        organisation=company,
        person=person,
        defended=defended.strip(),
        gesture=gesture.strip(),
        named_at=clock.now(),
    )
    _log(by, "exposed_sponsor.named", commitment, company)
    return made


@transaction.atomic
def forget_exposed(*, by: Actor, row: ExposedSponsor) -> None:
    """Take somebody off the list. Nothing of what was written stays."""
    company = _own_company(by, row.commitment)
    if row.organisation_id != company.pk:
        raise Refused(_("Only people of %(company)s can be on this list.") % {"company": company})
    _log(by, "exposed_sponsor.forgotten", row.commitment, company)
    row.delete()


def _own_company(by: Actor, commitment: Commitment) -> Organisation:
    side = access.carries(membership_of(by, commitment.relationship))
    if not side:
        raise Refused(_("Your role does not allow this on this relationship."))
    return commitment.relationship.organisation(side)


def _log(by: Actor, action: str, commitment: Commitment, company: Organisation) -> None:
    """For those of the company with a seat here, and without a name: the log outlives what is forgotten."""
    own = commitment.relationship.client_id == company.pk
    audit.record(
        by=by,
        action=action,
        subject=str(commitment.relationship),
        audience=Audience.CLIENT if own else Audience.SUPPLIER,
        organisation_key=company.key,
        relationship_key=commitment.relationship.key,
        data={"commitment": commitment.key},
    )
