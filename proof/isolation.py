"""Isolation: nobody reaches what belongs to another company, to the other side, or to nobody.

Three companies in a row, A and B, B and C, and a fourth one apart; every text of theirs says who may read it. Measured:
each address, visitor and method against a table written by hand; all that each visitor can read, searched for marks of
others; names of rows that are not theirs, in addresses and in the fields of forms; forms without their token; headers
and cookies.
"""

from __future__ import annotations

import logging
import random
import sys
from collections import Counter
from collections.abc import Iterator

import scratch  # noqa: F401  (before anything of Django)
from claims import Claim, at_most, none_of, run

from attack import isolation_crawl as crawl
from attack import isolation_forms as forms
from attack import isolation_headers as headers
from attack import isolation_ids as ids
from attack import isolation_table as table
from attack.isolation_world import ACCOUNTS, KNOWS, World, in_process, world

SEED = 6


def prove(full: bool) -> Iterator[Claim]:
    logging.disable(logging.CRITICAL)
    in_process()
    made = world()
    crawl.requests_of_removal(made)
    everything = crawl.things(made)
    yield from _table(made)
    walks: list[crawl.Walk] = []
    yield from _marks(made, everything, walks, full)
    yield from _ids(made, everything, full)
    yield from _forms(made, everything, walks, full)
    yield from _around(made)


def _said(*words: object) -> None:
    print("isolation:", *words, file=sys.stderr, flush=True)


def _table(made: World) -> Iterator[Claim]:
    rows = list(table.lines())
    silent = sum(words is None for _name, _route, words in rows)
    yield none_of(
        "Every address of the product has an expected answer for every visitor", silent, len(rows), "addresses"
    )
    tried, found = table.differences(made, (*table.PAGES, *table.REFUSED_METHODS))
    for one in found[:20]:
        _said(one)
    unit = f"requests ({len(table.VISITORS)} kinds of visitor, {len(table.PAGES + table.REFUSED_METHODS)} methods)"
    yield none_of("Every address answers as the table says", len(found), tried, unit)


def _marks(made: World, everything: list[crawl.Thing], walks: list[crawl.Walk], full: bool) -> Iterator[Claim]:
    pages = leaks = keys = broken = documents = 0
    seen: set[tuple[str, str]] = set()
    for who in KNOWS:
        found = crawl.walk(made, who, everything, most=0 if full else 1, most_pages=20_000 if full else 450)
        walks.append(found)
        pages, documents, broken = pages + found.pages, documents + found.documents, broken + len(found.broken)
        leaks, keys, seen = leaks + len(found.leaks), keys + len(found.keys), seen | found.seen
        for one in [*found.leaks.items(), *found.keys.items(), *found.broken][:10]:
            _said(who, one)
    read = f"pages and {documents:,} documents read by {len(KNOWS)} visitors"
    yield none_of("A mark of another company or of the other side is read by somebody", leaks, pages, read)
    yield none_of("The public name of a row of somebody else stands in a page", keys, pages, "pages")
    yield none_of("A page fails", broken, pages, "pages")
    yield Claim(
        "Marks planted in the three companies that their readers find", "at least 80 %",
        f"{len(seen)} of {made.planted()}", len(seen) >= 0.8 * made.planted(),
    )  # fmt: skip
    letters, wrong = crawl.letters(made)
    yield none_of("A mail holds a mark that its recipient may not know", wrong, letters, "mails sent")


def _ids(made: World, everything: list[crawl.Thing], full: bool) -> Iterator[Claim]:
    each = 100_000 if full else 10_000
    tried, reached, unlike = 0, [], []
    roles = Counter(map(_role, ACCOUNTS))
    for who in ACCOUNTS:
        found = ids.probe(made, who, everything, -(-each // roles[_role(who)]), random.Random(f"{SEED} {who}"))
        tried, reached, unlike = tried + found.tried, reached + found.reached, unlike + found.unlike
    for one in [*reached, *unlike][:10]:
        _said(one)
    unit = f"addresses with neighbouring, foreign, random and malformed names ({each:,} for each of {len(roles)} roles)"
    yield none_of("An object of somebody else is reached by its name", len(reached), tried, unit)
    yield none_of("Absent and forbidden do not look the same", len(unlike), tried, "addresses")


def _role(visitor: str) -> str:
    """A facilitator employed by a company knows less than a neutral one: another role."""
    return visitor if visitor == "a_facilitator" else visitor.rpartition("_")[2]


def _forms(made: World, everything: list[crawl.Thing], walks: list[crawl.Walk], full: bool) -> Iterator[Claim]:
    found = forms.probe(made, walks, everything, random.Random(SEED), most=0 if full else 4)
    for one in found.written[:10]:
        _said(one)
    unit = (
        f"forms with a name that is not theirs in a field ({found.forms} forms, {found.taken} of them taken as filled)"
    )
    yield none_of(
        "Something is written by a form that names a row of somebody else", len(found.written), found.tried, unit
    )
    yield none_of("Such a form fails or shows something of somebody else", len(found.shown), found.tried, "forms")


BITS = {"invitation, workshop and key-person links": 128, "calendar addresses": 192, "session numbers": 165}


def _around(made: World) -> Iterator[Claim]:
    tried, taken = headers.without_token(made)
    yield none_of("A form is taken without its token", len(taken), tried, "forms sent")
    answered, loose = headers.loose_headers(made)
    for one in [*taken[:10], *headers.kinds_of_failure(loose)]:
        _said(one)
    yield none_of("An answer lacks a strict header (policy without inline code or frames, and six others)", len(loose),
                  answered, "answers")  # fmt: skip
    wrong = headers.wrong_over_https(headers.over_https())
    yield Claim(
        "Over https: strict transport for a year, every cookie Secure, HttpOnly, SameSite and __Host-", "0 faults",
        "; ".join(wrong) or "0", not wrong,
    )  # fmt: skip
    stale = headers.wrong_sessions(made)
    yield Claim(
        "Sessions: new number at sign-in, gone when one leaves, over after 30 minutes idle and 10 hours", "0 faults",
        "; ".join(stale) or "0", not stale,
    )  # fmt: skip
    for path, count in headers.guesses().items():
        yield at_most(f"Wrong guesses that one place may make in a minute at {path}", count, 10, "guesses")
    chance = 1_000_000 * 1_000 / 2 ** min(BITS.values())
    yield at_most("Chance that a million guesses find one of a thousand links (128 bits; computed)", chance, 1e-20, "")


if __name__ == "__main__":
    run(prove)
