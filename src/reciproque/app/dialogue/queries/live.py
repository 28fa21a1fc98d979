"""What the room shows now: one scene for phones, room screen and console. Figures come from the projection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reciproque.app.dialogue.models import Live, Note, Objection, Participant, Proposal, Round, Session
from reciproque.app.dialogue.queries import mirror
from reciproque.app.dialogue.queries.agenda import Planned, agenda_of, place_of
from reciproque.app.dialogue.queries.clock import Left, is_over, left_of
from reciproque.app.dialogue.queries.equity import Equity, equity
from reciproque.app.dialogue.queries.mirror import published_views
from reciproque.app.dialogue.queries.points import points_serve
from reciproque.app.dialogue.queries.projection import (
    Movement,
    Result,
    StatementView,
    Viewer,
    answered,
    project,
    round_view,
)
from reciproque.app.dialogue.states import PHASES, STEPS, Activity, Phase, turns_of
from reciproque.app.shared.vocabulary import SIDES, other_side

A = Activity
FROM_PROPOSALS = STEPS["proposals"]
Numbers = Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class Shown:
    """A result, under the question that it answers. `says`: what those who are counted say, when it is a forecast;
    `measured`: beside what a side expected of the other one's eyes, what the other one did answer, as published."""

    heading: str
    quote: str
    result: Result
    says: str = ""
    measured: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Turn:
    """Whose turn it is: one side speaks or restates, the other listens and knows what it does next."""

    side: str
    company: str
    restating: bool
    listener: str
    listening: str
    next_side: str
    next_restating: bool


@dataclass(frozen=True)
class Scene:
    """All that everybody may see of the room at this moment. `aloud`: too few people for private points."""

    session: Session
    live: Live
    phase: Phase
    kicker: str
    places: int
    quote: str
    activity: str
    left: Left | None
    over: bool
    results: tuple[Shown, ...]
    moved: Movement | None
    themes: tuple[str, ...]
    turn: Turn | None
    on_paper: bool
    equity: Equity | None
    proposals: tuple[Proposal, ...]
    aloud: bool

    @property
    def steps(self) -> list[tuple[Planned, str]]:
        """The steps of this session, in its order, and which are done."""
        planned = agenda_of(self.session)
        here = place_of(self.session, self.live.participants_step)
        marks = [("is-done" if place < here else "is-here" if place == here else "") for place in range(len(planned))]
        return list(zip(planned, marks, strict=True))

    @property
    def voting(self) -> bool:
        """A vote takes answers now."""
        return self.activity == A.VOTE and not self.over

    @property
    def table(self) -> list[Proposal]:
        return [one for one in self.proposals if one.state in ("published", "left", "chosen")]

    @property
    def chosen(self) -> list[Proposal]:
        return [one for one in self.proposals if one.state == Proposal.State.CHOSEN]

    @property
    def burden(self) -> dict[str, int]:
        """How many of the chosen proposals each side acts on."""
        return {side: sum(one.owed_by in (side, "both") for one in self.chosen) for side in SIDES}


# ---------------------------------------------------------------- has anything changed?
def stamp(session: Session, live: Live, *, public: bool = True) -> str:
    """Changes when screens must, a dot, then the deadline. Nothing in it depends on how, or whether, anybody voted.

    On a phone, what others write does not disturb what one is writing: only choices and acceptances count there.
    """
    flags = (is_over(live), session.equity_said_at is not None, session.counted_at is not None)
    parts = [session.state, str(live.version), "".join(str(int(flag)) for flag in flags)]
    if live.participants_step >= (FROM_PROPOSALS if public else STEPS["choice"]):
        parts += [str(number) for number in _paper_trail(session, public)]
    deadline = "" if live.deadline is None else str(int(live.deadline.timestamp()))
    return f"{'-'.join(parts)}.{deadline}"


