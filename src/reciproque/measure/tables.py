"""Tables of the analyst's report: one relationship, all relationships, the whole file, what was refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reciproque.instruments import Instrument
from reciproque.measure import words
from reciproque.measure.language import gettext as _
from reciproque.measure.language import ngettext
from reciproque.measure.results import (
    INDEX,
    PROFILE,
    RAW,
    SIDES,
    ChangeOf,
    Relationship,
    Reliability,
    Results,
    WholeFile,
)
from reciproque.measure.understood import Understood
from reciproque.reports.page import Table


# ---------------------------------------------------------------- One relationship
def detail_tables(one: Relationship, instrument: Instrument, mode: str, *, questions: bool) -> tuple[Table, ...]:
    if mode != RAW:
        return tuple(table for table in (_trend(one, instrument), _functions(one)) if table.rows)
    found = [_estimates(one, instrument), _within(one, instrument)]
    if questions:
        found.append(_questions(one, instrument))
    return tuple(table for table in found if table.rows)


def _trend(one: Relationship, instrument: Instrument) -> Table:
    codes = dict.fromkeys(code for side in SIDES for code in one.sides[side].trend)
    rows = tuple(
        (words.label(instrument, code), *(words.trend_word(one.sides[side].trend.get(code, "same")) for side in SIDES))
        for code in codes
    )
    return Table(
        "trend", _("How each subject moved, in words"), "", (_("Subject"), *map(words.sees, SIDES)), rows, numeric=False
    )


def _functions(one: Relationship) -> Table:
    text = {"low": _("low"), "mixed": _("mixed"), "high": _("high")}
    rows = tuple(
        (d.code, words.side_name(d.side), d.group or "", text.get(d.word or "", ""))
        for d in one.details
        if d.kind == "word"
    )
    columns = (_("Question"), _("Side"), _("Function"), _("Word"))
    caption = _("Three words only, for functions of at least eight people, where they cannot give an answer away.")
    return Table("functions", _("By function"), caption, columns, rows, numeric=False)


def _estimates(one: Relationship, instrument: Instrument) -> Table:
    """Raw: each side's mean, its moderated interval, and where the other sides of the file would draw it."""
    rows = []
    unsaid = next((d.code for d in instrument.dimensions if d.role == "unsaid"), "unsaid")
    for code in (*one.sides[SIDES[0]].dimensions, unsaid, PROFILE):
        for side in SIDES:
            result = one.sides[side]
            found = {unsaid: result.unsaid, PROFILE: result.index}.get(code) or result.dimensions[code]
            if found.n:
                title = words.label(instrument, code)
                interval = f"{words.decimal(found.low, 1)} – {words.decimal(found.high, 1)}"
                drawn = words.decimal(found.shrunken, 1)
                rows.append((title, words.side_name(side), str(found.n), words.decimal(found.mean, 1), interval, drawn))
    columns = (_("Subject"), _("Side"), _("People"), _("Mean"), _("95% interval"), _("Drawn in"))
    caption = _(
        "Points, 0 to 100. The interval is a moderated t. Drawn in: the empirical-Bayes mean, drawn towards the other "
        "sides of the file; a dash when the file has too few."
    )
    return Table("estimates", _("Side means"), caption, columns, tuple(rows))


def _within(one: Relationship, instrument: Instrument) -> Table:
    rows = []
    for side in SIDES:
        result = one.sides[side]
        for code, found in result.agreement.items():
            alpha = result.reliability.get(code)
            rows.append(
                (
                    words.label(instrument, code),
                    words.side_name(side),
                    words.decimal(found.ad),
                    words.decimal(found.a_wg),
                    words.decimal(found.rwg_j),
                    words.decimal(found.chance),
                    _interval(alpha),
                    words.decimal(alpha.omega) if alpha else "–",
                )
            )
    columns = (
        _("Subject"), _("Side"), _("AD"), "a_wg", "rwg(j)", _("Chance"), _("Alpha"), _("Omega"),
    )  # fmt: skip
    caption = _(
        "AD is the mean distance to the mean, in points of the scale of answers. Chance: the rwg(j) that random "
        "answers reach 1 time in 20, for as many people and questions. Alpha and omega of so few people are only a "
        "hint."
    )
    return Table(
        "within", _("Agreement within each side, and how the questions hold together"), caption, columns, tuple(rows)
    )


def _interval(found: Reliability | None) -> str:
    if found is None or found.alpha is None:
        return "–"
    if found.alpha_low is None:
        return words.decimal(found.alpha)
    low, high = words.decimal(found.alpha_low), words.decimal(found.alpha_high)
    return f"{words.decimal(found.alpha)} ({low} – {high})"


def _questions(one: Relationship, instrument: Instrument) -> Table:
    texts = {item.code: item for item in instrument.items}
    client, supplier = (one.sides[side].items for side in SIDES)
    rows = tuple(
        (code, words.figure(client.get(code)), words.figure(supplier.get(code)))
        for code in dict.fromkeys((*client, *supplier))
        if code.removesuffix("m") in texts or code in texts
    )
    caption = _("Points, 0 to 100. A code that ends in m is the mirror: what people think the others would answer.")
    columns = (_("Question"), *map(words.sees, SIDES))
    return Table("questions", _("Question by question"), caption, columns, rows)


