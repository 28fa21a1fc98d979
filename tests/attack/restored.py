"""Inside an installation: what a backup that was put back gives to somebody who has both opening phrases."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from django.apps import apps
from django.conf import settings

from attack.keys import Loot, bytes_opened
from reciproque.app.survey.models import Wave, WrappedHalf
from reciproque.app.survey.queries.answering import recognise
from reciproque.app.survey.urn import keys, phrases, store
from reciproque.app.survey.urn.errors import InvalidToken, UrnError
from reciproque.app.survey.urn.models import Ballot, SealedBallot

BUCKET = 4096


def ballots(phrases_of: Mapping[str, str]) -> dict[str, int]:
    """Ballots that are there, and ballots whose content comes out, with both phrases and every file of the folder."""
    files = tuple(path.read_bytes() for path in sorted(settings.SECRETS_DIR.rglob("*")) if path.is_file())
    there = opened = 0
    for wave in Wave.objects.all():
        rows = (*store._rows(Ballot, wave.pk), *store._rows(SealedBallot, wave.pk))
        there += len(rows)
        opened += bytes_opened(Loot(rows, files, halves_of(wave, phrases_of))) // BUCKET
    return {"there": there, "opened": opened}


def halves_of(wave: Wave, phrases_of: Mapping[str, str]) -> dict[str, bytes]:
    found = {}
    for wrapped in WrappedHalf.objects.filter(key__wave=wave).select_related("key"):
        kept = keys.Wrapped(bytes(wrapped.salt), wrapped.memory_mib, bytes(wrapped.box))
        for phrase in phrases_of.values():
            for language in phrases.LANGUAGES:
                with suppress(UrnError):
                    half = keys.unwrap(kept, phrases.read(phrase, language), bytes(wrapped.key.public_key))
                    found[wrapped.key.side] = half.private
    return found


def private_halves(phrases_of: Mapping[str, str]) -> list[str]:
    return [half.hex() for wave in Wave.objects.all() for half in halves_of(wave, phrases_of).values()]


def links(tokens: list[str]) -> int:
    """How many links of the old mails still lead somewhere."""
    good = 0
    for token in tokens:
        with suppress(InvalidToken):
            recognise(token)
            good += 1
    return good


def columns() -> dict[str, str]:
    """A fingerprint of every column of the main database, row by row in the order of the keys."""
    found = {}
    for model in _models():
        for column in model._meta.concrete_fields:
            values = model.objects.using("default").order_by("pk").values_list(column.attname, flat=True)
            content = repr([bytes(value) if isinstance(value, memoryview) else value for value in values])
            found[f"{model._meta.db_table}.{column.column}"] = hashlib.sha256(content.encode()).hexdigest()
    return found


def beside_people(receipts: list[str]) -> int:
    """Rows of any table that hold a receipt and something of a person: a key, a name, an address, an invitation."""
    people = {value for row in _people() for value in row if value}
    return sum(
        any(receipt in content for receipt in receipts) and any(name in content for name in people)
        for content in _rows()
    )


def _people() -> Iterator[tuple[str, ...]]:
    for person in apps.get_model("app", "Person").objects.all():
        yield person.key, person.email, f"{person.first_name} {person.last_name}"


def _rows() -> Iterator[str]:
    for model in _models():
        for row in model.objects.using("default").values():
            yield repr(row)


def _models() -> Iterator[Any]:
    for model in apps.get_models():
        if model._meta.managed and not getattr(model, "ballot_store", False):
            yield model


def decoded() -> str:
    """Sessions, messages and the cache, read as the product reads them."""
    import base64

    from django.contrib.sessions.models import Session
    from django.db import connection

    text = [repr(session.get_decoded()) for session in Session.objects.all()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM reciproque_cache")
        text += [f"{key} {base64.b64decode(value)!r}" for key, value in cursor.fetchall()]
    return "\n".join(text)


def sealed() -> dict[str, list[str]]:
    """Slots, and pieces of sealed bodies, of all ballots now."""
    rows = [*Ballot.objects.all(), *SealedBallot.objects.all()]
    return {
        "slots": list(Ballot.objects.values_list("slot", flat=True)),
        "bodies": [bytes(row.body).hex() for row in rows],
    }


def ask(name: str, *arguments: str) -> None:
    """Print one of these as JSON: called by the proof through `Installation.python`."""
    print(json.dumps(globals()[name](*map(json.loads, arguments))))