def _paper_trail(session: Session, public: bool) -> list[int]:
    """Proposals, choices, acceptances and objections, as numbers: they are public and named."""
    found = session.proposals.aggregate(
        chosen=Count("pk", filter=Q(state="chosen")),
        client=Count("pk", filter=Q(client_accepted=True)),
        supplier=Count("pk", filter=Q(supplier_accepted=True)),
        terms=Count("pk", filter=Q(due_on__isnull=False)),
        merged=Count("pk", filter=Q(state="merged")),
        all=Count("pk"),
    )
    numbers = list(found.values())
    if not public:
        return numbers[:4]
    raised = Objection.objects.filter(proposal__session=session)
    return [*numbers, raised.count(), raised.filter(withdrawn=True).count()]


def live_of(session: Session) -> Live | None:
    live = Live.objects.select_related("statement", "round").filter(session=session).first()
    if live is not None:
        live.session = session
    return live


# ---------------------------------------------------------------- the scene
def scene(session: Session, live: Live) -> Scene:
    phase = PHASES[live.participants_step]
    proposals = tuple(proposals_of(session)) if live.participants_step >= FROM_PROPOSALS else ()
    return Scene(
        session=session,
        live=live,
        phase=phase,
        kicker=_kicker(session, live, phase),
        places=len(session.programme.get(phase.topics, [])),
        quote=live.statement.text if live.statement else "",
        activity=live.activity,
        left=left_of(live),
        over=is_over(live),
        results=tuple(_results(session, live, phase)),
        moved=_moved(session, live, phase),
        themes=project(session, Viewer.EVERYONE).themes if phase.code == "unsaid" else (),
        turn=_turn(session, live),
        on_paper=bool(live.round and live.round.on_paper),
        equity=equity(session)
        if (phase.code == "arrive" and session.equity_said_at) or phase.code == "closing"
        else None,
        proposals=proposals,
        aloud=phase.code == "choice" and not points_serve(session),
    )


def _kicker(session: Session, live: Live, phase: Phase) -> str:
    total = len(session.programme.get(phase.topics, []))
    if not total:
        return str(phase.name)
    where = {"number": live.place + 1, "total": total}
    said = {
        "common": _("Common ground %(number)d of %(total)d"),
        "divides": _("Divide %(number)d of %(total)d"),
        "unsaid": _("Unsaid topic %(number)d of %(total)d"),
    }[phase.code] % where
    doing = (
        {
            A.SILENCE: pgettext("what the room does", "silence"),
            A.VOTE: pgettext("what the room does", "second vote"),
            A.TURNS: pgettext("what the room does", "each in turn"),
        }.get(Activity(live.activity))
        if live.activity
        else None
    )
    return f"{said}, {doing}" if doing else said


def _results(session: Session, live: Live, phase: Phase) -> list[Shown]:
    if phase.code in ("common", "divides"):
        return _of_statement(session, live)
    counted = _counted_round(live)
    if counted is None:
        return []
    seen = published_views(session) if counted.kind == Round.Kind.MIRROR else {}
    return [
        Shown(_heading(code), _quote(session, code), result, _says(code), seen.get(code))
        for code, result in round_view(session, counted).items()
    ]


def _counted_round(live: Live) -> Round | None:
    """The vote whose result the room is looking at."""
    counted = live.round is not None and live.round.state == Round.State.COUNTED and live.activity == A.RESULT
    return live.round if counted else None


def _heading(code: str) -> str:
    return {
        "m:trust": _("What each side says of the other"),
        "m:guess": _("What each side expected"),
        "m:seen": _("Seen from across the table: expected, and measured"),
        "m:kept": _("Reliable in the eyes of the other: expected, and measured"),
    }.get(code, "")


def _quote(session: Session, code: str) -> str:
    """The question, where the heading does not say it: phones asked about "us", and a screen is nobody's side."""
    return "" if code in mirror.ITEMS else question_text(session, code, "")


