"""``reciproque check``: what is wrong with this installation, and how to mend it."""

import argparse
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core import mail
from django.core.checks import run_checks
from django.db import connections
from rich.console import Console

from reciproque.app.shared.audit import verify_chain
from reciproque.cli.prepare import pending


@dataclass(frozen=True)
class Finding:
    what: str
    mend: str
    fatal: bool = True


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
    if stat.S_IMODE(settings.DATA_DIR.stat().st_mode) & 0o077:
        yield Finding(f"Other users of this machine can read {settings.DATA_DIR}.", f"chmod 700 {settings.DATA_DIR}")
    if (free := shutil.disk_usage(settings.DATA_DIR).free) < 500_000_000:
        yield Finding(f"Only {free // 1_000_000} MB are free for the data.", "Make room: a full disk refuses answers.")


def _log() -> Iterator[Finding]:
    if not pending() and (broken := verify_chain()):
        yield Finding(
            f"The log does not hold at record {broken.sequence} ({broken.reason}).",
            "Compare with the head last mailed to the sponsors.",
        )


def _mail() -> Iterator[Finding]:
    if not settings.EMAIL_HOST:
        yield Finding(
            "No mail server is set: mails are only kept in the data folder.",
            "Set SMTP_HOST, SMTP_USER, SMTP_PASSWORD and MAIL_FROM.",
            fatal=False,
        )
        return
    try:
        connection = mail.get_connection()
        connection.open()
        connection.close()
    except OSError as error:
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
    if not settings.HTTPS:
        yield Finding(
            f"People are sent to {settings.BASE_URL}, without encryption.",
            "Set RECIPROQUE_URL=https://… and put a TLS proxy in front.",
            fatal=False,
        )


def _framework() -> Iterator[Finding]:
    for message in run_checks():
        yield Finding(message.msg, message.hint or "", fatal=message.is_serious())


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (_databases, _data_folder, _log, _mail, _address, _framework)


def findings() -> list[Finding]:
    found: list[Finding] = []
    for look in CHECKS:
        found += look()
        if look is _databases and found:
            break
    return found


def run(arguments: argparse.Namespace) -> int:
    console = Console()
    found = findings()
    for finding in found:
        console.print(
            f"[bold]{'Wrong' if finding.fatal else 'Note'}[/bold]  {finding.what}", highlight=False, soft_wrap=True
        )
        if finding.mend:
            console.print(f"       {finding.mend}", highlight=False, soft_wrap=True)
    if not any(finding.fatal for finding in found):
        console.print("This installation works.")
    return 1 if any(finding.fatal for finding in found) else 0
