"""When somebody leaves: sessions, accounts, erasing. What an outsider, a colleague or the person would notice."""

from argparse import Namespace
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import personas
from reciproque.app.commitments.models import CalendarAddress, Change, Commitment, Word
from reciproque.app.dialogue.models import Amendment, Participant, Session, Signature
from reciproque.app.directory import actions
from reciproque.app.directory.actions import leaving
from reciproque.app.directory.models import Account, KeyList, KeyPerson, Membership, Person, Post
from reciproque.app.network.models import Contact
from reciproque.app.portfolio.models import Partner, Portfolio, Score
from reciproque.app.shared import audit
from reciproque.app.shared.audit import SYSTEM, actor, verify_chain
from reciproque.app.shared.errors import Refused
from reciproque.app.survey.models import Invitation, OutboxMail, SealingKey, Wave, WaveState

EVERYBODY = [
    "client_sponsor", "supplier_sponsor", "client_deputy", "supplier_deputy", "client_member", "supplier_member",
    "facilitator", "observer", "outsider", "host_admin",
]  # fmt: skip
STEPS = ["account-sessions", "account-factor", "account-disable", "account-enable", "account-erase"]


def signed_in(account):
    browser = Client()
    browser.force_login(account)
    return browser


def a_wave(cast, state=WaveState.COLLECTING):
    now = timezone.now()
    return Wave.objects.create(
        relationship=cast.relationship, number=1, state=state, opens_at=now, closes_at=now + timedelta(days=9)
    )


def words(response):
    return " ".join(response.content.decode().split())


# ---------------------------------------------------------------- who may
@pytest.mark.parametrize("target", ["client_member", "supplier_member", "client_deputy", "facilitator", "outsider"])
def test_only_those_who_look_after_an_account_reach_it(cast, target):
    may = {
        "client_member": {"client_sponsor", "host_admin"},
        "client_deputy": {"client_sponsor", "host_admin"},
        "supplier_member": {"supplier_sponsor", "host_admin"},
        "facilitator": {"host_admin"},
        "outsider": {"host_admin"},
    }[target]
    key = getattr(cast, target).key
    for who in EVERYBODY:
        browser = signed_in(getattr(cast, who))
        seen = browser.get(reverse("account", args=[key])).status_code == 200
        assert seen == (who in may), who
        if who not in may:
            assert {browser.post(reverse(step, args=[key])).status_code for step in STEPS} == {404}
    assert Account.objects.get(key=key).is_active


def test_the_list_shows_only_the_accounts_looked_after(cast):
    for who in EVERYBODY:
        page = signed_in(getattr(cast, who)).get(reverse("accounts"))
        if who not in ("client_sponsor", "supplier_sponsor", "host_admin"):
            assert page.status_code == 404, who
        elif who != "host_admin":
            own, other = ("client", "supplier") if who.startswith("client") else ("supplier", "client")
            assert f"{own} member" in words(page)
            assert f"{other} member" not in words(page)
            assert "host@" not in words(page)


def test_the_list_costs_the_same_for_one_account_as_for_many(cast, django_assert_num_queries):
    browser = signed_in(cast.host_admin)
    browser.get(reverse("accounts"))
    for _more in range(4):
        personas.account("another", cast.relationship.client)
    with django_assert_num_queries(6):
        browser.get(reverse("accounts"))


def test_a_host_administrator_of_one_company_leaves_the_other_and_the_third_party_alone(cast):
    Membership.objects.create(relationship=cast.relationship, account=cast.host_admin, role="member", side="client")
    Account.objects.filter(pk=cast.host_admin.pk).update(organisation=cast.relationship.client)
    browser = signed_in(cast.host_admin)
    for who, status in {"supplier_member": 404, "facilitator": 404, "client_member": 200}.items():
        assert browser.get(reverse("account", args=[getattr(cast, who).key])).status_code == status, who


