"""Each screen with every persona, in both languages; what is written is what was published."""

from __future__ import annotations

import html
import re

import pytest
from django.urls import reverse

import personas
import worlds
from reciproque.app.reading.models import Publication
from reciproque.app.reading.queries.reading import reading_page
from reciproque.app.survey.models import WaveState

MEMBERS = [
    "client_sponsor",
    "supplier_sponsor",
    "client_deputy",
    "client_member",
    "supplier_member",
    "facilitator",
    "observer",
]
STRANGERS = ["outsider", "host_admin"]
PAGES = ["reading", "reading-pdf", "reading-xlsx", "reading-limits"]


@pytest.fixture
def few(named):
    """The starting point of the story: 9 and 13 answers, lists declared complete."""
    return worlds.opened(named.relationship, numbers=(9, 13), complete=(11, 15))


@pytest.fixture
def many(named):
    return worlds.opened(
        named.relationship, numbers=(14, 19), complete=(15, 20), number=2, levels=worlds.S1_LATER, seed=7, texts=5
    )


def text_of(response) -> str:
    body = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"[\s\xa0\u202f]+", " ", html.unescape(body))


def get(client, account, name, key, language="fr"):
    client.force_login(account)
    client.cookies["django_language"] = language
    return client.get(reverse(name, args=[key]))


@pytest.mark.parametrize("screen", PAGES)
@pytest.mark.parametrize("name", MEMBERS)
def test_every_member_reads_the_same(named, few, client, screen, name):
    assert get(client, getattr(named, name), screen, few.key).status_code == 200


@pytest.mark.parametrize("screen", [*PAGES, "reading-texts", "wave-open"])
@pytest.mark.parametrize("name", STRANGERS)
def test_strangers_cannot_tell_that_it_exists(named, few, client, screen, name):
    forbidden = get(client, getattr(named, name), screen, few.key)
    absent = get(client, getattr(named, name), screen, "23456789abcd")
    assert forbidden.status_code == absent.status_code == 404
    assert text_of(forbidden) == text_of(absent)


@pytest.mark.parametrize("screen", [*PAGES, "reading-texts", "wave-open", "relationship"])
def test_anonymous_visitors_sign_in_first(named, few, client, screen):
    key = named.relationship.key if screen == "relationship" else few.key
    assert client.get(reverse(screen, args=[key])).url.startswith("/accounts/")


@pytest.mark.parametrize("state", ["draft", "sealing", "collecting", "closing", "closed", "cancelled"])
def test_nothing_exists_before_opening(named, client, state):
    made = worlds.wave(named.relationship, state=state)
    for page in PAGES:
        assert get(client, named.client_sponsor, page, made.key).status_code == 404


def test_a_purged_wave_stays_readable(named, few, client):
    few.state = WaveState.PURGED
    few.save()
    assert get(client, named.supplier_member, "reading", few.key).status_code == 200


def test_the_starting_point_says_what_the_story_says(named, few, client):
    said = text_of(get(client, named.client_sponsor, "reading", few.key))
    assert "Valmorine Aérostructures croit à un accord qui n’existe pas." in said
    assert "Valmorine Aérostructures voit Forge Tressac à 74" in said
    assert "Forge Tressac voit Valmorine Aérostructures à 49" in said
    assert "Valmorine Aérostructures reçoit moins qu’imaginé" in said
    assert "Forge Tressac reçoit plus qu’imaginé" in said
    assert "9 réponses sur 11 côté Valmorine Aérostructures, 13 réponses sur 15 côté Forge Tressac" in said
    assert "pas encore validé" in said
    assert "à 61" not in said, "the two views are never blended"
    assert "à 62" not in said


def test_with_few_answers_no_sentence_has_a_figure(named, few, client):
    said = text_of(get(client, named.client_sponsor, "reading", few.key))
    assert "Phrase par phrase" not in said
    assert "Quatre situations" not in said
    assert (
        "Qui se trompe, et sur quel sujet. Il faudrait 12 réponses de chaque côté. Le côté qui en a le moins en a 9."
        in said
    )


def test_the_second_wave_names_situations_and_changes(named, few, many, client):
    said = text_of(get(client, named.supplier_sponsor, "reading", many.key, "en"))
    assert "Two agreements are not what they seem" in said
    for heading in (
        "Four situations",
        "Sentence by sentence",
        "Since the starting point",
        "Under the table",
        "In their words",
    ):
        assert heading in said
    assert "The black tick is March 2026, the mark is October 2026" in said


def test_french_and_english_say_the_same_figures(named, many, client):
    pages = [text_of(get(client, named.client_sponsor, "reading", many.key, code)) for code in ("fr", "en")]
    figures = [
        sorted(re.findall(r"[+−]?\b\d{2}\b", re.sub(r"^.*?(?=Ouverte le|Opened on)", "", page))) for page in pages
    ]
    assert pages[0] != pages[1]
    assert [f for f in figures[0] if f[0] in "+−"] == [f for f in figures[1] if f[0] in "+−"]


