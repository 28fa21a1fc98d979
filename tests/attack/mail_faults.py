"""A mail server that is down, slow, refuses, cuts or falls silent, for days; and a worker killed while it sends."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock

from django.conf import settings
from django.test import override_settings

import personas
import smtp
import wave_steps
from installations import free_port
from reciproque.app.directory.models import Account
from reciproque.app.shared import clock, worker
from reciproque.app.shared.audit import SYSTEM
from reciproque.app.shared.models import ScheduledJob
from reciproque.app.survey.actions import invitations
from reciproque.app.survey.jobs import JOBS
from reciproque.app.survey.mail import transport
from reciproque.app.survey.models import OutboxMail, Wave
from reciproque.app.survey.queries import outbox as screen

SENDING = tuple(job for job in JOBS if job.name == "send mails")
WORKER = Path(__file__).resolve().parents[1] / "app/survey/mail_worker.py"
DAY = timedelta(days=1)
SIDES = ("client", "supplier")
Answer = Callable[[str, float], str]
"""What the server says to an address, so many days after the start; "away": it takes no connection at all."""


@dataclass(frozen=True)
class Trouble:
    """How a mail server misbehaves, at the address and after the message; and what may come of it."""

    rcpt: Answer = lambda _address, _days: "250 OK"
    data: Answer = lambda _address, _days: "250 OK"
    away: float = 0.0
    may_double: bool = False
    may_refuse: bool = False


def _a_day(words: str) -> Answer:
    return lambda _address, days: words if days < 1 else "250 OK"


def _some(words: str, one_in: int = 3) -> Answer:
    return lambda address, _days: words if sum(address.encode()) % one_in == 0 else "250 OK"


def _at_first(words: str) -> Answer:
    seen: set[str] = set()

    def answer(address: str, _days: float) -> str:
        known = address in seen
        seen.add(address)
        return "250 OK" if known else words

    return answer


def troubles() -> Mapping[str, Trouble]:
    return {
        "down for 24 h": Trouble(away=1.0),
        "puts every address off for 24 h": Trouble(rcpt=_a_day("451 4.3.0 later")),
        "puts every message off for 24 h": Trouble(data=_a_day("452 4.2.2 later")),
        "refuses some addresses for good": Trouble(rcpt=_some("550 5.1.1 unknown"), may_refuse=True),
        "refuses some messages for good": Trouble(data=_some("554 5.7.1 no"), may_refuse=True),
        "hangs up at each address for 24 h": Trouble(rcpt=_a_day("hang up")),
        "takes each message, hangs up and forgets it, once each": Trouble(data=_at_first("hang up")),
        "takes each message, hangs up and forgets it, for 24 h": Trouble(data=_a_day("hang up"), may_refuse=True),
        "is slow": Trouble(data=lambda _address, _days: "slow 0.05"),
        "falls silent after the message, once each": Trouble(data=_at_first("slow 0.8"), may_double=True),
        "falls silent after the message for ever": Trouble(
            data=lambda _address, _days: "slow 0.8", may_double=True, may_refuse=True
        ),
        "cuts after the message, for ever": Trouble(
            data=lambda _address, _days: "take it and hang up", may_double=True, may_refuse=True
        ),
    }


def mail_troubles(people: int) -> dict[str, dict[str, int]]:
    """Each trouble for six days of a clock that is told, then what everybody got and what the facilitator reads."""
    settings.PHRASE_MEMORY_MIB = 1
    return {name: _through(trouble, people) for name, trouble in troubles().items()}


def _through(trouble: Trouble, people: int) -> dict[str, int]:
    start = clock.now().replace(hour=10)
    wave = invited(people, start)
    days = 0.0
    unsaid = 0
    with smtp.server(
        rcpt=lambda address: trouble.rcpt(address, days), data=lambda address: trouble.data(address, days)
    ) as (server, port):
        for moment in moments(start):
            days = (moment - start) / DAY
            with _using(port if days >= trouble.away else free_port()), clock.at(moment):
                holder = worker.new_holder()
                worker.beat(holder)
                while worker.run_due(SENDING, worker.Turn(holder, lambda: False)):
                    pass
                unsaid += not says_why(wave)
    arrived = Counter(server.recipients)
    asked = set(wave.invitations.values_list("person__email", flat=True))
    refused = set(OutboxMail.objects.filter(wave=wave, state="refused").values_list("recipient", flat=True))
    return {
        "people": len(asked),
        "arrived": len(asked & set(arrived)),
        "lost": len(asked - set(arrived) - refused),
        "refused": 0 if trouble.may_refuse else len(refused),
        "twice": 0 if trouble.may_double else sum(arrived[each] > 1 for each in asked),
        "more": sum(arrived[each] > 2 for each in asked),
        "unsaid": unsaid,
    }


def invited(people: int, start: datetime) -> Wave:
    """A wave whose invitations are queued and go by mail."""
    personas.functions()
    ScheduledJob.objects.all().delete()
    OutboxMail.objects.filter(state__in=("queued", "sending")).delete()
    with clock.at(start):
        wave = wave_steps.collecting(personas.cast(people=people // 2), level=1).wave
        Account.objects.update(last_login=clock.now())
        Wave.objects.filter(pk=wave.pk).update(links_by_hand=False)
        wave.refresh_from_db()
        invitations.queue_invitations(by=SYSTEM, wave=wave)
        worker.schedule(SENDING)
    return wave


def moments(start: datetime) -> Iterator[datetime]:
    """Each quarter of an hour of the first day and a bit, then every six hours."""
    yield from (start + timedelta(minutes=15 * number) for number in range(110))
    yield from (start + timedelta(hours=28 + 6 * number) for number in range(20))


@contextmanager
def _using(port: int) -> Iterator[None]:
    patches: list[AbstractContextManager[object]] = [
        mock.patch.object(transport, "LAST_WORD", 0.3),
        override_settings(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST="127.0.0.1", EMAIL_PORT=port, EMAIL_HOST_USER="", EMAIL_HOST_PASSWORD="",
            EMAIL_USE_TLS=False, EMAIL_USE_SSL=False, EMAIL_TIMEOUT=0.3,
        ),
    ]  # fmt: skip
    with ExitStack() as stack:
        for patch in patches:
            stack.enter_context(patch)
        yield


def says_why(wave: Wave) -> bool:
    """Every invitation that has not left carries its reason, or the page says why mails do not leave at all."""
    trouble = bool(screen.post_of(wave).trouble)
    _page, lines = screen.lines_of(wave, SIDES, None)
    return all(line.reason or (trouble and line.state == "queued") for line in lines if line.state != "sent")


# ---------------------------------------------------------------- Killed while it sends
def kill_senders(kills: int, people: int = 40) -> dict[str, int]:
    """A worker killed again and again in the middle of its mails; what it held is free after a moment of silence."""
    chance = random.Random(7)
    wave = invited(people, clock.now())
    with smtp.server(data=lambda _address: "slow 0.02") as (server, port):
        for _ in range(kills):
            with _worker(port) as process:
                before = len(server.recipients)
                _until(lambda before=before: len(server.recipients) > before + chance.randint(0, 3) or _all_left(wave))
                time.sleep(chance.uniform(0, 0.05))
                process.send_signal(signal.SIGKILL)
        with _worker(port):
            _until(lambda: _all_left(wave))
    arrived = Counter(server.recipients)
    asked = set(wave.invitations.values_list("person__email", flat=True))
    return {
        "people": len(asked),
        "lost": len(asked - set(arrived)),
        "twice": sum(arrived[each] == 2 for each in asked),
        "more": sum(arrived[each] > 2 for each in asked),
        "kills": kills,
    }


@contextmanager
def _worker(port: int) -> Iterator[subprocess.Popen[bytes]]:
    mail = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_STARTTLS": "no", "SMTP_TIMEOUT": "5"}
    process = subprocess.Popen([sys.executable, str(WORKER), "0.2", "1"], env=os.environ | mail)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _all_left(wave: Wave) -> bool:
    return not OutboxMail.objects.filter(wave=wave, state__in=("queued", "sending")).exists()


def _until(true: Callable[[], bool], patience: float = 180) -> None:
    end = time.monotonic() + patience
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("waited in vain")
        time.sleep(0.01)
