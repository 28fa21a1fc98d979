"""``reciproque dialogue FILE``: read the votes of two sides from a file, for whoever holds the counts.

The file: {"statements": [{"id", "text"?, "client": {"agree", "disagree", "pass"}, "supplier": {...}}]}.
"""

import argparse
import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from reciproque.measure import language
from reciproque.measure.errors import Refused
from reciproque.measure.language import gettext as _
from reciproque.measure.language import ngettext
from reciproque.science.coded_display import CodedSide
from reciproque.science.counts import Statement
from reciproque.science.dialogue import StatementReading, TwoSidedReading, read_two_sides

LARGEST_FILE = 20_000_000
NARROWEST = 48  # columns of a screen
ORDER = ["oppose", "gap", "common", "reject", "info", "split", "open", "too_few"]


def run(arguments: argparse.Namespace) -> int:
    language.use(arguments.language)
    try:
        statements, texts = _read(arguments.file)
    except Refused as error:
        print(f"reciproque: {arguments.file}: {error}", file=sys.stderr)
        return 2
    reading = read_two_sides(statements)
    if arguments.format == "json":
        print(json.dumps(as_json(reading), ensure_ascii=False, indent=2))
    else:
        _print(reading, texts)
    return 0


def _read(path: Path) -> tuple[list[Statement], dict[str, str]]:
    statements: list[Statement] = []
    texts: dict[str, str] = {}
    for number, row in enumerate(_rows(path), start=1):
        statement = _statement(row, number)
        if statement.id in texts:
            twice = _("statement %(number)s: the id %(id)s is used twice.")
            raise Refused(twice % {"number": number, "id": statement.id})
        statements.append(statement)
        texts[statement.id] = str(row.get("text", ""))
    return statements, texts


def _rows(path: Path) -> list[Any]:
    document = _document(path)
    rows = document.get("statements") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise Refused(_('there is no list "statements" in the file.'))
    if not rows:
        raise Refused(_("the list of statements is empty: there is nothing to read."))
    return rows


def _document(path: Path) -> Any:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise Refused(_("the file is larger than 20 MB. Votes of one workshop are much smaller."))
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Refused(_("the file cannot be read (%(why)s).") % {"why": error.strerror}) from error
    except UnicodeDecodeError as error:
        raise Refused(_("the file is not written in UTF-8. Save it again in that encoding.")) from error
    except json.JSONDecodeError as error:
        cut = _("line %(line)s is not JSON: the file is cut or mistyped there.")
        raise Refused(cut % {"line": error.lineno}) from error
    except RecursionError as error:
        raise Refused(_('there is no list "statements" in the file.')) from error


def _statement(row: Any, number: int) -> Statement:
    if not isinstance(row, dict) or "id" not in row:
        raise Refused(_("statement %(number)s has no id.") % {"number": number})
    try:
        return Statement.of(row)
    except (KeyError, TypeError) as error:
        message = _('statement %(number)s: each side needs three counts, "agree", "disagree" and "pass".')
        raise Refused(message % {"number": number}) from error
    except ValueError as error:
        message = _("statement %(number)s: a count must be a whole number of people, zero or more.")
        raise Refused(message % {"number": number}) from error


def as_json(reading: TwoSidedReading) -> dict[str, Any]:
    return {"statements": [_statement_json(s) for s in reading.statements], "divides": list(reading.divides)}


def _statement_json(found: StatementReading) -> dict[str, Any]:
    return {
        "id": found.id,
        "class": found.verdict,
        "p_common": found.p_common,
        "p_reject": found.p_reject,
        "p_oppose": found.p_oppose,
        "p_gap": found.p_gap,
        "p_info": found.p_info,
        "split_sides": list(found.split_sides),
        "posterior": {
            side: {
                "answers": posterior.answers,
                "agree": posterior.agree,
                "disagree": posterior.disagree,
                "pass": posterior.passing,
                "agree_low": posterior.agree_low,
            }
            for side, posterior in (("client", found.client), ("supplier", found.supplier))
        },
        "coded": {
            "client": _coded_json(found.coded.client),
            "supplier": _coded_json(found.coded.supplier),
            "verdict": found.coded.verdict,
        },
    }


def _coded_json(side: CodedSide | None) -> dict[str, Any] | None:
    if side is None:
        return None
    codes = {"agree": side.agree, "disagree": side.disagree}
    return {
        "answers": side.answers,
        "word": side.word,
        **{name: code and {"low": code.low, "high": code.high, "text": code.text} for name, code in codes.items()},
    }


