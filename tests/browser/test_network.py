"""The web of relations in real browsers: two halves, one picture, a key person's link on a phone, a calendar."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Browser

import personas
from browsing import Seat
from reciproque.app.directory.models import Account
from reciproque.app.network.models import Declaration, Source, WaitingTie
from reciproque.app.network.views import participation as views
from reciproque.app.shared import clock
from webs import Web

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
]
ALICE, SAM = "alice@client.example", "sam@supplier.example"


def fr(sentence: str) -> str:
    with translation.override("fr"):
        return gettext(sentence)


class Desk(Seat):
    """Somebody signed in."""

    def __init__(self, browser: Browser, address: str, account: Account, web: Web, **options: object) -> None:
        super().__init__(browser, address, **options)
        self.enter(account)
        self.web = web

    def open(self, name: str = "web") -> None:
        self.go(reverse(name, args=[self.web.relationship.key]))

    def declare(self, *ties: tuple[str, str, str]) -> None:
        self.open("web-ties")
        for number, (own, other, often) in enumerate(ties):
            person = self.web.people[own]
            self.page.locator(f"[name=tie{number}-person]").select_option(str(person.pk))
            self.page.locator(f"[name=tie{number}-contact]").fill(other)
            self.page.locator(f"[name=tie{number}-frequency]").select_option(often)
        assert self.faults() == []
        self.press(fr("Keep these ties"))
        self.page.get_by_text(ties[0][1]).first.wait_for()

    def is_ready(self) -> None:
        self.open()
        assert self.faults() == []
        self.page.locator("details.confirm > summary", has_text=fr("Our half is ready")).click()
        with self.page.expect_navigation():
            self.press(fr("Yes, ready to compare"))


@pytest.fixture
def web(transactional_db, settings, tmp_path, live_server) -> Web:
    settings.SECRETS_DIR = tmp_path / "secrets"
    settings.SECOND_FACTOR_REQUIRED = False
    settings.BASE_URL = live_server.url
    views.strangers.clear()
    personas.functions()
    made = Web(personas.cast(client="Client Works", supplier="Supplier Works"))
    for side, name, function in (
        ("client", "Alice Client", "purchasing"),
        ("client", "Bruno Client", "quality"),
        ("supplier", "Sam Supplier", "sales"),
        ("supplier", "Tess Supplier", "quality"),
    ):
        made.person(side, name, function)
    alice = made.people["Alice Client"]
    alice.email = ALICE
    alice.save()
    return made


def test_the_web_from_two_halves_to_a_calendar(browser, live_server, web):
    buyer = Desk(browser, live_server.url, web.cast.client_sponsor, web)
    seller = Desk(browser, live_server.url, web.cast.supplier_sponsor, web)
    _two_halves(buyer, seller)
    _one_picture(buyer, seller)
    _a_link_on_a_phone(browser, live_server.url, buyer)
    _a_calendar(buyer)
    for seat in (buyer, seller):
        assert seat.complaints == []
        seat.leave()


def _two_halves(buyer: Desk, seller: Desk) -> None:
    buyer.declare(("Alice Client", "Sam Supplier", "weekly"), ("Bruno Client", "Tess Supplier", "monthly"))
    seller.declare(("Sam Supplier", "Alice Client", "weekly"))
    buyer.is_ready()
    buyer.page.locator("#threads svg").first.wait_for()
    seller.open()
    assert "Bruno Client" not in seller.main().inner_text()
    seller.is_ready()


def _one_picture(buyer: Desk, seller: Desk) -> None:
    for seat in (buyer, seller):
        seat.open()
        seat.page.locator("#threads").wait_for()
        assert "Bruno Client" in seat.main().inner_text()
        assert seat.faults() == []
    assert buyer.page.locator(".web-drawing").inner_html() == seller.page.locator(".web-drawing").inner_html()


def _a_link_on_a_phone(browser: Browser, address: str, buyer: Desk) -> None:
    buyer.open("web-links")
    assert buyer.faults() == []
    buyer.page.locator("[name=client-person]").select_option(str(buyer.web.people["Alice Client"].pk))
    buyer.page.locator("[name=client-how][value=hand]").check()
    buyer.press(fr("Make a link"))
    link = buyer.page.locator("#tie-link").input_value()
    assert buyer.faults() == []
    phone = Seat(browser, address, phone=True, java_script_enabled=False)
    phone.go(link)
    phone.page.locator("[name$=-answer][value=yes]").first.check()
    phone.page.locator("[name=new0-name]").fill("Nina Nouvelle")
    phone.page.locator("[name=new0-function]").select_option("rd")
    phone.page.locator("[name=new0-shown]").select_option("own")
    phone.press(fr("Send what I say"))
    phone.page.get_by_text(fr("Waiting for a yes of your company")).wait_for()
    assert phone.context.cookies() == []
    assert phone.complaints == []
    phone.leave()
    _looked_at(browser, address, link)
    assert Declaration.objects.get(source=Source.LINK).contact.name == "Sam Supplier"
    buyer.open("web-links")
    buyer.page.locator("button[value=yes]").click()
    buyer.page.get_by_text(fr("The tie is in your half.")).wait_for()
    assert not WaitingTie.objects.exists()


def _looked_at(browser: Browser, address: str, link: str) -> None:
    """The pages behind links, at every width, in both languages, and one that opens nothing."""
    seat = Seat(browser, address, phone=True)
    for path in (link, f"{link}?in=en", f"{address}/r/ties/{'a' * 26}/"):
        seat.go(path)
        for width in (390, 320, 1440):
            seat.page.set_viewport_size({"width": width, "height": 844})
            assert seat.faults() == [], (path, width)
    assert [one for one in seat.complaints if "403" not in one] == []
    seat.leave()


def _a_calendar(buyer: Desk) -> None:
    begin = clock.today() - timedelta(days=80)
    content = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\n"
        f"DTSTART;TZID=Europe/Paris:{begin:%Y%m%d}T090000\r\nRRULE:FREQ=WEEKLY;COUNT=10\r\n"
        f"ATTENDEE;CN=Alice Client:mailto:{ALICE}\r\nATTENDEE;CN=Éloïse Martin:mailto:eloise@supplier.example\r\n"
        "SUMMARY:Never read\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    buyer.open("web-traces")
    buyer.page.locator("[name=person]").select_option(str(buyer.web.people["Alice Client"].pk))
    buyer.fill(domains="supplier.example")
    buyer.page.locator("[name=consent]").check()
    file = {"name": "mine.ics", "mimeType": "text/calendar", "buffer": content.encode()}
    buyer.page.locator("[name=file]").set_input_files(file)
    assert buyer.faults() == []
    buyer.press(fr("See what it holds"))
    buyer.page.get_by_text("Éloïse Martin").first.wait_for()
    for width in (390, 320, 1440):
        buyer.page.set_viewport_size({"width": width, "height": 900})
        assert buyer.faults() == [], width
    assert "Never read" not in buyer.page.content()
    buyer.press(fr("Keep the ticked ties"))
    buyer.page.wait_for_url("**/ties/")
    made = Declaration.objects.get(source=Source.CALENDAR)
    assert (made.contact.name, made.frequency) == ("Éloïse Martin", "weekly")
