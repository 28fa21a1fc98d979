"""The list of a company as rows of a file: the same columns as an import reads."""

from __future__ import annotations

from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reciproque.app.directory.models import Organisation
from reciproque.app.directory.queries.people import people_of, present_post
from reciproque.app.directory.spreadsheet import LABELS, local_phone

COLUMNS = ("organisation", "last_name", "first_name", "email", "phone", "function", "title", "started_on", "language")


def exported_rows(organisation: Organisation) -> list[list[str]]:
    """A line of titles, then one line per person in the present post."""
    rows = [[_(LABELS[name]) for name in COLUMNS]]
    for person in people_of(organisation):
        post = present_post(person)
        rows.append(
            [
                organisation.name,
                person.last_name,
                person.first_name,
                person.email,
                local_phone(person.phone, organisation.country),
                str(post.function) if post else "",
                post.title if post else "",
                _day(post.started_on) if post and post.started_on else "",
                person.language,
            ]
        )
    return rows


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y") if (get_language() or "fr").startswith("fr") else day.isoformat()
