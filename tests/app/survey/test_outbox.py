"""The outbox page, the mail check, links handed over by hand: who may, what they see, what the log says."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

import smtp
import wave_steps
from reciproque.app.directory.models import Membership
from reciproque.app.shared import clock
from reciproque.app.shared.audit import SYSTEM, actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.models import AuditRecord, ScheduledJob
from reciproque.app.shared.worker import beat
from reciproque.app.survey.actions import invitations, sealing, waves
from reciproque.app.survey.models import Invitation, MailCheck, OutboxMail, Wave
from reciproque.app.survey.queries.outbox import mail_ready
from reciproque.app.survey.urn import collect
from wave_steps import Ceremony

ALLOWED = ["client_sponsor", "supplier_sponsor", "facilitator"]
OTHERS = ["client_deputy", "supplier_deputy", "client_member", "supplier_member", "observer", "outsider", "host_admin"]


@pytest.fixture(autouse=True)
def _secrets(tmp_path, settings, client) -> None:
    settings.SECRETS_DIR = tmp_path / "secrets"
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"


@pytest.fixture
def wave(cast) -> Ceremony:
    made = wave_steps.collecting(cast)
    Wave.objects.filter(pk=made.wave.pk).update(links_by_hand=False)
    made.wave.refresh_from_db()
    invitations.queue_invitations(by=SYSTEM, wave=made.wave)
    return made


def people(side: str) -> list[str]:
    return [str(i.person) for i in Invitation.objects.filter(side=side).select_related("person")]


def page(client, wave: Ceremony, who: str):
    client.force_login(getattr(wave.cast, who))
    return client.get(reverse("wave-outbox", args=[wave.wave.key]))


# ---------------------------------------------------------------- Who sees what
@pytest.mark.parametrize(
    ("who", "sees"),
    [("client_sponsor", {"client"}), ("supplier_sponsor", {"supplier"}), ("facilitator", {"client", "supplier"})],
)
def test_each_sponsor_follows_the_own_side_and_a_neutral_facilitator_both(client, wave, who, sees):
    text = page(client, wave, who).content.decode()
    for side in ("client", "supplier"):
        assert all((name in text) == (side in sees) for name in people(side)), side


def test_a_facilitator_employed_by_a_side_follows_that_side_and_hands_over_no_link(client, wave):
    Membership.objects.filter(account=wave.cast.facilitator).update(side="supplier")
    text = page(client, wave, "facilitator").content.decode()
    assert all(name in text for name in people("supplier"))
    assert not any(name in text for name in people("client"))
    assert "/link/" not in text
    assert reveal(client, wave, "facilitator", "supplier").status_code == 404


@pytest.mark.parametrize("who", OTHERS)
def test_for_the_others_there_is_no_outbox(client, wave, who):
    mail = OutboxMail.objects.filter(kind="invitation").first()
    person = Invitation.objects.first().person.key
    client.force_login(getattr(wave.cast, who))
    for name in ("wave-outbox", "wave-mail-check"):
        assert client.get(reverse(name, args=[wave.wave.key])).status_code == 404
    for name, arguments in [
        ("wave-mail-check", [wave.wave.key]),
        ("wave-links-by-hand", [wave.wave.key]),
        ("mail-retry", [mail.key]),
        ("invitation-link", [wave.wave.key, person]),
    ]:
        assert client.post(reverse(name, args=arguments)).status_code == 404, name


def test_a_list_costs_the_same_queries_whatever_its_length(client, wave, django_assert_num_queries):
    client.force_login(wave.cast.facilitator)
    with django_assert_num_queries(10):
        client.get(reverse("wave-outbox", args=[wave.wave.key]))
    OutboxMail.objects.all().delete()
    Invitation.objects.filter(pk__in=Invitation.objects.values("pk")[:7]).delete()
    with django_assert_num_queries(10):
        client.get(reverse("wave-outbox", args=[wave.wave.key]))


def test_reminders_and_requests_never_show(client, wave):
    before = page(client, wave, "facilitator").content
    invitation = Invitation.objects.select_related("person").first()
    OutboxMail.objects.create(
        kind="reminder",
        wave=wave.wave,
        invitation=invitation,
        recipient="x@example.test",
        once="r",
        not_before=clock.now(),
        state="sent",
    )
    after = page(client, wave, "facilitator").content
    assert strip(before) == strip(after)


def strip(content: bytes) -> bytes:
    return re.sub(rb'(csrfmiddlewaretoken" value="|X-CSRFToken": ")\w+', b"", content)


def test_the_page_says_why_mails_do_not_leave(client, wave):
    assert "reciproque worker" in page(client, wave, "facilitator").content.decode()
    beat("alive")
    ScheduledJob.objects.create(name="send mails", next_at=clock.now(), last_error="login")
    text = page(client, wave, "facilitator").content.decode()
    assert "SMTP_PASSWORD" in text
    assert "reciproque worker" not in text


# ---------------------------------------------------------------- Refused, tried again
def test_a_refused_invitation_says_why_and_can_be_tried_again_at_the_new_address(client, wave):
    mail = OutboxMail.objects.filter(invitation__side="client").select_related("invitation__person").first()
    OutboxMail.objects.filter(pk=mail.pk).update(state="refused", last_error="recipient", attempts=1)
    assert "does not exist" in page(client, wave, "client_sponsor").content.decode()
    mail.invitation.person.email = "new@example.test"
    mail.invitation.person.save()
    client.post(reverse("mail-retry", args=[mail.key]))
    mail.refresh_from_db()
    assert (mail.state, mail.recipient, mail.attempts) == ("queued", "new@example.test", 0)
    record = AuditRecord.objects.get(action="wave.invitation_retried")
    assert record.audience == "client"


def test_a_sponsor_cannot_retry_for_the_other_side(client, wave):
    mail = OutboxMail.objects.filter(invitation__side="client").first()
    OutboxMail.objects.filter(pk=mail.pk).update(state="refused")
    client.force_login(wave.cast.supplier_sponsor)
    assert client.post(reverse("mail-retry", args=[mail.key])).status_code == 404


# ---------------------------------------------------------------- A link by hand
def reveal(client, wave: Ceremony, who: str, side: str):
    invitation = Invitation.objects.filter(side=side).select_related("person").first()
    client.force_login(getattr(wave.cast, who))
    return client.post(reverse("invitation-link", args=[wave.wave.key, invitation.person.key]))


@pytest.mark.parametrize(
    ("who", "side", "status"),
    [
        ("client_sponsor", "client", 200),
        ("supplier_sponsor", "supplier", 200),
        ("facilitator", "client", 404),  # sees numbers: a link that takes a ballot back would tell whose it was
        ("facilitator", "supplier", 404),
        ("client_sponsor", "supplier", 404),
        ("supplier_sponsor", "client", 404),
    ],
)
def test_a_link_is_shown_once_to_whom_it_may_be_and_both_companies_read_so(client, wave, who, side, status):
    response = reveal(client, wave, who, side)
    invitation = Invitation.objects.filter(side=side).first()
    code = collect.invitation_token(wave.wave.pk, invitation.pk)
    assert response.status_code == status
    assert (code in response.content.decode()) == (status == 200)
    records = AuditRecord.objects.filter(action="wave.link_revealed")
    assert records.count() == (status == 200)
    for record in records:
        assert (record.audience, record.data["side"]) == ("both", side)
        assert str(invitation.person) not in str(vars(record)), "the other company does not learn a name"
        assert code not in str(vars(record))
    assert response.headers["Cache-Control"] == "no-store"


def test_a_link_cannot_be_read_by_following_one(client, wave):
    invitation = Invitation.objects.first()
    client.force_login(wave.cast.client_sponsor)
    assert client.get(reverse("invitation-link", args=[wave.wave.key, invitation.person.key])).status_code == 405


def test_after_closing_there_is_no_link_to_show(client, wave):
    Wave.objects.update(state="closed")
    response = reveal(client, wave, "client_sponsor", "client")
    assert response.status_code == 302
    assert not AuditRecord.objects.filter(action="wave.link_revealed").exists()


# ---------------------------------------------------------------- Before the wave opens
@pytest.fixture
def prepared(cast, settings) -> Ceremony:
    """A wave ready to seal, on a site with a mail server that nobody has checked."""
    made = wave_steps.draft(cast)
    Wave.objects.update(links_by_hand=False)
    made.wave.refresh_from_db()
    smtp.use(settings, 1)
    return made


def check(client, wave: Ceremony, who: str = "facilitator"):
    client.force_login(getattr(wave.cast, who))
    return client.post(reverse("wave-mail-check", args=[wave.wave.key]))


def test_a_wave_does_not_open_before_the_mail_check_passes(client, prepared, settings):
    with pytest.raises(Refused):
        waves.start_sealing(by=actor(prepared.cast.facilitator), wave=prepared.wave)
    with smtp.server() as (server, port):
        smtp.use(settings, port)
        assert check(client, prepared).status_code == 302
    assert server.recipients == [prepared.cast.facilitator.email]
    waves.start_sealing(by=actor(prepared.cast.facilitator), wave=prepared.wave)


def test_other_settings_void_the_check(client, prepared, settings):
    with smtp.server() as (_, port):
        smtp.use(settings, port)
        check(client, prepared)
    assert mail_ready(prepared.wave)
    settings.EMAIL_HOST_PASSWORD = "another"
    assert not mail_ready(prepared.wave)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"EMAIL_PORT": 1}, "does not take connections"),
        ({"EMAIL_HOST": "no-such-host.invalid"}, "No machine answers"),
        ({"EMAIL_USE_TLS": True}, "No secure connection"),
        ({"EMAIL_HOST_USER": "me", "EMAIL_HOST_PASSWORD": "wrong"}, "No secure connection"),
    ],
)
def test_what_the_server_answers_is_said_in_plain_words(client, prepared, settings, change, words):
    with smtp.server() as (_, port):
        smtp.use(settings, port, **change) if "EMAIL_PORT" not in change else None
        response = check(client, prepared)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert not MailCheck.objects.exists()


def test_an_address_refused_by_the_server_fails_the_check(client, prepared, settings):
    with smtp.server(rcpt=lambda a: "550 no") as (_, port):
        smtp.use(settings, port)
        assert "does not exist" in check(client, prepared).content.decode()
    assert not mail_ready(prepared.wave)


def test_without_a_mail_server_only_links_by_hand_let_the_wave_open(client, prepared, settings):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.filebased.EmailBackend", ""
    assert not mail_ready(prepared.wave)
    assert "SMTP_HOST" in check(client, prepared).content.decode()
    client.post(reverse("wave-links-by-hand", args=[prepared.wave.key]), {"by": "hand"})
    prepared.wave.refresh_from_db()
    assert mail_ready(prepared.wave)
    assert AuditRecord.objects.filter(action="wave.links_by_hand", audience="both").count() == 1


def test_by_hand_no_mail_is_queued(prepared):
    invitations.hand_out_links(by=actor(prepared.cast.facilitator), wave=prepared.wave, by_hand=True)
    waves.start_sealing(by=actor(prepared.cast.facilitator), wave=prepared.wave)
    for name in ("client_sponsor", "supplier_sponsor"):
        prepared.seal(name)
        prepared.confirm(name)
    assert prepared.wave.state == "collecting"
    assert not OutboxMail.objects.exists()


def test_by_hand_the_page_offers_links_to_sponsors_and_an_empty_column_to_nobody(client, cast):
    by_hand = wave_steps.collecting(cast)
    offered = {who: page(client, by_hand, who).content.decode() for who in ("client_sponsor", "facilitator")}
    assert "Show the link" in offered["client_sponsor"]
    assert "Show the link" not in offered["facilitator"]
    assert ["What you can do" in text for text in offered.values()] == [True, False]
    assert not any("refused:" in text for text in offered.values())


def test_a_sealed_wave_waits_when_the_check_no_longer_holds(prepared, settings):
    Wave.objects.update(links_by_hand=True)
    waves.start_sealing(by=actor(prepared.cast.facilitator), wave=prepared.wave)
    Wave.objects.update(links_by_hand=False)
    prepared.wave.refresh_from_db()
    for name in ("client_sponsor", "supplier_sponsor"):
        prepared.seal(name)
        prepared.confirm(name)
    assert sealing.open_due() == 0
    prepared.wave.refresh_from_db()
    assert prepared.wave.state == "sealing"


def test_once_open_the_choice_cannot_change(wave):
    with pytest.raises(Refused):
        invitations.hand_out_links(by=actor(wave.cast.facilitator), wave=wave.wave, by_hand=True)


def test_a_page_read_before_the_wave_opened_does_not_change_how_its_links_leave(wave):
    wave.wave.state = "sealing"  # as the page that was read had it
    with pytest.raises(Refused):
        invitations.hand_out_links(by=actor(wave.cast.facilitator), wave=wave.wave, by_hand=True)
    assert not Wave.objects.get(pk=wave.wave.pk).links_by_hand


# ---------------------------------------------------------------- The demonstration
def test_in_the_demonstration_the_mail_can_be_read_with_its_link(client, wave, settings):
    settings.DEMO = True
    mail = OutboxMail.objects.filter(invitation__side="client").first()
    client.force_login(wave.cast.client_sponsor)
    text = client.get(reverse("demo-mail", args=[mail.key])).content.decode()
    assert f"/r#{collect.invitation_token(wave.wave.pk, mail.invitation_id)}" in text
    client.force_login(wave.cast.supplier_sponsor)
    assert client.get(reverse("demo-mail", args=[mail.key])).status_code == 404


def test_elsewhere_no_mail_is_shown(client, wave):
    mail = OutboxMail.objects.filter(invitation__side="client").first()
    client.force_login(wave.cast.client_sponsor)
    assert client.get(reverse("demo-mail", args=[mail.key])).status_code == 404


# ---------------------------------------------------------------- Training
def test_a_training_wave_says_so_on_every_page_and_in_the_mail(client, cast, settings):
    settings.DEMO = True
    made = wave_steps.draft(cast, level=Wave.Level.DEMO)
    Wave.objects.update(links_by_hand=False)
    made.wave.refresh_from_db()
    waves.start_sealing(by=actor(cast.facilitator), wave=made.wave)
    made.seal("client_sponsor"), made.seal("supplier_sponsor")
    mail = OutboxMail.objects.filter(kind="invitation").first()
    client.force_login(cast.facilitator)
    for address in (
        reverse("wave-outbox", args=[made.wave.key]),
        reverse("wave-mail-check", args=[made.wave.key]),
        reverse("demo-mail", args=[mail.key]),
    ):
        assert "Not for real answers" in client.get(address).content.decode(), address
