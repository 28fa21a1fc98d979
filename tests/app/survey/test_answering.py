"""Answering: what a person with a link can do, and what nobody else can."""

from __future__ import annotations

import errno
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import DatabaseError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from answering_wave import Collecting, collecting
from reciproque.app.shared import clock
from reciproque.app.survey.actions.answering import submit_ballot
from reciproque.app.survey.models import Invitation, Wave, WaveState
from reciproque.app.survey.queries import answering
from reciproque.app.survey.urn import collect, lock, seal, store
from reciproque.app.survey.urn.errors import InvalidToken
from reciproque.app.survey.urn.models import Ballot
from urns import open_ballot

COOKIE = "answering"
CANARY = "The canary sings in the third workshop"


@pytest.fixture(autouse=True)
def secrets_folder(tmp_path, settings):
    settings.SECRETS_DIR = tmp_path / "secrets"


@pytest.fixture
def wave(cast) -> Collecting:
    return collecting(cast.relationship)


@pytest.fixture
def person(wave):
    return wave.client_people[0]


@pytest.fixture
def visitor(wave, person) -> Client:
    """A browser in which the person has opened the link."""
    browser = Client(headers={"accept-language": "fr"})
    assert browser.post("/r", {"token": wave.token(person)}).status_code == 302
    return browser


def state_of(response) -> str:
    return re.search(r'name="state" value="([^"]+)"', response.content.decode())[1]


def ticked(response) -> set[tuple[str, str]]:
    return set(re.findall(r'type="radio" name="([^"]+)" value="([^"]+)" checked', response.content.decode()))


def opened(wave: Collecting) -> list[seal.Answers]:
    """Every ballot of the wave, opened with both halves."""
    key = lock.read(settings.SECRETS_DIR, wave.wave.pk)
    both = {"client": wave.client, "supplier": wave.supplier, "lock": key}
    return [open_ballot(row, wave_id=wave.wave.pk, **both) for row in store._rows(Ballot, wave.wave.pk)]


# ---------------------------------------------------------------- The link
@pytest.mark.sqlite
def test_opening_the_address_changes_nothing(wave):
    with CaptureQueriesContext(connection) as queries:
        response = Client().get("/r")
    assert response.status_code == 200
    assert [query["sql"] for query in queries] == ["PRAGMA query_only = ON", "PRAGMA query_only = OFF"]
    assert set(response.cookies) == {"csrftoken"}
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] in ("no-referrer", "same-origin")


@pytest.mark.parametrize("written", [str.lower, lambda t: " ".join([t[:13], t[13:]]), lambda t: f"{t[:6]}-{t[6:]}\n"])
def test_link_is_recognised_however_it_is_typed(wave, person, written):
    response = Client().post("/r", {"token": written(wave.token(person))})
    assert response.headers["Location"] == "/r/promise"


def test_cookie_is_sealed_private_and_no_session_is_made(wave, person):
    browser = Client()
    token = wave.token(person)
    cookie = browser.post("/r", {"token": token}).cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie["max-age"] == 7200
    assert token.lower() not in cookie.value.lower()
    assert not Session.objects.exists()


@pytest.mark.parametrize("typed", ["", "zz", "0" * 26, "é" * 26, "A" * 300, "\x00", "' OR 1=1 --", "https://x/r#"])
def test_unknown_link_is_refused_in_plain_words(wave, typed):
    response = Client(headers={"accept-language": "en"}).post("/r", {"token": typed})
    assert response.status_code == 422
    assert "This link opens nothing." in response.content.decode()
    assert COOKIE not in response.cookies


def test_an_invitation_that_is_gone_opens_nothing(wave, person, visitor):
    token = wave.token(person)
    Invitation.objects.filter(pk=person.pk).delete()
    assert Client().post("/r", {"token": token}).status_code == 422
    assert visitor.get("/r/answer/1").status_code == 410


def test_link_of_another_wave_opens_that_wave(cast, wave, person):
    other = collecting(cast.relationship)
    browser = Client()
    browser.post("/r", {"token": other.token(other.supplier_people[0])})
    browser.post("/r/hand-in", {"F1": "4"})
    assert opened(wave) == []
    assert [ballot.scores for ballot in opened(other)] == [{"F1": 4}]


