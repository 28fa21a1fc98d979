"""``reciproque demo``: load the demonstration stories into an installation kept for that."""

import argparse
import sys

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from rich.progress import Progress

from reciproque.app.directory.models import Relationship
from reciproque.cli.errors import CannotRun
from reciproque.cli.prepare import prepare
from reciproque.demo import load


def run(arguments: argparse.Namespace) -> int:
    if not settings.DEMO:
        print("reciproque: set RECIPROQUE_DEMO=1: the demonstration lets anybody enter as anybody.", file=sys.stderr)
        return 2
    prepare()
    if load.already_loaded() and not arguments.again:
        print("The demonstration is loaded already.")
        return 0
    if Relationship.objects.filter(is_demo=True).exists():
        _refuse_to_erase_real_relationships()
        _erase()
        prepare()
    with Progress(transient=True) as bar:
        task = bar.add_task("Telling the stories", total=load.steps())
        load.load(lambda: bar.advance(task))
    print(f"The demonstration is loaded: {Relationship.objects.count()} relationships.")
    return 0


def _refuse_to_erase_real_relationships() -> None:
    if Relationship.objects.filter(is_demo=False).exists():
        raise CannotRun(
            "relationships were added by hand beside the stories. Name another data folder (RECIPROQUE_DATA)."
        )


def _erase() -> None:
    """Empty an installation that holds nothing but the demonstration."""
    for alias in connections:
        call_command("migrate", "app", "zero", database=alias, verbosity=0)
    for kind in ("wave-*", "opening-*", "workshop-*", "round-*"):
        for left in settings.SECRETS_DIR.glob(kind):
            left.unlink()
