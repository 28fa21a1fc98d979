"""The screens of preparation, tried with everybody; and what nobody may learn from any of them."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

import personas
import workshops
from promised import Promises
from reciproque.app.dialogue import urn
from reciproque.app.dialogue.actions import deck, letters, sessions, voting
from reciproque.app.dialogue.models import Session, Statement
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.shared.models import AuditRecord
from reciproque.app.survey.actions.delivery import letter_of
from reciproque.app.survey.models import OutboxMail
from workshops import AGREE, DISAGREE

MEMBERS = (
    "client_sponsor",
    "supplier_sponsor",
    "client_deputy",
    "client_member",
    "supplier_member",
    "facilitator",
    "observer",
)


def get(cast, who, name, *args):
    client = Client()
    if who != "anonymous":
        client.force_login(getattr(cast, who))
    return client.get(reverse(name, args=args))


@pytest.mark.parametrize("who", MEMBERS)
def test_members_read_the_common_pages(cast, who):
    session = workshops.voting_open(cast)
    assert get(cast, who, "workshops", cast.relationship.key).status_code == 200
    for name in ("workshop", "workshop-mandate", "workshop-deck"):
        assert get(cast, who, name, session.key).status_code == 200, name


def test_strangers_and_visitors_find_nothing(cast):
    session = workshops.voting_open(cast)
    for name in ("workshop", "workshop-mandate", "workshop-people", "workshop-deck", "workshop-preview"):
        assert get(cast, "outsider", name, session.key).status_code == 404
        assert get(cast, "host_admin", name, session.key).status_code == 404
        assert get(cast, "anonymous", name, session.key).status_code == 302


def test_lists_of_people_are_each_company_s_own(cast):
    session = workshops.signed(cast)
    workshops.invite(cast, session)
    names = {side: [one.name for one in session.participants.filter(side=side)] for side in ("client", "supplier")}
    own = get(cast, "client_sponsor", "workshop-people", session.key).content.decode()
    assert all(name in own for name in names["client"])
    assert not any(name in own for name in names["supplier"])
    both = get(cast, "facilitator", "workshop-people", session.key).content.decode()
    assert all(name in both for name in names["client"] + names["supplier"])
    assert get(cast, "client_member", "workshop-people", session.key).status_code == 404
    assert get(cast, "observer", "workshop-people", session.key).status_code == 404


def test_a_deposited_sentence_is_read_by_an_external_facilitator_alone(cast):
    session = workshops.signed(cast)
    workshops.invite(cast, session)
    deck.deposit_statement(session=session, side="client", text="Plans change without a word", language="en")
    for who in MEMBERS:
        seen = b"Plans change" in get(cast, who, "workshop-deck", session.key).content
        assert seen == (who == "facilitator"), who
    Session.objects.filter(pk=session.pk).update(employer="client")
    assert b"Plans change" not in get(cast, "facilitator", "workshop-deck", session.key).content


def test_with_an_employed_facilitator_sentences_appear_for_everybody_at_once(cast):
    session = workshops.signed(cast)
    workshops.invite(cast, session)
    Session.objects.filter(pk=session.pk).update(employer="client")
    session.refresh_from_db()
    deck.deposit_statement(session=session, side="supplier", text="Plans change without a word", language="en")
    deck.close_deposits(by=actor(cast.facilitator), session=session)
    for who in MEMBERS:
        assert b"Plans change" in get(cast, who, "workshop-deck", session.key).content, who


def test_a_number_that_no_row_can_have_adds_nobody(cast):
    session = workshops.signed(cast)
    browser = Client()
    browser.force_login(cast.client_sponsor)
    before = session.participants.count()
    data = {"side": "client", "client-people": ["9" * 400]}
    answer = browser.post(reverse("workshop-people", args=[session.key]), data)
    assert (answer.status_code, session.participants.count()) == (200, before)


# ---------------------------------------------------------------- before the reveal nothing differs
def settled(text: bytes) -> bytes:
    """A page less what is drawn anew each time."""
    return re.sub(rb'csrfmiddlewaretoken" value="[^"]*"|X-CSRFToken[^}]*', b"", text)


NEAR = re.compile(r"^(dialogue/|commitments/<str:key>/|reading/<str:key>/$|directory/relationships/<str:key>/log/$|$)")


def addresses(session) -> list[str]:
    """Every address of the workshop that can be read, files too, and those around it that tell of a relationship."""
    found = set()
    for route in routes(get_resolver()):
        if NEAR.match(route) and "<" not in route.replace("<str:key>", ""):
            key = session.key if "sessions/" in route else session.relationship.key
            found.add("/" + route.replace("<str:key>", key))
    return sorted(found)


def routes(resolver, prefix=""):
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        else:
            yield route


def readers(cast) -> dict[str, Client]:
    found = {}
    for who in (*MEMBERS, "outsider", "host_admin", "anonymous"):
        found[who] = Client()
        if who != "anonymous":
            found[who].force_login(getattr(cast, who))
    return found


def readable(reader, session) -> list[str]:
    """The addresses that answer to reading; the others are buttons."""
    return [url for url in addresses(session) if reader.get(url).status_code != 405]


def everything(clients, urls) -> dict[tuple[str, str], bytes]:
    """What every role reads at every address of this session, and the log as each may read it."""
    found = {}
    for who, client in clients.items():
        for url in urls:
            response = client.get(url)
            content = b"".join(response) if response.streaming else response.content
            found[who, url] = settled(content) + outside(response) + str(response.status_code).encode()
    return found


def test_a_stranger_cannot_tell_an_address_from_one_that_never_was(cast):
    """Every address of workshops and promises, read and written to: a key of others answers as a key of nobody."""
    session = workshops.revealed(cast)
    own = {"statement": session.statements.first().key, "person": session.participants.first().key}
    stranger, walked = Client(), 0
    stranger.force_login(cast.outsider)
    for route in routes(get_resolver()):
        if not re.match(r"(dialogue|commitments)/.*<str:key>", route):
            continue
        keys = (session.key if "sessions/" in route else session.relationship.key, "nobodys-key")
        for call in (stranger.get, stranger.post):
            cache.clear()
            seen = [
                call("/" + re.sub(r"<\w+:(\w+)>", lambda at: {"key": key, **own}.get(at[1], "1"), route))  # noqa: B023
                for key in keys
            ]
            assert {page.status_code for page in seen} <= {404, 405}, route
            bodies = [settled(page.content).replace(key.encode(), b"") for page, key in zip(seen, keys, strict=True)]
            assert bodies[0] == bodies[1], route
            walked += 1
    assert walked > 80


def outside(response) -> bytes:
    """What the wire shows around a page: headers, and how long its cookies are."""
    headers = sorted(item for item in response.headers.items() if item[0] != "Content-Disposition")
    cookies = [(name, len(morsel.value)) for name, morsel in sorted(response.cookies.items())]
    return repr((headers, cookies)).encode()


def mails() -> list[str]:
    """Every mail that waits, as it would leave now."""
    waiting = OutboxMail.objects.order_by("pk")
    return [repr((mail.kind, mail.recipient, mail.data, letter_of(mail))) for mail in waiting]


def phones(session, *, but) -> dict[tuple[str, str], bytes]:
    """What every other phone reads."""
    found = {}
    for participant in session.participants.exclude(pk=but.pk)[::3]:
        participant.session = session
        client = Client()
        client.post(reverse("phone"), {"token": urn.signs_of(participant)})
        for name in ("phone-deck", "phone-vote", "phone-wait"):
            found[participant.key, name] = settled(client.get(reverse(name)).content)
    return found


WORLDS = ((AGREE, ["price"]), (DISAGREE, ["respect", "future"]))


@pytest.mark.parametrize(("employer", "stage"), [("neutral", "deck"), ("neutral", "voting"), ("client", "ready")])
def test_before_the_reveal_one_ballot_and_one_concern_change_nothing_that_anybody_reads(cast, employer, stage, caplog):
    """Byte for byte: every address, file, mail and log line, for every role and phone.

    In one world a person agrees with every statement and deposits the concern that the other side deposited too; in the
    other that person says the opposite and deposits others.
    """
    with clock.at(clock.now()):
        session = workshops.signed(cast) if stage == "deck" else workshops.voting_open(cast, employer=employer)
        if stage == "deck":
            workshops.invite(cast, session)
        else:
            workshops.everybody_votes(session, client=[AGREE] * 5, supplier=[AGREE] * 5)
        Promises(cast).open()
        for sponsor in (cast.client_sponsor, cast.supplier_sponsor):
            letters.send_links(by=actor(sponsor), session=session)
        voter, opposite = (session.participants.filter(side=side).first() for side in ("client", "supplier"))
        phone(session, opposite).post(reverse("phone-themes"), {"theme": ["price"]})
        browser, clients, answers, seen = phone(session, voter), readers(cast), [], []
        urls = readable(clients["facilitator"], session)
        for vote, concern in WORLDS:
            cache.clear()
            caplog.clear()
            sent = browser.post(reverse("phone-themes"), {"theme": concern})
            answers.append((sent.status_code, sent["Location"], outside(sent)))
            if stage != "deck":
                workshops.vote(session, voter, vote, forecast=vote)
            if stage == "ready":
                _seal_unseen(session)
            log = list(AuditRecord.objects.values_list("action", "subject", "data"))
            seen.append((everything(clients, urls), phones(session, but=voter), mails(), log, caplog.text))
            if stage == "ready":
                _reopen(session)
    first, second = seen
    assert answers[0] == answers[1]
    for one, other in zip(first[:2], second[:2], strict=True):
        assert one.keys() == other.keys()
        assert [key for key in one if one[key] != other[key]] == []
    assert first[2:] == second[2:]
    assert len(first[2]) >= 10
    assert sum(page.endswith(b"200") for page in first[0].values()) > 60
    assert {url.rsplit(".", 1)[-1] for _who, url in first[0]} >= {"pdf", "xlsx", "json", "csv"}


def test_a_file_of_promises_does_not_say_when_it_was_made(cast):
    """The same promises give the same bytes, at whatever hour and whoever asks."""
    Promises(cast).open()
    address = reverse("commitments-xlsx", args=[cast.relationship.key])
    clients = readers(cast)
    files = {clients[who].get(address).content for who in ("client_sponsor", "supplier_sponsor", "facilitator")}
    assert len(files) == 1
    with zipfile.ZipFile(io.BytesIO(files.pop())) as book:
        assert "2000-01-01T00:00:00Z" in book.read("docProps/core.xml").decode()
        assert {entry.date_time[0] for entry in book.infolist()} == {1980}


def _seal_unseen(session):
    """The state after sealing, set aside from the log so that both worlds have the same records."""
    Session.objects.filter(pk=session.pk).update(state="ready")
    session.rounds.update(state="sealed")
    session.refresh_from_db()


def _reopen(session):
    Session.objects.filter(pk=session.pk).update(state="voting")
    session.rounds.update(state="open")
    session.refresh_from_db()


def test_after_the_reveal_the_facilitator_s_page_does_differ(cast):
    """The comparison above sees something: once revealed, an external facilitator's preview depends on the ballots."""
    seen = []
    for answer in (AGREE, DISAGREE):
        session = workshops.voting_open(cast)
        workshops.everybody_votes(session, client=[answer] * 3 + [AGREE] * 2, supplier=[AGREE] * 5)
        voting.seal_votes(by=actor(cast.facilitator), session=session)
        sessions.say_equity(by=actor(cast.facilitator), session=session)
        voting.reveal_votes(by=actor(cast.facilitator), session=session)
        text = get(cast, "facilitator", "workshop-preview", session.key).content.decode()
        assert not re.search(r"\d+ / \d+ / \d+", text)
        seen.append(re.findall(r"\d (?:of|ou) [^<]*", text))
        sessions.cancel_session(by=actor(cast.facilitator), session=session, reason="Another try")
    assert seen[0] != seen[1]


