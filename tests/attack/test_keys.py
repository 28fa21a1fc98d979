"""One key reads nothing, a changed bit is refused, a cooked urn or log is noticed; and each detector can fail."""

from __future__ import annotations

import pytest
from django.conf import settings

import personas
import wave_steps
from attack import cooking, keys
from reciproque.app.shared import clock
from reciproque.app.shared.audit import SYSTEM, record
from reciproque.app.shared.models import AuditRecord
from reciproque.app.survey.actions.invitations import queue_log_heads
from reciproque.app.survey.models import OutboxMail
from reciproque.app.survey.urn import lock, store
from reciproque.app.survey.urn.models import SealedBallot

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
    pytest.mark.usefixtures("folders"),
]


@pytest.mark.parametrize("side", keys.SIDES)
def test_one_key_reads_nothing_with_all_that_is_stored(side):
    urn = keys.campaign(1, 5)
    assert keys.bytes_opened(keys.loot_of(urn, side)) == 0
    urn.close()
    assert urn.turn(side) is None
    assert keys.bytes_opened(keys.loot_of(urn, side)) == 0


def test_the_thief_would_read_what_can_be_read():
    urn = keys.campaign(1, 5)
    whole = 5 * 4096
    assert keys.bytes_opened(keys.loot_of(urn, "client", "supplier")) == whole
    urn.close()
    urn.turn("supplier")
    assert keys.bytes_opened(keys.loot_of(urn, "client")) == whole, "the price of typing at different moments (ADR 11)"


def test_a_changed_bit_is_refused_whole():
    urn = keys.campaign(1, 5)
    urn.close()
    rows, shut_with = store.ballots(1), lock.read(settings.SECRETS_DIR, 1)
    tried = [
        *keys.bent_ballots(urn, rows[0], shut_with, every=61),
        keys.moved_ballots(urn, rows[:3], shut_with),
        *keys.bent_half(urn.client, "one two", every=61),
        keys.bent_shares(urn, every=61),
    ]
    assert [(one.kind, one.accepted) for one in tried if one.accepted] == []
    assert all(one.tried > 1 for one in tried)


def test_waiting_shares_whose_first_line_was_changed_are_refused_in_plain_words():
    urn = keys.campaign(1, 5)
    urn.close()
    urn.turn("client")
    path = settings.SECRETS_DIR / "opening-1.shares"
    content = path.read_bytes()
    for bent in (b"\xff" + content[1:], content.replace(b"\n", b"\x0b", 1), b"client"):
        path.write_bytes(bent)
        assert keys.is_refused(lambda: urn.turn("supplier")), bent[:8]


def test_what_is_not_refused_is_seen():
    assert not keys.is_refused(lambda: "content")
    assert not keys.is_refused(lambda: b"\xff".decode())
    assert keys.bent("nothing", [lambda: 1, lambda: 2]).accepted == 2


@pytest.fixture
def closed():
    return wave_steps.closed(personas.cast(people=5))


def handed_out(wave):
    return [cooking.receipts.receipt_of(row) for row in store.ballots(wave.pk)]


def test_whoever_cooks_the_urn_or_its_list_is_noticed_by_all(closed):
    wave, reader, receipts = closed.wave, closed.cast.supplier_member, handed_out(closed.wave)
    untouched = cooking.whoever_notices(wave, ("nothing", lambda: None), reader, receipts)
    assert [untouched.command, untouched.page, untouched.checks] == [False] * 3
    assert all(cooking.check_holds(receipt) for receipt in receipts)
    ballots = list(SealedBallot.objects.filter(wave_id=wave.pk))[:1]
    ways = [*cooking.of_the_store(wave, ballots), *cooking.of_the_list(wave, ballots)]
    ways += [cooking.made_to_agree(wave, way) for way in cooking.of_the_store(wave, ballots) if "slot" not in way[0]]
    seen = [cooking.whoever_notices(wave, way, reader, receipts[:2]) for way in ways]
    assert [one for one in seen if not one.everywhere] == []
    assert len(seen) > 30


def test_a_list_made_to_agree_with_a_log_written_again_is_found_by_the_log(closed):
    """Ballots, list and the record of the closing, all changed together: the chain breaks."""
    wave = closed.wave
    _name, cook = cooking.made_to_agree(wave, ("dropped", lambda: SealedBallot.objects.first().delete()))
    cook()
    wave.refresh_from_db()
    row = AuditRecord.objects.get(action="wave.closed")
    announced = {"root": wave.receipts_root, "client": wave.ballots_client, "supplier": wave.ballots_supplier}
    assert cooking.log_holds()
    AuditRecord.objects.filter(pk=row.pk).update(data=row.data | announced)
    assert cooking.command_holds(wave)
    assert not cooking.log_holds()


def test_the_log_tells_every_change(closed):
    rows = list(AuditRecord.objects.all())
    head = rows[-1].hash
    assert cooking.audit.verify(rows, head_hash=head) is None
    for place in (0, len(rows) // 2, len(rows) - 1):
        for name, told in cooking.of_the_log(rows, place):
            assert cooking.audit.verify(told, head_hash=head) is not None, (place, name)


def test_a_log_written_again_or_cut_does_not_fit_the_head_that_was_mailed(closed):
    morning = clock.now().replace(hour=10)
    with clock.at(morning):
        queue_log_heads()
    mailed = OutboxMail.objects.filter(kind="log_head").first().data
    with cooking.transaction.atomic():
        record(by=SYSTEM, action="wave.created", subject="Later", audience="both")
    rows = list(AuditRecord.objects.all())
    assert cooking.log_holds(mailed["hash"])
    for place in (0, 3, mailed["sequence"] - 1):
        for cut in (True, False):
            with cooking.stored_log(cooking.rewritten(rows, place, cut=cut)):
                assert cooking.log_holds(), "without the mail, a log that was made again holds"
                assert not cooking.log_holds(mailed["hash"])
