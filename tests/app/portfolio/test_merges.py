"""Rows that may be one company: proposed, merged, undone, told apart."""

import pytest
from django.urls import reverse

from app.portfolio import world
from reciproque.app.portfolio.names import matched_name, siren_of, vat_of
from reciproque.app.portfolio.queries import levels, merges


@pytest.fixture
def own(client, cast):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.force_login(cast.client_member)
    return world.portfolio(cast.relationship.client)


def groups(own):
    return [[partner.name for partner in alike.partners] for alike in merges.look_alikes(own)]


def merge(client, own, into, partners, **data):
    keys = {"into": into.key, "partner": [one.key for one in partners]}
    return client.post(reverse("merge", args=[own.key]), {**keys, **data}, follow=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Emballages Lorvaux", "EMBALLAGES-LORVAUX S.A.S."),
        ("SARL Kervadec", "Kervadec (S.A.R.L.)"),
        ("Société Kervadec", "société KERVADEC SA"),
        ("Œuvres du Sel", "OEUVRES DU SEL SCOP"),
        ("Müller GmbH", "Muller"),
    ],
)
def test_two_spellings_of_one_company_match(one, other):
    assert matched_name(one) == matched_name(other)


@pytest.mark.parametrize(("one", "other"), [("Frais A", "Frais B"), ("SA", "SAS"), ("Quai Nord", "Quai Sud")])
def test_two_companies_do_not(one, other):
    assert matched_name(one) != matched_name(other)


@pytest.mark.parametrize(
    ("text", "siren"),
    [("552 100 554", "552100554"), ("55210055400013", "552100554"), ("FR40 303 265 045", "303265045"),
     ("552100555", ""), ("12", ""), ("", "")],
)  # fmt: skip
def test_a_siren_is_read_from_a_siret_or_a_vat_number_and_checked(text, siren):
    assert siren_of(text) == siren


def test_a_vat_number_loses_its_spaces():
    assert (vat_of("be 0403.170.701"), vat_of("0403")) == ("BE0403170701", "")


def test_look_alikes_are_proposed_once_by_the_surest_sign(own):
    world.partner(own, "Lorvaux SA", siren="552100554")
    world.partner(own, "Emballages L.", siren="552100554")
    world.partner(own, "Lorvaux")
    world.partner(own, "Kervadec")
    world.partner(own, "KERVADEC SARL", vat="FR40303265045")
    assert groups(own) == [["Lorvaux SA", "Emballages L."], ["Kervadec", "KERVADEC SARL"]]


def test_merging_adds_up_and_undoing_takes_apart(client, own):
    one, twin = world.partner(own, "Lorvaux", amount=30), world.partner(own, "Lorvaux SA", amount=70)
    page = merge(client, own, one, [one, twin]).content.decode()
    assert "Merged into Lorvaux" in page
    assert levels.totals(own, 2025) == {one.pk: 100}
    client.post(reverse("merge-undo", args=[twin.key]))
    assert levels.totals(own, 2025) == {one.pk: 30, twin.pk: 70}
    assert groups(own) == [["Lorvaux", "Lorvaux SA"]]


def test_different_companies_are_not_proposed_again(client, own):
    one = world.partner(own, "Lorvaux")
    world.partner(own, "Lorvaux SA")
    client.post(reverse("merge", args=[own.key]), {"apart": f"matched_name:{one.matched_name}"})
    own.refresh_from_db()
    assert groups(own) == []


def test_a_chain_of_merges_is_refused(client, own):
    first, second, third = (world.partner(own, name) for name in ("Lorvaux", "Lorvaux SA", "Lorvaux SAS"))
    merge(client, own, first, [first, second])
    page = merge(client, own, third, [first, third]).content.decode()
    assert "Keep that one as the main one" in page
    page = merge(client, own, second, [second, third]).content.decode()
    assert "One of them is already merged" in page
    third.refresh_from_db()
    assert third.merged_into is None


def test_merging_nothing_is_refused(client, own):
    one = world.partner(own, "Lorvaux")
    assert "Choose at least two" in merge(client, own, one, [one]).content.decode()
