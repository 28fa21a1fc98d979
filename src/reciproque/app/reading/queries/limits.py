"""What may not be shown, and why: the rules, and what they gave for this wave."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from reciproque.app.reading.models import Publication
from reciproque.app.reading.queries.material import Material
from reciproque.app.reading.queries.sides import quotes
from reciproque.app.survey.models import Wave


@dataclass(frozen=True)
class Limit:
    """One kind of figure: from how many answers it exists, whether it does here, and what it protects from."""

    kind: str
    rule: str
    shown: bool
    here: str
    why: str


@dataclass(frozen=True)
class Limits:
    number: int
    limits: tuple[Limit, ...]
    dropped: tuple[str, ...]


def limits_of(wave: Wave) -> Limits:
    related = "wave__relationship__client", "wave__relationship__supplier"
    publication = Publication.objects.select_related(*related).prefetch_related("figures", "texts").get(wave=wave)
    material = Material(publication)
    kinds = {figure.kind for figure in material.figures}
    limits = (
        _limit(
            _("Anything at all"),
            _("five answers on each side"),
            material.publication.level != "none",
            _("Under five, four people who compare notes know the fifth."),
        ),
        _limit(
            _("Subjects, as a figure with its margin"),
            _("five answers on each side, and 0 or at least 5 arrivals and departures since the last wave"),
            material.has_figures,
            _("When one person arrives, the difference between two waves is that person’s answer."),
        ),
        _limit(
            _("Each sentence, and its mirror"),
            _("twelve answers on each side"),
            material.by_sentence,
            _("With few answers, sentence by sentence figures add up to what one person said."),
        ),
        _limit(
            _("Functions, in three words"),
            _("sixteen answers on each side, eight by function"),
            "word" in kinds,
            _("Everybody knows who works in a small team."),
        ),
        _limit(
            _("Three classes of answers"),
            _("twenty answers on each side"),
            "share" in kinds,
            _("A class with one answer in it is a person."),
        ),
        _limit(
            _("Free sentences, by consent"),
            _("eight people and five texts to a question, on each side"),
            bool(quotes(material)),
            _("A way of writing can give its author away. The same number is shown on both pages."),
        ),
    )
    return Limits(wave.number, limits, tuple(_dropped(kind) for kind in publication.dropped))


def _limit(kind: str, rule: str, shown: bool, why: str) -> Limit:
    return Limit(kind, rule, shown, _("shown") if shown else _("not shown"), why)


def _dropped(kind: str) -> str:
    known = {
        "words": _("words by function"),
        "classes": _("three classes of answers"),
        "abstain": _("refusals to answer"),
        "items": _("sentences one by one"),
        "mirror": _("mirrors"),
        "dimensions": _("subjects"),
        "index": _("the mirror taken as a whole"),
        "trend": _("words on the trend"),
    }
    return known.get(kind, kind)
