"""What a calendar or mail headers show of somebody's ties, once that person agreed and the side approved each line."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.directory.models import Person, Relationship
from reciproque.app.network.actions.common import locked, log, require_side
from reciproque.app.network.actions.declarations import Said, declare
from reciproque.app.network.models import Declaration
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused


@transaction.atomic
def note_consent(*, by: Actor, relationship: Relationship, side: str, person: Person, kind: str) -> None:
    """That somebody said the owner agrees, before anything of the file is shown. Nothing of the file is recorded."""
    locked(relationship)
    _require_owner(by, relationship, side, person)
    log(by, "web.trace_consent", relationship, audience=side, kind=kind, person=person.key)


@transaction.atomic
def keep_traces(
    *, by: Actor, relationship: Relationship, side: str, person: Person, kind: str, ties: Sequence[Said]
) -> list[Declaration]:
    """The approved lines become declarations of that side, all or none."""
    _require_owner(by, relationship, side, person)
    if any(said.person.pk != person.pk for said in ties):
        raise Refused(_("A calendar or a mailbox tells of its owner’s ties only."))
    made = declare(by=by, relationship=relationship, side=side, ties=ties, source=kind)
    log(by, "web.trace_kept", relationship, audience=side, kind=kind, person=person.key, ties=len(made))
    return made


def _require_owner(by: Actor, relationship: Relationship, side: str, person: Person) -> None:
    require_side(by, relationship, side)
    company = relationship.organisation(side)
    if person.organisation_id != company.pk:
        raise Refused(_("Only people of %(company)s can be on this list.") % {"company": company})
