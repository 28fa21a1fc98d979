"""A script: a command killed with -9 before and after each thing it does, then whatever comes next to that data folder.

    python continuity_kills.py {restore,backup,prepare} [--points N] [--forgetful]

Data folder and databases come from the environment, as for the product. Each attempt is a fork that kills itself at
the n-th event (a file operation, an SQL statement, a commit, another program started or spoken to), for every n or for
N of them, evenly spread. Prints one JSON object: how many kills, and what was wrong after which. `--forgetful` plants a
defect, to see it found: nobody finishes what was cut.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reciproque.config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402

from attack import continuity  # noqa: E402
from attack.continuity import Content  # noqa: E402
from killer import Killer  # noqa: E402
from reciproque.app.shared.audit import verify_chain  # noqa: E402
from reciproque.cli import backup, main, prepare, restore  # noqa: E402

FILE_OPERATIONS = ("fsync", "replace", "rename", "link", "unlink", "mkdir", "rmdir")
parser = argparse.ArgumentParser()
parser.add_argument("what", choices=("restore", "backup", "prepare"))
parser.add_argument("--points", type=int, default=0)
parser.add_argument("--forgetful", action="store_true")
ASKED = parser.parse_args()
FORGETFUL = ASKED.forgetful
URL = os.environ.get("DATABASE_URL", "")
DATA = settings.DATA_DIR


@dataclass(frozen=True)
class Ended:
    """How a child ended: by itself or killed, what it gave, what went wrong, how many events it saw."""

    finished: bool
    result: Any = None
    error: str = ""
    events: int = 0


def in_child(work: Callable[[], Any], kill_at: int = 0) -> Ended:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        killer, said = Killer(kill_at), {}
        killer.install(connections.all(), FILE_OPERATIONS)
        try:
            said["result"] = work()
        except BaseException as error:
            said["error"] = repr(error)
        os.write(write, json.dumps(said | {"events": killer.seen}).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return Ended(os.WIFEXITED(status), **(json.loads(said) if said else {}))


def done(work: Callable[[], Any]) -> Any:
    ended = in_child(work)
    if not ended.finished or ended.error:
        raise RuntimeError(f"the run without a kill failed: {ended}")
    return ended.result


def next_command() -> list[str]:
    """Any command, as somebody types it next: here one that reads the whole log."""

    def say(_arguments: argparse.Namespace) -> int:
        broken = verify_chain()
        print(f"the log breaks at {broken.sequence}" if broken else "", file=sys.stderr)
        return 1 if broken else 0

    code = main.guarded(say, argparse.Namespace(command="audit"))
    return [] if code == 0 else [f"the next command ended with {code}"]


def every_point(work: Callable[[], Any], verdict: Callable[[Ended], list[str]], points: int) -> dict[str, Any]:
    """Do the work with a kill at every point, or at so many of them; then whole. `verdict` says what is wrong."""
    whole = in_child(work)
    wrong = [f"not killed: {problem}" for problem in [whole.error, *verdict(whole)] if problem]
    step = max(whole.events // points, 1) if points else 1
    kills = 0
    for point in range(1, whole.events + 1, step):
        ended = in_child(work, point)
        kills += not ended.finished
        wrong += [f"point {point}: {problem}" for problem in [ended.error, *verdict(ended)] if problem]
    return {"points": whole.events, "kills": kills, "wrong": wrong}


# ---------------------------------------------------------------- Restoring
def killed_restore(points: int) -> dict[str, Any]:
    """The folder holds other data than the backup. Killed anywhere, it ends as one or the other, whole."""
    copy, kept = DATA.parent / "kills-copy", DATA.parent / "kills-kept"
    done(lambda: backup.write(copy))
    wanted = continuity.content(DATA, URL)
    done(_change)
    _keep(kept)
    before = continuity.content(DATA, URL)

    def verdict(ended: Ended) -> list[str]:
        problems = [] if FORGETFUL else done(next_command)
        found = continuity.content(DATA, URL)
        problems += _one_of(found, before, wanted, ended.finished)
        problems += [f"left behind: {path.name}" for path in DATA.glob("restoring*") if ended.finished]
        _bring_back(kept)
        return problems

    return every_point(lambda: restore.restore(copy, replace=True), verdict, points)


def _one_of(found: Content, before: Content, wanted: Content, finished: bool) -> list[str]:
    new = continuity.differences(wanted, found)
    if not new or (not finished and not continuity.differences(before, found, leap=0)):
        return []
    return [f"neither the old data nor the backup: {new[:3]}"]


def _change() -> None:
    from reciproque.app.directory.actions.organisations import create_organisation
    from reciproque.app.shared.audit import SYSTEM
    from reciproque.app.survey.urn.models import ShutUrn

    create_organisation(by=SYSTEM, name=f"Made after the backup {time.time()}")
    ShutUrn.objects.create(wave_id=time.time_ns(), stage="shut")


def _keep(kept: Path) -> None:
    """SQLite's files with their journals, as a killed server leaves them; PostgreSQL: a backup."""
    if URL:
        done(lambda: backup.write(kept))
        return
    kept.mkdir()
    for alias, name in continuity.FILES.items():
        connections[alias].close()
        for path in DATA.glob(f"{name}*"):
            shutil.copy(path, kept)


