"""What the clock seals: every action meets it before it does anything, the worker writes it down for the others."""

from __future__ import annotations

from django.db import transaction

from reciproque.app.dialogue.actions.records import log
from reciproque.app.dialogue.models import Round, Session
from reciproque.app.dialogue.queries.clock import is_shut
from reciproque.app.dialogue.states import transition
from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor

State = Round.State


@transaction.atomic
def seal_past(*, by: Actor, session: Session) -> None:
    """Write down the votes of a locked session whose time is over: nobody gains by being first after the deadline."""
    open_ = session.rounds.select_for_update().filter(state=State.OPEN, closes_at__lte=clock.now())
    for round_ in [one for one in open_ if is_shut(one)]:
        round_.state = State.SEALED
        round_.save(update_fields=["state"])
        log(by, session, "vote_sealed", kind=round_.kind)
        if round_.kind == Round.Kind.DECK:
            session.state = transition("seal_votes", session.state).target
            session.save(update_fields=["state"])
            log(by, session, "votes_sealed")