def _print(reading: TwoSidedReading, texts: dict[str, str]) -> None:
    """For people. Written line by line: a table library would cost more than reading a thousand statements."""
    width = shutil.get_terminal_size((100, 24)).columns
    count = len(reading.statements)
    print(_strong(ngettext("%(n)s statement, two sides", "%(n)s statements, two sides", count) % {"n": count}))
    print(_folded(_("What a room may see is written for each side; exact counts stay with whoever holds them."), width))
    print(_folded(_divides_sentence(reading), width))
    by_verdict: dict[str, list[StatementReading]] = {name: [] for name in ORDER}
    for statement in reading.statements:
        by_verdict[statement.verdict].append(statement)
    divides = set(reading.divides)
    for name in ORDER:
        if by_verdict[name]:
            title, meaning = _meanings()[name]
            print(f"\n{_strong(title)} ({len(by_verdict[name])})")
            print(_folded(meaning, width, indent="  "))
            print("\n".join(_table(by_verdict[name], texts, divides, width)))


def _strong(text: str) -> str:
    return f"\033[1m{text}\033[0m" if sys.stdout.isatty() and "NO_COLOR" not in os.environ else text


def _folded(text: str, width: int, indent: str = "") -> str:
    return textwrap.fill(text, max(width, NARROWEST), initial_indent=indent, subsequent_indent=indent)


def _divides_sentence(reading: TwoSidedReading) -> str:
    if not reading.divides:
        return _("To debate: no statement divides the two sides clearly enough to be listed.")
    return _("To debate first: %(ids)s. At most one in ten of this list should be mistaken.") % {
        "ids": _printable(", ".join(reading.divides))
    }


def _meanings() -> dict[str, tuple[str, str]]:
    return {
        "oppose": (_("Opposed"), _("One side's majority agrees, the other's disagrees. To debate, never established.")),
        "gap": (_("Gap"), _("Both may lean the same way, but not nearly as much.")),
        "common": (_("Common ground"), _("A majority agrees on both sides.")),
        "reject": (_("Joint refusal"), _("A majority disagrees on both sides.")),
        "info": (_("One side does not know"), _("One side passes, the other has an opinion: tell before you argue.")),
        "split": (_("Split within a side"), _("Nobody can speak for that company here.")),
        "open": (_("Not settled"), _("The answers do not settle it.")),
        "too_few": (_("Too few answers"), _("Fewer than three answers on a side.")),
    }


def _table(rows: Iterable[StatementReading], texts: dict[str, str], divides: set[str], width: int) -> Iterable[str]:
    """Three columns, three fifths of the width for the statement; long cells are folded, never cut."""
    side = max((max(width, NARROWEST) - 8) // 4, NARROWEST // 4)
    widths = (max(width, NARROWEST) - 8 - 2 * side, side, side)
    yield _line((_("statement"), _("client"), _("supplier")), widths)
    for row in rows:
        mark = "* " if row.id in divides else ""
        label = _printable(f"{mark}{row.id}  {texts[row.id]}").rstrip()
        cells = [label, _shown(row.coded.client), _shown(row.coded.supplier)]
        folded = [
            [cell] if len(cell) <= room else textwrap.wrap(cell, room) for cell, room in zip(cells, widths, strict=True)
        ]
        for parts in zip_longest(*folded, fillvalue=""):
            yield _line(parts, widths)


def _printable(text: str) -> str:
    """A file speaks to a terminal in letters only."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _line(parts: Sequence[str], widths: Sequence[int]) -> str:
    return ("  " + "  ".join(f"{part:<{room}}" for part, room in zip(parts, widths, strict=True))).rstrip()


def _shown(side: CodedSide | None) -> str:
    if side is None:
        return _("not shown")
    word = {
        "minority": _("minority"),
        "majority": _("majority"),
        "little_agreement": _("little agreement"),
        "broad_agreement": _("broad agreement"),
        "shared": _("shared"),
    }[side.word]
    return _("%(word)s: %(count)s of %(answers)s agree") % {
        "word": word,
        "count": _code_words(side.agree.low, side.agree.high),
        "answers": side.answers,
    }


def _code_words(low: int, high: int) -> str:
    if low == high:
        return str(low)
    return _("at most %(n)s") % {"n": high} if low == 0 else _("at least %(n)s") % {"n": low}