# ---------------------------------------------------------------- sessions and disabling
def test_closing_the_sessions_signs_out_everywhere_and_lets_in_again(cast):
    phone, desk = signed_in(cast.client_member), signed_in(cast.client_member)
    other = signed_in(cast.client_deputy)
    signed_in(cast.client_sponsor).post(reverse("account-sessions", args=[cast.client_member.key]))
    assert [browser.get(reverse("home")).status_code for browser in (phone, desk)] == [302, 302]
    assert other.get(reverse("directory")).status_code == 200
    assert signed_in(cast.client_member).get(reverse("directory")).status_code == 200


def test_a_disabled_account_is_out_at_once_and_does_not_come_back_in(cast):
    phone = signed_in(cast.client_member)
    signed_in(cast.client_sponsor).post(reverse("account-disable", args=[cast.client_member.key]))
    assert phone.get(reverse("directory")).status_code == 302
    EmailAddress.objects.create(user=cast.client_member, email=cast.client_member.email, verified=True, primary=True)
    door = Client()
    door.post(reverse("account_login"), {"login": cast.client_member.email, "password": "a long password"})
    assert door.get(reverse("directory")).status_code == 302
    signed_in(cast.client_sponsor).post(reverse("account-enable", args=[cast.client_member.key]))
    door.post(reverse("account_login"), {"login": cast.client_member.email, "password": "a long password"})
    assert door.get(reverse("directory")).status_code == 200


def test_a_disabled_account_is_given_no_role(cast):
    actions.disable_account(by=SYSTEM, account=cast.outsider)
    with pytest.raises(Refused):
        actions.add_member(
            by=SYSTEM, relationship=cast.relationship, email=cast.outsider.email, name="x", role="observer",
            side="neutral",
        )  # fmt: skip


def test_nobody_disables_the_last_key_of_a_side_the_last_facilitator_the_last_administrator_nor_oneself(cast):
    actions.disable_account(by=SYSTEM, account=cast.client_deputy)
    for account in (cast.client_sponsor, cast.facilitator, cast.host_admin):
        with pytest.raises(Refused):
            actions.disable_account(by=SYSTEM, account=account)
        with pytest.raises(Refused):
            actions.erase(by=SYSTEM, account=account)
        assert Account.objects.get(pk=account.pk).is_active
    with pytest.raises(Refused):
        actions.disable_account(by=actor(cast.observer), account=cast.observer)
    actions.disable_account(by=SYSTEM, account=cast.supplier_sponsor)  # a deputy is there


def test_a_refusal_is_said_on_the_page(cast):
    actions.disable_account(by=SYSTEM, account=cast.client_deputy)
    browser = signed_in(cast.host_admin)
    page = browser.post(reverse("account-disable", args=[cast.client_sponsor.key]), follow=True)
    assert "Nommez d’abord un parrain" in words(page)


def test_whoever_runs_the_server_lets_a_locked_out_administrator_in_from_the_terminal(cast, capsys):
    from reciproque.cli import account

    TOTP.activate(cast.host_admin, generate_totp_secret())
    door = signed_in(cast.host_admin)
    assert account.run(Namespace(what="factor", email=cast.host_admin.email.upper())) == 0
    assert not Authenticator.objects.filter(user=cast.host_admin).exists()
    assert door.get(reverse("directory")).status_code == 302
    assert account.run(Namespace(what="disable", email=cast.host_admin.email)) == 1
    assert "installation" in capsys.readouterr().err
    assert account.run(Namespace(what="sessions", email="nobody@nowhere.test")) == 1
    assert verify_chain() is None


# ---------------------------------------------------------------- erasing
@pytest.fixture
def leaver(cast):
    """A deputy of the client with a trace of every kind in the product."""
    person = Person.objects.filter(organisation=cast.relationship.client).first()
    account = cast.client_deputy
    account.person, account.name = person, "Zoé Quidam"
    account.save()
    actions.change_person(
        by=SYSTEM, person=person, first_name="Zoé", last_name="Quidam", email="zoe.quidam@example.test",
        phone="+33600000000", language="fr",
    )  # fmt: skip
    KeyPerson.objects.create(relationship=cast.relationship, side="client", person=person)
    KeyList.objects.create(relationship=cast.relationship, side="client", complete=True, declared_at=timezone.now())
    Contact.objects.create(
        relationship=cast.relationship, side="supplier", name="Zoé Quidam", folded_name="zoe quidam",
        email="zoe.quidam@example.test",
    )  # fmt: skip
    CalendarAddress.objects.create(account=account, digest="0" * 64, made_at=timezone.now())
    with transaction.atomic():
        audit.record(by=actor(account), action="member.added", about=account.key, audience="both",
                     relationship_key=cast.relationship.key)  # fmt: skip
    return account


