"""Closing an urn: who answered is worked out once, then slots, order and the wave secret are destroyed.

Steps, each safe to run again after a crash at any point: shut, mark who answered, mix, scrub the files, destroy the
wave secret, list the receipts. Running `close` again from the start always ends in the same state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings

from reciproque.app.survey.urn import collect, lock, opening, receipts, store, tokens
from reciproque.app.survey.urn.errors import NotClosed, SecretMissing
from reciproque.app.survey.urn.models import ShutUrn


@dataclass(frozen=True)
class ReceiptList:
    """What is published at closing: anyone can check that a receipt is in it, and that every report counts as many."""

    receipts: tuple[str, ...]
    root: str
    client: int
    supplier: int


def close(wave_id: int, invitation_ids: Iterable[int], mark: Callable[[frozenset[int]], None]) -> ReceiptList:
    """Close the urn of a wave. `mark` stores who answered: one statement for all, safe to repeat.

    When the wave secret was lost (a restored backup never holds it), `mark` is not called: who answered stays unknown.
    """
    store.shut(wave_id)
    slots = store.filled_once_shut(wave_id)
    if slots is not None:
        with suppress(SecretMissing):
            mark(collect.owners(wave_id, invitation_ids, slots))
        store.mix(wave_id)
    store.scrub()
    tokens.destroy_secret(settings.SECRETS_DIR, wave_id)
    return receipt_list(wave_id)


def receipt_list(wave_id: int) -> ReceiptList:
    """The list of a closed urn, from the stored ballots."""
    if store.stage(wave_id) != ShutUrn.Stage.MIXED:
        raise NotClosed
    rows = store.ballots(wave_id)
    listed, sides = receipts.sorted_list(rows), Counter(row.side for row in rows)
    return ReceiptList(listed, receipts.merkle_root(listed), sides["client"], sides["supplier"])


def destroy(wave_id: int) -> None:
    """Purge or cancel: no lock, no ballot, no wave secret, no kept shares. May be run again after a crash.

    The caller deletes the wrapped halves in the main database first, then calls `forget_deleted_halves`.
    """
    lock.destroy(settings.SECRETS_DIR, wave_id)
    store.destroy(wave_id)
    store.scrub()
    tokens.destroy_secret(settings.SECRETS_DIR, wave_id)
    opening.forget(wave_id)


def is_destroyed(wave_id: int) -> bool:
    return store.stage(wave_id) == ShutUrn.Stage.DESTROYED


def forget_deleted_halves() -> None:
    """Empty the log of the main database, so that halves just deleted are nowhere on the disk."""
    store.truncate_log("default")
