"""What may be seen of the votes, by whom and when: the only code that reads a cell.

Nothing before the votes are revealed. Then, statement by statement as the room reaches it, the coded counts of both
sides, and a verdict made from these codes alone; of a second vote on the same statement, a word per side. Nobody is
given an exact count: a side that is of one mind would tell what each of its people answered. A facilitator employed by
neither company reads ahead, to choose the programme, what the room will see; one employed by a company sees it with the
room. Pages, exports, mails and the log all come through here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reciproque.app.dialogue.access import Seated
from reciproque.app.dialogue.models import (
    Cell,
    Live,
    Participant,
    Participation,
    Round,
    Session,
    SessionState,
    Statement,
    StatementState,
    Theme,
)
from reciproque.app.dialogue.queries.agenda import place_of
from reciproque.app.dialogue.states import STEPS
from reciproque.app.shared.vocabulary import SIDES, Side
from reciproque.science.coded_display import SHOWN_FROM, Code, CodedSide, CodedStatement, coded, movement
from reciproque.science.counts import Counts
from reciproque.science.unsaid import unsaid_lift

Kind, State = Round.Kind, Round.State
NOTHING = Counts(0, 0, 0)
NEVER_IN_THE_ROOM = (Kind.POINTS, Kind.THEMES, Kind.DECK)


class Viewer(StrEnum):
    EVERYONE = "everyone"
    EXTERNAL = "external"


@dataclass(frozen=True)
class SideShown:
    """One side of a result. `units` are the marks to draw: full, maybe (either) or none."""

    side: str
    answers: int
    low: int
    high: int
    word: str
    text: str
    disagree_text: str
    units: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """What everybody may see of one statement. Without sides when one of them is under five answers."""

    verdict: str
    sentence: str
    client: SideShown | None
    supplier: SideShown | None

    @property
    def sides(self) -> tuple[SideShown, ...]:
        return (self.client, self.supplier) if self.client and self.supplier else ()


@dataclass(frozen=True)
class SideMoved:
    """Whether one side clearly moved between two votes: more, fewer or unclear, and the same in words."""

    side: str
    word: str
    text: str


@dataclass(frozen=True)
class Movement:
    """All that everybody may see of a second vote. Two counts side by side would tell who changed, or who had left."""

    sentence: str
    sides: tuple[SideMoved, ...]


@dataclass(frozen=True)
class StatementView:
    """A statement of the deck. `again` is what may be said of the vote after the debate; `guess` what each side
    expected of the other; `unsaid` the sides where far more people agree than had said so openly."""

    key: str
    text: str
    shown: bool
    result: Result | None = None
    again: Movement | None = None
    guess: Result | None = None
    unsaid: tuple[str, ...] = ()


@dataclass(frozen=True)
class Projection:
    """All that this viewer may know of the votes of a session. `answered`: the sides on which nobody is waited for."""

    answered: Mapping[str, bool]
    statements: tuple[StatementView, ...]
    themes: tuple[str, ...]

    def statement(self, key: str) -> StatementView | None:
        return next((one for one in self.statements if one.key == key), None)


def viewer_of(seat: Seated | None = None, participant: Participant | None = None) -> Viewer:
    """Who looks. Only the seat of an external facilitator, outside a phone, sees more than everybody."""
    return Viewer.EXTERNAL if seat is not None and participant is None and seat.external else Viewer.EVERYONE


def project(session: Session, viewer: Viewer) -> Projection:
    """The session as this viewer may know it now."""
    rounds = list(session.rounds.defer("box"))
    deck = next((one for one in rounds if one.kind == Kind.DECK), None)
    statements = list(session.statements.filter(state=StatementState.KEPT))
    if deck is None or not _revealed(session):
        plain = tuple(StatementView(s.key, s.text, shown=False) for s in statements)
        return Projection(_answered(deck), plain, ())
    cells = _cells(rounds)
    sizes = _sizes(session) if viewer == Viewer.EXTERNAL else {}
    again = {one.statement_id: one for one in rounds if one.kind == Kind.REVOTE and one.state == State.COUNTED}
    present = _present([deck, *again.values()]) if again else {}
    views = tuple(_view(session, s, viewer, cells, present, deck, again.get(s.pk), sizes) for s in statements)
    themes = _themes(rounds, cells) if viewer == Viewer.EXTERNAL or _themes_reached(session) else ()
    return Projection(_answered(deck), views, themes)


def _revealed(session: Session) -> bool:
    return session.counted_at is not None and session.state != SessionState.CANCELLED


def _over(session: Session) -> bool:
    return session.state in (SessionState.MINUTES, SessionState.FROZEN)


def _themes_reached(session: Session) -> bool:
    """Nobody employed by a side, not even who facilitates, reads what both had brought before the room does."""
    if _over(session):
        return True
    here = Live.objects.filter(session=session).values_list("participants_step", flat=True).first()
    return here is not None and 0 <= place_of(session, STEPS["unsaid"]) <= place_of(session, here)


def _answered(round_: Round | None) -> dict[str, bool]:
    return answered(round_) if round_ else dict.fromkeys(SIDES, False)


def answered(round_: Round) -> dict[str, bool]:
    """Whether everybody of a side has answered. Never who, nor how many: a number that moves while somebody is looked
    at, or taken off the list, would tell of that person."""
    waiting = set(
        Participation.objects.filter(round=round_, answered=False).values_list("participant__side", flat=True)
    )
    return {side: side not in waiting for side in SIDES}


def everybody_answered(session: Session) -> bool:
    """Nobody is left to be waited for in the private vote."""
    deck = session.rounds.filter(kind=Kind.DECK).defer("box").first()
    return deck is not None and all(answered(deck).values())


def _cells(rounds: Iterable[Round]) -> dict[int, dict[tuple[str, str], list[int]]]:
    """The sums of the rounds that were counted, by round, then by item and side."""
    counted = [one.pk for one in rounds if one.state == State.COUNTED]
    found: dict[int, dict[tuple[str, str], list[int]]] = {}
    for cell in Cell.objects.filter(round__in=counted):
        found.setdefault(cell.round_id, {})[cell.item, cell.side] = cell.counts
    return found


def _view(
    session: Session,
    statement: Statement,
    viewer: Viewer,
    cells: Mapping[int, Mapping[tuple[str, str], list[int]]],
    present: Present,
    deck: Round,
    again: Round | None,
    sizes: Mapping[str, int],
) -> StatementView:
    vote, forecast = f"v:{statement.key}", f"f:{statement.key}"
    visible = statement.shown or _over(session) or viewer == Viewer.EXTERNAL
    first = cells.get(deck.pk, {})
    second = cells.get(again.pk, {}) if again else {}
    moved = _movement(vote, (deck, first), (again, second), present) if again and visible else None
    result = _result(first, vote) if visible else None
    return StatementView(
        key=statement.key,
        text=statement.text,
        shown=statement.shown or _over(session),
        result=result,
        again=moved,
        guess=_result(first, forecast) if visible and statement.forecast else None,
        unsaid=_unsaid(statement, result, sizes) if result else (),
    )


# ---------------------------------------------------------------- a second vote on the same statement
Present = Mapping[tuple[int, str], frozenset[int]]


def _present(rounds: Iterable[Round]) -> Present:
    """Who answered each round, by side: for counting those who came or went, never shown."""
    found: dict[tuple[int, str], set[int]] = {}
    rows = Participation.objects.filter(round__in=[one.pk for one in rounds], answered=True)
    for round_id, side, person in rows.values_list("round_id", "participant__side", "participant_id"):
        found.setdefault((round_id, side), set()).add(person)
    return {place: frozenset(people) for place, people in found.items()}


def _movement(
    item: str,
    before: tuple[Round, Mapping[tuple[str, str], list[int]]],
    after: tuple[Round, Mapping[tuple[str, str], list[int]]],
    present: Present,
) -> Movement:
    """A word per side, from the codes of both votes and how many may have answered only one of them."""
    counts = {side: (_counts(before[1], item, side), _counts(after[1], item, side)) for side in SIDES}
    if min(one.answers for pair in counts.values() for one in pair) < SHOWN_FROM:
        return Movement(_("Too few answers to show: each company says its position in one sentence."), ())
    people = {
        side: [present.get((round_.pk, side), frozenset()) for round_, _cells in (before, after)] for side in SIDES
    }
    words = {}
    for side, (first, second) in counts.items():
        words[side] = movement(first, second, _came_or_went(people[side], (first, second)))
    if after[0].on_paper:  # slips of paper do not say who was there
        words = dict.fromkeys(SIDES, "unclear")
    sentence = _("Only a movement of several people is told, so that nobody is given away.")
    return Movement(sentence, tuple(SideMoved(side, words[side], _moved_in_words(words[side])) for side in SIDES))


def _came_or_went(people: Sequence[frozenset[int]], counts: Sequence[Counts]) -> int:
    """How many of a side may have answered only one of both votes: those known, and all who may have skipped it."""
    skipped = sum(max(0, len(there) - one.answers) for there, one in zip(people, counts, strict=True))
    return len(people[0] ^ people[1]) + skipped


def _moved_in_words(word: str) -> str:
    return {
        "more": _("Clearly more people agree than before the debate."),
        "fewer": _("Clearly fewer people agree than before the debate."),
        "unclear": _("No clear movement."),
    }[word]


def _tried_before(round_: Round) -> bool:
    """A test vote may be taken again, its result not be shown again: the room may have been asked something else."""
    tests = Round.objects.filter(session=round_.session_id, kind=Kind.TEST, state=State.COUNTED, pk__lt=round_.pk)
    return round_.kind == Kind.TEST and tests.exists()


def round_view(session: Session, round_: Round) -> dict[str, Result]:
    """The coded results of a round taken live, once it is counted: test, mirror, closing. Points are never shown, and
    of a second vote only the movement is."""
    if round_.state != State.COUNTED or round_.kind in (*NEVER_IN_THE_ROOM, Kind.REVOTE) or _tried_before(round_):
        return {}
    cells = _cells([round_]).get(round_.pk, {})
    return {code: _result(cells, code) for code, size in round_.items if size == 3}


def point_shares(round_: Round) -> dict[tuple[str, str], float]:
    """Mean points by proposal and side, 0..1, for the choice of priorities alone: no page, file or mail shows them."""
    if round_.state != State.COUNTED or round_.kind != Kind.POINTS:
        return {}
    return {
        (item.removeprefix("p:"), side): sum(n * points for points, n in enumerate(counts))
        / (sum(counts) * (len(counts) - 1))
        for (item, side), counts in _cells([round_]).get(round_.pk, {}).items()
        if sum(counts)
    }


def _counts(cells: Mapping[tuple[str, str], list[int]], item: str, side: str) -> Counts:
    numbers = cells.get((item, side))
    return Counts(*numbers) if numbers else NOTHING


# ---------------------------------------------------------------- what everybody sees
def _result(cells: Mapping[tuple[str, str], list[int]], item: str) -> Result:
    shown = coded(_counts(cells, item, Side.CLIENT), _counts(cells, item, Side.SUPPLIER))
    return Result(
        shown.verdict, verdict_in_words(shown), _side(shown.client, "client"), _side(shown.supplier, "supplier")
    )


def _side(found: CodedSide | None, side: str) -> SideShown | None:
    if found is None:
        return None
    agree = found.agree
    return SideShown(
        side=side,
        answers=found.answers,
        low=agree.low,
        high=agree.high,
        word=word_in_words(found.word),
        text=_text(agree, found.as_shares),
        disagree_text=(_share(found.disagree) if found.as_shares else _number(found.disagree))
        if found.disagree
        else "",
        units=("full",) * agree.low + ("maybe",) * (agree.high - agree.low) + ("none",) * (agree.answers - agree.high),
    )


def _text(code: Code, as_share: bool) -> str:
    return _share(code) if as_share else _number(code)


def _number(code: Code) -> str:
    values = {"low": code.low, "high": code.high, "answers": code.answers}
    if code.low == code.high:
        return _("%(low)s of %(answers)s") % values
    if code.low == 0:
        return _("%(high)s of %(answers)s at most") % values
    return _("%(low)s of %(answers)s at least") % values


def _share(code: Code) -> str:
    low, high = round(100 * code.low / code.answers), round(100 * code.high / code.answers)
    if low == high:
        return _("%(share)s %%") % {"share": low}
    if code.low == 0:
        return _("%(share)s %% at most") % {"share": high}
    return _("%(share)s %% at least") % {"share": low}


def word_in_words(word: str) -> str:
    return {
        "minority": pgettext("part of a side that agrees", "Minority"),
        "shared": pgettext("part of a side that agrees", "Shared"),
        "majority": pgettext("part of a side that agrees", "Majority"),
        "little_agreement": pgettext("part of a side that agrees", "Little agreement"),
        "broad_agreement": pgettext("part of a side that agrees", "Broad agreement"),
    }[word]


def verdict_in_words(shown: CodedStatement) -> str:
    if shown.client is None:
        return _("Too few answers to show: each company says its position in one sentence.")
    return {
        "common": _("Common ground."),
        "reject": _("Neither side agrees."),
        "oppose": _("The two sides see it differently: to be debated."),
        "majority_both": _("A majority on both sides."),
        "open": _("Nothing clear-cut: to be talked over."),
    }[shown.verdict]


# ---------------------------------------------------------------- thought, and not said
def _sizes(session: Session) -> dict[str, int]:
    return {side: session.participants.filter(side=side, left=False).count() for side in SIDES}


def _unsaid(statement: Statement, result: Result, sizes: Mapping[str, int]) -> tuple[str, ...]:
    """The sides where far more people agree in private than had said so openly, even at the lowest count shown."""
    found = []
    for shown in result.sides:
        raised, size = statement.raised(shown.side), sizes.get(shown.side, 0)
        if raised is not None and size and 0 <= raised <= size:
            least = Counts(shown.low, 0, shown.answers - shown.low)
            if unsaid_lift(least, raised, size).listed:
                found.append(shown.side)
    return tuple(found)


def _themes(rounds: Iterable[Round], cells: Mapping[int, Mapping[tuple[str, str], list[int]]]) -> tuple[str, ...]:
    """The themes that both sides deposited, each without knowing of the other."""
    kept = [one.pk for one in rounds if one.kind == Kind.THEMES]
    met = {item.removeprefix("t:") for pk in kept for item, _side in cells.get(pk, {})}
    return tuple(str(Theme(theme).label) for theme in Theme.values if theme in met)
