"""Checking a closed urn: is the list whole, true to the stored ballots, and the one that the log announced?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from reciproque.app.shared.models import AuditRecord
from reciproque.app.survey.urn import receipts, store
from reciproque.app.survey.urn.models import ShutUrn

if TYPE_CHECKING:
    from reciproque.app.survey.models import Wave


class Problem(StrEnum):
    """What can be wrong; `messages.PROBLEMS` says it in words."""

    NOT_CLOSED = "not_closed"
    NOT_SORTED = "not_sorted"
    REPEATED = "repeated"
    ROOT = "root"
    NUMBER = "number"
    MISSING = "missing"
    ADDED = "added"
    SIDES = "sides"
    NOT_DESTROYED = "not_destroyed"
    LOG = "log"


@dataclass(frozen=True)
class Verification:
    """The result. `recomputed` says whether stored ballots were still there to compare with."""

    listed: int
    client: int
    supplier: int
    root: str
    recomputed: bool
    problems: tuple[Problem, ...]

    @property
    def holds(self) -> bool:
        return not self.problems


def verify_wave(wave: Wave) -> Verification:
    """Check the list published by a wave: against itself, against the store, and against what the log announced."""
    found = verify_list(
        wave.pk,
        wave.receipts,
        root=wave.receipts_root,
        client=wave.ballots_client or 0,
        supplier=wave.ballots_supplier or 0,
    )
    return replace(found, problems=(*found.problems, *_of_the_log(wave)))


def verify_list(wave_id: int, listed: Sequence[str], *, root: str, client: int, supplier: int) -> Verification:
    stage = store.stage(wave_id)
    recomputed = stage == ShutUrn.Stage.MIXED
    problems = _of_the_list(listed, root, client + supplier)
    if recomputed:
        problems += _of_the_store(wave_id, listed, client, supplier)
    elif stage == ShutUrn.Stage.DESTROYED:
        problems += [Problem.NOT_DESTROYED] if sum(store.counts(wave_id).values()) else []
    else:
        problems.append(Problem.NOT_CLOSED)
    return Verification(len(listed), client, supplier, root, recomputed, tuple(problems))


def _of_the_list(listed: Sequence[str], root: str, ballots: int) -> list[Problem]:
    checks = (
        (Problem.NOT_SORTED, list(listed) != sorted(listed)),
        (Problem.REPEATED, len(set(listed)) != len(listed)),
        (Problem.ROOT, receipts.merkle_root(listed) != root),
        (Problem.NUMBER, len(listed) != ballots),
    )
    return [problem for problem, found in checks if found]


def _of_the_store(wave_id: int, listed: Sequence[str], client: int, supplier: int) -> list[Problem]:
    rows = store.ballots(wave_id)
    stored, published = Counter(map(receipts.receipt_of, rows)), Counter(listed)
    checks = (
        (Problem.MISSING, bool(published - stored)),
        (Problem.ADDED, bool(stored - published) or sum(store.counts(wave_id).values()) != len(rows)),
        (Problem.SIDES, Counter(row.side for row in rows) != Counter(client=client, supplier=supplier)),
    )
    return [problem for problem, found in checks if found]


def _of_the_log(wave: Wave) -> list[Problem]:
    """Ballots, list and fingerprint changed together agree with each other, not with the record of the closing."""
    published = {
        "wave": wave.key,
        "client": wave.ballots_client,
        "supplier": wave.ballots_supplier,
        "root": wave.receipts_root,
    }
    closings = AuditRecord.objects.filter(action="wave.closed", relationship_key=wave.relationship.key)
    announced = list(closings.filter(data__wave=wave.key).values_list("data", flat=True))
    return [] if announced == [published] else [Problem.LOG]
