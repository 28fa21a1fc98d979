"""Bring the databases to the shape that this version expects. Safe to run at every start, and twice at once.

    python -m reciproque.cli.prepare http://127.0.0.1:8000

does it for ``reciproque serve`` and, when nobody runs the installation yet, says how to begin.
"""

import argparse
import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor

from reciproque.cli.errors import CannotRun
from reciproque.cli.main import guarded

SCHEMAS = {"default": "reciproque", "ballots": "ballots"}
ADVISORY_LOCK = 7_236_401_155  # any number, the same for every process of the product


def pending() -> list[str]:
    """The changes of shape that have not been made yet."""
    found = []
    for alias in SCHEMAS:
        executor = MigrationExecutor(connections[alias])
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        found += [f"{alias}: {migration}" for migration, _ in plan]
    return found


def unknown() -> list[str]:
    """Changes of shape that were made by a newer version than this one."""
    found = set()
    for alias in SCHEMAS:
        loader = MigrationExecutor(connections[alias]).loader
        made = set(loader.applied_migrations) - set(loader.disk_migrations or {})
        found |= {f"{app}.{name}" for app, name in made if app in loader.migrated_apps}
    return sorted(found)


def prepare() -> None:
    settings.SECRETS_DIR.mkdir(exist_ok=True, mode=0o700)
    with _one_at_a_time():
        _schemas()
        if newer := unknown():
            raise CannotRun(
                f"These databases were shaped by a newer version of Réciproque ({', '.join(newer)}). Install that one."
            )
        if pending():
            for alias in SCHEMAS:
                _migrate(alias)
        call_command("createcachetable", verbosity=0)
    _refuse_demonstration_over_real_data()


def _migrate(alias: str) -> None:
    """All changes with their own record, or none: on its own Django notes a change only after committing it.

    SQLite rebuilds tables with its references unchecked, which can be switched off outside a transaction only.
    """
    with connections[alias].constraint_checks_disabled(), transaction.atomic(using=alias):
        call_command("migrate", database=alias, verbosity=0)


def _schemas() -> None:
    for alias, schema in SCHEMAS.items():
        if connections[alias].vendor == "postgresql":
            with connections[alias].cursor() as cursor:
                cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Several processes may start together, on several machines when the database is PostgreSQL: the others wait."""
    with (settings.DATA_DIR / "prepare.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if connections["default"].vendor != "postgresql":
            yield
            return
        keeper = connections.create_connection("default")
        try:
            with keeper.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
                try:
                    yield
                finally:
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
        finally:
            keeper.close()


def _refuse_demonstration_over_real_data() -> None:
    """Demonstration mode lets anybody in. What a visitor adds to an installation made for it is part of it."""
    from reciproque.app.directory.models import Relationship

    real = Relationship.objects.filter(is_demo=False).exists()
    if settings.DEMO and real and not Relationship.objects.filter(is_demo=True).exists():
        raise CannotRun(
            "RECIPROQUE_DEMO is set, and there are real relationships here: anybody could enter. "
            "Unset it, or name another data folder (RECIPROQUE_DATA)."
        )


def run(arguments: argparse.Namespace) -> int:
    prepare()
    from reciproque.app.directory.setup import ensure_setup_code

    with _one_at_a_time():
        code = ensure_setup_code()
    if code:
        print(
            f"Nobody runs this installation yet. Open {arguments.address}/directory/setup/ "
            f"and type this code once: {code}",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(guarded(run, argparse.Namespace(command="prepare", address=sys.argv[1])))
