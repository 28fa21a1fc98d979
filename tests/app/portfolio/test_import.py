"""From a file of purchases to amounts by partner: preview, rates, refusals, twice the same, confirmation."""

import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

import personas
from app.portfolio import world
from reciproque.app.directory.uploads import InMemory
from reciproque.app.portfolio import amounts_file
from reciproque.app.portfolio.models import Amount, Delivery, Partner, Score
from reciproque.app.shared.models import AuditRecord

EXPORT = world.csv_bytes(
    "Code fournisseur;Fournisseur;SIREN;Date comptable;Montant HT;Devise",
    "F001;Froid Delaunoy SAS;;15/03/2025;1 234,56;EUR",
    "F001;Froid Delaunoy SAS;;20/06/2025;765,44;EUR",
    "F002;Criée Kervadec;552 100 554;02/02/2025;(50,00);EUR",
    "F002;Criée Kervadec;552 100 554;02/03/2025;1 050,00;EUR",
    "F003;Sel & Cie;;01/01/2025;pas un montant;EUR",
    ";;;01/01/2025;12,00;EUR",
    "F004;Nord Trade;;05/05/2025;100,00;USD",
    encoding="cp1252",
)


@pytest.fixture
def own(client, cast):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(cast.client_member)
    return world.portfolio(cast.relationship.client)


def upload(client, own, data, name="achats.csv", **fields):
    fields = {"year": "2025", "direction": "bought", **fields}
    return client.post(reverse("portfolio-import", args=[own.key]), {"file": SimpleUploadedFile(name, data), **fields})


def fields_of(response) -> dict[str, str]:
    """What the browser would send back from the preview."""
    body = response.content.decode()
    form = body[body.index('id="import"') :]
    found = dict(re.findall(r'<input type="hidden" name="(content)" value="([^"]*)"', form))
    for name, inside in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', inside)
        found[name] = chosen[1] if chosen else ""
    for field in re.findall(r'<input type="text" name="rate-[^>]*>', form):
        value = re.search(r'value="([^"]*)"', field)
        found[re.search(r'name="([^"]+)"', field)[1]] = value[1] if value else ""
    return found


def confirm(client, own, fields, do="import"):
    return client.post(reverse("portfolio-import-confirm", args=[own.key]), {**fields, "do": do}, follow=True)


def imported(client, own, data, **changes):
    return confirm(client, own, {**fields_of(upload(client, own, data)), **changes})


def totals(own):
    rows = Amount.objects.filter(partner__portfolio=own).order_by("partner__name", "currency")
    return [(row.partner.name, row.year, row.currency, row.amount, row.converted) for row in rows]


def test_a_preview_says_everything_and_writes_nothing(client, own):
    records = AuditRecord.objects.count()
    page = upload(client, own, EXPORT).content.decode()
    assert "7 lines, added up to 3 partners, of whom 3 are new" in page
    assert "2 lines refused" in page
    assert re.search(r"<td[^>]*>6</td>.*“pas un montant” is not an amount", page, re.S)
    assert re.search(r"<td[^>]*>7</td>.*This line names no partner", page, re.S)
    assert "Amounts in USD have no rate" in page
    assert not Partner.objects.exists()
    assert AuditRecord.objects.count() == records


def test_lines_are_added_up_by_partner_and_a_currency_without_rate_is_kept_apart(client, own):
    imported(client, own, EXPORT)
    assert totals(own) == [
        ("Criée Kervadec", 2025, "EUR", Decimal("1000.00"), Decimal("1000.00")),
        ("Froid Delaunoy SAS", 2025, "EUR", Decimal("2000.00"), Decimal("2000.00")),
        ("Nord Trade", 2025, "USD", Decimal("100.00"), None),
    ]
    assert Partner.objects.get(code="F002").siren == "552100554"


def test_a_typed_rate_converts_and_is_proposed_next_time(client, own):
    fields = fields_of(upload(client, own, EXPORT))
    assert fields["rate-USD"] == ""
    confirm(client, own, {**fields, "rate-USD": "0,92"})
    assert Amount.objects.get(currency="USD").converted == Decimal("92.00")
    assert fields_of(upload(client, own, EXPORT))["rate-USD"] == "0.92"


