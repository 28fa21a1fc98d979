"""What the worker does by itself about promises."""

from datetime import timedelta

from reciproque.app.commitments.actions.reminders import queue_digests, queue_promise_reminders
from reciproque.app.shared.worker import Job, Turn


def remind_of_promises(turn: Turn) -> bool:
    queue_promise_reminders()
    return False


def write_digests(turn: Turn) -> bool:
    queue_digests()
    return False


JOBS = (
    Job("remind of promises", timedelta(hours=1), remind_of_promises),
    Job("promises of the week", timedelta(hours=1), write_digests),
)
