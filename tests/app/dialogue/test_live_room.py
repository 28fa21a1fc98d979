"""Leading the room: nobody is ahead, a timer ends by sealing and loses nothing, the seat sees no more when it moves."""

from datetime import timedelta

import pytest

import personas
import workshops
import worlds
from reciproque.app.commitments.queries.seen import publications
from reciproque.app.dialogue import urn
from reciproque.app.dialogue.actions import live as room
from reciproque.app.dialogue.actions import people, rehearsal, votes, voting
from reciproque.app.dialogue.models import Live, Note, Round, Session, SpeakingTurn
from reciproque.app.dialogue.queries import live as query
from reciproque.app.dialogue.queries.projection import Viewer
from reciproque.app.dialogue.states import PHASES, STEPS, turns_of
from reciproque.app.directory.models import Membership
from reciproque.app.reading.queries.signs import sign_of
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.models import AuditRecord


def take_to(by, session, code):
    while session.live.participants_step < STEPS[code]:
        room.look_ahead(by=by, session=session, step=session.live.participants_step + 1)
        room.open_step(by=by, session=session)
        session.live.refresh_from_db()


def first(session, side="client"):
    found = session.participants.filter(side=side).first()
    found.session = session
    return found


@pytest.fixture
def led(cast):
    session = workshops.revealed(cast)
    session.programme = {
        "common": [],
        "divides": [one.key for one in session.statements.all()[:3]],
        "unsaid": [one.key for one in session.statements.all()[3:4]],
    }
    session.save()
    return session


def in_divide(cast, led):
    by = actor(cast.facilitator)
    take_to(by, led, "divides")
    room.show(by=by, session=led)
    return by


def test_the_facilitator_is_one_step_ahead_at_most_and_the_room_never(cast, led):
    by = actor(cast.facilitator)
    room.look_ahead(by=by, session=led, step=1)
    led.live.refresh_from_db()
    assert (led.live.facilitator_step, led.live.participants_step) == (1, 0)
    with pytest.raises(Refused):
        room.look_ahead(by=by, session=led, step=2)
    room.open_step(by=by, session=led)
    room.look_ahead(by=by, session=led, step=0)
    room.open_step(by=by, session=led)
    led.live.refresh_from_db()
    assert led.live.participants_step == 0


def test_only_the_seat_leads(cast, led):
    for who in (cast.client_sponsor, cast.observer, cast.outsider, cast.client_member):
        with pytest.raises(Refused):
            room.open_step(by=actor(who), session=led)
    led.live.refresh_from_db()
    assert led.live.version == 0


def test_steps_last_two_hours_as_agreed():
    assert sum(phase.minutes for phase in PHASES) == 120
    assert PHASES[0].code == "arrive"


def test_a_vote_takes_what_was_being_sent_at_the_deadline_then_nothing(cast, led):
    by = actor(cast.facilitator)
    round_ = room.start_vote(by=by, session=led, seconds=60)
    someone, other = first(led), first(led, "supplier")
    end = round_.closes_at
    with clock.at(end + timedelta(seconds=5)):
        room.answer_vote(participant=someone, token=urn.token_of(someone), answers={"m:test": 0})
    with clock.at(end + timedelta(seconds=11)):
        with pytest.raises(Refused):
            room.answer_vote(participant=other, token=urn.token_of(other), answers={"m:test": 0})
        voting.seal_due()
    round_.refresh_from_db()
    assert round_.state == Round.State.SEALED
    assert sum(urn.sums(round_)["m:test", "client"]) == 1


def test_the_deadline_seals_a_vote_of_the_room_for_whatever_is_done_next(cast, led):
    """Without waiting for the worker: a person taken off the list after the deadline leaves a sealed box as it is."""
    by = actor(cast.facilitator)
    round_ = room.start_vote(by=by, session=led, seconds=60)
    leaver = first(led)
    room.answer_vote(participant=leaver, token=urn.token_of(leaver), answers={"m:test": 0})
    with clock.at(round_.closes_at + timedelta(seconds=10)):
        people.remove_participant(by=actor(cast.client_sponsor), session=led, participant=leaver)
    round_.refresh_from_db()
    assert round_.state == Round.State.SEALED
    assert urn.sums(round_)["m:test", "client"] == [1, 0, 0]


def test_more_time_is_for_everybody_and_cannot_reopen_a_sealed_vote(cast, led):
    by = actor(cast.facilitator)
    round_ = room.start_vote(by=by, session=led, seconds=60)
    room.extend(by=by, session=led, seconds=60)
    someone = first(led)
    with clock.at(round_.closes_at + timedelta(seconds=30)):
        room.answer_vote(participant=someone, token=urn.token_of(someone), answers={"m:test": 1})
    with clock.at(round_.closes_at + timedelta(seconds=100)), pytest.raises(Refused):
        room.extend(by=by, session=led, seconds=60)


