""" "Send my link again": the same for everybody, from what can be seen to what is stored."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.test import Client
from django.urls import reverse

import wave_steps
from reciproque.app.directory.models import Person
from reciproque.app.shared import clock
from reciproque.app.shared.audit import SYSTEM
from reciproque.app.shared.worker import beat, new_holder
from reciproque.app.survey.actions import delivery
from reciproque.app.survey.actions.invitations import queue_invitations, resend_link
from reciproque.app.survey.models import Invitation, OutboxMail, Wave
from reciproque.app.survey.urn import collect
from reciproque.app.survey.views import send_again
from wave_steps import Ceremony

URL = "/r/again"


@pytest.fixture(autouse=True)
def _fresh(tmp_path, settings) -> None:
    settings.SECRETS_DIR = tmp_path / "secrets"
    send_again.visits.clear()
    delivery._asked_again.clear()


@pytest.fixture
def wave(cast) -> Ceremony:
    """Everybody was written to."""
    made = wave_steps.collecting(cast)
    Wave.objects.update(links_by_hand=False)
    made.wave.refresh_from_db()
    queue_invitations(by=SYSTEM, wave=made.wave)
    work()
    django_mail.outbox.clear()
    return made


def work() -> None:
    holder = new_holder()
    beat(holder)
    while OutboxMail.objects.filter(state="queued", not_before__lte=clock.now()).exists():
        delivery.send_due_mails(holder=holder)


def ask(client: Client, email: str):
    return client.post(URL, {"email": email}, REMOTE_ADDR="192.0.2.7")


def addresses(wave: Ceremony) -> dict[str, str]:
    waiting, answered = Invitation.objects.select_related("person").order_by("pk")[:2]
    wave.answer(answered.pk)
    return {"unknown": "nobody@example.test", "waiting": waiting.person.email, "answered": answered.person.email}


def test_the_same_answer_the_same_queries_and_the_same_row_whoever_asks(client, wave, django_assert_num_queries):
    seen = {}
    for who, email in addresses(wave).items():
        with django_assert_num_queries(2):
            response = ask(client, email)
        row = OutboxMail.objects.filter(kind="resend").latest("pk")
        page = re.sub(rb'name="csrfmiddlewaretoken" value="\w{64}"', b"", response.content)
        seen[who] = (response.status_code, page, row.recipient, row.invitation_id, len(row.data["box"]), set(row.data))
        assert email not in str(row.data)
    assert len(set(map(str, seen.values()))) == 1


def test_only_the_one_invited_gets_the_link_and_nothing_stays(client, wave):
    asked = addresses(wave)
    for email in asked.values():
        ask(client, email)
    work()
    assert sorted(m.to[0].split("<")[1].rstrip(">") for m in django_mail.outbox) == sorted(
        [asked["waiting"], asked["answered"]]
    )
    for message in django_mail.outbox:
        invitation = Invitation.objects.get(person__email=message.to[0].split("<")[1].rstrip(">"))
        assert collect.invitation_token(wave.wave.pk, invitation.pk) in message.body
    assert not OutboxMail.objects.filter(kind__in=["resend", "link"]).exists()


def test_a_link_goes_where_the_invitation_went_whatever_the_directory_says_now(client, wave):
    """Whoever keeps the list of people could otherwise have the link of a person sent to an own address."""
    invitation = Invitation.objects.select_related("person").first()
    invited = invitation.person.email
    Person.objects.filter(pk=invitation.person_id).update(email="keeper@example.test")
    ask(client, "keeper@example.test")
    work()
    assert django_mail.outbox == []
    ask(client, invited)
    work()
    assert [invited in message.to[0] for message in django_mail.outbox] == [True]


def test_links_handed_out_by_hand_are_sent_to_nobody(client, cast):
    wave_steps.collecting(cast)
    ask(client, Invitation.objects.first().person.email)
    work()
    assert django_mail.outbox == []


def test_capitals_do_not_matter(client, wave):
    ask(client, addresses(wave)["waiting"].upper())
    work()
    assert len(django_mail.outbox) == 1


def test_an_address_is_written_to_three_times_an_hour_at_most(client, wave):
    email = addresses(wave)["waiting"]
    for _ in range(6):
        ask(client, email)
    work()
    assert len(django_mail.outbox) == 3
    with clock.at(clock.now() + timedelta(minutes=61)):
        ask(client, email)
        work()
    assert len(django_mail.outbox) == 4


def test_after_closing_no_link_leaves(client, wave):
    ask(client, addresses(wave)["waiting"])
    wave.wave.state = "closing"
    wave.wave.save()
    work()
    assert django_mail.outbox == []


def test_one_place_cannot_ask_for_ever(client, db):
    answers = [ask(client, f"a{number}@example.test").status_code for number in range(22)]
    assert answers == [200] * 20 + [429] * 2
    assert client.post(URL, {"email": "a@example.test"}, REMOTE_ADDR="192.0.2.8").status_code == 200


def test_behind_a_proxy_the_first_outside_address_counts(client, db, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(20):
        client.post(URL, {"email": "a@example.test"}, headers={"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.5"})
    blocked = client.post(URL, {"email": "a@example.test"}, headers={"X-Forwarded-For": "10.1.1.1, 203.0.113.5"})
    assert blocked.status_code == 429


def test_the_queue_cannot_be_filled(db, monkeypatch):
    monkeypatch.setattr("reciproque.app.survey.actions.invitations.MOST_WAITING", 3)
    for number in range(5):
        resend_link(f"a{number}@example.test")
    assert OutboxMail.objects.count() == 3


@pytest.mark.parametrize("typed", ["", "not an address", "a@b\r\nBcc: c@example.test", "x" * 300 + "@example.test"])
def test_what_is_not_an_address_is_said_at_once(client, db, typed):
    response = ask(client, typed)
    assert response.status_code == 422
    assert b'aria-invalid="true"' in response.content
    assert not OutboxMail.objects.exists()


def test_a_row_that_cannot_be_read_is_thrown_away(wave):
    OutboxMail.objects.create(kind="resend", once="x", not_before=clock.now(), data={"box": "AAAA"})
    work()
    assert not OutboxMail.objects.filter(kind="resend").exists()


def test_the_page_is_open_to_all_asks_for_the_form_token_and_writes_nothing_when_read(db):
    strict = Client(enforce_csrf_checks=True)
    page = strict.get(reverse("send-again"))
    assert page.status_code == 200
    assert b"csrfmiddlewaretoken" in page.content
    assert strict.post(URL, {"email": "a@example.test"}).status_code == 403
