"""Keys, receipts and the log (A9, A10): one company's key reads nothing, every change is refused or noticed.

1. Campaigns of 5 to 12 people, each under keys of its own. A thief holds one company's private half, every stored row
   and every file of the secrets folder (lock and wave secret included), while answers come in, once closed, and after
   that company turned its key. The thief's code is in tests/attack/keys.py; with both halves it reads every byte.
2. Bits are changed, one at a time, in each box, in a body, in the lock, in a private half as it is stored, in the file
   that waits between the two keys; parts of ballots are exchanged. Anything but a plain refusal counts as accepted.
3. On a closed wave each ballot is dropped, replaced, repeated, bent, carried over; the list and its numbers altered;
   the same is done again with everything else made to agree. Noticed means: by `reciproque urn verify`, by the page of
   the list, and by each respondent who checks a receipt, all three.
4. Every line of a real log is altered in every field, deleted, inserted, repeated, exchanged; and the log is written
   again from each line on, or cut there, by somebody who makes every later hash again: found against the last mail.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from itertools import chain

import scratch  # noqa: F401 - first: it makes the data folder
from claims import Claim, none_of, run
from django.conf import settings

import personas
import wave_steps
from attack import cooking, keys
from reciproque.app.shared import audit, clock
from reciproque.app.shared.audit import SYSTEM, record
from reciproque.app.shared.models import AuditRecord
from reciproque.app.survey.actions.invitations import queue_log_heads
from reciproque.app.survey.models import OutboxMail
from reciproque.app.survey.urn import lock, receipts, store
from reciproque.app.survey.urn.models import SealedBallot

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.ALLOWED_HOSTS = ["testserver"]
settings.SECOND_FACTOR_REQUIRED = False
CAMPAIGNS = 1000
EVERY_BIT = 7  # one bit in seven reaches every byte; all of them with --full


def one_key(campaigns: int) -> Iterator[Claim]:
    chance, read, control, tried = random.Random(9), 0, 0, 0
    for number in range(1, campaigns + 1):
        urn = keys.campaign(100_000 + number, chance.randint(5, 12))
        side = keys.SIDES[number % 2]
        read += keys.bytes_opened(keys.loot_of(urn, side))
        urn.close()
        urn.turn(side)
        read += keys.bytes_opened(keys.loot_of(urn, side))
        tried += 2 * urn.people
        if number % 50 == 0:
            print(f"{number} campaigns", file=sys.stderr, flush=True)
            control += keys.bytes_opened(keys.loot_of(urn, *keys.SIDES)) == 4096 * urn.people
        keys.forget(urn)
    yield none_of(f"Bytes read with one key and all that is stored, {campaigns:,} campaigns", read, tried, "ballots")
    several = campaigns // 50
    yield Claim("The same thief with both keys reads every ballot (control)", f"{several} of {several}", f"{control}",
                control == several)  # fmt: skip


def bits(every: int) -> Iterator[Claim]:
    urn = keys.campaign(900_001, 6)
    urn.close()
    rows, shut_with = store.ballots(urn.wave_id), lock.read(settings.SECRETS_DIR, urn.wave_id)
    yield _refused("a ballot or its lock", keys.bent_ballots(urn, rows[0], shut_with, every))
    yield _refused("a half under its phrase", keys.bent_half(urn.client, "one two three", min(every, 3)))
    yield _refused("the file between the two keys", [keys.bent_shares(urn, every), keys.cut_shares(urn)])
    moved = keys.moved_ballots(urn, rows, shut_with)
    yield none_of("Ballots made of parts of others accepted", moved.accepted, moved.tried, "mixtures")


def _refused(what: str, tried: object) -> Claim:
    found = list(tried)  # type: ignore[call-overload]
    accepted, number = sum(one.accepted for one in found), sum(one.tried for one in found)
    return none_of(f"Changed bits not refused in {what}", accepted, number, "changes")


def cooked(ballots: int) -> Iterator[Claim]:
    made = wave_steps.closed(personas.cast(people=6))
    wave, reader = made.wave, made.cast.supplier_member
    handed_out = [receipts.receipt_of(row) for row in store.ballots(wave.pk)]
    rows = list(SealedBallot.objects.filter(wave_id=wave.pk))[:ballots]
    silent = cooking.whoever_notices(wave, ("nothing", lambda: None), reader, handed_out)
    honest = not (silent.command or silent.page) and all(map(cooking.check_holds, handed_out))
    yield Claim("An urn that nobody touched holds for all three", "yes", "yes" if honest else "no", honest)
    of_the_store = list(cooking.of_the_store(wave, rows))
    agreeing = [cooking.made_to_agree(wave, way) for way in of_the_store if "slot" not in way[0]]
    lots = {
        "in the ballots": of_the_store,
        "in the list": list(cooking.of_the_list(wave, rows)),
        "in the ballots, list and numbers made to agree": agreeing,
    }
    for where, ways in lots.items():
        seen = [cooking.whoever_notices(wave, way, reader, handed_out) for way in ways]
        missed = [one.way for one in seen if not one.everywhere]
        print(where, missed[:5], file=sys.stderr, flush=True)
        yield none_of(f"Changes {where} that one of the three does not notice", len(missed), len(seen), "changes")


def log(step: int) -> Iterator[Claim]:
    for _ in range(8):
        wave_steps.collecting(personas.cast(people=5))
    with clock.at(clock.now().replace(hour=10)):
        queue_log_heads()
    mailed = OutboxMail.objects.filter(kind="log_head").order_by("-pk").first().data
    rows = list(AuditRecord.objects.all())
    head, missed, tried = rows[-1].hash, [], 0
    for place in range(len(rows)):
        for name, told in cooking.of_the_log(rows, place):
            tried += 1
            missed += [(place, name)] if audit.verify(told, head_hash=head) is None else []
    print(missed[:5], file=sys.stderr)
    yield none_of(f"Changes to a log of {len(rows)} lines not found", len(missed), tried, "changes")
    with cooking.transaction.atomic():
        record(by=SYSTEM, action="wave.created", subject="Later", audience="both")
    rows = list(AuditRecord.objects.all())
    for cut in (False, True):
        found = [_found_by_mail(rows, place, mailed["hash"], cut=cut) for place in range(0, mailed["sequence"], step)]
        how = "cut" if cut else "written again with every later hash"
        claim = f"A log {how}, not found against the head mailed last"
        yield none_of(claim, found.count(False), len(found), "places")


def _found_by_mail(rows: list[AuditRecord], place: int, head: str, *, cut: bool) -> bool:
    with cooking.stored_log(cooking.rewritten(rows, place, cut=cut)):
        assert cooking.log_holds(), "without the mail it would hold: the forger did the whole work"
        return not cooking.log_holds(head)


def prove(full: bool) -> Iterator[Claim]:
    personas.functions()
    return chain(cooked(12 if full else 4), log(1 if full else 5), bits(1 if full else EVERY_BIT), one_key(CAMPAIGNS))


if __name__ == "__main__":
    run(prove)
