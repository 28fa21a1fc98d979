"""Typed readers of the environment. Every setting has a default, so that nothing needs to be set to start.

A value may also come from a file: ``NAME_FILE=/run/secrets/x`` is read when ``NAME`` is absent.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

TRUE = {"1", "true", "yes", "on"}
FALSE = {"", "0", "false", "no", "off"}


class BadSetting(ValueError):
    """A variable of the environment has a value that cannot be used."""


def text(name: str, default: str = "") -> str:
    if name in os.environ:
        return os.environ[name]
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeError) as error:
            raise BadSetting(f"{name}_FILE names {path}, which cannot be read.") from error
    return default


def folder(name: str, default: str) -> Path:
    return Path(text(name, default)).expanduser().resolve()


def address(name: str, default: str) -> str:
    """A web address without its last slash."""
    value = text(name, default).rstrip("/")
    try:
        parts = urlsplit(value)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not close, a port that is no number
        usable = False
    if not usable:
        raise BadSetting(f"{name} must be an address such as https://trust.example.org, not {value!r}.")
    return value


def time_zone(name: str, default: str) -> str:
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError) as error:
        raise BadSetting(f"{name} must be a time zone such as Europe/Paris, not {value!r}.") from error
    return value


def flag(name: str, default: bool) -> bool:
    value = text(name, "yes" if default else "no").strip().lower()
    if value not in TRUE | FALSE:
        raise BadSetting(f"{name} must be yes or no, not {value!r}.")
    return value in TRUE


def number(name: str, default: int) -> int:
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError as error:
        raise BadSetting(f"{name} must be a whole number, not {value!r}.") from error


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]
