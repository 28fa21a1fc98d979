"""The page of a web: a finding for a title, the drawing, the matrix, the findings, and the tables of the exports.

The joint page depends on the relationship and the date only: both companies read the same words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from reciproque.app.network.models import Frequency
from reciproque.app.network.queries.drawing import chart_of
from reciproque.app.network.queries.findings import findings_of, function_name, pair_name, pair_says, percent
from reciproque.app.network.queries.material import Material, Thread
from reciproque.app.shared.vocabulary import SIDES
from reciproque.reports.page import Table
from reciproque.reports.web_page import Column, FindingText, Matrix, MatrixCell, MatrixRow, PairText, TieText, WebPage
from reciproque.science.network import Pair, departures, pairs, shares, symmetry

MOST = 0.5
"""From this share of the exchanges on, one tie is the title of the page."""


@dataclass(frozen=True)
class Chosen:
    """The functions to which the drawing and the list are narrowed; empty for all."""

    client: str = ""
    supplier: str = ""

    def __bool__(self) -> bool:
        return bool(self.client or self.supplier)

    def keeps(self, client: str, supplier: str) -> bool:
        return self.client in ("", client) and self.supplier in ("", supplier)


def web_page(material: Material, chosen: Chosen, address: str = "") -> WebPage:
    """Everything that the page, the PDF and the spreadsheet show."""
    found = findings_of(material)
    faced = sorted(pairs(material.web), key=lambda pair: tuple(map(material.rank, pair.functions)))
    threads = [one for one in material.threads if chosen.keeps(*_functions(material, one))]
    relationship = material.relationship
    return WebPage(
        language=(get_language() or "fr")[:2],
        relationship=str(relationship),
        kicker=_kicker(material),
        title=_title(material, found),
        lead=_lead(material),
        note=_("A thread says that a tie exists and how many ties carry it. It does not say what it is worth."),
        on=material.on.isoformat(),
        written=date_format(material.on, "DATE_FORMAT"),
        columns=tuple(_column(material, side) for side in SIDES),
        chart=chart_of(material, threads, faced, by_person=bool(chosen), address=address) if threads else None,
        matrix=_matrix(material, faced),
        pairs=tuple(_pair_text(material, one, threads) for one in faced if chosen.keeps(*one.functions)),
        findings=found,
        ties=_ties(material, threads),
        people=_people(material),
        labels=_labels(found),
    )


def _functions(material: Material, thread: Thread) -> tuple[str, str]:
    return material.nodes[thread.client].function, material.nodes[thread.supplier].function


def _kicker(material: Material) -> str:
    if material.half:
        company = material.relationship.organisation(material.half)
        return _("The web of relations, the half of %(company)s") % {"company": company}
    return _("The web of relations")


def _title(material: Material, found: Sequence[FindingText]) -> str:
    if material.first is None:
        return _("The web is still to be drawn.")
    if not material.threads:
        return _("No tie is declared at this date.")
    strongest = shares(material.web).ties[0][1]
    if len(material.threads) > 2 and strongest >= MOST:
        return _("One tie carries %(share)s of the exchanges.") % {"share": percent(strongest)}
    hanging = sum(one.code == "thread" for one in found)
    missing = sum(one.code == "missing" for one in found)
    says = []
    if hanging:
        text = ngettext("%(count)s link hangs on a single thread", "%(count)s links hang on a single thread", hanging)
        says.append(text % {"count": hanging})
    if missing:
        text = ngettext("%(count)s is missing", "%(count)s are missing", missing)
        alone = ngettext("%(count)s link is missing", "%(count)s links are missing", missing)
        says.append((text if hanging else alone) % {"count": missing})
    return f"{', '.join(says)}." if says else _("Every expected link is held by several people.")


def _lead(material: Material) -> str:
    people = len(material.web.by_person)
    count = len(material.threads)
    values = {"people": people, "ties": count}
    first = ngettext(
        "%(people)s people make this relationship live, through %(ties)s tie.",
        "%(people)s people make this relationship live, through %(ties)s ties.",
        count,
    )
    return f"{first % values} {_who_declares(material)}".strip() if count else ""


def _who_declares(material: Material) -> str:
    if material.half or not material.before:
        return ""
    found = symmetry(material.independent)
    values = {
        "both": found.both,
        "all": found.both + found.client_only + found.supplier_only,
        "client": material.relationship.client,
        "supplier": material.relationship.supplier,
        "only_client": found.client_only,
        "only_supplier": found.supplier_only,
    }
    return (
        _(
            "Before comparing, both companies declared %(both)s of %(all)s; %(client)s alone %(only_client)s, "
            "%(supplier)s alone %(only_supplier)s."
        )
        % values
    )


def _column(material: Material, side: str) -> Column:
    people = sum(material.nodes[key].side == side for key in material.web.by_person)
    written = ngettext("%(count)s person", "%(count)s people", people) % {"count": people}
    return Column(side, str(material.relationship.organisation(side)), written)


# ---------------------------------------------------------------- the matrix
def _matrix(material: Material, faced: Sequence[Pair]) -> Matrix:
    by = {pair.functions: pair for pair in faced}
    clients, suppliers = (sorted({key[place] for key in by}, key=material.rank) for place in (0, 1))
    return Matrix(
        caption=_("Number of ties between two functions. An empty box is not expected."),
        columns=tuple(function_name(material, code) for code in suppliers),
        rows=tuple(
            MatrixRow(function_name(material, one), tuple(_cell(by.get((one, other))) for other in suppliers))
            for one in clients
        ),
    )


def _cell(pair: Pair | None) -> MatrixCell | None:
    if pair is None:
        return None
    note = {"missing": _("missing"), "thread": _("single thread"), "held": ""}[pair.state]
    return MatrixCell(str(pair.ties), pair.state, note)


# ---------------------------------------------------------------- ties in words
def _pair_text(material: Material, pair: Pair, threads: Sequence[Thread]) -> PairText:
    inside = [one for one in threads if _functions(material, one) == pair.functions]
    return PairText(
        title=pair_name(material, pair.functions),
        state=pair.state,
        says=pair_says(pair),
        ties=tuple(_tie_text(material, one) for one in inside),
    )


def _tie_text(material: Material, thread: Thread) -> TieText:
    return TieText(
        client=material.nodes[thread.client].name,
        supplier=material.nodes[thread.supplier].name,
        details=", ".join(filter(None, (how_often(material, thread), thread.subject))),
        declared=declared_by(material, thread),
        side=thread.sides[0] if len(thread.sides) == 1 and not material.half else "",
    )


def how_often(material: Material, thread: Thread) -> str:
    """The frequency, or both of them when the two sides do not count alike."""
    said = {side: str(Frequency(row.frequency).label) for side, row in thread.said.items()}
    if len(set(said.values())) == 1:
        return next(iter(said.values()))
    return " / ".join(f"{words} ({material.relationship.organisation(side)})" for side, words in sorted(said.items()))


def declared_by(material: Material, thread: Thread) -> str:
    if len(thread.sides) == 2:
        return _("both companies")
    return _("%(company)s only") % {"company": material.relationship.organisation(thread.sides[0])}


def _ties(material: Material, threads: Iterable[Thread]) -> Table:
    columns = (
        str(material.relationship.client),
        _("Function"),
        str(material.relationship.supplier),
        _("Function"),
        _("How often"),
        _("On what"),
        _("Since"),
        _("Declared by"),
    )
    rows = tuple(
        (
            material.nodes[one.client].name,
            function_name(material, material.nodes[one.client].function),
            material.nodes[one.supplier].name,
            function_name(material, material.nodes[one.supplier].function),
            how_often(material, one),
            one.subject,
            _written(one.since),
            declared_by(material, one),
        )
        for one in sorted(threads, key=lambda one: (-one.exchanges, one.client, one.supplier))
    )
    return Table("ties", _("Ties"), _("Every tie, those with most exchanges first."), columns, rows, numeric=False)


def _written(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""


def _people(material: Material) -> Table:
    web = material.web
    columns = (_("Person"), _("Company"), _("Function"), _("In post since"), _("Ties"), _("Share of the exchanges"),
               _("Left with nobody opposite if this person leaves"))  # fmt: skip
    alone = {one.people[0]: len(one.alone) for one in departures(web, most=len(web.people))}
    rows = tuple(
        (
            material.nodes[key].name,
            str(material.relationship.organisation(material.nodes[key].side)),
            function_name(material, material.nodes[key].function),
            _written(material.nodes[key].since),
            str(len(web.by_person[key])),
            percent(share),
            str(alone[key]),
        )
        for key, share in shares(web).people
    )
    caption = _("Everybody in the web. The shares of each company add up to 100%.")
    return Table("people", _("People"), caption, columns, rows)


def _labels(found: Sequence[FindingText]) -> dict[str, str]:
    return {
        "who_talks": _("Who works with whom"),
        "matrix": _("Function by function"),
        "findings": _("What may break, what can be tied"),
        "findings_note": _("Ordered by what the relationship would lose."),
        "fact": _("Fact"),
        "consequence": _("Consequence"),
        "gesture": _("First gesture"),
        "who": _("Who"),
        "summary": _("Summary"),
        "as_of": _("The web on"),
        "none": _("Nothing to mend at this date.") if not found else "",
        "held": _("link held by several people"),
        "thread": _("a single thread: if the person leaves, the link goes"),
        "missing": _("link that is expected, and missing"),
        "plain": _("A small link that nobody expects here is drawn plain, even when one person holds it."),
        "one_side": _("declared by one company only"),
    }
