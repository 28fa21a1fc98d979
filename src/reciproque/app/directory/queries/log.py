"""The log of actions in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reciproque.app.directory.sentences import sentence
from reciproque.app.shared.models import AuditRecord
from reciproque.app.shared.vocabulary import Audience


@dataclass(frozen=True)
class Entry:
    """One action as it is shown: when, by whom, what, and who else may read this line."""

    sequence: int
    at: datetime
    says: str
    audience: str
    side: str
    fingerprint: str


def entry(row: AuditRecord) -> Entry:
    side = row.audience if row.audience in (Audience.CLIENT, Audience.SUPPLIER) else "neutral"
    return Entry(row.sequence, row.at, sentence(row), str(Audience(row.audience).label), side, row.hash[:8])
