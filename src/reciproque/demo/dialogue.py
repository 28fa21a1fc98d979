"""The workshops of the demonstration: two over, minutes frozen; one whose private vote is open. All by actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reciproque.app.commitments.actions.words import say_first_step
from reciproque.app.dialogue import urn
from reciproque.app.dialogue.actions import deck, minutes, people, proposals, sessions, votes, voting
from reciproque.app.dialogue.actions.common import participant_actor
from reciproque.app.dialogue.models import Participant, Round, Session, Statement
from reciproque.app.shared import clock
from reciproque.app.shared.audit import SYSTEM, actor
from reciproque.app.shared.vocabulary import SIDES, Side
from reciproque.demo.campaign import Stage


@dataclass(frozen=True)
class Sentence:
    """A statement, whose concern it is, and how many of each side agree, then disagree; the others pass."""

    side: str
    french: str
    english: str
    client: tuple[int, int]
    supplier: tuple[int, int]
    forecast: bool = False
    raised: tuple[int, int] | None = None


@dataclass(frozen=True)
class Pick:
    """A proposal that was chosen, from the statement of that rank; owners are the sponsors unless they are named."""

    rank: int
    condition: str
    action: str
    proof: str
    first_step: str
    owed_by: str = "both"
    client: str = ""
    supplier: str = ""
    due: int = 75  # days after the workshop


@dataclass(frozen=True)
class Telling:
    """A workshop. What people of both companies sign or promise together stands in both languages."""

    title: str
    purpose: str
    who: str
    sentences: tuple[Sentence, ...]
    of_each: int
    held: int  # in days from today
    picks: tuple[Pick, ...] = ()
    remark: str = ""
    stepped: bool = False  # the first steps of what was promised are done


def both(french: str, english: str) -> str:
    """One text that both companies sign: French, then English."""
    return f"{french}\n\n{english}"


RULES = both(
    "Chacun répond d’abord en privé. Chaque côté parle à son tour sans être interrompu ; l’autre redit ce qu’il a "
    "entendu avant de répondre.",
    "Everybody answers in private first. Each side speaks in turn without being interrupted; the other says again what "
    "it heard before it answers.",
)
RECIPIENTS = both(
    "Les participants et les deux parrains reçoivent le même compte rendu à la même minute.",
    "Those who took part and both sponsors receive the same minutes at the same minute.",
)
C, S = Side.CLIENT, Side.SUPPLIER
FORGE = Telling(
    title="Séance sur les changements de plan",
    purpose=both(
        "Parler des changements de plan et de ce qu’ils coûtent, avant le nouveau programme.",
        "Talk about changes of plan and what they cost, before the new programme.",
    ),
    who=both(
        "Achats, production et qualité de Valmorine ; ventes, presse et qualité de Tressac. Huit personnes de chaque.",
        "Purchasing, production and quality of Valmorine; sales, press and quality of Tressac. Eight people of each.",
    ),
    of_each=8,
    held=-21,
    sentences=(
        Sentence(
            C,
            "Quand une difficulté coûte de l’argent, chacun porte sa juste part.",
            "When a difficulty costs money, each side bears its fair share.",
            (7, 1),
            (1, 7),
            forecast=True,
        ),
        Sentence(
            S,
            "Nous apprenons les changements de plan assez tôt pour y répondre.",
            "We learn of changes of plan early enough to answer them.",
            (6, 1),
            (1, 6),
            forecast=True,
        ),
        Sentence(
            C,
            "La réunion du mardi règle les problèmes pendant qu’ils sont petits.",
            "The Tuesday meeting settles problems while they are small.",
            (8, 0),
            (8, 0),
        ),
        Sentence(
            S,
            "Nous devrions être associés à la revue de conception.",
            "We should have a part in the design review.",
            (8, 0),
            (8, 0),
            raised=(0, 1),
        ),
        Sentence(
            S,
            "Nos propres retards de plan ont coûté des lots à l’autre, et personne ne l’a dit.",
            "Our own late plans have cost the other side batches, and nobody said so.",
            (6, 1),
            (5, 2),
            raised=(0, 0),
        ),
        Sentence(
            C,
            "Une demande de dérogation reçoit sa réponse en moins de deux semaines.",
            "A request for a waiver is answered within two weeks.",
            (4, 3),
            (2, 5),
        ),
    ),
    picks=(
        Pick(
            1,
            "un changement de série est probable / a change of series is likely",
            "Prévenir par écrit dès qu’il est probable, même si rien n’est sûr. / Say so in writing as soon as it is "
            "likely, even if nothing is certain.",
            "un e-mail daté par changement / a dated e-mail for each change",
            "Lister les changements probables du trimestre / List the likely changes of the quarter",
            "client",
        ),
        Pick(
            3,
            "une pièce nouvelle passe en revue de conception / a new part comes up for design review",
            "Inviter le bureau d’études de Tressac, qui rend son avis sous cinq jours. / Invite the engineers of "
            "Tressac, who give their opinion within five days.",
            "l’invitation et l’avis au compte rendu de la revue / invitation and opinion in the minutes of the review",
            "Donner les dates des deux prochaines revues / Give the dates of the next two reviews",
        ),
        Pick(
            0,
            "un lot est rebuté / a batch is scrapped",
            "Chiffrer ensemble le coût du rebut et l’écrire avant d’en parler d’argent. / Work out together what the "
            "scrap cost, and write it down before talking about money.",
            "une fiche de coût signée des deux / a cost sheet signed by both",
            "Refaire ensemble le calcul du dernier rebut / Do the sum of the last scrap again together",
            "supplier",
        ),
    ),
    remark="La date de la revue de conception dépend aussi de l’avionneur : nous l’avons dit en séance.",
)
REFILL = Telling(
    title="Après trente mois, se reparler d’idées",
    purpose=both(
        "Comprendre pourquoi plus aucune idée ne circule depuis dix mois, et choisir un projet commun.",
        "Understand why no idea has gone round for ten months, and choose a project to lead together.",
    ),
    who=both(
        "Achats, développement et production des deux maisons, sept personnes de chaque côté.",
        "Purchasing, development and production of both houses, seven people on each side.",
    ),
    of_each=7,
    held=-46,
    sentences=(
        Sentence(
            C,
            "Les livraisons sont bonnes, et c’est devenu une routine.",
            "Deliveries are good, and it has become a routine.",
            (6, 0),
            (4, 1),
        ),
        Sentence(
            S,
            "Une idée que nous apportons reçoit toujours une réponse.",
            "An idea that we bring always gets an answer.",
            (5, 1),
            (0, 4),
            forecast=True,
        ),
        Sentence(
            C,
            "Le prix est le seul sujet qui reste dans nos réunions.",
            "Price is the only subject left in our meetings.",
            (3, 3),
            (5, 0),
            forecast=True,
        ),
        Sentence(
            S,
            "Moins de rebuts et moins de stock valent plus qu’un prix plus bas.",
            "Less scrap and less stock are worth more than a lower price.",
            (4, 2),
            (5, 0),
        ),
        Sentence(
            C,
            "Un étui rechargeable serait un bon projet à mener ensemble.",
            "A refillable case would be a good project to lead together.",
            (6, 0),
            (5, 0),
        ),
        Sentence(
            S,
            "Nous savons encore nous surprendre.",
            "We still know how to surprise each other.",
            (1, 4),
            (2, 3),
        ),
    ),
    picks=(
        Pick(
            4,
            "",
            "Nous dessinons ensemble un étui rechargeable, prêt à essayer. / We design a refillable case together, "
            "ready to be tried.",
            "un prototype sur la table / a prototype on the table",
            "Une journée à l’usine, équipes mêlées / A day at the factory, in mixed teams",
            client="Côme Delaunay",
            supplier="Jade Quentin",
            due=116,
        ),
        Pick(
            1,
            "",
            "Nous présentons une idée par trimestre, même si personne ne la demande. / We present an idea each "
            "quarter, even if nobody asks for it.",
            "une page par idée / a page for each idea",
            "Choisir la première idée / Choose the first idea",
            S,
            client="Blanche Aubertin",
            supplier="Ivan Petitjean",
            due=76,
        ),
        Pick(
            2,
            "la gamme change / the range changes",
            "Nous invitons l’usine à la revue de gamme. / We invite the factory to the review of the range.",
            "une invitation datée / a dated invitation",
            "Donner la date de la revue / Give the date of the review",
            C,
            client="Blanche Aubertin",
            supplier="Jade Quentin",
            due=126,
        ),
    ),
    remark="L’usine rappelle que la journée en équipes mêlées demande d’arrêter une ligne : la date est à fixer tôt.",
    stepped=True,
)
FOLLOW_UP = Telling(
    title="Deux mois après, faire le point",
    purpose=both(
        "Voir si les idées circulent de nouveau, et préparer à deux le renouvellement du contrat.",
        "See whether ideas go round again, and prepare the renewal of the contract together.",
    ),
    who=both(
        "Les mêmes personnes que la première fois, sept de chaque côté.",
        "The same people as the first time, seven on each side.",
    ),
    of_each=7,
    held=8,
    sentences=(
        Sentence(
            C,
            "La journée à l’usine a changé notre façon de travailler ensemble.",
            "The day at the factory changed how we work together.",
            (5, 1),
            (4, 1),
        ),
        Sentence(
            S,
            "Nos idées sont lues, même quand elles ne sont pas retenues.",
            "Our ideas are read, even when they are not taken up.",
            (5, 0),
            (2, 3),
            forecast=True,
        ),
        Sentence(
            C,
            "Nous osons dire qu’une réunion ne sert à rien.",
            "We dare to say that a meeting serves no purpose.",
            (2, 4),
            (1, 4),
        ),
        Sentence(
            S,
            "Le coût complet pèse plus qu’avant dans les choix.",
            "Total cost weighs more than before when choices are made.",
            (4, 1),
            (2, 2),
            forecast=True,
        ),
        Sentence(
            C,
            "Nous savons qui décide de la suite de l’étui rechargeable.",
            "We know who decides what comes next for the refillable case.",
            (3, 3),
            (3, 2),
        ),
        Sentence(
            S,
            "Le renouvellement du contrat se prépare à deux.",
            "The renewal of the contract is being prepared together.",
            (4, 2),
            (1, 4),
        ),
    ),
)
WORKSHOPS = {"forge": (FORGE,), "refill": (REFILL, FOLLOW_UP)}


def hold(story: str, stage: Stage, today: datetime) -> None:
    """The workshops of a story, one after the other; the last one of the refill waits for its people to vote."""
    for telling in WORKSHOPS.get(story, ()):
        _hold(stage, telling, today)


def _hold(stage: Stage, telling: Telling, today: datetime) -> None:
    held = today + timedelta(days=telling.held)
    with clock.at(min(held - timedelta(days=20), today - timedelta(days=12))):
        session = _mandate(stage, telling, held)
        statements = _deck(stage, session, telling)
    opened = min(held - timedelta(days=7), today - timedelta(days=2))
    with clock.at(opened):
        closes = max(held - timedelta(days=2), opened + timedelta(days=4))
        round_ = voting.open_voting(by=actor(stage.facilitator), session=session, closes_at=closes)
    everybody = telling.held < 0
    with clock.at(opened + timedelta(days=1)):
        _vote(session, round_, telling, statements, everybody=everybody)
    if everybody:
        _room(stage, session, telling, statements, held)


def _mandate(stage: Stage, telling: Telling, held: datetime) -> Session:
    by = actor(stage.facilitator)
    session = sessions.create_session(
        by=by, relationship=stage.relationship, title=telling.title, planned_at=held, facilitator=stage.facilitator
    )
    sessions.change_mandate(
        by=by,
        session=session,
        title=telling.title,
        planned_at=held,
        purpose=telling.purpose,
        people=telling.who,
        rules=RULES,
        recipients=RECIPIENTS,
    )
    for side in SIDES:
        sessions.sign_mandate(by=stage.sponsor(side), session=session, digest=sessions.digest_of(session))
        chosen = list(stage.people[side])[: telling.of_each]
        people.add_participants(by=stage.sponsor(side), session=session, side=side, people=chosen)
    return session


def _deck(stage: Stage, session: Session, telling: Telling) -> list[Statement]:
    by = actor(stage.facilitator)
    statements = []
    for one in telling.sentences:
        made = deck.draw_up_statement(by=by, session=session, side=one.side, text_fr=one.french, text_en=one.english)
        if one.raised:
            deck.note_raised(by=by, statement=made, client=one.raised[0], supplier=one.raised[1])
        statements.append(made)
    guessed = [made for made, one in zip(statements, telling.sentences, strict=True) if one.forecast]
    deck.choose_forecasts(by=by, session=session, statements=guessed)
    return statements


def _vote(
    session: Session, round_: Round, telling: Telling, statements: Sequence[Statement], *, everybody: bool
) -> None:
    """The answers of the story. In a vote still open, two of each side have not answered yet."""
    for side in SIDES:
        voters = _participants(session, side)
        for place, participant in enumerate(voters if everybody else voters[:-2]):
            answers = {}
            for made, one in zip(statements, telling.sentences, strict=True):
                answers[f"v:{made.key}"] = _answer(getattr(one, side), (place + len(one.french)) % len(voters))
                if one.forecast:
                    answers[f"f:{made.key}"] = (place * 2 + len(side)) % 3
            votes.cast(round=round_, token=urn.token_of(participant), answers=answers)


def _answer(numbers: tuple[int, int], place: int) -> int:
    agree, disagree = numbers
    return 0 if place < agree else 1 if place < agree + disagree else 2


def _participants(session: Session, side: str) -> list[Participant]:
    found = list(session.participants.filter(side=side))
    for participant in found:
        participant.session = session
    return found


def _room(stage: Stage, session: Session, telling: Telling, statements: Sequence[Statement], held: datetime) -> None:
    by = actor(stage.facilitator)
    with clock.at(held - timedelta(hours=1)):
        voting.seal_votes(by=SYSTEM, session=session)
        sessions.begin(by=by, session=session)
        sessions.say_equity(by=by, session=session)
        voting.reveal_votes(by=by, session=session)
        for statement in statements:
            voting.show_statement(by=by, statement=statement)
    with clock.at(held + timedelta(hours=1)):
        _propose(stage, session, telling, statements, held)
        sessions.end(by=by, session=session)
    assert session.amend_until is not None
    with clock.at(held + timedelta(days=1)):
        _remark(session, telling)
    with clock.at(session.amend_until):
        minutes.freeze(by=SYSTEM, session=session)
    if telling.stepped:
        with clock.at(held + timedelta(days=12)):
            for one in stage.relationship.commitments.filter(origin_key__in=session.proposals.values("key")):
                say_first_step(by=actor(one.owner(one.bearing_sides[0])), commitment=one)


def _propose(stage: Stage, session: Session, telling: Telling, statements: Sequence[Statement], held: datetime) -> None:
    by = actor(stage.facilitator)
    author, partner = _participants(session, C)[0], _participants(session, S)[0]
    made = [
        proposals.propose(
            by=participant_actor(author),
            session=session,
            statement=statements[pick.rank],
            condition=pick.condition,
            action=pick.action,
            proof=pick.proof,
            owed_by=pick.owed_by,
            effort_client="light" if pick.owed_by != S else "none",
            effort_supplier="light" if pick.owed_by != C else "none",
            author=author,
            partner=partner,
        )
        for pick in telling.picks
    ]
    round_ = proposals.open_points(by=by, session=session)
    for participant in [*_participants(session, C), *_participants(session, S)]:
        given = {f"p:{one.key}": 2 + (place + participant.pk) % 2 for place, one in enumerate(made)}
        votes.cast(round=round_, token=urn.token_of(participant), answers=given)
    proposals.choose(by=by, session=session)
    for pick, one in zip(telling.picks, made, strict=True):
        owners = _owners(stage, session, pick)
        one.refresh_from_db()
        proposals.set_terms(
            by=by,
            proposal=one,
            owner_client=owners[C],
            owner_supplier=owners[S],
            first_step=pick.first_step,
            first_step_by=held.date() + timedelta(days=13),
            due_on=held.date() + timedelta(days=pick.due),
        )
        for owner in owners.values():
            proposals.accept_owner(by=participant_actor(owner), proposal=one, participant=owner)


def _owners(stage: Stage, session: Session, pick: Pick) -> dict[str, Participant]:
    """Who was named on each side, else the sponsor, who takes part and has an account."""
    named = {str(side): getattr(pick, side) or str(stage.sponsors[side]) for side in SIDES}
    return {side: next(one for one in _participants(session, side) if one.name == name) for side, name in named.items()}


def _remark(session: Session, telling: Telling) -> None:
    if telling.remark:
        participant = _participants(session, C)[1]
        by = participant_actor(participant)
        minutes.amend(by=by, session=session, side=C, text=telling.remark, participant=participant)
