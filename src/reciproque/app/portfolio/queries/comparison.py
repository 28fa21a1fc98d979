"""Two rankings side by side: who came in, who went out, who moved, and what had changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reciproque.app.portfolio.criteria import CRITERIA, Criterion
from reciproque.app.portfolio.models import RankedPartner, Ranking
from reciproque.app.portfolio.queries.orders import in_words
from reciproque.app.portfolio.queries.overview import ranked
from reciproque.app.portfolio.queries.words import level_in_words

MOST = 60
NOWHERE = 10**6


@dataclass(frozen=True)
class Moved:
    key: str
    name: str
    before: int | None
    after: int | None
    was_in: bool
    is_in: bool
    changes: tuple[tuple[str, str, str], ...]

    @property
    def distance(self) -> int:
        if self.before is None or self.after is None:
            return 0
        return self.before - self.after


@dataclass(frozen=True)
class Comparison:
    earlier: Ranking
    later: Ranking
    entered: tuple[Moved, ...]
    left: tuple[Moved, ...]
    stayed: tuple[Moved, ...]
    orders: tuple[Sequence[Sequence[str]], Sequence[Sequence[str]]] | None


def comparison(earlier: Ranking, later: Ranking) -> Comparison:
    """Of all partners within capacity at one of the two dates."""
    keys = _within(earlier) | _within(later)
    before, after = _rows(earlier, keys), _rows(later, keys)
    moves = [_moved(before.get(key), after.get(key)) for key in keys]
    moves.sort(key=lambda move: (move.after or NOWHERE, move.before or NOWHERE, move.name))
    return Comparison(
        earlier=earlier,
        later=later,
        entered=tuple(move for move in moves if move.is_in and not move.was_in),
        left=tuple(move for move in moves if move.was_in and not move.is_in),
        stayed=tuple(move for move in moves if move.was_in and move.is_in),
        orders=(in_words(earlier.order), in_words(later.order)) if earlier.order != later.order else None,
    )


def _within(ranking: Ranking) -> set[int]:
    rows = RankedPartner.objects.filter(ranking=ranking, within=True, rank__lte=ranking.capacity)
    return set(rows.order_by("rank", "partner_id").values_list("partner_id", flat=True)[:MOST])


def _rows(ranking: Ranking, keys: set[int]) -> dict[int, RankedPartner]:
    return {row.partner_id: row for row in ranked(ranking).filter(partner__in=keys).order_by()}


def _moved(before: RankedPartner | None, after: RankedPartner | None) -> Moved:
    row = after or before
    if row is None:
        raise ValueError("a partner that is in neither ranking has not moved")
    return Moved(
        key=row.partner.key,
        name=row.partner.name,
        before=before.rank if before else None,
        after=after.rank if after else None,
        was_in=bool(before and before.within),
        is_in=bool(after and after.within),
        changes=_changes(before, after) if before and after else (),
    )


def _changes(before: RankedPartner, after: RankedPartner) -> tuple[tuple[str, str, str], ...]:
    words = [(str(Criterion(one).label), level_in_words(one, before), level_in_words(one, after)) for one in CRITERIA]
    return tuple(change for change in words if change[1] != change[2])
