"""Choosing the three to five joint priorities: both sides count the same, whatever their number of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from reciproque.science.values import Undefined

FEWEST, MOST = 3, 5
MOST_PROPOSALS = 30


@dataclass(frozen=True)
class Proposal:
    """`client` and `supplier`: the mean points each side gives it, 0..1. `owed_by`: the side (or both) that must act.
    `objected`: one side objected with a reason, and the proposal cannot be chosen."""

    id: str
    client: float
    supplier: float
    owed_by: str = "both"
    objected: bool = False


@dataclass(frozen=True)
class Priorities:
    """Chosen ids in the order of the deck; `burden` is what the supplier owes minus what the client owes."""

    chosen: tuple[str, ...]
    welfare: float
    client: float
    supplier: float
    burden: int
    reason: str | None = None


def choose_priorities(proposals: Sequence[Proposal], count: int = FEWEST, *, largest_burden: int = 1) -> Priorities:
    """The set of `count` proposals that serves both sides best, by Nash's product.

    Parameters
    ----------
    proposals : sequence of at most 30 Proposal
    count : int in 3..5
    largest_burden : int >= 0
        How many more actions one side may owe than the other.

    Returns
    -------
    Priorities
        Nothing chosen, with a reason, when too few proposals are without objection or no set balances the burden.

    Raises
    ------
    ValueError
        When there are more than 30 proposals, `count` is not in 3..5, or points are outside 0..1.

    Formula
    -------
    Maximise log(sum of u_C) + log(sum of u_S) over all sets, u normalised by each side's own best set, among those
    without objection and with |burden| <= largest_burden. Equal sets: the one that comes first in the deck.

    Source: Nash 1950, the bargaining problem; a veto for each side.

    Examples
    --------
    >>> deck = [Proposal("A", 1, 0.1), Proposal("B", 0.9, 0.2), Proposal("C", 0.6, 0.6), Proposal("D", 0.3, 0.9),
    ...         Proposal("E", 0.5, 0.8)]
    >>> choose_priorities(deck, 3).chosen
    ('A', 'D', 'E')
    """
    _refuse_bad(proposals, count)
    free = [p for p in proposals if not p.objected]
    if len(free) < count:
        return _none("fewer proposals without objection than priorities to choose")
    sets = np.array(list(combinations(range(len(free)), count)))
    owed = np.array([(p.owed_by == "supplier") - (p.owed_by == "client") for p in free], dtype=int)[sets].sum(axis=1)
    sets, owed = sets[np.abs(owed) <= largest_burden], owed[np.abs(owed) <= largest_burden]
    if not len(sets):
        return _none("every set asks much more of one side than of the other")
    points = {side: np.array([getattr(p, side) for p in free])[sets].sum(axis=1) for side in ("client", "supplier")}
    shares = {side: total / max(total.max(), 1e-12) for side, total in points.items()}
    welfare = sum(np.log(np.maximum(share, 1e-12)) for share in shares.values())
    best = int(np.argmax(np.round(np.asarray(welfare), 12)))
    return Priorities(
        chosen=tuple(free[i].id for i in sets[best]),
        welfare=float(np.asarray(welfare)[best]),
        client=float(points["client"][best] / count),
        supplier=float(points["supplier"][best] / count),
        burden=int(owed[best]),
    )


def _none(reason: str) -> Priorities:
    missing = Undefined(reason)
    return Priorities((), missing, missing, missing, 0, reason)


def _refuse_bad(proposals: Sequence[Proposal], count: int) -> None:
    if len(proposals) > MOST_PROPOSALS:
        raise ValueError(f"at most {MOST_PROPOSALS} proposals can be weighed: merge those that say the same")
    if not FEWEST <= count <= MOST:
        raise ValueError(f"choose {FEWEST} to {MOST} priorities")
    for proposal in proposals:
        if not (0 <= proposal.client <= 1 and 0 <= proposal.supplier <= 1):
            raise ValueError(f"points of proposal {proposal.id} are outside 0 to 1")
        if proposal.owed_by not in ("client", "supplier", "both"):
            raise ValueError(f"proposal {proposal.id} is owed by the client, the supplier or both")
