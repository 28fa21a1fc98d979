"""``reciproque backup``: both databases in a folder, with their hashes. Never a wave's secret."""

import argparse
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connections
from django.utils import timezone
from psycopg.conninfo import make_conninfo
from rich.progress import Progress

import reciproque
from reciproque.cli.errors import CannotRun
from reciproque.cli.prepare import SCHEMAS

MANIFEST = "manifest.json"
BLOCK = 1 << 20
NO_SECRETS = "The secrets and locks of waves are not in it, on purpose."


class BadBackup(CannotRun):
    """The folder is not a backup that can be used; says why."""


def run(arguments: argparse.Namespace) -> int:
    os.nice(10)  # people who answer meanwhile come first
    print(write(arguments.folder))
    return 0


def file_of(alias: str) -> str:
    return f"{alias}.sqlite3" if connections[alias].vendor == "sqlite" else f"{alias}.dump"


def write(folder: Path) -> str:
    """Copy both databases while the product runs; the folder appears under its name only when it is complete.

    The ballot store comes last: of a wave that closes meanwhile, the main copy still says that it collects, and closing
    again ends well. The other way round a wave would be closed whose ballots never were.
    """
    folder = folder.resolve()  # "." has no name, and no neighbour
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadBackup(f"{folder} is not empty. Name a new folder.")
    partial = folder.with_name(folder.name + ".partial")
    try:
        hashes = _write(partial)
        if folder.exists():
            folder.rmdir()
        os.replace(partial, folder)
        sync(folder.parent)
    except (OSError, sqlite3.Error, CannotRun) as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise BadBackup(f"No backup was written in {folder}: {error}") from error
    return f"Backup written to {folder}: {', '.join(hashes)}. {NO_SECRETS}"


def _write(partial: Path) -> dict[str, str]:
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    for alias in SCHEMAS:
        _dump(alias, partial / file_of(alias))
    hashes = {path.name: sha256(path) for path in sorted(partial.iterdir())}
    about = {
        "version": reciproque.__version__,
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "sha256": hashes,
    }
    (partial / MANIFEST).write_text(json.dumps(about, indent=2))
    for path in (*partial.iterdir(), partial):
        sync(path)
    return hashes


def _dump(alias: str, target: Path) -> None:
    connection = connections[alias]
    if connection.vendor == "sqlite":
        _copy_sqlite(Path(connection.settings_dict["NAME"]), target)
        return
    with postgres("pg_dump", alias, "--format=custom", f"--schema={SCHEMAS[alias]}", f"--file={target}"):
        pass


def _copy_sqlite(source: Path, target: Path) -> None:
    """One reading transaction from the first page to the last: else every write meanwhile starts the copy again."""
    with (
        closing(sqlite3.connect(f"{source.as_uri()}?mode=rw", uri=True, isolation_level=None)) as origin,
        closing(sqlite3.connect(target)) as copy,
        Progress(transient=True) as bar,
    ):
        task = bar.add_task(source.name, total=None)
        origin.execute("BEGIN")
        origin.execute("SELECT count(*) FROM sqlite_master").fetchone()
        origin.backup(
            copy, pages=4096, progress=lambda _s, left, total: bar.update(task, total=total, completed=total - left)
        )
        copy.execute("PRAGMA journal_mode=DELETE")


@contextmanager
def postgres(program: str, alias: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """One of PostgreSQL's own programs at work on the database of an alias; it must have succeeded at the end.

    It inherits the lock on the data folder: should this process be killed, the lock is held until that one ends too.
    """
    database = connections[alias].settings_dict
    kept = {name: value for name, value in database["OPTIONS"].items() if name not in {"options", "pool"}}
    place = {"host": database["HOST"], "port": database["PORT"], "user": database["USER"], "dbname": database["NAME"]}
    where = make_conninfo(**{name: value for name, value in (place | kept).items() if value})
    environment = {**os.environ, "PGPASSWORD": database["PASSWORD"]}
    command = [program, f"--dbname={where}", *options]
    try:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, close_fds=False)
    except FileNotFoundError as error:
        raise BadBackup(f"{program} is not installed. Install PostgreSQL's client programs.") from error
    try:
        with process:
            yield process
    except BrokenPipeError:
        pass  # it gave up: its message is on the screen, and its exit code says so below
    if process.returncode:
        raise BadBackup(f"{program} failed; its message is above.")


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def sync(path: Path) -> None:
    """What is in a file, or which files a folder holds, is on the disk when this returns."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
