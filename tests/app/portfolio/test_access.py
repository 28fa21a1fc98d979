"""A portfolio belongs to one company: nobody else learns that it exists."""

import re

import pytest
from django.urls import reverse

import personas
from app.portfolio import world
from reciproque.app.directory.access import log_for
from reciproque.app.portfolio.models import Engagement, Partner, Portfolio, Score
from reciproque.app.shared.models import AuditRecord

PORTFOLIO_PAGES = [
    "portfolio", "portfolio-settings", "portfolio-weights", "portfolio-kraljic", "portfolio-compare",
    "portfolio-method", "portfolio-import", "portfolio-xlsx", "portfolio-pdf", "partners", "partners-waiting",
    "partners-archived", "partner-new", "merges",
]  # fmt: skip
PARTNER_PAGES = ["partner", "partner-change", "partner-score", "partner-engage"]
PORTFOLIO_GESTURES = [
    "portfolio-rank",
    "portfolio-import-confirm",
    "merge",
    "portfolio-settings",
    "portfolio-weights",
    "portfolio-colleague",
]
PARTNER_GESTURES = ["partner-archive", "partner-restore", "merge-undo", "partner-score", "partner-engage"]
STRANGERS = [
    "supplier_sponsor", "supplier_member", "facilitator", "observer", "outsider", "host_admin", "supplier_deputy",
]  # fmt: skip


@pytest.fixture
def own(cast):
    return world.ranked(cast.relationship.client)


def plain(page: bytes) -> bytes:
    return re.sub(rb'csrfmiddlewaretoken" value="[^"]*"|X-CSRFToken[^}]*|name="next" value="[^"]*"', b"", page)


def addresses(own):
    one = own.partners.first()
    return [reverse(name, args=[own.key]) for name in PORTFOLIO_PAGES] + [
        reverse(name, args=[one.key]) for name in PARTNER_PAGES
    ]


@pytest.mark.parametrize("who", ["client_sponsor", "client_deputy", "client_member"])
def test_everybody_of_the_company_reads_every_page(client, cast, own, who):
    client.force_login(getattr(cast, who))
    for url in addresses(own):
        assert client.get(url).status_code == 200, url


@pytest.mark.parametrize("who", STRANGERS)
def test_for_everybody_else_each_page_is_the_one_of_an_absent_portfolio(client, cast, own, who):
    client.force_login(getattr(cast, who))
    for url in addresses(own):
        absent = re.sub(r"/portfolio/(partners/)?[0-9a-z]{12}/", r"/portfolio/\1zzzzzzzzzzzz/", url)
        real, none = client.get(url), client.get(absent)
        assert real.status_code == none.status_code == 404, url
        assert plain(real.content) == plain(none.content), url


@pytest.mark.parametrize("who", STRANGERS)
def test_for_everybody_else_no_gesture_changes_anything(client, cast, own, who):
    before = list(Partner.objects.values_list()), own.rankings.count(), Score.objects.count(), own.capacity
    client.force_login(getattr(cast, who))
    one = own.partners.first()
    for name in PORTFOLIO_GESTURES:
        data = {"capacity": 5, "name": "Taken", "state": "1"}
        assert client.post(reverse(name, args=[own.key]), data).status_code == 404
    for name in PARTNER_GESTURES:
        data = {"reason": "Mine", "criticality": "0"}
        assert client.post(reverse(name, args=[one.key]), data).status_code == 404
    own.refresh_from_db()
    after = list(Partner.objects.values_list()), own.rankings.count(), Score.objects.count(), own.capacity
    assert after == before
    assert not Engagement.objects.exists()


def test_an_anonymous_visitor_is_sent_to_sign_in(client, own):
    for url in addresses(own):
        assert client.get(url).url.startswith("/accounts/login/")


def test_a_partner_of_one_portfolio_is_not_reached_through_another(client, cast, own):
    """Merging only takes partners of the portfolio of the address."""
    foreign = world.ranked(personas.organisation())
    theirs = foreign.partners.order_by("pk").first()
    client.force_login(cast.client_member)
    mine = own.partners.order_by("pk").first()
    client.post(reverse("merge", args=[own.key]), {"into": mine.key, "partner": [mine.key, theirs.key]})
    theirs.refresh_from_db()
    assert theirs.merged_into is None


@pytest.mark.parametrize("who", ["facilitator", "observer", "host_admin"])
def test_without_a_company_there_is_no_portfolio_nor_its_menu_entry(client, cast, who):
    client.force_login(getattr(cast, who))
    assert client.get(reverse("portfolios")).status_code == 404
    assert client.get(reverse("portfolio-new")).status_code == 404
    page = client.get(reverse("help")).content.decode()
    assert f'href="{reverse("portfolios")}"' not in page


def test_the_menu_leads_a_company_to_its_portfolio(client, cast, own):
    client.force_login(cast.client_member)
    assert f'href="{reverse("portfolios")}"' in client.get(reverse("help")).content.decode()
    assert client.get(reverse("portfolios")).url == reverse("portfolio", args=[own.key])


def test_two_companies_keep_portfolios_of_the_same_name_apart(client, cast, own):
    world.ranked(cast.relationship.supplier)
    client.force_login(cast.supplier_member)
    theirs = Portfolio.objects.get(organisation=cast.relationship.supplier)
    assert client.get(reverse("portfolios")).url == reverse("portfolio", args=[theirs.key])


def test_the_log_of_the_other_company_never_speaks_of_it(cast, own):
    records = AuditRecord.objects.filter(organisation_key=own.organisation.key, action__startswith="partner")
    assert records.exists()
    for who in (cast.supplier_sponsor, cast.facilitator, cast.outsider):
        assert not log_for(who).filter(pk__in=records).exists()
    assert log_for(cast.client_member).filter(pk__in=records).count() == records.count()


def test_a_sponsor_gives_colleagues_an_account_and_a_member_does_not(client, cast, own):
    url = reverse("portfolio-colleague", args=[own.key])
    data = {"name": "New Colleague", "email": "new@example.test", "language": "fr"}
    client.force_login(cast.client_member)
    assert client.post(url, data).status_code == 404
    assert url not in client.get(reverse("portfolio-settings", args=[own.key])).content.decode()
    client.force_login(cast.client_sponsor)
    assert "New Colleague" in client.post(url, data, follow=True).content.decode()
    made = own.organisation.accounts.get(email="new@example.test")
    assert not made.has_usable_password()
    client.force_login(made)
    assert client.get(reverse("portfolio", args=[own.key])).status_code == 200


def test_an_address_that_has_an_account_is_refused_without_saying_whose(client, cast, own):
    client.force_login(cast.client_sponsor)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    data = {"name": "Spy", "email": cast.supplier_member.email, "language": "en"}
    page = client.post(reverse("portfolio-colleague", args=[own.key]), data).content.decode()
    assert "This address already has an account" in page
    assert str(cast.relationship.supplier) not in page
    cast.supplier_member.refresh_from_db()
    assert cast.supplier_member.organisation == cast.relationship.supplier
