"""Reminders, digests and calendars: the same for both sides, at the same minute, and not one name too many."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parseaddr

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from promised import DAY, on, sign_in
from reciproque.app.commitments.actions.changes import answer_change, ask_terms
from reciproque.app.commitments.actions.exposed import name_exposed
from reciproque.app.commitments.actions.reminders import queue_digests, queue_promise_reminders
from reciproque.app.commitments.actions.words import say_first_step
from reciproque.app.commitments.models import CalendarAddress
from reciproque.app.directory.models import Person
from reciproque.app.shared.audit import actor
from reciproque.app.survey.actions.delivery import send_due_mails
from reciproque.app.survey.models import OutboxMail


def letters(day) -> list:
    """The mails that leave on that day."""
    mail.outbox.clear()
    with on(day):
        queue_promise_reminders()
        queue_digests()
        send_due_mails(holder="test")
    return list(mail.outbox)


def reminders(day) -> list:
    return [one for one in letters(day) if one.attachments]


@pytest.mark.parametrize(
    ("after", "subject"),
    [(7, "a first step, today"), (23, "comes due in a week"), (31, "the date of a promise has passed")],
)
def test_both_owners_get_the_same_reminder_at_the_same_minute(promises, after, subject):
    promise = promises.open()
    sent = reminders(promises.today + after * DAY)
    assert len(sent) == 2
    assert all(subject in one.subject for one in sent)
    members = (promises.cast.client_member, promises.cast.supplier_member)
    assert {parseaddr(one.to[0])[1] for one in sent} == {account.email for account in members}
    first, second = (one.body.split("\n", 1)[1] for one in sent)
    assert first == second
    assert len(set(OutboxMail.objects.filter(kind="promise").values_list("not_before", flat=True))) == 1
    assert f"/commitments/promises/{promise.key}/" in first


def test_the_attachment_is_a_calendar_with_the_two_dates(promises):
    promise = promises.open()
    (name, content, kind) = reminders(promises.today + 7 * DAY)[0].attachments[0]
    assert name == f"{promise.key}.ics"
    assert kind == "text/calendar"
    events = Calendar.from_ical(content).walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == [promise.first_step_by, promise.due_on]
    assert str(events[1]["summary"]) == promise.what


def test_a_reminder_leaves_once(promises):
    promises.open()
    assert len(reminders(promises.today + 7 * DAY)) == 2
    assert reminders(promises.today + 7 * DAY) == []
    assert reminders(promises.today + 8 * DAY) == []


def test_nothing_is_sent_for_what_no_longer_needs_it(promises):
    promise = promises.open()
    promises.offered()
    with on(promises.today + DAY):
        say_first_step(by=actor(promises.cast.supplier_member), commitment=promise)
    assert reminders(promises.today + 7 * DAY) == []
    promises.said_kept(promise, promises.today + 20 * DAY)
    assert reminders(promises.today + 23 * DAY) == []
    assert reminders(promises.today + 31 * DAY) == []


def test_a_reminder_queued_before_the_date_moved_stays_home(promises):
    promise = promises.open()
    with on(promises.today + 23 * DAY):
        assert queue_promise_reminders() == 2
        later = {**promises.terms(), "due_on": promises.today + 60 * DAY}
        wanted = {name: later[name] for name in ("what", "proof", "due_on", "efforts")}
        change = ask_terms(by=actor(promises.cast.supplier_member), commitment=promise, why="A press broke.", **wanted)
        answer_change(by=actor(promises.cast.client_member), change=change, accept=True)
        send_due_mails(holder="test")
    assert mail.outbox == []
    assert len(reminders(promises.today + 53 * DAY)) == 2


def test_the_demonstration_writes_to_nobody(promises):
    promises.open()
    promises.relationship.is_demo = True
    promises.relationship.save()
    assert letters(promises.today + 7 * DAY) == []


def test_on_monday_both_sponsors_get_the_same_list(promises):
    promises.open()
    promises.open("client", what="We pay at thirty days.")
    monday = promises.today + (7 - promises.today.weekday()) * DAY
    if monday == promises.today + 7 * DAY:
        monday += 7 * DAY
    digests = [one for one in letters(monday) if "this week" in one.subject]
    sponsors = (promises.cast.client_sponsor, promises.cast.supplier_sponsor)
    assert {parseaddr(one.to[0])[1] for one in digests} == {account.email for account in sponsors}
    first, second = (one.body.split("\n", 1)[1] for one in digests)
    assert first == second
    assert "2 promises are in progress." in first
    assert "We pay at thirty days." in first
    assert [one for one in letters(monday + DAY) if "this week" in one.subject] == []


def test_the_digest_tells_a_sponsor_how_many_of_the_own_people_are_exposed_and_no_name(promises):
    promises.open()
    broken = promises.settled("broken", what="We say so before a plan changes.")
    person = Person.objects.filter(organisation=promises.relationship.client).first()
    name_exposed(
        by=actor(promises.cast.client_member),
        commitment=broken,
        person=person,
        defended="She defended a canary budget.",
    )
    monday = promises.today + (14 - promises.today.weekday()) * DAY
    digests = {parseaddr(one.to[0])[1]: one.body for one in letters(monday) if "this week" in one.subject}
    own, other = (digests[account.email] for account in (promises.cast.client_sponsor, promises.cast.supplier_sponsor))
    assert "Only your company reads this line" in own
    assert "1 person who defended this partner" in own
    assert "exposes" not in other
    for body in (own, other):
        assert str(person) not in body
        assert "canary" not in body


# ---------------------------------------------------------------- the private calendar
def feed_address(client) -> str:
    page = client.post(reverse("calendar-settings"), {"do": "make"}).content.decode()
    start = page.index("/commitments/calendar/", page.index('id="calendar-address"'))
    return page[start : page.index(".ics", start) + 4]


def test_a_calendar_is_read_by_its_secret_address_only(promises, client):
    mine = promises.open()
    promises.open(owners={"client": promises.cast.client_sponsor, "supplier": promises.cast.supplier_sponsor})
    owner = sign_in(promises.cast.client_member)
    address = feed_address(owner)
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/calendar")
    assert mine.key in response.content.decode()
    assert len({str(event["url"]) for event in Calendar.from_ical(response.content).walk("VEVENT")}) == 1
    assert address.split("/")[-1].removesuffix(".ics") not in CalendarAddress.objects.get().digest
    assert address not in owner.get(reverse("calendar-settings")).content.decode()


def test_an_event_names_its_two_owners_and_nobody_else(promises, client):
    promises.open()
    said = client.get(feed_address(sign_in(promises.cast.client_member))).content.decode().replace("\r\n ", "")
    cast = promises.cast
    for account in (cast.client_sponsor, cast.supplier_sponsor, cast.supplier_deputy, cast.facilitator):
        assert account.name not in said
    for account in (cast.client_member, cast.supplier_member):
        assert account.name in said
        assert account.email not in said


def test_a_new_address_or_none_shuts_the_old_one(promises, client):
    owner = sign_in(promises.cast.client_member)
    first = feed_address(owner)
    second = feed_address(owner)
    assert first != second
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    owner.post(reverse("calendar-settings"), {"do": "revoke"})
    assert client.get(second).status_code == 404
    assert client.get(reverse("calendar-feed", args=["never-made"])).status_code == 404


def test_a_calendar_shows_nothing_of_a_relationship_that_was_left(promises, client):
    promises.open()
    address = feed_address(sign_in(promises.cast.client_member))
    promises.cast.client_member.memberships.all().delete()
    assert b"VEVENT" not in client.get(address).content
    promises.cast.client_member.is_active = False
    promises.cast.client_member.save()
    assert client.get(address).status_code == 404


def test_one_promise_as_a_calendar_file_is_for_its_relationship(promises):
    promise = promises.open()
    address = reverse("commitment-ics", args=[promise.key])
    assert b"BEGIN:VEVENT" in sign_in(promises.cast.observer).get(address).content
    assert sign_in(promises.cast.outsider).get(address).status_code == 404


def test_a_feed_costs_the_same_for_one_promise_as_for_five(promises, client, django_assert_num_queries):
    promises.open()
    address = feed_address(sign_in(promises.cast.client_member))
    with django_assert_num_queries(5):
        client.get(address)
    for _ in range(4):
        promises.open()
    with django_assert_num_queries(5):
        client.get(address)


def test_the_time_of_reminders_is_the_morning(promises):
    promises.open()
    early = timezone.make_aware(timezone.datetime.combine(promises.today + 7 * DAY, timezone.datetime.min.time()))
    from reciproque.app.shared import clock

    with clock.at(early + timedelta(hours=6)):
        assert queue_promise_reminders() == 0
