"""Phone, room screen and console, tried with everybody."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import workshops
from reciproque.app.dialogue import urn
from reciproque.app.dialogue.actions import live as room
from reciproque.app.dialogue.actions import proposals, votes
from reciproque.app.dialogue.actions.common import participant_actor
from reciproque.app.dialogue.models import Note, Proposal, SpeakingTurn
from reciproque.app.dialogue.states import PHASES, STEPS
from reciproque.app.shared import clock

MEMBERS = ("client_sponsor", "supplier_sponsor", "client_member", "supplier_member", "observer", "facilitator")


@pytest.fixture
def led(cast):
    session = workshops.revealed(cast)
    keys = [one.key for one in session.statements.all()]
    session.programme = {"common": keys[:1], "divides": keys[1:4], "unsaid": keys[4:5]}
    session.save()
    return session


def client_of(account):
    client = Client()
    client.force_login(account)
    return client


def phone_of(session, side="client", number=0):
    """A browser that has opened the own link of somebody."""
    participant = session.participants.filter(side=side)[number]
    participant.session = session
    phone = Client()
    answer = phone.post(reverse("phone"), {"token": urn.signs_of(participant)})
    assert answer.status_code == 302
    return phone


def press(client, session, what, **data):
    return client.post(reverse("console-do", args=[session.key, what]), data, follow=True)


def take_to(console, session, code):
    session.live.refresh_from_db()
    while session.live.participants_step < STEPS[code]:
        press(console, session, "look", step=session.live.participants_step + 1)
        press(console, session, "step")
        session.live.refresh_from_db()


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


# ---------------------------------------------------------------- who opens what
@pytest.mark.parametrize("who", MEMBERS)
def test_members_may_open_the_screen_of_the_room(cast, led, who):
    assert client_of(getattr(cast, who)).get(reverse("room", args=[led.key])).status_code == 200


@pytest.mark.parametrize("name", ["room", "room-now", "console", "console-now"])
def test_outsiders_and_strangers_open_nothing(cast, led, name):
    assert client_of(cast.outsider).get(reverse(name, args=[led.key])).status_code == 404
    assert Client().get(reverse(name, args=[led.key])).status_code == 302
    assert client_of(cast.facilitator).get(reverse(name, args=["nothinghere2"])).status_code == 404


@pytest.mark.parametrize("who", ["client_member", "supplier_member", "observer"])
def test_the_console_is_for_those_who_prepare(cast, led, who):
    client = client_of(getattr(cast, who))
    assert client.get(reverse("console", args=[led.key])).status_code == 404
    assert press(client, led, "step").status_code == 404


def test_a_sponsor_sees_whose_seat_it_is_and_cannot_lead(cast, led):
    client = client_of(cast.client_sponsor)
    page = client.get(reverse("console", args=[led.key]))
    assert "console-steps" not in page.content.decode()
    press(client, led, "look", step=1)
    led.live.refresh_from_db()
    assert led.live.facilitator_step == 0


def test_a_phone_without_link_is_sent_to_the_door(led):
    assert Client().get(reverse("phone-live")).url == reverse("phone")
    assert Client().post(reverse("phone-ready")).url == reverse("phone")


def test_the_code_of_the_room_lists_nobody(cast, led):
    page = Client().get(reverse("room-join", args=[led.room_code.upper()]))
    assert page.status_code == 200
    for participant in led.participants.all():
        assert participant.name not in page.content.decode()
    assert str(cast.relationship.client) not in page.content.decode()
    assert Client().get(reverse("room-join", args=["zzzzzz"])).status_code == 404
    assert phone_of(led).get(reverse("room-join", args=[led.room_code])).url == reverse("phone")


# ---------------------------------------------------------------- the phone
def test_a_phone_comes_back_by_the_same_link_to_the_step_of_the_room(cast, led):
    console = client_of(cast.facilitator)
    take_to(console, led, "mirror")
    press(console, led, "vote", seconds=120)
    first, again = phone_of(led), phone_of(led)
    assert first.post(reverse("phone-live-vote"), {"m:trust": "1", "m:guess": "2"}).status_code == 302
    seen, other = (phone.get(reverse("phone-live")).content.decode() for phone in (first, again))
    assert re.search(r'name="m:trust" value="1" checked', seen)
    assert re.search(r'name="m:guess" value="2" checked', seen)
    assert 'name="m:trust"' in other  # a stored slip is never read back, not even to its own link
    assert "checked" not in other
    press(console, led, "vote", seconds=120)
    assert "checked" not in first.get(reverse("phone-live")).content.decode()


def test_polling_says_nothing_while_nothing_changes_and_moves_the_clock_alone(cast, led):
    console, phone = client_of(cast.facilitator), phone_of(led)
    page = phone.get(reverse("phone-live")).content.decode()
    stamp = re.search(r'data-stamp="([^"]+)"', page)[1]
    assert phone.get(reverse("phone-now"), {"at": stamp}).status_code == 204
    press(console, led, "timer", seconds=120)
    moved = phone.get(reverse("phone-now"), {"at": stamp})
    assert 'id="clock"' in moved.content.decode()
    assert 'id="live"' not in moved.content.decode()
    press(console, led, "vote", seconds=60)
    assert 'id="live"' in phone.get(reverse("phone-now"), {"at": stamp}).content.decode()


def test_all_screens_say_sealed_at_the_deadline_by_themselves(cast, led):
    """Nothing is pressed and nothing is written: two seconds later at most, by their own asking, all three know."""
    console, phone = client_of(cast.facilitator), phone_of(led)
    press(console, led, "vote", seconds=60)
    end = led.rounds.get(kind="test").closes_at
    screens = (
        (phone, "phone-live", "phone-now", []),
        *((console, n, f"{n}-now", [led.key]) for n in ("room", "console")),
    )
    for moment, sealed in ((end - timedelta(seconds=1), False), (end, True)):
        with clock.at(moment):
            for client, name, _again, key in screens:
                page = client.get(reverse(name, args=key)).content.decode()
                assert ("sealed" in page or "scellés" in page) == sealed, (name, sealed)
    for client, name, again, key in screens:
        with clock.at(end - timedelta(seconds=1)):
            stamp = re.search(r'data-stamp="([^"]+)"', client.get(reverse(name, args=key)).content.decode())[1]
            assert client.get(reverse(again, args=key), {"at": stamp}).status_code == 204
        with clock.at(end):
            asked = client.get(reverse(again, args=key), {"at": stamp})
            assert asked.status_code == 200
            assert "sealed" in asked.content.decode() or "scellés" in asked.content.decode(), name
    assert led.rounds.get(kind="test").state == "open"  # looking writes nothing
    with clock.at(end + timedelta(seconds=5)):  # what was on its way is still taken
        assert phone.post(reverse("phone-live-vote"), {"m:test": "0"}).status_code == 302


def test_polling_costs_two_queries(cast, led):
    phone = phone_of(led)
    stamp = re.search(r'data-stamp="([^"]+)"', phone.get(reverse("phone-live")).content.decode())[1]
    with CaptureQueriesContext(connection) as made:
        phone.get(reverse("phone-now"), {"at": stamp})
    asked = [query["sql"] for query in made if not query["sql"].startswith(("PRAGMA", "SET"))]
    assert len(asked) == 2, asked


def test_nothing_of_what_comes_next_reaches_a_phone_or_the_room(cast, led):
    console, phone = client_of(cast.facilitator), phone_of(led)
    take_to(console, led, "common")
    press(console, led, "look", step=STEPS["divides"])
    divides = [one.text for one in led.statements.all()[1:4]]
    screens = phone.get(reverse("phone-live")), console.get(reverse("room", args=[led.key]))
    for page in screens:
        assert not any(sentence in page.content.decode() for sentence in divides)


def test_a_facilitator_employed_by_a_side_discovers_statements_with_the_room(cast):
    session = workshops.revealed(cast, employer="client")
    key = session.statements.all()[1].key
    session.programme = {"common": [], "divides": [key], "unsaid": []}
    session.save()
    console = client_of(cast.facilitator)
    take_to(console, session, "common")
    press(console, session, "look", step=STEPS["divides"])
    sentence = session.statements.get(key=key).text
    assert sentence not in console.get(reverse("console", args=[session.key])).content.decode()


@pytest.mark.parametrize("employer", ["neutral", "client"])
def test_screens_do_not_move_when_one_ballot_does(cast, employer):
    session = workshops.live(cast, employer=employer)
    console = client_of(cast.facilitator)
    press(console, session, "vote", seconds=60)
    voter, watcher = votes._people(session)[0], phone_of(session, "supplier", 4)
    seen = []
    for answer in (0, 1):
        room.answer_vote(participant=voter, token=urn.token_of(voter), answers={"m:test": answer})
        pages = [
            watcher.get(reverse("phone-live")),
            console.get(reverse("room", args=[session.key])),
            console.get(reverse("console", args=[session.key])),
            console.get(reverse("console-now", args=[session.key])),
        ]
        seen.append(
            [
                re.sub(
                    r'csrf\w*"?[^>]+>|name="key" value="\w+"|data-left="\d+">[\d:]+|X-CSRFToken[^}]+',
                    "",
                    page.content.decode(),
                )
                for page in pages
            ]
        )
    assert seen[0] == seen[1]


@pytest.mark.parametrize("employer", ["neutral", "client"])
def test_the_console_shows_of_a_vote_what_the_room_sees_and_no_exact_count(cast, employer):
    session = workshops.revealed(cast, employer=employer)
    console = client_of(cast.facilitator)
    take_to(console, session, "mirror")
    press(console, session, "vote", seconds=120)
    vote_all([phone_of(session, "client", number) for number in range(5)], **{"m:trust": "0", "m:guess": "0"})
    vote_all([phone_of(session, "supplier", number) for number in range(5)], **{"m:trust": "1", "m:guess": "0"})
    assert "console-counts" not in console.get(reverse("console", args=[session.key])).content.decode()
    press(console, session, "show")
    page = console.get(reverse("console", args=[session.key])).content.decode()
    shown = re.search(r'class="console-counts".*?</section>', page, re.S)[0]
    assert "unit-mark" in shown
    assert '<strong class="figure">' not in shown
    room_sees = console.get(reverse("room", args=[session.key])).content.decode()
    said = re.findall(r'<p class="coded-say">.*?</p>', shown, re.S)
    assert said
    assert said == re.findall(r'<p class="coded-say">.*?</p>', room_sees, re.S)
    assert "console-counts" not in room_sees


@pytest.mark.parametrize("employer", ["neutral", "client"])
def test_the_console_says_everybody_or_not_yet_and_does_not_move_in_between(cast, employer):
    """Neither its page, nor what it asks for every two seconds, tells that one person more has answered."""
    session = workshops.revealed(cast, employer=employer)
    console = Client(headers={"accept-language": "en"})
    console.force_login(cast.facilitator)
    press(console, session, "vote", seconds=60)
    seen, voters = [], votes._people(session)
    stamp = re.search(r'data-stamp="([^"]+)"', console.get(reverse("console", args=[session.key])).content.decode())[1]
    for voter in voters:
        page = console.get(reverse("console", args=[session.key])).content.decode()
        seen.append(text_of_answered(page))
        room.answer_vote(participant=voter, token=urn.token_of(voter), answers={"m:test": 0})
        if employer == "client" and voter is not voters[-1]:
            assert console.get(reverse("console-now", args=[session.key]), {"at": stamp}).status_code == 204
    assert len(set(seen)) <= (2 if employer == "neutral" else 1)
    assert not any(character.isdigit() for said in seen for character in said)
    last = console.get(reverse("console-now", args=[session.key]), {"at": stamp})
    assert "not everybody yet" not in text_of_answered(last.content.decode())


def text_of_answered(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.split("Have answered")[1].split("</dd>")[0]).split())


def test_nobody_is_taken_off_the_lists_while_the_room_votes(cast, led):
    console, sponsor = client_of(cast.facilitator), client_of(cast.client_sponsor)
    someone = led.participants.filter(side="client").first()
    address, button = (reverse(name, args=[led.key, *key]) for name, key in (
        ("workshop-people", []), ("workshop-person-remove", [someone.key])
    ))  # fmt: skip
    press(console, led, "vote", seconds=60)
    assert button not in sponsor.get(address).content.decode()
    sponsor.post(button)
    someone.refresh_from_db()
    assert not someone.left
    press(console, led, "show")
    assert button in sponsor.get(address).content.decode()
    sponsor.post(button)
    someone.refresh_from_db()
    assert someone.left


def test_what_is_typed_on_a_shared_device_is_kept_under_a_name_of_the_own_link(cast, led):
    console = client_of(cast.facilitator)
    take_to(console, led, "divides")
    press(console, led, "show")
    press(console, led, "silence", seconds=120)
    pages = [phone_of(led, "client", n).get(reverse("phone-live")).content.decode() for n in (0, 1, 0)]
    names = [re.search(r'data-draft="(note-[^"]+)"', page)[1] for page in pages]
    assert names[0] == names[2] != names[1]
    assert all(reverse("phone-leave") in page for page in pages)


def test_who_is_ready_is_a_number(cast, led):
    console = client_of(cast.facilitator)
    phone_of(led).post(reverse("phone-ready"))
    page = console.get(reverse("console", args=[led.key]))
    assert "1" in text(page)
    for participant in led.participants.all():
        assert participant.name not in page.content.decode()


@pytest.mark.parametrize(
    ("what", "status"), [("phone-ready", 302), ("phone-note", 409), ("phone-live-vote", 409), ("phone-proposal", 302)]
)
def test_a_page_left_open_from_a_room_that_is_not_there_is_answered_in_words(cast, what, status):
    session = workshops.signed(cast)
    workshops.invite(cast, session)
    left = {"text": "Kept on the page", "reader": "facilitator", "step": "1", "place": "0", "key": "k" * 24}
    answer = phone_of(session).post(reverse(what), left)
    assert answer.status_code == status
    assert what != "phone-note" or "Kept on the page" in answer.content.decode()
    assert not session.participants.filter(joined=True).exists()


def test_a_private_sentence_never_reaches_the_server_s_tables_and_comes_back(cast, led):
    console, phone = client_of(cast.facilitator), phone_of(led)
    take_to(console, led, "divides")
    press(console, led, "show")
    press(console, led, "silence", seconds=120)
    where = {"step": STEPS["divides"], "place": 0, "key": "k" * 32, "text": "Only for me"}
    page = phone.post(reverse("phone-note"), {**where, "reader": "me"})
    assert "Only for me" in page.content.decode()
    assert not Note.objects.exists()
    phone.post(reverse("phone-note"), {**where, "reader": "facilitator"})
    assert "Only for me" in console.get(reverse("console", args=[led.key])).content.decode()
    assert "Only for me" not in console.get(reverse("room", args=[led.key])).content.decode()


def test_a_sentence_that_comes_too_late_is_given_back(cast, led):
    phone = phone_of(led)
    where = {"step": STEPS["divides"], "place": 0, "key": "k" * 32, "text": "My long sentence", "reader": "facilitator"}
    page = phone.post(reverse("phone-note"), where)
    assert page.status_code == 409
    assert "My long sentence" in page.content.decode()


def test_a_bad_button_says_so_and_changes_nothing(cast, led):
    console = client_of(cast.facilitator)
    assert press(console, led, "nothing").status_code == 404
    page = press(console, led, "look", step="far")
    assert page.status_code == 200
    led.live.refresh_from_db()
    assert led.live.version == 0


# ---------------------------------------------------------------- the whole way
def propose_all(session):
    people = votes._people(session)
    statement = session.statements.filter(shown=True).first()
    for number, owed_by in enumerate(("client", "supplier", "both", "both")):
        author = people[number]
        proposals.propose(
            by=participant_actor(author),
            session=session,
            statement=statement,
            condition="",
            action=f"Action number {number}",
            proof="A list",
            owed_by=owed_by,
            effort_client="light",
            effort_supplier="light",
            author=author,
        )


def test_every_step_from_arrival_to_minutes_without_scripts(cast, led):
    console, mine, theirs = client_of(cast.facilitator), phone_of(led), phone_of(led, "supplier")
    everybody = [phone_of(led, side, number) for side in ("client", "supplier") for number in range(5)]
    for code in [phase.code for phase in PHASES]:
        take_to(console, led, code)
        for page in (mine.get(reverse("phone-live")), console.get(reverse("room", args=[led.key]))):
            assert page.status_code == 200
        assert console.get(reverse("console", args=[led.key])).status_code == 200
        STEP_BY_STEP.get(code, lambda *_: None)(console, led, everybody)
    page = press(console, led, "end")
    led.refresh_from_db()
    assert led.state == "minutes", text(page)
    assert theirs.get(reverse("phone-live")).url == reverse("phone-wait")
    for proposal in Proposal.objects.filter(state="chosen"):
        assert proposal.commitment_key


def vote_all(phones, **answers):
    for phone in phones:
        assert phone.post(reverse("phone-live-vote"), answers).status_code == 302


def mirror(console, session, phones):
    press(console, session, "vote", seconds=120)
    vote_all(phones[:5], **{"m:trust": "0", "m:guess": "0"})
    vote_all(phones[5:], **{"m:trust": "1", "m:guess": "0"})
    press(console, session, "show")
    assert console.get(reverse("room", args=[session.key])).content.decode().count("units") == 4


def divides(console, session, phones):
    press(console, session, "show")
    press(console, session, "turn")
    assert "is-speaking" in console.get(reverse("room", args=[session.key])).content.decode()
    assert "phone-listen" in phones[0].get(reverse("phone-live")).content.decode()
    press(console, session, "vote", seconds=60)
    session.live.refresh_from_db()
    key = session.live.statement.key
    vote_all(phones, **{f"v:{key}": "0", f"f:{key}": "0"})
    press(console, session, "show")
    assert SpeakingTurn.objects.exists()
    assert console.get(reverse("room", args=[session.key])).content.decode().count("room-heading") == 2


def choice(console, session, phones):
    press(console, session, "vote", seconds=180)
    keys = list(session.proposals.values_list("key", flat=True))
    vote_all(phones, **{f"p:{key}": str(3 - number % 3) for number, key in enumerate(keys)})
    press(console, session, "show")
    press(console, session, "choose", count=3)
    chosen = session.proposals.filter(state="chosen")
    assert chosen.count() == 3
    address = reverse("phone-objection", args=[chosen[0].key])
    assert phones[0].post(address, {"text": "We cannot"}).status_code == 302
    assert "We cannot" in console.get(reverse("room", args=[session.key])).content.decode()
    assert phones[0].post(address, {"do": "withdraw"}).status_code == 302


def promises(console, session, phones):
    day = clock.today()
    people = votes._people(session)
    owners = {side: next(one for one in people if one.side == side) for side in ("client", "supplier")}
    for proposal in session.proposals.filter(state="chosen"):
        terms = {
            "owner_client": owners["client"].pk,
            "owner_supplier": owners["supplier"].pk,
            "first_step": "Meet",
            "first_step_by": day + timedelta(days=7),
            "due_on": day + timedelta(days=60),
        }
        data = {f"{proposal.key}-{name}": value for name, value in terms.items()}
        press(console, session, "terms", proposal=proposal.key, **data)
        for owner in owners.values():
            phone = Client()
            phone.post(reverse("phone"), {"token": urn.signs_of(owner)})
            assert "live-own" in phone.get(reverse("phone-live")).content.decode()
            assert phone.post(reverse("phone-accept", args=[proposal.key])).status_code == 302
        others = [
            phone for phone in phones if phone.post(reverse("phone-accept", args=[proposal.key])).status_code == 409
        ]
        assert len(others) == 8


def closing(console, session, phones):
    press(console, session, "vote", seconds=60)
    vote_all(phones, **{"c:1": "0", "c:2": "0", "c:3": "1"})
    press(console, session, "show")


STEP_BY_STEP = {
    "mirror": mirror,
    "common": lambda console, session, phones: press(console, session, "show"),
    "divides": divides,
    "unsaid": lambda console, session, phones: press(console, session, "silence", seconds=120),
    "proposals": lambda console, session, phones: propose_all(session),
    "choice": choice,
    "promises": promises,
    "closing": closing,
}
