"""What to talk about first: three common grounds, three divides, two things unsaid.

Made from what the room will be shown and from nothing else, in the order of the deck: a programme that followed exact
counts, or ranked statements by them, would tell everybody what the counts themselves must not.
"""

from __future__ import annotations

from collections.abc import Sequence

from reciproque.app.dialogue.models import Session
from reciproque.app.dialogue.queries.projection import StatementView, Viewer, project

COMMON, DIVIDES, UNSAID = 3, 3, 2
Programme = dict[str, list[str]]


def suggested(session: Session) -> Programme:
    """The programme that the votes suggest. What was raised openly before is known where somebody neutral asked."""
    views = project(session, Viewer.EXTERNAL).statements
    opposed = _of(views, "oppose")[:DIVIDES]
    unsaid = [view.key for view in views if view.unsaid and view.key not in opposed][:UNSAID]
    if not session.has_external_facilitator:
        unsaid = []
    talked_over = [key for key in _of(views, "open") if key not in unsaid]
    return {
        "common": _of(views, "common", "majority_both")[:COMMON],
        "divides": [*opposed, *talked_over][:DIVIDES],
        "unsaid": unsaid,
    }


def _of(views: Sequence[StatementView], *verdicts: str) -> list[str]:
    return [view.key for verdict in verdicts for view in views if view.result and view.result.verdict == verdict]
