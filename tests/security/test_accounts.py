"""V6 and V7: passwords, codes, second factors, sessions."""

import math
import random
import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings as conf
from django.contrib.auth import get_backends
from django.contrib.auth.hashers import check_password, identify_hasher, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator, validate_password
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

import personas
from reciproque.app.directory.models import Account
from reciproque.app.directory.passwords import OWN_WORDS, guessable
from reciproque.app.directory.setup import verify_address

PASSWORD = "a long password"
GOOD = "gruyère patine enclume dortoir"


@pytest.fixture
def member(cast):
    verify_address(cast.client_member)
    return cast.client_member


def sign_in(account, password=PASSWORD):
    browser = Client()
    browser.post(reverse("account_login"), {"login": account.email, "password": password})
    return browser


def is_in(browser):
    return browser.get(reverse("account-profile")).status_code == 200


def refused(password, user=None):
    try:
        validate_password(password, user)
    except ValidationError:
        return True
    return False


# ---------------------------------------------------------------- passwords
def test_twelve_signs_at_least_and_as_many_as_one_likes():
    assert refused("Xk3!vPq8#Lz")
    assert not refused("Xk3!vPq8#LzW")
    assert not refused("é" * 3 + "xk3vpq8lzw " * 18)  # two hundred signs


@pytest.mark.parametrize(
    "password", [GOOD, "gruyerepatineenclume", "7391 8264 0951 3377", "ПАРОЛЬ длинный и редкий", "%%&& ((__ ]]}}§§"]
)
def test_any_signs_will_do_and_none_is_asked_for(password):
    assert not refused(password)


def test_three_thousand_passwords_found_in_breaches_are_refused_even_dressed_up():
    common = sorted(word for word in CommonPasswordValidator().passwords if len(word) >= 6)[::5]
    dressed = [(word + "2024!!!!!!")[: max(12, len(word) + 4)].ljust(12, "!") for word in common]
    assert len(dressed) >= 3000
    assert [password for password in dressed if not guessable(password)] == []


@pytest.mark.parametrize(
    "password",
    ["Reciproque2026", "confiance-2026", "fournisseur01", "MotDePasse!2026", "azertyuiopqsdf", "123456789012345",
     "aaaaaaaaaaaaaa", "abcabcabcabcabc", "p4ssw0rdp4ssw0rd", "questionnaire!!", "clientfournisseur", "zyxwvutsrqponm"],
)  # fmt: skip
def test_words_of_the_product_and_of_the_house_are_refused(password):
    assert refused(password)


def test_the_name_of_the_person_and_of_the_company_are_refused():
    class Somebody:
        name, email, organisation = "Ysoline Quercy", "ysoline@forge-du-lac.test", "Forge du Lac Brumeux"

    for password in ("Quercy-2026-!!!", "ysoline1234567", "Brumeux2026!!!!"):
        assert refused(password, Somebody()), password
    assert not refused(GOOD, Somebody())


def test_the_list_of_own_words_holds_the_words_of_the_product():
    assert {"reciproque", "confiance", "client", "fournisseur", "motdepasse"} <= OWN_WORDS


def test_a_password_is_changed_with_the_present_one_only(member):
    browser = sign_in(member)
    fields = {"oldpassword": "not this one", "password1": GOOD, "password2": GOOD}
    browser.post(reverse("account_change_password"), fields)
    member.refresh_from_db()
    assert member.check_password(PASSWORD)
    browser.post(reverse("account_change_password"), {**fields, "oldpassword": PASSWORD})
    member.refresh_from_db()
    assert member.check_password(GOOD)


def test_a_weak_password_is_not_taken_when_it_is_changed(member):
    fields = {"oldpassword": PASSWORD, "password1": "Reciproque2026", "password2": "Reciproque2026"}
    sign_in(member).post(reverse("account_change_password"), fields)
    member.refresh_from_db()
    assert member.check_password(PASSWORD)


def test_a_password_counts_sign_for_sign(member):
    member.set_password("Deux  espaces, ÉTÉ puis fin ")
    member.save()
    assert is_in(sign_in(member, "Deux  espaces, ÉTÉ puis fin "))
    for near in ("Deux  espaces, ÉTÉ puis fin", "deux  espaces, été puis fin ", "Deux espaces, ÉTÉ puis fin "):
        assert not is_in(sign_in(member, near))
    long = "x" * 90 + "y"
    member.set_password(long)
    member.save()
    assert is_in(sign_in(member, long))
    assert not is_in(sign_in(member, long[:-1]))


def test_a_password_never_has_to_be_changed(member, monkeypatch):
    Account.objects.update(last_login=None)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 4 * 365 * 86400)
    assert is_in(sign_in(member))


def test_fields_hide_what_is_typed_and_help_the_password_manager(client):
    page = client.get(reverse("account_login")).content.decode()
    field = re.search(r"<input[^>]*name=\"password\"[^>]*>", page)[0]
    assert 'type="password"' in field
    assert 'autocomplete="current-password"' in field
    assert 'autocomplete="off"' not in page


