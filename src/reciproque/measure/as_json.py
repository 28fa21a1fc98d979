"""The results as JSON, as `schema.json` documents: points 0..100, null with a reason where nothing can be said."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from reciproque.measure.results import RAW, Extent, Relationship, Results, SideResult
from reciproque.measure.understood import Understood

SCHEMA = Path(__file__).parent / "schema.json"
INDENTED = 50  # relationships
DECIMALS = 6  # sums made in another order must not show
FORMAT = 1
OPTIONAL = frozenset(
    {"reason", "known", "shrunken_low", "shrunken_high", "composite", "linked", "group", "word", "values"}
)


def schema() -> str:
    return SCHEMA.read_text(encoding="utf-8")


def text(found: Results) -> str:
    out = io.StringIO()
    write(found, out)
    return out.getvalue()


def write(found: Results, out: TextIO) -> None:
    """One relationship after the other: a file may hold tens of thousands. Many are written one a line."""
    few = len(found.relationships) <= INDENTED
    opening = _dumped(_about(found), indent=True).removesuffix("\n}")
    out.write(f'{opening},\n  "relationships": [')
    for place, one in enumerate(found.relationships):
        body = _dumped(_relationship(one, found.mode), indent=few).replace("\n", "\n    ")
        out.write(f"{',' if place else ''}\n    {body}")
    closing = {"changes": [_plain(one) for one in found.changes]}
    if found.whole:
        closing["file"] = _plain(found.whole)
    out.write("\n  ],\n" if len(found.relationships) else "],\n")
    out.write(_dumped(closing, indent=True).removeprefix("{\n") + "\n")


def _dumped(value: object, *, indent: bool) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2 if indent else None, allow_nan=False)


def _about(found: Results) -> dict[str, Any]:
    """How the file was written (its separator, its layout) is not said: the same answers give the same document."""
    return {
        "format": FORMAT,
        "mode": found.mode,
        "instrument": _plain(found.instrument),
        "engine": found.engine,
        "understood": _understood(found.understood, found.extent, found.mode),
    }


def _understood(one: Understood, extent: Extent, mode: str) -> dict[str, Any]:
    """What was counted and refused. How many could not say, or what a refused cell holds, is for the owner only."""
    refused = [
        {"line": r.line, "column": r.column, "reason": r.code, **({"value": r.value} if mode == RAW else {})}
        for r in one.refused
    ]
    counted = {"answers": one.answers, "cannot_say": one.cannot_say} if mode == RAW else {}
    return {
        **_plain(extent),
        "people": one.people,
        **counted,
        "refused": one.refused_count,
        "refused_by_reason": dict(sorted(one.refused_by_reason.items())),
        "refused_first": refused,
    }


def _relationship(one: Relationship, mode: str) -> dict[str, Any]:
    found: dict[str, Any] = _plain(replace(one, sides={}))
    found["sides"] = {side: _side(result, mode) for side, result in one.sides.items()}
    if mode == RAW:
        for key in ("details", "dropped", "level"):
            del found[key]
    return found


def _side(one: SideResult, mode: str) -> dict[str, Any]:
    found: dict[str, Any] = _plain(one)
    for key in ("trend",) if mode == RAW else ("reliability", "agreement", "cannot_say"):
        del found[key]
    return found


def _plain(value: Any) -> Any:
    """Dataclasses as objects, numbers rounded, and never a NaN."""
    if isinstance(value, float):
        return round(value, DECIMALS) + 0.0 if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    pairs = ((name, getattr(value, name)) for name in value.__dataclass_fields__)
    return {name: _plain(one) for name, one in pairs if one is not None or name not in OPTIONAL}
