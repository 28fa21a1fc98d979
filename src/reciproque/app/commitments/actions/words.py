"""What became of a promise, in the words of each side. Two different words stay side by side."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from reciproque.app.commitments.actions.common import answered, locked, log, move, require_owner, same, waiting
from reciproque.app.commitments.models import Change, Commitment, Outcome, Owed, State, Word
from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import other_side


@transaction.atomic
def say_first_step(*, by: Actor, commitment: Commitment) -> Commitment:
    """The bearer says that the first step is taken."""
    fresh = locked(commitment)
    _require_bearer(fresh, _accepted_side(by, fresh))
    if fresh.state != State.OPEN or fresh.first_step_done_on is not None:
        raise Refused(_("The first step is behind you already."))
    fresh.first_step_done_on = clock.today()
    fresh.save(update_fields=["first_step_done_on"])
    log(by, fresh, "first_step_taken")
    return same(commitment, fresh)


@transaction.atomic
def say_kept(*, by: Actor, commitment: Commitment, proof: str, done_on: date) -> Commitment:
    """The bearer says that the promise is kept, since when, and with which proof. Late or not follows from the date."""
    fresh = locked(commitment)
    side = _accepted_side(by, fresh)
    _require_bearer(fresh, side)
    if not proof.strip():
        raise Refused(_("Name the proof: the other side will look at it."))
    if not (fresh.opened_at and timezone.localdate(fresh.opened_at) <= done_on <= clock.today()):
        raise Refused(_("A promise is kept between the day it was accepted and today: correct the date."))
    outcome = Outcome.LATE if done_on > fresh.due_on else Outcome.KEPT
    return _spoken(by, commitment, fresh, side, outcome, proof.strip(), done_on)


@transaction.atomic
def confirm(*, by: Actor, commitment: Commitment) -> Commitment:
    """The other side says the same: the promise is settled."""
    fresh = locked(commitment)
    side = _accepted_side(by, fresh)
    theirs = last_word(fresh, other_side(side))
    if theirs is None:
        raise Refused(_("The other side has not said yet what became of this promise."))
    return _spoken(by, commitment, fresh, side, theirs.outcome, "", theirs.done_on)


@transaction.atomic
def say_otherwise(*, by: Actor, commitment: Commitment, outcome: str, why: str) -> Commitment:
    """Say that it was kept late, or not kept, and why: after the date, or against the word of the other side."""
    fresh = locked(commitment)
    side = _accepted_side(by, fresh)
    if outcome not in (Outcome.LATE, Outcome.BROKEN):
        raise Refused(_("Say whether it was kept late or not kept."))
    if fresh.state == State.OPEN and not fresh.is_overdue(clock.today()):
        raise Refused(
            _("The date has not passed yet. Until then, terms can be changed by both, or the promise let go.")
        )
    if outcome == Outcome.LATE and fresh.state == State.OPEN:
        raise Refused(_("The bearer says first that it was kept late, with the proof."))
    if not why.strip():
        raise Refused(_("Say why, in a sentence: the other side will read it."))
    return _spoken(by, commitment, fresh, side, outcome, why.strip(), None)


def last_word(commitment: Commitment, side: str) -> Word | None:
    """A side's present word."""
    return commitment.words.filter(side=side).last()


def _accepted_side(by: Actor, commitment: Commitment) -> str:
    side = require_owner(by, commitment)
    if commitment.accepted_at(side) is None:
        raise Refused(_("Accept this promise first: you were named its owner and have not accepted yet."))
    return side


def _require_bearer(commitment: Commitment, side: str) -> None:
    if side not in commitment.bearing_sides:
        raise Refused(_("The side that gave its word says so first; the other side confirms."))


def _spoken(
    by: Actor, commitment: Commitment, fresh: Commitment, side: str, outcome: str, text: str, done_on: date | None
) -> Commitment:
    """One more word; then the state follows from the two last words."""
    mine = last_word(fresh, side)
    if fresh.state == State.SAID and mine is not None:
        raise Refused(_("You have given your word: the other side now gives its own."))
    if mine is not None and (mine.outcome, mine.text, mine.done_on) == (outcome, text, done_on):
        raise Refused(_("This is your word already."))
    theirs = last_word(fresh, other_side(side))
    move(fresh, _step(fresh, side, outcome, theirs.outcome if theirs else ""))
    if fresh.state in (State.KEPT, State.LATE, State.BROKEN):
        fresh.settled_at = clock.now()
    Word.objects.create(
        commitment=fresh, side=side, outcome=outcome, text=text, done_on=done_on, by_name=by.name[:200], at=clock.now()
    )
    fresh.save()
    waiting(fresh).update(**answered(by, Change.Status.REPLACED))
    log(by, fresh, "word_given", side=side, outcome=outcome, state=fresh.state)
    return same(commitment, fresh)


def _step(commitment: Commitment, side: str, mine: str, theirs: str) -> str:
    if theirs:
        return f"both_{mine}" if mine == theirs else "differ"
    witness = commitment.owed_by != Owed.BOTH and side not in commitment.bearing_sides
    return "say_overdue" if witness else "say"