def test_a_facilitator_of_one_company_sees_no_count_after_the_reveal(cast):
    session = workshops.revealed(cast, of_each=8, employer="client")
    text = get(cast, "facilitator", "workshop-preview", session.key).content.decode()
    assert not re.search(r"\d+ / \d+ / \d+", text)
    statement = Statement.objects.filter(session=session).first()
    voting.show_statement(by=actor(cast.facilitator), statement=statement)
    shown = get(cast, "facilitator", "workshop-preview", session.key).content.decode()
    assert re.search(r"6 (of 8 at least|ou plus sur 8)", shown), re.findall(r"minutes-text.*?</li>", shown, re.S)[:6]


# ---------------------------------------------------------------- phones
def phone(session, participant) -> Client:
    participant.session = session
    client = Client()
    assert client.post(reverse("phone"), {"token": urn.signs_of(participant)}).status_code == 302
    return client


def test_a_phone_votes_and_comes_back_to_its_answers(cast):
    session = workshops.voting_open(cast)
    participant = session.participants.filter(side="client").first()
    client = phone(session, participant)
    statement = session.statements.first()
    assert client.post(reverse("phone-vote"), {f"v:{statement.key}": "0"}).status_code == 302
    page = client.get(reverse("phone-vote")).content.decode()
    assert re.search(rf'name="v:{statement.key}" value="0" checked', page)
    assert urn.sums(session.rounds.get(kind="deck"))[f"v:{statement.key}", "client"] == [1, 0, 0]


