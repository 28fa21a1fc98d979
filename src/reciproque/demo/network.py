"""The webs of the demonstration: who works with whom, as each company declares it, then both halves side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reciproque.app.directory.actions.key_people import declare_key_list, set_key_people
from reciproque.app.directory.actions.organisations import add_function
from reciproque.app.directory.actions.people import add_person, start_post
from reciproque.app.directory.models import Function, Organisation, Person
from reciproque.app.network.actions.declarations import Said, declare
from reciproque.app.network.actions.halves import say_ready, set_pair
from reciproque.app.network.models import Frequency, Shown
from reciproque.app.shared import clock
from reciproque.app.shared.audit import SYSTEM
from reciproque.app.shared.vocabulary import SIDES, Side, other_side
from reciproque.demo.campaign import Stage

BOTH, CLIENT, SUPPLIER, PRIVATE = "both", "client", "supplier", "client-own"


@dataclass(frozen=True)
class Tie:
    """Two people by name; who declares it; since when, as a date or in days from today."""

    client: str
    supplier: str
    frequency: str
    subject: str
    since: str
    by: str = BOTH


@dataclass(frozen=True)
class Newcomer:
    """Somebody who took a post in the course of the story: new in the company, or already known."""

    side: str
    first_name: str
    last_name: str
    function: str
    title: str
    since: str


@dataclass(frozen=True)
class Drawing:
    """The web of one story."""

    ties: tuple[Tie, ...]
    pairs: tuple[tuple[str, str, bool], ...] = ()
    newcomers: tuple[Newcomer, ...] = ()
    functions: tuple[tuple[str, str, str], ...] = ()  # side, French, English
    declared: int = -18
    compared: int = -14


def _ties(*rows: str) -> tuple[Tie, ...]:
    """Rows such as "Claire Aubrac|Odile Tressac|weekly|prices|2016-01-04|both"."""
    return tuple(Tie(*row.split("|")) for row in rows)


FORGE = Drawing(
    ties=_ties(
        "Lise Andrieu|Bastien Rouvière|quarterly|Avenir de la relation|2019-03-01",
        "Claire Aubrac|Odile Tressac|weekly|Prix et volumes|2016-01-04",
        "Claire Aubrac|Jeanne Lacaze|monthly|Commandes en retard|2021-06-01",
        "Claire Aubrac|Bastien Rouvière|monthly|Contrat cadre|2014-09-01",
        "Yann Keradec|Odile Tressac|daily|Offres et délais|2018-02-01",
        "Yann Keradec|Jeanne Lacaze|weekly|Suivi des commandes|2018-02-01",
        "Yann Keradec|Bastien Rouvière|quarterly|Litiges|2020-01-01|supplier",
        "Yann Keradec|Karim Oulhadj|monthly|Urgences d’atelier|2019-05-01|supplier",
        "Yann Keradec|Amina Khelif|monthly|Plan de charge|2023-01-02|client",
        "Sofia Benhaddou|Amina Khelif|weekly|Planning de livraison|2020-10-01",
        "Sofia Benhaddou|Étienne Marchal|monthly|Capacité de la presse|2022-04-01|client",
        "Inès Caradec|Karim Oulhadj|weekly|Pièces au montage|2017-03-01",
        "Inès Caradec|Maël Quentin|quarterly|Outillages|2021-09-01",
        "Julien Armand|Solène Maurin|monthly|Non-conformités|-19",
        "Nadia Ferrière|Karim Oulhadj|weekly|Contrôle avant expédition|2018-11-05",
        "Julien Armand|Gaël Morvan|monthly|Traitement thermique|2022-01-10|supplier",
        "Paul Thévenin|Rosa Vidal|daily|Expéditions|2015-05-04",
        "Paul Thévenin|Jeanne Lacaze|monthly|Factures de transport|2022-02-01|client-own",
        "Martin Lesage|Étienne Marchal|quarterly|Faisabilité|2020-06-01|client",
        "Denis Roussel|Sylvie Darnaud|rare|Choix des ébauches|2023-05-01|client",
    ),
    pairs=(("finance", "finance", True),),
    newcomers=(Newcomer(Side.SUPPLIER, "Solène", "Maurin", "quality", "Responsable qualité", "-20"),),
)
AGENCY = Drawing(
    ties=_ties(
        "Présidente de Nubellia|Directeur de Quintefeuille|daily|Stratégie et prises de parole|-730",
        "Présidente de Nubellia|Directrice conseil|rare|Bilan de l’année|-600|supplier",
        "Directrice marketing|Directrice conseil|monthly|Indicateurs du mois|-110",
        "Responsable contenus|Consultante éditoriale|weekly|Articles et calendrier|-700",
        "Responsable contenus|Consultant presse|rare|Revue de presse|-400|client",
    ),
    pairs=(
        ("Marketing", "sales", True),
        ("Marketing", "production", True),
        ("purchasing", "sales", False),
        ("production", "production", False),
    ),
    newcomers=(
        Newcomer(Side.CLIENT, "Responsable", "contenus", "Marketing", "Responsable des contenus", "-720"),
        Newcomer(Side.CLIENT, "Directrice", "marketing", "Marketing", "Directrice marketing", "-120"),
    ),
    functions=((Side.CLIENT, "Marketing", "Marketing"),),
)
WEBS = {"forge": FORGE, "agency": AGENCY}


def draw(story: str, stage: Stage, today: datetime) -> None:
    """The web of a story, when it has one."""
    drawing = WEBS.get(story)
    if drawing is None:
        return
    for side, french, english in drawing.functions:
        add_function(by=SYSTEM, organisation=_company(stage, side), name_fr=french, name_en=english)
    for one in drawing.newcomers:
        _settle(stage, one, today)
    with clock.at(today + timedelta(days=drawing.declared)):
        _expect(stage, drawing)
        for side in SIDES:
            ties = list(_said(stage, drawing, side, today))
            declare(by=stage.sponsor(side), relationship=stage.relationship, side=side, ties=ties)
            _list_key_people(stage, side, ties)
    with clock.at(today + timedelta(days=drawing.compared)):
        for side in SIDES:
            say_ready(by=stage.sponsor(side), relationship=stage.relationship, side=side, ready=True)


def _day(written: str, today: datetime) -> date:
    return (today + timedelta(days=int(written))).date() if written[0] in "+-" else date.fromisoformat(written)


def _company(stage: Stage, side: str) -> Organisation:
    return stage.relationship.organisation(side)


def _function(stage: Stage, side: str, name: str) -> Function:
    """A shared function by its code, or one of the company's own by its name."""
    shared = Function.objects.filter(organisation=None, code=name).first()
    return shared or Function.objects.get(organisation=_company(stage, side), name_fr=name)


