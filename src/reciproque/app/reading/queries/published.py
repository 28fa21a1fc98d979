"""Stored rows of a publication, as the frozen figures that formulas read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from django.db.models import QuerySet

from reciproque import instruments
from reciproque.app.reading.models import Publication, PublishedFigure
from reciproque.app.shared.vocabulary import SIDES, Side
from reciproque.app.survey.models import Invitation, Wave
from reciproque.science import derive
from reciproque.science.figures import (
    AuditReport,
    Dimension,
    EarlierWave,
    Figure,
    InstrumentShape,
    Kind,
    Level,
)
from reciproque.science.figures import Publication as Published


def shape_of(wave: Wave) -> InstrumentShape:
    """Which questions make which dimension, in the form that the wave used."""
    instrument = instruments.parse(wave.instrument_text)
    items = instrument.items_of(wave.form)
    dimensions = tuple(
        Dimension(d.code, d.role, tuple(i.code for i in items if i.dimension == d.code))
        for d in instrument.dimensions_of(wave.form)
    )
    return InstrumentShape(dimensions, tuple(i.code for i in items if i.mirror))


def figures_of(publication: Publication) -> tuple[Figure, ...]:
    return tuple(_figure(row) for row in publication.figures.all())


def _figure(row: PublishedFigure) -> Figure:
    return Figure(
        side=row.side,
        kind=cast(Kind, row.kind),
        code=row.code,
        questions=tuple(row.questions),
        value=row.value,
        low=row.low,
        high=row.high,
        group=row.group or None,
        values=tuple(row.values) or None,
        decimals=row.decimals,
        n=row.n,
        word=row.word or None,
    )


def row_of(publication: Publication, figure: Figure) -> PublishedFigure:
    """An unsaved row that holds a figure."""
    return PublishedFigure(
        publication=publication,
        side=figure.side,
        kind=figure.kind,
        code=figure.code,
        questions=list(figure.questions),
        value=figure.value,
        low=figure.low,
        high=figure.high,
        group=figure.group or "",
        values=list(figure.values or ()),
        decimals=figure.decimals,
        n=figure.n,
        word=figure.word or "",
    )


def publications_until(wave: Wave) -> QuerySet[Publication]:
    """The publications of the relationship up to this wave, oldest first."""
    mine = Publication.objects.filter(wave__relationship_id=wave.relationship_id, wave__number__lte=wave.number)
    return mine.select_related("wave").prefetch_related("figures").order_by("wave__number")


def earlier_waves(wave: Wave) -> list[EarlierWave]:
    """What was already published before this wave, and who had answered: the next audit looks at all of it together."""
    earlier = [p for p in publications_until(wave) if p.wave_id != wave.pk]
    answered = people_who_answered([p.wave_id for p in earlier])
    return [EarlierWave(_published(p), answered[p.wave_id]) for p in earlier]


def people_who_answered(waves: Sequence[int]) -> dict[int, dict[str, frozenset[int]]]:
    """The ids of those who answered each wave, per side. For the auditor: shown to nobody."""
    rows = Invitation.objects.filter(wave_id__in=waves, answered=True).values_list("wave_id", "side", "person_id")
    found: dict[int, dict[str, set[int]]] = {wave: {str(side): set() for side in SIDES} for wave in waves}
    for wave, side, person in rows:
        found[wave][side].add(person)
    return {wave: {side: frozenset(ids) for side, ids in sides.items()} for wave, sides in found.items()}


def _published(publication: Publication) -> Published:
    return Published(
        level=cast(Level, publication.level),
        figures=figures_of(publication),
        answered=publication.answered,
        report=AuditReport(tuple(publication.dropped)),
    )


def reading_of(publication: Publication) -> derive.Reading:
    """Everything that follows from the published figures, on 0..100."""
    people = {Side.CLIENT.value: publication.people_client, Side.SUPPLIER.value: publication.people_supplier}
    return derive.read(figures_of(publication), shape_of(publication.wave), key_people=people)
