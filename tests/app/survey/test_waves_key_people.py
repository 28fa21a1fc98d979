"""A first wave starts from the key people of each company, and from what its sponsor said of that list."""

from __future__ import annotations

from datetime import timedelta

import pytest

import personas
from reciproque.app.directory import actions as directory
from reciproque.app.directory.models import Person
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused
from reciproque.app.survey.actions import waves


def listed(cast, side: str, number: int = 4) -> list[Person]:
    people = list(Person.objects.filter(organisation=cast.relationship.organisation(side)))[:number]
    by = actor(getattr(cast, f"{side}_sponsor"))
    directory.set_key_people(by=by, relationship=cast.relationship, side=side, people=people)
    return people


def new_wave(cast, **more):
    now = clock.now()
    return waves.create_wave(
        by=actor(cast.facilitator),
        relationship=cast.relationship,
        opens_at=now - timedelta(minutes=1),
        closes_at=now + timedelta(days=14),
        **more,
    )


def asked(wave, side: str) -> set[int]:
    return set(wave.invitations.filter(side=side).values_list("person", flat=True))


def test_the_lists_of_a_new_wave_are_the_key_people_of_each_company(cast):
    people = {side: listed(cast, side) for side in ("client", "supplier")}
    wave = new_wave(cast)
    for side, there in people.items():
        assert asked(wave, side) == {person.pk for person in there}
    assert (wave.list_complete_client, wave.list_complete_supplier) == (None, None)


def test_what_a_sponsor_declared_goes_with_the_list(cast):
    listed(cast, "client")
    by = actor(cast.client_sponsor)
    directory.declare_key_list(by=by, relationship=cast.relationship, side="client", complete=True)
    wave = new_wave(cast)
    wave.refresh_from_db()
    assert (wave.list_complete_client, wave.list_complete_supplier) == (True, None)


def test_another_list_on_the_wave_is_no_longer_declared_complete(cast):
    people = listed(cast, "client")
    by = actor(cast.client_sponsor)
    directory.declare_key_list(by=by, relationship=cast.relationship, side="client", complete=True)
    wave = new_wave(cast)
    waves.set_people(by=by, wave=wave, side="client", people=people)
    assert wave.list_complete_client is True
    waves.set_people(by=by, wave=wave, side="client", people=people[:3])
    wave.refresh_from_db()
    assert wave.list_complete_client is None


def test_somebody_who_left_is_not_asked(cast):
    people = listed(cast, "client")
    directory.end_post(by=actor(cast.client_sponsor), person=people[0], ended_on=clock.today() - timedelta(days=1))
    assert asked(new_wave(cast), "client") == {person.pk for person in people[1:]}


def test_a_next_wave_keeps_the_people_of_the_one_before(cast):
    before = new_wave(cast)
    waves.set_people(by=actor(cast.client_sponsor), wave=before, side="client", people=listed(cast, "client", 5))
    before.state = "open"
    before.save()
    listed(cast, "client", 2)
    now = clock.now()
    after = waves.clone_wave(by=actor(cast.facilitator), wave=before, opens_at=now, closes_at=now + timedelta(days=14))
    assert asked(after, "client") == asked(before, "client")


@pytest.mark.parametrize("name", ["client_member", "supplier_sponsor", "observer"])
def test_only_whoever_holds_a_key_lists_the_own_people(cast, name):
    people = [personas.person(cast.relationship.client)]
    with pytest.raises(Refused):
        directory.set_key_people(
            by=actor(getattr(cast, name)), relationship=cast.relationship, side="client", people=people
        )
