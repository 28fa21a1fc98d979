"""``reciproque serve``: prepare the databases, then serve the pages; with ``--with-worker`` the jobs run beside.

The process that watches over the others stays small: it does not load the product itself.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from reciproque.cli.errors import CannotRun
from reciproque.cli.running import running
from reciproque.config import env

PATIENCE = 30  # seconds for the worker to reach a safe place


def run(arguments: argparse.Namespace) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # until the web server listens to it
    _refuse_taken_port(arguments.host, arguments.port)
    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    address = f"http://{host}:{arguments.port}"
    folder = env.folder("RECIPROQUE_DATA", "data")
    prepared = subprocess.run([sys.executable, "-m", "reciproque.cli.prepare", address], check=False)
    if prepared.returncode:
        return prepared.returncode
    with running(folder), _worker() if arguments.with_worker else nullcontext():
        print(f"Réciproque is served on {address}", flush=True)
        Granian(
            "reciproque.config.wsgi:application",
            address=arguments.host,
            port=arguments.port,
            interface=Interfaces.WSGI,
            workers=arguments.workers,
            blocking_threads=4 if os.environ.get("DATABASE_URL") else 1,
            respawn_failed_workers=True,
            log_access=False,
            log_level=LogLevels.warning,
        ).serve()
    return 0


def _refuse_taken_port(host: str, port: int) -> None:
    """The web server would share a port with another one and answer every other request."""
    try:
        family, kind, protocol, _name, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(place)
            trial.listen(1)
    except OSError as error:
        raise CannotRun(f"cannot serve on {host}:{port}: {error.strerror}. Choose another with --port.") from error


@contextmanager
def _worker() -> Iterator[None]:
    """The jobs, stopped at their next safe place when the pages stop."""
    worker = subprocess.Popen([sys.executable, "-m", "reciproque.cli.main", "worker"])
    try:
        yield
    finally:
        worker.terminate()
        try:
            worker.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            worker.kill()  # loses nothing: jobs can be killed at any point
