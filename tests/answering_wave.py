"""A wave that collects answers, with both keys at hand, for tests of the answering pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

import personas
from reciproque import instruments
from reciproque.app.directory.models import Post, Relationship
from reciproque.app.survey.models import Invitation, SealingKey, Wave, WaveState
from reciproque.app.survey.urn import collect, keys


@dataclass(frozen=True)
class Collecting:
    """A wave, its people, and the halves that would open it."""

    wave: Wave
    client: keys.Half
    supplier: keys.Half
    client_people: tuple[Invitation, ...]
    supplier_people: tuple[Invitation, ...]

    def token(self, invitation: Invitation) -> str:
        return collect.invitation_token(self.wave.pk, invitation.pk)


def collecting(relationship: Relationship, *, people: int = 5, **fields: object) -> Collecting:
    text = instruments.source()
    now = timezone.now()
    wave = Wave.objects.create(
        relationship=relationship,
        number=relationship.waves.count() + 1,
        state=WaveState.COLLECTING,
        instrument_name="reciproque",
        instrument_version="0.1",
        instrument_digest=instruments.digest(text),
        instrument_text=text,
        **{"languages": ["fr", "en"], "opens_at": now, "closes_at": now + timedelta(days=14), **fields},
    )
    halves = {side: keys.new_half() for side in ("client", "supplier")}
    invited = {}
    for side, half in halves.items():
        SealingKey.objects.create(wave=wave, side=side, public_key=half.public, accepted_by="Sponsor", accepted_at=now)
        company = relationship.organisation(side)
        folk = [personas.person(company, function="purchasing") for _ in range(people)]
        invited[side] = tuple(
            Invitation.objects.create(
                wave=wave, person=one, side=side, function=Post.objects.get(person=one).function, language="fr"
            )
            for one in folk
        )
    collect.prepare(wave.pk)
    return Collecting(wave, halves["client"], halves["supplier"], invited["client"], invited["supplier"])
