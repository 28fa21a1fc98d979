"""The title of the reading: a finding in a sentence, computed from the figures, and the two sentences under it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from reciproque.app.reading.queries.material import CLIENT, SUPPLIER, Material
from reciproque.app.reading.queries.rows import gap_note
from reciproque.app.reading.queries.signs import sign_of
from reciproque.reports.page import Regard, Row, Trend
from reciproque.science.figures import MINIMUM


def counted(number: int) -> str:
    """A small number in letters."""
    letters = (
        pgettext("masculine", "no"),
        pgettext("masculine", "one"),
        pgettext("masculine", "two"),
        pgettext("masculine", "three"),
        pgettext("masculine", "four"),
        pgettext("masculine", "five"),
        pgettext("masculine", "six"),
        pgettext("masculine", "seven"),
        pgettext("masculine", "eight"),
    )
    return letters[number] if number < len(letters) else str(number)


def title(material: Material, rows: Sequence[Row], whole: Row | None, regards: Sequence[Regard]) -> str:
    if material.publication.level == "none":
        return _("Nothing can be published, on either side.")
    if material.publication.level == "trend":
        return _("A few people came or left: words this time, not figures.")
    return _situations(rows) or _index(material, whole) or _views(regards)


def _situations(rows: Sequence[Row]) -> str:
    count = {state: sum(row.glyph == state for row in rows) for state in ("false_agreement", "false_conflict")}
    parts = []
    if number := count["false_agreement"]:
        text = ngettext(
            "%(count)s agreement is not what it seems", "%(count)s agreements are not what they seem", number
        )
        parts.append(text % {"count": counted(number)})
    if number := count["false_conflict"]:
        text = ngettext("%(count)s conflict does not exist", "%(count)s conflicts do not exist", number)
        parts.append(text % {"count": counted(number)})
    if not parts:
        return _known(rows)
    joined = _("%(first)s, and %(second)s.") % {"first": parts[0], "second": parts[1]} if len(parts) == 2 else ""
    return capfirst(joined or f"{parts[0]}.")


def _known(rows: Sequence[Row]) -> str:
    apart = sum(row.glyph == "lucid_disagreement" for row in rows)
    close = sum(row.glyph == "lucid_agreement" for row in rows)
    if apart:
        text = ngettext(
            "%(count)s disagreement, and both know it.", "%(count)s disagreements, and both know it.", apart
        )
        return capfirst(text % {"count": counted(apart)})
    if close:
        text = ngettext("%(count)s agreement, and both know it.", "%(count)s agreements, and both know it.", close)
        return capfirst(text % {"count": counted(close)})
    return ""


def _index(material: Material, whole: Row | None) -> str:
    """With few answers, the situation of the whole."""
    gap = material.gaps.get("index")
    if whole is None or gap is None:
        return ""
    mistaken = [material.name(side) for side in (CLIENT, SUPPLIER) if side in gap.state.mistaken]
    name = mistaken[0] if len(mistaken) == 1 else ""
    sentences = {
        "lucid_agreement": _("The two views meet, and both companies know it."),
        "lucid_disagreement": _("The two views differ, and both companies know it."),
        "false_agreement": _("%(name)s believes in an agreement that does not exist.") % {"name": name}
        if name
        else _("Both companies believe in an agreement that does not exist."),
        "false_conflict": _("%(name)s fears a conflict that does not exist.") % {"name": name}
        if name
        else _("Both companies fear a conflict that does not exist."),
    }
    return sentences.get(gap.state.name, "")


def _views(regards: Sequence[Regard]) -> str:
    return " ".join(_seen(regard, margin=False) for regard in regards) or _("What can be told today fits in one page.")


def lead(
    material: Material, rows: Sequence[Row], whole: Row | None, regards: Sequence[Regard], trend: Trend | None
) -> str:
    if material.publication.level == "none":
        return _nothing(material)
    if trend:
        return trend.note
    mistakes = whole.says if whole and whole.glyph in ("false_agreement", "false_conflict") else ()
    return " ".join([*_topics(rows), *(_seen(regard) for regard in regards), *_apart(material), *mistakes])


def _apart(material: Material) -> list[str]:
    """How far apart the two views are on the whole."""
    gap = material.gaps.get("profile")
    signs = [sign_of(score) if (score := material.side(side).profile) else None for side in (CLIENT, SUPPLIER)]
    return [gap_note(gap, *signs)] if gap else []


def _nothing(material: Material) -> str:
    if material.fewest < MINIMUM:
        return _(
            "It takes five answers on each side. Below that, a figure would say what someone answered, so nothing is "
            "shown to anyone."
        )
    return _(
        "Whatever was tried, the figures put together would have given an answer away, so nothing is shown to anyone."
    )


def _seen(regard: Regard, *, margin: bool = True) -> str:
    """How one company sees the other, in a sentence."""
    sign = regard.lane.sign
    values = {"label": regard.label, "figure": regard.written, "around": regard.around}
    if sign.value is None and not sign.open_high and not sign.open_low:
        return f"{regard.label} {regard.written}{', ' + regard.around if margin else ''}."
    if margin and regard.around:
        return _("%(label)s at %(figure)s, %(around)s.") % values
    return _("%(label)s at %(figure)s.") % values


def _topics(rows: Sequence[Row]) -> list[str]:
    said = []
    for state, sentence in (
        ("false_agreement", _("On %(topics)s, someone believes that the two views meet: they do not.")),
        ("false_conflict", _("On %(topics)s, someone believes that the two views differ: they do not.")),
    ):
        topics = [_("“%(topic)s”") % {"topic": row.heading} for row in rows if row.glyph == state]
        if topics:
            said.append(sentence % {"topics": listed(topics)})
    return said


def listed(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}
