"""The lock of a wave: a part of every ballot's key that no database and no backup holds (docs/adr/0012).

One file of 32 bytes, made when the collection opens, destroyed with the ballots. From then on a copy of the databases
made at any time is unreadable, even with both opening phrases: that is what makes the destruction real.
"""

from __future__ import annotations

from pathlib import Path

from reciproque.app.survey.urn import files
from reciproque.app.survey.urn.errors import LockMissing


def create(folder: Path, wave_id: int) -> None:
    """Make the lock, durable before returning; leave the one already there."""
    files.create_key(path_of(folder, wave_id))


def read(folder: Path, wave_id: int) -> bytes:
    key = files.read_key(path_of(folder, wave_id))
    if key is None:
        raise LockMissing(f"no lock for wave {wave_id}")
    return key


def destroy(folder: Path, wave_id: int) -> None:
    files.destroy(path_of(folder, wave_id))


def path_of(folder: Path, wave_id: int) -> Path:
    return folder / f"wave-{wave_id}.lock"
