"""The minutes of a workshop as a PDF: a pure rendering of their data, the same bytes for the same minutes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst

FOLDER = Path(__file__).parent


def render(document: Mapping[str, Any], words: Mapping[str, str], digest: str) -> bytes:
    """User text only enters as data, never as markup. No clock: a reprint is identical."""
    content = json.dumps({"minutes": document, "words": dict(words), "digest": digest}, ensure_ascii=False)
    pdf: bytes = typst.compile(  # type: ignore[misc]
        _template(),
        font_paths=[str(FOLDER / "fonts")],
        ignore_system_fonts=True,
        sys_inputs={"content": content},
        timestamp=0,
    )
    return pdf


@cache
def _template() -> bytes:
    return (FOLDER / "templates" / "minutes.typ").read_bytes()