def test_more_time_does_not_disturb_what_is_being_typed(cast, led):
    by = in_divide(cast, led)
    room.start_silence(by=by, session=led, seconds=120)
    before = query.stamp(led, query.live_of(led))
    room.extend(by=by, session=led, seconds=60)
    after = query.stamp(led, query.live_of(led))
    assert before != after
    assert before.partition(".")[0] == after.partition(".")[0]


def test_a_sentence_is_taken_after_the_time_and_never_ahead_of_the_room(cast, led):
    by = in_divide(cast, led)
    room.start_silence(by=by, session=led, seconds=60)
    where = {"step": STEPS["divides"], "place": 0, "key": "k" * 32}
    with clock.at(clock.now() + timedelta(minutes=5)):
        room.write_note(participant=first(led), text="We were late too.", **where)
        room.next_turn(by=by, session=led)
        room.write_note(participant=first(led), text="We were late too, twice.", **where)
        assert [note.text for note in Note.objects.all()] == ["We were late too, twice."]
        room.take_place(by=by, session=led, place=1)
        room.write_note(participant=first(led, "supplier"), text="A late one.", **{**where, "key": "l" * 32})
        assert {note.statement.key for note in Note.objects.all()} == {led.programme["divides"][0]}
        with pytest.raises(Refused):
            room.write_note(participant=first(led), text="Ahead", **{**where, "step": STEPS["unsaid"]})
        with pytest.raises(Refused):
            room.write_note(participant=first(led), text="Nowhere", **{**where, "step": 99})


def test_a_sentence_has_no_author_and_leaves_no_record(cast, led):
    by = in_divide(cast, led)
    room.start_silence(by=by, session=led, seconds=60)
    before = AuditRecord.objects.count()
    someone = first(led)
    room.write_note(participant=someone, step=STEPS["divides"], place=0, key="k" * 32, text="A sentence")
    assert AuditRecord.objects.count() == before
    row = str(Note.objects.values().get())
    for trace in (someone.key, someone.name, urn.token_of(someone).hex(), "kkkkkkkk"):
        assert trace not in row


def test_sentences_are_for_an_external_facilitator_only(cast, led):
    by = in_divide(cast, led)
    room.start_silence(by=by, session=led, seconds=60)
    where = {"step": STEPS["divides"], "place": 0}
    room.write_note(participant=first(led), key="k" * 32, text="A sentence", **where)
    assert len(query.notes_for(led, Viewer.EXTERNAL)) == 1
    assert query.notes_for(led, Viewer.EVERYONE) == []
    Session.objects.filter(pk=led.pk).update(employer="client")
    led.refresh_from_db()
    with pytest.raises(Refused):
        room.write_note(participant=first(led), key="l" * 32, text="Another", **where)


def test_both_sides_speak_and_restate_and_their_seconds_are_counted(cast, led):
    by = in_divide(cast, led)
    now = clock.now()
    for minute in range(5):
        with clock.at(now + timedelta(minutes=minute)):
            room.next_turn(by=by, session=led)
    turns = [(turn.side, turn.restating, turn.seconds) for turn in SpeakingTurn.objects.all()]
    assert turns == [
        ("client", False, 60),
        ("supplier", True, 60),
        ("supplier", False, 60),
        ("client", True, 60),
    ]
    led.live.refresh_from_db()
    assert led.live.activity == ""


def test_sides_begin_by_turns():
    assert turns_of(0)[0][0] == "client"
    assert turns_of(1)[0][0] == "supplier"
    for place in (0, 1):
        assert sorted(turns_of(place)) == sorted(turns_of(1 - place))


def test_no_second_vote_before_the_first_result_is_shown(cast, led):
    by = actor(cast.facilitator)
    take_to(by, led, "divides")
    with pytest.raises(Refused):
        room.start_vote(by=by, session=led, seconds=60)
    room.show(by=by, session=led)
    round_ = room.start_vote(by=by, session=led, seconds=60)
    assert round_.kind == Round.Kind.REVOTE


def test_the_same_vote_is_not_counted_again_without_somebody(cast, led):
    """Two counts of one question, the second without one person, would tell what that person answered."""
    by = in_divide(cast, led)
    round_ = room.start_vote(by=by, session=led, seconds=60)
    for participant in votes._people(led):
        votes.cast(round=round_, token=urn.token_of(participant), answers={round_.items[0][0]: 0})
    room.show(by=by, session=led)
    people.remove_participant(by=actor(cast.client_sponsor), session=led, participant=first(led))
    with pytest.raises(Refused):
        room.start_vote(by=by, session=led, seconds=60)
    assert Round.objects.filter(session=led, kind="revote").count() == 1
    room.take_place(by=by, session=led, place=1)
    room.show(by=by, session=led)
    room.start_vote(by=by, session=led, seconds=60)  # another statement is another question


