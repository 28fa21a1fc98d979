"""What each side learns, and when: nothing before both are ready, then the same page, never what is kept back."""

from __future__ import annotations

import html
import io
import re
import zipfile
from datetime import timedelta

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from reciproque.app.network import access
from reciproque.app.network.actions.declarations import change_tie, withdraw_tie
from reciproque.app.network.actions.halves import recognise, say_ready
from reciproque.app.network.models import Contact, Declaration, Shown, WebState
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor, verify_chain
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.models import AuditHead, AuditRecord
from webs import sign_in

PAGES = ["web", "web-ties", "web-pairs", "web-people"]
EVERYBODY = {
    "client_sponsor": {"web", "web-ties", "web-pairs", "web-people"},
    "supplier_sponsor": {"web", "web-ties", "web-pairs", "web-people"},
    "client_deputy": {"web", "web-ties", "web-pairs", "web-people"},
    "client_member": {"web", "web-ties", "web-pairs"},
    "supplier_member": {"web", "web-ties", "web-pairs"},
    "facilitator": {"web", "web-pairs", "web-people"},
    "observer": {"web", "web-pairs"},
    "outsider": set(),
    "host_admin": set(),
}


def url(web, name: str = "web", query: str = "") -> str:
    return reverse(name, args=[web.relationship.key]) + query


def words(response) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def sheets(response) -> str:
    """Every text of a spreadsheet."""
    with zipfile.ZipFile(io.BytesIO(response.content)) as book:
        return " ".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))


def printed(response) -> str:
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(response.content)).pages)


def main_of(response) -> str:
    body = response.content.decode()
    page = body[body.index('id="threads"') : body.index("</main>")]
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)
    return page.split('<section class="page chapter" aria-labelledby="names"')[0].rstrip()


@pytest.mark.parametrize("name", EVERYBODY)
def test_a_page_is_for_those_it_concerns(drawn, name):
    browser = sign_in(getattr(drawn.cast, name))
    assert {page for page in PAGES if browser.get(url(drawn, page)).status_code == 200} == EVERYBODY[name]


@pytest.mark.parametrize("page", [*PAGES, "web-pdf", "web-xlsx"])
def test_an_anonymous_visitor_signs_in_first(drawn, page):
    assert Client().get(url(drawn, page)).url.startswith("/accounts/login/")


def test_before_both_are_ready_each_reads_its_own_half_only(web):
    web.says("client", "Alice Client", "Sam Supplier")
    web.says("supplier", "Tess Supplier", "Bruno Client")
    for name, own, other in (("client_member", "Sam Supplier", "Tess"), ("supplier_member", "Bruno Client", "Alice")):
        browser = sign_in(getattr(web.cast, name))
        for page in ("web", "web-ties", "web-pairs"):
            assert other not in words(browser.get(url(web, page)))
        assert own in words(browser.get(url(web)))
        assert other not in sheets(browser.get(url(web, "web-xlsx")))
        assert other not in printed(browser.get(url(web, "web-pdf")))
    assert "Alice" not in words(sign_in(web.cast.observer).get(url(web)))
    assert sign_in(web.cast.observer).get(url(web, "web-pdf")).status_code == 404


def test_no_side_opens_the_other_half(drawn):
    for name, half in (("client_sponsor", "supplier"), ("supplier_member", "client"), ("observer", "client")):
        for page in ("web", "web-pdf", "web-xlsx"):
            assert sign_in(getattr(drawn.cast, name)).get(url(drawn, page, f"?half={half}")).status_code == 404


def test_a_side_does_not_learn_that_the_other_is_ready(web):
    web.says("client", "Alice Client", "Sam Supplier")
    web.says("supplier", "Sam Supplier", "Alice Client")
    before = words(sign_in(web.cast.supplier_sponsor).get(url(web)))
    web.ready("client")
    assert words(sign_in(web.cast.supplier_sponsor).get(url(web))) == before
    log = words(sign_in(web.cast.supplier_sponsor).get(reverse("log", args=[web.relationship.key])))
    assert "half of the web is ready" not in log
    assert "your half is ready" in words(sign_in(web.cast.client_sponsor).get(url(web)))
    assert not WebState.objects.get().compared_at


def test_ready_leaves_no_line_in_the_log_that_both_share(web):
    """Not even a line that its own side alone would read: the other could see that the log grew."""
    web.says("client", "Alice Client", "Sam Supplier")
    web.says("supplier", "Sam Supplier", "Alice Client")
    before = AuditHead.objects.get()
    web.ready("client")
    say_ready(by=actor(web.cast.client_sponsor), relationship=web.relationship, side="client", ready=False)
    web.ready("client")
    assert (AuditHead.objects.get().sequence, AuditHead.objects.get().hash) == (before.sequence, before.hash)
    web.ready("supplier")
    (line,) = AuditRecord.objects.filter(sequence__gt=before.sequence)
    assert (line.action, line.audience) == ("web.compared", "both")


