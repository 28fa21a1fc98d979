"""The pages of questions, rendered once per wave, side, language and chapter, then kept as pieces with holes.

A locked questionnaire never changes, so a visit only fills the holes: the ticks, the texts, the tokens.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping

from django.conf import settings
from django.core.cache import caches
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from reciproque.app.survey.queries.answering import Respondent
from reciproque.app.survey.queries.questionnaire import LONGEST, Chapter, Hole, chapters, mirror_stem

ALL = "all"


def frozen_page(person: Respondent, language: str, place: str) -> tuple[str, ...]:
    """The questions of one chapter ("1", "2", … or "all"), as pieces: see `fill_page`."""
    names = ("csrf", "state", "draft", "key", "left", "errors")
    return _kept(person, language, place, lambda hole: _freeze(person, language, place, hole, names))


def frozen_text(
    person: Respondent, language: str, template: str, names: tuple[str, ...], **facts: object
) -> tuple[str, ...]:
    """A page of words around the questions, which only depends on the wave, the side and these facts, as pieces."""
    return _kept(
        person, language, f"{template} {facts!r}", lambda hole: _write(person, language, template, hole, names, facts)
    )


def _kept(person: Respondent, language: str, what: str, write: Callable[[Hole], str]) -> tuple[str, ...]:
    """The page from the cache of this process, or rendered now."""
    facts = (person.own, person.seen, person.closes_at, person.form, person.level, person.digest, person.languages)
    digest = hashlib.sha256(repr((facts, what)).encode()).hexdigest()
    key = f"page:{person.wave_key}:{person.side}:{language}:{digest}"
    pieces: tuple[str, ...] | None = None if settings.DEBUG else caches["frozen"].get(key)
    if pieces is None:
        hole = Hole(secrets.token_hex(12))
        with translation.override(language):
            pieces = tuple(re.split(f"{hole.mark}([^;]*);", _lean(write(hole))))
        caches["frozen"].set(key, pieces)
    return pieces


def fill_page(pieces: tuple[str, ...], filled: Mapping[str, str]) -> str:
    """The page of one visit. What is not in `filled` stays empty."""
    whole = list(pieces)
    for index in range(1, len(whole), 2):
        whole[index] = filled.get(whole[index], "")
    return "".join(whole)


def _freeze(person: Respondent, language: str, place: str, hole: Hole, names: tuple[str, ...]) -> str:
    whole = chapters(person, language, hole)
    facts = {
        "chapters": whole,
        "mirror_stem": mirror_stem(person, language),
        "longest": LONGEST,
        "place": place,
        **_around(whole, place),
    }
    return _write(person, language, "survey/respond_questions.html", hole, names, facts)


def _write(
    person: Respondent, language: str, template: str, hole: Hole, names: tuple[str, ...], facts: Mapping[str, object]
) -> str:
    context = {
        "LANGUAGE_CODE": language,
        "demo_mode": settings.DEMO,
        "messages": (),
        "csrf_token": hole("csrf"),
        "person": person,
        "hole": {name: hole(name) for name in names},
        "other_languages": [code for code in person.languages if code != language],
        **facts,
    }
    return render_to_string(template, context)


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
