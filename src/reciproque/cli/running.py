"""Whether the product runs on a data folder: what replaces the databases waits until nobody has them open."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reciproque.cli.errors import CannotRun

PUT_BACK = "a backup is being put back. Start again when it is done."
RUNS = "the product, or another of its commands, is at work on this data folder. Stop `serve` and `worker` first."


def pending(folder: Path) -> Path:
    """Where a restore keeps the copies that it has decided to put in place (restore.py)."""
    return folder / "restoring"


@contextmanager
def running(folder: Path) -> Iterator[None]:
    """Held by what has the databases open, for as long as it runs; the system lets go of it when it is killed."""
    with _lock(folder, fcntl.LOCK_SH | fcntl.LOCK_NB, PUT_BACK):
        if pending(folder).exists():
            raise CannotRun(PUT_BACK)
        yield


@contextmanager
def stopped(folder: Path, *, wait: bool = False) -> Iterator[None]:
    with _lock(folder, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB), RUNS):
        yield


@contextmanager
def _lock(folder: Path, kind: int, refusal: str) -> Iterator[None]:
    try:
        file = (folder / "running.lock").open("w")
    except OSError:
        if kind & fcntl.LOCK_EX:
            raise
        yield  # where nothing can be written nothing can be replaced
        return
    with file:
        try:
            fcntl.flock(file, kind)
        except BlockingIOError as error:
            raise CannotRun(refusal) from error
        os.set_inheritable(file.fileno(), kind & fcntl.LOCK_EX != 0)
        yield
