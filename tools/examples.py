"""The example files of the analyst's command, made again from the stories of the demonstration: always the same bytes.

python tools/examples.py
"""

import csv
import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import xlsxwriter

from reciproque.instruments import Instrument, parse, source

FOLDER = Path(__file__).resolve().parent.parent / "examples"
FRENCH = {"client": "client", "supplier": "fournisseur"}
HEADERS = ["relation", "côté", "vague", "répondant", "fonction"]
FACETS = "FCIBDA"
LEAN = (0, 4, -6, 2)  # how the questions of a subject differ around its mean; the mirrored one stays on it
Answers = dict[str, list[int | None]]


@dataclass(frozen=True)
class Camp:
    """One side in one wave: who answers, in points what they say on each subject, and what they imagine."""

    people: tuple[int, ...]
    says: Mapping[str, float]
    imagines: float


@dataclass(frozen=True)
class Person:
    relationship: str
    side: str
    wave: int
    name: str
    function: str
    answers: Mapping[str, int | None]


def says(*points: float, t: float, n: float) -> dict[str, float]:
    return {**dict(zip(FACETS, points, strict=True)), "T": t, "N": n}


# ---------------------------------------------------------------- Whole answers with a wanted mean
def to_scale(points: float) -> float:
    return 1 + points * 6 / 100


def columns(chance: Random, camp: Camp, instrument: Instrument, temper: Mapping[int, float]) -> Answers:
    """Answers to every question; each subject has exactly the wanted mean, as near as whole answers can be."""
    found: Answers = {}
    for dimension in instrument.dimensions:
        items = [item for item in instrument.items if item.dimension == dimension.code]
        lean = _leans(items)
        target = camp.says[dimension.code]
        direct = {item.code: target + lean[item.code] for item in items}
        found |= _settled(chance, direct, camp.people, temper, dimension.role == "unsaid")
    unsaid = {dimension.code for dimension in instrument.dimensions if dimension.role == "unsaid"}
    mirrored = {
        item.mirror_code: 110 - camp.imagines if item.dimension in unsaid else camp.imagines
        for item in instrument.items
        if item.mirror
    }
    return found | _settled(chance, mirrored, camp.people, {}, False)


def _leans(items: Sequence) -> dict[str, float]:
    plain = [item.code for item in items if not item.mirror]
    shift = sum(LEAN[: len(plain)]) / len(plain)
    return {item.code: 0.0 for item in items if item.mirror} | {
        code: LEAN[rank] - shift for rank, code in enumerate(plain)
    }


def _settled(
    chance: Random, means: Mapping[str, float], people: Sequence[int], temper: Mapping[int, float], turned: bool
) -> Answers:
    """Everyone leans the same way on all questions; then single answers move by one until each total is right."""
    given: Answers = {}
    carried = 0.0
    for code, mean in means.items():
        wanted = to_scale(mean) * len(people) + carried
        total = round(wanted)
        carried = wanted - total
        leaning = [(-1 if turned else 1) * temper.get(person, chance.gauss(0, 0.5)) for person in people]
        ideal = [total / len(people) + lean + chance.gauss(0, 0.55) for lean in leaning]
        answers = [min(7, max(1, round(value))) for value in ideal]
        while sum(answers) != total:
            step = 1 if sum(answers) < total else -1
            movable = [k for k, answer in enumerate(answers) if 1 <= answer + step <= 7]
            answers[max(movable, key=lambda k: step * (ideal[k] - answers[k]))] += step
        given[code] = list(answers)
    return given


def people_of(
    chance: Random,
    relationship: str,
    side: str,
    functions: Sequence[str],
    camps: Mapping[int, Camp],
    instrument: Instrument,
) -> Iterator[Person]:
    """The same person keeps name, function and temper from wave to wave."""
    temper = {rank: chance.gauss(0, 0.75) for rank in range(len(functions))}
    for wave, camp in camps.items():
        answers = columns(chance, camp, instrument, temper)
        for place, rank in enumerate(camp.people):
            said = {code: values[place] for code, values in answers.items()}
            yield Person(relationship, side, wave, f"{side[0].upper()}{rank + 1:02d}", functions[rank], said)


# ---------------------------------------------------------------- The stories
CLIENT_FUNCTIONS = ("achats", "qualité", "achats", "études", "production", "qualité", "logistique", "production",
                    "finance", "direction", "études", "production", "utilisateurs", "achats")  # fmt: skip
SUPPLIER_FUNCTIONS = ("direction", "commerce", "qualité", "production", "production", "études", "logistique",
                      "études", "finance", "production", "commerce", "qualité", "production", "informatique",
                      )  # fmt: skip
FORGE = "Valmorine Aérostructures / Forge Tressac"


def first(number: int) -> tuple[int, ...]:
    return tuple(range(number))


def forge(instrument: Instrument) -> list[Person]:
    """A sole source: nine people of the client, thirteen of the supplier."""
    chance = Random("forge")
    client = Camp(first(9), says(78, 81, 72, 70, 68, 73, t=76, n=38), 71)
    supplier = Camp(first(13), says(55, 66, 50, 38, 41, 42, t=52, n=62), 58)
    sides = (("client", CLIENT_FUNCTIONS, client), ("supplier", SUPPLIER_FUNCTIONS, supplier))
    return [
        person
        for side, functions, camp in sides
        for person in people_of(chance, FORGE, side, functions, {0: camp}, instrument)
    ]


def even(level: float, **moved: float) -> dict[str, float]:
    """About the same level everywhere, as the stories that give one figure only."""
    around = dict(zip(FACETS, (2, 4, -2, -3, -1, 0), strict=True))
    return {**{code: level + more for code, more in around.items()}, "T": level + 1, "N": 96 - level, **moved}


