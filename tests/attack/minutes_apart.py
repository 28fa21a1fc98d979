"""What opens for both companies at one minute, ready to be done: waves, webs, workshops, minutes, promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import personas
import promised
import wave_steps
import webs
import workshops
from attack.fairness import Act
from personas import Cast
from reciproque.app.commitments.actions.offers import accept
from reciproque.app.dialogue.actions import minutes, sessions, voting
from reciproque.app.dialogue.models import Session
from reciproque.app.network.actions.halves import say_ready
from reciproque.app.reading.actions import turn_key
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.survey.actions import closing
from reciproque.app.survey.models import Wave

SIDES = ("client", "supplier")


def acts() -> Iterator[Callable[[], Act]]:
    """Each makes its own relationship, so that nothing else is on its pages."""
    yield from (opening, first_key, closed, web, reveal, frozen, promise)


def keys_of(cast: Cast, **more: str) -> dict[str, str]:
    return {"relationship": cast.relationship.key, "organisation": cast.relationship.client.key, **more}


def opening() -> Act:
    """The second phrase of a wave."""
    made = wave_steps.closed(personas.cast(people=8))
    at = made.wave.closes_at + timedelta(hours=1)
    _turn(made, "client_sponsor", at)
    return Act(
        "opening", made.cast, keys_of(made.cast, wave=made.wave.key), lambda: _turn(made, "supplier_sponsor", at), at
    )


def first_key() -> Act:
    """The first phrase: nothing shows on either side."""
    made = wave_steps.closed(personas.cast(people=6))
    at = made.wave.closes_at + timedelta(hours=1)
    keys = keys_of(made.cast, wave=made.wave.key)
    return Act("first key", made.cast, keys, lambda: _turn(made, "client_sponsor", at), at, opens=False)


def _turn(made: wave_steps.Ceremony, name: str, at: object) -> None:
    with clock.at(at):
        turn_key(by=actor(made.account(name)), wave=Wave.objects.get(pk=made.wave.pk), phrase=made.phrases[name])


def closed() -> Act:
    """A wave that closes: the list of receipts and the call for both phrases."""
    made = wave_steps.collecting(personas.cast(people=6))
    made.answer_all()
    at = made.wave.closes_at + timedelta(minutes=1)

    def close() -> None:
        with clock.at(at):
            closing.close_due()

    return Act("closing", made.cast, keys_of(made.cast, wave=made.wave.key), close, at, in_steps=True)


def web() -> Act:
    """The second half of a web of relations."""
    made = webs.Web(personas.cast())
    for name in ("Ada", "Bea", "Cid"):
        made.both_say(f"{name} Client", f"{name} Supplier")
    made.ready("client")

    def ready() -> None:
        say_ready(by=actor(made.cast.supplier_sponsor), relationship=made.relationship, side="supplier", ready=True)

    return Act("joint view of the web", made.cast, keys_of(made.cast), ready)


def reveal() -> Act:
    """The votes of a workshop."""
    cast = personas.cast()
    session = workshops.live(cast)
    sessions.say_equity(by=actor(cast.facilitator), session=session)

    def do() -> None:
        voting.reveal_votes(by=actor(cast.facilitator), session=Session.objects.get(pk=session.pk))
        for statement in session.statements.all():
            voting.show_statement(by=actor(cast.facilitator), statement=statement)

    return Act("votes of a workshop", cast, keys_of(cast, session=session.key), do)


def frozen() -> Act:
    """The minutes of a workshop, when their five days are over."""
    cast = personas.cast()
    session = workshops.revealed(cast)
    for statement in session.statements.all():
        voting.show_statement(by=actor(cast.facilitator), statement=statement)
    sessions.end(by=actor(cast.facilitator), session=session)
    at = Session.objects.get(pk=session.pk).amend_until

    def freeze() -> None:
        with clock.at(at):
            minutes.freeze_due()

    return Act("frozen minutes", cast, keys_of(cast, session=session.key), freeze, at)


def promise() -> Act:
    """A promise that the second owner accepts."""
    made = promised.Promises(personas.cast())
    offered = made.offered()
    accept(by=actor(offered.owner("client")), commitment=offered)

    def do() -> None:
        accept(by=actor(offered.owner("supplier")), commitment=offered)

    return Act("promise that counts", made.cast, keys_of(made.cast, promise=offered.key), do)
