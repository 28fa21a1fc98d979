"""A whole session: two sponsors, a facilitator, the one who takes over, and twelve phones, to frozen minutes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser

import personas
import workshops
from browsing import Seat
from reciproque.app.commitments.models import Commitment
from reciproque.app.dialogue import urn
from reciproque.app.dialogue.actions import deck, voting
from reciproque.app.dialogue.actions.minutes import freeze_due
from reciproque.app.dialogue.models import Live, Minutes, Participant, Proposal, Session
from reciproque.app.directory.models import Account, Membership
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.shared.vocabulary import SIDES

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "ballots"]),
]
OF_EACH = 6
# From the back of the room: metres, the height of capitals in a font, and 16 minutes of arc (ISO 9241-303) in radians.
DISTANCE, PICTURE, CAPITALS, READABLE = 5, 2, 0.7, 16 / 60 * 3.14159 / 180
SMALLEST = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const holder = walk.currentNode.parentElement, words = walk.currentNode.data.trim();
    const box = holder.getBoundingClientRect();
    const hidden = box.bottom <= 0 || holder.closest('.sr-only, script, style, noscript');
    if (words && !hidden && box.width > 2 && box.height > 2)
      found.push([words, parseFloat(getComputedStyle(holder).fontSize) / innerWidth]);
  }
  return found.sort((one, other) => one[1] - other[1])[0];
}"""
SENTENCES = (
    ("client", "Nous nous prévenons à temps quand un plan change."),
    ("client", "La qualité des pièces nous fait gagner du temps."),
    ("client", "Quand une difficulté coûte de l’argent, chacun porte sa juste part."),
    ("supplier", "Les urgences viennent de décisions prises ailleurs."),
    ("supplier", "Nos idées restent nos idées."),
    ("supplier", "Un retard annoncé tôt se pardonne."),
)
ACTIONS = (
    "Prévenir dix jours avant tout changement de plan",
    "Dire d’où vient chaque urgence",
    "Partager une fois par mois la liste des retards",
    "Signer ensemble qui peut lire une idée",
)
TERMS = ("owner_client", "owner_supplier", "first_step", "first_step_by", "due_on")
AGREED = 2  # the first two statements are common ground


class Phone(Seat):
    """A participant's phone: it opens its own link, and may lose everything it held."""

    def __init__(self, browser: Browser, address: str, participant: Participant, **options: object) -> None:
        super().__init__(browser, address, phone=True, **options)
        self.participant = participant

    @property
    def side(self) -> str:
        return self.participant.side

    def join(self) -> None:
        self.context.clear_cookies()
        self.go(f"/d#{urn.signs_of(self.participant)}")
        self.page.wait_for_url(re.compile(r"/d/\w+$"), wait_until="commit")

    def tick(self, answers: dict[str, str]) -> None:
        for name, value in answers.items():
            self.page.locator(f'[name="{name}"][value="{value}"]').check()

    def vote(self, answers: dict[str, str]) -> None:
        """Each choice of a live vote goes into the box at once."""
        for name, value in answers.items():
            with self.page.expect_response("**/d/live/vote") as sent:
                self.tick({name: value})
            assert sent.value.ok

    def submit(self, name: str) -> None:
        with self.page.expect_navigation(wait_until="commit"):
            self.press(name)


class Office(Seat):
    """Somebody with an account, signed in."""

    def __init__(self, browser: Browser, address: str, account: Account) -> None:
        super().__init__(browser, address)
        client = Client()
        client.force_login(account)
        self.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": address}])

    def do(self, name: str) -> None:
        """Press a button of the console and wait for the page that follows."""
        with self.page.expect_navigation():
            self.press(name)
        assert self.page.locator(".notice.is-error").count() == 0, self.main().inner_text()

    def next_step(self, name: str) -> None:
        self.do(f"{name}")
        if self.page.locator("details.confirm").count():
            self.page.locator("details.confirm > summary").first.click()
            self.do("Oui, continuer")
        else:
            self.do("Amener la salle à cette étape")


