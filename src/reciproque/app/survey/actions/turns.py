"""Who turned the first key, until the second opens the wave: one small file beside the waiting shares.

It is outside the databases on purpose. A record would be read by that company alone, but it would move the one log
that both companies share: the other could tell that a key has turned, and choose the minute of the opening.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from django.conf import settings

from reciproque.app.shared.vocabulary import SIDES
from reciproque.app.survey.urn import files


def note(wave_id: int, side: str, account_key: str, *, again: bool) -> None:
    """After the shares were kept. `again`: that side had turned already, and whoever came first stays.

    A turned key counts even when this cannot be written: the record then names the company.
    """
    path = _path(wave_id, side)
    with suppress(OSError):
        if again:
            files.finish_destroying(path)
        else:
            files.destroy(path)  # left by an opening whose end was cut short
        files.create_once(path, account_key.encode())


def who(wave_id: int, side: str) -> str:
    """The key of the account, or "" when it is not known."""
    try:
        return _path(wave_id, side).read_bytes().strip(b"\0").decode(errors="replace")
    except FileNotFoundError:
        return ""


def forget(wave_id: int) -> None:
    """Once both turns are recorded, or when the wave is given up; may be called again after a crash."""
    for side in SIDES:
        files.destroy(_path(wave_id, side))


def _path(wave_id: int, side: str) -> Path:
    return settings.SECRETS_DIR / f"opening-{wave_id}-{side}.holder"
