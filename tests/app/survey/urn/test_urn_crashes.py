"""Kill -9 at every point, on SQLite and on PostgreSQL: nothing acknowledged is lost, everything is run to its end."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
from scipy.stats import spearmanr

HERE = Path(__file__).parent
TESTS = HERE.parents[2]
PROGRAMS = [found.parent for found in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))][-1:]


def run(folder: Path, *scenarios: str, **environment: str) -> dict[str, Any]:
    ours = ("RECIPROQUE_", "DJANGO_", "DATABASE_", "BALLOTS_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    paths = os.pathsep.join(map(str, (TESTS, TESTS.parent / "src")))
    ended = subprocess.run(
        [sys.executable, str(HERE / "crashes.py"), *scenarios],
        env=kept | {"RECIPROQUE_DATA": str(folder), "PYTHONPATH": paths} | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    return json.loads(ended.stdout)


@pytest.mark.parametrize(("scenario", "least"), [("submit", 6), ("close", 20), ("open", 8), ("destroy", 12)])
def test_killed_at_every_point_on_sqlite(tmp_path: Path, scenario: str, least: int) -> None:
    result = run(tmp_path, scenario)[scenario]
    assert result["wrong"] == []
    assert result["points"] >= least, "the kills must reach the whole path"


def test_killed_at_random_on_sqlite(tmp_path: Path) -> None:
    result = run(tmp_path, "kills")["kills"]
    assert result["wrong"] == []
    assert result["acknowledged"] > 20  # fewer on a busy machine


def test_processes_that_race_for_one_slot_on_sqlite(tmp_path: Path) -> None:
    assert run(tmp_path, "race")["race"]["wrong"] == []


@pytest.fixture(scope="module")
def postgres(tmp_path_factory) -> Iterator[str]:
    """A cluster of its own in a temporary folder, reached by a socket only."""
    if not PROGRAMS or os.geteuid() != 0:
        pytest.skip("needs PostgreSQL from Debian and the root account")
    folder = Path(subprocess.check_output(["mktemp", "-d", "--suffix=-pg"], text=True).strip())
    shutil.chown(folder, "postgres")
    data = folder / "data"

    def program(name: str, *arguments: str) -> None:
        subprocess.run([PROGRAMS[0] / name, *arguments], user="postgres", check=True, capture_output=True, cwd=folder)

    program("initdb", "-D", str(data), "--auth=trust", "--no-sync")
    program(
        "pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", f"-k {folder} -c listen_addresses=", "start"
    )
    try:
        program("psql", "-h", str(folder), "-c", "CREATE SCHEMA reciproque", "-c", "CREATE SCHEMA ballots", "postgres")
        yield f"postgresql://postgres@{str(folder).replace('/', '%2F')}/postgres"
    finally:
        program("pg_ctl", "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.mark.postgres
@pytest.mark.slow
def test_killed_at_every_point_on_postgresql(tmp_path: Path, postgres: str) -> None:
    result = run(tmp_path, "submit", "close", "open", "destroy", "kills", "race", DATABASE_URL=postgres)
    assert [outcome["wrong"] for outcome in result.values()] == [[]] * 6
    assert result["close"]["points"] >= 20
    assert result["kills"]["acknowledged"] > 20


@pytest.mark.postgres
@pytest.mark.slow
def test_hidden_columns_keep_no_order_on_postgresql(tmp_path: Path, postgres: str) -> None:
    """Twelve urns of 30: a mean rank correlation beyond 0.27 would happen by chance once in a million."""
    found = run(tmp_path, "arrival", DATABASE_URL=postgres)["arrival"]
    correlation = {
        when: [spearmanr(range(30), order).statistic for order in found[when]] for when in ("before", "after")
    }
    assert mean(correlation["before"]) > 0.9, "the probe must see the order kept during collection"
    assert abs(mean(correlation["after"])) < 0.27
    assert set(found["transactions"]) == {1}, "one transaction wrote them all"
