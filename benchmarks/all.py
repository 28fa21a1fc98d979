"""Every benchmark with targets, each in its own process; prints what is to be reached beside what was measured.

python benchmarks/all.py

recovery.py has none of its own: validity.py runs it and judges what it finds.
"""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    print(f"Machine: {os.cpu_count()} cores, load before {os.getloadavg()[0]:.2f}", flush=True)
    missed = [
        name
        for name in (
            "rest",
            "opening",
            "respond",
            "measure",
            "models",
            "within_group",
            "validity",
            "portfolio",
            "network",
            "dialogue",
        )
        if subprocess.run([sys.executable, HERE / f"{name}.py"]).returncode
    ]
    print(
        f"Load after {os.getloadavg()[0]:.2f}. "
        + (f"Targets missed in: {', '.join(missed)}." if missed else "Every target is reached.")
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
