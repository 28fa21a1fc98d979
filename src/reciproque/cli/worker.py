"""``reciproque worker``: mails, waves to open, close or purge, reminders of promises. Several may run."""

import argparse

from reciproque.app.commitments.jobs import JOBS as PROMISES
from reciproque.app.dialogue.jobs import JOBS as WORKSHOPS
from reciproque.app.shared.worker import new_holder, run_until, stop_on_signals
from reciproque.app.survey.jobs import JOBS as SURVEY
from reciproque.cli.prepare import prepare
from reciproque.config.orphans import end_with_parent


def run(arguments: argparse.Namespace) -> int:
    stop = stop_on_signals()  # before anything that takes time: whoever asks it to stop is heard
    end_with_parent(stop.set)
    prepare()
    run_until(stop, (*SURVEY, *PROMISES, *WORKSHOPS), holder=new_holder())
    return 0
