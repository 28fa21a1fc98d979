"""A relationship whose two companies declare ties, for tests; names are those of plain test people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.test import Client

import personas
from reciproque.app.directory.models import Account, Function, Person, Relationship
from reciproque.app.directory.names import folded_person
from reciproque.app.network.actions.declarations import Said, declare
from reciproque.app.network.actions.halves import say_ready
from reciproque.app.network.models import Declaration, Shown
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor


def sign_in(account: Account, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(account)
    return client


def days_ago(number: int) -> date:
    return clock.today() - timedelta(days=number)


@dataclass
class Web:
    """A web in the making, through the actions."""

    cast: personas.Cast
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def relationship(self) -> Relationship:
        return self.cast.relationship

    def person(self, side: str, name: str, function: str = "quality") -> Person:
        if name not in self.people:
            first, last = name.split(" ", 1)
            company = self.relationship.organisation(side)
            made = personas.person(company, function=function, first_name=first, last_name=last)
            made.folded_name = folded_person(first, last)
            made.save()
            self.people[name] = made
        return self.people[name]

    def says(
        self, side: str, own: str, other: str, frequency: str = "weekly", *, own_function: str = "quality",
        function: str = "quality", shown: str = Shown.BOTH, since: date | None = None, subject: str = "",
        email: str = "",
    ) -> Declaration:  # fmt: skip
        person = self.person(side, own, own_function)
        said = Said(
            person=person,
            contact=other,
            frequency=frequency,
            function=Function.objects.get(code=function, organisation=None),
            shown=shown,
            since=since or days_ago(400),
            subject=subject,
            email=email,
        )
        by = actor(getattr(self.cast, f"{side}_sponsor"))
        return declare(by=by, relationship=self.relationship, side=side, ties=[said])[0]

    def both_say(self, client: str, supplier: str, frequency: str = "weekly", functions=("quality", "quality"), **more):
        self.says("client", client, supplier, frequency, own_function=functions[0], function=functions[1], **more)
        self.says("supplier", supplier, client, frequency, own_function=functions[1], function=functions[0], **more)

    def ready(self, *sides: str) -> None:
        for side in sides or ("client", "supplier"):
            by = actor(getattr(self.cast, f"{side}_sponsor"))
            say_ready(by=by, relationship=self.relationship, side=side, ready=True)
