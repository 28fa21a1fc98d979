"""The whole path in real browsers: from an empty installation to both sponsors reading the same page."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count, pairwise

import openpyxl
import pypdf
import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.utils import timezone
from playwright.sync_api import Browser

import smtp
from browsing import Seat
from reciproque.app.directory.models import Account
from reciproque.app.directory.setup import ensure_setup_code, verify_address
from reciproque.app.shared import clock, worker
from reciproque.app.survey.jobs import JOBS
from reciproque.app.survey.models import Wave
from reciproque.app.survey.urn.models import Ballot, SealedBallot, ShutUrn

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
]
PASSWORD = "une phrase que personne ne devine"
CLIENT_FILE = """Société;Civilité;NOM;Prénom;Courriel;Portable;Service;Entrée
Valmorine;Mme;Aubert;Héloïse;heloise.aubert@valmorine.example;0611223344;Achats;
Valmorine;M.;Béranger;François;francois.beranger@valmorine.example;0611223345;Qualité;
Valmorine;Mme;Çelik;Noëlle;noelle.celik@valmorine.example;0611223346;Production;
Valmorine;M.;Dupré;Rémi;remi.dupre@valmorine.example;0611223347;Production;
Valmorine;Mme;Étienne;Maëlle;maelle.etienne@valmorine.example;0611223348;Qualité;
Valmorine;M.;Sans Adresse;Luc;pas une adresse;0611223349;Achats;
"""
SUPPLIER_FILE = """Entreprise;Nom;Prénom;E-mail;Fonction
Tressac;Garnier;Zoé;zoe.garnier@tressac.example;Ventes
Tressac;Hébert;Loïc;loic.hebert@tressac.example;Qualité
Tressac;Imbert;Françoise;francoise.imbert@tressac.example;Logistique
Tressac;Joly;Gaëtan;gaetan.joly@tressac.example;Production
Tressac;Klein;Anaïs;anais.klein@tressac.example;Direction générale
"""


class House:
    """The installation: its mail server, its worker, its clock."""

    def __init__(self, mails: smtp.Handler, address: str) -> None:
        self.mails, self.address, self.holder = mails, address, worker.new_holder()
        self.skipped = timedelta(0)

    def work(self) -> None:
        """Everything that the worker has to do now, done."""
        worker.beat(self.holder)
        worker.schedule(JOBS)
        for _ in range(2):
            worker.ScheduledJob.objects.update(next_at=clock.now(), holder="")
            while worker.run_due(JOBS[:3], worker.Turn(self.holder, lambda: False)):
                pass
            worker.run_due(JOBS[3:], worker.Turn(self.holder, lambda: False))
        failed = list(worker.ScheduledJob.objects.exclude(failures=0).values_list("name", "last_error"))
        assert failed == []

    def now(self):
        return timezone.now() + self.skipped

    def letter(self, address: str, holding: str) -> str:
        """The last mail to that address that holds those words."""
        found = [self._text(rank) for rank, to in enumerate(self.mails.recipients) if to == address]
        return next(text for text in reversed(found) if holding in text)

    def _text(self, rank: int) -> str:
        return self.mails.received[rank].get_body(("plain",)).get_content()


@pytest.fixture
def house(transactional_db, live_server, settings, tmp_path, monkeypatch) -> Iterator[House]:
    settings.SECRETS_DIR = tmp_path / "secrets"
    settings.SECOND_FACTOR_REQUIRED = True
    settings.BASE_URL = live_server.url
    with smtp.server() as (mails, port):
        smtp.use(settings, port)
        made = House(mails, live_server.url)
        monkeypatch.setattr(clock, "now", made.now)
        yield made
    for table in (Ballot, SealedBallot, ShutUrn):
        table.objects.all().delete()


class Office(Seat):
    """Somebody with an account, at a desk."""

    def __init__(self, browser: Browser, house: House, email: str) -> None:
        super().__init__(browser, house.address)
        self.house, self.email = house, email

    def enrol(self) -> None:
        """The second factor, which the role requires before anything else."""
        self.page.wait_for_url("**/accounts/2fa/")
        assert self.faults() == []
        self.follow("Activer")
        if "reauthenticate" in self.page.url:
            assert self.faults() == []
            self.fill(password=PASSWORD)
            self.press("Confirmer")
        secret = self.page.locator("#authenticator_secret").input_value()
        assert self.faults() == []
        self.fill(code=format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
        self.press("Activer")
        self.page.wait_for_url("**/accounts/2fa/recovery-codes/**")
        assert self.faults() == []

    def first_visit(self) -> None:
        """Invited by mail: a code by mail, a password, a second factor."""
        self.house.work()
        invited = self.house.letter(self.email, self.house.address)
        self.go(re.search(rf"{re.escape(self.house.address)}\S*", invited)[0])
        self.fill(email=self.email)
        self.page.locator("main form button[type=submit]").first.click()
        self.page.locator("[name=code]").wait_for()
        assert self.faults() == []
        self.fill(code=re.search(r"^\s*([A-Z0-9-]{6,9})\s*$", self.house.letter(self.email, "code"), re.M)[1])
        self.page.locator("main form button[type=submit]").first.click()
        self.page.locator("[name=password1]").wait_for()
        assert self.faults() == []
        self.fill(password1=PASSWORD, password2=PASSWORD)
        self.page.locator("main form button[type=submit]").first.click()
        self.page.wait_for_load_state()
        self.go("/")
        self.enrol()


def test_whole_path(browser, house):
    host = _install(browser, house)
    _open_relationship(host)
    client, supplier, facilitator = (
        Office(browser, house, email)
        for email in ("claire.vidal@valmorine.example", "paul.roche@tressac.example", "ines.morel@tiers.example")
    )
    for office in (client, supplier, facilitator):
        office.first_visit()
    _import(client, CLIENT_FILE, added=5, refused=1)
    _import(supplier, SUPPLIER_FILE, added=5, refused=0)
    wave = _prepare(facilitator)
    for sponsor in (client, supplier):
        _declare(sponsor, wave)
    _check_mail(facilitator, wave)
    facilitator.go(f"/survey/waves/{wave}/")
    facilitator.press("Figer les règles et sceller")
    phrases = {sponsor: _seal(sponsor, wave) for sponsor in (client, supplier)}
    assert Wave.objects.get(key=wave).state == "collecting"
    receipts = _answer(browser, house)
    _close(house, wave, receipts)
    _check_receipts(browser, house, receipts)
    _open(client, supplier, wave, phrases)
    _read_alike(wave, client, supplier, facilitator)
    _shut_out(browser, house, wave)
    assert host.complaints + client.complaints + supplier.complaints + facilitator.complaints == []


def _install(browser: Browser, house: House) -> Office:
    code = ensure_setup_code()
    host = Office(browser, house, "hote@tiers.example")
    host.go("/directory/setup/")
    assert host.faults() == []
    host.fill(code=code, name="Hugo Hôte", email=host.email, password=PASSWORD)
    host.page.locator("main form button[type=submit]").click()
    host.enrol()
    assert host.status("/directory/setup/") == 404
    host.go("/")
    host.page.wait_for_url("**/directory/start/")
    assert host.faults() == []
    return host


def _open_relationship(host: Office) -> None:
    host.fill(client="Valmorine", supplier="Tressac", perimeter="Emballages")
    host.press("Ouvrir cette relation")
    host.page.wait_for_load_state()
    host.go("/directory/start/")
    for name, email, seat in (
        ("Claire Vidal", "claire.vidal@valmorine.example", "sponsor:client"),
        ("Paul Roche", "paul.roche@tressac.example", "sponsor:supplier"),
        ("Inès Morel", "ines.morel@tiers.example", "facilitator:neutral"),
    ):
        assert host.faults() == []
        host.fill(name=name, email=email)
        host.page.locator(f"[name=seat][value='{seat}']").check()
        host.press("Donner ce rôle")
        host.page.get_by_text(name).first.wait_for()
    assert Account.objects.count() == 4


def _import(sponsor: Office, text: str, *, added: int, refused: int) -> None:
    sponsor.go("/directory/import/")
    assert sponsor.faults() == []
    file = {"name": "contacts.csv", "mimeType": "text/csv", "buffer": text.encode("cp1252")}
    sponsor.page.set_input_files("[name=file]", files=[file])
    sponsor.press("Voir ce qu’il contient")
    sponsor.page.get_by_text("Rien n’est encore écrit.").wait_for()
    assert f"À ajouter\u00a0: {added}." in sponsor.main().inner_text()
    assert ("pas une adresse" in sponsor.main().inner_text()) == bool(refused)
    assert sponsor.faults() == []
    sponsor.press("Importer")
    sponsor.page.wait_for_url("**/directory/people/**")
    assert sponsor.page.locator("main tbody tr").count() == added
    assert sponsor.faults() == []


def _prepare(facilitator: Office) -> str:
    facilitator.go("/")
    facilitator.page.get_by_role("link", name="Valmorine").first.click()
    facilitator.page.wait_for_url("**/reading/*/")
    assert facilitator.faults() == []
    facilitator.page.locator("main a[href*='/survey/'][href$='/new/']").first.click()
    facilitator.page.locator("[name=opens_at]").wait_for()
    assert facilitator.faults() == []
    facilitator.fill(opens_at=timezone.localtime().strftime("%Y-%m-%dT%H:%M"))
    facilitator.page.locator("main form button[type=submit]").click()
    facilitator.page.wait_for_url("**/people/")
    for side in ("client", "supplier"):
        form = facilitator.page.locator(f"form:has(input[name=side][value={side}])")
        for box in form.locator("input[type=checkbox]").all():
            box.check()
        form.locator("button[type=submit]").click()
        facilitator.page.get_by_text("La liste est gardée.").wait_for()
    assert facilitator.faults() == []
    return facilitator.page.url.split("/waves/")[1].split("/")[0]


def _declare(sponsor: Office, wave: str) -> None:
    sponsor.go(f"/survey/waves/{wave}/people/")
    shown = sponsor.main().inner_text()
    assert ("Héloïse" in shown) != ("Zoé" in shown)  # each company its own people, and only these
    sponsor.page.locator("[name=complete][value=yes]").check()
    sponsor.press("Garder ma réponse")
    sponsor.page.wait_for_url(f"**/survey/waves/{wave}/")
    assert sponsor.faults() == []


def _check_mail(facilitator: Office, wave: str) -> None:
    facilitator.house.work()
    facilitator.go(f"/survey/waves/{wave}/mail-check/")
    assert facilitator.faults() == []
    facilitator.page.locator(".opening-action button[type=submit]").click()
    facilitator.page.get_by_role("heading", name="Les messages peuvent partir.").wait_for()


def _seal(sponsor: Office, wave: str) -> str:
    """Accept, read seven words on the screen, type them back."""
    sponsor.go(f"/survey/waves/{wave}/")
    sponsor.page.locator(f"main a[href='/survey/waves/{wave}/seal/']").first.click()
    sponsor.page.locator("[name=accepted]").check()
    assert sponsor.faults() == []
    sponsor.page.locator("form.pact-form button[type=submit]").click()
    sponsor.page.locator("ol.phrase").wait_for()
    assert sponsor.faults() == []
    words = sponsor.page.locator("ol.phrase li").all_inner_texts()
    assert len(words) == 7
    sponsor.fill(phrase=" ".join(words))
    sponsor.press("Sceller ma clé")
    sponsor.page.wait_for_url(f"**/survey/waves/{wave}/")
    shown = " ".join(sponsor.main().inner_text().split())
    assert not any(" ".join(pair) in shown for pair in pairwise(words))
    assert sponsor.faults() == []
    return " ".join(words)


# ---------------------------------------------------------------- Answering, each in an own way
@contextmanager
def _phone(browser: Browser, house: House, **options: object) -> Iterator[Seat]:
    phone = Seat(browser, house.address, phone=True, **options)
    yield phone
    phone.leave()
    assert phone.complaints == []


def _answer(browser: Browser, house: House) -> list[str]:
    house.work()
    invited = sorted(set(re.findall(r"[\w.-]+@(?:valmorine|tressac)\.example", " ".join(house.mails.recipients))))
    letters = {email: house.letter(email, "/r#") for email in invited if "vidal" not in email and "roche" not in email}
    assert len(letters) == 10
    links = {email: re.search(r"https?://\S+/r#(\S+)", text) for email, text in letters.items()}
    people = iter(sorted(links))
    receipts = [
        _by_chapter(browser, house, links[next(people)][0]),
        _without_javascript(browser, house, links[next(people)][1]),
        _changing_mind(browser, house, links[next(people)][0]),
    ]
    points = count(2)
    receipts += [_on_one_page(browser, house, links[email][0], 1 + next(points) % 7) for email in people]
    assert len(set(receipts)) == 10
    return receipts


def _enter(phone: Seat, link: str) -> None:
    phone.go(link)
    phone.page.wait_for_url("**/r/promise")
    assert link[-26:] not in phone.page.url
    phone.follow("Commencer")


def _receipt(phone: Seat) -> str:
    phone.page.wait_for_url("**/r/receipt")
    code = phone.page.locator(".receipt-code").inner_text()
    return re.sub(r"[^A-Z0-9]", "", code)


def _by_chapter(browser: Browser, house: House, link: str) -> str:
    """Every question, chapter by chapter, in French and then, midway, in English."""
    with _phone(browser, house) as phone:
        _enter(phone, link)
        for chapter in range(1, 9):
            phone.page.wait_for_url(f"**/r/answer/{chapter}")
            if chapter == 4:
                phone.page.get_by_role("button", name="EN, English version").click()
                phone.page.locator("html[lang=en]").wait_for()
            assert phone.faults() == []
            for question in phone.page.locator("fieldset.scale").all():
                question.locator("input[value='5']").check()
            phone.press("Continuer" if chapter < 4 else "Continue")
        phone.page.wait_for_url("**/r/answer/9")
        phone.page.locator("#O1").fill("They always keep their word.")
        assert phone.faults() == []
        phone.press("Hand in my answer")
        received = _receipt(phone)
        assert phone.faults() == []
        return received


def _without_javascript(browser: Browser, house: House, code: str) -> str:
    """The 26 signs pasted by hand, in a browser that runs no script."""
    with _phone(browser, house, java_script_enabled=False) as phone:
        phone.go("/r")
        phone.fill(token=code)
        phone.press("Ouvrir")
        phone.follow("Commencer")
        phone.press("Afficher toutes les questions sur une page")
        for radio in phone.page.locator("input[type=radio][value='3']").all():
            radio.check()
        phone.press("Remettre ma réponse")
        return _receipt(phone)


def _tick(phone: Seat, point: int) -> None:
    radios = phone.page.locator(f"#answers input[type=radio][value='{point}']")
    radios.evaluate_all("all => all.forEach(one => one.click())")


def _on_one_page(browser: Browser, house: House, link: str, point: int) -> str:
    with _phone(browser, house) as phone:
        _enter(phone, link)
        phone.press("Afficher toutes les questions sur une page")
        phone.page.wait_for_url("**/r/answer/all")
        _tick(phone, point)
        phone.press("Remettre ma réponse")
        return _receipt(phone)


def _changing_mind(browser: Browser, house: House, link: str) -> str:
    first = _on_one_page(browser, house, link, 1)
    second = _on_one_page(browser, house, link, 6)
    assert first != second
    return second


# ---------------------------------------------------------------- Closing, opening, reading
def _close(house: House, wave: str, receipts: list[str]) -> None:
    house.skipped = timedelta(days=15)
    house.work()
    closed = Wave.objects.get(key=wave)
    assert closed.state == "closed"
    assert (closed.ballots_client, closed.ballots_supplier) == (5, 5)
    assert sorted(closed.receipts) == sorted(receipts)
    waits = [
        house.letter(email, "/open/") for email in ("claire.vidal@valmorine.example", "paul.roche@tressac.example")
    ]
    assert all(wave in letter for letter in waits)


def _check_receipts(browser: Browser, house: House, receipts: list[str]) -> None:
    with _phone(browser, house) as phone:
        for typed, answer in (
            (receipts[0].lower(), "figure dans la liste publiée"),
            ("A" * 12, "Aucune liste publiée"),
        ):
            phone.go("/receipt/")
            phone.fill(receipt=typed)
            phone.press("Vérifier")
            phone.page.get_by_text(answer).first.wait_for()
            assert phone.faults() == []


def _open(client: Office, supplier: Office, wave: str, phrases: dict[Office, str]) -> None:
    reading = f"/reading/waves/{wave}/"
    for sponsor in (client, supplier):
        sponsor.go(f"{reading}open/")
        assert sponsor.faults() == []
    client.fill(phrase=phrases[supplier])  # the other company's phrase opens nothing
    client.press("Tourner ma clé")
    client.page.locator(".field-error").wait_for()
    client.complaints.clear()  # the browser itself reports the 422
    client.fill(phrase=phrases[client].upper())
    client.press("Tourner ma clé")
    client.page.get_by_text("L’urne attend les deux").first.wait_for()
    assert {client.status(reading), supplier.status(reading)} == {404}
    supplier.fill(phrase=phrases[supplier])
    supplier.press("Tourner ma clé")
    supplier.page.wait_for_url(f"**{reading}")


def _read_alike(wave: str, client: Office, supplier: Office, facilitator: Office) -> None:
    reading = f"/reading/waves/{wave}/"
    for sponsor in (client, supplier):
        sponsor.go(reading)
        assert sponsor.faults() == []
    assert client.main().inner_text() == supplier.main().inner_text()
    figures = _figures(client)
    assert figures == _figures(supplier)
    assert len(figures) >= 7
    for sponsor in (client, supplier):
        _same_in_files(sponsor, reading, figures)
    for office in (client, supplier, facilitator):
        for address in (f"{reading}limits/", f"/survey/waves/{wave}/", f"/survey/waves/{wave}/receipts/", "/"):
            office.go(address)
            assert (address, office.faults()) == (address, [])


def _shut_out(browser: Browser, house: House, wave: str) -> None:
    """Somebody with an account and no role here: nothing exists."""
    reading = f"/reading/waves/{wave}/"
    outsider = Account.objects.create_user("dehors@ailleurs.example", PASSWORD, name="Olga Dehors")
    verify_address(outsider)
    stranger = Office(browser, house, outsider.email)
    assert stranger.context.request.get(reading).url.split("?")[0].endswith("/accounts/login/")
    _sign_in(stranger)
    for page in ("", "report.pdf", "figures.xlsx", "limits/"):
        assert (page, stranger.status(f"{reading}{page}")) == (page, 404)
    assert stranger.status(f"/survey/waves/{wave}/") == 404


def _sign_in(stranger: Office) -> None:
    stranger.go("/accounts/login/")
    stranger.fill(login=stranger.email, password=PASSWORD)
    stranger.press("Se connecter")
    stranger.page.wait_for_url(lambda url: "/accounts/" not in url)


def _figures(sponsor: Office) -> list[list[str]]:
    """The table that says in figures what the charts of the page draw."""
    rows = sponsor.page.locator("section[aria-labelledby=views] table tbody tr")
    return rows.evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.textContent.trim()))")


def _same_in_files(sponsor: Office, reading: str, figures: list[list[str]]) -> None:
    pdf = pypdf.PdfReader(io.BytesIO(sponsor.context.request.get(f"{reading}report.pdf").body()))
    words = _plain(" ".join(page.extract_text() for page in pdf.pages))
    book = openpyxl.load_workbook(io.BytesIO(sponsor.context.request.get(f"{reading}figures.xlsx").body()))
    cells = {_plain(str(cell)) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    for row in figures:
        for cell in filter(None, map(_plain, row)):
            assert cell in words, cell
            assert cell in cells, cell


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
