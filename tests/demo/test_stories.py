"""What a visitor of the demonstration reads, story by story, in French and in English."""

from __future__ import annotations

import html
import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format

from reciproque.app.directory.models import Account, Relationship
from reciproque.app.shared.audit import verify_chain
from reciproque.app.survey.models import Wave
from reciproque.app.survey.urn import collect
from reciproque.demo.stories import STORIES

pytestmark = pytest.mark.usefixtures("demonstration")
FORGE, PLANT, BUYERS, USERS, OUTAGE, REFILL, AGENCY = (story.perimeter for story in STORIES)
CLAIRE, BASTIEN = "Claire Aubrac", "Bastien Rouvière"


def text_of(response) -> str:
    """The words of a page, on one line, plain spaces only."""
    body = re.sub(r"(?s)<(script|style|svg).*?</\1>", " ", response.content.decode())
    body = re.sub(r"<[^>]+>", " ", body)
    return re.sub(r"\s+", " ", html.unescape(body))


def visitor(name: str = "", language: str = "en") -> Client:
    """A browser; seated in somebody's chair by the button of the login page when a name is given."""
    browser = Client()
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    if name:
        account = Account.objects.get(name=name)
        assert browser.post(reverse("persona-login", args=[account.key])).url == reverse("home")
    return browser


def wave_of(perimeter: str, number: int = 1) -> Wave:
    return Wave.objects.get(relationship__perimeter=perimeter, number=number)


def month_of(perimeter: str, number: int, language: str = "en") -> str:
    """The month in which a wave was opened, in words."""
    with translation.override(language):
        return date_format(timezone.localtime(wave_of(perimeter, number).opened_at), "F Y")


def read(name: str, perimeter: str, number: int = 1, language: str = "en") -> str:
    response = visitor(name, language).get(reverse("reading", args=[wave_of(perimeter, number).key]))
    assert response.status_code == 200
    return text_of(response)


def home_of(name: str, perimeter: str, language: str = "en") -> str:
    key = Relationship.objects.get(perimeter=perimeter).key
    return text_of(visitor(name, language).get(reverse("relationship", args=[key])))


def says(text: str, *sentences: str) -> None:
    missing = [sentence for sentence in sentences if sentence not in text]
    assert missing == [], text[:4000]


# ---------------------------------------------------------------- the chairs
def test_the_login_page_seats_both_companies_of_each_story():
    said = text_of(visitor().get(reverse("account_login")))
    order = ["Claire Aubrac", "Julien Armand", "Yann Keradec", "Martin Lesage", "Bastien Rouvière", "Karim Oulhadj"]
    order += ["Anne Lorrain", "Pierre Chambon", "Valérie Sorel", "Denis Arnoux", "Hélène Marchetti"]
    places = [said.index(name) for name in order]
    assert places == sorted(places)
    assert said.count("Hélène Marchetti") == said.count("Valérie Sorel") == 1
    says(text_of(visitor(language="fr").get(reverse("account_login"))), "parraine, tient une clé", "membre, lit")


def test_no_chair_is_offered_outside_the_demonstration(settings):
    settings.DEMO = False
    said = text_of(visitor().get(reverse("account_login")))
    assert "Claire Aubrac" not in said
    assert "Martin Lesage" not in said
    account, wave = Account.objects.get(name=CLAIRE), wave_of(FORGE, 3)
    assert visitor().post(reverse("persona-login", args=[account.key])).status_code == 404
    assert visitor().post(reverse("respond-chair", args=[wave.key, "client"])).status_code == 404


# ---------------------------------------------------------------- S1, the forge
def test_the_forge_is_a_clear_gap_and_a_false_agreement():
    says(
        read(CLAIRE, FORGE),
        "Valmorine Aérostructures sees Forge Tressac at 74",
        "Forge Tressac sees Valmorine Aérostructures at 49",
        "Gap +25, give or take 9 points: clear gap.",
        "False agreement",
        "Valmorine Aérostructures receives less than it imagines",
        "you imagine that Forge Tressac answers 72 . It answers 50",
        "Forge Tressac receives more than it imagines",
        "you imagine that Valmorine Aérostructures answers 58 . It answers 75",
    )
    says(
        read(BASTIEN, FORGE, language="fr"),
        "Valmorine Aérostructures voit Forge Tressac à 74",
        "Forge Tressac voit Valmorine Aérostructures à 49",
        "Écart +25, à 9 points près : écart net.",
        "Faux accord",
        "Valmorine Aérostructures reçoit moins qu’imaginé",
        "vous imaginez que Forge Tressac répond 72 . La réponse est 50",
    )


