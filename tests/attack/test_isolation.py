"""Nobody reaches what belongs to another company: the quick slice, and detectors that see what was planted."""

import pytest
from django.core import signing
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

import personas
import promised
import workshops
from attack import isolation_forms as forms
from attack import isolation_headers as headers
from attack import isolation_table as table
from attack.isolation_crawl import Walk, content_of, routes
from attack.isolation_world import ACCOUNTS, KNOWS, READERS, marks_in
from reciproque.app.commitments.actions.exposed import name_exposed
from reciproque.app.dialogue.actions import live as room
from reciproque.app.directory.access import log_for
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.models import AuditRecord


def signed_in(account):
    client = Client()
    client.force_login(account)
    return client


# ---------------------------------------------------------------- the table
def test_every_address_has_an_expected_answer():
    assert [name for name, route, words in table.lines() if words is None or not route] == []
    assert len(list(table.lines())) == len(routes())


def test_the_table_names_groups_and_visitors_that_exist():
    for line in table.EXPECTED.strip().splitlines():
        for word in line.split()[1:]:
            group = word.partition(":")[2]
            assert not group or group in table.GROUPS or group in table.VISITORS, line
    assert {one for group in table.GROUPS.values() for one in group.split()} <= set(table.VISITORS)


def test_an_expectation_is_read_as_it_is_written():
    words = ["G200:own", "P302:host"]
    assert table.expected("x", "a_member", "GET", words) == "200"
    assert table.expected("x", "c_member", "GET", words) == "404"
    assert table.expected("x", "anonymous", "POST", words) == "in"
    assert table.expected("x", "host_admin", "POST", words) == "302"
    assert table.expected("x", "host_admin", "DELETE", words) == "405"
    assert table.expected("x", "anonymous", "GET", ["G403*"]) == "403"


@pytest.mark.parametrize("method", table.REFUSED_METHODS)
def test_a_method_that_no_page_needs_is_refused_to_everybody(cast, method):
    for client in (Client(), signed_in(cast.client_sponsor)):
        for path in ("/", reverse("relationship", args=[cast.relationship.key]), "/r", "/accounts/login/", "/nowhere"):
            response = client.generic(method, path)
            assert response.status_code == 405
            assert headers.wrong_headers(response) == []


# ---------------------------------------------------------------- marks: planted ones are found
def test_a_mark_is_found_in_every_kind_of_document():
    for body, kind in (
        (b"<p title='zqoaq17z'>", "text/html"),
        (b"a;zqoaq17z", "text/csv"),
        (b"SUMMARY:zqoa\r\n q17z", "text/calendar"),
        (b'{"a": "ZQOAQ17Z"}', "application/json"),
    ):
        assert marks_in(content_of(body, kind)) == {("zqoaq17z", "oa")}


def test_a_mark_of_somebody_else_is_a_leak_and_an_own_one_is_not():
    walk = Walk("c_member")
    walk.note("/page", HttpResponse("zqocq1z zqoaq2z"), frozenset(KNOWS["c_member"].split()), {})
    assert walk.leaks == {("zqoaq2z", "oa"): "/page"}


@pytest.mark.parametrize("readers", sorted(READERS))
def test_the_mark_of_every_kind_of_reader_is_found(readers):
    assert marks_in(f"<td>Zq{readers}q9z</td>") == {(f"zq{readers}q9z", readers)}


def test_a_token_that_looks_like_a_mark_is_none():
    assert marks_in('value="xZqgq7z"') == set()


def test_a_never_knows_the_name_of_c():
    for who in ACCOUNTS:
        if who.startswith("a_"):
            assert not {"nc", "pc", "oc", "bc"} & set(KNOWS[who].split())


# ---------------------------------------------------------------- forms
PAGE = """<form method="post" action="/x/"><input type="hidden" name="csrfmiddlewaretoken" value="t">
<select name="person"><option value="">-</option><option value="12">A</option></select>
<input type="radio" name="side" value="client"><input name="words">
<button name="do" value="keep">Keep</button></form>"""


