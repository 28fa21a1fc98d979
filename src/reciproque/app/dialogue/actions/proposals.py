"""What we will do: proposals and objections by name, private points, the choice, owners on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.dialogue.actions.common import (
    locked,
    log,
    not_yours,
    require_facilitator,
    require_state,
    too_late,
)
from reciproque.app.dialogue.actions.votes import count_round, open_round
from reciproque.app.dialogue.models import Objection, Participant, Proposal, Round, Session, SessionState, Statement
from reciproque.app.dialogue.queries.points import aloud, points_of, points_serve
from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import SIDES
from reciproque.science import priorities
from reciproque.science.priorities import Priorities, choose_priorities

LIVE = (SessionState.LIVE,)
S = Proposal.State
POINTS = 4  # 0 to 3
FIRST_STEP_WITHIN = timedelta(days=14)


@transaction.atomic
def propose(
    *,
    by: Actor,
    session: Session,
    statement: Statement,
    condition: str,
    action: str,
    proof: str,
    owed_by: str,
    effort_client: str,
    effort_supplier: str,
    author: Participant | None = None,
    partner: Participant | None = None,
) -> Proposal:
    """If…, we will…, seen by…: by name, best by a pair of one person of each company, born of a statement."""
    fresh = locked(session)
    require_state(fresh, *LIVE)
    _require_author(by, fresh, author)
    if statement.session_id != fresh.pk or any(one and one.session_id != fresh.pk for one in (author, partner)):
        raise Refused(not_yours())
    if not (action.strip() and proof.strip()):
        raise Refused(_("Say what will be done, and by what everybody will see it."))
    if fresh.proposals.filter(state=S.PUBLISHED).count() >= priorities.MOST_PROPOSALS:
        raise Refused(_("Thirty proposals are on the table: merge those that say the same first."))
    proposal = Proposal.objects.create(
        session=fresh,
        statement=statement,
        condition=condition.strip(),
        action=action.strip(),
        proof=proof.strip(),
        owed_by=Proposal.OwedBy(owed_by),
        effort_client=effort_client,
        effort_supplier=effort_supplier,
        author=author,
        partner=partner,
    )
    log(by, fresh, "proposed", proposal=proposal.key)
    return proposal


def _require_author(by: Actor, session: Session, author: Participant | None) -> None:
    """A participant writes in the own name; the facilitator may write down what the room says."""
    if by.is_system or (author is not None and by.account is None and by.key == author.key):
        return
    require_facilitator(by, session)


@transaction.atomic
def merge_proposals(*, by: Actor, proposal: Proposal, into: Proposal) -> None:
    """Two proposals say the same: one stands for both."""
    fresh = locked(proposal.session)
    require_state(fresh, *LIVE)
    require_facilitator(by, fresh)
    if proposal.pk == into.pk or into.session_id != fresh.pk or into.state != S.PUBLISHED:
        raise Refused(_("Choose another proposal that is on the table."))
    proposal.state, proposal.merged_into = S.MERGED, into
    proposal.save(update_fields=["state", "merged_into"])
    log(by, fresh, "proposals_merged", proposal=proposal.key, into=into.key)


@transaction.atomic
def object_to(*, by: Actor, proposal: Proposal, participant: Participant, reason: str) -> Objection:
    """A side cannot live with a proposal: somebody of it says why, by name."""
    fresh = locked(proposal.session)
    require_state(fresh, *LIVE)
    _require_author(by, fresh, participant)
    if participant.session_id != fresh.pk:
        raise Refused(not_yours())
    if not reason.strip():
        raise Refused(_("Say why: an objection is a reason, not a no."))
    objection = Objection.objects.create(
        proposal=proposal, side=participant.side, participant=participant, reason=reason.strip()[:280]
    )
    log(by, fresh, "objected", proposal=proposal.key, side=participant.side)
    return objection


@transaction.atomic
def withdraw_objection(*, by: Actor, objection: Objection) -> None:
    """Whoever objected, or the facilitator with that person's word, takes the objection back."""
    fresh = locked(objection.proposal.session)
    require_state(fresh, *LIVE)
    _require_author(by, fresh, objection.participant)
    objection.withdrawn = True
    objection.save(update_fields=["withdrawn"])
    log(by, fresh, "objection_withdrawn", proposal=objection.proposal.key, side=objection.side)


@transaction.atomic
def open_points(*, by: Actor, session: Session) -> Round:
    """Private points, 0 to 3, on every proposal of the table. Only the choice that they make is ever shown."""
    require_state(session, *LIVE)
    table = session.proposals.filter(state=S.PUBLISHED)
    items = [(f"p:{proposal.key}", POINTS) for proposal in table]
    if len(items) < priorities.FEWEST:
        raise Refused(_("At least three proposals must be on the table."))
    if not points_serve(session):
        raise Refused(too_few_points())
    return open_round(by=by, session=session, kind=Round.Kind.POINTS, items=items)


