"""Faults of the real server while people answer over HTTP: killed, its databases held."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from attack.server import Respondents, Server
from installations import Installation


def kill_server(installation: Installation, tokens: Sequence[str], kills: int) -> Respondents:
    """The whole process group of `reciproque serve`, each time a few answers were kept again, and started at once."""
    chance = random.Random(9)
    server = Server(installation)
    people = Respondents(server)
    over = threading.Event()
    with server.running():
        crowd = threading.Thread(target=people.all_hand_in, args=(tokens, 4, over.is_set))
        crowd.start()
        for _ in range(kills):
            before = people.statuses[302]
            while people.statuses[302] < before + chance.randint(2, 12) and crowd.is_alive():
                time.sleep(0.005)
            time.sleep(chance.uniform(0, 0.05))
            server.kill()
            server.start()
        over.set()
        crowd.join()
    return people


def hold_databases(installation: Installation, tokens: Sequence[str], seconds: float) -> Respondents:
    """Somebody holds each database in turn while people hand in, again and again, until both are free."""
    server = Server(installation)
    people = Respondents(server)
    over = threading.Event()
    with server.running():
        crowd = threading.Thread(target=people.all_hand_in, args=(tokens, 8, over.is_set))
        crowd.start()
        for holding in holds(installation):
            with holding:
                time.sleep(seconds)
        over.set()
        crowd.join()
    return people


def holds(installation: Installation) -> list[AbstractContextManager[None]]:
    """An exclusive lock on the main database, then on the ballot store."""
    if url := installation.extra.get("DATABASE_URL"):
        return [_held_schema(url, schema) for schema in ("reciproque", "ballots")]
    return [_held_file(installation.folder / name) for name in ("reciproque.sqlite3", "ballots.sqlite3")]


@contextmanager
def _held_file(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, timeout=20, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


@contextmanager
def _held_schema(url: str, schema: str) -> Iterator[None]:
    import psycopg

    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema]).fetchall()
        names = ", ".join(f'{schema}."{name}"' for (name,) in tables)
        connection.execute(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()
