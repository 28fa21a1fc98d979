"""What all writes about promises share: who may act, in which state, and the record they leave."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from reciproque.app.commitments import access
from reciproque.app.commitments.models import Change, Commitment
from reciproque.app.commitments.states import ForbiddenTransition, transition
from reciproque.app.directory.models import Membership, Relationship
from reciproque.app.shared import audit, clock
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import Audience, Seat

TERMS = ("what", "proof", "first_step", "first_step_by", "due_on", "effort_client", "effort_supplier")


def log(by: Actor, commitment: Commitment, action: str, *, audience: str = Audience.BOTH, **data: Any) -> None:
    """One record about a promise, in the transaction of the change."""
    relationship = commitment.relationship
    audit.record(
        by=by,
        action=f"commitment.{action}",
        subject=f"{relationship} · {commitment.what}"[:300],
        audience=audience,
        relationship_key=relationship.key,
        data={"commitment": commitment.key, **data},
    )


def locked(commitment: Commitment) -> Commitment:
    """The promise as it is now, kept from other writers until the end of the transaction."""
    rows = Commitment.objects.select_for_update(of=("self",))
    return rows.select_related(
        "relationship__client", "relationship__supplier", "owner_client", "owner_supplier"
    ).get(pk=commitment.pk)  # fmt: skip


def same(commitment: Commitment, fresh: Commitment) -> Commitment:
    """Bring the caller's object up to date with the row that was just written."""
    for field in Commitment._meta.concrete_fields:
        setattr(commitment, field.attname, getattr(fresh, field.attname))
    return fresh


def move(commitment: Commitment, name: str) -> None:
    """Put the promise in the state that the transition leads to, not saved yet; refused when it may not happen."""
    try:
        commitment.state = transition(name, commitment.state).target
    except ForbiddenTransition as error:
        raise Refused(moved_on()) from error


def moved_on() -> str:
    return _("This promise has moved on in the meantime: look at the page again to see where it stands.")


def membership_of(by: Actor, relationship: Relationship) -> Membership | None:
    return Membership.objects.filter(relationship=relationship, account=by.account).first() if by.account else None


def seat_of(by: Actor, relationship: Relationship) -> str:
    membership = membership_of(by, relationship)
    return str(membership.side) if membership else str(Seat.NEUTRAL)


def require_owner(by: Actor, commitment: Commitment) -> str:
    """The side that the actor owns this promise for. Nobody stands in for an owner: not a sponsor, not the system."""
    side = access.owned_side(commitment, by.account)
    if not side or access.carries(membership_of(by, commitment.relationship)) != side:
        raise Refused(_("Only the two owners of this promise can do this, each from the own account."))
    return side


def require_before_date(commitment: Commitment) -> None:
    if not access.before_its_date(commitment, clock.today()):
        raise Refused(
            _("The date has passed: this promise can no longer be changed. Say whether it was kept late or not kept.")
        )


def new_change(by: Actor, commitment: Commitment, kind: str, *, why: str = "", **fields: Any) -> Change:
    """One more line for the history of a promise, not saved yet, with its present terms unless others are given."""
    terms = {name: getattr(commitment, name) for name in TERMS}
    seat = fields.pop("side", None) or seat_of(by, commitment.relationship)
    return Change(
        commitment=commitment,
        number=commitment.changes.count() + 1,
        kind=kind,
        why=why,
        side=seat,
        by=by.account,
        by_name=by.name[:200],
        at=clock.now(),
        **{**terms, **fields},
    )


def waiting(commitment: Commitment) -> QuerySet[Change]:
    return Change.objects.filter(commitment=commitment, status=Change.Status.PENDING)


def answered(by: Actor, status: str, answer: str = "") -> dict[str, Any]:
    """Who answered, when, and what."""
    return {"status": status, "answered_by_name": by.name[:200], "answered_at": clock.now(), "answer": answer}
