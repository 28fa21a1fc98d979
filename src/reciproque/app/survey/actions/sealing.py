"""The sealing ceremony: each company's key, the opening phrases, and the moment at which the collection opens."""

from __future__ import annotations

import time
from contextlib import suppress

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reciproque.app.directory.models import Membership
from reciproque.app.shared import clock
from reciproque.app.shared.audit import SYSTEM, Actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.vocabulary import SIDES
from reciproque.app.survey import access
from reciproque.app.survey.actions import halves
from reciproque.app.survey.actions.common import locked, log, membership_of, moved, require_state, same
from reciproque.app.survey.actions.invitations import queue_invitations
from reciproque.app.survey.models import SealingKey, Wave, WaveState, WrappedHalf
from reciproque.app.survey.queries.outbox import mail_ready
from reciproque.app.survey.urn import collect, keys, phrases
from reciproque.app.survey.urn.errors import UrnError
from reciproque.app.survey.urn.messages import explain

Role = Membership.Role
ATTEMPTS, AN_HOUR = 10, 3600


def seal_key(*, by: Actor, wave: Wave) -> str:
    """A sponsor accepts the rules and receives an opening phrase, returned once and kept nowhere.

    Asked again before the phrase was confirmed, it draws another phrase for the same key. A training wave has no
    phrase: its key is under the server's own, and "" is returned.
    """
    side = _side_of(by, wave, Role.SPONSOR)
    if _confirmed(wave, by):
        raise Refused(_("Your key is already sealed."))
    half = _half_of(wave, side)
    words, wrapped = _new_phrase(by, wave, half)
    with transaction.atomic():
        fresh = locked(wave)
        require_state(fresh, WaveState.SEALING)
        key = _key_of(fresh, side, half)
        key.accepted_by, key.accepted_at = by.name, clock.now()
        key.save()
        _store(key, by, wrapped, confirmed=fresh.is_training)
        log(by, fresh, "key_sealed", side=side, training=fresh.is_training)
    if fresh.is_training:
        _open_if_due(fresh)
        same(wave, fresh)
    return words


def take_deputy_phrase(*, by: Actor, wave: Wave) -> str:
    """A deputy receives an own phrase for the same key, before or after the sponsor, until the wave starts."""
    side = _side_of(by, wave, Role.DEPUTY)
    if wave.is_training:
        raise Refused(_("A training wave has no phrase."))
    if _confirmed(wave, by):
        raise Refused(_("You already hold a phrase for this key."))
    half = _half_of(wave, side)
    words, wrapped = _new_phrase(by, wave, half)
    with transaction.atomic():
        fresh = locked(wave)
        require_state(fresh, WaveState.SEALING)
        if fresh.keys.filter(side=side).exclude(public_key=half.public).exists():
            raise Refused(_("Your company’s key is closed to new phrases. Going back to preparation starts it over."))
        _store(_key_of(fresh, side, half), by, wrapped, confirmed=False)
        log(by, fresh, "deputy_phrase", audience=side)
    return words


def _half_of(wave: Wave, side: str) -> keys.Half:
    """A new half, or the one on hold since this ceremony began. A training wave keeps nothing on hold."""
    half = keys.new_half()
    if wave.is_training:
        return half
    halves.keep(wave.pk, side, half)
    return halves.kept(wave.pk, side) or half


def _key_of(wave: Wave, side: str, half: keys.Half) -> SealingKey:
    """The company's lock. Whoever comes first makes it; the sponsor's acceptance is written on it."""
    wave.keys.filter(side=side).exclude(public_key=half.public).delete()
    key, _made = SealingKey.objects.get_or_create(
        wave=wave, side=side, defaults={"public_key": half.public, "accepted_by": "", "accepted_at": clock.now()}
    )
    return key


def confirm_phrase(*, by: Actor, wave: Wave, phrase: str) -> None:
    """The holder types the phrase back: only a phrase that opens its key counts."""
    side = _side_of(by, wave, Role.SPONSOR, Role.DEPUTY)
    wrapped = (
        WrappedHalf.objects.filter(key__wave=wave, key__side=side, holder=by.account).select_related("key").first()
    )
    if wrapped is None:
        raise Refused(_("There is no phrase of yours to confirm: ask for one first."))
    count_attempt(by, "confirm")
    unwrap(wrapped, phrase)
    with transaction.atomic():
        fresh = locked(wave)
        require_state(fresh, WaveState.SEALING)
        if not WrappedHalf.objects.filter(pk=wrapped.pk, box=wrapped.box).update(confirmed=True):
            raise Refused(_("Another phrase was drawn in the meantime: type the last one."))
        log(by, fresh, "phrase_confirmed", audience=side)
    if _all_confirmed(fresh, side):
        halves.forget(fresh.pk, side)
    _open_if_due(fresh)
    same(wave, fresh)


