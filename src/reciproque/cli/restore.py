"""``reciproque restore``: put a backup back, whole or not at all, whatever interrupts it.

1. Stage: every file is copied into the data folder, compared with its hash, and on the disk.
2. Decide: the staged folder takes its name in one step. Killed before, the old data is untouched.
3. Place: the staged copies take the place of the old data. Killed here, the next command on this data folder finishes.
"""

import argparse
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connections

from reciproque.cli.backup import BLOCK, MANIFEST, BadBackup, file_of, postgres, sync
from reciproque.cli.prepare import SCHEMAS
from reciproque.cli.running import pending, stopped

HERE = (
    "On the machine and in the data folder that it came from, waves go on. "
    "Elsewhere, waves whose ballots are not destroyed yet can neither go on nor be opened: cancel them. "
    "Start `reciproque serve`, then `reciproque check`."
)
# Numbers leap by a million. Links that were mailed and files of secrets carry numbers given after the backup was made:
# given again, they would let an old link answer in the place of somebody else.
LEAP_SQLITE = """
    BEGIN;
    INSERT INTO sqlite_sequence (name, seq)
        SELECT name, 0 FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'
        AND name NOT IN (SELECT name FROM sqlite_sequence);
    UPDATE sqlite_sequence SET seq = seq + 1000000;
    COMMIT;
"""
LEAP_POSTGRES = """
    SELECT setval(format('%I.%I', schemaname, sequencename), coalesce(last_value, 0) + 1000000)
    FROM pg_catalog.pg_sequences WHERE schemaname = '{schema}';
"""


def run(arguments: argparse.Namespace) -> int:
    print(restore(arguments.folder, replace=arguments.replace))
    return 0


def restore(folder: Path, *, replace: bool) -> str:
    files = listed(folder)
    if not replace and any(connections[alias].introspection.table_names() for alias in SCHEMAS):
        raise BadBackup("There is data here already. Stop `serve` and `worker`, then add --replace to replace it.")
    connections.close_all()
    with stopped(settings.DATA_DIR):
        stage(folder, files, pending(settings.DATA_DIR))
        try:
            _place()
        except BadBackup:
            _forget_if_whole()
            raise
    return f"Restored from {folder}. {HERE}"


def _forget_if_whole() -> None:
    """PostgreSQL refused: with one role it kept all of the old data. With two, one store may be new: finish later."""
    if len(_databases()) == 1:
        _forget(pending(settings.DATA_DIR))


def finish() -> None:
    """What a restore that was killed had decided is done before anything else looks at the databases."""
    if pending(settings.DATA_DIR).exists():
        with stopped(settings.DATA_DIR, wait=True):
            _place()


def listed(folder: Path) -> dict[str, str]:
    """The files of a backup with the hashes that they must have."""
    try:
        about = json.loads((folder / MANIFEST).read_text())
        hashes = {str(name): str(value) for name, value in about["sha256"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadBackup(f"{folder} has no readable {MANIFEST}: it is not a complete backup.") from error
    for alias in SCHEMAS:
        if file_of(alias) not in hashes:
            raise BadBackup(f"This backup holds no {file_of(alias)}: it comes from another kind of database.")
        if not (folder / file_of(alias)).is_file():
            raise BadBackup(f"{file_of(alias)} is missing from {folder}.")
    return hashes


def stage(folder: Path, hashes: dict[str, str], ready: Path) -> None:
    """Copy, compare, sync; `ready` exists once all is as it was backed up, and only then."""
    staged = ready.with_suffix(".partial")
    shutil.rmtree(staged, ignore_errors=True)
    try:
        staged.mkdir(mode=0o700)
        for alias in SCHEMAS:
            name = file_of(alias)
            if _copy(folder / name, staged / name) != hashes[name]:
                raise BadBackup(f"{name} is not the file that was backed up: its hash differs. Nothing was restored.")
            if connections[alias].vendor == "sqlite":
                _leap(staged / name)
            sync(staged / name)
        sync(staged)
    except (OSError, sqlite3.Error, BadBackup) as error:
        shutil.rmtree(staged, ignore_errors=True)
        raise error if isinstance(error, BadBackup) else BadBackup(f"Nothing was restored: {error}.") from error
    shutil.rmtree(ready, ignore_errors=True)  # decided by a restore that was killed; this one replaces it
    os.rename(staged, ready)
    sync(ready.parent)


def _copy(source: Path, target: Path) -> str:
    """Copy a file; the hash is that of the bytes written."""
    digest = hashlib.sha256()
    with source.open("rb") as old, target.open("xb") as new:
        while block := old.read(BLOCK):
            digest.update(block)
            new.write(block)
    return digest.hexdigest()


def _leap(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone():
            connection.executescript(LEAP_SQLITE)


def _place() -> None:
    """Each step may be done again. A file that is in its place already is no longer among the staged ones."""
    ready = pending(settings.DATA_DIR)
    for aliases in _databases():
        if connections[aliases[0]].vendor == "postgresql":
            _place_postgres(ready, aliases)
        elif (fresh := ready / file_of(aliases[0])).exists():
            _place_sqlite(fresh, Path(connections[aliases[0]].settings_dict["NAME"]))
    _forget(ready)


def _forget(ready: Path) -> None:
    done = ready.with_suffix(".done")
    shutil.rmtree(done, ignore_errors=True)
    os.rename(ready, done)
    sync(done.parent)
    shutil.rmtree(done)


def _place_sqlite(fresh: Path, target: Path) -> None:
    for suffix in ("-wal", "-shm", "-journal"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    os.replace(fresh, target)
    sync(target.parent)


def _databases() -> list[tuple[str, ...]]:
    """The stores that one transaction can replace together: both, on PostgreSQL with one role."""
    default, ballots = (connections[alias].settings_dict for alias in SCHEMAS)
    together = all(default[key] == ballots[key] for key in ("HOST", "PORT", "USER", "NAME"))
    return [tuple(SCHEMAS)] if together else [(alias,) for alias in SCHEMAS]


def _place_postgres(ready: Path, aliases: tuple[str, ...]) -> None:
    """In one transaction. Its COMMIT is sent last: whatever is cut before, the server keeps the old data."""
    quiet = ("--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1")
    with postgres("psql", aliases[0], *quiet) as server:
        assert server.stdin
        _send(server.stdin, "BEGIN;")
        for alias in aliases:
            _send(server.stdin, f"DROP SCHEMA IF EXISTS {SCHEMAS[alias]} CASCADE;")
            script = ["pg_restore", "--no-owner", "--file=-", str(ready / file_of(alias))]
            if subprocess.run(script, stdout=server.stdin, check=False, close_fds=False).returncode:
                raise BadBackup(f"{file_of(alias)} cannot be read by pg_restore; its message is above.")
            _send(server.stdin, LEAP_POSTGRES.format(schema=SCHEMAS[alias]))
        _send(server.stdin, "COMMIT;")


def _send(to: IO[bytes], statement: str) -> None:
    to.write(statement.encode() + b"\n")
    to.flush()