@pytest.fixture
def cast(transactional_db, settings, tmp_path, live_server) -> Iterator[personas.Cast]:
    settings.SECRETS_DIR = tmp_path / "secrets"
    settings.BASE_URL = live_server.url
    personas.functions()
    return personas.cast(client="Valmorine", supplier="Tressac", people=OF_EACH)


def signed(browser: Browser, address: str, cast: personas.Cast) -> Session:
    """The mandate, which each sponsor reads and signs on the screen."""
    session = workshops.session(cast)
    for sponsor, company in ((cast.client_sponsor, "Valmorine"), (cast.supplier_sponsor, "Tressac")):
        desk = Office(browser, address, sponsor)
        desk.go(reverse("workshop-mandate", args=[session.key]))
        looked_at(desk, f"mandate-{company}")
        desk.do(f"Signer pour {company}")
        desk.leave()
    session.refresh_from_db()
    return session


def prepared(cast: personas.Cast, session: Session) -> Session:
    """A deck of both sides, ready for the private vote."""
    workshops.invite(cast, session, of_each=OF_EACH)
    by = actor(cast.facilitator)
    for side, sentence in SENTENCES:
        deck.draw_up_statement(by=by, session=session, side=side, text_fr=sentence, text_en=sentence)
    first = session.statements.get(text_fr=SENTENCES[0][1])
    deck.note_raised(by=by, statement=first, client=0, supplier=0)
    voting.open_voting(by=by, session=session, closes_at=clock.now() + timedelta(days=3))
    return session


def phones_of(browser: Browser, address: str, session: Session) -> list[Phone]:
    found = []
    for side in SIDES:
        for participant in session.participants.filter(side=side):
            participant.session = session
            narrow = {"viewport": {"width": 320, "height": 700}} if len(found) == OF_EACH else {}
            found.append(Phone(browser, address, participant, **narrow))
    return found


def private_votes(session: Session, phones: list[Phone]) -> None:
    agreed = {sentence for _side, sentence in SENTENCES[:AGREED]}
    for phone in phones:
        phone.join()
        phone.go(reverse("phone-vote"))
        yes = {one.key: phone.side == "client" or one.text_fr in agreed for one in session.statements.all()}
        phone.tick({f"v:{key}": "0" if agrees else "1" for key, agrees in yes.items()})
        phone.submit("Garder mon vote")
    looked_at(phones[0], "phone-private-vote")
    assert "Vous avez répondu à tout" in phones[0].main().inner_text()


def looked_at(seat: Seat, name: str) -> None:
    """No fault on the page as it stands; kept as a picture for whoever wants to look."""
    assert seat.faults() == []
    if name.startswith("room"):
        words, share = seat.page.evaluate(SMALLEST)
        assert share * PICTURE * CAPITALS / DISTANCE >= READABLE, f"too small from the back of the room: {words}"
    if folder := os.environ.get("LOOK"):
        seat.page.screenshot(path=Path(folder) / f"{name}.png")


def waits_for(seat: Seat, words: str) -> None:
    """The screen follows by itself; a machine busy with other tests takes longer than a room would."""
    seat.page.get_by_text(words).first.wait_for(timeout=25_000)


def test_a_device_passed_on_to_a_colleague(browser: Browser, live_server, cast):
    """The colleague opens the own link while the browser still holds the one before: it is the colleague who votes."""
    session = prepared(cast, workshops.signed(cast))
    one, other = session.participants.filter(side="client")[:2]
    one.session = other.session = session
    tablet = Phone(browser, live_server.url, one)
    tablet.join()
    keys = list(session.statements.values_list("key", flat=True))
    tablet.tick({f"v:{key}": "0" for key in keys})
    tablet.submit("Garder mon vote")
    tablet.go(f"/d#{urn.signs_of(other)}")
    tablet.page.wait_for_url("**/d/vote", wait_until="commit")
    assert tablet.page.locator("input:checked").count() == 0
    tablet.tick({f"v:{key}": "1" for key in keys})
    tablet.submit("Garder mon vote")
    assert urn.sums(session.rounds.get(kind="deck"))[f"v:{keys[0]}", "client"] == [1, 1, 0]
    tablet.go("/d")
    assert "garde déjà le lien de quelqu’un de Valmorine" in tablet.main().inner_text()
    looked_at(tablet, "phone-passed-on")
    tablet.page.locator("footer details > summary").click()
    looked_at(tablet, "phone-leave")
    tablet.submit("Quitter cet appareil")
    assert "Cet appareil a oublié votre lien." in tablet.main().inner_text()
    assert {one["name"] for one in tablet.context.cookies()} <= {"csrftoken"}
    assert tablet.complaints == []
    tablet.leave()


