"""The shared pages as a browser sees them: accessible, readable at 320 px, nothing refused by the security policy."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
]

AXE = Path(__file__).resolve().parents[2] / "frontend/node_modules/axe-core/axe.min.js"
PAGES = [
    "/gallery/",
    "/accounts/login/",
    "/accounts/login/code/",
    "/accounts/password/reset/",
    "/accounts/signup/",
    "/nowhere",
]


@pytest.fixture(autouse=True)
def _the_gallery_is_open(settings):
    """It is for whoever works on the pages: an installation that serves people has none."""
    settings.DEMO = True


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {
        "executable_path": shutil.which("chromium"),
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
        ],
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 320])
def test_shared_pages_are_accessible_and_fit(live_server, browser, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, locale="fr-FR")
    page = context.new_page()
    refused: list[str] = []
    page.on(
        "console", lambda message: refused.append(message.text) if "Content Security Policy" in message.text else None
    )
    for address in PAGES:
        page.goto(live_server.url + address)
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide == 0, (address, too_wide)
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == [], address
    assert refused == []
    context.close()


def test_changing_language_is_a_form_that_works(live_server, browser):
    page = browser.new_page(locale="fr-FR")
    page.goto(live_server.url + "/gallery/")
    assert page.locator("h1").inner_text() == "Un livre ouvert, deux pages égales, une couture."
    page.get_by_role("button", name="EN, English version").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url == live_server.url + "/gallery/"
    page.close()


def test_a_confirmation_works_without_javascript(live_server, browser):
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(live_server.url + "/gallery/")
    final = page.get_by_role("button", name="Annuler définitivement la vague")
    assert not final.is_visible()
    page.locator("details.confirm summary").click()
    assert final.is_visible()
    assert not page.get_by_role("button", name="Copier").is_visible()
    context.close()
