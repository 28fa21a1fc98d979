"""Erasing a person: each capability that keeps copies of names says here how it forgets them.

The rows of a person and of an account stay, empty, because other rows point to them; the log holds keys only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

NOBODY = "–"  # stands where a name was


@dataclass(frozen=True)
class Gone:
    """Who is erased, and where copies of the name may stand."""

    person: Any  # or None
    account: Any  # or None
    names: frozenset[str]
    emails: frozenset[str]
    organisation: Any  # or None
    relationships: frozenset[int]


Keeper = Callable[[Gone], None]
KEEPERS: list[Keeper] = []


def keeps_names(keeper: Keeper) -> Keeper:
    """Register what a capability does when somebody is erased. It may raise Refused: then nothing is erased."""
    KEEPERS.append(keeper)
    return keeper


def forget(gone: Gone) -> None:
    """Every capability forgets, in the transaction of the caller."""
    for keeper in KEEPERS:
        keeper(gone)
