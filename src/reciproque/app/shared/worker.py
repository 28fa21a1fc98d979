"""Periodic jobs, each run by one living worker at a time, on SQLite as on PostgreSQL.

A worker beats every few seconds. What a silent worker held (a job, a mail being sent) is free again, so a killed
worker loses nothing; a slow one keeps what it holds for as long as it beats.
"""

from __future__ import annotations

import logging
import secrets
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import close_old_connections, connections
from django.db.models import Q
from django.db.utils import Error as StoreError

from reciproque.app.shared import clock
from reciproque.app.shared.models import ScheduledJob, WorkerBeat

logger = logging.getLogger("reciproque.worker")

BEAT = timedelta(seconds=5)
SILENT = timedelta(seconds=30)
PAUSE = timedelta(seconds=2)
FORGOTTEN = timedelta(days=1)
LONGEST_WAIT = timedelta(minutes=15)


class JobFailed(Exception):
    """A job could not do its work for a reason worth showing; it is tried again later."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Turn:
    """What a job knows while it runs: which worker runs it, and whether it should stop at the next safe place."""

    holder: str
    stopping: Callable[[], bool]


@dataclass(frozen=True)
class Job:
    """One periodic job. ``run`` returns True when there is more to do at once."""

    name: str
    every: timedelta
    run: Callable[[Turn], bool]


def new_holder() -> str:
    return secrets.token_hex(8)


# ---------------------------------------------------------------- Who is alive
def beat(holder: str) -> None:
    WorkerBeat.objects.update_or_create(holder=holder, defaults={"beat_at": _machine_time()})


def living() -> set[str]:
    """The workers heard of lately. One heard of in the future spoke before the machine's clock was put right."""
    now = _machine_time()
    heard = WorkerBeat.objects.filter(beat_at__range=(now - SILENT, now + SILENT))
    return set(heard.values_list("holder", flat=True))


def forget_silent() -> None:
    now = _machine_time()
    WorkerBeat.objects.exclude(beat_at__range=(now - FORGOTTEN, now + FORGOTTEN)).delete()


def _machine_time() -> datetime:
    """Whether a process is alive is not part of any story: the clock of the product may be set, this one may not."""
    return datetime.now(UTC)


# ---------------------------------------------------------------- Who runs what
def schedule(jobs: Sequence[Job]) -> None:
    """Write one line per job, due at once, for those that have none."""
    ScheduledJob.objects.bulk_create(
        [ScheduledJob(name=job.name, next_at=clock.now()) for job in jobs], ignore_conflicts=True
    )


def run_due(jobs: Sequence[Job], turn: Turn) -> bool:
    """Run what is due and free, one job after the other; says whether one of them has more to do at once."""
    lines = dict(ScheduledJob.objects.values_list("name", "next_at"))
    more = False
    for job in jobs:
        if job.name in lines and _is_due(job, lines[job.name]) and not turn.stopping() and _take(job, turn.holder):
            more |= _run(job, turn)
    return more


def _is_due(job: Job, next_at: datetime) -> bool:
    now = clock.now()
    return not now < next_at <= _latest(job, now)


def _latest(job: Job, now: datetime) -> datetime:
    """No job waits longer than that: a line that says later was written before the clock was put right."""
    return now + max(LONGEST_WAIT, job.every) + BEAT


def _take(job: Job, holder: str) -> bool:
    """One statement decides between two workers: the second finds the line held by a living one."""
    now = clock.now()
    due = Q(next_at__lte=now) | Q(next_at__gt=_latest(job, now))
    free = ScheduledJob.objects.filter(due, name=job.name).exclude(holder__in=living() - {holder})
    return free.update(holder=holder) == 1


def _run(job: Job, turn: Turn) -> bool:
    try:
        more = job.run(turn)
    except Exception as error:
        _failed(job, turn.holder, error)
        return False
    line = ScheduledJob.objects.filter(name=job.name, holder=turn.holder)
    line.update(holder="", failures=0, last_error="", next_at=clock.now() + (timedelta(0) if more else job.every))
    return more


def _failed(job: Job, holder: str, error: Exception) -> None:
    """Wait longer after each failure. The log gets the kind of the error, never its text, which may hold an address."""
    reason = error.reason if isinstance(error, JobFailed) else "unknown"
    logger.warning("job %s failed: %s (%s)", job.name, type(error).__name__, reason)
    if not isinstance(error, JobFailed):
        logger.warning("%s", "".join(traceback.format_tb(error.__traceback__)))
    line = ScheduledJob.objects.filter(name=job.name, holder=holder)
    failures = line.values_list("failures", flat=True).first() or 0
    wait = min(max(job.every, timedelta(minutes=1)) * 2 ** min(failures, 10), max(LONGEST_WAIT, job.every))
    line.update(holder="", failures=min(failures + 1, 1000), last_error=reason[:40], next_at=clock.now() + wait)


# ---------------------------------------------------------------- The process
def run_until(stop: threading.Event, jobs: Sequence[Job], *, holder: str) -> None:
    """Work until asked to stop; the job at hand ends at its next safe place."""
    started = False
    with _beating(holder):
        while not stop.is_set():
            if not started:
                started = _asked(lambda: _announce(jobs, holder))
            more = started and _asked(lambda: run_due(jobs, Turn(holder, stop.is_set)))
            if not more:
                stop.wait(PAUSE.total_seconds())
    _asked(lambda: bool(WorkerBeat.objects.filter(holder=holder).delete()))


def _announce(jobs: Sequence[Job], holder: str) -> bool:
    beat(holder)
    schedule(jobs)
    return True


def _asked(work: Callable[[], bool]) -> bool:
    """A database that does not answer, or a disk that is full, is asked again later: nobody has to come."""
    close_old_connections()
    try:
        return work()
    except StoreError as error:
        logger.warning("the database does not answer: %s", type(error).__name__)
        connections.close_all()
        return False


@contextmanager
def _beating(holder: str) -> Iterator[None]:
    done = threading.Event()
    thread = threading.Thread(target=_beat_until, args=(done, holder), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _beat_until(done: threading.Event, holder: str) -> None:
    while not done.wait(BEAT.total_seconds()):
        try:
            close_old_connections()
            beat(holder)
        except StoreError as error:
            logger.warning("a beat was missed: %s", type(error).__name__)
    connections.close_all()


def stop_on_signals() -> threading.Event:
    """An event set by SIGTERM and SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