OUT_AND_IN = (*first(9), 11, 12, 13)
TWO_WAVES: dict[str, dict[str, dict[int, Camp]]] = {
    FORGE: {
        "client": {0: Camp(first(9), says(78, 81, 72, 70, 68, 73, t=76, n=38), 71),
                   1: Camp(first(9), says(77, 81, 73, 71, 72, 75, t=78, n=36), 66)},
        "supplier": {0: Camp(first(13), says(55, 66, 50, 38, 41, 42, t=52, n=62), 58),
                     1: Camp(first(13), says(71, 74, 66, 55, 64, 57, t=62, n=50), 67)},
    },
    "Syndicat des Eaux du Val Sarvagne / Ondelis Services": {
        "client": {0: Camp(first(11), says(35, 38, 12, 22, 35, 32, t=20, n=78), 32),
                   1: Camp(OUT_AND_IN, says(60, 62, 70, 58, 60, 57, t=55, n=40), 60)},
        "supplier": {0: Camp(first(8), says(48, 52, 40, 37, 38, 43, t=38, n=70), 35),
                     1: Camp(first(8), says(62, 63, 67, 58, 62, 60, t=58, n=42), 58)},
    },
    "Mutuelle Arvenoise / Cryptelle Hébergement": {
        "client": {0: Camp(first(10), even(48, C=41), 60), 1: Camp(first(9), even(57, C=55), 58)},
        "supplier": {0: Camp(first(7), even(66), 50), 1: Camp(first(7), even(67), 54)},
    },
    "Groupe Autremont / Clarivène Propreté": {
        "client": {0: Camp(first(14), even(44, D=37), 58), 1: Camp(first(14), even(46, D=43), 57)},
        "supplier": {0: Camp(first(7), even(61), 67), 1: Camp(first(7), even(61), 60)},
    },
    "Maison Ysaurel / Cartonelle du Ternois": {
        "client": {0: Camp(first(7), even(69, A=68), 66), 1: Camp(first(7), even(67, A=54), 66)},
        "supplier": {0: Camp(first(6), even(70), 67), 1: Camp(first(6), even(69), 68)},
    },
    "Nubellia / Quintefeuille Conseil": {
        "client": {0: Camp(first(5), even(72), 70), 1: Camp(first(5), even(69, T=66), 71)},
        "supplier": {0: Camp(first(5), even(74, D=76, T=72), 72), 1: Camp(first(5), even(70, D=52, T=66), 71)},
    },
    "Terminaux Portuans / Lamarque-Oziol Ingénierie": {
        "client": {0: Camp(first(6), even(36, D=24, B=23), 40), 1: Camp(first(6), even(33, D=22, B=22), 38)},
        "supplier": {0: Camp(first(9), even(34, D=22, B=20), 37), 1: Camp(first(9), even(31, D=20, B=18), 33)},
    },
    "Papeteries du Lanvert / Mécanor Services": {
        "client": {0: Camp(first(6), even(80), 75), 1: Camp(first(6), even(79), 76)},
        "supplier": {0: Camp(first(4), even(72), 78), 1: Camp(first(4), even(73), 77)},
    },
}  # fmt: skip


def two_waves(instrument: Instrument) -> list[Person]:
    chance = Random("two waves")
    functions = {"client": CLIENT_FUNCTIONS, "supplier": SUPPLIER_FUNCTIONS}
    return [
        person
        for relationship, sides in TWO_WAVES.items()
        for side, camps in sides.items()
        for person in people_of(chance, relationship, side, functions[side], camps, instrument)
    ]


# ---------------------------------------------------------------- The files
def write_long(path: Path, people: Sequence[Person]) -> None:
    """One answer a row, with the headers of the documentation and the semicolons of a French spreadsheet."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file, delimiter=";", lineterminator="\r\n")
        rows.writerow(["relationship", "side", "wave", "respondent", "function", "item", "view", "value"])
        for person in people:
            start = [person.relationship, person.side, person.wave, person.name, person.function]
            for code, answer in person.answers.items():
                item, view = (code[:-1], "mirror") if code.endswith("m") else (code, "direct")
                rows.writerow([*start, item, view, "" if answer is None else answer])


def wide_rows(people: Sequence[Person]) -> Iterator[list[str | int | None]]:
    codes = list(people[0].answers)
    yield [*HEADERS, *codes]
    for person in people:
        start = [person.relationship, FRENCH[person.side], person.wave, person.name, person.function]
        yield [*start, *(person.answers[code] for code in codes)]


def write_wide(path: Path, people: Sequence[Person]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(wide_rows(people))


def write_workbook(path: Path, people: Sequence[Person]) -> None:
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"created": datetime.datetime(2026, 3, 23)})
    sheet = book.add_worksheet("Réponses")
    for rank, row in enumerate(wide_rows(people)):
        sheet.write_row(rank, 0, row)
    sheet.freeze_panes(1, 0)
    book.close()


def main() -> None:
    instrument = parse(source())
    FOLDER.mkdir(exist_ok=True)
    people = forge(instrument)
    # Two people of the supplier are not in a position to answer a question on the past.
    for person in people[9:11]:
        person.answers["N3"] = None  # type: ignore[index]
    write_long(FOLDER / "forge.csv", people)
    write_workbook(FOLDER / "forge.xlsx", people)
    write_wide(FOLDER / "deux-vagues.csv", two_waves(instrument))


if __name__ == "__main__":
    main()
