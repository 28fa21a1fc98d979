"""A promise that counts is changed before its date only, and only by both: other terms, or letting it go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.commitments import access
from reciproque.app.commitments.actions.common import (
    TERMS,
    answered,
    locked,
    log,
    move,
    moved_on,
    new_change,
    require_before_date,
    require_owner,
    same,
    waiting,
)
from reciproque.app.commitments.actions.offers import LONGEST
from reciproque.app.commitments.models import Change, Commitment, Effort
from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import SIDES

KIND, STATUS = Change.Kind, Change.Status


@transaction.atomic
def ask_terms(
    *, by: Actor, commitment: Commitment, what: str, proof: str, due_on: date, efforts: Mapping[str, str], why: str
) -> Change:
    """Ask for other terms, before the date. Until the other owner accepts, the old ones hold."""
    fresh = _asked(by, commitment, why)
    if not (what.strip() and proof.strip()):
        raise Refused(_("Say what is promised, and the proof that both will look at."))
    _refuse_date(fresh, due_on)
    terms = {"what": what.strip(), "proof": proof.strip(), "due_on": due_on}
    efforts = {f"effort_{side}": Effort(efforts.get(side, Effort.NONE)) for side in SIDES}
    if all(getattr(fresh, name) == value for name, value in {**terms, **efforts}.items()):
        raise Refused(_("These are the present terms: change the words, the proof, the date or the effort."))
    side = access.owned_side(fresh, by.account)
    if due_on > fresh.due_on and side in fresh.bearing_sides and fresh.announced_on is None:
        fresh.announced_on = clock.today()
        fresh.save(update_fields=["announced_on"])
    made = new_change(by, fresh, KIND.TERMS, why=why.strip(), **terms, **efforts)
    made.save()
    log(by, fresh, "terms_asked", change=made.number)
    same(commitment, fresh)
    return made


@transaction.atomic
def ask_release(*, by: Actor, commitment: Commitment, why: str) -> Change:
    """Ask the other owner to let the promise go, before the date. Until then it holds."""
    fresh = _asked(by, commitment, why)
    made = new_change(by, fresh, KIND.RELEASE, why=why.strip())
    made.save()
    log(by, fresh, "release_asked", change=made.number)
    return made


def _asked(by: Actor, commitment: Commitment, why: str) -> Commitment:
    fresh = locked(commitment)
    require_before_date(fresh)
    require_owner(by, fresh)
    if not why.strip():
        raise Refused(_("Say why, in a sentence: the other side will read it."))
    if fresh.changes.filter(status=STATUS.PENDING).exists():
        raise Refused(_("A change waits for an answer already: answer it, or take it back first."))
    return fresh


def _refuse_date(commitment: Commitment, due_on: date) -> None:
    today = clock.today()
    if due_on <= today:
        raise Refused(_("The date of a promise lies ahead: choose a later one."))
    if due_on < commitment.first_step_by:
        raise Refused(_("The first step cannot come after the date of the promise: correct one of them."))
    if due_on > today + LONGEST:
        raise Refused(_("This date is more than three years away. Promise a part of it, sooner."))


@transaction.atomic
def answer_change(*, by: Actor, change: Change, accept: bool, answer: str = "") -> Commitment:
    """The other owner accepts or refuses what was asked, before the date: after it, the old terms hold."""
    fresh = locked(change.commitment)
    pending = fresh.changes.filter(pk=change.pk, status=STATUS.PENDING).first()
    if pending is None:
        raise Refused(moved_on())
    require_before_date(fresh)
    require_owner(by, fresh)
    if not access.answers_change(pending, fresh, by.account):
        raise Refused(_("The owner opposite answers what you have asked."))
    if not accept and not answer.strip():
        raise Refused(_("Say why, in a sentence: the other side will read it."))
    if accept:
        _apply(fresh, pending)
    waiting(fresh).update(**answered(by, STATUS.ACCEPTED if accept else STATUS.REFUSED, answer.strip()))
    log(by, fresh, "change_accepted" if accept else "change_refused", change=pending.number)
    return same(change.commitment, fresh)


def _apply(commitment: Commitment, change: Change) -> None:
    if change.kind == KIND.RELEASE:
        move(commitment, "release")
        commitment.settled_at = clock.now()
    else:
        move(commitment, "renegotiate")
        for name in TERMS:
            setattr(commitment, name, getattr(change, name))
        commitment.announced_on = None
    commitment.save()


@transaction.atomic
def take_back_change(*, by: Actor, change: Change) -> Commitment:
    """Whoever asked for a change takes it back while it waits."""
    fresh = locked(change.commitment)
    side = require_owner(by, fresh)
    pending = fresh.changes.filter(pk=change.pk, status=STATUS.PENDING, side=side).exclude(kind=KIND.OFFER).first()
    if pending is None:
        raise Refused(moved_on())
    waiting(fresh).update(**answered(by, STATUS.WITHDRAWN))
    log(by, fresh, "change_taken_back", change=pending.number)
    return same(change.commitment, fresh)
