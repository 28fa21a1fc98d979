"""What the worker does by itself, and how often. Each job is one action, run in one place at a time."""

from datetime import timedelta

from reciproque.app.shared import worker
from reciproque.app.shared.worker import Job, Turn
from reciproque.app.survey.actions import closing, invitations, sealing
from reciproque.app.survey.actions.delivery import send_due_mails
from reciproque.app.survey.mail import outbox


def open_waves(turn: Turn) -> bool:
    sealing.open_due()
    return False


def send_mails(turn: Turn) -> bool:
    return send_due_mails(holder=turn.holder, stopping=turn.stopping)


def remind(turn: Turn) -> bool:
    invitations.queue_due_reminders()
    return False


def close_waves(turn: Turn) -> bool:
    closing.close_due()
    return False


def destroy_ballots(turn: Turn) -> bool:
    closing.purge_due()
    return False


def invite_accounts(turn: Turn) -> bool:
    invitations.queue_account_invitations()
    return False


def mail_log_heads(turn: Turn) -> bool:
    invitations.queue_log_heads()
    return False


def prune(turn: Turn) -> bool:
    outbox.prune()
    worker.forget_silent()
    return False


JOBS = (
    Job("open waves", timedelta(minutes=1), open_waves),
    Job("send mails", timedelta(seconds=5), send_mails),
    Job("invite accounts", timedelta(seconds=30), invite_accounts),
    Job("close waves", timedelta(minutes=1), close_waves),
    Job("remind", timedelta(minutes=15), remind),
    Job("destroy ballots", timedelta(hours=1), destroy_ballots),
    Job("mail the head of the log", timedelta(hours=1), mail_log_heads),
    Job("prune", timedelta(hours=1), prune),
)