def test_no_page_blends_the_two_views_of_the_forge():
    for said in (read(CLAIRE, FORGE), home_of(CLAIRE, FORGE), text_of(visitor(CLAIRE).get(reverse("home")))):
        single = re.sub(r"(between|and|to) \d+( and \d+)?", "", said)
        assert not re.search(r"\b61([.,]\d)?\b", single), said[:3000]


def test_wave_two_of_the_forge_rises_in_the_eyes_of_the_supplier_only():
    says(
        read(BASTIEN, FORGE, 2),
        "Forge Tressac sees Valmorine Aérostructures at 65",
        "The relationship has clearly moved, in the eyes of Forge Tressac only.",
        "49",
        "Open band",
        "Valmorine Aérostructures answers 85 or more: anything more precise would give answers away.",
    )
    said = home_of(CLAIRE, FORGE, "fr")
    first = month_of(FORGE, 1, "fr")
    says(said, f"Hausse nette depuis {first} (49)", f"On ne peut pas parler de changement depuis {first} (74)")


def test_both_companies_read_the_same_page():
    for perimeter, number, two in ((FORGE, 1, (CLAIRE, BASTIEN)), (PLANT, 2, ("Anne Lorrain", "Pierre Chambon"))):
        address = reverse("reading", args=[wave_of(perimeter, number).key])
        pages = [visitor(name).get(address).content.decode() for name in two]
        bodies = [page[page.index("<main") : page.index("</main>")] for page in pages]
        assert bodies[0] == bodies[1]


# ---------------------------------------------------------------- S3, the borrowed plant
def test_the_plant_goes_from_distrust_to_a_clear_rise_on_both_sides():
    says(
        read("Anne Lorrain", PLANT),
        "Syndicat des Eaux du Val Sarvagne sees Ondelis Services at 29",
        "Ondelis Services sees Syndicat des Eaux du Val Sarvagne at 43",
        "much is left unsaid in front of Ondelis Services",
        "much is left unsaid in front of Syndicat des Eaux du Val Sarvagne",
    )
    says(
        read("Pierre Chambon", PLANT, 2, "fr"),
        "Syndicat des Eaux du Val Sarvagne voit Ondelis Services à 61",
        "Ondelis Services voit Syndicat des Eaux du Val Sarvagne à 62",
        "La relation a nettement bougé, aux yeux des deux entreprises.",
        "hausse nette",
    )
    first = month_of(PLANT, 1)
    says(home_of("Anne Lorrain", PLANT), f"Clear rise since {first} (29)", f"Clear rise since {first} (43)")


# ---------------------------------------------------------------- S5, the same two companies twice
def test_who_sits_on_both_perimeters_reads_them_beside_each_other():
    says(
        home_of("Valérie Sorel", USERS),
        "The same two companies, another perimeter",
        "44 on “Vie des 22 sites”, 71 on “Contrat et achats”: clear gap of 27, give or take 8 points.",
        "all looks well only if one asks the people of “Contrat et achats”.",
        "61 on “Vie des 22 sites”, 61 on “Contrat et achats”: no clear gap.",
    )
    says(
        home_of("Denis Arnoux", BUYERS, "fr"),
        "Les deux mêmes entreprises, sur un autre périmètre",
        "71 sur « Contrat et achats », 44 sur « Vie des 22 sites », écart net : 27 points, à 8 près.",
        "si l’on n’interroge que les personnes du périmètre « Contrat et achats ».",
    )


@pytest.mark.parametrize(("name", "perimeter"), [("Xavier Lemoine", BUYERS), ("Benoît Charrier", USERS)])
def test_who_sits_on_one_perimeter_learns_nothing_of_the_other(name, perimeter):
    said = home_of(name, perimeter)
    other = USERS if perimeter == BUYERS else BUYERS
    assert "another perimeter" not in said
    assert other not in said
    wave = wave_of(other)
    assert visitor(name).get(reverse("reading", args=[wave.key])).status_code == 404


# ---------------------------------------------------------------- S4, two keys
def test_the_outage_opens_with_two_keys_and_then_for_both():
    wave = wave_of(OUTAGE)
    turn, page = reverse("wave-open", args=[wave.key]), reverse("reading", args=[wave.key])
    client, supplier = visitor("Catherine Blondel"), visitor("Arnaud Keller")
    assert client.get(page).status_code == supplier.get(page).status_code == 404
    assert client.post(turn, {"phrase": ""}).url == turn
    assert client.get(page).status_code == supplier.get(page).status_code == 404
    assert supplier.post(turn, {"phrase": ""}).url == page
    for browser in (client, supplier):
        says(text_of(browser.get(page)), "Mutuelle Arvenoise sees Cryptelle Hébergement at 48")