def test_whoever_else_gets_hold_of_a_link_reads_no_answer_in_it(cast):
    session = workshops.voting_open(cast)
    participant = session.participants.filter(side="client").first()
    statement = session.statements.first()
    phone(session, participant).post(reverse("phone-vote"), {f"v:{statement.key}": "0"})
    page = phone(session, participant).get(reverse("phone-vote")).content.decode()
    assert " checked" not in page


def pass_on(client, participant):
    """A colleague opens the own link on the same device."""
    participant.session = Session.objects.get(pk=participant.session_id)
    assert client.post(reverse("phone"), {"token": urn.signs_of(participant)}).status_code == 302
    return client


def test_under_a_colleague_s_link_a_device_shows_neither_ticks_nor_sentences_of_the_one_before(cast):
    """Not even when the browser still holds the cookies, and not when the first link comes back."""
    session = workshops.signed(cast)
    one, other = workshops.invite(cast, session)["client"][:2]
    tablet = phone(session, one)
    tablet.post(reverse("phone-deposit"), {"text": "Plans change without a word"})
    tablet.post(reverse("phone-themes"), {"theme": ["price"]})
    own = tablet.get(reverse("phone-deck")).content.decode()
    assert "Plans change" in own
    assert " checked" in own
    kept = tablet.cookies["answers-themes"].value
    (sentences,) = [name for name in tablet.cookies if name.startswith("sentences-")]
    pass_on(tablet, other)
    assert tablet.cookies["answers-themes"].value == ""
    page = tablet.get(reverse("phone-deck")).content.decode()
    tablet.cookies["answers-themes"] = kept  # a browser that erases nothing
    tablet.post(reverse("phone-deposit"), {"text": "Another one"})
    (mine,) = [name for name in tablet.cookies if name.startswith("sentences-") and name != sentences]
    tablet.cookies[mine] = tablet.cookies[sentences].value  # a browser that mixes them up
    again = tablet.get(reverse("phone-deck")).content.decode()
    for seen in (page, again):
        assert "Plans change" not in seen
        assert " checked" not in seen
    changed = {"key": "0" * 32, "text": "Another wording"}
    assert tablet.post(reverse("phone-change"), changed).status_code == 409


