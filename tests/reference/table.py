"""Every figure that a reference software also gives: ours, theirs, and how far apart they are.

python tests/reference/table.py
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from math import isclose
from pathlib import Path

HERE = Path(__file__).parent
NOT_SUBJECTS = {"table", "test_table"}


@dataclass(frozen=True)
class Comparison:
    """`absolute` for log-likelihoods and boundaries, where a relative tolerance says little."""

    measure: str
    ours: float
    reference: float
    software: str
    relative: float = 1e-5
    absolute: float = 1e-12

    @property
    def agrees(self) -> bool:
        return isclose(self.ours, self.reference, rel_tol=self.relative, abs_tol=self.absolute)


def subjects() -> list[str]:
    return sorted(path.stem for path in HERE.glob("[a-z]*.py") if path.stem not in NOT_SUBJECTS)


def comparisons(subject: str) -> Iterator[Comparison]:
    yield from importlib.import_module(f"reference.{subject}").comparisons()


def main() -> int:
    sys.path.insert(0, str(HERE.parent))
    wrong = 0
    for subject in subjects():
        print(f"\n{subject}\n{'measure':<58}{'ours':>16}{'reference':>16}{'difference':>12}  software")
        for row in comparisons(subject):
            wrong += not row.agrees
            figures = f"{row.ours:>16.7f}{row.reference:>16.7f}{row.ours - row.reference:>12.1e}"
            print(f"{row.measure:<58}{figures}  {row.software}{'' if row.agrees else '  DIFFERS'}")
    print(f"\n{wrong} figures differ from their reference by more than allowed.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
