"""The fingerprint of the log leaves for whoever can read a new line of it, and vouches for no line beyond those."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import translation

import wave_steps
from reciproque.app.directory.access import log_for
from reciproque.app.directory.models import Account
from reciproque.app.shared import audit, clock
from reciproque.app.shared.audit import SYSTEM, Actor, actor
from reciproque.app.shared.models import AuditHead, AuditRecord
from reciproque.app.survey.actions import invitations, opening, waves
from reciproque.app.survey.mail import letters
from reciproque.app.survey.models import OutboxMail
from reciproque.cli.audit import _against

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
    pytest.mark.usefixtures("urn_store"),
]
TODAY = datetime.now(ZoneInfo("Europe/Paris"))
MORNING = TODAY.replace(hour=8, minute=0) + timedelta(days=30)  # after what fixtures write now
SPONSORS = {"client": "client_sponsor", "supplier": "supplier_sponsor"}


def write(cast, audience: str, by: Actor = SYSTEM) -> AuditRecord:
    with transaction.atomic():
        return audit.record(
            by=by, action="x", subject="x", audience=audience, relationship_key=cast.relationship.key, data={"n": 1}
        )


def heads(day: int) -> dict[str, str]:
    """Whom a mail is queued for on that morning, and with which fingerprint."""
    before = set(OutboxMail.objects.values_list("pk", flat=True))
    with clock.at(MORNING + timedelta(days=day)):
        invitations.queue_log_heads()
    new = OutboxMail.objects.filter(kind="log_head").exclude(pk__in=before)
    return {mail.account.email: mail.data["hash"] for mail in new.select_related("account")}


def emails(cast, *names: str) -> set[str]:
    return {getattr(cast, name).email for name in names}


EVERYBODY = ("client_sponsor", "supplier_sponsor", "facilitator")


@pytest.mark.parametrize("first", ["client", "supplier"])
def test_the_first_key_sends_no_mail_and_leaves_no_line(cast, first):
    made = wave_steps.closed(cast)
    assert set(heads(0)) == emails(cast, *EVERYBODY)
    before = AuditHead.objects.get()
    assert made.turn(SPONSORS[first]) is None
    assert made.turn(SPONSORS[first]) is None
    assert heads(1) == {}
    assert AuditHead.objects.get().sequence == before.sequence
    assert AuditHead.objects.get().hash == before.hash


def test_once_open_both_learn_who_turned(cast):
    made = wave_steps.closed(cast)
    heads(0)
    made.turn("client_sponsor")
    urn = made.turn("supplier_sponsor")
    opening.mark_open(by=actor(cast.supplier_sponsor), wave=made.wave, opened_at=clock.now(), turned_by=urn.turned_by)
    assert set(heads(1)) == emails(cast, *EVERYBODY)


@pytest.mark.parametrize("side", ["client", "supplier"])
def test_a_line_of_one_side_sends_a_mail_to_that_side_alone(cast, side):
    write(cast, "both")
    heads(0)
    line = write(cast, side)
    assert heads(1) == {getattr(cast, SPONSORS[side]).email: line.hash}


def test_the_hour_of_the_mail_tells_of_no_line_either(cast):
    """A line of ten o'clock waits for the next morning, whether or not somebody else had one to be told today."""
    write(cast, "both")
    heads(0)
    with clock.at(MORNING + timedelta(days=1, hours=2)):
        line = write(cast, "client")
    with clock.at(MORNING + timedelta(days=1, hours=3)):
        invitations.queue_log_heads()
    assert OutboxMail.objects.filter(kind="log_head").count() == len(EVERYBODY)
    assert heads(2) == {cast.client_sponsor.email: line.hash}


def test_a_line_for_facilitators_is_told_to_them_alone(cast):
    write(cast, "both")
    heads(0)
    write(cast, "facilitator")
    assert set(heads(1)) == emails(cast, "facilitator")


def test_the_mail_follows_the_page_of_the_log(cast):
    """What somebody did is read by that person, whoever else may read it."""
    write(cast, "both")
    heads(0)
    write(cast, "client", by=actor(cast.facilitator))
    assert set(heads(1)) == emails(cast, "client_sponsor", "facilitator")


def test_the_fingerprint_is_that_of_the_last_line_that_the_reader_can_read(cast):
    shared = write(cast, "both")
    hidden = write(cast, "client")
    found = heads(0)
    assert found[cast.supplier_sponsor.email] == found[cast.facilitator.email] == shared.hash
    assert found[cast.client_sponsor.email] == hidden.hash
    for email, fingerprint in found.items():
        reader = Account.objects.get(email=email)
        assert log_for(reader).first().hash == fingerprint
        assert _against(fingerprint) is None, "reciproque audit verify --head"
    assert heads(1) == {}


def test_a_log_written_again_fits_none_of_the_fingerprints(cast):
    write(cast, "both")
    write(cast, "client")
    found = set(heads(0).values())
    row = AuditRecord.objects.order_by("sequence").first()
    previous = audit.GENESIS
    for row in AuditRecord.objects.order_by("sequence"):
        row.subject, row.previous_hash = f"{row.subject}, changed", previous
        previous = row.hash = audit.digest(row)
        row.save()
    AuditHead.objects.update(hash=previous)
    assert audit.verify_chain() is None
    assert [fingerprint for fingerprint in found if _against(fingerprint) is None] == []


def test_the_letter_has_no_number(cast):
    with translation.override("en"):
        letter = letters.log_head(cast.client_sponsor, fingerprint="f" * 64)
    said = [*letter.paragraphs, *letter.ending, *(word for fact in letter.facts for word in fact)]
    assert not [word for word in said if any(sign.isdigit() for sign in word)]


def test_a_line_that_some_cannot_read_cannot_be_guessed(cast):
    """Whoever knows the line before, and guesses all that this one says, still cannot confirm it by its fingerprint."""
    for audience in ("client", "supplier", "facilitator", "organisation"):
        line = write(cast, audience)
        assert len(line.data["salt"]) == 32
        line.data.pop("salt")
        assert audit.digest(line) != line.hash
    assert "salt" not in write(cast, "both").data
    assert audit.verify_chain() is None


def test_a_wave_given_up_after_a_first_turn_says_nothing_of_it(cast, settings):
    made = wave_steps.closed(cast)
    made.turn("client_sponsor")
    assert list(settings.SECRETS_DIR.glob("opening-*"))
    waves.cancel_wave(by=actor(cast.facilitator), wave=made.wave)
    assert not AuditRecord.objects.filter(action="wave.key_turned").exists()
    assert not list(settings.SECRETS_DIR.glob("opening-*"))