def test_under_a_colleague_s_link_the_private_vote_starts_from_an_empty_page(cast):
    session = workshops.voting_open(cast)
    one, other = session.participants.filter(side="client")[:2]
    statement = session.statements.first()
    tablet = phone(session, one)
    tablet.post(reverse("phone-vote"), {f"v:{statement.key}": "0"})
    kept = tablet.cookies["answers-deck"].value
    pass_on(tablet, other)
    tablet.cookies["answers-deck"] = kept
    assert " checked" not in tablet.get(reverse("phone-vote")).content.decode()
    assert " checked" not in pass_on(tablet, one).get(reverse("phone-vote")).content.decode()


def test_whoever_takes_part_in_two_workshops_finds_the_own_sentences_again(cast):
    """A supplier's account manager has one with each of two clients, and opens the links in turn on one phone."""
    session = workshops.signed(cast)
    one, other = workshops.invite(cast, session)["client"][:2]
    own = phone(session, one)
    own.post(reverse("phone-deposit"), {"text": "Plans change without a word"})
    pass_on(own, other)
    assert "Plans change" in pass_on(own, one).get(reverse("phone-deck")).content.decode()


def test_a_device_remembers_few_links(cast):
    session = workshops.signed(cast)
    tablet = Client()
    for one in workshops.invite(cast, session)["client"]:
        pass_on(tablet, one)
        tablet.post(reverse("phone-deposit"), {"text": "Plans change without a word"})
    held = [name for name, morsel in tablet.cookies.items() if name.startswith("sentences-") and morsel.value]
    assert len(held) == 4


