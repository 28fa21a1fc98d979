"""V3, V4 and V14: what browsers are told, and what they keep."""

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import OperationalError, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from reciproque.app.directory.models import Organisation
from reciproque.app.directory.sessions import Messages
from reciproque.app.directory.setup import verify_address
from reciproque.app.shared.middleware import ReadOnlyGet
from security.served import behind_https

PAGES = ["home", "directory", "people", "log", "account-profile"]


def pages(cast):
    """Signed in, anonymous, absent, and a download."""
    browser = Client()
    browser.force_login(cast.client_sponsor)
    yield from (browser.get(reverse(name)) for name in PAGES)
    yield browser.get("/nowhere")
    yield browser.get(reverse("export-csv", args=[cast.relationship.client.key]))
    yield Client().get(reverse("account_login"))
    yield Client().get("/r")


def test_every_answer_carries_the_headers_that_protect_it(cast):
    for response in pages(cast):
        policy = response["Content-Security-Policy"]
        for directive in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert directive in policy
        assert "unsafe" not in policy
        assert "script-src 'self'" in policy
        assert "*" not in policy
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "same-origin"
        assert response["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in response


def test_nothing_personal_is_kept_by_a_browser_or_a_proxy(cast):
    for response in pages(cast):
        assert "no-store" in response["Cache-Control"]


def test_what_is_served_says_what_it_is(cast):
    for response in pages(cast):
        kind = response["Content-Type"]
        assert kind.startswith(("text/html", "text/csv"))
        assert "charset=utf-8" in kind.lower()


def test_a_list_is_a_file_to_keep_never_a_page_to_run(cast):
    browser = Client()
    browser.force_login(cast.client_sponsor)
    for kind in ("csv", "xlsx"):
        response = browser.get(reverse(f"export-{kind}", args=[cast.relationship.client.key]))
        assert response["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    "name", ['Acme"; filename="x.exe', "Acme\r\nSet-Cookie: a=b", "Société Générale ✂", "../../etc"]
)
def test_the_name_of_a_file_is_ours(cast, name):
    Organisation.objects.filter(pk=cast.relationship.client.pk).update(name=name)
    browser = Client()
    browser.force_login(cast.client_sponsor)
    address = reverse("export-csv", args=[cast.relationship.client.key])
    response = browser.get(address + "?filename=evil.exe")
    said = response["Content-Disposition"]
    assert said.isascii()
    assert said.count('"') == 2
    assert said.endswith('.csv"')
    assert not set("\r\n/\\;") & set(said.split('"')[1])
    assert "evil" not in said
    assert "Set-Cookie" not in response


def test_over_https_plain_requests_are_sent_on_and_browsers_remember(client, settings):
    told = behind_https()
    settings.SECURE_SSL_REDIRECT = told["SECURE_SSL_REDIRECT"]
    settings.SECURE_HSTS_SECONDS = told["SECURE_HSTS_SECONDS"]
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = told["SECURE_HSTS_INCLUDE_SUBDOMAINS"]
    assert client.get("/accounts/login/")["Location"].startswith("https://")
    header = client.get("/accounts/login/", secure=True)["Strict-Transport-Security"]
    assert "max-age=31536000" in header
    assert "includeSubDomains" in header


def test_a_calendar_program_is_never_sent_on_from_a_plain_address(client, settings):
    told = behind_https()
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = told["SECURE_REDIRECT_EXEMPT"]
    assert client.get(reverse("calendar-feed", args=["x" * 32])).status_code == 404


def test_cookies_belong_to_this_host_over_https_only():
    told = behind_https()
    for name in ("SESSION", "CSRF", "LANGUAGE"):
        assert told[f"{name}_COOKIE_NAME"].startswith("__Host-")
        assert told[f"{name}_COOKIE_SECURE"] is True
        assert told[f"{name}_COOKIE_SAMESITE"] in ("Lax", "Strict")
        assert told.get(f"{name}_COOKIE_DOMAIN") is None
        assert told.get(f"{name}_COOKIE_PATH", "/") == "/"
    assert told["COOKIE_PREFIX"] == "__Host-"
    assert issubclass(Messages.storage_classes[0], CookieStorage)
    assert Messages.storage_classes[0].cookie_name == "messages"  # the prefix is empty without https


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(client, cast):
    verify_address(cast.client_member)
    client.get(reverse("account_login"))
    client.post(reverse("account_login"), {"login": cast.client_member.email, "password": "a long password"})
    assert client.get(reverse("home")).status_code == 200
    client.post(reverse("set_language"), {"language": "en"})
    assert {"sessionid", "csrftoken", "django_language"} <= set(client.cookies)
    for name, cookie in client.cookies.items():
        if not cookie.value:
            continue  # taken back
        assert cookie["httponly"], name
        assert cookie["samesite"] in ("Lax", "Strict"), name
        assert len(name) + len(cookie.value) < 4096


def test_no_other_site_reads_an_answer(client, cast):
    client.force_login(cast.client_member)
    response = client.get(reverse("home"), headers={"Origin": "https://evil.example.test"})
    assert not [name for name in response.headers if name.lower().startswith("access-control")]


def test_a_get_cannot_write(cast, rf: RequestFactory):
    def writes(request):
        try:
            with transaction.atomic():
                Organisation.objects.create(name="By a link", folded_name="by a link")
        except OperationalError:
            return HttpResponse("refused")
        return HttpResponse("written")

    for request, said in ((rf.get("/anything"), b"refused"), (rf.post("/anything"), b"written")):
        request.session = {}
        assert ReadOnlyGet(writes)(request).content == said


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "PROPFIND"])
def test_methods_that_nothing_needs_are_refused(client, cast, method):
    client.force_login(cast.client_sponsor)
    for address in ("/", "/directory/", "/r", "/health", "/nowhere"):
        assert client.generic(method, address).status_code == 405


