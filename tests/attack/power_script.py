"""Before a power cut people answer and the wave closes; after it, the product goes on from what the disk holds."""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, connections

from attack import power
from attack.full_disk import whole
from attack.submissions import NotKept, Seeded, count, drop_connections, hand_in, seed
from reciproque.app.shared import clock
from reciproque.app.survey.actions import closing
from reciproque.app.survey.models import Wave
from reciproque.app.survey.urn.errors import UrnError


def before(rounds: int, unsynced: int) -> dict[str, object]:
    """Ten people answer, some again, then the wave closes. Whatever is acknowledged is told to the recorder."""
    seeded = seed(10)
    power.tell(f"wave {json.dumps([seeded.wave_id, seeded.tokens])}")
    if unsynced:  # a defect planted: the store no longer waits for the disk
        with connections["ballots"].cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
    for number in range(rounds):
        token = seeded.tokens[number % len(seeded.tokens)]
        power.tell(f"trying {token}")
        power.tell(f"kept {token} {hand_in(token)}")
    with clock.at(Wave.objects.get(pk=seeded.wave_id).closes_at + timedelta(minutes=1)):
        closing.close_due()
    power.tell("closed")
    return {}


def after() -> dict[str, object]:
    """Put the folder in the state of each cut, and let the product and the people go on from there."""
    told = json.load(sys.stdin)
    measured: Counter[str] = Counter(lost=0, twice=0, damaged=0, broken=0)
    for cut in power.cuts(Path(told["folder"]), Path(told["before"]), Path(told["trace"]), told["cuts"]):
        measured["cuts"] += 1
        _put_back(cut, told["folder"])
        try:
            measured.update(_go_on(cut.told))
        except (DatabaseError, sqlite3.DatabaseError, ObjectDoesNotExist, NotKept, UrnError) as error:
            measured[f"{type(error).__name__}: {error}"] += 1
            measured["broken"] += 1
    drop_connections()
    return dict(measured)


def _go_on(told: tuple[str, ...]) -> dict[str, int]:
    """Those who were told nothing hand in again; the worker closes, or goes on closing."""
    damaged = not whole()
    words = [word.partition(" ")[::2] for word in told]
    wave_id, tokens = json.loads(next(rest for kind, rest in words if kind == "wave"))
    kept = dict(rest.split() for kind, rest in words if kind == "kept")
    acknowledged = len(kept)
    if words[-1][0] == "trying":  # of an answer given again at that moment, the old or the new one is there
        kept.pop(words[-1][1], None)
    if Wave.objects.get(pk=wave_id).state == "collecting" and words[-1][0] != "closed":
        waiting = [token for token in tokens if token not in kept] if acknowledged < len(tokens) else []
        kept |= {token: hand_in(token) for token in waiting}
    found = count(Seeded(wave_id, tuple(tokens)), kept)
    listed = found.people + found.twice - found.missing
    return {
        "acknowledged": acknowledged,
        "lost": found.lost + max(0, acknowledged - listed),
        "twice": max(0, listed - len(tokens)),
        "damaged": damaged,
        "broken": not found.holds,
    }


def _put_back(cut: power.Cut, folder: str) -> None:
    here = Path(settings.DATA_DIR)
    drop_connections()
    for path in here.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name, content in cut.files.items():
        path = here / Path(name).relative_to(folder)
        path.parent.mkdir(mode=0o700, exist_ok=True, parents=True)
        path.write_bytes(content)
