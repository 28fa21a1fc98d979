"""How long the second phrase takes: decrypting, publishing and auditing 60 and 1,000 ballots.

python benchmarks/opening.py
"""

import os
import random
import tempfile
import time

os.environ |= {
    "RECIPROQUE_DATA": tempfile.mkdtemp(prefix="reciproque-bench-"),
    "DJANGO_SETTINGS_MODULE": "reciproque.config.settings",
}

import django

django.setup()

from datetime import timedelta

from django.utils import timezone

from reciproque import instruments
from reciproque.app.reading.actions import turn_key
from reciproque.app.shared import clock
from reciproque.cli.prepare import prepare
from reciproque.demo import campaign
from reciproque.demo.campaign import Someone, Stage

TARGETS = {60: 1.0, 1000: 10.0}
SIDES = ("client", "supplier")


def stage(size: int) -> Stage:
    companies = {side: campaign.company(f"{side} {size}") for side in SIDES}
    since = timezone.now() - timedelta(days=900)
    functions = ("purchasing", "production", "quality", "rd")
    crowd = [Someone("Person", f"{rank}", functions[rank % 4], f"p{rank}@{size}.example") for rank in range(size // 2)]
    people = {side: campaign.enter(companies[side], crowd, since) for side in SIDES}
    relation = campaign.relationship(companies["client"], companies["supplier"], is_demo=False)
    sponsors = {
        side: campaign.member(relation, email=f"{side}@{size}.example", name=side, role="sponsor", side=side)
        for side in SIDES
    }
    facilitator = campaign.member(relation, email=f"f@{size}.example", name="f", role="facilitator", side="neutral")
    return Stage(relation, sponsors, facilitator, people)


def opening_seconds(size: int) -> float:
    """Wall seconds of the call that opens both sides, the check of the phrase included."""
    chance = random.Random(size)
    play = stage(size)
    questions = instruments.parse(instruments.source()).questions_of("full")
    opens_at = timezone.now() - timedelta(days=30)
    closes_at = opens_at + timedelta(days=20)
    with clock.at(opens_at - timedelta(days=1)):
        wave = campaign.prepare(
            play, opens_at=opens_at, closes_at=closes_at, people=play.people, form="full", level=2, complete=True
        )
        phrases = campaign.seal(play, wave)
    campaign.start(wave, opens_at)
    with clock.at(opens_at + timedelta(days=1)):
        everybody = [person for side in SIDES for person in play.people[side]]
        campaign.collect(
            wave,
            {person.pk: ({q: chance.choice((3, 4, 5, 5, 6, 7, None)) for q in questions}, ()) for person in everybody},
        )
    campaign.close(wave, closes_at + timedelta(hours=1))
    turn_key(by=play.sponsor("client"), wave=wave, phrase=phrases["client"])
    started = time.perf_counter()
    turn_key(by=play.sponsor("supplier"), wave=wave, phrase=phrases["supplier"])
    return time.perf_counter() - started


def main() -> bool:
    prepare()
    reached = True
    for size, target in TARGETS.items():
        seconds = opening_seconds(size)
        reached &= seconds <= target
        print(
            f"{'opening ' + str(size) + ' ballots':44} target <= {target:5.1f} s    measured {seconds:6.2f} s"
            f"   load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
    return reached


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
