"""Servers and workers as processes: they start, answer, and stop when asked, leaving nobody behind."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from installations import Installation, fetch, free_port

pytestmark = pytest.mark.slow


@pytest.fixture
def installation(tmp_path):
    return Installation(tmp_path / "data")


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def workers(pid: int) -> list[int]:
    """The children that run the jobs."""
    return [child for child in children(pid) if Path(f"/proc/{child}/cmdline").read_bytes().endswith(b"\0worker\0")]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(true, patience=120):
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_and_its_worker_stop_together(installation, number):
    port = free_port()
    with installation.start("serve", "--port", port, "--workers", 1, "--with-worker") as server:
        status, page = fetch(f"http://127.0.0.1:{port}/accounts/login/")
        assert status == 200
        style = re.search(r'href="(/static/built/[^"]+\.css)"', page)
        assert style
        assert fetch(f"http://127.0.0.1:{port}{style[1]}")[0] == 200
        until(lambda: len(children(server.pid)) >= 2)
        family = [server.pid, *children(server.pid)]
        for pid in family:
            limits = Path(f"/proc/{pid}/limits").read_text()
            assert re.search(r"Max core file size +0 +0 ", limits), "memory could be dumped to the disk"
        until(lambda: "No worker" not in installation.run("check").stdout)

        other = installation.run("serve", "--port", port)
        assert other.returncode == 1
        assert f"127.0.0.1:{port}" in other.stderr
        assert "Traceback" not in other.stderr

        refused = installation.run("restore", _backup(installation), "--replace")
        assert refused.returncode == 1
        assert "Stop `serve` and `worker` first" in refused.stderr

        server.send_signal(number)
        assert server.wait(timeout=40) == 0
        until(lambda: not any(alive(pid) for pid in family))
        said = server.all_said()
    assert "Traceback" not in said
    assert f"http://127.0.0.1:{port}" in said
    assert "type this code once" in said
    assert "No worker is running" in installation.run("check").stdout  # it said goodbye


def _backup(installation):
    copy = installation.folder.parent / "copy"
    assert installation.run("backup", copy).returncode == 0
    return copy


def test_a_killed_web_process_is_replaced(installation):
    port = free_port()
    with installation.start("serve", "--port", port, "--workers", 1) as server:
        assert fetch(f"http://127.0.0.1:{port}/health")[0] == 200
        web = children(server.pid)
        time.sleep(6)  # one that dies sooner is taken for one that cannot start
        for pid in web:
            os.kill(pid, signal.SIGKILL)
        until(lambda: set(children(server.pid)) - set(web))
        assert fetch(f"http://127.0.0.1:{port}/health")[0] == 200


def test_a_killed_worker_is_started_again(installation):
    port = free_port()
    with installation.start("serve", "--port", port, "--workers", 1, "--with-worker") as server:
        assert fetch(f"http://127.0.0.1:{port}/health")[0] == 200
        for _ in range(2):
            (first,) = workers(server.pid)
            os.kill(first, signal.SIGKILL)
            until(lambda first=first: workers(server.pid) not in ([], [first]))
        until(lambda: "No worker" not in installation.run("check").stdout)
        (last,) = workers(server.pid)
        server.terminate()
        assert server.wait(timeout=40) == 0
        until(lambda: not alive(last))
        assert server.all_said().count("started again") == 2


def test_web_processes_that_are_killed_again_and_again_do_not_stop_the_server(installation):
    port = free_port()
    with installation.start("serve", "--port", port, "--workers", 1) as server:
        assert fetch(f"http://127.0.0.1:{port}/health")[0] == 200
        time.sleep(16)
        for _ in range(2):
            (web,) = children(server.pid)
            os.kill(web, signal.SIGKILL)
            until(lambda web=web: children(server.pid) not in ([], [web]))
        assert fetch(f"http://127.0.0.1:{port}/health")[0] == 200
        assert server.poll() is None


def test_nobody_is_left_behind_by_a_server_killed_at_one_blow(installation):
    """Its port is free and its worker gone, so that it can be started again by anything."""
    port = free_port()
    with installation.start("serve", "--port", port, "--workers", 2, "--with-worker") as server:
        assert fetch(f"http://127.0.0.1:{port}/health")[0] == 200
        family = children(server.pid)
        assert len(family) == 3
        server.kill()
        server.wait()
        until(lambda: not any(alive(pid) for pid in family))
    with installation.start("serve", "--port", port, "--workers", 1):
        assert fetch(f"http://127.0.0.1:{port}/health")[0] == 200


def test_a_worker_stops_when_asked(installation):
    with installation.start("worker") as worker:
        until(
            lambda: (
                (installation.folder / "reciproque.sqlite3").exists()
                and "No worker" not in installation.run("check").stdout
            )
        )
        worker.terminate()
        assert worker.wait(timeout=30) == 0


def test_two_servers_may_prepare_at_once(installation):
    """Both wait for one another, both succeed, and the code of the first visit is the same."""
    folder = installation.environment
    prepare = [sys.executable, "-m", "reciproque.cli.prepare", "http://127.0.0.1:1"]
    started = [
        subprocess.Popen(prepare, env=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    ends = [process.communicate(timeout=120) for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], ends
    codes = {said.rsplit(" ", 1)[1].strip() for said, _errors in ends}
    assert len(codes) == 1


REAL = (
    "from reciproque.cli.prepare import prepare; prepare()\n"
    "from reciproque.demo import campaign\n"
    "campaign.relationship(campaign.company('One'), campaign.company('Two'), is_demo={is_demo})"
)


@pytest.mark.parametrize("command", [("serve",), ("worker",), ("demo",)])
def test_a_demonstration_never_opens_over_real_relationships(installation, command):
    installation.python(REAL.format(is_demo=False))
    installation.extra = {"RECIPROQUE_DEMO": "1"}
    words = (*command, "--port", free_port()) if command == ("serve",) else command
    done = installation.run(*words)
    assert done.returncode == 1
    assert "there are real relationships here" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_a_visitor_adds_to_the_demonstration_does_not_stop_it(installation):
    added = "campaign.relationship(campaign.company('Three'), campaign.company('Four'), is_demo=False)"
    installation.python(REAL.format(is_demo=True) + "\n" + added)
    installation.extra = {"RECIPROQUE_DEMO": "1"}
    installation.python("from reciproque.cli.prepare import prepare; prepare()")  # what `serve` and `worker` ask
    again = installation.run("demo", "--again")
    assert again.returncode == 1
    assert "added by hand" in again.stderr