def _settle(stage: Stage, one: Newcomer, today: datetime) -> None:
    company, since = _company(stage, one.side), _day(one.since, today)
    function = _function(stage, one.side, one.function)
    known = company.people.filter(first_name=one.first_name, last_name=one.last_name).first()
    with clock.at(today + (since - today.date())):
        if known:
            start_post(by=SYSTEM, person=known, function=function, title=one.title, started_on=since)
            return
        add_person(
            by=SYSTEM,
            organisation=company,
            first_name=one.first_name,
            last_name=one.last_name,
            function=function,
            title=one.title,
            started_on=since,
        )


def _expect(stage: Stage, drawing: Drawing) -> None:
    for client, supplier, expected in drawing.pairs:
        set_pair(
            by=stage.sponsor(Side.CLIENT),
            relationship=stage.relationship,
            client_function=_function(stage, Side.CLIENT, client),
            supplier_function=_function(stage, Side.SUPPLIER, supplier),
            expected=expected,
        )


def _said(stage: Stage, drawing: Drawing, side: str, today: datetime) -> Iterator[Said]:
    """What one side says: its own people, and those opposite by name and function."""
    ours = {str(person): person for person in _company(stage, side).people.all()}
    opposite = {str(person): person for person in _company(stage, other_side(side)).people.all()}
    for tie in drawing.ties:
        if tie.by not in (BOTH, side, f"{side}-own"):
            continue
        own, other = (tie.client, tie.supplier) if side == Side.CLIENT else (tie.supplier, tie.client)
        yield Said(
            person=ours[own],
            contact=other,
            frequency=Frequency(tie.frequency),
            function=_shared_function(opposite[other]),
            subject=tie.subject,
            since=_day(tie.since, today),
            shown=Shown.OWN if tie.by == PRIVATE else Shown.BOTH,
        )


def _shared_function(person: Person) -> Function | None:
    """What the other company calls it: a function of the shared list, or none."""
    post = person.posts.filter(ended_on=None).select_related("function").first()
    return post.function if post and post.function.organisation_id is None else None


def _list_key_people(stage: Stage, side: str, ties: list[Said]) -> None:
    people = list(dict.fromkeys([*stage.people[side], *(said.person for said in ties)]))
    by, relationship = stage.sponsor(side), stage.relationship
    set_key_people(by=by, relationship=relationship, side=side, people=people)
    declare_key_list(by=by, relationship=relationship, side=side, complete=True)
