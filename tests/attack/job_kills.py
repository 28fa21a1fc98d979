"""The worker killed in the middle of each of its jobs, at every write; another one goes on, and the end is the same.

One installation holds something due for every job. For each job: the end of an undisturbed run is noted; then, from
the same beginning, a worker is killed at its first write, its second, and so on, and a second worker takes over.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.utils import timezone

import personas
import promised
import wave_steps
import workshops
import worlds
from attack.submissions import drop_connections
from killer import Killer
from reciproque.app.commitments.jobs import JOBS as PROMISES
from reciproque.app.dialogue.actions import minutes, sessions
from reciproque.app.dialogue.jobs import JOBS as WORKSHOPS
from reciproque.app.reading import actions as reading
from reciproque.app.shared import audit, clock, worker
from reciproque.app.shared.audit import actor
from reciproque.app.shared.models import ScheduledJob
from reciproque.app.survey.jobs import JOBS as SURVEY
from reciproque.app.survey.models import OutboxMail, Wave

JOBS = (*SURVEY, *PROMISES, *WORKSHOPS)
ELSEWHERE = {"send mails"}  # mail_faults.py: what has left cannot be put back
DAY = timedelta(days=1)
# Drawn at random, counted by the database, or about the worker itself.
UNLIKE = {"id", "key", "hash", "previous_hash", "holder", "draw", "last_error", "pdf_fr", "pdf_en", "root"}
ABOUT_WORKERS = ("scheduledjob", "workerbeat", "session", "cache", "migrations", "sqlite_sequence")


# ---------------------------------------------------------------- Something due for every job
def due() -> dict[str, datetime]:
    """Set everything up; when each job has something to do."""
    personas.functions()
    now = clock.now().replace(microsecond=0)
    tuesday = _next(now + 5 * DAY, 1)
    return {
        "destroy ballots": _opened(now),  # first: its closing closes whatever is due by then
        "invite accounts": now + timedelta(hours=1),
        "mail the head of the log": (now + DAY).replace(hour=11),
        "prune": now + 9 * DAY,
        "open waves": _sealed(now),
        "close waves": _answered(now),
        "remind": _written_to(now, tuesday),
        "remind of promises": _promise(now),
        "promises of the week": _next(now, 0),
        "seal votes of workshops": _voting(),
        "freeze minutes": _ended(),
    }


def _next(after: datetime, weekday: int) -> datetime:
    days = (weekday - after.weekday()) % 7 or 7
    return (timezone.localtime(after) + days * DAY).replace(hour=11, minute=0)


def _sealed(now: datetime) -> datetime:
    made = wave_steps.sealing_of(
        personas.cast(people=5), level=1, opens_at=now + DAY, closes_at=now + timedelta(days=20)
    )
    for name in ("client_sponsor", "supplier_sponsor"):
        made.seal(name)
    return now + DAY + timedelta(minutes=1)


def _answered(now: datetime) -> datetime:
    made = wave_steps.collecting(personas.cast(people=6), level=1, closes_at=now + timedelta(days=3))
    made.answer_all({"client": 6, "supplier": 5})
    return made.wave.closes_at + timedelta(minutes=1)


def _written_to(now: datetime, tuesday: datetime) -> datetime:
    made = wave_steps.collecting(personas.cast(people=5), level=1, closes_at=now + timedelta(days=25))
    Wave.objects.filter(pk=made.wave.pk).update(links_by_hand=False, last_mailed_at=now)
    for invitation in made.wave.invitations.all():
        OutboxMail.objects.create(
            kind="invitation", wave=made.wave, invitation=invitation, recipient=invitation.person.email,
            once=f"invitation:{invitation.pk}", state="sent", not_before=now,
        )  # fmt: skip
    return tuesday


def _opened(now: datetime) -> datetime:
    made = wave_steps.closed(personas.cast(people=6), level=1)
    for name in ("client_sponsor", "supplier_sponsor"):
        reading.turn_key(by=actor(made.account(name)), wave=Wave.objects.get(pk=made.wave.pk), phrase="")
    wave = Wave.objects.get(pk=made.wave.pk)
    for place, destiny in enumerate(("publish", "reword", "facilitator")):
        worlds.add_texts(wave.publication, 2, destiny, start=10 * place)
    return wave.contest_until + timedelta(hours=1)


def _promise(now: datetime) -> datetime:
    promised.Promises(personas.cast(people=5)).open()
    day = timezone.localdate(now) + 7 * DAY
    return timezone.make_aware(datetime(day.year, day.month, day.day, 11))


def _voting() -> datetime:
    made = workshops.voting_open(personas.cast(people=5))
    workshops.everybody_votes(made, client=[0, 1, 2, 0, 1], supplier=[1, 1, 0, 0, 2])
    return made.vote_closes_at + timedelta(minutes=1)


def _ended() -> datetime:
    made = workshops.revealed(personas.cast(people=5))
    by = actor(made.facilitator)
    sessions.end(by=by, session=made)
    minutes.draft_minutes(by=by, session=made)
    made.refresh_from_db()
    return made.amend_until + timedelta(minutes=1)


# ---------------------------------------------------------------- Killed, and taken over
def kill_jobs(most: int) -> dict[str, Any]:
    """For each job: how many points were tried, at most so many evenly spread, and what went wrong."""
    moments = due()
    assert {job.name for job in JOBS} == moments.keys() | ELSEWHERE, "a job without anything due"
    drop_connections()
    snapshot = Snapshot()
    return {job.name: _every_point(snapshot, job, moments[job.name], most) for job in JOBS if job.name in moments}


def planted() -> list[str]:
    """A defect planted: a job that counts twice what it did before it was killed. What is found wrong with it."""
    drop_connections()
    snapshot = Snapshot()

    def run(_turn: worker.Turn) -> bool:
        for _ in range(2):
            with transaction.atomic():
                audit.record(by=audit.SYSTEM, action="planted", subject="", audience="both")
        return False

    return list(_every_point(snapshot, worker.Job("planted", DAY, run), clock.now(), 30)["wrong"])


def _every_point(snapshot: Snapshot, job: worker.Job, moment: datetime, most: int) -> dict[str, Any]:
    before = _in_child(lambda: state())
    writes = _in_child(lambda: _run(job, moment, Killer(0, only_writes=True)))
    end = _in_child(lambda: state())
    wrong = [] if end != before else ["the job did nothing"]
    points = range(1, writes + 1)
    tried = points[:: max(1, -(-len(points) // most))]
    for point in tried:
        snapshot.put_back()
        if _in_child(lambda point=point: _run(job, moment, Killer(point, only_writes=True))) is not None:
            wrong.append(f"point {point} was not reached")
        _in_child(lambda: _run(job, moment, None))
        if (reached := _in_child(lambda: state())) != end:
            wrong.append(f"point {point}: {_difference(end, reached)}")
    snapshot.put_back()
    return {"writes": writes, "points": len(tried), "wrong": wrong}


def _run(job: worker.Job, moment: datetime, killer: Killer | None) -> int:
    """One look of a new worker at this job; the writes that it made."""
    with clock.at(moment):
        worker.schedule([job])
        ScheduledJob.objects.filter(name=job.name).update(next_at=moment)
        if killer:
            for connection in connections.all():
                connection.ensure_connection()
            killer.install(connections.all(), ("fsync", "link", "unlink"))
        while worker.run_due([job], worker.Turn(worker.new_holder(), lambda: False)):
            pass
        if ScheduledJob.objects.get(name=job.name).failures:
            raise RuntimeError(f"{job.name} failed")
    return killer.seen if killer else 0


def _in_child(work: Callable[[], Any]) -> Any:
    """Run in a fork; None when it was killed."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            said = json.dumps(work())
        except BaseException as error:
            said = json.dumps({"error": repr(error)})
        os.close(read)
        with os.fdopen(write, "w") as pipe:
            pipe.write(said)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    found = json.loads(said) if said else None
    if isinstance(found, dict) and "error" in found:
        raise RuntimeError(found["error"])
    return found


