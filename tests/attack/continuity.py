"""What a backup must bring back: every row, every counter, every rule of both databases, read without the product.

A place is the folder of an installation (SQLite) or the address of a server (PostgreSQL). Used by the tests and by
proof/continuity.py.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import subprocess
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

FILES = {"default": "reciproque.sqlite3", "ballots": "ballots.sqlite3"}
SCHEMAS = {"default": "reciproque", "ballots": "ballots"}
LEAP = 1_000_000
"""How far a restore moves every counter, so that no number is given twice."""


@dataclass(frozen=True)
class Content:
    """Two databases: per table the number of rows and a hash of them all, the counters, and every definition."""

    tables: Mapping[str, tuple[int, str]]
    counters: Mapping[str, int] = field(repr=False)
    rules: tuple[str, ...] = field(repr=False)
    columns: Mapping[str, tuple[str, ...]] = field(repr=False, default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(count for count, _hash in self.tables.values())


Columns = Mapping[str, tuple[str, ...]]


def content(folder: Path, url: str = "", columns: Columns | None = None) -> Content:
    """`columns`: hash these only, those that a later version may have added left out."""
    if url:
        return _of_postgres(url, columns or {})
    return _of_sqlite({alias: folder / name for alias, name in FILES.items()}, columns or {})


def _among(there: Iterable[str], asked: tuple[str, ...] | None) -> tuple[str, ...]:
    return tuple(sorted(name for name in there if asked is None or name in asked))


def content_of_backup(folder: Path) -> Content:
    """What the two files of a backup made from SQLite hold."""
    return _of_sqlite({alias: folder / f"{alias}.sqlite3" for alias in FILES}, {})


def differences(before: Content, after: Content, *, leap: int = LEAP) -> list[str]:
    """What is not the same, in words; counters must have moved by the leap exactly."""
    names = sorted(before.tables.keys() | after.tables.keys())
    found = [
        f"{name}: {before.tables.get(name)} then {after.tables.get(name)}"
        for name in names
        if before.tables.get(name) != after.tables.get(name)
    ]
    counters = before.counters.keys() | after.counters.keys()
    moved = {name: after.counters.get(name, 0) - before.counters.get(name, 0) for name in counters}
    found += [f"counter {name} moved by {by}" for name, by in sorted(moved.items()) if by != leap]
    return found + [f"only on one side: {rule}" for rule in sorted(set(before.rules) ^ set(after.rules))]


# ---------------------------------------------------------------- SQLite
def _of_sqlite(files: Mapping[str, Path], asked: Columns) -> Content:
    tables: dict[str, tuple[int, str]] = {}
    columns: dict[str, tuple[str, ...]] = {}
    counters: dict[str, int] = {}
    rules: list[str] = []
    for alias, path in files.items():
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=30)) as store:
            store.execute("BEGIN")
            found = store.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()
            rules += [f"{alias}: {sql}" for _kind, _name, sql in found if sql]
            names = [name for kind, name, _sql in found if kind == "table"]
            if "sqlite_sequence" in names:
                counters |= {
                    f"{alias}.{name}": seq for name, seq in store.execute("SELECT name, seq FROM sqlite_sequence")
                }
            for name in set(names) - {"sqlite_sequence"}:
                there = (row[1] for row in store.execute(f'PRAGMA table_info("{name}")').fetchall())
                columns[f"{alias}.{name}"] = _among(there, asked.get(f"{alias}.{name}"))
                tables[f"{alias}.{name}"] = _hashed(store, name, columns[f"{alias}.{name}"])
            for name in (name for kind, name, sql in found if kind == "table" and "AUTOINCREMENT" in (sql or "")):
                counters.setdefault(f"{alias}.{name}", 0)
    return Content(tables, counters, tuple(sorted(rules)), columns)


def _hashed(store: sqlite3.Connection, table: str, columns: Iterable[str]) -> tuple[int, str]:
    """Rows in the order of their bytes, so that where they lie does not count."""
    store.text_factory = bytes
    rows = store.execute(f'SELECT {_quoted(columns)} FROM "{table}"')
    hashes = sorted(hashlib.sha256(repr(row).encode()).digest() for row in rows)
    store.text_factory = str
    return len(hashes), hashlib.sha256(b"".join(hashes)).hexdigest()[:16]


def _quoted(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def damaged(folder: Path) -> list[str]:
    """What SQLite itself finds wrong in the two files."""
    found = []
    for name in FILES.values():
        with closing(sqlite3.connect(folder / name)) as store:
            said = [line for (line,) in store.execute("PRAGMA integrity_check")]
            said += [f"broken reference {row}" for row in store.execute("PRAGMA foreign_key_check")]
        found += [f"{name}: {line}" for line in said if line != "ok"]
    return found


# ---------------------------------------------------------------- PostgreSQL
RULES = """
    SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default, is_identity)
           FROM information_schema.columns WHERE table_schema = %(schema)s
    UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
           FROM pg_constraint WHERE connamespace = %(schema)s::regnamespace
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = %(schema)s
"""
CASTS = re.compile(r"::(?:character varying|text)(?:\[\])?|[()]")
"""PostgreSQL writes `x IN ('a', 'b')` with other casts and brackets once it was dumped and read again."""
ROWS = """
    SELECT count(*), coalesce(md5(string_agg(hashed, '' ORDER BY hashed)), '')
    FROM (SELECT md5(t::text) hashed FROM (SELECT {} FROM {}) t) every_row