def test_a_whole_session(browser: Browser, live_server, cast, monkeypatch):
    address = live_server.url
    session = prepared(cast, signed(browser, address, cast))
    phones = phones_of(browser, address, session)
    private_votes(session, phones)
    voting.seal_votes(by=actor(cast.facilitator), session=session)
    second = personas.account("Deuxième personne")
    Membership.objects.create(relationship=cast.relationship, account=second, role="facilitator", side="neutral")

    console, room = (Office(browser, address, cast.facilitator) for _ in range(2))
    mine, theirs = phones[0], phones[OF_EACH]
    console.go(reverse("console", args=[session.key]))
    assert console.faults() == []
    console.do("Ouvrir la séance")
    room.go(reverse("room", args=[session.key]))
    for phone in phones:
        phone.join()
        waits_for(phone, "Accueil")
    for seat, name in ((console, "console"), (room, "room-arrive"), (mine, "phone-arrive"), (theirs, "phone-320")):
        looked_at(seat, name)

    arrive(console, room, phones)
    mirror(console, room, phones)
    console.next_step("Terrain commun 10 min")
    console.do("Montrer le résultat à tous")
    waits_for(room, "Majorité")
    looked_at(room, "room-common")
    divides(console, room, phones)
    console = taken_over(browser, address, console, session, second, phones)
    unsaid_and_break(console, room, mine, theirs)
    proposals_and_choice(console, room, session, phones)
    promises(console, room, session, phones)
    closing(console, room, phones)
    seats = (console, room, *phones)
    assert [seat.complaints for seat in seats] == [[] for _ in seats]
    for seat in seats:
        seat.leave()
    after(browser, address, cast, session, monkeypatch)


def arrive(console: Office, room: Office, phones: list[Phone]) -> None:
    for phone in phones:
        phone.press("Je suis là")
    console.do("Vote d’essai, 1 minute")
    waits_for(phones[0], "Ceci n’est qu’un essai")
    for phone in phones:
        phone.vote({"m:test": "0"})
    waits_for(console, "6 sur 6")
    console.do("Dépouiller l’essai")
    waits_for(room, "Majorité")
    console.do("Montrer à la salle comment il a été préparé")
    console.do("Dépouiller les votes")


def mirror(console: Office, room: Office, phones: list[Phone]) -> None:
    theirs = phones[OF_EACH]
    console.next_step("Miroir 15 min")
    console.do("Ouvrir le miroir, 2 minutes")
    waits_for(theirs, "Nous pouvons compter sur Valmorine")
    theirs.page.get_by_label("Pas d’accord", exact=True).check()
    waits_for(theirs, "Dans l’urne")
    looked_at(theirs, "phone-vote")
    for phone in phones:
        trusted = {} if phone is theirs else {"m:trust": "0" if phone.side == "client" else "1"}
        phone.vote(trusted | {"m:guess": "0"})
    console.do("Montrer les deux côtés ensemble")
    waits_for(room, "Ce que chaque côté attendait")
    waits_for(theirs, "Ce que chaque côté attendait")
    looked_at(room, "room-mirror")
    looked_at(theirs, "phone-mirror")


