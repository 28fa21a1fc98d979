"""A disk that is full, read-only or worn out: what people see meanwhile, and what is left afterwards."""

from __future__ import annotations

import gc
import os
import random
import resource
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.db import connections

from attack.submissions import NotKept, count, data_folder, drop_connections, hand_in, seed
from reciproque.app.survey.urn.models import Ballot

SAID = {"fr": ("n’a pas pu", "à moitié", "dans une minute"), "en": ("could not", "half kept", "in a minute")}
PAGE = 4096
FILLED = "ballast"


# ---------------------------------------------------------------- Three kinds of disk
def full_disk(rounds: int, folder: str = "") -> dict[str, Any]:
    """The data folder lies on a small disk of its own. It fills up, people hand in, room is made, they hand in again.

    What fits in the last pages is still kept: so each round leaves another few of them free.
    """
    chance = random.Random(50)

    def filled() -> AbstractContextManager[None]:
        return filled_up(folder or data_folder(), leave=chance.randint(0, 12))

    first, second = (_rounds(rounds // len(SAID), filled, chance, language, people=4) for language in SAID)
    return {name: _both(first[name], second[name]) for name in first}


def read_only(rounds: int) -> dict[str, Any]:
    """The disk of the data folder turns read-only, as the system does after errors; seen by a new process."""
    return _rounds(rounds, _remounted, random.Random(51))


def worn_out(rounds: int) -> dict[str, Any]:
    """Every write to a file fails in a process that has the databases open."""
    return _rounds(rounds, _no_write_succeeds, random.Random(52))


def _both(first: Any, second: Any) -> Any:
    return first and second if isinstance(first, bool) else first + second


def _rounds(
    rounds: int,
    broken: Callable[[], AbstractContextManager[None]],
    chance: random.Random,
    language: str = "fr",
    *,
    people: int = 1,
) -> dict[str, Any]:
    """In each round some people hand in on a broken disk, and one of them all again once it is mended."""
    seeded = seed(10, language)
    acknowledged = {token: hand_in(token) for token in seeded.tokens}
    statuses: Counter[int] = Counter()
    unlike = damaged = stuck = 0
    for _ in range(rounds):
        with broken():
            for token in chance.sample(seeded.tokens, people):
                try:
                    acknowledged[token] = hand_in(token, score=chance.randint(1, 7))
                    statuses[200] += 1
                except NotKept as refusal:
                    statuses[refusal.status] += 1
                    unlike += not says_so(refusal.page, language)
        damaged += not whole()
        token = chance.choice(seeded.tokens)
        try:
            acknowledged[token] = hand_in(token)
        except NotKept:
            stuck += 1
    drop_connections()
    return {
        "rounds": rounds,
        "acknowledged": len(seeded.tokens) + statuses[200] + rounds - stuck,
        "statuses": statuses,
        "unlike": unlike,
        "damaged": damaged,
        "stuck": stuck,
        **asdict(count(seeded, acknowledged)),
    }


def says_so(page: str, language: str) -> bool:
    """The page speaks the person's language, says that nothing was kept and what to do."""
    return f'lang="{language}"' in page and all(words in page for words in SAID[language])


@contextmanager
def filled_up(folder: str, leave: int) -> Iterator[None]:
    """Every free page of the disk but a few is taken."""
    ballast = Path(folder) / FILLED
    free = os.statvfs(folder)
    with ballast.open("wb") as file:
        file.write(bytes(max(0, free.f_bavail * free.f_frsize - leave * PAGE)))
    try:
        yield
    finally:
        ballast.unlink()


def whole() -> bool:
    """Both databases pass SQLite's own examination, seen by somebody who opens them anew; PostgreSQL's can be read."""
    if connections["ballots"].vendor != "sqlite":
        return all(len(row.body) > 0 for row in Ballot.objects.all())
    answers = []
    for alias in ("default", "ballots"):
        with sqlite3.connect(connections[alias].settings_dict["NAME"], timeout=20) as connection:
            answers.append(connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)])
    return all(answers)


@contextmanager
def _remounted() -> Iterator[None]:
    drop_connections()
    _mount("remount,ro")
    try:
        yield
    finally:
        drop_connections()
        _mount("remount,rw")


def _mount(how: str) -> None:
    """Files that were just closed keep a disk busy for a moment."""
    for left in reversed(range(50)):
        gc.collect()
        done = subprocess.run(["mount", "-o", how, data_folder()], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        if not left:
            raise RuntimeError(f"{done.stderr} {_open_files(data_folder())}")
        time.sleep(0.1)


def _open_files(folder: str) -> list[str]:
    """What this process holds open in a folder."""
    held = [os.readlink(entry) for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()]
    return [path for path in held if path.startswith(folder)]


@contextmanager
def _no_write_succeeds() -> Iterator[None]:
    kept = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, kept[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, kept)
