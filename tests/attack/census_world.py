"""A relationship with everything to read in it, made through the product: two opened waves, one that collects, one that
is closed, a workshop with its minutes, promises, mails; and everybody who may look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from unittest.mock import patch

import numpy as np
from django.db.models import F
from django.test import Client

import personas
import promised
import workshops
import worlds
from reciproque import instruments
from reciproque.app.dialogue.actions import minutes, sessions, voting
from reciproque.app.dialogue.models import Cell, Session
from reciproque.app.directory.models import Person, Relationship
from reciproque.app.reading.models import PublishedFigure
from reciproque.app.shared import clock
from reciproque.app.shared.audit import actor
from reciproque.app.survey.actions import delivery
from reciproque.app.survey.mail.transport import Parcel
from reciproque.app.survey.models import Invitation, Wave
from reciproque.demo import campaign
from reciproque.demo.campaign import Stage
from reciproque.science.coded_display import coded
from reciproque.science.counts import Counts

SIDES = ("client", "supplier")
MOST = 22  # people of each side in the main relationship: words by function and classes exist
FEW = 9  # and of the others: subjects only
BETWEEN = 16  # for a later wave in words
QUESTIONS = instruments.parse(instruments.source()).questions_of("full")
ROLES = (
    "client_sponsor", "supplier_sponsor", "client_deputy", "supplier_deputy", "client_member", "supplier_member",
    "facilitator", "observer", "outsider", "host_admin",
)  # fmt: skip
AT_THE_END = {side: levels | {"T": 100} for side, levels in worlds.S1.items()}
ENGLISH = {"accept-language": "en"}
OPENED = ("first", "second", "few", "between", "trend")
Answers = dict[int, tuple[dict[str, int | None], tuple[tuple[str, str, str], ...]]]


@dataclass
class World:
    cast: personas.Cast
    moment: datetime
    stage: Stage
    waves: dict[str, Wave] = field(default_factory=dict)
    session: Session | None = None
    mails: list[Parcel] = field(default_factory=list)

    @cached_property
    def visitors(self) -> dict[str, Client]:
        """Everybody who has an account on it, somebody who has one elsewhere, and a passer-by; signed in once."""
        found = {"anonymous": Client(headers=ENGLISH, raise_request_exception=False)}
        found["anonymous"].get("/", secure=True)  # the first request of a process loads what notes when one signs in
        for name in ROLES:
            found[name] = Client(headers=ENGLISH, raise_request_exception=False)
            found[name].force_login(getattr(self.cast, name))
        return found


def world(*, workshop: bool = True) -> World:
    """Needs real commits and an empty urn."""
    personas.functions()
    cast = personas.cast(client="Valmorine Aérostructures", supplier="Forge Tressac")
    now = clock.now().replace(second=0, microsecond=0)
    made = World(cast, now, _stage(cast, cast.relationship, MOST))
    first = now - timedelta(days=400)
    made.waves["first"] = _opened(made, made.stage, first, drawn(made.stage, worlds.S1, 1), None)
    later = drawn(made.stage, worlds.S1_LATER, 2)
    made.waves["second"] = _opened(made, made.stage, first + timedelta(days=200), later, made.waves["first"])
    _few(made)
    made.waves["closed"] = _closed(made, now - timedelta(days=120))
    made.waves["collecting"] = _collecting(made, now - timedelta(days=2))
    made.waves["collecting"].refresh_from_db()
    promises = promised.Promises(cast)
    for put in (promises.offered, promises.open):
        put()
    promises.settled("broken")
    if workshop:
        _frozen(_workshop(cast))
        made.session = _workshop(cast)
    made.mails = sent(made)
    return made


def small() -> World:
    """One opened wave told by subjects."""
    personas.functions()
    cast = personas.cast(client="Valmorine Aérostructures", supplier="Forge Tressac")
    made = World(cast, clock.now().replace(second=0, microsecond=0), _stage(cast, cast.relationship, FEW))
    opens_at = made.moment - timedelta(days=60)
    made.waves["few"] = _opened(made, made.stage, opens_at, drawn(made.stage, AT_THE_END, 3), None)
    return made


def _stage(cast: personas.Cast, relationship: Relationship, people: int) -> Stage:
    """As many people on each side, half of each function."""
    who: dict[str, list[Person]] = {}
    for side in SIDES:
        company = relationship.organisation(side)
        there = list(company.people.order_by("pk"))
        named = [personas.person(company, function=("quality", "sales")[n % 2]) for n in range(len(there), people)]
        who[side] = [*there, *named][:people]
    sponsors = {"client": cast.client_sponsor, "supplier": cast.supplier_sponsor}
    return Stage(relationship, sponsors, cast.facilitator, who)


def drawn(stage: Stage, levels: Mapping[str, Mapping[str, int]], seed: int, texts: int = 6) -> Answers:
    """Answers near these levels, one of each side unable to say on the first question, and some sentences."""
    found: Answers = {}
    for place, side in enumerate(SIDES):
        people, rng = stage.people[side], np.random.default_rng([seed, place])
        columns = {question: _column(question, levels[side], len(people), rng) for question in QUESTIONS}
        for rank, person in enumerate(people):
            given: dict[str, int | None] = {question: column[rank] for question, column in columns.items()}
            if rank == 0:
                given["F1"] = None
            said = (("O5", f"Sentence of the {side}, person {'abcdefghi'[rank]}.", "publish"),) if rank < texts else ()
            found[person.pk] = (given, said)
    return found


def _column(question: str, levels: Mapping[str, int], n: int, rng: np.random.Generator) -> list[int]:
    """People far apart; where the level is 100, nearly all at the end of the scale."""
    code = question if question in levels else "mirror" if question.endswith("m") else question[0]
    values = rng.normal(1 + levels[code] * 0.06, 0.4 if levels[code] == 100 else 1.8, n)
    return [int(value) for value in np.clip(np.round(values), 1, 7)]


def _prepared(stage: Stage, opens_at: datetime, before: Wave | None) -> tuple[Wave, dict[str, str]]:
    with clock.at(opens_at - timedelta(days=1)):
        wave = campaign.prepare(
            stage,
            opens_at=opens_at,
            closes_at=opens_at + timedelta(days=14),
            form="full",
            level=2,
            complete=True,
            cloned_from=before,
            people=stage.people,
        )
        Wave.objects.filter(pk=wave.pk).update(links_by_hand=True)
        phrases = campaign.seal(stage, wave)
    campaign.start(wave, opens_at)
    return wave, phrases


def _opened(made: World, stage: Stage, opens_at: datetime, answers: Answers, before: Wave | None) -> Wave:
    wave, phrases = _prepared(stage, opens_at, before)
    with clock.at(opens_at + timedelta(days=1)):
        campaign.collect(wave, answers)
    campaign.close(wave, opens_at + timedelta(days=14, hours=1))
    campaign.open_both(stage, wave, phrases, opens_at + timedelta(days=15))
    return wave


def _seated(cast: personas.Cast, perimeter: str) -> Relationship:
    """Another relationship of the same two companies, with the same seats."""
    other = Relationship.objects.create(
        client=cast.relationship.client, supplier=cast.relationship.supplier, perimeter=perimeter
    )
    for seat in cast.relationship.memberships.all():
        seat.pk, seat.relationship = None, other
        seat._state.adding = True
        seat.save()
    return other


def _few(made: World) -> None:
    """Nine people on each side; sixteen on each, then one who leaves on each side: a wave in words."""
    opens_at = made.moment - timedelta(days=380)
    stage = _stage(made.cast, _seated(made.cast, "Castings"), FEW)
    made.waves["few"] = _opened(made, stage, opens_at, drawn(stage, AT_THE_END, 3), None)
    stage = _stage(made.cast, _seated(made.cast, "Landing gear"), BETWEEN)
    answers = drawn(stage, AT_THE_END, 4)
    made.waves["between"] = _opened(made, stage, opens_at, answers, None)
    fewer = Stage(stage.relationship, stage.sponsors, stage.facilitator, {s: stage.people[s][1:] for s in SIDES})
    kept = {person.pk: answers[person.pk] for side in SIDES for person in fewer.people[side]}
    made.waves["trend"] = _opened(made, fewer, opens_at + timedelta(days=200), kept, made.waves["between"])


def _closed(made: World, opens_at: datetime) -> Wave:
    stage = _stage(made.cast, _seated(made.cast, f"{opens_at:%B}"), FEW)
    wave, _phrases = _prepared(stage, opens_at, None)
    with clock.at(opens_at + timedelta(days=1)):
        campaign.collect(wave, drawn(stage, worlds.S1, 5))
    campaign.close(wave, opens_at + timedelta(days=14, hours=1))
    return wave


def _collecting(made: World, opens_at: datetime) -> Wave:
    """Seven of nine have answered, two more than the quorum."""
    stage = _stage(made.cast, _seated(made.cast, f"{opens_at:%B}"), FEW)
    wave, _phrases = _prepared(stage, opens_at, None)
    answer(wave, 6, {side: range(7) for side in SIDES})
    return wave


def answer(wave: Wave, seed: int, who: Mapping[str, range]) -> None:
    """Some invited people answer, or answer again."""
    people = {s: [i.person for i in wave.invitations.filter(side=s).order_by("pk")] for s in SIDES}
    stage = Stage(wave.relationship, {}, None, people)  # type: ignore[arg-type]
    everybody = drawn(stage, worlds.S1_LATER if seed % 2 else worlds.S1, seed)
    chosen = {people[side][rank].pk for side in SIDES for rank in who[side]}
    campaign.collect(wave, {pk: given for pk, given in everybody.items() if pk in chosen})


def _workshop(cast: personas.Cast) -> Session:
    """Held to its end, its minutes open: the votes of the deck are still there. Seven a side, neither unanimous."""
    made = workshops.voting_open(cast, of_each=7)
    workshops.everybody_votes(made, client=[0, 0, 0, 0, 0, 1, 2], supplier=[1, 1, 1, 1, 0, 0, 2])
    by = actor(cast.facilitator)
    voting.seal_votes(by=by, session=made)
    made.refresh_from_db()
    sessions.begin(by=by, session=made)
    sessions.say_equity(by=by, session=made)
    voting.reveal_votes(by=by, session=made)
    made.refresh_from_db()
    sessions.end(by=by, session=made)
    made.refresh_from_db()
    return made


def _frozen(session: Session) -> None:
    with clock.at(session.amend_until + timedelta(minutes=1)):
        minutes.freeze_due()


# ---------------------------------------------------------------- Mails
def sent(made: World) -> list[Parcel]:
    """Every mail that is due, as it leaves."""
    left: list[Parcel] = []
    line = patch.object(delivery.Line, "open", lambda self: None)
    post = patch.object(delivery.transport, "send", lambda _line, parcel: left.append(parcel))
    with clock.at(made.moment + timedelta(days=1, hours=2)), line, post:
        while delivery.send_due_mails(holder="census"):
            pass
    return left


# ---------------------------------------------------------------- What must not show
def disturb_answers(made: World) -> int:
    """All that is left of answers besides published figures: numbers of answers to each question, who answered."""
    changed = 0
    for name in (name for name in OPENED if name in made.waves):
        publication = made.waves[name].publication
        answered = {side: {code: n - 1 for code, n in counts.items()} for side, counts in publication.answered.items()}
        changed += type(publication).objects.filter(pk=publication.pk).update(answered=answered)
    for name in (name for name in (*OPENED, "closed") if name in made.waves):
        asked = Invitation.objects.filter(wave=made.waves[name]).order_by("pk")
        half = [one.pk for one in asked[: len(asked) // 2]]
        changed += Invitation.objects.filter(pk__in=half).update(answered=None)
    return changed


def disturb_collection(made: World) -> None:
    """One more of a side has answered, one less of the other has not changed a word: both quorums stay reached."""
    answer(made.waves["collecting"], 7, {"client": range(8), "supplier": range(6)})


def disturb_figures(made: World) -> int:
    """What is published changes: pages that tell it must follow."""
    return PublishedFigure.objects.filter(kind="mean", value__lt=5.5).update(value=F("value") + 0.4)


def disturb_votes(made: World) -> int:
    """Other counts of the workshop that are displayed alike: what a room sees is the same, the votes are not."""
    changed, cells = 0, {(c.round_id, c.item, c.side): c for c in Cell.objects.filter(round__session=made.session)}
    for (round_id, item, side), cell in cells.items():
        other = cells.get((round_id, item, "supplier"))
        if side == "client" and item.startswith("v:") and other:
            mine, theirs = (Counts(*one.counts) for one in (cell, other))
            for one, table in zip((cell, other), _alike(mine, theirs), strict=True):
                changed += list(table) != one.counts
                Cell.objects.filter(pk=one.pk).update(counts=list(table))
    return changed


def _alike(client: Counts, supplier: Counts) -> tuple[tuple[int, int, int], ...]:
    """The two tables furthest from these that show the same."""
    shown, (n, m) = coded(client, supplier), (sum(_triple(client)), sum(_triple(supplier)))
    both = [(a, b) for a in _tables(n) for b in _tables(m) if coded(Counts(*a), Counts(*b)) == shown]
    mine = (*_triple(client), *_triple(supplier))
    return max(both, key=lambda two: sum(abs(x - y) for x, y in zip((*two[0], *two[1]), mine, strict=True)))


def _triple(counts: Counts) -> tuple[int, int, int]:
    return counts.agree, counts.disagree, counts.passing


def _tables(n: int) -> list[tuple[int, int, int]]:
    return [(a, d, n - a - d) for a in range(n + 1) for d in range(n + 1 - a)]
