"""What cannot be told yet, listed with the same care as what can; and who the figures rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reciproque.app.reading.queries.changes import Comparison
from reciproque.app.reading.queries.material import CLIENT, SUPPLIER, Material
from reciproque.app.reading.queries.signs import gap_text
from reciproque.app.shared.vocabulary import SIDES
from reciproque.reports.page import Row, Unknown
from reciproque.science.figures import ITEMS_FROM, WORDS_FROM

TEXTS_FROM_PEOPLE, TEXTS_FROM = 8, 5


def unknowns(material: Material, rows: Sequence[Row], found: Comparison | None) -> tuple[Unknown, ...]:
    if not material.has_figures:
        return (_instrument(material),)
    return (
        *_sentences(material),
        *_functions(material),
        *_situations(material, rows),
        *_moves(material, found),
        *_margins(material),
        *_dropped(material),
        _instrument(material),
    )


def _sentences(material: Material) -> Iterator[Unknown]:
    if not material.by_sentence:
        why = _("It would take %(needed)s answers on each side. The smaller side has %(number)s.")
        values = {"needed": ITEMS_FROM, "number": material.fewest}
        yield Unknown(_("Who is mistaken on which subject."), why % values)


def _functions(material: Material) -> Iterator[Unknown]:
    if any(figure.kind == "word" for figure in material.figures):
        return
    if material.fewest < WORDS_FROM:
        why = _("It would take %(needed)s answers on each side, eight by function. The smaller side has %(number)s.")
        values = {"needed": WORDS_FROM, "number": material.fewest}
        yield Unknown(_("Whether the functions see the same thing."), why % values)
    else:
        why = _("Either no function has eight answers, or the words would give answers away beside the figures.")
        yield Unknown(_("Whether the functions see the same thing."), why)


def _situations(material: Material, rows: Sequence[Row]) -> Iterator[Unknown]:
    for row in rows:
        code = material.anchor(row.code) if material.by_sentence else row.code
        gap = material.gaps.get(code)
        if gap is None or gap.reciprocity.settled is not None or not row.pair.client or not row.pair.supplier:
            continue
        span, margin = gap.reciprocity, gap.reciprocity.margin
        wide = type(span)(span.low - margin, span.high + margin, margin)
        why = _("The gap lies %(gap)s points.") % {"gap": gap_text(wide, None, None)}
        yield Unknown(_("Where “%(topic)s” stands.") % {"topic": row.heading}, why)


def _moves(material: Material, found: Comparison | None) -> Iterator[Unknown]:
    if found and found.change.gate.word == "cannot_tell":
        yield Unknown(
            _("Whether the relationship has changed."),
            _("The difference with the starting point is not larger than its margin."),
        )


def _margins(material: Material) -> Iterator[Unknown]:
    if not all(material.key_people(side) for side in SIDES):
        yield Unknown(
            _("How much the missing people would change."),
            _("Both sponsors have not declared the list of key people complete: the margins stay wide."),
        )


def _dropped(material: Material) -> Iterator[Unknown]:
    if material.publication.dropped:
        yield Unknown(
            _("What some kinds of figures would add."),
            _("Put together, they would have given an answer away: the whole kind was left out, for both sides."),
        )


def _instrument(material: Material) -> Unknown:
    return Unknown(
        _("Whether the questionnaire measures trust well."),
        _("It is new (v%(version)s). It has not been validated on enough relationships.")
        % {"version": material.instrument.version},
    )


def coverage(material: Material) -> tuple[str, ...]:
    """Who the figures rest on, in words, the same sentence for both sides."""
    return tuple(_coverage(material, side) for side in (CLIENT, SUPPLIER))


def _coverage(material: Material, side: str) -> str:
    number, people = material.ballots(side), material.key_people(side)
    if people:
        sentence = ngettext(
            "%(number)s answer out of %(people)s on the side of %(name)s",
            "%(number)s answers out of %(people)s on the side of %(name)s",
            number,
        )
        return sentence % {"number": number, "people": people, "name": material.name(side)}
    sentence = ngettext(
        "%(number)s answer on the side of %(name)s", "%(number)s answers on the side of %(name)s", number
    )
    return sentence % {"number": number, "name": material.name(side)}
