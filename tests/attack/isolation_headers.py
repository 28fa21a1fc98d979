"""What surrounds every answer: form tokens, headers, cookies, the life of a session, guesses held back."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from django.conf import settings
from django.contrib.sessions.models import Session as Signed
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from attack.isolation_crawl import quiet, visitor
from attack.isolation_table import lines, subject
from attack.isolation_world import World
from reciproque.app.shared.views import wrong_codes

# The one page that takes a form without a token: the secret in its address stands for it, and no cookie is read.
NO_TOKEN = {"ties-by-link"}
# Looks at its token itself, after the sign-in: the file is read while it arrives.
OWN_TOKEN_CHECK = {"web-traces"}
STRANGERS = {"anonymous", "a_respondent", "a_phone"}
SENDERS = ("a_sponsor", "host_admin", "anonymous", "a_respondent", "a_phone")
LOOSE = re.compile(r"unsafe-inline|unsafe-eval|\*|http:|https:")
HTTPS = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "reciproque.config.settings"
import django
django.setup()
from django.conf import settings
from django.test import Client
from reciproque.cli.prepare import prepare
prepare()
settings.ALLOWED_HOSTS = ["*"]
from reciproque.app.directory.models import Account
Account.objects.create_user("a@example.test", "a long password", name="A")
from allauth.account.models import EmailAddress
EmailAddress.objects.create(user=Account.objects.get(), email="a@example.test", verified=True, primary=True)
client = Client()
page = client.get("/accounts/login/", secure=True)
done = client.post("/accounts/login/", {"login": "a@example.test", "password": "a long password"}, secure=True)
plain = Client().get("/accounts/login/")
cookies = {name: {key: str(morsel[key]) for key in ("secure", "httponly", "samesite", "path", "domain")}
           for name, morsel in client.cookies.items() if morsel.value}
hsts = page.headers.get("Strict-Transport-Security", "")
print(json.dumps({"hsts": hsts, "cookies": cookies, "status": done.status_code,
                  "plain": [plain.status_code, plain.headers.get("Location", "")]}))
"""


def without_token(world: World) -> tuple[int, list[str]]:
    """Every form of every address, sent without its token by people who are signed in or hold a link."""
    tried, taken = 0, []
    for who in SENDERS:
        client = visitor(world, who)
        strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
        strict.cookies = client.cookies
        for name, route, words in lines():
            if not words or not route or name in NO_TOKEN:
                continue
            quiet()
            kept = strict.cookies.copy()
            with transaction.atomic(), transaction.atomic(using="ballots"):
                status = strict.post(subject(world, name, route), {"do": "keep"}).status_code
                transaction.set_rollback(True)
                transaction.set_rollback(True, using="ballots")
            strict.cookies = kept
            tried += 1
            sent_to_sign_in = status == 302 and who in STRANGERS and name in OWN_TOKEN_CHECK
            if status not in (403, 404) and not sent_to_sign_in:
                taken.append(f"{who} {name}: {status}")
    return tried, taken


def loose_headers(world: World) -> tuple[int, list[str]]:
    """Pages and refusals alike carry the same headers."""
    tried, found = 0, []
    for who in ("a_sponsor", "anonymous", "a_respondent", "a_phone"):
        client = visitor(world, who)
        for name, route, words in lines():
            if not words or not route or "logout" in name:
                continue
            for method in ("GET", "PUT") if who == "anonymous" else ("GET",):
                quiet()
                kept = client.cookies.copy()
                response = client.generic(method, subject(world, name, route))
                client.cookies = kept
                tried += 1
                found += [f"{who} {name} {method} {response.status_code}: {wrong}" for wrong in wrong_headers(response)]
    return tried, found


def wrong_headers(response: HttpResponse) -> list[str]:
    """What is missing or too loose in the headers of one answer."""
    policy = response.headers.get("Content-Security-Policy", "")
    wrong = [] if "default-src 'none'" in policy and "frame-ancestors 'none'" in policy else ["policy"]
    if LOOSE.search(policy) or "script-src 'self'" not in policy:
        wrong.append("loose policy")
    for name, value in (
        ("X-Content-Type-Options", {"nosniff"}),
        ("Referrer-Policy", {"same-origin", "no-referrer"}),
        ("X-Frame-Options", {"DENY"}),
        ("Cross-Origin-Opener-Policy", {"same-origin"}),
        ("Cache-Control", {"no-store", "max-age=0, no-cache, no-store, must-revalidate, private"}),
    ):
        if response.headers.get(name, "") not in value:
            wrong.append(f"{name}: {response.headers.get(name, '')!r}")
    return wrong