"""
NAMES = "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"


def _of_postgres(url: str, asked: Columns) -> Content:
    tables: dict[str, tuple[int, str]] = {}
    columns: dict[str, tuple[str, ...]] = {}
    counters: dict[str, int] = {}
    rules: list[str] = []
    with psycopg.connect(url) as server:
        server.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for alias, schema in SCHEMAS.items():
            names = server.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema]).fetchall()
            for (name,) in names:
                there = (column for (column,) in server.execute(NAMES, [schema, name]))
                columns[f"{alias}.{name}"] = _among(there, asked.get(f"{alias}.{name}"))
                select = ROWS.format(_quoted(columns[f"{alias}.{name}"]), f'{schema}."{name}"')
                tables[f"{alias}.{name}"] = server.execute(select).fetchone()
            numbers = "SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = %s"
            counters |= {f"{alias}.{name}": value for name, value in server.execute(numbers, [schema])}
            rules += [f"{alias}: {CASTS.sub('', rule)}" for (rule,) in server.execute(RULES, {"schema": schema})]
    return Content(tables, counters, tuple(sorted(rules)), columns)


# ---------------------------------------------------------------- What must not be in a backup
def secrets_found(secrets: Path, backup: Path) -> list[str]:
    """Which files of the secrets folder a backup holds, in whole or in any stretch of 16 bytes, plain or as text."""
    texts = [_readable(path) for path in sorted(backup.rglob("*")) if path.is_file()]
    found = []
    for path in sorted(path for path in secrets.rglob("*") if path.is_file()):
        needles = list(_needles(path.read_bytes()))
        if any(needle in text for text in texts for needle in needles):
            found.append(path.name)
    return found


def _needles(secret: bytes) -> Iterator[bytes]:
    for start in range(0, max(len(secret) - 15, 1), 8):
        piece = secret[start : start + 16]
        yield piece
        yield piece.hex().encode()
    yield b64encode(secret).rstrip(b"=")[:-1]


def _readable(path: Path) -> bytes:
    """The bytes of a file; of a packed dump, what it unpacks to, with hexadecimal in small letters as we search it."""
    if path.suffix != ".dump":
        return path.read_bytes()
    done = subprocess.run(["pg_restore", "--file=-", str(path)], capture_output=True, check=True)
    return path.read_bytes() + done.stdout


def tamperings(backup: Path, *, flips: int, chance: object) -> Iterator[tuple[str, Path]]:
    """Ways to spoil a copy of a backup, done one after the other; each is undone before the next."""
    for path in sorted(path for path in backup.iterdir() if path.name != "manifest.json"):
        whole = path.read_bytes()
        for _ in range(flips):
            place, bit = chance.randrange(len(whole)), 1 << chance.randrange(8)
            yield (
                f"bit of {path.name}",
                _written(path, whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :]),
            )
        yield f"{path.name} cut", _written(path, whole[: len(whole) // 2])
        yield f"{path.name} longer", _written(path, whole + b"\0")
        path.unlink()
        yield f"{path.name} missing", path
        path.write_bytes(whole)
    manifest = backup / "manifest.json"
    text = manifest.read_text()
    about = json.loads(text)
    for said in (
        "", "{", "[]", "null", '{"sha256": null}', '{"sha256": {}}', '{"sha256": []}',
        text[: len(text) // 2], re.sub(r"[0-9a-f]{64}", "0" * 64, text),
        json.dumps(about | {"sha256": dict(zip(about["sha256"], reversed(about["sha256"].values()), strict=True))}),
    ):  # fmt: skip
        yield f"manifest {said[:20]!r}", _written(manifest, said.encode())
    manifest.unlink()
    yield "no manifest", manifest
    manifest.write_text(text)


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
