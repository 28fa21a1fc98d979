"""Where to put the effort: nine suppliers of 120, with the four traps of the story and exactly three fragile ranks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from reciproque.app.directory.models import Account, Relationship
from reciproque.app.portfolio.models import Portfolio, Ranking, Score
from reciproque.app.shared.audit import verify_chain
from reciproque.demo import portfolio as story


@pytest.fixture(scope="module")
def story_told(django_db_setup, django_db_blocker):
    """Told once for all these tests; nothing of it is left behind."""
    with django_db_blocker.unblock(), transaction.atomic():
        story.tell(lambda days: timezone.now() + timedelta(days=int(days)))
        yield
        transaction.set_rollback(True)


@pytest.fixture
def told(story_told, db, settings):
    settings.DEMO = True
    return Portfolio.objects.get()


def place(ranking: Ranking, name: str):
    return ranking.rows.get(partner__name=name)


def test_the_traps_of_the_story(told):
    later, earlier = told.rankings.all()
    assert (later.ranked, later.capacity, later.rows.filter(within=True).count()) == (120, 9, 9)

    enzyme = place(later, "Laboratoires Fermisol")
    assert enzyme.within
    assert round(enzyme.amount_share, 1) == 0.4
    assert enzyme.share == 1

    packaging = place(later, "Emballages Lorvaux")
    assert not packaging.within
    assert packaging.amount == max(later.rows.values_list("amount", flat=True))
    assert packaging.share == 0

    cooperative = place(later, "Coopérative du Haut-Vernay")
    assert cooperative.within
    assert cooperative.down > cooperative.up
    assert not place(earlier, "Coopérative du Haut-Vernay").within

    salt = place(later, "Salines de Brouhac")
    assert (salt.market, salt.stance) == (4, 0)

    fragile = set(later.rows.filter(fragile=True).values_list("partner__name", flat=True))
    assert fragile == {"Salines de Brouhac", "Verrerie Sainte-Oudaine", "Cafés Montserein"}


def test_what_the_pages_say_of_it(told, client):
    client.force_login(Account.objects.get(name="Maud Delorme"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "fr"
    page = " ".join(client.get(reverse("portfolio", args=[told.key])).content.decode().split())
    assert "Neuf partenaires sur 120 méritent votre attention en premier." in page
    assert "Le plus gros volume, Emballages Lorvaux, n’en fait pas partie." in page
    assert "Trois rangs sont fragiles." in page
    compared = client.get(reverse("portfolio-compare", args=[told.key])).content.decode()
    assert "stable, puis en forte baisse" in compared


def test_the_story_is_told_through_the_actions_and_leaves_its_records(told):
    assert verify_chain() is None
    assert Score.objects.values("scorer_name").distinct().count() == 2


def test_the_engaged_partner_is_a_demonstration_like_the_others_and_gives_its_chair(told, client):
    relation = Relationship.objects.get(supplier__name="Laboratoires Fermisol")
    assert relation.is_demo
    assert "Maud Delorme" in client.get(reverse("account_login")).content.decode()
    maud = Account.objects.get(name="Maud Delorme")
    assert client.post(reverse("persona-login", args=[maud.key])).status_code == 302
    assert client.get(reverse("portfolio", args=[told.key])).status_code == 200


def test_the_suppliers_without_a_part_have_a_category_for_a_name(told):
    named = {one.name for one in story.SUPPLIERS}
    others = told.partners.exclude(name__in=named).values_list("name", "category")
    assert len(others) == 108
    assert all(name.startswith(f"{category} ") and len(name) == len(category) + 2 for name, category in others)
