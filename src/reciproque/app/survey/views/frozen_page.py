"""The pages of questions, rendered once per wave, side, language and chapter, then kept as pieces with holes.

A locked questionnaire never changes, so a visit only fills the holes: the ticks, the texts, the tokens.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping

from django.conf import settings
from django.core.cache import caches
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from reciproque.app.survey.queries.answering import Respondent
from reciproque.app.survey.queries.questionnaire import LONGEST, Chapter, Hole, chapters, mirror_stem

ALL = "all"


def frozen_page(person: Respondent, language: str, place: str) -> tuple[str, ...]:
    """The page of one chapter ("1", "2", … or "all"): even pieces are text, odd ones name what goes in between."""
    key = _cache_key(person, language, place)
    pieces: tuple[str, ...] | None = None if settings.DEBUG else caches["frozen"].get(key)
    if pieces is None:
        with translation.override(language):
            pieces = _freeze(person, language, place)
        caches["frozen"].set(key, pieces)
    return pieces


def fill_page(pieces: tuple[str, ...], filled: Mapping[str, str]) -> str:
    """The page of one visit. What is not in `filled` stays empty."""
    whole = list(pieces)
    for index in range(1, len(whole), 2):
        whole[index] = filled.get(whole[index], "")
    return "".join(whole)


def _freeze(person: Respondent, language: str, place: str) -> tuple[str, ...]:
    hole = Hole(secrets.token_hex(12))
    whole = chapters(person, language, hole)
    context = {
        "LANGUAGE_CODE": language,
        "demo_mode": settings.DEMO,
        "messages": (),
        "person": person,
        "hole": {name: hole(name) for name in ("csrf", "state", "draft", "key", "notice", "left", "errors")},
        "other_languages": [code for code in person.languages if code != language],
        "chapters": whole,
        "mirror_stem": mirror_stem(person, language),
        "longest": LONGEST,
        "place": place,
        **_around(whole, place),
    }
    text = render_to_string("survey/respond_questions.html", context)
    return tuple(re.split(f"{hole.mark}([^;]*);", _lean(text)))


def _around(whole: tuple[Chapter, ...], place: str) -> dict[str, object]:
    """What stands on this page, and what comes before and after."""
    if place == ALL:
        return {"shown": whole, "here": None, "before": "", "after": "", "title": _("All questions on one page")}
    number = int(place)
    return {
        "shown": (whole[number - 1],),
        "here": whole[number - 1],
        "before": str(number - 1) if number > 1 else "",
        "after": str(number + 1) if number < len(whole) else "",
        "title": whole[number - 1].title,
    }


def _lean(text: str) -> str:
    """Without the indentation of the templates."""
    return re.sub(r"\n\s+", "\n", text)


def _cache_key(person: Respondent, language: str, place: str) -> str:
    facts = (person.own, person.seen, person.closes_at, person.form, person.level, person.digest, person.languages)
    return f"page:{person.wave_key}:{person.side}:{language}:{place}:{hashlib.sha256(repr(facts).encode()).hexdigest()}"