# ---------------------------------------------------------------- the others
def test_the_refill_waits_for_two_seals():
    says(home_of("Blanche Aubertin", REFILL), "both sponsors are to seal the urn", "Not measured yet")


@pytest.mark.parametrize(("side", "name"), [("client", "Martin Lesage"), ("supplier", "Karim Oulhadj")])
def test_a_visitor_answers_on_the_phone_of_somebody(side, name):
    wave, browser = wave_of(FORGE, 3), visitor()
    assert name in text_of(browser.get(reverse("account_login")))
    link = browser.post(reverse("respond-chair", args=[wave.key, side])).url
    address, token = link.split("#")
    assert address == reverse("respond")
    browser.post(address, {"token": token})
    page = browser.get(reverse("respond-answer", args=["all"]))
    body = page.content.decode()
    state = re.search(r'name="state" value="([^"]+)"', body)[1]
    answers = dict.fromkeys(re.findall(r'type="radio" name="([^"]+)"', body), "5")
    before = collect.counts(wave.pk)
    handed = browser.post(reverse("respond-hand-in"), {"state": state, "on": "all", **answers})
    assert handed.url == reverse("respond-receipt")
    after = collect.counts(wave.pk)
    assert after.get(side, 0) == before.get(side, 0) + 1


@pytest.mark.parametrize("perimeter", [FORGE, OUTAGE, REFILL])
def test_a_chair_opens_only_a_training_wave_that_collects(perimeter):
    waves = Wave.objects.filter(relationship__perimeter=perimeter).exclude(state="collecting")
    for wave in waves:
        assert visitor().post(reverse("respond-chair", args=[wave.key, "client"])).status_code == 404


@pytest.mark.parametrize("change", [{"level": 2}, {"relationship__is_demo": False}])
def test_a_chair_is_never_offered_on_a_real_wave(change):
    wave = wave_of(FORGE, 3)
    if "level" in change:
        Wave.objects.filter(pk=wave.pk).update(level=2)
    else:
        Relationship.objects.filter(pk=wave.relationship_id).update(is_demo=False)
    assert visitor().post(reverse("respond-chair", args=[wave.key, "client"])).status_code == 404
    assert "Martin Lesage" not in text_of(visitor().get(reverse("account_login")))


def test_a_chair_is_taken_by_a_button_never_by_a_link():
    assert visitor().get(reverse("respond-chair", args=[wave_of(FORGE, 3).key, "client"])).status_code == 405


def test_the_log_of_the_demonstration_holds():
    assert verify_chain() is None


def ledger(perimeter: str, name: str, language: str = "en") -> str:
    relationship = Relationship.objects.get(perimeter=perimeter)
    return text_of(visitor(name, language).get(reverse("commitments", args=[relationship.key])))


def test_the_forge_keeps_count_of_its_words_beside_what_is_seen():
    """Ten due words, eight kept; the reliability of each is the one that the other side published."""
    for name in (CLAIRE, BASTIEN):
        said = ledger(FORGE, name)
        assert " words given, ten due, eight kept." in said
        assert said.count("4 kept of 5 due") == 2
        assert re.search(r"Forge Tressac sees its reliability at 7\d ?, between \d\d and \d\d\.", said)
        assert re.search(r"Valmorine Aérostructures sees its reliability at 7\d ?, between \d\d and \d\d\.", said)
        assert said.count("One cannot tell yet whether what is kept is seen.") == 2
    assert " paroles données, dix échues, huit tenues." in ledger(FORGE, CLAIRE, "fr")


def test_what_a_word_should_move_is_told_as_going_with_it():
    relationship = Relationship.objects.get(perimeter=FORGE)
    promise = relationship.commitments.get(what__startswith="Nous envoyons la prévision")
    said = text_of(visitor(CLAIRE).get(reverse("commitment", args=[promise.key])))
    months = f"from {month_of(FORGE, 1)} to {month_of(FORGE, 2)}"
    assert f"as Forge Tressac sees Valmorine Aérostructures, {months}: clear rise" in said
    assert "it does not prove that the promise is its cause" in said


def test_the_box_maker_and_its_client_differ_on_one_word_and_only_the_client_names_who_it_exposes():
    said = ledger(REFILL, "Ivan Petitjean")
    assert "Two different words" in said
    assert "Overdue" in said
    assert "Both give their word" in said
    relationship = Relationship.objects.get(perimeter=REFILL)
    address = reverse("exposed-sponsors", args=[relationship.key])
    assert "Diane Fournel" in text_of(visitor("Blanche Aubertin").get(address))
    assert "Diane Fournel" not in text_of(visitor("Ivan Petitjean").get(address))
