"""A worker in a process of its own, to be killed. Its site and its mail server come from the environment."""

import os
import sys
from datetime import timedelta


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "reciproque.config.settings"
    import django

    django.setup()
    from reciproque.app.shared import worker
    from reciproque.app.survey.jobs import JOBS

    worker.BEAT = timedelta(seconds=float(sys.argv[1]))
    worker.SILENT = timedelta(seconds=float(sys.argv[2]))
    worker.PAUSE = timedelta(seconds=0.1)
    worker.run_until(worker.stop_on_signals(), JOBS, holder=worker.new_holder())


if __name__ == "__main__":
    main()
