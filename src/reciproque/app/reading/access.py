"""Fetch-and-check for publications and their texts. Absent, forbidden and not open yet give the same 404."""

from __future__ import annotations

from django.http import Http404

from reciproque.app.directory.models import Account, Membership
from reciproque.app.reading.models import PublishedText
from reciproque.app.survey import access
from reciproque.app.survey.models import Wave, WaveState

READABLE = (WaveState.OPEN, WaveState.PURGED)


def opened_wave_for(account: Account, key: str) -> tuple[Wave, Membership]:
    """An opened wave, for anyone who has a role on its relationship: both sides from the same minute."""
    wave, membership = access.wave_for(account, key)
    if wave.state not in READABLE:
        raise Http404
    return wave, membership


def closed_wave_for(account: Account, key: str) -> tuple[Wave, Membership]:
    """A wave whose keys may be turned, or counted again, for anyone who has a role on its relationship."""
    wave, membership = access.wave_for(account, key)
    if wave.state not in (WaveState.CLOSED, WaveState.OPEN):
        raise Http404
    return wave, membership


def sees_private_texts(membership: Membership) -> bool:
    """Texts meant for the facilitator are read by a neutral one only: an employee of one side would tip the scales."""
    return access.is_neutral_facilitator(membership)


def facilitated_wave_for(account: Account, key: str) -> tuple[Wave, Membership]:
    wave, membership = opened_wave_for(account, key)
    if not sees_private_texts(membership):
        raise Http404
    return wave, membership


def facilitated_text_for(account: Account, key: str) -> PublishedText:
    """A text of an opened wave, for the neutral facilitator of its relationship."""
    texts = PublishedText.objects.select_related("publication__wave__relationship")
    text = texts.filter(key=key).first()
    if text is None:
        raise Http404
    facilitated_wave_for(account, text.publication.wave.key)
    return text
