"""Reminders: polite, only to those who have not answered, and nothing kept that would tell who they were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

import smtp
import wave_steps
from reciproque.app.directory.models import Person
from reciproque.app.shared import clock
from reciproque.app.shared.audit import SYSTEM
from reciproque.app.shared.models import AuditRecord
from reciproque.app.shared.worker import JobFailed, beat, new_holder
from reciproque.app.survey.actions import delivery, invitations
from reciproque.app.survey.models import Invitation, OutboxMail, Wave
from wave_steps import Ceremony

PARIS = ZoneInfo("Europe/Paris")
TUESDAY = datetime(2026, 3, 10, 10, 0, tzinfo=PARIS)
NEXT_MONDAY = datetime(2026, 3, 16, 10, 0, tzinfo=PARIS)


@pytest.fixture(autouse=True)
def _secrets(tmp_path, settings) -> None:
    settings.SECRETS_DIR = tmp_path / "secrets"


@pytest.fixture
def server(settings) -> Iterator[smtp.Handler]:
    with smtp.server() as (handler, port):
        smtp.use(settings, port)
        yield handler


@pytest.fixture
def wave(cast, server) -> Ceremony:
    """Everybody was written to on a Tuesday; the answers are open for two weeks."""
    with clock.at(TUESDAY):
        made = wave_steps.collecting(cast)
        Wave.objects.filter(pk=made.wave.pk).update(links_by_hand=False)
        made.wave.refresh_from_db()
        invitations.queue_invitations(by=SYSTEM, wave=made.wave)
        send()
    server.received.clear()
    server.recipients.clear()
    return made


def send() -> None:
    holder = new_holder()
    beat(holder)
    delivery.send_due_mails(holder=holder)


def remind(moment: datetime) -> int:
    with clock.at(moment):
        waves = invitations.queue_due_reminders()
        send()
    return waves


def rows() -> int:
    return OutboxMail.objects.filter(kind="reminder").count()


def test_only_those_without_an_answer_are_reminded(wave, server):
    people = list(Invitation.objects.select_related("person").order_by("pk"))
    with clock.at(TUESDAY + timedelta(hours=1)):
        for invitation in people[:3]:
            wave.answer(invitation.pk)
    assert remind(NEXT_MONDAY) == 1
    assert sorted(server.recipients) == sorted(i.person.email for i in people[3:])


def test_who_answers_between_queue_and_departure_is_left_alone(wave, server):
    person = Invitation.objects.select_related("person").order_by("pk").first()
    with clock.at(NEXT_MONDAY):
        invitations.queue_due_reminders()
        wave.answer(person.pk)
        send()
    assert person.person.email not in server.recipients
    assert len(server.recipients) == 9


def test_nothing_left_behind_tells_who_was_reminded(wave, server):
    with clock.at(TUESDAY + timedelta(hours=1)):
        wave.answer(Invitation.objects.first().pk)
    with clock.at(NEXT_MONDAY):
        invitations.queue_due_reminders()
        assert rows() == 10, "queued for everybody alike"
        send()
    assert rows() == 0
    record = AuditRecord.objects.get(action="wave.reminder_queued")
    assert set(record.data) == {"wave", "number"}
    assert len(set(OutboxMail.objects.values_list("state", "attempts", "last_error"))) == 1


def test_a_reminder_goes_where_the_invitation_went(server, wave):
    """Reminders go to those who have not answered: an address changed meanwhile must not tell who they are."""
    invitation = Invitation.objects.select_related("person").first()
    invited = invitation.person.email
    Person.objects.filter(pk=invitation.person_id).update(email="keeper@example.test")
    remind(NEXT_MONDAY)
    assert invited in server.recipients
    assert "keeper@example.test" not in server.recipients


def test_a_refused_reminder_leaves_no_trace_either(cast, wave, settings):
    with smtp.server(rcpt=lambda a: "451 later") as (_, port):
        smtp.use(settings, port)
        remind(NEXT_MONDAY)
    assert rows() == 0


def test_a_server_that_is_down_leaves_the_whole_list_alike(wave, settings):
    with clock.at(TUESDAY + timedelta(hours=1)):
        wave.answer(Invitation.objects.first().pk)
    with smtp.server() as (_, port):
        pass
    smtp.use(settings, port)
    with pytest.raises(JobFailed):
        remind(NEXT_MONDAY)
    assert rows() == 10


@pytest.mark.parametrize(
    ("moment", "why"),
    [
        (TUESDAY + timedelta(days=3, hours=23), "less than four days after the invitation"),
        (datetime(2026, 3, 14, 10, 0, tzinfo=PARIS), "a Saturday"),
        (datetime(2026, 3, 15, 10, 0, tzinfo=PARIS), "a Sunday"),
        (datetime(2026, 3, 16, 8, 59, tzinfo=PARIS), "before nine"),
        (datetime(2026, 3, 16, 18, 0, tzinfo=PARIS), "in the evening"),
        (TUESDAY + timedelta(days=13, hours=13), "in the last twelve hours"),
        (TUESDAY + timedelta(days=20), "after the last day"),
    ],
)
def test_no_reminder_leaves(wave, server, moment, why):
    assert remind(moment) == 0, why
    assert server.recipients == []


def test_two_reminders_at_most_four_days_apart(wave, server):
    asked = [remind(NEXT_MONDAY + timedelta(days=day)) for day in (0, 1, 2, 3, 4, 5, 6, 7)]
    assert asked == [1, 0, 0, 0, 1, 0, 0, 0]
    assert len(server.recipients) == 20


def test_queued_in_the_evening_it_waits_for_the_morning(wave, server):
    with clock.at(datetime(2026, 3, 16, 17, 59, tzinfo=PARIS)):
        invitations.queue_due_reminders()
    with clock.at(datetime(2026, 3, 16, 22, 0, tzinfo=PARIS)):
        send()
    assert (server.recipients, rows()) == ([], 10)
    with clock.at(datetime(2026, 3, 17, 9, 1, tzinfo=PARIS)):
        send()
    assert (len(server.recipients), rows()) == (10, 0)


def test_no_more_once_both_quorums_are_reached(wave, server):
    Wave.objects.update(quorums_reached_at=TUESDAY)
    assert remind(NEXT_MONDAY) == 0


def test_somebody_never_reached_is_not_reminded(wave, server):
    mail = OutboxMail.objects.filter(kind="invitation").first()
    OutboxMail.objects.filter(pk=mail.pk).update(state="refused")
    remind(NEXT_MONDAY)
    assert mail.recipient not in server.recipients
    assert len(server.recipients) == 9


def test_two_workers_at_once_remind_once(wave, server):
    with clock.at(NEXT_MONDAY):
        seen_by_both = invitations._waves_to_remind()
        assert [invitations._queue_reminders(SYSTEM, w) for w in [*seen_by_both, *seen_by_both]] == [True, False]
    assert rows() == 10
