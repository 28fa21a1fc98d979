"""News to sponsors, members and new accounts: to both sides at the same minute, once, and never a figure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as django_mail
from django.utils import timezone

import personas
import wave_steps
from reciproque.app.directory.models import Account, Membership
from reciproque.app.shared import audit, clock
from reciproque.app.shared.audit import SYSTEM
from reciproque.app.shared.models import AuditHead
from reciproque.app.shared.worker import beat, new_holder
from reciproque.app.survey.actions import delivery, invitations
from reciproque.app.survey.mail import outbox
from reciproque.app.survey.models import Invitation, OutboxMail, Wave
from wave_steps import Ceremony

PARIS = ZoneInfo("Europe/Paris")
MORNING = datetime.combine(date.today() + timedelta(days=30), time(8), tzinfo=PARIS)  # after what fixtures write now


@pytest.fixture(autouse=True)
def _secrets(tmp_path, settings) -> None:
    settings.SECRETS_DIR = tmp_path / "secrets"


@pytest.fixture
def wave(cast) -> Ceremony:
    made = wave_steps.collecting(cast)
    OutboxMail.objects.all().delete()
    return made


def send() -> list[str]:
    holder = new_holder()
    beat(holder)
    delivery.send_due_mails(holder=holder)
    return [m.to[0].split("<")[1].rstrip(">") for m in django_mail.outbox]


def test_both_sponsors_learn_of_the_closing_at_the_same_minute_and_nobody_else(wave):
    Wave.objects.update(state="closed")
    wave.wave.refresh_from_db()
    invitations.queue_closed(wave=wave.wave)
    invitations.queue_closed(wave=wave.wave)
    assert len(set(OutboxMail.objects.values_list("not_before", flat=True))) == 1
    assert sorted(send()) == sorted([wave.cast.client_sponsor.email, wave.cast.supplier_sponsor.email])
    one, other = django_mail.outbox
    assert one.subject == other.subject
    assert one.body.split("\n", 1)[1] == other.body.split("\n", 1)[1], "only the greeting differs"


def test_the_opening_is_told_to_both_sides_in_turn(wave):
    Wave.objects.update(state="open")
    wave.wave.refresh_from_db()
    invitations.queue_opened(wave=wave.wave)
    told = send()
    sides = dict(Membership.objects.values_list("account__email", "side"))
    assert [sides[address] for address in told[:6]] == ["client", "supplier"] * 3
    assert {sides[address] for address in told[6:]} == {"neutral"}
    assert len(told) == 8


def test_a_message_about_a_state_that_has_passed_does_not_leave(wave):
    invitations.queue_closed(wave=wave.wave)
    assert send() == []
    assert set(OutboxMail.objects.values_list("state", flat=True)) == {"cancelled"}


def test_accounts_that_never_came_in_are_invited_once(wave):
    known = wave.cast.client_sponsor
    Account.objects.filter(pk=known.pk).update(last_login=timezone.now())
    Account.objects.filter(pk=wave.cast.client_member.pk).update(is_active=False)
    invitations.queue_account_invitations()
    invitations.queue_account_invitations()
    told = send()
    assert sorted(told) == sorted(
        getattr(wave.cast, name).email
        for name in (
            "supplier_sponsor",
            "client_deputy",
            "supplier_deputy",
            "supplier_member",
            "facilitator",
            "observer",
        )
    )
    assert all("/accounts/login/code/" in m.body for m in django_mail.outbox)


def grow(wave: Ceremony, relationship_key: str = "") -> None:
    from django.db import transaction

    with transaction.atomic():
        audit.record(
            by=SYSTEM,
            action="x",
            subject="x",
            audience="both",
            relationship_key=relationship_key or wave.cast.relationship.key,
        )


def test_the_head_of_the_log_leaves_once_a_day_when_it_grew(wave):
    expected = sorted(getattr(wave.cast, name).email for name in ("client_sponsor", "supplier_sponsor", "facilitator"))
    with clock.at(MORNING):
        invitations.queue_log_heads()
        assert sorted(send()) == expected
        head = AuditHead.objects.get()
        assert all(head.hash in m.body for m in django_mail.outbox)
        grow(wave)
        invitations.queue_log_heads()
        assert len(send()) == 3, "once a day"
    with clock.at(MORNING + timedelta(days=1)):
        invitations.queue_log_heads()
        assert len(send()) == 6
    with clock.at(MORNING + timedelta(days=2)):
        invitations.queue_log_heads()
        assert len(send()) == 6, "nothing new to tell"


def test_the_head_of_the_log_goes_to_those_concerned_only(wave):
    other = personas.cast()
    with clock.at(MORNING):
        invitations.queue_log_heads()
    assert other.client_sponsor.email not in send()


def test_no_head_in_the_night(wave):
    with clock.at(MORNING - timedelta(hours=3)):
        invitations.queue_log_heads()
    assert not OutboxMail.objects.exists()


def row(wave: Ceremony, kind: str, state: str, days: int, **more: object) -> OutboxMail:
    """A mail that was due so many days ago."""
    return OutboxMail.objects.create(
        kind=kind, state=state, once=f"{kind}{state}{days}", wave=wave.wave, invitation=Invitation.objects.first(),
        recipient="a@example.test", not_before=clock.now() - timedelta(days=days), **more,
    )  # fmt: skip


def test_old_mails_that_never_left_are_cancelled_and_finished_ones_forgotten(wave):
    old, young = row(wave, "closed", "queued", 8), row(wave, "closed", "queued", 6)
    for state in ("sent", "refused", "cancelled"):
        row(wave, "closed", state, outbox.KEPT_DAYS + 1)
    recent = row(wave, "closed", "refused", outbox.KEPT_DAYS - 1)
    row(wave, "reminder", "queued", 2)
    outbox.prune()
    left = dict(OutboxMail.objects.values_list("pk", "state"))
    assert left == {old.pk: "cancelled", young.pk: "queued", recent.pk: "refused"}


@pytest.mark.parametrize(("kind", "state"), [("invitation", "sent"), ("invitation", "refused"), ("account", "sent"),
                                             ("account", "refused"), ("log_head", "sent")])  # fmt: skip
def test_of_a_mail_that_is_not_sent_again_the_row_stays_without_the_address(wave, kind, state):
    Wave.objects.update(state="closed")
    young = row(wave, "invitation", "queued", 1)
    old = row(wave, kind, state, outbox.KEPT_DAYS + 1)
    outbox.prune()
    assert dict(OutboxMail.objects.values_list("pk", "recipient")) == {old.pk: "", young.pk: "a@example.test"}


def test_while_answers_come_in_it_is_known_where_a_link_may_go(wave):
    row(wave, "invitation", "sent", outbox.KEPT_DAYS + 1)
    outbox.prune()
    assert OutboxMail.objects.get().recipient == "a@example.test"


def test_of_the_heads_of_the_log_the_last_one_alone_is_remembered(wave):
    with clock.at(MORNING):
        invitations.queue_log_heads()
        send()
    with clock.at(MORNING + timedelta(hours=2)):
        grow(wave)
    with clock.at(MORNING + timedelta(days=1)):
        invitations.queue_log_heads()
        send()
    with clock.at(MORNING + timedelta(days=outbox.KEPT_DAYS + 2)):
        outbox.prune()
        assert OutboxMail.objects.filter(kind="log_head").count() == 1
        invitations.queue_log_heads()
        assert OutboxMail.objects.filter(kind="log_head").count() == 1, "nothing new to tell"


# ---------------------------------------------------------------- A mail server that is set late
def days_later(wave: Ceremony, days: int) -> None:
    """Accounts are made while no mail server is set; the first job that can send comes so many days later."""
    Account.objects.exclude(pk=wave.cast.observer.pk).update(last_login=timezone.now())
    invitations.queue_account_invitations()
    with clock.at(clock.now() + timedelta(days=days)):
        outbox.prune()
        invitations.queue_account_invitations()


def test_an_invitation_to_sign_in_waits_for_the_mail_server_however_long(wave):
    days_later(wave, 100)
    assert send() == [wave.cast.observer.email]


def test_it_is_not_sent_to_whoever_came_in_meanwhile(wave):
    days_later(wave, 100)
    Account.objects.update(last_login=timezone.now())
    assert send() == []


def test_it_follows_a_change_of_address(wave):
    days_later(wave, 100)
    Account.objects.filter(pk=wave.cast.observer.pk).update(email="elsewhere@example.test")
    assert send() == []
    outbox.prune()
    invitations.queue_account_invitations()
    assert send() == ["elsewhere@example.test"]


def test_one_that_was_cancelled_is_queued_again_while_there_is_a_reason(wave):
    days_later(wave, 1)
    OutboxMail.objects.update(state="cancelled")
    outbox.prune()
    invitations.queue_account_invitations()
    assert send() == [wave.cast.observer.email]
