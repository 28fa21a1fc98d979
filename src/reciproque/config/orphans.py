"""A process that `reciproque serve` started ends with it, even when that one is killed at one blow.

Left behind, web processes would hold the port, and nobody could start the server again without looking for them.
"""

import os
import threading
import time
from collections.abc import Callable

PARENT = "RECIPROQUE_SERVED_BY"
LOOK = 1.0  # seconds


def adopt() -> None:
    """What `serve` calls before it starts others."""
    os.environ[PARENT] = str(os.getpid())


def end_with_parent(end: Callable[[], object]) -> None:
    """Call `end` once the process that started this one is gone. Nothing to do when `serve` did not start it."""
    if os.environ.get(PARENT) == str(os.getppid()):
        threading.Thread(target=_watch, args=(os.getppid(), end), daemon=True).start()


def _watch(parent: int, end: Callable[[], object]) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK)
    end()
