"""The printed sealing record: the rules, the fingerprints of both keys, and seven lines to write the phrase on by hand.

The phrase itself is never an input of this module: a PDF is a file, and files are copied, synchronised and kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import typst

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class KeyOnRecord:
    """One company's key on the record; no fingerprint before it is sealed."""

    side: str
    company: str
    fingerprint: str
    accepted: str


@dataclass(frozen=True)
class SealingRecord:
    """Everything printed, already in the reader's language. An empty `holder` leaves out the lines for the phrase."""

    language: str
    title: str
    client: str
    supplier: str
    wave: str
    training: bool
    rules: tuple[str, ...]
    keys: tuple[KeyOnRecord, ...]
    holder: str
    company: str
    printed_on: str
    words: Mapping[str, str]


def render(record: SealingRecord) -> bytes:
    """One A4 page. User text only enters as data, never as markup."""
    pdf: bytes = typst.compile(  # type: ignore[misc]
        _template(),
        font_paths=[str(FOLDER / "fonts")],
        ignore_system_fonts=True,
        sys_inputs={"record": json.dumps(asdict(record), ensure_ascii=False)},
    )
    return pdf


@cache
def _template() -> bytes:
    return (FOLDER / "templates" / "sealing_record.typ").read_bytes()
