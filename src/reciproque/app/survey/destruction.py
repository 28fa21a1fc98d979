"""The end of a wave, thirty days after its opening: what other capabilities keep of its ballots goes with them.

A capability that keeps words of the ballots says here how it destroys those that were not published.
"""

from __future__ import annotations

from collections.abc import Callable

from reciproque.app.survey.models import Wave

Keeper = Callable[[Wave], None]
KEEPERS: list[Keeper] = []


def keeps_words(keeper: Keeper) -> Keeper:
    """Register what a capability destroys. It runs in the transaction that destroys the keys: all of it, or nothing."""
    KEEPERS.append(keeper)
    return keeper


def destroy_words(wave: Wave) -> None:
    for keeper in KEEPERS:
        keeper(wave)