def test_a_form_is_read_from_its_page_and_filled():
    (form,) = forms.forms_of("/here/", PAGE)
    assert form.rows() == ["person"]
    data = form.filled(form.buttons()[0])
    assert (data["person"], data["side"], data["words"], data["do"]) == (["12"], ["client"], ["Words said"], ["keep"])


def test_a_write_is_seen(cast):
    client = signed_in(cast.client_sponsor)
    with forms.watched() as written:
        client.post("/directory/account/", {"name": "Somebody Else", "language": "fr"})
    assert {"app_account", "app_auditrecord"} <= written
    with forms.watched() as nothing:
        client.get("/directory/account/")
    assert nothing - forms.HOUSE == set()


def test_a_statement_of_another_workshop_cannot_be_chosen(cast):
    session = workshops.signed(cast)
    own = workshops.draw_up(cast, session, of_each=1)[0]
    other = personas.cast(people=5)
    foreign = workshops.draw_up(other, workshops.signed(other), of_each=1)[0]
    client = signed_in(cast.facilitator)
    address, before = reverse("workshop-forecasts", args=[session.key]), AuditRecord.objects.count()
    for named in ([foreign.key], [own.key, foreign.key], ["zzzzzzzzzzzz"]):
        assert client.post(address, {"statement": named}).status_code == 404
    assert AuditRecord.objects.count() == before
    assert client.post(address, {"statement": [own.key]}).status_code == 302


def test_a_note_that_is_not_there_cannot_be_hidden(cast):
    led = workshops.live(cast)
    before = AuditRecord.objects.count()
    with pytest.raises(Refused):
        room.hide_note(by=actor(cast.facilitator), session=led, key="zzzzzzzzzzzz")
    assert AuditRecord.objects.count() == before


# ---------------------------------------------------------------- around every page
def test_loose_headers_are_seen():
    loose = HttpResponse(headers={"Content-Security-Policy": "default-src 'none'; script-src 'self' 'unsafe-inline'"})
    assert {"policy", "loose policy"} <= set(headers.wrong_headers(loose))


def test_a_cookie_without_its_flags_is_seen():
    flags = {"secure": "", "httponly": "True", "samesite": "Lax", "path": "/", "domain": ""}
    seen = {"hsts": "max-age=31536000; includeSubDomains", "plain": [301, "https://x/"], "status": 302}
    assert len(headers.wrong_over_https(seen | {"cookies": {"__Host-sessionid": flags}})) == 1
    assert headers.wrong_over_https(seen | {"cookies": {"__Host-sessionid": flags | {"secure": "True"}}}) == []


def test_a_changed_list_that_waits_in_the_page_is_refused(cast):
    """The rows of a preview travel signed for one account and one company: another's are refused."""
    content = signing.dumps({"headers": []}, salt=f"directory.import:{cast.supplier_sponsor.key}:x", compress=True)
    client = signed_in(cast.client_sponsor)
    address = reverse("import-confirm", args=[cast.relationship.client.key])
    with forms.watched() as written:
        assert client.post(address, {"content": content, "do": "import"}).status_code == 302
    assert written - forms.HOUSE == set()


def test_a_colleague_without_a_seat_does_not_read_that_somebody_was_exposed(cast):
    company = cast.relationship.client
    colleague, promises = personas.account("colleague", company), promised.Promises(cast)
    person = company.people.first()
    by = actor(cast.client_sponsor)
    name_exposed(by=by, commitment=promises.settled("broken"), person=person, defended="The choice")
    name = str(cast.relationship.supplier)
    assert name in signed_in(cast.client_member).get("/directory/log/").content.decode()
    for other in (colleague, cast.supplier_sponsor):
        actions = log_for(other).values_list("action", flat=True)
        assert "exposed_sponsor.named" not in actions
    assert "exposed_sponsor.named" in log_for(cast.client_member).values_list("action", flat=True)
    assert name not in signed_in(colleague).get("/directory/log/").content.decode()