def test_a_vote_that_was_never_counted_may_be_taken_again(cast, led):
    by = actor(cast.facilitator)
    take_to(by, led, "mirror")
    room.start_vote(by=by, session=led, seconds=60)
    room.start_vote(by=by, session=led, seconds=60)
    room.show(by=by, session=led)
    with pytest.raises(Refused):
        room.start_vote(by=by, session=led, seconds=60)


def test_a_test_vote_may_be_taken_again_and_shows_its_result_once(cast, led):
    """Asked aloud about something else, two results minutes apart would tell what one person answered."""
    by, shown = actor(cast.facilitator), []
    for answer in (0, 1):
        round_ = room.start_vote(by=by, session=led, seconds=60)
        for one in votes._people(led):
            votes.cast(round=round_, token=urn.token_of(one), answers={"m:test": answer})
        room.show(by=by, session=led)
        shown.append(len(query.scene(led, query.live_of(led)).results))
    assert shown == [1, 0]


def test_somebody_who_comes_late_joins_the_vote_that_is_open(cast, led):
    by = actor(cast.facilitator)
    room.start_vote(by=by, session=led, seconds=60)
    newcomer = personas.person(cast.relationship.client)
    (late,) = people.add_participants(by=actor(cast.client_sponsor), session=led, side="client", people=[newcomer])
    late.session = led
    room.answer_vote(participant=late, token=urn.token_of(late), answers={"m:test": 2})
    round_ = Round.objects.get(kind="test")
    assert urn.sums(round_)["m:test", "client"] == [0, 0, 1]


def test_paper_is_counted_by_an_external_facilitator_and_said_on_the_screen(cast, led):
    by = actor(cast.facilitator)
    room.start_vote(by=by, session=led, seconds=60)
    counts = {("m:test", "client"): [5, 0, 0], ("m:test", "supplier"): [1, 4, 0]}
    with pytest.raises(Refused):
        room.count_on_paper(by=by, session=led, counts={("m:test", "client"): [9, 0, 0]})
    room.count_on_paper(by=by, session=led, counts=counts)
    scene = query.scene(led, query.live_of(led))
    assert scene.on_paper
    assert scene.results[0].result.client.low == 3  # coded: at least three of five
    room.start_vote(by=by, session=led, seconds=60)
    Session.objects.filter(pk=led.pk).update(employer="client")
    with pytest.raises(Refused):
        room.count_on_paper(by=by, session=led, counts=counts)


def test_results_are_coded_in_the_scene_even_for_the_room(cast, led):
    in_divide(cast, led)
    (shown, *_guess) = query.scene(led, query.live_of(led)).results
    assert shown.result.client.units == ("full", "full", "full", "maybe", "maybe")
    assert shown.result.supplier.units == ("maybe", "maybe", "none", "none", "none")


# ---------------------------------------------------------------- the second vote
def voted_again(cast, led):
    by = in_divide(cast, led)
    round_ = room.start_vote(by=by, session=led, seconds=60)
    for participant in votes._people(led):
        votes.cast(round=round_, token=urn.token_of(participant), answers={round_.items[0][0]: 0})
    room.show(by=by, session=led)
    return query.live_of(led)


def test_after_a_second_vote_the_screen_says_a_movement_and_shows_one_count_only(cast, led):
    live = voted_again(cast, led)
    scene = query.scene(led, live)
    assert [side.word for side in scene.moved.sides] == ["unclear", "unclear"]  # five people: none could hide
    assert len(scene.results) == 1


# ---------------------------------------------------------------- the mirror
def test_the_mirror_sets_forecasts_beside_what_the_last_wave_published(cast, led):
    """Forecasts of published figures, and these figures as the reading writes them; both sides at the same moment."""
    worlds.opened(cast.relationship, numbers=(14, 14))
    by = actor(cast.facilitator)
    take_to(by, led, "mirror")
    round_ = room.start_vote(by=by, session=led, seconds=60)
    assert [code for code, _size in round_.items] == ["m:seen", "m:kept"]
    for participant in votes._people(led):
        votes.cast(round=round_, token=urn.token_of(participant), answers={"m:seen": 0, "m:kept": 1})
    assert query.scene(led, query.live_of(led)).results == ()
    room.show(by=by, session=led)
    seen, kept = query.scene(led, query.live_of(led)).results
    material = publications(cast.relationship)[-1]
    for side, looker in (("client", "supplier"), ("supplier", "client")):
        figure = sign_of(material.side(looker).profile)
        assert material.name(looker) in seen.measured[side]
        assert figure.text in seen.measured[side]
        assert seen.result.sides[side == "supplier"].low == 3  # five of five expect more than 60: "3 of 5 at least"
    assert kept.result.sides[0].high == 2  # nobody expects it of reliability
    assert set(kept.measured) == {"client", "supplier"}


