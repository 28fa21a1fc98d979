"""The log on screen: each reader sees the lines whose audience includes the reader."""

import ast
import re
from pathlib import Path

import pytest
from django.db import transaction
from django.urls import reverse

import personas
import reciproque
from reciproque.app.directory.models import Membership
from reciproque.app.directory.sentences import SENTENCES
from reciproque.app.shared import audit

READS = {
    "client": {"client_sponsor", "client_deputy", "client_member"},
    "supplier": {"supplier_sponsor", "supplier_deputy", "supplier_member"},
    "both": {
        "client_sponsor",
        "client_deputy",
        "client_member",
        "supplier_sponsor",
        "supplier_deputy",
        "supplier_member",
        "facilitator",
        "observer",
    },
    "facilitator": {"facilitator"},
    "organisation": {"client_sponsor", "client_deputy", "client_member"},
}
EVERYBODY = [*READS["both"], "outsider", "host_admin"]


def write(cast, audience, subject="Marker7", by=audit.SYSTEM, **fields):
    company = cast.relationship.client.key if audience == "organisation" else ""
    with transaction.atomic():
        audit.record(
            by=by,
            action="person.added",
            subject=subject,
            audience=audience,
            relationship_key=cast.relationship.key,
            organisation_key=company,
            **fields,
        )


@pytest.mark.parametrize("audience", sorted(READS))
def test_each_line_is_read_by_its_audience_only(client, cast, audience):
    write(cast, audience)
    for who in EVERYBODY:
        client.force_login(getattr(cast, who))
        assert ("Marker7" in client.get(reverse("log")).content.decode()) == (who in READS[audience]), who


def test_a_facilitator_employed_by_one_company_reads_what_it_reads(client, cast):
    employee = personas.account("employee", cast.relationship.client)
    Membership.objects.create(relationship=cast.relationship, account=employee, role="facilitator", side="client")
    client.force_login(employee)
    for audience, seen in {"client": True, "both": True, "supplier": False, "facilitator": False}.items():
        write(cast, audience, f"Marker{audience}")
        assert (f"Marker{audience}" in client.get(reverse("log")).content.decode()) == seen


def test_one_reads_what_one_did(client, cast):
    write(cast, "supplier", by=audit.actor(cast.facilitator))
    client.force_login(cast.facilitator)
    assert "Marker7" in client.get(reverse("log", args=[cast.relationship.key])).content.decode()


def test_another_relationship_is_not_mixed_in(client, cast):
    other = personas.cast()
    write(other, "both", "Elsewhere")
    client.force_login(cast.client_sponsor)
    assert "Elsewhere" not in client.get(reverse("log")).content.decode()
    assert client.get(reverse("log", args=[other.relationship.key])).status_code == 404


def test_lines_bear_a_fingerprint_and_no_number(client, cast):
    """A gap between two numbers would tell that the other company did something."""
    for _ in range(70):
        write(cast, "supplier")
    write(cast, "both")
    client.force_login(cast.client_sponsor)
    body = client.get(reverse("log", args=[cast.relationship.key])).content.decode()
    codes = re.findall(r"<code>([^<]*)</code>", body)
    assert codes
    assert all(re.fullmatch(r"[0-9a-f]{8}", code) for code in codes)


@pytest.mark.parametrize("count", [1, 3])
def test_the_log_costs_the_same_for_one_and_for_three_lines(client, cast, count, django_assert_num_queries):
    for _ in range(count):
        write(cast, "both")
    client.force_login(cast.client_sponsor)
    with django_assert_num_queries(10):
        body = client.get(reverse("log", args=[cast.relationship.key])).content.decode()
    assert body.count("Marker7") == count


def test_a_subject_with_braces_or_markup_is_plain_text(client, cast):
    write(cast, "both", "{who.__class__} <b>x</b>", data={"role": "<i>", "nested": {"a": 1}})
    client.force_login(cast.client_sponsor)
    body = client.get(reverse("log")).content.decode()
    assert "{who.__class__} &lt;b&gt;x&lt;/b&gt;" in body


def test_long_logs_come_in_pages(client, cast):
    for number in range(55):
        write(cast, "both", f"Line{number:03d}")
    client.force_login(cast.client_sponsor)
    first, second = (client.get(reverse("log"), {"page": page}).content.decode() for page in (1, 2))
    assert "Line054" in first
    assert "Line000" in second
    assert "Line000" not in first


# What the helper `log` of a capability writes before the name that it is given.
PREFIXES = {"survey": "wave.", "commitments": "commitment.", "dialogue": "workshop."}


def recorded_actions():
    """Every action name written in the code: action="…", or the name given to a recording helper."""
    for path in Path(reciproque.__file__).parent.rglob("*.py"):
        if "actions" not in path.as_posix():
            continue
        prefix = next((word for folder, word in PREFIXES.items() if f"/{folder}/" in path.as_posix()), "")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "action":
                yield from literals(node.value, "")
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"_recorded", "_log", "log"}:
                for argument in node.args[1:3]:
                    yield from literals(argument, prefix if node.func.id == "log" else "")


def literals(node, prefix):
    for part in (node.body, node.orelse) if isinstance(node, ast.IfExp) else (node,):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield prefix + part.value


def test_every_action_that_is_recorded_has_a_sentence():
    found = set(recorded_actions())
    assert len(found) > 25
    assert found <= set(SENTENCES), found - set(SENTENCES)
