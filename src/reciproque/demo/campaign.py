"""A whole campaign through the actions of the product: companies, people, sealing, answers, closing, opening.

Nothing here inserts a row: what the demonstration and the simulation show is what real use would give.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reciproque.app.directory.actions.members import add_member, create_relationship
from reciproque.app.directory.actions.organisations import create_organisation
from reciproque.app.directory.actions.people import add_person
from reciproque.app.directory.models import Account, Function, Organisation, Person, Relationship
from reciproque.app.directory.names import fold, folded_person
from reciproque.app.reading.actions import turn_key
from reciproque.app.shared import clock
from reciproque.app.shared.audit import SYSTEM, Actor, actor
from reciproque.app.shared.vocabulary import SIDES
from reciproque.app.survey.actions.answering import submit_ballot
from reciproque.app.survey.actions.closing import close_due
from reciproque.app.survey.actions.invitations import hand_out_links
from reciproque.app.survey.actions.sealing import confirm_phrase, open_due, seal_key
from reciproque.app.survey.actions.waves import create_wave, declare_list, set_people, start_sealing
from reciproque.app.survey.models import Wave
from reciproque.app.survey.urn.collect import invitation_token

Text = tuple[str, str, str]
Answers = tuple[Mapping[str, int | None], Sequence[Text]]


@dataclass(frozen=True)
class Someone:
    """A person to enter in the directory."""

    first_name: str
    last_name: str
    function: str
    email: str = ""
    title: str = ""
    language: str = "fr"


@dataclass(frozen=True)
class Stage:
    """A relationship ready for waves: who sponsors, who facilitates, who may be asked."""

    relationship: Relationship
    sponsors: Mapping[str, Account]
    facilitator: Account
    people: Mapping[str, Sequence[Person]]

    def sponsor(self, side: str) -> Actor:
        return actor(self.sponsors[side])


def company(name: str) -> Organisation:
    return Organisation.objects.filter(folded_name=fold(name)).first() or create_organisation(by=SYSTEM, name=name)


def relationship(
    client: Organisation, supplier: Organisation, *, perimeter: str = "", since: datetime | None = None, is_demo: bool
) -> Relationship:
    started_on = since.date() if since else None
    return create_relationship(
        by=SYSTEM, client=client, supplier=supplier, perimeter=perimeter, started_on=started_on, is_demo=is_demo
    )


def enter(organisation: Organisation, people: Sequence[Someone], since: datetime) -> list[Person]:
    """The people of a company, those already entered included."""
    functions = {function.code: function for function in Function.objects.filter(organisation=None)}
    there = {person.folded_name: person for person in organisation.people.all()}
    entered = []
    for someone in people:
        known = there.get(folded_person(someone.first_name, someone.last_name))
        entered.append(known or _add(organisation, someone, functions[someone.function], since))
    return entered


def _add(organisation: Organisation, someone: Someone, function: Function, since: datetime) -> Person:
    return add_person(
        by=SYSTEM,
        organisation=organisation,
        first_name=someone.first_name,
        last_name=someone.last_name,
        email=someone.email,
        function=function,
        title=someone.title,
        started_on=since.date(),
        language=someone.language,
    )


def member(relation: Relationship, *, email: str, name: str, role: str, side: str) -> Account:
    return add_member(by=SYSTEM, relationship=relation, email=email, name=name, role=role, side=side).account


def seal(stage: Stage, wave: Wave) -> dict[str, str]:
    """Both sponsors seal; the phrases, empty for a training wave."""
    phrases: dict[str, str] = {}
    for side in SIDES:
        phrases[side] = seal_key(by=stage.sponsor(side), wave=wave)
        if phrases[side]:
            confirm_phrase(by=stage.sponsor(side), wave=wave, phrase=phrases[side])
    return phrases


def prepare(
    stage: Stage,
    *,
    opens_at: datetime,
    closes_at: datetime,
    people: Mapping[str, Sequence[Person]],
    form: str,
    level: int,
    complete: bool,
    cloned_from: Wave | None = None,
) -> Wave:
    """A wave ready to be sealed."""
    wave = create_wave(
        by=actor(stage.facilitator),
        relationship=stage.relationship,
        form=form,
        languages=("fr", "en"),
        opens_at=opens_at,
        closes_at=closes_at,
        level=level,
        cloned_from=cloned_from,
    )
    for side in SIDES:
        set_people(by=stage.sponsor(side), wave=wave, side=side, people=people[side])
        declare_list(by=stage.sponsor(side), wave=wave, side=side, complete=complete)
    hand_out_links(by=actor(stage.facilitator), wave=wave, by_hand=True)
    start_sealing(by=actor(stage.facilitator), wave=wave)
    return wave


def collect(wave: Wave, answers: Mapping[int, Answers], tick: Callable[[], None] = lambda: None) -> None:
    """Each person hands in an answer with the 26 signs that the invitation carries."""
    for invitation_id, person_id in wave.invitations.values_list("pk", "person_id"):
        if given := answers.get(person_id):
            submit_ballot(token=invitation_token(wave.pk, invitation_id), answers=given[0], texts=given[1])
            tick()


def close(wave: Wave, at: datetime) -> None:
    with clock.at(at):
        close_due(by=SYSTEM)
    wave.refresh_from_db()


def open_both(stage: Stage, wave: Wave, phrases: Mapping[str, str], at: datetime) -> None:
    with clock.at(at):
        for side in SIDES:
            turn_key(by=stage.sponsor(side), wave=wave, phrase=phrases[side])
    wave.refresh_from_db()


def start(wave: Wave, at: datetime) -> None:
    with clock.at(at):
        open_due(by=SYSTEM)
    wave.refresh_from_db()
