"""A script: what an installation under load holds, and the two gestures that several processes race for.

    python load_world.py seed PEOPLE MAILED    prints one JSON object: waves, phrases, links, a session
    python load_world.py close WAVE            closes what is due, as if its last day were over
    python load_world.py open WAVE SIDE        turns a sponsor's key; the phrase is read from standard input
    python load_world.py state WAVE            prints one JSON object: what came of it
    python load_world.py mails                 prints how many mails are in which state

Data folder and databases come from the environment, as for the product.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reciproque.config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from reciproque import instruments  # noqa: E402
from reciproque.app.directory.models import Membership  # noqa: E402
from reciproque.app.reading.actions import turn_key  # noqa: E402
from reciproque.app.reading.models import Publication  # noqa: E402
from reciproque.app.shared import clock  # noqa: E402
from reciproque.app.shared.audit import SYSTEM, actor  # noqa: E402
from reciproque.app.shared.errors import Refused  # noqa: E402
from reciproque.app.shared.models import AuditRecord  # noqa: E402
from reciproque.app.survey.actions import closing, invitations  # noqa: E402
from reciproque.app.survey.models import OutboxMail, Wave  # noqa: E402
from reciproque.app.survey.urn import collect, store  # noqa: E402
from reciproque.demo import campaign  # noqa: E402
from reciproque.demo.campaign import Someone, Stage  # noqa: E402

SIDES = ("client", "supplier")
FUNCTIONS = ("purchasing", "production", "quality", "rd")


def stage(name: str, people: int) -> Stage:
    companies = {side: campaign.company(f"{side} {name}") for side in SIDES}
    since = clock.now() - timedelta(days=900)
    crowd = {
        side: [
            Someone("Person", f"{rank}", FUNCTIONS[rank % 4], f"person{rank}@{side}-{name}.test")
            for rank in range(people // 2)
        ]
        for side in SIDES
    }
    entered = {side: campaign.enter(companies[side], crowd[side], since) for side in SIDES}
    relation = campaign.relationship(companies["client"], companies["supplier"], is_demo=False)
    sponsors = {
        side: campaign.member(relation, email=f"sponsor@{side}-{name}.test", name=side, role="sponsor", side=side)
        for side in SIDES
    }
    facilitator = campaign.member(relation, email=f"f@{name}.test", name="f", role="facilitator", side="neutral")
    return Stage(relation, sponsors, facilitator, entered)


def collecting(play: Stage, *, days: int = 20, ago: int = 0) -> tuple[Wave, dict[str, str]]:
    opens_at = clock.now() - timedelta(days=ago)
    with clock.at(opens_at - timedelta(days=1)):
        wave = campaign.prepare(
            play, opens_at=opens_at, closes_at=opens_at + timedelta(days=days), people=play.people, form="full",
            level=2, complete=True,
        )  # fmt: skip
        phrases = campaign.seal(play, wave)
    campaign.start(wave, opens_at + timedelta(seconds=1))
    assert wave.state == "collecting"
    return wave, phrases


def opened() -> tuple[str, str]:
    """The wave whose report is read while others answer, and the cookie of somebody who may read it."""
    play = stage("read", 40)
    wave, phrases = collecting(play, ago=30)
    chance, questions = random.Random(1), instruments.parse(wave.instrument_text).questions_of(wave.form)
    with clock.at(wave.opens_at + timedelta(days=1)):
        everybody = [person for side in SIDES for person in play.people[side]]
        campaign.collect(wave, {one.pk: ({code: chance.randint(3, 7) for code in questions}, ()) for one in everybody})
    campaign.close(wave, wave.closes_at + timedelta(hours=1))
    campaign.open_both(play, wave, phrases, wave.closes_at + timedelta(hours=2))
    reader = campaign.member(
        play.relationship, email="reader@client-read.test", name="reader", role="member", side="client"
    )
    browser = Client()
    browser.force_login(reader, settings.AUTHENTICATION_BACKENDS[0])
    return wave.key, browser.cookies[settings.SESSION_COOKIE_NAME].value


def seed(people: int, mailed: int) -> dict[str, object]:
    from reciproque.cli.prepare import prepare

    prepare()
    report, session = opened()
    wave, phrases = collecting(stage("load", people))
    invited, their_phrases = collecting(stage("mail", mailed))
    Wave.objects.filter(pk=invited.pk).update(links_by_hand=False)
    invited.refresh_from_db()
    invitations.queue_invitations(by=SYSTEM, wave=invited)
    return {
        "report": report,
        "session": session,
        "large": {"wave": wave.pk, "phrases": phrases, "tokens": tokens(wave)},
        "small": {"wave": invited.pk, "phrases": their_phrases, "tokens": tokens(invited)},
    }


def tokens(wave: Wave) -> list[str]:
    return [collect.invitation_token(wave.pk, one) for one in wave.invitations.values_list("pk", flat=True)]


def at_the_same_moment() -> None:
    """Wait for the second that the environment names, so that several processes start together."""
    time.sleep(max(float(os.environ.get("START_AT", "0")) - time.time(), 0))


def close(wave_id: int) -> dict[str, object]:
    wave = Wave.objects.get(pk=wave_id)
    at_the_same_moment()
    with clock.at(wave.closes_at + timedelta(minutes=1)):
        return {"closed": closing.close_due()}


def turn(wave_id: int, side: str) -> dict[str, object]:
    wave = Wave.objects.get(pk=wave_id)
    sponsor = Membership.objects.get(relationship=wave.relationship, role="sponsor", side=side).account
    phrase = sys.stdin.readline().strip()
    at_the_same_moment()
    with clock.at(wave.closes_at + timedelta(hours=2)):
        started = time.perf_counter()
        try:
            said = turn_key(by=actor(sponsor), wave=wave, phrase=phrase)
        except Refused as refusal:
            said = f"refused: {refusal}"
    return {"said": said, "seconds": time.perf_counter() - started}


def state(wave_id: int) -> dict[str, object]:
    wave = Wave.objects.get(pk=wave_id)
    log = AuditRecord.objects.filter(data__wave=wave.key)
    return {
        "state": wave.state,
        "receipts": list(wave.receipts),
        "ballots": sum(store.counts(wave_id).values()),
        "answered": wave.invitations.filter(answered=True).count(),
        "closings": log.filter(action="wave.closed").count(),
        "openings": log.filter(action="wave.opened").count(),
        "publications": Publication.objects.filter(wave=wave).count(),
    }


def mails() -> dict[str, object]:
    rows = OutboxMail.objects.filter(kind="invitation").values_list("state", flat=True)
    return {name: list(rows).count(name) for name in set(rows)}


if __name__ == "__main__":
    acts = {"seed": seed, "close": close, "open": turn, "state": state, "mails": mails}
    words = [int(word) if word.isdecimal() else word for word in sys.argv[2:]]
    print(json.dumps(acts[sys.argv[1]](*words)))
