"""A questionnaire read from its TOML text into frozen data. A wave keeps the text it was sealed with."""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent
DEFAULT = "reciproque"


@dataclass(frozen=True)
class Dimension:
    code: str
    name: str
    role: str  # facet, outcome, unsaid
    label: dict[str, str]
    definition: dict[str, str]


@dataclass(frozen=True)
class Item:
    code: str
    dimension: str
    mirror: bool
    text: dict[str, str]

    @property
    def mirror_code(self) -> str:
        return f"{self.code}m"


@dataclass(frozen=True)
class Prompt:
    code: str
    text: dict[str, str]


@dataclass(frozen=True)
class Instrument:
    name: str
    version: str
    validated: bool
    languages: tuple[str, ...]
    points: int
    scale: dict[str, tuple[str, ...]]
    cannot_say: dict[str, str]
    mirror_stem: dict[str, str]
    dimensions: tuple[Dimension, ...]
    items: tuple[Item, ...]
    prompts: tuple[Prompt, ...]
    forms: dict[str, tuple[frozenset[str], frozenset[str]]]

    def items_of(self, form: str) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.code in self.forms[form][0])

    def prompts_of(self, form: str) -> tuple[Prompt, ...]:
        return tuple(prompt for prompt in self.prompts if prompt.code in self.forms[form][1])

    def dimensions_of(self, form: str) -> tuple[Dimension, ...]:
        used = {item.dimension for item in self.items_of(form)}
        return tuple(dimension for dimension in self.dimensions if dimension.code in used)

    def questions_of(self, form: str) -> tuple[str, ...]:
        """Codes of everything that is answered with a point of the scale, mirror forms with the suffix m."""
        items = self.items_of(form)
        return tuple(i.code for i in items) + tuple(i.mirror_code for i in items if i.mirror)


def _texts(table: dict[str, object], languages: tuple[str, ...]) -> dict[str, str]:
    return {language: str(table[language]) for language in languages}


@lru_cache(maxsize=32)
def parse(text: str) -> Instrument:
    raw = tomllib.loads(text)
    languages = tuple(raw["languages"])
    items = tuple(Item(i["code"], i["dimension"], bool(i["mirror"]), _texts(i, languages)) for i in raw["items"])
    prompts = tuple(Prompt(p["code"], _texts(p, languages)) for p in raw["open_prompts"])
    everything = (frozenset(i.code for i in items), frozenset(p.code for p in prompts))
    forms = {
        form["name"]: (
            everything[0] if form["items"] == "all" else frozenset(form["items"]),
            everything[1] if form["open_prompts"] == "all" else frozenset(form["open_prompts"]),
        )
        for form in raw["forms"]
    }
    return Instrument(
        name=raw["name"],
        version=raw["version"],
        validated=bool(raw["validated"]),
        languages=languages,
        points=int(raw["scale"]["points"]),
        scale={language: tuple(raw["scale"][language]) for language in languages},
        cannot_say=_texts(raw["scale"]["cannot_say"], languages),
        mirror_stem=_texts(raw["mirror_stem"], languages),
        dimensions=tuple(
            Dimension(d["code"], d["name"], d["role"], _texts(d, languages), _texts(d["definition"], languages))
            for d in raw["dimensions"]
        ),
        items=items,
        prompts=prompts,
        forms=forms,
    )


def source(name: str = DEFAULT) -> str:
    """The text of a questionnaire shipped with the product."""
    return (FOLDER / f"{name}.toml").read_text(encoding="utf-8")


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def fill(sentence: str, *, seen: str, own: str) -> str:
    """Put the organisation being looked at and the respondent's own into a sentence."""
    return sentence.replace("{A}", seen).replace("{B}", own)


def fill_mirror(sentence: str, *, own: str) -> str:
    """The mirror form: the same sentence, about the respondent's own organisation."""
    return sentence.replace("{A}", own)
