"""Equity of the process: people, statements, speaking time, proposals and actions of each side, told before results."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from reciproque.app.dialogue.models import Proposal, Session, StatementState
from reciproque.app.shared.vocabulary import SIDES, Side

TWICE = 2
THIRD = 3
SPOKEN_ENOUGH = 120  # seconds under which nothing is said of speaking time


@dataclass(frozen=True)
class EquityRow:
    """One thing counted on both sides. `warning` is empty when it is even enough."""

    subject: str
    client: int
    supplier: int
    warning: str = ""


@dataclass(frozen=True)
class Equity:
    rows: tuple[EquityRow, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(row.warning for row in self.rows if row.warning)

    @property
    def lopsided(self) -> bool:
        return bool(self.warnings)


def equity(session: Session) -> Equity:
    """What can be counted so far, and what is lopsided in it."""
    rows = [_people(session), _statements(session)]
    rows += [row for row in (_spoken(session), _proposals(session), _owed(session)) if row.client or row.supplier]
    return Equity(tuple(rows))


def _by_side(found: dict[str, int]) -> tuple[int, int]:
    return found.get(Side.CLIENT, 0), found.get(Side.SUPPLIER, 0)


def _company(session: Session, client: int, supplier: int) -> str:
    return str(session.relationship.client if client > supplier else session.relationship.supplier)


def _people(session: Session) -> EquityRow:
    rows = session.participants.filter(left=False).values_list("side").annotate(n=Count("pk")).order_by()
    client, supplier = _by_side(dict(rows))
    lopsided = max(client, supplier) > TWICE * min(client, supplier)
    more = _company(session, client, supplier)
    warning = _("%(company)s has more than twice as many people as the other side.") % {"company": more}
    return EquityRow(_("People invited"), client, supplier, warning if lopsided else "")


def _statements(session: Session) -> EquityRow:
    kept = session.statements.filter(state=StatementState.KEPT).values_list("side").annotate(n=Count("pk")).order_by()
    client, supplier = _by_side(dict(kept))
    lopsided = THIRD * min(client, supplier) < client + supplier
    less = _company(session, supplier, client)
    warning = _("Fewer than a third of the statements come from %(company)s.") % {"company": less}
    return EquityRow(_("Statements in the deck"), client, supplier, warning if lopsided else "")


def _spoken(session: Session) -> EquityRow:
    turns = session.turns.values_list("side").annotate(n=Sum("seconds")).order_by()
    client, supplier = _by_side(dict(turns))
    enough = client + supplier >= SPOKEN_ENOUGH
    lopsided = enough and max(client, supplier) * 5 > (client + supplier) * 3
    more = _company(session, client, supplier)
    warning = _("%(company)s has spoken for more than three fifths of the time.") % {"company": more}
    return EquityRow(_("Seconds of speaking"), client, supplier, warning if lopsided else "")


def _proposals(session: Session) -> EquityRow:
    chosen = session.proposals.filter(state=Proposal.State.CHOSEN)
    rows = chosen.values_list("statement__side").annotate(n=Count("pk")).order_by()
    client, supplier = _by_side(dict(rows))
    lopsided = client + supplier >= THIRD and not min(client, supplier)
    none = _company(session, supplier, client)
    warning = _("No proposal chosen answers a statement from %(company)s.") % {"company": none}
    return EquityRow(
        _("Proposals chosen, by the side whose statement they answer"), client, supplier, warning if lopsided else ""
    )


def _owed(session: Session) -> EquityRow:
    chosen = session.proposals.filter(state=Proposal.State.CHOSEN).values_list("owed_by", flat=True)
    owed = {side: sum(by in (side, "both") for by in chosen) for side in SIDES}
    client, supplier = owed[Side.CLIENT], owed[Side.SUPPLIER]
    more = _company(session, client, supplier)
    warning = _("%(company)s owes more actions than the other side, by more than one.") % {"company": more}
    return EquityRow(_("Actions owed"), client, supplier, warning if abs(client - supplier) > 1 else "")
