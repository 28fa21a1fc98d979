"""Votes: nobody finds out one person's answer, nothing is seen before the reveal, nothing remains after it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

import personas
import workshops
from reciproque.app.dialogue import urn
from reciproque.app.dialogue.access import participant_of, session_for
from reciproque.app.dialogue.actions import people as lists
from reciproque.app.dialogue.actions import sessions, votes, voting
from reciproque.app.dialogue.actions.minutes import freeze
from reciproque.app.dialogue.jobs import JOBS, seal_votes
from reciproque.app.dialogue.models import Cell, Live, Minutes, Participation, Round, Session
from reciproque.app.dialogue.queries.projection import Viewer, project
from reciproque.app.dialogue.states import STEPS
from reciproque.app.shared import clock
from reciproque.app.shared.audit import SYSTEM, actor
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.models import AuditRecord
from reciproque.app.survey.urn import files
from workshops import AGREE, DISAGREE, PASS


def deck_of(session) -> Round:
    return session.rounds.get(kind="deck")


def people(session, side):
    found = list(session.participants.filter(side=side))
    for one in found:
        one.session = session
    return found


def test_a_vote_changes_every_row_it_could_betray_and_no_other(cast):
    """All answers lie in one blob of constant length: no row, order or date belongs to anybody."""
    session = workshops.voting_open(cast)
    before = bytes(deck_of(session).box)
    workshops.vote(session, people(session, "client")[2], AGREE, forecast=PASS)
    after = bytes(deck_of(session).box)
    assert len(after) == len(before)
    same = sum(a == b for a, b in zip(before, after, strict=True))
    assert same < len(before) / 10  # chance alone keeps one byte in 256


def test_the_box_opens_with_its_key_alone_and_the_key_is_not_in_the_database(cast, settings):
    session = workshops.voting_open(cast)
    voter = people(session, "client")[0]
    workshops.vote(session, voter, DISAGREE)
    key = (settings.SECRETS_DIR / f"round-{deck_of(session).key}.key").read_bytes()
    token = urn.token_of(voter)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for cell in row:
                    data = bytes(cell) if isinstance(cell, memoryview | bytes) else str(cell).encode()
                    assert key not in data
                    assert token not in data
                    assert token.hex().encode() not in data


def test_one_may_change_the_own_vote_until_it_is_sealed(cast):
    session = workshops.voting_open(cast)
    first = people(session, "client")[0]
    workshops.vote(session, first, AGREE)
    workshops.vote(session, first, PASS)
    assert urn.sums(deck_of(session))[f"v:{session.statements.first().key}", "client"] == [0, 0, 1]
    workshops.everybody_votes(session, client=[AGREE] * 5, supplier=[AGREE] * 5)
    voting.seal_votes(by=actor(cast.facilitator), session=session)
    with pytest.raises(Refused):
        workshops.vote(session, first, AGREE)


def test_the_deadline_seals_even_before_the_worker_comes(cast):
    """At the second itself: the boxes take nothing more, every page says so, and the next command finds it written."""
    session = workshops.voting_open(cast)
    someone = people(session, "client")[0]
    themes(session, [(someone, ["price"])])
    with clock.at(session.vote_closes_at):
        with pytest.raises(Refused):
            workshops.vote(session, someone, AGREE)
        with pytest.raises(Refused):
            themes(session, [(someone, ["respect"])])
        assert Session.objects.get().state == "voting"
        assert session_for(cast.client_member, session.key).session.state == "ready"
        assert participant_of(urn.token_of(someone)).session.state == "ready"
        lists.remove_participant(
            by=actor(cast.client_sponsor), session=session, participant=people(session, "client")[1]
        )
    session.refresh_from_db()
    assert session.state == "ready"
    assert set(session.rounds.values_list("state", flat=True)) == {"sealed"}
    assert sum(urn.sums(session.rounds.get(kind="themes"))["t:price", "client"]) == 1


def test_the_worker_writes_down_what_the_clock_has_sealed(cast):
    session = workshops.voting_open(cast)
    with clock.at(session.vote_closes_at - timedelta(seconds=1)):
        voting.seal_due()
        assert Session.objects.get().state == "voting"
    with clock.at(session.vote_closes_at):
        voting.seal_due()
        voting.seal_votes(by=actor(cast.facilitator), session=session)  # nothing is left to do, and nothing breaks
    assert Session.objects.get().state == session.state == "ready"
    assert AuditRecord.objects.filter(action="workshop.votes_sealed").count() == 1
    assert next(job.every for job in JOBS if job.run is seal_votes) <= timedelta(seconds=5)


def test_nobody_seals_early_while_somebody_has_not_answered(cast):
    session = workshops.voting_open(cast)
    workshops.vote(session, people(session, "client")[0], AGREE)
    with pytest.raises(Refused):
        voting.seal_votes(by=actor(cast.facilitator), session=session)


def test_a_stranger_s_token_and_an_unknown_answer_are_refused(cast):
    session = workshops.voting_open(cast)
    round_ = deck_of(session)
    with pytest.raises(Refused):
        votes.cast(round=round_, token=b"x" * 16, answers={round_.items[0][0]: AGREE})
    with pytest.raises(Refused):
        votes.cast(round=round_, token=urn.token_of(people(session, "client")[0]), answers={"v:elsewhere": AGREE})
    with pytest.raises(Refused):
        votes.cast(round=round_, token=urn.token_of(people(session, "client")[0]), answers={round_.items[0][0]: 3})
    assert not Participation.objects.filter(answered=True).exists()


def test_voting_leaves_no_line_in_the_log(cast):
    session = workshops.voting_open(cast)
    before = AuditRecord.objects.count()
    workshops.vote(session, people(session, "client")[0], AGREE)
    assert AuditRecord.objects.count() == before


def test_reveal_writes_sums_and_destroys_the_ballots_and_their_key(cast, settings, django_capture_on_commit_callbacks):
    session = workshops.voting_open(cast)
    workshops.everybody_votes(session, client=[AGREE, AGREE, AGREE, DISAGREE, PASS], supplier=[DISAGREE] * 4 + [AGREE])
    voting.seal_votes(by=actor(cast.facilitator), session=session)
    sessions.say_equity(by=actor(cast.facilitator), session=session)
    key = settings.SECRETS_DIR / f"round-{deck_of(session).key}.key"
    copy = bytes(deck_of(session).box)
    with django_capture_on_commit_callbacks(execute=True):
        voting.reveal_votes(by=actor(cast.facilitator), session=session)
    round_ = deck_of(session)
    assert round_.box is None
    assert files.read_key(key) is None
    statement = session.statements.first()
    found = {cell.side: cell.counts for cell in Cell.objects.filter(item=f"v:{statement.key}")}
    assert found == {"client": [3, 1, 1], "supplier": [1, 4, 0]}
    round_.box = copy  # an older copy of the database
    with pytest.raises(urn.KeyLost):
        urn.sums(round_)


def test_no_table_joins_a_person_and_an_answer(cast):
    """After the reveal: what has a participant says only whether the person answered; what has counts has no person."""
    workshops.revealed(cast)
    linked = {field.name for field in Cell._meta.get_fields()}
    assert linked == {"id", "round", "item", "side", "counts"}
    assert {field.name for field in Participation._meta.get_fields()} == {"id", "round", "participant", "answered"}
    assert not Round.objects.exclude(box=None).filter(kind__in=("deck", "themes")).exists()


def test_results_wait_until_the_fairness_of_the_process_was_said(cast):
    session = workshops.live(cast)
    with pytest.raises(Refused):
        voting.reveal_votes(by=actor(cast.facilitator), session=session)
    assert not Cell.objects.exists()
    sessions.say_equity(by=actor(cast.facilitator), session=session)
    voting.reveal_votes(by=actor(cast.facilitator), session=session)
    assert Cell.objects.exists()


def test_votes_are_revealed_once_and_by_the_facilitator_alone(cast):
    session = workshops.live(cast)
    sessions.say_equity(by=actor(cast.facilitator), session=session)
    for other in (cast.client_sponsor, cast.supplier_sponsor, cast.client_member, cast.outsider):
        with pytest.raises(Refused):
            voting.reveal_votes(by=actor(other), session=session)
    voting.reveal_votes(by=actor(cast.facilitator), session=session)
    with pytest.raises(Refused):
        voting.reveal_votes(by=actor(cast.facilitator), session=session)


def test_an_external_facilitator_reads_ahead_what_the_room_will_see_and_nobody_reads_an_exact_count(cast):
    """Eight of eight: whoever read "8" would know what each of them answered."""
    session = workshops.revealed(cast, of_each=8)
    statement = session.statements.first()
    assert project(session, Viewer.EVERYONE).statement(statement.key).result is None
    ahead = project(session, Viewer.EXTERNAL).statement(statement.key)
    voting.show_statement(by=actor(cast.facilitator), statement=statement)
    shown = project(session, Viewer.EVERYONE).statement(statement.key)
    assert (ahead.result, ahead.guess) == (shown.result, shown.guess)
    assert (shown.result.client.low, shown.result.client.high) == (6, 8)
    assert shown.result.verdict == "oppose"
    assert shown.result.client.units == ("full",) * 6 + ("maybe",) * 2


def alike(cast, votes_of_a_side, of_each):
    """What a session tells once the client has voted like this: to the facilitator, to the room, by its programme."""
    session = workshops.voting_open(cast, of_each=of_each)
    session.statements.update(raised_client=0, raised_supplier=0)
    workshops.everybody_votes(session, client=votes_of_a_side, supplier=[AGREE] * of_each)
    voting.seal_votes(by=actor(cast.facilitator), session=session)
    sessions.say_equity(by=actor(cast.facilitator), session=session)
    voting.reveal_votes(by=actor(cast.facilitator), session=session)
    session.refresh_from_db()
    ranks = {one.key: one.rank for one in session.statements.all()}
    with translation.override("en"):
        views = project(session, Viewer.EXTERNAL).statements
    programme = {name: [ranks[key] for key in keys] for name, keys in session.programme.items()}
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(cast.facilitator)
    page = browser.get(reverse("workshop-preview", args=[session.key])).content.decode()
    kept = Cell.objects.filter(round__session=session).exists()
    sessions.cancel_session(by=actor(cast.facilitator), session=session, reason="Another try")
    results = [(one.result, one.unsaid) for one in views]
    return results, kept, programme, re.findall(r"\d+ (?:of|/) \d+[^<]*", page.split("<main")[1])


def test_one_vote_more_at_the_end_of_a_count_changes_nothing_that_the_facilitator_reads_nor_the_programme(cast):
    """All six agree, or five, or four: numbers, order and choice of what to talk about are the same."""
    everybody, *others = (alike(cast, [AGREE] * n + [DISAGREE] * (6 - n), 6) for n in (6, 5, 4))
    assert others == [everybody, everybody]
    assert any("of 6" in text for text in everybody[3])
    assert everybody[2]["unsaid"]


@pytest.mark.parametrize("of_each", [1, 4])
def test_under_five_answers_no_figure_is_shown_to_anybody_nor_kept_nor_told_by_the_programme(cast, of_each):
    told = [alike(cast, [answer] * of_each, of_each) for answer in (AGREE, DISAGREE)]
    assert told[0] == told[1]
    results, kept, programme, numbers = told[0]
    assert not kept
    assert {(result.sides, result.verdict) for result, _unsaid in results} == {((), "open")}
    assert programme["common"] == programme["unsaid"] == []
    assert numbers == []


def test_under_five_answers_the_facilitator_reads_why_in_both_languages(cast):
    session = workshops.revealed(cast, of_each=4)
    for language, words in (("en", "Too few answers to show"), ("fr", "Trop peu de réponses")):
        browser = Client(headers={"accept-language": language})
        browser.force_login(cast.facilitator)
        page = browser.get(reverse("workshop-preview", args=[session.key])).content.decode()
        assert words in page
        assert not re.search(r"\d+ / \d+ / \d+", page)


def test_a_statement_that_four_of_a_side_answered_keeps_no_sum_of_either_side(cast):
    session = workshops.voting_open(cast, of_each=6)
    one, other, *_rest = (item for item, _size in deck_of(session).items if item.startswith("v:"))
    for side in ("client", "supplier"):
        for place, person in enumerate(people(session, side)):
            skips = side == "supplier" and place >= 4
            workshops.vote(session, person, {one: AGREE} if skips else {one: AGREE, other: DISAGREE})
    voting.seal_votes(by=actor(cast.facilitator), session=session)
    sessions.say_equity(by=actor(cast.facilitator), session=session)
    voting.reveal_votes(by=actor(cast.facilitator), session=session)
    assert set(Cell.objects.values_list("item", "side")) == {(one, "client"), (one, "supplier")}


@pytest.mark.parametrize("kind", ["test", "mirror", "revote", "closing", "points"])
def test_no_vote_of_the_room_keeps_a_sum_of_fewer_than_five(cast, kind):
    session = workshops.revealed(cast, of_each=5)
    statement = session.statements.first() if kind == "revote" else None
    for answering, kept in ((4, False), (5, True)):
        Cell.objects.filter(round__kind=kind).delete()
        session.rounds.filter(kind=kind).delete()
        by = actor(cast.facilitator)
        round_ = votes.open_round(by=by, session=session, kind=kind, items=[("x:1", 3)], statement=statement)
        for side, number in (("client", answering), ("supplier", 5)):
            for person in people(session, side)[:number]:
                votes.cast(round=round_, token=urn.token_of(person), answers={"x:1": AGREE})
        votes.count_round(by=by, round=round_)
        assert Cell.objects.filter(round=round_).exists() == kept


def test_slips_of_paper_keep_no_sum_of_fewer_than_five_either(cast):
    session = workshops.revealed(cast, of_each=5)
    round_ = votes.open_round(by=actor(cast.facilitator), session=session, kind="test", items=[("m:test", 3)])
    counts = {("m:test", "client"): [4, 0, 0], ("m:test", "supplier"): [5, 0, 0]}
    votes.enter_on_paper(by=actor(cast.facilitator), round=round_, counts=counts)
    assert not Cell.objects.filter(round=round_).exists()


def test_sums_and_who_took_part_go_when_nothing_needs_them_any_more(cast):
    """With the session, all but what the minutes tell; with the minutes frozen, or the workshop cancelled, all."""
    session = workshops.revealed(cast)
    by = actor(cast.facilitator)
    round_ = votes.open_round(by=by, session=session, kind="mirror", items=[("m:trust", 3)])
    for person in (*people(session, "client"), *people(session, "supplier")):
        votes.cast(round=round_, token=urn.token_of(person), answers={"m:trust": AGREE})
    votes.count_round(by=by, round=round_)
    assert Cell.objects.filter(round=round_).count() == 2
    sessions.end(by=by, session=session)
    assert set(Cell.objects.values_list("round__kind", flat=True)) == {"deck"}
    assert set(Participation.objects.values_list("round__kind", flat=True)) == {"deck"}
    with clock.at(session.amend_until):
        freeze(by=SYSTEM, session=session)
    assert not Cell.objects.exists()
    assert not Participation.objects.exists()
    written = Minutes.objects.get(session=session).content["en"]["statements"]
    assert all(one["result"]["sides"] for one in written)


def test_cancelling_after_the_reveal_destroys_the_sums_too(cast):
    session = workshops.revealed(cast)
    assert Cell.objects.exists()
    sessions.cancel_session(by=actor(cast.facilitator), session=session, reason="Another day")
    assert not Cell.objects.exists()
    assert not Participation.objects.exists()


# ---------------------------------------------------------------- who has voted
def seen_by(cast, session):
    """What the page of the workshop says of who has voted, for everybody who may read it."""
    found = {}
    for who in ("client_sponsor", "supplier_sponsor", "client_member", "observer", "facilitator"):
        browser = Client(headers={"accept-language": "en"})
        browser.force_login(getattr(cast, who))
        page = browser.get(reverse("workshop", args=[session.key])).content.decode()
        found[who] = " ".join(re.sub(r"<[^>]+>", " ", page.split("Have voted")[1].split("</dd>")[0]).split())
    return found


def test_of_who_has_voted_nothing_shows_but_everybody_or_not_yet(cast):
    session = workshops.voting_open(cast)
    before, told = seen_by(cast, session), []
    clients = people(session, "client")
    for voter in clients[:-1]:
        workshops.vote(session, voter, AGREE)
        told.append(seen_by(cast, session))
    assert told == [before] * 4
    assert not any(character.isdigit() for text in before.values() for character in text)
    workshops.vote(session, clients[-1], AGREE)
    assert all(text.count("not everybody yet") == 1 for text in seen_by(cast, session).values())
    assert project(session, Viewer.EXTERNAL).answered == {"client": True, "supplier": False}


@pytest.mark.parametrize("voted", [True, False])
def test_nobody_is_taken_off_the_lists_while_a_vote_is_open(cast, client, voted):
    """Whoever looks at "not yet" before and after would know whether that person has voted."""
    session = workshops.voting_open(cast)
    one, *others = people(session, "client")
    for voter in [*others, one] if voted else others:
        workshops.vote(session, voter, AGREE)
    box = bytes(deck_of(session).box)
    client.force_login(cast.client_sponsor)
    page = client.get(reverse("workshop-people", args=[session.key]), HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert "A vote is open" in page
    assert reverse("workshop-person-remove", args=[session.key, one.key]) not in page
    answer = client.post(
        reverse("workshop-person-remove", args=[session.key, one.key]), follow=True, HTTP_ACCEPT_LANGUAGE="en"
    )
    assert "A vote is open" in answer.content.decode()
    with pytest.raises(Refused):
        lists.remove_participant(by=SYSTEM, session=session, participant=one)
    assert bytes(deck_of(session).box) == box
    assert project(session, Viewer.EVERYONE).answered["client"] == voted
    assert participant_of(urn.token_of(one)) is not None


def test_whoever_is_put_back_comes_with_a_new_link_and_nothing_of_the_old_one(cast):
    session = workshops.signed(cast)
    one = workshops.invite(cast, session)["client"][0]
    one.session = session
    old, signs = urn.token_of(one), urn.signs_of(one)
    browser = Client()
    browser.post(reverse("phone"), {"token": signs})
    browser.post(reverse("phone-themes"), {"theme": ["price"]})
    assert " checked" in browser.get(reverse("phone-deck")).content.decode()
    lists.remove_participant(by=actor(cast.client_sponsor), session=session, participant=one)
    (back,) = lists.add_participants(by=actor(cast.client_sponsor), session=session, side="client", people=[one.person])
    assert back.pk == one.pk
    assert urn.token_of(back) != old
    assert participant_of(old) is None
    assert browser.get(reverse("phone-deck")).status_code == 302
    assert browser.post(reverse("phone"), {"token": signs}).status_code == 400
    browser.post(reverse("phone"), {"token": urn.signs_of(back)})
    assert " checked" not in browser.get(reverse("phone-deck")).content.decode()
    assert sum(sum(counts) for counts in urn.sums(session.rounds.get(kind="themes")).values()) == 1


def test_a_list_emptied_around_one_person_does_not_show_that_person_s_theme(cast):
    """Whoever keeps the list takes everybody but one off and puts them back: the themes of all still lie in the box."""
    session = workshops.signed(cast)
    invited = workshops.invite(cast, session)
    themes(session, [(one, ["price"]) for one in invited["client"]])
    by = actor(cast.client_sponsor)
    for one in invited["client"][1:]:
        lists.remove_participant(by=by, session=session, participant=one)
        lists.add_participants(by=by, session=session, side="client", people=[one.person])
    assert urn.sums(session.rounds.get(kind="themes"))["t:price", "client"] == [len(invited["client"])]


def test_a_late_arrival_votes_in_the_open_round(cast):
    session = workshops.voting_open(cast)
    late = personas.person(session.relationship.client)
    (arrived,) = lists.add_participants(by=actor(cast.client_sponsor), session=session, side="client", people=[late])
    workshops.vote(session, arrived, DISAGREE)
    sums = urn.sums(deck_of(session))
    assert sums[f"v:{session.statements.first().key}", "client"] == [0, 1, 0]


def test_who_leaves_after_the_sealing_leaves_the_answer_in_the_box(cast, client):
    """A sealed box cannot be searched; the page says so before the button is pressed."""
    session = workshops.voting_open(cast)
    workshops.everybody_votes(session, client=[AGREE] * 4 + [DISAGREE], supplier=[AGREE] * 5)
    client.force_login(cast.client_sponsor)
    address = reverse("workshop-people", args=[session.key])
    voting.seal_votes(by=actor(cast.facilitator), session=session)
    assert "stays in it" in client.get(address, HTTP_ACCEPT_LANGUAGE="en").content.decode()
    dissenter = people(session, "client")[4]
    lists.remove_participant(by=actor(cast.client_sponsor), session=session, participant=dissenter)
    assert urn.sums(deck_of(session))[f"v:{session.statements.first().key}", "client"] == [4, 1, 0]
    assert participant_of(urn.token_of(dissenter)) is None


# ---------------------------------------------------------------- twin locks
def themes(session, chosen):
    round_ = session.rounds.get(kind="themes")
    for participant, codes in chosen:
        participant.session = session
        votes.cast(round=round_, token=urn.token_of(participant), answers={f"t:{code}": 0 for code in codes})


def test_a_concern_appears_only_when_the_other_side_brought_it_too(cast):
    session = workshops.voting_open(cast)
    clients, suppliers = people(session, "client"), people(session, "supplier")
    themes(session, [(clients[0], ["price", "respect"]), (suppliers[3], ["price"]), (suppliers[1], ["future"])])
    workshops.everybody_votes(session, client=[AGREE] * 5, supplier=[AGREE] * 5)
    voting.seal_votes(by=actor(cast.facilitator), session=session)
    sessions.say_equity(by=actor(cast.facilitator), session=session)
    assert project(session, Viewer.EXTERNAL).themes == ()
    voting.reveal_votes(by=actor(cast.facilitator), session=session)
    assert len(project(session, Viewer.EXTERNAL).themes) == 1
    assert project(session, Viewer.EVERYONE).themes == ()  # a facilitator of one company is not ahead of the other
    sessions.begin(by=actor(cast.facilitator), session=session)
    Live.objects.filter(session=session).update(participants_step=STEPS["unsaid"])
    assert project(session, Viewer.EVERYONE).themes == project(session, Viewer.EXTERNAL).themes
    assert {cell.item for cell in Cell.objects.filter(round__kind="themes")} == {"t:price"}
    assert {tuple(cell.counts) for cell in Cell.objects.filter(round__kind="themes")} == {()}


def test_a_concern_leaves_no_trace_of_who_deposited_one(cast):
    session = workshops.voting_open(cast)
    box = session.rounds.get(kind="themes").box
    before = {model: list(model.objects.values()) for model in (Participation, AuditRecord)}
    themes(session, [(people(session, "client")[0], ["respect"])])
    assert len(session.rounds.get(kind="themes").box) == len(box)
    assert before == {model: list(model.objects.values()) for model in (Participation, AuditRecord)}


def test_cancelling_destroys_what_was_answered(cast, django_capture_on_commit_callbacks, settings):
    session = workshops.voting_open(cast)
    workshops.vote(session, people(session, "client")[0], AGREE)
    key = settings.SECRETS_DIR / f"round-{deck_of(session).key}.key"
    with django_capture_on_commit_callbacks(execute=True):
        sessions.cancel_session(by=actor(cast.client_sponsor), session=session, reason="Too early")
    assert not Round.objects.exclude(box=None).exists()
    assert not key.exists()
    assert not session.participants.exclude(token_hash=None).exists()


def test_paper_counts_go_through_the_same_projection_and_make_no_movement(cast):
    """Slips of paper do not say who was there: a movement could be that of somebody who left."""
    session = workshops.revealed(cast, of_each=8)
    statement = session.statements.first()
    item = f"v:{statement.key}"
    again = votes.open_round(
        by=actor(cast.facilitator), session=session, kind="revote", items=[(item, 3)], statement=statement
    )
    with pytest.raises(Refused):
        votes.enter_on_paper(by=actor(cast.facilitator), round=again, counts={(item, "client"): [9, 0, 0]})
    counts = {(item, "client"): [4, 4, 0], (item, "supplier"): [8, 0, 0]}
    votes.enter_on_paper(by=actor(cast.facilitator), round=again, counts=counts)
    voting.show_statement(by=actor(cast.facilitator), statement=statement)
    shown = project(session, Viewer.EVERYONE).statement(statement.key)
    assert [side.word for side in shown.again.sides] == ["unclear", "unclear"]
    assert project(session, Viewer.EXTERNAL).statement(statement.key) == shown


def second_vote(cast, session, statement, answers):
    """Everybody still there votes again; `answers` by side."""
    item = f"v:{statement.key}"
    again = votes.open_round(
        by=actor(cast.facilitator), session=session, kind="revote", items=[(item, 3)], statement=statement
    )
    for side, given in answers.items():
        for one, answer in zip(session.participants.filter(side=side, left=False), given, strict=True):
            one.session = session
            votes.cast(round=again, token=urn.token_of(one), answers={item: answer})
    votes.count_round(by=actor(cast.facilitator), round=again)
    return project(session, Viewer.EVERYONE).statement(statement.key).again


def test_of_a_second_vote_the_room_learns_a_movement_of_several_people_and_nothing_of_one(cast):
    session = workshops.revealed(cast, of_each=9)  # the whole client agreed, the whole supplier did not
    one, other, *_rest = session.statements.all()
    for statement in (one, other):
        voting.show_statement(by=actor(cast.facilitator), statement=statement)
    small = second_vote(
        cast, session, one, {"client": [AGREE] * 8 + [DISAGREE], "supplier": [AGREE] * 2 + [DISAGREE] * 7}
    )
    assert [side.word for side in small.sides] == ["unclear", "unclear"]
    large = second_vote(cast, session, other, {"client": [AGREE] * 9, "supplier": [AGREE] * 8 + [DISAGREE]})
    assert [side.word for side in large.sides] == ["unclear", "more"]
    assert not any(character.isdigit() for side in large.sides for character in side.text)


def test_who_left_between_two_votes_shows_in_no_movement(cast):
    """Seven of nine now agree where none did, but two left: the seven are still more than could be watched. With four
    who left they are not."""
    session = workshops.revealed(cast, of_each=9)
    statements = list(session.statements.all()[:2])
    words = []
    for statement, leavers in zip(statements, (2, 2), strict=True):
        voting.show_statement(by=actor(cast.facilitator), statement=statement)
        for person in people(session, "supplier")[-leavers:] if not words else people(session, "supplier")[5:7]:
            lists.remove_participant(by=actor(cast.supplier_sponsor), session=session, participant=person)
        there = session.participants.filter(side="supplier", left=False).count()
        given = {"client": [AGREE] * 9, "supplier": [AGREE] * there}
        words.append(second_vote(cast, session, statement, given).sides[1].word)
    assert words == ["unclear", "unclear"]


def test_of_a_second_vote_the_facilitator_too_reads_a_movement_and_no_count_beside_the_first(cast):
    """Nine agreed, then eight, and one had left: two exact counts would tell what that one had answered."""
    session = workshops.revealed(cast, of_each=9)
    statement = session.statements.first()
    voting.show_statement(by=actor(cast.facilitator), statement=statement)
    leaver = people(session, "client")[0]
    lists.remove_participant(by=actor(cast.client_sponsor), session=session, participant=leaver)
    told = second_vote(cast, session, statement, {"client": [AGREE] * 8, "supplier": [DISAGREE] * 9})
    seen = project(session, Viewer.EXTERNAL).statement(statement.key)
    assert seen.again == told
    assert [side.word for side in told.sides] == ["unclear", "unclear"]
    assert seen == project(session, Viewer.EVERYONE).statement(statement.key)


def test_the_system_seals_but_a_member_does_not(cast):
    session = workshops.voting_open(cast)
    workshops.everybody_votes(session, client=[AGREE] * 5, supplier=[AGREE] * 5)
    with pytest.raises(Refused):
        voting.seal_votes(by=actor(cast.client_member), session=session)
    voting.seal_votes(by=SYSTEM, session=session)
    assert session.state == "ready"
