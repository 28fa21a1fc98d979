"""From a file to the list: preview, choices, confirmation, and the way back out."""

import re
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import personas
from app.directory.files import HEADERS, csv_bytes, xlsx_bytes
from reciproque.app.directory import actions, spreadsheet
from reciproque.app.directory.access import organisations_kept_by
from reciproque.app.directory.models import Function, Organisation, Person, Post
from reciproque.app.directory.queries.exports import exported_rows
from reciproque.app.directory.uploads import InMemory
from reciproque.app.shared import audit, clock
from reciproque.app.shared.models import AuditRecord

LIST = csv_bytes(
    "Nom;Prénom;E-mail;Téléphone;Fonction;Depuis;Code interne",
    "Lefèvre;Zoé;zoe@a.test;06 12 34 56 78;Qualité;01/02/2024;x",
    "Roux;Anne;;;Achats;;y",
    "Blanc;Luc;pas une adresse;;Achats;;z",
)


@pytest.fixture
def keeper(client, cast):
    client.force_login(cast.client_sponsor)
    return cast.relationship.client


def upload(client, company, data, name="liste.csv"):
    return client.post(reverse("import-people"), {"organisation": company.key, "file": SimpleUploadedFile(name, data)})


def fields_of(response) -> dict[str, str]:
    """What the browser would send back from the preview."""
    body = response.content.decode()
    form = body[body.index('id="import"') :]
    found = dict(re.findall(r'<input type="hidden" name="(content)" value="([^"]*)"', form))
    for name, inside in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', inside)
        found[name] = chosen[1] if chosen else ""
    return found


def confirm(client, company, fields, do="import"):
    return client.post(reverse("import-confirm", args=[company.key]), {**fields, "do": do}, follow=True)


def imported(client, company, data, **changes):
    return confirm(client, company, {**fields_of(upload(client, company, data)), **changes})


def picture(company) -> list[tuple]:
    people = Person.objects.filter(organisation=company).order_by("pk")
    posts = Post.objects.filter(person__organisation=company).order_by("pk")
    return [*people.values_list(), *posts.values_list()]


def test_a_preview_writes_nothing(client, keeper):
    before, records = picture(keeper), AuditRecord.objects.count()
    page = upload(client, keeper, LIST).content.decode()
    assert "Lefèvre" in page
    assert "pas une adresse" in page
    assert picture(keeper) == before
    assert AuditRecord.objects.count() == records


def test_confirming_adds_the_good_lines_and_counts_the_others(client, keeper):
    before = keeper.people.count()
    imported(client, keeper, LIST)
    zoe = keeper.people.get(email="zoe@a.test")
    assert keeper.people.count() == before + 2
    assert (zoe.phone, zoe.posts.get().function.code) == ("+33612345678", "quality")
    assert zoe.posts.get().started_on.isoformat() == "2024-02-01"
    assert keeper.people.get(last_name="Roux").posts.get().function.code == "purchasing"
    record = AuditRecord.objects.latest("sequence")
    assert (record.action, record.organisation_key, record.data["added"]) == ("people.imported", keeper.key, 2)


def test_the_same_file_twice_changes_nothing(client, keeper):
    imported(client, keeper, LIST)
    once = picture(keeper)
    page = imported(client, keeper, LIST).content.decode()
    assert picture(keeper) == once
    assert "0" in page


def test_an_empty_cell_never_erases(client, keeper):
    imported(client, keeper, LIST)
    imported(client, keeper, csv_bytes("Nom;Prénom;E-mail;Téléphone", "Lefèvre;Zoé;zoe@a.test;"))
    assert keeper.people.get(email="zoe@a.test").phone == "+33612345678"


def test_new_details_replace_the_old_ones_in_place(client, keeper):
    imported(client, keeper, LIST)
    imported(
        client,
        keeper,
        csv_bytes(
            "Nom;Prénom;E-mail;Téléphone;Fonction;Intitulé", "LEFEVRE;Zoe;zoe@a.test;01 42 00 00 00;Qualité;Auditrice"
        ),
    )
    zoe = keeper.people.get(email="zoe@a.test")
    assert (zoe.last_name, zoe.phone, zoe.posts.get().title) == ("LEFEVRE", "+33142000000", "Auditrice")
    assert zoe.posts.get().started_on.isoformat() == "2024-02-01"


