"""Clocks that jump by a day, days that are longer or shorter, leap days, servers set to other zones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product

from django.forms import ValidationError
from django.test import override_settings
from django.utils import formats, timezone, translation

import personas
import wave_steps
from attack.job_kills import JOBS
from attack.submissions import NotKept, Seeded, browser, hand_in, seed
from reciproque.app.shared import clock, worker
from reciproque.app.shared.models import ScheduledJob
from reciproque.app.survey.forms.waves import MomentField
from reciproque.app.survey.models import Wave

ZONES = ("Europe/Paris", "America/New_York", "Asia/Tokyo", "Pacific/Auckland", "UTC")
# The ends of summer time and of winter time in Paris, a leap day, the last minute of a year.
TYPED = ("2026-10-25T18:00", "2027-03-28T08:30", "2028-02-29T18:00", "2027-12-31T23:59")
# Hours that do not exist or exist twice in Paris.
NO_SUCH_HOUR = ("2027-03-28T02:30", "2026-10-25T02:30")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
JUMPS = (0, 1, 0, -1, 0, 1, 1, -1, 0, 0)


# ---------------------------------------------------------------- Deadlines as shown
def deadlines() -> dict[str, int]:
    """A day and an hour as typed into the form, in servers of several zones: kept to the minute, and shown as typed."""
    found: Counter[str] = Counter(tried=0, early=0, late=0, unlike=0)
    for zone, typed in product(ZONES, TYPED):
        with override_settings(TIME_ZONE=zone):
            found.update(_one_deadline(seed(10), typed))
    with override_settings(TIME_ZONE="Europe/Paris"):
        found["guessed"] = sum(_is_taken(typed) for typed in NO_SUCH_HOUR)
    return dict(found)


def _one_deadline(seeded: Seeded, typed: str) -> Mapping[str, int]:
    closes_at = MomentField().clean(typed)
    Wave.objects.filter(pk=seeded.wave_id).update(opens_at=closes_at - 10 * DAY, closes_at=closes_at)
    with clock.at(closes_at - MINUTE):
        unlike = not _shown(seeded.tokens[0], datetime.fromisoformat(typed))
        early = sum(not _accepted(token) for token in seeded.tokens)
        _run_jobs()
        early += Wave.objects.get(pk=seeded.wave_id).state != "collecting"
    with clock.at(closes_at):
        late = _accepted(seeded.tokens[0])
        _run_jobs()
        late += Wave.objects.get(pk=seeded.wave_id).state != "closed"
    return {"tried": 1, "early": early, "late": late, "unlike": unlike}


def _shown(token: str, typed: datetime) -> bool:
    person = browser()
    person.post("/r", {"token": token})
    with translation.override("fr"):
        words = formats.date_format(typed, "DATE_FORMAT"), formats.time_format(typed.time(), "TIME_FORMAT")
    page = person.get("/r/promise").text.replace("\u00a0", " ").replace("\u202f", " ")
    return all(word.replace("\u00a0", " ").replace("\u202f", " ") in page for word in words)


def _accepted(token: str) -> bool:
    try:
        return bool(hand_in(token))
    except NotKept:
        return False


def _is_taken(typed: str) -> bool:
    with suppress(ValidationError):
        MomentField().clean(typed)
        return True
    return False


def _run_jobs() -> None:
    worker.schedule(JOBS)
    worker.run_due([job for job in JOBS if job.name != "send mails"], worker.Turn(worker.new_holder(), lambda: False))


# ---------------------------------------------------------------- A clock that jumps
@dataclass(frozen=True)
class Waves:
    """One that opens in two days, one that closes in two days, one that closes in twelve hours."""

    sealed: int
    open: Seeded
    closing: Seeded

    def states(self) -> tuple[str, str, str]:
        known = dict(Wave.objects.values_list("pk", "state"))
        return known[self.sealed], known[self.open.wave_id], known[self.closing.wave_id]


def jumps() -> dict[str, int]:
    """The clock goes a day ahead, comes back, goes a day behind, again and again; the jobs run at each step."""
    start = clock.now()
    waves = _waves(start)
    found: Counter[str] = Counter(steps=0, early=0, reopened=0, refused=0, asleep=0)
    was_closed = False
    for step, jump in enumerate(JUMPS * 2):
        true = start + step * timedelta(minutes=20)
        with clock.at(true + jump * DAY):
            _run_jobs()
            sealed, collecting, closing = waves.states()
            found["early"] += (sealed != "sealing") + (collecting != "collecting")
            found["reopened"] += was_closed and closing != "closed"
            found["reopened"] += was_closed and _accepted(waves.closing.tokens[0])
            was_closed |= closing == "closed"
            found["refused"] += not _accepted(waves.open.tokens[step % 10])
        with clock.at(true):
            _run_jobs()
            found["asleep"] += sum(_sleeps(job) for job in JOBS if job.name != "send mails")
        found["steps"] += 1
    found["never closed"] = not was_closed
    return dict(found)


def _sleeps(job: worker.Job) -> bool:
    """The next turn of the job is further away than it may be."""
    latest = clock.now() + max(job.every, worker.LONGEST_WAIT) + worker.BEAT
    return ScheduledJob.objects.get(name=job.name).next_at > latest


def _waves(start: datetime) -> Waves:
    personas.functions()
    sealed = wave_steps.sealing_of(
        personas.cast(people=5), level=1, opens_at=start + 2 * DAY, closes_at=start + 9 * DAY
    )
    for name in ("client_sponsor", "supplier_sponsor"):
        sealed.seal(name)
    kept, closing = seed(10), seed(10)
    Wave.objects.filter(pk=kept.wave_id).update(closes_at=start + 2 * DAY, opens_at=start - 3 * DAY, grace_hours=500)
    Wave.objects.filter(pk=closing.wave_id).update(closes_at=start + DAY / 2, opens_at=start - 3 * DAY)
    for token in closing.tokens:
        hand_in(token)
    return Waves(sealed.wave.pk, kept, closing)


def moved() -> dict[str, dict[str, int]]:
    timezone.deactivate()
    return {"deadlines": deadlines(), "jumps": jumps()}
