"""What is measured of a person: each dimension, the profile, and the parts that both sides can compare."""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm

from reciproque.instruments import Instrument
from reciproque.science.figures import Dimension, InstrumentShape

PROFILE, INDEX, MIRROR_INDEX = "profile", "index", "index_m"
MOST_ITEMS = 30  # beyond, the common denominator leaves the exact whole numbers of the machine


@dataclass(frozen=True)
class Scale:
    """`items` are questions, or codes of scales for the profile. A person has a value with at least half of them.

    `unit`: values are kept as whole numbers of this fraction of a point of the scale, so that sums are exact on every
    engine, in whatever order it adds.
    """

    code: str
    role: str  # facet, outcome, unsaid, profile, index, part
    items: tuple[str, ...]
    unit: int


def shape_of(instrument: Instrument, items: tuple[str, ...]) -> InstrumentShape:
    """The dimensions and mirrored questions that a file has."""
    here = set(items)
    dimensions = tuple(
        Dimension(d.code, d.role, tuple(i.code for i in instrument.items if i.dimension == d.code and i.code in here))
        for d in instrument.dimensions
    )
    mirrored = tuple(i.code for i in instrument.items if i.mirror and i.code in here and i.mirror_code in here)
    return InstrumentShape(tuple(d for d in dimensions if d.items), mirrored)


def scales_of(shape: InstrumentShape) -> tuple[Scale, ...]:
    """Dimensions first, in the order of the questionnaire, then profile, indices and parts."""
    dimensions = [_scale(d.code, d.role, d.items) for d in shape.dimensions]
    found = list(dimensions)
    facets = tuple(scale for scale in dimensions if scale.role == "facet")
    if facets:
        unit = lcm(*(scale.unit for scale in facets)) * lcm(*range(1, len(facets) + 1))
        found.append(Scale(PROFILE, "profile", tuple(scale.code for scale in facets), unit))
    if shape.index_items:
        found.append(_scale(INDEX, "index", shape.index_items))
        found.append(_scale(MIRROR_INDEX, "index", tuple(f"{item}m" for item in shape.index_items)))
    for dimension in shape.dimensions:
        mirrored = tuple(item for item in dimension.items if item in shape.mirrored)
        if mirrored:
            found.append(_scale(f"{dimension.code}_d", "part", mirrored))
            found.append(_scale(f"{dimension.code}_m", "part", tuple(f"{item}m" for item in mirrored)))
    return tuple(found)


def _scale(code: str, role: str, items: tuple[str, ...]) -> Scale:
    return Scale(code, role, items, lcm(*range(1, min(len(items), MOST_ITEMS) + 1)))
