"""Memory of the whole product at rest: web processes and worker, each shared page counted once (PSS).

python benchmarks/rest.py
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

TARGET_MB = 250


def family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from family(int(child))


def pss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(address: str) -> None:
    """Until the product has answered twenty times; a first start on a busy machine takes minutes."""
    until = time.monotonic() + 600
    while True:
        time.sleep(1)
        try:
            for _ in range(20):
                urllib.request.urlopen(address).read()
            return
        except OSError:
            if time.monotonic() > until:
                raise


def main() -> bool:
    port = free_port()
    environment = {**os.environ, "RECIPROQUE_DATA": tempfile.mkdtemp(prefix="reciproque-bench-")}
    command = [str(Path(sys.executable).with_name("reciproque")), "serve", "--with-worker", f"--port={port}"]
    product = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_for(f"http://127.0.0.1:{port}/accounts/login/")
        time.sleep(5)
        megabytes = sum(pss_mb(pid) for pid in set(family(product.pid)))
    finally:
        os.killpg(product.pid, signal.SIGTERM)
        product.wait(30)
    print(f"{'whole product at rest':44} target <= {TARGET_MB:5.0f} MB   measured {megabytes:6.0f} MB")
    return megabytes <= TARGET_MB


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