def test_the_same_link_opened_again_keeps_what_was_ticked(cast):
    session = workshops.voting_open(cast)
    one = session.participants.filter(side="client").first()
    statement = session.statements.first()
    own = phone(session, one)
    own.post(reverse("phone-vote"), {f"v:{statement.key}": "0"})
    assert " checked" in pass_on(own, one).get(reverse("phone-vote")).content.decode()


def test_the_address_of_links_asks_before_it_goes_on_with_the_link_of_somebody_else(cast):
    """The signs after # never reach the server: it cannot know whether the one who comes is the one it knows."""
    session = workshops.voting_open(cast)
    one = session.participants.filter(side="client").first()
    tablet = phone(session, one)
    page = tablet.get(reverse("phone"))
    text = page.content.decode()
    assert page.status_code == 200
    assert "data-link" in text  # the page hands in the signs after #, whoever was here before
    assert f'href="{reverse("phone-vote")}"' in text
    assert str(cast.relationship.client) in text
    assert one.name not in text


@pytest.mark.parametrize(("language", "words"), [("fr", "Quitter cet appareil"), ("en", "Leave this device")])
def test_a_phone_leaves_its_device_with_a_button_and_nothing_stays_on_it(cast, language, words):
    session = workshops.voting_open(cast)
    one = session.participants.filter(side="client").first()
    one.session = session
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["django_language"] = language

    def send(name, **data):
        page = strict.get(reverse("phone")).content.decode()
        data["csrfmiddlewaretoken"] = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        return strict.post(reverse(name), data)

    assert send("phone", token=urn.signs_of(one)).status_code == 302
    assert send("phone-vote", **{f"v:{session.statements.first().key}": "0"}).status_code == 302
    assert send("phone-themes", theme=["price"]).status_code == 302
    for name in ("phone-vote", "phone-deck"):
        page = strict.get(reverse(name)).content.decode()
        assert words in page
        assert f'action="{reverse("phone-leave")}" method="post"' in page
    assert strict.get(reverse("phone-leave")).status_code == 405
    assert strict.post(reverse("phone-leave")).status_code == 403
    gone = send("phone-leave")
    assert gone.status_code == 200
    assert {name for name, morsel in strict.cookies.items() if morsel.value} == {"csrftoken", "django_language"}
    assert strict.get(reverse("phone-vote")).status_code == 302
    assert sum(urn.sums(session.rounds.get(kind="deck"))[f"v:{session.statements.first().key}", "client"]) == 1


def test_leaving_a_device_that_holds_nothing_says_the_same(cast):
    assert Client().post(reverse("phone-leave")).status_code == 200


def test_a_wrong_link_opens_nothing_and_says_so(cast):
    workshops.voting_open(cast)
    response = Client().post(reverse("phone"), {"token": "0" * 26})
    assert response.status_code == 400
    assert Client().get(reverse("phone-vote")).status_code == 302


def test_a_sentence_is_deposited_without_a_name_and_followed_by_its_browser_alone(cast):
    session = workshops.signed(cast)
    invited = workshops.invite(cast, session)
    author = phone(session, invited["client"][0])
    assert author.post(reverse("phone-deposit"), {"text": "Plans change without a word"}).status_code == 302
    statement = session.statements.get()
    assert "Plans change" in author.get(reverse("phone-deck")).content.decode()
    same_link_elsewhere = phone(session, invited["client"][0])
    assert "Plans change" not in same_link_elsewhere.get(reverse("phone-deck")).content.decode()
    deck.withhold_statement(by=actor(cast.facilitator), statement=statement, reason="two_ideas", remark="Make it two")
    assert "Make it two" in author.get(reverse("phone-deck")).content.decode()
    assert "Make it two" not in get(cast, "client_sponsor", "workshop-deck", session.key).content.decode()
    columns = {field.name for field in Statement._meta.get_fields()}
    assert not columns & {"author", "participant", "person", "created_at", "made_at"}


def test_a_sentence_too_long_gives_the_text_back(cast):
    session = workshops.signed(cast)
    invited = workshops.invite(cast, session)
    response = phone(session, invited["client"][0]).post(reverse("phone-deposit"), {"text": "long " * 40})
    assert response.status_code == 409
    assert "long long" in response.content.decode()
    assert not session.statements.exists()


