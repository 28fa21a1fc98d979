"""The order of the criteria: the one in force, its neighbours, its words."""

from __future__ import annotations

from collections.abc import Sequence

from reciproque.app.portfolio.criteria import CRITERIA, Criterion
from reciproque.app.portfolio.models import Portfolio, Weighting

Order = list[list[str]]
# Nobody has said anything yet: all criteria in one group.
EQUAL: Order = [[str(one) for one in CRITERIA]]


def weighting_in_force(portfolio: Portfolio) -> Weighting | None:
    return portfolio.weightings.order_by("-stated_at", "-pk").first()


def order_in_force(portfolio: Portfolio) -> Order | None:
    found = weighting_in_force(portfolio)
    return found.order if found else None


def as_numbers(order: Sequence[Sequence[str]]) -> list[list[int]]:
    return [[CRITERIA.index(Criterion(one)) for one in group] for group in order]


def parsed(text: str) -> Order | None:
    """An order as carried by a form, "criticality,volume|market"; None when it does not name each criterion once."""
    order = [group.split(",") for group in text.split("|") if group]
    return order if sorted(one for group in order for one in group) == sorted(CRITERIA) else None


def written(order: Sequence[Sequence[str]]) -> str:
    return "|".join(",".join(group) for group in order)


def moved(order: Order, criterion: str, way: str) -> Order:
    """The order after one gesture: up or down by one group, or joined with the group above, or set apart."""
    groups = [list(group) for group in order]
    place = next(index for index, group in enumerate(groups) if criterion in group)
    alone = len(groups[place]) == 1
    groups[place].remove(criterion)
    if way == "up":
        target = place if not alone else max(0, place - 1)
        groups.insert(target, [criterion])
    elif way == "down":
        target = place + 1 if not alone else min(len(groups), place + 2)
        groups.insert(target, [criterion])
    elif way == "join" and place > 0:
        groups[place - 1].append(criterion)
    else:
        groups[place].append(criterion)
    return [group for group in groups if group]


def in_words(order: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[str(Criterion(one).label) for one in group] for group in order]
