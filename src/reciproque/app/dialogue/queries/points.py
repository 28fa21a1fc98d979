"""The points that both sides gave, as the choice of priorities wants them. Never shown: only the choice is."""

from __future__ import annotations

from reciproque.app.dialogue.models import Proposal, Round, Session
from reciproque.app.dialogue.queries.projection import point_shares
from reciproque.app.shared.vocabulary import Side
from reciproque.science.priorities import Proposal as Weighed


def points_of(session: Session, round_: Round) -> list[Weighed]:
    """Each proposal of the table with the mean points of both sides, from 0 to 1."""
    shares = point_shares(round_)
    objected = set(session.proposals.filter(objections__withdrawn=False).values_list("key", flat=True))
    table = session.proposals.exclude(state=Proposal.State.MERGED).filter(
        key__in=[code.removeprefix("p:") for code, _size in round_.items]
    )
    return [
        Weighed(
            id=one.key,
            client=shares.get((one.key, Side.CLIENT), 0.0),
            supplier=shares.get((one.key, Side.SUPPLIER), 0.0),
            owed_by=one.owed_by,
            objected=one.key in objected,
        )
        for one in table
    ]
