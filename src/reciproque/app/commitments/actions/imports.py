"""Promises from a file: all of them offered, or none."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.commitments.access import Chair, seats_offered
from reciproque.app.commitments.actions.common import membership_of
from reciproque.app.commitments.actions.offers import propose
from reciproque.app.commitments.models import Commitment
from reciproque.app.commitments.promises_file import Line
from reciproque.app.directory.models import Account, Relationship
from reciproque.app.shared import audit
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import SIDES, Audience


@transaction.atomic
def import_promises(*, by: Actor, relationship: Relationship, lines: Sequence[Line], source: str) -> list[Commitment]:
    """Offer each line. The first one that a rule forbids undoes them all, and is named."""
    accounts = _owners_to_name(by, relationship)
    made = [_offered(by, relationship, line, accounts) for line in lines]
    audit.record(
        by=by,
        action="commitments.imported",
        subject=source[:300],
        audience=Audience.BOTH,
        relationship_key=relationship.key,
        data={"count": len(made)},
    )
    return made


def _owners_to_name(by: Actor, relationship: Relationship) -> dict[str, Account]:
    """The addresses that may stand in the file: a file tells nothing more about the other side than a form does."""
    membership = membership_of(by, relationship)
    if membership is None:
        raise Refused(_("Your role does not allow this on this relationship."))
    chair = Chair(relationship, membership)
    seats = (seat for side in SIDES for seat in seats_offered(chair, side))
    return {seat.account.email.lower(): seat.account for seat in seats}


def _offered(by: Actor, relationship: Relationship, line: Line, accounts: dict[str, Account]) -> Commitment:
    try:
        return propose(
            by=by,
            relationship=relationship,
            owed_by=line.owed_by,
            what=line.what,
            proof=line.proof,
            first_step=line.first_step,
            first_step_by=line.first_step_by,
            due_on=line.due_on,
            owners={str(side): _owner(getattr(line, f"owner_{side}"), accounts) for side in SIDES},
            efforts={str(side): getattr(line, f"effort_{side}") for side in SIDES},
            why=line.why,
            questions=line.questions,
        )
    except Refused as refusal:
        where = _("Line %(line)s: %(says)s") % {"line": line.number, "says": refusal.message}
        raise Refused(where) from refusal


def _owner(email: str, accounts: dict[str, Account]) -> Account | None:
    if not email:
        return None
    if email not in accounts:
        raise Refused(
            _(
                "Nobody whom you may name has the address %(email)s. "
                "Leave the cell empty: that company will name somebody."
            )
            % {"email": email}
        )
    return accounts[email]
