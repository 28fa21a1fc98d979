"""Answering on a phone, in a real browser: with JavaScript, without it, by keyboard, and read by axe."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import personas
from answering_wave import Collecting, collecting
from reciproque.app.survey.urn.models import Ballot, SealedBallot, ShutUrn

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
]
AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    return {"executable_path": shutil.which("chromium"), "args": ["--no-sandbox", "--disable-gpu"]}


@pytest.fixture
def wave(transactional_db, tmp_path, settings) -> Iterator[Collecting]:
    settings.SECRETS_DIR = tmp_path / "secrets"
    yield collecting(personas.cast(client="Valmorine", supplier="Tressac").relationship)
    for table in (Ballot, SealedBallot, ShutUrn):
        table.objects.all().delete()


class Phone:
    """One person's phone; it fails the test on any script error or refused resource."""

    def __init__(self, browser: Browser, address: str, **options: object) -> None:
        self.context = browser.new_context(viewport=PHONE, locale="fr-FR", base_url=address, **options)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: said.type == "error" and self.complaints.append(said.text))

    def keeps(self) -> list[str]:
        return self.page.evaluate("Object.values(localStorage)")

    def kept(self) -> None:
        self.page.get_by_text("Gardé sur cet appareil seulement, chiffré").wait_for()

    def violations(self) -> list[str]:
        self.page.evaluate(AXE.read_text())
        return self.page.evaluate("axe.run().then(r => r.violations.map(v => v.id + ' ' + v.nodes[0].html))")

    def overflow(self) -> int:
        return self.page.evaluate("document.documentElement.scrollWidth - innerWidth")


@pytest.fixture
def phone(browser, live_server) -> Iterator[Phone]:
    made = Phone(browser, live_server.url)
    yield made
    made.context.close()
    assert made.complaints == []


def test_whole_answer_on_a_phone(phone, wave):
    page = phone.page
    token = wave.token(wave.supplier_people[0])
    page.goto(f"/r#{token}")
    page.wait_for_url("**/r/promise")
    assert token not in page.url
    page.get_by_text("Commencer").click()
    page.locator("[name=F1][value='3']").check()
    page.locator("[name=F2m][value='na']").check()
    phone.kept()
    kept = " ".join(phone.keeps())
    assert kept
    assert not any(name in kept for name in ('"F1"', '"F2m"', '"na"'))  # sealed
    sent = []
    page.on("request", lambda request: sent.append(request.method))
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_url("**/r/answer/2")
    assert "POST" not in sent  # nothing leaves the phone between chapters
    page.go_back()
    page.locator("[name=F1][value='3']:checked").wait_for()
    page.get_by_role("button", name="EN, English version").click()
    page.get_by_role("heading", name="Reliability").wait_for()
    page.locator("[name=F1][value='3']:checked").wait_for()
    page.get_by_role("button", name="FR, version française").click()
    page.get_by_role("heading", name="Fiabilité").wait_for()
    page.goto("/r/answer/9")
    page.fill("#O1", "Une phrase à garder.")
    page.get_by_text("Phrases répondues : 2 sur 38".replace(" :", "\u00a0:")).wait_for()
    phone.kept()
    page.get_by_role("button", name="Remettre ma réponse").click()
    page.wait_for_url("**/r/receipt")
    assert len(page.locator(".receipt-code").inner_text().replace("\n", "").replace(" ", "")) == 12
    assert phone.keeps() == []
    assert Ballot.objects.count() == 1


def test_what_is_sent_is_as_long_whatever_is_written(phone, wave):
    """Whoever sees the network sees lengths: they must not say who wrote a text, nor how long it is."""
    page, lengths = phone.page, set()
    page.on("request", lambda sent: lengths.add(len(sent.post_data_buffer or b"")) if "hand-in" in sent.url else None)
    for number, text in enumerate(("", "Trois mots d’ici.", "Une ligne é\nune autre\n" * 40)):
        page.goto("about:blank")
        page.goto(f"/r#{wave.token(wave.supplier_people[number])}")
        page.wait_for_url("**/r/promise")
        page.get_by_text("Commencer").click()
        page.locator(f"[name=F1][value='{'na' if number else 3}']").check()
        phone.kept()
        page.goto("/r/answer/9")
        page.fill("#O1", text)
        phone.kept()
        page.get_by_role("button", name="Remettre ma réponse").click()
        page.wait_for_url("**/r/receipt")
    assert Ballot.objects.count() == 3
    assert lengths == {16384}