def test_more_than_three_themes_are_refused(cast):
    session = workshops.voting_open(cast)
    client = phone(session, session.participants.first())
    assert client.post(reverse("phone-themes"), {"theme": ["price", "delays", "quality", "respect"]}).status_code == 409
    assert client.post(reverse("phone-themes"), {"theme": ["price", "delays"]}).status_code == 302


# ---------------------------------------------------------------- doing it from the screens
def test_from_the_first_screen_to_an_open_vote(cast):
    facilitator, one, other = Client(), Client(), Client()
    for client, who in ((facilitator, "facilitator"), (one, "client_sponsor"), (other, "supplier_sponsor")):
        client.force_login(getattr(cast, who))
    planned = (clock.now() + timedelta(days=20)).strftime("%Y-%m-%dT09:00")
    facilitator.post(
        reverse("workshop-new", args=[cast.relationship.key]),
        {"title": "Winter", "planned_at": planned, "facilitator": cast.facilitator.pk, "employer": "neutral"},
    )
    session = Session.objects.get()
    mandate = {"title": "Winter", "planned_at": planned, "purpose": "a", "people": "b", "rules": "c", "recipients": "d"}
    assert facilitator.post(reverse("workshop-mandate", args=[session.key]), mandate).status_code == 302
    for client in (one, other):
        page = client.get(reverse("workshop-mandate", args=[session.key])).content.decode()
        digest = re.search(r'name="digest" value="(\w+)"', page)[1]
        client.post(reverse("workshop-sign", args=[session.key]), {"digest": digest})
    session.refresh_from_db()
    assert session.state == "deck"
    for client, side in ((one, "client"), (other, "supplier")):
        people = [person.pk for person in session.relationship.organisation(side).people.all()]
        client.post(reverse("workshop-people", args=[session.key]), {"side": side, f"{side}-people": people})
    for side in ("client", "supplier"):
        for number in range(2):
            facilitator.post(
                reverse("workshop-deck", args=[session.key]),
                {"side": side, "text_fr": f"Phrase {side} {number}", "text_en": f"Sentence {side} {number}"},
            )
    closes = (clock.now() + timedelta(days=5)).strftime("%Y-%m-%dT18:00")
    facilitator.post(reverse("workshop-open-voting", args=[session.key]), {"closes_at": closes})
    session.refresh_from_db()
    assert session.state == "voting"
    assert session.participants.count() == 10


def test_the_pages_cost_the_same_number_of_queries_whatever_the_deck(cast, django_assert_num_queries):
    session = workshops.signed(cast)
    workshops.invite(cast, session)
    workshops.draw_up(cast, session, of_each=2)
    client = Client()
    client.force_login(cast.facilitator)
    for size in (4, 10):
        if size == 10:
            workshops.draw_up(cast, session, of_each=3)
        with django_assert_num_queries(11):
            client.get(reverse("workshop-deck", args=[session.key]))
        with django_assert_num_queries(14):
            client.get(reverse("workshop", args=[session.key]))
    with django_assert_num_queries(6):
        client.get(reverse("workshops", args=[cast.relationship.key]))
    with django_assert_num_queries(10):
        client.get(reverse("workshop-people", args=[session.key]))


def test_only_the_sponsor_or_a_neutral_facilitator_is_shown_a_link_and_the_log_says_so(cast):
    session = workshops.signed(cast)
    invited = workshops.invite(cast, session)
    person = invited["client"][0]
    url = reverse("workshop-person-link", args=[session.key, person.key])
    for who, expected in (
        ("client_sponsor", 200),
        ("facilitator", 200),
        ("supplier_sponsor", 404),
        ("client_deputy", 404),
    ):
        client = Client()
        client.force_login(getattr(cast, who))
        assert client.post(url).status_code == expected, who
    assert AuditRecord.objects.filter(action="workshop.link_shown").count() == 2


def test_people_of_another_company_cannot_be_added(cast):
    session = workshops.signed(cast)
    stranger = personas.person(cast.relationship.supplier)
    client = Client()
    client.force_login(cast.client_sponsor)
    client.post(reverse("workshop-people", args=[session.key]), {"side": "client", "client-people": [stranger.pk]})
    assert not session.participants.exists()
