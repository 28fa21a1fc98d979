"""A browser that complains: it gathers script errors, refused resources, accessibility faults and pages too wide."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page

from reciproque.app.directory.models import Account

AXE = Path(__file__).parents[1] / "frontend/node_modules/axe-core/axe.min.js"
RUN_AXE = """axe.run(document, {resultTypes: ['violations']})
  .then(found => found.violations.map(rule => rule.id + ' ' + rule.nodes[0].html))"""
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


class Seat:
    """One person's browser: its own cookies, its own storage, nothing shared with the others."""

    def __init__(self, browser: Browser, address: str, *, phone: bool = False, **options: object) -> None:
        wanted = {"viewport": PHONE if phone else DESK, "locale": "fr-FR", "base_url": address, **options}
        self.address = address
        self.context = browser.new_context(**wanted)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url} {error}"))
        self.page.on("console", self._heard)

    def _heard(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(f"{self.page.url} {said.text}")

    def enter(self, account: Account) -> None:
        """Sign in without the pages for it."""
        visitor = Client()
        visitor.force_login(account)
        name = settings.SESSION_COOKIE_NAME
        self.context.add_cookies([{"name": name, "value": visitor.cookies[name].value, "url": self.address}])

    def go(self, address: str) -> None:
        self.page.goto(address)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.locator(f"[name={name}]").first.fill(value)

    def main(self) -> Locator:
        return self.page.locator("main")

    def status(self, address: str) -> int:
        return self.context.request.get(address).status

    def faults(self) -> list[str]:
        """What an inspector would note on the page as it stands."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate(RUN_AXE)
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return [*found, *([f"{wide} px too wide"] if wide > 0 else [])]

    def leave(self) -> None:
        self.context.close()
