"""The pages: what they say, what they cost, empty states, engaging, putting away, exports."""

import io
from datetime import UTC, datetime

import openpyxl
import pypdf
import pytest
from django.urls import reverse
from django.utils import translation

from app.portfolio import world
from reciproque.app.directory.models import Membership, Organisation, Relationship
from reciproque.app.portfolio.actions.ranking import compute_ranking
from reciproque.app.portfolio.models import Engagement
from reciproque.app.portfolio.queries.reports import report
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.shared.models import AuditRecord

QUERIES = {
    "portfolio": 13,
    "partners": 10,
    "partners-waiting": 10,
    "partners-archived": 8,
    "merges": 10,
    "portfolio-compare": 13,
    "portfolio-kraljic": 12,
    "partner": 12,
}


@pytest.fixture
def member(client, cast):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(cast.client_member)
    return cast.client_member


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", ["portfolio", "partners", "partners-waiting", "portfolio-kraljic"])
def test_a_list_costs_the_same_for_one_and_for_three(client, cast, member, name, count, django_assert_num_queries):
    own = world.ranked(cast.relationship.client, count=count)
    for place in range(count):
        world.partner(own, f"Waiting {place}")
    url = reverse(name, args=[own.key])
    client.get(url)
    with django_assert_num_queries(QUERIES[name]):
        assert client.get(url).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_the_other_lists_too(client, cast, member, count, django_assert_num_queries):
    own = world.ranked(cast.relationship.client, count=count)
    for place in range(count):
        world.partner(own, f"Lorvaux {place}", siren="552100554")
    gone = own.partners.filter(name__startswith="Partner")
    compute_ranking(by=actor(member), portfolio=own)
    for page in ("merges", "portfolio-compare"):
        url = reverse(page, args=[own.key])
        client.get(url)
        with django_assert_num_queries(QUERIES[page]):
            client.get(url)
    gone.update(archived_at=own.created_at)
    with django_assert_num_queries(QUERIES["partners-archived"]):
        client.get(reverse("partners-archived", args=[own.key]))


@pytest.mark.parametrize("scorers", [1, 3])
def test_a_sheet_costs_the_same_for_one_score_and_for_three(client, cast, member, scorers, django_assert_num_queries):
    from reciproque.app.portfolio.actions.scoring import score_partner

    own = world.ranked(cast.relationship.client)
    one = own.partners.first()
    for who in (cast.client_sponsor, cast.client_deputy, member)[:scorers]:
        score_partner(by=actor(who), partner=one, given={"market": (1, "")})
    url = reverse("partner", args=[one.key])
    client.get(url)
    with django_assert_num_queries(QUERIES["partner"]):
        assert client.get(url).status_code == 200


def test_a_company_without_a_portfolio_is_told_what_it_is_for(client, member):
    page = client.get(reverse("portfolios")).content.decode()
    assert "You cannot give real effort to everybody" in page
    assert reverse("portfolio-new") in page


def test_starting_a_portfolio_from_either_chair(client, cast, member):
    data = {"chair": "supplier", "name": "Key accounts", "capacity": 5, "currency": "EUR"}
    page = client.post(reverse("portfolio-new"), data, follow=True).content.decode()
    assert "The portfolio is empty." in page
    own = cast.relationship.client.portfolios.get()
    assert (own.chair, own.capacity, own.partner_side) == ("supplier", 5, "client")
    again = client.post(reverse("portfolio-new"), data).content.decode()
    assert "already has a portfolio of this name" in again


@pytest.mark.parametrize("capacity", [0, -1, 201, "many"])
def test_an_impossible_capacity_is_refused(client, cast, member, capacity):
    data = {"chair": "client", "name": "x", "capacity": capacity, "currency": "EUR"}
    assert client.post(reverse("portfolio-new"), data).status_code == 200
    assert not cast.relationship.client.portfolios.exists()


def test_an_unranked_portfolio_says_what_remains(client, cast, member):
    own = world.portfolio(cast.relationship.client)
    world.partner(own, "Lorvaux", (1, 0, 1, 1, 1, 1))
    page = client.get(reverse("portfolio", args=[own.key])).content.decode()
    assert "One partner, not ranked yet." in page
    assert "Compute the ranks" in page


