"""The private vote of the deck: opened, sealed at its deadline, revealed once, then shown statement by statement."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.dialogue.actions.common import (
    locked,
    log,
    moved,
    not_yours,
    require_facilitator,
    require_state,
    same,
    seat_of,
    too_late,
)
from reciproque.app.dialogue.actions.deck import LARGEST_DECK
from reciproque.app.dialogue.actions.votes import count_round, open_round, seal_round
from reciproque.app.dialogue.models import Round, Session, SessionState, Statement, StatementState
from reciproque.app.dialogue.queries.programme import suggested
from reciproque.app.dialogue.queries.projection import everybody_answered
from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import SIDES

S = SessionState
Kind, State = Round.Kind, Round.State
SMALLEST_DECK = 3


@transaction.atomic
def open_voting(*, by: Actor, session: Session, closes_at: datetime) -> Round:
    """Close the deck and ask everybody, in private, about every statement, until a deadline."""
    fresh = moved(by, session, "open_voting")
    deck = list(fresh.statements.filter(state=StatementState.KEPT))
    _require_deck(fresh, deck)
    if closes_at <= clock.now():
        raise Refused(_("The deadline of the vote is already past: choose a later one."))
    if not all(fresh.participants.filter(side=side, left=False).exists() for side in SIDES):
        raise Refused(_("Each company must have its people on the list before the vote opens."))
    if fresh.statements.filter(state=StatementState.DEPOSITED).exists():
        raise Refused(_("Decide first about each sentence that was deposited."))
    _shuffle(deck)
    fresh.deposits_closed, fresh.vote_closes_at = True, closes_at
    fresh.save(update_fields=["state", "deposits_closed", "vote_closes_at"])
    items = [(f"v:{one.key}", 3) for one in deck] + [(f"f:{one.key}", 3) for one in deck if one.forecast]
    round_ = open_round(by=by, session=fresh, kind=Kind.DECK, items=items, closes_at=closes_at)
    fresh.rounds.filter(kind=Kind.THEMES, state=State.OPEN).update(closes_at=closes_at)
    log(by, fresh, "voting_opened", statements=len(deck))
    same(session, fresh)
    return round_


def _require_deck(session: Session, deck: Sequence[Statement]) -> None:
    if not SMALLEST_DECK <= len(deck) <= LARGEST_DECK:
        raise Refused(_("A deck holds from 3 to 25 statements."))
    for side in SIDES:
        if 3 * sum(one.side == side for one in deck) < len(deck):
            company = session.relationship.organisation(side)
            raise Refused(_("At least a third of the statements must come from %(company)s.") % {"company": company})
    if not all(one.text_fr and one.text_en for one in deck):
        raise Refused(_("Each statement must be written in French and in English."))


def _shuffle(deck: list[Statement]) -> None:
    """An order drawn at random: that of depositing would say something of the authors."""
    secrets.SystemRandom().shuffle(deck)
    for rank, statement in enumerate(deck, start=1):
        statement.rank = rank
    Statement.objects.bulk_update(deck, ["rank"])


@transaction.atomic
def seal_votes(*, by: Actor, session: Session) -> None:
    """Seal the private vote and the twin locks before their deadline, when everybody has answered.

    At the deadline they are sealed by themselves: then there is nothing left to do.
    """
    fresh = locked(session)
    if fresh.state != S.READY:
        fresh = moved(by, session, "seal_votes")
        if not everybody_answered(fresh):
            raise Refused(_("Some have not answered yet: the vote is sealed at its deadline."))
        fresh.save(update_fields=["state"])
        for round_ in fresh.rounds.filter(kind__in=(Kind.DECK, Kind.THEMES), state=State.OPEN):
            seal_round(by=by, round=round_)
        log(by, fresh, "votes_sealed")
    same(session, fresh)


def seal_due() -> None:
    """Write down, for every workshop, the votes that the clock has sealed. Screens did not wait for it."""
    due = Session.objects.filter(rounds__state=State.OPEN, rounds__closes_at__lte=clock.now()).distinct()
    for session in due:
        with transaction.atomic():
            locked(session)


@transaction.atomic
def reveal_votes(*, by: Actor, session: Session) -> None:
    """Count the sealed votes: sums by side are written and the ballots destroyed, in one transaction.

    How evenly the workshop was prepared must have been said before.
    """
    fresh = locked(session)
    require_state(fresh, S.READY, S.LIVE)
    require_facilitator(by, fresh)
    if fresh.counted_at is not None:
        raise Refused(too_late())
    if fresh.equity_said_at is None:
        raise Refused(_("Say first how evenly this workshop was prepared: both sides must know before any result."))
    for round_ in fresh.rounds.filter(kind__in=(Kind.DECK, Kind.THEMES)):
        round_.session = fresh
        count_round(by=by, round=round_)
    fresh.counted_at = clock.now()
    fresh.programme = {**fresh.programme, **suggested(fresh)}
    fresh.save(update_fields=["counted_at", "programme"])
    log(by, fresh, "votes_revealed")
    same(session, fresh)


@transaction.atomic
def show_statement(*, by: Actor, statement: Statement) -> None:
    """The room has reached this statement: everybody sees its coded result, at the same moment."""
    fresh = locked(statement.session)
    require_state(fresh, S.LIVE)
    require_facilitator(by, fresh)
    if fresh.counted_at is None:
        raise Refused(_("Reveal the votes first."))
    Statement.objects.filter(pk=statement.pk, session=fresh).update(shown=True)
    statement.shown = True
    log(by, fresh, "statement_shown", statement=statement.key)


@transaction.atomic
def set_programme(
    *, by: Actor, session: Session, common: Sequence[str], divides: Sequence[str], unsaid: Sequence[str]
) -> None:
    """An external facilitator chooses what will be talked about; keys of statements of the deck."""
    fresh = locked(session)
    require_state(fresh, S.READY, S.LIVE)
    if not by.is_system and not seat_of(by, fresh).external:
        raise Refused(not_yours())
    deck = set(fresh.statements.filter(state=StatementState.KEPT).values_list("key", flat=True))
    chosen = {"common": list(common), "divides": list(divides), "unsaid": list(unsaid)}
    if not {key for keys in chosen.values() for key in keys} <= deck:
        raise Refused(_("Choose statements of the deck."))
    fresh.programme = {**fresh.programme, **chosen}
    fresh.save(update_fields=["programme"])
    log(by, fresh, "programme_set")
    same(session, fresh)
