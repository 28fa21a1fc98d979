"""``reciproque worker``: sends mails, opens, closes and purges waves when they are due. Several may run."""

import argparse

from reciproque.app.shared.worker import new_holder, run_until, stop_on_signals
from reciproque.app.survey.jobs import JOBS
from reciproque.cli.prepare import prepare


def run_worker() -> int:
    run_until(stop_on_signals(), JOBS, holder=new_holder())
    return 0


def run(arguments: argparse.Namespace) -> int:
    prepare()
    return run_worker()
