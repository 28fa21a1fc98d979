"""Rules of a wave: people, quorums, dates, clones, what each side may know."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

import personas
import wave_steps
from reciproque.app.directory.models import Membership, Person, Post
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused
from reciproque.app.survey.actions import closing, waves
from reciproque.app.survey.actions.answering import withdraw_ballot
from reciproque.app.survey.models import Invitation, Wave
from reciproque.app.survey.queries.waves import rules, wave_status
from reciproque.app.survey.urn import collect, store, tokens
from reciproque.app.survey.urn.errors import SecretMissing

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
    pytest.mark.usefixtures("urn_store"),
]
STATUS_QUERIES = 10


def sign_in(account) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    return client


def read(account, page: str, wave: Wave) -> str:
    return strip_tags(sign_in(account).get(reverse(page, args=[wave.key])).content.decode())


def extended(made) -> None:
    by = actor(made.cast.facilitator)
    waves.extend_wave(by=by, wave=made.wave, closes_at=made.wave.closes_at + timedelta(days=7))


def test_a_wave_is_prepared_on_screen(cast):
    browser = sign_in(cast.client_sponsor)
    form = {
        "form": "full", "languages": ["fr", "en"], "opens_at": "2031-03-01T09:00", "closes_at": "2031-03-15T18:00",
        "quorum_client": "5", "quorum_supplier": "6", "grace_hours": "48",
    }  # fmt: skip
    url = reverse("wave-new", args=[cast.relationship.key])
    refused = browser.post(url, form | {"quorum_client": "4"})
    assert refused.status_code == 200
    assert not Wave.objects.exists()
    browser.post(url, form)
    wave = Wave.objects.get()
    assert (wave.quorum_supplier, wave.grace_hours, wave.level, wave.state) == (6, 48, 2, "draft")
    chosen = list(Person.objects.filter(organisation=cast.relationship.client).values_list("pk", flat=True))
    browser.post(reverse("wave-people", args=[wave.key]), {"side": "client", "client-people": chosen})
    browser.post(reverse("wave-declare", args=[wave.key]), {"complete": "yes"})
    wave.refresh_from_db()
    assert wave.invitations.count() == 5
    assert (wave.list_complete_client, wave.list_complete_supplier) == (True, None)


def test_a_company_never_touches_nor_sees_the_other_list(cast):
    made = wave_steps.draft(cast)
    theirs = wave_steps.people_of(cast, "supplier")
    with pytest.raises(Refused):
        waves.set_people(by=actor(cast.client_sponsor), wave=made.wave, side="supplier", people=theirs)
    with pytest.raises(Refused):
        waves.set_people(by=actor(cast.client_sponsor), wave=made.wave, side="client", people=theirs)
    browser = sign_in(cast.client_sponsor)
    browser.post(reverse("wave-people", args=[made.wave.key]), {"side": "supplier", "supplier-people": [theirs[0].pk]})
    assert made.wave.invitations.filter(side="supplier").count() == 5
    for page in ("wave", "wave-people"):
        text = read(cast.client_sponsor, page, made.wave)
        assert not any(person.last_name + " " in text or person.email in text for person in theirs)


def test_sealing_needs_enough_people_and_a_sponsor_on_each_side(cast):
    made = wave_steps.draft(cast, quorum_supplier=6)
    with pytest.raises(Refused, match="not ready"):
        waves.start_sealing(by=actor(cast.facilitator), wave=made.wave)
    personas.person(cast.relationship.supplier)
    people = wave_steps.people_of(cast, "supplier")
    waves.set_people(by=actor(cast.facilitator), wave=made.wave, side="supplier", people=people)
    Membership.objects.filter(account=cast.supplier_sponsor).delete()
    with pytest.raises(Refused, match="no sponsor"):
        waves.start_sealing(by=actor(cast.facilitator), wave=made.wave)


def test_mails_must_be_able_to_leave_before_sealing(cast, settings):
    settings.DEMO = settings.SIMULATE = False
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", ""
    made = wave_steps.draft(cast)
    Wave.objects.filter(pk=made.wave.pk).update(links_by_hand=False)
    with pytest.raises(Refused, match="mails can leave"):
        waves.start_sealing(by=actor(cast.facilitator), wave=made.wave)


@pytest.mark.parametrize("day", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_day_of_another_age_is_refused_in_words(cast, day):
    made = wave_steps.draft(cast)
    response = sign_in(cast.facilitator).post(
        reverse("wave-settings", args=[made.wave.key]), {"opens_at": day, "closes_at": day}
    )
    assert "look at the year again" in response.content.decode()
    assert Wave.objects.get(pk=made.wave.pk).closes_at == made.wave.closes_at


@pytest.mark.parametrize("number", ["9223372036854775808", "9" * 400, "-1", "²", "x"])
def test_a_number_that_no_row_can_have_is_nobody(cast, number):
    made = wave_steps.draft(cast)
    data = {"side": "client", "client-people": [made.wave.invitations.filter(side="client").first().person_id, number]}
    response = sign_in(cast.client_sponsor).post(reverse("wave-people", args=[made.wave.key]), data)
    assert response.status_code == 200
    assert "is not a valid value" in strip_tags(response.content.decode())
    assert made.wave.invitations.filter(side="client").count() == 5


def test_late_people_come_by_three(cast):
    made = wave_steps.collecting(cast, level=1)
    late = [personas.person(cast.relationship.client) for _ in range(3)]
    with pytest.raises(Refused, match="at least three"):
        waves.add_late_people(by=actor(cast.client_sponsor), wave=made.wave, side="client", people=late[:2])
    already = wave_steps.people_of(cast, "client")[:2]
    with pytest.raises(Refused, match="at least three"):  # people already there do not count
        waves.add_late_people(by=actor(cast.client_sponsor), wave=made.wave, side="client", people=[*already, late[0]])
    waves.add_late_people(by=actor(cast.client_sponsor), wave=made.wave, side="client", people=late)
    assert made.wave.invitations.filter(side="client").count() == 8


def test_sides_read_a_word_and_only_a_neutral_facilitator_reads_numbers(cast):
    made = wave_steps.collecting(cast, level=1)
    made.answer_all({"client": 5, "supplier": 3})
    closing.close_due()
    made.wave.refresh_from_db()
    for name in ("client_sponsor", "supplier_sponsor", "client_member", "supplier_member", "observer"):
        membership = Membership.objects.get(account=getattr(cast, name))
        sides = wave_status(made.wave, membership).sides
        assert [(side.quorum_reached, side.ballots) for side in sides] == [(True, None), (False, None)]
    neutral = wave_status(made.wave, Membership.objects.get(account=cast.facilitator))
    assert [side.ballots for side in neutral.sides] == [5, 3]
    Membership.objects.filter(account=cast.facilitator).update(side="client")
    employed = wave_status(made.wave, Membership.objects.get(account=cast.facilitator))
    assert [side.ballots for side in employed.sides] == [None, None]
    assert employed.sides[1].people is None


def test_a_ballot_taken_back_with_a_link_changes_no_word_that_a_side_reads(cast):
    """Somebody who holds another person's link must not learn from the quorum whether that person had answered."""
    made = wave_steps.collecting(cast, level=1)
    made.answer_all({"client": 5, "supplier": 4})
    closing.close_due()
    names = ("client_sponsor", "client_member", "supplier_sponsor", "observer")
    before = [read(getattr(cast, name), "wave", made.wave) for name in names]
    withdraw_ballot(token=collect.invitation_token(made.wave.pk, made.invitations("client")[0]))
    closing.close_due()
    assert [read(getattr(cast, name), "wave", made.wave) for name in names] == before
    assert "5 answers, reached" in before[0]
    assert "5 answers, not yet" in before[0]
    neutral = wave_status(made.wave, Membership.objects.get(account=cast.facilitator))
    assert [(side.quorum_reached, side.ballots) for side in neutral.sides] == [(False, 4), (False, 4)]
    with clock.at(made.wave.closes_at + timedelta(hours=1)):  # nothing can be taken back any more
        assert "5 answers, reached" not in read(cast.client_sponsor, "wave", made.wave)