def test_the_list_is_filtered_sorted_and_cut_in_pages(client, cast, member):
    own = world.ranked(cast.relationship.client, count=5, capacity=2)
    url = reverse("partners", args=[own.key])

    def names(**query):
        rows = client.get(url, query).context["rows"]
        return [row.name for row in rows]

    assert names(q="partner 3") == ["Partner 3"]
    assert names(place="in") == ["Partner 1", "Partner 2"]
    assert names(sort="name")[0] == "Partner 1"
    assert names(q="nobody") == []
    assert names(sort="'; drop table", place="?", page="999")[0] == "Partner 1"


def test_markup_in_a_name_stays_text_everywhere(client, cast, member):
    own = world.portfolio(cast.relationship.client)
    name = "<b>Lorvaux</b> & “fils”"
    one = world.partner(own, name, (1, 0, 1, 1, 1, 1), amount=30, note="<script>alert(1)</script>")
    compute_ranking(by=actor(member), portfolio=own)
    for url in [reverse(page, args=[own.key]) for page in ("portfolio", "partners", "portfolio-kraljic")] + [
        reverse("partner", args=[one.key])
    ]:
        page = client.get(url).content.decode()
        assert "<b>Lorvaux" not in page
        assert "<script>alert" not in page
        assert "&lt;b&gt;Lorvaux" in page


# ---------------------------------------------------------------- engaging
def engage(client, one, **data):
    url = reverse("partner-engage", args=[one.key])
    return client.post(url, {"reason": "A stop there stops us.", **data}, follow=True)


def test_engaging_opens_a_relationship_and_keeps_the_reasons(client, cast, member):
    own = world.ranked(cast.relationship.client)
    one = own.partners.get(name="Partner 1")
    page = engage(client, one, perimeter="Enzymes").content.decode()
    assert "Nobody was told" in page
    assert "A stop there stops us." in page
    relation = Relationship.objects.get(perimeter="Enzymes")
    assert (relation.client, relation.supplier.name) == (cast.relationship.client, "Partner 1")
    seat = Membership.objects.get(relationship=relation)
    assert (seat.account, seat.role, seat.side) == (member, "member", "client")
    assert client.get(reverse("relationship", args=[relation.key])).status_code == 200


def test_the_reasons_stay_as_they_were_that_day(client, cast, member):
    own = world.ranked(cast.relationship.client)
    one = own.partners.get(name="Partner 1")
    engage(client, one)
    before = Engagement.objects.get().facts
    client.post(reverse("partner-score", args=[one.key]), {"criticality": "0"})
    client.post(reverse("portfolio-rank", args=[own.key]))
    assert Engagement.objects.get().facts == before
    assert before["row"]["rank"] == 1
    assert {score["scale"] for score in before["scores"]} >= {"criticality", "market"}
    assert "That day: rank 1 of 3" in client.get(reverse("partner", args=[one.key])).content.decode()


def test_from_the_suppliers_chair_the_partner_is_the_client(client, cast, member):
    own = world.portfolio(cast.relationship.client, chair="supplier")
    one = world.partner(own, "Montserein", (1, 0, 1, 1, 1, 1))
    engage(client, one)
    relation = Relationship.objects.get(client__name="Montserein")
    assert relation.supplier == cast.relationship.client
    assert Membership.objects.get(relationship=relation).side == "supplier"


def test_a_company_already_in_the_directory_is_found_again(client, cast, member):
    own = world.portfolio(cast.relationship.client)
    one = world.partner(own, cast.outsider.organisation.name.upper())
    companies = Organisation.objects.count()
    engage(client, one)
    assert Organisation.objects.count() == companies
    assert Relationship.objects.filter(supplier=cast.outsider.organisation).exists()


def test_the_partner_learns_nothing_of_it(client, cast, member):
    own = world.portfolio(cast.relationship.client)
    one = world.partner(own, cast.outsider.organisation.name)
    engage(client, one)
    relation = Relationship.objects.get(supplier=cast.outsider.organisation)
    client.force_login(cast.outsider)
    assert client.get(reverse("relationship", args=[relation.key])).status_code == 404
    assert str(relation.client) not in client.get(reverse("home")).content.decode()


def test_a_refused_engagement_writes_nothing_and_keeps_what_was_typed(client, cast, member):
    own = world.portfolio(cast.relationship.client)
    one = world.partner(own, cast.relationship.supplier.name)
    records = AuditRecord.objects.count()
    page = engage(client, one).content.decode()
    assert "already have a relationship" in page
    assert "A stop there stops us." in page
    assert not Engagement.objects.exists()
    assert AuditRecord.objects.count() == records


