"""Promises as calendar files. Two names at most in each event: those of its two owners."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from reciproque.app.commitments.models import Commitment, State

PRODUCT = "-//Réciproque//Promises//"


def calendar(commitments: Iterable[Commitment], *, name: str = "") -> bytes:
    """One all-day event per date: the first step while it is not taken, and the date of the promise."""
    from icalendar import Calendar  # only loaded where a calendar is made

    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    if name:
        made.add("x-wr-calname", name)
    for commitment in commitments:
        if commitment.state == State.OPEN and commitment.first_step_done_on is None:
            made.add_component(
                _event(
                    commitment,
                    "step",
                    commitment.first_step_by,
                    _("First step: %(what)s") % {"what": commitment.first_step},
                )
            )
        made.add_component(_event(commitment, "date", commitment.due_on, commitment.what))
    return bytes(made.to_ical())


def _event(commitment: Commitment, kind: str, on: date, summary: str):  # type: ignore[no-untyped-def]
    from icalendar import Event

    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    event = Event()
    event.add("uid", f"{commitment.key}-{kind}@{host}")
    event.add("dtstamp", commitment.opened_at or commitment.proposed_at)
    event.add("sequence", len(commitment.changes.all()))
    event.add("dtstart", on)
    event.add("dtend", on + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("summary", summary)
    event.add("description", _description(commitment))
    event.add("url", settings.BASE_URL + reverse("commitment", args=[commitment.key]))
    return event


def _description(commitment: Commitment) -> str:
    relationship = commitment.relationship
    lines = [f"{relationship.client} ⇌ {relationship.supplier}"]
    for owner, company in (
        (commitment.owner_client, relationship.client),
        (commitment.owner_supplier, relationship.supplier),
    ):
        lines.append(f"{company}: {owner or _('to be named')}")
    lines.append(f"{_('Expected proof')}: {commitment.proof}")
    return "\n".join(lines)
