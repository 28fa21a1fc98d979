"""A portfolio for tests, made through the actions; everything overridable."""

from __future__ import annotations

import io

import xlsxwriter

import personas
from reciproque.app.portfolio.actions import portfolios, scoring
from reciproque.app.portfolio.actions.ranking import compute_ranking
from reciproque.app.portfolio.models import Amount
from reciproque.app.shared.audit import actor

SCALES = ("up", "down", "criticality", "declared", "estimated", "market")


def portfolio(at, *, by=None, name="Suppliers", chair="client", capacity=2, **fields):
    by = by or actor(personas.account("keeper", at))
    return portfolios.create_portfolio(by=by, organisation=at, name=name, chair=chair, capacity=capacity, **fields)


def keeper(of):
    """An account of the company that owns the portfolio."""
    return of.organisation.accounts.order_by("pk").first()


def partner(of, name, levels=None, amount=None, by=None, **fields):
    """``levels``: six figures for up, down, criticality, declared, estimated, market."""
    by = by or actor(keeper(of))
    made = portfolios.add_partner(by=by, portfolio=of, name=name, **fields)
    if levels is not None:
        given = {scale: (level, "") for scale, level in zip(SCALES, levels, strict=True) if level is not None}
        scoring.score_partner(by=by, partner=made, given=given)
    if amount is not None:
        Amount.objects.create(
            partner=made, year=2025, direction="bought", currency="EUR", amount=amount, converted=amount
        )
    return made


def ranked(at, *, capacity=2, count=3):
    """A portfolio of a few partners in plain order, ranked."""
    made = portfolio(at, capacity=capacity)
    for place in range(count):
        level = max(0, 4 - place)
        partner(made, f"Partner {place + 1}", (level, 0, level, level, level, level), amount=1000)
    compute_ranking(by=actor(keeper(made)), portfolio=made)
    return made


def csv_bytes(*lines, encoding="utf-8"):
    return "\r\n".join(lines).encode(encoding)


def xlsx_bytes(rows):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            page.write(number, column, cell)
    book.close()
    return out.getvalue()
