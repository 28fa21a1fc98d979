"""The programme changes while the room goes on: order, what is left out, minutes. What was gone through stays."""

import pytest
from django.test import Client
from django.urls import reverse

import workshops
from reciproque.app.dialogue import urn
from reciproque.app.dialogue.actions import live as room
from reciproque.app.dialogue.actions import rehearsal, sessions, votes, voting
from reciproque.app.dialogue.queries import live as query
from reciproque.app.dialogue.queries.agenda import agenda_of, next_step
from reciproque.app.dialogue.queries.projection import Viewer, project
from reciproque.app.dialogue.states import PHASES, STEPS
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused

USUAL = [(phase.code, phase.minutes) for phase in PHASES]


def changed(*, without=(), order=(), **minutes):
    """The usual programme with some steps left out, four in another order, others longer."""
    rest = iter(order)
    codes = [next(rest) if order and code in order else code for code, _minutes in USUAL]
    usual = dict(USUAL)
    return [(code, minutes.get(code, usual[code])) for code in codes if code not in without]


def go_on(by, session):
    session.live.refresh_from_db()
    room.look_ahead(by=by, session=session, step=next_step(session, session.live.participants_step).number)
    room.open_step(by=by, session=session)
    session.live.refresh_from_db()
    return PHASES[session.live.participants_step].code


@pytest.fixture
def by(cast):
    return actor(cast.facilitator)


def test_steps_change_places_and_the_room_follows_the_new_order(cast, by):
    session = workshops.revealed(cast)
    rows = changed(without=("mirror", "pause"), order=("unsaid", "common", "divides"))
    room.change_agenda(by=by, session=session, rows=rows)
    with pytest.raises(Refused):
        room.look_ahead(by=by, session=session, step=STEPS["common"])
    assert [go_on(by, session) for _step in range(4)] == ["unsaid", "common", "divides", "proposals"]
    scene = query.scene(session, query.live_of(session))
    assert [step.phase.code for step, _mark in scene.steps] == [code for code, _minutes in rows]
    assert [mark for _step, mark in scene.steps][:6] == ["is-done"] * 4 + ["is-here", ""]


def test_the_break_lasts_as_long_as_the_programme_says(cast, by):
    session = workshops.revealed(cast)
    room.change_agenda(by=by, session=session, rows=changed(pause=12))
    while go_on(by, session) != "pause":
        pass
    assert query.scene(session, query.live_of(session)).left.seconds > 11 * 60


@pytest.mark.parametrize(
    "rows",
    [
        changed(without=("proposals",)),
        changed(without=("closing",)),
        changed(order=("proposals", "divides", "unsaid", "pause", "common")),
        changed(order=("mirror", "arrive")),
        changed(unsaid=0),
        changed(unsaid=91),
        [*changed(), ("pause", 5)],
        [*changed(), ("elsewhere", 5)],
        [],
    ],
)
def test_a_programme_that_cannot_run_is_refused(cast, by, rows):
    session = workshops.revealed(cast)
    with pytest.raises(Refused):
        room.change_agenda(by=by, session=session, rows=rows)
    assert [(one.phase.code, one.minutes) for one in agenda_of(session)] == USUAL


def test_what_the_room_has_been_to_stays_and_only_the_seat_changes_the_rest(cast, by):
    session = workshops.revealed(cast)
    assert go_on(by, session) == "mirror"
    with pytest.raises(Refused):
        room.change_agenda(by=by, session=session, rows=changed(without=("mirror",)))
    for who in (cast.client_sponsor, cast.supplier_member, cast.outsider):
        with pytest.raises(Refused):
            room.change_agenda(by=actor(who), session=session, rows=changed(without=("pause",)))
    room.change_agenda(by=by, session=session, rows=changed(without=("pause",)))
    room.change_agenda(by=by, session=session, rows=changed())  # taken up again
    assert [(one.phase.code, one.minutes) for one in agenda_of(session)] == USUAL


def test_topics_chosen_later_leave_the_order_as_it_is(cast, by):
    session = workshops.live(cast)
    room.change_agenda(by=by, session=session, rows=changed(without=("pause",)))
    keys = [one.key for one in session.statements.all()]
    session.refresh_from_db()
    voting.set_programme(by=by, session=session, common=keys[:1], divides=keys[1:2], unsaid=[])
    assert "pause" not in [one.phase.code for one in agenda_of(session)]
    assert session.programme["common"] == keys[:1]


def test_shared_themes_wait_for_their_step_wherever_it_stands(cast, by):
    session = workshops.voting_open(cast)
    for side in ("client", "supplier"):
        one = session.participants.filter(side=side).first()
        one.session = session
        votes.cast(round=session.rounds.get(kind="themes"), token=urn.token_of(one), answers={"t:price": 0})
    workshops.everybody_votes(session, client=[0] * 5, supplier=[0] * 5)
    voting.seal_votes(by=by, session=session)
    sessions.begin(by=by, session=session)
    sessions.say_equity(by=by, session=session)
    voting.reveal_votes(by=by, session=session)
    room.change_agenda(by=by, session=session, rows=changed(order=("divides", "common", "pause", "unsaid")))
    seen = {}
    for _step in range(5):
        code = go_on(by, session)
        seen[code] = bool(project(session, Viewer.EVERYONE).themes)
    assert seen == {"mirror": False, "divides": False, "common": False, "pause": False, "unsaid": True}


# ---------------------------------------------------------------- from the console
def press(client, session, what, **data):
    return client.post(reverse("console-do", args=[session.key, what]), data, follow=True)


def test_the_form_of_the_console_reorders_skips_and_lengthens(cast):
    session = workshops.revealed(cast)
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.facilitator)
    answer = client.get(reverse("console", args=[session.key]))
    page = answer.content.decode()
    assert 'name="place-divides" value="2"' in page, (answer.status_code, answer.headers)
    assert 'name="place-proposals"' not in page
    places = {"place-divides": "1", "place-common": "2", "place-unsaid": "3", "place-pause": "4"}
    press(client, session, "agenda", **places, **{"minutes-divides": "45", "skip": ["pause", "closing"]})
    session.refresh_from_db()
    wanted = changed(without=("pause",), order=("divides", "common"), divides=45)
    assert [(one.phase.code, one.minutes) for one in agenda_of(session)] == wanted
    page = client.get(reverse("console", args=[session.key])).content.decode()
    assert 'value="pause" checked' in page
    room_page = client.get(reverse("room", args=[session.key])).content.decode()
    assert room_page.index("Divides") < room_page.index("Common ground")
    refused = press(client, session, "agenda", **{"minutes-divides": "soon"})
    assert "whole numbers" in refused.content.decode()


def test_a_rehearsal_offers_to_go_on_before_it_offers_to_be_erased(cast, by):
    session = rehearsal.start_rehearsal(by=by, session=workshops.ready(cast))
    client = Client(headers={"accept-language": "en"})
    client.force_login(cast.facilitator)
    for code in ("arrive", "proposals"):
        page = client.get(reverse("console", args=[session.key])).content.decode()
        main = [button for button in page.split("<button")[1:] if "btn-primary" in button.split(">")[0]]
        assert main, code
        assert not any("Erase" in button for button in main)
        assert "Erase the rehearsal" in page
        assert "Next step: " in page
        while code == "arrive" and go_on(by, session) != "proposals":
            pass