@pytest.mark.parametrize("name", ["client_member", "supplier_sponsor", "facilitator", "outsider", "host_admin", None])
@pytest.mark.parametrize("path", ["/r/promise", "/r/answer/1", "/r/answer/all", "/r/receipt", "/r/withdraw"])
def test_nobody_sees_the_questions_without_a_link(cast, wave, name, path):
    browser = Client()
    if name:
        browser.force_login(getattr(cast, name))
    response = browser.get(path)
    assert (response.status_code, response.headers["Location"]) == (302, "/r")


def test_forms_are_protected_without_a_session(wave, person):
    browser = Client(enforce_csrf_checks=True)
    assert browser.post("/r", {"token": wave.token(person)}).status_code == 403
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', browser.get("/r").content.decode())[1]
    assert browser.post("/r", {"token": wave.token(person), "csrfmiddlewaretoken": token}).status_code == 302
    page = browser.get("/r/answer/1").content.decode()
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)[1]
    assert browser.post("/r/hand-in", {"F1": "5", "csrfmiddlewaretoken": token}).status_code == 302
    assert browser.post("/r/withdraw", {}).status_code == 403
    assert not Session.objects.exists()


def test_a_link_made_after_a_restore_is_found_without_trying_a_million_numbers(wave, person, monkeypatch):
    late = person.pk + 1_000_000
    Invitation.objects.filter(pk=wave.client_people[1].pk).update(id=late)
    Invitation.objects.filter(pk=person.pk).delete()
    tried, ask = [], collect.recognise

    def heard(typed, by_wave):
        tried.extend(map(len, by_wave.values()))
        return ask(typed, by_wave)

    monkeypatch.setattr(collect, "recognise", heard)
    assert answering.recognise(collect.invitation_token(person.wave_id, late)).invitation_id == late
    with pytest.raises(InvalidToken):
        answering.recognise(wave.token(person))
    assert sum(tried) < 1000


# ---------------------------------------------------------------- The pages
@pytest.mark.parametrize(
    ("path", "count"),
    [("/r/promise", 1), ("/r/answer/1", 1), ("/r/answer/all", 1), ("/r/declined", 1), ("/receipt/", 0)],
)
def test_pages_ask_little_of_the_database(visitor, path, count):
    visitor.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert visitor.get(path).status_code == 200
    assert len([query for query in queries if not query["sql"].startswith(("PRAGMA", "SET "))]) == count


def test_promise_says_what_is_kept_and_what_is_not(cast, visitor):
    page = visitor.get("/r/promise").content.decode()
    for words in (
        "deux clés",
        "Votre façon d’écrire",
        "il ne le montre à personne",
        "triche au moment",
        "ancienne copie",
    ):
        assert words in page
    assert f"{cast.relationship.client} regarde {cast.relationship.supplier}" in page


def test_mirror_follows_its_sentence_from_the_other_chair(cast, visitor):
    page = visitor.get("/r/answer/1").content.decode()
    seen, own = cast.relationship.supplier.name, cast.relationship.client.name
    names = list(dict.fromkeys(re.findall(r'type="radio" name="([^"]+)"', page)))
    assert names == ["F1", "F2", "F2m", "F3", "F4"]
    assert f"{seen} nous prévient" in page
    assert f"«\u00a0{own} nous prévient" in page
    assert 'class="mirror is-supplier"' in page
    assert " checked" not in page


def test_supplier_side_reads_the_same_questions_the_other_way(cast, wave):
    browser = Client(headers={"accept-language": "fr"})
    browser.post("/r", {"token": wave.token(wave.supplier_people[0])})
    page = browser.get("/r/answer/1").content.decode()
    assert f"{cast.relationship.client.name} nous prévient" in page
    assert 'class="mirror is-client"' in page


def test_names_are_shown_as_text(cast, wave, person):
    cast.relationship.supplier.name = "<b>A;B</b> & Cie"
    cast.relationship.supplier.save()
    browser = Client()
    browser.post("/r", {"token": wave.token(person)})
    page = browser.get("/r/answer/1").content.decode()
    assert "&lt;b&gt;A;B&lt;/b&gt; &amp; Cie nous prévient" in page
    assert "<b>A" not in page


