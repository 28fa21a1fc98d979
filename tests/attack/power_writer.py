"""Puts ten rows into a store and tells each one, to be recorded by power.record()."""

import sqlite3
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from attack.power import tell

store = sqlite3.connect(sys.argv[1], isolation_level=None)
store.execute(f"PRAGMA synchronous={sys.argv[2]}")
for number in range(10):
    store.execute("INSERT INTO ballot VALUES (?)", [f"row-{number}"])
    tell(f"kept row-{number}")