def too_few_points() -> str:
    return _(
        "Fewer than five people of a side give points: the choice would tell what each of them wants. Agree aloud, and "
        "mark what was agreed."
    )


@transaction.atomic
def choose(*, by: Actor, session: Session, count: int = priorities.FEWEST) -> Priorities:
    """The three to five that serve both sides best, each side counting the same, none under objection.

    Another number may be asked for from the same points. Nothing chosen: `reason` says why, and nothing changes.
    """
    fresh = locked(session)
    require_state(fresh, *LIVE)
    require_facilitator(by, fresh)
    round_ = fresh.rounds.filter(kind=Round.Kind.POINTS).last()
    if round_ is None:
        raise Refused(_("Ask for the private points first."))
    if round_.state != Round.State.COUNTED:
        round_.session = fresh
        count_round(by=by, round=round_)
    weighed = points_of(fresh, round_)
    if not weighed:
        raise Refused(too_few_points())
    return _chosen(by, fresh, choose_priorities(weighed, count))


@transaction.atomic
def choose_aloud(*, by: Actor, session: Session, proposals: Sequence[Proposal]) -> Priorities:
    """What the room agreed on aloud, where too few of a side are there for points: three to five, none under objection,
    neither side acting on much more than the other."""
    fresh = locked(session)
    require_state(fresh, *LIVE)
    require_facilitator(by, fresh)
    if points_serve(fresh):
        raise Refused(_("There are enough people on both sides: ask for the private points."))
    own = [one for one in proposals if one.session_id == fresh.pk and one.state != S.MERGED]
    if not priorities.FEWEST <= len(own) <= priorities.MOST:
        raise Refused(_("Mark three to five proposals."))
    return _chosen(by, fresh, choose_priorities(aloud(fresh, own), len(own)))


def _chosen(by: Actor, session: Session, found: Priorities) -> Priorities:
    if found.chosen:
        table = session.proposals.filter(state__in=(S.PUBLISHED, S.CHOSEN, S.LEFT))
        table.update(state=S.LEFT)
        table.filter(key__in=found.chosen).update(state=S.CHOSEN)
    log(by, session, "priorities_chosen", proposals=list(found.chosen))
    return found


@transaction.atomic
def set_terms(
    *,
    by: Actor,
    proposal: Proposal,
    owner_client: Participant,
    owner_supplier: Participant,
    first_step: str,
    first_step_by: date,
    due_on: date,
) -> None:
    """One owner on each side, a first step within a fortnight, a date. Both owners then accept by themselves."""
    fresh = locked(proposal.session)
    require_state(fresh, *LIVE)
    require_facilitator(by, fresh)
    for side, owner in zip(SIDES, (owner_client, owner_supplier), strict=True):
        if owner.session_id != fresh.pk or owner.side != side or owner.left:
            company = fresh.relationship.organisation(side)
            raise Refused(_("Choose as owner somebody of %(company)s who takes part.") % {"company": company})
    today = clock.today()
    if not first_step.strip() or not today <= first_step_by <= today + FIRST_STEP_WITHIN:
        raise Refused(_("The first step comes within fourteen days: say what it is, and when."))
    if due_on <= today or due_on < first_step_by:
        raise Refused(_("The date of a promise lies ahead, and not before its first step."))
    proposal.client_accepted = proposal.client_accepted and proposal.owner_client_id == owner_client.pk
    proposal.supplier_accepted = proposal.supplier_accepted and proposal.owner_supplier_id == owner_supplier.pk
    if (proposal.first_step, proposal.first_step_by, proposal.due_on) != (first_step.strip(), first_step_by, due_on):
        proposal.client_accepted = proposal.supplier_accepted = False
    proposal.owner_client, proposal.owner_supplier = owner_client, owner_supplier
    proposal.first_step, proposal.first_step_by, proposal.due_on = first_step.strip(), first_step_by, due_on
    proposal.save()
    log(by, fresh, "terms_set", proposal=proposal.key)


@transaction.atomic
def accept_owner(*, by: Actor, proposal: Proposal, participant: Participant) -> None:
    """The owner of a side takes it upon himself or herself: nobody can do it for somebody else."""
    fresh = locked(proposal.session)
    require_state(fresh, *LIVE)
    own = Proposal.objects.select_for_update().get(pk=proposal.pk)
    in_person = by.is_system or (by.account is None and by.key == participant.key)
    if not in_person or getattr(own, f"owner_{participant.side}_id") != participant.pk:
        raise Refused(_("Only the owner can accept, on the own phone."))
    if own.state != S.CHOSEN:
        raise Refused(too_late())
    setattr(own, f"{participant.side}_accepted", True)
    own.save(update_fields=[f"{participant.side}_accepted"])
    setattr(proposal, f"{participant.side}_accepted", True)
    log(by, fresh, "owner_accepted", proposal=proposal.key, side=participant.side)
