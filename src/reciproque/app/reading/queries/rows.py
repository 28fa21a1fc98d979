"""One line per subject: what each says, what each imagines, the gap and the situation."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from reciproque.app.reading.queries.material import CLIENT, SUPPLIER, Material
from reciproque.app.reading.queries.signs import gap_text, gap_verdict, margin_text, sign_of
from reciproque.reports.charts.spec import Pair, Sign
from reciproque.reports.page import Cell, Row, Table
from reciproque.science.derive import Gap, Score

STATES = ("lucid_agreement", "lucid_disagreement", "false_conflict", "false_agreement")


def state_label(state: str) -> str:
    return {
        "lucid_agreement": _("Lucid agreement"),
        "lucid_disagreement": _("Lucid disagreement"),
        "false_agreement": _("False agreement"),
        "false_conflict": _("False conflict"),
    }.get(state, _("Cannot tell yet"))


def facet_rows(material: Material) -> tuple[Row, ...]:
    """The six subjects, in fixed order and of equal weight."""
    return tuple(_row(material, code) for code in material.codes("facet"))


def apart_row(material: Material) -> Row | None:
    """Committed trust: beside the six, never inside."""
    return next((_row(material, code) for code in material.codes("outcome")), None)


def whole_row(material: Material) -> Row | None:
    """With few answers the mirror exists only over all its sentences together."""
    if material.by_sentence or "index" not in material.gaps:
        return None
    signs = {
        "client": _sign(material.side(CLIENT).mirror_direct),
        "supplier": _sign(material.side(SUPPLIER).mirror_direct),
        "client_imagines": _sign(material.side(CLIENT).mirror),
        "supplier_imagines": _sign(material.side(SUPPLIER).mirror),
    }
    title = _("On the whole, with the mirror")
    definition = _("The sentences asked both ways, taken together: too few answers to read them one by one.")
    return _mirrored(material, material.gaps["index"], "index", title, definition, signs)


def _row(material: Material, code: str) -> Row:
    anchor = material.anchor(code) if material.by_sentence else ""
    gap = material.gaps.get(anchor or code)
    title = material.label(code)
    if not anchor or gap is None:
        return _direct(material, material.gaps.get(code), code, title)
    signs = {
        "client": _sign(material.score(CLIENT, anchor)),
        "supplier": _sign(material.score(SUPPLIER, anchor)),
        "client_imagines": _sign(material.score(CLIENT, f"{anchor}m")),
        "supplier_imagines": _sign(material.score(SUPPLIER, f"{anchor}m")),
    }
    definition = _("“%(sentence)s” And the same the other way round.") % {"sentence": material.sentence(anchor, CLIENT)}
    return _mirrored(material, gap, code, title, definition, signs)


def _sign(score: Score | None) -> Sign | None:
    return sign_of(score) if score else None


def _direct(material: Material, gap: Gap | None, code: str, title: str) -> Row:
    """Direct views only: the gap is said, no situation is claimed."""
    client, supplier = _sign(material.score(CLIENT, code)), _sign(material.score(SUPPLIER, code))
    pair = _pair(material, code, title, gap, {"client": client, "supplier": supplier})
    note = _plain_gap(gap, client, supplier)
    open_ones = _open_bands(material, client, supplier)
    situation = _("Open band") if open_ones else _first_capital(gap_verdict(gap.reciprocity)) if gap else ""
    glyph = "open_band" if open_ones else ""
    return Row(code, title, material.definition(code), pair, glyph, situation, open_ones, note)


def _mirrored(
    material: Material, gap: Gap, code: str, title: str, definition: str, signs: dict[str, Sign | None]
) -> Row:
    pair = _pair(material, code, title, gap, signs)
    state, note = gap.state.name, gap_note(gap, signs["client"], signs["supplier"])
    open_ones = _open_bands(material, signs["client"], signs["supplier"])
    if state == "cannot_tell" and open_ones:
        return Row(code, title, definition, pair, "open_band", _("Open band"), open_ones, note)
    says = _says(material, state, gap.state.mistaken, signs)
    return Row(code, title, definition, pair, state, state_label(state), says, note)


def _open_bands(material: Material, client: Sign | None, supplier: Sign | None) -> tuple[str, ...]:
    """Where a figure is only a bound, say so and say why."""
    said = []
    for side, sign in ((CLIENT, client), (SUPPLIER, supplier)):
        if sign and sign.value is None and (sign.open_high or sign.open_low):
            values = {"name": material.name(side), "bound": sign.text}
            said.append(_("%(name)s answers %(bound)s: anything more precise would give answers away.") % values)
    return tuple(said)


def _pair(material: Material, code: str, title: str, gap: Gap | None, signs: dict[str, Sign | None]) -> Pair:
    client, supplier = signs["client"], signs["supplier"]
    return Pair(
        id=f"pair-{code}",
        title=title,
        description=_description(material, signs),
        client=client,
        supplier=supplier,
        client_imagines=signs.get("client_imagines"),
        supplier_imagines=signs.get("supplier_imagines"),
        gap=gap_text(gap.reciprocity, client, supplier) if gap else "",
    )


def _description(material: Material, signs: dict[str, Sign | None]) -> str:
    said = {
        "client": _("%(client)s about %(supplier)s: %(figure)s."),
        "supplier_imagines": _("%(supplier)s imagined: %(figure)s."),
        "supplier": _("%(supplier)s about %(client)s: %(figure)s."),
        "client_imagines": _("%(client)s imagined: %(figure)s."),
    }
    names = {"client": material.name(CLIENT), "supplier": material.name(SUPPLIER)}
    return " ".join(text % {**names, "figure": s.written} for key, text in said.items() if (s := signs.get(key)))


def _says(material: Material, state: str, mistaken: Sequence[str], signs: dict[str, Sign | None]) -> tuple[str, ...]:
    if state == "lucid_agreement":
        return (_("The two views meet, and both companies know it."),)
    if state == "lucid_disagreement":
        return (_("The gap is real, and both companies know it."),)
    if state == "cannot_tell":
        return (_("The figures are too close to their margins to choose."),)
    return tuple(_mistake(material, side, signs) for side in (CLIENT, SUPPLIER) if side in mistaken)


def _mistake(material: Material, side: str, signs: dict[str, Sign | None]) -> str:
    imagined, answered = signs[f"{side}_imagines"], signs[SUPPLIER if side == CLIENT else CLIENT]
    return _("%(name)s imagines %(imagined)s. %(other)s answers %(answered)s.") % {
        "name": material.name(side),
        "imagined": imagined.text if imagined else "–",
        "other": material.other_name(side),
        "answered": answered.text if answered else "–",
    }


def _plain_gap(gap: Gap | None, client: Sign | None, supplier: Sign | None) -> str:
    """The gap and its margin, where the verdict is already said above."""
    if gap is None:
        return ""
    return _("Gap %(gap)s, give or take %(margin)s points.") % {
        "gap": gap_text(gap.reciprocity, client, supplier),
        "margin": margin_text(gap.reciprocity.margin),
    }


def gap_note(gap: Gap | None, client: Sign | None, supplier: Sign | None) -> str:
    if gap is None:
        return ""
    return _("Gap %(gap)s, give or take %(margin)s points: %(verdict)s.") % {
        "gap": gap_text(gap.reciprocity, client, supplier),
        "margin": margin_text(gap.reciprocity.margin),
        "verdict": gap_verdict(gap.reciprocity),
    }


def pair_table(material: Material, rows: Sequence[Row]) -> Table:
    """The same figures as the drawings, in the same order."""
    client, supplier = material.name(CLIENT), material.name(SUPPLIER)
    columns = (
        _("Subject"),
        _("%(name)s says of %(other)s") % {"name": client, "other": supplier},
        _("%(name)s imagined") % {"name": supplier},
        _("%(name)s says of %(other)s") % {"name": supplier, "other": client},
        _("%(name)s imagined") % {"name": client},
        _("Gap"),
        _("Situation"),
    )
    return Table(
        key="pairs",
        title=_("Both views, subject by subject"),
        caption=_("From 0 to 100. In brackets, the margin. Gap: client minus supplier."),
        columns=columns,
        rows=tuple((*row.pair.cells, row.situation or "–") for row in rows),
    )


def cells(rows: Sequence[Row]) -> tuple[Cell, ...]:
    """The four situations: does each know (lines), do the views meet (columns)."""
    notes = {
        "lucid_agreement": _("Close, and each knows it. To protect."),
        "lucid_disagreement": _("Apart, and each knows it. To negotiate."),
        "false_conflict": _("Close, but someone believes the opposite. To say, simply."),
        "false_agreement": _("Apart, but someone believes the opposite. To open first."),
    }
    return tuple(
        Cell(
            state, state_label(state), tuple(r.heading for r in rows if r.glyph == state), notes[state],
            first=state == "false_agreement" and any(r.glyph == state for r in rows),
        )
        for state in STATES
    )  # fmt: skip


def undecided(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(row.heading for row in rows if row.glyph in ("cannot_tell", "open_band"))


def _first_capital(text: str) -> str:
    return text[:1].upper() + text[1:]
