"""Fairness (A3, A8): at no moment, and at no crash, does one side read a result that the other cannot.

1. A simulated wave, hour after hour, from the first answer to the opening: every role reads every address of the
   product (all exports included) with the keys of what exists. Results are the lines that both counterparts read once
   the wave is open and that neither read before; a request is one-sided when one of them reads such a line and the
   other does not.
2. Six things open for both companies at one minute: the opening of a wave, its closing, the joint view of a web, the
   votes of a workshop, its frozen minutes, a promise that counts; and the first key opens nothing. Each is killed at
   every SQL statement, commit and file operation, before and after it (one in three by default); then both sides read
   wherever a result would show, and the mails that tell both sponsors are there for both or for neither.
3. The same while it happens: people of both sides read without end, each in a process of its own, while the act is
   done in another. Late is a request begun after the other side had been given a result, and answered without.
"""

from __future__ import annotations

import logging
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import scratch  # first: it makes the data folder
from claims import Claim, none_of, run
from django.conf import settings
from django.db import connections
from django.utils import timezone

import personas
import wave_steps
from attack import fairness, minutes_apart
from attack.fairness import Act, Folder, Known, Told
from reciproque.app.reading.actions import turn_key
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.survey.models import OutboxMail

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.ALLOWED_HOSTS = ["testserver"]
settings.SECOND_FACTOR_REQUIRED = False
logging.disable(logging.WARNING)  # thousands of addresses are refused, as they should be
EVERYBODY = (*fairness.SIDED, *fairness.OTHERS)


@dataclass
class Hour:
    """What everybody read at one moment of the simulated life."""

    name: str
    view: fairness.View


