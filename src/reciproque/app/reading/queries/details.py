"""Every other published figure, as tables: sentences, words by function, classes of answers, refusals to answer."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext as _

from reciproque.app.directory.models import Function
from reciproque.app.reading.queries.material import CLIENT, SUPPLIER, Material
from reciproque.app.reading.queries.signs import sign_of, whole
from reciproque.app.shared.vocabulary import SIDES
from reciproque.reports.page import Table
from reciproque.science.figures import Figure


def tables(material: Material) -> tuple[Table, ...]:
    if not material.has_figures:
        return ()
    makers = (_dimensions, _sentences, _words, _classes, _refusals)
    return tuple(table for make in makers if (table := make(material)).rows)


def _dimensions(material: Material) -> Table:
    """Whole subjects, all their sentences together; needed as soon as the lines above rest on one sentence each."""
    rows: tuple[tuple[str, ...], ...] = ()
    if material.by_sentence:
        rows = tuple(
            (material.label(d.code), _cell(material, CLIENT, d.code), _cell(material, SUPPLIER, d.code))
            for d in material.shape.dimensions
        )
    caption = _(
        "All the sentences of a subject together, from 0 to 100. For the unsaid, 100 means that much is unsaid."
    )
    return Table("dimensions", _("Whole subjects"), caption, (_("Subject"), *_names(material)), rows)


def _sentences(material: Material) -> Table:
    rows = tuple(_sentence_rows(material)) if material.by_sentence else ()
    caption = _(
        "Each sentence from 0 to 100. {A} stands for the company one looks at. “Imagined”: what people think that "
        "their contacts across would answer about them."
    )
    return Table("sentences", _("Sentence by sentence"), caption, (_("Sentence"), *_names(material)), rows)


def _sentence_rows(material: Material) -> Iterator[tuple[str, ...]]:
    for dimension in material.shape.dimensions:
        for code in dimension.items:
            text = material.item(code).text[material.language]
            yield (text, _cell(material, CLIENT, code), _cell(material, SUPPLIER, code))
            if code in material.shape.mirrored:
                mirror = _("Imagined: %(sentence)s") % {"sentence": text}
                yield (mirror, _cell(material, CLIENT, f"{code}m"), _cell(material, SUPPLIER, f"{code}m"))


def _cell(material: Material, side: str, code: str) -> str:
    score = material.score(side, code)
    return sign_of(score).written if score else "–"


def _names(material: Material) -> tuple[str, str]:
    return material.name(CLIENT), material.name(SUPPLIER)


def _words(material: Material) -> Table:
    said = {"low": _("low"), "mixed": _("mixed"), "high": _("high")}
    relationship = material.wave.relationship
    companies = Q(organisation=None) | Q(organisation__in=(relationship.client_id, relationship.supplier_id))
    names = {function.code: str(function) for function in Function.objects.filter(companies)}
    found = [f for f in material.figures if f.kind == "word"]
    rows = tuple(
        (_question(material, f), material.name(f.side), _group(f, names), said.get(f.word or "", "–")) for f in found
    )
    caption = _("Three words only, for functions of at least eight people, where they cannot give an answer away.")
    columns = (_("Sentence"), _("Company"), _("Function"), _("Word"))
    return Table("words", _("By function"), caption, columns, rows, numeric=False)


def _group(figure: Figure, names: dict[str, str]) -> str:
    return ", ".join(names.get(code, code) for code in (figure.group or "").split("+"))


def _question(material: Material, figure: Figure) -> str:
    code = figure.questions[0] if figure.questions else figure.code
    if code.endswith("m"):
        return _("Imagined: %(sentence)s") % {"sentence": material.item(code[:-1]).text[material.language]}
    return material.item(code).text[material.language]


def _classes(material: Material) -> Table:
    """Shares in fifths of three classes of answers."""
    found: dict[str, dict[tuple[str, tuple[int, ...]], str]] = {}
    for figure in material.figures:
        if figure.kind == "share" and figure.values:
            question = _question(material, figure)
            found.setdefault(question, {})[figure.side, figure.values] = _share(figure)
    classes = ((1, 2), (3, 4, 5), (6, 7))
    rows = tuple(
        (question, *(cells.get((side.value, values), "–") for side in SIDES for values in classes))
        for question, cells in found.items()
    )
    titles = (_("disagree"), _("in between"), _("agree"))
    columns = (_("Sentence"), *(f"{material.name(side)}, {title}" for side in SIDES for title in titles))
    caption = _("Share of the answers given, in fifths: 1 and 2, 3 to 5, 6 and 7 on the scale.")
    return Table("classes", _("Three classes of answers"), caption, columns, rows)


def _refusals(material: Material) -> Table:
    found: dict[str, dict[str, str]] = {}
    for figure in material.figures:
        if figure.kind == "abstain":
            found.setdefault(_question(material, figure), {})[figure.side] = _share(figure)
    rows = tuple((q, *(cells.get(side.value, "–") for side in SIDES)) for q, cells in found.items())
    caption = _("Share of people who said that they were not in a position to answer, in fifths.")
    return Table("refusals", _("Not in a position to answer"), caption, (_("Sentence"), *_names(material)), rows)


def _share(figure: Figure) -> str:
    low, high = figure.low or 0.0, 1.0 if figure.high is None else figure.high
    return _("%(low)s to %(high)s%%") % {"low": whole(100 * low), "high": whole(100 * high)}
