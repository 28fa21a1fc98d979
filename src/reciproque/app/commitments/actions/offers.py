"""A promise until it counts: offered, put otherwise, given owners, accepted by both, declined or taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque import instruments
from reciproque.app.commitments import access
from reciproque.app.commitments.actions.common import (
    answered,
    locked,
    log,
    membership_of,
    move,
    new_change,
    require_owner,
    same,
    seat_of,
    waiting,
)
from reciproque.app.commitments.models import Change, Commitment, Effort, Origin, Owed, State
from reciproque.app.directory.models import Account, Function, Membership, Relationship
from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import SIDES

FIRST_STEP_WITHIN = timedelta(days=14)
LONGEST = timedelta(days=3 * 366)
KIND, STATUS = Change.Kind, Change.Status


@transaction.atomic
def propose(
    *,
    by: Actor,
    relationship: Relationship,
    owed_by: str,
    what: str,
    proof: str,
    first_step: str,
    first_step_by: date,
    due_on: date,
    owners: Mapping[str, Account | None],
    efforts: Mapping[str, str],
    why: str = "",
    origin_kind: str = Origin.NONE,
    origin_key: str = "",
    origin_text: str = "",
    questions: Sequence[str] = (),
) -> Commitment:
    """Offer a promise. It counts for nothing until the owners of both sides have accepted it."""
    Relationship.objects.select_for_update().get(pk=relationship.pk)
    if not by.is_system and not access.proposes(membership_of(by, relationship)):
        raise Refused(_("Your role does not allow this on this relationship."))
    terms = checked_terms(
        what=what, proof=proof, first_step=first_step, first_step_by=first_step_by, due_on=due_on, efforts=efforts
    )
    _refuse_questions(questions)
    for side in SIDES:
        refuse_owner(relationship, side, owners.get(side))
    made = Commitment.objects.create(
        relationship=relationship,
        number=Commitment.objects.filter(relationship=relationship).count() + 1,
        owed_by=Owed(owed_by),
        why=why,
        origin_kind=Origin(origin_kind),
        origin_key=origin_key,
        origin_text=origin_text[:400],
        questions=list(questions),
        proposed_by=by.account,
        proposed_side=seat_of(by, relationship),
        proposed_at=clock.now(),
        **{f"owner_{side}": owners.get(side) for side in SIDES},
        **terms,
    )
    new_change(by, made, KIND.OFFER, why=why).save()
    log(by, made, "proposed", owed_by=made.owed_by)
    return made


def checked_terms(
    *, what: str, proof: str, first_step: str, first_step_by: date, due_on: date, efforts: Mapping[str, str]
) -> dict[str, Any]:
    """Terms that can be kept: everything said, a first step within a fortnight, a date in reach."""
    if not (what.strip() and proof.strip() and first_step.strip()):
        raise Refused(_("Say what is promised, the first step, and the proof that both will look at."))
    refuse_dates(first_step_by, due_on)
    return {
        "what": what.strip(),
        "proof": proof.strip(),
        "first_step": first_step.strip(),
        "first_step_by": first_step_by,
        "due_on": due_on,
        **{f"effort_{side}": Effort(efforts.get(side, Effort.NONE)) for side in SIDES},
    }


def refuse_dates(first_step_by: date, due_on: date) -> None:
    today = clock.today()
    if not today <= first_step_by <= today + FIRST_STEP_WITHIN:
        raise Refused(_("The first step comes within fourteen days: choose a date between today and then."))
    if due_on <= today:
        raise Refused(_("The date of a promise lies ahead: choose a later one."))
    if due_on < first_step_by:
        raise Refused(_("The first step cannot come after the date of the promise: correct one of them."))
    if due_on > today + LONGEST:
        raise Refused(_("This date is more than three years away. Promise a part of it, sooner."))


def refuse_owner(relationship: Relationship, side: str, owner: Account | None) -> None:
    if owner is None:
        return
    membership = Membership.objects.filter(relationship=relationship, account=owner).first()
    if access.carries(membership) != side:
        company = relationship.organisation(side)
        raise Refused(
            _("%(name)s has no seat at %(company)s on this relationship. Choose its sponsor, its deputy or a member.")
            % {"name": owner, "company": company}
        )


def _refuse_questions(questions: Sequence[str]) -> None:
    known = {item.code for item in instruments.parse(instruments.source()).items}
    if unknown := [code for code in questions if code not in known]:
        raise Refused(_("The questionnaire has no question %(code)s.") % {"code": unknown[0]})


@transaction.atomic
def counter(
    *,
    by: Actor,
    commitment: Commitment,
    what: str,
    proof: str,
    first_step: str,
    first_step_by: date,
    due_on: date,
    efforts: Mapping[str, str],
    why: str,
) -> Commitment:
    """Put an offer otherwise before it counts. Both owners accept again: nobody has accepted these words yet."""
    fresh = locked(commitment)
    _require_proposed(fresh)
    if not access.proposes(membership_of(by, fresh.relationship)):
        raise Refused(_("Your role does not allow this on this relationship."))
    terms = checked_terms(
        what=what, proof=proof, first_step=first_step, first_step_by=first_step_by, due_on=due_on, efforts=efforts
    )
    waiting(fresh).update(**answered(by, STATUS.REPLACED))
    for name, value in {**terms, "accepted_client_at": None, "accepted_supplier_at": None}.items():
        setattr(fresh, name, value)
    fresh.save()
    new_change(by, fresh, KIND.COUNTER, why=why).save()
    log(by, fresh, "put_otherwise")
    return same(commitment, fresh)


@transaction.atomic
def name_owner(*, by: Actor, commitment: Commitment, side: str, owner: Account) -> Commitment:
    """Name who owns a promise on one side: the keys of that side, or a member who takes it. The new owner accepts anew.

    What the side had accepted stays: a promise in progress stays a promise of its company.
    """
    fresh = locked(commitment)
    membership = membership_of(by, fresh.relationship)
    takes_it = owner == by.account and fresh.owner(side) is None and access.carries(membership) == side
    if not (access.names_owners(membership) == side or takes_it):
        raise Refused(_("The sponsor or the deputy of this company names its owners."))
    if fresh.state not in (State.PROPOSED, State.OPEN, State.SAID, State.DISPUTED):
        raise Refused(_("This promise is over: its owners stay who they were."))
    refuse_owner(fresh.relationship, side, owner)
    if fresh.owner(side) == owner:
        raise Refused(_("%(name)s owns this promise already.") % {"name": owner})
    before = str(fresh.owner(side) or "")
    setattr(fresh, f"owner_{side}", owner)
    setattr(fresh, f"accepted_{side}_at", None)
    fresh.save()
    why = f"{before} → {owner}" if before else str(owner)
    new_change(by, fresh, KIND.OWNER, side=side, status=STATUS.ACCEPTED, why=why).save()
    log(by, fresh, "owner_named", side=side)
    return same(commitment, fresh)


@transaction.atomic
def accept(*, by: Actor, commitment: Commitment) -> Commitment:
    """An owner accepts, personally. With both, the promise counts, and its history begins."""
    fresh = locked(commitment)
    side = require_owner(by, fresh)
    if fresh.accepted_at(side) is not None:
        raise Refused(_("You have accepted this promise already."))
    if fresh.state not in (State.PROPOSED, State.OPEN, State.SAID, State.DISPUTED):
        raise Refused(_("This promise is over: there is nothing left to accept."))
    if fresh.state == State.PROPOSED:
        _refuse_past(fresh)
    setattr(fresh, f"accepted_{side}_at", clock.now())
    setattr(fresh, f"function_{side}", _function_of(by.account))
    both = all(fresh.accepted_at(one) for one in SIDES)
    if both and fresh.state == State.PROPOSED:
        move(fresh, "open")
        fresh.opened_at = clock.now()
        waiting(fresh).update(**answered(by, STATUS.ACCEPTED))
    fresh.save()
    log(by, fresh, "accepted", side=side, counts=both)
    return same(commitment, fresh)


def _refuse_past(commitment: Commitment) -> None:
    """An offer that lay too long: its dates have to be put otherwise, in sight of both."""
    if commitment.first_step_by < clock.today():
        raise Refused(_("The date of the first step has passed. Put the offer otherwise, with other dates."))


def _function_of(account: Account | None) -> Function | None:
    person = account.person if account else None
    post = person.posts.filter(ended_on=None).select_related("function").first() if person else None
    return post.function if post else None


@transaction.atomic
def decline(*, by: Actor, commitment: Commitment, why: str) -> Commitment:
    """An owner says no, and why. The offer stays readable."""
    fresh = locked(commitment)
    _require_proposed(fresh)
    require_owner(by, fresh)
    if not why.strip():
        raise Refused(_("Say why, in a sentence: the other side will read it."))
    return _over(by, commitment, fresh, "decline", STATUS.REFUSED, why.strip())


@transaction.atomic
def withdraw(*, by: Actor, commitment: Commitment, why: str = "") -> Commitment:
    """Take an offer back before both have accepted it."""
    fresh = locked(commitment)
    _require_proposed(fresh)
    if not access.takes_back(fresh, membership_of(by, fresh.relationship)):
        raise Refused(_("An offer is taken back by whoever made it, or by the sponsor of that side."))
    return _over(by, commitment, fresh, "withdraw", STATUS.WITHDRAWN, why.strip())


def _over(by: Actor, commitment: Commitment, fresh: Commitment, name: str, status: str, why: str) -> Commitment:
    move(fresh, name)
    fresh.settled_at = clock.now()
    fresh.save()
    waiting(fresh).update(**answered(by, status, why))
    log(by, fresh, {"decline": "declined", "withdraw": "withdrawn"}[name])
    return same(commitment, fresh)


def _require_proposed(commitment: Commitment) -> None:
    if commitment.state != State.PROPOSED:
        raise Refused(_("This promise has been accepted by both sides: it is no longer an offer."))
