"""The reading of a wave, complete: what the page, the PDF and the spreadsheet lay out."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reciproque.app.reading.models import Publication
from reciproque.app.reading.queries import changes, details, findings, rows, sides, unknowns
from reciproque.app.reading.queries.material import CLIENT, SUPPLIER, Material
from reciproque.app.reading.queries.published import publications_until
from reciproque.app.survey.models import Wave
from reciproque.reports.charts import wording
from reciproque.reports.page import ReadingPage, Regard


def reading_page(wave: Wave) -> ReadingPage:
    """Everything that may be told of an opened wave, in the language of the request."""
    *earlier, publication = publications_until(wave).select_related(
        "wave__relationship__client", "wave__relationship__supplier"
    )
    return page_of(publication, earlier)


def page_of(publication: Publication, earlier: list[Publication]) -> ReadingPage:
    material = Material(publication)
    shown = material.has_figures
    facets = rows.facet_rows(material) if shown else ()
    whole = rows.whole_row(material) if shown else None
    apart = rows.apart_row(material) if shown else None
    every = [row for row in (*facets, whole, apart) if row]
    found = changes.comparison(material, earlier)
    since = changes.since(found) if found else None
    regards = regards_of(material, found)
    trend = changes.trend(material, earlier)
    since_table = (changes.since_table(material, since),) if since else ()
    return ReadingPage(
        language=material.language,
        client=material.name(CLIENT),
        supplier=material.name(SUPPLIER),
        relationship=str(material.wave.relationship),
        kicker=_("Reading for two, wave %(number)s") % {"number": material.wave.number},
        title=findings.title(material, facets, whole, regards),
        lead=findings.lead(material, facets, whole, regards, trend),
        seal=seal(material),
        fingerprint=fingerprint(publication.digest),
        opened_on=timezone.localtime(publication.opened_at).date().isoformat(),
        level=publication.level,
        regards=regards,
        axis=wording.axis(_),
        legend=wording.legend(_),
        rows_title=_("Both views, subject by subject"),
        rows_note=_rows_note(material),
        rows=facets,
        whole=whole,
        apart=apart,
        table=rows.pair_table(material, every),
        cells=rows.cells(facets) if material.by_sentence else (),
        undecided=rows.undecided(facets) if material.by_sentence else (),
        surprises=sides.surprises(material, facets, whole) if shown else (),
        unsaid=sides.unsaid(material),
        quotes=sides.quotes(material) if shown else (),
        since=since,
        trend=trend,
        details=(*since_table, *details.tables(material)),
        unknowns=unknowns.unknowns(material, [row for row in (*facets, whole) if row], found),
        coverage=unknowns.coverage(material),
        instrument=_instrument(material),
        labels=_labels(),
    )


def _labels() -> dict[str, str]:
    """Headings of the documents; the screen has its own in the templates, word for word."""
    return {
        "blind": _("Blind spots"),
        "blind_note": _("Each company also reads those of the other. They are surprises, not faults."),
        "details": _("Every published figure"),
        "figures": _("Published figures"),
        "fingerprint": _("Fingerprint"),
        "read": _("How to read a line"),
        "reworded": _("reworded by the facilitator"),
        "situations": _("Four situations, four conversations"),
        "situations_note": _(
            "A known disagreement can be worked on. A false agreement surprises on the day it breaks: start there."
        ),
        "unknown": _("What cannot be told yet"),
        "unsaid": _("Under the table"),
        "unsaid_note": _("What is left unsaid is measured apart. Here, the higher, the more is kept silent."),
        "words": _("In their words"),
        "summary": _("Summary"),
    }


def regards_of(material: Material, found: changes.Comparison | None) -> tuple[Regard, ...]:
    """How each sees the other, with what changed when an earlier wave allows it."""
    regards = sides.regards(material)
    if found is None:
        return regards
    trends = {regard.side: changes.side_trend(found, regard.side) for regard in regards}
    return tuple(replace(r, trend=trends[r.side][0], trend_icon=trends[r.side][1]) for r in regards)


def _rows_note(material: Material) -> str:
    equal = _("The six subjects weigh the same. No single figure comes out of them: two views do not make an average.")
    if material.by_sentence:
        return equal + " " + _("Each line rests on the one sentence of the subject that was asked both ways.")
    return equal


def seal(material: Material) -> str:
    """When, for whom, on how many answers."""
    opened = timezone.localtime(material.publication.opened_at)
    first = _("Opened on %(date)s at %(time)s, for both companies at the same minute.") % {
        "date": date_format(opened, "DATE_FORMAT"),
        "time": date_format(opened, "TIME_FORMAT"),
    }
    return f"{first} {', '.join(unknowns.coverage(material))}."


def fingerprint(digest: str) -> str:
    return " ".join(digest[i : i + 4] for i in range(0, 12, 4))


def _instrument(material: Material) -> str:
    values = {"name": material.instrument.name, "version": material.instrument.version}
    if material.instrument.validated:
        return _("Questionnaire %(name)s v%(version)s.") % values
    return _("Questionnaire %(name)s v%(version)s, not scientifically validated yet.") % values
