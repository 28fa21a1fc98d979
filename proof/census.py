"""The census: everything that each visitor can fetch about waves, workshops and promises, and what it depends on.

Two waves with functions, classes and texts, a small wave, a wave in words, one that collects, one that is closed, a
workshop with its minutes, promises and mails are made through the product. Ten accounts and a passer-by fetch all they
can reach: pages, PDF, spreadsheets, CSV, JSON, calendars. Then

- what is left of answers besides published figures is changed, and nothing that anybody can fetch may move, not a
  byte: whatever is shown follows from published figures (`reciproque facts`) or does not depend on answers;
- published figures are changed, and pages must follow (a census that compares nothing would not see it);
- others answer a wave that collects, and only the counters of `COUNTERS` may move, for those who may read them;
- each number of a page, a document or a mail is a fact, follows from facts by the arithmetic of the product, is a
  counter, or belongs to the rules, the form, dates and pages. Small numbers are told apart by the first two checks
  only: here 7 may be a point of the scale as well as a figure;
- drawings are read back: each place is a number written beside it, or the sum of two.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator

import scratch  # noqa: F401 - first: a data folder of its own
from claims import Claim, none_of, run
from django.conf import settings

from attack import census, census_world
from attack.census import Document
from attack.census_world import World
from reciproque.app.reading.facts import facts
from reciproque.app.reading.models import Publication
from reciproque.app.shared import clock
from reciproque.app.survey.actions.closing import purge_due

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.ALLOWED_HOSTS = ["testserver"]
settings.SECOND_FACTOR_REQUIRED = False
settings.SESSION_IDLE_SECONDS = 86_400  # the clock of the machine, and a crawl may take long
logging.disable(logging.CRITICAL)

# What is no published figure and yet depends on who answered, who may read it, and why it is harmless.
COUNTERS = {
    "ballots of a side while answers come in": "neutral facilitator: how many, never who, to help the wave along",
    "ballots of a side once closed": "everybody on it: published with the receipts, so that each can count them",
    "people invited on a side": "everybody on it: the list itself is open to its own side",
    "mails of a wave, by state": "facilitator: invitations and reminders go to all alike, whoever answered",
    "texts shown": "everybody on it: the same number on both sides, five at least",
    "records in the log": "everybody on it: answering leaves none",
    "people, votes and statements of a workshop": "its people: how many took part, never who said what",
}
Fetched = dict[str, dict[str, Document]]


def everything(made: World) -> Fetched:
    found = {}
    for who, visitor in made.visitors.items():
        found[who] = census.documents(made, visitor)
        print(f"{who}: {len(found[who])} documents", file=sys.stderr, flush=True)
    return found


def moved(before: Fetched, after: Fetched) -> list[tuple[str, str]]:
    return [(who, address) for who in before for address in census.differences(before[who], after[who])]


def counted(fetched: Fetched) -> int:
    return sum(len(documents) for documents in fetched.values())


def before_opening(made: World, before: Fetched) -> Iterator[Claim]:
    """Others answer the wave that collects."""
    wave = made.waves["collecting"].key
    mine = {who: {a: d for a, d in found.items() if a in _of(wave) or a == "/"} for who, found in before.items()}
    census_world.disturb_collection(made)
    again = {who: census.refetched(made, made.visitors[who], list(found)) for who, found in mine.items()}
    for who, found in again.items():
        before[who] |= found
    changed = moved(mine, again)
    others = [who for who, _ in changed if who != "facilitator"]
    yield none_of(
        "Documents that say, while a wave collects, how many or what others answered, but to a neutral facilitator",
        len(others),
        counted(mine),
        "documents",
    )
    yield Claim(
        "The neutral facilitator reads numbers of ballots (control)", "1 page or more", f"{len(changed)}", bool(changed)
    )


def _of(wave: str) -> set[str]:
    pages = ("", "people/", "receipts/", "outbox/", "settings/", "record/", "open/", "limits/", "texts/")
    return {f"/{kind}/waves/{wave}/{page}" for kind in ("survey", "reading") for page in pages}


def after_opening(made: World, before: Fetched) -> Iterator[Claim]:
    answers, votes = census_world.disturb_answers(made), census_world.disturb_votes(made)
    changed = moved(before, everything(made))
    yield none_of(
        "Documents of anybody that change with what is left of answers and votes, published figures aside",
        len(changed),
        counted(before) if answers and votes else 0,
        "documents",
    )
    for one in changed[:9]:
        print("moved:", *one, file=sys.stderr)
    census_world.disturb_figures(made)
    some = {who: made.visitors[who] for who in ("client_member", "supplier_member", "facilitator", "observer")}
    pages = [f"/reading/waves/{made.waves[name].key}/" for name in ("first", "second", "few")]
    read = {
        who: census.refetched(made, visitor, [a for a in pages if a in before[who]]) for who, visitor in some.items()
    }
    kept = {who: {address: before[who][address] for address in found} for who, found in read.items()}
    follow, shown = len(moved(kept, read)), counted(kept)
    claim = "Pages of an opened wave that follow when its published figures change (control)"
    yield Claim(claim, f"{shown} of {shown}", f"{follow}", follow == shown > 0)


def numbers(made: World, fetched: Fetched) -> Iterator[Claim]:
    known = census.told(Publication.objects.all()) | census.RULES | census.counters(made)
    tried, strange = 0, []
    for who, documents in fetched.items():
        for address, document in documents.items():
            if census.READ.match(address):
                tried += len(census.numbers_of(document.text))
                strange += [(who, address, n) for n in census.unexplained(document, known)]
    for parcel in made.mails:
        tried += len(census.numbers_of(parcel.text))
        letter = Document(f"mail {parcel.subject}", "text/plain", parcel.text.encode())
        strange += [("mail", letter.address, n) for n in census.unexplained(letter, known)]
    for one in strange[:9]:
        print("unexplained:", *one, file=sys.stderr)
    yield none_of(
        "Numbers on a page, in a document or a mail that are no fact and no counter", len(strange), tried, "numbers"
    )
    yield Claim("Counters that are no published figure", "at most 10", f"{len(COUNTERS)}", len(COUNTERS) <= 10)
    drawings = [c for documents in fetched.values() for d in documents.values() for c in census.charts(d.html)]
    finer = sum(bool(census.unwritten_places(chart)) for chart in drawings)
    yield none_of("Drawings with a place finer than the numbers written beside it", finer, len(drawings), "drawings")


def same_facts(made: World) -> Iterator[Claim]:
    """What the command tells is what is stored, for every role."""
    roles = ("client-member", "supplier-member", "sponsor-client", "sponsor-supplier")
    unlike = tried = 0
    for name in census_world.OPENED:
        wave = made.waves[name]
        figures = Publication.objects.filter(wave__relationship=wave.relationship, wave__number__lte=wave.number)
        stored = sum(publication.figures.count() for publication in figures)
        dumps = [[f for f in facts(wave, role)["facts"] if f["kind"] != "text"] for role in roles]
        tried += len(dumps)
        unlike += sum(dump != dumps[0] or len(dump) != stored for dump in dumps)
    yield none_of("Dumps of facts that are not the whole table of published figures", unlike, tried, "dumps")


def prove(full: bool) -> Iterator[Claim]:
    made = census_world.world()
    before = everything(made)
    yield from numbers(made, before)
    yield from same_facts(made)
    yield from before_opening(made, before)
    yield from after_opening(made, before)
    if full:
        with clock.at(made.moment):
            purge_due()
        purged = everything(made)
        changed = counted(purged)
        census_world.disturb_answers(made)
        again = moved(purged, everything(made))
        yield none_of(
            "After the purge, documents that change with what is left of answers", len(again), changed, "documents"
        )


if __name__ == "__main__":
    run(prove)
