"""The words given in the demonstration: offered, accepted, kept or not, each on its date and through the actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reciproque.app.commitments.actions.changes import answer_change, ask_terms
from reciproque.app.commitments.actions.exposed import name_exposed
from reciproque.app.commitments.actions.offers import accept, propose
from reciproque.app.commitments.actions.words import confirm, say_first_step, say_kept, say_otherwise
from reciproque.app.commitments.models import Commitment
from reciproque.app.directory.models import Account, Membership
from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor, actor
from reciproque.app.shared.vocabulary import SIDES, Side, other_side
from reciproque.demo.campaign import Stage, member


@dataclass(frozen=True)
class Promise:
    """One word given. Days are counted from today; `ends` says what became of it."""

    owed_by: str
    what: str
    client: str
    supplier: str
    given: int
    due: int
    proof: str
    first_step: str
    ends: str = "open"  # offered, open, kept, late, broken, said, disputed
    done: int = 0
    why: str = ""
    said: str = ""
    slip: tuple[int, int, bool] = (0, 0, False)  # asked on, new date, accepted
    slip_why: str = ""
    effort: str = "light"
    questions: tuple[str, ...] = ()
    exposes: tuple[str, str, str] = ("", "", "")  # who, defended, gesture


@dataclass(frozen=True)
class Told:
    promises: tuple[Promise, ...]
    seats: tuple[tuple[str, str], ...] = ()  # people who own a promise and have no seat yet


FORGE = Told(
    seats=(
        (Side.CLIENT, "Sofia Benhaddou"),
        (Side.CLIENT, "Hugo Delmas"),
        (Side.CLIENT, "Nadia Ferrière"),
        (Side.SUPPLIER, "Karim Oulhadj"),
    ),
    promises=(
        Promise(
            "client",
            "Nous envoyons la prévision de charge à douze mois, le 5 de chaque mois.",
            client="Sofia Benhaddou",
            supplier="Odile Tressac",
            given=-216,
            due=-30,
            proof="le tableau daté",
            first_step="Envoyer le tableau du mois",
            ends="kept",
            done=-31,
            said="Six envois, le dernier le 5.",
            why="Tressac apprend les pointes de charge par les bons de commande.",
            questions=("D1", "F2"),
        ),
        Promise(
            "client",
            "Nous prévenons deux semaines avant un changement de série.",
            client="Sofia Benhaddou",
            supplier="Karim Oulhadj",
            given=-216,
            due=-60,
            proof="un e-mail par changement",
            first_step="Lister les changements prévus",
            ends="kept",
            done=-61,
            said="Quatre changements, quatre e-mails.",
        ),
        Promise(
            "client",
            "Nous payons à la date écrite sur la facture.",
            client="Hugo Delmas",
            supplier="Bastien Rouvière",
            given=-216,
            due=-70,
            proof="l’échéancier sans retard",
            first_step="Solder les deux factures en retard",
            ends="kept",
            done=-71,
            said="Aucun retard depuis cinq mois.",
            effort="medium",
        ),
        Promise(
            "client",
            "Nous répondons à une demande de dérogation sous dix jours.",
            client="Yann Keradec",
            supplier="Solène Maurin",
            given=-215,
            due=-45,
            proof="les dates du registre",
            first_step="Nommer qui répond",
            ends="late",
            done=-39,
            said="Les six dernières réponses, en neuf jours au plus.",
            slip=(-47, -38, False),
            slip_why="Deux demandes attendent l’avis du bureau d’études.",
            questions=("F1", "D3"),
        ),
        Promise(
            "client",
            "Nous invitons le bureau d’études de Tressac à chaque revue de conception.",
            client="Sofia Benhaddou",
            supplier="Solène Maurin",
            given=-180,
            due=-53,
            proof="invitation datée",
            first_step="Donner le calendrier des revues",
            ends="broken",
            said="Trois revues depuis, aucune invitation.",
            exposes=(
                "Martin Lesage",
                "Il a défendu la conception à deux devant le comité.",
                "Le lui dire, et l’associer.",
            ),
        ),
        Promise(
            "client",
            "Si un plan change après lancement, nous partageons le coût des rebuts.",
            client="Claire Aubrac",
            supplier="Odile Tressac",
            given=-60,
            due=26,
            proof="avenant signé",
            first_step="Envoyer un projet d’avenant",
            why="Un rebut dû à un changement de plan reste aujourd’hui à la charge de la forge.",
            effort="heavy",
            questions=("B2",),
        ),
        Promise(
            "supplier",
            "Nous ouvrons nos chiffres de capacité chaque trimestre.",
            client="Claire Aubrac",
            supplier="Bastien Rouvière",
            given=-216,
            due=-50,
            proof="le tableau du trimestre",
            first_step="Montrer le tableau tel qu’il est",
            ends="kept",
            done=-51,
            said="Deux trimestres, le second le 1er du mois.",
            questions=("I1", "A1"),
        ),
        Promise(
            "supplier",
            "Nous signalons l’arrêt d’une presse dans la journée.",
            client="Yann Keradec",
            supplier="Karim Oulhadj",
            given=-216,
            due=-62,
            proof="un message daté",
            first_step="Fixer qui prévient, et qui est prévenu",
            ends="kept",
            done=-63,
            said="Deux arrêts, deux messages.",
        ),
        Promise(
            "supplier",
            "Nous remettons l’analyse d’un rebut sous trois semaines.",
            client="Julien Armand",
            supplier="Solène Maurin",
            given=-200,
            due=-66,
            proof="les analyses",
            first_step="Écrire le modèle d’analyse",
            ends="kept",
            done=-70,
            said="Cinq analyses remises.",
        ),
        Promise(
            "supplier",
            "Nous nommons un second interlocuteur qualité.",
            client="Julien Armand",
            supplier="Bastien Rouvière",
            given=-120,
            due=-38,
            proof="une lettre de mission",
            first_step="Décrire le poste",
            ends="late",
            done=-20,
            said="Solène Maurin a pris le poste.",
            slip=(-41, -18, False),
            slip_why="La personne pressentie a décliné.",
        ),
        Promise(
            "supplier",
            "Nous annonçons un glissement avant l’échéance, avec une nouvelle date.",
            client="Yann Keradec",
            supplier="Karim Oulhadj",
            given=-150,
            due=-20,
            proof="e-mail daté avant l’échéance",
            first_step="Relire ensemble les échéances en cours",
            ends="said",
            done=-47,
            said="e-mail envoyé quatre semaines avant",
            questions=("F2",),
        ),
        Promise(
            "supplier",
            "Nous ouvrons l’atelier à l’équipe programmes, une demi-journée par semestre.",
            client="Nadia Ferrière",
            supplier="Odile Tressac",
            given=-90,
            due=5,
            proof="visite faite",
            first_step="Proposer deux dates",
            slip=(-2, 19, True),
            slip_why="La presse est en révision jusqu’à la fin du mois.",
        ),
    ),
)
# What came out of the first workshop of the refill is promised there: see dialogue.py.
REFILL = Told(
    promises=(
        Promise(
            "supplier",
            "Nous chiffrons le coût complet des étuis, rebuts et stocks compris.",
            client="Blanche Aubertin",
            supplier="Ivan Petitjean",
            given=-75,
            due=-6,
            proof="la feuille de calcul partagée",
            first_step="Lister les postes de coût",
        ),
        Promise(
            "supplier",
            "Nous livrons les échantillons sous dix jours.",
            client="Côme Delaunay",
            supplier="Jade Quentin",
            given=-110,
            due=-25,
            proof="les bons de livraison",
            first_step="Réserver une machine d’essai",
            ends="disputed",
            done=-26,
            said="Huit livraisons sur neuf en dix jours ouvrés.",
            exposes=(
                "Diane Fournel",
                "Elle a défendu ce fournisseur quand un prix plus bas était sur la table.",
                "Lui donner les dates exactes, et le dire devant la direction.",
            ),
        ),
        Promise(
            "client",
            "Nous disons sous trois semaines pourquoi une idée n’est pas retenue.",
            client="Blanche Aubertin",
            supplier="Ivan Petitjean",
            given=-110,
            due=-12,
            proof="une réponse écrite par idée",
            first_step="Répondre aux idées en attente",
            ends="kept",
            done=-14,
            said="Les deux idées en attente ont leur réponse.",
        ),
    ),
)
STORIES = {"forge": FORGE, "refill": REFILL}


def give(story: str, stage: Stage, today: datetime) -> None:
    """The words given in a story, when it has some, in the order in which they were given."""
    told = STORIES.get(story)
    if told is None:
        return
    _seat(stage, told)
    for promise in sorted(told.promises, key=lambda one: one.given):
        _Life(stage, promise, today).live()


def _seat(stage: Stage, told: Told) -> None:
    for side, name in told.seats:
        person = next(p for p in stage.relationship.organisation(side).people.all() if str(p) == name)
        member(stage.relationship, email=person.email, name=name, role="member", side=side)


class _Life:
    """One promise, step by step, through the actions."""

    def __init__(self, stage: Stage, told: Promise, today: datetime) -> None:
        self.stage, self.told, self.today = stage, told, today
        self.owners: dict[str, Account] = {
            Side.CLIENT: self._account(told.client),
            Side.SUPPLIER: self._account(told.supplier),
        }
        self.bearing = Side.CLIENT if told.owed_by == "both" else Side(told.owed_by)

    def _account(self, name: str) -> Account:
        return Membership.objects.get(relationship=self.stage.relationship, account__name=name).account

    def _moment(self, day: int) -> datetime:
        return self.today + timedelta(days=day)

    def _date(self, day: int) -> date:
        return self._moment(day).date()

    def _bearer(self) -> Actor:
        return actor(self.owners[self.bearing])

    def _witness(self) -> Actor:
        return actor(self.owners[other_side(self.bearing)])

    def live(self) -> None:
        with clock.at(self._moment(self.told.given)):
            made = self._offered()
            if self.told.ends == "offered":
                accept(by=actor(self.owners[self.bearing]), commitment=made)
                return
            for side in SIDES:
                accept(by=actor(self.owners[side]), commitment=made)
        if self.told.given + 10 <= 0:
            with clock.at(self._moment(self.told.given + 10)):
                say_first_step(by=self._bearer(), commitment=made)
        if self.told.slip[1]:
            self._slip(made)
        self._end(made)

    def _offered(self) -> Commitment:
        told = self.told
        efforts = {str(side): "none" for side in SIDES} | {str(self.bearing): told.effort}
        return propose(
            by=self._bearer(),
            relationship=self.stage.relationship,
            owed_by=told.owed_by,
            what=told.what,
            proof=told.proof,
            first_step=told.first_step,
            first_step_by=self._date(told.given + 12),
            due_on=self._date(told.due),
            owners=self.owners,
            efforts=efforts,
            why=told.why,
            questions=told.questions,
        )

    def _slip(self, made: Commitment) -> None:
        asked, new, accepted = self.told.slip
        with clock.at(self._moment(asked)):
            efforts = {str(side): getattr(made, f"effort_{side}") for side in SIDES}
            change = ask_terms(
                by=self._bearer(), commitment=made, what=made.what, proof=made.proof, due_on=self._date(new),
                efforts=efforts, why=self.told.slip_why,
            )  # fmt: skip
        with clock.at(self._moment(asked + 1)):
            answer = "" if accepted else "La date donnée tient."
            answer_change(by=self._witness(), change=change, accept=accepted, answer=answer)
        made.refresh_from_db()

    def _end(self, made: Commitment) -> None:
        ends = self.told.ends
        if ends == "broken":
            with clock.at(self._moment(self.told.due + 3)):
                say_otherwise(by=self._witness(), commitment=made, outcome="broken", why=self.told.said)
                confirm(by=self._bearer(), commitment=made)
        if ends in ("kept", "late", "said", "disputed"):
            with clock.at(self._moment(max(self.told.done, self.told.due - 8))):
                say_kept(by=self._bearer(), commitment=made, proof=self.told.said, done_on=self._date(self.told.done))
        if ends in ("kept", "late"):
            with clock.at(self._moment(self.told.done + 2)):
                confirm(by=self._witness(), commitment=made)
        if ends == "disputed":
            with clock.at(self._moment(self.told.due + 4)):
                why = "Trois livraisons en quatorze jours de calendrier."
                say_otherwise(by=self._witness(), commitment=made, outcome="broken", why=why)
        if self.told.exposes[0]:
            self._expose(made)

    def _expose(self, made: Commitment) -> None:
        who, defended, gesture = self.told.exposes
        person = next(p for p in self.stage.relationship.client.people.all() if str(p) == who)
        with clock.at(self._moment(-3)):
            name_exposed(
                by=self.stage.sponsor(Side.CLIENT), commitment=made, person=person, defended=defended, gesture=gesture
            )
