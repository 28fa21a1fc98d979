"""Few people on a side: nothing comes of their votes that would be nearly their answers, and the room still works."""

import pytest
from django.test import Client
from django.urls import reverse

import workshops
from reciproque.app.dialogue import urn
from reciproque.app.dialogue.actions import live as room
from reciproque.app.dialogue.actions import proposals, sessions, votes, voting
from reciproque.app.dialogue.models import Cell, Live, Proposal
from reciproque.app.dialogue.queries.projection import Viewer, project
from reciproque.app.dialogue.states import STEPS
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused


def propose(cast, session, owed=("both", "client", "supplier", "client")):
    statement = session.statements.first()
    return [
        proposals.propose(
            by=actor(cast.facilitator),
            session=session,
            statement=statement,
            condition="",
            action=f"Action number {number}",
            proof="A list",
            owed_by=owed_by,
            effort_client="light",
            effort_supplier="light",
        )
        for number, owed_by in enumerate(owed)
    ]


def give_points(session, given, *, of_each):
    round_ = session.rounds.get(kind="points")
    for side, number in of_each.items():
        for person in session.participants.filter(side=side)[:number]:
            person.session = session
            votes.cast(round=round_, token=urn.token_of(person), answers=given)
    return round_


# ---------------------------------------------------------------- points
def test_four_people_of_a_side_give_no_points_and_the_room_agrees_aloud(cast):
    session = workshops.revealed(cast, of_each=4)
    table, by = propose(cast, session), actor(cast.facilitator)
    with pytest.raises(Refused):
        proposals.open_points(by=by, session=session)
    found = proposals.choose_aloud(by=by, session=session, proposals=table[:3])
    assert set(found.chosen) == {one.key for one in table[:3]}
    assert set(session.proposals.filter(state="chosen")) == set(table[:3])
    assert session.proposals.get(pk=table[3].pk).state == "left"


def test_what_is_agreed_aloud_follows_the_rules_of_the_choice(cast):
    """Three to five, balanced, none under objection, of this session, by the facilitator alone."""
    session = workshops.revealed(cast, of_each=4)
    table, by = propose(cast, session), actor(cast.facilitator)
    for few in (table[:2], []):
        with pytest.raises(Refused):
            proposals.choose_aloud(by=by, session=session, proposals=few)
    for other in (cast.client_sponsor, cast.client_member):
        with pytest.raises(Refused):
            proposals.choose_aloud(by=actor(other), session=session, proposals=table[:3])
    unbalanced = [table[0], table[1], table[3]]
    assert not proposals.choose_aloud(by=by, session=session, proposals=unbalanced).chosen
    someone = session.participants.first()
    proposals.object_to(by=by, proposal=table[0], participant=someone, reason="Not before spring")
    assert not proposals.choose_aloud(by=by, session=session, proposals=table[:3]).chosen
    assert not session.proposals.filter(state="chosen").exists()


def test_with_five_of_each_side_the_choice_comes_from_points(cast):
    session = workshops.revealed(cast)
    table, by = propose(cast, session), actor(cast.facilitator)
    with pytest.raises(Refused):
        proposals.choose_aloud(by=by, session=session, proposals=table[:3])
    proposals.open_points(by=by, session=session)
    give_points(session, {f"p:{one.key}": 2 for one in table}, of_each={"client": 5, "supplier": 5})
    assert proposals.choose(by=by, session=session).chosen


def test_points_that_too_few_gave_are_kept_nowhere_and_choose_nothing(cast):
    session = workshops.revealed(cast)
    table, by = propose(cast, session), actor(cast.facilitator)
    round_ = proposals.open_points(by=by, session=session)
    give_points(session, {f"p:{one.key}": 3 for one in table}, of_each={"client": 5, "supplier": 4})
    votes.count_round(by=by, round=round_)
    assert not Cell.objects.filter(round=round_).exists()
    with pytest.raises(Refused):
        proposals.choose(by=by, session=session)
    assert proposals.choose_aloud(by=by, session=session, proposals=table[:3]).chosen


