"""The command as a user runs it: another process, a data folder of its own, nothing else in its environment."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

COMMAND = (sys.executable, "-m", "reciproque.cli.main")
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")


class Started(subprocess.Popen[bytes]):
    """A command that runs."""

    said: IO[str]

    def all_said(self) -> str:
        self.said.seek(0)
        return self.said.read()


@dataclass
class Installation:
    """A data folder and what runs on it."""

    folder: Path
    extra: dict[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = COMMAND

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        return kept | {"RECIPROQUE_DATA": str(self.folder), "RECIPROQUE_PHRASE_MEMORY_MIB": "8"} | self.extra

    def run(self, *words: object, timeout: int = 120) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.command, *map(str, words)],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def python(self, code: str) -> str:
        """Run some Python inside the installation, and give back what it prints."""
        done = subprocess.run(
            [sys.executable, "-c", f"import django; django.setup()\n{code}"],
            env=self.environment | {"DJANGO_SETTINGS_MODULE": "reciproque.config.settings"},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def start(self, *words: object) -> Iterator[Started]:
        """Until the end of the block. What it says goes to a file: a pipe that nobody reads would stop it."""
        with tempfile.TemporaryFile("a+") as said:
            process = Started(
                [*self.command, *map(str, words)], env=self.environment, stdout=said, stderr=subprocess.STDOUT
            )
            process.said = said
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.terminate()
                    process.wait(timeout=60)


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def fetch(url: str, *, patience: float = 180) -> tuple[int, str]:
    """The status and the text of a page, once the server is up."""
    until = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
