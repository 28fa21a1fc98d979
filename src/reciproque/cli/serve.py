"""``reciproque serve``: prepare the databases, then serve the pages; with ``--with-worker`` the jobs run beside.

The process that watches over the others stays small: it does not load the product itself.
"""

import argparse
import os
import subprocess
import sys

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels


def run(arguments: argparse.Namespace) -> int:
    address = f"http://{arguments.host}:{arguments.port}"
    prepared = subprocess.run([sys.executable, "-m", "reciproque.cli.prepare", address], check=False)
    if prepared.returncode:
        return prepared.returncode
    worker = (
        subprocess.Popen([sys.executable, "-m", "reciproque.cli.main", "worker"]) if arguments.with_worker else None
    )
    print(f"Réciproque is served on {address}", flush=True)
    try:
        Granian(
            "reciproque.config.wsgi:application",
            address=arguments.host,
            port=arguments.port,
            interface=Interfaces.WSGI,
            workers=arguments.workers,
            blocking_threads=4 if os.environ.get("DATABASE_URL") else 1,
            log_access=False,
            log_level=LogLevels.warning,
        ).serve()
    finally:
        if worker:
            worker.terminate()
            worker.wait(timeout=30)
    return 0