def test_all_questions_stand_on_one_page(wave, visitor):
    page = visitor.get("/r/answer/all").content.decode()
    assert len(set(re.findall(r'type="radio" name="([A-Z]\d+m?)"', page))) == 38
    assert len(re.findall(r"<textarea", page)) == 5
    assert visitor.get("/r/answer/10").status_code == 404


def test_pulse_asks_fourteen_questions(cast):
    wave = collecting(cast.relationship, form=Wave.Form.PULSE)
    browser = Client()
    browser.post("/r", {"token": wave.token(wave.client_people[0])})
    page = browser.get("/r/answer/all").content.decode()
    assert len(set(re.findall(r'type="radio" name="([A-Z]\d+m?)"', page))) == 14
    assert browser.post("/r/hand-in", {"F1": "3", "F2": "4"}).status_code == 302
    assert opened(wave)[0].scores == {"F2": 4}


def test_training_wave_says_so_on_every_page(cast):
    wave = collecting(cast.relationship, level=Wave.Level.DEMO)
    browser = Client(headers={"accept-language": "en"})
    browser.cookies["django_language"] = "en"
    browser.post("/r", {"token": wave.token(wave.client_people[0])})
    for path in ("/r/promise", "/r/answer/1", "/r/answer/all"):
        assert "Do not give real answers" in browser.get(path).content.decode()


# ---------------------------------------------------------------- Answering without JavaScript
def test_answers_travel_from_chapter_to_chapter(wave, visitor):
    first = visitor.get("/r/answer/1")
    second = visitor.post("/r/answer/2", {"state": state_of(first), "on": "1", "F1": "2", "F2m": "na"})
    third = visitor.post("/r/answer/3", {"state": state_of(second), "on": "2", "C1": "7"})
    last = visitor.post("/r/answer/9", {"state": state_of(third), "on": "3", "I1": "1"})
    response = visitor.post("/r/hand-in", {"state": state_of(last), "on": "9", "O1": CANARY, "O1-reader": "publish"})
    assert response.headers["Location"] == "/r/receipt"
    (ballot,) = opened(wave)
    assert ballot.scores == {"F1": 2, "F2m": None, "C1": 7, "I1": 1}
    assert ballot.texts == (seal.Text("O1", CANARY, "publish"),)
    assert ballot.function == "purchasing"


def test_language_changes_without_losing_answers(visitor):
    first = visitor.get("/r/answer/1")
    english = visitor.post("/r/answer/1", {"state": state_of(first), "on": "1", "F1": "2", "language": "en"})
    assert english["Content-Language"] == "en"
    assert '<html lang="en">' in english.content.decode()
    assert ticked(english) == {("F1", "2")}
    french = visitor.post("/r/answer/1", {"state": state_of(english), "on": "1", "F2": "6", "language": "fr"})
    assert '<html lang="fr">' in french.content.decode()
    assert ticked(french) == {("F1", "2"), ("F2", "6")}


def test_one_answer_is_counted_in_words_that_fit_any_number(visitor):
    """The script fills the same words: neither knows the plural of a language."""
    first = visitor.get("/r/answer/9")
    page = visitor.post("/r/answer/9", {"state": state_of(first), "on": "9", "F1": "2", "language": "en"})
    text = page.content.decode()
    total = re.search(r'data-total="(\d+)"', text)[1]
    assert f">Sentences answered: 1 of {total}. Left empty: {int(total) - 1}.<" in text
    assert 'data-left="Sentences answered: {answered} of {total}. Left empty: {empty}."' in text
    assert 'data-room="Characters left: {room}"' in text


def test_language_that_the_wave_does_not_speak_is_ignored(cast):
    wave = collecting(cast.relationship, languages=["fr"])
    browser = Client()
    browser.cookies["django_language"] = "en"
    browser.post("/r", {"token": wave.token(wave.client_people[0])})
    page = browser.post("/r/answer/1", {"F1": "2", "language": "en"})
    assert '<html lang="fr">' in page.content.decode()
    assert 'value="en"' not in page.content.decode()


def test_hidden_answers_cannot_be_read_in_the_page(visitor):
    first = visitor.get("/r/answer/9")
    page = visitor.post("/r/answer/1", {"state": state_of(first), "on": "9", "O1": CANARY}).content.decode()
    assert CANARY not in page


