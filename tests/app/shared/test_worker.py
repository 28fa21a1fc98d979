"""Periodic jobs: each by one living worker at a time; failures wait longer; nothing a dead worker held is lost."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError

from reciproque.app.shared import clock, worker
from reciproque.app.shared.models import ScheduledJob, WorkerBeat
from reciproque.app.shared.worker import Job, JobFailed, Turn, beat, run_due, schedule

MINUTE = timedelta(minutes=1)


class Work:
    """A job that counts its runs and does as told."""

    def __init__(self, name: str = "work", *, more: bool = False, error: Exception | None = None) -> None:
        self.runs: list[str] = []
        self.more, self.error = more, error
        self.job = Job(name, MINUTE, self)

    def __call__(self, turn: Turn) -> bool:
        self.runs.append(turn.holder)
        if self.error:
            raise self.error
        return self.more


def turn(holder: str, stopping: bool = False) -> Turn:
    beat(holder)
    return Turn(holder, lambda: stopping)


def test_a_job_runs_when_due_and_not_before(db):
    work = Work()
    schedule([work.job])
    moment = clock.now() + MINUTE
    for wait in (timedelta(0), timedelta(seconds=59), timedelta(seconds=61)):
        with clock.at(moment + wait):
            run_due([work.job], turn("a"))
    assert len(work.runs) == 2


def test_more_to_do_means_again_at_once(db):
    work = Work(more=True)
    schedule([work.job])
    assert run_due([work.job], turn("a"))
    assert run_due([work.job], turn("a"))
    assert len(work.runs) == 2


def test_a_job_held_by_a_living_worker_is_left_alone_and_by_a_dead_one_taken(db):
    work = Work()
    schedule([work.job])
    ScheduledJob.objects.update(holder="other")
    beat("other")
    run_due([work.job], turn("a"))
    assert work.runs == []
    WorkerBeat.objects.filter(holder="other").update(beat_at=clock.now() - worker.SILENT - timedelta(seconds=1))
    run_due([work.job], turn("a"))
    assert work.runs == ["a"]


@pytest.mark.parametrize("moved", [timedelta(days=1), timedelta(days=400)])
def test_a_clock_put_back_stops_no_job(db, moved):
    """The line written while the clock was wrong says tomorrow; the job runs now, once."""
    work = Work()
    schedule([work.job])
    with clock.at(clock.now() + moved):
        run_due([work.job], turn("a"))
    run_due([work.job], turn("a"))
    run_due([work.job], turn("a"))
    assert len(work.runs) == 2


def test_a_worker_that_died_in_the_future_holds_nothing(db):
    """It beat while the machine's clock was a day ahead."""
    work = Work()
    schedule([work.job])
    ScheduledJob.objects.update(holder="other")
    beat("other")
    WorkerBeat.objects.filter(holder="other").update(beat_at=clock.now() + timedelta(days=1))
    run_due([work.job], turn("a"))
    assert work.runs == ["a"]
    WorkerBeat.objects.filter(holder="other").update(beat_at=clock.now() + timedelta(days=2))
    worker.forget_silent()
    assert not WorkerBeat.objects.filter(holder="other").exists()


def test_two_workers_decide_in_one_statement(db):
    work = Work()
    schedule([work.job])
    beat("a"), beat("b")
    assert [worker._take(work.job, "a"), worker._take(work.job, "b")] == [True, False]


def test_waits_grow_after_each_failure_and_shrink_after_a_success(db):
    work = Work(error=JobFailed("connection"))
    schedule([work.job])
    moment, waits = clock.now() + MINUTE, []
    for _ in range(6):
        with clock.at(moment):
            run_due([work.job], turn("a"))
        line = ScheduledJob.objects.get()
        waits.append((line.next_at - moment) / MINUTE)
        moment = line.next_at
    assert waits == [1, 2, 4, 8, 15, 15]
    assert line.last_error == "connection"
    work.error = None
    with clock.at(moment):
        run_due([work.job], turn("a"))
    line.refresh_from_db()
    assert (line.failures, line.last_error, line.next_at - moment) == (0, "", MINUTE)


def test_one_failing_job_does_not_stop_the_others_and_its_words_stay_out_of_the_log(db, caplog):
    bad, good = Work("bad", error=ValueError("secret@example.test")), Work("good")
    schedule([bad.job, good.job])
    run_due([bad.job, good.job], turn("a"))
    assert good.runs == ["a"]
    assert "ValueError" in caplog.text
    assert "secret@example.test" not in caplog.text


def test_asked_to_stop_it_starts_nothing(db):
    work = Work()
    schedule([work.job])
    run_due([work.job], turn("a", stopping=True))
    assert work.runs == []


def test_scheduling_again_keeps_what_was_due(db):
    work = Work()
    schedule([work.job])
    run_due([work.job], turn("a"))
    schedule([work.job])
    run_due([work.job], turn("a"))
    assert len(work.runs) == 1


@pytest.mark.django_db(transaction=True, databases=["default", "ballots"])
def test_a_running_worker_beats_and_says_goodbye(monkeypatch):
    monkeypatch.setattr(worker, "BEAT", timedelta(seconds=0.05))
    monkeypatch.setattr(worker, "PAUSE", timedelta(seconds=0.05))
    stop, beats = threading.Event(), []

    def look(_: Turn) -> bool:
        beats.append(WorkerBeat.objects.get(holder="me").beat_at)
        if len(set(beats)) >= 3:
            stop.set()
        return True

    worker.run_until(stop, [Job("look", MINUTE, look)], holder="me")
    assert len(set(beats)) >= 3
    assert not WorkerBeat.objects.exists()


@pytest.mark.django_db(transaction=True, databases=["default", "ballots"])
def test_a_database_out_of_reach_when_it_starts_is_asked_again(monkeypatch):
    monkeypatch.setattr(worker, "PAUSE", timedelta(seconds=0.02))
    stop, troubles, runs = threading.Event(), iter([OperationalError("away"), InterfaceError("closed")]), []
    announce = worker.beat

    def trouble(holder: str) -> None:
        if error := next(troubles, None):
            raise error
        announce(holder)

    def work(_: Turn) -> bool:
        runs.append(1)
        stop.set()
        return False

    monkeypatch.setattr(worker, "beat", trouble)
    worker.run_until(stop, [Job("work", MINUTE, work)], holder="me")
    assert runs == [1]