def test_five_to_a_page_and_never_more_on_one_side(named, many, client):
    page = reading_page(many)
    assert [(len(q.client), len(q.supplier)) for q in page.quotes] == [(5, 5)]
    many.publication.texts.filter(side="client").first().delete()
    assert [(len(q.client), len(q.supplier)) for q in reading_page(many).quotes] == [(4, 4)]


@pytest.mark.parametrize("destiny", ["reword", "facilitator"])
def test_private_texts_are_nowhere_on_the_page(named, many, client, destiny):
    worlds.add_texts(many.publication, 5, destiny, start=20)
    for page in ("reading", "reading-pdf", "reading-xlsx"):
        assert f"client {destiny}".encode() not in get(client, named.facilitator, page, many.key).content


def test_four_answers_on_one_side_show_nothing_but_what_to_do(named, client):
    made = worlds.opened(named.relationship, numbers=(4, 30))
    said = text_of(get(client, named.supplier_sponsor, "reading", made.key))
    assert "Rien ne peut être publié, d’aucun côté." in said
    assert "Des entretiens." in said
    assert '<svg class="chart"' not in get(client, named.supplier_sponsor, "reading", made.key).content.decode()


def test_one_arrival_leaves_words_only(named, client):
    relationship = named.relationship
    folk = {side: worlds.people(relationship.organisation(side), 14) for side in ("client", "supplier")}
    worlds.opened(relationship, numbers=(14, 14), who=folk)
    folk["client"] = [*folk["client"][1:], *worlds.people(relationship.client, 1)]
    second = worlds.opened(relationship, numbers=(14, 14), who=folk, number=2, levels=worlds.S1_LATER, seed=5)
    assert second.publication.level == "trend"
    response = get(client, named.client_sponsor, "reading", second.key)
    assert "à peu près pareil" in text_of(response)
    assert '<svg class="chart"' not in response.content.decode()


def test_open_bands_are_said_as_bounds(named, client):
    levels = {side: {**worlds.S1[side], "T": 100} for side in worlds.S1}
    made = worlds.opened(named.relationship, numbers=(9, 9), levels=levels)
    row = reading_page(made).apart
    assert row.pair.client.value is None
    assert row.pair.client.text.endswith("ou plus")
    assert row.situation == "Bande ouverte"
    assert "arrow" in get(client, named.client_sponsor, "reading", made.key).content.decode()


def test_margins_are_wide_without_the_lists(named):
    known = worlds.opened(named.relationship, numbers=(9, 13), complete=(9, 13))
    other = personas.cast()
    unknown = worlds.opened(other.relationship, numbers=(9, 13))
    narrow, wide = (reading_page(w).rows[0].pair.client for w in (known, unknown))
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)
    assert any("listes" in u.why or "liste" in u.why for u in reading_page(unknown).unknowns)


def test_the_reading_needs_few_queries(named, few, many, client, django_assert_num_queries):
    client.force_login(named.client_sponsor)
    client.get(reverse("reading", args=[many.key]))
    with django_assert_num_queries(11):
        client.get(reverse("reading", args=[many.key]))


@pytest.mark.parametrize("screen", PAGES)
def test_reading_writes_nothing(named, few, client, screen):
    before = list(Publication.objects.values())
    get(client, named.client_sponsor, screen, few.key)
    assert list(Publication.objects.values()) == before


def test_a_text_is_never_markup(named, many, client):
    row = many.publication.texts.filter(side="client").first()
    row.text = '<script>alert(1)</script> #eval("1") $x$ \\ =1+1'
    row.save()
    assert b"<script>alert" not in get(client, named.client_sponsor, "reading", many.key).content
    assert get(client, named.client_sponsor, "reading-pdf", many.key).status_code == 200


EXTREMES = {"top": 100, "bottom": 0, "middle": 50}


@pytest.mark.parametrize("form", ["full", "pulse"])
@pytest.mark.parametrize("numbers", [(5, 5), (12, 30), (24, 21)])
@pytest.mark.parametrize("level", list(EXTREMES))
def test_every_shape_of_wave_can_be_read(named, client, form, numbers, level):
    levels = {side: dict.fromkeys([*"FCIBDATN", "mirror"], EXTREMES[level]) for side in ("client", "supplier")}
    functions = ("quality", "production")
    made = worlds.opened(named.relationship, numbers=numbers, form=form, levels=levels, functions=functions)
    for screen in PAGES:
        response = get(client, named.client_sponsor, screen, made.key, "en")
        assert response.status_code == 200
        assert b"None" not in response.content or screen.startswith("reading-")
    assert "nan" not in text_of(get(client, named.client_sponsor, "reading", made.key, "en"))


def test_a_pulse_is_not_compared_with_a_full_wave(named, client):
    folk = {side: worlds.people(named.relationship.organisation(side), 9) for side in ("client", "supplier")}
    worlds.opened(named.relationship, numbers=(9, 9), who=folk)
    pulse = worlds.opened(named.relationship, numbers=(9, 9), who=folk, number=2, form="pulse", seed=4)
    if pulse.publication.level in ("dimensions", "items"):
        assert reading_page(pulse).since is None
