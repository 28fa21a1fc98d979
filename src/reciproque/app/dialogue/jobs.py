"""What the worker does by itself about workshops."""

from datetime import timedelta

from reciproque.app.dialogue.actions.minutes import freeze_due
from reciproque.app.dialogue.actions.voting import seal_due
from reciproque.app.shared.worker import Job, Turn


def seal_votes(turn: Turn) -> bool:
    seal_due()
    return False


def freeze_minutes(turn: Turn) -> bool:
    freeze_due()
    return False


JOBS = (
    Job("seal votes of workshops", timedelta(seconds=5), seal_votes),
    Job("freeze minutes", timedelta(minutes=10), freeze_minutes),
)