def test_a_new_function_ends_the_present_post_and_keeps_the_history(client, keeper):
    imported(client, keeper, LIST)
    imported(client, keeper, csv_bytes("Nom;E-mail;Fonction;Depuis", "Lefèvre;zoe@a.test;Production;01/09/2026"))
    zoe = keeper.people.get(email="zoe@a.test")
    old, new = zoe.posts.order_by("started_on")
    assert (old.function.code, old.ended_on.isoformat()) == ("quality", "2026-08-31")
    assert (new.function.code, new.started_on.isoformat(), new.ended_on) == ("production", "2026-09-01", None)


def test_an_address_is_added_to_somebody_known_by_name(client, keeper):
    imported(client, keeper, LIST)
    imported(client, keeper, csv_bytes("Nom;Prénom;E-mail", "ROUX;Anne;anne@a.test"))
    assert keeper.people.get(email="anne@a.test").pk == keeper.people.get(folded_name="roux anne").pk


def test_homonyms_without_an_address_are_refused_in_words(client, keeper):
    imported(client, keeper, csv_bytes("Nom;Prénom;E-mail", "Roux;Anne;a1@a.test", "Roux;Anne;a2@a.test"))
    before = picture(keeper)
    page = upload(client, keeper, csv_bytes("Nom;Prénom;Téléphone", "Roux;Anne;0612345678")).content.decode()
    assert 'data-label="Line"' in page or 'data-label="Ligne"' in page
    assert picture(keeper) == before


def test_one_person_on_two_lines_is_taken_once(client, keeper):
    data = csv_bytes("Nom;Prénom;E-mail", "Roux;Anne;anne@a.test", "Roux;Anne;anne@a.test", "Roux;Anne;")
    imported(client, keeper, data)
    assert keeper.people.filter(folded_name="roux anne").count() == 1


def test_columns_can_be_chosen_otherwise(client, keeper):
    data = csv_bytes("A;B", "Roux;Anne")
    fields = fields_of(upload(client, keeper, data))
    page = confirm(client, keeper, {**fields, "column-0": "last_name", "column-1": "first_name"}, do="preview")
    assert keeper.people.filter(last_name="Roux").count() == 0
    confirm(client, keeper, fields_of(page))
    assert keeper.people.get(last_name="Roux").first_name == "Anne"


def test_an_unknown_function_is_created_or_read_as_a_known_one(client, keeper):
    data = csv_bytes("Nom;Fonction", "Roux;Métrologie", "Blanc;Peinture")
    fields = fields_of(upload(client, keeper, data))
    assert {"function-metrologie", "function-peinture"} <= set(fields)
    confirm(client, keeper, {**fields, "function-metrologie": "quality"})
    assert keeper.people.get(last_name="Roux").posts.get().function.code == "quality"
    made = keeper.people.get(last_name="Blanc").posts.get().function
    assert (made.name_fr, made.organisation) == ("Peinture", keeper)
    assert not Function.objects.filter(name_fr="Métrologie").exists()


def test_a_column_of_job_titles_taken_for_functions_is_stopped(client, keeper):
    data = csv_bytes("Nom;Fonction", *(f"Roux{n};Titre numéro {n}" for n in range(80)))
    page = upload(client, keeper, data).content.decode()
    assert 'value="import"' not in page
    assert Function.objects.filter(organisation=keeper).count() == 0


def test_a_line_about_another_company_is_refused(client, keeper, cast):
    supplier = cast.relationship.supplier
    before = picture(supplier)
    absent = upload(client, keeper, csv_bytes("Nom;Société", "Roux;Nulle Part")).content.decode()
    foreign = upload(client, keeper, csv_bytes("Nom;Société", f"Roux;{supplier.name}")).content.decode()
    assert 'value="import"' not in absent + foreign
    assert picture(supplier) == before
    assert foreign.count("problem") == absent.count("problem")


def test_the_host_administrator_imports_companies_too(client, cast):
    client.force_login(cast.host_admin)
    home = cast.relationship.client
    imported(
        client, home, csv_bytes("Nom;Société;SIREN", "Roux;Forge Neuve;123 456 789", "Blanc;FORGE NEUVE;", "Vert;;")
    )
    made = Organisation.objects.get(folded_name="forge neuve")
    assert made.registration_number == "123 456 789"
    assert sorted(made.people.values_list("last_name", flat=True)) == ["Blanc", "Roux"]
    assert home.people.filter(last_name="Vert").exists()


