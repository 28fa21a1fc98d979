"""What every part of the reading is made from: the publication of a wave and its questionnaire."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import get_language

from reciproque import instruments
from reciproque.app.reading.models import Publication
from reciproque.app.reading.queries.published import figures_of, reading_of, shape_of
from reciproque.app.shared.vocabulary import SIDES, Side, other_side
from reciproque.app.survey.models import Wave
from reciproque.instruments import Instrument, Item
from reciproque.science.derive import Gap, Reading, Score, SideReading
from reciproque.science.figures import Figure, InstrumentShape

CLIENT, SUPPLIER = Side.CLIENT.value, Side.SUPPLIER.value


@dataclass(frozen=True)
class Material:
    publication: Publication

    @cached_property
    def wave(self) -> Wave:
        return self.publication.wave

    @cached_property
    def language(self) -> str:
        language = (get_language() or "fr")[:2]
        return language if language in self.instrument.languages else self.instrument.languages[0]

    @cached_property
    def instrument(self) -> Instrument:
        return instruments.parse(self.wave.instrument_text)

    @cached_property
    def shape(self) -> InstrumentShape:
        return shape_of(self.wave)

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        return figures_of(self.publication)

    @cached_property
    def reading(self) -> Reading:
        return reading_of(self.publication)

    @cached_property
    def gaps(self) -> dict[str, Gap]:
        return {gap.code: gap for gap in self.reading.gaps}

    @property
    def has_figures(self) -> bool:
        return self.publication.level in ("dimensions", "items")

    @property
    def by_sentence(self) -> bool:
        """Twelve answers on each side: every sentence has its own figure."""
        return self.publication.level == "items"

    def name(self, side: str) -> str:
        return str(self.wave.relationship.organisation(side).name)

    def other_name(self, side: str) -> str:
        return self.name(other_side(side))

    def side(self, side: str) -> SideReading:
        return self.reading.sides[side]

    def ballots(self, side: str) -> int:
        return (self.wave.ballots_client if side == CLIENT else self.wave.ballots_supplier) or 0

    def key_people(self, side: str) -> int | None:
        return self.publication.people_client if side == CLIENT else self.publication.people_supplier

    @property
    def fewest(self) -> int:
        return min(self.ballots(side) for side in SIDES)

    def label(self, code: str) -> str:
        """The name of a dimension."""
        return next(d.label[self.language] for d in self.instrument.dimensions if d.code == code)

    def definition(self, code: str) -> str:
        return next(d.definition[self.language] for d in self.instrument.dimensions if d.code == code)

    def item(self, code: str) -> Item:
        return next(item for item in self.instrument.items if item.code == code)

    def sentence(self, code: str, side: str) -> str:
        """A sentence of the questionnaire as people of a side read it."""
        text = self.item(code).text[self.language]
        return instruments.fill(text, seen=self.other_name(side), own=self.name(side))

    def score(self, side: str, code: str) -> Score | None:
        """A dimension, a sentence or a mirror sentence as a side answered it, when it was published."""
        reading = self.reading.sides.get(side)
        if reading is None:
            return None
        return reading.dimensions.get(code) or reading.items.get(code)

    def anchor(self, dimension: str) -> str:
        """The sentence of a dimension that is also asked as a mirror, or nothing."""
        mirrored = set(self.shape.mirrored)
        items = next(d.items for d in self.shape.dimensions if d.code == dimension)
        return next((item for item in items if item in mirrored), "")

    def codes(self, role: str) -> tuple[str, ...]:
        return tuple(d.code for d in self.shape.dimensions if d.role == role)
