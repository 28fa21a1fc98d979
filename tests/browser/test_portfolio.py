"""The portfolio in real browsers: a purchasing lead from an ERP export to a decision, a colleague, a stranger."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Browser

import personas
from browsing import DESK, PHONE, Seat
from reciproque.app.directory.models import Account, Relationship
from reciproque.app.portfolio.models import Partner, Portfolio, Score

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
]
EXPORT = "\r\n".join(
    [
        "Code fournisseur;Raison sociale;N° SIREN;Date facture;Montant HT",
        "F001;Lorvaux SAS;552 100 554;15/03/2024;1 234,56 €",
        "F001;LORVAUX S.A.S.;;02/04/2025;98\u00a0765,40 €",
        "F001;Lorvaux SAS;;30/04/2025;-1 200,00 €",
        "F002;Fermisol;;12/05/2025;4 012,00 €",
        "F003;Établissements Lorvaux;552100554;18/06/2025;310,00 €",
        "F004;Brouhac;;20/06/2025;abc",
    ]
).encode("cp1252")
WORDS = {"Fermisol": (3, 0, 4, 2, 1, 4), "Lorvaux SAS": (2, 1, 1, 2, 2, 0)}
SCALES = ("up", "down", "criticality", "declared", "estimated", "market")


def fr(sentence: str) -> str:
    with translation.override("fr"):
        return gettext(sentence)


class Chair(Seat):
    """Somebody signed in."""

    def __init__(self, browser: Browser, address: str, account: Account, **options: object) -> None:
        super().__init__(browser, address, **options)
        self.enter(account)

    def open(self, name: str, key: str) -> None:
        self.go(reverse(name, args=[key]))
        assert self.faults() == [], name

    def leave(self) -> None:
        assert self.complaints == []
        super().leave()


@pytest.fixture
def company(transactional_db, settings, tmp_path, live_server):
    settings.SECRETS_DIR = tmp_path / "secrets"
    settings.SECOND_FACTOR_REQUIRED = False
    settings.BASE_URL = live_server.url
    return personas.organisation("Client Works")


def test_a_purchasing_lead_goes_from_an_export_to_a_decision(browser, live_server, company):
    lead = Chair(browser, live_server.url, personas.account("Alice Client", company))
    own = _starts(lead)
    _imports(lead, own)
    _scores_on_a_phone(lead)
    _orders_and_ranks(lead, own)
    one = Partner.objects.get(name="Fermisol")
    _engages(lead, one)
    _colleague_and_stranger(browser, live_server.url, company, own, one)
    lead.leave()


def _starts(lead: Chair) -> Portfolio:
    lead.go(reverse("portfolios"))
    assert lead.faults() == []
    lead.go(reverse("portfolio-new"))
    lead.page.locator("[name=chair][value=client]").check()
    lead.fill(name="Fournisseurs", capacity="1")
    assert lead.faults() == []
    lead.page.locator("main form button[type=submit]").click()
    lead.page.get_by_text(fr("The portfolio is empty.")).wait_for()
    return Portfolio.objects.get()


def _imports(lead: Chair, own: Portfolio) -> None:
    lead.open("portfolio-import", own.key)
    file = {"name": "achats.csv", "mimeType": "text/csv", "buffer": EXPORT}
    lead.page.locator("[name=file]").set_input_files(file)
    lead.press(fr("See what it holds"))
    lead.page.get_by_text("Lorvaux SAS").first.wait_for()
    assert lead.faults() == []
    assert "abc" in lead.page.locator("#problems-list").locator("..").inner_text()
    assert not Partner.objects.exists()
    lead.press(fr("Import"))
    lead.page.wait_for_url(f"**/portfolio/{own.key}/")
    total = Partner.objects.get(code="F001").amounts.get(year=2025)
    assert str(total.amount) == "97565.40"
    assert set(Partner.objects.values_list("code", flat=True)) == {"F001", "F002", "F003"}
    lead.open("merges", own.key)
    lead.page.get_by_text("Établissements Lorvaux").first.wait_for()


def _scores_on_a_phone(lead: Chair) -> None:
    lead.page.set_viewport_size(PHONE)
    for name, levels in WORDS.items():
        lead.open("partner-score", Partner.objects.get(name=name).key)
        for scale, level in zip(SCALES, levels, strict=True):
            lead.page.locator(f"[name={scale}][value='{level}']").check()
        lead.press(fr("Sign my scores"))
        lead.page.get_by_text(fr("Your scores are kept, dated and signed.")).wait_for()
        assert lead.faults() == []
    lead.page.set_viewport_size(DESK)
    assert Score.objects.count() == 12


def _orders_and_ranks(lead: Chair, own: Portfolio) -> None:
    lead.open("portfolio-weights", own.key)
    lead.page.locator("button[value='down:volume']").press("Enter")
    lead.page.get_by_text(fr("Not stated yet: the order above is only shown.")).wait_for()
    assert not own.weightings.exists()
    lead.press(fr("State this order"))
    lead.page.wait_for_url(f"**/portfolio/{own.key}/")
    lead.press(fr("Compute the ranks"))
    lead.page.locator("main svg").first.wait_for()
    for name in ("portfolio", "partners", "portfolio-kraljic", "portfolio-method"):
        lead.open(name, own.key)
    assert own.rankings.get().rows.get(rank=1).partner.name == "Fermisol"


def _engages(lead: Chair, one: Partner) -> None:
    lead.open("partner", one.key)
    lead.follow(fr("Engage this partner"))
    assert lead.faults() == []
    lead.fill(reason="Son arrêt nous arrête.")
    lead.press(fr("Open the relationship"))
    lead.page.get_by_text(fr("The relationship is open and your reasons are kept. Nobody was told.")).wait_for()
    assert lead.faults() == []
    assert Relationship.objects.get().supplier.name == "Fermisol"


def _colleague_and_stranger(browser: Browser, address: str, company, own: Portfolio, one: Partner) -> None:
    colleague = Chair(browser, address, personas.account("Bruno Client", company), java_script_enabled=False)
    colleague.go(reverse("partner", args=[one.key]))
    assert "Son arrêt nous arrête." in colleague.main().inner_text()
    colleague.leave()
    stranger = Chair(browser, address, personas.account("Sam Supplier", personas.organisation("Fermisol bis")))
    for name, key in (("portfolio", own.key), ("partner", one.key), ("portfolio-xlsx", own.key)):
        assert stranger.status(reverse(name, args=[key])) == 404
    stranger.leave()
