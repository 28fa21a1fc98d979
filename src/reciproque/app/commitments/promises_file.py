"""Lists of promises in files: the columns of an export, and reading them back line by line.

Nothing here knows the tables: cells in, lines and problems out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from reciproque.app.directory.names import fold, looks_like_formula
from reciproque.app.directory.spreadsheet import BadCell, Expected, Problem, Table, read_date, read_email, written

MAX_LINES = 500
LABELS = {
    "owed_by": gettext_noop("Gives its word"),
    "what": gettext_noop("Promise"),
    "why": gettext_noop("Why"),
    "first_step": gettext_noop("First step"),
    "first_step_by": gettext_noop("First step before"),
    "due_on": gettext_noop("Date"),
    "proof": gettext_noop("Expected proof"),
    "owner_client": gettext_noop("Owner at the client (e-mail)"),
    "owner_supplier": gettext_noop("Owner at the supplier (e-mail)"),
    "effort_client": gettext_noop("Effort of the client"),
    "effort_supplier": gettext_noop("Effort of the supplier"),
    "questions": gettext_noop("Questions"),
}
SYNONYMS = {
    "owed_by": "qui s'engage|s'engage|donne sa parole|engagé par|côté|gives its word|owed by|side|who",
    "what": "promesse|engagement|parole|promise|commitment|action|what",
    "why": "pourquoi|raison|why|reason",
    "first_step": "premier pas|première étape|first step",
    "first_step_by": "premier pas avant le|premier pas avant|première étape avant|first step before|first step by",
    "due_on": "échéance|date|date d'échéance|pour le|due|due on|due date|deadline",
    "proof": "preuve attendue|preuve|expected proof|proof",
    "owner_client": (
        "porteur chez le client|porteur côté client|responsable client|porteur chez le client (e-mail)|"
        "owner at the client|owner at the client (e-mail)|client owner"
    ),
    "owner_supplier": (
        "porteur chez le fournisseur|porteur côté fournisseur|responsable fournisseur|"
        "porteur chez le fournisseur (e-mail)|owner at the supplier|owner at the supplier (e-mail)|supplier owner"
    ),
    "effort_client": "effort du client|effort client|effort of the client|client effort",
    "effort_supplier": "effort du fournisseur|effort fournisseur|effort of the supplier|supplier effort",
    "questions": "questions|question",
}
EXPECTED = Expected({fold(word): name for name, words in SYNONYMS.items() for word in words.split("|")}, MAX_LINES)
NEEDED = ("owed_by", "what", "first_step", "first_step_by", "due_on", "proof")
LENGTHS = {"what": 280, "why": 280, "first_step": 200, "proof": 200}
SIDES = {
    **dict.fromkeys(("client", "le client", "the client", "customer", "buyer", "acheteur"), "client"),
    **dict.fromkeys(("fournisseur", "le fournisseur", "supplier", "the supplier", "vendor"), "supplier"),
    **dict.fromkeys(("les deux", "both", "both companies", "les deux entreprises", "deux"), "both"),
}
EFFORTS = {
    **dict.fromkeys(("aucun", "none", "0", "nul"), "none"),
    **dict.fromkeys(("leger", "light", "faible", "1"), "light"),
    **dict.fromkeys(("moyen", "medium", "2"), "medium"),
    **dict.fromkeys(("lourd", "heavy", "fort", "3"), "heavy"),
}


@dataclass(frozen=True)
class Line:
    """One promise as written in the file, each cell understood."""

    number: int
    owed_by: str
    what: str
    first_step: str
    first_step_by: date
    due_on: date
    proof: str
    why: str = ""
    owner_client: str = ""
    owner_supplier: str = ""
    effort_client: str = "none"
    effort_supplier: str = "none"
    questions: tuple[str, ...] = ()


def parse(
    table: Table, mapping: Sequence[str], companies: dict[str, str], today: date
) -> tuple[list[Line], list[Problem]]:
    """Each row as a promise, or the problems that refuse it. `companies`: folded names of the two, with their side."""
    missing = [name for name in NEEDED if name not in mapping]
    if missing:
        says = _("These columns are missing: %(columns)s.") % {"columns": ", ".join(_(LABELS[m]) for m in missing)}
        return [], [Problem(0, "", says)]
    lines: list[Line] = []
    problems: list[Problem] = []
    for number, cells in table.rows:
        if any(cell.strip() for cell in cells):
            values, wrong = _row(number, cells, mapping, companies, today)
            problems += wrong
            if not wrong:
                lines.append(Line(number, **values))  # type: ignore[arg-type]
    return lines, problems


def _row(
    number: int, cells: Sequence[str], mapping: Sequence[str], companies: dict[str, str], today: date
) -> tuple[dict[str, object], list[Problem]]:
    values: dict[str, object] = {}
    problems = []
    for index, name in enumerate(mapping):
        text = written(cells[index]) if name and index < len(cells) else ""
        if not name or not (text or name in NEEDED):
            continue
        try:
            values[name] = _cell(name, text, companies, today)
        except BadCell as error:
            problems.append(Problem(number, _(LABELS[name]), str(error)))
    return values, problems


def _cell(name: str, text: str, companies: dict[str, str], today: date) -> object:
    if not text:
        raise BadCell(_("This cell is empty, and a promise needs it."))
    if looks_like_formula(text):
        raise BadCell(
            _("This cell starts like a formula. Write the text itself, without “%(sign)s” in front.")
            % {"sign": text[0]}
        )
    if name in ("first_step_by", "due_on"):
        return read_date(text, date(today.year + 2, 12, 31))
    if name in ("owner_client", "owner_supplier"):
        return read_email(text)
    if name == "owed_by":
        return _known({**SIDES, **companies}, text, _("Write client, supplier, both, or the name of the company."))
    if name in ("effort_client", "effort_supplier"):
        return _known(EFFORTS, text, _("Write none, light, medium or heavy."))
    if name == "questions":
        return tuple(code.upper() for code in re.split(r"[\s,;]+", text) if code)
    if len(text) > LENGTHS[name]:
        raise BadCell(_("This cell has more than %(count)s characters. Shorten it.") % {"count": LENGTHS[name]})
    return text


def _known(words: dict[str, str], text: str, says: str) -> str:
    if (found := words.get(fold(text))) is None:
        raise BadCell(says)
    return found