def test_the_same_file_twice_changes_nothing_and_says_so(client, own):
    imported(client, own, EXPORT)
    before, records = totals(own), AuditRecord.objects.filter(action="amounts.imported").count()
    response = upload(client, own, EXPORT)
    assert "Nothing would change." in response.content.decode()
    assert "This very file was already imported on" in response.content.decode()
    confirm(client, own, fields_of(response))
    assert totals(own) == before
    assert Delivery.objects.count() == 1
    assert AuditRecord.objects.filter(action="amounts.imported").count() == records + 1


def test_the_same_period_again_replaces_it_rather_than_adding_to_it(client, own):
    imported(client, own, EXPORT)
    corrected = world.csv_bytes("Code fournisseur;Année;Montant", "F001;2025;2500,00")
    page = upload(client, own, corrected).content.decode()
    assert "0 to add, 1 to replace, 0 unchanged" in page
    imported(client, own, corrected)
    assert Amount.objects.get(partner__code="F001").amount == Decimal("2500.00")


def test_a_name_written_otherwise_or_a_siren_finds_the_same_partner(client, own):
    imported(client, own, EXPORT)
    again = world.csv_bytes(
        "Raison sociale;SIRET;Année;Montant",
        "FROID-DELAUNOY S.A.S.;;2024;10,00",
        "Autre nom;55210055400013;2024;20,00",
    )
    imported(client, own, again)
    assert Partner.objects.count() == 3
    assert Amount.objects.get(partner__code="F001", year=2024).amount == 10
    assert Amount.objects.get(partner__code="F002", year=2024).amount == 20


def test_two_codes_of_one_name_stay_two_partners_until_somebody_merges_them(client, own):
    imported(client, own, world.csv_bytes("Code;Nom;Montant", "A1;Lorvaux;10", "A2;LORVAUX SA;20"))
    assert Partner.objects.count() == 2


ERP = (
    "Société : Client Works;;;;;",
    "Cpte aux.;Raison sociale;N° TVA intracom;Date pièce;Montant HT;Dev.",
    "F12;Lorvaux SAS;FR 32 552100554;15/03/2024;1 234,56 €;EUR",
    "F12;LORVAUX S.A.S.;;30/04/2025;-1 200,00 €;EUR",
    "F53;Kestrel Ltd;;01/02/2025;1,500.00;GBP",
)


def test_short_headings_of_an_accounting_program_and_a_foreign_cell_are_understood(client, own):
    imported(client, own, world.csv_bytes(*ERP, encoding="cp1252"))
    found = {(row.partner.code, row.year, row.currency): str(row.amount) for row in Amount.objects.all()}
    assert found == {
        ("F12", 2024, "EUR"): "1234.56",
        ("F12", 2025, "EUR"): "-1200.00",
        ("F53", 2025, "GBP"): "1500.00",
    }
    assert Partner.objects.get(code="F12").vat == "FR32552100554"


def test_without_a_date_the_preview_says_in_which_year_everything_counts(client, own):
    dated = upload(client, own, world.csv_bytes("Fournisseur;Date;Montant", "Lorvaux;01/02/2025;5"))
    undated = upload(client, own, world.csv_bytes("Fournisseur;Montant", "Lorvaux;5"))
    assert "every amount counts in" not in dated.content.decode()
    assert "every amount counts in" in undated.content.decode()


def test_columns_can_be_corrected_before_anything_is_written(client, own):
    data = world.csv_bytes("Libellé inconnu;Valeur;Montant", "Lorvaux;10;99")
    fields = fields_of(upload(client, own, data))
    page = confirm(client, own, {**fields, "column-0": "name", "column-1": "", "column-2": "amount"}, do="preview")
    assert "added up to 1 partners" in page.content.decode()
    confirm(client, own, fields_of(page))
    assert Amount.objects.get().amount == 99


def test_levels_of_a_file_become_the_scores_of_whoever_imports(client, own, cast):
    data = world.csv_bytes("Nom;Criticité;Marché;Posture", "Lorvaux;4;2;7", "Kervadec;3;0;1")
    imported(client, own, data)
    kept = Score.objects.filter(scorer=cast.client_member).values_list("partner__name", "scale", "level")
    assert set(kept) == {("Kervadec", "criticality", 3), ("Kervadec", "market", 0), ("Kervadec", "estimated", 1)}
    imported(client, own, world.csv_bytes("Nom;Criticité", "Kervadec;1"))
    assert Score.objects.get(scale="criticality", superseded_at=None).level == 1
    assert Score.objects.filter(scale="criticality").count() == 2


