"""``reciproque backup`` and ``restore``: both databases in a folder, with their hashes. Never a wave's secret."""

import argparse
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from django.conf import settings
from django.db import connections
from django.utils import timezone
from rich.progress import Progress

import reciproque
from reciproque.cli.errors import CannotRun
from reciproque.cli.prepare import SCHEMAS
from reciproque.cli.running import stopped

MANIFEST = "manifest.json"
NO_SECRETS = "The secrets and locks of waves are not in it, on purpose."
HERE = (
    "On the machine and in the data folder that it came from, waves go on. "
    "Elsewhere, waves whose ballots are not destroyed yet can neither go on nor be opened: cancel them. "
    "Start `reciproque serve`, then `reciproque check`."
)


class BadBackup(CannotRun):
    """The folder is not a backup that can be used; says why."""


def run(arguments: argparse.Namespace) -> int:
    print(write(arguments.folder) if arguments.command == "backup" else _restore(arguments))
    return 0


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _file(alias: str) -> str:
    return f"{alias}.sqlite3" if connections[alias].vendor == "sqlite" else f"{alias}.dump"


def write(folder: Path) -> str:
    """Copy both databases while the product runs; the folder appears under its name only when it is complete."""
    if folder.exists() and any(folder.iterdir()):
        raise BadBackup(f"{folder} is not empty. Name a new folder.")
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    for alias in SCHEMAS:
        _dump(alias, partial / _file(alias))
    hashes = {path.name: sha256(path) for path in sorted(partial.iterdir())}
    about = {
        "version": reciproque.__version__,
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "sha256": hashes,
    }
    (partial / MANIFEST).write_text(json.dumps(about, indent=2))
    if folder.exists():
        folder.rmdir()
    os.replace(partial, folder)
    return f"Backup written to {folder}: {', '.join(hashes)}. {NO_SECRETS}"


def _dump(alias: str, target: Path) -> None:
    connection = connections[alias]
    if connection.vendor == "sqlite":
        _copy_sqlite(Path(connection.settings_dict["NAME"]), target)
        return
    _postgres_tool("pg_dump", alias, ["--format=custom", f"--schema={SCHEMAS[alias]}", f"--file={target}"])


def _copy_sqlite(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(source)) as origin,
        closing(sqlite3.connect(target)) as copy,
        Progress(transient=True) as bar,
    ):
        task = bar.add_task(source.name, total=None)
        origin.backup(
            copy, pages=4096, progress=lambda _s, left, total: bar.update(task, total=total, completed=total - left)
        )
        copy.execute("PRAGMA journal_mode=DELETE")


def _postgres_tool(program: str, alias: str, options: list[str]) -> None:
    database = connections[alias].settings_dict
    environment = {**os.environ, "PGPASSWORD": database["PASSWORD"]}
    where = [
        f"--{name}={database[key]}"
        for name, key in (("host", "HOST"), ("port", "PORT"), ("username", "USER"))
        if database[key]
    ]
    try:
        subprocess.run([program, *where, f"--dbname={database['NAME']}", *options], env=environment, check=True)
    except FileNotFoundError as error:
        raise BadBackup(f"{program} is not installed. Install PostgreSQL's client programs.") from error
    except subprocess.CalledProcessError as error:
        raise BadBackup(f"{program} failed; its message is above.") from error


def verified(folder: Path) -> dict[str, str]:
    """The hashes of a backup, after checking that every file has its own."""
    try:
        about = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError) as error:
        raise BadBackup(f"{folder} has no readable {MANIFEST}: it is not a complete backup.") from error
    for name, expected in about["sha256"].items():
        if not (folder / name).is_file():
            raise BadBackup(f"{name} is missing from {folder}.")
        if sha256(folder / name) != expected:
            raise BadBackup(f"{name} is not the file that was backed up: its hash differs. Nothing was restored.")
    return dict(about["sha256"])


def _restore(arguments: argparse.Namespace) -> str:
    files = verified(arguments.folder)
    if missing := {_file(alias) for alias in SCHEMAS} - set(files):
        raise BadBackup(f"This backup holds no {', '.join(sorted(missing))}: it comes from another kind of database.")
    if not arguments.replace and any(_tables(alias) for alias in SCHEMAS):
        raise BadBackup("There is data here already. Stop `serve` and `worker`, then add --replace to replace it.")
    with stopped(settings.DATA_DIR):
        _load(arguments.folder)
    return f"Restored from {arguments.folder}. {HERE}"


def _tables(alias: str) -> list[str]:
    return connections[alias].introspection.table_names()


def _load(folder: Path) -> None:
    """Everything is copied before the first file takes its place."""
    connections.close_all()
    ready: list[tuple[Path, Path]] = []
    for alias in SCHEMAS:
        source = folder / _file(alias)
        if connections[alias].vendor == "sqlite":
            target = Path(connections[alias].settings_dict["NAME"])
            fresh = target.with_suffix(".restoring")
            shutil.copyfile(source, fresh)
            ready.append((fresh, target))
        else:
            _postgres_tool(
                "pg_restore", alias, ["--clean", "--if-exists", "--no-owner", "--single-transaction", str(source)]
            )
    for fresh, target in ready:
        for leftover in _journals(target):
            leftover.unlink(missing_ok=True)
        os.replace(fresh, target)


def _journals(target: Path) -> Iterator[Path]:
    return (target.with_name(target.name + suffix) for suffix in ("-wal", "-shm", "-journal"))
