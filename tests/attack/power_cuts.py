"""Power cuts from end to end: record, cut, go on."""

from __future__ import annotations

import shutil
from typing import Any

from attack import power
from attack.ground import SCRIPT, Ground, script


def cut_power(ground: Ground, cuts: int, rounds: int, *, unsynced: bool = False) -> dict[str, Any]:
    """What is lost, counted twice, damaged or stuck after power cuts at random moments of one collection."""
    origin = ground.fresh()
    before = origin.folder.with_name(f"{origin.folder.name}-before")
    shutil.copytree(origin.folder, before)
    trace = ground.folder / f"{origin.folder.name}.trace"
    command = power.python(SCRIPT, "before the cut", rounds, int(unsynced))
    power.record(command, trace, origin.environment)
    told = {"folder": str(origin.folder), "before": str(before), "trace": str(trace), "cuts": cuts}
    return script(ground.fresh(), "after the cut", said=told)
