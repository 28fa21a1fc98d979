"""docs/security/rules.md says what the product does: each figure, key, table and log of it is compared."""

import re
from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from reciproque.app.survey.mail import outbox
from reciproque.config import settings as product
from security.source import ROOT, SOURCE, called, calls, imports

PAGE = (ROOT / "docs/security/rules.md").read_text(encoding="utf-8")
HASHES = {"sha256", "blake2b", "file_digest"}
SECTIONS = (
    "Limits", "Ways in", "What is checked of what people type", "Who may what", "Keys and algorithms",
    "Data and their levels", "Logs", "Connections", "What costs, and what is risky", "Updates",
)  # fmt: skip


def section(title):
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)[1]


def rows(title):
    lines = [line.strip("| ").split(" | ") for line in section(title).splitlines() if line.startswith("|")]
    return [row for row in lines if not set(row[0]) <= set("- ")]


def value(path):
    module, _colon, name = path.partition(":")
    first, *rest = name.split(".")
    found = getattr(product if module == "settings" else import_module(module), first)
    for part in rest:
        found = found[int(part)] if part.isdecimal() else found[part]
    return str(found)


@pytest.mark.parametrize(("what", "said", "where"), [row for row in rows("Limits") if row[2].startswith("`")])
def test_each_limit_is_the_one_that_is_written(what, said, where):
    assert value(where.strip("`")) == said, what


def test_every_subject_has_its_section():
    for title in SECTIONS:
        assert len(section(title)) > 200, title


def test_every_way_in_is_written():
    said = section("Ways in").lower()
    assert len(rows("Ways in")) == 9
    words = {"totp": "code of the telephone", "webauthn": "passkey", "recovery_codes": "recovery code"}
    for kind in settings.MFA_SUPPORTED_TYPES:
        assert words[kind] in said
    assert "setup code" in said
    assert "OWN_WORDS" in section("Ways in")


def test_every_file_that_encrypts_is_in_the_inventory():
    boxes = {
        name for name, call in calls() if re.search(r"(SecretBox|SealedBox|PrivateKey|argon2id\.kdf)$", called(call))
    }
    listed = set(re.findall(r"`(app/[a-z_/]+\.py)`", section("Keys and algorithms")))
    assert boxes == listed


def test_only_the_algorithms_of_the_inventory_are_used():
    hashes = [called(call) for _name, call in calls() if called(call).startswith("hashlib.")]
    assert {re.split(r"\W", name)[1] for name in hashes} <= HASHES
    crypto = {what.split(".")[0] for _name, what in imports()} & {
        "nacl", "cryptography", "Crypto", "OpenSSL", "jwt", "jose", "rsa", "ecdsa", "M2Crypto", "passlib", "bcrypt",
    }  # fmt: skip
    assert crypto == {"nacl"}
    text = "\n".join(path.read_text() for path in SOURCE.rglob("*.py"))
    assert not re.search(r"\b(ECB|CBC|RC4|3DES|PKCS1|md5\(|sha1\()", text)


def test_every_table_with_names_or_addresses_is_classified():
    personal = set()
    for model in apps.get_models():
        for field in model._meta.get_fields():
            named = re.search(
                r"(^|_)(recipient|signed_by|accepted_by|phone)$|(scorer|stated_by|computed_by|decided_by|(answered_)?by|first|last)_name$",
                field.name,
            )
            if isinstance(field, models.EmailField) or (isinstance(field, models.CharField) and named):
                personal.add(model.__name__)
    listed = next(row for row in rows("Data and their levels") if row[0] == "personal")[2].split()
    assert personal <= set(listed), personal - set(listed)
    assert {"Contact", "WaitingTie", "Participant", "Amendment"} <= set(listed)
    assert not [name for name in listed if name not in {model.__name__ for model in apps.get_models()}]


def test_mails_are_kept_as_long_as_it_is_written():
    said = re.search(r"mails that left, were refused or were cancelled, (\d+) days;", section("Data and their levels"))
    assert int(said[1]) == outbox.KEPT_DAYS
    assert set(outbox.FINISHED) == {"sent", "refused", "cancelled"}


def test_logs_go_where_the_inventory_says_and_nowhere_else():
    handlers = product.LOGGING["handlers"]
    assert {handler["class"] for handler in handlers.values()} == {"logging.StreamHandler"}
    assert all("no_respondents" in handler["filters"] for handler in handlers.values())
    for name in product.LOGGING["loggers"]:
        assert f"`{name}`" in section("Logs"), name


def test_every_address_that_the_server_may_call_is_written():
    said = section("Connections")
    source = (SOURCE / "config/settings.py").read_text() + (SOURCE / "config/databases.py").read_text()
    for name in set(re.findall(r"\"([A-Z_]*(?:HOST|DATABASE_URL))\"", source)) - {"HOST", "BALLOTS_DATABASE_URL"}:
        assert name in said, name
    assert '"max_size": 8, "timeout": 10' in (SOURCE / "config/databases.py").read_text()
    assert settings.EMAIL_TIMEOUT == 20


def test_updates_have_their_days():
    assert [row[1] for row in rows("Updates")[1:]] == ["7 days", "30 days", "180 days", "180 days"]
