"""The webs of relations of the demonstration: what a visitor reads, on both sides."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from reciproque.app.directory.models import Account, Relationship
from reciproque.app.network.models import Declaration, Shown
from reciproque.demo.stories import AGENCY, FORGE

pytestmark = pytest.mark.usefixtures("demonstration")


def page(name: str, perimeter: str, query: str = "", language: str = "en") -> str:
    browser = Client(headers={"accept-language": language})
    browser.force_login(Account.objects.get(name=name))
    key = Relationship.objects.get(perimeter=perimeter).key
    response = browser.get(reverse("web", args=[key]) + query)
    assert response.status_code == 200
    return response.content.decode()


def read(name: str, perimeter: str, query: str = "", language: str = "en") -> str:
    body = re.sub(r"(?s)<(script|style).*?</\1>", " ", page(name, perimeter, query, language))
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def says(text: str, *sentences: str) -> None:
    assert [sentence for sentence in sentences if sentence not in text] == [], text[:4000]


@pytest.mark.parametrize("name", ["Claire Aubrac", "Bastien Rouvière", "Hélène Marchetti"])
def test_the_forge_hangs_on_three_threads_and_lacks_two_links(name):
    says(
        read(name, FORGE.perimeter, language="fr"),
        "3 liens ne tiennent qu’à un fil, 2 manquent.",
        "21 personnes font vivre cette relation, par 19 liens.",
        "les deux entreprises en déclaraient 12 sur 19",
        "35 % des échanges passent par Yann Keradec",
        "Solène Maurin arrive : en poste depuis 20 jours",
        "Qualité des deux côtés : un seul fil",
        "Recherche et développement des deux côtés : le lien manque",
        "Faire se rencontrer Martin Lesage et Maël Quentin. Étienne Marchal peut les présenter.",
    )


def test_headline_drawing_matrix_list_and_findings_mark_the_same_links():
    body = page("Claire Aubrac", FORGE.perimeter)
    web = body[body.index('class="web-drawing"') : body.index("web-list")]
    for state, note, finding, count in (
        ("thread", "single thread", ": a single thread</h3>", 3),
        ("missing", "missing", ": the link is missing</h3>", 2),
    ):
        assert len(re.findall(rf'class="tie tie-\d {state}[ "]', web)) == count
        assert body.count(f'class="web-pair is-{state}"') == count
        assert body.count(f"<small>{note}</small>") == count
        assert body.count(finding) == count
    assert "A small link that nobody expects here is drawn plain" in body


def test_what_one_company_keeps_to_itself_is_in_its_own_half_only():
    kept = Declaration.objects.get(shown=Shown.OWN, relationship__perimeter=FORGE.perimeter)
    assert kept.subject in read("Claire Aubrac", FORGE.perimeter, "?half=client")
    for name in ("Claire Aubrac", "Bastien Rouvière", "Hélène Marchetti"):
        assert kept.subject not in read(name, FORGE.perimeter)


@pytest.mark.parametrize("name", ["Présidente de Nubellia", "Directeur de Quintefeuille"])
def test_one_tie_of_the_agency_carries_seventy_percent_and_the_page_says_what_to_do(name):
    said = read(name, AGENCY.perimeter)
    says(
        said,
        "One tie carries 70% of the exchanges.",
        "It joins Présidente de Nubellia and Directeur de Quintefeuille.",
        "Widen it: each company names a second person",
        "Directrice marketing is new: in post for 120 days",
        "Hand over in 90 days",
        "Begin with Directrice conseil",
    )
    assert (
        said.index("go through one tie") < said.index("Directrice marketing is new") < said.index(": a single thread")
    )


def test_before_the_new_director_came_the_web_of_the_agency_was_another():
    before = read("Présidente de Nubellia", AGENCY.perimeter, "?at=-6")
    assert "Directrice marketing" not in before
    assert "Directeur de Quintefeuille" in before