def test_a_partner_is_engaged_once(client, cast, member):
    own = world.ranked(cast.relationship.client)
    one = own.partners.get(name="Partner 1")
    engage(client, one, perimeter="Enzymes")
    relations, records = Relationship.objects.count(), AuditRecord.objects.count()
    assert "already engaged" in engage(client, one, perimeter="Another").content.decode()
    assert (Relationship.objects.count(), AuditRecord.objects.count()) == (relations, records)
    assert Engagement.objects.count() == 1


@pytest.mark.parametrize("order", ["volume|evil", "{}", "volume,volume", "volume", ""])
def test_an_order_that_was_tampered_with_is_never_stated(client, cast, member, order):
    own = world.ranked(cast.relationship.client)
    response = client.post(reverse("portfolio-weights", args=[own.key]), {"order": order, "state": "1"})
    assert "names each of the five criteria once" in response.content.decode()
    assert not own.weightings.exists()


# ---------------------------------------------------------------- putting away
def test_putting_away_and_taking_back(client, cast, member):
    own = world.ranked(cast.relationship.client)
    one = own.partners.get(name="Partner 2")
    client.post(reverse("partner-archive", args=[one.key]))
    assert "Partner 2" not in [row.name for row in client.get(reverse("partners", args=[own.key])).context["rows"]]
    assert "Partner 2" in client.get(reverse("partners-archived", args=[own.key])).content.decode()
    client.post(reverse("partner-restore", args=[one.key]))
    assert "Partner 2" in [row.name for row in client.get(reverse("partners", args=[own.key])).context["rows"]]


def test_details_are_checked(client, cast, member):
    own = world.portfolio(cast.relationship.client)
    url = reverse("partner-new", args=[own.key])
    page = client.post(url, {"name": "Lorvaux", "siren": "123", "vat": "12"}).content.decode()
    assert "This is not a SIREN" in page
    assert "This is not a VAT number" in page
    client.post(url, {"name": "Lorvaux", "siren": "552 100 554", "code": "F1"})
    assert own.partners.get().siren == "552100554"
    assert "already has this code" in client.post(url, {"name": "Other", "code": "F1"}).content.decode()


# ---------------------------------------------------------------- exports
def test_the_spreadsheet_holds_every_partner_and_no_formula(client, cast, member):
    own = world.ranked(cast.relationship.client)
    world.partner(own, "Risky", (1, 0, 1, 1, 1, 1), note="=1+1")
    own.partners.filter(name="Risky").update(name="=cmd()")
    compute_ranking(by=actor(member), portfolio=own)
    response = client.get(reverse("portfolio-xlsx", args=[own.key]))
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    rows = list(book["Ranks"].iter_rows(values_only=True))
    assert len(rows) == 5
    assert [row[1] for row in rows[1:4]] == ["Partner 1", "Partner 2", "Partner 3"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert len(list(book["Scores"].iter_rows())) == 1 + 4 * 6


def test_the_document_says_what_the_page_says(client, cast, member):
    own = world.ranked(cast.relationship.client)
    response = client.get(reverse("portfolio-pdf", args=[own.key]))
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(response.content)).pages)
    text = " ".join(text.split())
    for words in ("Two partners of 3 deserve your attention first.", "Partner 1", "Possible rank"):
        assert words in text


def test_exports_carry_the_day_that_it_was_here(client, cast, member):
    """Half past midnight in Paris is still the day before in UTC, in which moments are stored."""
    with clock.at(datetime(2026, 3, 10, 23, 30, tzinfo=UTC)):
        own = world.ranked(cast.relationship.client)
    book = client.get(reverse("portfolio-xlsx", args=[own.key]))
    assert "-2026-03-11.xlsx" in book["Content-Disposition"]
    scores = openpyxl.load_workbook(io.BytesIO(book.content))["Scores"]
    assert {row[-1] for row in scores.iter_rows(min_row=2, values_only=True)} == {"2026-03-11"}
    with translation.override("en"):
        printed = report(own, own.rankings.get(), sheets=False)
    assert printed.computed_on == "2026-03-11"
    assert "11 March 2026" in printed.seal


def test_nothing_is_exported_before_a_first_ranking(client, cast, member):
    own = world.portfolio(cast.relationship.client)
    assert client.get(reverse("portfolio-pdf", args=[own.key])).status_code == 404
