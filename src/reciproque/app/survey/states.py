"""The life of a wave, as data: which transitions exist, who may ask for them."""

from dataclasses import dataclass

from reciproque.app.survey.models import WaveState


@dataclass(frozen=True)
class Transition:
    name: str
    source: str
    target: str
    who: tuple[str, ...]
    says: str


S = WaveState
TRANSITIONS = (
    Transition("start_sealing", S.DRAFT, S.SEALING, ("facilitator", "sponsor"), "the settings are complete"),
    Transition(
        "back_to_draft",
        S.SEALING,
        S.DRAFT,
        ("facilitator", "sponsor"),
        "something must change; phrases already given are void",
    ),
    Transition("open_collection", S.SEALING, S.COLLECTING, ("system",), "both sponsors have sealed"),
    Transition("extend", S.COLLECTING, S.COLLECTING, ("facilitator", "sponsor"), "once, when a quorum is missing"),
    Transition(
        "start_closing",
        S.COLLECTING,
        S.CLOSING,
        ("system", "facilitator"),
        "date reached, or both quorums and the grace period",
    ),
    Transition("finish_closing", S.CLOSING, S.CLOSED, ("system",), "order and link destroyed, receipts published"),
    Transition("open_both", S.CLOSED, S.OPEN, ("sponsor", "deputy"), "both phrases typed"),
    Transition("purge", S.OPEN, S.PURGED, ("system",), "contest window over: ballots and keys destroyed"),
    Transition("cancel_draft", S.DRAFT, S.CANCELLED, ("facilitator", "sponsor"), "no longer wanted"),
    Transition("cancel_sealing", S.SEALING, S.CANCELLED, ("facilitator", "sponsor"), "no longer wanted"),
    Transition(
        "cancel_collecting", S.COLLECTING, S.CANCELLED, ("facilitator", "sponsor"), "keys and ballots destroyed"
    ),
    Transition(
        "cancel_closed",
        S.CLOSED,
        S.CANCELLED,
        ("facilitator", "sponsor"),
        "a quorum is missing or a phrase is lost; keys and ballots destroyed",
    ),
)


class ForbiddenTransition(Exception):
    """The wave is not in a state from which this may happen."""


def transition(name: str, source: str) -> Transition:
    """The transition of that name from that state; raises ForbiddenTransition when there is none."""
    for candidate in TRANSITIONS:
        if candidate.name == name and candidate.source == source:
            return candidate
    raise ForbiddenTransition(f"{name} is not possible from {source}")


IN_PROGRESS = (S.DRAFT, S.SEALING, S.COLLECTING, S.CLOSING, S.CLOSED)


def diagram() -> str:
    """The states as a Mermaid diagram, written to docs/states.md."""
    arrows = [f"    {t.source} --> {t.target}: {t.name} ({', '.join(t.who)})" for t in TRANSITIONS]
    return (
        "\n".join(["stateDiagram-v2", "    [*] --> draft", *arrows, "    purged --> [*]", "    cancelled --> [*]"])
        + "\n"
    )