# ---------------------------------------------------------------- All relationships
def summary(found: Results, rows: int) -> Table | None:
    """One row a relationship and wave, the first `rows` of them; both views, never one figure for both."""
    if len(found.relationships) < 2:
        return None
    changes = {(one.id, one.later): one for one in found.changes}
    cells = tuple(_summary_row(one, changes.get((one.id, one.wave))) for one in found.relationships[:rows])
    columns = [
        _("Relationship"), _("Wave"), _("Answers"), *map(words.sees, SIDES), _("Gap"), _("Situation"),
    ]  # fmt: skip
    if changes:
        columns.append(_("Since"))
    else:
        cells = tuple(row[:-1] for row in cells)
    caption = _("The six subjects together, from 0 to 100. Gap: client minus supplier. Answers: client and supplier.")
    return Table("summary", _("All relationships"), caption, tuple(columns), cells, numeric=False)


def _summary_row(one: Relationship, change: ChangeOf | None) -> tuple[str, ...]:
    n = [one.sides[side].n for side in SIDES]
    signs = [words.sign_of(one.sides[side].index) for side in SIDES]
    gap = one.gaps.get(PROFILE)
    state = one.states.get(INDEX)
    if one.level == "none":
        situation = _("not shown")
    elif one.level == "trend":
        situation = _("words only")
    else:
        situation = words.state_label(state.state) if state else words.verdict(gap)
    return (
        one.id,
        one.wave,
        " / ".join(str(number) if number is not None else "–" for number in n),
        *(sign.text if sign else "–" for sign in signs),
        words.gap_text(gap, *signs),
        situation,
        words.change_word(change.word) if change else "",
    )


# ---------------------------------------------------------------- The whole file
def file_tables(whole: WholeFile | None, instrument: Instrument) -> tuple[Table, ...]:
    if whole is None:
        return ()
    found = (_pooled(whole, instrument), _spread(whole, instrument), _gaps(whole, instrument))
    return tuple(table for table in found if table.rows)


def _by_side(parts: Mapping[str, Mapping[str, object]]) -> Iterable[tuple[str, str]]:
    for side in SIDES:
        for code in parts.get(side, {}):
            yield side, code


def _pooled(whole: WholeFile, instrument: Instrument) -> Table:
    rows = []
    for side, code in _by_side(whole.reliability):
        one = whole.reliability[side][code]
        rows.append(
            (words.label(instrument, code), words.side_name(side), str(one.n), str(one.items), _interval(one),
             words.decimal(one.omega))
        )  # fmt: skip
    columns = (_("Subject"), _("Side"), _("People"), _("Questions"), _("Alpha"), _("Omega"))
    caption = _(
        "Everybody of one kind of side together, each compared with the others of the same side and relationship. It "
        "judges the questionnaire; about 100 people are needed."
    )
    return Table("pooled", _("How the questions hold together"), caption, columns, tuple(rows))


def _spread(whole: WholeFile, instrument: Instrument) -> Table:
    rows = []
    for side, code in _by_side(whole.spread):
        one = whole.spread[side][code]
        if one.icc1 is not None:
            figures = (words.decimal(one.between, 1), words.decimal(one.within, 1))
            iccs = (words.decimal(one.icc1), words.decimal(one.icc2))
            rows.append((words.label(instrument, code), words.side_name(side), str(one.groups), *figures, *iccs))
    columns = (
        _("Subject"), _("Side"), _("Sides"), _("Between"), _("Within"), "ICC(1)", "ICC(2)",
    )  # fmt: skip
    caption = _(
        "Standard deviations in points, between relationships and within a side. ICC(2) is the reliability of a side’s "
        "mean: near 0, the relationships cannot be told apart."
    )
    return Table("spread", _("How relationships differ"), caption, columns, tuple(rows))


def _gaps(whole: WholeFile, instrument: Instrument) -> Table:
    rows = tuple(
        (
            words.label(instrument, code),
            str(one.relationships),
            words.signed(one.mean),
            f"{words.signed(one.low)} – {words.signed(one.high)}",
            words.decimal(one.between, 1),
        )
        for code, one in whole.gaps.items()
        if one.mean is not None and one.low is not None and one.high is not None
    )
    columns = (_("Subject"), _("Relationships"), _("Mean gap"), _("95% interval"), _("Between relationships"))
    caption = _("Client minus supplier, in points, over the relationships of the file (random effects).")
    return Table("gaps", _("The gaps together"), caption, columns, rows)


# ---------------------------------------------------------------- What was refused
def refusals(understood: Understood, mode: str) -> Table | None:
    """The first places left out; what stands there may be someone's answer, so only the raw mode repeats it."""
    if not understood.refused_count:
        return None
    columns: Sequence[str] = (_("Line"), _("Column"), _("Why"))
    rows: list[tuple[str, ...]] = [(str(r.line), r.column or "–", r.sentence) for r in understood.refused]
    if mode == RAW:
        columns = (*columns, _("Value"))
        rows = [(*row, r.value) for row, r in zip(rows, understood.refused, strict=True)]
    caption = ngettext(
        "%(count)s place of the file was left out; it is listed here.",
        "%(count)s places of the file were left out; the first %(shown)s are listed.",
        understood.refused_count,
    ) % {"count": understood.refused_count, "shown": len(rows)}
    return Table("refused", _("Left out"), caption, tuple(columns), tuple(rows), numeric=False)