def divides(console: Office, room: Office, phones: list[Phone]) -> None:
    mine, theirs = phones[0], phones[OF_EACH]
    console.next_step("Désaccords 30 min")
    console.do("Montrer le résultat à tous")
    waits_for(room, "Minorité")
    console.do("Silence, 2 minutes")
    waits_for(mine, "qu’est-ce que l’autre côté ne voit pas")
    mine.page.locator("#note").fill("Nos propres retards ont coûté deux lots.")
    mine.page.get_by_label("La facilitation").check()
    looked_at(mine, "phone-silence")
    theirs.page.locator("#note").fill("Ceci est pour moi seul.")
    console.do("Tours de parole")  # nobody pressed the button: what was typed is handed over all the same
    waits_for(console, "Nos propres retards ont coûté deux lots.")
    waits_for(room, "Valmorine parle")
    waits_for(theirs, "Vous écoutez")
    for seat, name in (
        (console, "console-turns"),
        (room, "room-turn"),
        (mine, "phone-speak"),
        (theirs, "phone-listen"),
    ):
        looked_at(seat, name)
    assert "Ceci est pour moi seul." not in console.main().inner_text()
    for phone in (phones[3], phones[9]):
        phone.join()  # lost everything, comes back by the same link
        waits_for(phone, "Valmorine parle")
    console.do("Tour suivant")
    waits_for(room, "Tressac redit")
    console.do("Second vote, 1 minute")
    waits_for(mine, "second vote")
    mine.page.get_by_label("Je passe").check()
    waits_for(mine, "Dans l’urne")
    key = Live.objects.get(session=mine.participant.session).statement.key
    for phone in phones[1:]:
        phone.vote({f"v:{key}": "0"})
    console.do("Montrer le second vote")
    waits_for(room, "Après le débat")
    looked_at(room, "room-again")


def taken_over(
    browser: Browser, address: str, console: Office, session: Session, second: Account, phones: list[Phone]
) -> Office:
    """The facilitator's computer dies; somebody else of the relationship goes on from the same point."""
    successor = Office(browser, address, second)
    successor.go(reverse("console", args=[session.key]))
    looked_at(successor, "seat")
    successor.do("Prendre la place")
    assert successor.page.get_by_role("heading", name="Désaccords", level=1).count() == 1
    waits_for(console, "tient la place de la facilitation")  # the first console is told by itself
    assert console.complaints == []
    console.leave()
    for phone in phones:
        phone.press("Je peux continuer")
    waits_for(successor, "6 sur 6")
    return successor


def unsaid_and_break(console: Office, room: Office, mine: Seat, theirs: Seat) -> None:
    console.next_step("Non-dits 20 min")
    waits_for(room, "Non-dit 1 sur 1")
    console.do("Silence, 2 minutes")
    waits_for(theirs, "Que nous coûte ce silence")
    theirs.page.locator("#note").fill("Nous n’osons pas dire que les prix ne suivent plus.")
    theirs.page.get_by_label("La facilitation").check()
    theirs.press("Déposer ma phrase")
    waits_for(theirs, "Votre phrase est remise.")
    waits_for(console, "Nous n’osons pas dire que les prix ne suivent plus.")
    assert "les prix" not in room.main().inner_text()
    console.do("Une minute de plus")
    looked_at(room, "room-silence")
    console.next_step("Pause 5 min")
    waits_for(mine, "Cinq minutes.")
    looked_at(room, "room-pause")


def proposals_and_choice(console: Office, room: Office, session: Session, phones: list[Phone]) -> None:
    mine, theirs = phones[0], phones[OF_EACH]
    console.next_step("Propositions 15 min")
    waits_for(mine, "À deux, une personne de chaque entreprise")
    looked_at(mine, "phone-proposal")
    statement = session.statements.filter(shown=True).first()
    for phone, owed_by, action in zip(
        (mine, *phones[OF_EACH : OF_EACH + 3]), ("client", "supplier", "both", "both"), ACTIONS, strict=True
    ):
        waits_for(phone, "À deux, une personne de chaque entreprise")
        phone.page.locator("[name=statement]").select_option(str(statement.pk))
        phone.fill(action=action, proof="la date du message")
        for name, value in (("owed_by", owed_by), ("effort_client", "light"), ("effort_supplier", "light")):
            phone.page.locator(f"[name={name}]").select_option(value)
        phone.submit("Mettre sur la table")
        waits_for(room, action)
    waits_for(console, ACTIONS[-1])
    looked_at(room, "room-proposals")
    console.next_step("Choix 7 min")
    console.do("Demander les points, 3 minutes")
    waits_for(mine, "3 points")
    looked_at(mine, "phone-points")
    keys = list(session.proposals.values_list("key", flat=True))
    for phone in phones:
        phone.vote({f"p:{key}": str(3 - rank) for rank, key in enumerate(keys) if rank < 3})
    console.do("Sceller les points")
    console.do("Choisir")
    waits_for(room, "Valmorine agit pour 2, Tressac pour 2.")
    looked_at(room, "room-choice")
    looked_at(theirs, "phone-choice")


