"""Scenarios of faults, each a function that gives what it measured; for a process of its own (ground.py runs it).

    python tests/attack/fault_script.py kills 20 -- lock 5

Data folder and databases come from the environment, as for the product. Prints one JSON object.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reciproque.config.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

from attack import clocks, full_disk, job_kills, kills, mail_faults, postgres, power_script, submissions  # noqa: E402
from reciproque.cli.prepare import prepare  # noqa: E402


def count() -> dict[str, Any]:
    """Close the wave given on the standard input, and count."""
    told = json.load(sys.stdin)
    seeded = submissions.Seeded(told["wave_id"], tuple(told["tokens"]))
    return asdict(submissions.count(seeded, told["acknowledged"]))


SCENARIOS = {
    "seed": lambda people: asdict(submissions.seed(people)),
    "count": count,
    "kills": kills.kill_submitters,
    "full disk": full_disk.full_disk,
    "read-only": full_disk.read_only,
    "worn out": full_disk.worn_out,
    "mail": mail_faults.mail_troubles,
    "kill senders": mail_faults.kill_senders,
    "kill jobs": job_kills.kill_jobs,
    "planted job": job_kills.planted,
    "kill postgres": postgres.kill_postgres,
    "full tablespace": postgres.full_tablespace,
    "clocks": clocks.moved,
    "before the cut": power_script.before,
    "after the cut": power_script.after,
}


def main() -> None:
    logging.disable(logging.WARNING)
    prepare()
    words = [list(group) for is_mark, group in groupby(sys.argv[1:], lambda word: word == "--") if not is_mark]
    print(json.dumps({name: SCENARIOS[name](*map(int, numbers)) for name, *numbers in words}))


if __name__ == "__main__":
    main()
