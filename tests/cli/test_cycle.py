"""A backup made while the product writes, put back by the command: every table as it was, every proof still holding."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from installations import Installation

pytestmark = pytest.mark.slow

CAMPAIGN = """
from pathlib import Path
from reciproque.cli.prepare import prepare; prepare()
from reciproque.cli import simulate
sizes = {"client": (5, 6), "supplier": (5, 6)}
simulate._campaign(simulate.Options(1, sizes, 2, 1, (0, 0), 0.0, False, 7, Path("%s")), 1)
"""
DIGEST = """
import hashlib, json
from django.db import connections
found = {}
for alias in ("default", "ballots"):
    with connections[alias].cursor() as cursor:
        for table in sorted(connections[alias].introspection.table_names(cursor)):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows = sorted(repr([bytes(v) if isinstance(v, memoryview) else v for v in r]) for r in cursor.fetchall())
            found[f"{alias}.{table}"] = hashlib.sha256("".join(rows).encode()).hexdigest() + f" {len(rows)}"
print(json.dumps(found))
"""
WRITER = """
from django.db import transaction
from reciproque.app.shared.audit import SYSTEM, record
print("writing", flush=True)
while True:
    with transaction.atomic():
        record(by=SYSTEM, action="wave.created", subject="Wave", audience="both")
"""
ONE_MORE = WRITER.replace("while True", "if True")


def live(installation):
    """Make data, back it up, spoil it, put it back; then the same while somebody writes."""
    folder = installation.folder.parent
    installation.python(CAMPAIGN % (folder / "truth"))
    before = json.loads(installation.python(DIGEST))
    assert before["default.app_publishedfigure"].split()[1] != "0"

    quiet = folder / "quiet"
    assert installation.run("backup", quiet).returncode == 0
    installation.python(ONE_MORE)
    assert json.loads(installation.python(DIGEST)) != before
    refused = installation.run("restore", quiet)
    assert refused.returncode == 1
    assert "--replace" in refused.stderr
    done = installation.run("restore", quiet, "--replace")
    assert done.returncode == 0, done.stderr
    assert "can neither go on nor be opened" in done.stdout
    assert json.loads(installation.python(DIGEST)) == before
    assert (quiet / "manifest.json").exists()

    busy = folder / "busy"
    writer = subprocess.Popen(
        [sys.executable, "-c", f"import django; django.setup()\n{WRITER}"],
        env=installation.environment | {"DJANGO_SETTINGS_MODULE": "reciproque.config.settings"},
        stdout=subprocess.PIPE,
    )
    try:
        assert writer.stdout.readline()
        assert installation.run("backup", busy).returncode == 0
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()
    assert installation.run("restore", busy, "--replace").returncode == 0
    return before


def holds(installation, before):
    after = json.loads(installation.python(DIGEST))
    assert int(after["default.app_auditrecord"].split()[1]) > int(before["default.app_auditrecord"].split()[1])
    moved = {"default.app_auditrecord", "default.app_audithead"}
    assert {name: after[name] for name in before if name not in moved} == {
        name: before[name] for name in before if name not in moved
    }
    assert "The log holds" in installation.run("audit", "verify").stdout
    verified = installation.run("urn", "verify")
    assert verified.returncode == 0
    assert "holds (" in verified.stdout


def facts_hold(installation):
    key = installation.python("from reciproque.app.survey.models import Wave; print(Wave.objects.get().key)").strip()
    truth = installation.folder.parent / "truth/campaign-0001"
    for role in ("client-member", "supplier-member", "sponsor-client", "sponsor-supplier", "facilitator"):
        done = installation.run("facts", key, "--role", role)
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout)
        assert list(said) == ["people", "scale", "may_abstain", "groups", "k", "facts"]
        assert (said["scale"], said["may_abstain"], said["k"]) == ([1, 2, 3, 4, 5, 6, 7], True, 5)
        assert {person for group in said["groups"].values() for person in group} == set(said["people"])
        for fact in said["facts"]:
            assert {"id", "kind", "group", "wave"} <= set(fact)
            assert "value" in fact or "values" in fact or "interval" in fact
            assert fact["group"] in said["groups"]
        if role != "sponsor-supplier":
            assert said == json.loads((truth / f"facts-{role}.json").read_text())


def test_sqlite(tmp_path):
    installation = Installation(tmp_path / "data", {"RECIPROQUE_SIMULATE": "1"})
    before = live(installation)
    holds(installation, before)
    facts_hold(installation)
    assert not list(installation.folder.glob("*.restoring"))


@pytest.mark.postgres
@pytest.mark.skipif(not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")), reason="PostgreSQL is not installed")
def test_postgresql(tmp_path):
    script = Path(__file__).parents[2] / "tools/with_postgres.sh"
    tools = next(Path("/usr/lib/postgresql").glob("*/bin"))
    with subprocess.Popen(
        [script, sys.executable, "-c", "import os; print(os.environ['DATABASE_URL'], flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=script.parent.parent,
    ) as cluster:
        url = cluster.stdout.readline().strip()
        path = f"{tools}{os.pathsep}{os.environ['PATH']}"
        installation = Installation(tmp_path / "data", {"RECIPROQUE_SIMULATE": "1", "DATABASE_URL": url, "PATH": path})
        installation.folder.mkdir(mode=0o700)
        try:
            before = live(installation)
            holds(installation, before)
        finally:
            cluster.communicate("\n")
    shutil.rmtree(installation.folder)
