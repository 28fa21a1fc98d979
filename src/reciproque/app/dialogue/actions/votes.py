"""Rounds of votes: opened for all at once, cast and changed until sealed, summed by side and destroyed when counted.

`cast` has no actor and leaves no record: who answered when must not be written anywhere.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.dialogue import urn
from reciproque.app.dialogue.actions.common import locked, log, require_facilitator, too_late
from reciproque.app.dialogue.models import Cell, Participant, Participation, Round, Session, Statement
from reciproque.app.dialogue.queries.clock import is_shut
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import SIDES
from reciproque.science.coded_display import SHOWN_FROM

Kind, State = Round.Kind, Round.State
Items = Sequence[tuple[str, int]]
FOR_THE_MINUTES = (Kind.DECK, Kind.REVOTE, Kind.THEMES)  # until they are frozen
SHOWN_ONCE = (Kind.MIRROR, Kind.REVOTE, Kind.CLOSING)  # the same vote again, less one person, would tell that answer


@transaction.atomic
def open_round(
    *,
    by: Actor,
    session: Session,
    kind: str,
    items: Items,
    statement: Statement | None = None,
    closes_at: datetime | None = None,
) -> Round:
    """A new vote of everybody, with an empty slip for each participant."""
    fresh = locked(session)
    require_facilitator(by, fresh)
    _refuse_twice(fresh, kind, statement)
    round_ = Round(session=fresh, kind=kind, statement=statement, items=[list(item) for item in items])
    round_.closes_at = closes_at
    people = list(_people(fresh))
    round_.box = urn.prepare(round_, people)
    round_.save()
    _expect(round_, people)
    log(by, fresh, "vote_opened", kind=kind, statement=statement.key if statement else "")
    return round_


def _refuse_twice(session: Session, kind: str, statement: Statement | None) -> None:
    """Two results of one question, minutes apart, differ by whoever came, left or changed in between."""
    counted = session.rounds.filter(kind=kind, statement=statement, state=State.COUNTED)
    if kind in SHOWN_ONCE and counted.exists():
        raise Refused(
            _("This vote has been counted and shown. A second count could tell what one person answered: talk instead.")
        )


def _expect(round_: Round, people: Iterable[Participant]) -> None:
    """Who is asked, written for all at once. Nothing of the kind for twin locks: they leave no trace."""
    if round_.kind != Kind.THEMES:
        rows = [Participation(round=round_, participant=person) for person in people]
        Participation.objects.bulk_create(rows, ignore_conflicts=True)


def _people(session: Session) -> list[Participant]:
    """In an order that means nothing."""
    people = list(session.participants.filter(left=False).order_by("key"))
    for person in people:
        person.session = session
    return people


@transaction.atomic
def cast(*, round: Round, token: bytes, answers: Mapping[str, int]) -> None:  # noqa: A002
    """Put one slip into the box, over the one already there. Refused once the round is sealed or its time is past."""
    box = _locked(round)
    if is_shut(box):
        raise Refused(_("The votes are sealed: nothing can be added or changed any more."))
    unknown = set(answers) - {code for code, _size in box.items}
    if unknown:
        raise Refused(_("This page no longer fits the vote: open it again."))
    try:
        box.box = urn.put(box, token, answers)
    except (urn.KeyLost, ValueError) as error:
        raise Refused(_("This page no longer fits the vote: open it again.")) from error
    box.save(update_fields=["box"])
    if answers:
        own = Participation.objects.filter(round=box, participant__token_hash=urn.hash_of(token), answered=False)
        own.update(answered=True)


def _locked(round_: Round) -> Round:
    return Round.objects.select_for_update().get(pk=round_.pk)


@transaction.atomic
def add_slips(*, by: Actor, session: Session, people: Iterable[Participant]) -> None:
    """People who come late get their slip in every round still open."""
    people = list(people)
    for round_ in session.rounds.select_for_update().filter(state=State.OPEN):
        round_.box = urn.add(round_, people)
        round_.save(update_fields=["box"])
        _expect(round_, people)
    log(by, session, "people_joined", people=len(people))


@transaction.atomic
def seal_round(*, by: Actor, round: Round) -> Round:  # noqa: A002
    """From here no slip goes in or changes."""
    session = locked(round.session)
    require_facilitator(by, session)
    box = _locked(round)
    if box.state != State.OPEN:
        raise Refused(too_late())
    box.state = round.state = State.SEALED
    box.save(update_fields=["state"])
    log(by, session, "vote_sealed", kind=box.kind)
    return box


@transaction.atomic
def count_round(*, by: Actor, round: Round) -> None:  # noqa: A002
    """Sum the slips by side and destroy them, in one transaction; then the key, so that no older copy can be read."""
    session = locked(round.session)
    require_facilitator(by, session)
    box = _locked(round)
    if box.state == State.COUNTED:
        raise Refused(too_late())
    try:
        sums = urn.sums(box)
    except urn.KeyLost as error:
        raise Refused(_("The key of this vote is lost: it can no longer be counted. Open another vote.")) from error
    Cell.objects.bulk_create(_cells(box, sums, urn.people(box)))
    _forget_order(box)
    box.box, box.state = None, State.COUNTED
    box.save(update_fields=["box", "state"])
    round.box, round.state = None, State.COUNTED
    transaction.on_commit(partial(urn.destroy, box))
    log(by, session, "vote_counted", kind=box.kind)


def _forget_order(round_: Round) -> None:
    """Who took part is written anew for all at once: rows changed one by one keep the order in which people voted."""
    rows = list(Participation.objects.filter(round=round_))
    secrets.SystemRandom().shuffle(rows)
    Participation.objects.filter(round=round_).delete()
    for row in rows:
        row.pk = None
    Participation.objects.bulk_create(rows)


def _cells(round_: Round, sums: Mapping[tuple[str, str], list[int]], asked: Mapping[str, int]) -> list[Cell]:
    """One cell per item and side, written in the order of the items; none of an item to which fewer than five of a side
    answered, since so small a sum is nearly the answers themselves and nothing may come of it. Twin locks leave a trace
    only where both met, and only where five people of each side had one."""
    if round_.kind == Kind.THEMES:
        enough = min(asked.get(side, 0) for side in SIDES) >= SHOWN_FROM
        met = [code for code, _size in round_.items if enough and all(sums[code, side][0] for side in SIDES)]
        return [Cell(round=round_, item=code, side=side, counts=[]) for code in met for side in SIDES]
    return [
        Cell(round=round_, item=code, side=side, counts=sums[code, side])
        for code, _size in round_.items
        if min(sum(sums[code, side]) for side in SIDES) >= SHOWN_FROM
        for side in SIDES
    ]


@transaction.atomic
def enter_on_paper(*, by: Actor, round: Round, counts: Mapping[tuple[str, str], Sequence[int]]) -> None:  # noqa: A002
    """Hands or paper instead of phones: the facilitator types how many of each side gave each answer."""
    session = locked(round.session)
    require_facilitator(by, session)
    box = _locked(round)
    if box.state == State.COUNTED:
        raise Refused(too_late())
    sizes = dict(box.items)
    people: dict[str, int] = {side: session.participants.filter(side=side, left=False).count() for side in SIDES}
    for (code, side), numbers in counts.items():
        if len(numbers) != sizes.get(code) or min(numbers) < 0 or sum(numbers) > people[side]:
            raise Refused(_("These numbers do not fit the people of this side: count again."))
    complete: dict[tuple[str, str], list[int]] = {
        (code, side): list(counts.get((code, side), [0] * size)) for code, size in box.items for side in SIDES
    }
    Cell.objects.bulk_create(_cells(box, complete, people))
    _forget_order(box)
    box.box, box.state, box.on_paper = None, State.COUNTED, True
    box.save(update_fields=["box", "state", "on_paper"])
    round.box, round.state, round.on_paper = None, State.COUNTED, True
    transaction.on_commit(partial(urn.destroy, box))
    log(by, session, "vote_on_paper", kind=box.kind)


@transaction.atomic
def destroy_boxes(*, by: Actor, session: Session, kept: Sequence[str] = ()) -> None:
    """Nothing uncounted outlives a session: boxes go with their keys. So do the sums of every vote, and who took part
    in it, but for those `kept` until the minutes are frozen."""
    for round_ in session.rounds.exclude(box=None):
        round_.box, round_.state = None, State.COUNTED
        round_.save(update_fields=["box", "state"])
        transaction.on_commit(partial(urn.destroy, round_))
    over = session.rounds.exclude(kind__in=kept)
    Cell.objects.filter(round__in=over).delete()
    Participation.objects.filter(round__in=over).delete()
    log(by, session, "votes_destroyed")
