"""The points that both sides gave, as the choice of priorities wants them. Never shown: only the choice is."""

from __future__ import annotations

from collections.abc import Iterable

from reciproque.app.dialogue.models import Proposal, Round, Session
from reciproque.app.dialogue.queries.projection import point_shares
from reciproque.app.shared.vocabulary import SIDES, Side
from reciproque.science.coded_display import SHOWN_FROM
from reciproque.science.priorities import Proposal as Weighed


def points_of(session: Session, round_: Round) -> list[Weighed]:
    """Each proposal of the table with the mean points of both sides, from 0 to 1; nothing where too few gave any."""
    shares = point_shares(round_)
    table = session.proposals.exclude(state=Proposal.State.MERGED).filter(
        key__in=[code.removeprefix("p:") for code, _size in round_.items]
    )
    return _weighed(session, table, shares) if shares else []


def aloud(session: Session, proposals: Iterable[Proposal]) -> list[Weighed]:
    """Proposals on which the room agreed aloud: no points, the same rules of objection and balance."""
    return _weighed(session, proposals, {})


def _weighed(session: Session, proposals: Iterable[Proposal], shares: dict[tuple[str, str], float]) -> list[Weighed]:
    objected = set(session.proposals.filter(objections__withdrawn=False).values_list("key", flat=True))
    return [
        Weighed(
            id=one.key,
            client=shares.get((one.key, Side.CLIENT), 0.0),
            supplier=shares.get((one.key, Side.SUPPLIER), 0.0),
            owed_by=one.owed_by,
            objected=one.key in objected,
        )
        for one in proposals
    ]


def points_serve(session: Session) -> bool:
    """Whether private points may lead to a choice: among fewer than five of a side it would tell what each wants."""
    there = list(session.participants.filter(left=False).values_list("side", flat=True))
    if min(there.count(side) for side in SIDES) < SHOWN_FROM:
        return False
    last = session.rounds.filter(kind=Round.Kind.POINTS).defer("box").last()
    return last is None or last.state != Round.State.COUNTED or bool(point_shares(last))