def signed_everywhere(cast, account):
    """The name under everything that somebody can sign, in each capability."""
    now, here = timezone.now(), cast.relationship
    wave = a_wave(cast, WaveState.PURGED)
    SealingKey.objects.create(wave=wave, side="client", public_key=b"", accepted_by="Zoé Quidam", accepted_at=now)
    OutboxMail.objects.create(
        kind="link", recipient="zoe.quidam@example.test", once="1", not_before=now, state="queued", wave=wave
    )
    asked = Invitation.objects.create(wave=wave, person=account.person, side="client")
    OutboxMail.objects.create(
        kind="invitation", recipient="zoe.before@example.test", once="2", not_before=now, state="sent", invitation=asked
    )
    session = Session.objects.create(
        relationship=here, title="Workshop", planned_at=now, room_code="ABCDEF", facilitator=cast.facilitator,
        employer="neutral", state="frozen",
    )  # fmt: skip
    Signature.objects.create(session=session, side="client", signed_by="Zoé Quidam", signed_at=now, digest="")
    Amendment.objects.create(session=session, side="client", name="Zoé Quidam", text="x", made_at=now)
    Participant.objects.create(session=session, person=account.person, name="Zoé Quidam", side="client")
    promise = Commitment.objects.create(
        relationship=here, number=1, owed_by="client", what="x", proof="x", first_step="x", first_step_by=now,
        due_on=now, proposed_side="client", proposed_at=now, owner_client=account,
    )  # fmt: skip
    Word.objects.create(commitment=promise, side="client", outcome="kept", by_name="Zoé Quidam", at=now)
    Change.objects.create(
        commitment=promise, number=1, kind="terms", side="client", by_name="Zoé Quidam", at=now, what="x", proof="x",
        first_step="x", first_step_by=now, due_on=now, answered_by_name="Zoé Quidam",
    )  # fmt: skip
    portfolio = Portfolio.objects.create(
        organisation=here.client, name="Suppliers", chair="client", capacity=2, created_at=now
    )
    partner = Partner.objects.create(portfolio=portfolio, name="Partner", matched_name="partner")
    Score.objects.create(partner=partner, scale="x", level=1, scorer=account, scorer_name="Zoé Quidam", scored_at=now)
    return session, wave


def everything_stored() -> str:
    """Every text of every table of the main database."""
    found = []
    with connections["default"].cursor() as cursor:
        for table in connections["default"].introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [str(value) for row in cursor.fetchall() for value in row]
    return "\n".join(found)


def test_the_log_holds_no_name_at_all(cast, leaver):
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT * FROM app_auditrecord")
        stored = str(cursor.fetchall())
    assert "Quidam" not in stored
    assert "zoe" not in stored
    assert "Zoé Quidam" in words(signed_in(cast.facilitator).get(reverse("log")))


def test_nothing_stored_names_an_erased_person_and_the_log_still_holds(cast, leaver):
    signed_everywhere(cast, leaver)
    assert everything_stored().count("Quidam") >= 10
    assert leaver.email in everything_stored()
    signed_in(cast.client_sponsor).post(reverse("person-erase", args=[leaver.person.key]))
    stored = everything_stored()
    assert not [trace for trace in ("Quidam", "quidam", leaver.email, "+33600000000") if trace in stored]
    assert verify_chain() is None
    page = words(signed_in(cast.facilitator).get(reverse("log")))
    assert "une personne effacée" in page


