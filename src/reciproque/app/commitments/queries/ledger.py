"""The ledger of both companies: what each gave its word on, what became of it, and what the other one sees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from reciproque.app.commitments import access
from reciproque.app.commitments.models import Commitment, Owed, State
from reciproque.app.commitments.queries import words
from reciproque.app.commitments.queries.rates import Tally, function_rows, tally
from reciproque.app.commitments.queries.seen import Seen, publications, reliability
from reciproque.app.commitments.queries.words import SideWord, Stand
from reciproque.app.commitments.states import ALIVE, GIVEN
from reciproque.app.directory.models import Account, Relationship
from reciproque.app.shared import clock
from reciproque.app.shared.vocabulary import SIDES
from reciproque.science.kept_rate import MINIMUM, KeptRate, kept_and_seen

SHOWN_WHEN_SETTLED = 2
ORDER = ("overdue", "disputed", "waiting", "open", "broken", "late", "kept")
SQUARES = ("kept", "late", "broken", "disputed", "waiting", "overdue", "open")


@dataclass(frozen=True)
class Entry:
    """One promise in the ledger."""

    key: str
    what: str
    side: str
    stand: Stand
    facts: tuple[tuple[str, str], ...]
    words: tuple[SideWord, ...]
    confirmed: bool
    changes: str
    history: tuple[tuple[str, str], ...]
    do: str


@dataclass(frozen=True)
class Page:
    """What one company gave its word on: the same kind of facts as the other."""

    side: str
    name: str
    times: str
    squares: tuple[tuple[str, str], ...]
    kept: str
    note: str
    rate: str
    seen: str
    seen_figure: str
    seen_after: str
    verdict: str
    entries: tuple[Entry, ...]
    more: tuple[Entry, ...]
    more_words: str


@dataclass(frozen=True)
class Ledger:
    title: str
    counting: str
    pages: tuple[Page, ...]
    together: tuple[Entry, ...]
    offers: tuple[Entry, ...]
    over: tuple[Entry, ...]
    functions: tuple[tuple[str, ...], ...]
    is_empty: bool


def all_promises(relationship: Relationship) -> QuerySet[Commitment]:
    """Every promise of a relationship, with its history and its words, in a fixed number of queries."""
    rows = access.promises().filter(relationship=relationship)
    return rows.select_related("function_client", "function_supplier").prefetch_related("changes", "words")


def open_promises(relationship: Relationship) -> list[Commitment]:
    """What is still to be kept or settled, overdue first: the next session opens with it."""
    today = clock.today()
    rows = all_promises(relationship).filter(state__in=[State.OPEN, State.SAID, State.DISPUTED])
    return sorted(rows, key=lambda row: (not row.is_overdue(today), row.due_on, row.number))


def ledger(relationship: Relationship, reader: Account) -> Ledger:
    today = clock.today()
    rows = list(all_promises(relationship))
    given = [row for row in rows if row.state in GIVEN]
    tallies = {str(side): tally(given, side, today) for side in SIDES}
    whole = tally(given, "", today)
    published = publications(relationship)
    rated = all(one.rate.rated for one in tallies.values())
    return Ledger(
        title=words.headline(whole.given, whole.rate.due, whole.rate.kept + whole.rate.late),
        counting=_counting(tallies, rated),
        pages=tuple(
            _page(relationship, str(side), given, tallies[side], reliability(published, side), rated, reader, today)
            for side in SIDES
        ),
        together=_entries((row for row in given if row.owed_by == Owed.BOTH), reader, today),
        offers=_entries((row for row in rows if row.state == State.PROPOSED), reader, today),
        over=_entries((row for row in rows if row.state not in GIVEN and row.state != State.PROPOSED), reader, today),
        functions=function_rows(given, relationship, today),
        is_empty=not rows,
    )


def _counting(tallies: dict[str, Tally], rated: bool) -> str:
    if rated:
        return _("A word that is not settled is never cut in two: the rate is read both ways.")
    few = min(one.rate.due for one in tallies.values())
    return ngettext(
        "We count, without a rate: %(count)s due word on the side that has fewer is too little for a percentage. "
        "It takes %(minimum)s on each side.",
        "We count, without a rate: %(count)s due words on the side that has fewer are too few for a percentage. "
        "It takes %(minimum)s on each side.",
        few,
    ) % {"count": words.counted(few), "minimum": words.counted(MINIMUM)}


def _page(
    relationship: Relationship,
    side: str,
    given: Sequence[Commitment],
    counted: Tally,
    seen: Seen | None,
    rated: bool,
    reader: Account,
    today: date,
) -> Page:
    alone = _entries((row for row in given if row.owed_by == side), reader, today)
    shown = [entry for entry in alone if entry.stand.square not in ("kept", "late")]
    settled = [entry for entry in alone if entry.stand.square in ("kept", "late")]
    more = tuple(settled[SHOWN_WHEN_SETTLED:])
    sentence = _seen_sentence(seen).split("\x1f") if seen else ["", "", ""]
    mine = [row for row in given if side in row.bearing_sides]
    return Page(
        side=side,
        name=str(relationship.organisation(side)),
        times=ngettext("%(count)s time", "%(count)s times", counted.given) % {"count": counted.given},
        squares=_squares(mine, today),
        kept=_kept(counted),
        note=_note(counted),
        rate=_rate(counted.rate) if rated else "",
        seen=sentence[0],
        seen_figure=sentence[1],
        seen_after=sentence[2],
        verdict=_verdict(counted.rate, seen),
        entries=(*shown, *settled[:SHOWN_WHEN_SETTLED]),
        more=more,
        more_words=ngettext("%(count)s other word kept", "%(count)s other words kept", len(more))
        % {"count": capfirst(words.counted(len(more)))},
    )


def _squares(rows: Iterable[Commitment], today: date) -> tuple[tuple[str, str], ...]:
    stands = [words.stand(row, today) for row in rows]
    in_order = sorted(stands, key=lambda one: SQUARES.index(one.square))
    return tuple((one.square, square_word(one.square)) for one in in_order)


def square_word(square: str) -> str:
    return {
        "kept": pgettext("square", "kept"),
        "late": pgettext("square", "kept late"),
        "broken": pgettext("square", "not kept"),
        "disputed": pgettext("square", "two different words"),
        "waiting": pgettext("square", "waits for the other side’s word"),
        "overdue": pgettext("square", "overdue, nothing said"),
        "open": pgettext("square", "not due yet"),
    }[square]


def legend() -> tuple[tuple[str, str], ...]:
    return tuple((square, square_word(square)) for square in SQUARES)


def columns() -> tuple[str, ...]:
    """The titles of the counts by function."""
    return (
        _("Company and function of the bearer"),
        pgettext("column", "Given"),
        pgettext("column", "Due"),
        pgettext("column", "Kept"),
        pgettext("column", "Kept late"),
        pgettext("column", "Not kept"),
        pgettext("column", "Not settled"),
        pgettext("column", "Share kept"),
    )


def _kept(counted: Tally) -> str:
    kept, due = counted.rate.kept + counted.rate.late, counted.rate.due
    if not due:
        return _("No date has come yet")
    good = ngettext("%(count)s kept", "%(count)s kept", kept) % {"count": kept}
    return good + " " + ngettext("of %(count)s due", "of %(count)s due", due) % {"count": due}


def _note(counted: Tally) -> str:
    """What stands behind the count, the good and the less good alike."""
    rate = counted.rate
    said = [
        (rate.late, ngettext("%(count)s kept late", "%(count)s kept late", rate.late)),
        (rate.broken, ngettext("%(count)s not kept", "%(count)s not kept", rate.broken)),
        (
            counted.disputed,
            ngettext("%(count)s with two different words", "%(count)s with two different words", counted.disputed),
        ),
        (
            counted.waiting,
            ngettext(
                "%(count)s waits for the other side’s word", "%(count)s wait for the other side’s word", counted.waiting
            ),
        ),
        (
            counted.overdue,
            ngettext("%(count)s overdue, nothing said", "%(count)s overdue, nothing said", counted.overdue),
        ),
    ]
    return "; ".join(text % {"count": words.counted(number)} for number, text in said if number)


def _rate(rate: KeptRate) -> str:
    low, high = round(100 * rate.lowest), round(100 * rate.highest)
    bounds = {"low": round(100 * rate.low), "high": round(100 * rate.high), "rate": low, "other": high}
    if low == high:
        return _("%(rate)s%% kept, between %(low)s and %(high)s.") % bounds
    return _("%(rate)s or %(other)s%% kept, depending on how the others end; between %(low)s and %(high)s.") % bounds


def _seen_sentence(seen: Seen) -> str:
    """How the other company sees its reliability; the figure stands between two marks."""
    names = {"name": seen.by, "figure": f"\x1f{seen.figure}\x1f", "around": seen.around}
    if seen.around:
        return _("%(name)s sees its reliability at %(figure)s, %(around)s.") % names
    return _("%(name)s sees its reliability at %(figure)s.") % names


def _verdict(rate: KeptRate, seen: Seen | None) -> str:
    if seen is None:
        return _("The other company’s view of its reliability is not published yet.")
    said = {
        "kept_and_seen": _("Kept, and seen."),
        "kept_not_seen": _("Kept, but not seen: show what was done."),
        "seen_not_kept": _("Seen as reliable, but not kept: this view may not last."),
        "neither": _("Not kept, and it is seen."),
        "cannot_tell": _("One cannot tell yet whether what is kept is seen."),
    }
    return said[kept_and_seen(rate, seen.low, seen.high)]


# ---------------------------------------------------------------- entries
def _entries(rows: Iterable[Commitment], reader: Account, today: date) -> tuple[Entry, ...]:
    made = [(row, entry(row, reader, today)) for row in rows]
    known = {square: rank for rank, square in enumerate(ORDER)}
    made.sort(key=lambda pair: (known[pair[1].stand.square], pair[0].due_on, pair[0].number))
    return tuple(one for _row, one in made)


def entry(row: Commitment, reader: Account, today: date) -> Entry:
    stand = words.stand(row, today)
    settled = row.state in (State.KEPT, State.LATE)
    return Entry(
        key=row.key,
        what=row.what,
        side=row.owed_by,
        stand=stand,
        facts=() if settled else facts(row),
        words=words.side_words(row) if row.state == State.DISPUTED else (),
        confirmed=settled,
        changes=words.changes_made(list(row.changes.all())),
        history=words.history(row)[:3],
        do=what_to_do(row, reader, today),
    )


def facts(row: Commitment) -> tuple[tuple[str, str], ...]:
    """Who bears it, who witnesses it, and the proof."""
    nobody = _("to be named")
    if row.owed_by == Owed.BOTH:
        people = tuple(
            (
                _("Bears it at %(company)s") % {"company": row.relationship.organisation(side)},
                str(row.owner(side) or nobody),
            )
            for side in SIDES
        )
    else:
        people = (
            (_("Bears it"), str(row.owner(row.owed_by) or nobody)),
            (_("Witness"), str(row.owner(row.witness_side) or nobody)),
        )
    spoken = () if row.state == State.DISPUTED else row.words.all()
    proof = next((word.text for word in spoken if word.done_on and word.text), "")
    return (*people, (_("Proof"), proof) if proof else (_("Expected proof"), row.proof))


def what_to_do(row: Commitment, reader: Account, today: date) -> str:
    """The gesture that awaits this reader, as the words of a link."""
    side = access.owned_side(row, reader)
    if row.state == State.BROKEN:
        return _("Offer it anew")
    if not side or row.state not in ALIVE:
        return ""
    if row.accepted_at(side) is None:
        return _("Accept, or say why not")
    if row.state == State.DISPUTED:
        return _("Look at both words again")
    if row.state == State.SAID:
        return "" if side in words.last_words(row) else _("Confirm, or say why not")
    return _while_open(row, side, today) if row.state == State.OPEN else ""


def _while_open(row: Commitment, side: str, today: date) -> str:
    waiting = words.pending(row)
    if waiting and waiting.side != side and access.before_its_date(row, today):
        return _("Answer the change that is asked")
    if side not in row.bearing_sides:
        return ""
    return _("Say what became of it") if row.is_overdue(today) else _("Say that it is kept, or ask for another date")
