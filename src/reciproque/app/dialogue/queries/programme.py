"""What to talk about first: three common grounds, three divides, two things unsaid.

An external facilitator starts from the whole reading; everybody else's programme is made from what will be shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reciproque.app.dialogue.models import Session
from reciproque.app.dialogue.queries.projection import StatementView, Viewer, project

COMMON, DIVIDES, UNSAID = 3, 3, 2
Programme = dict[str, list[str]]


def suggested(session: Session) -> Programme:
    """The programme that the votes suggest; in the order of the deck where only coded figures may guide it."""
    if session.has_external_facilitator:
        return _by_reading(project(session, Viewer.EXTERNAL).statements)
    # Everything in the coded form that the room will see, and nothing else.
    views = [replace(view, exact=None) for view in project(session, Viewer.EXTERNAL).statements]
    return _by_codes(views)


def _by_reading(views: Sequence[StatementView]) -> Programme:
    exact = [(view.key, view.exact) for view in views if view.exact]
    common = sorted((row for row in exact if row[1].verdict == "common"), key=lambda row: -row[1].p_common)
    divides = sorted(
        (row for row in exact if row[1].divide or row[1].verdict in ("oppose", "gap")), key=lambda row: -row[1].p_oppose
    )
    unsaid = sorted((row for row in exact if row[1].lift), key=lambda row: -max(row[1].lift.values()))
    taken = [key for key, _exact in divides[:DIVIDES]]
    return {
        "common": [key for key, _exact in common[:COMMON]],
        "divides": taken,
        "unsaid": [key for key, _exact in unsaid if key not in taken][:UNSAID],
    }


def _by_codes(views: Sequence[StatementView]) -> Programme:
    def first(number: int, *verdicts: str) -> list[str]:
        return [v.key for verdict in verdicts for v in views if v.result and v.result.verdict == verdict][:number]

    return {
        "common": first(COMMON, "common", "majority_both"),
        "divides": first(DIVIDES, "oppose", "open"),
        "unsaid": [],
    }