def test_erasing_waits_for_the_end_of_a_workshop_and_leaves_nothing_half_done(cast, leaver):
    session, _wave = signed_everywhere(cast, leaver)
    Session.objects.filter(pk=session.pk).update(state="live")
    before = everything_stored()
    with pytest.raises(Refused):
        actions.erase(by=SYSTEM, person=leaver.person)
    assert everything_stored() == before


def test_somebody_who_was_to_take_a_post_next_month_can_be_erased(cast, leaver):
    start = timezone.localdate() + timedelta(days=30)
    post = Post.objects.get(person=leaver.person, ended_on=None)
    post.started_on = start
    post.save()
    leaving.erase(by=actor(cast.client_sponsor), person=leaver.person)
    post.refresh_from_db()
    assert (post.started_on, post.ended_on) == (start, start)


def test_a_mail_that_waits_for_an_erased_person_does_not_leave(cast, leaver):
    signed_everywhere(cast, leaver)
    actions.erase(by=SYSTEM, person=leaver.person)
    mails = OutboxMail.objects.order_by("once").values_list("state", "recipient")
    assert list(mails) == [("cancelled", ""), ("sent", "")]


def test_a_visitor_of_the_demonstration_takes_no_chair_away(cast, settings):
    settings.DEMO = True
    with pytest.raises(Refused):
        actions.disable_account(by=SYSTEM, account=cast.client_member)
    with pytest.raises(Refused):
        actions.erase(by=SYSTEM, account=cast.client_member)
    assert signed_in(cast.client_member).get(reverse("directory")).status_code == 200


def test_an_erased_person_is_in_no_list_and_has_no_role(cast, leaver):
    person = leaver.person
    browser = signed_in(cast.client_sponsor)
    browser.post(reverse("account-erase", args=[leaver.key]))
    assert browser.get(reverse("person", args=[person.key])).status_code == 404
    assert browser.get(reverse("account", args=[leaver.key])).status_code == 404
    assert person.key not in words(browser.get(reverse("people") + "?left=on"))
    assert not Membership.objects.filter(account=leaver).exists()
    assert not KeyPerson.objects.filter(person=person).exists()
    assert not KeyList.objects.get(relationship=cast.relationship, side="client").complete
    assert not Account.objects.get(pk=leaver.pk).is_active
    with pytest.raises(Refused):
        actions.enable_account(by=SYSTEM, account=leaver)


def test_erasing_waits_for_the_wave_whether_or_not_the_person_answered(cast, leaver):
    wave = a_wave(cast)
    Invitation.objects.create(wave=wave, person=leaver.person, side="client")
    browser = signed_in(cast.client_sponsor)
    page = browser.post(reverse("person-erase", args=[leaver.person.key]), follow=True)
    assert "vague en cours" in words(page)
    assert Person.objects.get(pk=leaver.person.pk).last_name == "Quidam"
    Wave.objects.update(state=WaveState.CLOSED)
    browser.post(reverse("person-erase", args=[leaver.person.key]))
    assert Person.objects.get(pk=leaver.person.pk).is_erased


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_may_erase_somebody_of_the_list(cast, who):
    person = Person.objects.filter(organisation=cast.relationship.supplier).last()
    browser = signed_in(getattr(cast, who))
    status = browser.post(reverse("person-erase", args=[person.key])).status_code
    assert status == (302 if who in ("supplier_sponsor", "host_admin") else 404)
    assert Person.objects.get(pk=person.pk).is_erased == (status == 302)


def test_the_button_is_shown_to_those_who_may(cast):
    person = Person.objects.filter(organisation=cast.relationship.supplier).last()
    page = reverse("person", args=[person.key])
    assert "Effacer la personne" in words(signed_in(cast.supplier_sponsor).get(page))
    assert "Effacer la personne" not in words(signed_in(cast.supplier_deputy).get(page))
    assert reverse("accounts") in words(signed_in(cast.supplier_sponsor).get(reverse("directory")))
    assert reverse("accounts") not in words(signed_in(cast.supplier_deputy).get(reverse("directory")))
