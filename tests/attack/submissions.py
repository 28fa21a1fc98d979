"""A wave that collects, people who hand in their answers, and the count of what was kept at the end.

For a process of its own, on a throw-away data folder: children are forked, killed, and forked again.
"""

from __future__ import annotations

import itertools
import os
import re
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connections
from django.test import Client

import personas
import wave_steps
from reciproque.app.shared import clock
from reciproque.app.survey.actions import closing
from reciproque.app.survey.models import Invitation, Wave
from reciproque.app.survey.urn import collect, verify

places = itertools.count(1)
RECEIPT = re.compile(r"<span>([A-Z0-9]{4})</span>")


class NotKept(Exception):
    """The answers were not acknowledged; `status` and `page` are what the person saw."""

    def __init__(self, status: int, page: str = "") -> None:
        super().__init__(f"status {status}")
        self.status, self.page = status, page


@dataclass(frozen=True)
class Seeded:
    """A wave and the link of each of its people."""

    wave_id: int
    tokens: tuple[str, ...]


@dataclass(frozen=True)
class Count:
    """What was acknowledged, against what the published list says."""

    people: int
    lost: int
    twice: int
    missing: int
    holds: bool

    @property
    def right(self) -> bool:
        return not (self.lost or self.twice or self.missing) and self.holds


def seed(people: int, language: str = "fr") -> Seeded:
    """Half of them on each side."""
    personas.functions()
    made = wave_steps.collecting(personas.cast(people=people // 2), level=1, languages=("fr", "en"))
    ids = Invitation.objects.filter(wave=made.wave).order_by("id").values_list("id", flat=True)
    Invitation.objects.filter(wave=made.wave).update(language=language)
    return Seeded(made.wave.pk, tuple(collect.invitation_token(made.wave.pk, each) for each in ids))


def browser() -> Client:
    """Of somebody elsewhere each time: wrong links from one place are soon refused, which is not what is tried here."""
    number = next(places)
    place = f"2001:db8:{number >> 16:x}:{number & 0xFFFF:x}::1"  # a network each: its addresses are one place
    return Client(raise_request_exception=False, headers={"host": "127.0.0.1"}, REMOTE_ADDR=place)


def hand_in(token: str, score: int = 5, text: str = "Ordinary words.") -> str:
    """From the link to the receipt, through every layer of the product but the sockets."""
    person = browser()
    entered = person.post("/r", {"token": token})
    if entered.status_code != 302:
        raise NotKept(entered.status_code, entered.text)
    answers = {f"F{number}": str(score) for number in range(1, 4)} | {"O1": text, "O1-reader": "reword"}
    handed = person.post("/r/hand-in", answers)
    if (handed.status_code, handed.headers.get("Location")) != (302, "/r/receipt"):
        raise NotKept(handed.status_code, handed.text)
    return receipt_in(person.get("/r/receipt").text)


def receipt_in(page: str) -> str:
    shown = "".join(RECEIPT.findall(page))
    if not shown:
        raise NotKept(200, page)
    return shown


def count(seeded: Seeded, acknowledged: Mapping[str, str]) -> Count:
    """Close the wave; each person's last acknowledged receipt must be in the list, once, and nobody else's."""
    wave = Wave.objects.get(pk=seeded.wave_id)
    with clock.at(wave.closes_at + timedelta(minutes=1)):
        closing.close_due()
    wave.refresh_from_db()
    listed = list(wave.receipts)
    return Count(
        people=len(acknowledged),
        lost=sum(receipt not in listed for receipt in acknowledged.values()),
        twice=max(0, len(listed) - len(acknowledged)),
        missing=max(0, len(acknowledged) - len(listed)),
        holds=wave.state == "closed" and verify.verify_wave(wave).holds,
    )


# ---------------------------------------------------------------- Children
def drop_connections() -> None:
    """A fork must not share the sockets nor the files of its parent."""
    for connection in connections.all():
        connection.close()
        if connection.vendor == "postgresql":
            connection.close_pool()


@contextmanager
def child(work: Callable[[int], None]) -> Iterator[tuple[int, int]]:
    """Run `work(pipe)` in a fork, killed at the end of the block; gives its process id and where to read the pipe."""
    drop_connections()
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        try:
            work(write)
        finally:
            os._exit(0)
    os.close(write)
    try:
        yield pid, read
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(read)


def data_folder() -> str:
    return str(settings.DATA_DIR)
