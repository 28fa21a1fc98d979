"""What is still to be kept or settled, for the home of a relationship: overdue first, the same list for both."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import ngettext

from reciproque.app.commitments.models import Commitment
from reciproque.app.commitments.queries.ledger import open_promises, what_to_do
from reciproque.app.commitments.queries.words import Stand, counted, stand
from reciproque.app.directory.models import Account, Relationship
from reciproque.app.shared import clock

SHOWN = 5


@dataclass(frozen=True)
class DueLine:
    key: str
    what: str
    company: str
    sides: tuple[str, ...]
    stand: Stand
    late: bool
    do: str


@dataclass(frozen=True)
class Due:
    heading: str
    lines: tuple[DueLine, ...]
    others: int


def due_promises(relationship: Relationship, reader: Account) -> Due | None:
    rows = open_promises(relationship)
    if not rows:
        return None
    today = clock.today()
    overdue = sum(row.is_overdue(today) for row in rows)
    heading = (
        ngettext("%(count)s promise is overdue.", "%(count)s promises are overdue.", overdue)
        if overdue
        else ngettext("%(count)s promise is in progress.", "%(count)s promises are in progress.", len(rows))
    )
    said = heading % {"count": counted(overdue or len(rows))}
    lines = tuple(_line(row, reader) for row in rows[:SHOWN])
    return Due(said[:1].upper() + said[1:], lines, max(len(rows) - SHOWN, 0))


def _line(row: Commitment, reader: Account) -> DueLine:
    today = clock.today()
    companies = " ⇌ ".join(str(row.relationship.organisation(side)) for side in row.bearing_sides)
    late = row.is_overdue(today)
    return DueLine(
        row.key, row.what, companies, row.bearing_sides, stand(row, today), late, what_to_do(row, reader, today)
    )
