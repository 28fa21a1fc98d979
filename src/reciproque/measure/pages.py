"""The whole report: what was understood, the summary, a sheet a relationship, and what the file as a whole tells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from reciproque.instruments import Instrument
from reciproque.measure import tables, words
from reciproque.measure.language import current, ngettext
from reciproque.measure.language import gettext as _
from reciproque.measure.results import RAW, Results
from reciproque.measure.sheets import sheet
from reciproque.measure.understood import Understood
from reciproque.reports.charts import wording
from reciproque.reports.measure_page import Fact, MeasurePage

IN_SUMMARY = 5  # times as many relationships in the summary as in detail
WITH_QUESTIONS = 4  # relationships: with more, the table question by question is left to the JSON


def page(found: Results, instrument: Instrument, *, day: date, sheets: int) -> MeasurePage:
    """At most `sheets` relationships in detail: the first ones of the file."""
    changes = {(one.id, one.later): one for one in found.changes}
    detailed = found.relationships[:sheets]
    questions = len(found.relationships) <= WITH_QUESTIONS
    return MeasurePage(
        language=current(),
        day=day.isoformat(),
        kicker=_("Raw figures, for the owner of the data") if found.mode == RAW else _("Published figures only"),
        title=found.understood.path_name,
        lead=_lead(found.mode),
        facts=tuple(_facts(found, instrument)),
        notes=(found.understood.why, *found.understood.notes),
        refused=tables.refusals(found.understood, found.mode),
        summary=tables.summary(found, IN_SUMMARY * sheets),
        sheets=tuple(
            sheet(one, number, changes.get((one.id, one.wave)), instrument, found.mode, questions=questions)
            for number, one in enumerate(detailed, 1)
        ),
        more=_more(len(found.relationships), sheets),
        tables=tables.file_tables(found.whole, instrument),
        instrument=_instrument(instrument),
        axis=wording.axis(_),
        legend=wording.legend(_),
        labels=_labels(),
    )


def _lead(mode: str) -> str:
    if mode == RAW:
        return _(
            "These figures come straight from the answers. They can give single answers away: keep them to yourself, "
            "and show others what the command prints without --raw."
        )
    return _(
        "What the rules of publication allow both companies to read, and nothing else: no figure under five people, a "
        "table that is attacked before it is shown, margins that depend on numbers of people only."
    )


def _facts(found: Results, instrument: Instrument) -> Iterator[Fact]:
    one = found.understood
    yield Fact(_("Read as"), _written(one, found.mode))
    yield Fact(_("Understood"), _counted(found))
    if one.refused_count:
        reasons = {r.code: r.sentence for r in one.refused}
        said = [f"{count} × {reasons.get(code, code)}" for code, count in one.refused_by_reason.items()]
        yield Fact(_("Left out"), " ".join(said))
    else:
        yield Fact(_("Left out"), _("nothing"))
    asked = {item.code for item in instrument.items} | {item.mirror_code for item in instrument.items}
    yield Fact(_("Columns read"), ", ".join(name for name, what in one.columns.items() if what not in asked))
    if one.ignored:
        yield Fact(_("Columns not used"), ", ".join(one.ignored))
    yield Fact(_("Engine"), found.engine)


def _counted(found: Results) -> str:
    """How much there is; how many could not say is kept back by the rules of publication."""
    one, extent = found.understood, found.extent
    people = ngettext("%(people)s set of answers", "%(people)s sets of answers", one.people) % {"people": one.people}
    relationships = ngettext("%(number)s relationship", "%(number)s relationships", extent.relationships)
    waves = ngettext("%(number)s wave", "%(number)s waves", extent.waves)
    parts = [people, relationships % {"number": extent.relationships}, waves % {"number": extent.waves}]
    parts.append(
        ngettext("%(number)s question", "%(number)s questions", extent.questions) % {"number": extent.questions}
    )
    if found.mode == RAW:
        parts.append(ngettext("%(answers)s answer", "%(answers)s answers", one.answers) % {"answers": one.answers})
        cannot = ngettext(
            "%(number)s time “cannot say”, counted apart",
            "%(number)s times “cannot say”, counted apart",
            one.cannot_say,
        )
        parts.append(cannot % {"number": one.cannot_say})
    return ", ".join(parts)


def _written(one: Understood, mode: str) -> str:
    layout = _("one answer a row") if one.layout == "long" else _("one person a row")
    parts = [one.kind.upper(), layout, one.encoding or ""]
    if one.separator:
        parts.append(_("separator %(sign)s") % {"sign": {"\t": "TAB"}.get(one.separator, one.separator)})
    if one.sheet:
        parts.append(_("sheet %(name)s") % {"name": one.sheet})
    if mode == RAW:
        parts.append(ngettext("%(number)s row", "%(number)s rows", one.rows) % {"number": one.rows})
    return ", ".join(part for part in parts if part)


def _more(total: int, sheets: int) -> str:
    if total <= sheets:
        return ""
    text = _(
        "%(total)s in the file, the first %(listed)s in the summary, the first %(shown)s in detail; all in the JSON."
    )
    return text % {"total": total, "listed": min(total, IN_SUMMARY * sheets), "shown": sheets}


def _instrument(instrument: Instrument) -> str:
    values = {"name": instrument.name, "version": instrument.version}
    if instrument.validated:
        return _("Questionnaire %(name)s v%(version)s.") % values
    return _("Questionnaire %(name)s v%(version)s, not scientifically validated yet.") % values


def _labels() -> dict[str, str]:
    return {
        "says": _("What each says of the other"),
        "says_note": _(
            "The six subjects weigh the same. No single figure comes out of them: two views do not make an average."
        ),
        "imagines": _("What each imagines of the other"),
        "imagines_note": _(
            "Only the questions asked both ways. A false agreement surprises on the day it breaks: start there."
        ),
        "unsaid": _("Under the table"),
        "unsaid_note": _("What is left unsaid is measured apart. Here, the higher, the more is kept silent."),
        "moved": _("Since the earlier wave"),
        "moved_note": _("A change goes with what both companies undertook; it does not prove that it is the cause."),
        "unknown": _("What is not shown, or cannot be told yet"),
        "understood": _("What was understood of the file"),
        "read": _("How to read a line"),
        "margin": _("The bar around it is the margin: the true value can be anywhere in it."),
        "subject": _("Subject"),
        "client": words.sees("client"),
        "supplier": words.sees("supplier"),
        "gap": _("Gap"),
        "situation": _("Situation"),
        "imagined_by_client": _("The client imagines"),
        "imagined_by_supplier": _("The supplier imagines"),
        "details": _("Details"),
        "whole": _("The whole file"),
        "made": _("Réciproque, reciproque measure"),
        "wave": _("Wave"),
        "contents": _("Relationships"),
    }  # fmt: skip
