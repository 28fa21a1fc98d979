"""Names of rows that are not the visitor's, in addresses: neighbours, other companies', random, malformed."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from attack.isolation_crawl import PARAMETER, Thing, kind_of, quiet, routes, visitor
from attack.isolation_world import World
from reciproque.app.shared.vocabulary import ALPHABET

ABSENT = "zzzzzzzzzzzz"
ABSENT_NUMBER = "987654321"
MALFORMED = (
    "0", "-1", "1", "999999999999", "null", "None", "undefined", "%00", "%0a", "..", "..%2f..", "*", "' or 1=1 --",
    "é" * 12, "a" * 300, "%F0%9F%94%91", "2" * 12 + " ", "true", "{{7*7}}", "%c0%ae",
)  # fmt: skip
DRAWN_ANEW = re.compile(rb'csrfmiddlewaretoken" value="[^"]*"|X-CSRFToken[^}]*|nonce-[\w-]+|name="next" value="[^"]*"')


@dataclass
class Probe:
    tried: int = 0
    reached: list[str] = field(default_factory=list)
    unlike: list[str] = field(default_factory=list)


def probe(world: World, who: str, everything: list[Thing], count: int, rng: random.Random) -> Probe:
    """So many addresses as one visitor; each must answer what an absent name answers, to the letter."""
    client, found, knows = visitor(world, who), Probe(), world.knows(who)
    doors = [route for _name, route in routes() if _named(route)]
    foreign = [one for one in everything if one.readers not in knows and not _known_otherwise(one)]
    own = [one for one in everything if one.readers in knows]
    absent: dict[tuple[str, str], tuple[int, bytes]] = {}
    while found.tried < count:
        route, method = rng.choice(doors), rng.choice(("GET", "POST"))
        asked, around = _places(route, own, rng)
        key = _key(route, asked, foreign, everything, rng)
        nobodys = _absent(route, asked)
        nobody = _address(route, {**around, asked: nobodys})
        if (nobody, method) not in absent:
            absent[nobody, method] = _answer(client, method, nobody, nobodys)
        _compare(found, client, method, _address(route, {**around, asked: key}), key, absent[nobody, method], who)
    return found


def _absent(route: str, parameter: str) -> str:
    """A name that no row has, of the shape that the address takes: a word for a number is no address at all."""
    return ABSENT_NUMBER if f"<int:{parameter}>" in route else ABSENT


def _named(route: str) -> list[str]:
    return [one for one in PARAMETER.findall(route) if kind_of(route, one)]


def _places(route: str, own: list[Thing], rng: random.Random) -> tuple[str, dict[str, str]]:
    """The parameter to lie about; the others name rows of the visitor's own."""
    names = _named(route)
    asked = rng.choice(names)
    around = {}
    for name in names:
        mine = [one.key for one in own if one.model is kind_of(route, name)]
        if name != asked and mine:
            around[name] = rng.choice(mine)
    return asked, around


def _known_otherwise(thing: Thing) -> bool:
    """The key of a keyholder's account is known to both sides; a registered page of it is not offered anyway."""
    return thing.readers in ("somebody", "nobody")


def _key(route: str, parameter: str, foreign: list[Thing], everything: list[Thing], rng: random.Random) -> str:
    """A name of the right kind that is somebody else's, half the time; else a neighbour, a random one or nonsense."""
    kind = kind_of(route, parameter)
    theirs = [one.key for one in foreign if one.model is kind]
    draw = rng.random()
    if draw < 0.5 and theirs:
        return rng.choice(theirs)
    if draw < 0.75:
        near = rng.choice([one.key for one in everything if one.model is kind] or [ABSENT])
        if near.isdigit():
            return str(int(near) + 1000)
        place = rng.randrange(len(near))
        return near[:place] + rng.choice([one for one in ALPHABET if one != near[place]]) + near[place + 1 :]
    if draw < 0.95 and "<int:" not in route:
        return "".join(rng.choices(ALPHABET, k=12))
    return rng.choice(MALFORMED)


def _address(route: str, keys: dict[str, str]) -> str:
    chosen = {"side": "client", "what": "step", **{name: quote(key, safe="%") for name, key in keys.items()}}
    return PARAMETER.sub(lambda found: chosen.get(found[1], _absent(route, found[1])), route)


def _answer(client: Client, method: str, address: str, key: str) -> tuple[int, bytes]:
    quiet()
    with transaction.atomic(), transaction.atomic(using="ballots"):
        response = client.generic(method, address)
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="ballots")
    return response.status_code, _plain(response, address, key)


def _plain(response: HttpResponse, address: str, key: str) -> bytes:
    """The page less what is drawn anew each time and less the name that was asked for."""
    body = DRAWN_ANEW.sub(b"", b"".join(response.streaming_content) if response.streaming else response.content)
    names = set() if key.isdigit() else {key, quote(key, safe="%"), escape(key)}  # a 2 stands in every page
    for word in {address, escape(address), *names}:
        body = body.replace(word.encode(), b"")
    return body


def _compare(
    found: Probe, client: Client, method: str, address: str, key: str, absent: tuple[int, bytes], who: str
) -> None:
    found.tried += 1
    status, body = _answer(client, method, address, key)
    nowhere = key in MALFORMED  # no address at all, or a name that nobody has
    if status not in (404, absent[0]) or (status == 404 and absent[0] not in (404, 405) and not nowhere):
        found.reached.append(f"{who} {method} {address}: {status}, absent {absent[0]}")
    elif (status, body) != absent and "/" not in key and not nowhere:
        found.unlike.append(f"{who} {method} {address}: {status} differs from absent {absent[0]}")
