"""The detectors of the storage proof find what is planted: answers in any spelling, an order, a link, a log line."""

from __future__ import annotations

import base64
import gzip
import json
import random
import zlib
from itertools import chain
from urllib.parse import urlencode

import pytest

from attack import order, storage
from attack.house import AGENT, House
from attack.order import Observed
from attack.storage import Needles

CODES = [f"{letter}{number}" for letter in "FCIBDATN" for number in range(1, 5)]


def answers(seed: int) -> dict[str, int]:
    chance = random.Random(seed)
    return {code: chance.randint(1, 7) for code in CODES}


def spelled(given: dict[str, int]) -> dict[str, bytes]:
    texts = {code: str(point) for code, point in given.items()}
    whole = json.dumps(given).encode()
    return {
        "json": whole,
        "compact": json.dumps(given, separators=(",", ":")).encode(),
        "sorted": json.dumps(given, sort_keys=True).encode(),
        "form": urlencode(given).encode(),
        "python": repr(texts).encode(),
        "numbers": repr(list(given.values())).encode(),
        "bytes": b"head" + bytes(given.values()),
        "base 64": b"x" + base64.b64encode(b"12" + json.dumps(given, separators=(",", ":")).encode()),
        "gzip": gzip.compress(whole),
        "session": b"." + base64.urlsafe_b64encode(zlib.compress(whole)),
    }


@pytest.mark.parametrize("form", list(spelled(answers(1))))
def test_answers_are_found_however_they_are_written_and_nobody_elses(tmp_path, form):
    needles = Needles()
    needles.add("answers", storage.of_answers(answers(1)))
    (tmp_path / "mine").write_bytes(
        b"\0" * 99 + spelled(answers(1))[form] if form != "gzip" else spelled(answers(1))[form]
    )
    (tmp_path / "theirs").write_bytes(spelled(answers(2))[form])
    read, hits = storage.sweep(needles, storage.files_under(tmp_path), tmp_path)
    assert read == 2
    assert {hit.place for hit in hits} == {"mine"}


@pytest.mark.parametrize(
    "written",
    [
        b"canary-hidden-client-1",
        b"Y2FuYXJ5LWhpZGRlbi1jbGllbnQtMQ==",
        b"63616e6172792d68696464656e2d",
        "canary-hidden-".encode("utf-16-le"),
    ],
)
def test_a_text_is_found(written):
    needles = Needles()
    needles.add("texts", storage.of_a_text("canary-hidden-"))
    assert needles.sought_in(b"before " + written + b" after", "there")


def test_a_phrase_is_found_by_four_of_its_words():
    needles = Needles()
    needles.add("phrases", storage.of_a_phrase("un deux trois quatre cinq six sept"))
    for written in (
        b"phrase=deux+trois+quatre+cinq&",
        b'["quatre", "cinq", "six", "sept"]',
        b"<li>un</li><li>deux</li><li>trois</li><li>quatre",
    ):
        assert needles.sought_in(written, "there")
    assert not needles.sought_in(b"un deux trois", "there")


def test_a_line_about_a_respondent_is_seen_in_a_log():
    own = "http://127.0.0.1:8000"
    quiet = f"Served on {own}\nWARNING django.request: Not Found: /reading/waves/x/\n".encode()
    assert storage.said_of_respondents(quiet, own, AGENT) == []
    for line in (b"GET /r/receipt 200", b"WARNING django.request: Not Found: /r/x", b"10.1.2.3 came", AGENT.encode()):
        assert storage.said_of_respondents(quiet + line, own, AGENT) == [line]


def test_a_temporary_file_is_seen_however_short_its_life(tmp_path):
    house = House(tmp_path)
    (tmp_path / "tmp").mkdir()
    with house._watching():
        for number in range(3):
            path = tmp_path / f"tmp/brief-{number}"
            path.write_bytes(b"canary")
            house.until(lambda name=path.name: name in house.temporary, "the watch", patience=20)
            path.unlink()
    assert set(house.temporary.values()) == {b"canary"}


# ---------------------------------------------------------------- Order and join
def observed(chance: random.Random, told: float, people: int = 30) -> Observed:
    """A campaign whose ballots keep the order of answering, for a share of them."""
    arrival = list(range(people))
    chance.shuffle(arrival)
    side = {one: ("client", "supplier")[one % 2] for one in arrival}
    drawn = {one: chance.random() for one in arrival}
    kept = {one: place / people if chance.random() < told else chance.random() for place, one in enumerate(arrival)}
    return Observed(side, arrival, {"invitation.id": {one: one for one in arrival}}, {"draw": drawn, "place": kept})


@pytest.mark.parametrize(("told", "found"), [(0.0, []), (0.4, ["place"]), (1.0, ["place"])])
def test_a_column_that_keeps_the_order_is_seen_and_no_other(told, found):
    chance = random.Random(3)
    campaigns = [observed(chance, told) for _ in range(12)]
    assert [verdict.column for verdict in order.kept(order.verdicts(campaigns))] == found


def test_a_run_in_order_is_seen_even_without_a_trend():
    """Blocks written in the order of answering, the blocks themselves in disorder."""
    chance, campaigns = random.Random(5), []
    for _ in range(12):
        one = observed(chance, 0.0)
        blocks = [one.arrival[at : at + 10] for at in (20, 0, 10)]
        one.of_ballots["place"] = {who: rank for rank, who in enumerate(chain.from_iterable(blocks))}
        campaigns.append(one)
    assert [verdict.column for verdict in order.kept(order.verdicts(campaigns))] == ["place"]


def test_a_ballot_that_leads_to_its_person_is_seen():
    chance = random.Random(4)
    campaigns = [observed(chance, 0.0) for _ in range(12)]
    assert order.kept(order.joins(campaigns)) == []
    for one in campaigns:
        one.of_ballots["slip"] = {who: 1000 - who for who in one.arrival}
    assert [verdict.column for verdict in order.kept(order.joins(campaigns))] == ["invitation.id with slip reversed"]
