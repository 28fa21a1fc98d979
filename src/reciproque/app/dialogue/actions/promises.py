"""From a chosen proposal to a promise of both companies, with one owner on each side."""

from __future__ import annotations

from django.db import transaction

from reciproque.app.commitments.actions import offers
from reciproque.app.commitments.models import Commitment, Origin
from reciproque.app.dialogue.actions.common import locked, log
from reciproque.app.dialogue.models import Participant, Proposal, Session
from reciproque.app.directory.models import Account, Membership
from reciproque.app.shared.audit import Actor, actor
from reciproque.app.shared.vocabulary import SIDES

SEATED = (Membership.Role.SPONSOR, Membership.Role.DEPUTY, Membership.Role.MEMBER)


@transaction.atomic
def promise(*, by: Actor, session: Session) -> list[Commitment]:
    """Hand every chosen proposal whose two owners accepted to the ledger of promises.

    An owner who has an account accepted on the phone, in person: the ledger takes it from there. Without account, the
    company's sponsor names somebody who has one.
    """
    fresh = locked(session)
    ready = fresh.proposals.filter(
        state=Proposal.State.CHOSEN, client_accepted=True, supplier_accepted=True, commitment_key=""
    ).select_related("statement", "owner_client__person__account", "owner_supplier__person__account")
    made = [_one(by, fresh, proposal) for proposal in ready]
    log(by, fresh, "promised", promises=[one.key for one in made])
    return made


def _one(by: Actor, session: Session, proposal: Proposal) -> Commitment:
    assert proposal.first_step_by is not None
    assert proposal.due_on is not None
    owners: dict[str, Account | None] = {side: _account(session, proposal.owner(side)) for side in SIDES}
    made = offers.propose(
        by=by,
        relationship=session.relationship,
        owed_by=proposal.owed_by,
        what=proposal.action,
        proof=proposal.proof,
        first_step=proposal.first_step,
        first_step_by=proposal.first_step_by,
        due_on=proposal.due_on,
        owners=owners,
        efforts={side: getattr(proposal, f"effort_{side}") for side in SIDES},
        why=proposal.condition,
        origin_kind=Origin.PROPOSAL,
        origin_key=proposal.key,
        origin_text=proposal.statement.text,
    )
    for owner in owners.values():
        if owner is not None:
            offers.accept(by=actor(owner), commitment=made)
    proposal.commitment_key = made.key
    proposal.save(update_fields=["commitment_key"])
    return made


def _account(session: Session, participant: Participant | None) -> Account | None:
    """The account of a participant, when it has a seat on that side of the relationship."""
    if participant is None or participant.person is None:
        return None
    seated = Membership.objects.filter(
        relationship=session.relationship, side=participant.side, role__in=SEATED
    ).select_related("account")
    for membership in seated:
        account = membership.account
        same_address = participant.person.email and account.email.lower() == participant.person.email.lower()
        if account.person_id == participant.person_id or same_address:
            return account
    return None