def test_whoever_gives_points_to_one_proposal_gives_none_to_the_others(cast):
    """Five gave points, one alone to the second proposal: its mean is not the one answer of that person."""
    session = workshops.revealed(cast)
    one, other, third, _fourth = propose(cast, session)
    round_ = proposals.open_points(by=actor(cast.facilitator), session=session)
    give_points(session, {f"p:{one.key}": 2, f"p:{third.key}": 1}, of_each={"client": 5, "supplier": 5})
    lone = session.participants.filter(side="client").first()
    lone.session = session
    votes.cast(round=round_, token=urn.token_of(lone), answers={f"p:{other.key}": 3})
    round_.refresh_from_db()
    found = urn.sums(round_)
    assert found[f"p:{other.key}", "client"] == [4, 0, 0, 1]
    assert found[f"p:{one.key}", "client"] == [1, 0, 4, 0]


def test_the_console_of_a_small_room_marks_what_was_agreed_aloud(cast):
    session = workshops.revealed(cast, of_each=4)
    table = propose(cast, session)
    Live.objects.filter(session=session).update(participants_step=STEPS["choice"], facilitator_step=STEPS["choice"])
    console = Client(headers={"accept-language": "en"})
    console.force_login(cast.facilitator)
    page = console.get(reverse("console", args=[session.key])).content.decode()
    assert "Agree aloud" in page
    assert "Ask for points" not in page
    address = reverse("console-do", args=[session.key, "choose-aloud"])
    said = console.post(address, {"proposal": [one.key for one in table[:2]]}, follow=True).content.decode()
    assert "Mark three to five proposals." in said
    console.post(address, {"proposal": [one.key for one in table[:3]]})
    assert Proposal.objects.filter(session=session, state="chosen").count() == 3
    assert "agree aloud" in console.get(reverse("console", args=[session.key])).content.decode().lower()
    person = session.participants.first()
    person.session = session
    phone = Client(headers={"accept-language": "en"})
    phone.post(reverse("phone"), {"token": urn.signs_of(person)})
    assert phone.get(reverse("phone-live")).status_code == 200


# ---------------------------------------------------------------- twin locks
@pytest.mark.parametrize(("of_each", "named"), [(1, 0), (4, 0), (5, 1)])
def test_a_theme_is_named_only_where_five_people_of_each_side_had_a_lock(cast, of_each, named):
    """One person on a side, and a theme that is named: it would be known whose it is."""
    session = workshops.voting_open(cast, of_each=of_each)
    round_ = session.rounds.get(kind="themes")
    for side in ("client", "supplier"):
        person = session.participants.filter(side=side).first()
        person.session = session
        votes.cast(round=round_, token=urn.token_of(person), answers={"t:price": 0})
    workshops.everybody_votes(session, client=[0] * of_each, supplier=[1] * of_each)
    by = actor(cast.facilitator)
    voting.seal_votes(by=by, session=session)
    sessions.say_equity(by=by, session=session)
    voting.reveal_votes(by=by, session=session)
    assert len(project(session, Viewer.EXTERNAL).themes) == named
    assert Cell.objects.filter(round__kind="themes").exists() == bool(named)


# ---------------------------------------------------------------- the second vote
def test_a_second_vote_asks_nothing_that_nobody_will_read(cast):
    session = workshops.revealed(cast)
    session.programme = {"common": [], "divides": [session.statements.first().key], "unsaid": []}
    session.save()
    by = actor(cast.facilitator)
    while session.live.participants_step < STEPS["divides"]:
        room.look_ahead(by=by, session=session, step=session.live.participants_step + 1)
        room.open_step(by=by, session=session)
        session.live.refresh_from_db()
    room.show(by=by, session=session)
    round_ = room.start_vote(by=by, session=session, seconds=60)
    assert [code.partition(":")[0] for code, _size in round_.items] == ["v"]
