"""One address cannot take the whole server: beyond its share it is told to wait, before anything of the product runs.

The share is time of a web process, so that a company behind one address loads a hundred small files as freely as one
page; a report that takes seconds counts little, so that whoever asks for it can go on.
Addresses are kept as keyed hashes, in this process's memory, for as long as they are among the last ten thousand.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from reciproque.app.shared.context import THIS_MACHINE, place_of

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

SHARE = 0.3
"""Seconds that one address may use per second, in each web process."""
AHEAD = 1.0
"""Seconds that it may use at once, after a pause."""
MOST = 0.25
"""What one request counts for at most."""
MOST_KNOWN = 10_000
SENTENCE = (
    "Trop de demandes viennent de votre réseau en même temps. Attendez quelques secondes, puis réessayez : rien de ce "
    "que vous avez envoyé avant n’est perdu.\n\n"
    "Too many requests come from your network at once. Wait a few seconds, then try again: nothing you sent before "
    "is lost.\n"
).encode()
HEADERS = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Content-Length", str(len(SENTENCE))),
    ("Retry-After", "5"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
]


class Shares:
    """What each address has used of its share lately."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._key, self._clock = secrets.token_bytes(32), clock
        self._used: OrderedDict[bytes, tuple[float, float]] = OrderedDict()
        self._one_at_a_time = threading.Lock()

    def is_used_up(self, place: str) -> bool:
        return self._add(place, 0.0) >= AHEAD

    def use(self, place: str, seconds: float) -> None:
        self._add(place, seconds)

    def _add(self, place: str, seconds: float) -> float:
        name, now = hmac.digest(self._key, place.encode(), "sha256"), self._clock()
        with self._one_at_a_time:
            used, then = self._used.pop(name, (0.0, now))
            used = max(used - (now - then) * SHARE, 0.0) + seconds
            self._used[name] = (used, now)
            if len(self._used) > MOST_KNOWN:
                self._used.popitem(last=False)
        return used


def fair(application: Application, *, proxies: int, shares: Shares | None = None) -> Application:
    """The application, held to the share of each address. Requests of this very machine are not counted."""
    kept = shares or Shares()

    def held(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        place = place_of(environ, proxies)
        if place == THIS_MACHINE:
            return application(environ, start_response)
        if kept.is_used_up(place):
            start_response("429 Too Many Requests", HEADERS)
            return [SENTENCE]
        started = time.perf_counter()
        try:
            return application(environ, start_response)
        finally:
            kept.use(place, min(time.perf_counter() - started, MOST))

    return held