def _says(code: str) -> str:
    return {
        "m:guess": _("Think that many would agree"),
        "m:seen": _("Expect more than 60 out of 100"),
        "m:kept": _("Expect more than 60 out of 100"),
    }.get(code, "")


def _of_statement(session: Session, live: Live) -> list[Shown]:
    view = _view_of(session, live)
    if view is None or view.result is None:
        return []
    if view.again is not None and _counted_round(live):
        return [Shown(_("Before the debate"), "", view.result)]
    if view.guess is None:
        return [Shown("", "", view.result)]
    guessed = Shown(_("What each side expected of the other"), "", view.guess, _("Think that many would agree"))
    return [Shown("", "", view.result), guessed]


def _moved(session: Session, live: Live, phase: Phase) -> Movement | None:
    """After a second vote: a word per side, beside the first result."""
    view = _view_of(session, live) if phase.code == "divides" and _counted_round(live) else None
    return view.again if view else None


def _view_of(session: Session, live: Live) -> StatementView | None:
    shown = live.statement is not None and live.statement.shown
    return project(session, Viewer.EVERYONE).statement(live.statement.key) if shown and live.statement else None


def _turn(session: Session, live: Live) -> Turn | None:
    if live.activity != A.TURNS or not live.speaking:
        return None
    turns = turns_of(live.place)
    rest = turns[turns.index((live.speaking, live.restating)) + 1 :]
    following = rest[0] if rest else ("", False)
    listener = other_side(live.speaking)
    company = session.relationship.organisation
    return Turn(
        live.speaking, str(company(live.speaking)), live.restating, listener, str(company(listener)), *following
    )


def proposals_of(session: Session) -> QuerySet[Proposal]:
    return (
        session.proposals.exclude(state=Proposal.State.MERGED)
        .select_related("statement", "author", "partner", "owner_client", "owner_supplier")
        .prefetch_related("objections__participant")
    )


# ---------------------------------------------------------------- what is asked
@dataclass(frozen=True)
class Question:
    """One item of the vote on a phone. `mirror`: about the other side."""

    code: str
    legend: str
    quote: str
    options: tuple[tuple[str, str], ...]
    mirror: bool
    mine: str


def vote_questions(session: Session, round_: Round, side: str, mine: Mapping[str, int]) -> tuple[Question, ...]:
    """The vote that is open, with the answers that this browser kept."""
    texts = {one.key: one.text for one in session.statements.all()}
    texts |= {one.key: one.action for one in session.proposals.all()}
    return tuple(_question(session, code, side, texts, mine) for code, _size in round_.items)


def _question(session: Session, code: str, side: str, texts: Mapping[str, str], mine: Mapping[str, int]) -> Question:
    kind, _sign, key = code.partition(":")
    return Question(
        code=code,
        legend=_("And across the table, in your opinion?") if kind == "f" else "",
        quote="" if kind == "f" else texts.get(key) or question_text(session, code, side),
        options=tuple(_options(kind, code)),
        mirror=kind == "f" or code in GUESSES,
        mine=str(mine.get(code, "")),
    )


def question_text(session: Session, code: str, side: str) -> str:
    """The sentence of an item that is no statement of the deck. On the room screen, `side` is empty."""
    other = str(session.relationship.organisation(other_side(side))) if side else _("the other company")
    return {
        "m:test": _("This is only a test: this phone works."),
        "m:trust": _("We can count on %(company)s.") % {"company": other},
        "m:guess": _("How many across the table say that they can count on us?"),
        "m:seen": _("In the last wave, how did %(company)s see us as a whole?") % {"company": other},
        "m:kept": _("And how reliable did %(company)s find us?") % {"company": other},
        "c:1": _("I could say what mattered to me."),
        "c:2": _("The other side heard what we said."),
        "c:3": _("What we decided today will be done."),
    }.get(code, "")


GUESSES = ("m:guess", *mirror.ITEMS)


