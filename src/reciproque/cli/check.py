"""``reciproque check``: what is wrong with this installation, and how to mend it.

The exit code is 1 when something must be mended; notes alone leave it at 0.
"""

import argparse
import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core import mail
from django.core.checks import run_checks
from django.db import connections
from rich.console import Console
from rich.text import Text

from reciproque.app.directory.models import Relationship
from reciproque.app.shared.audit import verify_chain
from reciproque.app.shared.worker import living
from reciproque.app.survey.models import Wave, WaveState
from reciproque.app.survey.urn import lock
from reciproque.app.survey.urn.errors import LockMissing
from reciproque.cli.prepare import pending

PYTHON, SQLITE = (3, 11), (3, 35)
"""The oldest versions that work: RETURNING and ON CONFLICT as the product writes them need SQLite 3.35."""
LOCKED = (WaveState.COLLECTING, WaveState.CLOSING, WaveState.CLOSED, WaveState.OPEN)
LEAST_FREE = 500_000_000


@dataclass(frozen=True)
class Finding:
    what: str
    mend: str
    fatal: bool = True


def _versions() -> Iterator[Finding]:
    if sys.version_info < PYTHON:
        yield Finding(f"Python {sys.version.split()[0]} is too old.", f"Install Python {_dotted(PYTHON)} or later.")
    if sqlite3.sqlite_version_info < SQLITE:
        yield Finding(
            f"SQLite {sqlite3.sqlite_version} is too old.",
            f"Use a Python built with SQLite {_dotted(SQLITE)} or later, or PostgreSQL (DATABASE_URL).",
            fatal=not settings.DATABASE_URL,
        )


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _databases() -> Iterator[Finding]:
    for alias in ("default", "ballots"):
        try:
            connections[alias].ensure_connection()
        except Exception as error:
            yield Finding(
                f"The {alias} database does not answer: {error}",
                "Check DATABASE_URL, or that the data folder can be written.",
            )
            return
    if left := pending():
        yield Finding(
            f"The databases are not up to date: {len(left)} changes wait.",
            "Start `reciproque serve` once: it makes them.",
        )


def _data_folder() -> Iterator[Finding]:
    for folder in (settings.DATA_DIR, settings.SECRETS_DIR):
        if stat.S_IMODE(folder.stat().st_mode) & 0o077:
            yield Finding(f"Other users of this machine can read {folder}.", f"chmod 700 {folder}")
    if (free := shutil.disk_usage(settings.DATA_DIR).free) < LEAST_FREE:
        yield Finding(f"Only {free // 1_000_000} MB are free for the data.", "Make room: a full disk refuses answers.")


def _secrets() -> Iterator[Finding]:
    """What the waves need beside the databases: without it answers cannot be handed in, nor read."""
    if not os.access(settings.SECRETS_DIR, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(
            f"{settings.SECRETS_DIR} cannot be read and written.", "Give it to the user who runs the product."
        )
        return
    for path in sorted(settings.SECRETS_DIR.iterdir()):
        if not os.access(path, os.R_OK):
            yield Finding(f"{path} cannot be read.", "Give it to the user who runs the product.")
        elif stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Finding(f"Other users of this machine can read {path}.", f"chmod 600 {path}")
    for wave in Wave.objects.filter(state__in=LOCKED).select_related("relationship__client", "relationship__supplier"):
        yield from _lock_of(wave)


def _lock_of(wave: Wave) -> Iterator[Finding]:
    try:
        lock.read(settings.SECRETS_DIR, wave.pk)
    except OSError:
        return  # a file that cannot be read was said above
    except LockMissing:
        opened = wave.state == WaveState.OPEN
        yield Finding(
            f"The lock of {wave} is missing ({lock.path_of(settings.SECRETS_DIR, wave.pk)}): "
            + ("its ballots can no longer be counted again." if opened else "its ballots can never be opened."),
            "Nothing to do: what was published stays."
            if opened
            else "Bring back the secrets folder it was started with; else cancel it and run it again.",
            fatal=not opened,
        )


def _worker() -> Iterator[Finding]:
    if not living():
        yield Finding(
            "No worker is running: no mail leaves, and no wave opens, closes or is destroyed when it is due.",
            "Start `reciproque worker` beside `reciproque serve`; a new one is seen after a few seconds.",
        )


def _log() -> Iterator[Finding]:
    if broken := verify_chain():
        yield Finding(
            f"The log does not hold at record {broken.sequence} ({broken.reason}).",
            "Compare with the head last mailed to the sponsors.",
        )


def _mail() -> Iterator[Finding]:
    if not settings.EMAIL_HOST:
        yield Finding(
            f"No mail server is set: mails are written in {settings.EMAIL_FILE_PATH} and reach nobody."
            if settings.DEMO
            else "No mail server is set: mails wait in the outbox and none leaves. "
            f"Codes to sign in are written in {settings.EMAIL_FILE_PATH}.",
            "Set SMTP_HOST, SMTP_USER, SMTP_PASSWORD and MAIL_FROM.",
            fatal=False,
        )
        return
    try:
        connection = mail.get_connection()
        connection.open()
        connection.close()
    except (OSError, UnicodeError) as error:  # the second: a host name that cannot be one
        yield Finding(
            f"The mail server {settings.EMAIL_HOST} does not answer: {error}",
            "Check SMTP_HOST, SMTP_PORT and the firewall.",
        )


def _address() -> Iterator[Finding]:
    if settings.DEMO:
        yield Finding(
            "Demonstration mode is on: anybody can enter as anybody.",
            "Unset RECIPROQUE_DEMO before real use.",
            fatal=False,
        )
    elif Relationship.objects.filter(is_demo=True).exists():
        yield Finding(
            "The demonstration stories are in this installation.",
            "Keep real relationships in another data folder (RECIPROQUE_DATA).",
            fatal=False,
        )
    if not settings.HTTPS:
        yield Finding(
            f"People are sent to {settings.BASE_URL}, without encryption.",
            "Set RECIPROQUE_URL=https://… and put a TLS proxy in front.",
            fatal=False,
        )


def _framework() -> Iterator[Finding]:
    for message in run_checks():
        ours = str(message.id).startswith("reciproque.")
        yield Finding(message.msg, message.hint or "", fatal=ours or message.is_serious())


Check = Callable[[], Iterator[Finding]]
ALWAYS: tuple[Check, ...] = (_versions, _framework)
WITH_DATABASES: tuple[Check, ...] = (_data_folder, _secrets, _log, _worker, _mail, _address)


def findings() -> list[Finding]:
    """Everything found. What comes after a database that is not ready would only repeat it."""
    found = [finding for look in ALWAYS for finding in look()]
    if broken := list(_databases()):
        return found + broken
    return found + [finding for look in WITH_DATABASES for finding in look()]


def run(arguments: argparse.Namespace) -> int:
    console = Console(highlight=False, soft_wrap=True)
    found = findings()
    for finding in found:
        console.print(Text.assemble(("Wrong" if finding.fatal else "Note", "bold"), "  ", finding.what))
        if finding.mend:
            console.print(Text(f"       {finding.mend}"))
    if not any(finding.fatal for finding in found):
        console.print("This installation works.")
    return 1 if any(finding.fatal for finding in found) else 0
