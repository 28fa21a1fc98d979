"""The log of actions in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reciproque.app.directory.models import Account, Person
from reciproque.app.directory.sentences import people_in, sentence
from reciproque.app.shared.models import AuditRecord
from reciproque.app.shared.vocabulary import Audience


@dataclass(frozen=True)
class Entry:
    """One action as it is shown: when, by whom, what, and who else may read this line.

    Never its number: a gap between two lines would tell that the other company did something.
    """

    at: datetime
    says: str
    audience: str
    side: str
    fingerprint: str


def entries(rows: Sequence[AuditRecord]) -> list[Entry]:
    """Records as they are shown, with the names that people bear today."""
    keys = people_in(rows)
    names = {row.key: str(row) for row in Person.objects.filter(key__in=keys)}
    names |= {row.key: str(row) for row in Account.objects.filter(key__in=keys)}
    return [_entry(row, names) for row in rows]


def _entry(row: AuditRecord, names: Mapping[str, str]) -> Entry:
    side = row.audience if row.audience in (Audience.CLIENT, Audience.SUPPLIER) else "neutral"
    return Entry(row.at, sentence(row, names), str(Audience(row.audience).label), side, row.hash[:8])
