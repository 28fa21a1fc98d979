"""Typed readers of the environment. Every setting has a default, so that nothing needs to be set to start.

A value may also come from a file: ``NAME_FILE=/run/secrets/x`` is read when ``NAME`` is absent.
"""

import os
from pathlib import Path

TRUE = {"1", "true", "yes", "on"}
FALSE = {"", "0", "false", "no", "off"}


class BadSetting(ValueError):
    """A variable of the environment has a value that cannot be used."""


def text(name: str, default: str = "") -> str:
    if name in os.environ:
        return os.environ[name]
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return default


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