def test_draft_waits_for_the_same_link_and_for_no_other(phone, wave):
    page = phone.page
    page.goto(f"/r#{wave.token(wave.supplier_people[0])}")
    page.wait_for_url("**/r/promise")
    page.goto("/r/answer/1")
    page.locator("[name=F3][value='6']").check()
    phone.kept()
    phone.context.clear_cookies()
    page.goto("about:blank")
    page.goto(f"/r#{wave.token(wave.supplier_people[1])}")
    page.wait_for_url("**/r/promise")
    page.goto("/r/answer/1")
    page.wait_for_timeout(300)
    assert page.locator("input:checked").count() == 0
    page.goto("about:blank")
    page.goto(f"/r#{wave.token(wave.supplier_people[0])}")
    page.wait_for_url("**/r/promise")
    page.goto("/r/answer/all")
    page.locator("[name=F3][value='6']:checked").wait_for()
    page.get_by_text("Effacer mon brouillon de cet appareil").click()
    expect(page.locator("input:checked")).to_have_count(0)


def test_error_takes_the_focus_and_loses_nothing(phone, wave):
    page = phone.page
    page.goto(f"/r#{wave.token(wave.client_people[0])}")
    page.wait_for_url("**/r/promise")
    page.goto("/r/answer/9")
    page.get_by_role("button", name="Remettre ma réponse").click()
    page.get_by_role("alert").wait_for()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    phone.complaints.clear()  # the browser itself reports the 422
    page.goto("/r/answer/1")
    page.locator("[name=F1][value='3']").focus()
    page.keyboard.press("ArrowDown")
    assert page.locator("[name=F1][value='4']").is_checked()
    page.keyboard.press("Enter")
    page.wait_for_url("**/r/answer/2")


def test_every_page_is_clean_and_fits(phone, wave):
    page = phone.page
    paths = [
        "/r",
        "/receipt/",
        "/r/promise",
        "/r/answer/1",
        "/r/answer/9",
        "/r/answer/all",
        "/r/withdraw",
        "/r/declined",
    ]
    page.goto(f"/r#{wave.token(wave.client_people[0])}")
    page.wait_for_url("**/r/promise")
    for path in paths:
        for width, scheme in ((320, "light"), (1280, "dark")):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(path)
            page.wait_for_timeout(100)
            assert (path, phone.violations(), phone.overflow()) == (path, [], 0)


def test_without_javascript(browser, live_server, wave):
    phone = Phone(browser, live_server.url, java_script_enabled=False)
    page = phone.page
    page.goto("/r")
    page.fill("#token", wave.token(wave.client_people[0]).lower())
    page.get_by_role("button", name="Ouvrir").click()
    page.get_by_text("Commencer").click()
    page.locator("[name=F1][value='3']").check()
    page.get_by_role("button", name="Continuer").click()
    page.locator("[name=C1][value='na']").check()
    page.get_by_role("button", name="EN, English version").click()
    assert page.locator("[name=C1][value='na']").is_checked()
    page.get_by_role("button", name="Previous page").click()
    assert page.locator("[name=F1][value='3']").is_checked()
    page.get_by_role("button", name="Show all questions on one page").click()
    assert page.locator("input:checked").count() == 2
    page.fill("#O1", "Kept without a script.")
    page.get_by_role("button", name="Hand in my answer").click()
    page.wait_for_url("**/r/receipt")
    assert page.get_by_text("Note these twelve signs").is_visible()
    phone.context.close()
    assert Ballot.objects.count() == 1