# ---------------------------------------------------------------- over https
def over_https() -> dict:
    """The same product told that its address is https: another process, its own folder."""
    with tempfile.TemporaryDirectory() as folder:
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "RECIPROQUE_DEMO")}
        done = subprocess.run(
            [sys.executable, "-c", HTTPS], capture_output=True, text=True, check=True, timeout=240,
            env=kept | {"RECIPROQUE_DATA": folder, "RECIPROQUE_URL": "https://trust.example.test"},
        )  # fmt: skip
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def wrong_over_https(seen: dict) -> list[str]:
    """Strict transport for a year with subdomains, plain requests sent on, cookies of this host only."""
    wrong = (
        [] if seen["hsts"].startswith("max-age=31536000") and "includeSubDomains" in seen["hsts"] else [seen["hsts"]]
    )
    if seen["plain"][0] != 301 or not seen["plain"][1].startswith("https://"):
        wrong.append(f"plain: {seen['plain']}")
    if seen["status"] != 302 or "__Host-sessionid" not in seen["cookies"]:
        wrong.append(f"sign-in: {seen['status']} {sorted(seen['cookies'])}")
    for name, flags in seen["cookies"].items():
        strict = flags["samesite"] in ("Lax", "Strict") and flags["path"] == "/" and not flags["domain"]
        if not (name.startswith("__Host-") and flags["secure"] == flags["httponly"] == "True" and strict):
            wrong.append(f"{name}: {flags}")
    return wrong


# ---------------------------------------------------------------- sessions
def wrong_sessions(world: World) -> list[str]:
    """A new number at each sign-in; gone at the server when one leaves; over after thirty minutes idle, ten hours."""
    account = world.accounts["a_member"]
    name, wrong, client = settings.SESSION_COOKIE_NAME, [], Client()
    client.get("/accounts/login/")
    planted = "p" * 32
    client.cookies[name] = planted
    client.force_login(account)
    number = client.cookies[name].value
    if number == planted or len(number) < 32:
        wrong.append("the number was there before the sign-in")
    client.post("/accounts/logout/")
    again = Client()
    again.cookies[name] = number
    if again.get("/directory/account/").status_code != 302 or Signed.objects.filter(session_key=number).exists():
        wrong.append("alive after signing out")
    for past, field in ((settings.SESSION_IDLE_SECONDS + 60, "seen"), (settings.SESSION_COOKIE_AGE + 60, "began")):
        late = Client()
        late.force_login(account)
        session = late.session
        session[field] = int(time.time()) - past
        session.save()
        if late.get("/directory/account/").status_code != 302:
            wrong.append(f"alive {past} s after {field}")
    return wrong


# ---------------------------------------------------------------- guesses
def guesses(count: int = 40) -> dict[str, int]:
    """How many wrong links of each kind one place may try in a minute before it is told to wait."""
    taken = {}
    for path in ("/r", "/d"):
        wrong_codes.clear()
        client = Client(REMOTE_ADDR="192.0.2.77")
        answers = [client.post(path, {"token": f"{number:026d}"}).status_code for number in range(count)]
        taken[path] = sum(status != 429 for status in answers)
    quiet()
    client = Client(REMOTE_ADDR="192.0.2.77")
    wrong = {"login": "nobody@example.test", "password": "a wrong password"}
    answers = [
        client.post("/accounts/login/", {**wrong, "login": f"n{number}@example.test"}) for number in range(count)
    ]
    said = [b"Trop d" in one.content or b"Too many" in one.content or one.status_code == 429 for one in answers]
    taken["/accounts/login/"] = said.count(False)
    quiet()
    return taken


def kinds_of_failure(found: list[str]) -> Iterator[str]:
    """The first of each kind, for whoever has to mend them."""
    seen = set()
    for one in found:
        kind = one.partition(": ")[2]
        if kind not in seen:
            seen.add(kind)
            yield one
