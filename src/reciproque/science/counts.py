"""Counts of answers to a statement, side by side: the only form in which votes enter the science."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

LARGEST = 1_000_000


@dataclass(frozen=True)
class Counts:
    """People of one side who agree, disagree, or saw the statement without an opinion."""

    agree: int
    disagree: int
    passing: int

    def __post_init__(self) -> None:
        for value in (self.agree, self.disagree, self.passing):
            if isinstance(value, bool) or not isinstance(value, Integral) or not 0 <= value <= LARGEST:
                raise ValueError(f"{value!r} is not a number of people: a whole number from 0 to {LARGEST}")

    @property
    def answers(self) -> int:
        return self.agree + self.disagree + self.passing


@dataclass(frozen=True)
class Statement:
    """A statement of the deck with the votes of both sides."""

    id: str
    client: Counts
    supplier: Counts

    @classmethod
    def of(cls, row: Statement | Sequence[Any] | Mapping[str, Any]) -> Statement:
        """A statement from itself, from a tuple (id, client, supplier) or from a mapping as in a file of votes."""
        if isinstance(row, Statement):
            return row
        if isinstance(row, Mapping):
            return cls(str(row["id"]), _counts(row["client"]), _counts(row["supplier"]))
        name, client, supplier = row
        return cls(str(name), _counts(client), _counts(supplier))


def _counts(votes: Counts | Mapping[str, Any] | Sequence[int]) -> Counts:
    if isinstance(votes, Counts):
        return votes
    if isinstance(votes, Mapping):
        return Counts(votes["agree"], votes["disagree"], votes["pass"])
    return Counts(*votes)
