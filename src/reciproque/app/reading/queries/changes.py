"""What changed since an earlier wave: figures with a verdict, or words only when few people came or left."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reciproque.app.reading.models import Publication
from reciproque.app.reading.queries.material import CLIENT, SUPPLIER, Material
from reciproque.app.reading.queries.signs import sign_of
from reciproque.app.shared.vocabulary import SIDES
from reciproque.reports.charts.spec import Lane
from reciproque.reports.page import Move, Since, Table, Trend
from reciproque.science.change import Change, Verdict, change

ICONS = {"clear_rise": "trending-up", "clear_fall": "trending-down", "cannot_tell": "equal"}


@dataclass(frozen=True)
class Comparison:
    """Two publications of the same questionnaire, and what may be said of the difference."""

    earlier: Material
    later: Material
    change: Change


def comparison(material: Material, earlier: list[Publication]) -> Comparison | None:
    """Against the first wave that was published in full with the same form: the baseline."""
    if not material.has_figures:
        return None
    for publication in earlier:
        before = Material(publication)
        if before.has_figures and before.wave.form == material.wave.form:
            return Comparison(before, material, change(before.reading, material.reading))
    return None


def month(publication: Publication) -> str:
    return date_format(timezone.localtime(publication.opened_at), "F Y")


def word(verdict: Verdict | None) -> str:
    name = verdict.word if verdict else "cannot_tell"
    return {"clear_rise": _("clear rise"), "clear_fall": _("clear fall")}.get(name, _("cannot tell"))


def side_trend(found: Comparison, side: str) -> tuple[str, str]:
    """One line for the face-off: the verdict on how a side sees the other, and an icon."""
    verdict = found.change.sides.get(side)
    before = found.earlier.side(side).profile
    values = {"month": month(found.earlier.publication), "figure": sign_of(before).text if before else "–"}
    name = verdict.word if verdict else "cannot_tell"
    sentences = {
        "clear_rise": _("Clear rise since %(month)s (%(figure)s)"),
        "clear_fall": _("Clear fall since %(month)s (%(figure)s)"),
        "cannot_tell": _("One cannot speak of change since %(month)s (%(figure)s)"),
    }
    return sentences[name] % values, ICONS[name]


def since(found: Comparison) -> Since:
    first, now = month(found.earlier.publication), month(found.later.publication)
    rows = tuple(
        (found.later.label(code), _move(found, CLIENT, code), _move(found, SUPPLIER, code))
        for code in found.later.codes("facet")
        if all(m.score(side, code) for m in (found.earlier, found.later) for side in SIDES)
    )
    return Since(
        title=_("Since the starting point"),
        note=_(
            "The black tick is %(before)s, the mark is %(now)s. Three verdicts only: clear rise, clear fall, "
            "cannot tell."
        )
        % {"before": first, "now": now},
        verdict=_gate(found),
        rows=rows,
        caution=_("A change goes with what both companies undertook; it does not prove that it is the cause."),
    )


def _gate(found: Comparison) -> str:
    """The relationship first: subjects are looked at only when the whole has clearly moved."""
    if found.change.gate.word == "cannot_tell":
        return _("The relationship taken as a whole has not clearly moved: no subject is judged on its own.")
    moved = [found.later.name(s) for s in SIDES if (v := found.change.sides.get(s)) and v.word != "cannot_tell"]
    if len(moved) == 2:
        return _("The relationship has clearly moved, in the eyes of both companies.")
    if moved:
        return _("The relationship has clearly moved, in the eyes of %(name)s only.") % {"name": moved[0]}
    return _("The relationship has clearly moved, without being able to tell in whose eyes.")


def _move(found: Comparison, side: str, code: str) -> Move:
    before, now = found.earlier.score(side, code), found.later.score(side, code)
    if before is None or now is None:
        raise ValueError(f"{code} is not published in both waves")
    old, new = sign_of(before), sign_of(now)
    verdict = found.change.dimensions.get(side, {}).get(code)
    label = _("%(name)s looks at %(other)s") % {"name": found.later.name(side), "other": found.later.other_name(side)}
    description = _("Before: %(before)s. Now: %(now)s.") % {"before": old.written, "now": new.written}
    lane = Lane(f"since-{code}-{side}", f"{found.later.label(code)}, {label}", description, side, new, before=old)
    return Move(side, lane, f"{old.text} → {new.text}", word(verdict), bool(verdict and verdict.word != "cannot_tell"))


def since_table(material: Material, found: Since) -> Table:
    columns = [_("Subject")]
    for side in SIDES:
        columns += [material.name(side), _("Verdict")]
    rows = tuple((label, a.figures, a.verdict, b.figures, b.verdict) for label, a, b in found.rows)
    return Table("since", found.title, found.note, tuple(columns), rows)


def trend(material: Material, earlier: list[Publication]) -> Trend | None:
    """Down, about the same, up: against a margin larger than what the people who moved can do alone."""
    if material.publication.level != "trend":
        return None
    reference = next((p for p in reversed(earlier) if p.level in ("dimensions", "items")), None)
    words = {(f.side, f.code): f.word for f in material.figures if f.kind == "trend"}
    said = {"down": _("down"), "same": _("about the same"), "up": _("up")}
    codes = [d.code for d in material.shape.dimensions if any((side.value, d.code) in words for side in SIDES)]
    rows = tuple(
        (material.label(code), *(said.get(words.get((side.value, code)) or "", "–") for side in SIDES))
        for code in codes
    )
    columns = (
        _("Subject"),
        *(
            _("%(name)s looks at %(other)s") % {"name": material.name(s), "other": material.other_name(s)}
            for s in SIDES
        ),
    )
    note = _(
        "Between one and four people came or left since %(month)s: figures would give their answers away. The words "
        "stand against a margin larger than what these people can do alone."
    ) % {"month": month(reference) if reference else _("the last wave")}
    return Trend(
        note,
        Table(
            "trend", _("Words instead of figures"), _("How each subject moved, in words"), columns, rows, numeric=False
        ),
    )
