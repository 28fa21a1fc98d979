"""Installations alike, each with databases of its own, made in a moment: what the scenarios of faults run on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from itertools import count
from pathlib import Path
from typing import Any

from installations import Installation

TESTS = Path(__file__).resolve().parents[1]
SCRIPT = Path(__file__).with_name("fault_script.py")
PREPARE = "from reciproque.cli.prepare import prepare; prepare()"


class Ground:
    """Prepares one installation, in files or in the database that DATABASE_URL names, and copies it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.url, self._numbers = folder, os.environ.get("DATABASE_URL", ""), count(1)
        self.template = Installation(folder / "template", {"DATABASE_URL": self.url} if self.url else {})
        environment = self.template.environment | {"DJANGO_SETTINGS_MODULE": "reciproque.config.settings"}
        code = f"import django; django.setup(); {PREPARE}"
        subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=1200)

    @property
    def on_files(self) -> bool:
        return not self.url

    def fresh(self, folder: Path | None = None, **extra: str) -> Installation:
        number = next(self._numbers)
        folder = folder or self.folder / f"data-{number}"
        shutil.copytree(self.template.folder, folder, dirs_exist_ok=True)
        if self.url:
            extra["DATABASE_URL"] = self._copied(f"copy_{number}")
        settings = {"RECIPROQUE_PHRASE_MEMORY_MIB": "1", "PYTHONPATH": str(TESTS), "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
        return Installation(folder, settings | extra)

    def drop(self, installation: Installation) -> None:
        """Let go of a database, and of the disks that it lies on."""
        import psycopg

        server, _, name = installation.extra["DATABASE_URL"].rpartition("/")
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
            connection.execute("DROP TABLESPACE IF EXISTS small")

    def _copied(self, name: str) -> str:
        import psycopg

        server, _, template = self.url.rpartition("/")
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return f"{server}/{name}"


def script(installation: Installation, *words: object, said: object = None, timeout: int = 3600) -> Any:
    """Run one scenario of fault_script.py on an installation; what it measured."""
    name = str(words[0])
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *map(str, words)],
        env=installation.environment,
        input=json.dumps(said),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr[-3000:]}")
    return json.loads(done.stdout)[name]
