"""Two stores: the main database and the ballot store, in two SQLite files or two PostgreSQL schemas.

On PostgreSQL, ``BALLOTS_DATABASE_URL`` may name another role for the ballot store; by default the same role is used.
"""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from reciproque.config.env import BadSetting

# Each commit waits for the disk, in both files: a ballot kept through a power cut is lost all the same when the main
# file has forgotten that its wave collects.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
    "PRAGMA busy_timeout=20000; PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY;"
)


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        # Kept open: opening a file sets seven pragmas, and closing the last one rewrites the write-ahead log.
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": SQLITE_PRAGMAS,
        },
        "TEST": {"NAME": path.parent / f"test-{path.name}"},
    }


def _postgres(variable: str, url: str, *, schema: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _unlike(variable) from None
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.lstrip("/"):
        raise _unlike(variable)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            **dict(parse_qsl(parts.query)),
            "options": f"-c search_path={schema},public",
            "pool": {"min_size": 0, "max_size": 8, "timeout": 10},
        },
        "TEST": {"NAME": f"test_{schema}_{unquote(parts.path.lstrip('/'))}"},
    }


def _unlike(variable: str) -> BadSetting:
    """Without the value, nor the error that repeats a part of it: a password may stand in both."""
    return BadSetting(f"{variable} must look like postgresql://user:password@host:5432/name.")


def databases(url: str, ballots_url: str, data_dir: Path) -> dict[str, Any]:
    if url:
        of_ballots = ("BALLOTS_DATABASE_URL", ballots_url) if ballots_url else ("DATABASE_URL", url)
        return {
            "default": _postgres("DATABASE_URL", url, schema="reciproque"),
            "ballots": _postgres(*of_ballots, schema="ballots"),
        }
    if ballots_url:
        raise BadSetting("BALLOTS_DATABASE_URL is set and DATABASE_URL is not: set both, or neither to use SQLite.")
    return {
        "default": _sqlite(data_dir / "reciproque.sqlite3"),
        "ballots": _sqlite(data_dir / "ballots.sqlite3"),
    }


class BallotRouter:
    """Sends the models marked ``ballot_store`` to the ballot store, and nothing else."""

    def _is_ballot(self, model: Any) -> bool:
        return bool(getattr(model, "ballot_store", False))

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return "ballots" if self._is_ballot(model) else "default"

    db_for_write = db_for_read

    def allow_relation(self, left: Any, right: Any, **hints: Any) -> bool:
        return self._is_ballot(left) == self._is_ballot(right)

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        if "store" in hints:
            return bool(hints["store"] == db)
        in_ballots = app_label == "app" and model_name in {"ballot", "sealedballot", "shuturn"}
        return (db == "ballots") == in_ballots
