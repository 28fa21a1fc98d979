"""A line on the error output that says how far a long reading is; short readings and pipes show nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, float], None]
PATIENCE = 1.0  # seconds without a word


def silent(stage: str, share: float) -> None:
    """Say nothing."""


@contextmanager
def shown() -> Iterator[Progress]:
    """A callable that takes a sentence and a share from 0 to 1; something appears after one second, on a terminal."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import Progress as Bars

    started = time.monotonic()
    with Bars(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=1.0, visible=False)

        def say(stage: str, share: float) -> None:
            visible = time.monotonic() - started > PATIENCE
            bars.update(task, description=stage, completed=share, visible=visible)

        yield say
