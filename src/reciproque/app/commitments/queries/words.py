"""A promise in words: where it stands, since when, what each side says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from reciproque.app.commitments.models import Change, Commitment, Outcome, State, Word
from reciproque.app.shared.vocabulary import SIDES

KIND, STATUS = Change.Kind, Change.Status


@dataclass(frozen=True)
class Stand:
    """Where a promise stands: an icon, one or two strong words, the rest of the sentence, and the class of its line."""

    icon: str
    word: str
    detail: str
    css: str
    square: str


@dataclass(frozen=True)
class SideWord:
    """What one company says of a promise."""

    side: str
    name: str
    outcome: str
    text: str
    by: str
    on: str


def day(value: date | datetime | None) -> str:
    if value is None:
        return ""
    return date_format(timezone.localtime(value) if isinstance(value, datetime) else value, "DATE_FORMAT")


def counted(number: int) -> str:
    """A small number in letters, as one counts words given."""
    letters = (
        pgettext("feminine", "no"),
        pgettext("feminine", "one"),
        pgettext("feminine", "two"),
        pgettext("feminine", "three"),
        pgettext("feminine", "four"),
        pgettext("feminine", "five"),
        pgettext("feminine", "six"),
        pgettext("feminine", "seven"),
        pgettext("feminine", "eight"),
        pgettext("feminine", "nine"),
        pgettext("feminine", "ten"),
        pgettext("feminine", "eleven"),
        pgettext("feminine", "twelve"),
        pgettext("feminine", "thirteen"),
        pgettext("feminine", "fourteen"),
        pgettext("feminine", "fifteen"),
        pgettext("feminine", "sixteen"),
        pgettext("feminine", "seventeen"),
        pgettext("feminine", "eighteen"),
        pgettext("feminine", "nineteen"),
        pgettext("feminine", "twenty"),
    )
    return letters[number] if number < len(letters) else str(number)


def headline(given: int, due: int, kept: int) -> str:
    """The title of the ledger, computed: how many words were given, how many are due, how many were kept."""
    if not given:
        return _("No word has been given yet.")
    parts = [
        ngettext("%(count)s word given", "%(count)s words given", given) % {"count": counted(given)},
        ngettext("%(count)s due", "%(count)s due", due) % {"count": counted(due)},
    ]
    if due:
        parts.append(ngettext("%(count)s kept", "%(count)s kept", kept) % {"count": counted(kept)})
    return capfirst(", ".join(parts) + ".")


def last_words(commitment: Commitment) -> dict[str, Word]:
    """The present word of each side that has spoken, from the rows read with the promise."""
    return {word.side: word for word in commitment.words.all()}


def pending(commitment: Commitment) -> Change | None:
    """A change that waits for an answer, once the promise counts."""
    waiting = [c for c in commitment.changes.all() if c.status == STATUS.PENDING and c.kind != KIND.OFFER]
    return waiting[-1] if waiting and commitment.state == State.OPEN else None


def stand(commitment: Commitment, today: date) -> Stand:
    state = commitment.state
    if commitment.is_overdue(today):
        return _overdue(commitment)
    if state == State.OPEN:
        return _open(commitment)
    if state == State.SAID:
        return _said(commitment)
    if state == State.DISPUTED:
        return Stand("git-fork", _("Two different words"), _("each side says its own"), "is-waiting", "disputed")
    if state in (State.KEPT, State.LATE, State.BROKEN):
        return _settled(commitment)
    if state == State.PROPOSED:
        return Stand("circle-dashed", _("Offered"), _("does not count yet"), "", "open")
    return Stand("circle-slash", str(State(state).label), day(commitment.settled_at), "", "open")


def _overdue(commitment: Commitment) -> Stand:
    on = {"date": day(commitment.due_on)}
    said = _("since %(date)s, a later date was asked for in time") if commitment.announced_on else _("since %(date)s")
    return Stand("calendar-x", _("Overdue"), said % on, "is-broken", "overdue")


def _open(commitment: Commitment) -> Stand:
    on = {"date": day(commitment.due_on)}
    if pending(commitment):
        return Stand(
            "calendar-clock", _("In progress"), _("due on %(date)s, a change waits for an answer") % on, "", "open"
        )
    if slipped(commitment):
        return Stand("calendar-clock", _("Slips, announced in time"), _("new date: %(date)s") % on, "", "open")
    return Stand("circle-dashed", _("In progress"), _("due on %(date)s") % on, "", "open")


def slipped(commitment: Commitment) -> bool:
    """Whether both agreed on a later date at least once."""
    dates = [c.due_on for c in commitment.changes.all() if c.status == STATUS.ACCEPTED and c.kind != KIND.OWNER]
    return len(dates) > 1 and dates[-1] > dates[0]


def _said(commitment: Commitment) -> Stand:
    side, word = next(iter(last_words(commitment).items()))
    said = {
        Outcome.KEPT: _("Said kept"),
        Outcome.LATE: _("Said kept late"),
        Outcome.BROKEN: _("Said not kept"),
    }[Outcome(word.outcome)]
    by_witness = side == commitment.witness_side
    detail = _("waits for the bearer’s word") if by_witness else _("waits for the witness to confirm")
    return Stand("hourglass", said, detail, "is-waiting", "waiting")


def _settled(commitment: Commitment) -> Stand:
    done = next((word.done_on for word in reversed(list(commitment.words.all())) if word.done_on), None)
    if commitment.state == State.KEPT:
        return Stand("circle-check", _("Kept"), _on(done), "", "kept")
    if commitment.state == State.LATE:
        return Stand("clock", _("Kept late"), _late(done, commitment.announced_on), "", "late")
    due = {"date": day(commitment.due_on)}
    warned_words = _("due on %(date)s, announced in time") if commitment.announced_on else None
    return Stand(
        "circle-x", _("Not kept"), (warned_words or _("due on %(date)s, without warning")) % due, "is-broken", "broken"
    )


def _late(done: date | None, announced: date | None) -> str:
    if done is None or announced is None:
        return _on(done)
    return _("on %(date)s, announced on %(warned)s") % {"date": day(done), "warned": day(announced)}


def _on(done: date | None) -> str:
    return _("on %(date)s") % {"date": day(done)} if done else ""


def side_words(commitment: Commitment) -> tuple[SideWord, ...]:
    """What each company says, client first; a company that has not spoken is left out."""
    words = last_words(commitment)
    return tuple(
        SideWord(
            side=str(side),
            name=str(commitment.relationship.organisation(side)),
            outcome=str(Outcome(words[side].outcome).label),
            text=words[side].text,
            by=words[side].by_name,
            on=day(words[side].at),
        )
        for side in SIDES
        if side in words
    )


def history(commitment: Commitment) -> tuple[tuple[str, str], ...]:
    """Every version of the terms and every other owner, in sentences, the latest first: what, then why."""
    rows = list(commitment.changes.all())
    return tuple(
        (_sentence(change, rows[number - 1] if number else None), change.why) for number, change in enumerate(rows)
    )[::-1]


def _sentence(change: Change, before: Change | None) -> str:
    names = {"name": change.by_name, "date": day(change.at), "status": _answer(change)}
    if change.kind == KIND.OWNER:
        return _("On %(date)s, %(name)s names an owner.") % names
    if change.kind == KIND.RELEASE:
        return _("On %(date)s, %(name)s asks to let the promise go: %(status)s.") % names
    if change.kind == KIND.OFFER:
        if change.status == STATUS.ACCEPTED:
            accepted = {**names, "accepted": day(change.answered_at)}
            return _("On %(date)s, %(name)s offers this promise. Accepted on both sides on %(accepted)s.") % accepted
        return _("On %(date)s, %(name)s offers this promise: %(status)s.") % names
    what = _differences(change, before)
    return _("On %(date)s, %(name)s asks: %(what)s. Answer: %(status)s.") % {**names, "what": what}


def _answer(change: Change) -> str:
    status = str(STATUS(change.status).label)
    if change.status in (STATUS.ACCEPTED, STATUS.REFUSED) and change.answered_by_name:
        names = {"status": status, "name": change.answered_by_name, "date": day(change.answered_at)}
        said = _("%(status)s by %(name)s on %(date)s") % names
        return f"{said} ({change.answer})" if change.answer else said
    return status


def _differences(change: Change, before: Change | None) -> str:
    if before is None:
        return change.what
    said = []
    if change.due_on != before.due_on:
        dates = {"new": day(change.due_on), "old": day(before.due_on)}
        said.append(_("%(new)s instead of %(old)s") % dates)
    if change.what != before.what:
        said.append(_("these words: “%(new)s” instead of “%(old)s”") % {"new": change.what, "old": before.what})
    if change.proof != before.proof:
        said.append(_("as proof “%(new)s” instead of “%(old)s”") % {"new": change.proof, "old": before.proof})
    if (change.first_step, change.first_step_by) != (before.first_step, before.first_step_by):
        said.append(_("as first step “%(new)s”") % {"new": change.first_step})
    efforts = (change.effort_client, change.effort_supplier)
    if efforts != (before.effort_client, before.effort_supplier):
        said.append(_("another effort"))
    return "; ".join(said) or _("the same terms")


def changes_made(rows: Sequence[Change]) -> str:
    """How often a promise was changed, for the line that opens its history."""
    number = sum(row.kind in (KIND.COUNTER, KIND.TERMS, KIND.RELEASE, KIND.OWNER) for row in rows)
    return (
        ngettext("%(count)s change", "%(count)s changes", number) % {"count": capfirst(counted(number))}
        if number
        else ""
    )
