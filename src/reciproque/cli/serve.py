"""``reciproque serve``: prepare the databases, then serve the pages; with ``--with-worker`` the jobs run beside."""

import argparse
import subprocess
import sys

from django.conf import settings
from granian import Granian
from granian.constants import Interfaces

from reciproque.app.directory.setup import ensure_setup_code
from reciproque.cli.prepare import prepare


def run(arguments: argparse.Namespace) -> int:
    prepare()
    address = f"http://{arguments.host}:{arguments.port}"
    if code := ensure_setup_code():
        print(f"Nobody runs this installation yet. Open {address}/directory/setup/ and type this code once: {code}", flush=True)
    worker = _start_worker() if arguments.with_worker else None
    print(f"Réciproque is served on {address}", flush=True)
    try:
        Granian(
            "reciproque.config.wsgi:application",
            address=arguments.host,
            port=arguments.port,
            interface=Interfaces.WSGI,
            workers=arguments.workers,
            blocking_threads=1 if not settings.DATABASE_URL else 4,
            log_access=False,
            log_level="warning",  # type: ignore[arg-type]
        ).serve()
    finally:
        if worker:
            worker.terminate()
            worker.wait(timeout=30)
    return 0


def _start_worker() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "reciproque.cli.main", "worker"])