def test_a_workbook_is_read_like_a_text_file(client, own):
    rows = [("Supplier", "Posting date", "Amount"), ("Lorvaux", 45931, 1234.5), ("Lorvaux", 45932, 0.5)]
    response = upload(client, own, world.xlsx_bytes(rows), name="spend.xlsx")
    confirm(client, own, fields_of(response))
    assert Amount.objects.get().amount == 1235
    assert Amount.objects.get().year == 2025


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\r\n  \r\n", "This file is empty"),
        (b"%PDF-1.4", "This is a PDF"),
        (b"PK\x03\x04 broken", "This spreadsheet is damaged"),
        (b"Nom;Montant\r\n" + b"Lorvaux;1\r\n" * 50_020, "more than 50,000 lines"),
        (b"Nom;Montant\r\nx;" + b"9" * (5 * 1024 * 1024), "larger than 5 MB"),
    ],
    ids=["empty", "pdf", "damaged", "too many lines", "too large"],
)
def test_a_file_that_cannot_be_read_gives_a_sentence_and_keeps_nothing(client, own, data, says):
    response = upload(client, own, data)
    assert response.status_code == 200
    assert says in response.content.decode()
    assert not Partner.objects.exists()


@pytest.mark.parametrize("field", ["content"])
def test_a_preview_altered_or_borrowed_is_refused(client, own, cast, field):
    fields = fields_of(upload(client, own, EXPORT))
    confirm(client, own, {**fields, field: fields[field][:-3] + "abc"})
    client.force_login(cast.client_sponsor)
    confirm(client, own, fields)
    assert not Partner.objects.exists()


def test_a_preview_of_another_portfolio_is_refused(client, own, cast):
    other = world.portfolio(cast.relationship.client, name="Other")
    fields = fields_of(upload(client, own, EXPORT))
    confirm(client, other, fields)
    assert not Partner.objects.exists()


def test_a_formula_is_never_kept(client, own):
    imported(client, own, world.csv_bytes("Nom;Montant", "=HYPERLINK(1);10", "+33;20", "Sûr;30"))
    assert list(Partner.objects.values_list("name", flat=True)) == ["Sûr"]


def test_20_000_lines_of_2_000_partners_are_read_in_one_go(client, own):
    lines = [
        f"F{line % 2000:04d};Fournisseur {line % 2000};{line % 12 + 1:02d}/2025;1 000,50" for line in range(20_000)
    ]
    data = world.csv_bytes("Code;Fournisseur;Mois;Montant", *lines)
    assert len(data) > 700_000
    response = upload(client, own, data)
    assert "20000 lines, added up to 2000 partners" in response.content.decode()
    confirm(client, own, fields_of(response))
    assert Amount.objects.count() == 2_000
    assert Amount.objects.first().amount == Decimal("10005.00")


def test_uploads_never_touch_the_disk(settings):
    assert [f"{InMemory.__module__}.InMemory"] == settings.FILE_UPLOAD_HANDLERS


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["1 234,56"], ","), (["1,234.56"], "."), (["1.234,56"], ","), (["1.234.567"], ","), (["1,234,567"], "."),
        (["12,5", "1,234"], ","), (["1,234"], "."), (["1.234"], ","), (["1234.5"], "."), ([], "."),
    ],
)  # fmt: skip
def test_the_decimal_sign_is_that_of_the_column(cells, mark):
    assert amounts_file.decimal_mark(cells) == mark


@pytest.mark.parametrize(
    ("text", "mark", "amount"),
    [
        ("1 234,56", ",", "1234.56"), ("1\u202f234,56 €", ",", "1234.56"), ("1'234.50", ".", "1234.50"),
        ("(99,90)", ",", "-99.90"), ("99,90-", ",", "-99.90"), ("−12", ",", "-12"), ("€ 1.234,5", ",", "1234.50"),
        ("1E+03", ".", "1000"),
    ],
)  # fmt: skip
def test_amounts_as_accounting_programs_write_them(text, mark, amount):
    assert amounts_file.read_amount(text, mark) == Decimal(amount)


@pytest.mark.parametrize("text", ["abc", "12-34", "1,2,3", "99999999999999", "--5", "(5"])
def test_what_is_not_an_amount_is_refused(text):
    with pytest.raises(amounts_file.BadCell):
        amounts_file.read_amount(text, ",")


def test_the_other_company_cannot_confirm_for_us(client, own, cast):
    fields = fields_of(upload(client, own, EXPORT))
    client.force_login(personas.account("stranger", cast.relationship.supplier))
    assert confirm(client, own, fields).status_code == 404
