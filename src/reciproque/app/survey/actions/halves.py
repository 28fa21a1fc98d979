"""A private half on hold while its sponsor and deputy take their phrases: one file a side, beside the wave secret.

It lives only while no ballot exists (docs/adr/0008): destroyed as soon as both hold a phrase, the collection opens, or
the sealing is given up. Like the wave secret it is outside the databases and their backups.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from reciproque.app.shared.vocabulary import SIDES
from reciproque.app.survey.urn import files
from reciproque.app.survey.urn.keys import Half


def keep(wave_id: int, side: str, half: Half) -> None:
    files.create_once(_path(wave_id, side), half.public + half.private)


def kept(wave_id: int, side: str) -> Half | None:
    try:
        content = _path(wave_id, side).read_bytes()
    except FileNotFoundError:
        return None
    return Half(public=content[:32], private=content[32:]) if len(content) == 64 and any(content) else None


def on_hold() -> set[int]:
    """The waves of which a half is on hold."""
    return {int(path.name.split("-")[1]) for path in settings.SECRETS_DIR.glob("wave-*-half.key")}


def forget(wave_id: int, *sides: str) -> None:
    """Overwrite and remove; may be called again after a crash."""
    for side in sides or SIDES:
        files.destroy(_path(wave_id, side))


def _path(wave_id: int, side: str) -> Path:
    return settings.SECRETS_DIR / f"wave-{wave_id}-{side}-half.key"
