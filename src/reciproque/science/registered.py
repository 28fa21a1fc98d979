"""What is said of a measure: its name, unit and range, where it comes from and where it is explained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Measure:
    """`low` and `high` bound the values in `unit`, None when unbounded; `page` is a file of docs/measures/{en,fr}."""

    key: str
    name: str
    unit: str
    low: float | None
    high: float | None
    source: str
    reference: str
    page: str
    function: Callable[..., Any]