def test_without_a_published_wave_the_room_answers_for_itself(cast, led):
    by = actor(cast.facilitator)
    take_to(by, led, "mirror")
    assert [code for code, _size in room.start_vote(by=by, session=led, seconds=60).items] == ["m:trust", "m:guess"]


# ---------------------------------------------------------------- the seat
def another_facilitator(cast, side="neutral"):
    company = {"client": cast.relationship.client, "supplier": cast.relationship.supplier}.get(side)
    account = personas.account("Second Facilitator", company)
    Membership.objects.create(relationship=cast.relationship, account=account, role="facilitator", side=side)
    return account


def test_another_neutral_facilitator_goes_on_at_once(cast, led):
    second = another_facilitator(cast)
    assert room.take_seat(by=actor(second), session=led)
    room.open_step(by=actor(second), session=led)
    with pytest.raises(Refused):
        room.open_step(by=actor(cast.facilitator), session=led)


def test_somebody_employed_by_a_side_needs_the_word_of_the_other_sponsor(cast, led):
    second = another_facilitator(cast, "client")
    assert not room.take_seat(by=actor(second), session=led)
    with pytest.raises(Refused):
        room.open_step(by=actor(second), session=led)
    with pytest.raises(Refused):
        room.grant_seat(by=actor(cast.client_sponsor), session=led)
    room.grant_seat(by=actor(cast.supplier_sponsor), session=led)
    led.refresh_from_db()
    assert (led.facilitator, led.employer) == (second, "client")


def test_a_seat_never_sees_more_after_it_moved(cast):
    session = workshops.live(cast, employer="client")
    second = another_facilitator(cast)
    room.take_seat(by=actor(second), session=session)
    session.refresh_from_db()
    assert session.employer == "client"


@pytest.mark.parametrize("who", ["client_sponsor", "observer", "outsider"])
def test_nobody_else_takes_the_seat(cast, led, who):
    with pytest.raises(Refused):
        room.take_seat(by=actor(getattr(cast, who)), session=led)


# ---------------------------------------------------------------- rehearsal
def test_a_rehearsal_plays_with_simulated_phones_of_its_own(cast):
    session = workshops.ready(cast)
    by = actor(cast.facilitator)
    made = rehearsal.start_rehearsal(by=by, session=session)
    assert made.is_rehearsal
    deck = made.rounds.get(kind="deck")
    torn = {side: urn.sums(deck)[deck.items[0][0], side] for side in ("client", "supplier")}
    assert torn["client"][0] > torn["client"][1], "a divide to rehearse: the client's phones agree"
    assert torn["supplier"][1] > torn["supplier"][0], "and the supplier's do not"
    round_ = room.start_vote(by=by, session=made, seconds=60)
    rehearsal.let_robots_act(by=by, session=made)
    round_.refresh_from_db()
    assert sum(urn.sums(round_)["m:test", "client"]) == rehearsal.ROBOTS
    room.show(by=by, session=made)
    assert session.participants.filter(name__startswith="Simulated").count() == 0
    with pytest.raises(Refused):
        rehearsal.let_robots_act(by=by, session=session)


@pytest.mark.django_db(transaction=True, databases=["default", "ballots"])
def test_an_erased_rehearsal_takes_its_keys_along(cast, settings):
    session = workshops.ready(cast)
    by = actor(cast.facilitator)
    files = {path.name for path in settings.SECRETS_DIR.iterdir()}
    rehearsal.start_rehearsal(by=by, session=session)
    assert {path.name for path in settings.SECRETS_DIR.iterdir()} > files
    room.open_room(by=by, session=session)
    assert {path.name for path in settings.SECRETS_DIR.iterdir()} == files
    assert Session.objects.filter(rehearsal_of=session).count() == 0
    assert Live.objects.count() == 1


def test_votes_of_the_room_leave_no_record_of_who_voted(cast, led):
    by = actor(cast.facilitator)
    round_ = room.start_vote(by=by, session=led, seconds=60)
    before = AuditRecord.objects.count()
    for one in votes._people(led):
        room.answer_vote(participant=one, token=urn.token_of(one), answers={"m:test": 0})
        room.be_ready(participant=one)
    assert AuditRecord.objects.count() == before
    assert query.presence(led, query.live_of(led)).answered == {"client": True, "supplier": True}
    assert query.presence(led, query.live_of(led)).waiting == 0
    assert round_.kind == "test"
