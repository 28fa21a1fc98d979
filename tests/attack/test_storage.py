"""A whole campaign through the actions, and at each moment what somebody with a copy of the disk would look for."""

import random
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connections

from reciproque.app.reading.actions import turn_key
from reciproque.app.reading.queries.reading import reading_page
from reciproque.app.shared import clock
from reciproque.app.survey.actions.answering import submit_ballot
from reciproque.app.survey.actions.closing import purge_due
from reciproque.app.survey.models import WrappedHalf
from reciproque.app.survey.urn import collect, seal, tokens
from reciproque.app.survey.urn.models import Ballot, SealedBallot
from reciproque.demo import campaign

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
    pytest.mark.skipif(connections["ballots"].vendor != "sqlite", reason="reads SQLite's files"),
]
SIDES = ("client", "supplier")


def stage_of(people=9):
    companies = {side: campaign.company(f"{side.title()} attacked") for side in SIDES}
    relation = campaign.relationship(*companies.values(), is_demo=False)
    since = clock.now() - timedelta(days=400)
    someones = {
        side: [
            campaign.Someone("Person", f"{side} {n}", ("quality", "sales")[n % 2], f"p{n}-{side}@example.org")
            for n in range(people)
        ]
        for side in SIDES
    }
    return campaign.Stage(
        relation,
        {
            side: campaign.member(
                relation, email=f"sponsor-{side}@example.org", name=f"Sponsor {side}", role="sponsor", side=side
            )
            for side in SIDES
        },
        campaign.member(
            relation, email="facilitator@example.org", name="Facilitator", role="facilitator", side="neutral"
        ),
        {side: campaign.enter(companies[side], someones[side], since) for side in SIDES},
    )


def disk():
    """Every file of the product: both databases, their write-ahead logs, secrets, whatever else lies beside."""
    names = [Path(connections[alias].settings_dict["NAME"]) for alias in ("default", "ballots")]
    roots = {settings.SECRETS_DIR, settings.DATA_DIR, *(name.parent for name in names)}
    files = {path for root in roots for path in root.rglob("*") if path.is_file() and "static" not in path.parts}
    return {path: path.read_bytes() for path in sorted(files)}


def found(needles):
    return sorted(
        {(path.name, needle[:20]) for path, content in disk().items() for needle in needles if needle in content}
    )


def spellings(phrase):
    words = re.split(r"[\s-]+", phrase)
    return [glue.join(words).encode() for glue in (" ", "-", "", "\n", ",", '","', '", "')]


def test_the_disk_never_tells_who_said_what(folders):
    stage, start = stage_of(), clock.now()
    with clock.at(start):
        wave = campaign.prepare(
            stage,
            opens_at=start + timedelta(days=1),
            closes_at=start + timedelta(days=20),
            form="full",
            level=2,
            complete=True,
            people=stage.people,
        )
        phrases = campaign.seal(stage, wave)
    campaign.start(wave, start + timedelta(days=1, minutes=1))
    invitations = list(wave.invitations.select_related("person"))
    random.Random(5).shuffle(invitations)
    token = {one.pk: collect.invitation_token(wave.pk, one.pk) for one in invitations}
    never = [
        form
        for value in token.values()
        for form in (value.encode(), value.lower().encode(), tokens.read(value), tokens.read(value).hex().encode())
    ]
    never += [form for phrase in phrases.values() for form in spellings(phrase)]
    said = {one.pk: f"canary-{one.pk}-{one.side}" for one in invitations}
    everything = [*never, b"canary-", b'"scores"']
    receipts = {}

    with clock.at(start + timedelta(days=2)):
        for rank, one in enumerate(invitations):
            consent = {4: seal.REWORD, 9: seal.FACILITATOR}.get(rank % 10, seal.PUBLISH)
            answers = {"F1": 1 + one.pk % 7, "F2": None, "F2m": 7}
            receipts[one.pk] = submit_ballot(
                token=token[one.pk], answers=answers, texts=(("O1", said[one.pk], consent),)
            )
        again = invitations[0]
        receipts[again.pk] = submit_ballot(
            token=token[again.pk], answers={"F1": 2}, texts=(("O1", said[again.pk], seal.PUBLISH),)
        )
    assert found(everything) == [], "while answering"
    slots = [slot.encode() for slot in Ballot.objects.values_list("slot", flat=True)]
    assert len(slots) == len(invitations)
    assert found(slots), "the sweep would see a slot"

    campaign.close(wave, start + timedelta(days=20, hours=1))
    assert wave.state == "closed"
    assert found([*everything, *slots]) == [], "closed"
    sealed = [bytes(body) for body in SealedBallot.objects.values_list("body", flat=True)]
    assert len(sealed) == len(invitations)

    with clock.at(start + timedelta(days=21)):
        assert turn_key(by=stage.sponsor("client"), wave=wave, phrase=phrases["client"]) == "waiting"
        assert found([*everything, *slots]) == [], "one key turned"
        assert turn_key(by=stage.sponsor("supplier"), wave=wave, phrase=phrases["supplier"]) == "open"
    wave.refresh_from_db()
    assert found([*never, *slots, b'"scores"']) == [], "opened"
    order_says_nothing(wave, invitations, said)
    names = [bytes(f"{receipt}", "ascii") for receipt in receipts.values()]
    assert all(linked_to_nobody(name, invitations) for name in names)

    with clock.at(start + timedelta(days=60)):
        assert purge_due() == 1
    unread = [words.encode() for words in said.values() if words not in read_by_both(wave)]
    assert unread
    assert found(unread) == [], "words that both companies do not read"
    assert not WrappedHalf.objects.exists()
    assert found([*never, *slots, b'"scores"', *(body[-64:] for body in sealed)]) == [], "purged"
    assert [path.name for path in settings.SECRETS_DIR.rglob("*") if path.name.startswith(("wave-", "opening-"))] == []


def read_by_both(wave):
    return {quote.text for quotes in reading_page(wave).quotes for quote in (*quotes.client, *quotes.supplier)}


def order_says_nothing(wave, invitations, said):
    """Texts are kept without their author; their places are neither those of the answers nor those of the directory."""
    texts = list(apps.get_model("app", "PublishedText").objects.order_by("position").values_list("text", flat=True))
    arrival = [said[one.pk] for one in invitations if said[one.pk] in texts]
    register = [said[one.pk] for one in sorted(invitations, key=lambda one: one.pk) if said[one.pk] in texts]
    assert sorted(texts) == sorted(arrival)
    for side in SIDES:
        mine = [[text for text in order if text.endswith(side)] for order in (texts, arrival, register)]
        assert len(mine[0]) > 6, "too few for chance never to give back an order"
        assert mine[0] not in mine[1:]


def linked_to_nobody(receipt, invitations):
    """No row that names a person, an invitation or a mail holds a receipt."""
    names = [one.person.key for one in invitations]
    for model in apps.get_app_config("app").get_models():
        if model._meta.managed and model.__name__ != "Wave":
            for row in model.objects.using("default").values():
                content = repr(row)
                if receipt.decode() in content and any(name in content for name in names):
                    return False
    return True
