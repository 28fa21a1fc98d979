"""Entering: the first account, invited accounts, the second factor, the chairs of the demonstration."""

import re
import stat

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.urls import reverse

import personas
from reciproque.app.directory import actions
from reciproque.app.directory.models import Account, Membership, Relationship
from reciproque.app.directory.setup import ensure_setup_code, setup_file
from reciproque.app.shared import audit
from reciproque.app.shared.models import AuditRecord

FIELDS = {"name": "Alice Client", "email": "alice@a.test", "password": "une phrase assez longue", "language": "fr"}


@pytest.fixture
def code(settings, tmp_path):
    settings.SECRETS_DIR = tmp_path / "secrets"
    return ensure_setup_code()


def test_the_setup_code_is_kept_for_its_owner_only(code):
    assert len(code) >= 32
    assert stat.S_IMODE(setup_file().stat().st_mode) == 0o600
    assert ensure_setup_code() == code


def test_the_first_account_is_opened_once(client, code):
    assert client.get(reverse("setup")).status_code == 200
    assert client.post(reverse("setup"), {**FIELDS, "code": f" {code} "}).status_code == 302
    account = Account.objects.get()
    assert account.is_host_admin
    assert not setup_file().exists()
    assert client.post(reverse("setup"), {**FIELDS, "code": code, "email": "b@a.test"}).status_code == 404
    assert ensure_setup_code() == ""
    assert Account.objects.count() == 1
    assert AuditRecord.objects.get().action == "installation.set_up"


@pytest.mark.parametrize(
    "change",
    [
        {"code": "wrong"},
        {"code": ""},
        {"code": "é"},
        {"password": "short"},
        {"email": "no"},
        {"password": "alice@a.test"},
    ],
)
def test_a_wrong_code_or_a_weak_password_opens_nothing(client, code, change):
    page = client.post(reverse("setup"), {**FIELDS, "code": code, **change})
    assert page.status_code == 200
    assert Account.objects.count() == 0
    assert setup_file().exists()


def test_without_a_code_file_the_page_does_not_exist(client, settings, tmp_path):
    settings.SECRETS_DIR = tmp_path / "nothing"
    assert client.get(reverse("setup")).status_code == 404


# ---------------------------------------------------------------- invited people
def test_an_invited_person_enters_by_code_and_chooses_a_password(client, cast):
    actions.add_member(
        by=audit.SYSTEM,
        relationship=cast.relationship,
        email="new@x.test",
        name="Zoé",
        role="member",
        side="client",
        language="en",
    )
    client.post(reverse("account_request_login_code"), {"email": "new@x.test"})
    code = re.search(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", mail.outbox[-1].body, re.M)[1]
    answer = client.post(reverse("account_confirm_login_code"), {"code": code})
    assert answer.status_code == 302
    assert answer["Location"] == reverse("account_set_password")
    assert answer.cookies["django_language"].value == "en"
    assert client.get(reverse("relationship-members", args=[cast.relationship.key])).status_code == 200


@pytest.mark.parametrize("page", ["account_request_login_code", "account_reset_password"])
def test_nobody_can_find_out_which_addresses_have_an_account(client, cast, page):
    answers = []
    for email in (cast.client_member.email, "nobody@nowhere.test"):
        client.cookies.clear()
        answer = client.post(reverse(page), {"email": email}, follow=True)
        body = re.sub(r"[A-Za-z0-9]{64}", "", answer.content.decode()).replace(email, "")
        answers.append((answer.redirect_chain, body))
    assert answers[0] == answers[1]


def test_nobody_signs_up_alone(client, db):
    client.post(
        reverse("account_signup"),
        {"email": "me@x.test", "password1": "une phrase longue", "password2": "une phrase longue"},
    )
    assert Account.objects.count() == 0


def test_a_profile_changes_name_and_language(client, cast):
    client.force_login(cast.client_member)
    answer = client.post(reverse("account-profile"), {"name": "Zoé Lefèvre", "language": "en"})
    assert answer.cookies["django_language"].value == "en"
    cast.client_member.refresh_from_db()
    assert (cast.client_member.name, cast.client_member.language) == ("Zoé Lefèvre", "en")


# ---------------------------------------------------------------- second factor
@pytest.mark.parametrize(
    "who", ["host_admin", "facilitator", "client_sponsor", "supplier_sponsor", "client_deputy", "supplier_deputy"]
)
def test_powerful_roles_add_a_second_factor_before_anything_else(client, cast, settings, who):
    settings.SECOND_FACTOR_REQUIRED = True
    account = getattr(cast, who)
    client.force_login(account)
    for url in (reverse("directory"), reverse("people"), reverse("log"), reverse("account-profile")):
        answer = client.get(url)
        assert (answer.status_code, answer["Location"]) == (302, reverse("mfa_index"))
    before = AuditRecord.objects.count()
    client.post(reverse("account-profile"), {"name": "X", "language": "fr"})
    assert AuditRecord.objects.count() == before
    Authenticator.objects.create(user=account, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert client.get(reverse("directory")).status_code == 200


@pytest.mark.parametrize("who", ["client_member", "supplier_member", "observer", "outsider"])
def test_others_may_do_without(client, cast, settings, who):
    settings.SECOND_FACTOR_REQUIRED = True
    client.force_login(getattr(cast, who))
    assert client.get(reverse("directory")).status_code == 200


def test_a_role_given_during_a_session_asks_for_it_at_the_next_page(client, cast, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client.force_login(cast.client_member)
    Membership.objects.filter(account=cast.client_member).update(role="facilitator")
    assert client.get(reverse("directory")).status_code == 302


def test_the_demonstration_asks_for_none():
    import os
    import subprocess
    import sys
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "RECIPROQUE_DATA": folder, "RECIPROQUE_DEMO": "1"}
        ask = "from reciproque.config import settings; print(settings.SECOND_FACTOR_REQUIRED)"
        said = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


# ---------------------------------------------------------------- the chairs of the demonstration
@pytest.fixture
def chairs(cast, settings):
    settings.DEMO = True
    Relationship.objects.update(is_demo=True)
    return cast


def test_a_chair_is_taken_in_one_click_in_the_demonstration(client, chairs):
    page = client.get(reverse("account_login")).content.decode()
    url = reverse("persona-login", args=[chairs.client_sponsor.key])
    assert url in page
    assert reverse("persona-login", args=[chairs.host_admin.key]) not in page
    assert client.get(url).status_code == 405
    client.post(url)
    assert client.get(reverse("directory")).status_code == 200


@pytest.mark.parametrize("who", ["host_admin", "outsider"])
def test_other_accounts_are_no_chairs(client, chairs, who):
    assert client.post(reverse("persona-login", args=[getattr(chairs, who).key])).status_code == 404


def test_an_account_that_also_sits_on_a_real_relationship_is_no_chair(client, chairs):
    real = Relationship.objects.create(client=personas.organisation(), supplier=personas.organisation())
    Membership.objects.create(relationship=real, account=chairs.client_sponsor, role="sponsor", side="client")
    assert client.post(reverse("persona-login", args=[chairs.client_sponsor.key])).status_code == 404


def test_outside_the_demonstration_there_are_no_chairs(client, chairs, settings):
    settings.DEMO = False
    assert client.post(reverse("persona-login", args=[chairs.client_sponsor.key])).status_code == 404
    assert "/directory/persona/" not in client.get(reverse("account_login")).content.decode()
