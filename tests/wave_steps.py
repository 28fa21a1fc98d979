"""A wave taken to a given state through the actions, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from personas import Cast
from reciproque import instruments
from reciproque.app.directory.models import Account, Person
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.survey.actions import closing, opening, sealing, waves
from reciproque.app.survey.actions.answering import submit_ballot
from reciproque.app.survey.models import Wave
from reciproque.app.survey.urn import collect

SIDES = ("client", "supplier")


@dataclass
class Ceremony:
    """A wave and everybody's phrases, as their holders wrote them down."""

    cast: Cast
    wave: Wave
    phrases: dict[str, str] = field(default_factory=dict)

    def account(self, name: str) -> Account:
        return getattr(self.cast, name)

    def seal(self, name: str) -> str:
        self.phrases[name] = sealing.seal_key(by=actor(self.account(name)), wave=self.wave)
        return self.phrases[name]

    def confirm(self, name: str) -> None:
        sealing.confirm_phrase(by=actor(self.account(name)), wave=self.wave, phrase=self.phrases[name])

    def take_deputy(self, name: str) -> str:
        self.phrases[name] = sealing.take_deputy_phrase(by=actor(self.account(name)), wave=self.wave)
        return self.phrases[name]

    def turn(self, name: str, **options: object) -> opening.OpenedUrn | None:
        return opening.turn_key(
            by=actor(self.account(name)), wave=self.wave, phrase=self.phrases.get(name, ""), **options
        )

    def invitations(self, side: str) -> list[int]:
        return list(self.wave.invitations.filter(side=side).order_by("id").values_list("id", flat=True))

    def answer(self, invitation: int, point: int = 4, texts: tuple[tuple[str, str, str], ...] = ()) -> str:
        questions = instruments.parse(self.wave.instrument_text).questions_of(self.wave.form)
        token = collect.invitation_token(self.wave.pk, invitation)
        return submit_ballot(token=token, answers=dict.fromkeys(questions, point), texts=texts)

    def answer_all(self, sides: Mapping[str, int] | None = None) -> None:
        for side in SIDES:
            ids = self.invitations(side)
            for number, invitation in enumerate(ids[: (sides or {}).get(side, len(ids))]):
                self.answer(invitation, 1 + number % 7)

    def close(self) -> None:
        with clock.at(self.wave.closes_at + timedelta(minutes=1)):
            closing.close_due()
        self.wave.refresh_from_db()


def people_of(cast: Cast, side: str) -> list[Person]:
    return list(Person.objects.filter(organisation=cast.relationship.organisation(side)))


def draft(cast: Cast, **settings: object) -> Ceremony:
    now = clock.now()
    opens_at = settings.pop("opens_at", now - timedelta(minutes=1))
    wave = waves.create_wave(
        by=actor(cast.facilitator),
        relationship=cast.relationship,
        opens_at=opens_at,
        closes_at=settings.pop("closes_at", now + timedelta(days=14)),
        **settings,
    )
    for side in SIDES:
        waves.set_people(by=actor(cast.facilitator), wave=wave, side=side, people=people_of(cast, side))
    wave.links_by_hand = True
    wave.save(update_fields=["links_by_hand"])
    return Ceremony(cast, wave)


def sealing_of(cast: Cast, **settings: object) -> Ceremony:
    made = draft(cast, **settings)
    waves.start_sealing(by=actor(cast.facilitator), wave=made.wave)
    return made


def collecting(cast: Cast, **settings: object) -> Ceremony:
    made = sealing_of(cast, **settings)
    for name in ("client_sponsor", "supplier_sponsor"):
        made.seal(name)
        if not made.wave.is_training:
            made.confirm(name)
    assert made.wave.state == "collecting"
    return made


def closed(cast: Cast, **settings: object) -> Ceremony:
    made = collecting(cast, **settings)
    made.answer_all()
    made.close()
    assert made.wave.state == "closed"
    return made
