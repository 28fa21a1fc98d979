"""The life of a workshop, as data: which transitions exist, who may ask for them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import pgettext_lazy

from reciproque.app.dialogue.models import SessionState
from reciproque.app.shared.vocabulary import SIDES, other_side


@dataclass(frozen=True)
class Transition:
    name: str
    source: str
    target: str
    who: tuple[str, ...]
    says: str


S = SessionState
BEFORE_THE_ROOM = (S.MANDATE, S.DECK, S.VOTING, S.READY)
IN_PROGRESS = (*BEFORE_THE_ROOM, S.LIVE, S.MINUTES)
# Rounds of votes and links live as long as somebody may still answer something.
PHONES_WORK = (S.DECK, S.VOTING, S.READY, S.LIVE, S.MINUTES)
TRANSITIONS = (
    Transition("sign", S.MANDATE, S.DECK, ("sponsor",), "the second of both sponsors has signed the mandate"),
    Transition("open_voting", S.DECK, S.VOTING, ("facilitator",), "a deck of both sides, in both languages"),
    Transition("seal_votes", S.VOTING, S.READY, ("system", "facilitator"), "deadline reached, or everybody answered"),
    Transition("begin", S.READY, S.LIVE, ("facilitator",), "the room is there"),
    Transition("end", S.LIVE, S.MINUTES, ("facilitator",), "minutes drafted, five working days to amend them"),
    Transition("freeze", S.MINUTES, S.FROZEN, ("system",), "five working days are over"),
    *(
        Transition("cancel", source, S.CANCELLED, ("facilitator", "sponsor"), "votes and links destroyed")
        for source in (*BEFORE_THE_ROOM, S.LIVE)
    ),
)


class ForbiddenTransition(Exception):
    """The workshop is not in a state from which this may happen."""


def transition(name: str, source: str) -> Transition:
    """The transition of that name from that state; raises ForbiddenTransition when there is none."""
    for candidate in TRANSITIONS:
        if candidate.name == name and candidate.source == source:
            return candidate
    raise ForbiddenTransition(f"{name} is not possible from {source}")


def diagram() -> str:
    """The states as a Mermaid diagram, written to docs/states.md."""
    arrows = [f"    {t.source} --> {t.target}: {t.name} ({', '.join(t.who)})" for t in TRANSITIONS]
    ends = ["    frozen --> [*]", "    cancelled --> [*]"]
    return "\n".join(["stateDiagram-v2", "    [*] --> mandate", *arrows, *ends]) + "\n"


# ---------------------------------------------------------------- the room, step by step
@dataclass(frozen=True)
class Phase:
    """One step of the session. `topics` names the list of the programme that it goes through, one by one."""

    code: str
    name: Any
    minutes: int
    topics: str = ""


PHASES = (
    Phase("arrive", pgettext_lazy("step of the workshop", "Arriving"), 8),
    Phase("mirror", pgettext_lazy("step of the workshop", "Mirror"), 15),
    Phase("common", pgettext_lazy("step of the workshop", "Common ground"), 10, "common"),
    Phase("divides", pgettext_lazy("step of the workshop", "Divides"), 30, "divides"),
    Phase("unsaid", pgettext_lazy("step of the workshop", "The unsaid"), 20, "unsaid"),
    Phase("pause", pgettext_lazy("step of the workshop", "Break"), 5),
    Phase("proposals", pgettext_lazy("step of the workshop", "Proposals"), 15),
    Phase("choice", pgettext_lazy("step of the workshop", "Choice"), 7),
    Phase("promises", pgettext_lazy("step of the workshop", "Words given"), 8),
    Phase("closing", pgettext_lazy("step of the workshop", "Closing"), 2),
)
STEPS = {phase.code: step for step, phase in enumerate(PHASES)}


class Activity(StrEnum):
    """What goes on inside a step; nothing in particular when empty."""

    VOTE = "vote"
    RESULT = "result"
    SILENCE = "silence"
    TURNS = "turns"
    PAUSE = "pause"


def turns_of(place: int) -> tuple[tuple[str, bool], ...]:
    """Who speaks (False) and who restates (True), in order. The sides begin by turns, from statement to statement."""
    first = SIDES[place % len(SIDES)]
    second = other_side(first)
    return ((first, False), (second, True), (second, False), (first, True))
