"""What may become of a promise, who may make it so, and what can never happen to it in silence."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

import personas
from promised import DAY, Promises, on, sign_in
from reciproque.app.commitments import states
from reciproque.app.commitments.actions.changes import answer_change, ask_release, ask_terms, take_back_change
from reciproque.app.commitments.actions.exposed import forget_exposed, name_exposed
from reciproque.app.commitments.actions.offers import accept, counter, decline, name_owner, propose, withdraw
from reciproque.app.commitments.actions.words import confirm, say_first_step, say_kept, say_otherwise
from reciproque.app.commitments.models import Change, Commitment, ExposedSponsor, State, Word
from reciproque.app.commitments.states import GIVEN, TRANSITIONS, ForbiddenTransition, transition
from reciproque.app.directory.models import Person
from reciproque.app.shared import clock
from reciproque.app.shared.audit import SYSTEM, actor, verify_chain
from reciproque.app.shared.errors import Refused
from reciproque.app.shared.models import AuditRecord

DOCS = Path(__file__).parents[3] / "docs" / "states.md"


def other_terms(promise: Commitment, **more):
    return {"what": promise.what, "proof": promise.proof, "due_on": promise.due_on, "why": "A press broke.",
            "efforts": {"client": "none", "supplier": "medium"}, **more}  # fmt: skip


# ---------------------------------------------------------------- until it counts
def test_a_promise_counts_once_both_owners_have_accepted(promises):
    promise = promises.offered()
    accept(by=actor(promises.cast.client_member), commitment=promise)
    assert promise.state == State.PROPOSED
    accept(by=actor(promises.cast.supplier_member), commitment=promise)
    assert promise.state == State.OPEN
    assert promise.opened_at is not None
    assert verify_chain() is None


@pytest.mark.parametrize(
    "persona", ["client_sponsor", "supplier_sponsor", "facilitator", "observer", "outsider", "host_admin"]
)
def test_nobody_accepts_for_an_owner(promises, persona):
    promise = promises.offered()
    with pytest.raises(Refused, match="Only the two owners"):
        accept(by=actor(getattr(promises.cast, persona)), commitment=promise)
    with pytest.raises(Refused, match="Only the two owners"):
        accept(by=SYSTEM, commitment=promise)


def test_an_owner_accepts_once(promises):
    promise = promises.offered()
    accept(by=actor(promises.cast.client_member), commitment=promise)
    with pytest.raises(Refused, match="already"):
        accept(by=actor(promises.cast.client_member), commitment=promise)
    assert promise.state == State.PROPOSED


@pytest.mark.parametrize(
    ("days", "due", "says"),
    [
        (15, 30, "fourteen days"),
        (-1, 30, "fourteen days"),
        (5, 3, "cannot come after"),
        (0, 0, "lies ahead"),
        (3, 2000, "three years"),
    ],
)
def test_the_dates_of_an_offer_can_be_kept(promises, days, due, says):
    with pytest.raises(Refused, match=says):
        promises.offered(first_step_by=promises.today + days * DAY, due_on=promises.today + due * DAY)
    assert not Commitment.objects.exists()


def test_an_offer_that_lay_too_long_is_put_otherwise_before_it_is_accepted(promises):
    promise = promises.offered(start=promises.today - 10 * DAY)
    with pytest.raises(Refused, match="first step has passed"):
        accept(by=actor(promises.cast.client_member), commitment=promise)
    counter(by=actor(promises.cast.client_sponsor), commitment=promise, why="It lay too long.", **promises.terms())
    for account in promises.owners().values():
        accept(by=actor(account), commitment=promise)
    assert promise.state == State.OPEN


def test_other_words_void_what_was_accepted_and_stay_in_the_history(promises):
    promise = promises.offered()
    accept(by=actor(promises.cast.client_member), commitment=promise)
    words = {**promises.terms(), "what": "We answer within fifteen days."}
    counter(by=actor(promises.cast.supplier_member), commitment=promise, why="Ten is too short.", **words)
    assert promise.accepted_client_at is None
    assert [(c.kind, c.status, c.what) for c in promise.changes.all()] == [
        ("offer", "replaced", "We answer every request within ten days."),
        ("counter", "pending", "We answer within fifteen days."),
    ]


def test_declining_says_why_and_taking_back_is_for_whoever_offered(promises):
    declined, withdrawn = promises.offered(), promises.offered()
    with pytest.raises(Refused, match="Say why"):
        decline(by=actor(promises.cast.supplier_member), commitment=declined, why=" ")
    decline(by=actor(promises.cast.supplier_member), commitment=declined, why="We cannot.")
    with pytest.raises(Refused, match="taken back by whoever made it"):
        withdraw(by=actor(promises.cast.supplier_sponsor), commitment=withdrawn)
    withdraw(by=actor(promises.cast.client_deputy), commitment=withdrawn)
    assert (declined.state, withdrawn.state) == (State.DECLINED, State.WITHDRAWN)
    with pytest.raises(Refused, match="over"):
        accept(by=actor(promises.cast.client_member), commitment=withdrawn)


def test_each_side_names_its_own_owner(promises):
    promise = promises.offered(owners={})
    cast = promises.cast
    with pytest.raises(Refused, match="of this company names its owners"):
        name_owner(by=actor(cast.client_sponsor), commitment=promise, side="supplier", owner=cast.supplier_member)
    with pytest.raises(Refused, match="no seat at Supplier Works"):
        name_owner(by=actor(cast.supplier_sponsor), commitment=promise, side="supplier", owner=cast.client_member)
    with pytest.raises(Refused, match="no seat"):
        propose(by=actor(cast.client_sponsor), relationship=promises.relationship, owed_by="client",
                owners={"client": cast.outsider}, **promises.terms())  # fmt: skip
    name_owner(by=actor(cast.supplier_deputy), commitment=promise, side="supplier", owner=cast.supplier_member)
    name_owner(by=actor(cast.client_member), commitment=promise, side="client", owner=cast.client_member)
    assert promise.owner_supplier == cast.supplier_member


def test_somebody_new_takes_over_in_sight_and_accepts_anew(promises):
    promise, cast = promises.open(), promises.cast
    name_owner(by=actor(cast.supplier_sponsor), commitment=promise, side="supplier", owner=cast.supplier_deputy)
    assert promise.state == State.OPEN
    with pytest.raises(Refused, match="Accept this promise first"):
        say_first_step(by=actor(cast.supplier_deputy), commitment=promise)
    with pytest.raises(Refused, match="Only the two owners"):
        say_first_step(by=actor(cast.supplier_member), commitment=promise)
    accept(by=actor(cast.supplier_deputy), commitment=promise)
    say_first_step(by=actor(cast.supplier_deputy), commitment=promise)
    assert "supplier member → supplier deputy" in [c.why for c in promise.changes.all()]


# ---------------------------------------------------------------- before its date
def test_other_terms_hold_once_the_other_owner_accepts_them(promises):
    promise, cast = promises.open(), promises.cast
    later = promise.due_on + 20 * DAY
    change = ask_terms(by=actor(cast.supplier_member), commitment=promise, **other_terms(promise, due_on=later))
    promise.refresh_from_db()
    assert promise.due_on == promises.today + 30 * DAY
    assert promise.announced_on == promises.today
    with pytest.raises(Refused, match="owner opposite"):
        answer_change(by=actor(cast.supplier_member), change=change, accept=True)
    with pytest.raises(Refused, match="A change waits"):
        ask_release(by=actor(cast.client_member), commitment=promise, why="Enough.")
    answer_change(by=actor(cast.client_member), change=change, accept=True)
    promise.refresh_from_db()
    assert promise.due_on == later
    assert [c.due_on for c in promise.changes.all()] == [promises.today + 30 * DAY, later]


def test_a_refusal_gives_its_reason_and_leaves_the_terms(promises):
    promise, cast = promises.open(), promises.cast
    change = ask_terms(by=actor(cast.supplier_member), commitment=promise, **other_terms(promise, what="We try."))
    with pytest.raises(Refused, match="Say why"):
        answer_change(by=actor(cast.client_member), change=change, accept=False)
    answer_change(by=actor(cast.client_member), change=change, accept=False, answer="Trying is not answering.")
    promise.refresh_from_db()
    assert promise.what == "We answer every request within ten days."
    assert promise.changes.last().answer == "Trying is not answering."


def test_a_request_is_taken_back_by_whoever_made_it(promises):
    promise, cast = promises.open(), promises.cast
    change = ask_release(by=actor(cast.supplier_member), commitment=promise, why="The need is gone.")
    with pytest.raises(Refused, match="moved on"):
        take_back_change(by=actor(cast.client_member), change=change)
    take_back_change(by=actor(cast.supplier_member), change=change)
    assert promise.changes.last().status == Change.Status.WITHDRAWN


def test_letting_go_takes_both(promises):
    promise, cast = promises.open(), promises.cast
    change = ask_release(by=actor(cast.client_member), commitment=promise, why="The need is gone.")
    promise.refresh_from_db()
    assert promise.state == State.OPEN
    answer_change(by=actor(cast.supplier_member), change=change, accept=True)
    promise.refresh_from_db()
    assert promise.state == State.RELEASED


def test_after_the_date_terms_are_what_was_given(promises):
    promise, cast = promises.open(), promises.cast
    asked = ask_terms(by=actor(cast.supplier_member), commitment=promise, **other_terms(promise, what="We try."))
    with on(promise.due_on):
        assert not promise.is_overdue(promise.due_on)
    with on(promise.due_on + DAY):
        with pytest.raises(Refused, match="The date has passed"):
            answer_change(by=actor(cast.client_member), change=asked, accept=True)
        with pytest.raises(Refused, match="The date has passed"):
            ask_terms(by=actor(cast.supplier_member), commitment=promise, **other_terms(promise, what="We hope."))
        with pytest.raises(Refused, match="The date has passed"):
            ask_release(by=actor(cast.client_member), commitment=promise, why="Enough.")


# ---------------------------------------------------------------- words
def test_kept_late_follows_from_the_date(promises):
    early, late = promises.open(start=promises.today - 40 * DAY), promises.open(start=promises.today - 40 * DAY)
    promises.said_kept(early, promises.today, done_on=early.due_on)
    promises.said_kept(late, promises.today, done_on=late.due_on + DAY)
    assert [w.outcome for w in Word.objects.order_by("id")] == ["kept", "late"]
    for promise in (early, late):
        confirm(by=actor(promises.cast.client_member), commitment=promise)
    assert (early.state, late.state) == (State.KEPT, State.LATE)


def test_a_promise_accepted_after_midnight_is_not_kept_the_evening_before(promises):
    """Half past midnight here is still yesterday evening in UTC, in which moments are stored."""
    promise = promises.offered()
    day = promises.today + DAY
    with clock.at(timezone.make_aware(datetime.combine(day, time(0, 30)))):
        for side in ("client", "supplier"):
            accept(by=actor(promise.owner(side)), commitment=promise)
    with pytest.raises(Refused, match="between the day it was accepted and today"):
        promises.said_kept(promise, day, done_on=promises.today)
    assert promises.said_kept(promise, day, done_on=day).state == State.SAID


def test_the_witness_cannot_speak_first_before_the_date_nor_say_kept(promises):
    promise, witness = promises.open(), actor(promises.cast.client_member)
    with pytest.raises(Refused, match="The date has not passed"):
        say_otherwise(by=witness, commitment=promise, outcome="broken", why="I doubt it.")
    with pytest.raises(Refused, match="The side that gave its word"):
        say_kept(by=witness, commitment=promise, proof="I saw it", done_on=promises.today)
    with pytest.raises(Refused, match="has not said yet"):
        confirm(by=witness, commitment=promise)


def test_a_silent_bearer_does_not_stop_the_witness(promises):
    promise = promises.open(start=promises.today - 40 * DAY)
    say_otherwise(by=actor(promises.cast.client_member), commitment=promise, outcome="broken", why="Nothing came.")
    assert promise.state == State.SAID
    confirm(by=actor(promises.cast.supplier_member), commitment=promise)
    assert promise.state == State.BROKEN


def test_two_different_words_stand_side_by_side_until_one_changes(promises):
    promise = promises.open(start=promises.today - 40 * DAY)
    promises.said_kept(promise, promises.today - DAY, done_on=promise.due_on)
    witness = actor(promises.cast.client_member)
    say_otherwise(by=witness, commitment=promise, outcome="broken", why="The e-mail says nothing.")
    assert promise.state == State.DISPUTED
    page = sign_in(promises.cast.observer).get(reverse("commitment", args=[promise.key])).content.decode()
    assert "Two different words, side by side" in page
    assert "The e-mail says nothing." in page
    assert "e-mail of the day" in page
    say_otherwise(by=witness, commitment=promise, outcome="late", why="It came on the tenth.")
    assert promise.state == State.DISPUTED
    confirm(by=witness, commitment=promise)
    assert promise.state == State.KEPT
    assert [(w.side, w.outcome) for w in promise.words.all()] == [
        ("supplier", "kept"), ("client", "broken"), ("client", "late"), ("client", "kept"),
    ]  # fmt: skip


def test_what_is_settled_stays_settled(promises):
    promise = promises.settled("kept")
    for act in (
        lambda by: confirm(by=by, commitment=promise),
        lambda by: say_otherwise(by=by, commitment=promise, outcome="broken", why="After all."),
    ):
        with pytest.raises(Refused):
            act(actor(promises.cast.client_member))
    promise.refresh_from_db()
    assert promise.state == State.KEPT


def test_a_joint_promise_has_each_side_as_witness_of_the_other(promises):
    promise = promises.open("both", start=promises.today - 40 * DAY)
    client, supplier = actor(promises.cast.client_member), actor(promises.cast.supplier_member)
    say_kept(by=client, commitment=promise, proof="our half", done_on=promise.due_on)
    assert promise.state == State.SAID
    with pytest.raises(Refused, match="the other side now gives its own"):
        say_kept(by=client, commitment=promise, proof="again", done_on=promise.due_on)
    say_kept(by=supplier, commitment=promise, proof="our half", done_on=promise.due_on)
    assert promise.state == State.KEPT


# ---------------------------------------------------------------- states as data
def test_every_state_of_a_counting_promise_can_be_reached_and_left_as_drawn(promises):
    assert {t.target for t in TRANSITIONS} | {State.PROPOSED} == set(State.values)
    for state in (State.KEPT, State.LATE, State.BROKEN, State.DECLINED, State.WITHDRAWN, State.RELEASED):
        for name in {t.name for t in TRANSITIONS}:
            with pytest.raises(ForbiddenTransition):
                transition(name, state)
    assert State.PROPOSED not in GIVEN
    assert states.diagram() in DOCS.read_text(encoding="utf-8")


# ---------------------------------------------------------------- the own company's business
def expose(promises: Promises, promise: Commitment) -> ExposedSponsor:
    person = Person.objects.filter(organisation=promises.relationship.client).first()
    return name_exposed(
        by=actor(promises.cast.client_member), commitment=promise, person=person,
        defended="She defended a canary budget.", gesture="Tell her first.",
    )  # fmt: skip


def test_exposed_sponsors_are_read_by_their_own_company_only(promises):
    promise = promises.settled("broken")
    row = expose(promises, promise)
    address = reverse("exposed-sponsors", args=[promises.relationship.key])
    for persona in ("client_sponsor", "client_deputy", "client_member"):
        for page in (address, reverse("commitment", args=[promise.key])):
            seen = sign_in(getattr(promises.cast, persona)).get(page).content.decode()
            assert "canary budget" in seen
            assert str(row.person) in seen
    for persona in ("facilitator", "observer", "outsider", "host_admin"):
        assert sign_in(getattr(promises.cast, persona)).get(address).status_code == 404
    opposite = sign_in(promises.cast.supplier_sponsor)
    assert "canary" not in opposite.get(address).content.decode()
    assert opposite.post(reverse("exposed-sponsor-forget", args=[row.key])).status_code == 404
    for name, key in (
        ("commitments", promises.relationship.key),
        ("commitment", promise.key),
        ("commitments-csv", promises.relationship.key),
    ):
        for persona in ("supplier_sponsor", "facilitator", "observer"):
            page = sign_in(getattr(promises.cast, persona)).get(reverse(name, args=[key])).content.decode()
            assert "canary" not in page
            assert str(row.person) not in page
    record = AuditRecord.objects.get(action="exposed_sponsor.named")
    assert (record.audience, record.relationship_key) == ("client", promises.relationship.key)
    assert str(row.person) not in f"{record.subject} {record.data}"
    for persona in ("supplier_sponsor", "facilitator"):
        log = sign_in(getattr(promises.cast, persona)).get(reverse("log", args=[promises.relationship.key]))
        assert "exposed" not in log.content.decode()


def test_an_exposed_sponsor_is_forgotten_without_a_trace(promises):
    row = expose(promises, promises.settled("late"))
    with pytest.raises(Refused):
        forget_exposed(by=actor(promises.cast.supplier_member), row=row)
    response = sign_in(promises.cast.client_sponsor).post(reverse("exposed-sponsor-forget", args=[row.key]))
    assert response.status_code == 302
    assert not ExposedSponsor.objects.exists()


def test_only_a_promise_that_hurts_exposes_and_only_own_people(promises):
    with pytest.raises(Refused, match="hurt nobody"):
        expose(promises, promises.open())
    promise = promises.open(start=promises.today - 40 * DAY)
    stranger = Person.objects.filter(organisation=promises.relationship.supplier).first()
    with pytest.raises(Refused, match="Only people of Client Works"):
        name_exposed(by=actor(promises.cast.client_member), commitment=promise, person=stranger, defended="x")
    for persona in ("facilitator", "observer"):
        with pytest.raises(Refused, match="role"):
            name_exposed(by=actor(getattr(promises.cast, persona)), commitment=promise, person=stranger, defended="x")


# ---------------------------------------------------------------- isolation
def test_another_relationship_sees_nothing(promises):
    promise = promises.settled("kept")
    stranger = personas.cast()
    client = sign_in(stranger.client_sponsor)
    for name in ("commitment", "commitment-terms", "commitment-ics"):
        assert client.get(reverse(name, args=[promise.key])).status_code == 404
    for name in ("accept", "decline", "withdraw", "release", "answer", "first-step", "kept", "confirm", "otherwise"):
        assert client.post(reverse(f"commitment-{name}", args=[promise.key])).status_code == 404
    ledger = client.get(reverse("commitments", args=[stranger.relationship.key])).content.decode()
    assert promise.what not in ledger


def test_a_reader_of_the_relationship_who_owns_nothing_changes_nothing(promises):
    promise = promises.open()
    for persona in ("client_sponsor", "facilitator", "observer"):
        client = sign_in(getattr(promises.cast, persona))
        client.post(
            reverse("commitment-kept", args=[promise.key]), {"proof": "x", "done_on": promises.today.isoformat()}
        )
        client.post(reverse("commitment-confirm", args=[promise.key]))
        client.post(reverse("commitment-release", args=[promise.key]), {"why": "x"})
        client.post(reverse("commitment-first-step", args=[promise.key]))
    promise.refresh_from_db()
    assert (promise.state, promise.first_step_done_on) == (State.OPEN, None)
    assert not Word.objects.exists()


def test_an_observer_offers_nothing(promises):
    client = sign_in(promises.cast.observer)
    for name in ("commitment-new", "commitments-import"):
        assert client.get(reverse(name, args=[promises.relationship.key])).status_code == 404
    with pytest.raises(Refused, match="role"):
        promises.offered(by=promises.cast.observer)
