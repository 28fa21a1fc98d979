"""Bring the databases to the shape that this version expects. Safe to run at every start, and twice at once.

    python -m reciproque.cli.prepare http://127.0.0.1:8000

does it for ``reciproque serve`` and, when nobody runs the installation yet, says how to begin.
"""

import os
import sys

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

SCHEMAS = {"default": "reciproque", "ballots": "ballots"}


def pending() -> list[str]:
    """The changes of shape that have not been made yet."""
    found = []
    for alias in SCHEMAS:
        executor = MigrationExecutor(connections[alias])
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        found += [f"{alias}: {migration}" for migration, _ in plan]
    return found


def prepare() -> None:
    for alias, schema in SCHEMAS.items():
        if connections[alias].vendor == "postgresql":
            with connections[alias].cursor() as cursor:
                cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    if pending():
        for alias in SCHEMAS:
            call_command("migrate", database=alias, verbosity=0)
    call_command("createcachetable", verbosity=0)
    settings.SECRETS_DIR.mkdir(exist_ok=True, mode=0o700)


def main(address: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reciproque.config.settings")
    django.setup()
    prepare()
    from reciproque.app.directory.setup import ensure_setup_code

    if code := ensure_setup_code():
        print(
            f"Nobody runs this installation yet. Open {address}/directory/setup/ and type this code once: {code}",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1])