def test_length_of_the_hidden_field_does_not_tell_answers(visitor):
    empty = state_of(visitor.get("/r/answer/1"))
    full = state_of(
        visitor.post("/r/answer/1", {"state": empty, **{f"F{n}": "7" for n in range(1, 5)}, "O1": "Short."})
    )
    assert len(empty) == len(full)


@pytest.mark.parametrize("value", ["8", "0", "-1", "1.5", "yes", "3;DROP", "١"])
def test_answer_off_the_scale_is_refused_and_the_rest_kept(wave, visitor, value):
    response = visitor.post("/r/hand-in", {"F1": "3", "F2": value, "O1": CANARY, "on": "1"})
    assert response.status_code == 422
    assert 'href="#F2"' in response.content.decode()
    assert ticked(response) == {("F1", "3")}
    assert opened(wave) == []
    again = visitor.post("/r/hand-in", {"state": state_of(response), "F2": "3"})
    assert again.status_code == 302
    assert opened(wave)[0].texts[0].text == CANARY


def test_text_too_long_comes_back_whole(wave, visitor):
    long = "word " * 400
    response = visitor.post("/r/hand-in", {"F1": "3", "O2": long, "on": "9"})
    page = response.content.decode()
    assert response.status_code == 422
    assert long.strip() in page
    assert 'href="#O2"' in page
    assert "1999" in page
    assert opened(wave) == []


def test_nothing_answered_is_not_handed_in(wave, visitor):
    response = visitor.post("/r/hand-in", {"O1": "  \r\n \x07", "on": "1"})
    assert response.status_code == 422
    assert opened(wave) == []


def test_text_without_a_choice_is_for_the_facilitator_alone(wave, visitor):
    visitor.post("/r/hand-in", {"O1": "One\r\ntwo\x00", "O2": "Three", "O2-reader": "everybody"})
    assert opened(wave)[0].texts == (
        seal.Text("O1", "One\ntwo", "facilitator"),
        seal.Text("O2", "Three", "facilitator"),
    )


def test_text_is_shown_back_as_text(visitor):
    page = visitor.post("/r/answer/9", {"O1": "</textarea><script>x</script>"}).content.decode()
    assert "<script>x" not in page
    assert "&lt;/textarea&gt;" in page


# ---------------------------------------------------------------- Handing in
@pytest.mark.sqlite
def test_handing_in_writes_nothing_in_the_main_database(wave, visitor):
    with CaptureQueriesContext(connection) as queries:
        visitor.post("/r/hand-in", {"F1": "3"})
    assert not [query for query in queries if re.match("INSERT|UPDATE|DELETE|REPLACE", query["sql"])]
    assert queries[0]["sql"] == "PRAGMA query_only = ON"
    assert not wave.wave.invitations.filter(answered__isnull=False).exists()


def test_receipt_is_shown_and_is_the_one_of_the_stored_ballot(wave, visitor):
    visitor.post("/r/hand-in", {"F1": "3"})
    page = visitor.get("/r/receipt").content.decode()
    (row,) = store._rows(Ballot, wave.wave.pk)
    assert "".join(re.findall(r"<span>([A-Z2-7]{4})</span>", page)) == collect.receipts.receipt_of(row)


def test_last_answer_counts_and_stays_alone(wave, visitor):
    visitor.post("/r/hand-in", {"F1": "3", "C1": "2"})
    assert ticked(visitor.get("/r/answer/all")) == set()
    visitor.post("/r/hand-in", {"F1": "5"})
    assert [ballot.scores for ballot in opened(wave)] == [{"F1": 5}]


def test_replayed_hand_in_confirms_again(wave, visitor):
    state = state_of(visitor.get("/r/answer/1"))
    for _ in range(3):
        response = visitor.post("/r/hand-in", {"state": state, "F1": "3"})
        assert response.headers["Location"] == "/r/receipt"
        assert visitor.get("/r/receipt").status_code == 200
    assert len(opened(wave)) == 1


