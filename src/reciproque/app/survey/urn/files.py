"""Small secret files beside the databases, never inside them nor in their backups: made once, durable, destroyable."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

KEY = 32


def create_once(path: Path, content: bytes) -> bool:
    """Make a private file, durable and whole before it can be seen. False when one is already there, left as it is."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.parent / f".{path.name}.{secrets.token_hex(8)}"
    _write_durably(temporary, content)
    try:
        os.link(temporary, path)  # a link never replaces: of two callers at once, one wins
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
        _sync_folder(path.parent)
    return True


def create_key(path: Path) -> None:
    """Draw 32 random bytes into a file; leave the key already there."""
    create_once(path, secrets.token_bytes(KEY))


def read_key(path: Path) -> bytes | None:
    """The key in a file; None when there is none, or when its destruction has begun."""
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        return None
    return key if len(key) == KEY and any(key) else None


def destroy(path: Path) -> None:
    """Overwrite, then remove, with whatever an interrupted `create_once` left. May be called again after a crash."""
    for found in [path, *path.parent.glob(f".{path.name}.*")]:
        _destroy_one(found)
    if path.parent.exists():
        _sync_folder(path.parent)


def finish_destroying(path: Path) -> None:
    """Remove what a `destroy` cut short has overwritten already; leave anything else."""
    try:
        overwritten = not any(path.read_bytes())
    except FileNotFoundError:
        return
    if overwritten:
        destroy(path)


def _destroy_one(path: Path) -> None:
    try:
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:
        return
    path.unlink(missing_ok=True)


def _write_durably(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
