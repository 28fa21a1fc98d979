"""A rehearsal: the same deck with simulated phones, marked as such on every screen, erased afterwards."""

from __future__ import annotations

import secrets
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from reciproque.app.commitments.models import Effort
from reciproque.app.dialogue import urn
from reciproque.app.dialogue.actions.common import (
    locked,
    log,
    participant_actor,
    require_facilitator,
    require_state,
    same,
)
from reciproque.app.dialogue.actions.proposals import accept_owner, propose
from reciproque.app.dialogue.actions.sessions import room_code
from reciproque.app.dialogue.actions.votes import cast, open_round, seal_round
from reciproque.app.dialogue.models import Live, Participant, Proposal, Round, Session, SessionState, Statement
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import SIDES, Side

ROBOTS = 6  # on each side: enough for coded counts to be drawn
PROPOSALS = 4
FROM = (SessionState.VOTING, SessionState.READY)
LIKES = {"v": (6, 3, 1), "f": (1, 1, 1), "m": (5, 3, 2), "c": (7, 2, 1), "p": (1, 2, 3, 2)}
# One statement in five divides the two sides, so that the debate of a divide can be rehearsed too.
TORN_EVERY, TORN = 5, {Side.CLIENT: (60, 1, 1), Side.SUPPLIER: (1, 60, 1)}
_dice = secrets.SystemRandom()


@transaction.atomic
def start_rehearsal(*, by: Actor, session: Session) -> Session:
    """A room of its own with six simulated phones on each side, which have already voted on the deck."""
    fresh = locked(session)
    require_state(fresh, *FROM)
    require_facilitator(by, fresh)
    _erase(fresh)
    room = Session.objects.create(
        relationship=fresh.relationship,
        title=fresh.title,
        planned_at=fresh.planned_at,
        state=SessionState.LIVE,
        room_code=room_code(),
        facilitator=fresh.facilitator,
        employer=fresh.employer,
        rehearsal_of=fresh,
        purpose=fresh.purpose,
        people=fresh.people,
        rules=fresh.rules,
        recipients=fresh.recipients,
    )
    urn.make_links(room)
    deck = _copy_deck(fresh, room)
    _enter_robots(room)
    items = [(f"v:{one.key}", 3) for one in deck] + [(f"f:{one.key}", 3) for one in deck if one.forecast]
    round_ = open_round(by=by, session=room, kind=Round.Kind.DECK, items=items)
    _vote(room, round_)
    seal_round(by=by, round=round_)
    Live.objects.create(session=room)
    log(by, fresh, "rehearsal_started")
    return room


def _copy_deck(session: Session, room: Session) -> list[Statement]:
    kept = session.statements.filter(state="kept")
    return [
        Statement.objects.create(
            session=room,
            side=one.side,
            state=one.state,
            raw=one.text,
            text_fr=one.text_fr,
            text_en=one.text_en,
            rank=one.rank,
            forecast=one.forecast,
        )
        for one in kept
    ]


def _enter_robots(room: Session) -> None:
    for side in SIDES:
        for number in range(1, ROBOTS + 1):
            company = room.relationship.organisation(side)
            name = _("Simulated phone %(number)d, %(company)s") % {"number": number, "company": company}
            robot = Participant(session=room, side=side, name=name[:170], joined=True)
            robot.token_hash = urn.hash_of(urn.token_of(robot))
            robot.save()


def _robots(room: Session) -> list[Participant]:
    robots = list(room.participants.all())
    for robot in robots:
        robot.session = room
    return robots


def _vote(room: Session, round_: Round) -> None:
    for robot in _robots(room):
        answers = {code: _drawn(robot, place, code, size) for place, (code, size) in enumerate(round_.items)}
        cast(round=round_, token=urn.token_of(robot), answers=answers)


def _drawn(robot: Participant, place: int, code: str, size: int) -> int:
    likes = LIKES.get(code.partition(":")[0], (1,) * size)
    if code.startswith("v:") and place % TORN_EVERY == 0:
        likes = TORN[Side(robot.side)]
    return _dice.choices(range(size), likes[:size])[0]


@transaction.atomic
def let_robots_act(*, by: Actor, session: Session) -> None:
    """The simulated phones do what the room asks for now: say that they are ready, vote, propose, accept."""
    room = locked(session)
    require_state(room, SessionState.LIVE)
    require_facilitator(by, room)
    if not room.is_rehearsal:
        raise Refused(_("Simulated phones act in a rehearsal only."))
    live = Live.objects.select_related("round").get(session=room)
    room.participants.update(ready_step=live.participants_step)
    if live.round is not None and live.round.state == Round.State.OPEN:
        _vote(room, live.round)
    _propose(room)
    _accept(room)
    log(by, room, "rehearsal_robots")


def _propose(room: Session) -> None:
    deck = list(room.statements.filter(shown=True))
    wanted = PROPOSALS if deck and not room.proposals.exists() else 0
    robots = _robots(room)
    for number in range(wanted):
        author, partner = robots[number], robots[-1 - number]
        propose(
            by=participant_actor(author),
            session=room,
            statement=deck[number % len(deck)],
            condition="",
            action=_("Rehearsal proposal %(number)d") % {"number": number + 1},
            proof=_("Everybody sees it"),
            owed_by=(*Proposal.OwedBy.values, "both")[number],
            effort_client=Effort.LIGHT,
            effort_supplier=Effort.LIGHT,
            author=author,
            partner=partner,
        )


def _accept(room: Session) -> None:
    chosen = room.proposals.filter(state=Proposal.State.CHOSEN).select_related("owner_client", "owner_supplier")
    for proposal in chosen:
        for side in SIDES:
            owner = proposal.owner(side)
            if owner is not None and not proposal.accepted(side):
                accept_owner(by=participant_actor(owner), proposal=proposal, participant=owner)


@transaction.atomic
def erase_rehearsals(*, by: Actor, session: Session) -> None:
    """Every rehearsal of this session goes, with its boxes and keys."""
    fresh = locked(session)
    require_facilitator(by, fresh)
    if _erase(fresh):
        log(by, fresh, "rehearsal_erased")
    same(session, fresh)


def _erase(session: Session) -> int:
    found = list(Session.objects.filter(rehearsal_of=session).select_related("relationship"))
    for room in found:
        for round_ in room.rounds.exclude(box=None):
            transaction.on_commit(partial(urn.destroy, round_))
        transaction.on_commit(partial(urn.destroy_links, room))
        room.proposals.all().delete()
        room.delete()
    return len(found)