def test_withdrawing_says_the_same_whether_there_was_an_answer_or_not(wave, visitor):
    visitor.post("/r/hand-in", {"F1": "3"})
    with_one = visitor.post("/r/withdraw")
    assert opened(wave) == []
    without = visitor.post("/r/withdraw")
    strip = re.compile(r'value="\w{64}"')
    assert strip.sub("", with_one.content.decode()) == strip.sub("", without.content.decode())
    assert visitor.get("/r/receipt").headers["Location"] == "/r/promise"


def test_promise_does_not_tell_whether_the_person_has_answered(visitor):
    strip = re.compile(r'value="\w{64}"')
    before = strip.sub("", visitor.get("/r/promise").content.decode())
    visitor.post("/r/hand-in", {"F1": "3"})
    assert strip.sub("", visitor.get("/r/promise").content.decode()) == before


def test_failed_storing_gives_the_texts_back(wave, visitor, monkeypatch):
    def full(*args, **kwargs):
        raise DatabaseError("disk is full")

    monkeypatch.setattr(collect, "submit", full)
    response = visitor.post("/r/hand-in", {"F1": "3", "O1": CANARY})
    assert response.status_code == 503
    assert CANARY in response.content.decode()


@pytest.mark.parametrize("path", ["/r/promise", "/r/answer/1", "/r/withdraw"])
def test_a_database_out_of_reach_is_said_plainly_on_every_page(wave, visitor, monkeypatch, path):
    def held(*args, **kwargs):
        raise OperationalError("held")

    monkeypatch.setattr(answering, "respondent", held)
    response = visitor.get(path)
    assert response.status_code == 503
    assert "Rien n’est gardé à moitié" in response.content.decode()
    typed = visitor.post("/r/withdraw" if "withdraw" in path else "/r/answer/2", {"O1": CANARY})
    assert typed.status_code == 503
    assert CANARY in typed.content.decode()


def test_what_stops_an_answer_is_said_in_the_language_of_the_visit(wave, visitor, monkeypatch):
    """A person who reads in English, in a browser that prefers French."""
    visitor.post("/r/language", {"language": "en", "page": "respond-promise"})

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(collect, "submit", full)
    page = visitor.post("/r/hand-in", {"F1": "3"}, headers={"accept-language": "fr"}).content.decode()
    assert 'lang="en"' in page
    assert "Nothing was half kept" in page
    assert "gardé" not in page


@pytest.mark.parametrize("state", [WaveState.CLOSING, WaveState.CLOSED, WaveState.OPEN, WaveState.CANCELLED])
def test_over_means_over_and_the_texts_come_back(wave, visitor, state):
    page_state = state_of(visitor.post("/r/answer/1", {"O1": CANARY}))
    Wave.objects.filter(pk=wave.wave.pk).update(state=state)
    response = visitor.post("/r/hand-in", {"state": page_state, "F1": "3"})
    assert response.status_code == 410
    assert CANARY in response.content.decode()
    for path in ("/r/promise", "/r/answer/1", "/r/withdraw"):
        assert visitor.get(path).status_code == 410
    assert visitor.post("/r/withdraw").status_code == 410
    assert opened(wave) == []


def test_deadline_holds_before_the_closing_job_has_run(wave, visitor):
    visitor.post("/r/hand-in", {"F1": "3"})
    Wave.objects.filter(pk=wave.wave.pk).update(
        closes_at=timezone.now() - timedelta(seconds=1), opens_at=timezone.now() - timedelta(days=2)
    )
    assert visitor.post("/r/hand-in", {"F1": "7"}).status_code == 410
    assert visitor.post("/r/withdraw").status_code == 410
    assert [ballot.scores for ballot in opened(wave)] == [{"F1": 3}]


def test_urn_already_shut_refuses_and_gives_the_texts_back(wave, visitor):
    store.shut(wave.wave.pk)
    response = visitor.post("/r/hand-in", {"F1": "3", "O1": CANARY})
    assert response.status_code == 410
    assert CANARY in response.content.decode()


def test_shared_device_can_forget_the_link(visitor):
    visitor.post("/r/hand-in", {"F1": "3"})
    assert visitor.post("/r/leave").status_code == 200
    assert visitor.get("/r/receipt").headers["Location"] == "/r"
    assert visitor.get("/r/withdraw").headers["Location"] == "/r"


