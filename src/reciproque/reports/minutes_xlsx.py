"""The minutes of a workshop as a spreadsheet: what was decided, what was voted on, who took part. Never a formula."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

SIDES = ("client", "supplier")
Minutes = Mapping[str, Any]
Words = Mapping[str, str]
Row = Sequence[str]
DATELESS = datetime(2000, 1, 1, tzinfo=UTC)  # the file says nothing of when it was made


def render(document: Minutes, words: Words, digest: str) -> bytes:
    import xlsxwriter  # 3 MB, which a server that writes no spreadsheet does without

    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": document["title"], "created": DATELESS})
        strong = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        for name, rows in _sheets(document, words, digest):
            _write(book, name, rows, strong, plain)
    return target.getvalue()


def _sheets(document: Minutes, words: Words, digest: str) -> list[tuple[str, list[Row]]]:
    return [
        (words["minutes"], _summary(document, words, digest)),
        (words["chosen"], _proposals(document, words)),
        (words["statements"], _statements(document, words)),
        (words["amendments"], [["", "", ""], *([a["name"], a["text"], a["answer"]] for a in document["amendments"])]),
    ]


def _summary(document: Minutes, words: Words, digest: str) -> list[Row]:
    rows: list[Row] = [
        [document["title"], f"{document['client']} ⇌ {document['supplier']}"],
        [words["held"], document["held"]],
        [words["facilitator"], document["facilitator"]],
        [words["frozen"] if digest else words["draft"], digest],
    ]
    rows += [[part["label"], part["text"]] for part in document["mandate"]]
    rows += [[document[side], ", ".join(document["participants"][side])] for side in SIDES]
    rows += [[row["subject"], f"{row['client']} / {row['supplier']}  {row['warning']}"] for row in document["equity"]]
    rows += [[words["themes"], theme] for theme in document["themes"]]
    return rows


def _proposals(document: Minutes, words: Words) -> list[Row]:
    names = ("from", "if", "promise", "proof", "owed_by", "first_step", "due_on")
    head = ["", *(words[name] for name in names), *(f"{words['owners']}, {document[side]}" for side in SIDES)]
    return [head] + [
        [
            one["state"],
            one["from"],
            one["condition"],
            one["action"],
            one["proof"],
            one["owed_by"],
            f"{one['first_step']} {one['first_step_by']}".strip(),
            one["due_on"],
            *(one["owners"][side] for side in SIDES),
        ]
        for one in document["proposals"]
    ]


def _statements(document: Minutes, words: Words) -> list[Row]:
    head = ["", "", document["client"], document["supplier"], words["again"]]
    return [head] + [
        [
            one["text"],
            one["result"]["sentence"] if one["result"] else words["not_shown"],
            *_sides(one["result"]),
            _moved(one["again"], document),
        ]
        for one in document["statements"]
    ]


def _sides(result: Mapping[str, Any] | None) -> list[str]:
    shown = {side["side"]: f"{side['word']}, {side['agree']}" for side in result["sides"]} if result else {}
    return [shown.get(side, "") for side in SIDES]


def _moved(again: Mapping[str, Any] | None, document: Minutes) -> str:
    """What is said of the second vote: a word per side, or why nothing is."""
    if not again:
        return ""
    return " ".join(f"{document[side['side']]} : {side['text']}" for side in again["sides"]) or str(again["sentence"])


def _write(book: Any, name: str, rows: Sequence[Row], strong: Any, plain: Any) -> None:
    page = book.add_worksheet(name.translate(str.maketrans("", "", "[]:*?/\\"))[:31])
    page.set_column(0, 0, 44)
    page.set_column(1, 9, 34)
    for line, row in enumerate(rows):
        for column, cell in enumerate(row):
            page.write_string(line, column, cell, strong if line == 0 or column == 0 else plain)