# ---------------------------------------------------------------- What there is
def state() -> dict[str, list[str]]:
    """Every row of both databases but what is drawn at random, and the names of the secret files.

    A file half made has a name of its own, with a dot; it is destroyed with the file that it was to be.
    """
    found = {"secrets": sorted(path.name for path in settings.SECRETS_DIR.glob("[!.]*"))}
    for connection in connections.all():
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                if not any(word in table for word in ABOUT_WORKERS):
                    found[f"{connection.alias}.{table}"] = sorted(_rows(cursor, table))
    return found


def _rows(cursor: Any, table: str) -> Iterator[str]:
    cursor.execute(f'SELECT * FROM "{table}"')
    names = [column[0] for column in cursor.description]
    for row in cursor.fetchall():
        yield repr([bytes(value) if isinstance(value, memoryview) else value
                    for name, value in zip(names, row, strict=True) if name not in UNLIKE])  # fmt: skip


def _difference(end: dict[str, list[str]], reached: dict[str, list[str]]) -> str:
    tables = [name for name in end if end[name] != reached.get(name)]
    return ", ".join(f"{name} ({len(end[name])} rows, {len(reached.get(name, []))} reached)" for name in tables)


class Snapshot:
    """The databases and secret files as they were, put back before each point."""

    def __init__(self) -> None:
        self.kept = Path(f"{settings.DATA_DIR}-kept")
        self.name = str(connections["default"].settings_dict["NAME"])
        self.on_files = connections["default"].vendor == "sqlite"
        shutil.rmtree(self.kept, ignore_errors=True)
        shutil.copytree(settings.DATA_DIR, self.kept)
        if not self.on_files:
            self._server(f'CREATE DATABASE "{self.name}_kept" TEMPLATE "{self.name}"')

    def put_back(self) -> None:
        shutil.rmtree(settings.DATA_DIR)
        shutil.copytree(self.kept, settings.DATA_DIR)
        if not self.on_files:
            self._server(
                f'DROP DATABASE "{self.name}" WITH (FORCE)',
                f'CREATE DATABASE "{self.name}" TEMPLATE "{self.name}_kept"',
            )

    def _server(self, *statements: str) -> None:
        import psycopg

        with psycopg.connect(settings.DATABASE_URL.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)
