"""A script, run by test_urn_crashes.py in a process of its own: kill -9 at every point of the life of an urn.

Each scenario forks a child that kills itself at the n-th write (an SQL statement, a commit, a file operation), before
or after it, then starts again in another child, for every n until nothing is killed. Prints one JSON object.
Data folder and databases come from the environment, as for the product.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reciproque.config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402

from killer import Killer  # noqa: E402
from reciproque.app.survey.urn import close, collect, keys, opening, receipts, store  # noqa: E402
from reciproque.app.survey.urn.models import Ballot, SealedBallot, ShutUrn  # noqa: E402
from urns import Urn  # noqa: E402

HALVES = (keys.new_half(), keys.new_half())
PEOPLE = 6
ANSWERED = (0, 1, 4)
wave_ids = iter(range(1, 100_000))


def in_child(work: Callable[[], Any], kill_at: int = 0) -> tuple[bool, Any]:
    """Run in a fork; gives (finished, result)."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        killer = Killer(kill_at)
        connections["ballots"].ensure_connection()
        killer.install([connections["ballots"]], ("fsync", "link", "unlink"))
        try:
            result = work()
        except BaseException as error:
            result = {"error": repr(error)}
        os.write(write, json.dumps(result).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return os.WIFEXITED(status), json.loads(said) if said else None


def done(work: Callable[[], Any]) -> Any:
    finished, result = in_child(work)
    if not finished or (isinstance(result, dict) and "error" in result):
        raise RuntimeError(f"the run without a kill failed: {result}")
    return result


def new_urn() -> Urn:
    return Urn(next(wave_ids), PEOPLE, *HALVES)


def collected() -> tuple[Urn, list[str]]:
    urn = new_urn()

    def answer() -> list[str]:
        collect.prepare(urn.wave_id)
        return [urn.submit(urn.invitations[place]) for place in ANSWERED]

    return urn, done(answer)


def every_point(attempt: Callable[[int], tuple[bool, str]]) -> dict[str, Any]:
    """Attempt with a kill at point 1, 2, 3... until one finishes by itself. Each gives (finished, what is wrong)."""
    wrong = []
    for point in range(1, 1000):
        finished, problem = attempt(point)
        if problem:
            wrong.append(f"point {point}: {problem}")
        if finished:
            return {"points": point - 1, "wrong": wrong}
    raise RuntimeError("no end")


def crash_submit(point: int) -> tuple[bool, str]:
    urn, acknowledged = collected()
    again = urn.invitations[0]
    finished, receipt = in_child(lambda: urn.submit(again), point)

    def look() -> list[str]:
        return [receipts.receipt_of(row) for row in store._rows(Ballot, urn.wave_id)]

    stored = done(look)
    others_kept = set(acknowledged[1:]) <= set(stored)
    one_each = len(stored) == len(ANSWERED)
    if finished and receipt not in stored:
        return finished, "acknowledged and lost"
    retried = done(lambda: urn.submit(again))
    after = done(look)
    if not (others_kept and one_each and retried in after and len(after) == len(ANSWERED)):
        return finished, f"{stored} then {after}"
    return finished, ""


def crash_close(point: int) -> tuple[bool, str]:
    urn, acknowledged = collected()
    marks = Path(settings.DATA_DIR) / f"marks-{urn.wave_id}"

    def mark(answered: frozenset[int]) -> None:
        with marks.open("a") as file:
            file.write(json.dumps(sorted(answered)) + "\n")

    def work() -> list[Any]:
        listed = close.close(urn.wave_id, urn.invitations, mark)
        return [listed.receipts, listed.client, listed.supplier]

    finished, _ = in_child(work, point)
    listed = done(work)
    if listed != [sorted(acknowledged), 2, 1]:
        return finished, f"listed {listed}"
    if set(marks.read_text().splitlines()) != {json.dumps([urn.invitations[place] for place in ANSWERED])}:
        return finished, f"marked {marks.read_text()}"
    return finished, left_over(urn, {Ballot}, but=f"wave-{urn.wave_id}.lock")


def left_over(urn: Urn, tables: set[Any], but: str = "") -> str:
    def look() -> str:
        rows = [table.__name__ for table in tables if table.objects.filter(wave_id=urn.wave_id).exists()]
        files = [path.name for path in settings.SECRETS_DIR.glob(f"*-{urn.wave_id}.*") if path.name != but]
        return ", ".join(rows + files)

    return done(look)


def crash_open(point: int) -> tuple[bool, str]:
    urn, _ = collected()
    done(lambda: bool(urn.close()))

    def both() -> list[list[str]]:
        urn.turn("client")
        opened = urn.turn("supplier")
        assert opened is not None
        opening.forget(urn.wave_id)
        return [sorted(opened.client.functions), sorted(opened.supplier.functions)]

    finished, _ = in_child(both, point)
    names = [f"canary-{urn.invitations[place]}" for place in ANSWERED]
    opened = done(both)
    if opened != [names[:2], names[2:]]:
        return finished, f"opened {opened}"
    return finished, left_over(urn, set(), but=f"wave-{urn.wave_id}.lock")


def crash_destroy(point: int) -> tuple[bool, str]:
    urn, _ = collected()
    done(lambda: bool(urn.close()))
    done(lambda: urn.turn("client"))

    def work() -> None:
        close.destroy(urn.wave_id)

    finished, _ = in_child(work, point)
    done(work)
    return finished, left_over(urn, {Ballot, SealedBallot})


def random_kills(rounds: int) -> dict[str, Any]:
    """Two browsers that submit without end, killed after a moment drawn at random: nothing acknowledged is lost."""
    chance, wrong, total = random.Random(5), [], 0
    for _ in range(rounds):
        urn = new_urn()
        done(lambda urn=urn: bool(collect.prepare(urn.wave_id)))
        children = [endless(urn, urn.invitations[part::2]) for part in (0, 1)]
        time.sleep(chance.uniform(0.03, 0.25))
        for child, _ in children:
            os.kill(child, signal.SIGKILL)
        acknowledged: dict[int, list[str]] = {}
        for child, pipe in children:
            os.waitpid(child, 0)
            for line in os.fdopen(pipe, "r").read().splitlines():
                invitation, receipt = line.split()
                acknowledged.setdefault(int(invitation), []).append(receipt)
        listed, answered = done(lambda urn=urn: [urn.close().receipts, sorted(urn.marked[0])])
        total += sum(map(len, acknowledged.values()))
        if not set(acknowledged) <= set(answered) or len(listed) != len(answered):
            wrong.append(f"{sorted(acknowledged)} acknowledged, {answered} marked, {len(listed)} listed")
    return {"acknowledged": total, "wrong": wrong}


def race(rounds: int) -> dict[str, Any]:
    """Six processes that send the same token at the same moment, again and again: one ballot, an acknowledged one."""
    wrong = []
    for _ in range(rounds):
        urn = new_urn()
        done(lambda urn=urn: bool(collect.prepare(urn.wave_id)))
        start = time.time() + 0.3
        children = [racer(urn, start) for _ in range(6)]
        acknowledged: set[str] = set()
        for child, pipe in children:
            acknowledged |= set(os.fdopen(pipe, "r").read().split())
            os.waitpid(child, 0)
        listed = done(lambda urn=urn: list(urn.close().receipts))
        if len(listed) != 1 or listed[0] not in acknowledged or len(acknowledged) != 60:
            wrong.append(f"{len(listed)} listed, {len(acknowledged)} acknowledged")
    return {"wrong": wrong}


def racer(urn: Urn, start: float) -> tuple[int, int]:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        found = urn.found(urn.invitations[0])
        time.sleep(max(0.0, start - time.time()))
        for _ in range(10):
            receipt = collect.submit(
                found,
                side="client",
                answers=urn.answers(urn.invitations[0]),
                client=urn.client.public,
                supplier=urn.supplier.public,
            )
            os.write(write, f"{receipt}\n".encode())
        os._exit(0)
    os.close(write)
    return child, read


def endless(urn: Urn, invitations: list[int]) -> tuple[int, int]:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        while True:
            for invitation in invitations:
                os.write(write, f"{invitation} {urn.submit(invitation)}\n".encode())
    os.close(write)
    return child, read


def arrival(rounds: int) -> dict[str, Any]:
    """PostgreSQL: the hidden columns ctid and xmin against the order of arrival, before and after closing."""
    before, after, transactions = [], [], []
    for _ in range(rounds):
        urn = Urn(next(wave_ids), 30, *HALVES)

        def answer(urn: Urn = urn) -> list[str]:
            collect.prepare(urn.wave_id)
            return [urn.submit(invitation) for invitation in random.sample(urn.invitations, 30)]

        arrivals = done(answer)
        before.append(done(lambda u=urn, a=arrivals: places(u, a, "ballot")))
        done(lambda u=urn: bool(u.close()))
        after.append(done(lambda u=urn, a=arrivals: places(u, a, "sealed_ballot")))
        transactions.append(done(lambda u=urn: distinct_xmin(u)))
    return {"before": before, "after": after, "transactions": transactions}


def places(urn: Urn, arrivals: list[str], table: str) -> list[int]:
    from reciproque.app.survey.urn.seal import SealedRow

    with connections["ballots"].cursor() as cursor:
        cursor.execute(
            f"SELECT side, box_client, box_supplier, body FROM {table} WHERE wave_id=%s ORDER BY ctid", [urn.wave_id]
        )
        rows = [SealedRow(side, bytes(client), bytes(supplier), bytes(body)) for side, client, supplier, body in cursor]
    order = [receipts.receipt_of(row) for row in rows]
    return [order.index(receipt) for receipt in arrivals]


def distinct_xmin(urn: Urn) -> int:
    with connections["ballots"].cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM sealed_ballot WHERE wave_id=%s", [urn.wave_id])
        return int(cursor.fetchone()[0])


SCENARIOS: dict[str, Callable[[], Any]] = {
    "submit": lambda: every_point(crash_submit),
    "close": lambda: every_point(crash_close),
    "open": lambda: every_point(crash_open),
    "destroy": lambda: every_point(crash_destroy),
    "kills": lambda: random_kills(12),
    "race": lambda: race(5),
    "arrival": lambda: arrival(12),
}


def main() -> None:
    call_command("migrate", database="ballots", verbosity=0)
    for table in (Ballot, SealedBallot, ShutUrn):  # the cluster may have served another run
        table.objects.all().delete()
    for connection in connections.all():
        connection.close()
        if connection.vendor == "postgresql":
            connection.close_pool()  # forks must not share its sockets
    print(json.dumps({name: SCENARIOS[name]() for name in sys.argv[1:]}))


if __name__ == "__main__":
    main()
