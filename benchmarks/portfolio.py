"""A portfolio of 10,000 partners: how long its import and its ranks take, and how long its pages.

    python benchmarks/portfolio.py

On a throw-away data folder, through the views as a browser would call them, without the network.
"""

from __future__ import annotations

import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass

PARTNERS, LINES, ROUNDS = 10_000, 20_000, 30
PAGES = ("portfolio", "partners", "partners-waiting", "portfolio-kraljic", "portfolio-compare", "merges")


@dataclass(frozen=True)
class Result:
    name: str
    measured: float
    unit: str
    target: float

    @property
    def reached(self) -> bool:
        return self.measured <= self.target

    def __str__(self) -> str:
        verdict = "reached" if self.reached else "MISSED"
        return f"{self.name:<58}{self.measured:>9.1f} {self.unit:<8} at most {self.target:g}   {verdict}"


def purchases() -> bytes:
    """Two lines per partner with French amounts, as an accounting program exports them."""
    lines = ["Code fournisseur;Fournisseur;Date;Montant HT"]
    for line in range(LINES):
        partner = line % PARTNERS
        amount = f"{1_000 + partner % 977:,}".replace(",", " ") + ",50"
        lines.append(f"F{partner:05d};Fournisseur {partner} SAS;15/{line % 12 + 1:02d}/2025;{amount}")
    return "\r\n".join(lines).encode("cp1252")


def levels() -> bytes:
    """Four levels for each partner, as somebody who has sorted them all in a spreadsheet would send."""
    lines = ["Code fournisseur;Criticité;Potentiel hausse;Marché;Posture"]
    for partner in range(PARTNERS):
        lines.append(f"F{partner:05d};" + ";".join(str((partner * step) % 5) for step in (3, 7, 11, 13)))
    return "\r\n".join(lines).encode("cp1252")


def timed(work: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    made = work()
    return time.perf_counter() - start, made


def measure() -> list[Result]:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client
    from django.urls import reverse

    from reciproque.app.directory.actions import add_account, create_organisation
    from reciproque.app.portfolio.actions.portfolios import create_portfolio
    from reciproque.app.portfolio.models import Partner
    from reciproque.app.shared.audit import SYSTEM, actor

    company = create_organisation(by=SYSTEM, name="Company")
    account = add_account(by=SYSTEM, organisation=company, email="keeper@company.test", name="Keeper")
    own = create_portfolio(by=actor(account), organisation=company, name="Suppliers", chair="client")
    client = Client()
    client.force_login(account)

    def preview(data: bytes) -> str:
        fields = {"file": SimpleUploadedFile("export.csv", data), "year": "2025", "direction": "bought"}
        return client.post(reverse("portfolio-import", args=[own.key]), fields).content.decode()

    def confirm(page: str) -> None:
        form = page[page.index('id="import"') :]
        fields = dict(re.findall(r'name="(content)" value="([^"]*)"', form))
        for name, inside in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
            fields[name] = re.search(r'value="([^"]*)" selected', inside)[1]
        client.post(reverse("portfolio-import-confirm", args=[own.key]), {**fields, "do": "import"})

    shown, page = timed(lambda: preview(purchases()))
    written, _ = timed(lambda: confirm(str(page)))
    assert Partner.objects.count() == PARTNERS
    scored, _ = timed(lambda: confirm(preview(levels())))
    ranking, _ = timed(lambda: client.post(reverse("portfolio-rank", args=[own.key])))
    client.post(reverse("portfolio-rank", args=[own.key]))
    one = reverse("partner", args=[own.partners.order_by("?").first().key])
    addresses = {name: reverse(name, args=[own.key]) for name in PAGES}
    addresses |= {"partner": one, "partners, last page": f"{addresses['partners']}?sort=amount&page=200"}
    return [
        Result(f"import of {PARTNERS} partners in {LINES} lines: preview and confirmation", shown + written, "s", 10),
        Result("… of which the preview", shown, "s", 10),
        Result("four levels for each of them, from another file", scored, "s", 10),
        Result("ranks of 10000 partners", ranking, "s", 10),
        *(Result(f"page “{name}”, 95th percentile", _slow(client, url), "ms", 150) for name, url in addresses.items()),
    ]


def _slow(client: object, url: str) -> float:
    times = []
    for _ in range(ROUNDS):
        taken, response = timed(lambda: client.get(url))
        assert response.status_code == 200, url
        times.append(taken * 1000)
    return statistics.quantiles(times, n=20)[-1]


def run() -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="reciproque-bench-") as folder:
        os.environ |= {
            "RECIPROQUE_DATA": folder,
            "RECIPROQUE_SIMULATE": "1",
            "DJANGO_SETTINGS_MODULE": "reciproque.config.settings",
        }
        import django

        django.setup()
        from django.conf import settings

        from reciproque.cli.prepare import prepare

        settings.ALLOWED_HOSTS = ["*"]
        prepare()
        return measure()


def main() -> int:
    print(f"machine load before: {' '.join(f'{load:.2f}' for load in os.getloadavg())}, {os.cpu_count()} cores")
    results = run()
    for result in results:
        print(result)
    return 0 if all(result.reached for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
