"""The worker as a process: killed with -9, told to stop, several at once. Thirty mails, each one leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import smtp

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
MAILS = 30

SEED = """
import django; django.setup()
from django.core.management import call_command
for alias in ("default", "ballots"):
    call_command("migrate", database=alias, verbosity=0)
call_command("createcachetable", verbosity=0)
from datetime import timedelta
import personas, wave_steps
from reciproque.app.shared import clock
from reciproque.app.shared.audit import SYSTEM
from reciproque.app.directory.models import Account
from reciproque.app.survey.actions import invitations
from reciproque.app.survey.models import Wave
wave = wave_steps.collecting(personas.cast(people=15)).wave
Account.objects.update(last_login=clock.now())
Wave.objects.update(links_by_hand=False)
wave.refresh_from_db()
invitations.queue_invitations(by=SYSTEM, wave=wave)
"""
COUNT = """
import django; django.setup()
from collections import Counter
from reciproque.app.survey.models import OutboxMail
print(dict(Counter(OutboxMail.objects.filter(kind="invitation").values_list("state", flat=True))))
"""


class Site:
    """A data folder with thirty invitations to send, and workers on it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "reciproque.config.settings",
            "RECIPROQUE_DATA": str(folder),
            "RECIPROQUE_PHRASE_MEMORY_MIB": "1",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(port),
            "SMTP_STARTTLS": "no",
            "SMTP_TIMEOUT": "5",
            "PYTHONPATH": f"{HERE.parent.parent}",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
        }
        self.workers: list[subprocess.Popen[bytes]] = []
        self.python(SEED)

    def python(self, code: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout.strip()

    def worker(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(HERE / "mail_worker.py"), "0.3", "2"]
        self.workers.append(subprocess.Popen(command, env=self.environment))
        return self.workers[-1]

    def states(self) -> str:
        return self.python(COUNT)


def reached(server: smtp.Handler) -> list[str]:
    """The people invited; sponsors also get the head of the log."""
    return [address for address in server.recipients if address.startswith("person")]


def wait_for(condition, seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.02)


def slow(_address: str) -> str:
    """Accept each mail after a while, so that a worker can be caught in the middle."""
    return "slow 0.05"


@pytest.fixture
def site(tmp_path) -> Iterator[tuple[Site, smtp.Handler]]:
    with smtp.server(data=slow) as (handler, port):
        made = Site(tmp_path, port)
        yield made, handler
        for worker in made.workers:
            worker.kill()
            worker.wait()


def test_a_killed_worker_loses_no_mail_and_doubles_at_most_one(site):
    here, server = site
    first = here.worker()
    wait_for(lambda: len(reached(server)) >= 8)
    first.send_signal(signal.SIGKILL)
    first.wait()
    before = len(reached(server))
    assert before < MAILS
    here.worker()
    wait_for(lambda: len(set(reached(server))) == MAILS)
    wait_for(lambda: here.states() == f"{{'sent': {MAILS}}}")
    times = Counter(reached(server))
    assert sum(times.values()) <= MAILS + 1, times.most_common(3)


def test_told_to_stop_it_finishes_the_mail_at_hand_and_no_other(site):
    here, server = site
    worker = here.worker()
    wait_for(lambda: len(reached(server)) >= 3)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=20) == 0
    left = len(reached(server))
    assert left < MAILS
    assert here.states() in (
        f"{{'sent': {left}, 'queued': {MAILS - left}}}",
        f"{{'queued': {MAILS - left}, 'sent': {left}}}",
    )


def test_three_workers_at_once_send_each_mail_once(site):
    here, server = site
    for _ in range(3):
        here.worker()
    wait_for(lambda: here.states() == f"{{'sent': {MAILS}}}")
    assert Counter(reached(server)).most_common(1)[0][1] == 1
    assert len(reached(server)) == MAILS
