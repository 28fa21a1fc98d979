"""Three companies, A and B, B and C: B is the supplier of A and the client of C. Every text says who may read it.

A mark looks like “zqoaq17z”: the letters between the two q name the readers, and `KNOWS` says which of them each
visitor may see. Whatever a visitor reads that is marked otherwise is a leak.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import import_module

import numpy as np
from django.conf import settings

import personas
import promised
import wave_steps
import webs
import workshops
import worlds
from reciproque.app.commitments.actions.calendars import make_calendar_address
from reciproque.app.commitments.actions.exposed import name_exposed
from reciproque.app.dialogue import urn
from reciproque.app.dialogue.actions import deck, minutes, people, proposals, sessions, voting
from reciproque.app.dialogue.actions import live as room
from reciproque.app.dialogue.actions.common import participant_actor
from reciproque.app.dialogue.models import Live, Participant, Session
from reciproque.app.dialogue.states import PHASES
from reciproque.app.directory.actions import set_key_people
from reciproque.app.directory.models import Account, Function, Membership, Organisation, Person, Relationship
from reciproque.app.network.actions.participation import Added, answer_link, key_person, make_link, show_link
from reciproque.app.network.models import Shown
from reciproque.app.portfolio.actions import portfolios, scoring
from reciproque.app.portfolio.actions.engaging import engage_partner
from reciproque.app.portfolio.actions.ranking import compute_ranking
from reciproque.app.portfolio.models import Partner, Portfolio
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.survey.actions.invitations import queue_invitations
from reciproque.app.survey.models import Wave
from reciproque.app.survey.urn import collect

MARK = re.compile(r"zq([a-z]+)q(\d+)z", re.IGNORECASE)
LIVE_SCALES = ("up", "down", "criticality", "declared", "estimated", "market")

# Who reads what. n?: the name of a company; p?: its people; o?: its own business; e?: a company that it opened a
# relationship with; ab, bc: what both read;
# ax, bx (on A-B), cy, by (on B-C): what one side keeps; the same with f: told to the neutral facilitator as well;
# fab, fbc: the neutral facilitator alone.
_A = "na nb pa oa ea ab ax axf"
_B = "na nb nc pb ob eb ab bc"
_AB, _BC = "bx bxf", "by byf"
_C = "nb nc pc oc ec bc cy cyf"
KNOWS = {
    "a_sponsor": _A,
    "a_deputy": _A,
    "a_member": _A,
    "a_observer": _A,
    "a_facilitator": _A,  # employed by A for the workshop
    "ab_facilitator": "na nb pa pb ab axf bxf fab",
    "ab_observer": "na nb ab",
    "b_sponsor": f"{_B} {_AB} {_BC}",  # of both relationships: the one who could mix them up
    "ab_b_deputy": f"nb na pb ob eb ab {_AB}",
    "ab_b_member": f"nb na pb ob eb ab {_AB}",
    "bc_b_deputy": f"nb nc pb ob eb bc {_BC}",
    "bc_b_member": f"nb nc pb ob eb bc {_BC}",
    "bc_facilitator": "nb nc pb pc bc byf cyf fbc",
    "c_sponsor": _C,
    "c_deputy": _C,
    "c_member": _C,
    "outsider": "nd pd od ed",
    "host_admin": "na nb nc nd pa pb pc pd ea eb ec ed kab kbc",
    "anonymous": "",
    "a_respondent": "na nb ab",
    "c_respondent": "nb nc bc",
    "a_phone": "na nb ab",
    "b_phone": "na nb ab",
    "c_phone": "nb nc bc",
    "a_key_person": "na nb ab pa ax axf",
    "b_key_person": "nb nc bc pb by byf",
    "a_calendar": "na nb ab",
}
# People known to both sides of a relationship stand in the list of their company as well: t? on A-B, u? on B-C; k??:
# neutral third parties.
EITHER = {
    "ta": {"pa", "ab"},
    "tb": {"pb", "ab"},
    "ub": {"pb", "bc"},
    "uc": {"pc", "bc"},
    "kab": {"ab"},
    "kbc": {"bc"},
}
READERS = {"nobody", *EITHER, *" ".join(KNOWS.values()).split()}
ACCOUNTS = tuple(KNOWS)[: tuple(KNOWS).index("anonymous")]
_numbers = Counter[str]()


def mark(readers: str) -> str:
    """A word that names its readers and that occurs nowhere else."""
    _numbers[readers] += 1
    return f"Zq{readers}q{_numbers[readers]}z"


def marks_in(text: str) -> set[tuple[str, str]]:
    """The marks of a text, even where a document cut them at the end of a line; tokens only look like some."""
    found = {(one[0].lower(), one[1].lower()) for one in MARK.finditer(text)}
    return {(word, readers) for word, readers in found if readers in READERS}


@dataclass
class Bond:
    """One of the two relationships, with everybody seated on it."""

    name: str
    cast: personas.Cast
    marks: tuple[str, str, str, str, str]  # both; client's own, told; supplier's own, told
    waves: dict[str, Wave] = field(default_factory=dict)
    others: list[Relationship] = field(default_factory=list)
    sessions: dict[str, Session] = field(default_factory=dict)

    @property
    def relationship(self) -> Relationship:
        return self.cast.relationship

    def letter(self, side: str) -> str:
        return self.name[0 if side == "client" else 1]

    def people(self, side: str) -> str:
        """The mark of somebody whom the own company alone knows."""
        return f"p{self.letter(side)}"

    def known(self, side: str) -> str:
        """The mark of somebody of that side whom both sides know."""
        return ("t" if self.name == "ab" else "u") + self.letter(side)


@dataclass
class World:
    a: Organisation
    b: Organisation
    c: Organisation
    d: Organisation
    accounts: dict[str, Account] = field(default_factory=dict)
    ab: Bond = None  # type: ignore[assignment]
    bc: Bond = None  # type: ignore[assignment]
    links: dict[str, str] = field(default_factory=dict)  # what those without an account hold

    def knows(self, who: str) -> frozenset[str]:
        own = set(KNOWS[who].split())
        return frozenset(own | {word for word, either in EITHER.items() if own & either})

    def planted(self) -> int:
        return sum(_numbers.values())


def in_process() -> None:
    """Settings of a proof that works inside the product: no second factor to type, mails kept in memory."""
    settings.SECOND_FACTOR_REQUIRED = False
    settings.ALLOWED_HOSTS = ["*"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


# ---------------------------------------------------------------- people
def _company(letter: str) -> Organisation:
    return personas.organisation(mark(f"n{letter}"))


def _person(company: Organisation, readers: str, function: str = "quality") -> Person:
    word = mark(readers)
    made = personas.person(company, function=function, first_name=mark(readers), last_name=word)
    made.email, made.phone = f"{mark(readers)}@example.test".lower(), ""
    made.save()
    made.posts.update(title=mark(readers))
    return made


def _account(letter: str, company: Organisation | None, readers: str, **fields: object) -> Account:
    """A name for those who may know it; an address for the own company and its neutral facilitators only."""
    address = mark(f"p{letter}" if letter else readers)
    return Account.objects.create_user(
        f"{address}@example.test", "a long password", name=f"Somebody {mark(readers)}", organisation=company, **fields
    )


def _seat(relationship: Relationship, account: Account, role: str, side: str) -> None:
    Membership.objects.create(relationship=relationship, account=account, role=role, side=side)


def _accounts(world: World) -> None:
    """Keyholders and facilitators are known to both sides; members and observers of a side to that side."""
    a, b, c = world.a, world.b, world.c
    made = {
        "a_sponsor": "ta", "a_deputy": "ta", "a_member": "pa", "a_observer": "pa", "a_facilitator": "ta",
        "ab_facilitator": "kab", "ab_observer": "kab", "b_sponsor": "nb", "ab_b_deputy": "tb", "ab_b_member": "pb",
        "bc_b_deputy": "ub", "bc_b_member": "pb", "bc_facilitator": "kbc", "c_sponsor": "uc", "c_deputy": "uc",
        "c_member": "pc", "outsider": "pd",
    }  # fmt: skip
    third = {"ab_facilitator", "ab_observer", "bc_facilitator"}
    for name, readers in made.items():
        letter = "d" if name == "outsider" else "" if name in third else name.removeprefix("ab_").removeprefix("bc_")[0]
        company = {"a": a, "b": b, "c": c, "d": world.d}.get(letter)
        world.accounts[name] = _account(letter, company, readers)
    world.accounts["host_admin"] = _account("", None, "nd", is_host_admin=True)


SEATS = {
    "ab": {
        "client_sponsor": ("a_sponsor", "sponsor", "client"),
        "client_deputy": ("a_deputy", "deputy", "client"),
        "client_member": ("a_member", "member", "client"),
        "client_observer": ("a_observer", "observer", "client"),
        "employed": ("a_facilitator", "facilitator", "client"),
        "supplier_sponsor": ("b_sponsor", "sponsor", "supplier"),
        "supplier_deputy": ("ab_b_deputy", "deputy", "supplier"),
        "supplier_member": ("ab_b_member", "member", "supplier"),
        "facilitator": ("ab_facilitator", "facilitator", "neutral"),
        "observer": ("ab_observer", "observer", "neutral"),
    },
    "bc": {
        "client_sponsor": ("b_sponsor", "sponsor", "client"),
        "client_deputy": ("bc_b_deputy", "deputy", "client"),
        "client_member": ("bc_b_member", "member", "client"),
        "supplier_sponsor": ("c_sponsor", "sponsor", "supplier"),
        "supplier_deputy": ("c_deputy", "deputy", "supplier"),
        "supplier_member": ("c_member", "member", "supplier"),
        "facilitator": ("bc_facilitator", "facilitator", "neutral"),
    },
}


def seated(world: World, bond: str, perimeter: str = "") -> personas.Cast:
    """The relationship of that perimeter with its seats taken."""
    client, supplier = (world.a, world.b) if bond == "ab" else (world.b, world.c)
    relationship = Relationship.objects.create(client=client, supplier=supplier, perimeter=perimeter or mark(bond))
    for name, role, side in SEATS[bond].values():
        _seat(relationship, world.accounts[name], role, side)
    named = {place: world.accounts[name] for place, (name, _role, _side) in SEATS[bond].items()}
    named.setdefault("observer", named["facilitator"])
    kept = {place: named[place] for place in personas.Cast.__dataclass_fields__ if place in named}
    return personas.Cast(
        relationship=relationship,
        outsider=world.accounts["outsider"],
        host_admin=world.accounts["host_admin"],
        **kept,
    )


# ---------------------------------------------------------------- the whole
def world() -> World:
    """Everything that the product stores, marked. Takes some seconds."""
    personas.functions()
    made = World(*(_company(letter) for letter in "abcd"))
    _accounts(made)
    for company, letter in ((made.a, "a"), (made.b, "b"), (made.c, "c"), (made.d, "d")):
        _directory(company, letter)
    made.ab = Bond("ab", seated(made, "ab"), ("ab", "ax", "axf", "bx", "bxf"))
    made.bc = Bond("bc", seated(made, "bc"), ("bc", "by", "byf", "cy", "cyf"))
    for letter, who in (("a", "a_sponsor"), ("b", "b_sponsor"), ("c", "c_sponsor"), ("d", "outsider")):
        _portfolio(made.accounts[who], f"o{letter}")
    _opened_wave(made.ab)
    for state in ("draft", "sealing", "collecting", "closed"):
        _wave(made, "ab", state)
    _wave(made, "bc", "collecting")
    _web(made.ab, joint=True)
    _web(made.bc, joint=False)
    _promises(made.ab)
    _promises(made.bc)
    _finished_workshop(made.ab)
    for stage in ("mandate", "deck", "ready", "live", "minutes"):
        _workshop(made, "ab", stage)
    _workshop(made, "bc", "deck")
    _holders(made)
    return made


def _directory(company: Organisation, letter: str) -> None:
    for place in range(9):
        _person(company, f"p{letter}", ("quality", "purchasing", "logistics")[place % 3])
    Function.objects.create(
        code=f"own-{letter}", name_fr=mark(f"p{letter}"), name_en=mark(f"p{letter}"), organisation=company
    )


def _portfolio(keeper: Account, readers: str) -> Portfolio:
    by = actor(keeper)
    made = portfolios.create_portfolio(
        by=by, organisation=keeper.organisation, name=mark(readers), chair="client", capacity=2
    )
    partners: list[Partner] = []
    engaged = f"e{readers[1]}"
    for place in range(4):
        named = {name: mark(readers) for name in ("name", "code", "category", "note")}
        named["name"] = mark(engaged) if place == 0 else named["name"]
        partners.append(portfolios.add_partner(by=by, portfolio=made, **named))
        given = {scale: (max(0, 3 - place), mark(readers)) for scale in LIVE_SCALES}
        scoring.score_partner(by=by, partner=partners[-1], given=given)
    scoring.state_order(by=by, portfolio=made, order=[[one] for one in _criteria()], reason=mark(readers))
    compute_ranking(by=by, portfolio=made)
    compute_ranking(by=by, portfolio=made)
    portfolios.archive_partner(by=by, partner=partners[-1])
    engage_partner(by=by, partner=partners[0], reason=mark(readers), perimeter=mark(engaged))
    return made


def _criteria() -> list[str]:
    return [str(one) for one in import_module("reciproque.app.portfolio.criteria").CRITERIA]


# ---------------------------------------------------------------- waves
def _people(company: Organisation, readers: str, count: int = 8) -> list[Person]:
    return list(company.people.filter(last_name__istartswith=f"zq{readers}q"))[:count]


def _opened_wave(bond: Bond) -> None:
    """An opened wave, with texts of each destiny: published, to be reworded, for the facilitator, withheld."""
    relationship = bond.relationship
    who = {
        "client": _people(relationship.client, "pa"),
        "supplier": _people(relationship.supplier, "pb"),
    }
    made = worlds.opened(relationship, numbers=(8, 8), who=who, seed=int(np.random.default_rng(3).integers(9)))
    readers = {"publish": bond.name, "reword": f"f{bond.name}", "facilitator": f"f{bond.name}"}
    place = 0
    for destiny, code in readers.items():
        for side in ("client", "supplier"):
            for _ in range(5):
                row = made.publication.texts.create(
                    side=side, prompt="O5", position=place, destiny=destiny, text=f"A sentence {mark(code)} of one."
                )
                place += 1
            if destiny == "reword":
                row.reworded = mark(bond.name)
                row.save()
    bond.waves["open"] = made


def _wave(world: World, bond: str, state: str) -> None:
    """A wave in that state, on a relationship of its own with the same seats."""
    of: Bond = getattr(world, bond)
    cast = seated(world, bond)
    of.others.append(cast.relationship)
    steps = {"draft": wave_steps.draft, "sealing": wave_steps.sealing_of}
    steps |= {"collecting": wave_steps.collecting, "closed": wave_steps.closed}
    ceremony = steps[state](cast)
    if state == "collecting":
        for side in ("client", "supplier"):
            for invitation in ceremony.invitations(side)[:3]:
                ceremony.answer(invitation, 5, (("O5", f"Sealed {mark('nobody')}", "publish"),))
        Wave.objects.filter(pk=ceremony.wave.pk).update(links_by_hand=False)
        ceremony.wave.refresh_from_db()
        queue_invitations(by=actor(cast.facilitator), wave=ceremony.wave)
    of.waves[state] = ceremony.wave


# ---------------------------------------------------------------- the web
def _web(bond: Bond, *, joint: bool) -> None:
    both, *own = bond.marks
    web = webs.Web(bond.cast)
    for side, (kept, told) in (("client", own[:2]), ("supplier", own[2:])):
        readers = bond.people(side)
        company, known = bond.relationship.organisation(side), bond.known(side)
        before = both if joint else told  # not laid side by side yet
        for shown, code in ((Shown.BOTH, before), (Shown.FACILITATOR, told), (Shown.OWN, kept)):
            person = _person(company, known if joint and shown == Shown.BOTH else readers)
            web.people[str(person)] = person
            web.says(side, str(person), f"Contact {mark(code)}", shown=shown, subject=mark(code))
        set_key_people(
            by=actor(getattr(bond.cast, f"{side}_sponsor")), relationship=bond.relationship, side=side,
            people=_people(company, readers, 3),
        )  # fmt: skip
    if joint:
        web.ready()
    else:
        web.ready("client")


# ---------------------------------------------------------------- promises
def _promises(bond: Bond) -> None:
    both, client, _told, supplier, _other = bond.marks
    made = promised.Promises(bond.cast)
    words = {name: mark(both) for name in ("what", "proof", "first_step", "why")}
    owners = {"client": bond.cast.client_sponsor, "supplier": bond.cast.supplier_sponsor}
    made.offered(**words, owners=owners)
    made.open(**{**words, "what": mark(both)}, owners=owners)
    broken = made.settled("broken", **{**words, "what": mark(both)}, owners=owners)
    for side, code in (("client", client), ("supplier", supplier)):
        person = _person(bond.relationship.organisation(side), bond.people(side))
        by = actor(getattr(bond.cast, f"{side}_sponsor"))
        name_exposed(by=by, commitment=broken, person=person, defended=mark(code), gesture=mark(code))


# ---------------------------------------------------------------- workshops
def _session(bond: Bond, cast: personas.Cast) -> Session:
    """The words of the mandate belong to both sides."""
    made = workshops.session(cast)
    words = {name: mark(bond.name) for name in ("title", "purpose", "people", "rules", "recipients")}
    sessions.change_mandate(by=actor(cast.facilitator), session=made, planned_at=made.planned_at, **words)
    made.refresh_from_db()
    return made


def _sign(cast: personas.Cast, made: Session) -> None:
    for account in (cast.client_sponsor, cast.supplier_sponsor):
        sessions.sign_mandate(by=actor(account), session=made, digest=sessions.digest_of(made))


def _deck(bond: Bond, cast: personas.Cast, made: Session, *, undecided: bool = False) -> None:
    """Sentences kept are for both; those only deposited, and the remarks to their authors, are not."""
    for side, account in (("client", cast.client_sponsor), ("supplier", cast.supplier_sponsor)):
        company = made.relationship.organisation(side)
        there = [_person(company, bond.known(side)) for _ in range(5)]
        people.add_participants(by=actor(account), session=made, side=side, people=there)
        for _ in range(3):
            texts = {"text_fr": mark(bond.name), "text_en": mark(bond.name)}
            deck.draw_up_statement(by=actor(cast.facilitator), session=made, side=side, **texts)
        deck.deposit_statement(session=made, side=side, text=mark(f"f{bond.name}"), language="fr")
        deck.deposit_statement(session=made, side=side, text=mark(f"f{bond.name}"), language="fr")
        for one in made.statements.filter(side=side, state="deposited")[undecided:]:
            remark = mark(f"f{bond.name}")
            deck.withhold_statement(by=actor(cast.facilitator), statement=one, reason="unclear", remark=remark)
    kept = list(made.statements.filter(state="kept"))
    deck.choose_forecasts(by=actor(cast.facilitator), session=made, statements=kept[:2])


def _workshop(world: World, bond: str, stage: str) -> None:
    of: Bond = getattr(world, bond)
    cast = seated(world, bond)
    of.others.append(cast.relationship)
    of.sessions[stage] = made = _session(of, cast)
    if stage == "mandate":
        return
    _sign(cast, made)
    made.refresh_from_db()
    _deck(of, cast, made, undecided=stage == "deck")
    if stage == "deck":
        return
    voting.open_voting(by=actor(cast.facilitator), session=made, closes_at=clock.now() + timedelta(days=4))
    workshops.everybody_votes(made, client=[0] * 5, supplier=[1] * 5)
    voting.seal_votes(by=actor(cast.facilitator), session=made)
    made.refresh_from_db()
    if stage == "ready":
        return
    sessions.begin(by=actor(cast.facilitator), session=made)
    if stage == "minutes":
        _held(of, cast, made)
        return
    _in_the_room(of, cast, made)


def _in_the_room(bond: Bond, cast: personas.Cast, made: Session) -> None:
    """In the middle of a divide, each side having written to the facilitator."""
    by = actor(cast.facilitator)
    sessions.say_equity(by=by, session=made)
    voting.reveal_votes(by=by, session=made)
    steps = [phase.code for phase in PHASES]
    for step in range(1, steps.index("divides") + 1):
        room.look_ahead(by=by, session=made, step=step)
        room.open_step(by=by, session=made)
    room.show(by=by, session=made)
    room.start_silence(by=by, session=made, seconds=600)
    for number, participant in enumerate(made.participants.all()[::5]):
        participant.session = made
        place = {"step": steps.index("divides"), "place": 0, "key": f"{number}" * 32}
        room.write_note(participant=participant, text=mark(f"f{bond.name}"), **place)


def _held(bond: Bond, cast: personas.Cast, made: Session) -> None:
    """Held to its end: a proposal, an objection, remarks on the draft."""
    by = actor(cast.facilitator)
    sessions.say_equity(by=by, session=made)
    voting.reveal_votes(by=by, session=made)
    client = made.participants.filter(side="client").first()
    statement = made.statements.filter(state="kept").first()
    words = {name: mark(bond.name) for name in ("condition", "action", "proof")}
    made.refresh_from_db()
    proposal = proposals.propose(
        by=participant_actor(client), session=made, statement=statement, owed_by="both", effort_client="light",
        effort_supplier="light", author=client, **words,
    )  # fmt: skip
    supplier = made.participants.filter(side="supplier").first()
    proposals.object_to(by=participant_actor(supplier), proposal=proposal, participant=supplier, reason=mark(bond.name))
    sessions.end(by=by, session=made)
    made.refresh_from_db()
    minutes.amend(by=actor(cast.client_sponsor), session=made, side="client", text=mark(bond.name))


def _finished_workshop(bond: Bond) -> None:
    """On the main relationship: held, amended, frozen."""
    made = _session(bond, bond.cast)
    _sign(bond.cast, made)
    made.refresh_from_db()
    _deck(bond, bond.cast, made)
    voting.open_voting(by=actor(bond.cast.facilitator), session=made, closes_at=clock.now() + timedelta(days=4))
    workshops.everybody_votes(made, client=[0] * 5, supplier=[1] * 5)
    voting.seal_votes(by=actor(bond.cast.facilitator), session=made)
    made.refresh_from_db()
    sessions.begin(by=actor(bond.cast.facilitator), session=made)
    _held(bond, bond.cast, made)
    with clock.at(made.amend_until + timedelta(minutes=1)):
        minutes.freeze_due()
    made.refresh_from_db()
    bond.sessions["frozen"] = made


# ---------------------------------------------------------------- those without an account
def _holders(world: World) -> None:
    """The links that a respondent, a participant, a key person and a calendar program hold."""
    for who, bond, side in (("a_respondent", world.ab, "client"), ("c_respondent", world.bc, "supplier")):
        wave = bond.waves["collecting"]
        invitation = wave.invitations.filter(side=side).order_by("pk").last()
        world.links[who] = collect.invitation_token(wave.pk, invitation.pk)
    for who, session, side in (
        ("a_phone", world.ab.sessions["live"], "client"),
        ("b_phone", world.ab.sessions["deck"], "supplier"),
        ("c_phone", world.bc.sessions["deck"], "supplier"),
    ):
        world.links[who] = _phone(session, side)
    for who, bond, side, readers in (
        ("a_key_person", world.ab, "client", "pa"),
        ("b_key_person", world.bc, "client", "pb"),
    ):
        world.links[who] = _tie_link(bond, side, readers)
    token = make_calendar_address(by=actor(world.accounts["a_sponsor"]), account=world.accounts["a_sponsor"])
    world.links["a_calendar"] = token


def _phone(session: Session, side: str) -> str:
    participant = Participant.objects.filter(session=session, side=side).order_by("pk").first()
    participant.session = session
    return urn.link_of(participant).split("#")[-1]


def _tie_link(bond: Bond, side: str, readers: str) -> str:
    """A living link, with a name that waits for a yes of its side."""
    sponsor = actor(getattr(bond.cast, f"{side}_sponsor"))
    person = _people(bond.relationship.organisation(side), readers, 1)[0]
    link = make_link(by=sponsor, relationship=bond.relationship, side=side, person=person)
    own = bond.marks[1] if side == "client" else bond.marks[3]
    added = Added(
        frequency="weekly", name=f"Waiting {mark(own)}", subject=mark(own), shown=Shown.OWN,
        function=Function.objects.get(code="quality", organisation=None),
    )  # fmt: skip
    answer_link(by=key_person(link), link=link, added=[added])
    return show_link(by=sponsor, link=link).split("/r/ties/")[1]


def live_of(session: Session) -> Live:
    return Live.objects.get(session=session)
