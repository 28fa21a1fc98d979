"""Faults: processes killed, disks full, databases held, power cut, mail servers that misbehave, clocks that jump.

How: installations made for it, each with databases of its own. Scenarios run in processes of their own
(tests/attack/fault_script.py): clients that go on until they are told that their answer was kept, and a final count
against the published list. The real server is `reciproque serve`; most kills hit a light submitter, which takes every
page of an answer through the application without the sockets, because starting a whole server takes seconds.
Power cuts (SQLite only) are replayed from the system calls that a real process made; PostgreSQL is killed whole
instead. A full disk is a small memory file system, which takes an administrator of the machine to mount.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claims import Claim, none_of, run

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from attack import power_cuts, server_faults
from attack.ground import Ground, script
from attack.server import Respondents

PEOPLE = 40
HELD = 10  # seconds


@dataclass(frozen=True)
class Scale:
    """How often each fault is made; what was measured says how often it really was."""

    light: int  # kills of a submitter
    whole: int  # kills of the whole server
    postgres: int  # kills of the database server
    people: int  # who hand in while the databases are held
    rounds: int  # of a disk that refuses
    cuts: int  # of power
    invitations: int  # to each bad mail server
    senders: int  # kills of a worker that sends
    writes: int  # at which each job is killed, at most


FILES = Scale(494, 6, 0, 200, 50, 100, 10, 8, 40)
POSTGRES = Scale(200, 4, 5, 200, 50, 0, 10, 4, 6)
FULL = Scale(480, 20, 20, 200, 200, 1000, 40, 40, 1000)


def prove(full: bool) -> Iterator[Claim]:
    with tempfile.TemporaryDirectory(prefix="reciproque-faults-") as folder:
        ground = Ground(Path(folder))
        scale = FULL if full else FILES if ground.on_files else POSTGRES
        for part in (kills, held, disks, power, mails, jobs, clocks):
            print(f"faults: {part.__name__}", file=sys.stderr, flush=True)
            yield from part(ground, scale)


# ---------------------------------------------------------------- Killed while people answer
def kills(ground: Ground, scale: Scale) -> Iterator[Claim]:
    submitter = script(ground.fresh(), "kills", scale.light)
    yield from _kept("kill -9 of a light submitter", submitter, f", {scale.light} kills")
    place = ground.fresh()
    wave = script(place, "seed", PEOPLE)
    people = server_faults.kill_server(place, wave["tokens"], scale.whole)
    found = script(place, "count", said=wave | {"acknowledged": people.acknowledged})
    what = "kill -9 of the whole server"
    yield from _kept(what, found | {"acknowledged": people.kept}, f", {scale.whole} kills")
    yield _no_error(what, people)
    if not ground.on_files:
        found = script(ground.fresh(), "kill postgres", scale.postgres)
        yield from _kept("kill -9 of the whole of PostgreSQL", found, f", {scale.postgres} kills")


def _kept(what: str, found: Mapping[str, Any], size: str = "") -> Iterator[Claim]:
    """None of the acknowledged answers is missing from the published list, which holds, and nobody counts twice."""
    lost, acknowledged = found["lost"] + found["missing"], found["acknowledged"]
    measured = f"{lost}" if found["holds"] else f"{lost}, and the list does not hold"
    kept = found["holds"] and not lost and acknowledged > 0
    yield Claim(f"Answers lost: {what}", f"0 of {acknowledged:,} acknowledged{size}", measured, kept)
    yield none_of(f"People counted twice: {what}", found["twice"], found["people"], "people")


def _no_error(what: str, people: Respondents) -> Claim:
    errors = sum(number for status, number in people.statuses.items() if status >= 500)
    return none_of(f"Pages with a status of 500 or more: {what}", errors, sum(people.statuses.values()), "requests")


# ---------------------------------------------------------------- Held databases
def held(ground: Ground, scale: Scale) -> Iterator[Claim]:
    place = ground.fresh()
    wave = script(place, "seed", scale.people)
    people = server_faults.hold_databases(place, wave["tokens"], HELD)
    found = script(place, "count", said=wave | {"acknowledged": people.acknowledged})
    what = f"each database held for {HELD} s"
    yield from _kept(what, found | {"acknowledged": people.kept})
    yield _no_error(what, people)
    most = 2 * HELD + 5  # somebody may meet both, one after the other; under 0.8, nobody met the lock
    waited = 0.8 * HELD <= people.longest <= most
    yield Claim(f"Longest wait of a person: {what}", f"at most {most} s", f"{people.longest:.1f} s", waited)


# ---------------------------------------------------------------- Disks
def disks(ground: Ground, scale: Scale) -> Iterator[Claim]:
    rounds = scale.rounds
    if not ground.on_files:
        with small_disk(ground.folder / "small") as folder:
            if folder:
                ground.folder.chmod(0o711)
                shutil.chown(folder, "postgres")
                place = ground.fresh(RECIPROQUE_SMALL_DISK=str(folder))
                yield from _refused("a full disk under the ballots", script(place, "full tablespace", rounds))
                ground.drop(place)
            else:
                yield _not_measured("a full disk under the ballots")
        return
    for scenario, what in (("full disk", "a full disk"), ("read-only", "a disk turned read-only")):
        with small_disk(ground.folder / scenario) as folder:
            if folder:
                yield from _refused(what, script(ground.fresh(folder), scenario, rounds))
            else:
                yield _not_measured(what)
    yield from _refused("a disk that refuses every write", script(ground.fresh(), "worn out", rounds))


def _not_measured(what: str) -> Claim:
    return Claim(f"Answers lost: {what}", "0", "not measured: only root can mount a small disk", False)


def _refused(what: str, found: Mapping[str, Any]) -> Iterator[Claim]:
    yield from _kept(what, found, f", {found['rounds']} rounds")
    statuses = Counter({int(status): number for status, number in found["statuses"].items()})
    refused = sum(statuses.values()) - statuses[200]
    yield none_of(
        f"Refusals without a plain page in the person’s language: {what}", found["unlike"], refused, "refusals"
    )
    yield none_of(f"Databases damaged: {what}", found["damaged"], found["rounds"], "rounds")
    yield none_of(f"Rounds that do not recover alone: {what}", found["stuck"], found["rounds"], "rounds")


@contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """A file system of eight megabytes in memory; None without the right to mount one."""
    folder.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(folder)], check=False).returncode
    )
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=False)


# ---------------------------------------------------------------- Power
def power(ground: Ground, scale: Scale) -> Iterator[Claim]:
    if not ground.on_files:
        return
    if not shutil.which("strace"):
        yield Claim("Answers kept through power cuts", "0 lost", "strace is not installed", False)
        return
    found = power_cuts.cut_power(ground, scale.cuts, rounds=24)
    what = "power cut"
    yield none_of(f"Answers lost: {what}", found["lost"], found["acknowledged"], f"acknowledged, {found['cuts']} cuts")
    yield none_of(f"People counted twice: {what}", found["twice"], found["cuts"], "cuts")
    yield none_of(f"Databases damaged: {what}", found["damaged"], found["cuts"], "cuts")
    yield none_of(f"Collections that do not go on and close: {what}", found["broken"], found["cuts"], "cuts")


# ---------------------------------------------------------------- Mails
def mails(ground: Ground, scale: Scale) -> Iterator[Claim]:
    """Six days of a clock that is told, for each way in which a mail server can misbehave."""
    found = script(ground.fresh(), "mail", scale.invitations)
    people = sum(each["people"] for each in found.values())
    what = f"a mail server that misbehaves in {len(found)} ways for days"

    def none(claim: str, name: str) -> Claim:
        return none_of(f"{claim}: {what}", sum(each[name] for each in found.values()), people, "invitations")

    yield none("Invitations neither delivered nor shown as refused", "lost")
    yield none("Invitations given up although the server was only away, slow or busy", "refused")
    yield none("People written to twice although the server had not fallen silent after the message", "twice")
    yield none("People written to more than twice", "more")
    looks = len(found) * 130
    unsaid = sum(each["unsaid"] for each in found.values())
    yield none_of(f"Looks of the facilitator at a mail that waits without a reason: {what}", unsaid, looks, "looks")
    killed = script(ground.fresh(), "kill senders", scale.senders)
    what = "worker killed while it sends"
    yield none_of(f"Invitations lost: {what}", killed["lost"], killed["people"], "invitations")
    yield none_of(f"People written to more than twice: {what}", killed["more"], killed["people"], "people")
    yield Claim(
        f"Invitations that left twice: {what}",
        f"at most {killed['kills']}, one a kill",
        str(killed["twice"]),
        killed["twice"] <= killed["kills"],
    )


# ---------------------------------------------------------------- Jobs
def jobs(ground: Ground, scale: Scale) -> Iterator[Claim]:
    found = script(ground.fresh(), "kill jobs", scale.writes)
    points = sum(each["points"] for each in found.values())
    wrong = [f"{name}: {what}" for name, each in found.items() for what in each["wrong"]]
    print(*wrong, sep="\n", file=sys.stderr)
    claim = f"Ends unlike an undisturbed run: worker killed at its writes in each of {len(found)} jobs"
    yield none_of(claim, len(wrong), points, "kills")


# ---------------------------------------------------------------- Clocks
def clocks(ground: Ground, scale: Scale) -> Iterator[Claim]:
    found = script(ground.fresh(), "clocks")
    shown, jumps = found["deadlines"], found["jumps"]
    what = "days that change their hour, leap day, five zones"
    yield none_of(f"Answers refused or waves closed before their hour: {what}", shown["early"], shown["tried"], "waves")
    yield none_of(f"Answers taken after their hour: {what}", shown["late"], shown["tried"], "waves")
    yield none_of(f"Hours shown otherwise than typed: {what}", shown["unlike"], shown["tried"], "waves")
    yield none_of("Hours that do not exist, or exist twice, taken for another", shown["guessed"], 2, "hours")
    what = "clock a day ahead, back, a day behind"
    yield none_of(f"Waves opened or closed early: {what}", jumps["early"], jumps["steps"], "jumps")
    yield none_of(f"Waves closed that open again: {what}", jumps["reopened"], jumps["steps"], "jumps")
    yield none_of(f"Answers refused by a wave that collects: {what}", jumps["refused"], jumps["steps"], "jumps")
    yield none_of(f"Jobs asleep after the clock is right again: {what}", jumps["asleep"], jumps["steps"], "jumps")


if __name__ == "__main__":
    run(prove)