def test_a_tampered_or_borrowed_preview_is_refused(client, keeper, cast):
    fields = fields_of(upload(client, keeper, LIST))
    before = picture(keeper)
    confirm(client, keeper, {**fields, "content": fields["content"][:-3] + "abc"})
    confirm(client, keeper, {**fields, "content": ""})
    client.force_login(cast.facilitator)
    confirm(client, keeper, fields)
    assert picture(keeper) == before


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "liste\x00.csv", "<script>alert(1)</script>.csv", "a" * 300 + ".csv"]
)
def test_odd_file_names_harm_nothing(client, keeper, name):
    page = upload(client, keeper, LIST, name).content.decode()
    assert "<script>alert" not in page
    assert "Lefèvre" in page


def test_names_that_look_like_markup_are_shown_as_text(client, keeper):
    page = upload(client, keeper, csv_bytes("Nom", "<img src=x onerror=alert(1)>")).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4", b"\x00" * 50, b"PK\x03\x04junk", b"Nom\r\n" + b"x\r\n" * 2_700_000])
def test_a_file_that_cannot_be_read_gives_the_form_again(client, keeper, data):
    response = upload(client, keeper, data)
    assert response.status_code == 200
    assert "field-error" in response.content.decode()


def test_an_upload_never_reaches_the_disk():
    handler = InMemory(None)
    handler.new_file("file", "x.csv", "text/csv", 0, None, None)
    for _ in range(200):
        handler.receive_data_chunk(b"x" * 65_536, 0)
    received = handler.file_complete(200 * 65_536)
    assert len(received.read()) == spreadsheet.MAX_BYTES + 1


# ---------------------------------------------------------------- volume and way back
def big_list(count: int) -> list[tuple]:
    rows = [(f"Nom{n}", "Anne", f"p{n}@a.test", f"06{n:08d}", "Qualité", "01/02/2024") for n in range(count)]
    return [("Nom", "Prénom", "E-mail", "Téléphone", "Fonction", "Depuis"), *rows]


def test_ten_thousand_lines_in_seconds(client, keeper):
    data = xlsx_bytes(big_list(10_000))
    before = time.process_time()
    preview = upload(client, keeper, data)
    confirm(client, keeper, fields_of(preview))
    spent = time.process_time() - before
    assert keeper.people.filter(email__endswith="@a.test").count() == 10_000
    assert spent < 20
    once = keeper.people.count(), Post.objects.count()
    page = upload(client, keeper, data).content.decode()
    assert "10000" in page or "10 000" in page
    assert (keeper.people.count(), Post.objects.count()) == once


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_exported_imports_back_without_a_change(client, keeper, kind, language):
    imported(client, keeper, LIST)
    before = picture(keeper)
    client.cookies["django_language"] = language
    data = client.get(reverse(f"export-{kind}", args=[keeper.key])).content
    page = upload(client, keeper, data, f"x.{kind}")
    body = page.content.decode()
    assert "Rien ne changerait" in body or "Nothing would change" in body
    confirm(client, keeper, fields_of(page))
    assert picture(keeper) == before


NAMES = st.text(st.characters(categories=["Lu", "Ll", "Nd", "Zs", "Po", "Pd", "Sm"]), max_size=30)
ROWS = st.lists(st.tuples(NAMES, NAMES, st.sampled_from(["", "a@x.test", "b@x.test", "C@X.test"]), NAMES), max_size=8)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
def test_any_list_imported_twice_or_exported_and_imported_is_the_same(cast, rows):
    company = personas.organisation()
    data = spreadsheet.write_csv([["Nom", "Prénom", "E-mail", "Fonction"], *rows, ["Roux", "", "", ""]])
    take(company, data, cast)
    once = picture(company)
    take(company, data, cast)
    assert picture(company) == once
    take(company, spreadsheet.write_csv(exported_rows(company)), cast)
    assert picture(company) == once


def take(company, data, cast):
    table = spreadsheet.read_table("x", data)
    parsed = spreadsheet.parse(table, spreadsheet.guess_mapping(table.headers), region="FR", today=clock.today())
    kept = organisations_kept_by(cast.host_admin)
    actions.import_people(by=audit.SYSTEM, organisation=company, lines=parsed.lines, kept=kept)


def test_headers_of_the_tests_are_those_we_know():
    assert all(spreadsheet.guess_mapping([header])[0] for header in HEADERS)
