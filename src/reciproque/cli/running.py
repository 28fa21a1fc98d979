"""Whether the product runs on a data folder: what replaces the databases waits until nobody has them open."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reciproque.cli.errors import CannotRun


@contextmanager
def running(folder: Path) -> Iterator[None]:
    """Held by `serve` and `worker` for as long as they run; the system lets go of it when they are killed."""
    with _lock(folder, fcntl.LOCK_SH, "a backup is being put back. Start again when it is done."):
        yield


@contextmanager
def stopped(folder: Path) -> Iterator[None]:
    with _lock(folder, fcntl.LOCK_EX, "the product runs on this data folder. Stop `serve` and `worker` first."):
        yield


@contextmanager
def _lock(folder: Path, kind: int, refusal: str) -> Iterator[None]:
    with (folder / "running.lock").open("w") as file:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotRun(refusal) from error
        yield
