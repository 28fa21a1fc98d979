"""Every page that the chairs of the demonstration can reach: it answers, fits, speaks French and passes axe."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from playwright.sync_api import Browser

from browsing import Seat
from reciproque.app.directory.models import Account
from reciproque.app.survey.models import Wave
from reciproque.app.survey.urn import collect
from reciproque.app.survey.urn.models import Ballot, SealedBallot, ShutUrn
from reciproque.config.settings import PACKAGE_DIR
from reciproque.demo.load import load

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
]
FILES = {"wave-record"}
FILE_NAMES = (".pdf", ".xlsx", ".csv", ".ics", ".json")
NOT_VISITED = {"account_logout", "set_language"}
# Pages of a wave say other things in each of its states; the others are looked at once for each role.
OF_A_WAVE = {"wave", "reading", "relationship", "wave-outbox"}
CHAIRS = (
    "Claire Aubrac",
    "Solène Maurin",
    "Anne Lorrain",
    "Valérie Sorel",
    "Catherine Blondel",
    "Ivan Petitjean",
    "Hélène Marchetti",
)
WORDS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    const apart = 'script, style, [lang]:not(html):not([lang=fr]), [translate=no]';
    if (!parent.closest(apart)) found.push(walker.currentNode.data);
  }
  for (const name of ['aria-label', 'placeholder', 'title', 'alt', 'data-label'])
    for (const one of document.querySelectorAll(`[${name}]`))
      if (!one.closest('[lang]:not(html)')) found.push(one.getAttribute(name));
  return [document.title, ...found].map(text => text.replace(/\\s+/g, ' ').trim()).filter(Boolean);
}"""


@pytest.fixture
def demo(transactional_db, settings, tmp_path) -> Iterator[None]:
    settings.SECRETS_DIR = tmp_path / "secrets"
    settings.DEMO = True
    load()
    yield
    for table in (Ballot, SealedBallot, ShutUrn):
        table.objects.all().delete()


@pytest.fixture(scope="module")
def english() -> set[str]:
    """The sentences of the code that read otherwise in French."""
    with (PACKAGE_DIR / "locale/fr/LC_MESSAGES/django.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog
    plain = {_bare(key): text for key, text in catalogue.items()}
    own_names = {"English"}  # a language is offered under its own name
    return {key for key, text in plain.items() if key and key != text and not re.search(r"%\(|\{", key)} - own_names


def _bare(key: object) -> str:
    text = key[0] if isinstance(key, tuple) else str(key)
    return " ".join(text.rpartition("\x04")[2].split())


class Visit:
    """One chair's walk through every page that its pages link to."""

    def __init__(self, browser: Browser, address: str, english: set[str], seen: set[tuple[str, ...]]) -> None:
        self.seat = Seat(browser, address)
        self.host, self.english, self.seen = urlsplit(address).netloc, english, seen
        self.role = ""
        self.faults: list[str] = []

    def take(self, name: str) -> None:
        self.seat.go("/accounts/login/")
        self.seat.page.get_by_role("button", name=re.compile(name)).first.click()
        self.seat.page.wait_for_url(lambda url: "login" not in url)
        member = Account.objects.get(name=name).memberships.first()
        self.role = f"{member.role} {member.side == 'neutral'}"

    def walk(self, *waiting: str) -> None:
        todo = list(waiting)
        while todo:
            path = todo.pop(0)
            if self._is_new(path):
                self.look(path)
                todo += self._links()

    def _is_new(self, path: str) -> bool:
        match = resolve(path)
        what = (self.role, match.url_name or "")
        if match.url_name in OF_A_WAVE:
            wave = Wave.objects.filter(key=match.kwargs["key"]).first()
            what += (f"{wave.state} {wave.number}" if wave else path,)
        if what in self.seen or match.url_name in NOT_VISITED:
            return False
        self.seen.add(what)
        if match.url_name not in FILES and not path.endswith(FILE_NAMES):
            return True
        if (status := self.seat.status(path)) != 200:
            self.faults.append(f"{path}: {status}")
        return False

    def look(self, path: str) -> None:
        page = self.seat.page
        page.set_viewport_size({"width": 1440, "height": 900})
        response = page.goto(path)
        if response and response.status != 200:
            self.faults.append(f"{path}: {response.status}")
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 844})
            self.faults += [f"{path} at {width}: {fault}" for fault in self.seat.faults()]
        page.set_viewport_size({"width": 320, "height": 844})
        if (wide := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
            self.faults.append(f"{path} at 320: {wide} px too wide")
        if (language := page.evaluate("document.documentElement.lang")) != "fr":
            self.faults.append(f"{path}: lang={language}")
        self.faults += [f"{path}: in English: {text}" for text in set(page.evaluate(WORDS)) & self.english]

    def _links(self) -> list[str]:
        found = self.seat.page.locator("a[href]").evaluate_all(
            "all => all.map(one => new URL(one.getAttribute('href'), document.baseURI).href)"
        )
        here = [urlsplit(link) for link in found]
        return [link.path for link in here if link.netloc == self.host and link.scheme.startswith("http")]

    def leave(self) -> list[str]:
        self.seat.leave()
        return self.faults + self.seat.complaints


def test_every_page_of_the_demonstration(browser, live_server, demo, english):
    assert len(english) > 500
    seen: set[tuple[str, ...]] = set()
    faults: list[str] = []
    for name in CHAIRS:
        visit = Visit(browser, live_server.url, english, seen)
        visit.take(name)
        visit.walk("/", "/directory/log/", "/directory/account/")
        faults += visit.leave()
    faults += _answering(browser, live_server.url, english)
    assert len(seen) > 60
    assert "\n".join(sorted(set(faults))) == ""


def _answering(browser: Browser, address: str, english: set[str]) -> list[str]:
    """What people with a link see, and what everybody sees."""
    wave = Wave.objects.get(state="collecting")
    token = collect.invitation_token(wave.pk, wave.invitations.filter(language="fr").first().pk)
    visit = Visit(browser, address, english, set())
    visit.seat.go(f"/r#{token}")
    visit.seat.page.wait_for_url("**/r/promise")
    for path in ("promise", "answer/1", "answer/all", "withdraw", "declined", "again"):
        visit.look(f"/r/{path}")
    for path in ("/receipt/", "/accounts/login/"):
        visit.look(path)
    return visit.leave()
