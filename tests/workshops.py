"""A workshop for tests, at any stage, built through the actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import personas
from reciproque.app.dialogue import urn
from reciproque.app.dialogue.actions import deck, people, sessions, votes, voting
from reciproque.app.dialogue.models import Participant, Session, Statement
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.shared.vocabulary import SIDES

AGREE, DISAGREE, PASS = 0, 1, 2


def session(cast: personas.Cast, *, employer: str = "neutral") -> Session:
    made = sessions.create_session(
        by=actor(cast.facilitator),
        relationship=cast.relationship,
        title="Winter workshop",
        planned_at=clock.now() + timedelta(days=20),
        facilitator=cast.facilitator,
        employer=employer,
    )
    sessions.change_mandate(
        by=actor(cast.facilitator),
        session=made,
        title=made.title,
        planned_at=made.planned_at,
        purpose="Talk about delays",
        people="Those who work together each week",
        rules="One speaks at a time",
        recipients="Both sponsors receive the same minutes",
    )
    return made


def signed(cast: personas.Cast, *, employer: str = "neutral") -> Session:
    made = session(cast, employer=employer)
    for account in (cast.client_sponsor, cast.supplier_sponsor):
        sessions.sign_mandate(by=actor(account), session=made, digest=sessions.digest_of(made))
    return made


def invite(cast: personas.Cast, made: Session, *, of_each: int = 5) -> dict[str, list[Participant]]:
    invited = {}
    for side, account in (("client", cast.client_sponsor), ("supplier", cast.supplier_sponsor)):
        company = made.relationship.organisation(side)
        there = list(company.people.all())
        there += [personas.person(company) for _ in range(of_each - len(there))]
        invited[side] = people.add_participants(by=actor(account), session=made, side=side, people=there[:of_each])
    return invited


def draw_up(cast: personas.Cast, made: Session, *, of_each: int = 3) -> list[Statement]:
    return [
        deck.draw_up_statement(
            by=actor(cast.facilitator),
            session=made,
            side=side,
            text_fr=f"Phrase {number} du {side}",
            text_en=f"Sentence {number} of the {side}",
        )
        for side in SIDES
        for number in range(of_each)
    ]


def voting_open(cast: personas.Cast, *, of_each: int = 5, employer: str = "neutral") -> Session:
    made = signed(cast)
    invite(cast, made, of_each=of_each)
    statements = draw_up(cast, made)
    deck.choose_forecasts(by=actor(cast.facilitator), session=made, statements=statements[:2])
    if employer != "neutral":
        Session.objects.filter(pk=made.pk).update(employer=employer)
        made.refresh_from_db()
    voting.open_voting(by=actor(cast.facilitator), session=made, closes_at=clock.now() + timedelta(days=4))
    return made


def vote(made: Session, participant: Participant, answer: int | Mapping[str, int], forecast: int | None = None) -> None:
    """The same answer to every statement, or one by item."""
    round_ = made.rounds.get(kind="deck")
    token = urn.token_of(participant)
    if isinstance(answer, int):
        chosen = {code: answer for code, _size in round_.items if code.startswith("v:")}
        if forecast is not None:
            chosen |= {code: forecast for code, _size in round_.items if code.startswith("f:")}
        answer = chosen
    votes.cast(round=round_, token=token, answers=answer)


def everybody_votes(made: Session, *, client: Sequence[int], supplier: Sequence[int]) -> None:
    for side, answers in (("client", client), ("supplier", supplier)):
        for participant, answer in zip(made.participants.filter(side=side), answers, strict=True):
            participant.session = made
            vote(made, participant, answer, forecast=answer)


def ready(cast: personas.Cast, *, of_each: int = 5, employer: str = "neutral") -> Session:
    made = voting_open(cast, of_each=of_each, employer=employer)
    everybody_votes(made, client=[AGREE] * of_each, supplier=[DISAGREE] * of_each)
    voting.seal_votes(by=actor(cast.facilitator), session=made)
    return made


def live(cast: personas.Cast, *, of_each: int = 5, employer: str = "neutral") -> Session:
    made = ready(cast, of_each=of_each, employer=employer)
    sessions.begin(by=actor(cast.facilitator), session=made)
    return made


def revealed(cast: personas.Cast, *, of_each: int = 5, employer: str = "neutral") -> Session:
    made = live(cast, of_each=of_each, employer=employer)
    sessions.say_equity(by=actor(cast.facilitator), session=made)
    voting.reveal_votes(by=actor(cast.facilitator), session=made)
    return made