def _options(kind: str, code: str) -> Sequence[tuple[str, str]]:
    if code in mirror.ITEMS:
        return (
            ("1", _("Under 40 out of 100")),
            ("2", _("From 40 to 60 out of 100")),
            ("0", _("More than 60 out of 100")),
        )
    if kind == "f" or code == "m:guess":
        # In the order of the reference, few first; the values are those of the box.
        return (("1", _("Few will agree")), ("2", _("They will be split")), ("0", _("Many")))
    if kind == "p":
        return ("0", _("no point")), ("1", _("1 point")), ("2", _("2 points")), ("3", _("3 points"))
    return (
        ("0", pgettext("a vote", "Agree")),
        ("1", pgettext("a vote", "Disagree")),
        ("2", pgettext("a vote", "I pass")),
    )


# ---------------------------------------------------------------- who is there, as numbers
@dataclass(frozen=True)
class Presence:
    """How many are here and ready, of how many; of a vote, whether everybody of a side has answered, and no number."""

    here: Numbers
    ready: Numbers
    answered: Mapping[str, bool] | None

    @staticmethod
    def total(numbers: Numbers) -> tuple[int, int]:
        return sum(done for done, _all in numbers.values()), sum(asked for _done, asked in numbers.values())

    @property
    def all_here(self) -> tuple[int, int]:
        return self.total(self.here)

    @property
    def all_ready(self) -> tuple[int, int]:
        return self.total(self.ready)

    @property
    def everybody_answered(self) -> bool | None:
        return all(self.answered.values()) if self.answered else None

    @property
    def waiting(self) -> int:
        """How many the room would leave behind if it went on now."""
        done, asked = self.all_ready
        return asked - done


def presence(session: Session, live: Live) -> Presence:
    rows = {
        side: (here, ready, everybody)
        for side, here, ready, everybody in session.participants.filter(left=False)
        .values_list("side")
        .annotate(
            here=Count("pk", filter=Q(joined=True)),
            ready=Count("pk", filter=Q(ready_step=live.participants_step)),
            everybody=Count("pk"),
        )
        .order_by()
    }
    numbers = {side: rows.get(side, (0, 0, 0)) for side in SIDES}
    voting = live.round is not None and live.activity == A.VOTE
    return Presence(
        here={side: (here, everybody) for side, (here, _ready, everybody) in numbers.items()},
        ready={side: (ready, everybody) for side, (_here, ready, everybody) in numbers.items()},
        answered=answered(live.round) if voting and live.round else None,
    )


# ---------------------------------------------------------------- for one phone, for the console
def own_promises(session: Session, participant: Participant) -> list[Proposal]:
    """The chosen proposals that this participant is asked to own."""
    return [one for one in proposals_of(session) if one.owner(participant.side) == participant and one.due_on]


def people_across(session: Session, side: str) -> QuerySet[Participant]:
    return session.participants.filter(side=other_side(side), left=False)


def topics_reached(session: Session) -> QuerySet[Any]:
    """The statements that proposals may answer: those that the room has talked about, in the order of the deck."""
    unsaid = session.programme.get("unsaid", [])
    return session.statements.filter(state="kept").filter(Q(shown=True) | Q(key__in=unsaid))


def topics_ahead(session: Session, phase: Phase, viewer: Viewer) -> list[tuple[int, str]]:
    """The statements of a step for the console. Nobody but an external facilitator reads what the room has not seen."""
    keys = session.programme.get(phase.topics, [])
    texts = {one.key: one for one in session.statements.filter(key__in=keys)}
    found = [(place, texts[key]) for place, key in enumerate(keys) if key in texts]
    return [(place, one.text if viewer == Viewer.EXTERNAL or one.shown else "") for place, one in found]


def notes_for(session: Session, viewer: Viewer) -> list[Note]:
    """Sentences written in silence, those about what the room is on and late ones: an external facilitator's only."""
    if viewer != Viewer.EXTERNAL:
        return []
    return list(session.notes.filter(hidden=False).select_related("statement"))
