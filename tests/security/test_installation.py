"""V5, V12, V13, V15: files that are taken, mail, settings of an installation, what stands between it and the world."""

import io
import socket
import ssl
import threading
import zipfile

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import get_connection
from django.test import Client
from django.urls import reverse

from reciproque.app.shared.views import Visits
from reciproque.config import settings as product
from security.served import behind_https
from security.source import ROOT, SOURCE


# ---------------------------------------------------------------- files
def png():
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01\x86\xa0\x00\x01\x86\xa0\x08\x02\x00\x00\x00" + b"\0" * 40


def symlink():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        link = zipfile.ZipInfo("xl/workbook.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [("people.csv", png()), ("people.png", png()), ("people.xlsx", png()), ("people.svg", b"<svg onload='x()'/>"),
     ("people.xlsx", symlink()), ("people.html", b"<script>x()</script>"), ("people.exe", b"MZ" + b"\0" * 99)],
)  # fmt: skip
def test_pictures_links_pages_and_programs_are_no_lists(client, cast, name, content):
    client.force_login(cast.client_sponsor)
    page = client.post(
        reverse("import-people"),
        {"company": cast.relationship.client.key, "organisation": cast.relationship.client.key,
         "file": SimpleUploadedFile(name, content)},
    )  # fmt: skip
    assert page.status_code == 200
    text = page.content.decode()
    assert "root:" not in text
    assert "<script>x()" not in text
    assert 'name="content"' not in text  # no preview to confirm


def test_nothing_is_kept_of_what_is_sent():
    assert product.FILE_UPLOAD_HANDLERS == ["reciproque.app.directory.uploads.InMemory"]
    assert not hasattr(product, "MEDIA_ROOT")


# ---------------------------------------------------------------- mail
def test_the_mail_server_is_spoken_to_under_tls_with_a_certificate_that_is_verified():
    told = behind_https(SMTP_HOST="mail.example.test")
    assert told["EMAIL_USE_TLS"] is True
    assert told["EMAIL_HOST_USER"] == told["EMAIL_HOST_PASSWORD"] == ""
    context = get_connection("django.core.mail.backends.smtp.EmailBackend", host="mail.example.test").ssl_context
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    implicit = behind_https(SMTP_HOST="mail.example.test", SMTP_PORT="465")
    assert implicit["EMAIL_USE_SSL"] is True


@pytest.mark.parametrize(
    ("asked", "starttls", "tls"),
    [
        ({"SMTP_TLS": "yes"}, False, True),
        ({"SMTP_TLS": "yes", "SMTP_PORT": "465"}, False, True),
        ({"SMTP_STARTTLS": "yes", "SMTP_PORT": "465"}, True, False),
        ({"SMTP_STARTTLS": "no"}, False, False),
        ({"SMTP_STARTTLS": "no", "SMTP_TLS": "yes"}, False, True),
    ],
)
def test_asking_for_one_way_to_encrypt_turns_the_other_off(asked, starttls, tls):
    told = behind_https(SMTP_HOST="mail.example.test", **asked)
    assert (told["EMAIL_USE_TLS"], told["EMAIL_USE_SSL"]) == (starttls, tls)
    get_connection("django.core.mail.backends.smtp.EmailBackend", use_tls=starttls, use_ssl=tls)  # refuses both


# ---------------------------------------------------------------- settings
def test_what_is_dangerous_is_off_unless_it_is_asked_for():
    told = behind_https()
    assert (told["DEBUG"], told["DEMO"], told["SIMULATE"]) == (False, False, False)
    assert told["SECOND_FACTOR_REQUIRED"] is True
    assert told["MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN"] is False
    assert "*" not in told["ALLOWED_HOSTS"]
    assert told["CSRF_TRUSTED_ORIGINS"] == ["https://trust.example.test"]


def test_only_a_proxy_that_was_announced_is_believed(rf, settings):
    assert "SECURE_PROXY_SSL_HEADER" not in behind_https()
    assert behind_https(RECIPROQUE_PROXIES="1")["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    request = rf.get("/", REMOTE_ADDR="198.51.100.1", headers={"X-Forwarded-For": "1.2.3.4, 203.0.113.9"})
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert Visits.place(request) == "198.51.100.1"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert Visits.place(request) == "203.0.113.9"  # what the visitor wrote before it counts for nothing


def test_two_installations_never_have_the_same_key():
    behind_https.cache_clear()
    one = behind_https()["SECRET_KEY"]
    behind_https.cache_clear()
    assert one != behind_https()["SECRET_KEY"]
    assert len(one) >= 64


def test_the_cache_of_the_server_holds_nothing_of_anybody(cast):
    browser = Client()
    browser.force_login(cast.client_sponsor)
    for name in ("home", "people", "log", "directory"):
        browser.get(reverse(name))
    from django.db import connection

    with connection.cursor() as cursor:
        if "reciproque_cache" in connection.introspection.table_names():
            cursor.execute("SELECT cache_key, value FROM reciproque_cache")
            kept = str(cursor.fetchall())
            assert cast.client_sponsor.email not in kept
    assert set(caches.settings) == {"default", "frozen"}
    assert "cache_page" not in "\n".join(path.read_text() for path in SOURCE.rglob("*.py"))


def test_libraries_come_pinned_with_their_hash_from_one_index():
    for name in ("base.txt", "dev.txt"):
        text = (ROOT / "requirements" / name).read_text()
        wanted = [line for line in text.splitlines() if line and line[0].isalnum()]
        assert wanted
        assert all("==" in line for line in wanted)
        assert text.count("--hash=sha256:") >= len(wanted)
        assert "index-url" not in text
        assert "git+" not in text
    assert "--require-hashes" in (ROOT / "Makefile").read_text()
    assert '"integrity"' in (ROOT / "frontend/package-lock.json").read_text()


# ---------------------------------------------------------------- the server itself
@pytest.fixture
def served(tmp_path):
    """The web server of the product, with an application that only says how long the body was."""
    import subprocess
    import sys

    (tmp_path / "small.py").write_text(
        "def app(environ, start):\n"
        "    body = environ['wsgi.input'].read()\n"
        "    start('200 OK', [('Content-Type', 'text/plain')])\n"
        "    return [environ['REQUEST_METHOD'].encode() + b' ' + str(len(body)).encode()]\n"
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--no-log", "small:app"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait = threading.Event()
    for _time in range(150):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            wait.wait(0.1)
    yield port
    process.terminate()
    process.wait(20)


def spoken(port, raw):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(raw)
        line.settimeout(3)
        found = b""
        try:
            while part := line.recv(4096):
                found += part
        except TimeoutError:
            pass
    return found


def test_a_second_request_cannot_be_hidden_inside_the_first(served):
    hidden = b"GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
    both = (
        b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"0\r\n\r\n" % (len(hidden) + 5)
    )
    assert spoken(served, both + hidden).count(b"HTTP/1.1 200") <= 1
    twice = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\nContent-Length: 30\r\n\r\nabc"
    assert b" 400 " in spoken(served, twice + hidden).splitlines()[0] + b" "
    broken = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\nContent-Length: 3\r\n\r\nabc"
    assert spoken(served, broken + hidden).count(b"HTTP/1.1 200") <= 1