def test_a_file_is_served_by_its_name_or_not_at_all(client):
    for address in ("/static/", "/static/built/", "/static/../settings.py", "/.git/config", "/manage.py", "/.env"):
        response = client.get(address)
        assert response.status_code == 404, address
        assert b"Index of" not in response.content


def test_the_only_page_for_machines_says_one_word(client):
    assert client.get("/health").content == b"ok\n"
    for address in (
        "/admin/",
        "/metrics",
        "/api/",
        "/schema",
        "/docs",
        "/debug",
        "/__debug__/",
        "/gallery/",
        "/status",
    ):
        response = client.get(address)
        assert (
            response.status_code in (302, 404) and "Location" not in response.headers
        ) or response.status_code == 404


def test_a_request_is_decoded_once(client, cast):
    client.force_login(cast.client_sponsor)
    page = client.get(reverse("people") + "?q=%253Cb%253E").content.decode()
    assert "%3Cb%3E" in page
    assert "&lt;b&gt;" not in page


def test_a_parameter_of_the_address_never_stands_for_one_of_the_form(client, cast):
    client.force_login(cast.client_sponsor)
    client.post(reverse("account-profile") + "?name=Mallory&language=en", {"name": "Alice", "language": "fr"})
    cast.client_sponsor.refresh_from_db()
    assert (cast.client_sponsor.name, cast.client_sponsor.language) == ("Alice", "fr")
    client.post(reverse("account-profile") + "?name=Mallory&language=en", {})
    cast.client_sponsor.refresh_from_db()
    assert cast.client_sponsor.name == "Alice"


def test_fields_that_a_form_does_not_have_change_nothing(client, cast):
    client.force_login(cast.client_member)
    fields = {"name": "Alice", "language": "fr", "is_host_admin": "on", "is_active": "", "organisation": "1",
              "email": "x@y.test", "key": "aaaaaaaaaaaa"}  # fmt: skip
    before = (cast.client_member.email, cast.client_member.key, cast.client_member.organisation_id)
    client.post(reverse("account-profile"), fields)
    cast.client_member.refresh_from_db()
    after = cast.client_member
    assert (after.email, after.key, after.organisation_id) == before
    assert after.name == "Alice"
    assert not after.is_host_admin
    assert after.is_active


def test_signing_out_is_on_every_page(client, cast):
    client.force_login(cast.client_sponsor)
    for name in PAGES:
        assert reverse("account_logout") in client.get(reverse(name)).content.decode(), name


def test_pages_load_nothing_from_elsewhere(cast):
    import re

    for response in pages(cast):
        if response["Content-Type"].startswith("text/html"):
            text = response.content.decode()
            loaded = re.findall(r'<(?:script|link|img|source)[^>]+(?:src|href)="([^"]+)"', text)
            assert [address for address in loaded if not address.startswith(("/", "data:"))] == []
