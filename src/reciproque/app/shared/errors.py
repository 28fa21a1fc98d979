"""What goes wrong without being a mistake of ours: a rule forbids, or the machine is in trouble for a while.

Troubles are a disk that is full, a database that is held, restarted or out of reach: the page says that nothing was
saved and to come back, with status 503.
"""

from __future__ import annotations

import errno
import sqlite3

from django.db import InterfaceError, OperationalError
from django.db.utils import Error

# Out of room, worn out, read-only, out of files.
ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EFBIG, errno.EMFILE, errno.ENFILE}
SQLITE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}
# PostgreSQL: connections, resources, an operator stepped in, the system itself, locks, transactions to run again.
SQLSTATES = ("08", "53", "57", "58", "55P03", "40", "25006")
SAFE = {"GET", "HEAD", "OPTIONS"}


class Refused(Exception):
    """The sentence, already in the reader's language, says what is wrong and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def passes(error: BaseException | None, method: str = "POST") -> bool:
    """Whether this error is the machine's and may be over in a minute.

    A page that writes while it is only read is refused by the database too: that one is a mistake of ours.
    """
    if isinstance(error, Error):
        return _database(error, reading=method in SAFE)
    return isinstance(error, OSError) and error.errno in ERRNOS


def _database(error: Error, *, reading: bool) -> bool:
    cause = error.__cause__
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in SQLITE or (code & 0xFF == sqlite3.SQLITE_READONLY and not reading)
    state = getattr(cause, "sqlstate", None)
    if state is None:
        return isinstance(error, OperationalError | InterfaceError)
    return state.startswith(SQLSTATES) and not (reading and state == "25006")
