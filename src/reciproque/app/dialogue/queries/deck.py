"""The deck as each may read it: what was kept, what became of one's own sentence, why others were left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from reciproque.app.dialogue.access import Seated, statements_visible
from reciproque.app.dialogue.models import Moderation, Reason, RemovalRequest, Session, Statement, StatementState
from reciproque.app.dialogue.urn import hash_of_sentence
from reciproque.app.shared.vocabulary import SIDES

S = StatementState


@dataclass(frozen=True)
class Fate:
    """One's own sentence, found with the key that the browser kept."""

    key: str
    written: str
    wording: str
    state: str
    state_label: str
    changeable: bool
    reasons: tuple[str, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class DeckPage:
    """The deck for somebody with an account. `waiting` are sentences that only an external facilitator reads."""

    kept: tuple[Statement, ...]
    waiting: tuple[Statement, ...]
    left_out: tuple[Statement, ...]
    by_side: dict[str, int]
    deposited: int
    reasons: tuple[tuple[str, int], ...]
    requests: tuple[RemovalRequest, ...]
    untranslated: int


def deck_page(seat: Seated) -> DeckPage:
    """A fixed number of queries, whatever the deck."""
    session = seat.session
    visible = list(statements_visible(seat).prefetch_related("moderations"))
    totals = {
        (state, side): number
        for state, side, number in session.statements.values_list("state", "side").annotate(n=Count("pk")).order_by()
    }
    kept = tuple(one for one in visible if one.state == S.KEPT)
    return DeckPage(
        kept=kept,
        waiting=tuple(one for one in visible if one.state == S.DEPOSITED),
        left_out=tuple(one for one in visible if one.state in (S.WITHHELD, S.MERGED)),
        by_side={side: totals.get((S.KEPT, side), 0) for side in SIDES},
        deposited=sum(number for (state, _side), number in totals.items() if state == S.DEPOSITED),
        reasons=moderation_summary(session),
        requests=_requests(seat),
        untranslated=sum(not (one.text_fr and one.text_en) for one in kept),
    )


def _requests(seat: Seated) -> tuple[RemovalRequest, ...]:
    """Requests to remove a personal attack: the facilitator's to answer, and the asking side's own."""
    found = RemovalRequest.objects.filter(statement__session=seat.session).select_related("statement__session")
    return tuple(found if seat.facilitates else found.filter(side=seat.side))


def moderation_summary(session: Session) -> tuple[tuple[str, int], ...]:
    """Why sentences were changed or left out, as numbers: what both sides may know of those they will not read."""
    found = Counter(
        Moderation.objects.filter(statement__session=session)
        .exclude(reason="")
        .values_list("reason", flat=True)
        .order_by()
    )
    return tuple((str(Reason(reason).label), found[reason]) for reason in Reason.values if found[reason])


def own_sentences(session: Session, keys: Iterable[str]) -> tuple[Fate, ...]:
    """What became of the sentences whose keys this browser holds."""
    hashes = {hash_of_sentence(key): key for key in keys}
    found = session.statements.filter(edit_hash__in=hashes).prefetch_related("moderations").order_by("key")
    return tuple(_fate(session, one, hashes[one.edit_hash]) for one in found)


def _fate(session: Session, statement: Statement, key: str) -> Fate:
    decided = list(statement.moderations.all())
    return Fate(
        key=key,
        written=statement.raw,
        wording=statement.text if statement.state == S.KEPT and statement.text != statement.raw else "",
        state=statement.state,
        state_label=str(S(statement.state).label),
        changeable=statement.state == S.DEPOSITED and session.state == "deck" and not session.deposits_closed,
        reasons=tuple(str(Reason(one.reason).label) for one in decided if one.reason),
        remarks=tuple(one.remark for one in decided if one.remark),
    )