def life(hours: int) -> Iterator[Claim]:
    """A wave read by everybody from its first hour to its opening."""
    cast = personas.cast(people=9)
    start = clock.now() - timedelta(minutes=1)
    last = timezone.localtime(start + timedelta(days=14))  # at ten: no midnight comes between closing and opening
    made = wave_steps.collecting(cast, opens_at=start, closes_at=last.replace(hour=10, minute=0, second=0))
    urls = fairness.readable(cast, fairness.addresses(minutes_apart.keys_of(cast, wave=made.wave.key)))
    seen = [Hour("first hour", fairness.view(cast, EVERYBODY, urls, start + timedelta(hours=1)))]
    reached = {role: [url for url in urls if seen[0].view[role][url] or "reading" in url] for role in EVERYBODY}
    waiting = [*made.invitations("client"), *made.invitations("supplier")]
    random.Random(4).shuffle(waiting)
    step = timedelta(days=14) / (hours + 1)
    for number in range(1, hours):
        moment = start + number * step
        with clock.at(moment):
            for invitation in waiting[: max(1, len(waiting) // (hours - number))]:
                made.answer(invitation, 1 + invitation % 7, (("O1", f"text {invitation}", "publish"),))
            del waiting[: max(1, len(waiting) // (hours - number))]
        seen.append(Hour(f"hour {number}", fairness.view(cast, EVERYBODY, reached, moment)))
    made.close()
    moment = made.wave.closes_at + timedelta(hours=1)
    seen.append(Hour("closed", fairness.view(cast, EVERYBODY, urls, moment)))
    for name in ("client_sponsor", "supplier_sponsor"):
        with clock.at(moment):
            turn_key(by=actor(made.account(name)), wave=made.wave, phrase=made.phrases[name])
        moment += timedelta(hours=1)
        seen.append(Hour(f"key of the {name}", fairness.view(cast, EVERYBODY, urls, moment)))
    yield from _told(seen, cast)


def _told(seen: list[Hour], cast: personas.Cast) -> Iterator[Claim]:
    *before, opened = seen
    closed = next(hour for hour in seen if hour.name == "closed")
    known = fairness.results(closed.view, opened.view)
    print(f"{len(known)} lines of results; alone at the end: {known.lone}", file=sys.stderr)
    asked = sum(len(urls) for hour in seen for urls in hour.view.values())
    one_sided = [f"{hour.name}: {one}" for hour in seen for one in _ahead_there(known, hour.view)]
    early = sum(_any_there(known, hour.view) for hour in before)
    print(one_sided[:5], file=sys.stderr)
    yield none_of("Requests that showed a result to one side only, from the first hour to the opening", len(one_sided),
                  asked, "requests")  # fmt: skip
    yield none_of("Results that anybody could read before the second key", early, asked, "requests")
    strangers = {role: opened.view[role] for role in ("outsider", "host_admin", "anonymous")}
    lines = frozenset().union(*(found for pair in known.of.values() for found in pair.values()))
    foreign = sum(bool(lines & there) for urls in strangers.values() for url, there in urls.items() if "reading" in url)
    yield none_of("Results shown to somebody without a seat", foreign, sum(map(len, strangers.values())), "requests")
    yield Claim("Addresses where both sides read a result in the end, the same lines (control)", "at least 12",
                f"{sum(map(len, known.of.values()))}", sum(map(len, known.of.values())) >= 12)  # fmt: skip
    yield none_of("Documents open to one counterpart alone in the end", len(known.lone), asked, "requests")
    seats = {seat.account_id: seat.side for seat in cast.relationship.memberships.exclude(side="neutral")}
    mails = list(OutboxMail.objects.filter(kind="opened").order_by("not_before", "id"))
    sides = [seats[mail.account_id] for mail in mails if mail.account_id in seats]
    in_turn = all(one != other for one, other in zip(sides[::2], sides[1::2], strict=True))
    fair = len(sides) == len(seats) and in_turn and len({mail.not_before for mail in mails}) == 1
    yield Claim("Mails “results are open”: all due at one moment, one of each side in turn", "yes",
                "yes" if fair else "no", fair)  # fmt: skip


def _ahead_there(known: fairness.Results, view: fairness.View) -> list[str]:
    return fairness.ahead(known, _filled(known, view))


def _any_there(known: fairness.Results, view: fairness.View) -> int:
    return fairness.seen_at_all(known, _filled(known, view))


def _filled(known: fairness.Results, view: fairness.View) -> fairness.View:
    """Addresses that were refused at the first hour and are not about results were not asked again: nothing there."""
    urls = known.urls()
    return {role: {url: view[role].get(url, frozenset()) for url in urls[role]} for role in urls}


def acts(every: int, rounds: int) -> Iterator[Claim]:
    crashes, races = list[Told](), list[Told]()
    for make in minutes_apart.acts():
        act = make()
        folder = Folder.keep(scratch.FOLDER)
        known = fairness.known_results(act, folder)
        crashes.append(_crashed(act, folder, known, every))
        if act.opens and act.name != "closing":
            races.append(fairness.raced(act, folder, known.results, rounds if act.name == "opening" else rounds // 3))
            print(_line("race", races[-1]), file=sys.stderr, flush=True)
        folder.put_back()
    for told in crashes:
        yield none_of(f"One-sided states after a crash: {told.name}", len(told.wrong), told.points, "crash points")
    opened = [told for told in crashes if told.name != "first key"]
    blind = [told.name for told in opened if not told.results]
    yield Claim("Each of these shows both sides something new (control)", "6 of 6", f"{6 - len(blind)}", not blind)
    late, asked = sum(len(told.wrong) for told in races), sum(told.requests for told in races)
    held = sum(told.points for told in races)
    yield none_of(f"Late answers while it happens, {held} times with readers on both sides", late, asked, "requests")


def _crashed(act: Act, folder: Folder, known: Known, every: int) -> Told:
    if not act.opens:
        assert len(known.results) == 0, "the first key shows the same new line to both sides"
    told = fairness.crashed(act, folder, known, every)
    print(_line("crash", told), file=sys.stderr, flush=True)
    return told


def _line(what: str, told: Told) -> str:
    numbers = f"{told.results} lines, {told.points} points, {told.states} states, {told.requests} requests"
    return f"{what}: {told.name}: {numbers}, {told.wrong[:3]} {told.lone[:4]}"


def prove(full: bool) -> Iterator[Claim]:
    personas.functions()
    assert connections["default"].vendor == "sqlite", "the folder is put back: files only"
    yield from acts(1 if full else 3, 30 if full else 9)
    yield from life(28 if full else 5)  # last: the threads of the reports made here are missed by a fork


if __name__ == "__main__":
    run(prove)
