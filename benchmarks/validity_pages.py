"""What a simulation found, as lines of a table, and the pages that tell it: docs/validity.md and docs/validite.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isnan

Text = tuple[str, str]  # English, French
LANGUAGES = ("en", "fr")


@dataclass(frozen=True)
class Line:
    """`cells`: per column, one figure or several (one a scale); `judged`: columns bound by the target `low`..`high`."""

    what: Text
    cells: tuple[tuple[float, ...], ...]
    runs: int
    error: float
    low: float | None = None
    high: float | None = None
    judged: tuple[int, ...] = ()
    digits: int = 3

    @property
    def reached(self) -> bool | None:
        """None: shown for comparison, nothing was promised."""
        if self.low is None and self.high is None:
            return None
        figures = [figure for column in self.judged for figure in self.cells[column] if not isnan(figure)]
        least, most = (-1e300 if self.low is None else self.low), (1e300 if self.high is None else self.high)
        return bool(figures) and all(least <= round(figure, self.digits) <= most for figure in figures)


@dataclass(frozen=True)
class Table:
    """`missed`: for each line (English name) that misses its target, the sentence that says what remains."""

    columns: tuple[Text, ...]
    lines: tuple[Line, ...]
    missed: dict[str, Text] = field(default_factory=dict)


@dataclass(frozen=True)
class Section:
    title: Text
    before: Text
    tables: tuple[Table, ...]
    after: Text = ("", "")


HEADS = {
    "en": ("what", "target", "replications", "error", "reached"),
    "fr": ("quoi", "cible", "répétitions", "erreur", "atteinte"),
}
REACHED = {"en": {True: "yes", False: "missed", None: "–"}, "fr": {True: "oui", False: "manquée", None: "–"}}
TITLE: Text = ("Validity", "Validité")
OPENING: Text = (
    "Do the figures that an analyst reads keep their promises? Here answers are drawn from people whose real opinion "
    "is known, thousands "
    "of times, and each promise is counted: how often does a 95 % interval hold the truth, how often is a real fall "
    "found, how "
    "often is a change announced that did not happen, how long does a chart run before a false alarm. Written by "
    "`python benchmarks/validity.py`, always with the same draws.",
    "Les chiffres que lit un analyste tiennent-ils leurs promesses ? Ici, on tire des milliers de fois les réponses "
    "de personnes dont on connaît "
    "l’opinion réelle, et l’on compte : combien de fois un intervalle à 95 % contient-il la vérité, combien de fois "
    "une vraie "
    "baisse est-elle trouvée, combien de fois annonce-t-on un changement qui n’a pas eu lieu, combien de temps une "
    "carte tourne-t-elle "
    "avant une fausse alerte. Écrit par `python benchmarks/validity.py`, toujours avec les mêmes tirages.",
)
READING: Text = (
    "*Error* is the largest Monte-Carlo standard error of the line: two such errors are chance. *Target* names the "
    "columns that it binds; a line without a "
    "target is there for comparison. Two figures in a cell, as in `.951 / .949`: questions on 1 to 7, then on 1 to 5.",
    "*Erreur* est la plus grande erreur type de Monte-Carlo de la ligne : deux de ces erreurs sont le fait du hasard. "
    "*Cible* nomme les colonnes qu’elle engage ; une "
    "ligne sans cible est là pour comparer. Deux chiffres dans une case, comme `0,951 / 0,949` : questions de 1 à 7, "
    "puis de 1 à 5.",
)
LIMITS: Text = (
    "## What this does not prove\n\n"
    "- Nothing here validates the questionnaire: whether its questions measure trust can only be learnt from real "
    "answers. These pages are about the arithmetic.\n"
    "- The people are simulated. Real answers have other shapes, people talk to each other, and those who do not "
    "answer may think otherwise: no interval here knows about them.\n"
    "- The truth of a side is the mean of ever more people like those who answered. When everybody answered, an "
    "analyst may find the intervals too wide; none is narrowed for that.\n"
    "- A file mixes sides in proportions that nobody knows beforehand; the mixed file here is one harsh example among "
    "many.\n"
    "- Wordings that mean different things to the two sides are invisible to all of this (see "
    "`docs/adr/0060-invariance-is-left-to-lavaan.md`).\n"
    "- The published figures of a wave rest on a reference spread that is assumed, not measured: section 2 says what "
    "happens when it is wrong.",
    "## Ce que cela ne prouve pas\n\n"
    "- Rien ici ne valide le questionnaire : que ses questions mesurent bien la confiance, seules de vraies réponses "
    "peuvent l’apprendre. Ces pages parlent du calcul.\n"
    "- Les personnes sont simulées. De vraies réponses ont d’autres formes, les gens se parlent, et ceux qui ne "
    "répondent pas pensent peut-être autrement : aucun intervalle ici n’en sait rien.\n"
    "- La vérité d’un côté est la moyenne d’un nombre toujours plus grand de personnes semblables à celles qui ont "
    "répondu. Quand tout le monde a répondu, un analyste peut trouver les intervalles trop larges ; aucun n’est "
    "resserré pour cela.\n"
    "- Un fichier mêle les côtés dans des proportions que personne ne connaît d’avance ; le fichier mélangé d’ici est "
    "un exemple sévère parmi d’autres.\n"
    "- Des questions que les deux côtés comprennent autrement sont invisibles à tout cela (voir "
    "`docs/adr/0060-invariance-is-left-to-lavaan.md`).\n"
    "- Les chiffres publiés d’une vague reposent sur une dispersion de référence supposée, pas mesurée : la section 2 "
    "dit ce qui arrive quand elle est fausse.",
)


def missed_without_a_sentence(sections: list[Section]) -> list[str]:
    return [
        line.what[0]
        for section in sections
        for table in section.tables
        for line in table.lines
        if line.reached is False and line.what[0] not in table.missed
    ]


def page(sections: list[Section], language: str) -> str:
    which = LANGUAGES.index(language)
    lines = [line for section in sections for table in section.tables for line in table.lines]
    promised = [line for line in lines if line.reached is not None]
    kept = sum(bool(line.reached) for line in promised)
    count = (
        f"**{len(promised)} lines have a target; {kept} reach it.** The others are named under their table.",
        f"**{len(promised)} lignes ont une cible ; {kept} l’atteignent.** Les autres sont nommées sous leur tableau.",
    )
    parts = [f"# {TITLE[which]}", OPENING[which], count[which], READING[which]]
    for number, section in enumerate(sections, 1):
        parts += [f"## {number}. {section.title[which]}", section.before[which]]
        for table in section.tables:
            parts.append(_table(table, which))
            parts.append("\n".join(_sentences(table, which)))
        parts.append(section.after[which])
    text = "\n\n".join(part for part in [*parts, LIMITS[which]] if part) + "\n"
    return _french(text) if language == "fr" else text


def _table(table: Table, which: int) -> str:
    heads = HEADS[LANGUAGES[which]]
    columns = [heads[0], *(column[which] for column in table.columns), *heads[1:]]
    rows = [f"| {' | '.join(columns)} |", f"| --- |{' ---: |' * (len(columns) - 1)}"]
    return "\n".join([*rows, *(_row(line, table, which) for line in table.lines)])


def _row(line: Line, table: Table, which: int) -> str:
    cells = [" / ".join(_figure(figure, line.digits, which) for figure in cell) for cell in line.cells]
    end = [_target(line, table, which), f"{line.runs:,}".replace(",", " "), _figure(line.error, line.digits, which)]
    return f"| {' | '.join([line.what[which], *cells, *end, REACHED[LANGUAGES[which]][line.reached]])} |"


def _figure(figure: float, digits: int, which: int) -> str:
    if isnan(figure):
        return "–"
    text = f"{figure:.{digits}f}"
    return text.replace(".", ",") if which else text.removeprefix("0") if digits and text.startswith("0.") else text


def _target(line: Line, table: Table, which: int) -> str:
    low, high = (None if x is None else _figure(x, min(line.digits, 2), which) for x in (line.low, line.high))
    if low is None and high is None:
        return "–"
    if line.low is not None and line.high == -line.low:
        span = f"± {high}"
    else:
        span = f"{low} – {high}" if low and high else f"≥ {low}" if low else f"≤ {high}"
    if len(line.judged) == len(table.columns):
        return span
    first, last = table.columns[line.judged[0]][which], table.columns[line.judged[-1]][which]
    return f"{span}, {first}" + ("" if first == last else f" … {last}")


def _sentences(table: Table, which: int) -> list[str]:
    """One line for each reason, naming all that it explains."""
    named: dict[str, list[str]] = {}
    for line in table.lines:
        if line.reached is False and line.what[0] in table.missed:
            named.setdefault(table.missed[line.what[0]][which], []).append(f"**{line.what[which]}**")
    return [f"- {'; '.join(names)}. {reason}" for reason, names in named.items()]


def _french(text: str) -> str:
    """No-break spaces before double punctuation and inside quotation marks."""
    for mark in ";?!":
        text = text.replace(f" {mark}", f"\u202f{mark}")
    for mark in ":%":
        text = text.replace(f" {mark}", f"\u00a0{mark}")
    return text.replace("« ", "«\u00a0").replace(" »", "\u00a0»")
