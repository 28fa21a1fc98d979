"""Closing a wave and destroying what must not outlive it. Every step can be run again after a crash."""

from __future__ import annotations

import contextlib

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Value, When
from django.utils.translation import gettext as _

from reciproque.app.shared import clock
from reciproque.app.shared.audit import SYSTEM, Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import SIDES, Side
from reciproque.app.survey.actions import halves, turns
from reciproque.app.survey.actions.common import locked, log, moved, same
from reciproque.app.survey.actions.invitations import queue_closed
from reciproque.app.survey.destruction import destroy_words
from reciproque.app.survey.models import Invitation, SealingKey, Wave, WaveState, WrappedHalf
from reciproque.app.survey.queries.waves import closing_is_due, quorums
from reciproque.app.survey.urn import close, files
from reciproque.app.survey.urn.errors import StoreBusy


def start_closing(*, by: Actor, wave: Wave) -> None:
    """Refuse answers from now on: both quorums are reached, and the date or the hours of grace are over."""
    with transaction.atomic():
        fresh = moved(by, wave, "start_closing")
        if not closing_is_due(fresh):
            raise Refused(_("It is too early to close: the last day or the hours of grace are not over."))
        if not all(quorums(fresh).values()):
            raise Refused(_("A quorum is missing: extend the wave once, or cancel it. Nobody opens anything."))
        fresh.save(update_fields=["state"])
        log(by, fresh, "closing")
    same(wave, fresh)


def finish_closing(*, by: Actor = SYSTEM, wave: Wave) -> None:
    """Destroy order and links, publish the list of receipts. Picks up where a crash left it."""
    if wave.state != WaveState.CLOSING:
        return
    invitations = list(Invitation.objects.filter(wave=wave).order_by("id").values_list("id", flat=True))
    listed = close.close(wave.pk, invitations, lambda ids: _mark(wave, ids))
    with transaction.atomic():
        fresh = moved(by, wave, "finish_closing")
        fresh.receipts, fresh.receipts_root = list(listed.receipts), listed.root
        fresh.ballots_client, fresh.ballots_supplier = listed.client, listed.supplier
        fresh.closed_at = clock.now().replace(second=0, microsecond=0)
        fresh.save()
        log(by, fresh, "closed", client=listed.client, supplier=listed.supplier, root=listed.root)
        queue_closed(wave=fresh)
    same(wave, fresh)


def _mark(wave: Wave, answered: frozenset[int]) -> None:
    """Who answered, for all in one statement, so that no row is written later than another."""
    chosen = Case(When(id__in=sorted(answered), then=Value(True)), default=Value(False))
    Invitation.objects.filter(wave=wave).update(answered=chosen)


def close_due(*, by: Actor = SYSTEM) -> int:
    """Note quorums, close what is due, resume any closing that a crash interrupted. Returns how many were closed."""
    closed = 0
    waves = Wave.objects.filter(state__in=(WaveState.COLLECTING, WaveState.CLOSING))
    for wave in waves.select_related("relationship__client", "relationship__supplier"):
        if wave.state == WaveState.COLLECTING:
            _note_quorums(wave)
        with contextlib.suppress(Refused, StoreBusy):  # not due, or another worker is at it: the next round will tell
            if wave.state == WaveState.COLLECTING:
                start_closing(by=by, wave=wave)
            finish_closing(by=by, wave=wave)
            closed += 1
    return closed


def _note_quorums(wave: Wave) -> None:
    """What is told of quorums while answers come in.

    A side's stays once seen: otherwise whoever holds a link could take a ballot back and see the word change. When both
    were reached is noted to the hour, so that it dates nobody's answer, and undone by a withdrawal.
    """
    reached = quorums(wave)
    both = all(reached.values())
    if both == (wave.quorums_reached_at is not None) and all(wave.quorum_seen(side) for side in SIDES if reached[side]):
        return
    with transaction.atomic():
        fresh = locked(wave)
        if fresh.state != WaveState.COLLECTING:
            return
        fresh.quorum_seen_client |= reached[Side.CLIENT]
        fresh.quorum_seen_supplier |= reached[Side.SUPPLIER]
        if both != (fresh.quorums_reached_at is not None):
            fresh.quorums_reached_at = clock.now().replace(minute=0, second=0, microsecond=0) if both else None
        fresh.save(update_fields=["quorum_seen_client", "quorum_seen_supplier", "quorums_reached_at"])
    same(wave, fresh)


def purge_due(*, by: Actor = SYSTEM) -> int:
    """Thirty days after the opening, keys, ballots and texts that were not published are destroyed.

    Ballots become unreadable in every older backup; texts are in the backups made in these thirty days.
    """
    over = Wave.objects.filter(state=WaveState.OPEN, contest_until__lte=clock.now())
    purged = 0
    for wave in over.select_related("relationship__client", "relationship__supplier"):
        with contextlib.suppress(Refused), transaction.atomic():
            fresh = moved(by, wave, "purge")
            _delete_halves(fresh)
            destroy_words(fresh)
            fresh.save(update_fields=["state"])
            log(by, fresh, "purged")
            purged += 1
    _resume_destructions()
    return purged


def _delete_halves(wave: Wave) -> None:
    WrappedHalf.objects.filter(key__in=SealingKey.objects.filter(wave=wave)).delete()


def _resume_destructions() -> None:
    for wave_id in Wave.objects.filter(state__in=(WaveState.CANCELLED, WaveState.PURGED)).values_list("pk", flat=True):
        destroy_urn(wave_id)


def destroy_urn(wave_id: int) -> None:
    """Ballots, wave secret, halves and shares of a wave cancelled or purged. The job finishes what a crash left."""
    unfinished = settings.SECRETS_DIR / f"wave-{wave_id}-destruction.key"
    if close.is_destroyed(wave_id) and not unfinished.exists():
        return
    files.create_once(unfinished, b"destruction under way")
    with contextlib.suppress(StoreBusy):
        halves.forget(wave_id)
        turns.forget(wave_id)
        close.forget_deleted_halves()
        close.destroy(wave_id)
        files.destroy(unfinished)
