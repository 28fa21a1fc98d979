"""Every figure about answers that a role can obtain anywhere in the product, as plain data for an independent check.

Pages, documents and mails show these figures or what follows from them by arithmetic (points from 0 to 100, subjects
from sentences, gaps, situations, verdicts), and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from reciproque.app.reading.models import Publication, PublishedText
from reciproque.app.reading.queries.published import figures_of, publications_until
from reciproque.app.reading.queries.sides import shown_texts
from reciproque.app.shared.vocabulary import SIDES
from reciproque.app.survey.models import Invitation, Wave
from reciproque.science.figures import BALLOTS, HIGHEST, LOWEST, Figure

ROLES = ("client-member", "supplier-member", "sponsor-client", "sponsor-supplier", "facilitator")
NOBODY_UNDER = 5


def facts(wave: Wave, role: str) -> dict[str, Any]:
    """The facts of a wave and of the earlier ones of its relationship. Empty before a wave is open, for every role."""
    if role not in ROLES:
        raise ValueError(f"role must be one of {', '.join(ROLES)}")
    publications = list(publications_until(wave).prefetch_related("texts"))
    groups = _groups([p.wave for p in publications])
    return {
        "people": sorted({person for members in groups.values() for person in members}),
        "scale": list(range(LOWEST, HIGHEST + 1)),
        "may_abstain": True,
        "groups": groups,
        "k": NOBODY_UNDER,
        "facts": [fact for publication in publications for fact in _facts(publication, role, groups)],
    }


def _groups(waves: Sequence[Wave]) -> dict[str, list[str]]:
    """Who answered, per wave and side, and by function: the attacker is assumed to know it. It is shown to nobody."""
    groups: dict[str, list[str]] = {f"w{wave.number}:{side.value}": [] for wave in waves for side in SIDES}
    rows = (
        Invitation.objects.filter(wave__in=waves, answered=True)
        .select_related("wave", "person", "function")
        .order_by("person__key")
    )
    for row in rows:
        name = f"w{row.wave.number}:{row.side}"
        groups[name].append(row.person.key)
        if row.function:
            groups.setdefault(f"{name}:{row.function.code}", []).append(row.person.key)
    return groups


def _facts(publication: Publication, role: str, groups: dict[str, list[str]]) -> Iterator[dict[str, Any]]:
    wave = f"w{publication.wave.number}"
    for number, figure in enumerate(figures_of(publication), start=1):
        group = _group(wave, figure, groups)
        yield {"id": f"{wave}-{number}", "group": group, "wave": wave, **_questions(figure), **_content(figure)}
    for text, words in _texts(publication, role):
        yield {
            "id": f"{wave}-text-{text.key}{'' if words == text.text else '-reworded'}",
            "kind": "text",
            "group": f"{wave}:{text.side}",
            "wave": wave,
            "question": text.prompt,
            "value": words,
        }


def _group(wave: str, figure: Figure, groups: dict[str, list[str]]) -> str:
    """The name of the group a figure speaks of; functions published together are one more group."""
    side = f"{wave}:{figure.side}"
    if not figure.group:
        return side
    name = f"{side}:{figure.group}"
    if name not in groups:
        functions = figure.group.split("+")
        groups[name] = sorted({person for code in functions for person in groups.get(f"{side}:{code}", [])})
    return name


def _questions(figure: Figure) -> dict[str, Any]:
    if figure.code == BALLOTS:
        return {"questions": []}
    return {"question": figure.questions[0]} if len(figure.questions) == 1 else {"questions": list(figure.questions)}


def _content(figure: Figure) -> dict[str, Any]:
    """A value on a grid, or an interval with null for an open end. Words and trends count as what they imply."""
    if figure.kind == "count":
        return {"kind": "count", "value": int(figure.value or 0), "decimals": 0}
    if figure.kind == "mean":
        return {"kind": "mean", "value": figure.value, "decimals": figure.decimals}
    interval = {"interval": [figure.low, figure.high]}
    if figure.kind == "share":
        return {"kind": "share", "values": list(figure.values or ()), "of": "answers", **interval}
    if figure.kind == "abstain":
        return {"kind": "share", "values": [None], "of": "people", **interval}
    return {"kind": "mean", "decimals": figure.decimals, "word": figure.word, **interval}


def _texts(publication: Publication, role: str) -> Iterator[tuple[PublishedText, str]]:
    """What both companies read; the neutral facilitator also reads what was written, until it is destroyed."""
    for text in shown_texts(publication):
        yield text, text.reworded or text.text
    if role == "facilitator":
        shown = {text.pk for text in shown_texts(publication) if not text.reworded}
        yield from ((text, text.text) for text in publication.texts.all() if text.text and text.pk not in shown)
