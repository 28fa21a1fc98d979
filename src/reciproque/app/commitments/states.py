"""The life of a promise, as data: which transitions exist, who may ask for them."""

from __future__ import annotations

from dataclasses import dataclass

from reciproque.app.commitments.models import State

S = State


@dataclass(frozen=True)
class Transition:
    name: str
    source: str
    target: str
    who: tuple[str, ...]
    says: str


BEARER, WITNESS = ("bearer",), ("witness",)
OWNERS = ("bearer", "witness")
TRANSITIONS = (
    Transition("open", S.PROPOSED, S.OPEN, OWNERS, "both owners have accepted"),
    Transition("decline", S.PROPOSED, S.DECLINED, OWNERS, "the other side says no"),
    Transition("withdraw", S.PROPOSED, S.WITHDRAWN, ("proposer",), "taken back before both have accepted"),
    Transition("renegotiate", S.OPEN, S.OPEN, OWNERS, "before the date: other terms, accepted by the other side"),
    Transition("release", S.OPEN, S.RELEASED, OWNERS, "before the date: both let it go"),
    Transition("say", S.OPEN, S.SAID, BEARER, "kept, or kept late, with a proof; or not kept"),
    Transition("say_overdue", S.OPEN, S.SAID, WITNESS, "after the date: not kept, when the bearer is silent"),
    Transition("both_kept", S.SAID, S.KEPT, OWNERS, "the other side says the same"),
    Transition("both_late", S.SAID, S.LATE, OWNERS, "the other side says the same"),
    Transition("both_broken", S.SAID, S.BROKEN, OWNERS, "the other side says the same"),
    Transition(
        "differ", S.SAID, S.DISPUTED, OWNERS, "the other side says something else: both words stay side by side"
    ),
    Transition("both_kept", S.DISPUTED, S.KEPT, OWNERS, "one side changes its word"),
    Transition("both_late", S.DISPUTED, S.LATE, OWNERS, "one side changes its word"),
    Transition("both_broken", S.DISPUTED, S.BROKEN, OWNERS, "one side changes its word"),
    Transition("differ", S.DISPUTED, S.DISPUTED, OWNERS, "another word, still not the same"),
)
ALIVE = (S.PROPOSED, S.OPEN, S.SAID, S.DISPUTED)
SETTLED = (S.KEPT, S.LATE, S.BROKEN)
GIVEN = (S.OPEN, S.SAID, S.DISPUTED, *SETTLED)
"""The states of a promise that counts: both owners have accepted it, and it was not let go."""


class ForbiddenTransition(Exception):
    """The promise is not in a state from which this may happen."""


def transition(name: str, source: str) -> Transition:
    """The transition of that name from that state; raises ForbiddenTransition when there is none."""
    for candidate in TRANSITIONS:
        if candidate.name == name and candidate.source == source:
            return candidate
    raise ForbiddenTransition(f"{name} is not possible from {source}")


def diagram() -> str:
    """The states as a Mermaid diagram, written to docs/states.md."""
    arrows = [f"    {t.source} --> {t.target}: {t.name} ({', '.join(t.who)})" for t in TRANSITIONS]
    ends = [f"    {state} --> [*]" for state in (*SETTLED, S.DECLINED, S.WITHDRAWN, S.RELEASED)]
    return "\n".join(["stateDiagram-v2", "    [*] --> proposed", *arrows, *ends]) + "\n"
