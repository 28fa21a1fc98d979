"""The ledger as rows of a file: the columns that an import reads, then where each promise stands."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from reciproque.app.commitments.access import Chair
from reciproque.app.commitments.models import Commitment, Owed
from reciproque.app.commitments.promises_file import LABELS
from reciproque.app.commitments.queries import words
from reciproque.app.commitments.queries.ledger import all_promises
from reciproque.app.shared import clock
from reciproque.app.shared.vocabulary import SIDES

MORE = (
    gettext_noop("Where it stands"),
    gettext_noop("Word of the client"),
    gettext_noop("Word of the supplier"),
    gettext_noop("Offered on"),
    gettext_noop("Counts since"),
    gettext_noop("Changes"),
)


def exported_rows(chair: Chair) -> list[list[str]]:
    """A line of titles, then one line per promise. Names of owners, never their addresses."""
    titles = {
        **LABELS,
        "owner_client": gettext_noop("Owner at the client"),
        "owner_supplier": gettext_noop("Owner at the supplier"),
    }
    head = [_(title) for title in (*titles.values(), *MORE)]
    return [head, *(_row(row) for row in all_promises(chair.relationship).order_by("number"))]


def _row(row: Commitment) -> list[str]:
    stand = words.stand(row, clock.today())
    said = {word.side: f"{word.outcome} {word.text}".strip() for word in words.side_words(row)}
    company = _("Both companies") if row.owed_by == Owed.BOTH else str(row.relationship.organisation(row.owed_by))
    return [
        company,
        row.what,
        row.why,
        row.first_step,
        row.first_step_by.isoformat(),
        row.due_on.isoformat(),
        row.proof,
        *(str(row.owner(side) or "") for side in SIDES),
        *(row.effort(side) for side in SIDES),
        " ".join(row.questions),
        f"{stand.word} {stand.detail}".strip(),
        *(said.get(str(side), "") for side in SIDES),
        words.day(row.proposed_at),
        words.day(row.opened_at),
        " ".join(sentence for sentence, _why in reversed(words.history(row))),
    ]