def test_nothing_reminds_of_a_password(client):
    fields = {field.name for field in Account._meta.get_fields()}
    assert not {name for name in fields if re.search("hint|question|answer|reminder", name)}


def test_passwords_are_stored_under_argon2_and_older_ones_are_stored_anew(settings, member):
    from reciproque.config import settings as product

    settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS
    stored = make_password(GOOD)
    hasher = identify_hasher(stored)
    assert (hasher.algorithm, hasher.memory_cost >= 19456, hasher.time_cost >= 2) == ("argon2", True, True)
    assert check_password(GOOD, stored)
    member.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    member.save()
    assert is_in(sign_in(member))
    member.refresh_from_db()
    assert member.password.startswith("argon2$argon2id")


# ---------------------------------------------------------------- guessing
def test_guessing_is_stopped_and_the_other_accounts_still_enter(member, cast):
    verify_address(cast.supplier_member)
    for _try in range(5):
        sign_in(member, "not the password")
    assert not is_in(sign_in(member))  # even with the right one, for five minutes
    assert is_in(sign_in(cast.supplier_member))


def test_there_is_no_account_that_nobody_made(db):
    assert Account.objects.count() == 0


def test_the_ways_in_are_those_that_are_written_down():
    assert {type(backend).__name__ for backend in get_backends()} == {"ModelBackend", "AuthenticationBackend"}
    assert set(conf.MFA_SUPPORTED_TYPES) == {"totp", "webauthn", "recovery_codes"}
    assert not [app for app in conf.INSTALLED_APPS if "socialaccount" in app or "headless" in app or "idp" in app]
    assert {"email"} == conf.ACCOUNT_LOGIN_METHODS


# ---------------------------------------------------------------- codes by e-mail
def a_code(browser, account):
    mail.outbox.clear()
    browser.post(reverse("account_request_login_code"), {"email": account.email})
    return re.search(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", mail.outbox[-1].body, re.M)[1]


def enter(browser, code):
    browser.post(reverse("account_confirm_login_code"), {"code": code})
    return is_in(browser)


def test_a_code_opens_in_the_browser_that_asked_for_it_and_once(member):
    asked, other = Client(), Client()
    code = a_code(asked, member)
    a_code_of_another = a_code(other, member)
    assert not enter(other, code) or code == a_code_of_another
    assert enter(asked, code)
    again = Client()
    a_code(again, member)
    assert not enter(again, code)


def test_a_code_is_tried_three_times(member):
    browser = Client()
    code = a_code(browser, member)
    for _try in range(3):
        assert not enter(browser, "AAAA-AAAA")
    assert not enter(browser, code)


def test_a_code_dies_after_ten_minutes_at_most(member, monkeypatch):
    browser = Client()
    code = a_code(browser, member)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 601)
    assert not enter(browser, code)
    assert conf.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT <= 600
    assert conf.PASSWORD_RESET_TIMEOUT <= 600


def test_codes_come_from_the_system_and_are_worth_twenty_bits(member):
    found = []
    for _time in range(2):
        random.seed(1)
        found.append(a_code(Client(), member).replace("-", ""))
    assert found[0] != found[1]
    assert len(found[0]) * math.log2(20) >= 20  # twenty consonants and digits at the very least


def test_forgetting_a_password_does_not_open_the_second_factor(member):
    TOTP.activate(member, generate_totp_secret())
    browser = Client()
    mail.outbox.clear()
    browser.post(reverse("account_reset_password"), {"email": member.email})
    link = re.search(r"https?://\S+(/accounts/\S+)", mail.outbox[-1].body)[1]
    form = browser.get(link, follow=True).redirect_chain[-1][0]
    browser.post(form, {"password1": GOOD, "password2": GOOD})
    member.refresh_from_db()
    assert member.check_password(GOOD)
    assert not is_in(browser)
    assert not is_in(sign_in(member, GOOD))  # the second factor is asked for


# ---------------------------------------------------------------- second factors
def code_now(secret, shift=0):
    counter = next(iter(yield_hotp_counters_from_time())) + shift
    return format_hotp_value(hotp_value(secret, counter))


def with_second_factor(account):
    secret = generate_totp_secret()
    return secret, TOTP.activate(account, secret)


def test_a_code_of_the_telephone_opens_once(member):
    secret, _made = with_second_factor(member)
    code = code_now(secret)
    first, second = sign_in(member), sign_in(member)
    assert not is_in(first)
    first.post(reverse("mfa_authenticate"), {"code": code})
    second.post(reverse("mfa_authenticate"), {"code": code})
    assert is_in(first)
    assert not is_in(second)


def test_a_recovery_code_opens_once(member):
    with_second_factor(member)
    code = RecoveryCodes.activate(member).get_unused_codes()[0]
    first, second = sign_in(member), sign_in(member)
    first.post(reverse("mfa_authenticate"), {"code": code})
    second.post(reverse("mfa_authenticate"), {"code": code})
    assert is_in(first)
    assert not is_in(second)


