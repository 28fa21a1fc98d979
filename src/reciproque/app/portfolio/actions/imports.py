"""Writing the amounts of a file in one go: everything that was confirmed, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from reciproque.app.portfolio.actions.common import log
from reciproque.app.portfolio.actions.scoring import score_many
from reciproque.app.portfolio.amounts_file import Added, Total
from reciproque.app.portfolio.models import Amount, Delivery, Partner, Portfolio
from reciproque.app.portfolio.names import matched_name
from reciproque.app.portfolio.queries.imports import Move, Plan, Rates, converted, plan_import
from reciproque.app.shared import clock
from reciproque.app.shared.audit import Actor

DETAILS = ("code", "siren", "vat", "country", "category")


@dataclass(frozen=True)
class Imported:
    partners: int
    added: int
    changed: int
    unchanged: int
    levels: int


@transaction.atomic
def import_amounts(*, by: Actor, portfolio: Portfolio, file: Added, rates: Rates, digest: str, source: str) -> Imported:
    """The totals of a file replace those of the same partner, year, direction and currency: twice changes nothing."""
    Portfolio.objects.select_for_update().get(pk=portfolio.pk)
    plan = plan_import(portfolio, file, rates, digest)
    partners = _partners(portfolio, plan)
    _write_amounts(portfolio, plan, partners, rates, digest)
    evidence = source[:120]
    given = {
        partners[id(move)].pk: {scale: (level, evidence) for scale, level in move.levels.items()}
        for move in plan.moves
        if move.levels
    }
    levels = score_many(by=by, portfolio=portfolio, given=given, source=source) if given else 0
    made = Imported(plan.new_partners, len(plan.added), len(plan.changed), plan.unchanged, levels)
    if not plan.changes_nothing or plan.earlier is None:
        Delivery.objects.create(
            portfolio=portfolio,
            digest=digest,
            name=source[:120],
            lines=file.lines,
            imported_at=clock.now(),
            imported_by=by.account,
        )
    data = {"added": made.added, "changed": made.changed, "unchanged": made.unchanged, "partners": made.partners}
    log(by, "amounts.imported", portfolio, source, data)
    return made


def _partners(portfolio: Portfolio, plan: Plan) -> dict[int, Partner]:
    """The partner of each move, created where the file brings somebody new, completed where it knows more."""
    partners = {id(move): move.partner or _new_partner(portfolio, move.totals) for move in plan.moves}
    Partner.objects.bulk_create([partners[id(move)] for move in plan.moves if move.partner is None], batch_size=500)
    completed = {partner.pk for partner in plan.details}
    touched = [
        _completed(move.partner, move.totals) for move in plan.moves if move.partner and move.partner.pk in completed
    ]
    Partner.objects.bulk_update(touched, DETAILS, batch_size=200)
    return partners


def _new_partner(portfolio: Portfolio, totals: Sequence[Total]) -> Partner:
    total = totals[0]
    details = {name: getattr(total, name) for name in DETAILS}
    return Partner(portfolio=portfolio, name=total.called[:200], matched_name=matched_name(total.called), **details)


def _completed(partner: Partner, totals: Sequence[Total]) -> Partner:
    for total in totals:
        for name in DETAILS:
            if getattr(total, name) and not getattr(partner, name):
                setattr(partner, name, getattr(total, name))
    return partner


def _write_amounts(portfolio: Portfolio, plan: Plan, partners: dict[int, Partner], rates: Rates, digest: str) -> None:
    Amount.objects.bulk_create(
        [
            Amount(
                partner=partners[id(move)],
                year=year,
                direction=direction,
                currency=currency,
                amount=move.amounts[year, direction, currency],
                converted=converted(portfolio, currency, move.amounts[year, direction, currency], rates),
                source=digest,
            )
            for move, (year, direction, currency) in plan.added
        ],
        batch_size=500,
    )
    rows = [_replaced(portfolio, move, row, rates, digest) for move, _key, row in plan.changed]
    Amount.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["amount", "converted", "source"],
    )


def _replaced(portfolio: Portfolio, move: Move, row: Amount, rates: Rates, digest: str) -> Amount:
    amount = move.amounts[row.year, row.direction, row.currency]
    row.amount, row.source = amount, digest
    row.converted = converted(portfolio, row.currency, amount, rates)
    return row