def _bring_back(kept: Path) -> None:
    if URL:
        _load_again(kept)
        return
    for path in DATA.glob("*.sqlite3*"):
        path.unlink()
    for path in kept.iterdir():
        shutil.copy(path, DATA)


def _load_again(kept: Path) -> None:
    """Without the product: what is being tried must not put things right."""
    for alias, schema in continuity.SCHEMAS.items():
        quiet = {"stdout": subprocess.DEVNULL, "check": True}
        subprocess.run(["psql", URL, "-q", "-c", f"DROP SCHEMA IF EXISTS {schema} CASCADE"], **quiet)
        subprocess.run(["pg_restore", "--no-owner", f"--dbname={URL}", str(kept / f"{alias}.dump")], **quiet)


# ---------------------------------------------------------------- Backing up
def killed_backup(points: int) -> dict[str, Any]:
    """Killed anywhere: nothing under the name asked for, or a whole backup; and the next one succeeds."""
    before = continuity.content(DATA, URL)

    copies = DATA.parent / "kills-copies"
    copy = copies / "copy"

    def verdict(_ended: Ended) -> list[str]:
        problems = [] if not copy.exists() else _usable(copy)
        if not copy.exists() and not FORGETFUL:
            done(lambda: backup.write(copy))
            problems += _usable(copy)
        left = sorted(path.name for path in copies.iterdir() if path != copy)
        problems += [f"left behind: {left}"] * bool(left)
        problems += continuity.differences(before, continuity.content(DATA, URL), leap=0)
        shutil.rmtree(copies)
        return problems

    return every_point(lambda: backup.write(copy), verdict, points)


def _usable(copy: Path) -> list[str]:
    hashes = restore.listed(copy)
    return [f"{name} has another hash" for name, value in hashes.items() if backup.sha256(copy / name) != value]


# ---------------------------------------------------------------- Preparing
def killed_prepare(points: int) -> dict[str, Any]:
    """From nothing (or from what is in the folder) to the shape of this version, started again after each kill."""
    kept = DATA.parent / "kills-kept"
    _keep_shape(kept)
    wanted: list[Content] = []

    def verdict(ended: Ended) -> list[str]:
        again = in_child(prepare.prepare if not FORGETFUL else int)
        found = continuity.content(DATA, URL)
        wanted.append(found)
        _bring_shape_back(kept)
        return [f"started again: {again.error}"] if again.error else _shape(wanted[0], found)

    return every_point(prepare.prepare, verdict, points)


def _shape(wanted: Content, found: Content) -> list[str]:
    """As many rows in every table, and the same definitions; the dates of the changes of shape differ."""
    rows = {name: (wanted.tables.get(name, (0,))[0], found.tables.get(name, (0,))[0]) for name in wanted.tables}
    return [f"{name}: {two} rows" for name, two in rows.items() if two[0] != two[1]] + [
        f"only on one side: {rule}" for rule in sorted(set(wanted.rules) ^ set(found.rules))
    ]


def _keep_shape(kept: Path) -> None:
    if not URL or _has_tables():
        _keep(kept)


def _has_tables() -> bool:
    return bool(done(lambda: connections["default"].introspection.table_names()))


def _bring_shape_back(kept: Path) -> None:
    if kept.exists():
        _bring_back(kept)
        return
    for schema in continuity.SCHEMAS.values():
        command = ["psql", URL, "-q", "-c", f"SET client_min_messages = error; DROP SCHEMA IF EXISTS {schema} CASCADE"]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    tries = {"restore": killed_restore, "backup": killed_backup, "prepare": killed_prepare}
    print(json.dumps(tries[ASKED.what](ASKED.points)))
