"""Collecting: from an invitation to a receipt. Nothing is written but the ballot itself.

Who answered is worked out from the slots while the wave secret lives, so that no table keeps the order of arrival.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.conf import settings

from reciproque.app.survey.urn import lock, receipts, store, tokens
from reciproque.app.survey.urn.errors import InvalidToken, SecretMissing
from reciproque.app.survey.urn.seal import Answers, seal


@dataclass(frozen=True)
class Recognised:
    """The invitation that a token belongs to."""

    wave_id: int
    invitation_id: int
    token: bytes = field(repr=False)


def prepare(wave_id: int) -> None:
    """Make the wave secret and the lock. To call once both sides have sealed, before the first invitation leaves."""
    lock.create(settings.SECRETS_DIR, wave_id)
    tokens.create_secret(settings.SECRETS_DIR, wave_id)


def invitation_token(wave_id: int, invitation_id: int) -> str:
    """The 26 signs to send to one person, always the same until closing. Never store or log them."""
    return tokens.show(tokens.token_of(tokens.read_secret(settings.SECRETS_DIR, wave_id), invitation_id))


def recognise(typed: str, invitations: Mapping[int, Iterable[int]]) -> Recognised:
    """Whose token this is, among the invitations of the waves now collecting, given by wave; else InvalidToken."""
    token = tokens.read(typed)
    for wave_id, invitation_ids in invitations.items():
        try:
            secret = tokens.read_secret(settings.SECRETS_DIR, wave_id)
        except SecretMissing:
            continue
        for invitation_id in invitation_ids:
            if hmac.compare_digest(tokens.token_of(secret, invitation_id), token):
                return Recognised(wave_id, invitation_id, token)
    raise InvalidToken


def slot_of(found: Recognised) -> str:
    """Where the ballot of an invitation lies; refuses a token that is no longer its own, as one from an old cookie."""
    try:
        secret = tokens.read_secret(settings.SECRETS_DIR, found.wave_id)
    except SecretMissing as error:
        raise InvalidToken from error
    if not hmac.compare_digest(tokens.token_of(secret, found.invitation_id), found.token):
        raise InvalidToken
    return tokens.slot_of(secret, found.invitation_id)


def submit(found: Recognised, *, side: str, answers: Answers, client: bytes, supplier: bytes) -> str:
    """Seal one person's answers under both public keys and store them; returns the receipt once on the disk.

    Sent again, it replaces the ballot before it. Raises NotCollecting, InvalidToken, TooLong, LockMissing, or
    a DatabaseError when the disk is full or the store held: then nothing changed.
    """
    slot = slot_of(found)
    shut_with = lock.read(settings.SECRETS_DIR, found.wave_id)
    row = seal(answers, wave_id=found.wave_id, side=side, client=client, supplier=supplier, lock=shut_with)
    store.put(found.wave_id, slot, row)
    return receipts.receipt_of(row)


def withdraw(found: Recognised) -> None:
    """Take the ballot back, possible until closing. Nothing says whether there was one."""
    store.remove(found.wave_id, slot_of(found))


def answered(wave_id: int, invitation_ids: Iterable[int]) -> frozenset[int]:
    """Which invitations have a ballot now, for reminders only. Never show or log it."""
    return owners(wave_id, invitation_ids, store.filled(wave_id))


def owners(wave_id: int, invitation_ids: Iterable[int], slots: frozenset[str]) -> frozenset[int]:
    """The invitations behind some slots."""
    every = tokens.slots_of(tokens.read_secret(settings.SECRETS_DIR, wave_id), invitation_ids)
    return frozenset(every[slot] for slot in slots & every.keys())


def counts(wave_id: int) -> dict[str, int]:
    """Ballots per side: {"client": 9, "supplier": 13}."""
    return store.counts(wave_id)
