"""Texts that a neutral facilitator may read."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reciproque import instruments
from reciproque.app.reading.models import PublishedText
from reciproque.app.survey.models import Wave


@dataclass(frozen=True)
class FacilitatedText:
    """A text without any attribute but its side and its prompt. No `text`: what its author wrote is destroyed."""

    key: str
    side: str
    company: str
    prompt: str
    text: str
    reworded: str
    withheld: bool
    destiny: str
    status: str


def texts_of(wave: Wave) -> tuple[FacilitatedText, ...]:
    """Those to reword first, then those for the facilitator alone, then those published as written.

    Those of which no word is left are not listed.
    """
    order = [PublishedText.Destiny.REWORD, PublishedText.Destiny.FACILITATOR, PublishedText.Destiny.PUBLISH]
    language = (get_language() or "fr")[:2]
    prompts = {p.code: p.text[language] for p in instruments.parse(wave.instrument_text).prompts}
    rows = PublishedText.objects.filter(publication__wave=wave).exclude(text="", reworded="")
    found = [_facilitated(wave, row, prompts) for row in rows]
    return tuple(sorted(found, key=lambda t: (order.index(t.destiny), bool(t.reworded) or t.withheld)))  # type: ignore[arg-type]


def _facilitated(wave: Wave, row: PublishedText, prompts: dict[str, str]) -> FacilitatedText:
    company = str(wave.relationship.organisation(row.side).name)
    question = prompts[row.prompt].replace("{A}", _("the other company")).replace("{B}", _("your company"))
    return FacilitatedText(
        row.key, row.side, company, question, row.text, row.reworded, row.withheld, row.destiny, _status(row)
    )


def _status(row: PublishedText) -> str:
    if row.withheld:
        return _("withheld: nobody else reads it")
    if row.destiny == PublishedText.Destiny.FACILITATOR:
        return _("for you only: it is never shown")
    if row.reworded:
        return _("published in your words")
    if row.destiny == PublishedText.Destiny.PUBLISH:
        return _("published as written")
    return _("waiting for your words: not shown yet")