def count_attempt(by: Actor, what: str) -> None:
    """Ten an hour of each kind: a guess would take for ever, but each costs this machine a second and 256 MiB."""
    name = f"phrases:{what}:{by.key}:{int(time.time()) // AN_HOUR}"
    attempts = 1 + (cache.get(name) or 0)
    cache.set(name, attempts, AN_HOUR)
    if attempts > ATTEMPTS:
        raise Refused(_("Ten attempts in an hour: wait an hour, then compare each word with your sealing record."))


def unwrap(wrapped: WrappedHalf, typed: str) -> keys.Half:
    """The private half behind a phrase; a plain sentence when the phrase is not the one."""
    public, box = bytes(wrapped.key.public_key), bytes(wrapped.box)
    kept = keys.Wrapped(bytes(wrapped.salt), wrapped.memory_mib, box)
    try:
        if not wrapped.memory_mib:
            return keys.unwrap_for_server(kept, settings.SECRET_KEY, public)
        return keys.unwrap(kept, phrases.read(typed, _language()), public)
    except UrnError as error:
        raise Refused(explain(error)) from None


def open_collection(*, by: Actor = SYSTEM, wave: Wave) -> None:
    """Both sponsors have sealed: draw the wave secret, say so in the log, and let the invitations leave."""
    if not both_sealed(wave):
        raise Refused(_("Both sponsors must seal their key first."))
    if not mail_ready(wave):
        raise Refused(_("Check first that mails can leave, or choose to hand the links out yourselves."))
    collect.prepare(wave.pk)
    with transaction.atomic():
        fresh = moved(SYSTEM, wave, "open_collection")
        fresh.save(update_fields=["state"])
        log(by, fresh, "collection_opened")
        queue_invitations(by=by, wave=fresh)
    halves.forget(wave.pk)
    same(wave, fresh)


def open_due(*, by: Actor = SYSTEM) -> int:
    """Open every sealed wave whose day has come, and forget halves that a crash may have left behind."""
    due = Wave.objects.filter(state=WaveState.SEALING, opens_at__lte=clock.now(), closes_at__gt=clock.now())
    opened = 0
    for wave in due.select_related("relationship__client", "relationship__supplier"):
        with suppress(Refused):  # another worker was faster, or a sponsor has not sealed yet
            open_collection(by=by, wave=wave)
            opened += 1
    for wave_id in (
        Wave.objects.filter(pk__in=halves.on_hold()).exclude(state=WaveState.SEALING).values_list("pk", flat=True)
    ):
        halves.forget(wave_id)
    return opened


def both_sealed(wave: Wave) -> bool:
    """The present sponsor of each company holds a phrase that was proved to work."""
    sealed = WrappedHalf.objects.filter(
        key__wave=wave,
        confirmed=True,
        holder__memberships__relationship=wave.relationship,
        holder__memberships__role=Role.SPONSOR,
    )
    return set(sealed.values_list("key__side", flat=True)) == set(SIDES)


def _open_if_due(wave: Wave) -> None:
    if both_sealed(wave) and mail_ready(wave) and wave.opens_at <= clock.now() < wave.closes_at:
        open_collection(wave=wave)


def _side_of(by: Actor, wave: Wave, *roles: str) -> str:
    membership = membership_of(by, wave)
    if membership.role not in roles or not access.holds_a_key(membership):
        raise Refused(_("Your role does not allow this on this wave."))
    require_state(wave, WaveState.SEALING)
    return str(membership.side)


def _new_phrase(by: Actor, wave: Wave, half: keys.Half) -> tuple[str, keys.Wrapped]:
    """Slow on purpose (a second of memory-hard work): call it before the transaction."""
    if wave.is_training:
        return "", keys.wrap_for_server(half, settings.SECRET_KEY)
    count_attempt(by, "draw")
    words = phrases.canonical(phrases.draw(_language()))
    return words, keys.wrap(half, words, memory_mib=settings.PHRASE_MEMORY_MIB)


def _language() -> str:
    language = (get_language() or "fr")[:2]
    return language if language in phrases.LANGUAGES else "en"


def _store(key: SealingKey, by: Actor, wrapped: keys.Wrapped, *, confirmed: bool) -> None:
    WrappedHalf.objects.update_or_create(
        key=key,
        holder=by.account,
        defaults={
            "salt": wrapped.salt,
            "memory_mib": wrapped.memory_mib,
            "box": wrapped.box,
            "confirmed": confirmed,
        },
    )


def _confirmed(wave: Wave, by: Actor) -> bool:
    return WrappedHalf.objects.filter(key__wave=wave, holder=by.account, confirmed=True).exists()


def _all_confirmed(wave: Wave, side: str) -> bool:
    """Nobody else on that side can still need the half: the sponsor and the deputy, if there is one, hold a phrase."""
    holders = Membership.objects.filter(
        relationship=wave.relationship, side=side, role__in=(Role.SPONSOR, Role.DEPUTY)
    ).values_list("account", flat=True)
    proved = WrappedHalf.objects.filter(key__wave=wave, key__side=side, confirmed=True)
    return set(holders) <= set(proved.values_list("holder", flat=True))
