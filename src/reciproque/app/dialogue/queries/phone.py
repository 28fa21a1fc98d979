"""What a participant sees on the own phone: the questions, the answers that this browser kept, nobody else's."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from reciproque.app.dialogue.models import Round, Session, Statement, StatementState, Theme
from reciproque.app.dialogue.queries.clock import is_shut

Kind, State = Round.Kind, Round.State


@dataclass(frozen=True)
class Question:
    """One statement to vote on; `mine` and `guess` are the own answers so far, "" when there is none."""

    key: str
    text: str
    forecast: bool
    mine: str
    guess: str


@dataclass(frozen=True)
class ThemeChoice:
    code: str
    label: str
    mine: bool


def open_round_of(session: Session, kind: str) -> Round | None:
    """The round of that kind that takes answers now."""
    found = session.rounds.filter(kind=kind, state=State.OPEN).last()
    return None if found is None or is_shut(found) else found


def questions(session: Session, round_: Round, token: bytes, mine: Mapping[str, int]) -> tuple[Question, ...]:
    """Every statement, in an order of one's own that never changes, at most two of a side in a row if possible."""
    asked = {code for code, _size in round_.items}
    statements = list(session.statements.filter(state=StatementState.KEPT))
    mixed = sorted(statements, key=lambda one: hmac.digest(token, one.key.encode(), "sha256"))
    return tuple(
        Question(
            key=one.key,
            text=one.text,
            forecast=f"f:{one.key}" in asked,
            mine=_said(mine, f"v:{one.key}"),
            guess=_said(mine, f"f:{one.key}"),
        )
        for one in _alternated(mixed)
    )


def _alternated(statements: list[Statement]) -> list[Statement]:
    waiting: list[Statement] = list(statements)
    found: list[Statement] = []
    while waiting:
        last = [one.side for one in found[-2:]]
        stuck = len(last) == 2 and last[0] == last[1]
        following = next((one for one in waiting if not stuck or one.side != last[0]), waiting[0])
        waiting.remove(following)
        found.append(following)
    return found


def _said(answers: Mapping[str, int], code: str) -> str:
    return str(answers[code]) if code in answers else ""


def themes(mine: Mapping[str, int]) -> tuple[ThemeChoice, ...]:
    """The themes of the twin locks, and which of them this browser has deposited."""
    return tuple(ThemeChoice(code, str(label), f"t:{code}" in mine) for code, label in Theme.choices)
