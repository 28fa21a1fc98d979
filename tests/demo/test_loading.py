"""``reciproque demo``: once, again, and never over what somebody really entered."""

from __future__ import annotations

import pytest
from django.db import connections

import personas
from reciproque.app.directory.models import Account, Organisation, Relationship
from reciproque.app.shared.audit import verify_chain
from reciproque.app.survey.models import Wave
from reciproque.app.survey.urn.models import Ballot, SealedBallot, ShutUrn
from reciproque.cli.main import main
from reciproque.demo import load, portfolio
from reciproque.demo.stories import NEXT_STAGE, OUTAGE

pytestmark = pytest.mark.django_db(databases=["default", "ballots"], transaction=True)


@pytest.fixture
def house(settings, tmp_path, monkeypatch):
    """An installation kept for the demonstration, with two short stories to tell."""
    settings.DEMO, settings.DATA_DIR, settings.SECRETS_DIR = True, tmp_path, tmp_path / "secrets"
    monkeypatch.setattr(load, "STORIES", (OUTAGE, NEXT_STAGE))
    monkeypatch.setattr(portfolio, "tell", lambda moment: None)
    monkeypatch.setattr(portfolio, "told", lambda: True)
    personas.functions()
    yield
    for table in (Ballot, SealedBallot, ShutUrn):
        table.objects.all().delete()
    connections["ballots"].close()
    personas.functions()


def perimeters() -> set[str]:
    return set(Relationship.objects.values_list("perimeter", flat=True))


def test_a_second_time_it_says_that_it_is_loaded(house, capsys):
    assert main(["demo"]) == 0
    waves = set(Wave.objects.values_list("key", flat=True))
    assert "2 relationships" in capsys.readouterr().out
    assert main(["demo"]) == 0
    assert "loaded already" in capsys.readouterr().out
    assert set(Wave.objects.values_list("key", flat=True)) == waves


def test_again_rebuilds_what_visitors_changed(house, settings):
    assert main(["demo"]) == 0
    before = set(Wave.objects.values_list("key", flat=True))
    Account.objects.create_user("visitor@example.test", "a long password")
    Relationship.objects.filter(perimeter=NEXT_STAGE.perimeter).update(perimeter="changed by a visitor")
    assert main(["demo", "--again"]) == 0
    assert perimeters() == {OUTAGE.perimeter, NEXT_STAGE.perimeter}
    assert not before & set(Wave.objects.values_list("key", flat=True))
    assert not Account.objects.filter(email="visitor@example.test").exists()
    assert verify_chain() is None


def test_a_loading_cut_short_is_started_again(house, monkeypatch, capsys):
    monkeypatch.setattr(load, "STORIES", (OUTAGE,))
    assert main(["demo"]) == 0
    monkeypatch.setattr(load, "STORIES", (OUTAGE, NEXT_STAGE))
    assert main(["demo"]) == 0
    assert "loaded already" not in capsys.readouterr().out
    assert perimeters() == {OUTAGE.perimeter, NEXT_STAGE.perimeter}


def test_again_refuses_to_erase_what_was_added_by_hand(house, capsys):
    assert main(["demo"]) == 0
    pair = [Organisation.objects.create(name=name, folded_name=name) for name in ("one", "two")]
    Relationship.objects.create(client=pair[0], supplier=pair[1])
    waves = set(Wave.objects.values_list("key", flat=True))
    assert main(["demo", "--again"]) != 0
    assert "added by hand" in capsys.readouterr().err
    assert set(Wave.objects.values_list("key", flat=True)) == waves
    assert Relationship.objects.filter(is_demo=False).count() == 1


def test_it_is_refused_outside_the_demonstration(house, settings):
    settings.DEMO = False
    assert main(["demo"]) == 2
    assert not Relationship.objects.exists()
