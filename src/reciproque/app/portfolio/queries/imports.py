"""What an import of amounts would do: each partner of the file set against those already listed. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from reciproque.app.portfolio.amounts_file import Added, Total
from reciproque.app.portfolio.models import Amount, Delivery, Partner, Portfolio
from reciproque.app.portfolio.names import matched_name

Rates = Mapping[str, Decimal]
Key = tuple[int, str, str]
CENT = Decimal("0.01")


@dataclass
class Move:
    """One partner of the file: an existing one, or somebody new; what is said of it, line after line."""

    partner: Partner | None
    totals: list[Total]
    amounts: dict[Key, Decimal] = field(default_factory=dict)
    levels: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.partner.name if self.partner else self.totals[0].called

    @property
    def flow(self) -> Decimal:
        return sum(self.amounts.values(), Decimal(0))


@dataclass(frozen=True)
class Plan:
    """The whole import, before it happens: amounts to add, to replace, and those that say the same."""

    moves: tuple[Move, ...]
    added: tuple[tuple[Move, Key], ...]
    changed: tuple[tuple[Move, Key, Amount], ...]
    unchanged: int
    earlier: Delivery | None
    details: tuple[Partner, ...]

    @property
    def new_partners(self) -> int:
        return sum(move.partner is None for move in self.moves)

    @property
    def levels(self) -> int:
        return sum(len(move.levels) for move in self.moves)

    @property
    def changes_nothing(self) -> bool:
        return not (self.added or self.changed or self.new_partners or self.levels or self.details)


def known_rates(portfolio: Portfolio) -> dict[str, Decimal]:
    """The latest rate used for each other currency."""
    rows = Amount.objects.filter(partner__portfolio=portfolio, converted__isnull=False).exclude(
        currency=portfolio.currency
    )
    found: dict[str, Decimal] = {}
    for row in rows.exclude(amount=0).order_by("year", "pk")[:5_000]:
        if row.converted is not None:
            found[row.currency] = round(row.converted / row.amount, 6)
    return found


def converted(portfolio: Portfolio, currency: str, amount: Decimal, rates: Rates) -> Decimal | None:
    """In the portfolio's currency; None without a rate: the amount is kept apart, never guessed."""
    if currency == portfolio.currency:
        return amount
    rate = rates.get(currency)
    return None if rate is None else (amount * rate).quantize(CENT)


def plan_import(portfolio: Portfolio, file: Added, rates: Rates, digest: str) -> Plan:
    moves = _moves(portfolio, file.totals)
    standing = {
        (row.partner_id, row.year, row.direction, row.currency): row
        for row in Amount.objects.filter(partner__portfolio=portfolio)
    }
    added: list[tuple[Move, Key]] = []
    changed: list[tuple[Move, Key, Amount]] = []
    unchanged = 0
    for move in moves:
        for key, amount in move.amounts.items():
            row = standing.get((move.partner.pk, *key)) if move.partner else None
            if row is None:
                added.append((move, key))
            elif row.amount != amount or row.converted != converted(portfolio, key[2], amount, rates):
                changed.append((move, key, row))
            else:
                unchanged += 1
    return Plan(
        moves=tuple(moves),
        added=tuple(added),
        changed=tuple(changed),
        unchanged=unchanged,
        earlier=portfolio.deliveries.filter(digest=digest).select_related("imported_by").first(),
        details=tuple(move.partner for move in moves if move.partner and _completes(move.partner, move.totals)),
    )


def _moves(portfolio: Portfolio, totals: Sequence[Total]) -> list[Move]:
    """One move per partner, whatever the ways in which the file names it."""
    known = _Known(list(Partner.objects.filter(portfolio=portfolio).order_by("pk")))
    moves: dict[int | str, Move] = {}
    for place, total in enumerate(totals):
        partner = known.find(total)
        move = moves.setdefault(partner.pk if partner else f"new:{place}", Move(partner, []))
        move.totals.append(total)
        move.levels |= total.levels
        for key, amount in total.amounts.items():
            move.amounts[key] = move.amounts.get(key, Decimal(0)) + amount
    return list(moves.values())


class _Known:
    """The partners already listed, by all that identifies them."""

    def __init__(self, partners: Sequence[Partner]) -> None:
        self.by_code = {partner.code: partner for partner in reversed(partners) if partner.code}
        self.by_siren = {partner.siren: partner for partner in reversed(partners) if partner.siren}
        self.by_vat = {partner.vat: partner for partner in reversed(partners) if partner.vat}
        self.by_name = {partner.matched_name: partner for partner in reversed(partners)}

    def find(self, total: Total) -> Partner | None:
        """By code first; a name or a number never joins two partners that have different codes."""
        if found := self.by_code.get(total.code):
            return found
        for found in (
            self.by_siren.get(total.siren),
            self.by_vat.get(total.vat),
            self.by_name.get(matched_name(total.called)),
        ):
            if found and not (total.code and found.code):
                return found
        return None


def _completes(partner: Partner, totals: Sequence[Total]) -> bool:
    """Whether the file knows something that the list does not say."""
    return any(
        getattr(total, name) and not getattr(partner, name)
        for total in totals
        for name in ("code", "siren", "vat", "country", "category")
    )
