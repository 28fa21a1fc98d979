"""From a wave's locked questionnaire and opened ballots to what the formulas take."""

from __future__ import annotations

import numpy as np

from reciproque import instruments
from reciproque.app.survey.models import Wave
from reciproque.app.survey.urn.opening import OpenedSide
from reciproque.science.figures import Dimension, InstrumentShape, SideBallots


def instrument_shape(wave: Wave) -> InstrumentShape:
    """The dimensions and questions of the form that this wave asked."""
    instrument = instruments.parse(wave.instrument_text)
    items = instrument.items_of(wave.form)
    return InstrumentShape(
        dimensions=tuple(
            Dimension(d.code, d.role, tuple(item.code for item in items if item.dimension == d.code))
            for d in instrument.dimensions_of(wave.form)
        ),
        mirrored=tuple(item.code for item in items if item.mirror),
    )


def side_ballots(side: OpenedSide, shape: InstrumentShape) -> SideBallots:
    """One side's ballots as arrays, one value a person, NaN where there is no answer."""
    people = len(side.functions)
    none: tuple[int | None, ...] = (None,) * people
    return SideBallots(
        side=side.side,
        functions=side.functions,
        answers={
            code: np.array([np.nan if x is None else x for x in side.scores.get(code, none)], dtype=np.float64)
            for code in (*shape.direct_items, *shape.mirror_items)
        },
    )
