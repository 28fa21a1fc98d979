"""What was understood of a file and what was refused, with the line, the value and the reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from reciproque.measure.language import gettext as _

SHOWN = 20


@dataclass(frozen=True)
class Refusal:
    """One thing that was left out. `line` is the number that a text editor or a spreadsheet shows."""

    line: int
    column: str
    value: str
    code: str
    sentence: str


@dataclass(frozen=True)
class Understood:
    """How a file was read. `cannot_say` counts empty answers and codes that say so; `refused` holds the first 20."""

    path_name: str
    kind: str
    layout: str
    why: str
    encoding: str | None
    separator: str | None
    decimal_comma: bool
    sheet: str | None
    rows: int
    people: int
    answers: int
    cannot_say: int
    columns: dict[str, str]
    ignored: tuple[str, ...]
    notes: tuple[str, ...]
    refused: tuple[Refusal, ...]
    refused_count: int
    refused_by_reason: dict[str, int]


def sentence_of(code: str, points: int) -> str:
    """The reason of a refusal, as a sentence."""
    return {
        "off_scale": _("This is not one of the points of the scale, 1 to %(points)d.") % {"points": points},
        "not_a_number": _("This is not a number, nor a way to say that one cannot answer."),
        "unknown_item": _("The questionnaire has no question with this code."),
        "unknown_side": _("A side is either client or supplier."),
        "unknown_view": _("A view is either direct or mirror."),
        "duplicate": _("This person has already answered this: the first answer is kept."),
        "no_key": _("Without this, nobody knows whose answer it is."),
        "wrong_width": _("This line does not have as many cells as the first one."),
    }[code]


@dataclass
class Refusals:
    """Counts everything that is refused, keeps the first of each reason."""

    points: int
    counts: Counter[str] = field(default_factory=Counter)
    kept: list[Refusal] = field(default_factory=list)

    def wants(self, code: str) -> int:
        """How many more of this reason would be shown."""
        return max(0, SHOWN - sum(one.code == code for one in self.kept))

    def add(self, code: str, line: int, column: str, value: object, *, count: int = 1) -> None:
        self.counts[code] += count
        text = "" if value is None else str(value)
        if self.wants(code):
            self.kept.append(Refusal(line, column, text[:60], code, sentence_of(code, self.points)))

    def more(self, code: str, count: int) -> None:
        """Others of this reason, that are counted without being shown."""
        if count:
            self.counts[code] += count

    @property
    def first(self) -> tuple[Refusal, ...]:
        return tuple(sorted(self.kept, key=lambda one: (one.line, one.column))[:SHOWN])

    @property
    def total(self) -> int:
        return self.counts.total()
