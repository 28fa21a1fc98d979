"""What is read on each page of the book: how a company is seen, what surprises it, what stays unsaid, its words."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from reciproque.app.reading.models import Publication, PublishedText
from reciproque.app.reading.queries.material import CLIENT, SUPPLIER, Material
from reciproque.app.reading.queries.signs import sign_of
from reciproque.app.shared.vocabulary import SIDES
from reciproque.reports.charts.spec import Lane, Sign
from reciproque.reports.page import Quote, Quotes, Regard, Row, SideSurprises, SideUnsaid, Surprise
from reciproque.science.mirror import Span

SHOWN_SURPRISES = 2
MARK = "\x1f"  # stands around a figure while a sentence is put together


def regards(material: Material) -> tuple[Regard, ...]:
    """The profile of each company as the other sees it: two figures, never one."""
    return tuple(r for side in SIDES if (r := _regard(material, side)))


def _regard(material: Material, side: str) -> Regard | None:
    score = material.side(side).profile if material.has_figures else None
    if score is None:
        return None
    sign = sign_of(score)
    label = _("%(name)s sees %(other)s") % {"name": material.name(side), "other": material.other_name(side)}
    description = _("%(figure)s, on a scale from 0 to 100.") % {"figure": sign.written}
    key = f"regard-{side}-{material.wave.key}"
    lane = Lane(key, label, description, side, sign, ends=("0", "100"), middle=_("mixed"))
    return Regard(side, material.name(side), label, sign.text, sign.around, lane)


def surprises(material: Material, rows: Sequence[Row], whole: Row | None) -> tuple[SideSurprises, ...]:
    """Where what a side imagined is surely not what was answered: the largest first, as many lines on both pages."""
    candidates = list(rows) if material.by_sentence else [whole] if whole else []
    return tuple(_side_surprises(material, side, candidates) for side in (CLIENT, SUPPLIER))


def _side_surprises(material: Material, side: str, rows: Sequence[Row]) -> SideSurprises:
    found = []
    for row in rows:
        code = material.anchor(row.code) if material.by_sentence else row.code
        span = material.gaps[code].lucidity.get(side) if code in material.gaps else None
        imagined, answered = _imagined(row, side)
        if span and span.settled in (1, -1) and imagined and answered:
            found.append((abs(span.low + span.high), span, _surprise(material, side, row, imagined, answered)))
    found.sort(key=lambda one: -one[0])
    spans = [span for _size, span, _text in found]
    return SideSurprises(
        side,
        material.name(side),
        _heading(material.name(side), spans),
        tuple(text for _size, _span, text in found[:SHOWN_SURPRISES]),
        "" if found else _("What it imagines is not clearly different from what was answered."),
    )


def _imagined(row: Row, side: str) -> tuple[Sign | None, Sign | None]:
    pair = row.pair
    return (pair.client_imagines, pair.supplier) if side == CLIENT else (pair.supplier_imagines, pair.client)


def _surprise(material: Material, side: str, row: Row, imagined: Sign, answered: Sign) -> Surprise:
    text = _("%(topic)s: you imagine that %(other)s answers %(imagined)s. It answers %(answered)s.") % {
        "topic": row.heading,
        "other": material.other_name(side),
        "imagined": f"{MARK}{imagined.text}{MARK}",
        "answered": f"{MARK}{answered.text}{MARK}",
    }
    return Surprise(*text.split(MARK))


def _heading(name: str, spans: Sequence[Span]) -> str:
    signs = {span.settled for span in spans}
    if signs == {1}:
        return _("%(name)s receives less than it imagines") % {"name": name}
    if signs == {-1}:
        return _("%(name)s receives more than it imagines") % {"name": name}
    if signs:
        return _("%(name)s imagines too much here, too little there") % {"name": name}
    return _("%(name)s: no clear blind spot") % {"name": name}


def unsaid(material: Material) -> tuple[SideUnsaid, ...]:
    """The unsaid has its own scale, the other way up, and never enters the six subjects."""
    codes = material.codes("unsaid")
    if not codes or not material.has_figures:
        return ()
    return tuple(part for side in SIDES if (part := _unsaid(material, side, codes[0])))


def _unsaid(material: Material, side: str, code: str) -> SideUnsaid | None:
    score = material.score(side, code)
    if score is None:
        return None
    sign, name = sign_of(score), material.name(side)
    label = _("The unsaid, on the side of %(name)s") % {"name": name}
    description = _("%(figure)s. 100 means that almost everything is left unsaid.") % {"figure": sign.written}
    ends = (_("almost all is said"), _("almost all is left unsaid"))
    lane = Lane(f"unsaid-{side}", label, description, side, sign, ends=ends)
    written = f"{sign.text}, {sign.around}" if sign.around else sign.text
    return SideUnsaid(side, name, written, lane, _unsaid_says(material, side, sign))


def _unsaid_says(material: Material, side: str, sign: Sign) -> str:
    values = {"name": material.name(side), "other": material.other_name(side)}
    low, high = sign.reach
    if high <= 50:
        return _("For %(name)s, most things can be said in front of %(other)s.") % values
    if low >= 50:
        return _("For %(name)s, much is left unsaid in front of %(other)s.") % values
    return _("For %(name)s, some subjects stay under the table: the margin does not say how many.") % values


def quotes(material: Material) -> tuple[Quotes, ...]:
    """Texts whose authors agreed, by prompt, the same number on both pages."""
    shown = shown_texts(material.publication)
    found = []
    for prompt in material.instrument.prompts_of(material.wave.form):
        client, supplier = ([t for t in shown if t.prompt == prompt.code and t.side == side] for side in SIDES)
        if client:
            sentence = prompt.text[material.language]
            question = sentence.replace("{A}", _("the other company")).replace("{B}", _("your company"))
            found.append(Quotes(question, tuple(map(_quote, client)), tuple(map(_quote, supplier))))
    return tuple(found)


def shown_texts(publication: Publication) -> list[PublishedText]:
    """Those that both companies read: by prompt, the first of each side, as many as the side with fewer has."""
    by_place: dict[tuple[str, str], list[PublishedText]] = {}
    for text in publication.texts.all():
        if readable(text):
            by_place.setdefault((text.prompt, text.side), []).append(text)
    shown = []
    for prompt in sorted({prompt for prompt, _side in by_place}):
        sides = [by_place.get((prompt, side.value), []) for side in SIDES]
        number = min(len(texts) for texts in sides)
        shown += [text for texts in sides for text in texts[:number]]
    return shown


def readable(text: PublishedText) -> bool:
    """Both companies may read it: published as written, or reworded by the facilitator, not withheld nor destroyed."""
    if text.withheld or text.destiny == PublishedText.Destiny.FACILITATOR:
        return False
    return bool(text.reworded) or (text.destiny == PublishedText.Destiny.PUBLISH and bool(text.text))


def _quote(text: PublishedText) -> Quote:
    return Quote(text.reworded or text.text, reworded=bool(text.reworded))
