"""Neither side is ahead, at a few of the moments where the opening may be killed; and each detector can fail."""

from __future__ import annotations

import pytest
from django.conf import settings as configured
from django.db import connections, transaction

import personas
from attack import fairness, minutes_apart
from attack.fairness import Act, Folder, Timed
from reciproque.app.shared import clock
from reciproque.app.survey.models import OutboxMail
from reciproque.app.survey.urn.models import Ballot, SealedBallot, ShutUrn

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
    pytest.mark.skipif(connections["ballots"].vendor != "sqlite", reason="puts files back"),
]
PAIR = fairness.PAIRS[0]


@pytest.fixture(autouse=True)
def folders():
    (configured.SECRETS_DIR).mkdir(exist_ok=True)
    _empty()
    yield
    _empty()
    for path in configured.SECRETS_DIR.glob("wave-*"):
        path.unlink()
    connections.close_all()


def _empty():
    for table in (Ballot, SealedBallot, ShutUrn):
        table.objects.all().delete()


def lines(*words):
    return frozenset(words)


def test_who_reads_a_result_first_is_seen():
    before = {PAIR[0]: {"/a": lines("menu"), "/b": lines()}, PAIR[1]: {"/a": lines("menu"), "/b": lines()}}
    after = {
        PAIR[0]: {"/a": lines("menu", "4.2", "mine"), "/b": lines()},
        PAIR[1]: {"/a": lines("menu", "4.2"), "/b": lines()},
    }
    after |= {role: {} for pair in fairness.PAIRS[1:] for role in pair}
    before |= {role: {} for pair in fairness.PAIRS[1:] for role in pair}
    known = fairness.results(before, after)
    assert known.of[PAIR] == {"/a": lines("4.2")}
    assert fairness.ahead(known, before) == fairness.ahead(known, after) == []
    one_sided = before | {PAIR[1]: after[PAIR[1]]}
    assert fairness.ahead(known, one_sided) == [f"{PAIR[1]} at /a"]
    assert fairness.seen_at_all(known, one_sided) == 1


def test_a_document_for_one_counterpart_alone_is_seen():
    empty = {role: {"/f.pdf": lines()} for pair in fairness.PAIRS for role in pair}
    assert fairness.results(empty, empty | {PAIR[0]: {"/f.pdf": lines("a document")}}).lone == ((PAIR[0], "/f.pdf"),)


def test_an_answer_that_comes_late_is_seen():
    served = Timed(1.0, 2.0, 0, "/a", True)
    assert fairness.behind([served, Timed(1.9, 2.5, 1, "/a", False), Timed(2.1, 2.2, 1, "/a", True)]) == []
    assert len(fairness.behind([served, Timed(2.1, 2.5, 1, "/b", False)])) == 1


def test_news_told_in_two_steps_are_seen():
    """An act that tells one sponsor, commits, then tells the other."""
    cast = personas.cast()

    def tell():
        for side in ("client", "supplier"):
            account = getattr(cast, f"{side}_sponsor")
            with transaction.atomic():
                OutboxMail.objects.create(kind="opened", account=account, once=side, not_before=clock.now())

    found, told = _killed(Act("two steps", cast, {}, tell))
    assert told.points > 4
    assert any("told {'client': ['opened'], 'supplier': []}" in wrong for wrong in told.wrong)
    assert found.news == {"client": ["opened"], "supplier": ["opened"]}

    def tell_at_once():
        with transaction.atomic():
            tell()

    assert _killed(Act("one step", cast, {}, tell_at_once))[1].wrong == []


def _killed(act, every=1, urls=("/health",)):
    folder = Folder.keep(configured.DATA_DIR)
    known = fairness.known_results(act, folder, urls)
    told = fairness.crashed(act, folder, known, every)
    folder.put_back()
    return known, told


@pytest.mark.parametrize("make", [minutes_apart.opening, minutes_apart.web], ids=lambda make: make.__name__)
def test_an_act_killed_here_and_there_leaves_both_sides_alike(make):
    act = make()
    urls = {
        "opening": [f"/reading/waves/{act.keys.get('wave')}/", "/"],
        "web": [f"/network/{act.keys['relationship']}/"],
    }
    known, told = _killed(act, every=23, urls=urls[make.__name__])
    assert len(known.results) > 0
    assert told.points > 0
    assert told.wrong == []
