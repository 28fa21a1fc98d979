"""Lists of promises in and out: everything or nothing, nothing that a spreadsheet would run, nobody's address."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from promised import DAY, sign_in
from reciproque.app.commitments.models import Commitment
from reciproque.app.shared.models import AuditRecord

TITLES = ("Gives its word", "Promise", "First step", "First step before", "Date", "Expected proof")


def upload(promises, *rows, titles=TITLES, persona="client_member", name="list.csv"):
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([titles, *rows])
    file = SimpleUploadedFile(name, out.getvalue().encode())
    client = sign_in(getattr(promises.cast, persona))
    return client.post(reverse("commitments-import", args=[promises.relationship.key]), {"file": file}, follow=True)


def row(promises, side="client", what="We pay at thirty days.", step=5, due=60):
    day = f"{promises.today + timedelta(days=due):%d/%m/%Y}"
    return (side, what, "Settle what is late", f"{promises.today + timedelta(days=step):%d/%m/%Y}", day, "the ledger")


def test_each_line_becomes_an_offer(promises):
    response = upload(
        promises, row(promises), row(promises, "Supplier Works", "We answer."), row(promises, "both", "We meet.")
    )
    assert "3 promises are offered." in response.content.decode()
    made = Commitment.objects.order_by("number")
    assert [(one.owed_by, one.what, one.state) for one in made] == [
        ("client", "We pay at thirty days.", "proposed"),
        ("supplier", "We answer.", "proposed"),
        ("both", "We meet.", "proposed"),
    ]
    assert AuditRecord.objects.get(action="commitments.imported").data == {"count": 3}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"side": "somebody"}, "Write client, supplier, both"),
        ({"what": "=cmd()"}, "starts like a formula"),
        ({"what": ""}, "This cell is empty"),
        ({"what": "x" * 281}, "more than 280 characters"),
        ({"step": 20}, "Line 3: The first step comes within fourteen days"),
        ({"due": 2}, "Line 3: The first step cannot come after"),
    ],
)
def test_one_wrong_line_and_nothing_is_written(promises, wrong, says):
    response = upload(promises, row(promises), row(promises, **wrong))
    assert response.status_code == 422
    assert says in response.content.decode()
    assert not Commitment.objects.exists()
    assert not AuditRecord.objects.filter(action__startswith="commitment").exists()


def test_a_missing_column_is_named(promises):
    response = upload(promises, row(promises)[:5], titles=TITLES[:5])
    assert "These columns are missing: Expected proof." in response.content.decode()


def test_a_file_tells_nothing_about_who_sits_opposite(promises):
    """A member of the other side and a stranger get the same words; the own side and the keys opposite are known."""
    titles = (*TITLES, "Owner at the supplier (e-mail)")
    said = []
    for email in (promises.cast.supplier_member.email, "nobody@example.test"):
        page = upload(promises, (*row(promises), email), titles=titles).content.decode()
        said.append(page.split("Nobody whom you may name", 1)[1].replace(email, "@")[:200])
    assert said[0] == said[1]
    upload(promises, (*row(promises), promises.cast.supplier_sponsor.email), titles=titles)
    assert Commitment.objects.get().owner_supplier == promises.cast.supplier_sponsor


def test_an_export_can_be_read_back_and_names_no_address(promises):
    promises.settled("late", what="We say -1 when we mean it.")
    promises.offered(what="@home and =SUM(A1)")
    client = sign_in(promises.cast.observer)
    content = client.get(reverse("commitments-csv", args=[promises.relationship.key])).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content), delimiter=";"))
    assert rows[0][:2] == ["Gives its word", "Promise"]
    assert rows[2][1] == "'@home and =SUM(A1)"
    assert "Kept late" in rows[1][12]
    assert "@example.test" not in content
    sheet = client.get(reverse("commitments-xlsx", args=[promises.relationship.key]))
    book = load_workbook(io.BytesIO(sheet.content))
    cells = [cell for line in book.active.iter_rows() for cell in line]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    assert "@home and =SUM(A1)" in [cell.value for cell in cells]


def test_both_sides_export_the_same_file(promises):
    promises.settled("kept")
    promises.open("client", start=promises.today - 3 * DAY)
    address = reverse("commitments-csv", args=[promises.relationship.key])
    files = {sign_in(getattr(promises.cast, one)).get(address).content for one in ("client_sponsor", "supplier_member")}
    assert len(files) == 1
