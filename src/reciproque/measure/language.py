"""The language of the analyst's command, from the same catalogue as the screens, without the web framework."""

from __future__ import annotations

import gettext as catalogues
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"
_in_use: list[tuple[str, catalogues.NullTranslations]] = [("en", catalogues.NullTranslations())]


def use(language: str) -> None:
    """Speak French ("fr") or English (anything else) from now on."""
    if language == "fr":
        _in_use[0] = ("fr", catalogues.translation("django", LOCALE, ["fr"], fallback=True))
    else:
        _in_use[0] = ("en", catalogues.NullTranslations())


def current() -> str:
    return _in_use[0][0]


def gettext(sentence: str) -> str:
    return _in_use[0][1].gettext(sentence)


def ngettext(one: str, many: str, number: int) -> str:
    return _in_use[0][1].ngettext(one, many, number)
