"""Reading answers against the locked questionnaire: each is one of the seven points, "cannot say", or left empty."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from reciproque.app.survey.forms.envelope import Visit
from reciproque.app.survey.queries.questionnaire import CANNOT_SAY, LONGEST, consent_name
from reciproque.app.survey.urn.seal import CONSENTS, FACILITATOR

POINTS = {str(point): point for point in range(1, 8)}


@dataclass(frozen=True)
class Problem:
    """What stops the answers, and the question it is about."""

    code: str
    sentence: str


def merge(visit: Visit, data: Mapping[str, str], questions: Iterable[str], prompts: Iterable[str]) -> Visit:
    """The visit with what was just posted over what it carried. Anything that is not an answer is left out."""
    scores, texts = dict(visit.scores), dict(visit.texts)
    for code in questions:
        posted = data.get(code)
        if posted in POINTS:
            scores[code] = POINTS[posted]
        elif posted == CANNOT_SAY:
            scores[code] = None
    for code in prompts:
        before = texts.get(code, ("", ""))
        consent = data.get(consent_name(code), before[1])
        text = tidy(data.get(code, before[0]))
        texts[code] = (text, consent if consent in CONSENTS else "")
    return replace(visit, scores=scores, texts={code: kept for code, kept in texts.items() if any(kept)})


def problems(visit: Visit, data: Mapping[str, str], questions: Iterable[str]) -> list[Problem]:
    """What must be mended before going on: an answer off the scale, a text too long."""
    found = [
        Problem(code, _("This answer is not one of the choices: tick it again."))
        for code in questions
        if code in data and data[code] not in POINTS and data[code] != CANNOT_SAY
    ]
    for code, (text, _consent) in visit.texts.items():
        if len(text) > LONGEST:
            sentence = _("This text has %(length)d characters: shorten it to %(limit)d.")
            found.append(Problem(code, sentence % {"length": len(text), "limit": LONGEST}))
    return found


def sentences(visit: Visit) -> tuple[tuple[str, str, str], ...]:
    """(prompt, text, consent) of what was written. Nothing ticked means: the facilitator alone."""
    return tuple((code, text, consent or FACILITATOR) for code, (text, consent) in visit.texts.items() if text)


def tidy(text: str) -> str:
    """The text without signs that cannot be seen, one kind of line end, no space around."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign) not in ("Cc", "Cs")).strip()
