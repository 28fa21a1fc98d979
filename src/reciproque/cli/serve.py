"""``reciproque serve``: prepare the databases, then serve the pages; with ``--with-worker`` the jobs run beside.

The process that watches over the others stays small: it does not load the product itself.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from reciproque.cli.errors import CannotRun
from reciproque.cli.running import running
from reciproque.config import env, orphans

# Seconds: for the worker to reach a safe place, between two looks at it, before it is started again.
PATIENCE = 30
LOOK = 0.2
SHORTEST_WAIT, LONGEST_WAIT = 1.0, 60.0
GROWN_UP = 60.0
STARTED = 15.0  # a web server that lasted for so long could start


def run(arguments: argparse.Namespace) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # until the web server listens to it
    _refuse_taken_port(arguments.host, arguments.port)
    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    address = f"http://{host}:{arguments.port}"
    folder = env.folder("RECIPROQUE_DATA", "data")
    prepared = subprocess.run([sys.executable, "-m", "reciproque.cli.prepare", address], check=False)
    if prepared.returncode:
        return prepared.returncode
    orphans.adopt()
    with running(folder), _worker() if arguments.with_worker else nullcontext():
        print(f"Réciproque is served on {address}", flush=True)
        _pages(arguments)
    return 0


def _pages(arguments: argparse.Namespace) -> None:
    """The web server replaces a process that dies, and gives up when the next one dies at once.

    That may be a product that cannot start, or a machine short of memory: in the second case it goes on.
    """
    while True:
        born = time.monotonic()
        try:
            _web_server(arguments).serve()
            return
        except SystemExit as gave_up:
            if not gave_up.code or time.monotonic() - born < STARTED:
                raise
        print("Réciproque: the web server had stopped; it is started again.", file=sys.stderr, flush=True)


def _web_server(arguments: argparse.Namespace) -> Any:
    return Granian(
        "reciproque.config.wsgi:application",
        address=arguments.host,
        port=arguments.port,
        interface=Interfaces.WSGI,
        workers=arguments.workers,
        blocking_threads=4 if os.environ.get("DATABASE_URL") else 1,
        respawn_failed_workers=True,
        log_access=False,
        log_level=LogLevels.warning,
    )


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
    """The jobs, started again when they die, stopped at their next safe place when the pages stop."""
    stopping = threading.Event()
    keeper = threading.Thread(target=_keep, args=(_start(), stopping))
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        keeper.join()


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "reciproque.cli.main", "worker"])


def _keep(worker: subprocess.Popen[bytes], stopping: threading.Event) -> None:
    """One worker at a time. It loses nothing by being killed; one that dies young is given more and more time."""
    wait, born = SHORTEST_WAIT, time.monotonic()
    while not stopping.wait(LOOK):
        if worker.poll() is None:
            continue
        wait = SHORTEST_WAIT if time.monotonic() - born > GROWN_UP else min(2 * wait, LONGEST_WAIT)
        if stopping.wait(wait):
            return
        print("Réciproque: the worker had stopped; it is started again.", file=sys.stderr, flush=True)
        worker, born = _start(), time.monotonic()
    _stop(worker)


def _stop(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    try:
        worker.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
