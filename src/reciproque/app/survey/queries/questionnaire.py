"""The locked questionnaire of a wave, with both companies' names put into it, chapter by chapter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from django.utils import translation
from django.utils.translation import gettext as _

from reciproque.app.survey.queries.answering import Respondent
from reciproque.app.survey.urn.seal import CONSENTS
from reciproque.instruments import Instrument, Item, fill, fill_mirror

WORDS = "words"
CANNOT_SAY = "na"
LONGEST = 1500


def consent_name(prompt: str) -> str:
    """The name of the field that says who may read a text."""
    return f"{prompt}-reader"


@dataclass(frozen=True)
class Hole:
    """A place in a frozen page, filled at each visit."""

    mark: str

    def __call__(self, name: str) -> str:
        return f"{self.mark}{name};"


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    hole: str


@dataclass(frozen=True)
class Scale:
    """One sentence and its seven points."""

    code: str
    sentence: str
    points: tuple[Choice, ...]
    cannot_say: Choice


@dataclass(frozen=True)
class Block:
    """Sentences that follow each other from the same chair."""

    name: str
    mirror: bool
    scales: tuple[Scale, ...]


@dataclass(frozen=True)
class Prompt:
    """One question answered in free words, and who may read the answer."""

    code: str
    sentence: str
    consent: str
    hole: str
    error: str
    choices: Mapping[str, str]


@dataclass(frozen=True)
class Chapter:
    """One dimension, or the free words at the end."""

    number: int
    code: str
    title: str
    questions: tuple[str, ...]
    blocks: tuple[Block, ...] = ()
    prompts: tuple[Prompt, ...] = ()


def chapters(person: Respondent, language: str, hole: Hole | None = None) -> tuple[Chapter, ...]:
    """The chapters of the wave's questionnaire: one per dimension, then the free words."""
    return _Writer(person, language, hole or Hole("")).chapters()


def places(person: Respondent) -> tuple[str, ...]:
    """The chapters as they stand in addresses: "1", "2", …"""
    count = len(person.instrument.dimensions_of(person.form)) + bool(person.prompts)
    return tuple(str(number) for number in range(1, count + 1))


def place_of(person: Respondent, code: str) -> str:
    """The chapter in which a question stands."""
    for chapter in chapters(person, person.languages[0]):
        if code in chapter.questions:
            return str(chapter.number)
    return "1"


class _Writer:
    """Puts the names of both companies into the questionnaire, in one language."""

    def __init__(self, person: Respondent, language: str, hole: Hole) -> None:
        self.person, self.language, self.hole = person, language, hole
        self.instrument: Instrument = person.instrument

    def chapters(self) -> tuple[Chapter, ...]:
        items = self.instrument.items_of(self.person.form)
        found = []
        for number, dimension in enumerate(self.instrument.dimensions_of(self.person.form), 1):
            mine = [item for item in items if item.dimension == dimension.code]
            codes = tuple(code for item in mine for code in _codes(item))
            title = dimension.label[self.language]
            found.append(Chapter(number, dimension.code, title, codes, self._blocks(dimension.code, mine)))
        if self.person.prompts:
            with translation.override(self.language):
                title = _("What has not been said yet")
            words = tuple(self._prompt(code) for code in self.person.prompts)
            found.append(Chapter(len(found) + 1, WORDS, title, self.person.prompts, prompts=words))
        return tuple(found)

    def _blocks(self, dimension: str, items: list[Item]) -> tuple[Block, ...]:
        """Sentences in order; a mirror follows its own sentence at once."""
        scales = []
        for item in items:
            text = item.text[self.language]
            scales.append((False, self._scale(item.code, fill(text, seen=self.person.seen, own=self.person.own))))
            if item.mirror:
                scales.append((True, self._scale(item.mirror_code, fill_mirror(text, own=self.person.own))))
        runs = [
            (mirror, tuple(scale for _m, scale in run)) for mirror, run in groupby(scales, key=lambda pair: pair[0])
        ]
        return tuple(Block(f"{dimension}-{n}", mirror, run) for n, (mirror, run) in enumerate(runs))

    def _scale(self, code: str, sentence: str) -> Scale:
        labels = self.instrument.scale[self.language]
        points = tuple(Choice(str(n), label, self.hole(f"{code}={n}")) for n, label in enumerate(labels, 1))
        cannot = self.instrument.cannot_say[self.language]
        return Scale(code, sentence, points, Choice(CANNOT_SAY, cannot, self.hole(f"{code}={CANNOT_SAY}")))

    def _prompt(self, code: str) -> Prompt:
        text = next(prompt.text for prompt in self.instrument.prompts if prompt.code == code)
        name = consent_name(code)
        return Prompt(
            code=code,
            sentence=fill(text[self.language], seen=self.person.seen, own=self.person.own),
            consent=name,
            hole=self.hole(code),
            error=self.hole(f"{code}!"),
            choices={choice: self.hole(f"{name}={choice}") for choice in CONSENTS},
        )


def _codes(item: Item) -> tuple[str, ...]:
    return (item.code, item.mirror_code) if item.mirror else (item.code,)


def mirror_stem(person: Respondent, language: str) -> str:
    return fill(person.instrument.mirror_stem[language], seen=person.seen, own=person.own)
