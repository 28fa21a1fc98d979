"""What a phone sends: votes, forecasts, themes. A field that was left empty is no answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from reciproque.app.shared.errors import Refused

MOST_THEMES = 3


def answers(data: Mapping[str, str], items: Iterable[tuple[str, int]]) -> dict[str, int]:
    """The answers found in what was sent, by item; anything that is no answer is left out."""
    found = {}
    for code, size in items:
        value = str(data.get(code, ""))
        if value.isdecimal() and len(value) == 1 and int(value) < size:
            found[code] = int(value)
    return found


def themes(chosen: Iterable[str]) -> dict[str, int]:
    """Three at most: whoever ticked everything would learn everything."""
    codes = set(chosen)
    if len(codes) > MOST_THEMES:
        raise Refused(_("Choose three themes at most."))
    return {f"t:{code}": 0 for code in codes}
