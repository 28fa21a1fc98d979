"""A process that kills itself at the n-th thing it does to a database or a file: every crash point, one by one."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

FILES = ("fsync", "link", "unlink", "replace")


class Killer:
    """Counts what happens, just before and just after it; at the n-th of these, dies. With 0, only counts."""

    def __init__(self, at: int, *, only_writes: bool = False) -> None:
        self.at, self.seen, self.only_writes = at, 0, only_writes

    def event(self) -> None:
        self.seen += 1
        if self.seen == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **kwargs: Any) -> Any:
            self.event()
            result = function(*args, **kwargs)
            self.event()
            return result

        return watched

    def install(self, connections: Iterable[BaseDatabaseWrapper], files: Iterable[str] = FILES) -> None:
        """Watch every statement, commit and file operation of this process from now on."""
        for connection in connections:
            connection.execute_wrappers.append(self._statement)
            connection._commit = self.around(connection._commit)
        for name in files:
            setattr(os, name, self.around(getattr(os, name)))

    def _statement(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if self.only_writes and sql.lstrip("( ").upper().startswith("SELECT"):
            return execute(sql, *rest)
        return self.around(execute)(sql, *rest)
