"""Demonstration only: who, among those asked to answer, a visitor may stand in for."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from reciproque.app.directory.models import Account
from reciproque.app.shared import clock
from reciproque.app.shared.vocabulary import SIDES
from reciproque.app.survey.models import Invitation, Wave, WaveState
from reciproque.app.survey.urn import collect


@dataclass(frozen=True)
class Chair:
    """Somebody who answers: the name of an invented person, and the wave that person is asked about."""

    name: str
    side: str
    organisation: str
    wave: str
    pair: tuple[int, int]


def chairs() -> list[Chair]:
    """On each side of each training wave that collects, the first person asked who has no other part to play."""
    found: dict[tuple[int, str], Chair] = {}
    for row in _asked().select_related("person__organisation", "wave__relationship"):
        relation = row.wave.relationship
        chair = Chair(
            name=f"{row.person.first_name} {row.person.last_name}",
            side=row.side,
            organisation=str(row.person.organisation),
            wave=row.wave.key,
            pair=(relation.client_id, relation.supplier_id),
        )
        found.setdefault((row.wave_id, row.side), chair)
    return list(found.values())


def chair_token(wave: str, side: str) -> str | None:
    """The 26 signs of that chair, or None when there is no such chair."""
    row = _asked().filter(wave__key=wave, side=side).first() if side in SIDES else None
    return collect.invitation_token(row.wave_id, row.pk) if row else None


def _asked() -> QuerySet[Invitation]:
    """Never those of a real relationship, nor of a wave whose keys the two companies hold."""
    seated = Account.objects.filter(email__iexact=OuterRef("person__email"))
    return Invitation.objects.filter(
        ~Exists(seated),
        wave__relationship__is_demo=True,
        wave__level=Wave.Level.DEMO,
        wave__state=WaveState.COLLECTING,
        wave__closes_at__gt=clock.now(),
    ).order_by("wave", "pk")
