"""Backups, restores and changes of shape: nothing is lost, whatever interrupts them.

On an installation with two relationships' worth of rows and, for the times, 1 GB of sealed ballots
and mails, on SQLite, or on PostgreSQL when DATABASE_URL is set. Every table is compared by its number of rows and a
hash of them, with counters, constraints and indexes, read without the product (tests/attack/continuity.py). A counter
must have leapt by a million: numbers given after the backup are in mailed links, and must not be given again.

- While a process writes without a pause, backups are made, each put back elsewhere: it is one moment, in which every
  transaction is whole and all that was acknowledged before it began is there.
- backup, restore and the first `prepare` are killed with -9 before and after each file operation, statement, commit
  and program started (restore and backup at every point; prepare at three, --full at 60), and started again.
- A change of shape is tried from every tagged release. While there is none, from the present code to a copy of it with
  one more migration, which rebuilds a table and adds an index.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent / "tests"
sys.path.insert(0, str(TESTS))

import psycopg
from claims import Claim, none_of, run

from attack import continuity
from attack.continuity import Content, content, content_of_backup, differences
from installations import Installation

URL = os.environ.get("DATABASE_URL", "")
SCRIPTS = TESTS / "attack"
SEED = """
from reciproque.cli.prepare import prepare; prepare()
import personas, wave_steps
wave_steps.closed(personas.cast(people=6))
print("WAVE", wave_steps.collecting(personas.cast(people=20)).wave.pk)
"""
BULK = """
import os
from django.utils import timezone
from reciproque.app.survey.models import OutboxMail
from reciproque.app.survey.urn.models import SealedBallot
for _ in range({megabytes} // 2):
    SealedBallot.objects.bulk_create([
        SealedBallot(draw=os.urandom(16).hex(), wave_id=9_999, side="client", box_client=os.urandom(80),
                     box_supplier=os.urandom(80), body=os.urandom(4096)) for _ in range(235)])
    OutboxMail.objects.bulk_create([
        OutboxMail(kind="test", state="sent", once=os.urandom(20).hex(), not_before=timezone.now(),
                   data={{"text": os.urandom(1024).hex()}}) for _ in range(440)])
"""
RECEIPTS = """
from reciproque.app.directory.models import Organisation
from reciproque.app.shared.models import AuditRecord
from reciproque.app.survey.urn import receipts
from reciproque.app.survey.urn.models import Ballot
from reciproque.app.survey.urn.seal import SealedRow
import json
rows = [SealedRow(b.side, bytes(b.box_client), bytes(b.box_supplier), bytes(b.body)) for b in Ballot.objects.all()]
names = set(Organisation.objects.filter(name__startswith="Busy ").values_list("name", flat=True))
logged = set(AuditRecord.objects.filter(subject__startswith="Busy ").values_list("subject", flat=True))
print(json.dumps([sorted(receipts.receipt_of(row) for row in rows), sorted(names), sorted(logged)]))
"""


def say(text: str) -> None:
    print(f"  {text} (load {os.getloadavg()[0]:.1f})", file=sys.stderr, flush=True)


# ---------------------------------------------------------------- Installations
def installation(folder: Path, database: str = "reciproque") -> Installation:
    """With a data folder and, on PostgreSQL, an empty database of its own."""
    extra = {"PYTHONPATH": str(TESTS), "RECIPROQUE_PHRASE_MEMORY_MIB": "1"}
    if URL:
        extra["DATABASE_URL"] = _address(database)
        if database != "reciproque":
            with psycopg.connect(URL, autocommit=True) as server:
                server.execute(f"DROP DATABASE IF EXISTS {database}")
                server.execute(f"CREATE DATABASE {database}")
    return Installation(folder, extra)


def _address(database: str) -> str:
    return f"{URL.rpartition('/')[0]}/{database}" if URL else ""


def found_in(made: Installation) -> Content:
    return content(made.folder, made.extra.get("DATABASE_URL", ""))


def command(made: Installation, *words: object) -> None:
    done = made.run(*words, timeout=1800)
    if done.returncode:
        raise RuntimeError(f"{words} ended with {done.returncode}: {done.stderr}")


@contextmanager
def restored(copy: Path, place: Path) -> Iterator[Installation]:
    elsewhere = installation(place / "elsewhere", "elsewhere")
    command(elsewhere, "restore", copy)
    yield elsewhere
    shutil.rmtree(elsewhere.folder)


def plainly(copy: Path) -> Content:
    """What a backup holds, without the product: the files themselves, or what pg_restore makes of them."""
    if not URL:
        return content_of_backup(copy)
    installation(copy, "plain")
    for alias in continuity.SCHEMAS:
        subprocess.run(
            ["pg_restore", "--no-owner", f"--dbname={_address('plain')}", str(copy / f"{alias}.dump")], check=True
        )
    return content(copy, _address("plain"))


# ---------------------------------------------------------------- Somebody at work
@dataclass
class Busy:
    """The writer, and what was acknowledged, in order."""

    process: subprocess.Popen[str]
    lines: list[list[str]] = field(default_factory=list)

    def listen(self) -> None:
        for line in self.process.stdout:
            self.lines.append(line.split(" ", 1) if line.startswith("company") else line.split())

    def last_receipts(self, before: int) -> dict[str, set[str]]:
        """Person -> the receipts one of which must be there: the last acknowledged before, or a later one."""
        allowed: dict[str, set[str]] = {}
        for place, (kind, person, *rest) in enumerate(list(self.lines)):
            if kind == "ballot" and place < before:
                allowed[person] = {rest[0]}
            elif kind == "ballot" and person in allowed:
                allowed[person].add(rest[0])
        return allowed

    def companies(self, before: int) -> set[str]:
        return {rest[0].strip() for kind, *rest in self.lines[:before] if kind == "company"}


@contextmanager
def at_work(made: Installation, wave: str) -> Iterator[Busy]:
    process = subprocess.Popen(
        [sys.executable, str(SCRIPTS / "continuity_busy.py"), wave],
        env=made.environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    busy = Busy(process)
    thread = threading.Thread(target=busy.listen, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + 120
        while len(busy.lines) < 100 and time.monotonic() < until:
            time.sleep(0.1)
        yield busy
    finally:
        process.terminate()
        process.wait()
        thread.join()


def while_written(made: Installation, wave: str, place: Path, times: int) -> Iterator[Claim]:
    missing = torn = unequal = checked = 0
    copies = []
    with at_work(made, wave) as busy:
        for number in range(times):
            before = len(busy.lines)
            command(made, "backup", place / f"busy-{number}")
            copies.append((before, len(busy.lines)))
            time.sleep(1)
    for number, (before, _after) in enumerate(copies):
        copy = place / f"busy-{number}"
        with restored(copy, place) as elsewhere:
            receipts, names, logged = json.loads(elsewhere.python(RECEIPTS).splitlines()[-1])
            receipts_there, companies = set(receipts), busy.companies(before)
            allowed = busy.last_receipts(before)
            checked += len(allowed) + len(companies)
            missing += sum(not (one & receipts_there) for one in allowed.values()) + len(companies - set(names))
            torn += len(set(names) ^ set(logged))
            unequal += len(differences(plainly(copy), found_in(elsewhere)))
    during = sum(after - before for before, after in copies)
    say(f"{times} backups while {during} writes were acknowledged")
    yield none_of(
        "Backup while written to: what was acknowledged before it began is missing", missing, checked, "acknowledged"
    )
    yield none_of("Backup while written to: torn transactions", torn, during, "writes during backups")
    yield none_of("Backup put back: tables, counters, rules that differ from the backup", unequal, times, "backups")


# ---------------------------------------------------------------- Killed
def killed(made: Installation, what: str, points: int, code: Path | None = None, forgetful: bool = False) -> dict:
    words = [sys.executable, str(SCRIPTS / "continuity_kills.py"), what, "--points", str(points)]
    environment = dict(made.environment)
    if code:
        environment["PYTHONPATH"] = f"{code}{os.pathsep}{environment['PYTHONPATH']}"
    done = subprocess.run(
        [*words, *(["--forgetful"] if forgetful else [])], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{what}: {done.stderr[-2000:]}")
    found = json.loads(done.stdout.splitlines()[-1])
    for problem in found["wrong"][:5]:
        say(f"{what}, {problem}")
    return found


def interrupted(made: Installation, place: Path, full: bool) -> Iterator[Claim]:
    for what, claim in (
        ("restore", "Restore killed: neither the old data nor the backup, whole, after the next command"),
        ("backup", "Backup killed: half a backup under its name, or data changed"),
    ):
        found = killed(made, what, 0)
        yield none_of(claim, len(found["wrong"]), found["kills"], "kills")
        for left in made.folder.parent.glob("kills-*"):
            shutil.rmtree(left)
    first = installation(place / "first/data", "first")
    first.folder.mkdir(parents=True, mode=0o700)
    found = killed(first, "prepare", 60 if full else 3)
    yield none_of(
        "First start killed: does not end well when started again", len(found["wrong"]), found["kills"], "kills"
    )


# ---------------------------------------------------------------- Spoiled, secret
def spoiled(made: Installation, place: Path, full: bool) -> Iterator[Claim]:
    """Tried up to the point where the product would replace the data."""
    copy = place / "spoiled"
    command(made, "backup", copy)
    accepted = tried = 0
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom reciproque.cli import restore\n"
        "copy = Path(sys.argv[1])\nready = Path(sys.argv[1] + '-ready')\n"
        "for _line in sys.stdin:\n"
        "    try:\n        restore.stage(copy, restore.listed(copy), ready)\n        print('taken', flush=True)\n"
        "    except restore.BadBackup:\n        print('refused', flush=True)\n"
    )
    judge = subprocess.Popen(
        [sys.executable, "-c", f"import django; django.setup()\n{code}", str(copy)],
        env=made.environment | {"DJANGO_SETTINGS_MODULE": "reciproque.config.settings"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with judge:
        for what, _path in continuity.tamperings(copy, flips=500 if full else 50, chance=random.Random(8)):
            judge.stdin.write("go\n")
            judge.stdin.flush()
            tried += 1
            if judge.stdout.readline().strip() != "refused":
                accepted += 1
                say(f"accepted: {what}")
        judge.stdin.write("go\n")
        judge.stdin.flush()
        whole = judge.stdout.readline().strip()
        judge.stdin.close()
    yield none_of("Spoiled backups accepted", accepted + (whole != "taken"), tried, "ways to spoil one")


def secrecy(made: Installation, copies: list[Path]) -> Claim:
    """Keys and locks of waves, the server's own key, files of workshops: every file of the folder."""
    secrets = made.folder / "secrets"
    for name in ("workshop-1.key", "round-1.key", "opening-1.shares"):
        if not (secrets / name).exists():
            (secrets / name).write_bytes(os.urandom(32))
    files = [path for path in secrets.rglob("*") if path.is_file()]
    found = sum(len(continuity.secrets_found(secrets, copy)) for copy in copies)
    return none_of("Secrets, locks, key files in a backup", found, len(files) * len(copies), "files searched for")


# ---------------------------------------------------------------- Size and time
MEGABYTES = 1000


def large(made: Installation, place: Path) -> Iterator[Claim]:
    for _ in range(MEGABYTES // 100):
        made.python(BULK.format(megabytes=100))
    before, copy = found_in(made), place / "large"
    started = time.monotonic()
    command(made, "backup", copy)
    backed = time.monotonic() - started
    size = sum(path.stat().st_size for path in copy.iterdir()) / 1e6
    started = time.monotonic()
    with restored(copy, place) as elsewhere:
        seconds = time.monotonic() - started
        changed = differences(before, found_in(elsewhere))
        for difference in changed[:5]:
            say(difference)
    say(f"{size:.0f} MB backed up in {backed:.1f} s, put back in {seconds:.1f} s")
    kinds = f"{len(before.tables)} tables, {before.rows:,} rows, {len(before.rules)} rules"
    yield none_of(
        "Put back elsewhere: tables, counters, rules that differ", len(changed), len(before.tables), f"({kinds})"
    )
    yield Claim(
        f"A database of {MEGABYTES:,} MB is put back",
        "at most 300 s",
        f"{seconds:.1f} s, load {os.getloadavg()[0]:.1f}",
        seconds <= 300,
    )


# ---------------------------------------------------------------- Changes of shape
PLANTED = """
from django.db import migrations, models
class Migration(migrations.Migration):
    dependencies = [("app", "{last}")]
    operations = [
        migrations.AddField("organisation", "planted", models.CharField(max_length=9, default="planted")),
        migrations.AlterField("auditrecord", "subject", models.CharField(max_length=999, blank=True)),
        migrations.AddIndex("person", models.Index(fields=["last_name", "id"], name="planted_index")),
    ]
"""


def releases() -> list[str]:
    said = subprocess.run(["git", "tag", "--list", "v*"], cwd=HERE, capture_output=True, text=True, check=True).stdout
    return said.split()


@contextmanager
def tree_of(release: str, place: Path) -> Iterator[Path]:
    """The source of a release, beside this one."""
    tree = place / f"tree-{release}"
    subprocess.run(["git", "worktree", "add", "--detach", "--quiet", str(tree), release], cwd=HERE, check=True)
    try:
        yield tree
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", str(tree)], cwd=HERE, check=False)


def later_than_this(place: Path) -> Path:
    """A copy of the present code with one more migration."""
    later = place / "later"
    shutil.copytree(
        HERE.parent / "src/reciproque", later / "reciproque", ignore=shutil.ignore_patterns("static", "__pycache__")
    )
    (later / "reciproque/static").mkdir()
    folder = later / "reciproque/app/migrations"
    last = max(path.stem for path in folder.glob("0*.py"))
    (folder / f"{int(last[:4]) + 1:04}_planted.py").write_text(PLANTED.format(last=last))
    return later


def upgrade(name: str, old: Path, new: Path, place: Path, points: int) -> tuple[int, int, int]:
    """Rows lost or changed, kills that did not end well, kills."""
    made = installation(place / f"upgrade-{name}/data", "upgraded")
    made.extra["PYTHONPATH"] = f"{old / 'src'}{os.pathsep}{old / 'tests'}"
    made.python(SEED)
    before = found_in(made)
    made.extra["PYTHONPATH"] = f"{new}{os.pathsep}{TESTS}"
    found = killed(made, "prepare", points)
    for left in made.folder.parent.glob("kills-*"):
        shutil.rmtree(left)
    made.python("from reciproque.cli.prepare import prepare; prepare()")
    after = content(made.folder, made.extra.get("DATABASE_URL", ""), columns=before.columns)
    kept = {name: rows for name, rows in before.tables.items() if not name.endswith("django_migrations")}
    lost = sum(after.tables.get(name) != rows for name, rows in kept.items())
    return lost, len(found["wrong"]), found["kills"]


def shapes(place: Path, full: bool) -> Iterator[Claim]:
    points, tagged = (60 if full else 5), releases()
    lost = wrong = kills = 0
    for release in tagged:
        with tree_of(release, place) as old:
            found = upgrade(release, old, HERE.parent / "src", place, points)
            lost, wrong, kills = lost + found[0], wrong + found[1], kills + found[2]
    if not tagged:
        lost, wrong, kills = upgrade("none", HERE.parent, later_than_this(place), place, points)
    from_where = f"{len(tagged)} releases" if tagged else "no release yet; rehearsed from this code"
    yield Claim(
        "Change of shape: tables that lost or changed a row", f"0 from each release ({from_where})", f"{lost}", not lost
    )
    yield none_of("Change of shape killed: does not end well when started again", wrong, kills, "kills")


def prove(full: bool) -> Iterator[Claim]:
    with tempfile.TemporaryDirectory(prefix="reciproque-continuity-") as folder:
        place = Path(folder)
        made = installation(place / "origin/data")
        wave = made.python(SEED).rpartition("WAVE ")[2].strip()
        say("an installation is ready")
        yield from while_written(made, wave, place, 10 if full else 2)
        yield secrecy(made, sorted(place.glob("busy-*")))
        yield from spoiled(made, place, full)
        yield from interrupted(made, place, full)
        yield from large(made, place)
        yield from shapes(place, full)


if __name__ == "__main__":
    run(prove)