def promises(console: Office, room: Office, session: Session, phones: list[Phone]) -> None:
    mine, theirs = phones[0], phones[OF_EACH]
    console.next_step("Paroles données 8 min")
    day = clock.today()
    for proposal in session.proposals.filter(state=Proposal.State.CHOSEN):
        fields = {name: console.page.locator(f'[name="{proposal.key}-{name}"]') for name in TERMS}
        fields["owner_client"].select_option(str(phones[0].participant.pk))
        fields["owner_supplier"].select_option(str(phones[OF_EACH].participant.pk))
        fields["first_step"].fill("Se voir une heure")
        fields["first_step_by"].fill((day + timedelta(days=7)).isoformat())
        fields["due_on"].fill((day + timedelta(days=60)).isoformat())
        form = console.page.locator("form.form", has=fields["due_on"])
        with console.page.expect_navigation():
            form.get_by_role("button", name="Garder responsables et dates").click()
    looked_at(console, "console-promises")
    for phone in (mine, theirs):
        for _ in range(3):
            phone.submit("Je la porte pour mon entreprise")
    looked_at(mine, "phone-own")
    room.page.locator(".room-yes").nth(5).wait_for(timeout=25_000)
    looked_at(room, "room-promises")


def closing(console: Office, room: Office, phones: list[Phone]) -> None:
    console.next_step("Clôture 2 min")
    console.do("Questions de clôture, 1 minute")
    for phone in phones:
        phone.vote({"c:1": "0", "c:2": "0", "c:3": "0"})
    console.do("Montrer les réponses")
    waits_for(room, "L’autre côté a entendu")
    looked_at(room, "room-closing")
    console.page.locator("details.confirm > summary").last.click()
    console.press("Clore la séance")  # the console may already leave by itself: either way leads to the minutes
    for phone in phones:
        phone.page.wait_for_url("**/d/minutes", timeout=25_000)
    looked_at(phones[0], "phone-minutes")
    waits_for(room, "La séance est close.")


def after(browser: Browser, address: str, cast: personas.Cast, session: Session, monkeypatch) -> None:
    """Frozen minutes, the same for both sponsors; each promise has two owners and the statement that it came from."""
    later = clock.now() + timedelta(days=8)
    monkeypatch.setattr(clock, "now", lambda: later)
    freeze_due()
    minutes = Minutes.objects.get(session=session)
    assert len(minutes.digest) == 64
    session.refresh_from_db()
    assert session.state == "frozen"
    files = []
    for sponsor in (cast.client_sponsor, cast.supplier_sponsor):
        desk = Office(browser, address, sponsor)
        desk.go(reverse("workshop-minutes", args=[session.key]))
        looked_at(desk, f"minutes-{sponsor.pk}")
        files.append(desk.context.request.get(reverse("workshop-minutes-pdf", args=[session.key])).body())
        desk.leave()
    assert files[0] == files[1]
    made = Commitment.objects.all()
    assert made.count() == 3
    for promise in made:
        proposal = Proposal.objects.get(key=promise.origin_key)
        assert proposal.statement.session_id == session.pk
        assert promise.origin_text == proposal.statement.text
        for side in SIDES:
            owner = proposal.owner(side)
            assert owner is not None
            assert owner.side == side
    assert not session.rounds.exclude(box=None).exists()
    assert not session.notes.exists()