def test_a_quorum_missed_opens_nothing_and_is_extended_once_or_cancelled(cast):
    made = wave_steps.collecting(cast, level=1)
    made.answer_all({"client": 5, "supplier": 4})
    made.close()
    assert made.wave.state == "collecting"
    with clock.at(made.wave.closes_at + timedelta(hours=1)):
        text = read(cast.client_sponsor, "wave", made.wave)
        assert "a quorum is missing" in text
        extended(made)
    with pytest.raises(Refused, match="already extended"):
        extended(made)
    made.close()
    assert made.wave.state == "collecting"
    waves.cancel_wave(by=actor(cast.supplier_sponsor), wave=made.wave)
    assert sum(store.counts(made.wave.pk).values()) == 0


def test_extending_needs_a_missing_quorum(cast):
    made = wave_steps.collecting(cast, level=1)
    made.answer_all()
    with pytest.raises(Refused, match="no need"):
        extended(made)


def test_asking_for_more_time_tells_nothing_of_a_ballot_taken_back(cast):
    """A sponsor asks, takes somebody's ballot back with a link, and asks again: the same words come back."""
    made = wave_steps.collecting(cast, level=1)
    made.answer_all({"client": 5, "supplier": 5})
    closing.close_due()

    def ask(day: datetime) -> str:
        with pytest.raises(Refused) as refused:
            waves.extend_wave(by=actor(cast.client_sponsor), wave=made.wave, closes_at=day)
        return refused.value.message

    days = (made.wave.closes_at - timedelta(days=1), made.wave.closes_at + timedelta(days=7))
    before = [ask(day) for day in days]
    withdraw_ballot(token=collect.invitation_token(made.wave.pk, made.invitations("client")[0]))
    closing.close_due()
    assert [ask(day) for day in days] == before
    waves.extend_wave(by=actor(cast.facilitator), wave=made.wave, closes_at=days[1])


