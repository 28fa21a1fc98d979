"""The minutes as files, made from the minutes as data and nothing else, so that every copy is the same."""

from __future__ import annotations

import json

from django.utils import translation
from django.utils.translation import gettext as _

from reciproque.app.dialogue.models import Minutes
from reciproque.reports import minutes_pdf as pdf
from reciproque.reports import minutes_xlsx as xlsx


def minutes_pdf(minutes: Minutes, language: str) -> bytes:
    """The frozen file as it was sent; before that, the draft as it stands."""
    kept = minutes.pdf_fr if language == "fr" else minutes.pdf_en
    if kept:
        return bytes(kept)
    with translation.override(language):
        return pdf.render(minutes.content[language], words(), minutes.digest)


def minutes_sheet(minutes: Minutes, language: str) -> bytes:
    with translation.override(language):
        return xlsx.render(minutes.content[language], words(), minutes.digest)


def minutes_json(minutes: Minutes) -> bytes:
    """The very bytes whose SHA-256 is the fingerprint."""
    return json.dumps(minutes.content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def words() -> dict[str, str]:
    """The fixed words of the files, in the active language."""
    return {
        "minutes": _("Minutes of the workshop"),
        "draft": _("Draft, open to amendments"),
        "frozen": _("Frozen. Fingerprint of the data (SHA-256):"),
        "rehearsal": _("Rehearsal: nothing here is real"),
        "held": _("Held on"),
        "facilitator": _("Facilitator"),
        "mandate": _("The mandate"),
        "participants": _("Who took part"),
        "equity": _("How evenly it was done"),
        "even": _("Even enough on both sides."),
        "statements": _("What was voted on"),
        "how": _("Ends of a count are blurred on purpose, so that nobody can work out what one person answered."),
        "agree": _("agree"),
        "disagree": _("disagree"),
        "again": _("After the debate"),
        "guess": _("What each side expected of the other"),
        "themes": _("Themes that both sides had brought, each without knowing of the other"),
        "chosen": _("What was chosen"),
        "others": _("Other proposals"),
        "from": _("From the statement"),
        "if": _("If or when"),
        "proof": _("Seen by"),
        "owed_by": _("Who acts"),
        "owners": _("Owners"),
        "not_accepted": _("not accepted yet"),
        "first_step": _("First step"),
        "due_on": _("Date"),
        "efforts": _("Effort"),
        "promise": _("Promise"),
        "objections": _("Objections"),
        "withdrawn": _("withdrawn"),
        "amendments": _("Remarks on these minutes"),
        "none": _("None."),
        "left_out": _("Sentences changed or left out, and why"),
        "not_shown": _("not shown"),
    }
