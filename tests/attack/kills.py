"""kill -9 while answers come in, hundreds of times: a light submitter that takes every page through the application."""

from __future__ import annotations

import os
import random
import select
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict

from attack.submissions import NotKept, child, count, drop_connections, hand_in, seed

LANES = (0, 1)
PATIENCE = 60


def kill_submitters(kills: int, people: int = 40) -> dict[str, object]:
    """Two submitters at a time hand in without end, and are killed at a moment drawn at random.

    The clients live on: whoever was not told that it was kept hands in again, to the next submitter; and some who
    were told change their mind. At the end everybody has been told.
    """
    chance = random.Random(8)
    seeded = seed(people)
    hand_in(seeded.tokens[0])  # every page is loaded before the forks
    started = time.monotonic()
    acknowledged = {seeded.tokens[0]: hand_in(seeded.tokens[0])}
    once = time.monotonic() - started
    total = killed = refused = 0
    while killed < kills:
        for told in killed_pair(chance, turns_of(seeded.tokens, acknowledged, chance), once):
            total += len(told)
            refused += told.count(("-", "-"))
            acknowledged.update(pair for pair in told if pair[0] != "-")
            killed += 1
    for token in seeded.tokens:
        acknowledged[token] = hand_in(token)
    drop_connections()
    return {"kills": killed, "acknowledged": total, "refused": refused, **asdict(count(seeded, acknowledged))}


def turns_of(tokens: Sequence[str], acknowledged: Mapping[str, str], chance: random.Random) -> list[list[str]]:
    """Those who were told nothing first, then anybody.

    Two submitters never serve one person at the same moment: which of two would count could not be told.
    """
    waiting = [token for token in tokens if token not in acknowledged]
    turns = dict.fromkeys(waiting + chance.sample(tokens, len(tokens)))
    return [[token for token in turns if sum(token.encode()) % len(LANES) == lane] for lane in LANES]


def killed_pair(
    chance: random.Random,
    turns: Sequence[Sequence[str]],
    once: float,
    at_the_end: Callable[[], None] = lambda: None,
) -> Iterator[list[tuple[str, str]]]:
    """What each of two submitters had told when it was killed: after a few receipts, somewhere in the next answer."""
    with ExitStack() as stack:
        pipes = [stack.enter_context(child(lambda pipe, turn=turn: _submit(turn, pipe))) for turn in turns]
        kept = [os.dup(pipe) for _pid, pipe in pipes]
        if first_told := kept[: chance.randint(0, len(LANES))]:
            select.select(first_told, [], [], PATIENCE)
        time.sleep(chance.uniform(0, 1.5 * once))
        at_the_end()
    for pipe in kept:
        with os.fdopen(pipe) as said:
            yield [tuple(line.split()) for line in said]


def _submit(tokens: Sequence[str], pipe: int) -> None:
    while True:
        for token in tokens:
            try:
                line = f"{token} {hand_in(token)}\n"
            except NotKept:
                line = "- -\n"
            os.write(pipe, line.encode())