# ---------------------------------------------------------------- Tampering and time
def test_changed_cookie_is_as_good_as_none(wave, visitor):
    sealed = visitor.cookies[COOKIE].value
    visitor.cookies[COOKIE] = sealed[:-6] + ("AAAAAA" if not sealed.endswith("AAAAAA") else "BBBBBB")
    assert visitor.get("/r/answer/1").headers["Location"] == "/r"
    response = visitor.post("/r/hand-in", {"F1": "3", "O1": CANARY})
    assert response.status_code == 200
    assert CANARY in response.content.decode()
    assert opened(wave) == []


@pytest.mark.parametrize(
    "change", [lambda s: s[:-4] + "AAAA", lambda s: "", lambda s: "é", lambda s: s[:40], lambda s: s * 2]
)
def test_changed_hidden_field_is_refused_and_the_texts_come_back(wave, visitor, change):
    state = state_of(visitor.get("/r/answer/1"))
    response = visitor.post("/r/hand-in", {"state": change(state), "F1": "3", "O1": CANARY})
    assert response.status_code == 400
    assert CANARY in response.content.decode()
    assert opened(wave) == []


def test_cookie_cannot_stand_for_the_hidden_field(wave, visitor):
    response = visitor.post("/r/hand-in", {"state": visitor.cookies[COOKIE].value, "F1": "3"})
    assert response.status_code == 400


def test_page_left_open_for_three_hours_still_hands_in(wave, visitor):
    state = state_of(visitor.get("/r/answer/1"))
    with clock.at(timezone.now() + timedelta(hours=3)):
        assert visitor.get("/r/answer/1").headers["Location"] == "/r"
        assert visitor.post("/r/hand-in", {"state": state, "F1": "3"}).headers["Location"] == "/r/receipt"
    assert len(opened(wave)) == 1


def test_page_left_open_for_a_day_asks_for_the_link_and_keeps_the_answers(wave, person, visitor):
    state = state_of(visitor.post("/r/answer/2", {"F1": "6"}))
    with clock.at(timezone.now() + timedelta(hours=24)):
        asked = visitor.post("/r/hand-in", {"state": state, "C1": "2", "on": "2"})
        page = asked.content.decode()
        assert asked.status_code == 200
        kept = re.search(r'name="kept" value="([^"]+)"', page)[1]
        wrong = visitor.post("/r", {"token": "nonsense", "kept": kept, "on": "2"})
        assert kept in wrong.content.decode()
        resumed = visitor.post("/r", {"token": wave.token(person), "kept": kept, "on": "2"})
        assert ticked(resumed) == {("C1", "2")}
        visitor.post("/r/hand-in", {"state": state_of(resumed)})
    assert opened(wave)[0].scores == {"F1": 6, "C1": 2}


def test_answers_of_a_page_are_never_given_to_another_link(wave, visitor):
    state = state_of(visitor.post("/r/answer/2", {"F1": "6"}))
    response = visitor.post("/r", {"token": wave.token(wave.client_people[1]), "kept": state, "on": "1"})
    assert response.status_code == 302
    assert ticked(visitor.get("/r/answer/1")) == set()


def test_two_people_on_one_computer_have_two_drafts(wave, visitor):
    draft = re.compile(r'data-draft="(\w+)" data-key="([\w-]+)"|data-draft="(\w+)"\s+data-key="([\w-]+)"')
    first = draft.search(visitor.get("/r/answer/1").content.decode()).groups()
    visitor.post("/r", {"token": wave.token(wave.client_people[1])})
    second = draft.search(visitor.get("/r/answer/1").content.decode()).groups()
    assert not set(filter(None, first)) & set(filter(None, second))


def test_action_refuses_what_is_not_in_the_questionnaire(wave, person):
    token = wave.token(person)
    with pytest.raises(ValueError):
        submit_ballot(token=token, answers={"Z9": 3})
    with pytest.raises(ValueError):
        submit_ballot(token=token, answers={"F1": 8})
    with pytest.raises(ValueError):
        submit_ballot(token=token, answers={"F1": 3}, texts=[("O9", "x", "publish")])
    assert len(submit_ballot(token=token, answers={"F1": 3}, texts=[("O1", "x", "publish")])) == 12
