"""From the deck to frozen minutes: rules of the deck, choice, promises, equity, remarks, fingerprint, states."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail

import personas
import workshops
from reciproque.app.dialogue import states, urn
from reciproque.app.dialogue.actions import deck, letters, minutes, people, proposals, sessions, votes, voting
from reciproque.app.dialogue.actions.common import participant_actor
from reciproque.app.dialogue.models import Minutes, Moderation, Session, SpeakingTurn
from reciproque.app.dialogue.queries import files
from reciproque.app.dialogue.queries.deck import moderation_summary
from reciproque.app.dialogue.queries.equity import equity
from reciproque.app.shared import clock
from reciproque.app.shared.audit import SYSTEM, actor
from reciproque.app.shared.errors import Refused
from reciproque.app.survey.actions.delivery import send_due_mails
from reciproque.app.survey.models import OutboxMail

DOCS = Path(__file__).parents[3] / "docs"


def by(account):
    return actor(account)


# ---------------------------------------------------------------- mandate
def test_a_change_of_the_mandate_voids_what_was_signed(cast):
    session = workshops.session(cast)
    seen = sessions.digest_of(session)
    sessions.sign_mandate(by=by(cast.client_sponsor), session=session, digest=seen)
    words = {"title": session.title, "planned_at": session.planned_at, "people": "b", "rules": "c", "recipients": "d"}
    sessions.change_mandate(by=by(cast.supplier_sponsor), session=session, purpose="Something else", **words)
    assert not session.signatures.exists()
    with pytest.raises(Refused):
        sessions.sign_mandate(by=by(cast.client_sponsor), session=session, digest=seen)


def test_only_both_sponsors_sign(cast):
    session = workshops.session(cast)
    for other in (cast.facilitator, cast.client_deputy, cast.client_member):
        with pytest.raises(Refused):
            sessions.sign_mandate(by=by(other), session=session, digest=sessions.digest_of(session))
    sessions.sign_mandate(by=by(cast.client_sponsor), session=session, digest=sessions.digest_of(session))
    assert session.state == "mandate"
    sessions.sign_mandate(by=by(cast.supplier_sponsor), session=session, digest=sessions.digest_of(session))
    assert session.state == "deck"


# ---------------------------------------------------------------- deck
def voting_refused(cast, session) -> str:
    with pytest.raises(Refused) as refusal:
        voting.open_voting(by=by(cast.facilitator), session=session, closes_at=clock.now() + timedelta(days=3))
    return refusal.value.message


def draw(cast, session, side, number, **texts):
    texts = {"text_fr": f"Phrase {number}", "text_en": f"Sentence {number}", **texts}
    return deck.draw_up_statement(by=by(cast.facilitator), session=session, side=side, **texts)


def test_a_deck_has_a_third_of_each_side_and_both_languages(cast):
    session = workshops.signed(cast)
    workshops.invite(cast, session)
    for number in range(3):
        draw(cast, session, "client", number)
    draw(cast, session, "supplier", 3)
    assert str(cast.relationship.supplier) in voting_refused(cast, session)
    last = draw(cast, session, "supplier", 4, text_en="")
    voting_refused(cast, session)
    deck.keep_statement(by=by(cast.facilitator), statement=last, text_fr="Phrase 4", text_en="Sentence 4")
    voting.open_voting(by=by(cast.facilitator), session=session, closes_at=clock.now() + timedelta(days=3))
    assert session.state == "voting"


def test_a_deck_holds_25_statements_of_140_signs(cast):
    session = workshops.signed(cast)
    for number in range(25):
        draw(cast, session, "client" if number % 2 else "supplier", number)
    with pytest.raises(Refused):
        draw(cast, session, "client", 26)
    with pytest.raises(Refused):
        deck.deposit_statement(session=session, side="client", text="x" * 141, language="fr")


def test_another_wording_needs_a_reason_and_the_reasons_are_counted_for_both(cast):
    session = workshops.signed(cast)
    deck.deposit_statement(session=session, side="client", text="They never listen", language="en")
    statement = session.statements.get()
    texts = {"text_fr": "Nous sommes peu écoutés", "text_en": "We are not listened to"}
    with pytest.raises(Refused):
        deck.keep_statement(by=by(cast.facilitator), statement=statement, **texts)
    deck.keep_statement(by=by(cast.facilitator), statement=statement, reason="wording", **texts)
    other = draw(cast, session, "supplier", 1)
    with pytest.raises(Refused):
        deck.withhold_statement(by=by(cast.facilitator), statement=other, reason="topic")
    deck.withhold_statement(by=by(cast.facilitator), statement=other, reason="unclear")
    assert sorted(number for _label, number in moderation_summary(session)) == [1, 1]
    assert Moderation.objects.count() == 2


def test_a_sponsor_may_ask_to_remove_an_attack_and_the_facilitator_decides_with_a_reason(cast):
    session = workshops.signed(cast)
    statement = draw(cast, session, "client", 1)
    with pytest.raises(Refused):
        deck.ask_removal(by=by(cast.supplier_deputy), statement=statement, why="It names me")
    request = deck.ask_removal(by=by(cast.supplier_sponsor), statement=statement, why="It names somebody")
    with pytest.raises(Refused):
        deck.answer_removal(by=by(cast.facilitator), asked=request, granted=True, answer=" ")
    deck.answer_removal(by=by(cast.facilitator), asked=request, granted=True, answer="Somebody is named")
    statement.refresh_from_db()
    assert statement.state == "withheld"


def test_a_sentence_is_changed_and_taken_back_with_its_key_alone(cast):
    session = workshops.signed(cast)
    key = deck.deposit_statement(session=session, side="client", text="One", language="fr")
    with pytest.raises(Refused):
        deck.change_deposit(session=session, key="0" * 32, text="Other")
    deck.change_deposit(session=session, key=key, text="Two")
    assert session.statements.get().raw == "Two"
    deck.take_back_deposit(session=session, key=key)
    assert not session.statements.exists()


# ---------------------------------------------------------------- equity
def test_a_lopsided_process_is_named(cast):
    session = workshops.signed(cast)
    invited = workshops.invite(cast, session)
    for participant in invited["supplier"][:3]:
        people.remove_participant(by=by(cast.supplier_sponsor), session=session, participant=participant)
    for number in range(3):
        draw(cast, session, "client", number)
    found = equity(session)
    assert [row.subject for row in found.rows if row.warning] == [found.rows[0].subject, found.rows[1].subject]
    assert str(cast.relationship.client) in found.warnings[0]
    assert str(cast.relationship.supplier) in found.warnings[1]


def test_speaking_time_is_even_up_to_three_fifths(cast):
    session = workshops.revealed(cast)
    SpeakingTurn.objects.create(session=session, side="client", seconds=180)
    SpeakingTurn.objects.create(session=session, side="supplier", seconds=120)
    assert not equity(session).lopsided
    SpeakingTurn.objects.create(session=session, side="client", seconds=10)
    assert equity(session).lopsided


# ---------------------------------------------------------------- proposals and promises
def proposed(cast, session, *, number=4):
    statements = list(session.statements.all())
    client = session.participants.filter(side="client").first()
    return [
        proposals.propose(
            by=participant_actor(client),
            session=session,
            statement=statements[n],
            condition="a plan slips",
            action=f"Say so the same day ({n})",
            proof="A dated mail",
            owed_by="both",
            effort_client="light",
            effort_supplier="light",
            author=client,
        )
        for n in range(number)
    ]


def points(session, given):
    round_ = session.rounds.get(kind="points")
    for participant in session.participants.all():
        participant.session = session
        votes.cast(round=round_, token=urn.token_of(participant), answers=given)


def chosen(cast, session):
    table = proposed(cast, session)
    proposals.object_to(
        by=participant_actor(session.participants.filter(side="supplier").first()),
        proposal=table[0],
        participant=session.participants.filter(side="supplier").first(),
        reason="We cannot do this before spring",
    )
    proposals.open_points(by=by(cast.facilitator), session=session)
    points(session, {f"p:{one.key}": 3 if one == table[0] else 2 for one in table})
    proposals.choose(by=by(cast.facilitator), session=session)
    return list(session.proposals.filter(state="chosen"))


def test_an_objection_keeps_a_proposal_out_whatever_its_points(cast):
    session = workshops.revealed(cast)
    picks = chosen(cast, session)
    assert len(picks) == 3
    assert not any(one.objections.exists() for one in picks)


def test_nobody_accepts_for_somebody_else(cast):
    session = workshops.revealed(cast)
    pick = chosen(cast, session)[0]
    own, other = session.participants.filter(side="client")[:2]
    opposite = session.participants.filter(side="supplier").first()
    today = clock.today()
    terms = {"first_step": "Write", "first_step_by": today + timedelta(days=7), "due_on": today + timedelta(days=60)}
    with pytest.raises(Refused):
        proposals.set_terms(by=by(cast.facilitator), proposal=pick, owner_client=opposite, owner_supplier=own, **terms)
    late = {**terms, "first_step_by": today + timedelta(days=15)}
    with pytest.raises(Refused):
        proposals.set_terms(by=by(cast.facilitator), proposal=pick, owner_client=own, owner_supplier=opposite, **late)
    proposals.set_terms(by=by(cast.facilitator), proposal=pick, owner_client=own, owner_supplier=opposite, **terms)
    for wrong in (participant_actor(other), by(cast.facilitator), by(cast.client_sponsor)):
        with pytest.raises(Refused):
            proposals.accept_owner(by=wrong, proposal=pick, participant=own)
    proposals.accept_owner(by=participant_actor(own), proposal=pick, participant=own)
    assert pick.client_accepted


def ended(cast) -> Session:
    session = workshops.revealed(cast)
    for person, account in (("client", cast.client_sponsor), ("supplier", cast.supplier_sponsor)):
        owner = session.participants.filter(side=person).first()
        owner.person.email = account.email
        owner.person.save()
    today = clock.today()
    for pick in chosen(cast, session):
        own, opposite = (session.participants.filter(side=side).first() for side in ("client", "supplier"))
        proposals.set_terms(
            by=by(cast.facilitator),
            proposal=pick,
            owner_client=own,
            owner_supplier=opposite,
            first_step="Write",
            first_step_by=today + timedelta(days=7),
            due_on=today + timedelta(days=60),
        )
        for owner in (own, opposite):
            proposals.accept_owner(by=participant_actor(owner), proposal=pick, participant=owner)
    sessions.end(by=by(cast.facilitator), session=session)
    return session


def test_every_promise_traces_back_to_a_statement_and_has_one_owner_on_each_side(cast):
    session = ended(cast)
    promises = list(cast.relationship.commitments.all())
    assert len(promises) == 3
    texts = {text for one in session.statements.all() for text in (one.text_fr, one.text_en)}
    for promise in promises:
        assert promise.origin_text in texts
        assert (promise.owner_client, promise.owner_supplier) == (cast.client_sponsor, cast.supplier_sponsor)
        assert promise.state == "open"


# ---------------------------------------------------------------- minutes
def test_remarks_are_taken_for_five_working_days_then_the_minutes_freeze_with_their_fingerprint(
    cast, django_capture_on_commit_callbacks
):
    session = ended(cast)
    assert session.amend_until == sessions.working_days_after(session.ended_at, 5)
    participant = session.participants.first()
    minutes.amend(
        by=participant_actor(participant),
        session=session,
        side="client",
        text="Not what I said",
        participant=participant,
    )
    with pytest.raises(Refused):
        minutes.freeze(by=SYSTEM, session=session)
    with clock.at(session.amend_until), django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(Refused):
            minutes.amend(by=by(cast.client_sponsor), session=session, side="client", text="Too late")
        minutes.freeze_due()
    session.refresh_from_db()
    found = Minutes.objects.get(session=session)
    assert session.state == "frozen"
    assert found.digest == hashlib.sha256(files.minutes_json(found)).hexdigest()
    assert found.content["fr"]["amendments"][0]["text"] == "Not what I said"
    assert bytes(found.pdf_fr).startswith(b"%PDF")
    assert files.minutes_sheet(found, "en").startswith(b"PK")
    assert not session.participants.exclude(token_hash=None).exists()
    with pytest.raises(urn.KeyLost):
        urn.token_of(participant)


def test_saturdays_and_sundays_are_no_working_days():
    wednesday = datetime(2026, 11, 25, 17, 30, tzinfo=UTC)
    assert sessions.working_days_after(wednesday, 5) == wednesday + timedelta(days=7)
    assert sessions.working_days_after(wednesday + timedelta(days=3), 1) == wednesday + timedelta(days=5)


def test_both_sponsors_receive_the_same_files_at_the_same_minute(cast):
    session = ended(cast)
    with clock.at(session.amend_until):
        minutes.freeze_due()
        queued = list(OutboxMail.objects.filter(kind="minutes"))
        assert len(queued) == 2
        assert len({one.not_before for one in queued}) == 1
        send_due_mails(holder="test")
    sent = [one for one in mail.outbox if one.attachments]
    assert sorted(one.to[0].split("<")[-1].strip(">") for one in sent) == sorted(
        [cast.client_sponsor.email, cast.supplier_sponsor.email]
    )
    assert sent[0].attachments == sent[1].attachments


def test_minutes_that_cannot_be_frozen_hold_back_neither_the_others_nor_the_links_of_those_over(
    cast, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    over = workshops.signed(cast)
    sessions.cancel_session(by=by(cast.facilitator), session=over, reason="Another day")  # and killed right after
    sound, broken = ended(cast), ended(personas.cast(people=7))  # the latest comes first
    frozen = minutes.minutes_pdf

    def pdf(of, language):
        if of.session_id == broken.pk:
            raise ValueError("what somebody wrote")
        return frozen(of, language)

    monkeypatch.setattr(minutes, "minutes_pdf", pdf)
    days_over = clock.at(max(broken.amend_until, sound.amend_until))
    with days_over, django_capture_on_commit_callbacks(execute=True), pytest.raises(ValueError):
        minutes.freeze_due()
    for session in (broken, sound):
        session.refresh_from_db()
    assert (broken.state, sound.state) == ("minutes", "frozen")
    left = [(settings.SECRETS_DIR / f"workshop-{session.key}.key").exists() for session in (over, broken, sound)]
    assert left == [False, True, False]
    said = [record.getMessage() for record in caplog.records if record.name == "reciproque.minutes"]
    assert said == [f"the minutes of session {broken.key} could not be frozen: ValueError"]


def test_links_leave_by_mail_and_are_stored_nowhere(cast):
    session = workshops.voting_open(cast)
    letters.send_links(by=by(cast.client_sponsor), session=session)
    assert OutboxMail.objects.filter(kind="workshop").count() == 5
    signs = {urn.signs_of(one) for one in session.participants.select_related("session").filter(side="client")}
    assert not any(sign in str(row) for row in OutboxMail.objects.values() for sign in signs)
    send_due_mails(holder="test")
    sent = " ".join(one.body for one in mail.outbox)
    assert all(sign in sent for sign in signs)


def test_minutes_hold_coded_figures_only(cast):
    session = workshops.revealed(cast, of_each=8)
    sessions.end(by=by(cast.facilitator), session=session)
    document = Minutes.objects.get(session=session).content["en"]
    sides = [side for one in document["statements"] for side in one["result"]["sides"]]
    assert {side["agree"] for side in sides} == {"6 of 8 at least", "2 of 8 at most"}


# ---------------------------------------------------------------- states
def test_the_drawing_of_the_states_is_current():
    assert states.diagram() in (DOCS / "states.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("state", ["mandate", "deck", "voting", "live", "minutes", "frozen", "cancelled"])
def test_nothing_begins_out_of_turn(cast, state):
    session = workshops.session(cast)
    Session.objects.filter(pk=session.pk).update(state=state)
    with pytest.raises(Refused):
        sessions.begin(by=by(cast.facilitator), session=session)


def test_frozen_minutes_cannot_be_cancelled(cast):
    session = workshops.session(cast)
    Session.objects.filter(pk=session.pk).update(state="frozen")
    with pytest.raises(Refused):
        sessions.cancel_session(by=by(cast.client_sponsor), session=session, reason="Regret")


def test_one_workshop_at_a_time(cast):
    workshops.session(cast)
    with pytest.raises(Refused):
        workshops.session(cast)


def test_points_are_shown_to_nobody(cast):
    from reciproque.app.dialogue.queries.projection import Viewer, project, round_view

    session = workshops.revealed(cast)
    chosen(cast, session)
    round_ = session.rounds.get(kind="points")
    assert round_view(session, round_) == {}
    assert "p:" not in str(project(session, Viewer.EXTERNAL))
