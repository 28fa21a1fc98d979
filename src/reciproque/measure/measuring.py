"""From an opened file to results, in either mode."""

from __future__ import annotations

from reciproque.instruments import Instrument
from reciproque.measure import published, raw
from reciproque.measure.errors import Refused
from reciproque.measure.language import gettext as _
from reciproque.measure.progress import Progress, silent
from reciproque.measure.results import PUBLISHED, RAW, Extent, InstrumentFacts, Results
from reciproque.measure.study import Study
from reciproque.science.figures import HIGHEST


def facts_of(instrument: Instrument) -> InstrumentFacts:
    return InstrumentFacts(instrument.name, instrument.version, instrument.validated, instrument.points)


def measure(study: Study, *, raw_figures: bool, progress: Progress = silent) -> Results:
    """Raises Refused when the mode does not exist for this questionnaire."""
    questions = len(study.shape.direct_items) + len(study.shape.mirror_items)
    extent = Extent(len(study.relationships), len(study.waves), questions)
    about = facts_of(study.instrument), study.engine, study.understood, extent
    if raw_figures:
        found = raw.RawRelationships(study)
        return Results(RAW, *about, found, raw.changes(found), raw.whole_file(found))
    if study.instrument.points != HIGHEST:
        raise Refused(
            _(
                "The rules of publication exist for a scale of %(points)s points. With another scale, use --raw and "
                "keep the figures to yourself."
            )
            % {"points": HIGHEST}
        )
    relationships, changes = published.relationships(study, progress)
    return Results(PUBLISHED, *about, relationships, changes)
