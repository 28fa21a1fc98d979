"""Faults of PostgreSQL: every one of its processes killed while people answer, the disk of a table full."""

from __future__ import annotations

import os
import random
import shlex
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from django.db import connections

from attack import full_disk
from attack.kills import killed_pair, turns_of
from attack.submissions import count, drop_connections, hand_in, seed

SMALL = "RECIPROQUE_SMALL_DISK"


def kill_postgres(kills: int) -> dict[str, object]:
    """kill -9 of the whole cluster, which then finds its own way back; the clients hand in again."""
    chance = random.Random(4)
    seeded = seed(20)
    hand_in(seeded.tokens[0])
    folder = _cluster()
    acknowledged: dict[str, str] = {}
    total = refused = 0
    for _ in range(kills):
        turns = turns_of(seeded.tokens, acknowledged, chance)
        for told in killed_pair(chance, turns, 0.5, at_the_end=lambda: _kill(folder)):
            kept = [pair for pair in told if pair[0] != "-"]
            total, refused = total + len(kept), refused + len(told) - len(kept)
            acknowledged.update(kept)
        _start(folder)
    for token in seeded.tokens:
        acknowledged[token] = hand_in(token)
    drop_connections()
    return {"kills": kills, "acknowledged": total, "refused": refused, **asdict(count(seeded, acknowledged))}


def _cluster() -> Path:
    with connections["default"].cursor() as cursor:
        cursor.execute("SHOW data_directory")
        folder = Path(cursor.fetchone()[0])
    drop_connections()
    return folder


def _processes(folder: Path) -> list[int]:
    """Everything that works in the cluster's folder."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if place.readlink() == folder:
                found.append(int(place.parent.name))
        except OSError:
            continue
    return found


def _kill(folder: Path) -> None:
    """Until nobody is left: those that outlive their master would keep the next one from starting."""
    while left := _processes(folder):
        for process in left:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.1)


def _start(folder: Path) -> None:
    """With the same options, as its own user; ready once it has recovered."""
    command, *options = shlex.split((folder / "postmaster.opts").read_text())
    control = [str(Path(command).with_name("pg_ctl")), "-D", str(folder), "-w", "-t", "120", "-l", str(folder) + ".log"]
    rest = shlex.join([option for option in options if option not in ("-D", str(folder))])
    user = ["runuser", "-u", folder.owner(), "--"] if os.geteuid() == 0 else []
    for left in (
        folder / "postmaster.pid",
        *folder.parent.glob(".s.PGSQL.*"),
    ):  # its number may stay taken, by a zombie
        left.unlink(missing_ok=True)
    subprocess.run([*user, *control, "-o", rest, "start"], check=True, stdout=subprocess.DEVNULL)


def full_tablespace(rounds: int) -> dict[str, object]:
    """The ballots lie on a small disk of their own, which fills up."""
    folder = os.environ[SMALL]
    with connections["default"].cursor() as cursor:
        cursor.execute(f"CREATE TABLESPACE small LOCATION '{folder}'")
        cursor.execute("ALTER TABLE ballots.ballot SET TABLESPACE small")
    return full_disk.full_disk(rounds, folder)
