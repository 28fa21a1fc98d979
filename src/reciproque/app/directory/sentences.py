"""The log in words: one sentence per kind of action. An action without a sentence fails a test.

``{who}`` did it, ``{what}`` is the record's subject; other names come from the record's data.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from reciproque.app.directory.models import Membership
from reciproque.app.shared.models import AuditRecord
from reciproque.app.shared.vocabulary import Seat

SENTENCES = {
    "installation.set_up": gettext_noop("{who} installed Réciproque and opened the first account."),
    "organisation.created": gettext_noop("{who} added the company {what}."),
    "organisation.changed": gettext_noop("{who} corrected the company {what}."),
    "function.added": gettext_noop("{who} added the function {what}."),
    "person.added": gettext_noop("{who} added {what} to the list of people."),
    "person.changed": gettext_noop("{who} corrected the details of {what}."),
    "post.started": gettext_noop("{who} recorded a new post for {what}."),
    "post.ended": gettext_noop("{who} recorded the end of the post of {what}."),
    "people.imported": gettext_noop(
        "{who} imported a list of people ({what}): {added} added, {changed} changed, {unchanged} unchanged."
    ),
    "relationship.created": gettext_noop("{who} created the relationship {what}."),
    "member.added": gettext_noop("{who} gave {what} a role: {role}, {side}."),
    "member.revoked": gettext_noop("{who} took away the role of {what}: {role}, {side}."),
    "account.changed": gettext_noop("{who} changed the details of the account {what}."),
}


def sentence(row: AuditRecord) -> str:
    """What happened, in the reader's language."""
    known = SENTENCES.get(row.action)
    words = _words(row)
    if known is None:
        return _("{who}: {action} ({what}).").format(action=row.action, **words)
    return _(known).format_map(defaultdict(str, words))


def _words(row: AuditRecord) -> dict[str, Any]:
    words: dict[str, Any] = {name: value for name, value in row.data.items() if isinstance(value, (str, int))}
    if words.get("role") in Membership.Role.values:
        words["role"] = Membership.Role(words["role"]).label
    if words.get("side") in Seat.values:
        words["side"] = Seat(words["side"]).label
    words.pop("action", None)
    return {**words, "who": row.actor_name, "what": row.subject}
