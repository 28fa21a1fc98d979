"""How even a workshop is: each thing counted on both sides, named when it leans, said before any result."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

import workshops
from reciproque.app.dialogue.actions import people, proposals, sessions, voting
from reciproque.app.dialogue.models import Live, Minutes, Proposal, SpeakingTurn, Statement
from reciproque.app.dialogue.queries.equity import equity
from reciproque.app.dialogue.states import STEPS
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused

PEOPLE, STATEMENTS, SPOKEN, CHOSEN, OWED = range(5)


@pytest.fixture
def session(cast):
    """Five people and three statements of each side; the supplier's are the last three."""
    return workshops.revealed(cast)


def lean(session, row):
    """The company that the warning of this row names; nothing when it is even enough."""
    warning = equity(session).rows[row].warning
    return next(
        (side for side in ("client", "supplier") if str(session.relationship.organisation(side)) in warning), ""
    )


def leave(session, side, number):
    session.participants.filter(pk__in=session.participants.filter(side=side).values("pk")[:number]).update(left=True)


@pytest.mark.parametrize("side", ["client", "supplier"])
def test_people_lean_beyond_twice_as_many(session, side):
    leave(session, side, 2)
    assert lean(session, PEOPLE) == ""  # three and five
    leave(session, side, 3)
    assert lean(session, PEOPLE) == {"client": "supplier", "supplier": "client"}[side]  # two and five


@pytest.mark.parametrize("side", ["client", "supplier"])
def test_statements_lean_under_a_third(session, side):
    own = Statement.objects.filter(session=session, side=side)
    own.filter(pk__in=own.values("pk")[:1]).update(state="withheld")
    assert lean(session, STATEMENTS) == ""  # two of five
    own.filter(pk__in=own.filter(state="kept").values("pk")[:1]).update(state="withheld")
    assert lean(session, STATEMENTS) == side  # one of four: fewer than a third come from it


@pytest.mark.parametrize("side", ["client", "supplier"])
def test_speaking_leans_beyond_three_fifths_once_two_minutes_were_spoken(session, side):
    other = {"client": "supplier", "supplier": "client"}[side]
    SpeakingTurn.objects.create(session=session, side=side, seconds=110)
    SpeakingTurn.objects.create(session=session, side=other, seconds=9)
    assert lean(session, SPOKEN) == ""
    SpeakingTurn.objects.create(session=session, side=other, seconds=1)
    assert lean(session, SPOKEN) == side
    SpeakingTurn.objects.create(session=session, side=other, seconds=64)
    assert lean(session, SPOKEN) == ""  # 110 of 184


def choose(session, rows):
    """Proposals as chosen: (side of the statement, who acts)."""
    SpeakingTurn.objects.create(session=session, side="client", seconds=1)  # so that every row is there
    for side, owed_by in rows:
        Proposal.objects.create(
            session=session,
            statement=session.statements.filter(side=side).first(),
            action="We will",
            proof="A list",
            owed_by=owed_by,
            state=Proposal.State.CHOSEN,
        )


def test_what_was_chosen_leans_when_nothing_answers_one_side(session):
    choose(session, [("client", "both"), ("client", "both")])
    assert lean(session, CHOSEN) == ""  # two say little
    choose(session, [("client", "both")])
    assert lean(session, CHOSEN) == "supplier"
    choose(session, [("supplier", "both")])
    assert lean(session, CHOSEN) == ""


@pytest.mark.parametrize("side", ["client", "supplier"])
def test_actions_owed_lean_by_more_than_one(session, side):
    choose(session, [("client", "both"), ("supplier", side)])
    assert lean(session, OWED) == ""
    choose(session, [("client", side)])
    assert lean(session, OWED) == side


# ---------------------------------------------------------------- said before results
def test_lists_that_lean_after_it_was_said_must_be_said_again(cast):
    session = workshops.live(cast)
    by = actor(cast.facilitator)
    sessions.say_equity(by=by, session=session)
    leavers = list(session.participants.filter(side="supplier"))
    for number, leaver in enumerate(leavers[:3], start=1):
        people.remove_participant(by=actor(cast.supplier_sponsor), session=session, participant=leaver)
        session.refresh_from_db()
        assert (session.equity_said_at is None) == (number == 3)
    with pytest.raises(Refused):
        voting.reveal_votes(by=by, session=session)
    sessions.say_equity(by=by, session=session)
    voting.reveal_votes(by=by, session=session)


def test_what_leans_in_the_room_is_said_on_its_screen_before_the_minutes_and_stands_in_them(cast, session):
    choose(session, [("client", "supplier"), ("client", "supplier"), ("client", "both")])
    Live.objects.filter(session=session).update(participants_step=STEPS["closing"], facilitator_step=STEPS["closing"])
    clients = {who: Client(headers={"accept-language": "en"}) for who in ("facilitator", "observer")}
    with translation.override("en"):
        warnings = equity(session).warnings
    assert len(warnings) == 2
    for who, client in clients.items():
        client.force_login(getattr(cast, who))
        page = client.get(reverse("room", args=[session.key])).content.decode()
        assert all(warning in page for warning in warnings), who
    console = clients["facilitator"].get(reverse("console", args=[session.key])).content.decode()
    assert all(warning in console for warning in warnings)
    sessions.end(by=actor(cast.facilitator), session=session)
    rows = Minutes.objects.get(session=session).content["en"]["equity"]
    assert sum(bool(row["warning"]) for row in rows) == 2


def test_an_imbalance_of_actions_is_kept_out_by_the_choice_itself(cast, session):
    """The choice never picks a set in which one side owes two actions more than the other."""
    assert proposals.priorities.FEWEST == 3
    choose(session, [("client", "client"), ("supplier", "client"), ("client", "client")])
    assert lean(session, OWED) == "client"