def test_ready_can_be_taken_back_until_both_are(web):
    web.says("client", "Alice Client", "Sam Supplier")
    web.says("supplier", "Sam Supplier", "Alice Client")
    web.ready("client")
    browser = sign_in(web.cast.client_sponsor)
    browser.post(url(web, "web-ready"), {"ready": "no"})
    web.ready("supplier")
    assert not WebState.objects.get().compared_at
    browser.post(url(web, "web-ready"), {"ready": "yes"})
    assert WebState.objects.get().compared_at
    answer = browser.post(url(web, "web-ready"), {"ready": "no"}, follow=True)
    assert "can no longer be taken back" in words(answer)
    assert WebState.objects.get().compared_at


@pytest.mark.parametrize("name", ["client_member", "facilitator", "observer", "outsider"])
def test_only_a_sponsor_or_deputy_says_ready(web, name):
    web.says("client", "Alice Client", "Sam Supplier")
    assert sign_in(getattr(web.cast, name)).post(url(web, "web-ready"), {"ready": "yes"}).status_code == 404
    by = actor(getattr(web.cast, name))
    with pytest.raises(Refused):
        say_ready(by=by, relationship=web.relationship, side="client", ready=True)
    with pytest.raises(Refused):
        say_ready(by=actor(web.cast.supplier_sponsor), relationship=web.relationship, side="client", ready=True)


def test_an_empty_half_is_not_ready(web):
    web.says("client", "Alice Client", "Sam Supplier", shown=Shown.OWN)
    with pytest.raises(Refused, match="au moins un lien"):
        web.ready("client")


def test_once_compared_everybody_reads_the_same_page(drawn):
    names = ("client_sponsor", "client_member", "supplier_sponsor", "supplier_member", "facilitator", "observer")
    pages = {main_of(sign_in(getattr(drawn.cast, name)).get(url(drawn))) for name in names}
    assert len(pages) == 1
    found = words(sign_in(drawn.cast.observer).get(url(drawn)))
    assert "both companies declared 3 of 5; Client Works alone 1, Supplier Works alone 1" in found


CANARIES = {
    "Private Canary": "client",
    "Hidden canary": "client",
    "Quiet Canary": "supplier",
    "Mute canary": "supplier",
}


@pytest.mark.parametrize("name", ["client_sponsor", "client_member", "supplier_sponsor", "supplier_member", "observer"])
def test_what_a_company_keeps_back_is_nowhere_in_the_other_ones_pages(drawn, name):
    browser = sign_in(getattr(drawn.cast, name))
    seat = name.split("_")[0]
    seen = words(browser.get(url(drawn))) + words(browser.get(url(drawn, "web-pairs")))
    seen += words(browser.get(url(drawn, "web", "?client=purchasing"))) + words(
        browser.get(url(drawn, "web", "?at=-3"))
    )
    seen += sheets(browser.get(url(drawn, "web-xlsx"))) + printed(browser.get(url(drawn, "web-pdf")))
    seen += words(browser.get(reverse("log", args=[drawn.relationship.key])))
    assert [canary for canary in CANARIES if canary in seen] == []
    if seat in ("client", "supplier"):
        own = words(browser.get(url(drawn, "web-ties"))) + sheets(browser.get(url(drawn, "web-xlsx", f"?half={seat}")))
        assert [canary for canary, side in CANARIES.items() if canary in own] == [
            canary for canary, side in CANARIES.items() if side == seat
        ]


def test_the_neutral_facilitator_reads_what_it_was_told_and_no_more(drawn):
    browser = sign_in(drawn.cast.facilitator)
    seen = words(browser.get(url(drawn, "web", "?half=client"))) + words(
        browser.get(url(drawn, "web", "?half=supplier"))
    )
    seen += sheets(browser.get(url(drawn, "web-xlsx", "?half=supplier")))
    assert "Quiet Canary" in seen
    assert "Private Canary" not in seen


def test_a_facilitator_employed_by_a_side_reads_what_that_side_reads(drawn):
    seat = drawn.cast.facilitator.memberships.get()
    seat.side = "client"
    seat.save()
    browser = sign_in(drawn.cast.facilitator)
    assert browser.get(url(drawn, "web", "?half=supplier")).status_code == 404
    assert "Quiet Canary" not in words(browser.get(url(drawn))) + words(browser.get(url(drawn, "web-ties")))


def test_before_comparing_a_change_or_a_withdrawal_leaves_nothing(web):
    tie = web.says("client", "Alice Client", "Slip Tongue", subject="First words")
    other = web.says("client", "Alice Client", "Sam Supplier")
    by = actor(web.cast.client_sponsor)
    change_tie(by=by, declaration=other, frequency="monthly", subject="Other words", shown=Shown.BOTH)
    withdraw_tie(by=by, declaration=tie)
    assert not Contact.objects.filter(name="Slip Tongue").exists()
    assert list(Declaration.objects.values_list("subject", flat=True)) == ["Other words"]