def test_closing_too_early_says_so_whatever_was_answered(cast):
    made = wave_steps.collecting(cast, level=1)
    Membership.objects.filter(account=cast.facilitator).update(side="client")
    said = []
    for answers in ({"client": 0, "supplier": 0}, {"client": 5, "supplier": 5}):
        made.answer_all(answers)
        with pytest.raises(Refused) as refused:
            closing.start_closing(by=actor(cast.facilitator), wave=made.wave)
        said.append(refused.value.message)
    assert len(set(said)) == 1


def test_both_quorums_then_the_hours_of_grace_close_the_wave(cast):
    made = wave_steps.collecting(cast, level=1, grace_hours=24)
    made.answer_all()
    assert closing.close_due() == 0
    reached = Wave.objects.get(pk=made.wave.pk).quorums_reached_at
    assert (reached.minute, reached.second, reached.microsecond) == (0, 0, 0)
    with clock.at(reached + timedelta(hours=23, minutes=59)):
        assert closing.close_due() == 0
    with clock.at(reached + timedelta(hours=24)):
        assert closing.close_due() == 1
    made.wave.refresh_from_db()
    assert (made.wave.state, made.wave.ballots_client, made.wave.ballots_supplier) == ("closed", 5, 5)


def test_closing_destroys_the_link_and_marks_all_in_one_statement(cast, settings):
    made = wave_steps.collecting(cast, level=1)
    made.answer_all()
    with CaptureQueriesContext(connection) as queries:
        made.close()
    marks = [q["sql"] for q in queries if q["sql"].startswith('UPDATE "app_invitation"')]
    assert len(marks) == 1
    assert set(Invitation.objects.values_list("answered", flat=True)) == {True}
    with pytest.raises(SecretMissing):
        tokens.read_secret(settings.SECRETS_DIR, made.wave.pk)


def test_the_list_of_people_who_answered_is_shown_to_nobody(cast):
    made = wave_steps.collecting(cast, level=1)
    made.answer_all({"client": 5, "supplier": 5})
    made.close()
    pages = {read(cast.client_sponsor, "wave", made.wave), read(cast.facilitator, "wave", made.wave)}
    Invitation.objects.filter(wave=made.wave).update(answered=False)
    after = {read(cast.client_sponsor, "wave", made.wave), read(cast.facilitator, "wave", made.wave)}
    assert pages == after


def test_the_next_wave_asks_the_same_words_to_the_people_still_in_post(cast):
    made = wave_steps.closed(cast, level=1)
    with pytest.raises(Refused, match="in progress"):
        waves.clone_wave(
            by=actor(cast.facilitator), wave=made.wave, opens_at=clock.now(), closes_at=clock.now() + timedelta(days=9)
        )
    Wave.objects.filter(pk=made.wave.pk).update(state="open", instrument_text=made.wave.instrument_text + "\n# first")
    leaver = wave_steps.people_of(cast, "client")[0]
    Post.objects.filter(person=leaver).update(ended_on=clock.today())
    baseline = Wave.objects.get(pk=made.wave.pk)
    clone = waves.clone_wave(
        by=actor(cast.facilitator), wave=baseline, opens_at=clock.now(), closes_at=clock.now() + timedelta(days=9)
    )
    assert clone.instrument_text.endswith("# first")
    assert (clone.number, clone.cloned_from, clone.state) == (2, baseline, "draft")
    assert not clone.invitations.filter(person=leaver).exists()
    assert (clone.invitations.filter(side="client").count(), clone.invitations.filter(side="supplier").count()) == (
        4,
        5,
    )


def test_cancelling_asks_for_a_word_typed_by_hand(cast):
    made = wave_steps.collecting(cast, level=1)
    browser, url = sign_in(cast.supplier_sponsor), reverse("wave-cancel", args=[made.wave.key])
    browser.post(url, {"word": "yes"})
    assert Wave.objects.get(pk=made.wave.pk).state == "collecting"
    browser.post(url, {"word": " Cancel "})
    assert Wave.objects.get(pk=made.wave.pk).state == "cancelled"


def test_the_rules_say_what_will_be_applied(cast):
    wave = wave_steps.draft(cast, quorum_client=6, quorum_supplier=5, grace_hours=36).wave
    said = " ".join(rules(wave))
    assert "6 answers on the client side and 5 on the supplier side" in said
    assert "after 36 hours" in said


@pytest.mark.parametrize("people", [5, 12])
def test_the_status_page_asks_the_database_the_same_whatever_the_list(people):
    cast = personas.cast(people=people)
    made = wave_steps.collecting(cast, level=1)
    browser, url = sign_in(cast.facilitator), reverse("wave", args=[made.wave.key])
    browser.get(url)
    with CaptureQueriesContext(connection) as queries:
        browser.get(url)
    assert len([q for q in queries if not q["sql"].startswith(("PRAGMA", "SET "))]) == STATUS_QUERIES
