"""``reciproque worker``: sends mails, opens, closes and purges waves when they are due. Several may run."""

import argparse

from django.conf import settings

from reciproque.app.shared.worker import new_holder, run_until, stop_on_signals
from reciproque.app.survey.jobs import JOBS
from reciproque.cli.prepare import prepare
from reciproque.cli.running import running


def run(arguments: argparse.Namespace) -> int:
    prepare()
    with running(settings.DATA_DIR):
        run_until(stop_on_signals(), JOBS, holder=new_holder())
    return 0
