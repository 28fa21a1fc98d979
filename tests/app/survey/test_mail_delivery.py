"""Invitations over a real SMTP connection: accepted, refused, put off, cut; nobody twice, nobody forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connections
from django.utils import translation

import personas
import smtp
import wave_steps
from reciproque.app.shared import clock
from reciproque.app.shared.audit import SYSTEM, actor
from reciproque.app.shared.worker import JobFailed, beat, new_holder
from reciproque.app.survey.actions import delivery, invitations
from reciproque.app.survey.mail import outbox, transport
from reciproque.app.survey.models import Invitation, OutboxMail, Wave
from reciproque.app.survey.urn import collect
from wave_steps import Ceremony

TUESDAY = datetime(2026, 3, 10, 10, 0, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture(autouse=True)
def _secrets(tmp_path, settings) -> None:
    settings.SECRETS_DIR = tmp_path / "secrets"


@pytest.fixture
def wave(cast) -> Iterator[Ceremony]:
    with clock.at(TUESDAY):
        made = wave_steps.collecting(cast)
        by_mail(made.wave)
        yield made


def by_mail(wave: Wave) -> None:
    Wave.objects.filter(pk=wave.pk).update(links_by_hand=False)
    wave.refresh_from_db()
    invitations.queue_invitations(by=SYSTEM, wave=wave)


def send(holder: str = "") -> bool:
    holder = holder or new_holder()
    beat(holder)
    return delivery.send_due_mails(holder=holder)


def states(kind: str = "invitation") -> list[str]:
    return list(OutboxMail.objects.filter(kind=kind).order_by("pk").values_list("state", flat=True))


def text_of(message) -> str:
    return message.get_body(("plain",)).get_content()


# ---------------------------------------------------------------- All is well
def test_each_person_gets_one_mail_with_a_link_of_their_own(wave, settings):
    with smtp.server() as (server, port):
        smtp.use(settings, port)
        send()
        send()
    people = {i.person.email: i for i in Invitation.objects.select_related("person")}
    assert sorted(server.recipients) == sorted(people)
    assert server.connections == 1
    for message, address in zip(server.received, server.recipients, strict=True):
        code = collect.invitation_token(wave.wave.pk, people[address].pk)
        assert f"http://127.0.0.1:8000/r#{code}" in text_of(message)
        assert f"/r#{code}" in message.get_body(("html",)).get_content()
        assert sum(other in text_of(message) for other in all_codes(wave)) == 1
    assert states() == ["sent"] * 10


def all_codes(wave: Ceremony) -> list[str]:
    return [collect.invitation_token(wave.wave.pk, i.pk) for i in Invitation.objects.all()]


def test_no_token_is_ever_written_in_the_databases_nor_in_the_logs(wave, settings, caplog):
    caplog.set_level(0)
    with smtp.server(rcpt=lambda a: "550 no" if a.startswith("person1") else "250 OK") as (_, port):
        smtp.use(settings, port)
        send()
    codes = all_codes(wave)
    stored = " ".join(str(row) for alias in ("default", "ballots") for row in everything_in(alias))
    assert wave.wave.key in stored
    said = " ".join(
        record.getMessage() for record in caplog.records if record.name != "mail.log"
    )  # the server under test
    for code in codes:
        assert code not in stored
        assert code not in said
    assert "@example.test" not in said


def everything_in(alias: str) -> list[object]:
    with connections[alias].cursor() as cursor:
        tables = connections[alias].introspection.table_names(cursor)
        rows = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += cursor.fetchall()
    return rows


def test_the_language_is_that_of_the_person(wave, settings):
    mine = Invitation.objects.select_related("person").first()
    Invitation.objects.filter(pk=mine.pk).update(language="en")
    OutboxMail.objects.filter(invitation=mine).update(language="en")
    with smtp.server() as (server, port):
        smtp.use(settings, port)
        send()
    by_address = dict(zip(server.recipients, server.received, strict=True))
    assert "ask for your view" in by_address.pop(mine.person.email)["Subject"]
    assert all(m["Content-Language"] == "fr" for m in by_address.values())


def test_a_cancelled_wave_writes_to_nobody(wave, settings):
    Wave.objects.update(state="cancelled")
    with smtp.server() as (server, port):
        smtp.use(settings, port)
        send()
    assert server.received == []
    assert set(states()) == {"cancelled"}


def test_an_invented_relationship_never_writes_to_the_outside(wave, settings):
    relationship = wave.cast.relationship
    relationship.is_demo = True
    relationship.save()
    with smtp.server() as (server, port):
        smtp.use(settings, port)
        send()
    assert server.received == []


# ---------------------------------------------------------------- Some are refused
def test_bad_addresses_among_two_hundred_do_not_stop_the_rest(db, settings):
    with clock.at(TUESDAY):
        made = wave_steps.collecting(personas.cast(people=100))
        by_mail(made.wave)
        bad = {i.person.email for i in Invitation.objects.select_related("person").order_by("pk")[3:200:40]}
        with smtp.server(rcpt=lambda a: "550 5.1.1 unknown" if a in bad else "250 OK") as (server, port):
            smtp.use(settings, port)
            while send():
                pass
    assert len(bad) == 5
    assert len(server.recipients) == len(set(server.recipients)) == 195
    assert bad.isdisjoint(server.recipients)
    refused = OutboxMail.objects.filter(state="refused")
    assert set(refused.values_list("recipient", flat=True)) == bad
    assert set(refused.values_list("last_error", flat=True)) == {"recipient"}


def test_a_greylisted_address_is_tried_again_later_and_later(wave, settings):
    slow = Invitation.objects.select_related("person").first().person.email
    waits = []
    with smtp.server(rcpt=lambda a: "451 4.7.1 later" if a == slow else "250 OK") as (server, port):
        smtp.use(settings, port)
        moment = TUESDAY
        for _ in range(16):
            with clock.at(moment):
                send()
            mail = OutboxMail.objects.get(recipient=slow)
            if mail.state == "refused":
                break
            waits.append(mail.not_before - moment)
            moment = mail.not_before
    assert waits == [timedelta(minutes=m) for m in (1, 5, 30, 120, 360, *[720] * 9)]
    assert sum(waits, timedelta()) > timedelta(days=4)  # as long as between mail servers
    assert (mail.state, mail.attempts, mail.last_error) == ("refused", 15, "later")
    assert len(server.recipients) == 9


def test_before_its_time_a_put_off_mail_is_left_alone(wave, settings):
    tries = []
    with smtp.server(rcpt=lambda a: tries.append(a) or "451 later") as (_, port):
        smtp.use(settings, port)
        send()
        send()
        with clock.at(TUESDAY + timedelta(seconds=59)):
            send()
    assert len(tries) == 10


def test_an_address_that_cannot_be_one_is_refused_without_asking(wave, settings):
    mail = OutboxMail.objects.first()
    OutboxMail.objects.filter(pk=mail.pk).update(recipient="a@b.test\nBcc: everybody@example.test")
    with smtp.server() as (server, port):
        smtp.use(settings, port)
        send()
    mail.refresh_from_db()
    assert (mail.state, mail.last_error) == ("refused", "address")
    assert len(server.received) == 9
    assert b"everybody@" not in b"".join(server.raw)


@pytest.mark.parametrize(
    "evil",
    [
        "Eve\r\nBcc: spy@example.test",
        "Eve\nSubject: x",
        "Eve\u2028Bcc: spy@example.test",
        "Eve\x85X: y",
        pytest.param("Eve\x00\x0bZ", marks=pytest.mark.sqlite),  # PostgreSQL refuses to store it
        "<script>alert(1)</script>&</mj-text>",
    ],
)
def test_a_name_cannot_become_a_header_nor_markup(wave, settings, evil):
    invitation = Invitation.objects.select_related("person").order_by("pk").first()
    invitation.person.first_name = evil
    invitation.person.save()
    organisation = wave.cast.relationship.client
    organisation.name = evil[:100]
    organisation.save()
    with smtp.server() as (server, port):
        smtp.use(settings, port)
        send()
    assert len(server.received) == 10
    for message, raw in zip(server.received, server.raw, strict=True):
        assert message["Bcc"] is None
        assert message["X"] is None
        assert len(message.get_all("Subject")) == 1
        assert (
            b"spy@" not in raw.split(b"\r\n\r\n", 1)[0].replace(b"\r\n ", b" ").split(b"\nBcc")[-1]
            or message["Bcc"] is None
        )
        page = message.get_body(("html",)).get_content()
        assert "<script>" not in page
        assert "</html>" in page


# ---------------------------------------------------------------- The server misbehaves
def test_a_server_that_is_down_costs_no_mail_a_try(wave, settings):
    with smtp.server() as (_, port):
        pass
    smtp.use(settings, port)
    with pytest.raises(JobFailed) as failure:
        send()
    assert failure.value.reason == "connection"
    assert set(OutboxMail.objects.values_list("state", "attempts")) == {("queued", 0)}


def test_hanging_up_in_the_middle_loses_nothing(wave, settings):
    cut = {i.person.email for i in Invitation.objects.select_related("person").order_by("pk")[4:5]}
    with smtp.server(data=lambda a: "hang up" if a in cut else "250 OK") as (server, port):
        smtp.use(settings, port)
        send()
        assert len(server.recipients) == 9
        assert server.connections == 2
        cut.clear()
        with clock.at(TUESDAY + timedelta(minutes=2)):
            send()
    assert len(set(server.recipients)) == len(server.recipients) == 10
    assert states() == ["sent"] * 10


@pytest.fixture
def impatient(monkeypatch) -> None:
    monkeypatch.setattr(transport, "LAST_WORD", 0.8)


def test_a_slow_yes_is_waited_for_and_makes_no_second_mail(wave, settings):
    with smtp.server(data=lambda a: "slow 0.6") as (server, port):
        smtp.use(settings, port, EMAIL_TIMEOUT=0.5)
        OutboxMail.objects.exclude(pk=OutboxMail.objects.earliest("pk").pk).delete()
        send()
    assert len(server.recipients) == 1
    assert states() == ["sent"]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("after_the_message", ["slow 2.5", "take it and hang up"])
def test_silence_after_the_message_means_at_most_one_more_of_the_same(wave, settings, after_the_message):
    """However often it happens: the second time, somebody is asked."""
    silent = Invitation.objects.select_related("person").first().person.email
    with smtp.server(data=lambda a: after_the_message if a == silent else "250 OK") as (server, port):
        smtp.use(settings, port, EMAIL_TIMEOUT=0.8)
        for days in range(6):
            with clock.at(TUESDAY + timedelta(days=days)):
                send()
    assert server.recipients.count(silent) == 2
    assert len(server.recipients) == 11
    twice = [m["Message-ID"] for m, a in zip(server.received, server.recipients, strict=True) if a == silent]
    assert twice[0] == twice[1]
    mail = OutboxMail.objects.get(recipient=silent)
    assert (mail.state, mail.last_error, mail.attempts) == ("refused", "unconfirmed", 2)
    with translation.override("en"):
        assert "It is not known whether this mail left" in transport.explain(mail.last_error)


@pytest.mark.usefixtures("impatient")
def test_what_may_have_left_is_not_forgotten_by_another_failure(wave, settings):
    person = Invitation.objects.select_related("person").first().person.email
    answers = iter(["slow 2.5", "451 later", "slow 2.5", "slow 2.5"])
    with smtp.server(data=lambda a: next(answers) if a == person else "250 OK") as (server, port):
        smtp.use(settings, port, EMAIL_TIMEOUT=0.8)
        for days in range(6):
            with clock.at(TUESDAY + timedelta(days=days)):
                send()
    assert server.recipients.count(person) == 2
    assert OutboxMail.objects.get(recipient=person).state == "refused"


@pytest.mark.usefixtures("impatient")
def test_asked_to_try_again_it_is_sent_as_if_nothing_had_happened(wave, settings):
    OutboxMail.objects.update(state="refused", last_error="unconfirmed", attempts=2)
    mail = OutboxMail.objects.earliest("pk")
    invitations.retry_refused(by=actor(wave.cast.facilitator), mail=mail)
    with smtp.server(data=lambda a: "slow 2.5") as (_server, port):
        smtp.use(settings, port, EMAIL_TIMEOUT=0.8)
        send()
    mail.refresh_from_db()
    assert (mail.state, mail.last_error) == ("queued", "unconfirmed")


def test_a_line_with_a_dot_alone_does_not_end_a_message(wave, settings):
    with smtp.server() as (server, port):
        smtp.use(settings, port)
        backend = transport.connect()
        text = "First.\n.\n..\nLast."
        parcel = transport.Parcel("k" * 12, "Zoé", "zoe@example.test", "Dots", text, "<p>.</p>", "en")
        transport.send(backend, parcel)
        transport.hang_up(backend)
    assert text_of(server.received[0]).split() == text.split()


def test_a_slow_server_lets_the_other_jobs_have_their_turn(wave, settings, monkeypatch):
    monkeypatch.setattr(delivery, "LONGEST_ROUND", 0.2)
    with smtp.server(data=lambda a: "slow 0.15") as (server, port):
        smtp.use(settings, port)
        assert send() is True
        assert 1 <= len(server.recipients) < 10


def test_refused_content_is_final(wave, settings):
    with smtp.server(data=lambda a: "554 5.7.1 no") as (_, port):
        smtp.use(settings, port)
        send()
    assert set(states()) == {"refused"}
    assert set(OutboxMail.objects.values_list("last_error", flat=True)) == {"content"}


def test_mail_held_by_a_dead_worker_goes_to_the_next_one(wave, settings):
    mail = OutboxMail.objects.order_by("pk").first()
    dead = new_holder()
    assert outbox.take(mail, dead)
    with smtp.server() as (server, port):
        smtp.use(settings, port)
        send()
    assert len(set(server.recipients)) == 10
    assert states() == ["sent"] * 10


def test_mail_held_by_two_workers_that_died_is_not_sent_a_third_time(wave, settings):
    """Each may have sent it and died before it said so."""
    mail = OutboxMail.objects.order_by("pk").first()
    link = OutboxMail.objects.create(
        kind="link", wave=wave.wave, invitation=mail.invitation, recipient=mail.recipient, once="link:x",
        not_before=clock.now(),
    )  # fmt: skip
    for row in (mail, link):
        for _ in range(2):
            assert outbox.take(row, new_holder())
            outbox.take_back_from_the_dead()
    mail.refresh_from_db()
    assert (mail.state, mail.last_error, mail.holder) == ("refused", "unconfirmed", "")
    assert not OutboxMail.objects.filter(pk=link.pk).exists()


def test_a_mail_put_off_by_a_clock_that_was_wrong_leaves_at_once(wave, settings):
    with clock.at(TUESDAY + timedelta(days=1)):
        OutboxMail.objects.update(not_before=clock.now())
    with smtp.server() as (server, port):
        smtp.use(settings, port)
        send()
    assert len(server.recipients) == 10


def test_mail_held_by_a_living_worker_is_left_to_it(wave, settings):
    mail = OutboxMail.objects.order_by("pk").first()
    alive = new_holder()
    beat(alive)
    outbox.take(mail, alive)
    with smtp.server() as (server, port):
        smtp.use(settings, port)
        send()
    assert mail.recipient not in server.recipients
    assert len(server.recipients) == 9


def test_two_workers_cannot_take_the_same_mail(wave):
    first = outbox.next_due()
    same = outbox.next_due()
    assert first.pk == same.pk
    assert [outbox.take(first, "a"), outbox.take(same, "b")] == [True, False]


# ---------------------------------------------------------------- Identity of the messages
def test_headers_say_that_no_person_wrote_it(wave, settings):
    with smtp.server() as (server, port):
        smtp.use(settings, port)
        send()
    ids = {m["Message-ID"] for m in server.received}
    assert len(ids) == 10
    assert all(re.fullmatch(r"<[a-z0-9]{12}@127\.0\.0\.1>", i) for i in ids)
    assert {m["Auto-Submitted"] for m in server.received} == {"auto-generated"}
