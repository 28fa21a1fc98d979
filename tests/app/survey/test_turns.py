"""Who turned which key: recorded for both companies when the wave opens, and not one minute before."""

from __future__ import annotations

from datetime import timedelta

import pytest

import wave_steps
from reciproque.app.directory.queries.log import entries
from reciproque.app.reading import actions as reading
from reciproque.app.shared import audit, clock
from reciproque.app.shared.audit import actor
from reciproque.app.shared.models import AuditRecord
from reciproque.app.survey.actions import closing, turns
from reciproque.app.survey.models import Wave

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
    pytest.mark.usefixtures("urn_store"),
]


@pytest.fixture
def made(cast):
    """Closed; on the client's side the deputy holds a phrase too."""
    ceremony = wave_steps.sealing_of(cast)
    for name in ("client_sponsor", "supplier_sponsor"):
        ceremony.seal(name)
    ceremony.take_deputy("client_deputy")
    for name in ("client_deputy", "client_sponsor", "supplier_sponsor"):
        ceremony.confirm(name)
    ceremony.wave.refresh_from_db()
    ceremony.answer_all()
    ceremony.close()
    return ceremony


def turn(made, name):
    wave = Wave.objects.get(pk=made.wave.pk)
    return reading.turn_key(by=actor(made.account(name)), wave=wave, phrase=made.phrases[name])


def recorded(made):
    """Side and name of each turn in the log; all of them readable by both companies."""
    lines = AuditRecord.objects.filter(action="wave.key_turned").order_by("sequence")
    assert {line.audience for line in lines} <= {"both"}
    return [(line.data["side"], line.actor_key or line.actor_name) for line in lines]


def expected(made, client, supplier="supplier_sponsor"):
    return [("client", made.account(client).key), ("supplier", made.account(supplier).key)]


@pytest.mark.parametrize(
    "order",
    [
        ("client_sponsor", "supplier_sponsor"),
        ("supplier_sponsor", "client_sponsor"),
        ("client_deputy", "supplier_sponsor"),
        ("supplier_sponsor", "client_deputy"),
    ],
)
def test_both_turns_are_recorded_with_the_opening_the_client_first(made, order):
    assert turn(made, order[0]) == "waiting"
    assert recorded(made) == []
    assert turn(made, order[1]) == "open"
    client = next(name for name in order if name.startswith("client"))
    assert recorded(made) == expected(made, client)
    assert audit.verify_chain() is None
    last = list(AuditRecord.objects.order_by("-sequence").values_list("action", flat=True)[:3])
    assert last == ["wave.opened", "wave.key_turned", "wave.key_turned"]


@pytest.mark.parametrize("order", [("client_sponsor", "client_deputy"), ("client_deputy", "client_sponsor")])
def test_of_two_holders_of_one_company_the_first_is_recorded(made, order):
    for name in order:
        assert turn(made, name) == "waiting"
    assert turn(made, "supplier_sponsor") == "open"
    assert recorded(made) == expected(made, order[0])


def test_the_lines_say_it_in_words(made):
    turn(made, "client_deputy")
    turn(made, "supplier_sponsor")
    said = [entry.says for entry in entries(AuditRecord.objects.filter(action="wave.key_turned"))]
    assert [str(made.cast.client_deputy) in said[0], str(made.cast.supplier_sponsor) in said[1]] == [True, True]
    assert ["Client" in said[0], "Supplier" in said[1]] == [True, True]


def test_killed_before_the_name_was_noted_the_company_is_named(made, monkeypatch):
    def killed(*_arguments, **_options):
        raise RuntimeError("power cut")

    monkeypatch.setattr(turns, "note", killed)
    with pytest.raises(RuntimeError):
        turn(made, "client_sponsor")
    monkeypatch.undo()
    assert turn(made, "supplier_sponsor") == "open", "the key has turned all the same"
    assert recorded(made) == [
        ("client", made.cast.relationship.client.name),
        ("supplier", made.cast.supplier_sponsor.key),
    ]


def test_killed_before_the_name_was_noted_whoever_turns_again_is_named(made, monkeypatch):
    monkeypatch.setattr(turns, "note", lambda *_arguments, **_options: None)
    turn(made, "client_sponsor")
    monkeypatch.undo()
    assert turn(made, "client_deputy") == "waiting"
    assert turn(made, "supplier_sponsor") == "open"
    assert recorded(made) == expected(made, "client_deputy")


def test_a_full_disk_does_not_undo_a_turn(made, monkeypatch):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(turns.files, "create_once", full)
    turns.note(made.wave.pk, "client", "key", again=False)
    assert turns.who(made.wave.pk, "client") == ""


def test_a_name_left_by_an_opening_cut_short_is_not_taken_for_the_next_turn(made, settings):
    """Killed between the commit and the end of the destruction: the shares are gone, the name is not."""
    turns.note(made.wave.pk, "client", made.cast.client_sponsor.key, again=False)
    assert turn(made, "client_deputy") == "waiting"
    assert turn(made, "supplier_sponsor") == "open"
    assert recorded(made) == expected(made, "client_deputy")


def test_a_name_whose_destruction_was_cut_short_is_no_name(made, settings):
    path = settings.SECRETS_DIR / f"opening-{made.wave.pk}-client.holder"
    path.write_bytes(bytes(12))
    assert turns.who(made.wave.pk, "client") == ""
    turns.note(made.wave.pk, "client", "somebody", again=True)
    assert turns.who(made.wave.pk, "client") == "somebody"


def test_a_recount_records_both_turns_once_it_is_done(made, settings):
    turn(made, "client_sponsor")
    turn(made, "supplier_sponsor")
    assert not list(settings.SECRETS_DIR.glob("opening-*"))
    assert turn(made, "supplier_sponsor") == "waiting"
    assert recorded(made) == expected(made, "client_sponsor")
    assert turn(made, "client_deputy") == "recounted"
    assert recorded(made) == [*expected(made, "client_sponsor"), *expected(made, "client_deputy")]
    assert not list(settings.SECRETS_DIR.glob("opening-*"))


def test_a_recount_that_nobody_ended_is_forgotten_with_the_ballots(made, settings):
    turn(made, "client_sponsor")
    turn(made, "supplier_sponsor")
    turn(made, "client_sponsor")
    with clock.at(clock.now() + timedelta(days=31)):
        assert closing.purge_due() == 1
    assert recorded(made) == expected(made, "client_sponsor")
    assert not list(settings.SECRETS_DIR.glob("opening-*"))


def test_the_name_lies_in_no_database(made, settings):
    before = AuditRecord.objects.count()
    turn(made, "client_sponsor")
    assert AuditRecord.objects.count() == before
    (holder,) = settings.SECRETS_DIR.glob("*.holder")
    assert holder.read_text() == made.cast.client_sponsor.key
    assert holder.stat().st_mode & 0o777 == 0o600
