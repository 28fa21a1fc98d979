"""What the screens let out: every address, for everybody, at the moments when nothing may be known yet."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver

import personas
import wave_steps
from consistency.test_urls import patterns
from reciproque.app.network.views import participation
from reciproque.app.reading.actions import turn_key
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.survey.urn.models import Ballot

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "ballots"])
ROLES = (
    "client_sponsor",
    "supplier_sponsor",
    "client_deputy",
    "supplier_deputy",
    "client_member",
    "supplier_member",
    "facilitator",
    "observer",
    "outsider",
    "host_admin",
)
FIGURES = ("reading", "reading-pdf", "reading-xlsx", "reading-limits", "reading-texts")


def addresses(wave):
    """Every address of the product that can be about this wave or its relationship."""
    for name, route in patterns(get_resolver()):
        if name.startswith(("respond", "account_", "mfa_", "usersessions")) or route.count("<") > 1 or "(?P" in route:
            continue
        for key in {wave.key, wave.relationship.key} if "<" in route else {""}:
            yield name, re.sub(r"<[^>]*>", key, route)


def signed_in(cast, role):
    client = Client()
    client.force_login(getattr(cast, role))
    return client


def everybody_signs_in(cast):
    """Once before the first look: a company reads on which day its own accounts were last used."""
    for role in ROLES:
        signed_in(cast, role)


def seen(cast, wave, role, at):
    """All that a role is shown: status and page of every address, less what is drawn anew each time."""
    client, found = signed_in(cast, role), {}
    for visits in (participation.strangers, participation.answers):  # each look starts with the whole allowance
        visits.clear()
    for _name, url in addresses(wave):
        with clock.at(at):
            response = client.get(url)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        kind = response.headers.get("Content-Type", "")
        found[url] = (
            response.status_code,
            re.sub(rb'value="[\w-]{64}"|nonce-[\w-]+|X-CSRFToken[^}]*', b"", body) if "html" in kind else b"",
        )
    return found


def differences(before, after):
    return [url for url in before if before[url] != after[url]]


def test_an_answer_changes_no_page_of_anybody_but_the_numbers_of_the_facilitator(folders):
    cast = personas.cast(people=9)
    made = wave_steps.collecting(cast)
    made.answer_all({"client": 6, "supplier": 6})
    moment = clock.now() + timedelta(hours=1)
    everybody_signs_in(cast)
    roles = [role for role in ROLES if role != "facilitator"]
    before = {role: seen(cast, made.wave, role, moment) for role in roles}
    for side in wave_steps.SIDES:
        made.answer(made.invitations(side)[8])
        made.answer(made.invitations(side)[0], 7)
    cache.clear()
    assert {role: differences(before[role], seen(cast, made.wave, role, moment)) for role in roles} == {
        role: [] for role in roles
    }
    assert all(len([url for url, (status, _) in before[role].items() if status == 200]) > 3 for role in roles)


@pytest.mark.parametrize("first", ["client", "supplier"])
def test_a_key_turned_by_one_side_shows_nowhere_on_the_other(folders, first):
    cast = personas.cast(people=6)
    made = wave_steps.closed(cast)
    moment = made.wave.closes_at + timedelta(hours=1)
    everybody_signs_in(cast)
    roles = [role for role in ROLES if not role.startswith(first) and role != "facilitator"]  # who knows, if neutral
    before = {role: seen(cast, made.wave, role, moment) for role in roles}
    with clock.at(moment):
        name = f"{first}_sponsor"
        assert turn_key(by=actor(getattr(cast, name)), wave=made.wave, phrase=made.phrases[name]) == "waiting"
    cache.clear()
    assert {role: differences(before[role], seen(cast, made.wave, role, moment)) for role in roles} == {
        role: [] for role in roles
    }


def test_no_figure_for_anybody_before_both_keys_and_for_nobody_else_after(folders):
    cast, foreign = personas.cast(people=6), personas.cast()
    made = wave_steps.closed(cast)
    urls = [url for name, url in addresses(made.wave) if name in FIGURES and made.wave.key in url]
    assert len(urls) == len(FIGURES)
    everybody = [signed_in(cast, role) for role in ROLES] + [Client()]
    strangers = [signed_in(foreign, role) for role in ROLES] + [signed_in(cast, "outsider"), Client()]

    def statuses(clients):
        methods = ("get", "head", "post", "put", "patch", "delete", "options")
        return {getattr(client, method)(url).status_code for client in clients for url in urls for method in methods}

    assert 200 not in statuses(everybody)
    for name in ("client_sponsor", "supplier_sponsor"):
        with clock.at(made.wave.closes_at + timedelta(hours=1)):
            outcome = turn_key(by=actor(getattr(cast, name)), wave=made.wave, phrase=made.phrases[name])
    assert outcome == "open"
    assert 200 not in statuses(strangers)
    assert signed_in(cast, "client_member").get(urls[0]).status_code == 200


def test_no_address_leads_to_another_site(folders):
    cast = personas.cast()
    for target in (
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "https:evil.example",
    ):
        client = Client()
        for url in ("/accounts/login/", "/accounts/logout/", "/i18n/setlang/", "/r/language"):
            for response in (
                client.get(url, {"next": target}),
                client.post(url, {"next": target, "language": "en", "page": target}),
            ):
                assert "evil" not in response.headers.get("Location", ""), (url, target)
        inside = signed_in(cast, "client_member")
        for response in (
            inside.get("/accounts/login/", {"next": target}),
            inside.post("/i18n/setlang/", {"next": target, "language": "en"}),
        ):
            assert not response.headers.get("Location", "").startswith(("http", "//", "/\\", "java")), target


def test_a_strange_host_is_refused(folders, settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    for url in ("/accounts/login/", "/r", "/r/again"):
        assert Client().get(url, headers={"host": "evil.example"}).status_code == 400


def test_a_tampered_cookie_opens_nothing(folders):
    cast = personas.cast(people=5)
    made = wave_steps.collecting(cast)
    client = Client()
    code = wave_steps.collect.invitation_token(made.wave.pk, made.invitations("client")[0])
    assert client.post("/r", {"token": code}).status_code == 302
    (name,) = [cookie for cookie in client.cookies if cookie not in ("csrftoken", "sessionid", "messages")]
    sealed = client.cookies[name].value
    for at in range(0, len(sealed), max(1, len(sealed) // 40)):
        bent = sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :]
        stranger = Client()
        stranger.cookies[name] = bent
        assert stranger.get("/r/promise").status_code != 200 or at == len(sealed) - 1, at
        assert stranger.post("/r/hand-in", {"F1": "4"}).status_code != 500, at
    assert not Ballot.objects.exists()
