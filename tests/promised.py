"""Promises in the making, for tests: a relationship with both companies, and every step through the actions."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from personas import Cast
from reciproque.app.commitments.actions.offers import accept, propose
from reciproque.app.commitments.actions.words import confirm, say_kept, say_otherwise
from reciproque.app.commitments.models import Commitment
from reciproque.app.directory.models import Account
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor

DAY = timedelta(days=1)


def sign_in(account: Account, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(account)
    return client


def on(day: date) -> AbstractContextManager[None]:
    """Ten in the morning of that day."""
    return clock.at(timezone.make_aware(datetime.combine(day, time(10))))


class Promises:
    """Promises between the two companies of a cast; owners are the two members unless said otherwise."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.relationship = cast.relationship
        self.today = timezone.localdate()

    def owners(self) -> dict[str, Account]:
        return {"client": self.cast.client_member, "supplier": self.cast.supplier_member}

    def terms(self, start: date | None = None, **more: Any) -> dict[str, Any]:
        start = start or self.today
        return {
            "what": "We answer every request within ten days.",
            "proof": "a dated e-mail",
            "first_step": "Name who answers",
            "first_step_by": start + 7 * DAY,
            "due_on": start + 30 * DAY,
            "efforts": {"client": "none", "supplier": "medium"},
            **more,
        }

    def offered(
        self, owed_by: str = "supplier", by: Account | None = None, start: date | None = None, **more: Any
    ) -> Commitment:
        more.setdefault("owners", self.owners())
        with on(start or self.today):
            return propose(
                by=actor(by or self.cast.client_sponsor),
                relationship=self.relationship,
                owed_by=owed_by,
                **self.terms(start, **more),
            )

    def open(self, owed_by: str = "supplier", start: date | None = None, **more: Any) -> Commitment:
        """Accepted by both owners on the day it was offered."""
        made = self.offered(owed_by, start=start, **more)
        with on(start or self.today):
            for side in ("client", "supplier"):
                accept(by=actor(made.owner(side)), commitment=made)
        return made

    def bearer(self, promise: Commitment) -> Account:
        return promise.owner(promise.bearing_sides[0])

    def witness(self, promise: Commitment) -> Account:
        return promise.owner(promise.witness_side)

    def said_kept(self, promise: Commitment, day: date, done_on: date | None = None) -> Commitment:
        with on(day):
            say_kept(
                by=actor(self.bearer(promise)), commitment=promise, proof="e-mail of the day", done_on=done_on or day
            )
        return promise

    def settled(self, outcome: str, owed_by: str = "supplier", days_ago: int = 60, **more: Any) -> Commitment:
        """Opened so many days ago, due thirty days later, and settled by both in that way."""
        start = self.today - days_ago * DAY
        promise = self.open(owed_by, start=start, **more)
        if outcome == "broken":
            with on(promise.due_on + 2 * DAY):
                say_otherwise(
                    by=actor(self.witness(promise)), commitment=promise, outcome="broken", why="Nothing came."
                )
                confirm(by=actor(self.bearer(promise)), commitment=promise)
            return promise
        day = promise.due_on + (3 * DAY if outcome == "late" else -2 * DAY)
        self.said_kept(promise, day)
        with on(day + DAY):
            confirm(by=actor(self.witness(promise)), commitment=promise)
        return promise
