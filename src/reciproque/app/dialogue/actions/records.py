"""The record that every action on a workshop leaves."""

from __future__ import annotations

from typing import Any

from reciproque.app.dialogue.models import Session
from reciproque.app.shared import audit
from reciproque.app.shared.audit import Actor
from reciproque.app.shared.vocabulary import Audience


def log(by: Actor, session: Session, action: str, *, audience: str = Audience.BOTH, **data: Any) -> None:
    """One record about a session, in the transaction of the change. Never a vote, nor who wrote a sentence."""
    audit.record(
        by=by,
        action=f"workshop.{action}",
        subject=f"{session.relationship} · {session.title}",
        audience=audience,
        relationship_key=session.relationship.key,
        data={"session": session.key, **data},
    )