def test_secrets_of_the_second_factor_cannot_be_read_in_the_database(member):
    secret, _made = with_second_factor(member)
    codes = RecoveryCodes.activate(member)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert not [code for code in codes.get_unused_codes() if code in stored]
    assert stored.count("box1:") == 2
    assert TOTP(Authenticator.objects.get(type="totp")).validate_code(code_now(secret))


def test_second_factors_are_guessed_five_times_only(member):
    secret, _made = with_second_factor(member)
    browser = sign_in(member)
    for _try in range(5):
        browser.post(reverse("mfa_authenticate"), {"code": "000000"})
    browser.post(reverse("mfa_authenticate"), {"code": code_now(secret)})
    assert not is_in(browser)


def test_a_lost_second_factor_is_taken_away_by_somebody_who_looks_after_the_account(member, cast):
    with_second_factor(member)
    phone = Client()
    phone.force_login(member)
    stranger, sponsor = Client(), Client()
    stranger.force_login(cast.supplier_sponsor)
    sponsor.force_login(cast.client_sponsor)
    assert stranger.post(reverse("account-factor", args=[member.key])).status_code == 404
    assert Authenticator.objects.filter(user=member).exists()
    sponsor.post(reverse("account-factor", args=[member.key]))
    assert not Authenticator.objects.filter(user=member).exists()
    assert not is_in(phone)


# ---------------------------------------------------------------- sessions
def test_a_session_has_a_name_drawn_anew_at_each_sign_in_and_long_enough(member):
    one, other = sign_in(member), sign_in(member)
    names = [browser.cookies["sessionid"].value for browser in (one, other)]
    assert names[0] != names[1]
    assert min(map(len, names)) * math.log2(36) >= 128
    before = Client()
    before.get(reverse("account_login"))
    before.cookies["sessionid"] = "a" * 32  # what an attacker planted
    before.post(reverse("account_login"), {"login": member.email, "password": PASSWORD})
    assert before.cookies["sessionid"].value != "a" * 32


def test_signing_out_ends_the_session_on_the_server(member):
    browser = sign_in(member)
    name = browser.cookies["sessionid"].value
    browser.post(reverse("account_logout"))
    thief = Client()
    thief.cookies["sessionid"] = name
    assert not is_in(thief)
    assert not Session.objects.filter(session_key=name).exists()


@pytest.mark.parametrize(("away", "still"), [(29 * 60, True), (31 * 60, False)])
def test_half_an_hour_without_a_page_ends_the_session(member, monkeypatch, away, still):
    browser = sign_in(member)
    assert is_in(browser)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + away)
    assert is_in(browser) == still
    if not still:
        assert not Session.objects.exists()


def test_pages_keep_a_session_alive_for_ten_hours_and_no_longer(member, monkeypatch):
    browser = sign_in(member)
    now = time.time()
    for minutes in range(20, 600, 20):
        monkeypatch.setattr(time, "time", lambda minutes=minutes: now + minutes * 60)
        assert is_in(browser), minutes
    monkeypatch.setattr(time, "time", lambda: now + 601 * 60)
    assert not is_in(browser)


def test_another_password_ends_every_other_session(member):
    here, elsewhere = sign_in(member), sign_in(member)
    fields = {"oldpassword": PASSWORD, "password1": GOOD, "password2": GOOD}
    here.post(reverse("account_change_password"), fields)
    assert is_in(here)
    assert not is_in(elsewhere)


def test_one_sees_the_own_sessions_and_closes_the_others_after_signing_in_again(member, monkeypatch):
    here, elsewhere = sign_in(member), sign_in(member)
    assert here.get(reverse("usersessions_list")).status_code == 200
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 16 * 60)
    assert "reauthenticate" in here.post(reverse("usersessions_list"))["Location"]
    assert is_in(elsewhere)
    here.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    here.post(reverse("usersessions_list"))
    assert is_in(here)
    assert not is_in(elsewhere)


@pytest.mark.parametrize("name", ["mfa_activate_totp", "mfa_add_webauthn", "account_email"])
def test_how_one_signs_in_is_changed_only_after_signing_in_again(member, monkeypatch, name):
    browser = sign_in(member)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 16 * 60)
    fields = {"email": "new@x.test", "action_add": "1"}
    answer = browser.post(reverse(name), fields)
    assert answer.status_code == 302
    assert "reauthenticate" in answer["Location"]
    assert not EmailAddress.objects.filter(email="new@x.test").exists()


def test_looking_at_the_site_opens_no_session(client):
    for address in ("/", "/accounts/login/", "/r", "/receipt/", "/directory/help/"):
        client.get(address)
    assert "sessionid" not in client.cookies
    assert Session.objects.count() == 0
    personas.account("somebody")
    client.get("/accounts/login/?login=somebody@example.test&password=a+long+password")
    assert not is_in(client)