def test_once_compared_an_earlier_date_still_shows_what_was_said(drawn):
    tie = Declaration.objects.get(side="client", person__last_name="Client", contact__name="Tess Supplier")
    change_tie(by=actor(drawn.cast.client_sponsor), declaration=tie, frequency="daily", since=tie.since)
    with clock.at(clock.now() + timedelta(days=62)):
        now = words(sign_in(drawn.cast.observer).get(url(drawn)))
        then = words(sign_in(drawn.cast.observer).get(url(drawn, "web", "?at=-3")))
    assert "Several times a week (Client Works) / Every month (Supplier Works)" in now
    assert "Several times a week (Client Works)" not in then


def test_narrowing_who_reads_a_tie_holds_for_every_date(drawn):
    tie = Declaration.objects.get(side="client", contact__name="Uma Supplier")
    by = actor(drawn.cast.client_sponsor)
    fresh = change_tie(by=by, declaration=tie, frequency="daily", since=tie.since)
    change_tie(by=by, declaration=fresh, frequency="daily", since=tie.since, shown=Shown.OWN)
    for query in ("", "?at=-1", "?at=-6"):
        assert "Uma" not in words(sign_in(drawn.cast.supplier_sponsor).get(url(drawn, "web", query)))


def test_withdrawn_once_compared_it_stays_true_of_the_past(drawn):
    tie = Declaration.objects.get(side="client", contact__name="Uma Supplier")
    withdraw_tie(by=actor(drawn.cast.client_sponsor), declaration=tie)
    browser = sign_in(drawn.cast.supplier_sponsor)
    assert "Uma" not in words(browser.get(url(drawn)))
    assert "Uma" in words(browser.get(url(drawn, "web", "?at=-1")))


def test_what_is_added_later_does_not_count_as_declared_independently(drawn):
    drawn.says("client", "Alice Client", "Vic Supplier", own_function="purchasing", function="logistics")
    found = words(sign_in(drawn.cast.observer).get(url(drawn)))
    assert "both companies declared 3 of 5" in found


def test_a_company_says_who_of_its_people_is_meant(web):
    web.says("client", "Alice Client", "S. Supplier", function="sales")
    web.says("supplier", "Sam Supplier", "Alice Client", own_function="sales")
    web.ready()
    before = words(sign_in(web.cast.observer).get(url(web)))
    assert "both companies declared 0 of 2" in before
    contact = Contact.objects.get(name="S. Supplier")
    browser = sign_in(web.cast.supplier_sponsor)
    assert "S. Supplier" in words(browser.get(url(web))).split("Who is meant?")[1]
    for name in ("client_sponsor", "supplier_member", "facilitator"):
        data = {"contact": contact.pk, "person": web.people["Sam Supplier"].pk}
        assert sign_in(getattr(web.cast, name)).post(url(web, "web-meant"), data).status_code == 404
    browser.post(url(web, "web-meant"), {"contact": contact.pk, "person": web.people["Sam Supplier"].pk})
    assert "both companies declared 1 of 1" in words(sign_in(web.cast.observer).get(url(web)))
    with pytest.raises(Refused):
        recognise(
            by=actor(web.cast.supplier_sponsor),
            relationship=web.relationship,
            contact=contact,
            person=web.people["Alice Client"],
        )


def test_naming_somebody_tells_nothing_of_the_other_directory(web):
    """The other company has somebody of that name and address, and declares nobody: the name stays a name."""
    hidden = web.person("supplier", "Hidden Person", "rd")
    web.says("client", "Alice Client", "Hidden Person", email=hidden.email)
    web.says("supplier", "Sam Supplier", "Alice Client")
    web.ready()
    found = words(sign_in(web.cast.client_sponsor).get(url(web)))
    assert "Hidden Person" in found
    row = re.search(r"Hidden Person Supplier Works (\w+)", found)
    assert row
    assert row[1] == "Quality"


def test_the_log_names_nobody_and_holds(drawn):
    rows = AuditRecord.objects.filter(action__startswith="web.")
    assert rows.count() > 10
    names = [*drawn.people, "Canary", "Uma"]
    assert not [row for row in rows if any(name in f"{row.subject} {row.data}" for name in names)]
    assert set(rows.filter(action="web.declared").values_list("audience", flat=True)) == {"client", "supplier"}
    assert verify_chain() is None


def test_ties_of_another_company_are_not_changed(drawn):
    tie = Declaration.objects.filter(side="supplier").first()
    for name in ("client_sponsor", "facilitator", "observer", "outsider"):
        browser = sign_in(getattr(drawn.cast, name))
        for page in ("web-tie", "web-tie-withdraw"):
            assert browser.post(reverse(page, args=[tie.key]), {}).status_code == 404
    with pytest.raises(Refused):
        withdraw_tie(by=actor(drawn.cast.client_sponsor), declaration=tie)
    assert access.declares(drawn.cast.facilitator.memberships.get()) == ""
